"""Performance: returns, ratios, drawdown and distributions as pure functions of plain numbers.

Knows the textbook forms, daily, over 365 days a year. Knows nothing of books, money units or where numbers come from.

`None` is an answer: the number does not exist (no variation, no loss), which is neither 0 nor infinity.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DAYS_A_YEAR = 365
BINS_MAX = 40
_EVEN = 1e-12  # a deviation below this, relative to the mean, is rounding and no variation

Series = NDArray[np.float64]


def daily_returns(units: Sequence[float]) -> Series:
    """Day over day from the value of one unit at the beginning and at each day's end; flows are no part of a unit."""
    values = np.asarray(units, dtype=np.float64)
    return values[1:] / values[:-1] - 1.0


def compounded(returns: Series) -> float:
    """All returns one after the other as one."""
    return float(np.prod(1.0 + returns) - 1.0)


def annual_return(returns: Series) -> float | None:
    """The return that, a year long, would have brought the same; None without a day or with nothing left."""
    whole = 1.0 + compounded(returns)
    return None if not len(returns) or whole <= 0 else float(whole ** (DAYS_A_YEAR / len(returns)) - 1.0)


def annual_volatility(returns: Series) -> float | None:
    """Standard deviation (ddof 1) · √365."""
    return None if len(returns) < 2 else float(np.std(returns, ddof=1) * math.sqrt(DAYS_A_YEAR))


def sharpe(returns: Series) -> float | None:
    """Mean ÷ standard deviation (ddof 1) · √365, risk-free 0; None without variation."""
    if len(returns) < 2:
        return None
    mean, deviation = float(np.mean(returns)), float(np.std(returns, ddof=1))
    if deviation <= _EVEN * max(abs(mean), 1e-9):
        return None
    return mean / deviation * math.sqrt(DAYS_A_YEAR)


def sortino(returns: Series) -> float | None:
    """Mean ÷ root of the mean squared loss over all days · √365; None without a losing day."""
    losses = np.minimum(returns, 0.0)
    if not len(returns) or not losses.any():
        return None
    return float(np.mean(returns) / math.sqrt(float(np.mean(losses**2))) * math.sqrt(DAYS_A_YEAR))


def drawdowns(units: Sequence[float]) -> Series:
    """How far each value is below the highest before or at it; never above zero."""
    values = np.asarray(units, dtype=np.float64)
    return values / np.maximum.accumulate(values) - 1.0


def max_drawdown(units: Sequence[float]) -> float:
    """The deepest of all; 0 without a value."""
    return float(drawdowns(units).min()) if len(units) else 0.0


def win_rate(wins: int, losses: int) -> float | None:
    """Wins ÷ (wins + losses); break-evens are neither."""
    return wins / (wins + losses) if wins + losses else None


def profit_factor(profit: float, loss: float) -> float | None:
    """Sum of profits ÷ sum of losses, both as positive numbers; None without a loss."""
    return profit / loss if loss > 0 else None


@dataclass(frozen=True)
class Bin:
    """How many values lie from `low` up to below `high`; the last bin takes its end too."""

    low: float
    high: float
    count: int


def histogram(values: Sequence[float], *, bins: int = BINS_MAX) -> list[Bin]:
    """At most `bins` + 2 bins of one round width (1, 2 or 5 times a power of ten); zero is an edge."""
    found = np.asarray(values, dtype=np.float64)
    if not len(found):
        return []
    low, high = float(found.min()), float(found.max())
    width = _round_up(max(high - low, abs(low) * 1e-6, 1e-8) / bins)
    first, last = math.floor(low / width), math.floor(high / width) + 1
    # An edge is a whole number times the width; a value on it belongs above, as `floor` says.
    numbers = np.floor(found / width).astype(np.int64) - first
    counts = np.bincount(numbers, minlength=last - first)
    return [Bin((first + n) * width, (first + n + 1) * width, int(count)) for n, count in enumerate(counts)]


def _round_up(width: float) -> float:
    power = 10.0 ** math.floor(math.log10(width))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= width * (1 - 1e-9))


def quantile(counts: Sequence[tuple[int, int]], share: float, *, base: float) -> float | None:
    """The value at `share` of a histogram whose bucket b holds values from base^b up to base^(b+1); its middle."""
    whole = sum(count for _, count in counts)
    wanted = max(1, math.ceil(whole * share))
    for bucket, count in sorted(counts):
        wanted -= count
        if wanted <= 0:
            return float(base ** (bucket + 0.5))
    return None


def bucket_of(value: float, *, base: float) -> int:
    """The bucket of a value of at least one."""
    return math.floor(math.log(max(value, 1.0)) / math.log(base))
