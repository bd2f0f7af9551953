"""Fitting: the only place that learns, and only from what was over before a given time.

Walk-forward and purged: a fold is predicted by a model whose labels had all ended before the fold began. The slope of
those predictions, at most 1 and at least 0, shrinks the final model towards the base rate; without skill nothing but
the base rate is left. That slope is Platt's form, with the base rate as its fixed point; from `ISOTONIC_POINTS` points
on, an isotonic map of the same predictions takes its place. Knows scikit-learn, imported where it is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import WINDOW, CandleStore, CandleWindow
from tradeseal.signals.calibrator import Calibrator, Origin
from tradeseal.signals.domainmodel import BPS
from tradeseal.signals.labels import REACHED, UNKNOWN, outcomes
from tradeseal.signals.portable import log, logistic
from tradeseal.signals.scored import ScoredStrategy
from tradeseal.signals.technical import TechnicalStrategy
from tradeseal.signals.trees import Tree, Trees

FIT_CANDLES: Final = 35_040  # per market: four years of hours, for the base rate of two years is that of one regime
STRIDE: Final = 3  # of each three candles one is learned from: labels of 72 candles overlap anyway
ROWS_LEAST: Final = 400
FOLDS: Final = 5
# Points are labels that do not overlap: the rows of one market see the same hours again and again, and would promise an
# isotonic map a certainty that is not there (Niculescu-Mizil and Caruana 2005 put the change near 1,000).
ISOTONIC_POINTS: Final = 1_000
POINTS_A_KNOT: Final = 100  # so that what came true in each step is known to five in a hundred
PENALTY: Final = 0.01  # scikit-learn's C: strong, for labels overlap and agree with their neighbours
DIGITS: Final = 6  # weights are rounded, so that another platform's last bits do not change the hash

_Floats = npt.NDArray[np.float64]
_Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Lessons:
    """Features and outcomes of many candles in order of time."""

    features: _Floats  # one row per candle
    reached: _Ints
    closes: _Ints  # when the candle closed
    ends: _Ints  # when its label had ended

    def where(self, mask: npt.NDArray[np.bool_]) -> "Lessons":
        return Lessons(self.features[mask], self.reached[mask], self.closes[mask], self.ends[mask])

    def __len__(self) -> int:
        return len(self.closes)


def fit_calibrator(
    store: CandleStore, markets: Sequence[str], before: int, strategy: ScoredStrategy | None = None
) -> Calibrator:
    """Fit on the candles of `markets` whose labels had ended at `before`; refuse where there are too few."""
    strategy = strategy or TechnicalStrategy()
    lessons = gather(store, markets, before, strategy)
    if len(lessons) < ROWS_LEAST or not 0 < lessons.reached.mean() < 1:
        raise Refused(
            "NOT_ENOUGH_HISTORY",
            f"{len(lessons)} candles with a known outcome lie before {iso_utc(before)}; "
            f"a calibrator needs {ROWS_LEAST}. Start later or bring more history.",
            got=len(lessons),
            limit=ROWS_LEAST,
        )
    return calibrator_of(lessons, strategy, store.identity, markets, before)


def calibrator_of(
    lessons: Lessons, strategy: ScoredStrategy, data: str, markets: Sequence[str], before: int
) -> Calibrator:
    """Fit on lessons that were over by `before`."""
    unseen = predict_unseen(lessons)
    brier, brier_of_base_rate, slope = _judged(unseen)
    centres, scales, weights, intercept = fit_logistic(lessons)
    base_rate = float(lessons.reached.mean())
    origin = Origin(
        strategy=strategy.name,
        strategy_hash=strategy.code_hash.hex(),
        data=data,
        markets=tuple(markets),
        before=before,
        rows=len(lessons),
        brier=round(brier, DIGITS),
        brier_of_base_rate=round(brier_of_base_rate, DIGITS),
        slope=round(slope, DIGITS),
    )
    # Centred features: the intercept alone is the base rate, so shrinking by the slope keeps the mean.
    anchor = float(log(base_rate / (1.0 - base_rate)))
    return Calibrator(
        features=tuple(strategy.features),
        centres=_rounded(centres),
        scales=_rounded(scales),
        weights=_rounded(slope * weights),
        intercept=round(anchor + slope * (intercept - anchor), DIGITS),
        base_rate_bps=int(base_rate * BPS),
        origin=origin,
        knots=(
            () if unseen is None or slope == 0 else knots_of(unseen, base_rate, slope, strategy.params["horizon_bars"])
        ),
    )


def learn(store: CandleStore, markets: Sequence[str], before: int, strategy: ScoredStrategy) -> ScoredStrategy:
    """The strategy with a model of its own, learned from the older half of the candles whose labels ended `before`.

    The newer half is left for the calibrator: a model is too sure of what it has learned from. A strategy of rules is
    handed back as it is.
    """
    if not strategy.learns:
        return strategy
    lessons = gather(store, markets, before, strategy)
    if len(lessons) < 2 * ROWS_LEAST:
        raise Refused(
            "NOT_ENOUGH_HISTORY",
            f"{len(lessons)} candles with a known outcome lie before {iso_utc(before)}; "
            f"{strategy.name} needs {2 * ROWS_LEAST}. Start later or bring more history.",
            got=len(lessons),
            limit=2 * ROWS_LEAST,
        )
    half = int(lessons.closes[len(lessons) // 2])
    older = lessons.where(lessons.ends <= half)
    return strategy.with_model(_boosted(older, half, strategy).to_json())


def _boosted(lessons: Lessons, until: int, strategy: ScoredStrategy) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415 - two seconds that only learning pays

    model = HistGradientBoostingClassifier(
        max_iter=strategy.params["trees"], max_leaf_nodes=strategy.params["leaves"], learning_rate=0.05,
        min_samples_leaf=200, l2_regularization=10.0, early_stopping=False, random_state=0,
    ).fit(lessons.features, lessons.reached)  # fmt: skip
    nodes = [stage[0].nodes for stage in model._predictors]  # noqa: SLF001 - scikit-learn shows its trees nowhere else
    return Trees(
        features=tuple(strategy.features),
        baseline=float(np.ravel(model._baseline_prediction)[0]),  # noqa: SLF001
        base_rate=float(lessons.reached.mean()),
        learned_until=until,
        rows=len(lessons),
        trees=tuple(_tree(one) for one in nodes),
    )


def _tree(nodes: Any) -> Tree:
    leaf = nodes["is_leaf"].astype(bool)
    return Tree(
        feature=tuple(np.where(leaf, 0, nodes["feature_idx"]).tolist()),
        threshold=tuple(np.where(leaf, 0.0, nodes["num_threshold"]).tolist()),
        left=tuple(np.where(leaf, -1, nodes["left"].astype(np.int64)).tolist()),
        right=tuple(np.where(leaf, -1, nodes["right"].astype(np.int64)).tolist()),
        value=tuple(float(value) for value in nodes["value"]),
    )


def gather(store: CandleStore, markets: Sequence[str], before: int, strategy: ScoredStrategy) -> Lessons:
    """Features and outcomes of the newest `FIT_CANDLES` candles of each market before a time."""
    parts = [_lessons(store, market, before, strategy) for market in markets]
    parts = [part for part in parts if len(part)]
    if not parts:
        return Lessons(np.zeros((0, len(strategy.features))), *(np.zeros(0, dtype=np.int64) for _ in range(3)))
    joined = Lessons(
        np.concatenate([part.features for part in parts]),
        np.concatenate([part.reached for part in parts]),
        np.concatenate([part.closes for part in parts]),
        np.concatenate([part.ends for part in parts]),
    )
    order = np.argsort(joined.closes, kind="stable")
    return Lessons(joined.features[order], joined.reached[order], joined.closes[order], joined.ends[order])


def _lessons(store: CandleStore, market: str, before: int, strategy: ScoredStrategy) -> Lessons:
    series = store.series(market)
    end = store.closed(market, before)
    first = max(0, end - FIT_CANDLES - WINDOW + 1)
    if end - first < WINDOW:
        return Lessons(np.zeros((0, len(strategy.features))), *(np.zeros(0, dtype=np.int64) for _ in range(3)))
    readings = strategy.read_run(
        CandleWindow(market, store.interval_s, *(column[first:end] for column in series.columns)), STRIDE
    )
    at = np.arange(first + WINDOW - 1, end, STRIDE)
    horizon_s = strategy.params["horizon_bars"] * store.interval_s
    take, stop = readings.barriers
    found = outcomes(series, at, take, stop, horizon_s=horizon_s, interval_s=store.interval_s, before=before)
    closes = series.columns[0][at] + store.interval_s
    entered = series.columns[0][np.minimum(at + 1, len(series) - 1)]
    lessons = Lessons(
        np.stack(readings.features, axis=1), (found == REACHED).astype(np.int64), closes, entered + horizon_s
    )
    return lessons.where((found != UNKNOWN) & (closes > strategy.learned_until))


@dataclass(frozen=True)
class Unseen:
    """Predictions of candles that the predicting model had not seen, as logits, with what came of them."""

    guess: _Floats
    base: _Floats  # the base rate that the predicting model knew
    truth: _Ints

    @property
    def lead(self) -> _Floats:
        """How far a guess lies from its base rate."""
        lead: _Floats = self.guess - log(self.base / (1.0 - self.base))
        return lead


def predict_unseen(lessons: Lessons) -> Unseen | None:
    """Each fold predicted by a model of what was over before it; None where no fold had enough before it."""
    edges = lessons.closes[np.linspace(0, len(lessons) - 1, FOLDS + 2).astype(np.int64)]
    guesses, bases, truths = [], [], []
    for begin, end in pairwise(edges[1:]):
        # Purged by the horizon, and embargoed by a tenth of it more.
        known = lessons.where(lessons.ends + (lessons.ends - lessons.closes) // 10 <= begin)
        fold = lessons.where((lessons.closes > begin) & (lessons.closes <= end))
        if len(known) < ROWS_LEAST // 2 or len(fold) == 0 or not 0 < known.reached.mean() < 1:
            continue
        centres, scales, weights, intercept = fit_logistic(known)
        guesses.append(intercept + ((fold.features - centres) / scales) @ weights)
        bases.append(np.full(len(fold), known.reached.mean()))
        truths.append(fold.reached)
    return Unseen(*map(np.concatenate, (guesses, bases, truths))) if truths else None


def walk_forward(lessons: Lessons) -> tuple[float, float, float]:
    """Brier score of purged predictions, that of the base rate, and the slope that calibrates them."""
    return _judged(predict_unseen(lessons))


def _judged(unseen: Unseen | None) -> tuple[float, float, float]:
    if unseen is None:
        return 0.25, 0.25, 0.0
    base, truth = unseen.base, unseen.truth
    anchor = log(base / (1.0 - base))
    slope = _slope(unseen.guess - anchor, truth)
    shrunk = logistic(anchor + slope * (unseen.guess - anchor))
    return float(np.mean((shrunk - truth) ** 2)), float(np.mean((base - truth) ** 2)), slope


def points_of(rows: int, horizon_bars: int) -> int:
    """How many of the rows of one or many markets, each `STRIDE` candles from the next, have labels of their own."""
    return min(rows, rows * STRIDE // horizon_bars)


def knots_of(unseen: Unseen, base_rate: float, slope: float, horizon_bars: int) -> tuple[tuple[float, float], ...]:
    """The isotonic map from what Platt's form says to what came true; empty below `ISOTONIC_POINTS` points.

    Fitted on steps of equal mass, `POINTS_A_KNOT` points each: one row a step would learn the noise of few hours. What
    is learned is how far the truth lay from the base rate that was known, less its mean: the base rate stays the fixed
    point, for that later years came out better than earlier ones is no skill.
    """
    points = points_of(len(unseen.truth), horizon_bars)
    if points < ISOTONIC_POINTS:
        return ()
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415 - two seconds that only fitting pays

    lead = unseen.lead
    edges = np.unique(np.quantile(lead, np.linspace(0, 1, points // POINTS_A_KNOT + 1)[1:-1]))
    places = np.unique(np.searchsorted(edges, lead, side="right"), return_inverse=True)[1]
    mass = np.bincount(places)
    mean_lead, beyond = (np.bincount(places, one) / mass for one in (lead, unseen.truth - unseen.base))
    rising = IsotonicRegression().fit_transform(mean_lead, beyond, sample_weight=mass)
    rising = rising - float(np.average(rising, weights=mass))
    anchor = float(log(base_rate / (1.0 - base_rate)))
    said, came_true = logistic(anchor + slope * mean_lead), np.clip(base_rate + rising, 0.0, 1.0)
    knots = zip(_rounded(said), _rounded(came_true), strict=True)
    return tuple(dict(knots).items())  # two steps that round to one place are one knot


def _slope(guess: _Floats, truth: _Ints) -> float:
    """How much of what a model says above or below the base rate was true, between 0 and 1."""
    if guess.std() == 0 or truth.min() == truth.max():
        return 0.0
    model = _regression(1e6).fit(guess[:, None], truth)
    return float(np.clip(model.coef_[0, 0], 0.0, 1.0))


def fit_logistic(lessons: Lessons) -> tuple[_Floats, _Floats, _Floats, float]:
    """Centres, scales, weights and intercept, before any shrinking."""
    centres = lessons.features.mean(axis=0)
    scales = np.maximum(lessons.features.std(axis=0), 1e-6)
    model = _regression(PENALTY).fit((lessons.features - centres) / scales, lessons.reached)
    return centres, scales, model.coef_[0], float(model.intercept_[0])


def _regression(penalty: float) -> Any:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - two seconds that only fitting pays

    return LogisticRegression(C=penalty, solver="newton-cholesky", tol=1e-10, max_iter=100)


def _rounded(values: _Floats) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)
