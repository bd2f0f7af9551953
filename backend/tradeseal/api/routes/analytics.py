"""Results of the book so far.

Knows the answer's shape. Knows nothing of how a number is computed.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tradeseal.api import results
from tradeseal.api.routes.common import PortsDep, ready
from tradeseal.api.schemas.analytics import Analytics
from tradeseal.kernel.clock import monotonic_s

router = APIRouter(tags=["analytics"])


@router.get("/api/analytics", response_model=Analytics, response_model_by_alias=True, operation_id="getAnalytics")
def analytics(
    request: Request,
    ports: PortsDep,
    points: Annotated[int, Query(ge=2, le=2000, description="At most this many points of the curve.")] = 500,
) -> Response:
    """Metrics with their formulas, equity and drawdown, months, markets, rejections, rates, latencies, uptime.

    A statistic of fewer than 30 observations says "not enough data" and has no value.
    """
    uptime_s = int(monotonic_s() - request.app.state.began)
    return ready(results.analytics(ports, points=points, uptime_s=uptime_s))
