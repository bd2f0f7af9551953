"""The server: one application from the joined ports, and how it is run.

Knows the order in which the parts are put together. Knows nothing of any endpoint.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
from anyio import CapacityLimiter
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp

from tradeseal import __version__
from tradeseal.api import early, outcomes, problems
from tradeseal.api.access import Gatekeeper
from tradeseal.api.board import Board
from tradeseal.api.document import document
from tradeseal.api.gate import Gate
from tradeseal.api.metrics import Metrics
from tradeseal.api.orders import Keeper
from tradeseal.api.ports import ChainInfo, DataInfo, EngineStatus, Ports
from tradeseal.api.routes import (
    analytics,
    chain,
    control,
    dashboard,
    exports,
    governance,
    health,
    market,
    past,
    records,
    research,
    trades,
)
from tradeseal.api.static import StaticExport
from tradeseal.api.stream import Hub
from tradeseal.api.stream import router as stream_router
from tradeseal.api.telemetry import Telemetry
from tradeseal.api.views import READY
from tradeseal.kernel.clock import monotonic_s
from tradeseal.kernel.errors import Refused
from tradeseal.readmodels.published import Fact

_log = structlog.get_logger("api")
RPC_AT_ONCE: Final = 8  # slow calls of an explorer must not take the threads of the trading page


class Server:
    """The application with the parts that others talk to."""

    def __init__(
        self, ports: Ports, gatekeeper: Gatekeeper, *, page: Path | None = None, rpc_origins: Sequence[str] = ()
    ) -> None:
        self.ports = ports
        self.gatekeeper = gatekeeper
        self.metrics = Metrics()
        self.board = Board(ports)
        self.hub = Hub(self.board.picture)
        self.metrics.also(Telemetry(ports, lambda: self.hub.listeners))
        self.board.publish_to(self.hub.publish)
        self.fastapi = self._fastapi(page, rpc_origins)
        self.app: ASGIApp = Gate(self.fastapi, gatekeeper=gatekeeper, metrics=self.metrics)

    def touch(self) -> None:
        """Something changed; may be called from any thread."""
        self.board.touch()

    def changed(self, facts: Sequence[Fact]) -> None:
        """The views folded new events; called by their thread."""
        self.board.touch()
        if self.ports.queries is None:
            return
        try:
            outcomes.tell(facts, self.ports.queries)
        except Exception:  # noqa: BLE001 - a line of the log that cannot be written must not stop the views
            _log.exception("outcome_not_logged")

    def uvicorn(self, *, host: str = "127.0.0.1", port: int = 8000) -> uvicorn.Server:
        """A server that the caller runs, best with a socket bound before; `should_exit` ends it."""
        config = uvicorn.Config(
            self.app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=3,
            limit_concurrency=6000,
            h11_max_incomplete_event_size=32 * 1024,
            ws_max_size=16 * 1024,
            ws_max_queue=8,
            ws_per_message_deflate=False,
            lifespan="on",
        )
        return uvicorn.Server(config)

    def _fastapi(self, page: Path | None, rpc_origins: Sequence[str]) -> FastAPI:
        app = FastAPI(
            title="Tradeseal",
            version=__version__,
            lifespan=self._lifespan,
            docs_url=None,
            redoc_url=None,
            openapi_url="/api/openapi.json",
            redirect_slashes=False,
        )
        app.state.ports = self.ports
        app.state.gatekeeper = self.gatekeeper
        app.state.metrics = self.metrics
        app.state.board = self.board
        app.state.hub = self.hub
        app.state.began = monotonic_s()
        app.state.orders = Keeper()
        app.state.rpc_turns = CapacityLimiter(RPC_AT_ONCE)
        for part in _PARTS:
            app.include_router(part.router)
        app.include_router(stream_router)
        app.add_api_route("/api/{rest:path}", _nothing_here, methods=_METHODS, include_in_schema=False)
        if page is not None:
            app.mount("/", StaticExport(page, rpc_origins=rpc_origins, link=self._asked_first))
        problems.install(app)
        schema: dict[str, Any] = {}

        def openapi() -> dict[str, Any]:
            if not schema:
                schema.update(document(app))
            return schema

        app.openapi = openapi  # type: ignore[method-assign]
        return app

    def _asked_first(self, request: Request) -> str:
        ready = self.ports.status().phase in READY
        return early.link_header(early.asked_first(request.url.path, request.query_params, ready=ready))

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        self.hub.start()
        self.board.start()
        try:
            yield
        finally:
            self.board.stop()
            await self.hub.stop()


_PARTS = (dashboard, health, market, analytics, research, exports, trades, records, past, control, governance, chain)
_METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


def _nothing_here(request: Request, rest: str) -> None:
    """The last route under /api: an address that has others' methods only is told so, with those it has."""
    routes = [route for part in _PARTS for route in part.router.routes]
    meant = [route for route in routes if route.matches(request.scope)[0] is Match.PARTIAL]
    allowed = sorted({method for route in meant for method in getattr(route, "methods", ())})
    if allowed:
        raise HTTPException(405, headers={"allow": ", ".join(allowed)})
    raise Refused("NOT_FOUND", f"There is no /api/{rest[:80]}.", got=rest[:80])


def create_offline_app() -> FastAPI:
    """The application without anything behind it: for its OpenAPI document."""
    status = EngineStatus(
        mode="replay",
        book_class="SIMULATED",
        book_name="",
        initial_cash_e8=0,
        phase="STARTING",
        data=DataInfo(label="", synthetic=False, interval_s=3600, markets=()),
        chain=ChainInfo(kind=""),
    )
    return Server(Ports(status=lambda: status), Gatekeeper("offline" * 8)).fastapi
