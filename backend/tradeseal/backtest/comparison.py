"""Comparison: some stored runs side by side, in what their plans differ and what came of each.

Knows a report's fields. Knows nothing of terminals, pages or files.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from tradeseal.kernel.errors import Refused

LEAST: Final = 2
MOST: Final = 8
_OF_A_PLAN: Final = ("strategy", "params", "markets", "interval_s", "confidence")
_OF_A_REPORT: Final = (
    "id", "from", "to", "bars", "initial", "equity", "record_head", "entries", "exits", "rejections",
)  # fmt: skip


class Reports(Protocol):
    """Where stored runs are."""

    def named(self, beginning: str) -> str:
        """The one run whose name begins so."""

    def report(self, run_id: str) -> Mapping[str, Any]:
        """Its whole report."""


def compare(there: Reports, wanted: Sequence[str]) -> dict[str, Any]:
    """Runs by the beginnings of their names; one that is named twice is one."""
    names = list(dict.fromkeys(there.named(one) for one in wanted))
    if not LEAST <= len(names) <= MOST:
        raise Refused("NOTHING_TO_COMPARE", f"Name {LEAST} to {MOST} different runs.", got=names)
    return compared([there.report(name) for name in names])


def compared(reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What differs between the plans of some runs, their metrics side by side, and each run in short."""
    plans = [report["plan"] for report in reports]
    names = dict.fromkeys(name for plan in plans for name in plan)
    rows = {name: [plan.get(name) for plan in plans] for name in names}
    values = [{one["id"]: one["value"] for one in report["metrics"]} for report in reports]
    return {
        "runs": [report["id"] for report in reports],
        "record_heads": [report["record_head"] for report in reports],
        "plans_differ": {name: row for name, row in rows.items() if any(value != row[0] for value in row)},
        "metrics": [
            {"id": one["id"], "title": one["title"], "unit": one["unit"], "values": [v.get(one["id"]) for v in values]}
            for one in reports[0]["metrics"]
        ],
        "of_each": [_in_short(report) for report in reports],
    }


def _in_short(report: Mapping[str, Any]) -> dict[str, Any]:
    plan = report["plan"]
    return {
        **{name: report[name] for name in _OF_A_REPORT},
        **{name: plan[name] for name in _OF_A_PLAN},
        "data": plan["data_label"],
        "costs": report["costs"]["total"],
        "deflated_sharpe": report["trials"]["probability"],
        "skill": report["calibration"]["skill"],
        "curve": [{"time": point["time"], "equity": point["equity"]} for point in report["curve"]],
    }
