"""Results: what the book brought, in the shapes of the schemas.

Knows the schemas' words. Knows nothing of HTTP or of how a number is computed.
"""

from typing import Any, Final

import orjson

from tradeseal.api.plain import amount_of, time_of
from tradeseal.api.ports import Ports
from tradeseal.api.rules import RULES
from tradeseal.api.symbols import base_of
from tradeseal.api.views import DISCLAIMER
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import format_e8
from tradeseal.readmodels.published import Measured, Outcome, Sale, StepTime, Totals, decimal_text

_RATES: Final = (
    ("verification", "Verification", "verified", "failed",
     "VERIFIED ÷ (VERIFIED + FAILED): signals that passed every check of the oracle."),
    ("validation", "Allowed by the contract", "authorised", "rejected",
     "AUTHORISED ÷ (AUTHORISED + REJECTED): signals the contract allowed; exits without a signal are not counted."),
    ("execution", "Execution", "filled", None,
     "FILLED ÷ AUTHORISED: tickets, of entries and exits, of which at least a part was filled."),
)  # fmt: skip
_STEPS: Final = {
    "verify": ("Check by the oracle", "SignalGenerated → SignalVerified"),
    "commit": ("Commit on chain", "SignalVerified → SignalCommitted"),
    "wait": ("Wait for the next open", "SignalCommitted → AuthorisationRequested: the data's clock, not work"),
    "authorise": ("Authorise on chain", "AuthorisationRequested → TradeAuthorised or TradeRejected"),
    "execute": ("Execute at the venue", "TradeAuthorised → first OrderFilled"),
    "record": ("Record on chain", "RecordingRequested → TradeRecorded"),
    "settle": ("Settle", "TradeRecorded → TradeSettled"),
    "cycle": ("Signal to settled", "SignalGenerated → TradeSettled, less the wait for the next open"),
}


def analytics(ports: Ports, *, points: int, uptime_s: int) -> bytes:
    """All results as ready bytes."""
    results = ports.the_queries().results
    return orjson.dumps(answer(results.outcome(points), needed=results.needed, uptime_s=uptime_s))


def answer(found: Outcome, *, needed: int, uptime_s: int) -> dict[str, Any]:
    """All results."""
    return {
        "position": found.position,
        "as_of": time_of(found.as_of),
        "began": time_of(found.began),
        "initial": amount_of(found.initial_e8),
        "days": found.days,
        "needed": needed,
        "metrics": [_metric(metric) for metric in found.metrics],
        "curve": [
            {
                "time": iso_utc(point.close_time),
                "equity": format_e8(point.equity_e8),
                "low": format_e8(point.low_e8),
                "buy_and_hold": format_e8(point.hold_e8),
                "drawdown": decimal_text(point.drawdown),
                "low_drawdown": decimal_text(point.low_drawdown),
            }
            for point in found.curve
        ],
        "months": [
            {
                "month": month.month,
                "return": decimal_text(month.gain),
                "complete": month.complete,
                **{name: getattr(month.totals, name) for name in ("trades", "exits", "wins", "losses")},
                "realised": format_e8(month.totals.realised_e8),
                "fees": format_e8(month.totals.fees_e8),
            }
            for month in found.months
        ],
        "markets": [_market(market, totals, needed) for market, totals in found.markets.items()],
        "distribution": [
            {"from": decimal_text(b.low, digits=8), "to": decimal_text(b.high, digits=8), "count": b.count}
            for b in found.distribution
        ],
        "best": [_sale(sale) for sale in found.best],
        "worst": [_sale(sale) for sale in found.worst],
        "rejections": _rejections(found.counts),
        "rates": [_rate(found.counts, rate, needed) for rate in _RATES],
        "latencies": [_latency(step, found.latencies.get(step), needed) for step in _STEPS],
        "uptime": {
            "process_s": uptime_s,
            "bars": found.bars,
            "bars_due": found.bars_due,
            "share": decimal_text(min(found.bars / found.bars_due, 1.0)) if found.bars_due else None,
            "formula": "Finished bars ÷ bars due from the start to the last finished bar, on the data's clock.",
        },
        "disclaimer": DISCLAIMER,
    }


def _metric(metric: Measured) -> dict[str, Any]:
    return {
        "id": metric.id,
        "title": metric.title,
        "unit": metric.unit,
        "value": metric.shown,
        "text": metric.text,
        "enough": metric.enough,
        "observations": metric.observations,
        "needed": metric.needed,
        "formula": metric.formula,
    }


def _market(market: str, totals: Totals, needed: int) -> dict[str, Any]:
    decided = totals.wins + totals.losses
    return {
        "market": market,
        "symbol": base_of(market),
        **{name: getattr(totals, name) for name in ("trades", "exits", "wins", "losses", "break_even")},
        "win_rate": decimal_text(totals.wins / decided) if decided >= needed else None,
        "enough": decided >= needed,
        "realised": format_e8(totals.realised_e8),
        "fees": format_e8(totals.fees_e8),
        "volume": format_e8(totals.volume_e8),
    }


def _sale(sale: Sale) -> dict[str, Any]:
    return {
        "cycle_id": sale.cycle,
        "market": sale.market,
        "symbol": base_of(sale.market),
        "time": iso_utc(sale.observed_at),
        "realised": format_e8(sale.realised_e8),
    }


def _rejections(counts: dict[str, int]) -> list[dict[str, Any]]:
    whole = counts.get("rejected", 0)
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "count": counts.get(f"rejected:{rule.id}", 0),
            "share": decimal_text(counts.get(f"rejected:{rule.id}", 0) / whole) if whole else None,
        }
        for rule in RULES.values()
    ]


def _rate(counts: dict[str, int], rate: tuple[str, str, str, str | None, str], needed: int) -> dict[str, Any]:
    name, title, good, bad, formula = rate
    part = counts.get(good, 0)
    whole = part + counts.get(bad, 0) if bad else counts.get("tickets", 0)
    enough = whole >= needed
    return {
        "id": name,
        "title": title,
        "value": decimal_text(part / whole) if enough else None,
        "part": part,
        "whole": whole,
        "enough": enough,
        "needed": needed,
        "formula": formula,
    }


def _latency(step: str, found: StepTime | None, needed: int) -> dict[str, Any]:
    title, formula = _STEPS[step]
    observations = found.observations if found else 0
    enough = observations >= needed
    return {
        "id": step,
        "title": title,
        "p50_ms": decimal_text(found.p50_us / 1000, digits=3)
        if found and enough and found.p50_us is not None
        else None,
        "p99_ms": decimal_text(found.p99_us / 1000, digits=3)
        if found and enough and found.p99_us is not None
        else None,
        "observations": observations,
        "enough": enough,
        "needed": needed,
        "formula": formula,
    }
