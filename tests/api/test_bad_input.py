"""Bad input gets a clear answer and changes nothing."""

import json
from pathlib import Path

import pytest
from fakes import HOST, TOKEN, Site, a_site
from stories import Story, a_story


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """One site for all: nothing here may change it."""
    folder = tmp_path_factory.mktemp("site")
    return a_site(folder, a_story(folder))


CHANGES = [
    ("POST", "/api/trades/execute", {"symbol": "BTC"}),
    ("POST", "/api/trades/exit", {"symbol": "BTC"}),
    ("POST", "/api/trades/decline", {"symbol": "BTC"}),
    ("POST", "/api/engine/pause", None),
    ("POST", "/api/engine/resume", None),
    ("POST", "/api/engine/speed", {"speed": "max"}),
    ("POST", "/api/markets/BTC/mode", {"mode": "ask"}),
    ("POST", "/api/governance/tighten", {"limits": {"max_position_bps": 1500}}),
    ("POST", "/api/governance/stop", {"reason": "why"}),
    ("POST", "/api/governance/halt", {"reason": "why"}),
    ("POST", "/api/governance/flows", {"amount": "-1"}),
    ("POST", "/api/governance/freeze-trader", None),
    ("POST", "/api/governance/remove-signer", {"address": "0x" + "11" * 20}),
    ("POST", "/api/governance/revoke-signal", {"digest": "0x" + "22" * 32}),
    ("POST", "/api/governance/changes", {"change": "RESUME"}),
    ("POST", f"/api/governance/changes/0x{'11' * 32}/accept", None),
    ("POST", f"/api/governance/changes/0x{'11' * 32}/revoke", None),
    ("DELETE", "/api/session", None),
]


def the_problem(response, status: int, code: str) -> dict:
    """Every error has the same shape, and no insides."""
    body = response.json()
    assert (status, code) == (response.status_code, body.get("code")), body
    assert "application/problem+json" == response.headers["content-type"]
    assert {"type", "title", "status", "code", "detail", "instance", "facts"} == set(body)
    assert "Traceback" not in response.text
    assert "nosniff" == response.headers["x-content-type-options"]
    return body


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
def test_a_change_without_login_is_refused(site: Site, method: str, path: str, body: dict | None) -> None:
    unchanged = site.unchanged()

    response = site.client().request(method, path, json=body)

    the_problem(response, 401, "NO_SESSION")
    assert unchanged()


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("authorization", ["Bearer wrong", f"Basic {TOKEN}", "Bearer", f"Bearer {TOKEN}x"])
def test_a_change_with_a_wrong_token_is_refused(
    site: Site, authorization: str, method: str, path: str, body: dict | None
) -> None:
    unchanged = site.unchanged()

    response = site.client(authorization=authorization).request(method, path, json=body)

    the_problem(response, 401, "BAD_TOKEN")
    assert unchanged()


@pytest.mark.parametrize(("method", "path", "body"), [*CHANGES, ("POST", "/api/session", {"key": "k" * 20})])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:8001", "https://127.0.0.1.evil"])
def test_a_change_from_a_foreign_page_is_refused_even_with_the_token(
    site: Site, origin: str, method: str, path: str, body: dict | None
) -> None:
    unchanged = site.unchanged()
    client = site.client(authorization=f"Bearer {TOKEN}", origin=origin)

    the_problem(client.request(method, path, json=body), 403, "FOREIGN_ORIGIN")
    assert unchanged()


@pytest.mark.parametrize("path", ["/api/dashboard", "/", "/rpc", "/api/nothing", "/metrics"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "", "[::2]:8000"])
def test_a_foreign_host_name_is_refused_everywhere(site: Site, host: str, path: str) -> None:
    the_problem(site.client(host=host).get(path), 421, "FOREIGN_HOST")


@pytest.mark.parametrize("host", [HOST, "localhost:1234", "LOCALHOST", "[::1]:8000", "127.0.0.1"])
def test_our_own_names_are_served(site: Site, host: str) -> None:
    assert 200 == site.client(host=host).get("/api/health").status_code


