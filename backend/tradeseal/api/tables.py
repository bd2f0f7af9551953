"""Tables: pages with cursors, and CSV.

Knows filters, cursors and columns. Knows nothing of HTTP.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tradeseal.api import journeys, proofs
from tradeseal.api.plain import exact
from tradeseal.api.ports import Ports
from tradeseal.api.symbols import known_market
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.readmodels.published import CycleFilter, Queries
from tradeseal.trading.published import Limits

CSV_ROWS_MAX: Final = 100_000
_COLUMNS: Final = (
    "id", "kind", "market", "side", "reason", "candle_close", "opened_at", "closed_at", "confidence", "risk_score",
    "size", "price", "outcome", "outcome_text", "quantity", "fill_price", "fee", "realised", "digest", "record_seq",
)  # fmt: skip


def cycle_filter(
    ports: Ports,
    *,
    market: str | None,
    side: str | None,
    kind: str | None,
    outcome: str | None,
    since: str | None,
    until: str | None,
) -> CycleFilter:
    """The filter a person wrote."""
    return CycleFilter(
        market=known_market(ports, market) if market else None,
        side=side,
        kind=kind,
        outcome=outcome.upper() if outcome else None,
        since=parse_utc(since) if since else None,
        until=parse_utc(until) if until else None,
    )


def cursor_of(text: str | None) -> int | None:
    """The number in a cursor."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise Refused("NOT_A_CURSOR", "Pass `next` of the page before.", got=text[:60])
    return int(text)


def history_page(ports: Ports, chosen: CycleFilter, cursor: str | None, limit: int) -> dict[str, Any]:
    """One page of cycles."""
    limits = ports.limits()
    page = ports.the_queries().cycles(chosen, before=cursor_of(cursor), limit=limit)
    return {
        "items": [journeys.cycle(row, limits) for row in page.rows],
        "next": _text(page.next),
        "total": page.total,
    }


def history_csv(ports: Ports, chosen: CycleFilter) -> Iterator[bytes]:
    """All cycles that match, newest first, at most 100,000, a page of rows at a time."""
    yield _csv([_COLUMNS])
    for page in _all_cycles(ports.the_queries(), chosen, ports.limits()):
        yield _csv([[_cell(row[name]) for name in _COLUMNS] for row in page])


def _all_cycles(queries: Queries, chosen: CycleFilter, limits: Limits | None) -> Iterator[list[dict[str, Any]]]:
    before, left = None, CSV_ROWS_MAX
    while left > 0:
        page = queries.cycles(chosen, before=before, limit=min(500, left))
        yield [journeys.cycle(row, limits) for row in page.rows]
        left -= len(page.rows)
        if page.next is None:
            return
        before = page.next


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    """Text for a spreadsheet; a leading sign of a formula is disarmed unless it is a number."""
    text = "" if value is None else str(value)
    if text[:1] in "=+@\t\r" or (text[:1] == "-" and not text[1:2].isdigit()):
        return "'" + text
    return text


def record_page(
    ports: Ports, *, after: int | None, market: str | None, kind: str | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    """One page of records."""
    page = ports.the_queries().records(
        after=after,
        before=cursor_of(cursor),
        market=known_market(ports, market) if market else None,
        kind=kind.replace("_", " ").lower() if kind else None,
        limit=limit,
    )
    return {"items": [proofs.record(row) for row in page.rows], "next": _text(page.next), "total": page.total}


def verification_page(
    ports: Ports, *, market: str | None, outcome: str | None, cursor: str | None, limit: int
) -> dict[str, Any]:
    """One page of verifications."""
    page = ports.the_queries().verifications(
        market=known_market(ports, market) if market else None,
        outcome=outcome,
        before=cursor_of(cursor),
        limit=limit,
    )
    return {"items": [proofs.verification(row) for row in page.rows], "next": _text(page.next), "total": page.total}


def event_page(ports: Ports, after: int, limit: int) -> dict[str, Any]:
    """One page of the log; each event with the hash before it."""
    queries = ports.the_queries()
    facts = queries.events(max(after - 1, 0), limit + (1 if after else 0))
    previous = facts[0].hash if after and facts else None
    if after:
        facts = facts[1:]
    items = []
    for fact in facts:
        items.append(
            {
                "position": fact.position,
                "stream": fact.stream,
                "version": fact.version,
                "topic": fact.topic,
                "time": fact.stored_at,
                "hash": fact.hash,
                "previous": previous or "0x" + "00" * 32,
                "state": fact.state.decode(),
                "data": exact(fact.data),
            }
        )
        previous = fact.hash
    last = queries.last_event()[0]
    following = facts[-1].position if facts and facts[-1].position < last else None
    return {"items": items, "next": following, "last": last}


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
