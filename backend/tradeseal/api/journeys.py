"""Journeys: cycles with their seven steps, what was rejected, what waits, and all that is kept about one of them.

Knows the rows of the read models and the schemas' words. Knows nothing of HTTP.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tradeseal.api import proofs, rules
from tradeseal.api.plain import amount_of, exact, time_of
from tradeseal.api.rules import share
from tradeseal.api.symbols import base_of
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import format_e8
from tradeseal.readmodels.published import Queries, Row
from tradeseal.trading.published import Limits

STEPS: Final = ("market", "signal", "oracle", "authorise", "execute", "record", "settle")


def cycle(row: Row, limits: Limits | None) -> dict[str, Any]:
    """One cycle with its seven steps."""
    signal = json.loads(row["signal"]) if row["signal"] else None
    opinion = json.loads(row["opinion"]) if row["opinion"] else None
    failures = [rules.failure(check, limits, side=row["side"]) for check in json.loads(row["failures"] or "[]")]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "market": row["market"],
        "symbol": base_of(row["market"]),
        "side": row["side"],
        "reason": row["reason"] or ("SIGNAL" if row["kind"] == "EXIT" and signal else None),
        "confidence": share(signal["confidence_bps"]) if signal else None,
        "base_rate": share(opinion["base_rate_bps"]) if opinion else None,
        "risk_score": signal["risk_score"] if signal else None,
        "size": share(signal["size_bps"]) if signal else None,
        "price": format_e8(signal["price"]) if signal else amount_of(row["mark_e8"]),
        "candle_close": time_of(row["candle_close"]),
        "opened_at": time_of(row["observed_at"]),
        "closed_at": time_of(row["closed_at"]),
        "outcome": row["outcome"],
        "outcome_text": _outcome_text(row, failures),
        "quantity": amount_of(row["fill_quantity_e8"] or row["quantity_e8"]),
        "fill_price": amount_of(row["fill_price_e8"]),
        "fee": amount_of(row["fee_e8"]),
        "realised": amount_of(row["realised_e8"]),
        "digest": row["digest"] or None,
        "record_seq": row["fill_record_seq"] or row["record_seq"],
        "steps": _steps(row),
        "rules": failures,
    }


def _steps(row: Row) -> list[dict[str, Any]]:
    known = {step["step"]: step for step in row["steps"]}
    return [_step(number, name, known.get(number), row) for number, name in enumerate(STEPS, start=1)]


def _step(number: int, name: str, step: Row | None, row: Row) -> dict[str, Any]:
    if step is None:
        return {
            "step": number,
            "name": name,
            "state": "NOT_REACHED" if row["outcome"] else "WAITING",
            "time": None,
            "position": None,
            "tx": None,
            "block": None,
            "detail": None,
        }
    return {
        "step": number,
        "name": name,
        "state": step["state"],
        "time": step["stored_at"],
        "position": step["position"],
        "tx": step["tx"],
        "block": step["block"],
        "detail": step["detail"],
    }


def _outcome_text(row: Row, failures: Sequence[Mapping[str, Any]]) -> str | None:
    outcome = row["outcome"]
    if outcome is None:
        return None
    if outcome == "REJECTED":
        return " ".join(f"{f['id']} {f['text']}" for f in failures)
    if outcome == "SETTLED":
        verb = "Bought" if row["side"] == "BUY" else "Sold"
        text = f"{verb} {amount_of(row['fill_quantity_e8'])} at {amount_of(row['fill_price_e8'])}."
        if row["side"] == "SELL":
            text += f" Realised {amount_of(row['realised_e8'])}."
        return text
    if outcome == "RELEASED":
        return f"Nothing was filled ({row['code'] or 'no reason kept'}); the ticket was given back."
    return f"{row['code']}: got {row['got']}, wanted {row['want']}."


def rejection(row: Row, limits: Limits | None) -> dict[str, Any]:
    """What the contract refused."""
    whole = cycle(row, limits)
    fourth = whole["steps"][3]
    return {
        "cycle_id": whole["id"],
        "market": whole["market"],
        "symbol": whole["symbol"],
        "side": whole["side"],
        "time": whole["closed_at"],
        "confidence": whole["confidence"],
        "rules": whole["rules"],
        "tx": fourth["tx"],
        "block": fourth["block"],
        "record_seq": whole["record_seq"],
    }


def pending(row: Row, expires_at: int) -> dict[str, Any]:
    """A signal that waits for a person."""
    whole = cycle(row, None)
    return {
        "cycle_id": whole["id"],
        **{name: whole[name] for name in ("market", "symbol", "side", "confidence", "price", "size", "candle_close")},
        "expires_at": iso_utc(expires_at),
    }


def cycle_detail(queries: Queries, cycle_id: str, limits: Limits | None) -> dict[str, Any]:
    """All that is kept about one cycle."""
    row = queries.cycle(cycle_id)
    if row is None:
        raise Refused("UNKNOWN_TRADE", "There is no such trade.", got=cycle_id[:40])
    opinion = json.loads(row["opinion"]) if row["opinion"] else {"indicators": {}, "why": []}
    barriers = queries.barriers_of(cycle_id)
    return {
        "cycle": cycle(row, limits),
        "signal": exact(json.loads(row["signal"])) if row["signal"] else None,
        "indicators": [{"name": name, "value": value} for name, value in opinion["indicators"].items()],
        "why": opinion["why"],
        "checks": json.loads(row["checks"] or "[]"),
        "barriers": barriers
        and {
            "stop": amount_of(barriers["stop_e8"]),
            "target": amount_of(barriers["target_e8"]),
            "time_limit": iso_utc(barriers["time_limit"]),
        },
        "transactions": [
            {
                "step": t["purpose"],
                "tx": t["tx"],
                "block": t["block"],
                "block_hash": t["block_hash"],
                "time": time_of(t["block_time"]),
            }
            for t in queries.transactions_of(cycle_id)
        ],
        "records": [proofs.record(r) for r in queries.records_of(cycle_id)],
        "events": [
            {
                "position": fact.position,
                "name": fact.topic.partition(".")[2],
                "time": fact.stored_at,
                "data": exact(fact.data),
            }
            for fact in queries.events_of(cycle_id)
        ],
    }
