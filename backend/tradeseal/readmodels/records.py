"""Records: the contract's hash chain as the log noted it, one row for each record, with its block.

Knows which topics carry a record. Knows nothing of the chain itself: `verify` compares, this only shows.
"""

import json
import sqlite3
from typing import Any

from tradeseal.readmodels.facts import Fact, handlers_of
from tradeseal.readmodels.paging import index_of
from tradeseal.readmodels.view import Projection

_RECORDS = """CREATE TABLE IF NOT EXISTS records (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, market TEXT, cycle TEXT, hash TEXT NOT NULL, previous TEXT,
    tx TEXT, block INTEGER, block_hash TEXT, observed_at INTEGER, data TEXT NOT NULL, position INTEGER NOT NULL)"""
_CYCLES = """CREATE TABLE IF NOT EXISTS cycle_facts (
    cycle TEXT PRIMARY KEY, market TEXT NOT NULL, side INTEGER, facts TEXT NOT NULL) WITHOUT ROWID"""
_LAST_MINED = """CREATE TABLE IF NOT EXISTS last_mined (
    one INTEGER PRIMARY KEY CHECK (one = 1), tx TEXT NOT NULL, block INTEGER NOT NULL, block_hash TEXT NOT NULL,
    block_time INTEGER)"""
_REJECTIONS = "CREATE TABLE IF NOT EXISTS rejections (rule TEXT, seq INTEGER, PRIMARY KEY (rule, seq)) WITHOUT ROWID"
_SIGNED = "CREATE TABLE IF NOT EXISTS signed (tx TEXT PRIMARY KEY, block_time INTEGER NOT NULL) WITHOUT ROWID"
_TRANSACTIONS = """CREATE TABLE IF NOT EXISTS transactions (
    tx TEXT NOT NULL, cycle TEXT NOT NULL, purpose TEXT NOT NULL, block INTEGER, block_hash TEXT, block_time INTEGER,
    position INTEGER NOT NULL, PRIMARY KEY (cycle, tx, purpose)) WITHOUT ROWID"""


class RecordsProjection(Projection):
    """The contract's records in their order, and the transactions of each cycle."""

    name = "records"
    version = 4
    tables = (
        _RECORDS,
        "CREATE INDEX IF NOT EXISTS records_cycle ON records (cycle)",
        index_of("records", "seq", "market", "kind", "observed_at"),
        _REJECTIONS,
        _CYCLES,
        _TRANSACTIONS,
        _LAST_MINED,
        _SIGNED,
    )

    def apply(self, db: sqlite3.Connection, fact: Fact) -> None:
        handler = _HANDLERS.get(fact.topic)
        if handler is not None:
            handler(db, fact)


