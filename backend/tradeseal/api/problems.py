"""Problems: every error as RFC 9457 problem details with a stable code, never a stack trace.

Knows one table from codes to statuses. Knows nothing of what went wrong inside.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from tradeseal.kernel.errors import Inconsistent, TradesealError, Unavailable

# A refusal is 409 unless its code stands here.
STATUSES: Final[Mapping[str, int]] = {
    "MALFORMED_JSON": 400,
    "NO_SESSION": 401,
    "BAD_TOKEN": 401,
    "BAD_KEY": 401,
    "FOREIGN_ORIGIN": 403,
    "FOREIGN_HOST": 421,
    "UNKNOWN_SYMBOL": 404,
    "UNKNOWN_MARKET": 404,
    "UNKNOWN_TRADE": 404,
    "UNKNOWN_EVENT": 404,
    "NO_SUCH_POSITION": 404,
    "NO_BOOK_YET": 404,
    "UNKNOWN_RUN": 404,
    "UNKNOWN_FILE": 404,
    "UNKNOWN_JOB": 404,
    "UNKNOWN_STRATEGY": 422,
    "UNKNOWN_LIMIT": 422,
    "BAD_REASON": 422,
    "UNKNOWN_PARAMETER": 422,
    "NOTHING_TO_COMPARE": 422,
    "BAD_PARAMETER": 422,
    "NOT_FOUND": 404,
    "METHOD_NOT_ALLOWED": 405,
    "BODY_TOO_LARGE": 413,
    "WRONG_MEDIA_TYPE": 415,
    "INVALID_INPUT": 422,
    "NOT_A_TIME": 422,
    "NOT_A_NUMBER": 422,
    "NOT_A_CURSOR": 422,
    "SCALE_NOT_SUPPORTED": 422,
    "KEY_REUSED": 422,
    "INTERNAL": 500,
    "NOT_IMPLEMENTED": 501,
}
MEDIA_TYPE: Final = "application/problem+json"


def problem(
    code: str,
    detail: str,
    *,
    instance: str,
    status: int | None = None,
    facts: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """One problem as a response."""
    number = status or STATUSES.get(code, 409)
    body = {
        "type": f"urn:tradeseal:problem:{code.lower().replace('_', '-')}",
        "title": HTTPStatus(number).phrase,
        "status": number,
        "code": code,
        "detail": detail,
        "instance": instance[:200],
        "facts": dict(facts or {}),
    }
    return Response(
        orjson.dumps(body, default=str),
        status_code=number,
        media_type=MEDIA_TYPE,
        headers={"cache-control": "no-store", **(headers or {})},
    )


def problem_of(error: TradesealError, instance: str) -> Response:
    """Our own errors: no by design, or the world did not answer."""
    if isinstance(error, Unavailable):
        return problem(
            error.code, error.message, instance=instance, status=503, facts=error.facts, headers={"retry-after": "1"}
        )
    if isinstance(error, Inconsistent):
        return problem(error.code, error.message, instance=instance, status=503, facts=error.facts)
    return problem(error.code, error.message, instance=instance, facts=error.facts)


def install(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(TradesealError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _defect)


async def _ours(request: Request, error: Exception) -> Response:
    if not isinstance(error, TradesealError):
        raise error
    return problem_of(error, request.url.path)


async def _defect(request: Request, _: Exception) -> Response:
    """A defect of ours; the gate logs it."""
    return problem("INTERNAL", "Something went wrong on our side.", instance=request.url.path)


async def _invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return problem("MALFORMED_JSON", "The body is not JSON.", instance=request.url.path)
    errors = [{"where": ".".join(map(str, e["loc"]))[:100], "message": e["msg"][:200]} for e in found[:20]]
    first = errors[0]
    return problem(
        "INVALID_INPUT",
        f"{first['where']}: {first['message']}",
        instance=request.url.path,
        facts={"errors": errors},
    )


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    path = request.url.path
    if error.status_code == 404:
        return problem("NOT_FOUND", f"There is nothing at {path[:100]}.", instance=path)
    if error.status_code == 405:
        return problem(
            "METHOD_NOT_ALLOWED", f"{request.method} is not possible here.", instance=path, headers=error.headers
        )
    if error.status_code == 400:
        return problem("MALFORMED_JSON", "The body cannot be read.", instance=path)
    return problem("HTTP_ERROR", str(error.detail), instance=path, status=error.status_code)
