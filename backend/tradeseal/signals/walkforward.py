"""Walk-forward: a calibrator refitted again and again on what was over by then, scored on what came after.

Knows spans of time, features read once, and pooled scores. Every fold is fitted by the same code as a start's
calibrator, on the same newest four years; nothing of a fold is seen before it is scored. Knows nothing of trading.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.clock import iso_utc
from tradeseal.market.published import WINDOW, CandleStore, CandleWindow
from tradeseal.signals.domainmodel import BPS
from tradeseal.signals.fitting import FIT_CANDLES, ROWS_LEAST, STRIDE, Lessons, calibrator_of
from tradeseal.signals.labels import REACHED, UNKNOWN, outcomes
from tradeseal.signals.scored import ScoredStrategy
from tradeseal.signals.scores import Scores, score

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
    scores: Scores

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class Walked:
    """All folds, and their predictions pooled."""

    folds: Sequence[Fold]
    pooled: Scores
    median_ece: float | None
    shrunk: int  # folds whose confidence was the base rate and nothing else

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


@dataclass(frozen=True)
class _Read:
    lessons: Lessons
    number: Ints  # counted from the market's first window, so that a fold takes the same third of them as a start does


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
    begins = list(range(start, end, every_s))
    folds, parts = [], []
    for done, begin in enumerate(begins):
        progress("FITTING", done, len(begins))
        known = _joined([_known(read, begin, store.interval_s) for read in reads])
        until = min(begin + every_s, end)
        ahead = _joined([read.lessons.where(_within(read.lessons.closes, begin, until)) for read in reads])
        if len(known) < ROWS_LEAST or not len(ahead):
            continue
        calibrator = calibrator_of(known, strategy, store.identity, store.markets, begin)
        said = calibrator.confidence_bps(list(ahead.features.T)) / BPS
        base = np.full(len(said), calibrator.base_rate_bps / BPS)
        horizon_s = strategy.params["horizon_bars"] * store.interval_s
        scores = score(said, ahead.reached, base, ahead.closes, block_s=horizon_s)
        folds.append(Fold(iso_utc(begin), iso_utc(until), len(known), calibrator.origin.slope, scores))
        parts.append((said, ahead.reached, base, ahead.closes))
    pooled = score(*(np.concatenate(columns) for columns in zip(*parts, strict=True)), block_s=horizon_s)
    errors = [fold.scores.ece.value for fold in folds if fold.scores.ece is not None]
    return Walked(folds, pooled, float(np.median(errors)) if errors else None, sum(fold.slope == 0 for fold in folds))


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
    return _Read(lessons.where(known), np.arange(len(at))[known])


def _known(read: _Read, before: int, interval_s: int) -> Lessons:
    """What was over by then: every third of the newest four years."""
    newest = before - FIT_CANDLES * interval_s
    return read.lessons.where(
        (read.lessons.ends <= before) & (read.lessons.closes > newest) & (read.number % STRIDE == 0)
    )


def _within(closes: Ints, begin: int, end: int) -> npt.NDArray[np.bool_]:
    return (closes > begin) & (closes <= end)


def _joined(parts: Sequence[Lessons]) -> Lessons:
    joined = [np.concatenate([getattr(part, name) for part in parts]) for name in Lessons.__dataclass_fields__]
    order = np.argsort(joined[2], kind="stable")
    return Lessons(*(column[order] for column in joined))
