"""Every number that a report prints, computed a second time: from the stored tables and the candles alone, by numpy,
scipy and sums by hand. What too few observations would say is not said.
"""

import json
import math
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import NormalDist
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy import stats
from typer.testing import CliRunner

from tradeseal.backtest.desk import Asked, backtest
from tradeseal.backtest.trades import Trade, paid_for_held_e8
from tradeseal.backtest.trials import deflated_sharpe, mean_trade
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.money import SCALE
from tradeseal.main import app
from tradeseal.market.published import synthetic_of
from tradeseal.trading.terms import Terms

pytestmark = [
    pytest.mark.chain,
    pytest.mark.slow,
    pytest.mark.usefixtures("compiled"),
    pytest.mark.xdist_group("report"),
]
HOUR, DAY = 3_600, 86_400
CASH: Final = 20_000 * SCALE
FEE_BPS, HALF_SPREAD_BPS = 10, 1  # the contract's defaults
NEAR: Final = {"take_profit_volatilities": 1, "stop_loss_volatilities": 1, "fast": 3, "slow": 6}
ASKED: Final = Asked(
    strategy="ema_cross", params=NEAR, markets=("BTC", "ETH"), assume_bps=9_900, cash_e8=CASH,
    terms=Terms.read({"slippage": "0.63"}),
    start=parse_utc("2024-11-28T05:00Z"), end=parse_utc("2025-01-06T11:00Z"),
)  # fmt: skip
SHORT: Final = replace(ASKED, end=parse_utc("2024-12-02T00:00Z"))


@dataclass(frozen=True)
class Told:
    """What a run has stored, and the candles that it ran on."""

    report: dict[str, Any]
    page: str
    trades: list[dict[str, Any]]
    equity: dict[str, Any]
    candles: dict[str, Any]  # by market: open times, opens, highs, lows, closes of the run's bars
    sharpes: list[float]
    short: dict[str, Any]
    short_page: str
    short_words: str

    @property
    def sales(self) -> list[dict[str, Any]]:
        return [trade for trade in self.trades if trade["side"] == 2]

    @property
    def metrics(self) -> dict[str, float]:
        return {one["id"]: one["value"] for one in self.report["metrics"]}

    @property
    def days(self) -> tuple[list[str], Any]:
        """Each finished UTC day and its return, from the equity at midnight."""
        at_midnight = [
            (close, equity) for close, equity in zip(self.equity["close_time"], self.equity["equity_e8"], strict=True)
            if close % DAY == 0
        ]  # fmt: skip
        values = np.array([CASH, *(equity for _, equity in at_midnight)], dtype=np.float64)
        names = [datetime.fromtimestamp(close - 1, UTC).strftime("%Y-%m-%d") for close, _ in at_midnight]
        return names, np.diff(values) / values[:-1]


