"""The gate: every request passes here first. Host, origin, size, caller; then the answer gets its headers.

Knows ASGI messages. Knows nothing of endpoints. Pure ASGI, since a middleware of the framework costs a task a call.
"""

import asyncio
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradeseal.api.access import Gatekeeper
from tradeseal.api.metrics import Metrics
from tradeseal.api.problems import problem, problem_of
from tradeseal.kernel.clock import monotonic_s
from tradeseal.kernel.errors import Refused

BODY_MAX: Final = 64 * 1024
RPC_BODY_MAX: Final = 256 * 1024
BODY_S_MAX: Final = 10
PATH_MAX: Final = 2048
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_WITHOUT_SESSION: Final = frozenset({("POST", "/api/session")})
_SECURITY: Final[Mapping[str, str]] = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

_log = structlog.get_logger("api")


class Gate:
    """Wraps the application: nothing reaches an endpoint that may not."""

    def __init__(self, app: ASGIApp, *, gatekeeper: Gatekeeper, metrics: Metrics) -> None:
        self._app = app
        self._gatekeeper = gatekeeper
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        wrong = self._gatekeeper.wrong_host(headers) or self._gatekeeper.wrong_origin(headers)
        if wrong is not None:
            _log.warning("websocket_refused", code=wrong.code, **wrong.facts)
            await receive()
            await send({"type": "websocket.close", "code": 4403, "reason": wrong.code})
            return
        await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = monotonic_s()
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _SECURITY.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/api/", "/rpc", "/metrics")):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            refusal = self._refusal(scope)
            if refusal is None and scope["method"] not in _READING:
                receive, refusal = await _read_whole(scope["path"], receive)
            if refusal is not None:
                await refusal(scope, receive, sending)
            else:
                await self._app(scope, receive, sending)
        except Exception:  # noqa: BLE001
            # The last resort: a defect of ours is logged whole and told without its insides.
            _log.exception("request_failed", method=scope["method"], path=scope["path"][:200])
            if status == 0:
                await problem("INTERNAL", "Something went wrong on our side.", instance=scope["path"])(
                    scope, receive, sending
                )
        finally:
            took = monotonic_s() - began
            route = getattr(scope.get("route"), "path", None) or "other"
            self._metrics.request(scope["method"], route, status, took)
            level = _log.info if status < 500 else _log.warning
            level(
                "request",
                method=scope["method"],
                route=route,
                path=scope["path"][:200],
                status=status,
                ms=round(took * 1000, 2),
            )

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        keeper = self._gatekeeper
        wrong = keeper.wrong_host(headers)
        if wrong is None and method not in _READING:
            wrong = keeper.wrong_origin(headers)
            if wrong is None and path.startswith("/api/") and (method, path) not in _WITHOUT_SESSION:
                wrong = keeper.wrong_caller(headers, _cookies(headers))
            if wrong is None and _declared(headers) > 0 and not _is_json(headers):
                wrong = Refused("WRONG_MEDIA_TYPE", "Send JSON with Content-Type: application/json.")
        if wrong is not None:
            return problem_of(wrong, path)
        if _declared(headers) > _limit(path):
            return _too_large(path, _limit(path))
        if len(path) + len(scope.get("query_string", b"")) > PATH_MAX:
            return problem("INVALID_INPUT", "The address is too long.", instance=path, status=414)
        return None


def _too_large(path: str, limit: int) -> Response:
    return problem("BODY_TOO_LARGE", f"A body may have {limit} bytes here.", instance=path, facts={"limit": limit})


def _limit(path: str) -> int:
    return RPC_BODY_MAX if path == "/rpc" else BODY_MAX


def _declared(headers: Headers) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isdigit() and len(text) < 19 else (1 if "transfer-encoding" in headers else 0)


def _is_json(headers: Headers) -> bool:
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


async def _read_whole(path: str, receive: Receive) -> tuple[Receive, Response | None]:
    """The body in memory, never more than its limit whatever its header said, and never awaited for ever."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S_MAX):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    break
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > _limit(path):
                    return receive, _too_large(path, _limit(path))
    except TimeoutError:
        return receive, problem("BODY_TOO_SLOW", "The body did not arrive in time.", instance=path, status=408)
    whole: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        return whole.pop() if whole else await receive()

    return again, None