@pytest.mark.parametrize("symbol", ["DOGE", "BTC-EUR", "NOPE-USDT"])
def test_an_unknown_symbol_is_named_with_those_there_are(site: Site, symbol: str) -> None:
    unchanged = site.unchanged()
    for response in (
        site.program().get(f"/api/predictions/{symbol}"),
        site.program().get(f"/api/market/candles/{symbol}"),
        site.program().get("/api/trades/history", params={"market": symbol}),
        site.program().get("/api/smartcontract/records", params={"market": symbol}),
        site.program().get("/api/oracle/verifications", params={"market": symbol}),
        site.program().post("/api/trades/execute", json={"symbol": symbol}),
        site.program().post("/api/trades/exit", json={"symbol": symbol}),
        site.program().post(f"/api/markets/{symbol}/mode", json={"mode": "ask"}),
    ):
        body = the_problem(response, 404, "UNKNOWN_SYMBOL")
        assert ["BTC-USDT", "ETH-USDT"] == body["facts"]["known"]
    assert unchanged()


@pytest.mark.parametrize("body", [b"", b"{", b"{'symbol': 'BTC'}", b"\xff\xfe", b'{"symbol": "BTC"', b"[1,"])
def test_malformed_json_is_refused(site: Site, body: bytes) -> None:
    unchanged = site.unchanged()

    response = site.program().post("/api/trades/execute", content=body, headers={"content-type": "application/json"})

    assert response.status_code in (400, 422), response.text
    the_problem(response, response.status_code, response.json()["code"])
    assert response.json()["code"] in ("MALFORMED_JSON", "INVALID_INPUT")
    assert unchanged()


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "BTC",
        None,
        {"symbol": None},
        {"symbol": 7},
        {"symbol": ["BTC"]},
        {"symbol": ""},
        {"symbol": "B" * 10_000},
        {"symbol": "../etc"},
        {"symbol": "BTC", "size": "0"},
        {"symbol": "BTC", "size": "-1"},
        {"symbol": "BTC", "size": "1.5"},
        {"symbol": "BTC", "size": "1e-3"},
        {"symbol": "BTC", "size": "0.00001"},
        {"symbol": "BTC", "size": "NaN"},
        {"symbol": "BTC", "size": 0.1},
        {"symbol": "BTC", "size": "9" * 5000},
        {"symbol": "BTC", "side": "BUY"},
        {"symbol": "BTC", "confidence": "0.99"},
    ],
)
def test_an_order_that_makes_no_sense_is_refused_with_the_place(site: Site, body: object) -> None:
    unchanged = site.unchanged()

    problem = the_problem(site.program().post("/api/trades/execute", json=body), 422, "INVALID_INPUT")

    assert problem["facts"]["errors"][0]["where"].startswith("body")
    assert unchanged()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/trades/exit", {"symbol": "BTC", "fraction": "2"}),
        ("/api/trades/exit", {"symbol": "BTC", "fraction": "0.12345"}),
        ("/api/engine/speed", {"speed": "0"}),
        ("/api/engine/speed", {"speed": "fast"}),
        ("/api/engine/speed", {"speed": "99999999999"}),
        ("/api/markets/BTC/mode", {"mode": "yolo"}),
        ("/api/session", {"key": "short"}),
        ("/api/session", {"key": "k" * 10_000}),
    ],
)
def test_other_orders_out_of_range_are_refused(site: Site, path: str, body: dict) -> None:
    unchanged = site.unchanged()

    the_problem(site.program().post(path, json=body), 422, "INVALID_INPUT")
    assert unchanged()


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=501", "limit=-1", "limit=x", "limit=1e9", "cursor=abc", "cursor=-1", "cursor=" + "9" * 40,
        "from=yesterday", "to=2021-13-01", "side=HOLD", "kind=x", "format=xml", "outcome=%27%3B--", "cursor=٣",
    ],
)  # fmt: skip
def test_history_refuses_absurd_parameters(site: Site, query: str) -> None:
    response = site.client().get(f"/api/trades/history?{query}")

    assert 422 == response.status_code, response.text
    assert response.json()["code"] in ("INVALID_INPUT", "NOT_A_CURSOR", "NOT_A_TIME")


@pytest.mark.parametrize(
    "path",
    [
        "/api/events?after=-1", "/api/events?limit=100000", "/api/events?after=" + "9" * 30,
        "/api/market/candles/BTC?limit=0", "/api/market/candles/BTC?limit=1000000", "/api/market/candles/BTC?before=x",
        "/api/smartcontract/records?after=x", "/api/oracle/verifications?outcome=MAYBE",
    ],
)  # fmt: skip
def test_other_reads_refuse_absurd_parameters(site: Site, path: str) -> None:
    assert 422 == site.client().get(path).status_code


