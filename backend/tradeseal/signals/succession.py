"""The succession: which calibrator is in force for a candle, revised on a schedule from closed candles alone.

Two things change it. Live skill: once a week the strategy's own confidences whose horizon is over are scored against
the base rate, and while the whole interval lies below 0 the base rate is all that is said. Retraining: where it was
asked for, a calibrator is fitted anew. Both follow from the candles closed by then, the first calibrator and the
schedule, and from nothing else: a replay, a back-test, a restart and a verifier come to the same hashes.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore
from tradeseal.signals.calibrator import Calibrator, Standing
from tradeseal.signals.fitting import fit_calibrator
from tradeseal.signals.scored import ScoredStrategy
from tradeseal.signals.standing import Floats, Ints, Lived, Read

WATCH_BARS: Final = 168  # a week of hours
RETRAINED, SKILL_GONE, SKILL_BACK = "RETRAINED", "SKILL_GONE", "SKILL_BACK"


@dataclass(frozen=True)
class Schedule:
    """How often the calibrator is looked at, on the data's clock, counted from the start; 0 is never."""

    watch_bars: int = WATCH_BARS
    retrain_s: int = 0

    def moments(self, start: int, interval_s: int, after: int, until: int) -> list[int]:
        """When something is due, after one time and up to another."""
        due: set[int] = set()
        for every in (self.watch_bars * interval_s, self.retrain_s):
            if every:
                first = start + max(1, (after - start) // every + 1) * every
                due.update(range(first, until + 1, every))
        return sorted(due)

    def retrains_at(self, start: int, moment: int) -> bool:
        """Whether a calibrator is fitted anew then."""
        return bool(self.retrain_s) and (moment - start) % self.retrain_s == 0

    def to_json(self) -> dict[str, int]:
        """Plain values."""
        return {"watch_bars": self.watch_bars, "retrain_s": self.retrain_s}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> "Schedule":
        """Read what `to_json` wrote; what was begun before there were schedules has none."""
        return NEVER if stored is None else cls(int(stored["watch_bars"]), int(stored["retrain_s"]))


NEVER: Final = Schedule(0, 0)
WATCHED: Final = Schedule()


@dataclass(frozen=True)
class Revision:
    """A calibrator that took another's place, for every candle that closes at `holds_from` or later."""

    number: int
    holds_from: int
    reason: str
    previous: bytes
    calibrator: Calibrator
    standing: Standing | None  # what was measured live, also where it took nothing away

    @property
    def file_name(self) -> str:
        """Its number and the beginning of its hash."""
        return f"calibrator-{self.number:04d}-{self.calibrator.hash.hex()[:12]}.json"

    def told(self) -> dict[str, Any]:
        """What a report says of it."""
        return {
            "number": self.number, "holds_from": iso_utc(self.holds_from), "reason": self.reason,
            "hash": self.calibrator.hash.hex(), "method": self.calibrator.method, "shrunk": self.calibrator.shrunk,
            "base_rate_bps": self.calibrator.base_rate_bps,
            "standing": None if self.standing is None else asdict(self.standing),
        }  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values; the calibrator as its own file has it."""
        return {
            "number": self.number, "holds_from": self.holds_from, "reason": self.reason,
            "previous": self.previous.hex(), "hash": self.calibrator.hash.hex(),
            "calibrator": self.calibrator.to_json(),
        }  # fmt: skip


def no_notice(revision: Revision) -> None:
    """Told to nobody."""


class Succession:
    """The calibrators of one run; asked for a candle, it looks no further than that candle's close."""

    def __init__(
        self,
        first: Calibrator,
        strategy: ScoredStrategy,
        store: CandleStore,
        start: int,
        schedule: Schedule = NEVER,
        *,
        read: Callable[[], Read] = dict,
        kept: Mapping[int, Calibrator] | None = None,
        revised: Callable[[Revision], None] = no_notice,
    ) -> None:
        self.first = first
        self.schedule = schedule
        self._strategy = strategy
        self._store = store
        self._start = start
        self._kept = kept or {}  # by the time before which they were fitted
        self._revised = revised
        self._read = read
        self._lived: Lived | None = None
        self._fit = first
        self._in_force = first
        self._done = start
        self._revisions: list[Revision] = []
        self._turn = threading.Lock()

    def at(self, close: int) -> Calibrator:
        """The calibrator in force for a candle that closes then."""
        revision = self.revision_at(close)
        return self.first if revision is None else revision.calibrator

    def revision_at(self, close: int) -> Revision | None:
        """The revision in force for a candle that closes then; None while the first calibrator holds."""
        if close > self._done and self._moves:
            with self._turn:
                self._advance(close)
        return next((one for one in reversed(self._revisions) if one.holds_from <= close), None)

    def revisions_until(self, close: int) -> Sequence[Revision]:
        """All revisions that hold for a candle that closes then or before."""
        last = self.revision_at(close)
        return [] if last is None else self._revisions[: last.number]

    def said(self, closes: Ints, features: Sequence[Floats]) -> tuple[Ints, Ints]:
        """Confidence and base rate of many candles, each by the calibrator in force for it; closes rise."""
        said, base = np.zeros(len(closes), dtype=np.int64), np.zeros(len(closes), dtype=np.int64)
        last = int(closes[-1]) if len(closes) else self._start
        held = [(0, self.first), *((one.holds_from, one.calibrator) for one in self.revisions_until(last))]
        for since, calibrator in held:
            here = slice(int(np.searchsorted(closes, since)), None)
            if len(closes[here]):
                said[here] = calibrator.confidence_bps([values[here] for values in features])
                base[here] = calibrator.base_rate_bps
        return said, base

    @property
    def _moves(self) -> bool:
        """A calibrator that reads no feature was assumed: it is neither watched nor fitted again."""
        return self.schedule != NEVER and bool(self.first.features)

    def _advance(self, close: int) -> None:
        for moment in self.schedule.moments(self._start, self._store.interval_s, self._done, close):
            self._look(moment)
            self._done = moment
        self._done = max(self._done, close)

    def _look(self, moment: int) -> None:
        if self._lived is None:
            self._lived = Lived.of(self._store, self._strategy, self._read(), self._fit)
        fit, standing = self._fit, self._lived.standing(moment)
        if self.schedule.retrains_at(self._start, moment):
            fit = self._kept.get(moment) or self._fitted(moment) or fit
        gone = standing is not None and standing.gone
        was = self._in_force
        if fit is self._fit and gone == was.shrunk:
            return
        reason = RETRAINED if fit is not self._fit else SKILL_GONE if gone else SKILL_BACK
        self._fit = fit
        self._in_force = replace(fit, standing=standing) if gone else fit
        if reason == RETRAINED:
            self._lived.follow(fit, moment)
        revision = Revision(len(self._revisions) + 1, moment, reason, was.hash, self._in_force, standing)
        self._revised(revision)
        self._revisions.append(revision)

    def _fitted(self, moment: int) -> Calibrator | None:
        """Fitted on what was over by then; None where there was too little, so that the one before stays."""
        try:
            fitted = fit_calibrator(self._store, self._store.markets, moment, self._strategy)
        except Refused as refusal:
            if refusal.code != "NOT_ENOUGH_HISTORY":
                raise
            return None
        return replace(fitted, origin=replace(fitted.origin, data=closed_identity(self._store, moment)))


def closed_identity(store: CandleStore, moment: int) -> str:
    """SHA-256 of every candle that had closed by then: what came later is no part of what was fitted."""
    digest = hashlib.sha256(f"tradeseal/closed/1\0{store.interval_s}".encode())
    for market in store.markets:
        table = store.series(market).table[: store.closed(market, moment)]
        digest.update(f"\0{market}\0{len(table)}\0".encode() + np.ascontiguousarray(table, dtype="<i8").tobytes())
    return digest.hexdigest()
