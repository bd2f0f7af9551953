"""The OpenAPI document, with what the framework does not write by itself: problems, access, the stream's messages.

Knows the application's routes and the messages of the WebSocket. Knows nothing of the ports behind them.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from tradeseal import __version__
from tradeseal.api.access import COOKIE
from tradeseal.api.schemas.base import Problem
from tradeseal.api.schemas.stream import StreamMessage

_OPEN_CHANGES = {"openSession", "rpc"}
_DESCRIPTION = (
    "An AI crypto trading platform whose every trade can be recomputed. Money is exact decimal text, times are "
    "ISO 8601 UTC, errors are RFC 9457 problem details with a stable `code`. Changes need the session cookie or "
    "`Authorization: Bearer`. The WebSocket at `/ws` speaks `StreamMessage`. Simulated; not investment advice."
)


def document(app: FastAPI) -> dict[str, Any]:
    """The whole document, with problems, security and the stream's messages."""
    whole = get_openapi(
        title="Tradeseal",
        version=__version__,
        summary="Trade, seal, verify",
        description=_DESCRIPTION,
        routes=app.routes,
    )
    parts = whole.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for model in (StreamMessage, Problem):
        shape = model.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
        for name, definition in shape.pop("$defs", {}).items():
            schemas.setdefault(name, definition)
        schemas[model.__name__] = shape
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    parts["securitySchemes"] = {
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": f"`POST /api/session` sets it; its name ends in a mark of the home: `{COOKIE}_0a1b2c3d`.",
        },
        "token": {"type": "http", "scheme": "bearer"},
    }
    for path in whole["paths"].values():
        for method, operation in path.items():
            _complete(method, operation)
    whole["components"]["schemas"] = dict(sorted(schemas.items()))
    return whole


def _complete(method: str, operation: dict[str, Any]) -> None:
    """Every operation names its problems; every change names what it needs."""
    operation["responses"].pop("422", None)
    operation["responses"]["default"] = {
        "description": "RFC 9457 problem details with a stable `code`.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if method != "get" and operation.get("operationId") not in _OPEN_CHANGES:
        operation["security"] = [{"session": []}, {"token": []}]
