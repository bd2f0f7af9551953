"""The chain of the log: each stored event's hash covers the one before it.

Knows bytes and hashes. Knows nothing of where events are kept.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from uuid import UUID

from tradeseal.kernel.errors import Inconsistent
from tradeseal.ledger.log import StoredFact

GENESIS_HASH = bytes(32)
# Each part has its length in four bytes before it: position, stream, version, and the length of the topic.
_pack_numbers = struct.Struct(">IQI16sIQI").pack
_pack_length = struct.Struct(">I").pack
_sha256 = hashlib.sha256


def chain_hash(previous: bytes, *, position: int, stream: UUID, version: int, topic: str, state: bytes) -> bytes:
    """SHA-256 over the previous hash and this event's stored bytes, each part with its length before it."""
    return _chain_hash(previous, position, stream, version, topic, state)


def _chain_hash(  # noqa: PLR0917 - by places: at a million events naming them costs a second
    previous: bytes, position: int, stream: UUID, version: int, topic: str, state: bytes
) -> bytes:
    name, length = _encoded(topic)
    numbers = _pack_numbers(8, position, 16, stream.bytes, 8, version, length)
    return _sha256(previous + numbers + name + _pack_length(len(state)) + state).digest()


@lru_cache(maxsize=1 << 10)
def _encoded(topic: str) -> tuple[bytes, int]:
    """A log has a few dozen topics."""
    name = topic.encode()
    return name, len(name)


def checked(facts: Iterable[StoredFact]) -> Iterator[StoredFact]:
    """All events from the first, each after its hash was recomputed.

    Raises `Inconsistent` at the first event that is not what was stored, or that is missing.
    """
    head = GENESIS_HASH
    for position, fact in enumerate(facts, start=1):
        head = _chain_hash(head, position, fact.stream, fact.version, fact.topic, fact.state)
        if fact.position != position or fact.hash != head:
            raise Inconsistent(
                "LEDGER_CHANGED",
                f"Event {fact.position} is not what was stored: its hash does not follow from the one before. "
                "Restore a backup and keep this file as evidence.",
                position=position,
                got="0x" + fact.hash.hex(),
                want="0x" + head.hex(),
            )
        yield fact
