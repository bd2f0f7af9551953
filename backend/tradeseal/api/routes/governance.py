"""Levers: limits, state, flows, signers and the trader, and the changes that wait.

Knows the port of the levers and who may use it. Knows nothing of what the contract allows.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from tradeseal.api.board import Board
from tradeseal.api.levers import lever_of, shown
from tradeseal.api.ports import Ports
from tradeseal.api.routes.common import PortsDep, as_json
from tradeseal.api.routes.trades import IdempotencyKey
from tradeseal.api.schemas.governance import (
    ChangeOrder,
    FlowOrder,
    Governance,
    LeverAnswer,
    SignalOrder,
    SignerOrder,
    StopOrder,
    TightenOrder,
)
from tradeseal.kernel.money import to_e8

router = APIRouter(tags=["governance"])

ChangeId = Annotated[str, Path(pattern=r"^0x[0-9a-f]{64}$")]


@router.get("/api/governance", response_model=Governance, operation_id="getGovernance")
def governance(ports: PortsDep) -> Response:
    """The limits and roles as the contracts hold them, both clocks, and every change that waits."""
    return as_json(shown(ports.the_levers().seen()))


@router.post("/api/governance/tighten", response_model=LeverAnswer, operation_id="tightenLimits")
def tighten(request: Request, order: TightenOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Make limits stricter, at once. Looser ones go through `POST /api/governance/changes`."""
    return _use(request, ports, "tighten", {"limits": order.limits}, key)


@router.post("/api/governance/stop", response_model=LeverAnswer, operation_id="stopBook")
def stop(request: Request, order: StopOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """REDUCING, at once: no entries; exits go on. Resuming waits."""
    return _use(request, ports, "stop", {"reason": order.reason}, key)


@router.post("/api/governance/halt", response_model=LeverAnswer, operation_id="haltBook")
def halt(request: Request, order: StopOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """HALTED, at once: neither entries nor exits; ends in REDUCING by itself after 24 hours."""
    return _use(request, ports, "halt", {"reason": order.reason}, key)


@router.post("/api/governance/flows", response_model=LeverAnswer, operation_id="bookFlow")
def flow(request: Request, order: FlowOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Book a deposit or, below 0, a withdrawal; opening and peak scale with it, so that no loss in percent changes."""
    return _use(request, ports, "book_flow", {"amount_e8": to_e8(order.amount)}, key)


@router.post("/api/governance/freeze-trader", response_model=LeverAnswer, operation_id="freezeTrader")
def freeze(request: Request, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Take the trader's key out of service, at once; exits go on by the guardian's."""
    return _use(request, ports, "freeze_trader", {}, key)


@router.post("/api/governance/remove-signer", response_model=LeverAnswer, operation_id="removeSigner")
def remove_signer(request: Request, order: SignerOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Take one of the oracle's signers out, at once; a new epoch begins."""
    return _use(request, ports, "remove_signer", {"address": order.address}, key)


@router.post("/api/governance/revoke-signal", response_model=LeverAnswer, operation_id="revokeSignal")
def revoke_signal(request: Request, order: SignalOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Take back a committed signal that was not judged yet, at once; it counts as revoked, for good."""
    return _use(request, ports, "revoke_signal", {"digest": order.digest}, key)


@router.post("/api/governance/changes", response_model=LeverAnswer, operation_id="submitChange")
def submit(request: Request, order: ChangeOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Begin the wait of a change; anybody can read it until it is accepted or revoked."""
    lever, arguments = lever_of(order.model_dump())
    return _use(request, ports, lever, arguments, key)


@router.post("/api/governance/changes/{change_id}/accept", response_model=LeverAnswer, operation_id="acceptChange")
def accept(request: Request, change_id: ChangeId, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Bring a change into force once both clocks have passed its delay."""
    return _use(request, ports, "accept", {"change_id": change_id}, key)


@router.post("/api/governance/changes/{change_id}/revoke", response_model=LeverAnswer, operation_id="revokeChange")
def revoke(request: Request, change_id: ChangeId, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """End a change before it is accepted."""
    return _use(request, ports, "revoke", {"change_id": change_id}, key)


def _use(request: Request, ports: Ports, lever: str, arguments: dict[str, Any], key: str | None) -> Response:
    done = ports.the_levers().use(lever, arguments, key)
    board: Board = request.app.state.board
    board.touch()
    return as_json(vars(done))
