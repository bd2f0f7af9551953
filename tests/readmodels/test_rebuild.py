"""Views are folded again beside the running ones and switched; the past can be asked at every position."""

import json
import sqlite3
import threading
from pathlib import Path

import pytest
from stories import E8, START, Story, a_story

from tradeseal.kernel.errors import Refused
from tradeseal.readmodels import book as book_module
from tradeseal.readmodels.facts import decoded
from tradeseal.readmodels.published import ReadModels, open_read_models

WAIT_S = 60


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return a_story(tmp_path)


def the_views(story: Story, folder: str = "views") -> ReadModels:
    return open_read_models(story.ledger.path.parent / folder, story.ledger.facts)


def traded(story: Story) -> Story:
    for act in (story.buy, story.bar, story.rejection, story.refused, story.sell, story.bar, story.vector):
        act()
    story.buy("ETH-USDT", price_e8=3_000 * E8)
    return story


def files(story: Story) -> set[str]:
    return {path.name for path in (story.ledger.path.parent / "views").iterdir() if path.suffix == ".sqlite"}


def test_a_rebuilt_view_has_the_rows_of_the_running_one_and_takes_its_place(story: Story) -> None:
    views = the_views(traded(story))
    views.follower.catch_up()
    before, names = views.queries.counters(), files(story)

    found = list(views.follower.rebuild())

    last = story.ledger.facts.last()[0]
    assert {"cycles", "records", "book", "results"} == {each.view for each in found}
    assert [(True, last)] * 4 == [(each.equal, each.events) for each in found]
    assert (before, names) == (views.queries.counters(), files(story))
    assert not list((story.ledger.path.parent / "views").glob("*.beside*"))


def test_a_rebuilt_file_is_the_followed_one_byte_for_byte_once_both_are_packed(story: Story, tmp_path: Path) -> None:
    views = the_views(story)
    views.follower.catch_up()
    for act in (story.buy, story.bar, story.rejection, story.sell, story.bar):
        act()
        views.follower.catch_up()

    def packed(name: str) -> dict[str, bytes]:
        made = {}
        for path in sorted((tmp_path / "views").glob("*.sqlite")):
            target = tmp_path / f"{path.stem}.{name}"
            with sqlite3.connect(path) as view:
                view.execute("VACUUM INTO ?", (str(target),))
            made[path.name] = target.read_bytes()
        return made

    followed = packed("followed")
    assert all(each.equal for each in views.follower.rebuild())

    assert followed == packed("rebuilt")


def test_a_view_that_somebody_changed_is_told_and_mended(story: Story) -> None:
    views = the_views(traded(story))
    views.follower.catch_up()
    (path,) = (story.ledger.path.parent / "views").glob("book.v*.sqlite")
    with sqlite3.connect(path) as forged:
        forged.execute("UPDATE days SET realised_e8 = '999'")
    forged.close()
    assert 999 == views.queries.realised_total_e8()

    found = {each.view: each.equal for each in views.follower.rebuild()}

    assert {"cycles": True, "records": True, "book": False, "results": True} == found
    assert views.queries.realised_total_e8() != 999


def test_readers_are_answered_and_events_followed_while_views_are_rebuilt(story: Story) -> None:
    views = the_views(traded(story))
    views.follower.start()
    wrong: list[object] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                counted = views.queries.counters().get("settled", 0)
                if counted < 2:
                    wrong.append(counted)
            except sqlite3.Error as error:
                wrong.append(error)

    try:
        assert views.queries.cycle_when_known(str(story.buy().id), timeout_s=WAIT_S)
        readers = [threading.Thread(target=read) for _ in range(3)]
        for reader in readers:
            reader.start()
        for _ in range(3):
            story.rejection()
            assert all(each.equal for each in views.follower.rebuild())
        newest = story.buy()
        row = views.queries.cycle_when_known(str(newest.id), timeout_s=WAIT_S)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
        views.follower.stop()

    assert [] == wrong
    assert row is not None
    assert "SETTLED" == row["outcome"]


