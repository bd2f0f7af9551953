"""Histories: the log that is to be verified, and what came with it.

Knows how a home is read without writing to it. Knows nothing of what an event means.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import msgspec

from tradeseal.chain.compile import CONTRACTS, Artifacts, artifacts_of
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.published import EventLog, StoredFact

OPENING_MAX = 1_000


class Event(msgspec.Struct, frozen=True):
    """A stored event with its fields read."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes
    hash: bytes
    data: dict[str, Any]


@dataclass(frozen=True)
class Opening:
    """What the first events say of the chain and the book."""

    chain_id: int
    funded: tuple[bytes, ...]
    source_hash: str
    book: dict[str, Any]


class History(Protocol):
    """A log from its first event, and what its keeper published about it."""

    subject: str
    total: int
    published: dict[str, Any]

    def facts(self) -> Iterator[StoredFact]:
        """All events in order."""

    def artifacts(self, source_hash: str) -> Artifacts:
        """What the reader compiled from the sources of this hash."""


@dataclass
class HomeHistory:
    """The log of a home, read beside whoever writes it, up to the event that was the last at the start."""

    home: Path
    contracts: Path = CONTRACTS
    published: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        path = self.home / "ledger.sqlite"
        if not path.exists():
            raise Refused("NO_HISTORY", f"{self.home} has no event store; name another with --home.", path=str(path))
        self.subject = str(self.home)
        self._log = EventLog(path)
        self.total, _ = self._log.last()

    def facts(self) -> Iterator[StoredFact]:
        """All events in order."""
        for fact in self._log.all():
            if fact.position > self.total:
                return
            yield fact

    def artifacts(self, source_hash: str) -> Artifacts:
        """What this checkout compiled."""
        return artifacts_of(source_hash, self.contracts)


def read(fact: StoredFact) -> Event:
    """A stored event with its fields; fields are empty where the bytes are no JSON object."""
    try:
        data = msgspec.json.decode(fact.state)
    except (msgspec.DecodeError, UnicodeDecodeError):
        data = {}
    told = data if isinstance(data, dict) else {}
    return Event(fact.position, fact.stream, fact.version, fact.topic, fact.state, fact.hash, told)


def opening_of(history: History) -> Opening:
    """Read the first page of the journal and the opening of the book; raises `Refused` where there are none."""
    page: dict[str, Any] | None = None
    source_hash = ""
    for count, fact in enumerate(history.facts()):
        if count > OPENING_MAX:
            break
        event = read(fact)
        if event.topic == "ChainJournal.JournalPageOpened" and page is None:
            page = event.data
        elif event.topic == "ChainJournal.TransactionSigned" and not source_hash:
            source_hash = str(event.data.get("label", "")).rpartition(" ")[2]
        elif event.topic == "Portfolio.BookOpened" and page is not None:
            funded = tuple(bytes.fromhex(address[2:]) for address in page["funded"])
            return Opening(int(page["chain_id"]), funded, source_hash, event.data)
    raise Refused(
        "NO_BOOK",
        f"{history.subject} holds no opened book among its first {OPENING_MAX} events: there is nothing to verify.",
    )
