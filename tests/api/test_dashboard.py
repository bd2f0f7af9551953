"""The main page's picture, rules in readable numbers, orders and tables."""

import csv
import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fakes import LIMITS, Site, a_book, a_status
from stories import E8, HOUR, START, a_hash

from tradeseal.api import rules
from tradeseal.api.orders import Keeper
from tradeseal.api.ports import Asking, PriceSeen, StoppedInfo, TradeResult
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.trading.published import BookStateName


def gauge(book, number: int) -> dict:
    return rules.gauges(book, ())[number - 1]


def test_the_picture_holds_the_contracts_own_numbers(site: Site) -> None:
    site.story.buy()
    site.story.rejection(confidence_bps=6000)
    site.catch_up()

    picture = site.client().get("/api/dashboard").json()

    book = picture["book"]
    assert ("10000", "-100", "0.05", 3, 50) == (
        book["equity"], book["day_pnl"], book["daily_loss_limit"], book["trades_today"], book["trades_limit"],
    )  # fmt: skip
    assert ("500", "0.05") == (book["exposure"], book["exposure_fraction"])
    (position,) = picture["positions"]
    assert ("50500", "49000", "50050") == (position["target"], position["stop"], position["average"])
    assert "-0.5" == position["unrealised"]
    assert ["REJECTED", "SETTLED"] == [cycle["outcome"] for cycle in picture["signals"]]
    (rejection,) = picture["rejections"]
    assert ("RULE-03", "0.6", "0.65") == tuple(rejection["rules"][0][n] for n in ("id", "measured", "limit"))
    assert "Confidence 60.00 %, at least 65.00 % allowed." == rejection["rules"][0]["text"]
    counters = picture["counters"]
    assert counters["committed"] == counters["judged"] + counters["revoked"] + counters["open"] == 2


def test_prices_show_their_change_their_age_and_what_is_pending(site: Site) -> None:
    site.engine.the_prices = [
        PriceSeen("BTC-USDT", 110 * E8, START + 9 * HOUR, day_ago_e8=100 * E8),
        PriceSeen("ETH-USDT", 90 * E8, START, day_ago_e8=100 * E8, stale=True, pending_e8=50 * E8),
    ]

    first, second = site.client().get("/api/market/prices").json()["prices"]

    assert ("110", "0.1", 3600, False, None) == tuple(
        first[n] for n in ("price", "change_24h", "age_s", "stale", "pending")
    )
    assert ("-0.1", True, "50") == tuple(second[n] for n in ("change_24h", "stale", "pending"))


def test_a_waiting_signal_is_shown_with_its_end(site: Site) -> None:
    cycle = site.story.signal()
    site.engine.the_asking = [Asking(str(cycle.id), "BTC-USDT", START + 2 * HOUR)]
    site.catch_up()

    (waiting,) = site.client().get("/api/dashboard").json()["pending"]

    assert (str(cycle.id), "2021-05-01T02:00:00Z", "0.67") == (
        waiting["cycle_id"], waiting["expires_at"], waiting["confidence"],
    )  # fmt: skip


def test_a_stopped_engine_says_why_in_every_picture(site: Site) -> None:
    site.engine.the_status = a_status(
        phase="STOPPED", stopped=StoppedInfo("BOOKS_DIFFER", "cash differs", {"got": "1", "want": "2"})
    )
    site.server.board.refresh()

    picture = site.client().get("/api/dashboard").json()

    assert {"code": "BOOKS_DIFFER", "message": "cash differs", "facts": {"got": "1", "want": "2"}} == (
        picture["status"]["stopped"]
    )
    assert not picture["health"]["ready"]
    assert "DOWN" == picture["health"]["components"][0]["state"]


def test_an_oracle_without_its_keys_is_shown_as_one_that_signs_nothing(site: Site) -> None:
    attests = site.client().get("/api/dashboard").json()["status"]["attesting"]
    site.engine.the_status = a_status(attesting=False)
    site.server.board.refresh()

    assert (True, False) == (attests, site.client().get("/api/dashboard").json()["status"]["attesting"])


def test_a_book_without_prices_shows_what_the_contract_opened_it_with(site: Site) -> None:
    site.engine.the_book = a_book(observed_at=0)
    site.server.board.refresh()

    book = site.client().get("/api/dashboard").json()["book"]

    assert (None, "10000", "0.05") == (book["observed_at"], book["equity"], book["daily_loss_limit"])
    assert [] == site.client().get("/api/heads").json()["heads"]


