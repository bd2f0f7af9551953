"""Liveness and readiness for whoever starts, watches and restarts the process.

Knows the board's health. Knows nothing of how it came about.
"""

import orjson
from fastapi import APIRouter, Request
from fastapi.responses import Response

from tradeseal.api.board import Board
from tradeseal.api.routes.common import ready
from tradeseal.api.schemas.dashboard import Health, Live

router = APIRouter(tags=["system"])


@router.get("/api/health/live", response_model=Live, operation_id="getLive")
async def live() -> Response:
    """The process answers. Says nothing of the engine: restart it only when this does not come."""
    return ready(b'{"live":true}')


@router.get(
    "/api/health/ready",
    response_model=Health,
    responses={503: {"model": Health, "description": "Still starting or stopped, or the chain or a part is down."}},
    operation_id="getReady",
)
async def is_ready(request: Request) -> Response:
    """200 when the engine can be asked and no part is down, else 503 with the same body."""
    board: Board = request.app.state.board
    body = board.health()
    health = orjson.loads(body)
    down = any(part["state"] == "DOWN" for part in health["components"])
    return Response(body, status_code=200 if health["ready"] and not down else 503, media_type="application/json")
