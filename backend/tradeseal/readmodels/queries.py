"""Queries: what can be asked of the views, answered as plain rows.

Knows the views' tables. Knows nothing of HTTP or of how an answer is shown.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.ledger.published import EventLog, MerkleProof, inclusion_proof
from tradeseal.readmodels.answers import Results, evenly
from tradeseal.readmodels.facts import Fact, decoded, stored_us
from tradeseal.readmodels.follower import Poisoned
from tradeseal.readmodels.paging import Filter, Page, Row, Table
from tradeseal.readmodels.view import ViewFile

SCANNED = 20_000
Batch = tuple[list[Row], int | None]

_CYCLES = Table("cycles", "seq")
_VERIFICATIONS = Table("verifications", "position")
_RECORDS = Table("records", "seq")
_FILLS = Table("fills", "position")
_ALL = Filter()


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

    def cycles(self, chosen: Filter = _ALL, *, before: int | None = None, limit: int = 50) -> Page:
        """Cycles, newest first."""
        db = self._cycles.reader()
        rows, following = _CYCLES.newest(db, chosen, before, limit)
        return Page(self._with_steps(rows), following, _CYCLES.total(db, chosen))

    def cycles_after(self, chosen: Filter, *, after: int | None, limit: int) -> Batch:
        """Cycles, oldest first."""
        rows, following = _CYCLES.oldest(self._cycles.reader(), chosen, after, limit)
        return self._with_steps(rows), following

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

    def verifications(self, chosen: Filter = _ALL, *, before: int | None = None, limit: int = 50) -> Page:
        """The oracle's verdicts, newest first."""
        db = self._cycles.reader()
        return Page(*_VERIFICATIONS.newest(db, chosen, before, limit), _VERIFICATIONS.total(db, chosen))

    def verifications_after(self, chosen: Filter, *, after: int | None, limit: int) -> Batch:
        """The oracle's verdicts, oldest first."""
        return _VERIFICATIONS.oldest(self._cycles.reader(), chosen, after, limit)

    def counters(self) -> dict[str, int]:
        """What was counted, by name; `rejected:RULE-01` and so on by rule."""
        return dict(self._cycles.reader().execute("SELECT name, value FROM counters").fetchall())

    # Records

    def records(
        self, chosen: Filter = _ALL, *, after: int | None = None, before: int | None = None, limit: int = 50
    ) -> Page:
        """Records; behind `after` oldest first, else newest first."""
        db = self._records.reader()
        if after is None:
            rows, following = _RECORDS.newest(db, chosen, before, limit)
        else:
            rows, following = _RECORDS.oldest(db, chosen, after, limit)
        return Page([self._with_previous(db, row) for row in rows], following, _RECORDS.total(db, chosen))

    def records_after(self, chosen: Filter, *, after: int | None, limit: int) -> Batch:
        """Records, oldest first."""
        db = self._records.reader()
        rows, following = _RECORDS.oldest(db, chosen, after, limit)
        return [self._with_previous(db, row) for row in rows], following

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

    def fills_after(self, chosen: Filter, *, after: int | None, limit: int) -> Batch:
        """Fills, oldest first, each with its record's hash and the venue's order id."""
        rows, following = _FILLS.oldest(self._book.reader(), chosen, after, limit)
        hashes = _known(
            self._records.reader(), "SELECT seq, hash FROM records WHERE seq IN", [r["record_seq"] for r in rows]
        )
        orders = _known(
            self._cycles.reader(),
            "SELECT cycle, detail FROM steps WHERE step = 5 AND cycle IN",
            [r["cycle"] for r in rows],
        )
        return [
            row | {"record_hash": hashes.get(row["record_seq"]), "order_id": orders.get(row["cycle"])} for row in rows
        ], following

    def fills_newest(self, limit: int) -> list[Row]:
        """The newest fills."""
        return _FILLS.newest(self._book.reader(), _ALL, None, limit)[0]

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

    def portfolio_at(self, position: int) -> Row | None:
        """Cash, holdings, realised profit and the last bar's equity as of a position; None before the book was opened.

        Every fill keeps the balances after it, so that any moment is read, not folded.
        """
        db = self._book.reader()
        bar = db.execute(
            "SELECT close_time, equity_e8 FROM equity WHERE position <= ? ORDER BY position DESC LIMIT 1", (position,)
        ).fetchone()
        if bar is None:
            return None
        cash = db.execute(
            "SELECT cash_after_e8 FROM (SELECT position, cash_after_e8 FROM fills UNION ALL SELECT * FROM flows) "
            "WHERE position <= ? ORDER BY position DESC LIMIT 1",
            (position,),
        ).fetchone()
        realised = db.execute("SELECT realised_e8 FROM fills WHERE side = 2 AND position <= ?", (position,))
        return {
            "position": position,
            "cash_e8": cash[0],
            "holdings": [
                row for market in self.setting("book")["markets"] if (row := self._held(db, market, position))
            ],
            "realised_e8": str(sum(int(row[0]) for row in realised)),
            "close_time": bar["close_time"],
            "equity_e8": bar["equity_e8"],
        }

    @staticmethod
    def _held(db: sqlite3.Connection, market: str, position: int) -> Row | None:
        row = db.execute(
            "SELECT market, quantity_after_e8, cost_after_e8 FROM fills WHERE market = ? AND position <= ? "
            "ORDER BY position DESC LIMIT 1",
            (market, position),
        ).fetchone()
        return dict(row) if row is not None and int(row["quantity_after_e8"]) else None

    def event(self, position: int) -> Fact | None:
        """The event at a position; None where there is none."""
        found = self._log.read(position - 1, 1) if position > 0 else []
        return decoded(found[0]) if found and found[0].position == position else None

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

    def events_chosen(
        self, *, after: int, limit: int, topic: str | None = None, until: int | None = None
    ) -> tuple[list[Fact], int | None]:
        """Events of one topic behind a position, and where to go on; looks at `SCANNED` events at most.

        A rare topic so gives short pages, or empty ones that still lead on: the log has no index but its order.
        """
        last = self._log.last()[0]
        end = last if until is None else min(until, last)
        seen = min(end, after + (limit if topic is None else SCANNED))
        if topic is None:
            stored = self._log.read(after, max(seen - after, 0))
        else:
            stored = self._log.chosen(topic, after, seen, limit)
        reached = stored[-1].position if len(stored) == limit else seen
        return [decoded(each) for each in stored], reached if reached < end else None

    def anchor_of(self, position: int) -> Fact | None:
        """The anchor whose root stands for an event; None for one that no anchor covers yet.

        The next anchor behind an event may lie too early: an anchor's own events are leaves of the one after it.
        """
        found = self._log.chosen("SignalLog.LogAnchored", position, self._log.last()[0], 2)
        return next((fact for fact in map(decoded, found) if fact.data["position"] >= position), None)

    def proof_of(self, position: int, anchor: Fact) -> tuple[str, MerkleProof]:
        """An event's hash, and the way from it to the root of its anchor."""
        first = anchor.data["previous_position"]
        hashes = self._log.hashes(first, anchor.data["position"])
        index = position - first - 1
        return "0x" + hashes[index].hex(), inclusion_proof(hashes, index)

    def hash_before(self, position: int) -> str | None:
        """The hash that the event at a position covers; None for the first."""
        found = self._log.read(position - 2, 1) if position > 1 else []
        return "0x" + found[0].hash.hex() if found else None

    def position_before(self, moment_us: int) -> int:
        """The last position whose event came about before a moment on the wall clock: by halving the log."""
        low, high = 0, self._log.last()[0]
        while low < high:
            middle = (low + high + 1) // 2
            (stored,) = self._log.read(middle - 1, 1)
            stamp = stored_us(decoded(stored))
            low, high = (middle, high) if stamp is None or stamp < moment_us else (low, middle - 1)
        return low

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


def _known(db: sqlite3.Connection, select: str, keys: list[Any]) -> dict[Any, Any]:
    """A second column by the first."""
    return dict(db.execute(f"{select} ({','.join('?' * len(keys))})", keys).fetchall())