def test_a_body_that_says_it_is_too_large_is_refused(site: Site) -> None:
    unchanged = site.unchanged()
    huge = json.dumps({"symbol": "B" * 70_000})

    response = site.program().post("/api/trades/execute", content=huge, headers={"content-type": "application/json"})

    assert 65_536 == the_problem(response, 413, "BODY_TOO_LARGE")["facts"]["limit"]
    assert unchanged()


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(site: Site) -> None:
    def endless():
        for _ in range(100):
            yield b" " * 1000

    response = site.program().post(
        "/api/trades/execute", content=endless(), headers={"content-type": "application/json"}
    )

    the_problem(response, 413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_foreign_form_could_send_is_refused(site: Site, content_type: str) -> None:
    response = site.program().post(
        "/api/trades/execute", content=b'{"symbol": "BTC"}', headers={"content-type": content_type}
    )

    the_problem(response, 415, "WRONG_MEDIA_TYPE")


@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/trades", "/api/dashboard/", "/api/../secret"])
def test_an_unknown_path_of_the_api_is_json(site: Site, path: str) -> None:
    the_problem(site.client().get(path), 404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/api/dashboard"),
        ("OPTIONS", "/api/health"),
        ("POST", "/api/trades/history"),
        ("DELETE", "/api/trades/execute"),
        ("GET", "/api/engine/pause"),
        ("PATCH", "/api/markets/BTC/mode"),
    ],
)
def test_a_wrong_method_is_told_with_those_there_are(site: Site, method: str, path: str) -> None:
    unchanged = site.unchanged()

    response = site.program().request(method, path)

    the_problem(response, 405, "METHOD_NOT_ALLOWED")
    allowed = response.headers["allow"].split(", ")
    assert {"GET", "POST"} >= set(allowed)
    assert method not in allowed
    assert unchanged()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "PATCH"])
def test_no_method_finds_what_is_not_there(site: Site, method: str) -> None:
    the_problem(site.program().request(method, "/api/nothing"), 404, "NOT_FOUND")


def test_an_unknown_trade_is_told(site: Site) -> None:
    the_problem(site.client().get("/api/trades/00000000-0000-0000-0000-000000000000"), 404, "UNKNOWN_TRADE")
    the_problem(site.client().get("/api/trades/' OR 1=1 --"), 404, "UNKNOWN_TRADE")


def test_an_address_that_never_ends_is_refused(site: Site) -> None:
    assert 414 == site.client().get("/api/events?x=" + "a" * 5000).status_code


@pytest.mark.parametrize("key", ["short", "x" * 65, "has space 1", "ключ-ключ"])
def test_an_absurd_idempotency_key_is_refused(site: Site, key: str) -> None:
    unchanged = site.unchanged()

    response = site.program().post(
        "/api/trades/execute", json={"symbol": "BTC"}, headers={"idempotency-key": key.encode()}
    )

    the_problem(response, 422, "INVALID_INPUT")
    assert unchanged()


def test_a_defect_of_ours_is_told_without_its_insides(site: Site) -> None:
    answer, site.engine.result = site.engine.result, ZeroDivisionError("secret detail")

    response = site.program().post("/api/trades/execute", json={"symbol": "BTC"})
    site.engine.result = answer

    the_problem(response, 500, "INTERNAL")
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/market/prices", "/api/market/candles/BTC", "/api/predictions/BTC", "/api/trades/history",
        "/api/smartcontract/records", "/api/smartcontract/contracts", "/api/oracle/verifications", "/api/events",
        "/api/heads", "/api/trades/history?market=BTC", "/api/trades/1", "/api/smartcontract/records?market=BTC",
    ],
)  # fmt: skip
def test_before_the_chain_is_there_an_endpoint_says_starting(tmp_path: Path, story: Story, path: str) -> None:
    site = a_site(tmp_path, story, joined=False)

    response = site.client().get(path)

    the_problem(response, 503, "STARTING")
    assert "1" == response.headers["retry-after"]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES[:-1])
def test_before_the_chain_is_there_a_change_is_not_taken(
    tmp_path: Path, story: Story, method: str, path: str, body: dict | None
) -> None:
    site = a_site(tmp_path, story, joined=False)
    unchanged = site.unchanged()

    the_problem(site.program().request(method, path, json=body), 503, "STARTING")
    assert unchanged()


def test_before_the_chain_is_there_the_main_page_has_its_picture(tmp_path: Path, story: Story) -> None:
    site = a_site(tmp_path, story, joined=False)

    assert site.client().get("/api/health").json()["live"]
    dashboard = site.client().get("/api/dashboard").json()
    assert [] == dashboard["signals"]
    assert dashboard["book"]["equity"] is None
    assert 9 == len(dashboard["gauges"])
