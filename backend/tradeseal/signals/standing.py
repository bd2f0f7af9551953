"""Standing: what the confidences said since a start were worth, from candles whose horizon is over.

Knows what was said, what came of it, and the skill's interval at a time. Knows nothing of what follows from it.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from tradeseal.market.published import CandleStore
from tradeseal.signals.calibrator import Calibrator, Standing
from tradeseal.signals.domainmodel import BPS, Readings
from tradeseal.signals.fitting import DIGITS, Lessons
from tradeseal.signals.labels import REACHED, UNKNOWN, outcomes
from tradeseal.signals.scored import ScoredStrategy
from tradeseal.signals.scores import Blocks

LOOKBACK_HORIZONS: Final = 30  # what is scored: the labels of the last thirty horizons that are over
HORIZONS_LEAST: Final = 10  # a block bootstrap of fewer blocks knows nothing of its own error

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


Read = Mapping[str, tuple[Ints, Readings]]  # by market: when each window closes, and what was read of it


class Lived:
    """What the fitted calibrators have said of each candle since the start, shrunk or not, and what came of it."""

    def __init__(self, lessons: Lessons, horizon_s: int, fit: Calibrator) -> None:
        self._horizon_s = horizon_s
        self._closes, self._ends, self._features = lessons.closes, lessons.ends, lessons.features
        self._reached = lessons.reached.astype(np.float64)
        self._said = np.zeros(len(lessons))
        self._base = np.zeros(len(lessons))
        self.follow(fit, 0)

    @classmethod
    def of(cls, store: CandleStore, strategy: ScoredStrategy, read: Read, fit: Calibrator) -> "Lived":
        """From what a run has read of each market."""
        horizon_s = strategy.params["horizon_bars"] * store.interval_s
        parts = [lessons_of(store, market, closes, one, horizon_s) for market, (closes, one) in read.items()]
        return cls(joined(parts, len(strategy.features)), horizon_s, fit)

    def follow(self, fit: Calibrator, since: int) -> None:
        """From a time on it is this calibrator that speaks."""
        here = slice(int(np.searchsorted(self._closes, since)), None)
        if len(self._closes[here]):
            self._said[here] = fit.confidence_bps(list(self._features[here].T)) / BPS
            self._base[here] = fit.base_rate_bps / BPS

    def standing(self, moment: int) -> Standing | None:
        """The skill of the last labels that were over by then; None while they are too few to tell."""
        first = int(np.searchsorted(self._closes, moment - (LOOKBACK_HORIZONS + 1) * self._horizon_s, side="right"))
        last = int(np.searchsorted(self._closes, moment, side="right"))
        over = first + np.flatnonzero(self._ends[first:last] <= moment)
        closes = self._closes[over]
        if len(np.unique(closes // self._horizon_s)) < HORIZONS_LEAST:
            return None
        came = self._reached[over]
        squares = np.stack(((self._said[over] - came) ** 2, (self._base[over] - came) ** 2), axis=1)
        found = Blocks(closes, self._horizon_s).interval(lambda sums: 1.0 - sums[..., 0] / sums[..., 1], squares)
        skill, low, high = (round(value, DIGITS) for value in (found.value, found.low, found.high))
        return Standing(moment, len(over), skill, low, high)


def lessons_of(store: CandleStore, market: str, closes: Ints, readings: Readings, horizon_s: int) -> Lessons:
    """What became of every window of a market whose horizon the store's candles cover."""
    series = store.series(market)
    times = series.columns[0]
    at = np.searchsorted(times, closes - store.interval_s)
    found = outcomes(
        series, at, *readings.barriers, horizon_s=horizon_s, interval_s=store.interval_s, before=store.last_close
    )  # fmt: skip
    ends = times[np.minimum(at + 1, len(times) - 1)] + horizon_s
    every = Lessons(np.stack(readings.features, axis=1), (found == REACHED).astype(np.int64), closes, ends)
    return every.where(found != UNKNOWN)


def joined(parts: Sequence[Lessons], features: int) -> Lessons:
    """The lessons of several markets in order of time."""
    if not parts:
        return Lessons(np.zeros((0, features)), *(np.zeros(0, dtype=np.int64) for _ in range(3)))
    whole = [np.concatenate([getattr(part, name) for part in parts]) for name in Lessons.__dataclass_fields__]
    order = np.argsort(whole[2], kind="stable")
    return Lessons(*(column[order] for column in whole))
