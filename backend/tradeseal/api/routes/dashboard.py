"""The main page, liveness and metrics: the endpoints that answer from the first second.

Knows the board's ready bytes. Knows nothing of how they came about.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from tradeseal.api.board import Board
from tradeseal.api.metrics import Metrics
from tradeseal.api.routes.common import ready
from tradeseal.api.schemas.dashboard import Dashboard, Health

router = APIRouter()


@router.get("/api/dashboard", response_model=Dashboard, tags=["dashboard"], operation_id="getDashboard")
async def dashboard(request: Request) -> Response:
    """Everything the main page needs, one call. Answers while the engine is still starting."""
    board: Board = request.app.state.board
    return ready(board.dashboard())


@router.get("/api/health", response_model=Health, tags=["system"], operation_id="getHealth")
async def health(request: Request) -> Response:
    """Liveness (any answer) and readiness (`ready`; status 200 in both cases)."""
    board: Board = request.app.state.board
    return ready(board.health())


@router.get("/metrics", tags=["system"], operation_id="getMetrics", response_class=Response)
def metrics(request: Request) -> Response:
    """Prometheus text."""
    board: Board = request.app.state.board
    numbers: Metrics = request.app.state.metrics
    return ready(numbers.text(board.numbers()), media_type="text/plain; version=0.0.4")
