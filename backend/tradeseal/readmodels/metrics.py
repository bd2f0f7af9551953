"""Metrics: every number of the results page with its formula, from sums and daily returns.

Knows which number needs how many observations. Knows nothing of where sums come from or of how a number is shown.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tradeseal.kernel.money import format_e8
from tradeseal.readmodels import performance
from tradeseal.readmodels.performance import Series

NEEDED: Final = 30  # observations of a statistic; sums, counts and extremes need none
SCALE: Final = 10**8


@dataclass(frozen=True)
class Totals:
    """Sums of one book, one market or one month; amounts in 1e-8, losses as a positive sum."""

    trades: int = 0
    exits: int = 0
    wins: int = 0
    losses: int = 0
    realised_e8: int = 0
    fees_e8: int = 0
    volume_e8: int = 0
    profit_e8: int = 0
    loss_e8: int = 0

    @property
    def break_even(self) -> int:
        """Sales that brought neither profit nor loss."""
        return self.exits - self.wins - self.losses


@dataclass(frozen=True)
class Facts:
    """What all metrics are computed from."""

    totals: Totals
    returns: Series
    total_return: float | None
    hold_return: float | None
    drawdown: float | None
    low_drawdown: float | None
    best_e8: int | None
    worst_e8: int | None


@dataclass(frozen=True)
class Measured:
    """One metric; `value` None is told by `text`. Amounts are whole numbers of 1e-8, all else floats and counts."""

    id: str
    title: str
    unit: str
    value: float | int | None
    text: str | None
    enough: bool
    observations: int
    needed: int
    formula: str

    @property
    def shown(self) -> str | None:
        """The value as decimal text, as every page shows it: amounts exactly, all else to six digits."""
        if self.value is None or self.unit == "count":
            return None if self.value is None else str(int(self.value))
        return format_e8(int(self.value)) if self.unit == "usdt" else decimal_text(self.value)


def decimal_text(value: float | None, *, digits: int = 6) -> str | None:
    """Plain digits; None for what is no number."""
    if value is None or not math.isfinite(value):
        return None
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


@dataclass(frozen=True)
class _Metric:
    """How a metric is made, and what is said when it does not exist."""

    id: str
    title: str
    unit: str
    formula: str
    value: Callable[[Facts], float | int | None]
    of: Callable[[Facts], int] = lambda f: f.totals.exits
    needed: int = NEEDED
    missing: str = "no sale yet"

    def measured(self, facts: Facts) -> Measured:
        observations = self.of(facts)
        enough = observations >= self.needed
        value = self.value(facts) if enough else None
        text = None if value is not None else self.missing if enough else "not enough data"
        return Measured(
            self.id, self.title, self.unit, value, text, enough, observations, self.needed, self.formula
        )  # fmt: skip


def all_metrics(facts: Facts) -> list[Measured]:
    """Every metric, in the order in which a person reads them."""
    return [metric.measured(facts) for metric in METRICS]


def _mean_e8(total_e8: int, count: int) -> int | None:
    """To the nearest unit of 1e-8."""
    return round(total_e8 / count) if count else None


def _days(facts: Facts) -> int:
    return len(facts.returns)


def _trades(facts: Facts) -> int:
    return facts.totals.trades


METRICS: Final[Sequence[_Metric]] = (
    _Metric(
        "total_trades", "Total trades", "count", "Settled fills: purchases + sales.",
        lambda f: f.totals.trades, of=_trades, needed=0,
    ),
    _Metric("exits", "Sales", "count", "Settled sales. Each one wins, loses or breaks even.",
            lambda f: f.totals.exits, needed=0),
    _Metric("wins", "Wins", "count", "Sales with realised P&L above zero, after fees of both sides.",
            lambda f: f.totals.wins, needed=0),
    _Metric("losses", "Losses", "count", "Sales with realised P&L below zero, after fees of both sides.",
            lambda f: f.totals.losses, needed=0),
    _Metric("break_even", "Break-even", "count", "Sales with realised P&L of exactly zero; in no rate.",
            lambda f: f.totals.break_even, needed=0),
    _Metric(
        "win_rate", "Win rate", "share", "Wins ÷ (wins + losses), of sales; break-evens apart.",
        lambda f: performance.win_rate(f.totals.wins, f.totals.losses), of=lambda f: f.totals.wins + f.totals.losses,
    ),
    _Metric(
        "total_pnl", "Total P&L, realised", "usdt",
        "Σ realised P&L of sales: notional - fee - cost taken (the purchase's fee is in the cost).",
        lambda f: f.totals.realised_e8 if f.totals.exits else None, needed=0,
    ),
    _Metric(
        "average_profit", "Average profit", "usdt", "Σ P&L of winning sales ÷ wins.",
        lambda f: _mean_e8(f.totals.profit_e8, f.totals.wins), of=lambda f: f.totals.wins or f.totals.exits,
        missing="no winning trade",
    ),
    _Metric(
        "average_loss", "Average loss", "usdt", "Σ P&L of losing sales ÷ losses; negative.",
        lambda f: _mean_e8(-f.totals.loss_e8, f.totals.losses), of=lambda f: f.totals.losses or f.totals.exits,
        missing="no losing trade",
    ),
    _Metric("average_exit", "Average sale", "usdt", "Σ realised P&L ÷ sales, break-evens in.",
            lambda f: _mean_e8(f.totals.realised_e8, f.totals.exits)),
    _Metric("best_trade", "Best trade", "usdt", "Highest realised P&L of one sale.", lambda f: f.best_e8, needed=0),
    _Metric("worst_trade", "Worst trade", "usdt", "Lowest realised P&L of one sale.", lambda f: f.worst_e8, needed=0),
    _Metric(
        "profit_factor", "Profit factor", "ratio",
        "Σ profits ÷ Σ losses of sales. Without a loss there is none: “no losing trade”.",
        lambda f: performance.profit_factor(f.totals.profit_e8, f.totals.loss_e8),
        of=lambda f: f.totals.wins + f.totals.losses, missing="no losing trade",
    ),
    _Metric("fees", "Fees", "usdt", "Σ fees of all fills, purchases and sales.",
            lambda f: f.totals.fees_e8 if f.totals.trades else None, of=_trades, needed=0, missing="no trade yet"),
    _Metric(
        "total_return", "Total return", "share",
        "Equity at the last finished bar ÷ initial balance - 1; flows scaled out.",
        lambda f: f.total_return, of=_days, needed=0, missing="no finished bar yet",
    ),
    _Metric(
        "buy_and_hold_return", "Buy and hold", "share",
        "The initial balance spread equally over all markets at the start and held, at the last finished bar, - 1.",
        lambda f: f.hold_return, of=_days, needed=0, missing="no finished bar yet",
    ),
    _Metric("annual_return", "Annual return", "share", "(1 + return of all finished UTC days)^(365 ÷ days) - 1.",
            lambda f: performance.annual_return(f.returns), of=_days, missing="nothing left"),
    _Metric(
        "annual_volatility", "Volatility", "share",
        "Standard deviation (ddof 1) of daily returns · √365, over all finished UTC days.",
        lambda f: performance.annual_volatility(f.returns), of=_days,
    ),
    _Metric(
        "sharpe", "Sharpe ratio", "ratio",
        "Mean ÷ standard deviation (ddof 1) of daily returns · √365, over all finished UTC days, risk-free 0.",
        lambda f: performance.sharpe(f.returns), of=_days, missing="no variation",
    ),
    _Metric(
        "sortino", "Sortino ratio", "ratio",
        "Mean of daily returns ÷ √(mean of squared losses over all finished UTC days) · √365.",
        lambda f: performance.sortino(f.returns), of=_days, missing="no losing day",
    ),
    _Metric(
        "max_drawdown", "Max drawdown", "share",
        "Deepest fall of equity at a bar's close below the highest close before, the initial balance in.",
        lambda f: f.drawdown, of=_days, needed=0, missing="no finished bar yet",
    ),
    _Metric(
        "max_drawdown_low", "Max drawdown at lows", "share",
        "The same with every position valued at the low of each bar's candle: what closes do not show.",
        lambda f: f.low_drawdown, of=_days, needed=0, missing="no finished bar yet",
    ),
)  # fmt: skip
