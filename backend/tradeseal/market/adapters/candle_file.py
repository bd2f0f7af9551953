"""A file of downloaded candles: grown page by page, then written once as Parquet with where it came from.

While it grows it is a journal of whole rows beside its final name, so that a killed download goes on where it was.
Knows bytes and names. Knows nothing of exchanges.
"""

import hashlib
import json
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final, Self

from tradeseal import __version__
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import settle, take
from tradeseal.market.adapters.exchange import Row
from tradeseal.market.adapters.parquet import FILE_COLUMNS

METADATA: Final = b"tradeseal"
_ROW: Final = struct.Struct(">q5d")


@dataclass(frozen=True)
class Plan:
    """What a file is to hold; a download that was killed goes on only with the same."""

    exchange: str
    market: str
    symbol: str
    interval: str
    start: int

    @property
    def name(self) -> str:
        """EXCHANGE-PAIR-INTERVAL, what all the file's names begin with."""
        return f"{self.exchange}-{self.market.replace('-', '')}-{self.interval}"


@dataclass(frozen=True)
class Provenance:
    """Where the candles of a file came from; it stands in the file and beside it."""

    exchange: str
    market: str
    symbol: str
    interval: str
    host: str
    library: str
    fetched_at: int
    asked_from: int
    first_open: int
    last_open: int
    rows: int

    def to_json(self) -> dict[str, Any]:
        """Plain values; times as text."""
        times = ("fetched_at", "asked_from", "first_open", "last_open")
        said = {name: iso_utc(value) if name in times else value for name, value in asdict(self).items()}
        return said | {"written_by": f"tradeseal {__version__}"}


class GrowingFile:
    """The rows of one market so far; whoever holds it open is its only writer."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        """Go on with what is there, or begin; raises `Refused` where another span or another process is at it."""
        self.plan = plan
        self.path = folder / f"{plan.name}.parquet"
        self._journal = folder / f"{plan.name}.part"
        folder.mkdir(parents=True, exist_ok=True)
        self._file: IO[bytes] = self._journal.open("ab+")
        try:
            _lock(self._file, self._journal)
            self.rows = self._begun()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def append(self, rows: Sequence[Row]) -> None:
        """Keep a page; it is on the disk when this returns."""
        self._file.write(b"".join(_ROW.pack(*row) for row in rows))
        self._file.flush()
        os.fsync(self._file.fileno())
        self.rows.extend(rows)

    def finish(self, provenance: Provenance, notes: dict[str, Any]) -> None:
        """Write the Parquet file and its manifest, each at once, and forget the journal."""
        write_candles(self.path, self.rows, provenance)
        keep_beside(self.path, provenance, notes)
        self._journal.unlink()

    def is_finished(self) -> bool:
        """Whether the file itself already holds all these rows."""
        told = read_provenance(self.path) if self.path.exists() else None
        return told is not None and told["rows"] == len(self.rows)

    def forget(self) -> None:
        """Leave no journal of a download that brought nothing new."""
        self._journal.unlink(missing_ok=True)

    def _begun(self) -> list[Row]:
        self._file.seek(0)
        head = self._file.readline()
        rows = self._file.read()
        with suppress(ValueError, TypeError):
            if head.endswith(b"\n") and Plan(**json.loads(head)) == self.plan:
                whole = len(rows) // _ROW.size * _ROW.size
                self._file.truncate(len(head) + whole)
                return [Row(*values) for values in _ROW.iter_unpack(rows[:whole])]
        self._file.truncate(0)
        self._file.write(json.dumps(asdict(self.plan)).encode() + b"\n")
        finished = self._finished()
        self.rows = []
        self.append(finished)
        return finished

    def _finished(self) -> list[Row]:
        """The rows of a finished file that this download only makes longer."""
        if not self.path.exists():
            return []
        told = read_provenance(self.path)
        same = told is not None and (told["symbol"], told["asked_from"]) == (self.plan.symbol, iso_utc(self.plan.start))
        if not same:
            raise Refused(
                "FILE_EXISTS",
                f"{self.path} holds another span. Choose another folder with --out, or move the file away.",
                file=str(self.path), asked_from=iso_utc(self.plan.start), holds=told,
            )  # fmt: skip
        return read_candles(self.path)


def write_candles(path: Path, rows: Sequence[Row], provenance: Provenance) -> None:
    """Candles as Parquet, compressed, with their provenance in the file's metadata."""
    import pyarrow as pa  # noqa: PLC0415 - 0.3 s
    import pyarrow.parquet as pq  # noqa: PLC0415

    times, *numbers = zip(*rows, strict=True)
    columns = [pa.array([time * 1000 for time in times], pa.int64()), *(pa.array(one, pa.float64()) for one in numbers)]
    told = {METADATA: json.dumps(provenance.to_json()).encode()}
    table = pa.table(columns, schema=pa.schema([(n, c.type) for n, c in zip(FILE_COLUMNS, columns, strict=True)]))
    draft = path.with_suffix(".draft")
    pq.write_table(table.replace_schema_metadata(told), draft, compression="zstd")
    _settle(draft, path)


def keep_beside(path: Path, provenance: Provenance, notes: dict[str, Any]) -> None:
    """The manifest of a file: its provenance, its hash, and what was noticed."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    text = json.dumps(provenance.to_json() | {"file": path.name, "sha256": digest} | notes, indent=2)
    draft = path.with_suffix(".json.draft")
    draft.write_text(text + "\n")
    _settle(draft, path.with_suffix(".json"))


def read_candles(path: Path) -> list[Row]:
    """The rows of a file that was downloaded."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    columns = [column.to_pylist() for column in pq.read_table(path, columns=list(FILE_COLUMNS)).columns]
    return [Row(time // 1000, *numbers) for time, *numbers in zip(*columns, strict=True)]


def read_provenance(path: Path) -> dict[str, Any] | None:
    """Where a file came from; None where it does not say, or does not read."""
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        told = (pq.read_schema(path).metadata or {}).get(METADATA)
        return None if told is None else dict(json.loads(told))
    except (pa.ArrowException, OSError, ValueError):
        return None


def _settle(draft: Path, path: Path) -> None:
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    settle(draft, path)


def _lock(file: IO[bytes], path: Path) -> None:
    if not take(file):
        raise Refused("DOWNLOAD_RUNS", f"Another download is writing {path.stem}.", file=str(path))
