"""Serving: the page first, then everything behind it, in one process.

Knows threads and their end. Knows nothing of what they do.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tradeseal.api.access import Gatekeeper, api_token
from tradeseal.api.ports import Ports
from tradeseal.api.replay import DescribedContracts, NodeRpc, ReplayControl
from tradeseal.api.server import Server
from tradeseal.home.logs import log_to
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.ledger.lock import HomeLock
from tradeseal.readmodels.published import open_read_models
from tradeseal.settings import ADDRESS, Settings

if TYPE_CHECKING:
    from tradeseal.backtest.research import Research
    from tradeseal.bootstrap import Parts
    from tradeseal.ledger.published import Ledger


END_SECONDS_MAX = 150  # a long chain takes its time to be kept


class Running:
    """The parts behind the page, started in a thread of their own."""

    def __init__(
        self, settings: Settings, lock: HomeLock, control: ReplayControl, ports: Ports, server: Server
    ) -> None:
        self.refused: Refused | None = None
        self._settings = settings
        self._lock = lock
        self._control = control
        self._ports = ports
        self._server = server
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._parts: Parts | None = None
        self._ending = threading.Event()

    def start(self, give_up: Callable[[], None]) -> None:
        """Begin; the page says how far it is. `give_up` is called when the start is refused."""
        self._give_up = give_up
        self._thread.start()

    def end(self) -> None:
        """Finish the step in hand and close everything."""
        self._ending.set()
        if self._parts is not None:
            self._parts.stop()
        self._thread.join(timeout=END_SECONDS_MAX)

    def _run(self) -> None:
        try:
            try:
                self._open()
            except Refused as refusal:
                # A wrong option or home: there is nothing to show, so the command ends with what was wrong.
                self.refused = refusal
                self._give_up()
                raise
            self._walk()
        except TradesealError as error:
            self._control.failed(error)
        except Exception as error:
            self._control.failed(Unavailable("DEFECT", f"{type(error).__name__}: {error}"))
            raise
        finally:
            self._close()

    def _open(self) -> None:
        # The page is served before these are loaded: the chain's libraries and the indicators cost seconds.
        from tradeseal.api.levers import ReplayLevers  # noqa: PLC0415
        from tradeseal.api.replay_market import ReplayMarket  # noqa: PLC0415
        from tradeseal.bootstrap import open_parts  # noqa: PLC0415
        from tradeseal.chain.published import describe  # noqa: PLC0415

        control, ports = self._control, self._ports
        parts = open_parts(
            self._settings, control, lock=self._lock, re_executed=control.re_executed, opened_ledger=self._show
        )
        self._parts = parts
        control.attach(
            parts.engine,
            parts.gate,
            synthetic=parts.data.synthetic,
            note=parts.data.note,
            chain_note=parts.chain_note,
        )
        ports.market = ReplayMarket(parts.engine, parts.source)
        ports.contracts = DescribedContracts(parts.gate, describe)
        ports.rpc = NodeRpc(parts.gate)
        ports.research = _research(self._settings, parts)
        ports.levers = ReplayLevers(parts.engine, parts.gate)
        ports.engine = control

    def _show(self, ledger: "Ledger") -> Callable[[], None]:
        """Answer from the views what a home already holds, while its chain is being opened."""
        views = open_read_models(self._settings.home / "views", ledger.facts, changed=self._server.changed)
        views.follower.start()
        self._ports.queries, self._ports.rebuilder = views.queries, views.rebuilder
        return views.follower.stop

    def _walk(self) -> None:
        if self._parts is not None and not self._ending.is_set():
            self._parts.engine.run()
            self._parts.gate.rest()
            self._parts.engine.serve_after()
            self._ending.wait()

    def _close(self) -> None:
        if self._parts is not None:
            self._parts.close()


def _research(settings: Settings, parts: "Parts") -> "Research":
    """Back-tests on the home's own candles, in the home."""
    from tradeseal.backtest.desk import Asked  # noqa: PLC0415 - the page is served before this is loaded
    from tradeseal.backtest.live import LiveCalibration  # noqa: PLC0415
    from tradeseal.backtest.research import InUse, Research  # noqa: PLC0415
    from tradeseal.bootstrap import compare_signals, terms_of  # noqa: PLC0415

    manifest = parts.data.manifest
    folder = None if parts.data.synthetic else settings.home / manifest.data_folder
    live = LiveCalibration(parts.ledger.facts, parts.data.store, lambda: parts.engine.data_clock)
    asked = Asked(
        strategy=parts.source.strategy, data=folder, exchange=manifest.exchange, interval=manifest.interval,
        markets=manifest.markets, cash_e8=manifest.cash_e8, strategies=settings.strategies,
        schedule=parts.source.schedule, terms=terms_of(manifest),
    )  # fmt: skip
    source, clock = parts.source, lambda: parts.engine.data_clock
    return Research(
        settings.home, asked, live, in_use=lambda: InUse(source.engine.strategy, source.calibrator(clock())),
        compare=partial(compare_signals, settings), clock=clock,
    )  # fmt: skip


def serve_until_told(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Serve on loopback until a signal comes; everything is closed in order."""
    lock = HomeLock(settings.home)
    try:
        listening = _listen(settings)
        log_to(settings.home / "logs")
        gatekeeper = Gatekeeper(api_token(settings.home))
    except BaseException:
        lock.close()
        raise
    control = ReplayControl(book=settings.book, cash_e8=settings.cash_e8, speed=settings.speed)
    ports = Ports(status=control.status)
    server = Server(ports, gatekeeper, page=settings.page if settings.page.exists() else None)
    control.tell(server.touch, say)
    running = Running(settings, lock, control, ports, server)
    uvicorn = server.uvicorn(host=settings.host, port=settings.port)
    say(f"Tradeseal: http://{settings.host}:{settings.port}/#key={gatekeeper.new_key()}")
    say(f"Simulated; not investment advice. Ctrl-C ends, the next start resumes. Log: {settings.home / 'logs'}")
    (settings.home / ADDRESS).write_text(f"http://{settings.host}:{settings.port}\n")
    running.start(give_up=lambda: setattr(uvicorn, "should_exit", True))
    # The web server hands a signal on when it has ended; SIGTERM's own handler would end the process before the engine.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.run(sockets=[listening])
    finally:
        (settings.home / ADDRESS).unlink(missing_ok=True)
        running.end()
    if running.refused is not None:
        raise running.refused


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything else is started."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name != "nt":  # there it would let two servers share one port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        listening.listen()  # who follows the printed address waits instead of being refused
    except OSError as error:
        listening.close()
        raise Refused(
            "PORT_TAKEN",
            f"Port {settings.port} on {settings.host} cannot be had: {error.strerror}. Choose another with --port.",
            port=settings.port,
        ) from error
    return listening