@pytest.fixture(scope="module")
def told(compiled: None, tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = tmp_path_factory.mktemp("home")
    short, short_folder = backtest(SHORT, home)
    other, _ = backtest(replace(SHORT, params={**NEAR, "slow": 9}, end=parse_utc("2024-12-05T00:00Z")), home)
    report, folder = backtest(ASKED, home)
    words = CliRunner().invoke(app, ["runs", "show", short["id"], "--home", str(home)])
    store = synthetic_of("1h", ["BTC", "ETH"])
    candles = {}
    for market in store.markets:
        columns = store.series(market).columns
        inside = (columns[0] >= ASKED.start) & (columns[0] + HOUR <= ASKED.end)
        candles[market] = tuple(column[inside].astype(np.float64) for column in columns[:5])
    return Told(
        report=json.loads((folder / "report.json").read_text()),
        page=(folder / "report.html").read_text(),
        trades=pq.read_table(folder / "trades.parquet").to_pylist(),
        equity=pq.read_table(folder / "equity.parquet").to_pydict(),
        candles=candles,
        sharpes=[short["daily_sharpe"], other["daily_sharpe"], report["daily_sharpe"]],
        short=short,
        short_page=(short_folder / "report.html").read_text(),
        short_words=words.output,
    )


def units(text: str) -> int:
    """An amount of a report in 1e-8."""
    whole, _, rest = text.partition(".")
    return int(whole + rest.ljust(8, "0"))


def percent(share: float) -> str:
    return f"{share * 100:.2f} %"


def test_the_run_has_something_of_everything(told: Told) -> None:
    assert len(told.sales) > 100
    assert {trade["reason"] for trade in told.sales} == {"SIGNAL", "STOP_LOSS", "TAKE_PROFIT"}
    assert len(told.report["months"]) == 3
    assert told.report["within_one_bar"]["sales"] > 0


def test_the_month_grid_compounds_the_days_of_each_month_and_the_months_of_each_year(told: Told) -> None:
    names, returns = told.days
    months = {month: math.prod(1 + r for n, r in zip(names, returns, strict=True) if n[:7] == month) - 1
              for month in sorted({name[:7] for name in names})}  # fmt: skip

    assert {one["month"]: one["return"] for one in told.report["months"]} == pytest.approx(months, rel=1e-9)
    table = re.search(r"<table class=months>(.*?)</table>", told.page, re.DOTALL)
    assert table is not None
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in table[1].split("<tr>")[2:]]
    year = math.prod(1 + value for month, value in months.items() if month.startswith("2024")) - 1
    want = [f"{months[month] * 100:.1f}" for month in ("2024-11", "2024-12")]
    assert rows[0] == ["2024", *["·"] * 10, *want, f"{year * 100:.1f}"]
    january = f"{months['2025-01'] * 100:.1f}"
    assert rows[1] == ["2025", january, *["·"] * 11, january]


def test_daily_ratios_are_the_textbooks(told: Told) -> None:
    _, returns = told.days
    deviation, downside = np.std(returns, ddof=1), math.sqrt(sum(min(r, 0) ** 2 for r in returns) / len(returns))
    want = {
        "sharpe": np.mean(returns) / deviation * math.sqrt(365),
        "sortino": np.mean(returns) / downside * math.sqrt(365),
        "annual_volatility": deviation * math.sqrt(365),
        "annual_return": math.prod(1 + r for r in returns) ** (365 / len(returns)) - 1,
        "total_return": told.equity["equity_e8"][-1] / CASH - 1,
    }

    assert {name: told.metrics[name] for name in want} == pytest.approx(want, rel=1e-9)