def test_the_age_of_the_newest_signed_prices_is_told_by_the_wall_clock(site: Site) -> None:
    before = site.client().get("/api/dashboard").json()["status"]["signed_at"]
    began = datetime.now(UTC)
    site.story.vector()
    site.catch_up()

    signed = site.client().get("/api/dashboard").json()["status"]["signed_at"]

    assert before is None
    assert began - timedelta(milliseconds=1) <= datetime.fromisoformat(signed) <= datetime.now(UTC)


def test_re_execution_is_shown_block_by_block(site: Site) -> None:
    site.engine.the_status = a_status(
        phase="RE_EXECUTING", phase_detail="re-executing block 5 of 20", phase_done=5, phase_total=20
    )
    site.server.board.refresh()

    status = site.client().get("/api/dashboard").json()["status"]

    assert ("re-executing block 5 of 20", 0.25) == (status["phase_detail"], status["phase_progress"]["fraction"])


@pytest.mark.parametrize(
    ("equity", "state"), [(10_000, "OK"), (9_601, "OK"), (9_599, "NEAR"), (9_500, "AT_LIMIT"), (9_000, "AT_LIMIT")]
)
def test_the_daily_loss_gauge_runs_from_all_left_to_none(equity: int, state: str) -> None:
    shown = gauge(a_book(opening_e8=10_000 * E8, equity_e8=equity * E8), 2)
    assert state == shown["state"]
    assert "0.05" == shown["limit"]


def test_a_profit_is_no_negative_loss() -> None:
    shown = gauge(a_book(opening_e8=10_000 * E8, equity_e8=11_000 * E8), 2)
    assert ("0", 1.0) == (shown["measured"], shown["headroom"])


def test_a_gauge_without_a_whole_has_no_number() -> None:
    shown = gauge(a_book(opening_e8=0), 2)
    assert (None, "NO_DATA") == (shown["measured"], shown["state"])


def test_the_position_gauge_names_the_largest_market() -> None:
    shown = gauge(a_book(), 1)
    assert ("BTC-USDT", "0.05", "0.2", 0.75) == tuple(shown[n] for n in ("market", "measured", "limit", "headroom"))


def test_a_state_that_blocks_entries_names_its_reason() -> None:
    shown = gauge(a_book(state=BookStateName.REDUCING, day_latched=True), 9)
    assert ("REDUCING", "AT_LIMIT") == (shown["measured"], shown["state"])
    assert "RULE-02" in shown["note"]


@pytest.mark.parametrize(
    ("rule", "measured", "limit", "readable"),
    [
        # q_after · mark · 1e4 against 2000 · equity · 1e8: 0.05 BTC at 50,000 of 10,000 equity is 25 %
        ("RULE-01", 5_000_000 * 50_000 * E8 * 10**4, 2000 * 10_000 * E8 * E8, ("0.25", "0.2", "percent")),
        # (opening - equity) · 1e4 against 500 · opening: exactly 5 %
        ("RULE-02", 500 * E8 * 10**4, 500 * 10_000 * E8, ("0.05", "0.05", "percent")),
        ("RULE-03", 6499, 6500, ("0.6499", "0.65", "probability")),
        ("RULE-04", 51, 50, ("51", "50", "count")),
        ("RULE-05", START, START - 1, ("2021-05-01T00:00:00Z", "2021-04-30T23:59:59Z", "time")),
        ("RULE-05", 2, 3, ("2", "3", "count")),
        ("RULE-09", 0b0101, 0, ("REDUCING, mark stale", "ACTIVE", "state")),
        ("RULE-05", 3 * 10**30, 2 * 10**30, ("1.5", "1", "percent")),
        ("RULE-06", 120_000, 220_000, ("12", "22", "bps")),
        ("RULE-08", 501 * E8, 500 * E8, ("501", "500", "amount")),
    ],
)  # fmt: skip
def test_both_sides_of_a_comparison_are_readable(rule: str, measured: int, limit: int, readable: tuple) -> None:
    assert readable == rules.readable(rule, measured, limit, LIMITS)


@pytest.mark.parametrize(
    ("rule", "measured", "limit", "side", "text"),
    [
        ("RULE-05", START + 1, START, "BUY", "The signal expired at 2021-05-01T00:00:00Z; the prices are of"),
        ("RULE-05", START, START + 1, "BUY", "A later candle of this market was judged before"),
        ("RULE-05", 3 * 10**30, 2 * 10**30, "BUY", "Larger than the signal allows: 150.00 % of its size."),
        ("RULE-05", 1, 2, "BUY", "The commitment does not cover this signal any more: 1 against 2."),
        ("RULE-08", E8, 0, "SELL", "Nothing to sell: 1 asked, 0 held and free."),
        ("RULE-08", 501 * E8, 500 * E8, "BUY", "Cash does not suffice: 501 needed with all reservations, 500 there."),
        ("RULE-09", 2, 0, "BUY", "The book takes no such order now: HALTED."),
        ("RULE-01", 5, 0, "BUY", "Position size: no equity to compare with."),
    ],
)
def test_a_refusal_is_a_sentence(rule: str, measured: int, limit: int, side: str, text: str) -> None:
    check = {"rule": rule, "failed": True, "measured": str(measured), "limit": str(limit)}
    assert rules.failure(check, LIMITS, side=side)["text"].startswith(text)