def _opened(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("INSERT INTO cycle_facts VALUES (?, ?, NULL, '{}')", (fact.stream, fact.data["market"]))


def _committed(db: sqlite3.Connection, fact: Fact) -> None:
    _transaction(db, fact, "commit")


def _authorised(db: sqlite3.Connection, fact: Fact) -> None:
    ticket = fact.data["ticket"]
    db.execute("UPDATE cycle_facts SET side = ? WHERE cycle = ?", (ticket["side"], fact.stream))
    entry = ticket["side"] == 1
    _transaction(db, fact, "authorise" if entry else "exit")
    _record(db, fact, "entry" if entry else "exit", {name: _text(ticket[name]) for name in _TICKET})


def _rejected(db: sqlite3.Connection, fact: Fact) -> None:
    _transaction(db, fact, "authorise")
    failed = [check for check in fact.data["checks"] if check["failed"]]
    _record(db, fact, "rejection", {"rules": fact.data["rules"], "checks": failed})
    seq = fact.data["record_seq"]
    db.executemany("INSERT INTO rejections VALUES (?, ?)", [(rule, seq) for rule in fact.data["rules"]])


def _filled(db: sqlite3.Connection, fact: Fact) -> None:
    facts = {name: _text(fact.data[name]) for name in ("quantity_e8", "price_e8", "fee_e8")}
    db.execute("UPDATE cycle_facts SET facts = ? WHERE cycle = ?", (json.dumps(facts), fact.stream))


def _recorded(db: sqlite3.Connection, fact: Fact) -> None:
    side, facts = db.execute("SELECT side, facts FROM cycle_facts WHERE cycle = ?", (fact.stream,)).fetchone()
    _transaction(db, fact, "record")
    _record(db, fact, "sell fill" if side == 2 else "buy fill", json.loads(facts))


def _settled(db: sqlite3.Connection, fact: Fact) -> None:
    facts = {name: _text(fact.data[name]) for name in _BOOKING}
    db.execute(
        "UPDATE records SET data = ? WHERE cycle = ? AND kind IN ('buy fill', 'sell fill') "
        "AND seq = (SELECT max(seq) FROM records WHERE cycle = ?)",
        (json.dumps(facts), fact.stream, fact.stream),
    )
    db.execute("DELETE FROM cycle_facts WHERE cycle = ?", (fact.stream,))


def _released(db: sqlite3.Connection, fact: Fact) -> None:
    _transaction(db, fact, "release")
    _record(db, fact, "release", {"quantity_e8": _text(fact.data["quantity_e8"])})


def _day(db: sqlite3.Connection, fact: Fact) -> None:
    _book_record(db, fact, "day")


def _latch(db: sqlite3.Connection, fact: Fact) -> None:
    _book_record(db, fact, "latch")


def _noted(db: sqlite3.Connection, fact: Fact) -> None:
    _book_record(db, fact, _NOTED.get(fact.data["name"], fact.data["name"]))


def _signed(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("INSERT OR REPLACE INTO signed VALUES (?, ?)", (fact.data["transaction_hash"], fact.data["block_time"]))


def _mined(db: sqlite3.Connection, fact: Fact) -> None:
    """What a transaction did is stored right behind its block: days, latches and commitments do not repeat its time."""
    d = fact.data
    time = db.execute("SELECT block_time FROM signed WHERE tx = ?", (d["transaction_hash"],)).fetchone()
    db.execute("DELETE FROM signed WHERE tx = ?", (d["transaction_hash"],))
    if time is None:  # brought back after a reorganisation: what it did stands in another block now
        place = (d["block"], d["block_hash"], d["transaction_hash"])
        db.execute("UPDATE records SET block = ?, block_hash = ? WHERE tx = ?", place)
        db.execute("UPDATE transactions SET block = ?, block_hash = ? WHERE tx = ?", place)
    db.execute(
        "INSERT OR REPLACE INTO last_mined VALUES (1, ?, ?, ?, ?)",
        (d["transaction_hash"], d["block"], d["block_hash"], time[0] if time else None),
    )


def _replaced(db: sqlite3.Connection, fact: Fact) -> None:
    """The same at a higher fee, on a chain of others."""
    d = fact.data
    db.execute(
        "INSERT OR REPLACE INTO signed SELECT ?, block_time FROM signed WHERE tx = ?",
        (d["transaction_hash"], d["intended_hash"]),
    )


def _seen(db: sqlite3.Connection, fact: Fact) -> None:
    """The block's own time, where the chain's clock is not ours."""
    d = fact.data
    db.execute("UPDATE signed SET block_time = ? WHERE tx = ?", (d["block_time"], d["transaction_hash"]))


_TICKET = ("id", "side", "reason", "quantity_e8", "limit_price_e8", "mark_e8", "mark_seq", "fee_bps")
_BOOKING = (
    "side", "quantity_e8", "price_e8", "notional_e8", "fee_e8", "realised_pnl_e8", "cash_after_e8",
    "quantity_after_e8", "cost_after_e8",
)  # fmt: skip
_NOTED = {
    "BookStateChanged": "state",
    "LimitsChanged": "limits",
    "FlowBooked": "flow",
    "PeakReset": "peak",
    "DaySettled": "day",
    "DayLatched": "latch",
    "DrawdownLatched": "latch",
}


def _text(value: Any) -> str:
    return str(value)


def _record(db: sqlite3.Connection, fact: Fact, kind: str, data: dict[str, Any]) -> None:
    """A record of a cycle, with the block that its event names."""
    d = fact.data
    row = db.execute("SELECT market FROM cycle_facts WHERE cycle = ?", (fact.stream,)).fetchone()
    _insert(
        db,
        fact,
        kind,
        data,
        market=row[0] if row else None,
        cycle=fact.stream,
        block=(d["transaction_hash"], d["block"], d["block_hash"]),
        observed_at=d.get("observed_at"),
    )


def _book_record(db: sqlite3.Connection, fact: Fact, kind: str) -> None:
    """A record of no cycle, with the block of the transaction stored right before it."""
    values = dict(fact.data["values"])
    observed_at = fact.data.get("observed_at", values.get("observedAt"))
    mined = db.execute("SELECT tx, block, block_hash FROM last_mined").fetchone()
    _insert(
        db,
        fact,
        kind,
        values,
        market=None,
        cycle=None,
        block=mined or (None, None, None),
        observed_at=None if observed_at is None else int(observed_at),
    )


def _insert(
    db: sqlite3.Connection,
    fact: Fact,
    kind: str,
    data: dict[str, Any],
    *,
    market: str | None,
    cycle: str | None,
    block: tuple[str | None, int | None, str | None],
    observed_at: int | None,
) -> None:
    d = fact.data
    db.execute(
        "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            d["record_seq"],
            kind,
            market,
            cycle,
            d["record_hash"],
            d["previous_hash"],
            *block,
            observed_at,
            json.dumps(data),
            fact.position,
        ),
    )


def _transaction(db: sqlite3.Connection, fact: Fact, purpose: str) -> None:
    d = fact.data
    time = db.execute("SELECT block_time FROM last_mined WHERE tx = ?", (d["transaction_hash"],)).fetchone()
    db.execute(
        "INSERT OR REPLACE INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            d["transaction_hash"],
            fact.stream,
            purpose,
            d["block"],
            d["block_hash"],
            time[0] if time else d.get("observed_at"),
            fact.position,
        ),
    )


_HANDLERS = handlers_of(
    [
        ("TradeCycle.CycleOpened", _opened),
        ("TradeCycle.SignalCommitted", _committed),
        ("TradeCycle.TradeAuthorised", _authorised),
        ("TradeCycle.TradeRejected", _rejected),
        ("TradeCycle.OrderFilled", _filled),
        ("TradeCycle.TradeRecorded", _recorded),
        ("TradeCycle.TradeSettled", _settled),
        ("TradeCycle.TicketReleased", _released),
        ("TradeCycle.RestReleased", _released),
        ("TradingDay.DaySettled", _day),
        ("TradingDay.DayLatched", _latch),
        ("Portfolio.BookRecordNoted", _noted),
        ("ChainJournal.TransactionSigned", _signed),
        ("ChainJournal.TransactionReplaced", _replaced),
        ("ChainJournal.TransactionSeen", _seen),
        ("ChainJournal.TransactionMined", _mined),
    ]
)
