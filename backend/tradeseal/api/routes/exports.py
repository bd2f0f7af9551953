"""Exports: every list as a file, all rows that match, streamed.

Knows names and media types of files. Knows nothing of their columns.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from tradeseal.api import exports, tables
from tradeseal.api.ports import Ports
from tradeseal.api.routes.common import (
    Checked,
    CycleKind,
    MarketText,
    Outcome,
    PortsDep,
    RecordKind,
    RuleText,
    SideText,
    Since,
    Topic,
    Until,
)

router = APIRouter(tags=["exports"])

Layout = Annotated[Literal["csv", "json"], Query(alias="format", description="A line or an item for each row.")]
_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "All rows that match, oldest first, streamed.",
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "array"}}},
    }
}


def exported(ports: Ports, name: str, layout: str, columns: Sequence[str], pages: exports.Pages) -> Response:
    """A file that is written while it is read; what cannot be begun is refused before its first byte."""
    ports.the_queries()
    body: Iterator[bytes] = exports.as_csv(columns, pages) if layout == "csv" else exports.as_json(pages)
    return StreamingResponse(
        body,
        media_type="text/csv; charset=utf-8" if layout == "csv" else "application/json",
        headers={"content-disposition": f'attachment; filename="tradeseal-{name}.{layout}"'},
    )


@router.get("/api/trades/export", responses=_FILES, response_class=StreamingResponse, operation_id="exportTrades")
def trades(
    ports: PortsDep,
    market: MarketText = None,
    side: SideText = None,
    kind: CycleKind = None,
    outcome: Outcome = None,
    rule: RuleText = None,
    since: Since = None,
    until: Until = None,
    layout: Layout = "csv",
) -> Response:
    """All cycles that match."""
    chosen = tables.filter_of(
        ports, market=market, side=side, kind=kind, outcome=outcome, rule=rule, since=since, until=until
    )
    return exported(ports, "trades", layout, exports.COLUMNS["trades"], exports.trades(ports, chosen))


@router.get("/api/trades/fills.csv", responses=_FILES, response_class=StreamingResponse, operation_id="exportFills")
def fills(
    ports: PortsDep,
    market: MarketText = None,
    side: SideText = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """All fills for a tax tool: base, quote, amounts, fee, cost basis of what was sold, and the record of each."""
    chosen = tables.filter_of(ports, market=market, side=_SIDES.get(side or ""), since=since, until=until)
    return exported(ports, "fills", "csv", exports.COLUMNS["fills"], exports.fills(ports, chosen))


_SIDES = {"BUY": "1", "SELL": "2"}


@router.get(
    "/api/smartcontract/records/export",
    responses=_FILES,
    response_class=StreamingResponse,
    operation_id="exportRecords",
)
def records(
    ports: PortsDep,
    market: MarketText = None,
    kind: RecordKind = None,
    rule: RuleText = None,
    since: Since = None,
    until: Until = None,
    layout: Layout = "csv",
) -> Response:
    """All records of the contract that match."""
    chosen = tables.filter_of(ports, market=market, kind=tables.record_kind(kind), rule=rule, since=since, until=until)
    return exported(ports, "records", layout, exports.COLUMNS["records"], exports.records(ports, chosen))


@router.get(
    "/api/oracle/verifications/export",
    responses=_FILES,
    response_class=StreamingResponse,
    operation_id="exportVerifications",
)
def verifications(
    ports: PortsDep,
    market: MarketText = None,
    side: SideText = None,
    outcome: Checked = None,
    since: Since = None,
    until: Until = None,
    layout: Layout = "csv",
) -> Response:
    """All verdicts of the oracle that match."""
    chosen = tables.filter_of(ports, market=market, side=side, outcome=outcome, since=since, until=until)
    return exported(
        ports, "verifications", layout, exports.COLUMNS["verifications"], exports.verifications(ports, chosen)
    )


@router.get("/api/events/export", responses=_FILES, response_class=StreamingResponse, operation_id="exportEvents")
def events(
    ports: PortsDep,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    topic: Topic = None,
    since: Since = None,
    until: Until = None,
    layout: Layout = "csv",
) -> Response:
    """The log as it stands, or the part that matches, with all that is needed to compute its hashes again."""
    pages = exports.events(ports, after=after, topic=topic, since=since, until=until)
    return exported(ports, "events", layout, exports.COLUMNS["events"], pages)
