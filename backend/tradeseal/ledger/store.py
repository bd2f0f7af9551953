"""The store: one SQLite file in which each event's hash covers the one before it.

Knows SQLite, hashes and atomic saves. Knows nothing of trading.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import (
    ApplicationRecorder,
    DatabaseError,
    InfrastructureFactory,
    IntegrityError,
    OperationalError,
    Recording,
    StoredEvent,
    Subscription,
    Transcoder,
)
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteFactory,
)
from eventsourcing.utils import Environment, get_topic

from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.kernel.files import sqlite_uri
from tradeseal.ledger.aggregate import PlainRepository
from tradeseal.ledger.chain import GENESIS_HASH, chain_hash
from tradeseal.ledger.log import EventLog, StoredFact, damaged
from tradeseal.ledger.mapper import MsgspecMapper, MsgspecTranscoder
from tradeseal.ledger.subscription import LedgerSubscription, Listeners

STORED_AT_ONCE = 1_000


class EventConflict(Refused):
    """The stream has this version already: the same thing was about to happen twice."""


class HashChainedRecorder(SQLiteApplicationRecorder):
    """The library's recorder with a `hash` column, to which one can subscribe.

    One process writes a home (see `lock.py`), so the last hash is kept in memory and checked against the row number.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.insert_events_statement = f"INSERT INTO {self.events_table_name} VALUES (?,?,?,?,?)"
        self._head: tuple[int, bytes] | None = None
        self._writing = threading.Lock()
        self._listeners = Listeners()

    def construct_create_table_statements(self) -> list[str]:
        return [
            f"CREATE TABLE IF NOT EXISTS {self.events_table_name} ("
            "originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL, topic TEXT NOT NULL, "
            "state BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (originator_id, originator_version))"
        ]

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        with self._writing:
            try:
                positions = super().insert_events(stored_events, **kwargs)
            except BaseException:
                self._head = None
                raise
        self._listeners.wake()
        return positions

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        return LedgerSubscription(self, self._listeners, gt, topics)

    def _insert_events(self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **_: Any) -> Sequence[int]:
        position, head = self._head or self._read_head(c)
        positions = []
        for stored in stored_events:
            position += 1
            stream = UUID(str(stored.originator_id))
            head = chain_hash(
                head,
                position=position,
                stream=stream,
                version=stored.originator_version,
                topic=stored.topic,
                state=stored.state,
            )
            c.execute(
                self.insert_events_statement,
                (stream.hex, stored.originator_version, stored.topic, stored.state, head),
            )
            if c.lastrowid != position:
                raise Inconsistent(
                    "LEDGER_FOREIGN_WRITE",
                    "Somebody else wrote to the event store.",
                    got=c.lastrowid,
                    want=position,
                )
            positions.append(position)
        self._head = (position, head)
        return positions

    def _read_head(self, c: SQLiteCursor) -> tuple[int, bytes]:
        c.execute(f"SELECT rowid, hash FROM {self.events_table_name} ORDER BY rowid DESC LIMIT 1")
        row = c.fetchone()
        return (row[0], bytes(row[1])) if row else (0, GENESIS_HASH)


def store_facts(path: Path, facts: Iterable[StoredFact], *, progress: Callable[[int], None]) -> tuple[int, bytes]:
    """Write events as they are into a new store, hashes and all; a store that was begun goes on behind its last event.

    Gives the last position and hash. Nobody else may have the store open.
    """
    Ledger(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous=FULL")
        row = connection.execute("SELECT rowid, hash FROM stored_events ORDER BY rowid DESC LIMIT 1").fetchone()
        last = (row[0], bytes(row[1])) if row else (0, GENESIS_HASH)
        for batch in _batches(facts, last, STORED_AT_ONCE):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state, hash) "
                "VALUES (?,?,?,?,?,?)",
                [(f.position, f.stream.hex, f.version, f.topic, f.state, f.hash) for f in batch],
            )
            connection.execute("COMMIT")
            last = (batch[-1].position, batch[-1].hash)
            progress(last[0])
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return last


def _batches(facts: Iterable[StoredFact], last: tuple[int, bytes], size: int) -> Iterator[list[StoredFact]]:
    batch: list[StoredFact] = []
    for fact in facts:
        if fact.position <= last[0]:
            if fact.position == last[0] and fact.hash != last[1]:
                raise Refused("OTHER_HISTORY", "The store that was begun holds another history.", position=last[0])
            continue
        batch.append(fact)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


class _DurablePool(SQLiteConnectionPool):
    """The library's pool with `synchronous=FULL`; the library sets WAL only."""

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA synchronous")
        if cursor.fetchone()[0] != 2:
            raise Unavailable("LEDGER_NOT_DURABLE", "SQLite refuses synchronous=FULL.")
        return connection


class _LedgerFactory(SQLiteFactory):
    """The library's SQLite parts over the durable pool."""

    application_recorder_class = HashChainedRecorder

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.datastore.pool = _DurablePool(db_name=env["SQLITE_DBNAME"])


class Ledger(Application[UUID]):
    """Saves what aggregates decided, all of one call in one transaction."""

    name = "ledger"

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        env = {"SQLITE_DBNAME": sqlite_uri(path), "MAPPER_TOPIC": get_topic(MsgspecMapper)}
        try:
            super().__init__(env=env)
        except (OperationalError, sqlite3.OperationalError) as error:
            raise Unavailable("LEDGER_UNWRITABLE", f"The event store {path} cannot be opened: {error}.") from error
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise damaged(path, error) from error
        self.path = path
        self.facts = EventLog(path)

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return _LedgerFactory(env)

    def construct_repository(self) -> PlainRepository:
        return PlainRepository(self.events)

    def construct_transcoder(self) -> Transcoder:
        return MsgspecTranscoder()

    def save(self, *objs: Any, **kwargs: Any) -> list[Recording[UUID]]:
        """Store the pending events of all given aggregates at once, or none.

        Raises `EventConflict` when a stream already has one of the versions, `Unavailable` when the disk says no.
        """
        try:
            return super().save(*objs, **kwargs)
        except IntegrityError as error:
            raise EventConflict("EVENT_CONFLICT", f"This was recorded before: {error}") from error
        except OperationalError as error:
            raise Unavailable(
                "LEDGER_UNWRITABLE",
                f"The event store cannot be written: {error}. Nothing of this step was stored; make room or mend the "
                "folder, and start again.",
            ) from error
        except DatabaseError as error:
            raise damaged(self.path, error) from error

    def _notify(self, recordings: list[Recording[UUID]]) -> None:
        if recordings:
            self.facts.announce(recordings[-1].notification.id)
