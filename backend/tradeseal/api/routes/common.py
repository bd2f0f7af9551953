"""What endpoints share: the joined ports, ready JSON bytes, pages and their parameters.

Knows FastAPI's dependencies. Knows nothing of any one subject.
"""

from typing import Annotated, Any, Literal

import orjson
from fastapi import Depends, Query, Request
from fastapi.responses import Response

from tradeseal.api.ports import Ports
from tradeseal.api.schemas.base import Problem, RuleId

PROBLEM_DOC: dict[int | str, dict[str, Any]] = {
    "default": {"model": Problem, "description": "RFC 9457 problem details with a stable `code`."}
}


def ports_of(request: Request) -> Ports:
    """The ports this application was created with."""
    ports: Ports = request.app.state.ports
    return ports


PortsDep = Annotated[Ports, Depends(ports_of)]
Limit = Annotated[int, Query(ge=1, le=500, description="At most this many items.")]
Cursor = Annotated[str | None, Query(max_length=60, description="`next` of the page before.")]
TimeText = Annotated[str | None, Query(max_length=40, description="ISO 8601; without an offset UTC.")]
Since = Annotated[TimeText, Query(alias="from")]
Until = Annotated[TimeText, Query(alias="to")]
SideText = Annotated[Literal["BUY", "SELL"] | None, Query()]
CycleKind = Annotated[Literal["ENTRY", "EXIT"] | None, Query()]
Outcome = Annotated[str | None, Query(max_length=40, pattern=r"^[A-Za-z_]+$")]
RuleText = Annotated[RuleId | None, Query(description="Only what this rule rejected.")]
RecordKind = Annotated[str | None, Query(max_length=40, pattern=r"^[A-Za-z_]+$")]
Checked = Annotated[Literal["VERIFIED", "FAILED"] | None, Query()]
After = Annotated[int | None, Query(ge=0, le=2**53, description="Only what follows this number.")]
Topic = Annotated[
    str | None,
    Query(max_length=80, pattern=r"^[A-Za-z.]+$", description="`TradeSettled` or `TradeCycle.TradeSettled`."),
]
MarketText = Annotated[str | None, Query(max_length=24, description="`BTC` or `BTC-USDT`.")]


def ready(body: bytes, *, media_type: str = "application/json", headers: dict[str, str] | None = None) -> Response:
    """Bytes that are an answer already."""
    return Response(body, media_type=media_type, headers=headers)


def as_json(value: Any) -> Response:
    """A plain value as JSON; the schemas are the contract, checked by tests, not on every call."""
    return ready(orjson.dumps(value))
