"""Prices, candles and the strategy's opinion.

Knows the words of market data and predictions. Knows nothing of how they are computed.
"""

from tradeseal.api.schemas.base import Amount, Answer, Fraction, Hash, Market, Side, Time
from tradeseal.api.schemas.dashboard import DataLabel, Price


class Prices(Answer):
    """The last price of every market."""

    data_clock: Time | None
    data: DataLabel
    prices: list[Price]


class Candle(Answer):
    """One closed candle."""

    open_time: Time
    close_time: Time
    open: Amount
    high: Amount
    low: Amount
    close: Amount
    volume: Amount


class TradeMark(Answer):
    """A fill to draw on the chart."""

    time: Time
    side: Side
    price: Amount
    quantity: Amount
    reason: str | None
    cycle_id: str


class Curve(Answer):
    """One indicator, a value for each candle; null before its window is full."""

    name: str
    values: list[float | None]


class Candles(Answer):
    """Closed candles in order of time, the fills inside their span, and the indicators that were asked for."""

    market: Market
    symbol: str
    interval_s: int
    data: DataLabel
    candles: list[Candle]
    trades: list[TradeMark]
    curves: list[Curve]


class Indicator(Answer):
    """One number the strategy looked at."""

    name: str
    value: str


class Prediction(Answer):
    """The strategy's opinion on the newest closed candle. Confidence is the calibrated probability of `event`.

    `shrunk`: it is the base rate and nothing else, for live skill has gone.
    """

    market: Market
    symbol: str
    candle_close: Time
    side: Side
    confidence: Fraction
    base_rate: Fraction
    shrunk: bool
    risk_score: int
    size: Fraction
    buy_score: int
    sell_score: int
    take_profit_bps: int
    stop_loss_bps: int
    horizon_s: int
    expires_at: Time | None
    price: Amount
    event: str
    indicators: list[Indicator]
    why: list[str]
    strategy: str
    window: Hash
    model: Hash | None
    calibrator: Hash | None
    data: DataLabel
