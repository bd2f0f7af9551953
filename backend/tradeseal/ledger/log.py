"""The log: stored events in the order in which they were recorded, for those who follow.

Knows positions, raw bytes and waiting. Knows nothing of aggregates.
"""

import sqlite3
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import sqlite_uri


class StoredFact(msgspec.Struct, frozen=True, gc=False):
    """One stored event: its place in the log, its stream, its topic, its JSON bytes and its chain hash."""

    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes
    hash: bytes


class EventLog:
    """Reads the store by its own read-only connections; wakes followers when something was saved."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed = threading.Condition()
        self._announced = 0
        self._local = threading.local()

    def announce(self, position: int) -> None:
        """Wake everybody who waits for `position` or an earlier one."""
        with self._changed:
            self._announced = max(self._announced, position)
            self._changed.notify_all()

    def wait(self, after: int, timeout_s: float) -> bool:
        """Wait until something later than `after` was saved by this process; False at the time-out."""
        with self._changed:
            return self._changed.wait_for(lambda: self._announced > after, timeout_s)

    def last(self) -> tuple[int, bytes]:
        """Position and hash of the newest event; (0, 32 zero bytes) when there is none."""
        rows = self._rows("SELECT rowid, hash FROM stored_events ORDER BY rowid DESC LIMIT 1", ())
        return (rows[0][0], bytes(rows[0][1])) if rows else (0, bytes(32))

    def read(self, after: int = 0, limit: int = 1000) -> list[StoredFact]:
        """At most `limit` events behind position `after`, in order."""
        rows = self._rows(
            "SELECT rowid, originator_id, originator_version, topic, state, hash FROM stored_events "
            "WHERE rowid > ? ORDER BY rowid LIMIT ?",
            (after, limit),
        )
        return [_fact(row) for row in rows]

    def chosen(self, topic: str, after: int, until: int, limit: int) -> list[StoredFact]:
        """At most `limit` events of one topic (`TradeSettled` or `TradeCycle.TradeSettled`) in a span of positions."""
        rows = self._rows(
            "SELECT rowid, originator_id, originator_version, topic, state, hash FROM stored_events "
            "WHERE rowid > ? AND rowid <= ? AND (topic = ? OR topic LIKE '%.' || ?) ORDER BY rowid LIMIT ?",
            (after, until, topic, topic, limit),
        )
        return [_fact(row) for row in rows]

    def hashes(self, after: int, until: int) -> list[bytes]:
        """The chain hashes of the events behind `after`, up to and with `until`."""
        rows = self._connection().execute(
            "SELECT hash FROM stored_events WHERE rowid > ? AND rowid <= ? ORDER BY rowid", (after, until)
        )
        return [bytes(row[0]) for row in rows]

    def all(self, after: int = 0, *, batch: int = 5000) -> Iterator[StoredFact]:
        """Every event behind `after`, fetched in batches."""
        while facts := self.read(after, batch):
            yield from facts
            after = facts[-1].position

    def stream(self, stream: UUID) -> list[StoredFact]:
        """All events of one stream, in order."""
        rows = self._rows(
            "SELECT rowid, originator_id, originator_version, topic, state, hash FROM stored_events "
            "WHERE originator_id = ? ORDER BY originator_version",
            (stream.hex,),
        )
        return [_fact(row) for row in rows]

    def _rows(self, select: str, values: tuple[Any, ...]) -> list[Any]:
        try:
            return self._connection().execute(select, values).fetchall()
        except sqlite3.OperationalError:
            raise  # busy, or not there
        except sqlite3.DatabaseError as error:
            raise damaged(self._path, error) from error

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(sqlite_uri(self._path, "?mode=ro"), uri=True, isolation_level=None)
            self._local.connection = connection
        return connection


def damaged(path: Path, error: Exception) -> Refused:
    """The refusal of a file that SQLite cannot read."""
    return Refused(
        "LEDGER_DAMAGED",
        f"The event store {path} is damaged: {error}. Keep it, and bring back the newest backup with "
        "`tradeseal restore BACKUP --replace`, which puts it aside.",
        path=str(path),
    )


def _fact(row: tuple[int, str, int, str, bytes | str, bytes | str]) -> StoredFact:
    position, stream, version, topic, state, digest = row
    # A row that somebody edited may hold text where bytes were stored; its hash will tell.
    if not (isinstance(state, bytes) and isinstance(digest, bytes)):
        state, digest = _bytes(state), _bytes(digest)
    return StoredFact(position, _stream(stream), version, topic, state, digest)


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@lru_cache(maxsize=1 << 12)
def _stream(name: str) -> UUID:
    """The events of a stream lie near each other."""
    return UUID(name)
