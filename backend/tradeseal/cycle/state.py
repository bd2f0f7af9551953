"""The engine's state: everything it needs to go on, folded from stored events and from nothing else.

Knows which event changes what. Knows nothing of how events come about; a restart folds the same events to the same
state.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec

from tradeseal.kernel.money import price_with_spread_down, price_with_spread_up
from tradeseal.ledger.published import StoredFact
from tradeseal.trading.accounts import BUY, Accounts

SECONDS_A_DAY = 86_400


def day_of(observed_at: int) -> int:
    """The UTC day of a tick; the tick at midnight still belongs to the day it closes."""
    return (observed_at - 1) // SECONDS_A_DAY


@dataclass(frozen=True)
class OpenPosition:
    """A position's way out: the barriers of its latest entry, measured from that entry's fill."""

    market: str
    opening_cycle: UUID
    entry_price_e8: int
    target_e8: int
    stop_e8: int
    opened_at: int
    time_limit: int


class Round(msgspec.Struct, frozen=True):
    """A closed round that is not on the chain yet."""

    seq: int
    round_hash: bytes


@dataclass(frozen=True)
class WaitingChange:
    """A change that was submitted and neither accepted nor revoked yet."""

    id: str
    where: str
    call: str
    block_time_from: int
    observed_from: int


@dataclass(frozen=True)
class ActDone:
    """A use of a lever and what came of it; `ended` is false between its intent and its block."""

    act: str
    where: str
    call: str
    transaction_hash: str
    ended: bool = False
    error: str = ""
    block: int = 0


@dataclass
class EngineState:
    """What the events say so far."""

    position: int = 0
    accounts: Accounts = field(default_factory=Accounts)
    positions: dict[str, OpenPosition] = field(default_factory=dict)
    open_cycles: dict[UUID, str] = field(default_factory=dict)
    rounds: int = 0
    last_round_close: int = 0
    last_round_cycles: tuple[UUID, ...] = ()
    uncommitted: list[Round] = field(default_factory=list)
    revisions: int = 0  # calibrators that have taken another's place
    shrunk_since: int = 0  # from which candle close on the base rate is said, 0 where it is not
    mark_seq: int = 0
    vector_hash: bytes = bytes(32)
    vector_e8: dict[str, int] = field(default_factory=dict)
    observed_at: int = 0
    day: int | None = None
    last_bar_close: int = 0
    anchored: int = 0  # the last event under an anchor
    anchor_end: int = 0  # the last event of the anchor itself
    trades: int = 0
    flows_e8: int = 0  # deposits less withdrawals since the opening
    changes: dict[str, WaitingChange] = field(default_factory=dict)
    acts: dict[str, ActDone] = field(default_factory=dict)  # by Idempotency-Key
    _acting: str = ""
    ordered: dict[str, UUID] = field(default_factory=dict)
    _signals: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def posted_e8(self) -> dict[str, int]:
        """The prices of the last vector; a market that had none is absent."""
        return {market: price for market, price in self.vector_e8.items() if price}

    def pass_over(self, rounds: int, last_close: int, round_hash: bytes) -> None:
        """Count rounds that hold only HOLDs: a back-test keeps no events of bars in which nothing happens."""
        self.uncommitted += [Round(self.rounds + n, round_hash) for n in range(1, rounds + 1)]
        self.rounds += rounds
        if rounds:
            self.last_round_close = last_close
            self.last_round_cycles = ()
        self.last_bar_close = last_close

    def apply(self, fact: StoredFact) -> None:
        """Fold one stored event."""
        self.position = fact.position
        if fact.topic in _HANDLERS:
            self._fold(fact.topic, fact.stream, msgspec.json.decode(fact.state))

    def fold(self, event: Any) -> None:
        """Fold one event that is about to be stored, in the form in which it will be read again."""
        if event.TOPIC in _HANDLERS:
            self._fold(event.TOPIC, event.originator_id, _AsRead(vars(event)))

    def _fold(self, topic: str, stream: UUID, event: dict[str, Any]) -> None:
        _HANDLERS[topic](self, stream, event)

    def _close(self, cycle: UUID) -> None:
        self.open_cycles.pop(cycle, None)
        self._signals.pop(cycle, None)

    def _book_opened(self, _: UUID, event: dict[str, Any]) -> None:
        self.accounts.cash_e8 = event["cash_e8"]

    def _record_noted(self, _: UUID, event: dict[str, Any]) -> None:
        values = event["values"]
        if event["name"] == "FlowBooked" and int(values["observedAt"]) > 0:
            self.accounts.cash_e8 = int(values["cashAfter"])
            self.flows_e8 += int(values["amount"])

    def _act_ordered(self, _: UUID, event: dict[str, Any]) -> None:
        self._acting = event["idempotency_key"]
        self.acts[self._acting] = ActDone(event["act"], event["where"], event["call"], event["transaction_hash"])

    def _act_ended(self, _: UUID, event: dict[str, Any]) -> None:
        ordered = self.acts.get(self._acting)
        if ordered is not None:
            self.acts[self._acting] = replace(ordered, ended=True, error=event["error"], block=event["block"])

    def _governed(self, _: UUID, event: dict[str, Any]) -> None:
        values, name = event["values"], event["name"]
        if name == "ChangeSubmitted":
            self.changes[values["id"]] = WaitingChange(
                id=values["id"],
                where=event["contract"],
                call=values["call"],
                block_time_from=int(values["blockTimeFrom"]),
                observed_from=int(values["observedFrom"]),
            )
        elif name in ("ChangeRevoked", "ChangeAccepted"):
            self.changes.pop(values["id"], None)

    def _cycle_opened(self, cycle: UUID, event: dict[str, Any]) -> None:
        self.open_cycles[cycle] = event["market"]

    def _signal_generated(self, cycle: UUID, event: dict[str, Any]) -> None:
        self._signals[cycle] = event["signal"]

    def _decision_made(self, cycle: UUID, event: dict[str, Any]) -> None:
        if event["idempotency_key"]:
            self.ordered[event["idempotency_key"]] = cycle

    def _outcome(self, cycle: UUID, _: dict[str, Any]) -> None:
        self._close(cycle)

    def _order_skipped(self, cycle: UUID, event: dict[str, Any]) -> None:
        if event["final"]:
            self._close(cycle)

    def _fill_booked(self, _: UUID, event: dict[str, Any]) -> None:
        market = event["market"]
        self.trades += 1
        self.accounts.apply(
            market=market,
            cash_after_e8=event["cash_after_e8"],
            quantity_after_e8=event["quantity_after_e8"],
            cost_after_e8=event["cost_after_e8"],
        )
        if event["quantity_after_e8"] == 0:
            self.positions.pop(market, None)
        elif event["side"] == BUY:
            cycle, price, opened_at = UUID(event["cycle"]), event["price_e8"], event["observed_at"]
            signal = self._signals[cycle]
            self.positions[market] = OpenPosition(
                market=market,
                opening_cycle=cycle,
                entry_price_e8=price,
                target_e8=price_with_spread_up(price, signal["take_profit_bps"]),
                stop_e8=price_with_spread_down(price, signal["stop_loss_bps"]),
                opened_at=opened_at,
                time_limit=opened_at + signal["horizon_seconds"],
            )

    def _day_opened(self, _: UUID, event: dict[str, Any]) -> None:
        self.day = event["day"]

    def _round_closed(self, _: UUID, event: dict[str, Any]) -> None:
        self.rounds = event["round"]
        self.last_round_close = event["candle_close"]
        self.last_round_cycles = tuple(UUID(cycle) for cycle in event["cycles"])
        self.uncommitted.append(Round(event["round"], bytes.fromhex(event["round_hash"][2:])))

    def _calibrator_revised(self, _: UUID, event: dict[str, Any]) -> None:
        self.revisions = event["number"]
        self.shrunk_since = (self.shrunk_since or event["holds_from"]) if event["shrunk"] else 0

    def _signals_committed(self, _: UUID, event: dict[str, Any]) -> None:
        self.uncommitted = [r for r in self.uncommitted if r.seq > event["to_seq"]]

    def _marks_posted(self, _: UUID, event: dict[str, Any]) -> None:
        self.mark_seq = event["seq"]
        self.vector_hash = bytes.fromhex(event["vector_hash"][2:])
        self.vector_e8 = event["prices_e8"]
        self.observed_at = event["observed_at"]

    def _bar_finished(self, _: UUID, event: dict[str, Any]) -> None:
        self.last_bar_close = event["close_time"]

    def _log_anchored(self, _: UUID, event: dict[str, Any]) -> None:
        self.anchored = event["position"]
        self.anchor_end = self.position


class _AsRead(dict[str, Any]):
    """An event's fields in the form in which they will be read again, each when it is asked for: few are."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def __missing__(self, name: str) -> Any:
        read = self[name] = msgspec.to_builtins(self._fields[name])
        return read


