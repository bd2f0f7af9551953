"""Synthetic candles: five invented markets whose regimes persist long enough for an honest model to learn them.

Knows a generator of plain arithmetic (`synthetic.md` describes it with its parameters). Knows nothing of real prices:
the names and levels only resemble them, and everything it makes is labelled `synthetic`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.nearest import did_you_mean, market_meant
from tradeseal.market.store import CandleStore, Series

Floats = npt.NDArray[np.float64]

SEED: Final = 20240901
FIRST_OPEN: Final = 1_704_067_200  # 2024-01-01T00:00:00Z
START: Final = 1_725_148_800  # 2024-09-01T00:00:00Z
BARS: Final = 10_200  # to 2025-03-01T00:00:00Z
STEPS: Final = 6  # price moves inside one bar
ROOT_OF_STEP: Final = 0.408248290463863  # 1 / sqrt(6)


class Regime(IntEnum):
    """How a market behaves for a while."""

    TREND = 0
    REVERSION = 1
    STORM = 2


@dataclass(frozen=True, slots=True)
class Market:
    """One invented market: price level and tick in 1e-8, volatility of one bar, volume of one bar in 1e-8."""

    name: str
    level_e8: int
    tick_e8: int
    volatility: float
    volume_e8: int


MARKETS: Final = (
    Market("BTC-USDT", 58_000 * 10**8, 10**6, 0.0045, 900 * 10**8),
    Market("ETH-USDT", 2_500 * 10**8, 10**6, 0.0055, 9_000 * 10**8),
    Market("SOL-USDT", 140 * 10**8, 10**6, 0.0075, 90_000 * 10**8),
    Market("XRP-USDT", 57_000_000, 10**4, 0.0065, 9_000_000 * 10**8),
    Market("DOGE-USDT", 10_500_000, 10**3, 0.0080, 40_000_000 * 10**8),
)

# Per regime: mean length in bars, volatility relative to the market's own.
LENGTH: Final = {Regime.TREND: 96, Regime.REVERSION: 120, Regime.STORM: 36}
VOLATILITY: Final = {Regime.TREND: 0.9, Regime.REVERSION: 0.8, Regime.STORM: 2.4}
CHANCE: Final = {Regime.TREND: 0.5, Regime.REVERSION: 0.38, Regime.STORM: 0.12}
DRIFT: Final = 0.18  # of a trend, per bar, in volatilities
PULL: Final = 0.10  # of a reversion towards its anchor, per bar
VOLATILITY_MEMORY: Final = 0.94
JUMP_CHANCE: Final = 0.06  # per bar of a storm
JUMP_CHANCE_CALM: Final = 0.01  # per bar of the other regimes
JUMP_SIZE: Final = 8.0  # the greatest, in volatilities
JUMP_FALLS: Final = 0.7  # share of the range of jumps that lies below zero
UP_CHANCE: Final = 0.5  # of a trend at the market's level
HOMESICK: Final = 0.8  # how much a price away from its level changes that chance


def synthetic(seed: int = SEED, markets: int = 5, bars: int = BARS, interval_s: int = 3600) -> CandleStore:
    """A store of the first `markets` invented markets; equal arguments give equal candles on every platform."""
    if not 1 <= markets <= len(MARKETS):
        raise Refused("UNKNOWN_MARKET", f"There are 1 to {len(MARKETS)} synthetic markets.", got=markets)
    return _store(MARKETS[:markets], seed, bars, interval_s)


def _store(markets: Sequence[Market], seed: int, bars: int, interval_s: int) -> CandleStore:
    series = [_series(market, seed, MARKETS.index(market), bars, interval_s) for market in markets]
    start = FIRST_OPEN + (START - FIRST_OPEN) // 3600 * interval_s
    return CandleStore(series, interval_s=interval_s, exchange="synthetic", start=start)


def _series(market: Market, seed: int, number: int, bars: int, interval_s: int) -> Series:
    path, busy = _walk(market, np.random.PCG64(seed * 1_000 + number), bars)
    ticks = np.maximum(1, (path / market.tick_e8 + 0.5).astype(np.int64)) * market.tick_e8
    times = FIRST_OPEN + interval_s * np.arange(bars, dtype=np.int64)
    volumes = (market.volume_e8 * busy).astype(np.int64)
    bar = (times, ticks[:, 0], ticks.max(axis=1), ticks.min(axis=1), ticks[:, -1], volumes)
    return Series(market.name, np.column_stack(bar))


def _walk(market: Market, generator: np.random.PCG64, bars: int) -> tuple[Floats, Floats]:
    """Each bar's prices, from its open to its close, and how busy it is.

    Only +, -, *, / on floats, in this order, which are exact alike everywhere.
    """
    chances = _uniforms(generator, 6 * bars).reshape(bars, 6).tolist()
    normals = _normals(generator, STEPS * bars).reshape(bars, STEPS).tolist()
    price = anchor = market.level_e8 * 1.0
    volatility = market.volatility
    regime, left, direction = Regime.REVERSION, LENGTH[Regime.REVERSION], 0.0
    fresh = tuple((1 - VOLATILITY_MEMORY) * market.volatility * VOLATILITY[kind] for kind in Regime)
    path, volatilities = [], []
    for lot, steps in zip(chances, normals, strict=True):
        left -= 1
        if left <= 0:
            regime = _regime(lot[0])
            left = int(LENGTH[regime] * (0.5 + lot[1]))
            direction = _direction(lot[2], price, market.level_e8)
            anchor = price
        volatility = VOLATILITY_MEMORY * volatility + fresh[regime]
        jump = _jump(regime, lot[3], lot[4]) * volatility
        trend = direction * DRIFT * volatility / STEPS if regime is Regime.TREND else 0.0
        path.append(price)
        for step, normal in enumerate(steps):
            move = normal * volatility * ROOT_OF_STEP
            if regime is Regime.REVERSION:
                move += PULL / STEPS * (anchor - price) / anchor
            else:
                move += trend
            price *= 1 + move + (jump if step == STEPS // 2 else 0.0)
            path.append(price)
        volatilities.append(volatility)
    busy = (0.5 + np.array([lot[5] for lot in chances])) * (0.4 + 0.6 * np.array(volatilities) / market.volatility)
    return np.array(path).reshape(bars, STEPS + 1), busy


def _regime(chance: float) -> Regime:
    if chance < CHANCE[Regime.TREND]:
        return Regime.TREND
    return Regime.REVERSION if chance < CHANCE[Regime.TREND] + CHANCE[Regime.REVERSION] else Regime.STORM


def _jump(regime: Regime, chance: float, size: float) -> float:
    """In volatilities; falls are greater and more frequent than rises."""
    often = JUMP_CHANCE if regime is Regime.STORM else JUMP_CHANCE_CALM
    return JUMP_SIZE * (size - JUMP_FALLS) / JUMP_FALLS if chance < often else 0.0


def _direction(chance: float, price: float, level: float) -> float:
    """Up or down; the further a price is from its level, the likelier the way back."""
    return 1.0 if chance < UP_CHANCE - HOMESICK * (price - level) / (price + level) else -1.0


def _uniforms(generator: np.random.PCG64, count: int) -> Floats:
    raw = generator.random_raw(count)
    return (raw >> np.uint64(11)).astype(np.float64) / 2.0**53


def _normals(generator: np.random.PCG64, count: int) -> Floats:
    """Nearly normal: the sum of four 16-bit uniforms, centred and scaled to variance 1."""
    raw = generator.random_raw(count)
    parts = raw.view(np.uint16).reshape(count, 4)
    return (parts.sum(axis=1, dtype=np.int64) - 131_070) / 37_837.2


def synthetic_of(interval: str, markets: Sequence[str]) -> CandleStore:
    """The synthetic feed of some markets, by base asset or pair; all where none is named."""
    if interval != "1h":
        meant = did_you_mean(interval, ["1h"])
        raise Refused("UNKNOWN_INTERVAL", f"The synthetic feed has 1h candles only.{meant}", got=interval, known=["1h"])
    known = {market.name: market for market in MARKETS}
    wanted = {m if "-" in m else f"{m}-USDT": m for m in (name.upper() for name in markets)}
    unknown = sorted(name for market, name in wanted.items() if market not in known)
    if unknown:
        raise Refused(
            "UNKNOWN_MARKET",
            f"The synthetic feed has no {', '.join(unknown)}; it has {', '.join(sorted(known))}."
            f"{market_meant(unknown[0], sorted(known))}",
            got=", ".join(unknown),
        )
    return _store([known[market] for market in sorted(wanted or known)], SEED, BARS, 3600)
