"""Patience: a node that does not answer is asked again, later and later; meanwhile whoever wants to know is told.

Knows delays and how long it has been. Knows nothing of what is asked.
"""

import threading
from collections.abc import Callable
from typing import Any, Protocol

from tradeseal.chain.rpc import Rpc
from tradeseal.kernel.clock import monotonic_s
from tradeseal.kernel.errors import Unavailable

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0


def delay_s(failures: int, *, first: float = FIRST_DELAY_S, asked_for: float = 0.0) -> float:
    """How long to wait after so many failures in a row: twice as long each time, or what the node asks for; bounded."""
    doubled = first * 2 ** min(failures - 1, 16)
    return min(max(doubled, asked_for), LONGEST_DELAY_S)


class Waiter(Protocol):
    """What ends a wait early: `threading.Event` is one."""

    def wait(self, timeout: float) -> bool:
        """Wait; True when the wait was ended."""


class Patient:
    """One node, asked until it answers."""

    def __init__(
        self,
        rpc: Rpc,
        *,
        ended: Waiter | None = None,
        first_delay_s: float = FIRST_DELAY_S,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._rpc = rpc
        self._ended = ended or threading.Event()
        self._first_delay_s = first_delay_s
        self._changed = changed
        self._failed: Unavailable | None = None
        self._since = 0.0
        self.failures = 0

    @property
    def away(self) -> str:
        """Since when and why nobody answers; empty while somebody does."""
        failed = self._failed
        if failed is None:
            return ""
        return f"no answer for {monotonic_s() - self._since:.0f} s, asked again: {failed.message}"

    def call(self, method: str, *params: Any, tries: int = 0) -> Any:
        """The result; asked again until there is one, or `tries` times. Raises `NodeRefused`, and `Unavailable` at the
        end.
        """
        tried = 0
        while True:
            try:
                answer = self._rpc.call(method, *params)
            except Unavailable as failed:
                tried += 1
                self._count(failed)
                if tried == tries:
                    raise
                self.pause(delay_s(tried, first=self._first_delay_s, asked_for=failed.facts.get("retry_after_s", 0)))
            else:
                self._answered()
                return answer

    def once(self, method: str, *params: Any) -> Any:
        """The result, asked for once: silence leaves it open whether it was done."""
        return self.call(method, *params, tries=1)

    def pause(self, seconds: float) -> None:
        """Wait; raises `Unavailable` when told to give up."""
        if self._ended.wait(seconds):
            raise Unavailable("CHAIN_CLOSED", "The chain was closed while somebody waited for it.")

    def _count(self, failed: Unavailable) -> None:
        if self._failed is None:
            self._since = monotonic_s()
        self._failed = failed
        self.failures += 1
        self._changed()

    def _answered(self) -> None:
        if self._failed is not None:
            self._failed = None
            self._changed()
