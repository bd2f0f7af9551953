"""Walk-forward: a calibrator refitted again and again on what was over by then, scored on what came after.

Knows spans of time, features read once, and pooled scores. Every fold is fitted by the same code as a start's
calibrator, on the same newest four years, and watched as a run is: nothing of a fold is seen before it is scored. A
strategy that learns learns its model anew for each fold. Knows nothing of trading.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import WINDOW, CandleStore, CandleWindow
from tradeseal.signals.domainmodel import BPS, Side
from tradeseal.signals.fitting import FIT_CANDLES, ROWS_LEAST, STRIDE, Lessons, calibrator_of, learn
from tradeseal.signals.labels import REACHED, UNKNOWN, outcomes
from tradeseal.signals.scored import ScoredReadings, ScoredStrategy
from tradeseal.signals.scores import Scores, score
from tradeseal.signals.standing import Lived, joined
from tradeseal.signals.succession import WATCHED

QUARTER_S: Final = 7_889_400  # a quarter of a Gregorian year
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fold:
    """One span, scored by a calibrator that had seen nothing of it."""

    begin: str
    end: str
    fitted_on: int
    slope: float
    method: str
    scores: Scores
    buys: Scores  # of BUY signals alone
    shrunk: float  # the share of signals for which a run would have said the base rate: live skill had gone

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Walked:
    """All folds, and their predictions pooled."""

    strategy: str
    folds: Sequence[Fold]
    pooled: Scores
    median_ece: float | None
    shrunk: int  # folds whose confidence was the base rate and nothing else
    watched: Scores  # as a run says it: the base rate wherever live skill had gone
    watched_share: float
    buys: Scores

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Read:
    lessons: Lessons
    number: Ints  # counted from the market's first window, so that a fold takes the same third of them as a start does
    readings: ScoredReadings


@dataclass(frozen=True)
class _Said:
    """What was said of each candle of one or many folds, in order of time."""

    said: Floats
    watched: Floats
    reached: Ints
    base: Floats
    closes: Ints
    buys: npt.NDArray[np.bool_]

    def scores(self, horizon_s: int, *, watched: bool = False) -> Scores:
        said = self.watched if watched else self.said
        return score(said, self.reached, self.base, self.closes, block_s=horizon_s)

    def where(self, mask: npt.NDArray[np.bool_]) -> "_Said":
        return _Said(*(getattr(self, name)[mask] for name in self.__dataclass_fields__))


def walk_forward_scores(
    store: CandleStore,
    strategy: ScoredStrategy,
    start: int,
    end: int,
    every_s: int = QUARTER_S,
    *,
    progress: Callable[[str, int, int], None] = lambda phase, done, total: None,
) -> Walked:
    """Refit at `start` and every `every_s` seconds; score each span with what was fitted before it began."""
    reads = []
    for done, market in enumerate(store.markets):
        progress("READING", done, len(store.markets))
        reads.append(_read(store, market, strategy))
    horizon_s = strategy.params["horizon_bars"] * store.interval_s
    begins = list(range(start, end, every_s))
    folds: list[Fold] = []
    parts: list[_Said] = []
    lived: Lived | None = None
    for done, begin in enumerate(begins):
        progress("FITTING", done, len(begins))
        until = min(begin + every_s, end)
        ahead = _ahead(reads, begin, until)
        try:
            able = learn(store, store.markets, begin, strategy)
        except Refused:
            continue  # too little to learn a model from: no fold
        known = joined([_known(read, begin, able.learned_until, store.interval_s) for read in reads], 0)
        if len(known) < ROWS_LEAST or not len(ahead):
            continue
        calibrator = calibrator_of(known, able, store.identity, store.markets, begin)
        if lived is None:
            lived = Lived(_ahead(reads, begin, end), horizon_s, calibrator)
        lived.follow(calibrator, begin + 1)
        base = calibrator.base_rate_bps / BPS
        said = calibrator.confidence_bps(list(ahead.features.T)) / BPS
        gone = _gone(lived, ahead.closes, folds_start=start, begin=begin, until=until, interval_s=store.interval_s)
        part = _Said(
            said, np.where(gone, base, said), ahead.reached, np.full(len(said), base), ahead.closes,
            _sides(reads, able, begin, until) == int(Side.BUY),
        )  # fmt: skip
        parts.append(part)
        folds.append(
            Fold(
                iso_utc(begin), iso_utc(until), len(known), calibrator.origin.slope, calibrator.method,
                part.scores(horizon_s), part.where(part.buys).scores(horizon_s), float(gone.mean()),
            )
        )  # fmt: skip
    if not parts:
        raise Refused("NOT_ENOUGH_HISTORY", "No span has enough candles before it to fit a calibrator on.")
    whole = _Said(*(np.concatenate([getattr(part, name) for part in parts]) for name in _Said.__dataclass_fields__))
    errors = [fold.scores.ece.value for fold in folds if fold.scores.ece is not None]
    return Walked(
        strategy=strategy.name,
        folds=folds,
        pooled=whole.scores(horizon_s),
        median_ece=float(np.median(errors)) if errors else None,
        shrunk=sum(fold.slope == 0 for fold in folds),
        watched=whole.scores(horizon_s, watched=True),
        watched_share=float(np.average([one.shrunk for one in folds], weights=[len(one.said) for one in parts])),
        buys=whole.where(whole.buys).scores(horizon_s),
    )


def _read(store: CandleStore, market: str, strategy: ScoredStrategy) -> _Read:
    series = store.series(market)
    readings = strategy.read_run(CandleWindow(market, store.interval_s, *series.columns))
    at = np.arange(WINDOW - 1, len(series))
    horizon_s = strategy.params["horizon_bars"] * store.interval_s
    take, stop = readings.barriers
    found = outcomes(
        series, at, take, stop, horizon_s=horizon_s, interval_s=store.interval_s, before=store.last_close
    )  # fmt: skip
    entered = series.columns[0][np.minimum(at + 1, len(series) - 1)]
    lessons = Lessons(
        np.stack(readings.features, axis=1),
        (found == REACHED).astype(np.int64),
        series.columns[0][at] + store.interval_s,
        entered + horizon_s,
    )
    known = found != UNKNOWN
    return _Read(lessons.where(known), np.arange(len(at))[known], readings)


def _known(read: _Read, before: int, learned_until: int, interval_s: int) -> Lessons:
    """What was over by then, and no model has learned from: every third of the newest four years."""
    newest = max(before - FIT_CANDLES * interval_s, learned_until)
    return read.lessons.where(
        (read.lessons.ends <= before) & (read.lessons.closes > newest) & (read.number % STRIDE == 0)
    )


def _ahead(reads: Sequence[_Read], begin: int, until: int) -> Lessons:
    return joined([read.lessons.where(_within(read.lessons.closes, begin, until)) for read in reads], 0)


def _sides(reads: Sequence[_Read], strategy: ScoredStrategy, begin: int, until: int) -> Ints:
    """The side of each candle of a span, in the order of `_ahead`."""
    sides, closes = [], []
    for read in reads:
        here = _within(read.lessons.closes, begin, until)
        closes.append(read.lessons.closes[here])
        sides.append(ScoredReadings(strategy, read.readings.windows.take(read.number[here])).sides)
    return np.concatenate(sides)[np.argsort(np.concatenate(closes), kind="stable")]


def _gone(
    lived: Lived, closes: Ints, *, folds_start: int, begin: int, until: int, interval_s: int
) -> npt.NDArray[np.bool_]:
    """For which candles a run would have said the base rate, looking once a week as it does."""
    gone = np.zeros(len(closes), dtype=bool)
    every = WATCHED.watch_bars * interval_s
    first = folds_start + (begin - folds_start) // every * every
    for moment in range(first, until, every):
        standing = lived.standing(moment)
        if standing is not None and standing.gone:
            gone |= (closes >= moment) & (closes < moment + every)
    return gone


def _within(closes: Ints, begin: int, end: int) -> npt.NDArray[np.bool_]:
    return (closes > begin) & (closes <= end)
