"""What the person at the terminal sees while things are prepared.

Knows terminals, NO_COLOR and seconds. Knows nothing of what is being done.
"""

import os
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self, TextIO

GREEN, RED, YELLOW, DIM, PLAIN = "\033[32m", "\033[31m", "\033[33m", "\033[2m", "\033[0m"
STATUS_EVERY_S = 0.5
LINE_EVERY_S = 20.0


class Console:
    """Lines as they come, and one status line that is overwritten where the terminal can."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._lock = threading.Lock()
        self._status = ""
        self.is_terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._colour = self.is_terminal and not os.environ.get("NO_COLOR")

    def paint(self, text: str, colour: str) -> str:
        return f"{colour}{text}{PLAIN}" if self._colour else text

    def line(self, text: str = "") -> None:
        with self._lock:
            self._wipe()
            print(text, file=self._stream, flush=True)

    def status(self, text: str) -> None:
        """Show `text` until the next line; elsewhere than on a terminal this is the caller's to print, rarely."""
        with self._lock:
            self._wipe()
            self._status = text[: _columns() - 1]
            print(self.paint(self._status, DIM), end="", file=self._stream, flush=True)

    def _wipe(self) -> None:
        if self._status:
            print("\r" + " " * len(self._status) + "\r", end="", file=self._stream)
            self._status = ""


class Heartbeat(AbstractContextManager["Heartbeat"]):
    """Says what is still going on, so that a quiet minute does not look like a hang."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._running: dict[str, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def begin(self, name: str) -> None:
        self._running[name] = time.monotonic()

    def end(self, name: str) -> float:
        """Seconds since `name` began."""
        return time.monotonic() - self._running.pop(name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        wait = STATUS_EVERY_S if self._console.is_terminal else LINE_EVERY_S
        while not self._over.wait(wait):
            text = "  … " + _still(self._running.copy().items())
            if self._running and self._console.is_terminal:
                self._console.status(text)
            elif self._running:
                self._console.line(text)


def _still(running: Iterable[tuple[str, float]]) -> str:
    now = time.monotonic()
    return ", ".join(f"{name} ({now - since:.0f} s)" for name, since in running)


def _columns() -> int:
    try:
        return os.get_terminal_size().columns
    except OSError:
        return 80
