"""What the read models promise: each event folded exactly once, and never a skipped one."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from stories import E8, HOUR, START, Story, a_hash, a_story

from tradeseal.readmodels import cycles as cycles_module
from tradeseal.readmodels.published import Filter, Poisoned, ReadModels, open_read_models


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return a_story(tmp_path)


def the_views(story: Story, folder: str = "views", **named) -> ReadModels:
    return open_read_models(story.ledger.path.parent / folder, story.ledger.facts, **named)


def caught_up(story: Story) -> ReadModels:
    views = the_views(story)
    views.follower.catch_up()
    return views


def test_a_settled_entry_is_one_row_with_all_seven_steps_done(story: Story) -> None:
    cycle = story.buy()

    row = caught_up(story).queries.cycle(str(cycle.id))

    assert row is not None
    assert ("ENTRY", "BUY", "SETTLED") == (row["kind"], row["side"], row["outcome"])
    assert [(n, "DONE") for n in range(1, 8)] == [(s["step"], s["state"]) for s in row["steps"]]
    assert str(E8 // 100) == row["fill_quantity_e8"]
    assert row["steps"][3]["block"] is not None
    assert row["steps"][5]["tx"] is not None


def test_a_rejection_keeps_the_failed_rules_alone_with_both_numbers(story: Story) -> None:
    story.rejection(confidence_bps=6000)

    views = caught_up(story)
    (row,) = views.queries.recent_rejections(5)

    expected = [{"rule": "RULE-03", "failed": True, "measured": "6000", "limit": "6500"}]
    assert expected == json.loads(row["failures"])
    assert 1 == views.queries.counters()["rejected:RULE-03"]
    assert "REJECTED" == row["steps"][3]["state"]


def test_a_refused_signal_keeps_the_check_that_failed(story: Story) -> None:
    story.refused()

    page = caught_up(story).queries.verifications(Filter(outcome="FAILED"), limit=5)

    assert 1 == page.total
    assert '"number": 4' in page.rows[0]["checks"]


def test_a_position_has_the_barriers_of_its_entry_and_is_gone_after_its_sale(story: Story) -> None:
    cycle = story.buy(price_e8=50_000 * E8)
    views = caught_up(story)

    (held,) = views.queries.positions()
    assert str(50_500 * E8) == held["target_e8"]
    assert str(49_000 * E8) == held["stop_e8"]
    assert story.now + 72 * HOUR == held["time_limit"]
    assert str(cycle.id) == held["opening_cycle"]

    story.sell()
    views.follower.catch_up()
    assert [] == views.queries.positions()


def test_a_sale_on_the_chart_names_its_reason_and_a_purchase_has_none(story: Story) -> None:
    story.buy()
    story.sell(reason=2)

    fills = caught_up(story).queries.fills("BTC-USDT", START, story.now)

    assert [(1, None), (2, "STOP_LOSS")] == [(fill["side"], fill["reason"]) for fill in fills]


def test_records_are_a_chain_in_which_each_names_the_one_before(story: Story) -> None:
    story.buy()
    story.rejection()
    story.sell()

    page = caught_up(story).queries.records(after=0, limit=100)

    assert ["entry", "buy fill", "rejection", "exit", "sell fill"] == [r["kind"] for r in page.rows]
    assert [r["hash"] for r in page.rows[:-1]] == [r["previous"] for r in page.rows[1:]]
    assert all(r["block_hash"] for r in page.rows)


def test_a_day_record_has_the_block_of_the_transaction_stored_before_it(story: Story) -> None:
    story.buy()
    stamp = story.stamp()
    story.day.settle(
        closing_equity_e8=story.cash_e8,
        values={"closing": str(story.cash_e8), "observedAt": str(START + 86400)},
        **{name: stamp[name] for name in ("record_seq", "record_hash", "previous_hash")},
    )
    story.ledger.save(story.day)
    views = caught_up(story)

    last = views.queries.last_record()

    assert last is not None
    assert ("day", START + 86400) == (last["kind"], last["observed_at"])
    assert str(story.cash_e8) == views.queries.days()[0]["closing_e8"]


def test_pages_end_and_together_hold_every_cycle_once(story: Story) -> None:
    ids = [str(story.rejection().id) for _ in range(7)]
    queries = caught_up(story).queries

    seen, before = [], None
    for _ in range(10):
        page = queries.cycles(Filter(), before=before, limit=3)
        seen += [row["id"] for row in page.rows]
        assert 7 == page.total
        before = page.next
        if before is None:
            break

    assert ids[::-1] == seen


def test_a_filter_includes_both_ends_of_its_span(story: Story) -> None:
    story.rejection()
    at = story.now
    story.rejection()

    queries = caught_up(story).queries

    assert 1 == queries.cycles(Filter(since=at, until=at)).total
    assert 0 == queries.cycles(Filter(since=at + 1, until=at + HOUR - 1)).total
    assert 2 == queries.cycles(Filter(since=at, until=at + HOUR)).total
    assert 0 == queries.cycles(Filter(market="ETH-USDT")).total


def test_equity_is_thinned_to_the_asked_points_with_both_ends(story: Story) -> None:
    for n in range(50):
        story.now += HOUR
        story.bar(equity_e8=n * E8)

    rows = caught_up(story).queries.equity(7)

    assert 7 == len(rows)
    assert START == rows[0]["close_time"]
    assert story.now == rows[-1]["close_time"]


def test_a_rebuilt_view_equals_one_that_followed(story: Story) -> None:
    followed = the_views(story, "followed")
    for act in (story.buy, story.rejection, story.sell, story.refused, story.bar, story.vector):
        act()
        followed.follower.catch_up()
    rebuilt = the_views(story, "rebuilt")
    rebuilt.follower.catch_up()

    def whole(folder: str) -> list[str]:
        files = sorted((story.ledger.path.parent / folder).glob("*.sqlite"))
        return [line for path in files for line in sqlite3.connect(path).iterdump()]

    assert whole("followed") == whole("rebuilt")


def test_a_view_of_another_log_is_thrown_away(story: Story, tmp_path: Path) -> None:
    story.buy()
    caught_up(story)
    other = a_story(tmp_path / "other")
    other.rejection()
    views = open_read_models(story.ledger.path.parent / "views", other.ledger.facts)

    views.follower.catch_up()

    assert ["REJECTED"] == [row["outcome"] for row in views.queries.recent_signals(9)]


def test_files_of_an_older_version_are_removed_once_the_new_one_has_caught_up(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.buy()
    caught_up(story)
    folder = story.ledger.path.parent / "views"
    old = folder / f"cycles.v{cycles_module.CyclesProjection.version}.sqlite"
    assert old.exists()
    monkeypatch.setattr(cycles_module.CyclesProjection, "version", 99)

    views = the_views(story)
    views.follower.catch_up()

    assert not old.exists()
    assert 1 == views.queries.cycles(Filter()).total


def test_a_poison_event_stops_the_follower_right_before_it_and_alarms(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.buy()
    before = story.ledger.facts.last()[0]
    story.rejection()
    story.buy("ETH-USDT")

    def broken(db: sqlite3.Connection, fact: object) -> None:
        raise KeyError("record_seq")

    monkeypatch.setitem(cycles_module._HANDLERS, "TradeCycle.TradeRejected", broken)
    alarms: list[Poisoned] = []
    views = the_views(story, alarm=alarms.append)

    views.follower.catch_up()

    (alarm,) = alarms
    assert ("cycles", "TradeCycle.TradeRejected") == (alarm.view, alarm.topic)
    assert alarm.position > before
    assert 1 == views.queries.counters()["settled"]
    assert not views.follower.alive()
    assert alarm == views.queries.poisoned()
    again = the_views(story, alarm=alarms.append)
    again.follower.catch_up()
    assert alarm == alarms[1], "a restart stops at the same event, it does not pass it"

    monkeypatch.undo()
    repaired = the_views(story)
    repaired.follower.catch_up()
    assert 2 == repaired.queries.counters()["settled"]


def test_the_follower_tells_of_what_it_folded(story: Story) -> None:
    told = threading.Event()
    topics: list[str] = []

    def changed(facts) -> None:
        topics.extend(fact.topic for fact in facts)
        if "TradeCycle.TradeSettled" in topics:
            told.set()

    views = the_views(story, changed=changed)
    views.follower.start()
    try:
        cycle = story.buy()
        assert told.wait(60)
        assert views.queries.cycle_when_known(str(cycle.id))["outcome"] == "SETTLED"
        assert views.follower.alive()
    finally:
        views.follower.stop()
    assert "TradingDay.FillBooked" == topics[-1]


def test_the_follower_tells_of_what_was_stored_while_it_began(story: Story) -> None:
    stored = threading.Event()
    told = threading.Event()

    class SlowLog:
        wait, last = story.ledger.facts.wait, story.ledger.facts.last

        @staticmethod
        def read(after: int = 0, limit: int = 1000):
            stored.wait(10)
            return story.ledger.facts.read(after, limit)

    def changed(facts) -> None:
        if "TradeCycle.TradeSettled" in [fact.topic for fact in facts]:
            told.set()

    views = open_read_models(story.ledger.path.parent / "views", SlowLog(), changed=changed)
    views.follower.start()
    try:
        story.buy()
        stored.set()
        assert told.wait(60)
    finally:
        views.follower.stop()


def test_hash_and_position_of_the_log_are_what_the_log_says(story: Story) -> None:
    story.buy()
    queries = caught_up(story).queries

    facts = queries.events(0, 1000)

    assert list(range(1, len(facts) + 1)) == [fact.position for fact in facts]
    assert (facts[-1].position, facts[-1].hash) == queries.last_event()
    assert queries.position() == facts[-1].position
    assert a_hash(0) != facts[0].hash
