"""Answers about the past, in the words of the schemas.

Knows rows and their words. Knows nothing of HTTP.
"""

from typing import Any

from tradeseal.api.plain import amount_of
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.readmodels.published import Queries, RebuildState


def portfolio(queries: Queries, position: int | None) -> dict[str, Any]:
    """The portfolio as of a position; raises `Refused` for one that the log or the book does not have."""
    last = queries.position()
    wanted = last if position is None else position
    event = queries.event(wanted)
    if event is None or wanted > last:
        raise Refused("NO_SUCH_POSITION", f"The views know events 1 to {last}.", got=wanted, limit=last)
    found = queries.portfolio_at(wanted)
    if found is None:
        raise Refused("NO_BOOK_YET", f"At event {wanted} the book was not opened yet.", got=wanted)
    return {
        "position": wanted,
        "last": last,
        "event": {"topic": event.topic, "hash": event.hash, "time": event.stored_at},
        "cash": amount_of(found["cash_e8"]),
        "realised": amount_of(found["realised_e8"]),
        "holdings": [
            {
                "market": row["market"],
                "quantity": amount_of(row["quantity_after_e8"]),
                "cost": amount_of(row["cost_after_e8"]),
            }
            for row in found["holdings"]
        ],
        "last_bar": {"time": iso_utc(found["close_time"]), "equity": amount_of(found["equity_e8"])},
    }


def views(state: RebuildState) -> dict[str, Any]:
    """How far a rebuild is, and what the last one found."""
    return {
        "running": state.running,
        "view": state.view or None,
        "done": state.done,
        "total": state.total,
        "error": state.error or None,
        "found": [
            {
                "view": each.view,
                "version": each.version,
                "events": each.events,
                "seconds": each.seconds,
                "equal": each.equal,
                "digest": each.digest,
            }
            for each in state.found
        ],
    }
