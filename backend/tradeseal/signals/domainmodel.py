"""Opinions: what a strategy says about one closed candle, with the numbers it said it from.

Knows integers, sides and the named event that confidence is the probability of. Knows nothing of indicators or models.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final, Protocol

from tradeseal.market.published import CandleWindow

BPS: Final = 10_000
HORIZON_BARS: Final = 72
TAKE_PROFIT_VOLATILITIES: Final = 1
STOP_LOSS_VOLATILITIES: Final = 2
TAKE_PROFIT_BPS_MOST: Final = 65_535
STOP_LOSS_BPS_MOST: Final = 9_999  # a long cannot lose more than its price
SCORE_LEAST: Final = 35
SCORE_LEAD: Final = 20
RISK_BUDGET_BPS: Final = 50  # of equity, lost when an entry is stopped, before costs
SIZE_BPS_MOST: Final = 2_000
CLAIM_TEXT: Final = (
    "long from the next open: take-profit touched before stop-loss within the horizon, on highs and lows, "
    "both in one candle count as stop-loss, a time-out as not reached, before costs"
)
CLAIM: Final = hashlib.sha256(f"tradeseal/claim/1\0{CLAIM_TEXT}".encode()).digest()


class Side(IntEnum):
    """What the scores say; confidence never changes it."""

    HOLD = 0
    BUY = 1
    SELL = 2


@dataclass(frozen=True, slots=True)
class Opinion:
    """A strategy's opinion on one closed candle. Confidence is always that of the long event, for every side."""

    side: Side
    confidence_bps: int
    risk_score: int
    size_bps: int
    buy_score: int
    sell_score: int
    take_profit_bps: int
    stop_loss_bps: int
    horizon_s: int
    base_rate_bps: int
    indicators: Mapping[str, str]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotEnoughData:
    """Fewer candles than an opinion needs; an answer, not an error."""

    got: int
    needed: int


def side_of(buy_score: int, sell_score: int) -> Side:
    """A side needs a score of at least `SCORE_LEAST` that leads the other by `SCORE_LEAD`."""
    if buy_score >= SCORE_LEAST and buy_score - sell_score >= SCORE_LEAD:
        return Side.BUY
    if sell_score >= SCORE_LEAST and sell_score - buy_score >= SCORE_LEAD:
        return Side.SELL
    return Side.HOLD


def size_bps(side: Side, stop_loss_bps: int) -> int:
    """The share of equity whose loss at the stop is the risk budget, at most 20 %; nothing for HOLD."""
    if side is Side.HOLD:
        return 0
    return max(1, min(SIZE_BPS_MOST, RISK_BUDGET_BPS * BPS // stop_loss_bps))


def risk_score(stop_loss_bps: int, drawdown_bps: int) -> int:
    """0 calm to 100: up to 60 points for a stop 15 % away, up to 40 for a price half below its highest close."""
    return min(60, 60 * stop_loss_bps // 1_500) + min(40, 40 * drawdown_bps // 5_000)


class Readings(Protocol):
    """What a strategy read from one or many windows: model features and everything an opinion is made of."""

    @property
    def features(self) -> Sequence[Any]:
        """What the calibrator reads: one array per feature, one element per window."""
        ...

    @property
    def barriers(self) -> tuple[Any, Any]:
        """Take-profit and stop-loss of each window in bps."""
        ...

    def opinion(self, at: int, *, confidence_bps: int, base_rate_bps: int) -> Opinion:
        """The opinion on window number `at`."""
        ...


class Strategy(Protocol):
    """Reads closed candles, nothing else; equal candles and parameters give equal bits."""

    @property
    def name(self) -> str: ...

    @property
    def code_hash(self) -> bytes: ...

    @property
    def params(self) -> Mapping[str, int]: ...

    def read(self, window: CandleWindow) -> Readings:
        """Read the newest candles of a window."""
        ...

    def read_run(self, run: CandleWindow, stride: int = 1) -> Readings:
        """Read every full window inside a run of candles, or every `stride`-th of them, oldest first."""
        ...
