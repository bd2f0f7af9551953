"""Outcomes: one structured log line for each cycle that ended, with its rule and how long it took.

Knows topics and the rows of cycles. Knows nothing of where logs go.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog

from tradeseal.readmodels.published import Fact, Queries, Row

_TOPICS: Final = frozenset(
    f"TradeCycle.{name}"
    for name in ("SignalRefused", "TradeRejected", "OrderSkipped", "TicketReleased", "TradeSettled")
)

_log = structlog.get_logger("cycle")


def tell(facts: Sequence[Fact], queries: Queries) -> None:
    """Log the outcomes among new facts; the views have folded them already."""
    for fact in facts:
        if fact.topic not in _TOPICS:
            continue
        row = queries.cycle(fact.stream)
        if row is not None and row["outcome"] is not None:
            _log.info(
                "cycle",
                cycle=row["id"],
                market=row["market"],
                side=row["side"],
                outcome=row["outcome"],
                rule=row["code"],
                record=row["fill_record_seq"] or row["record_seq"],
                position=fact.position,
                ms=_took_ms(row),
            )


def _took_ms(row: Row) -> float | None:
    """From the first event to the last, on the wall clock: the wait for the next open is in it."""
    stamps = sorted(step["stored_at"] for step in row["steps"] if step["stored_at"])
    if not stamps:
        return None
    first, last = (datetime.fromisoformat(stamp) for stamp in (stamps[0], stamps[-1]))
    return (last - first).total_seconds() * 1000
