"""Scores: how honest a confidence was, over all signals, also those that nobody traded.

Knows probabilities, outcomes and the textbook's measures with their intervals. Labels of neighbouring candles overlap,
so intervals come from resampling whole blocks of time. Knows nothing of where signals come from.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEEDED: Final = 30
GATE: Final = 0.65
BINS: Final = 10
RESAMPLES: Final = 1_000
SEED: Final = 20_260_101
LEVEL: Final = 0.95
_EDGE: Final = 1e-6  # a probability of 0 or 1 that was wrong costs this much certainty in the log loss, not infinity


@dataclass(frozen=True)
class Interval:
    """A value with the bounds within which 95 of 100 resamples lie."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class ReliabilityBin:
    """One bin of a reliability diagram: what was said, what came true, between which bounds (Wilson, 95 %)."""

    low: float
    high: float
    said: float
    came_true: float
    came_true_low: float
    came_true_high: float
    count: int


@dataclass(frozen=True)
class Scores:
    """Everything that is measured of a set of signals; None where there is not enough data."""

    observations: int
    needed: int
    enough: bool
    base_rate: float | None = None
    mean_confidence: float | None = None
    brier: float | None = None
    brier_of_base_rate: float | None = None
    skill: Interval | None = None
    log_loss: float | None = None
    ece: Interval | None = None
    ece_floor: float | None = None
    auc: float | None = None
    gate: float = GATE
    at_gate: int = 0
    coverage: float | None = None
    hit_rate: Interval | None = None
    bins: tuple[ReliabilityBin, ...] = ()

    @property
    def has_skill(self) -> bool:
        """Whether the whole interval of the skill lies above 0."""
        return self.skill is not None and self.skill.low > 0

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


def score(said: Floats, came_true: Ints, base: Floats, times: Ints, *, block_s: int) -> Scores:
    """Score what was said against what came true; `base` is the base rate known when it was said.

    Blocks of `block_s` seconds are resampled whole: a horizon's length, so that labels of two blocks hardly overlap.
    """
    count = len(said)
    if count < NEEDED or came_true.min() == came_true.max():
        return Scores(observations=count, needed=NEEDED, enough=False, base_rate=_mean(came_true))
    from sklearn.metrics import log_loss, roc_auc_score  # noqa: PLC0415 - two seconds that only scoring pays

    squares, base_squares = (said - came_true) ** 2, (base - came_true) ** 2
    places = bins_of(said)
    blocks = Blocks(times, block_s)
    passed = said >= GATE
    return Scores(
        observations=count,
        needed=NEEDED,
        enough=True,
        base_rate=_mean(came_true),
        mean_confidence=_mean(said),
        brier=_mean(squares),
        brier_of_base_rate=_mean(base_squares),
        skill=blocks.interval(
            lambda sums: 1.0 - sums[..., 0] / sums[..., 1], np.stack((squares, base_squares), axis=1)
        ),
        log_loss=float(log_loss(came_true, np.clip(said, _EDGE, 1 - _EDGE), labels=[0, 1])),
        ece=blocks.interval(_ece_of_sums, _by_bin(said - came_true, places)),
        ece_floor=_floor(said, places),
        auc=float(roc_auc_score(came_true, said)),
        at_gate=int(passed.sum()),
        coverage=_mean(passed),
        hit_rate=wilson(int(came_true[passed].sum()), int(passed.sum())),
        bins=tuple(_bin(said, came_true, places == number) for number in range(int(places.max()) + 1)),
    )


def bins_of(said: Floats) -> Ints:
    """Which of at most ten bins of equal mass each value falls in; equal values share one."""
    edges = np.unique(np.quantile(said, np.linspace(0, 1, BINS + 1)[1:-1]))
    numbers = np.searchsorted(edges, said, side="right")
    return np.unique(numbers, return_inverse=True)[1].astype(np.int64)


def expected_calibration_error(said: Floats, came_true: Ints) -> float:
    """The mean distance of what was said from what came true, over bins of equal mass."""
    return float(_ece_of_sums(_by_bin(said - came_true, bins_of(said)).sum(axis=0)[None])[0])


def wilson(hits: int, count: int) -> Interval | None:
    """A share with Wilson's interval; None of nothing."""
    if not count:
        return None
    from scipy.stats import binomtest  # noqa: PLC0415 - imported where it is used

    bounds = binomtest(hits, count).proportion_ci(LEVEL, method="wilson")
    return Interval(hits / count, float(bounds.low), float(bounds.high))


class Blocks:
    """Observations grouped by blocks of time, to resample whole blocks."""

    def __init__(self, times: Ints, block_s: int) -> None:
        self._numbers = np.unique(times // block_s, return_inverse=True)[1]
        self._count = int(self._numbers.max()) + 1
        chance = np.random.Generator(np.random.PCG64(SEED))
        even = np.full(self._count, 1.0 / self._count)
        self._weights = chance.multinomial(self._count, even, size=RESAMPLES).astype(np.float64)

    def interval(self, statistic: Any, values: Floats) -> Interval:
        """A statistic of column sums, and its 95 % interval over resampled blocks."""
        sums = np.stack([np.bincount(self._numbers, column, minlength=self._count) for column in values.T], axis=1)
        drawn = statistic(self._weights @ sums)
        low, high = np.quantile(drawn[np.isfinite(drawn)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return Interval(float(statistic(sums.sum(axis=0)[None])[0]), float(low), float(high))


def _by_bin(distance: Floats, places: Ints) -> Floats:
    """One column a bin with the distances that fall in it, and one that counts."""
    columns = np.zeros((len(distance), int(places.max()) + 2))
    columns[np.arange(len(distance)), places] = distance
    columns[:, -1] = 1.0
    return columns


def _ece_of_sums(sums: Floats) -> Floats:
    total: Floats = np.abs(sums[..., :-1]).sum(axis=-1) / sums[..., -1]
    return total


def _floor(said: Floats, places: Ints) -> float:
    """What a perfect forecaster would show by chance: each bin's mean absolute deviation, events independent."""
    spread = np.sqrt(np.bincount(places, said * (1 - said)))
    return float(spread.sum() * math.sqrt(2 / math.pi) / len(said))


def _bin(said: Floats, came_true: Ints, here: npt.NDArray[np.bool_]) -> ReliabilityBin:
    values, hits = said[here], came_true[here]
    found = wilson(int(hits.sum()), len(hits))
    assert found is not None, "a bin holds something"
    return ReliabilityBin(
        float(values.min()), float(values.max()), float(values.mean()), found.value, found.low, found.high, len(values)
    )


def _mean(values: Sequence[Any] | npt.NDArray[Any]) -> float | None:
    return float(np.mean(values)) if len(values) else None
