"""Tables: pages with cursors.

Knows filters and cursors. Knows nothing of HTTP.
"""

from collections.abc import Sequence
from typing import Any

from tradeseal.api import journeys, proofs
from tradeseal.api.plain import exact
from tradeseal.api.ports import Ports
from tradeseal.api.symbols import known_market
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.readmodels.published import Fact, Filter, Queries


def filter_of(
    ports: Ports,
    *,
    market: str | None = None,
    side: str | None = None,
    kind: str | None = None,
    outcome: str | None = None,
    rule: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Filter:
    """The filter a person wrote."""
    return Filter(
        market=known_market(ports, market) if market else None,
        side=side,
        kind=kind,
        outcome=outcome.upper() if outcome else None,
        rule=rule,
        since=parse_utc(since) if since else None,
        until=parse_utc(until) if until else None,
    )


def record_kind(text: str | None) -> str | None:
    """A record's kind as the log has it: `buy fill` of `BUY_FILL`."""
    return text.replace("_", " ").lower() if text else None


def cursor_of(text: str | None) -> int | None:
    """The number in a cursor."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise Refused("NOT_A_CURSOR", "Pass `next` of the page before.", got=text[:60])
    return int(text)


def history_page(ports: Ports, chosen: Filter, cursor: str | None, limit: int) -> dict[str, Any]:
    """One page of cycles."""
    limits = ports.limits()
    page = ports.the_queries().cycles(chosen, before=cursor_of(cursor), limit=limit)
    return {
        "items": [journeys.cycle(row, limits) for row in page.rows],
        "next": _text(page.next),
        "total": page.total,
    }


def record_page(ports: Ports, chosen: Filter, *, after: int | None, cursor: str | None, limit: int) -> dict[str, Any]:
    """One page of records."""
    page = ports.the_queries().records(chosen, after=after, before=cursor_of(cursor), limit=limit)
    return {"items": [proofs.record(row) for row in page.rows], "next": _text(page.next), "total": page.total}


def verification_page(ports: Ports, chosen: Filter, cursor: str | None, limit: int) -> dict[str, Any]:
    """One page of verifications."""
    page = ports.the_queries().verifications(chosen, before=cursor_of(cursor), limit=limit)
    return {"items": [proofs.verification(row) for row in page.rows], "next": _text(page.next), "total": page.total}


def event_page(
    ports: Ports, *, after: int, limit: int, topic: str | None, since: str | None, until: str | None
) -> dict[str, Any]:
    """One page of the log; each event with the hash before it."""
    queries = ports.the_queries()
    begin, end = event_span(queries, after, since, until)
    facts, following = queries.events_chosen(after=begin, limit=limit, topic=topic, until=end)
    return {"items": logged(queries, facts), "next": following, "last": queries.last_event()[0]}


def event_span(queries: Queries, after: int, since: str | None, until: str | None) -> tuple[int, int | None]:
    """Positions of a span on the wall clock: behind the first, up to and with the second."""
    begin = max(after, queries.position_before(parse_utc(since) * 10**6)) if since else after
    return begin, queries.position_before((parse_utc(until) + 1) * 10**6) if until else None


def logged(queries: Queries, facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """Events with the hash before each, so that anyone can compute the chain again."""
    items: list[dict[str, Any]] = []
    before: Fact | None = None
    for fact in facts:
        follows = before is not None and before.position == fact.position - 1
        previous = before.hash if before and follows else queries.hash_before(fact.position)
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
        before = fact
    return items


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
