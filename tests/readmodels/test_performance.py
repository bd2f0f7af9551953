"""Performance agrees with the answers of a textbook library and with tables by hand; what does not exist is None."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tradeseal.readmodels import performance
from tradeseal.readmodels.performance import Bin

PINNED = json.loads((Path(__file__).parent / "ratios.json").read_text())  # written by scripts/pin_ratios.py


@pytest.mark.parametrize("case", PINNED["cases"], ids=lambda case: f"{len(case['units']) - 1} days")
def test_every_ratio_is_what_the_textbook_library_said(case: dict[str, Any]) -> None:
    units, expected = case["units"], case["ratios"]
    returns = performance.daily_returns(units)

    got = {
        "sharpe": performance.sharpe(returns),
        "sortino": performance.sortino(returns),
        "volatility": performance.annual_volatility(returns),
        "annual": performance.annual_return(returns),
        "compounded": performance.compounded(returns),
        "drawdown": performance.max_drawdown(units),
    }
    assert expected == pytest.approx(got, rel=1e-9)


def test_a_table_by_hand() -> None:
    returns = performance.daily_returns([100, 110, 99, 99])

    assert [0.1, -0.1, 0.0] == pytest.approx(returns.tolist())
    assert 0.0 == pytest.approx(performance.sharpe(returns), abs=1e-12)
    # Mean 0 over √(0.01 / 3).
    assert 0.0 == pytest.approx(performance.sortino(returns), abs=1e-12)
    assert 0.1 * math.sqrt(365) == pytest.approx(performance.annual_volatility(returns))
    assert [0, 0, -0.1, -0.1] == pytest.approx(performance.drawdowns([100, 110, 99, 99]).tolist())
    assert (110 / 121 - 1, -0.5) == pytest.approx(
        (performance.max_drawdown([100, 121, 110]), performance.max_drawdown([100, 50]))
    )


def test_what_does_not_exist_is_none_and_never_zero_or_infinite() -> None:
    nothing, one, flat, gains = (performance.daily_returns(u) for u in ([1], [1, 2], [1, 1, 1], [1, 2, 6]))

    assert [None] * 4 == [performance.sharpe(r) for r in (nothing, one, flat, performance.daily_returns([1, 2, 4]))]
    assert [None] * 4 == [performance.sortino(r) for r in (nothing, one, flat, gains)]
    assert [None, None] == [performance.annual_volatility(r) for r in (nothing, one)]
    assert None is performance.annual_return(nothing)
    assert None is performance.annual_return(performance.daily_returns([1, 0]))
    assert 0.0 == performance.max_drawdown([])
    assert None is performance.win_rate(0, 0)
    assert None is performance.profit_factor(10, 0)
    assert None is performance.profit_factor(0, 0)
    assert 0.0 == performance.profit_factor(0, 10)
    assert [] == performance.histogram([])
    assert None is performance.quantile([], 0.5, base=1.02)


def test_break_evens_are_in_no_win_rate() -> None:
    assert 0.75 == performance.win_rate(3, 1)
    assert 2.5 == performance.profit_factor(25, 10)


def test_bins_are_round_have_zero_as_an_edge_and_hold_every_value_once() -> None:
    assert [Bin(-2, -1, 1), Bin(-1, 0, 0), Bin(0, 1, 1), Bin(1, 2, 2), Bin(2, 3, 1)] == performance.histogram(
        [-1.5, 0, 1, 1.9, 2], bins=5
    )
    chance = np.random.default_rng(7)
    for scale in (1e-6, 1, 1e6):
        values = (chance.normal(0, scale, 500)).tolist()
        bins = performance.histogram(values)
        assert 500 == sum(b.count for b in bins)
        assert len(bins) <= performance.BINS_MAX + 2
        below = sum(b.count for b in bins if b.high <= 0)
        assert sum(v < 0 for v in values) == below


def test_one_value_and_many_equal_ones_have_a_bin() -> None:
    assert [3] == [b.count for b in performance.histogram([5, 5, 5]) if b.count]
    assert [1] == [b.count for b in performance.histogram([0.0]) if b.count]


def test_a_quantile_of_buckets_is_within_one_percent() -> None:
    values = sorted(np.random.default_rng(3).lognormal(9, 1, 5000).tolist())
    counts: dict[int, int] = {}
    for value in values:
        bucket = performance.bucket_of(value, base=1.02)
        counts[bucket] = counts.get(bucket, 0) + 1

    for share in (0.5, 0.99, 1.0):
        exact = values[math.ceil(len(values) * share) - 1]
        assert exact == pytest.approx(performance.quantile(list(counts.items()), share, base=1.02), rel=0.0102)
