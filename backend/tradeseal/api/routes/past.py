"""The past: the portfolio as of any position of the log, and the views folded again.

Knows the read models. Knows nothing of how they are kept.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from tradeseal.api import pasts
from tradeseal.api.routes.common import PortsDep, as_json
from tradeseal.api.schemas.past import PortfolioAt, ViewsState

router = APIRouter(tags=["records"])


@router.get("/api/portfolio", response_model=PortfolioAt, operation_id="getPortfolioAt")
def portfolio(
    ports: PortsDep,
    position: Annotated[
        int | None, Query(ge=1, le=2**53, description="A position of the log; without it the newest.")
    ] = None,
) -> Response:
    """Cash, holdings, cost and realised profit as the log had them at a position, with the event that stands there."""
    return as_json(pasts.portfolio(ports.the_queries(), position))


@router.get("/api/views", response_model=ViewsState, operation_id="getViews")
def views(ports: PortsDep) -> Response:
    """How far a rebuild of the views is, and what the last one found."""
    return as_json(pasts.views(ports.the_rebuilder().state))


@router.post("/api/views/rebuild", response_model=ViewsState, status_code=202, operation_id="rebuildViews")
def rebuild(ports: PortsDep) -> Response:
    """Fold every view again from the first event, beside those in use, compare them row by row, and switch."""
    rebuilder = ports.the_rebuilder()
    rebuilder.start()
    response = as_json(pasts.views(rebuilder.state))
    response.status_code = 202
    return response
