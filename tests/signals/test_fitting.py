"""Confidence is fitted on the past alone, claims no more than it showed, and is applied exactly as stored."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore, Series, load_folder, synthetic
from tradeseal.signals.fitting import Lessons, fit_calibrator, fit_logistic, gather, walk_forward
from tradeseal.signals.published import CLAIM, Calibrator, Opinion, Side, SignalEngine, TechnicalStrategy

HOUR = 3600
GATE_BPS = 6_500


def a_lesson_book(count: int, *, skill: float) -> Lessons:
    """Three features of which the first decides with the given strength."""
    chance = np.random.Generator(np.random.PCG64(5))
    features = chance.standard_normal((count, 3))
    reached = (chance.random(count) < 1 / (1 + np.exp(-0.6 - skill * features[:, 0]))).astype(np.int64)
    closes = HOUR * np.arange(count, dtype=np.int64)
    return Lessons(features, reached, closes, closes + 72 * HOUR)


def test_candles_from_the_start_on_do_not_change_the_calibrator(store: CandleStore, engine: SignalEngine) -> None:
    before = store.default_start
    known, other = [], []
    for market in store.markets:
        table, end = store.series(market).table, store.closed(market, before)
        known.append(Series(market, table[:end]))
        later = table[end:].copy()
        later[:, 1:] //= 2
        other.append(Series(market, np.concatenate((table[:end], later))))

    fitted = [
        fit_calibrator(CandleStore(series, interval_s=HOUR, exchange="test"), store.markets, before)
        for series in (known, other)
    ]

    same = replace(engine.calibrator.origin, data="")
    assert all(replace(one, origin=same) == replace(engine.calibrator, origin=same) for one in fitted)


def test_every_label_had_ended_before_the_start(store: CandleStore) -> None:
    lessons = gather(store, store.markets, store.default_start, TechnicalStrategy())

    assert len(lessons) > 5_000
    assert lessons.ends.max() <= store.default_start
    assert (lessons.ends - lessons.closes == 72 * HOUR).all()


def test_a_fold_learns_nothing_that_ended_after_it_began() -> None:
    """With labels that run longer than the whole book nothing may be learned, so nothing is claimed."""
    lessons = a_lesson_book(6_000, skill=2.0)
    endless = replace(lessons, ends=lessons.closes + 10**9)

    assert walk_forward(lessons)[2] > 0.9
    assert walk_forward(endless) == (0.25, 0.25, 0.0)


def test_without_skill_confidence_shrinks_to_the_base_rate() -> None:
    _, _, slope = walk_forward(a_lesson_book(6_000, skill=0.0))

    assert slope < 0.5


def test_with_skill_the_predictions_beat_the_base_rate() -> None:
    brier, base, slope = walk_forward(a_lesson_book(6_000, skill=1.5))

    assert slope == pytest.approx(1.0, abs=0.1)
    assert brier < 0.8 * base


def test_it_predicts_what_scikit_learn_predicts() -> None:
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - slow to import, needed once

    lessons = a_lesson_book(2_000, skill=1.0)
    centres, scales, weights, intercept = fit_logistic(lessons)
    scaled = (lessons.features - centres) / scales
    theirs = LogisticRegression(C=0.01).fit(scaled, lessons.reached).predict_proba(scaled)[:, 1]
    ours = a_calibrator(centres=centres, scales=scales, weights=weights, intercept=intercept)

    assert np.abs(ours.probability(list(lessons.features.T)) - theirs).max() < 1e-3


def a_calibrator(**parts: object) -> Calibrator:
    store = synthetic(markets=1, bars=3_000)
    fitted = fit_calibrator(store, store.markets, store.last_close)
    values = {
        name: float(value) if name == "intercept" else tuple(np.asarray(value, dtype=float).tolist())
        for name, value in parts.items()
    }
    return replace(fitted, **values)  # type: ignore[arg-type]


def test_a_calibrator_survives_json_with_its_hash(engine: SignalEngine) -> None:
    stored = json.loads(json.dumps(engine.calibrator.to_json()))
    read = Calibrator.from_json(stored)

    assert read == engine.calibrator
    assert read.hash == engine.calibrator.hash
    assert stored["claim"] == CLAIM.hex()


def test_any_changed_weight_changes_the_hash(engine: SignalEngine) -> None:
    changed = replace(engine.calibrator, intercept=engine.calibrator.intercept + 1e-6)

    assert changed.hash != engine.calibrator.hash


def test_a_calibrator_of_another_event_is_refused(engine: SignalEngine) -> None:
    with pytest.raises(Refused) as refusal:
        Calibrator.from_json({**engine.calibrator.to_json(), "claim": "00" * 32})

    assert refusal.value.code == "UNKNOWN_CALIBRATOR"


def test_confidence_is_rounded_down(engine: SignalEngine) -> None:
    features = [np.linspace(-3, 3, 1_001) for _ in engine.calibrator.features]
    exact = engine.calibrator.probability(features) * 10_000

    rounded = engine.calibrator.confidence_bps(features)

    assert (rounded <= exact).all()
    assert (exact - rounded < 1).all()


def test_too_little_history_is_refused_with_the_numbers() -> None:
    store = synthetic(markets=1, bars=1_500)

    with pytest.raises(Refused) as refusal:
        fit_calibrator(store, store.markets, store.first_open + 1_000 * HOUR)

    assert refusal.value.code == "NOT_ENOUGH_HISTORY"
    assert refusal.value.facts["got"] < refusal.value.facts["limit"]


def test_on_the_synthetic_feed_confidence_is_skilled_and_calibrated_after_the_fit(
    store: CandleStore, engine: SignalEngine
) -> None:
    calibrator = engine.calibrator
    lessons = gather(store, store.markets, store.last_close, TechnicalStrategy())
    later = lessons.where(lessons.closes > store.default_start)
    p = calibrator.probability(list(later.features.T))
    base = calibrator.base_rate_bps / 10_000

    assert calibrator.skill > 0.02
    assert np.mean((p - later.reached) ** 2) < 0.98 * np.mean((base - later.reached) ** 2)
    for low, high in ((0.5, 0.6), (0.65, 0.7), (0.7, 0.8), (0.8, 0.9)):
        here = (p >= low) & (p < high)
        assert here.sum() > 200
        assert abs(p[here].mean() - later.reached[here].mean()) < 0.06


def test_the_synthetic_feed_leads_to_admissible_entries_within_two_minutes(
    store: CandleStore, engine: SignalEngine
) -> None:
    """120 candles at one a second. The gate is the contract's; nothing here is bent to reach it."""
    start = store.default_start
    opinions = engine.precompute(store, store.markets, start + HOUR, start + 120 * HOUR)
    admissible = {
        market: sum(
            isinstance(opinion, Opinion) and opinion.side is Side.BUY and opinion.confidence_bps >= GATE_BPS
            for opinion in (opinions.opinion(market, start + n * HOUR) for n in range(1, 121))
        )
        for market in store.markets
    }

    assert sum(count > 0 for count in admissible.values()) >= 3
    assert sum(admissible.values()) >= 20


@pytest.mark.slow
def test_nine_real_markets_give_some_entries_and_some_below_the_gate(market_data: Path) -> None:
    store, _ = load_folder(market_data)
    start, end = 1_619_827_200, 1_627_027_200  # 2021-05-01T00:00Z to 2021-07-23T08:00Z
    engine = SignalEngine(TechnicalStrategy(), fit_calibrator(store, store.markets, start))

    opinions = engine.precompute(store, store.markets, start + HOUR, end)
    given = [
        opinions.opinion(market, close) for market in store.markets for close in range(start + HOUR, end + 1, HOUR)
    ]
    buys = [one for one in given if isinstance(one, Opinion) and one.side is Side.BUY]

    assert len(opinions) == 18_000
    assert 6_000 <= engine.calibrator.base_rate_bps < GATE_BPS
    assert sum(one.confidence_bps >= GATE_BPS for one in buys) >= 20
    assert sum(one.confidence_bps < GATE_BPS for one in buys) >= 20
