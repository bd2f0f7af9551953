"""The engine's state is what the stored events say, and nothing else."""

import json
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

import pytest
from builders import BTC, CYCLE, DAY, HOUR, NOON, a_fact, a_signal
from eventsourcing.persistence import StoredEvent

from tradeseal.cycle.state import _HANDLERS, EngineState, OpenPosition, Round
from tradeseal.kernel.money import SCALE
from tradeseal.ledger.mapper import MsgspecMapper, MsgspecTranscoder
from tradeseal.ledger.published import StoredFact
from tradeseal.trading.accounts import BUY, SELL, Holding

GOLDEN = Path(__file__).parent.parent / "ledger" / "golden"


def folded(*facts: StoredFact) -> EngineState:
    state = EngineState()
    for fact in facts:
        state.apply(fact)
    return state


def opened(cycle: UUID = CYCLE) -> StoredFact:
    return a_fact("TradeCycle.CycleOpened", stream=cycle, market=BTC)


def generated(cycle: UUID = CYCLE, **barriers: int) -> StoredFact:
    return a_fact("TradeCycle.SignalGenerated", stream=cycle, signal=asdict(a_signal(**barriers)))


def a_fill(*, side: int = BUY, quantity_after: int = 1, price: int = 100, cycle: UUID = CYCLE) -> StoredFact:
    return a_fact(
        "TradingDay.FillBooked", stream=UUID(int=9), cycle=cycle, market=BTC, side=side, price_e8=price * SCALE,
        cash_after_e8=5 * SCALE, quantity_after_e8=quantity_after * SCALE, cost_after_e8=101 * SCALE, observed_at=NOON,
    )  # fmt: skip


def a_round(seq: int) -> StoredFact:
    return a_fact("SignalLog.RoundClosed", round=seq, candle_close=NOON, cycles=[CYCLE], round_hash="0x" + "0a" * 32)


def test_a_book_begins_with_its_cash() -> None:
    assert folded(a_fact("Portfolio.BookOpened", cash_e8=7)).accounts.cash_e8 == 7


def test_a_cycle_is_open_from_its_first_event() -> None:
    assert folded(opened()).open_cycles == {CYCLE: BTC}


@pytest.mark.parametrize("outcome", ["SignalRefused", "TradeRejected", "TicketReleased", "TradeSettled"])
def test_an_outcome_closes_the_cycle(outcome: str) -> None:
    assert folded(opened(), a_fact(f"TradeCycle.{outcome}")).open_cycles == {}


@pytest.mark.parametrize(("final", "left"), [(True, {}), (False, {CYCLE: BTC})])
def test_a_skip_closes_the_cycle_only_when_it_is_final(final: bool, left: dict[UUID, str]) -> None:
    assert folded(opened(), a_fact("TradeCycle.OrderSkipped", final=final)).open_cycles == left


def test_a_purchase_sets_the_barriers_of_its_signal_measured_from_the_fill() -> None:
    state = folded(opened(), generated(take_profit_bps=100, stop_loss_bps=200), a_fill(price=50))

    assert state.positions == {
        BTC: OpenPosition(
            BTC, CYCLE, 50 * SCALE, 50 * SCALE * 101 // 100, 50 * SCALE * 98 // 100, NOON, NOON + 72 * HOUR
        )
    }
    assert (state.accounts.cash_e8, state.accounts.holdings) == (5 * SCALE, {BTC: Holding(SCALE, 101 * SCALE)})


def test_a_further_purchase_sets_the_barriers_anew() -> None:
    other = UUID(int=2)
    state = folded(opened(), generated(), a_fill(), opened(other), generated(other), a_fill(price=60, cycle=other))

    assert (state.positions[BTC].opening_cycle, state.positions[BTC].entry_price_e8) == (other, 60 * SCALE)


def test_a_partial_sale_leaves_the_barriers_and_a_full_one_ends_the_position() -> None:
    bought = (opened(), generated(), a_fill(quantity_after=2))

    partly = folded(*bought, a_fill(side=SELL, quantity_after=1, price=120))
    wholly = folded(*bought, a_fill(side=SELL, quantity_after=0, price=120))

    assert partly.positions == folded(*bought).positions
    assert (wholly.positions, wholly.accounts.holdings) == ({}, {})


def test_rounds_wait_until_they_are_committed() -> None:
    state = folded(a_round(1), a_round(2), a_round(3), a_fact("SignalLog.SignalsCommitted", to_seq=2))

    assert state.uncommitted == [Round(3, b"\x0a" * 32)]
    assert (state.rounds, state.last_round_close, state.last_round_cycles) == (3, NOON, (CYCLE,))


def test_marks_bars_and_days_move_the_clock() -> None:
    state = folded(
        a_fact("TradingDay.DayOpened", day=18_748),
        a_fact("SignalLog.MarksPosted", seq=4, vector_hash="0x" + "0b" * 32, observed_at=NOON, prices_e8={}),
        a_fact("SignalLog.BarFinished", close_time=NOON + HOUR, position=12),
    )

    assert (state.day, state.mark_seq, state.vector_hash) == (18_748, 4, b"\x0b" * 32)
    assert (state.observed_at, state.last_bar_close, state.position) == (NOON, NOON + HOUR, 12)


def test_an_order_of_a_person_is_remembered_by_its_key() -> None:
    decided = [a_fact("TradeCycle.DecisionMade", idempotency_key=key, approval="approved") for key in ("", "key-1")]

    assert folded(*decided).ordered == {"key-1": CYCLE}


@pytest.mark.parametrize("topic", sorted(_HANDLERS))
def test_an_event_is_folded_alike_before_and_after_it_was_stored(topic: str) -> None:
    kept = json.loads((GOLDEN / f"{topic}.json").read_text())
    stream, version, state = UUID(kept["originator_id"]), kept["originator_version"], kept["state"].encode()
    event = MsgspecMapper(transcoder=MsgspecTranscoder()).to_domain_event(
        StoredEvent(stream, version, kept["topic"], state)
    )
    cycle = UUID(json.loads(state).get("cycle", str(CYCLE)))
    before, after = folded(generated(cycle)), folded(generated(cycle))

    before.fold(event)
    after.apply(StoredFact(1, stream, version, kept["topic"], state, bytes(32)))

    assert before == after


def test_what_the_engine_does_not_need_only_moves_the_place_in_the_log() -> None:
    state = folded(a_fact("ChainJournal.TransactionMined", position=5))

    assert state == EngineState(position=5)


def test_folding_again_gives_the_same_state() -> None:
    facts = (opened(), generated(), a_fill(), a_round(1), a_fact("TradeCycle.TradeSettled", position=DAY))

    assert folded(*facts) == folded(*json_again(facts))


def json_again(facts: tuple[StoredFact, ...]) -> list[StoredFact]:
    """The same facts, as another process would read them."""
    return [
        StoredFact(f.position, f.stream, f.version, f.topic, json.dumps(json.loads(f.state)).encode(), f.hash)
        for f in facts
    ]
