"""Facts as projections read them: a stored event decoded once, by its pinned topic name.

Knows JSON and topics. Knows nothing of the classes that wrote the events: a projection survives their renaming.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import msgspec

from tradeseal.ledger.published import StoredFact

_STAMP = b'"timestamp":"'
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SIDES = {0: "HOLD", 1: "BUY", 2: "SELL"}
EXIT_REASONS = {
    1: "SIGNAL",
    2: "STOP_LOSS",
    3: "TAKE_PROFIT",
    4: "TRAILING",
    5: "TIME_LIMIT",
    6: "MANUAL",
    7: "KILL",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One event: where it stands, what it is called and what it says. `stored_at` is wall-clock text.

    `state` is what was stored, byte for byte: the hash covers it.
    """

    position: int
    stream: str
    version: int
    topic: str
    data: dict[str, Any]
    hash: str
    stored_at: str | None
    state: bytes


class Log(Protocol):
    """The event log as a follower needs it."""

    def read(self, after: int = 0, limit: int = 1000) -> list[StoredFact]: ...

    def wait(self, after: int, timeout_s: float) -> bool: ...

    def last(self) -> tuple[int, bytes]: ...


def decoded(stored: StoredFact) -> Fact:
    """The fact in a stored event."""
    data: dict[str, Any] = msgspec.json.decode(stored.state)
    stamp = data.pop("timestamp", None)
    data.pop("originator_topic", None)
    return Fact(
        position=stored.position,
        stream=str(stored.stream),
        version=stored.version,
        topic=stored.topic,
        data=data,
        hash="0x" + stored.hash.hex(),
        stored_at=_milliseconds(stamp) if isinstance(stamp, str) else None,
        state=stored.state,
    )


def stored_us(fact: Fact) -> int | None:
    """When the event came about, on the wall clock, in microseconds since 1970; None for one that does not say."""
    begins = fact.state.find(_STAMP)
    if begins < 0:
        return None
    begins += len(_STAMP)
    stamp = fact.state[begins : fact.state.index(b'"', begins)].decode()
    return (datetime.fromisoformat(stamp) - _EPOCH) // timedelta(microseconds=1)


def _milliseconds(stamp: str) -> str:
    """`2026-11-22T14:01:25.234037Z` as `2026-11-22T14:01:25.234Z`."""
    moment, _, fraction = stamp.rstrip("Z").partition(".")
    return f"{moment}.{fraction[:3]:0<3}Z"


Handler = Callable[[Any, Fact], None]


def handlers_of(pairs: Sequence[tuple[str, Handler]]) -> dict[str, Handler]:
    """A table from topic to handler; a topic named twice is a defect."""
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a topic has two handlers")
    return table
