"""Orders of a person: the same Idempotency-Key gives the same answer and acts once.

Knows keys and answers. Knows nothing of trading. What was answered is kept here only for speed: the engine derives the
cycle's identity from the candle or the key, so that after a restart the same order meets the same cycle.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from tradeseal.api import journeys
from tradeseal.api.ports import Ports, TradeResult
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import to_e8

KEPT: Final = 1000
TURNS: Final = 64


def bps(text: str | None) -> int | None:
    """A share of one in basis points: `"0.05"` is 500."""
    return None if text is None else to_e8(text) // 10_000


def new_key() -> str:
    """A key for an order that came without one."""
    return "exit-" + secrets.token_hex(12)


def answer(result: TradeResult, ports: Ports) -> dict[str, Any]:
    """What came of an order, with its cycle as the log tells it."""
    row = ports.the_queries().cycle_when_known(result.cycle_id) if result.cycle_id else None
    return {
        "outcome": result.outcome,
        "message": result.message,
        "already_run": result.already_run,
        "cycle": journeys.cycle(row, ports.limits()) if row else None,
    }


class Keeper:
    """Answers by key; at most the last thousand."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, tuple[tuple[Any, ...], dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()
        # One key always meets the same lock, so that two calls with it never act side by side.
        self._turns = tuple(threading.Lock() for _ in range(TURNS))

    def once(
        self, key: str | None, order: tuple[Any, ...], act: Callable[[], TradeResult], ports: Ports
    ) -> dict[str, Any]:
        """The answer kept for `key`, or that of `act`. Another order under the same key is refused."""
        if key is None:
            return answer(act(), ports)
        with self._turns[hash(key) % TURNS]:
            known = self._known(key)
            if known is None:
                known = (order, answer(act(), ports))
                self._keep(key, known)
            elif known[0] != order:
                raise Refused("KEY_REUSED", "This Idempotency-Key belongs to another order.", got=key)
            return known[1]

    def _known(self, key: str) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        with self._lock:
            return self._answers.get(key)

    def _keep(self, key: str, known: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
        with self._lock:
            self._answers[key] = known
            while len(self._answers) > KEPT:
                self._answers.popitem(last=False)
