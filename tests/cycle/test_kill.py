"""Killed at any point and started again, a replay ends as if nothing had happened."""

import dataclasses
import os
import signal
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from replays import BARS, OUTCOMES, Quiet, Replay

from tradeseal.bootstrap import open_parts
from tradeseal.chain.published import ChainGate
from tradeseal.cycle.faults import POINTS
from tradeseal.trading.published import BookState, ExitReason

pytestmark = [pytest.mark.chain, pytest.mark.slow]

# The pass at which each point strikes: the first, or one in the middle where exits and entries are both under way.
STRIKES = {
    "generated": 7, "verified": 7, "commit-signed": 8, "committed": 8, "marks-signed": 5, "marks-posted": 9,
    "authorise-signed": 4, "authorise-mined": 8, "authorised": 2, "placed": 3, "filled": 1, "record-signed": 3,
    "record-mined": 2, "settled": 4, "anchor-signed": 1, "anchored": 1,
}  # fmt: skip


TWO_TRIGGERS = ("2024-09-03T13:00Z", "2024-09-04T04:00Z")


def test_the_run_passes_every_kind_of_step(uninterrupted: Replay) -> None:
    settled = Counter(e["side"] for _, _, e in uninterrupted.facts("TradeCycle.TradeSettled"))
    reasons = {e["reason"] for _, _, e in uninterrupted.facts("TradeCycle.ExitRequested")}
    by_signal = [
        names for names in uninterrupted.cycles().values() if "SignalGenerated" in names and "TradeSettled" in names
    ]

    assert settled[1] >= 4
    assert settled[2] >= 3
    assert reasons == {ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT}
    assert len(by_signal) > settled[1]  # one of them was a SELL
    assert len(uninterrupted.facts("SignalLog.BarFinished")) == BARS
    assert uninterrupted.facts("TradingDay.DaySettled")


# Nobody pulls a lever in this run; test_govern_command.py kills those.
LEVERS = {"govern-signed", "governed"}


def test_every_fault_point_has_its_strike() -> None:
    assert set(STRIKES) == set(POINTS) - LEVERS


# Every point strikes in the run that is killed at each in turn; these strike alone in the short run of the tests, too.
ALONE = {"committed", "authorise-mined", "filled", "record-signed", "anchored"}


@pytest.mark.parametrize(
    "point", [pytest.param(point, marks=[] if point in ALONE else pytest.mark.long) for point in STRIKES]
)
def test_a_run_that_is_killed_ends_like_one_that_was_not(point: str, uninterrupted: Replay, another: Replay) -> None:
    another.die_at(f"{point}:{STRIKES[point]}")
    another.to_the_end()

    assert another.end() == uninterrupted.end()
    assert_nothing_doubled_and_nothing_lost(another)


def test_a_run_that_is_killed_at_every_point_in_turn_still_ends_the_same(
    uninterrupted: Replay, another: Replay
) -> None:
    for point in STRIKES:
        another.die_at(point)
    another.to_the_end()

    assert another.end() == uninterrupted.end()
    assert_nothing_doubled_and_nothing_lost(another)


def test_a_bar_with_several_triggers_goes_on_with_its_own_prices(tmp_path: Path) -> None:
    whole, killed = (
        Replay(
            tmp_path / name,
            markets=("BTC", "DOGE", "ETH", "SOL", "XRP"),
            start=TWO_TRIGGERS[0],
            end=TWO_TRIGGERS[1],
        )
        for name in ("whole", "killed")
    )
    whole.to_the_end()
    ticks = Counter(e["observed_at"] for _, _, e in whole.facts("SignalLog.MarksPosted") if e["kind"] == "trigger")
    assert max(ticks.values()) >= 2, "no bar of this span has two triggers"

    killed.die_at("marks-posted:18")
    killed.to_the_end()

    assert killed.end() == whole.end()


def test_a_finished_run_that_is_started_again_adds_nothing(uninterrupted: Replay) -> None:
    before = len(uninterrupted.facts("%"))

    uninterrupted.to_the_end()

    assert len(uninterrupted.facts("%")) == before


def test_other_keys_change_the_blocks_and_nothing_that_was_decided(uninterrupted: Replay, another: Replay) -> None:
    another.to_the_end()

    assert another.end() == uninterrupted.end()
    assert not set(another.blocks()) & set(uninterrupted.blocks())


def test_a_node_that_is_killed_under_a_run_is_executed_again(uninterrupted: Replay, another: Replay) -> None:
    class Killer(Quiet):
        def progress(self, done: int, total: int, data_clock: int) -> None:
            if done in (5, 12):
                os.kill(parts.gate.chain.pid, signal.SIGKILL)

    parts = open_parts(another.settings, Killer())
    try:
        parts.engine.run()
        assert (parts.engine.stopped, parts.engine.finished) == (None, True)
        assert parts.gate.chain.restarts == 2
    finally:
        parts.close()

    assert another.end() == uninterrupted.end()
    assert_nothing_doubled_and_nothing_lost(another)


def test_the_engine_stops_when_the_chain_and_the_fills_differ_by_one_unit(another: Replay) -> None:
    class LyingGate:
        """Says that the book holds one unit of cash more, once something was filled."""

        def __init__(self, gate: ChainGate) -> None:
            self._gate = gate

        def __getattr__(self, name: str) -> object:
            return getattr(self._gate, name)

        def book(self) -> BookState:
            book = self._gate.book()
            held = any(position.quantity_e8 for position in book.positions)
            return dataclasses.replace(book, cash_e8=book.cash_e8 + 1) if held else book

    parts = open_parts(another.settings, Quiet())
    try:
        parts.engine.steps.gate = LyingGate(parts.gate)  # type: ignore[assignment]
        parts.engine.run()
        stopped = parts.engine.stopped
        assert stopped is not None
        assert (stopped.code, stopped.facts["what"]) == ("BOOKS_DIFFER", "cash")
        assert int(stopped.facts["chain"]) - int(stopped.facts["ledger"]) == 1
        assert not parts.engine.finished
    finally:
        parts.close()


def assert_nothing_doubled_and_nothing_lost(replay: Replay) -> None:
    digests = [d for _, _, event in replay.facts("SignalLog.SignalsCommitted") for d in event["digests"]]
    orders = [event["client_order_id"] for _, _, event in replay.facts("TradeCycle.OrderPlaced")]
    signed = [event["transaction_hash"] for _, _, event in replay.facts("ChainJournal.TransactionSigned")]
    mined = [event["transaction_hash"] for _, _, event in replay.facts("ChainJournal.TransactionMined")]
    rounds = [(e["from_seq"], e["to_seq"]) for _, _, e in replay.facts("SignalLog.SignalsCommitted")]
    seqs = [event["seq"] for _, _, event in replay.facts("SignalLog.MarksPosted")]

    assert len(digests) == len(set(digests))
    assert len(orders) == len(set(orders))
    assert signed == mined
    assert len(set(mined)) == len(mined)
    assert all(after[0] == before[1] + 1 for before, after in pairwise(rounds))
    assert seqs == list(range(1, len(seqs) + 1))
    for names in replay.cycles().values():
        assert len(OUTCOMES & set(names)) == sum(name in OUTCOMES for name in names) <= 1
        assert not OUTCOMES & set(names[:-1])
