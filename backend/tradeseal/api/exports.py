"""Exports: all rows of a list, oldest first, a page at a time, as CSV or JSON.

Knows columns, and how a cell is kept from becoming a formula. Knows nothing of HTTP.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from tradeseal.api import journeys, proofs, tables
from tradeseal.api.plain import amount_of
from tradeseal.api.ports import Ports
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import format_e8
from tradeseal.readmodels.published import Filter, Row

PAGE: Final = 500
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "trades": (
        "id", "kind", "market", "side", "reason", "candle_close", "opened_at", "closed_at", "confidence", "risk_score",
        "size", "price", "outcome", "outcome_text", "quantity", "fill_price", "fee", "realised", "digest", "record_seq",
        "failed_rules",
    ),
    "fills": (
        "time_utc", "market", "base", "quote", "side", "quantity", "price", "notional", "fee", "fee_currency",
        "realised_pnl", "cost_basis", "order_id", "cycle_id", "record_seq", "record_hash",
    ),
    "records": (
        "seq", "kind", "market", "cycle_id", "head", "previous", "tx", "block", "block_hash", "time", "data",
        "position",
    ),
    "verifications": (
        "position", "time", "market", "side", "outcome", "digest", "cycle_id", "failed_checks", "checks",
    ),
    "events": ("position", "stream", "version", "topic", "time", "hash", "previous", "state"),
}  # fmt: skip
_NUMBER: Final = re.compile(r"-?[0-9]+(\.[0-9]+)?")

Pages = Iterator[list[dict[str, Any]]]


def trades(ports: Ports, chosen: Filter) -> Pages:
    """All cycles that match."""
    queries, limits = ports.the_queries(), ports.limits()
    for rows in _batches(lambda after: queries.cycles_after(chosen, after=after, limit=PAGE)):
        cycles = [journeys.cycle(row, limits) for row in rows]
        yield [cycle | {"failed_rules": " ".join(rule["id"] for rule in cycle["rules"])} for cycle in cycles]


def fills(ports: Ports, chosen: Filter) -> Pages:
    """All fills, as tax tools want them: what was paid or received, and what the sold quantity had cost."""
    queries = ports.the_queries()
    for rows in _batches(lambda after: queries.fills_after(chosen, after=after, limit=PAGE)):
        yield [_fill(row) for row in rows]


def _fill(row: Row) -> dict[str, Any]:
    base, _, quote = row["market"].partition("-")
    bought = row["side"] == 1
    cost_e8 = int(row["notional_e8"]) + int(row["fee_e8"]) if bought else int(row["cost_taken_e8"])
    return {
        "time_utc": iso_utc(row["observed_at"]),
        "market": row["market"],
        "base": base,
        "quote": quote,
        "side": "BUY" if bought else "SELL",
        "quantity": amount_of(row["quantity_e8"]),
        "price": amount_of(row["price_e8"]),
        "notional": amount_of(row["notional_e8"]),
        "fee": amount_of(row["fee_e8"]),
        "fee_currency": quote,
        "realised_pnl": None if bought else amount_of(row["realised_e8"]),
        "cost_basis": format_e8(cost_e8),
        "order_id": row["order_id"],
        "cycle_id": row["cycle"],
        "record_seq": row["record_seq"],
        "record_hash": row["record_hash"],
    }


def records(ports: Ports, chosen: Filter) -> Pages:
    """All records that match."""
    queries = ports.the_queries()
    for rows in _batches(lambda after: queries.records_after(chosen, after=after, limit=PAGE)):
        yield [proofs.record(row) for row in rows]


def verifications(ports: Ports, chosen: Filter) -> Pages:
    """All verdicts of the oracle that match."""
    queries = ports.the_queries()
    for rows in _batches(lambda after: queries.verifications_after(chosen, after=after, limit=PAGE)):
        verdicts = [proofs.verification(row) for row in rows]
        yield [verdict | {"failed_checks": _failed(verdict["checks"])} for verdict in verdicts]


def _failed(checks: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(f"{check['number']}:{check['name']}" for check in checks if not check["passed"])


def events(ports: Ports, *, after: int, topic: str | None, since: str | None, until: str | None) -> Pages:
    """All events that match, up to what is in the log now."""
    queries = ports.the_queries()
    position: int | None
    position, end = tables.event_span(queries, after, since, until)
    last = queries.last_event()[0]
    end = last if end is None else min(end, last)
    while position is not None and position < end:
        facts, position = queries.events_chosen(after=position, limit=PAGE, topic=topic, until=end)
        yield tables.logged(queries, facts)


def _batches(batch: Callable[[int | None], tuple[list[Row], int | None]]) -> Iterator[list[Row]]:
    after: int | None = None
    while True:
        rows, after = batch(after)
        yield rows
        if after is None:
            return


def as_csv(columns: Sequence[str], pages: Pages) -> Iterator[bytes]:
    """A header line, then a line for each row."""
    yield _lines([columns])
    for page in pages:
        yield _lines([[cell(row[name]) for name in columns] for row in page])


def as_json(pages: Pages) -> Iterator[bytes]:
    """One array, an item a line."""
    before = b"[\n"
    for page in pages:
        if page:
            yield before + b",\n".join(orjson.dumps(row) for row in page)
            before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def cell(value: Any) -> str:
    """Text for a spreadsheet; whatever it could take for a formula is disarmed, unless it is a number."""
    if isinstance(value, dict | list):
        return orjson.dumps(value).decode()
    text = "" if value is None else str(value)
    if text[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
