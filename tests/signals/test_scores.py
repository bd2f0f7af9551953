"""Scores tell an honest confidence from a boast, with intervals that know how little there is to go by."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import brier_score_loss

from tradeseal.signals.scores import expected_calibration_error, score, wilson

DAY = 86_400


def forecasts(count: int = 20_000, *, boast: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    chance = np.random.Generator(np.random.PCG64(7))
    truth = chance.uniform(0.4, 0.9, count)
    came_true = (chance.uniform(size=count) < truth).astype(np.int64)
    return np.clip(truth + boast, 0, 1), came_true, np.full(count, 0.65), np.arange(count) * 3600


def test_an_honest_forecaster_has_skill_and_hardly_an_error() -> None:
    scores = score(*forecasts(), block_s=3 * DAY)

    assert scores.skill is not None
    assert scores.ece is not None
    assert scores.ece_floor is not None
    assert scores.has_skill
    assert scores.ece.value < 2 * scores.ece_floor
    assert scores.brier == pytest.approx(brier_score_loss(forecasts()[1], forecasts()[0]))
    assert sum(one.count for one in scores.bins) == scores.observations
    assert all(one.came_true_low <= one.came_true <= one.came_true_high for one in scores.bins)


def test_a_boaster_is_found_out() -> None:
    scores = score(*forecasts(boast=0.15), block_s=3 * DAY)

    assert scores.ece is not None
    assert scores.ece.low > 0.1
    assert scores.hit_rate is not None
    assert scores.mean_confidence is not None
    assert scores.hit_rate.high < scores.mean_confidence


def test_who_says_the_base_rate_always_has_no_skill() -> None:
    _, came_true, base, times = forecasts()
    scores = score(base, came_true, base, times, block_s=3 * DAY)

    assert scores.skill is not None
    assert scores.skill.value == 0
    assert not scores.has_skill
    assert scores.auc == 0.5
    assert len(scores.bins) == 1


@pytest.mark.parametrize("count", [0, 1, 29])
def test_fewer_than_thirty_are_not_enough_data(count: int) -> None:
    said, came_true, base, times = (values[:count] for values in forecasts())

    scores = score(said, came_true, base, times, block_s=DAY)

    assert (scores.enough, scores.observations, scores.brier, scores.bins) == (False, count, None, ())


@given(count=st.integers(1, 500), share=st.floats(0, 1))
def test_the_interval_of_a_share_is_wilsons(count: int, share: float) -> None:
    hits = round(count * share)
    ours, theirs = wilson(hits, count), binomtest(hits, count).proportion_ci(0.95, "wilson")

    assert ours is not None
    assert (ours.low, ours.high) == (float(theirs.low), float(theirs.high))
    assert ours.low <= ours.value <= ours.high


def test_the_calibration_error_is_the_mean_distance_over_bins_of_equal_mass() -> None:
    said = np.array([0.2] * 50 + [0.8] * 50)
    came_true = np.array([1] * 20 + [0] * 30 + [1] * 35 + [0] * 15)

    assert expected_calibration_error(said, came_true) == pytest.approx((0.2 + 0.1) / 2)