_HANDLERS: dict[str, Callable[[EngineState, UUID, dict[str, Any]], None]] = {
    "Portfolio.BookOpened": EngineState._book_opened,
    "Portfolio.BookRecordNoted": EngineState._record_noted,
    "Portfolio.ActOrdered": EngineState._act_ordered,
    "Portfolio.ActEnded": EngineState._act_ended,
    "Portfolio.GovernanceNoted": EngineState._governed,
    "TradeCycle.CycleOpened": EngineState._cycle_opened,
    "TradeCycle.SignalGenerated": EngineState._signal_generated,
    "TradeCycle.DecisionMade": EngineState._decision_made,
    "TradeCycle.OrderSkipped": EngineState._order_skipped,
    "TradeCycle.SignalRefused": EngineState._outcome,
    "TradeCycle.TradeRejected": EngineState._outcome,
    "TradeCycle.TicketReleased": EngineState._outcome,
    "TradeCycle.TradeSettled": EngineState._outcome,
    "TradingDay.FillBooked": EngineState._fill_booked,
    "TradingDay.DayOpened": EngineState._day_opened,
    "SignalLog.RoundClosed": EngineState._round_closed,
    "SignalLog.CalibratorRevised": EngineState._calibrator_revised,
    "SignalLog.SignalsCommitted": EngineState._signals_committed,
    "SignalLog.MarksPosted": EngineState._marks_posted,
    "SignalLog.BarFinished": EngineState._bar_finished,
    "SignalLog.LogAnchored": EngineState._log_anchored,
}