def test_an_event_that_cannot_be_folded_leaves_the_view_in_use(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    views = the_views(traded(story))
    views.follower.catch_up()
    before = views.queries.days()

    def broken(db: sqlite3.Connection, fact: object) -> None:
        raise KeyError("fee_e8")

    with monkeypatch.context() as patch:
        patch.setitem(book_module._HANDLERS, "TradingDay.FillBooked", broken)
        with pytest.raises(KeyError):
            list(views.follower.rebuild())

    assert before == views.queries.days()
    assert not list((story.ledger.path.parent / "views").glob("*.beside*"))
    assert all(each.equal for each in views.follower.rebuild())


def test_one_rebuild_at_a_time_and_its_findings_are_kept(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    views = the_views(traded(story))
    views.follower.catch_up()
    go_on, original = threading.Event(), views.follower.rebuild

    def held(progress):
        go_on.wait(WAIT_S)
        yield from original(progress)

    monkeypatch.setattr(views.follower, "rebuild", held)
    views.rebuilder.start()
    with pytest.raises(Refused) as refusal:
        views.rebuilder.start()
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "rebuild":
            thread.join(WAIT_S)

    assert "REBUILD_RUNS" == refusal.value.code
    assert (False, "", 4) == (
        views.rebuilder.state.running,
        views.rebuilder.state.error,
        len(views.rebuilder.state.found),
    )


def by_hand(story: Story, position: int) -> tuple[int, dict[str, tuple[int, int]], int]:
    """Cash, holdings and realised profit, added up from the fills alone."""
    cash, held, realised = 10_000 * E8, {}, 0
    for stored in story.ledger.facts.all():
        fact = decoded(stored)
        if fact.position <= position and fact.topic == "TradingDay.FillBooked":
            d = fact.data
            quantity, cost = held.get(d["market"], (0, 0))
            if d["side"] == 1:
                cash -= d["notional_e8"] + d["fee_e8"]
                held[d["market"]] = (quantity + d["quantity_e8"], cost + d["notional_e8"] + d["fee_e8"])
            else:
                cash += d["notional_e8"] - d["fee_e8"]
                realised += d["notional_e8"] - d["fee_e8"] - cost
                held[d["market"]] = (0, 0)
    return cash, {market: both for market, both in held.items() if both[0]}, realised


def test_the_portfolio_at_every_position_is_what_the_fills_up_to_there_add_up_to(story: Story) -> None:
    views = the_views(traded(story))
    views.follower.catch_up()
    last = story.ledger.facts.last()[0]

    assert None is views.queries.portfolio_at(0)
    for position in range(1, last + 1):
        found = views.queries.portfolio_at(position)
        assert found is not None
        held = {row["market"]: (int(row["quantity_after_e8"]), int(row["cost_after_e8"])) for row in found["holdings"]}
        assert by_hand(story, position) == (int(found["cash_e8"]), held, int(found["realised_e8"]))
    assert found["close_time"] == story.now if story.now == START else found["close_time"] > START


def test_the_past_is_that_of_views_which_never_saw_the_rest(story: Story, tmp_path: Path) -> None:
    traded(story)
    views = the_views(story)
    views.follower.catch_up()
    last = story.ledger.facts.last()[0]

    class CutLog:
        """The log as it was at a position."""

        def __init__(self, until: int) -> None:
            self.until = until

        def read(self, after: int = 0, limit: int = 1000):
            return [fact for fact in story.ledger.facts.read(after, limit) if fact.position <= self.until]

        def wait(self, after: int, timeout_s: float) -> bool:
            return False

        def last(self) -> tuple[int, bytes]:
            return self.until, b""

    for position in range(1, last + 1, 7):
        cut = open_read_models(tmp_path / f"cut-{position}", CutLog(position))  # type: ignore[arg-type]
        cut.follower.catch_up()
        assert cut.queries.portfolio_at(2**40) == {**(views.queries.portfolio_at(position) or {}), "position": 2**40}
        for view in (cut.queries._cycles, cut.queries._records, cut.queries._book):
            view.close()


def test_a_deposit_changes_cash_from_its_own_event_on(story: Story) -> None:
    story.buy()
    before = story.ledger.facts.last()[0]
    values = {"amount": str(E8), "cashAfter": str(123 * E8), "observedAt": str(story.now)}
    story.portfolio.note_record(
        name="FlowBooked", values=values, record_seq=90, record_hash="0x1", previous_hash="0x0"
    )  # fmt: skip
    story.ledger.save(story.portfolio)
    views = the_views(story)
    views.follower.catch_up()

    cash = [int((views.queries.portfolio_at(at) or {})["cash_e8"]) for at in (before, before + 1)]

    assert [story.cash_e8, 123 * E8] == cash
    assert json.dumps(values)
