"""A running Tradeseal for browser tests: the real command, the synthetic candles, a home of its own.

Knows the command line and the address it prints. Knows nothing of pages.
"""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
TRADESEAL = Path(sys.executable).with_name("tradeseal")
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#key=\S+")
START_S = 120
STOP_S = 20
# Too short a run for two transactions one after the other, a stand long enough for a picture between them.
CHAIN_STANDS_S = 0.4
CHAIN_RUNS_S = 0.001

# The first candle of the synthetic feed whose BUY passes every rule; found by `tradeseal replay`, the same on every
# machine. The data clock is held there, before the round is authorised.
PAUSE_AT = "2024-09-01T01:00Z"
TRADED_UNTIL = "2024-09-01T06:00Z"
MARKET = "DOGE-USDT"

T = TypeVar("T")


class Server:
    """`tradeseal serve` on a free port; killed and started again on the same home and port as often as a test likes."""

    def __init__(self, home: Path, *, pause_at: str | None, speed: str = "max") -> None:
        self.home = home
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.key_address = ""
        self._pause_at = pause_at
        self._speed = speed
        self._log = home.with_name(f"{home.name}.log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until the data clock has come to the pause; without one, until it runs."""
        words = ["--home", str(self.home), "--port", str(self.port), "--speed", self._speed]
        words += ["--pause-at", self._pause_at] if self._pause_at else []
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(TRADESEAL), "serve", *words], stdout=log, stderr=subprocess.STDOUT, cwd=ROOT
            )
        self.key_address = self._wait_for(self._printed_address)
        self._wait_for(self._there)

    def kill(self) -> None:
        """Like a power cut: no farewell."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it as a person would, with Ctrl-C."""
        self._end(signal.SIGINT)

    def stall(self) -> None:
        """Have it stand still with its sockets open, as a machine does that swaps or sleeps."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End the stall."""
        self._signal(signal.SIGCONT)

    @contextmanager
    def slow_chain(self) -> Iterator[None]:
        """Let the chain's own process run for moments only, so that what follows one another is seen to."""
        assert self._process is not None
        with chain_by_moments(self._process.pid):
            yield

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def get(self, path: str) -> Any:
        """What the API answers to a reader."""
        with urllib.request.urlopen(self.origin + path, timeout=30) as answer:
            return json.load(answer)

    def _printed_address(self) -> str | None:
        found = ADDRESS.search(self._log.read_text(errors="replace"))
        return found[0] if found else None

    def _there(self) -> bool | None:
        phase = "PAUSED" if self._pause_at else "RUNNING"
        try:
            return self.get("/api/dashboard")["status"]["phase"] == phase or None
        except (urllib.error.URLError, OSError, ValueError):
            return None  # not there yet

    def _wait_for(self, look: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            seen = look()
            if seen is not None:
                return seen
            if self._process is not None and self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{look.__name__} never came:\n{self._log.read_text(errors='replace')[-3000:]}")

    def _end(self, number: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_S)


@contextmanager
def serving(folder: Path, *, pause_at: str | None, speed: str = "max") -> Iterator[Server]:
    """A server on a home of its own inside a folder, ended however it was left; skips where the page is not built."""
    if not (ROOT / "frontend" / "out" / "index.html").is_file():
        pytest.skip("the page is not built: ./run.sh builds it")
    server = Server(folder / "home", pause_at=pause_at, speed=speed)
    try:
        server.start()
        yield server
    finally:
        server.go_on()
        server.stop()


@contextmanager
def chain_by_moments(server: int) -> Iterator[None]:
    """Stop and continue the Anvil that this server started; without one, a chain inside the server, change nothing."""
    told = subprocess.run(["pgrep", "-P", str(server), "anvil"], capture_output=True, text=True, check=False)
    anvils = [int(pid) for pid in told.stdout.split()]
    over = threading.Event()

    def send(number: signal.Signals) -> None:
        for pid in anvils:
            os.kill(pid, number)

    def take_turns() -> None:
        while not over.is_set():
            send(signal.SIGSTOP)
            over.wait(CHAIN_STANDS_S)
            send(signal.SIGCONT)
            over.wait(CHAIN_RUNS_S)

    turns = threading.Thread(target=take_turns, daemon=True)
    turns.start()
    try:
        yield
    finally:
        over.set()
        turns.join()
