"""Research: back-tests, strategies and calibration in the shapes of the schemas.

Knows the schemas' words. Knows nothing of HTTP or of how a number is computed.
"""

from collections.abc import Mapping
from typing import Any, Final

from tradeseal.api.ports import Ports
from tradeseal.api.tables import cursor_of
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import format_e8
from tradeseal.readmodels.published import decimal_text

_BUY: Final = 1
_AMOUNTS: Final = ("quantity", "price", "mark", "notional", "fee", "cash_after")
_DIFFERENCES_MOST: Final = 100
_REVISIONS_MOST: Final = 100
_BETWEEN: Final = ("skill", "ece", "hit_rate")
_NUMBERS: Final = (
    "base_rate", "mean_confidence", "brier", "brier_of_base_rate", "log_loss", "ece_floor", "auc", "gate", "coverage",
)  # fmt: skip


def calibration(ports: Ports) -> dict[str, Any]:
    """The scores of the home's signals."""
    found = ports.the_research().calibration()
    return {
        **found,
        "as_of": iso_utc(found["as_of"]),
        **{name: decimal_text(found[name]) for name in _NUMBERS},
        **{name: _numbers(found[name]) for name in _BETWEEN},
        "bins": [_numbers(one) for one in found["bins"]],
        "said_base_rate": decimal_text(found["said_base_rate"]),
        "revisions": [_revision(one) for one in found["revisions"][-_REVISIONS_MOST:]],
    }


def strategies(ports: Ports) -> dict[str, Any]:
    """What can be named, and what is in use."""
    research = ports.the_research()
    used = research.in_use()
    return {
        "strategies": list(research.strategies()),
        "in_use": used
        and {
            **used,
            "base_rate": decimal_text(used["base_rate"]),
            "skill": decimal_text(used["skill"]),
            "origin": _numbers(used["origin"]),
        },
    }


def backtests(ports: Ports, *, strategy: str | None, sort: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """A page of the stored runs, and the jobs."""
    research = ports.the_research()
    runs = [run for run in research.runs() if strategy is None or run["strategy"] == strategy]
    if sort != "newest":
        runs.sort(key=lambda run: _rank(run.get("figures", {}).get(sort)))
    return {
        **_page([_run(run) for run in runs], cursor, limit, "runs"),
        "jobs": [dict(one.to_json()) for one in research.jobs()],
    }


def backtest(ports: Ports, run_id: str) -> dict[str, Any]:
    """A run's report and what lies beside it."""
    research = ports.the_research()
    found, beside = research.report(run_id), research.details(run_id)
    checks = beside["checks"]
    return {
        "id": run_id,
        "report": found,
        **beside,
        "checks": None if checks is None else [_bias(one) for one in checks["reports"]],
    }


def comparison(ports: Ports, runs: str) -> dict[str, Any]:
    """Some runs side by side."""
    wanted = [one.strip() for one in runs.split(",") if one.strip()]
    found = ports.the_research().compare(wanted)
    return {
        **found,
        "metrics": [{**one, "values": [_figure(value) for value in one["values"]]} for one in found["metrics"]],
        "of_each": [
            {**one, "deflated_sharpe": decimal_text(one["deflated_sharpe"]), "skill": _numbers(one["skill"])}
            for one in found["of_each"]
        ],
    }


def backtest_trades(ports: Ports, run_id: str, *, cursor: str | None, limit: int) -> dict[str, Any]:
    """A page of a run's fills."""
    return _page([_trade(row) for row in ports.the_research().trades(run_id)], cursor, limit, "items")


def live(ports: Ports) -> dict[str, Any]:
    """The last comparison of what was committed with what the candles say now."""
    found = ports.the_research().live()
    return {"comparison": None if found is None else {"as_of": found["as_of"], **_bias(found)}}


def _revision(event: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: event[name] for name in ("number", "round", "reason", "calibrator", "previous", "shrunk")}
    return {
        **told,
        "holds_from": iso_utc(event["holds_from"]),
        "base_rate": decimal_text(event["base_rate_bps"] / 10_000),
        "observations": event["observations"],
        "skill": dict(zip(("value", "low", "high"), event["skill"], strict=True)) if event["skill"] else None,
    }


def _rank(figure: float | None) -> tuple[bool, float]:
    """The highest first; a run without the figure comes last."""
    return figure is None, -(figure or 0.0)


def _run(run: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in run.items() if name not in ("initial_e8", "daily_sharpe")}
    return {
        **own,
        "kept_at": iso_utc(int(run["kept_at"])),
        "initial": format_e8(run["initial_e8"]),
        "figures": _numbers(run.get("figures", {})),
    }


def _trade(row: Mapping[str, Any]) -> dict[str, Any]:
    bought = row["side"] == _BUY
    amounts = {name: format_e8(row[f"{name}_e8"]) for name in _AMOUNTS}
    confidence = row["confidence_bps"]
    return {
        **amounts,
        "market": row["market"],
        "side": "BUY" if bought else "SELL",
        "reason": row["reason"],
        "realised": None if bought else format_e8(row["realised_e8"]),
        "opened_at": iso_utc(row["opened_at"]),
        "observed_at": iso_utc(row["observed_at"]),
        "record_seq": row["record_seq"],
        "record_hash": row["record_hash"],
        "confidence": None if confidence is None else decimal_text(confidence / 10_000),
    }


def _bias(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "strategy": found["strategy"],
        "clean": found["clean"],
        "compared": dict(found["compared"]),
        "differing": len(found["differences"]),
        "causes": dict(found.get("causes", {})),
        "differences": list(found["differences"])[:_DIFFERENCES_MOST],
    }


def _page(rows: list[dict[str, Any]], cursor: str | None, limit: int, name: str) -> dict[str, Any]:
    """A page of what is whole in memory anyway; the cursor counts the rows before it."""
    begin = cursor_of(cursor) or 0
    end = begin + limit
    return {name: rows[begin:end], "next": str(end) if end < len(rows) else None, "total": len(rows)}


def _figure(value: Any) -> str | None:
    """A metric's value as plain digits; amounts are text already."""
    return decimal_text(value) if isinstance(value, float) else None if value is None else str(value)


def _numbers(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {name: decimal_text(value) if isinstance(value, float) else value for name, value in found.items()}
