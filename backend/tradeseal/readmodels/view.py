"""View files: one SQLite file for each projection and version, with the last position in the same transaction.

Knows SQLite, versions and positions. Knows nothing of what a projection keeps.
"""

import hashlib
import sqlite3
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from tradeseal.kernel.files import sqlite_uri
from tradeseal.readmodels.facts import Fact

BESIDE = ".beside"
_TRACKING = "CREATE TABLE IF NOT EXISTS tracking (one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER, hash TEXT)"


class Projection(ABC):
    """What a view keeps. Raise `version` whenever the tables or the folding change: the file is then rebuilt."""

    name: str
    version: int
    tables: Sequence[str]

    @abstractmethod
    def apply(self, db: sqlite3.Connection, fact: Fact) -> None:
        """Fold one fact. Same facts, same rows: no clock, no randomness, no other source."""


class ViewFile:
    """A projection's file: written by the follower alone, read by anybody."""

    def __init__(self, folder: Path, projection: Projection, *, suffix: str = ".sqlite") -> None:
        self.projection = projection
        self._folder = folder
        self.path = folder / f"{projection.name}.v{projection.version}{suffix}"
        self._local = threading.local()
        self._generation = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._writer = self._open_writer()

    def position(self) -> tuple[int, str]:
        """The last folded position and its hash; (0, "") for an empty view."""
        row = self._writer.execute("SELECT position, hash FROM tracking").fetchone()
        return (row[0], row[1]) if row else (0, "")

    def fold(self, facts: Sequence[Fact]) -> None:
        """Fold all facts and move the position, or change nothing."""
        db = self._writer
        db.execute("BEGIN IMMEDIATE")
        try:
            for fact in facts:
                self.projection.apply(db, fact)
            db.execute(
                "INSERT INTO tracking VALUES (1, ?, ?) "
                "ON CONFLICT (one) DO UPDATE SET position = excluded.position, hash = excluded.hash",
                (facts[-1].position, facts[-1].hash),
            )
            db.execute("COMMIT")
        except BaseException:
            db.execute("ROLLBACK")
            raise

    def beside(self) -> "ViewFile":
        """An empty file of the same projection, next to this one."""
        _remove(self._folder / f"{self.projection.name}.v{self.projection.version}{BESIDE}")
        return ViewFile(self._folder, self.projection, suffix=BESIDE)

    def take(self, fresh: "ViewFile") -> None:
        """Put a file that was built beside in the place of this one; readers go over at their next question."""
        fresh._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # noqa: SLF001 - of the same class
        fresh.close()
        self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._writer.close()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        fresh.path.replace(self.path)
        self._writer = self._open_writer()
        self._generation += 1

    def digest(self) -> str:
        """SHA-256 over every row of every table, in the order of their keys."""
        total = hashlib.sha256()
        tables = self._writer.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (table,) in tables:
            total.update(f"\0{table}\0".encode())
            for row in self._writer.execute(f"SELECT * FROM {table}"):
                total.update(repr(row).encode())
        return "0x" + total.hexdigest()

    def remove(self) -> None:
        """Remove the file; close it first."""
        _remove(self.path)

    def discard(self) -> None:
        """Throw everything away: the view follows another log than this one, or is older than the log."""
        self._writer.close()
        _remove(self.path)
        self._writer = self._open_writer()
        self._generation += 1

    def remove_others(self) -> None:
        """Remove files of other versions of this projection, once this one has caught up."""
        for path in self._folder.glob(f"{self.projection.name}.v*.sqlite"):
            if path != self.path and not path.name.endswith(BESIDE):
                _remove(path)

    def reader(self) -> sqlite3.Connection:
        """This thread's read-only connection."""
        known = getattr(self._local, "reader", None)
        if known is None or known[0] != self._generation:
            connection = sqlite3.connect(sqlite_uri(self.path, "?mode=ro"), uri=True, isolation_level=None)
            connection.row_factory = sqlite3.Row
            known = (self._generation, connection)
            self._local.reader = known
        opened: sqlite3.Connection = known[1]
        return opened

    def close(self) -> None:
        """Close the writer."""
        self._writer.close()

    def _open_writer(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute(_TRACKING)
        for table in self.projection.tables:
            db.execute(table)
        return db


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
