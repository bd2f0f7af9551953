"""Trials: what a good result is worth after many were tried on the same candles.

Knows bootstrap intervals and the deflated Sharpe ratio. Knows nothing of where runs are kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

NEEDED: Final = 30
RESAMPLES: Final = 10_000
SEED: Final = 20_260_102
EULER: Final = 0.5772156649015329

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class MeanTrade:
    """The mean result of a sale in USDT, with the bounds within which 95 of 100 resamples lie; None below 30 sales."""

    observations: int
    mean: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Deflated:
    """The probability that the Sharpe ratio is above what the best of so many tries reaches by luck alone."""

    trials: int
    observations: int
    sharpe_daily: float | None
    sharpe_expected_by_luck: float | None
    probability: float | None
    text: str


def mean_trade(realised: Sequence[float]) -> MeanTrade:
    """The bootstrap interval of the mean sale."""
    values = np.asarray(realised, dtype=np.float64)
    if len(values) < NEEDED:
        return MeanTrade(len(values), None, None, None)
    chance = np.random.Generator(np.random.PCG64(SEED))
    # In portions, so that ten thousand resamples of many trades need no gigabytes.
    portion = max(1, 2_000_000 // len(values))
    means: list[float] = []
    while len(means) < RESAMPLES:
        drawn = chance.integers(0, len(values), size=(min(portion, RESAMPLES - len(means)), len(values)))
        means += values[drawn].mean(axis=1).tolist()
    low, high = np.quantile(means, [0.025, 0.975])
    return MeanTrade(len(values), float(values.mean()), float(low), float(high))


def daily_sharpe(returns: Floats) -> float | None:
    """Mean over deviation (ddof 1) of daily returns, not annualised; None without variation."""
    if len(returns) < 2 or float(np.std(returns, ddof=1)) == 0.0:
        return None
    return float(np.mean(returns) / np.std(returns, ddof=1))


def deflated_sharpe(returns: Floats, tried: Sequence[float]) -> Deflated:
    """Bailey and López de Prado (2014); `tried` are the daily Sharpe ratios of all runs on these data, this one too.

    With one run it is the probabilistic Sharpe ratio against 0.
    """
    trials, count, own = len(tried), len(returns), daily_sharpe(returns)
    if count < NEEDED or own is None:
        return Deflated(trials, count, own, None, None, "not enough data")
    from scipy.stats import kurtosis, norm, skew  # noqa: PLC0415 - imported where it is used

    luck = 0.0
    if trials > 1:
        spread = float(np.std(np.asarray(tried), ddof=1))
        best = (1 - EULER) * norm.ppf(1 - 1 / trials) + EULER * norm.ppf(1 - 1 / (trials * math.e))
        luck = spread * float(best)
    variance = 1 - float(skew(returns)) * own + (float(kurtosis(returns, fisher=False)) - 1) / 4 * own**2
    if variance <= 0:
        return Deflated(trials, count, own, luck, None, "the returns are too skewed")
    probability = float(norm.cdf((own - luck) * math.sqrt(count - 1) / math.sqrt(variance)))
    return Deflated(trials, count, own, luck, probability, "")
