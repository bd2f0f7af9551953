"""Answers about results: curve, months, markets, metrics, rates and latencies, read from the folded view.

Knows the view's tables. Knows nothing of HTTP or of how an answer is shown.
"""

import sqlite3
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta

import numpy as np

from tradeseal.readmodels import performance
from tradeseal.readmodels.metrics import NEEDED, Facts, Measured, Totals, all_metrics
from tradeseal.readmodels.performance import Bin
from tradeseal.readmodels.results import DAY_S, LATENCY_BASE
from tradeseal.readmodels.view import ViewFile

EXTREMES = 5
_SUMS = ", ".join(field.name for field in fields(Totals))


@dataclass(frozen=True)
class CurvePoint:
    """One bar's end."""

    close_time: int
    equity_e8: int
    low_e8: int
    hold_e8: int
    drawdown: float
    low_drawdown: float


@dataclass(frozen=True)
class MonthResult:
    """One calendar month, UTC; `gain` is the return of its finished days, None before the first."""

    month: str
    totals: Totals
    gain: float | None
    complete: bool


@dataclass(frozen=True)
class Sale:
    """One sale and what it realised."""

    cycle: str
    market: str
    observed_at: int
    realised_e8: int


@dataclass(frozen=True)
class StepTime:
    """How long a step took; microseconds."""

    step: str
    observations: int
    p50_us: float | None
    p99_us: float | None


@dataclass(frozen=True)
class Outcome:
    """All results at one position of the log."""

    position: int
    began: int | None
    as_of: int | None
    initial_e8: int | None
    days: int
    bars: int
    bars_due: int
    metrics: list[Measured]
    curve: list[CurvePoint]
    months: list[MonthResult]
    markets: dict[str, Totals]
    distribution: list[Bin]
    best: list[Sale]
    worst: list[Sale]
    counts: dict[str, int]
    latencies: dict[str, StepTime]


class Results:
    """Reads the results view; every thread by its own read-only connection."""

    needed = NEEDED

    def __init__(self, view: ViewFile) -> None:
        self._view = view

    def position(self) -> int:
        """The position that the results are of."""
        (position,) = self._view.reader().execute("SELECT coalesce(max(position), 0) FROM tracking").fetchone()
        return int(position)

    def outcome(self, points: int) -> Outcome:
        """Everything, in one read transaction: no number is of another moment than its neighbour."""
        db = self._view.reader()
        db.execute("BEGIN")
        try:
            return self._outcome(db, points)
        finally:
            db.execute("COMMIT")

    def latencies(self) -> dict[str, StepTime]:
        """How long each step took so far."""
        return _latencies(self._view.reader())

    def _outcome(self, db: sqlite3.Connection, points: int) -> Outcome:
        state = dict(db.execute("SELECT name, value FROM state").fetchall())
        bars = db.execute("SELECT max(n) FROM bars").fetchone()[0] or 0
        curve = _curve(db, bars, points, {state.get("deepest_at"), state.get("deepest_low_at")})
        last = curve[-1] if bars > 1 else None
        days, units = _units(db)
        returns = performance.daily_returns([1.0, *units])
        realised = [row[0] for row in db.execute("SELECT realised FROM sales")]
        initial = int(state["initial_e8"]) if "initial_e8" in state else None
        return Outcome(
            position=self.position(),
            began=state.get("began"),
            as_of=last.close_time if last else None,
            initial_e8=initial,
            days=len(returns),
            bars=max(bars - 1, 0),
            bars_due=(last.close_time - state["began"]) // state["interval_s"] if last else 0,
            metrics=metrics_in(db),
            curve=curve,
            months=_months(_totals(db, "month"), days, returns, last.close_time if last else None),
            markets=_totals(db, "market"),
            distribution=performance.histogram(realised),
            best=_extreme(db, "realised > 0", "DESC", EXTREMES),
            worst=_extreme(db, "realised < 0", "ASC", EXTREMES),
            counts=dict(db.execute("SELECT name, value FROM counts").fetchall()),
            latencies=_latencies(db),
        )


