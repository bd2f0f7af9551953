"""Paging: filters, and pages in the order of a table's key.

Knows that each listed table has a covering index `<table>_list` that begins with its key: a filter is decided inside
that index, whole rows are read for one page only, and any filter costs the same. Knows nothing of what the rows mean.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Filter:
    """Which rows; None takes all. Times are UTC seconds of the data's clock, both ends included."""

    market: str | None = None
    side: str | None = None
    kind: str | None = None
    outcome: str | None = None
    rule: str | None = None
    since: int | None = None
    until: int | None = None

    def where(self) -> tuple[str, list[Any]]:
        """The condition and its arguments."""
        parts, values = ["1"], []
        for condition, value in (
            ("market = ?", self.market),
            ("side = ?", self.side),
            ("kind = ?", self.kind),
            ("outcome = ?", self.outcome),
            ("observed_at >= ?", self.since),
            ("observed_at <= ?", self.until),
            ("seq IN (SELECT seq FROM rejections WHERE rule = ?)", self.rule),
        ):
            if value is not None:
                parts.append(condition)
                values.append(value)
        return " AND ".join(parts), values


@dataclass(frozen=True)
class Page:
    """Some rows, and where the next ones begin (None: there are no more), and how many match in all."""

    rows: Sequence[Row]
    next: int | None
    total: int


@dataclass(frozen=True)
class Table:
    """A table with its key and its covering index."""

    name: str
    key: str

    def total(self, db: sqlite3.Connection, chosen: Filter) -> int:
        """How many rows match."""
        where, values = chosen.where()
        (count,) = db.execute(f"SELECT count(*) FROM {self._listed} WHERE {where}", values).fetchone()
        return int(count)

    def newest(
        self, db: sqlite3.Connection, chosen: Filter, before: int | None, limit: int
    ) -> tuple[list[Row], int | None]:
        """Rows in front of `before`, newest first, and where the next page begins."""
        return self._rows(db, chosen, before, limit, newest=True)

    def oldest(
        self, db: sqlite3.Connection, chosen: Filter, after: int | None, limit: int
    ) -> tuple[list[Row], int | None]:
        """Rows behind `after`, oldest first, and where the next page begins."""
        return self._rows(db, chosen, after, limit, newest=False)

    @property
    def _listed(self) -> str:
        return f"{self.name} INDEXED BY {self.name}_list"

    def _rows(
        self, db: sqlite3.Connection, chosen: Filter, bound: int | None, limit: int, *, newest: bool
    ) -> tuple[list[Row], int | None]:
        compare, order = ("<", "DESC") if newest else (">", "ASC")
        where, values = chosen.where()
        if bound is not None:
            where, values = f"{where} AND {self.key} {compare} ?", [*values, bound]
        found = db.execute(
            f"SELECT {self.key} FROM {self._listed} WHERE {where} ORDER BY {self.key} {order} LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
        keys = [row[0] for row in found[:limit]]
        marks = ",".join("?" * len(keys))
        rows = db.execute(f"SELECT * FROM {self.name} WHERE {self.key} IN ({marks}) ORDER BY {self.key} {order}", keys)
        return [dict(row) for row in rows], keys[-1] if len(found) > limit else None


def index_of(table: str, *columns: str) -> str:
    """The covering index of a listed table; the first column is its key."""
    return f"CREATE INDEX IF NOT EXISTS {table}_list ON {table} ({', '.join(columns)})"
