"""Committed: every signal that a home has committed against what its candles, code and calibrator say now.

Knows both as signed messages, and which field of them tells why they differ. Of a HOLD only its hash and a few numbers
are kept, so its cause is what is left when everything else is the same. Knows nothing of where either comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tradeseal.backtest.bias import BiasReport, Difference
from tradeseal.cycle.facts import HoldFacts, SignalFacts
from tradeseal.kernel.clock import iso_utc
from tradeseal.ledger.published import EventLog
from tradeseal.oracle.published import SignalMessage, name_id

GENERATED, HELD = "TradeCycle.SignalGenerated", "SignalLog.SignalsHeld"
REVISED: Final = "SignalLog.CalibratorRevised"
CHECK: Final = "COMMITTED"
# Which field tells which cause, the first that differs decides: what comes later follows from what came before.
STRATEGY, CANDLES, CALIBRATOR, KEYS, OPINION = "STRATEGY", "CANDLES", "CALIBRATOR", "KEYS", "OPINION"
_CAUSES: Final = (
    ("book", KEYS), ("strategy", STRATEGY), ("model", STRATEGY), ("price", CANDLES), ("window", CANDLES),
    ("calibrator", CALIBRATOR), ("salt", KEYS),
)  # fmt: skip
Place = tuple[str, int]  # market and candle close


@dataclass(frozen=True)
class Kept:
    """A signal as the log holds it: whole, or a HOLD's hash with a few of its numbers."""

    seq: int
    struct_hash: str
    signal: SignalFacts | None
    hold: HoldFacts | None


@dataclass(frozen=True)
class Committed:
    """All signals of a home, and which calibrator its log says was in force from which round on."""

    signals: Mapping[Place, Kept]
    revisions: Sequence[tuple[int, str]]

    def calibrator_at(self, seq: int, first: str) -> str:
        """The calibrator in force at a round; `first` is the one that the home began with."""
        return next((told for since, told in reversed(self.revisions) if since <= seq), first)


def committed_signals(log: EventLog, markets: Sequence[str]) -> Committed:
    """Every signal of a home by market and candle close, HOLD included."""
    names = {"0x" + name_id(market).hex(): market for market in markets}
    kept: dict[Place, Kept] = {}
    revisions: list[tuple[int, str]] = []
    for fact in log.all():
        if fact.topic == GENERATED:
            signal = msgspec.json.decode(fact.state, type=_Generated).signal
            place = names.get(signal.market, signal.market), signal.candle_close
            kept[place] = Kept(signal.seq, "0x" + signal.message().struct_hash().hex(), signal, None)
        elif fact.topic == HELD:
            held = msgspec.json.decode(fact.state, type=_Held)
            for hold in held.holds:
                kept[hold.market, held.candle_close] = Kept(held.round, hold.struct_hash, None, hold)
        elif fact.topic == REVISED:
            event = msgspec.json.decode(fact.state)
            revisions.append((event["round"], event["calibrator"]))
    return Committed(kept, revisions)


class _Generated(msgspec.Struct):
    signal: SignalFacts


class _Held(msgspec.Struct):
    round: int
    candle_close: int
    holds: tuple[HoldFacts, ...]


def compare(
    told: Committed, now: Mapping[Place, SignalMessage], strategy: str, *, model: bytes, calibrator: bytes
) -> BiasReport:
    """Differences, each with its cause; `model` and `calibrator` are the hashes that the home began with."""
    differences = []
    for place, kept in told.signals.items():
        message = now.get(place)
        if message is not None and "0x" + message.struct_hash().hex() == kept.struct_hash:
            continue
        field, whole, truncated, cause = (
            ("signal", "none", kept.struct_hash, CANDLES)
            if message is None
            else _cause_of_signal(kept.signal, message)
            if kept.signal is not None
            else _cause_of_hold(
                kept, message, model="0x" + model.hex(),
                calibrator=told.calibrator_at(kept.seq, "0x" + calibrator.hex()),
            )
        )  # fmt: skip
        differences.append(Difference(CHECK, place[0], iso_utc(place[1]), field, whole, truncated, cause))
    return BiasReport(strategy, {CHECK: len(told.signals)}, differences)


_Found = tuple[str, str, str, str]  # field, what is said now, what was committed, cause


def _cause_of_signal(was: SignalFacts, message: SignalMessage) -> _Found:
    now = SignalFacts.of(message)
    for field, cause in _CAUSES:
        if getattr(now, field) != getattr(was, field):
            # A salt is a secret of the oracle's: that it differs is told, not how.
            shown = ("another", "another") if field == "salt" else (getattr(now, field), getattr(was, field))
            return field, str(shown[0]), str(shown[1]), cause
    names: list[str] = [name for name in now.__dataclass_fields__ if getattr(now, name) != getattr(was, name)]
    return names[0], str(getattr(now, names[0])), str(getattr(was, names[0])), OPINION


def _cause_of_hold(kept: Kept, message: SignalMessage, *, model: str, calibrator: str) -> _Found:
    now, hold = SignalFacts.of(message), kept.hold
    assert hold is not None, "a signal is whole or a HOLD"
    if now.model != model:
        return "model", now.model, model, STRATEGY
    if now.price != hold.price:
        return "price", str(now.price), str(hold.price), CANDLES
    if now.calibrator != calibrator:
        return "calibrator", now.calibrator, calibrator, CALIBRATOR
    fields: tuple[tuple[str, Any, Any], ...] = (
        ("side", now.side, 0),
        ("confidence_bps", now.confidence_bps, hold.confidence_bps),
        ("take_profit_bps", now.take_profit_bps, hold.take_profit_bps),
        ("stop_loss_bps", now.stop_loss_bps, hold.stop_loss_bps),
    )
    field, here, there = next((one for one in fields if one[1] != one[2]), ("window", now.window, "another"))
    return field, str(here), str(there), CANDLES
