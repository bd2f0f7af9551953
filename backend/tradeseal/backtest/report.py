"""The report: what a run brought, in the words and formulas of the results page, and what speaks against it.

Knows metrics, costs, comparisons and calibration. Knows nothing of files.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.backtest.grid import DAY_S
from tradeseal.backtest.run import Finished
from tradeseal.backtest.trades import Trade, paid_for_held_e8, totals_of, traded
from tradeseal.backtest.trials import daily_sharpe, deflated_sharpe, mean_trade
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import format_e8
from tradeseal.readmodels.metrics import Facts, all_metrics
from tradeseal.readmodels.performance import compounded, daily_returns, drawdowns
from tradeseal.signals.published import BPS, LABEL_UNKNOWN, REACHED, Scores, Side, outcomes, score
from tradeseal.trading.terms import in_words

FORMAT: Final = "tradeseal/backtest-report/1"
CURVE_POINTS: Final = 1_000
SCALE: Final = 10**8

Floats = npt.NDArray[np.float64]
Report = dict[str, Any]


def report_of(run: Finished, tried: Sequence[float]) -> Report:
    """Everything that is told of a run; `tried` are the daily Sharpe ratios of the other runs on these data."""
    found, cash = traded(run.events), run.plan.cash_e8
    days, units = _days(run)
    returns = daily_returns([1.0, *units])
    hold = run.grid.equal_weight(cash, run.plan.markets)
    totals = totals_of(found.trades)
    realised = [trade.realised_e8 for trade in found.sales]
    facts = Facts(
        totals=totals,
        returns=returns,
        total_return=run.equity_e8[-1] / cash - 1,
        hold_return=hold[-1] / cash - 1,
        drawdown=float(_fall(cash, run.equity_e8).min()),
        low_drawdown=float(_low_fall(cash, run.equity_e8, run.low_equity_e8).min()),
        best_e8=max(realised, default=None),
        worst_e8=min(realised, default=None),
    )
    own = daily_sharpe(returns)
    return {
        "format": FORMAT,
        "id": run.plan.id,
        "plan": run.plan.to_json(),
        "from": iso_utc(run.plan.start),
        "to": iso_utc(int(run.grid.close_times[-1])),
        "record_head": run.record_head,
        "record_seq": run.book.record_seq if run.book else 0,
        "bars": len(run.grid),
        "bars_played": run.played,
        "initial": format_e8(cash),
        "equity": format_e8(run.equity_e8[-1]),
        "signals": _signals(run),
        "entries": sum(trade.side == 1 for trade in found.trades),
        "exits": len(found.sales),
        "exits_by_reason": dict(sorted(Counter(trade.reason for trade in found.sales).items())),
        "rejections": found.rejected,
        "rejections_by_rule": dict(sorted(found.rejected_by_rule.items())),
        "refused_by_oracle": found.refused,
        "skipped": found.skipped,
        "released": found.released,
        "metrics": [_metric(one) for one in all_metrics(facts)],
        "months": _months(days, returns),
        "markets": {market: _market(run, market, found.trades) for market in run.plan.markets},
        "equal_weight_return": facts.hold_return,
        "costs": _costs(found.trades, totals.realised_e8, run.book.limits.half_spread_bps if run.book else 0),
        "within_one_bar": _within(found.sales, run.plan.interval_s),
        "mean_trade": asdict(mean_trade([value / SCALE for value in realised])),
        "trials": asdict(deflated_sharpe(returns, [*tried, own] if own is not None else list(tried))),
        "daily_sharpe": own,
        "calibration": calibration_of(run).to_json(),
        "calibrator": _calibrator(run),
        "curve": _curve(run, hold),
        "notes": _notes(run),
    }


def calibration_of(run: Finished) -> Scores:
    """How honest the confidence was, over every signal whose horizon was over at the end, HOLD included."""
    said, base, true, times = (
        np.concatenate(parts) if parts else np.zeros(0) for parts in zip(*map(_scored(run), run.reads), strict=True)
    )
    return score(said, true.astype(np.int64), base, times.astype(np.int64), block_s=_horizon_s(run))


def _scored(run: Finished) -> Any:
    def scored(read: Any) -> tuple[Floats, Floats, Any, Any]:
        take, stop = read.readings.barriers
        found = outcomes(
            run.store.series(read.market), read.at, take, stop,
            horizon_s=_horizon_s(run), interval_s=run.plan.interval_s, before=run.store.last_close,
        )  # fmt: skip
        known = found != LABEL_UNKNOWN
        said, base = (bps / BPS for bps in run.said(read))
        return said[known], base[known], (found == REACHED)[known], read.closes[known]

    return scored


def _calibrator(run: Finished) -> dict[str, Any]:
    """What the confidence began with, and every calibrator that took its place."""
    last = int(run.grid.close_times[-1])
    return {
        "hash": run.plan.calibrator_hash,
        "method": run.calibrator.method,
        "origin": asdict(run.calibrator.origin),
        "schedule": dict(run.plan.schedule),
        "revisions": [one.told() for one in run.succession.revisions_until(last)],
    }


def _horizon_s(run: Finished) -> int:
    return run.plan.params["horizon_bars"] * run.plan.interval_s


def _signals(run: Finished) -> dict[str, int]:
    sides = [int(side) for read in run.reads for side in read.readings.sides]
    counts = Counter(sides)
    return {side.name: counts[int(side)] for side in Side}


def _days(run: Finished) -> tuple[list[int], list[float]]:
    """Each finished UTC day and the equity at its end, in units of the initial cash; gaps keep the day before."""
    days: list[int] = []
    units: list[float] = []
    ends = ((run.grid.close_times - 1) // DAY_S).tolist()
    last = int(run.grid.close_times[-1])
    for at, day in enumerate(ends):
        if at + 1 < len(ends) and ends[at + 1] == day:
            continue
        if at + 1 == len(ends) and last % DAY_S:
            break  # the last day is not over
        while days and days[-1] + 1 < day:
            days.append(days[-1] + 1)
            units.append(units[-1])
        days.append(day)
        units.append(run.equity_e8[at] / run.plan.cash_e8)
    return days, units


def _fall(cash_e8: int, equity_e8: Sequence[int]) -> Floats:
    return drawdowns([1.0, *(value / cash_e8 for value in equity_e8)])[1:]


def _low_fall(cash_e8: int, equity_e8: Sequence[int], low_e8: Sequence[int]) -> Floats:
    """The low of a bar may lie before its close: it is measured from the highest close before."""
    before = np.maximum.accumulate(np.asarray([1.0, *(value / cash_e8 for value in equity_e8)]))[:-1]
    return np.minimum(np.asarray([value / cash_e8 for value in low_e8]) / before - 1.0, 0.0)


def _metric(one: Any) -> dict[str, Any]:
    value = format_e8(one.value) if one.unit == "usdt" and one.value is not None else one.value
    return {**asdict(one), "value": value}


def _months(days: Sequence[int], returns: Floats) -> list[dict[str, Any]]:
    gains: dict[str, list[float]] = {}
    for day, gain in zip(days, returns, strict=True):
        gains.setdefault(iso_utc(day * DAY_S)[:7], []).append(float(gain))
    return [{"month": month, "return": compounded(np.asarray(found))} for month, found in sorted(gains.items())]


def _market(run: Finished, market: str, trades: Sequence[Trade]) -> dict[str, Any]:
    lane, own = run.grid.lanes[market], totals_of([trade for trade in trades if trade.market == market])
    first = int(np.argmax(lane.present)) if lane.present.any() else None
    return {
        "buy_and_hold_return": None if first is None else float(lane.close[-1] / lane.open[first] - 1),
        "trades": own.trades,
        "exits": own.exits,
        "wins": own.wins,
        "losses": own.losses,
        "realised": format_e8(own.realised_e8),
        "fees": format_e8(own.fees_e8),
    }


def _costs(trades: Sequence[Trade], realised_e8: int, half_spread_bps: int) -> dict[str, Any]:
    """All that was paid; what purchases cost that were not sold yet has lessened no realised result."""
    fees, spread = sum(trade.fee_e8 for trade in trades), sum(trade.spread_e8 for trade in trades)
    half = sum(trade.half_spread_e8(half_spread_bps) for trade in trades)
    volume = sum(trade.notional_e8 for trade in trades)
    return {
        "fees": format_e8(fees),
        "half_spread": format_e8(half),
        "slippage": format_e8(spread - half),
        "half_spread_and_slippage": format_e8(spread),
        "total": format_e8(fees + spread),
        "volume": format_e8(volume),
        "bps_of_volume": (fees + spread) / volume * BPS if volume else None,
        "realised_before_costs": format_e8(realised_e8 + fees + spread - paid_for_held_e8(trades)),
    }


def _within(sales: Sequence[Trade], interval_s: int) -> dict[str, Any]:
    """Sales of positions that were opened in the same bar: their order inside it is an assumption."""
    inside = [sale.realised_e8 for sale in sales if sale.observed_at - sale.opened_at < interval_s]
    profit = sum(sale.realised_e8 for sale in sales if sale.realised_e8 > 0)
    inside_profit = sum(value for value in inside if value > 0)
    return {
        "sales": len(inside),
        "share_of_sales": len(inside) / len(sales) if sales else None,
        "profit": format_e8(inside_profit),
        "share_of_profit": inside_profit / profit if profit else None,
    }


def _curve(run: Finished, hold: Sequence[int]) -> list[dict[str, Any]]:
    """Evenly thinned, with the deepest points in it, so that no thinning hides a fall."""
    count, cash = len(run.grid), run.plan.cash_e8
    fall, low = _fall(cash, run.equity_e8), _low_fall(cash, run.equity_e8, run.low_equity_e8)
    chosen = {
        *np.linspace(0, count - 1, min(count, CURVE_POINTS)).astype(int).tolist(),
        int(fall.argmin()),
        int(low.argmin()),
    }
    begin = {
        "time": iso_utc(run.plan.start),
        "equity": format_e8(cash),
        "hold": format_e8(cash),
        "drawdown": 0.0,
        "low_drawdown": 0.0,
    }
    return [begin] + [
        {
            "time": iso_utc(int(run.grid.close_times[at])),
            "equity": format_e8(run.equity_e8[at]),
            "hold": format_e8(hold[at]),
            "drawdown": float(fall[at]),
            "low_drawdown": float(low[at]),
        }
        for at in sorted(chosen)
    ]


def _notes(run: Finished) -> list[str]:
    notes = [
        "Simulated past: says nothing about foresight.",
        "Lows between ticks are not seen by RULE-02; the drawdown at lows stands beside the other.",
        in_words(run.plan.venue),
    ]
    if run.plan.confidence.startswith("assumed"):
        notes.append("The confidence was assumed, not fitted: RULE-03 and RULE-06 let through what they would not.")
    if run.store.is_synthetic:
        notes.append("Synthetic prices: invented markets.")
    return notes


def summary_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """A report without its long lists."""
    return {name: value for name, value in report.items() if name not in ("curve", "plan")}
