"""Changes of the engine: pause, resume, speed, modes; and the session that allows them.

Knows the engine's commands and who may give them. Knows nothing of what they do.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from tradeseal.api import views
from tradeseal.api.access import Gatekeeper
from tradeseal.api.board import Board
from tradeseal.api.ports import Ports
from tradeseal.api.routes.common import PortsDep, as_json
from tradeseal.api.schemas.records import Session, SessionOrder
from tradeseal.api.schemas.trades import EngineAnswer, ModeAnswer, ModeOrder, SpeedOrder
from tradeseal.api.symbols import known_market

router = APIRouter(tags=["control"])


def _engine_answer(request: Request, ports: Ports) -> Response:
    board: Board = request.app.state.board
    board.touch()
    return as_json(views.engine_answer(ports.status()))


@router.post("/api/engine/pause", response_model=EngineAnswer, operation_id="pauseEngine")
def pause(request: Request, ports: PortsDep) -> Response:
    """Stop the engine's entries; exits go on. Resumes at once."""
    ports.the_engine().pause()
    return _engine_answer(request, ports)


@router.post("/api/engine/resume", response_model=EngineAnswer, operation_id="resumeEngine")
def resume(request: Request, ports: PortsDep) -> Response:
    """Let the engine enter again."""
    ports.the_engine().resume()
    return _engine_answer(request, ports)


@router.post("/api/engine/speed", response_model=EngineAnswer, operation_id="setEngineSpeed")
def speed(request: Request, order: SpeedOrder, ports: PortsDep) -> Response:
    """Set how fast a replay runs."""
    ports.the_engine().set_speed(order.speed)
    return _engine_answer(request, ports)


@router.post("/api/markets/{symbol}/mode", response_model=ModeAnswer, operation_id="setMarketMode")
def set_mode(
    request: Request, symbol: Annotated[str, Path(max_length=24)], order: ModeOrder, ports: PortsDep
) -> Response:
    """Trade a market by itself, or ask first."""
    market = known_market(ports, symbol)
    ports.the_engine().set_mode(market, order.mode)
    board: Board = request.app.state.board
    board.touch()
    return as_json({"market": views.market_setting(market, order.mode)})


@router.get("/api/session", response_model=Session, operation_id="getSession")
def session(request: Request) -> Response:
    """Whether changes are allowed from here."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    return as_json(gatekeeper.session_of(request))


@router.post("/api/session", response_model=Session, operation_id="openSession")
def open_session(request: Request, order: SessionOrder) -> Response:
    """Exchange the one-time key of the printed address, or the token of the home, for a session cookie."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    return gatekeeper.open_session(order.key)


@router.delete("/api/session", response_model=Session, operation_id="closeSession")
def close_session(request: Request) -> Response:
    """Forget the session."""
    gatekeeper: Gatekeeper = request.app.state.gatekeeper
    return gatekeeper.close_session(request)