def test_costs_are_the_fees_the_half_spread_and_the_slippage_of_every_fill(told: Told) -> None:
    fees = half = slippage = before_costs = 0
    bought: dict[str, tuple[int, int]] = {}
    for trade in told.trades:
        quantity, mark, price = trade["quantity_e8"], trade["mark_e8"], trade["price_e8"]
        buys = trade["side"] == 1
        notional = -(-quantity * price // SCALE) if buys else quantity * price // SCALE
        assert trade["fee_e8"] == -(-notional * FEE_BPS // 10_000)
        spread = -(-mark * HALF_SPREAD_BPS // 10_000)  # a whole unit of 1e-8, against the trader
        assert abs(price - mark) >= spread
        fees += trade["fee_e8"]
        half += spread * quantity
        slippage += (abs(price - mark) - spread) * quantity
        if buys:
            bought[trade["market"]] = (quantity, mark)
        else:
            held, paid = bought.pop(trade["market"])
            assert held == quantity
            before_costs += (mark - paid) * quantity
    costs = told.report["costs"]
    rounding = len(told.trades)  # one unit of 1e-8 a fill

    assert units(costs["fees"]) == fees
    assert units(costs["half_spread"]) == pytest.approx(half / SCALE, abs=rounding)
    assert units(costs["slippage"]) == pytest.approx(slippage / SCALE, abs=rounding)
    assert slippage > half / 10
    assert units(costs["total"]) == sum(units(costs[name]) for name in ("fees", "half_spread", "slippage"))
    # What prices alone brought, mark to mark; each fill's notional was rounded by up to a unit.
    assert units(costs["realised_before_costs"]) == pytest.approx(before_costs / SCALE, abs=4 * rounding)
    for name, amount in (("Fees", fees), ("Half spread", half / SCALE), ("Slippage and the tick", slippage / SCALE)):
        assert f"<td>{name}</td><td class='n long'>{amount / SCALE:,.2f} USDT</td>" in told.page


def test_every_entry_is_marked_at_the_open_of_its_bar(told: Told) -> None:
    for trade in told.trades:
        if trade["side"] == 1:
            times, opens, *_ = told.candles[trade["market"]]
            assert opens[times == trade["observed_at"]].tolist() == [trade["mark_e8"]]


def test_the_share_within_one_bar_is_of_positions_opened_and_closed_in_the_same_candle(told: Told) -> None:
    opened: dict[str, int] = {}
    inside = []
    for trade in told.trades:
        if trade["side"] == 1:
            opened[trade["market"]] = trade["observed_at"] // HOUR
        elif opened.pop(trade["market"]) == trade["observed_at"] // HOUR:
            inside.append(trade["realised_e8"])
    profit = sum(max(sale["realised_e8"], 0) for sale in told.sales)
    within = told.report["within_one_bar"]
    share = sum(max(value, 0) for value in inside) / profit

    assert within["sales"] == len(inside)
    assert within["share_of_sales"] == pytest.approx(len(inside) / len(told.sales))
    assert units(within["profit"]) == sum(max(value, 0) for value in inside)
    assert within["share_of_profit"] == pytest.approx(share)
    assert f"closed within one bar</td><td class='n long'>{percent(share)}</td>" in told.page


def test_the_interval_of_the_mean_sale_is_what_another_bootstrap_finds(told: Told) -> None:
    realised = np.array([sale["realised_e8"] for sale in told.sales]) / SCALE
    other = stats.bootstrap(
        (realised,), np.mean, n_resamples=20_000, method="percentile", rng=np.random.default_rng(1)
    ).confidence_interval
    mean = told.report["mean_trade"]
    chance = 0.15 * realised.std() / math.sqrt(len(realised))  # of two draws of ten thousand, several times over

    assert (mean["observations"], mean["mean"]) == (len(realised), pytest.approx(realised.mean()))
    assert mean["low"] == pytest.approx(other.low, abs=chance)
    assert mean["high"] == pytest.approx(other.high, abs=chance)
    assert f"{mean['mean']:.2f} USDT, {mean['low']:.2f} to {mean['high']:.2f}" in told.page


def test_the_deflated_sharpe_counts_every_run_on_these_candles(told: Told) -> None:
    """Bailey and López de Prado, "The Deflated Sharpe Ratio" (2014), equations 1 and 2, by hand."""
    _, returns = told.days
    normal, count, runs = NormalDist(), len(returns), len(told.sharpes)
    own = np.mean(returns) / np.std(returns, ddof=1)
    centred = (returns - np.mean(returns)) / np.std(returns)
    skew, kurtosis = np.mean(centred**3), np.mean(centred**4)
    euler = -math.fsum(math.log(-math.log((n + 0.5) / 1_000_000)) for n in range(1_000_000)) / 1_000_000
    best = (1 - euler) * normal.inv_cdf(1 - 1 / runs) + euler * normal.inv_cdf(1 - 1 / (runs * math.e))
    luck = np.std(told.sharpes, ddof=1) * best
    want = normal.cdf((own - luck) * math.sqrt(count - 1) / math.sqrt(1 - skew * own + (kurtosis - 1) / 4 * own**2))
    trials = told.report["trials"]

    assert trials["trials"] == runs == 3
    assert trials["sharpe_daily"] == pytest.approx(own)
    assert trials["sharpe_expected_by_luck"] == pytest.approx(luck, rel=1e-4)  # Euler's constant above has six digits
    assert trials["probability"] == pytest.approx(want, rel=1e-3)
    assert "Runs tried on these candles</td><td class='n long'>3</td>" in told.page


def test_holding_is_from_the_first_open_to_the_last_close(told: Told) -> None:
    held = {market: closes[-1] / opens[0] - 1 for market, (_, opens, _, _, closes) in told.candles.items()}
    equal = sum(held.values()) / len(held)

    assert {name: one["buy_and_hold_return"] for name, one in told.report["markets"].items()} == pytest.approx(held)
    assert told.report["equal_weight_return"] == pytest.approx(equal, abs=1e-9)
    assert told.metrics["buy_and_hold_return"] == pytest.approx(equal, abs=1e-9)
    assert f"Equal weight, held</td><td class='n long'>{percent(equal)}</td>" in told.page


def test_drawdowns_are_the_deepest_falls_at_closes_and_at_the_lows_of_what_was_held(told: Told) -> None:
    cash, held, fills = CASH, dict.fromkeys(told.candles, 0), iter([*told.trades, {"observed_at": math.inf}])
    fill = next(fills)
    peak, deepest, deepest_low = CASH, 0.0, 0.0
    for at, close_time in enumerate(told.equity["close_time"]):
        while fill["observed_at"] < close_time:  # what is at the close belongs to the next bar's open
            cash, held[fill["market"]] = fill["cash_after_e8"], fill["quantity_after_e8"]
            fill = next(fills)
        low, close = (
            cash + sum(quantity * int(told.candles[market][column][at]) // SCALE for market, quantity in held.items())
            for column in (3, 4)
        )
        assert (told.equity["equity_e8"][at], told.equity["low_equity_e8"][at]) == (close, low)
        deepest_low = min(deepest_low, low / peak - 1)
        peak = max(peak, close)
        deepest = min(deepest, close / peak - 1)

    assert deepest_low < deepest < 0
    assert (told.metrics["max_drawdown"], told.metrics["max_drawdown_low"]) == pytest.approx((deepest, deepest_low))
    assert min(point["low_drawdown"] for point in told.report["curve"]) == pytest.approx(deepest_low)
    assert told.report["curve"][0]["equity"] == "20000"


def test_below_thirty_observations_no_statistic_is_told_anywhere(told: Told) -> None:
    report = told.short
    few = [one for one in report["metrics"] if one["observations"] < one["needed"]]

    assert 0 < report["exits"] < 30
    assert {"win_rate", "sharpe", "sortino", "profit_factor", "annual_volatility"} <= {one["id"] for one in few}
    assert {(one["value"], one["text"]) for one in few} == {(None, "not enough data")}
    assert (report["mean_trade"]["mean"], report["trials"]["probability"]) == (None, None)
    for one in few:
        assert f"{one['title']}: not enough data" in told.short_words
    assert told.short_page.count("not enough data") >= len(few) + 2


def test_thirty_observations_are_enough_and_one_less_is_not() -> None:
    chance = np.random.default_rng(5).normal(0.1, 1, 30)

    assert mean_trade(chance[:29].tolist()).mean is None
    assert mean_trade(chance.tolist()).mean == pytest.approx(chance.mean())
    assert deflated_sharpe(chance[:29], [0.1]).text == "not enough data"
    assert deflated_sharpe(chance, [0.1]).probability is not None


def test_what_is_still_held_has_its_costs_paid_and_no_result_lessened_by_them() -> None:
    trade = Trade(
        market="BTC-USDT", side=1, reason="SIGNAL", quantity_e8=4 * SCALE, price_e8=101, mark_e8=100, notional_e8=404,
        fee_e8=40, realised_e8=0, cash_after_e8=0, quantity_after_e8=4 * SCALE, opened_at=0, observed_at=0,
        record_seq=1, record_hash="", confidence_bps=None,
    )  # fmt: skip
    quarter = replace(trade, side=2, quantity_e8=SCALE, quantity_after_e8=3 * SCALE)
    rest = replace(quarter, quantity_e8=3 * SCALE, quantity_after_e8=0)

    assert [paid_for_held_e8(trades) for trades in ([trade], [trade, quarter], [trade, quarter, rest])] == [44, 33, 0]
