"""Queries: what can be asked of the views, answered as plain rows.

Knows the views' tables. Knows nothing of HTTP or of how an answer is shown.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.ledger.published import EventLog
from tradeseal.readmodels.answers import Results, evenly
from tradeseal.readmodels.facts import Fact, decoded
from tradeseal.readmodels.follower import Poisoned
from tradeseal.readmodels.view import ViewFile

Row = dict[str, Any]


@dataclass(frozen=True)
class CycleFilter:
    """Which cycles; None takes all. Times are UTC seconds of the data's clock, both ends included."""

    market: str | None = None
    side: str | None = None
    kind: str | None = None
    outcome: str | None = None
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


class Queries:
    """Reads the views; every thread by its own read-only connection.

    `poisoned` names the event at which the views stopped; what is read is then older than the log.
    """

    def __init__(
        self,
        *,
        cycles: ViewFile,
        records: ViewFile,
        book: ViewFile,
        results: ViewFile,
        log: EventLog,
        poisoned: Callable[[], Poisoned | None] = lambda: None,
    ) -> None:
        self.poisoned = poisoned
        self._cycles = cycles
        self._records = records
        self._book = book
        self._log = log
        self.results = Results(results)

    # Cycles

    def cycles(self, chosen: CycleFilter, *, before: int | None = None, limit: int = 50) -> Page:
        """Cycles, newest first."""
        where, values = chosen.where()
        db = self._cycles.reader()
        (total,) = db.execute(f"SELECT count(*) FROM cycles WHERE {where}", values).fetchone()
        rows, following = _newest(db, "cycles", "seq", where, values, before, limit)
        return Page(self._with_steps(rows), following, total)

    def cycle(self, cycle_id: str) -> Row | None:
        """One cycle with its steps."""
        row = self._cycles.reader().execute("SELECT * FROM cycles WHERE id = ?", (cycle_id,)).fetchone()
        return self._with_steps([dict(row)])[0] if row else None

    def cycle_when_known(self, cycle_id: str, *, timeout_s: float = 2.0) -> Row | None:
        """One cycle as of everything that is in the log now: waits for the views, but not for ever."""
        last, deadline = self._log.last()[0], monotonic_s() + timeout_s
        while self.position() < last and monotonic_s() < deadline:
            sleep_s(0.005)
        return self.cycle(cycle_id)

    def recent_signals(self, limit: int) -> list[Row]:
        """The newest cycles with their steps."""
        rows = self._cycles.reader().execute("SELECT * FROM cycles ORDER BY seq DESC LIMIT ?", (limit,))
        return self._with_steps([dict(row) for row in rows])

    def recent_rejections(self, limit: int) -> list[Row]:
        """The newest cycles that the contract rejected."""
        rows = self._cycles.reader().execute(
            "SELECT * FROM cycles WHERE outcome = 'REJECTED' ORDER BY seq DESC LIMIT ?", (limit,)
        )
        return self._with_steps([dict(row) for row in rows])

    def verifications(self, *, market: str | None, outcome: str | None, before: int | None, limit: int) -> Page:
        """The oracle's verdicts, newest first."""
        where, values = _equal(market=market, outcome=outcome)
        db = self._cycles.reader()
        (total,) = db.execute(f"SELECT count(*) FROM verifications WHERE {where}", values).fetchone()
        rows, following = _newest(db, "verifications", "position", where, values, before, limit)
        return Page(rows, following, total)

    def counters(self) -> dict[str, int]:
        """What was counted, by name; `rejected:RULE-01` and so on by rule."""
        return dict(self._cycles.reader().execute("SELECT name, value FROM counters").fetchall())

    # Records

    def records(
        self, *, after: int | None, before: int | None, market: str | None, kind: str | None, limit: int
    ) -> Page:
        """Records; behind `after` oldest first, else newest first."""
        where, values = _equal(market=market, kind=kind)
        db = self._records.reader()
        (total,) = db.execute(f"SELECT count(*) FROM records WHERE {where}", values).fetchone()
        if after is None:
            rows, following = _newest(db, "records", "seq", where, values, before, limit)
        else:
            found = db.execute(
                f"SELECT * FROM records WHERE {where} AND seq > ? ORDER BY seq LIMIT ?", (*values, after, limit + 1)
            ).fetchall()
            rows = [dict(row) for row in found[:limit]]
            following = rows[-1]["seq"] if len(found) > limit else None
        return Page([self._with_previous(db, row) for row in rows], following, total)

    def records_of(self, cycle_id: str) -> list[Row]:
        """The records of one cycle."""
        db = self._records.reader()
        rows = db.execute("SELECT * FROM records WHERE cycle = ? ORDER BY seq", (cycle_id,)).fetchall()
        return [self._with_previous(db, dict(row)) for row in rows]

    def transactions_of(self, cycle_id: str) -> list[Row]:
        """The transactions of one cycle, in order."""
        rows = self._records.reader().execute(
            "SELECT * FROM transactions WHERE cycle = ? ORDER BY position", (cycle_id,)
        )
        return [dict(row) for row in rows]

    def last_record(self) -> Row | None:
        """The newest record."""
        row = self._records.reader().execute("SELECT * FROM records ORDER BY seq DESC LIMIT 1").fetchone()
        return dict(row) if row else None

    # The book

    def positions(self) -> list[Row]:
        """What is held, with the barriers of the latest entry."""
        return [dict(row) for row in self._book.reader().execute("SELECT * FROM positions ORDER BY market")]

    def fills(self, market: str, since: int, until: int) -> list[Row]:
        """Fills of one market inside a span, oldest first, at most the last 1,000."""
        rows = self._book.reader().execute(
            "SELECT fills.*, CASE side WHEN 2 THEN coalesce(reason, 'SIGNAL') END AS reason "
            "FROM fills LEFT JOIN reasons USING (cycle) WHERE market = ? AND observed_at BETWEEN ? AND ? "
            "ORDER BY observed_at DESC, position DESC LIMIT 1000",
            (market, since, until),
        )
        return [dict(row) for row in rows][::-1]

    def fill_of(self, cycle_id: str) -> Row | None:
        """The fill of a cycle."""
        row = self._book.reader().execute("SELECT * FROM fills WHERE cycle = ? LIMIT 1", (cycle_id,)).fetchone()
        return dict(row) if row else None

    def barriers_of(self, cycle_id: str) -> Row | None:
        """Where the position of an entry is closed; None until it was filled."""
        row = (
            self._book.reader()
            .execute("SELECT * FROM barriers WHERE cycle = ? AND stop_e8 IS NOT NULL", (cycle_id,))
            .fetchone()
        )
        return dict(row) if row else None

    def equity(self, points: int) -> list[Row]:
        """The equity curve thinned evenly to at most `points`; the first and the last are always in."""
        db = self._book.reader()
        (last,) = db.execute("SELECT coalesce(max(n), 0) FROM equity").fetchone()
        chosen = evenly(last, points)
        rows: list[Row] = []
        for start in range(0, len(chosen), 500):
            part = chosen[start : start + 500]
            marks = ",".join("?" * len(part))
            rows += [dict(r) for r in db.execute(f"SELECT * FROM equity WHERE n IN ({marks}) ORDER BY n", part)]
        return rows

    def equity_after(self, close_time: int, limit: int) -> list[Row]:
        """The newest points behind a time, oldest first."""
        rows = self._book.reader().execute(
            "SELECT * FROM equity WHERE n > (SELECT coalesce(max(n), 0) - ? FROM equity) AND close_time > ? ORDER BY n",
            (limit, close_time),
        )
        return [dict(row) for row in rows]

    def realised_total_e8(self) -> int:
        """All realised profit and loss."""
        rows = self._book.reader().execute("SELECT realised_e8 FROM days")
        return sum(int(row[0]) for row in rows)

    def days(self) -> list[Row]:
        """All days, oldest first."""
        return [dict(row) for row in self._book.reader().execute("SELECT * FROM days ORDER BY day")]

    def setting(self, name: str) -> Any:
        """A setting or fact of the portfolio: `book`, `marks`, `paused`, `mode:BTC-USDT`; None when unknown."""
        row = self._book.reader().execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return json.loads(row[0]) if row else None

    # The log

    def events(self, after: int, limit: int) -> list[Fact]:
        """Events behind a position, straight from the log."""
        return [decoded(stored) for stored in self._log.read(after, limit)]

    def events_of(self, stream: str) -> list[Fact]:
        """All events of one stream."""
        return [decoded(stored) for stored in self._log.stream(UUID(stream))]

    def last_event(self) -> tuple[int, str]:
        """Position and hash of the newest event."""
        position, digest = self._log.last()
        return position, "0x" + digest.hex()

    def position(self) -> int:
        """The last position that every view has folded."""
        folded = [
            v.reader().execute("SELECT coalesce(max(position), 0) FROM tracking").fetchone()[0]
            for v in (self._cycles, self._records, self._book)
        ]
        return min(*folded, self.results.position())

    def _with_steps(self, rows: list[Row]) -> list[Row]:
        if not rows:
            return rows
        marks = ",".join("?" * len(rows))
        steps: dict[str, list[Row]] = {row["id"]: [] for row in rows}
        for step in self._cycles.reader().execute(
            f"SELECT * FROM steps WHERE cycle IN ({marks}) ORDER BY cycle, step", list(steps)
        ):
            steps[step["cycle"]].append(dict(step))
        return [row | {"steps": steps[row["id"]]} for row in rows]

    def _with_previous(self, db: sqlite3.Connection, row: Row) -> Row:
        if row["previous"] is None:
            before = db.execute("SELECT hash FROM records WHERE seq = ?", (row["seq"] - 1,)).fetchone()
            row["previous"] = before[0] if before else None
        return row


def _newest(  # noqa: PLR0917
    db: sqlite3.Connection, table: str, key: str, where: str, values: list[Any], before: int | None, limit: int
) -> tuple[list[Row], int | None]:
    bound = "" if before is None else f" AND {key} < ?"
    found = db.execute(
        f"SELECT * FROM {table} WHERE {where}{bound} ORDER BY {key} DESC LIMIT ?",
        (*values, *([] if before is None else [before]), limit + 1),
    ).fetchall()
    rows = [dict(row) for row in found[:limit]]
    return rows, rows[-1][key] if len(found) > limit else None


def _equal(**values: str | None) -> tuple[str, list[Any]]:
    given = {name: value for name, value in values.items() if value is not None}
    return " AND ".join(["1", *(f"{name} = ?" for name in given)]), list(given.values())