def metrics_in(db: sqlite3.Connection) -> list[Measured]:
    """Every metric from the tables of the results projection."""
    state = dict(db.execute("SELECT name, value FROM state").fetchall())
    last = db.execute("SELECT hold_e8 FROM bars WHERE n > 1 ORDER BY n DESC LIMIT 1").fetchone()
    initial = int(state["initial_e8"]) if "initial_e8" in state else None
    _, units = _units(db)
    facts = Facts(
        totals=_totals(db, "book").get("", Totals()),
        returns=performance.daily_returns([1.0, *units]),
        total_return=state["unit"] - 1 if "unit" in state else None,
        hold_return=int(last[0]) / initial - 1 if last and initial else None,
        drawdown=state.get("deepest"),
        low_drawdown=state.get("deepest_low"),
        best_e8=_one(_extreme(db, "1", "DESC", 1)),
        worst_e8=_one(_extreme(db, "1", "ASC", 1)),
    )
    return all_metrics(facts)


def evenly(last: int, points: int) -> list[int]:
    """Numbers 1…last thinned to at most `points`, ends included."""
    if last <= points:
        return list(range(1, last + 1))
    return sorted({1 + i * (last - 1) // (points - 1) for i in range(points)})


def _curve(db: sqlite3.Connection, last: int, points: int, deepest: set[object]) -> list[CurvePoint]:
    """Evenly thinned, with the deepest points in it, so that no thinning hides a fall."""
    extra = [row[0] for at in deepest if at for row in db.execute("SELECT n FROM bars WHERE close_time = ?", (at,))]
    chosen = sorted({*evenly(last, max(points - len(extra), 2)), *(extra if points > 3 else ())})
    rows: list[CurvePoint] = []
    for start in range(0, len(chosen), 500):
        part = chosen[start : start + 500]
        rows += [
            CurvePoint(row[0], int(row[1]), int(row[2]), int(row[3]), row[4], row[5])
            for row in db.execute(
                "SELECT close_time, equity_e8, low_e8, hold_e8, drawdown, low_drawdown FROM bars "
                f"WHERE n IN ({','.join('?' * len(part))}) ORDER BY n",
                part,
            )
        ]
    return rows


def _units(db: sqlite3.Connection) -> tuple[list[int], list[float]]:
    """Each finished UTC day and its unit's value; a day without a bar kept the value of the day before."""
    days: list[int] = []
    units: list[float] = []
    for day, unit in db.execute("SELECT day, unit FROM days WHERE finished = 1 ORDER BY day"):
        while days and days[-1] + 1 < day:
            days.append(days[-1] + 1)
            units.append(units[-1])
        days.append(day)
        units.append(unit)
    return days, units


def _totals(db: sqlite3.Connection, kind: str) -> dict[str, Totals]:
    rows = db.execute(f"SELECT name, {_SUMS} FROM totals WHERE kind = ? ORDER BY name", (kind,))
    return {row[0]: Totals(*(int(value) for value in tuple(row)[1:])) for row in rows}


def _months(
    totals: dict[str, Totals], days: list[int], returns: performance.Series, last: int | None
) -> list[MonthResult]:
    """Every month from the first to the last with a day or a trade."""
    gains: dict[str, list[float]] = {}
    for day, gain in zip(days, returns, strict=True):
        gains.setdefault(_month(day * DAY_S), []).append(float(gain))
    names = sorted({*totals, *gains, *([_month(last - 1)] if last else [])})
    return [
        MonthResult(
            month=name,
            totals=totals.get(name, Totals()),
            gain=performance.compounded(np.asarray(gains[name])) if name in gains else None,
            complete=last is not None and _month(last) > name,
        )
        for name in names
    ]


def _month(moment: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment)).strftime("%Y-%m")


def _extreme(db: sqlite3.Connection, wanted: str, order: str, limit: int) -> list[Sale]:
    rows = db.execute(
        f"SELECT cycle, market, observed_at, realised_e8 FROM sales WHERE {wanted} "
        f"ORDER BY realised {order}, position LIMIT {limit}"
    ).fetchall()
    return [Sale(row[0], row[1], row[2], int(row[3])) for row in rows]


def _one(found: list[Sale]) -> int | None:
    return found[0].realised_e8 if found else None


def _latencies(db: sqlite3.Connection) -> dict[str, StepTime]:
    counts: dict[str, list[tuple[int, int]]] = {}
    for step, bucket, count in db.execute("SELECT step, bucket, count FROM latencies"):
        counts.setdefault(step, []).append((bucket, count))
    return {
        step: StepTime(
            step,
            sum(count for _, count in found),
            performance.quantile(found, 0.5, base=LATENCY_BASE),
            performance.quantile(found, 0.99, base=LATENCY_BASE),
        )
        for step, found in counts.items()
    }
