"""Read-only access to the chain in use, for any tool that speaks JSON-RPC.

Knows the proxy. Knows nothing of methods.
"""

from typing import Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.responses import Response

from tradeseal.api.routes.common import PortsDep, ready
from tradeseal.api.rpc import answer

router = APIRouter(tags=["chain"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array"}]}}},
    }
}


@router.post("/rpc", operation_id="rpc", openapi_extra=_BODY, response_class=Response)
async def rpc(request: Request, ports: PortsDep) -> Response:
    """Read-only JSON-RPC: allow-listed methods, at most 50 in a batch, bounded log ranges and traces."""
    body = await request.body()
    reply = await to_thread.run_sync(answer, ports, body, limiter=request.app.state.rpc_turns)
    return ready(b"" if reply is None else orjson.dumps(reply))
