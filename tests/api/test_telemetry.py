"""Whoever watches from outside sees what happens, and no log line ever holds a key or a token."""

from dataclasses import replace

import pytest
from fakes import HOST, TOKEN, Site, a_site, a_status
from prometheus_client.parser import text_string_to_metric_families
from stories import a_story
from structlog.testing import capture_logs

from tradeseal.api.ports import StoppedInfo
from tradeseal.api.schemas.dashboard import Health
from tradeseal.readmodels.published import Poisoned


def scraped(site: Site) -> dict[tuple[str, str], float]:
    text = site.client().get("/metrics").text
    return {
        (sample.name, "|".join(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def traded(site: Site) -> Site:
    for act in (site.story.buy, site.story.rejection, site.story.refused, site.story.sell):
        act()
    while site.views.follower._step():
        pass
    site.server.board.refresh()
    return site


def test_a_scrape_tells_of_engine_cycles_rules_chain_store_and_listeners(site: Site) -> None:
    traded(site)
    with site.client() as client, client.websocket_connect("/ws", headers={"host": HOST}) as listener:
        listener.receive_json()
        found = scraped(site)

    last = float(site.story.ledger.facts.last()[0])
    expected = {
        ("tradeseal_engine_phase", "phase=RUNNING"): 1,
        ("tradeseal_engine_phase", "phase=STARTING"): 0,
        ("tradeseal_bars_done", ""): 10,
        ("tradeseal_bars_total", ""): 100,
        ("tradeseal_data_clock_seconds", ""): site.engine.the_status.data_clock,
        ("tradeseal_chain_block_number", ""): 7,
        ("tradeseal_cycles_total", "outcome=SETTLED"): 2,
        ("tradeseal_cycles_total", "outcome=REJECTED"): 1,
        ("tradeseal_cycles_total", "outcome=REFUSED"): 1,
        ("tradeseal_rejections_total", "rule=RULE-03"): 1,
        ("tradeseal_rejections_total", "rule=RULE-01"): 0,
        ("tradeseal_store_events", ""): last,
        ("tradeseal_views_position", ""): last,
        ("tradeseal_views_lag", ""): 0,
        ("tradeseal_websocket_clients", ""): 1,
        ("tradeseal_step_observations_total", "step=cycle"): 1,
    }
    assert expected == {name: found[name] for name in expected}
    assert 0 < found["tradeseal_step_seconds", "quantile=0.99|step=cycle"] < 60


def test_requests_are_counted_by_route_status_and_latency(site: Site) -> None:
    client = site.client()
    client.get("/api/trades/history")
    client.get("/api/trades/no-such-trade")

    found = scraped(site)

    assert 1 == found["tradeseal_requests_total", "method=GET|route=/api/trades/history|status=200"]
    assert 1 == found["tradeseal_requests_total", "method=GET|route=/api/trades/{cycle_id}|status=404"]
    assert 1 == found["tradeseal_request_seconds_count", "route=/api/trades/history"]
    assert 1 == found["tradeseal_request_seconds_bucket", "le=+Inf|route=/api/trades/history"]


def test_while_the_engine_starts_a_scrape_answers_and_invents_nothing(tmp_path) -> None:
    found = scraped(a_site(tmp_path, a_story(tmp_path), joined=False))

    assert 1 == found["tradeseal_engine_phase", "phase=STARTING_CHAIN"]
    assert not [name for name, _ in found if name.startswith("tradeseal_cycles")]


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ({"phase": "RUNNING"}, 200),
        ({"phase": "PAUSED"}, 200),
        ({"phase": "FINISHED"}, 200),
        ({"phase": "STARTING_CHAIN"}, 503),
        ({"phase": "RE_EXECUTING"}, 503),
        ({"phase": "STOPPED", "stopped": StoppedInfo("DIFFERENCE", "The books differ.")}, 503),
        ({"phase": "RUNNING", "stopped": StoppedInfo("DIFFERENCE", "The books differ.")}, 503),
    ],
)
def test_ready_is_503_until_ready_and_when_stopped_and_live_is_always_200(site: Site, named, status: int) -> None:
    site.engine.the_status = replace(a_status(), **named)
    client = site.client()

    response = client.get("/api/health/ready")

    assert status == response.status_code
    Health.model_validate_json(response.content, strict=True)
    live = client.get("/api/health/live")
    assert (200, {"live": True}) == (live.status_code, live.json())


def test_ready_is_503_when_the_views_stopped(site: Site) -> None:
    site.views.queries.poisoned = lambda: Poisoned("cycles", 7, "TradeCycle.X", "boom")

    assert 503 == site.client().get("/api/health/ready").status_code


def test_each_outcome_is_one_line_with_its_rule_and_latency(site: Site) -> None:
    site.views.follower._changed = site.server.changed
    with capture_logs() as lines:
        traded(site)

    told = [line for line in lines if line["event"] == "cycle"]
    assert ["SETTLED", "REJECTED", "REFUSED", "SETTLED"] == [line["outcome"] for line in told]
    assert [None, "RULE-03", "CHECK_4_window", None] == [line["rule"] for line in told]
    assert all(line["ms"] >= 0 and line["market"] == "BTC-USDT" for line in told)


def test_a_log_that_cannot_be_written_does_not_stop_the_views(site: Site, monkeypatch) -> None:
    site.views.follower._changed = site.server.changed
    monkeypatch.setattr("tradeseal.api.outcomes.tell", lambda *_: 1 / 0)

    traded(site)

    assert site.views.follower.poisoned is None


def test_no_key_and_no_token_is_ever_logged(site: Site) -> None:
    site.views.follower._changed = site.server.changed
    one_time, wrong, idempotency = site.server.gatekeeper.new_key(), "w" * 40, "customer-key-12345"
    with capture_logs() as lines:
        client = site.client()
        client.post("/api/session", json={"key": one_time}, headers={"origin": "http://127.0.0.1:8000"})
        cookies = [value for _, value in client.cookies.items()]
        client.get("/api/session")
        client.post("/api/session", json={"key": wrong})
        client.get(f"/api/dashboard?key={one_time}&token={TOKEN}")
        client.post("/api/engine/pause", headers={"authorization": f"Bearer {wrong}"})
        program = site.program()
        program.post("/api/trades/execute", json={"symbol": "BTC"}, headers={"idempotency-key": idempotency})
        program.post("/api/trades/execute", content=b"{", headers={"content-type": "application/json"})
        program.get("/api/dashboard", headers={"host": "evil.example"})
        traded(site)

    text = repr(lines)
    assert len(lines) > 8
    assert cookies
    for secret in (TOKEN, one_time, wrong, idempotency, *cookies, "Bearer", "authorization", "cookie"):
        assert secret not in text
    assert {"method", "route", "path", "status", "ms"} <= set(lines[0])