def test_a_latched_day_has_no_headroom_although_the_price_came_back() -> None:
    shown = gauge(a_book(day_latched=True, opening_e8=10_000 * E8, equity_e8=10_000 * E8), 2)
    assert (0.0, "AT_LIMIT") == (shown["headroom"], shown["state"])


def test_the_same_key_gives_the_same_answer_and_acts_once(site: Site) -> None:
    cycle = site.story.buy()
    site.catch_up()
    site.engine.result = TradeResult("SETTLED", "Bought.", str(cycle.id))
    client, key = site.program(), {"idempotency-key": "order-0001"}

    first = client.post("/api/trades/execute", json={"symbol": "BTC"}, headers=key)
    site.engine.result = TradeResult("NO_SIGNAL", "another answer")
    again = client.post("/api/trades/execute", json={"symbol": "btc-usdt"}, headers=key)

    assert first.content == again.content
    assert 1 == len(site.engine.told)
    assert "SETTLED" == first.json()["cycle"]["outcome"]


def test_a_key_belongs_to_one_order(site: Site) -> None:
    client, key = site.program(), {"idempotency-key": "order-0001"}
    client.post("/api/trades/execute", json={"symbol": "BTC"}, headers=key)

    other = client.post("/api/trades/execute", json={"symbol": "ETH"}, headers=key)

    assert (422, "KEY_REUSED") == (other.status_code, other.json()["code"])
    assert 1 == len(site.engine.told)


def test_two_calls_at_once_with_one_key_act_once(site: Site) -> None:
    begun, may_end = threading.Event(), threading.Event()
    acts: list[int] = []

    def act() -> TradeResult:
        acts.append(1)
        begun.set()
        may_end.wait(5)
        return TradeResult("NO_SIGNAL", "HOLD")

    keeper, ports = Keeper(), site.server.ports
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(keeper.once, "a-key", ("execute",), act, ports)
        begun.wait(5)
        second = pool.submit(keeper.once, "a-key", ("execute",), act, ports)
        may_end.set()
        assert first.result(5) == second.result(5)
    assert [1] == acts


def test_an_order_that_failed_may_be_tried_again_under_its_key(site: Site) -> None:
    client, key = site.program(), {"idempotency-key": "order-0001"}
    site.engine.result = Unavailable("CHAIN_AWAY", "The node does not answer.")
    assert 503 == client.post("/api/trades/execute", json={"symbol": "BTC"}, headers=key).status_code
    site.engine.result = TradeResult("NO_SIGNAL", "HOLD")
    assert 200 == client.post("/api/trades/execute", json={"symbol": "BTC"}, headers=key).status_code


def test_a_rejection_is_an_answer_not_an_error(site: Site) -> None:
    cycle = site.story.rejection()
    site.catch_up()
    site.engine.result = TradeResult("REJECTED", "RULE-03 said no.", str(cycle.id))

    response = site.program().post("/api/trades/execute", json={"symbol": "BTC"})

    assert (200, "RULE-03") == (response.status_code, response.json()["cycle"]["rules"][0]["id"])


def test_what_the_engine_refuses_is_a_conflict_with_its_facts(site: Site) -> None:
    site.engine.result = Refused("NOTHING_TO_SELL", "There is no position.", got=0)

    response = site.program().post("/api/trades/exit", json={"symbol": "BTC"})

    assert (409, "NOTHING_TO_SELL", {"got": 0}) == (
        response.status_code, response.json()["code"], response.json()["facts"],
    )  # fmt: skip


def test_each_exit_without_a_key_is_an_order_of_its_own(site: Site) -> None:
    for _ in range(2):
        site.program().post("/api/trades/exit", json={"symbol": "BTC", "fraction": "0.5"})
    first, second = site.engine.told
    assert ("exit", "BTC-USDT", 5000) == first[:3] == second[:3]
    assert first[3] != second[3]


def test_pages_of_the_history_follow_each_other(site: Site) -> None:
    ids = [str(site.story.rejection().id) for _ in range(5)]
    site.catch_up()

    first = site.client().get("/api/trades/history?limit=3").json()
    second = site.client().get("/api/trades/history", params={"limit": 3, "cursor": first["next"]}).json()

    assert ids[::-1] == [c["id"] for c in first["items"] + second["items"]]
    assert (5, None) == (second["total"], second["next"])


