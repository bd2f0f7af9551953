"""What became of it all: metrics with their formulas, curves, months, markets, rates and latencies.

Knows the words of results. Knows nothing of how they are computed.
"""

from typing import Annotated, Literal

from pydantic import Field

from tradeseal.api.schemas.base import Amount, Answer, Fraction, Market, RuleId, Time

MetricId = Literal[
    "total_trades", "exits", "wins", "losses", "break_even", "win_rate", "total_pnl", "average_profit", "average_loss",
    "average_exit", "best_trade", "worst_trade", "profit_factor", "fees", "total_return", "buy_and_hold_return",
    "annual_return", "annual_volatility", "sharpe", "sortino", "max_drawdown", "max_drawdown_low",
]  # fmt: skip
Unit = Literal["count", "usdt", "share", "ratio"]
Formula = Annotated[str, Field(description="How the number is computed, in words for a person.")]
Enough = Annotated[bool, Field(description="False: fewer observations than `needed`; `value` is null.")]


class Metric(Answer):
    """One number with its formula. `value` is null when `text` has to say why: "not enough data", "no losing trade"."""

    id: MetricId
    title: str
    unit: Unit
    value: Annotated[str | None, Field(description='Plain digits in `unit`; a share of one: "0.05" is 5 %.')]
    text: Annotated[str | None, Field(description="What to show in place of a value that is null.")]
    enough: Enough
    observations: int
    needed: int
    formula: Formula


class CurvePoint(Answer):
    """Equity at the close of a bar, and how far below its highest close; `low` is at the lows of the bar's candles."""

    time: Time
    equity: Amount
    low: Amount
    buy_and_hold: Amount
    drawdown: Annotated[Fraction, Field(description='Never above zero: "-0.05" is 5 % below the peak.')]
    low_drawdown: Fraction


class Month(Answer):
    """One month of the grid; `return` of its finished UTC days, compounded. `complete` once its last day is over."""

    month: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2021-05"])]
    return_: Annotated[Fraction | None, Field(alias="return", description="Null before the month's first day is over.")]
    realised: Amount
    fees: Amount
    trades: int
    exits: int
    wins: int
    losses: int
    complete: bool


class MarketResult(Answer):
    """What one market brought. Wins and losses are of sales; the win rate leaves break-evens out."""

    market: Market
    symbol: str
    trades: int
    exits: int
    wins: int
    losses: int
    break_even: int
    win_rate: Fraction | None
    enough: Enough
    realised: Amount
    fees: Amount
    volume: Amount


class ProfitBin(Answer):
    """How many sales realised from `from` up to below `to` (the last bin: up to and with it)."""

    from_: Annotated[Amount, Field(alias="from")]
    to: Amount
    count: int


class TradeResultRow(Answer):
    """One sale with what it realised; `cycle_id` leads to all that is kept of it."""

    cycle_id: str
    market: Market
    symbol: str
    time: Time
    realised: Amount


class RuleCount(Answer):
    """How often a rule was among the reasons of a rejection; `share` is of all rejections and may sum to over one."""

    id: RuleId
    title: str
    count: int
    share: Fraction | None


class Rate(Answer):
    """One part of a whole: `value` is `part` divided by `whole`."""

    id: Literal["verification", "validation", "execution"]
    title: str
    value: Fraction | None
    part: int
    whole: int
    enough: Enough
    needed: int
    formula: Formula


class Latency(Answer):
    """How long one step took, from the times in the events on the wall clock, to within one percent."""

    id: Literal["verify", "commit", "wait", "authorise", "execute", "record", "settle", "cycle"]
    title: str
    p50_ms: Annotated[str | None, Field(description="Milliseconds as plain digits.")]
    p99_ms: str | None
    observations: int
    enough: Enough
    needed: int
    formula: Formula


class Uptime(Answer):
    """How long this process runs, and how many of the bars that were due since the start were finished."""

    process_s: int
    bars: int
    bars_due: int
    share: Fraction | None
    formula: Formula


class Analytics(Answer):
    """Results of the book so far. All of it is of one position of the log."""

    position: Annotated[int, Field(description="The log's position that this is of.")]
    as_of: Annotated[Time | None, Field(description="Close of the last finished bar, on the data's clock.")]
    began: Time | None
    initial: Amount | None
    days: Annotated[int, Field(description="Finished UTC days.")]
    needed: Annotated[int, Field(description="How many observations a statistic needs.")]
    metrics: list[Metric]
    curve: Annotated[list[CurvePoint], Field(description="Thinned evenly; first, last and deepest points are in it.")]
    months: list[Month]
    markets: list[MarketResult]
    distribution: list[ProfitBin]
    best: list[TradeResultRow]
    worst: list[TradeResultRow]
    rejections: list[RuleCount]
    rates: list[Rate]
    latencies: list[Latency]
    uptime: Uptime
    disclaimer: str