def test_a_page_is_not_shifted_by_what_comes_in_between(site: Site) -> None:
    ids = [str(site.story.rejection().id) for _ in range(4)]
    site.catch_up()
    first = site.client().get("/api/trades/history?limit=2").json()
    site.story.rejection()
    site.catch_up()

    second = site.client().get("/api/trades/history", params={"limit": 2, "cursor": first["next"]}).json()

    assert ids[1::-1] == [c["id"] for c in second["items"]]


def test_the_history_explains_a_rejection_as_the_dashboard_does(site: Site) -> None:
    cycle = site.story.rejection()
    site.catch_up()

    dashboard = site.client().get("/api/dashboard").json()["signals"][0]

    assert dashboard == site.client().get("/api/trades/history").json()["items"][0]
    assert dashboard == site.client().get(f"/api/trades/{cycle.id}").json()["cycle"]


def test_csv_has_a_head_and_all_rows_that_match(site: Site) -> None:
    site.story.buy()
    site.story.rejection()
    site.story.sell()
    site.catch_up()

    response = site.client().get("/api/trades/history?format=csv&limit=1&side=BUY")

    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert ["SETTLED", "REJECTED"] == [row["outcome"] for row in rows]
    assert "0.01" == rows[0]["quantity"]


def test_the_log_is_paged_with_each_hash_and_the_one_before(site: Site) -> None:
    site.story.buy()
    site.catch_up()

    items, after = [], 0
    while after is not None:
        page = site.client().get(f"/api/events?after={after}&limit=5").json()
        items += page["items"]
        after = page["next"]

    assert page["last"] == len(items)
    assert "0x" + "00" * 32 == items[0]["previous"]
    assert [event["hash"] for event in items[:-1]] == [event["previous"] for event in items[1:]]


def test_a_stranger_computes_the_logs_hashes_again_from_the_answer_alone(site: Site) -> None:
    site.story.buy()
    site.catch_up()

    for event in site.client().get("/api/events?limit=1000").json()["items"]:
        digest = hashlib.sha256(bytes.fromhex(event["previous"][2:]))
        for part in (
            event["position"].to_bytes(8, "big"), UUID(event["stream"]).bytes, event["version"].to_bytes(8, "big"),
            event["topic"].encode(), event["state"].encode(),
        ):  # fmt: skip
            digest.update(len(part).to_bytes(4, "big") + part)
        assert event["hash"] == "0x" + digest.hexdigest()
    assert site.client().get("/api/dashboard").json()["status"]["store"]["head"] == event["hash"]


def test_a_head_is_what_a_witness_keeps(site: Site) -> None:
    (head,) = site.client().get("/api/heads").json()["heads"]
    assert ("31337", a_hash(7), a_hash(4)) == (head["chain_id"], head["block_hash"], head["record_head"])
    assert site.story.ledger.facts.last()[0] == head["log_position"]


@pytest.mark.parametrize(
    ("position", "status", "code"), [("1", 409, "NOT_ANCHORED_YET"), ("1000000", 404, "UNKNOWN_EVENT")]
)
def test_an_event_without_a_proof_says_why(site: Site, position: str, status: int, code: str) -> None:
    site.story.buy()
    site.catch_up()

    response = site.client().get(f"/api/events/{position}/proof")

    assert (status, code) == (response.status_code, response.json()["code"])


def test_not_enough_data_is_an_answer_with_numbers(site: Site) -> None:
    response = site.client().get("/api/predictions/ETH")
    assert (409, "NOT_ENOUGH_DATA", 512) == (
        response.status_code, response.json()["code"], response.json()["facts"]["want"],
    )  # fmt: skip


def test_metrics_count_requests_by_route_and_not_by_path(site: Site) -> None:
    for n in range(3):
        site.client().get(f"/api/trades/{n}")
    text = site.client().get("/metrics").text
    assert 'tradeseal_requests_total{method="GET",route="/api/trades/{cycle_id}",status="404"} 3.0' in text
    assert "tradeseal_ready 1.0" in text


def test_a_board_that_cannot_be_drawn_keeps_the_last_picture_and_says_so(site: Site) -> None:
    before = site.client().get("/api/dashboard").json()["book"]["equity"]
    site.engine.the_book = replace(a_book(), limits=None)  # type: ignore[arg-type] - a defect on purpose

    with site.client() as client:
        for _ in range(100):
            names = [c["name"] for c in client.get("/api/health").json()["components"]]
            if "board" in names:
                break
            site.server.touch()
        assert before == client.get("/api/dashboard").json()["book"]["equity"]
