"""Results: what the book brought, folded so that asking costs the same at ten trades and at a hundred thousand.

Knows the topics of fills, bars, verdicts and of each step's time. Knows nothing of ratios: `performance` computes them.

A unit is the equity of one unit of the initial balance without flows: a deposit or withdrawal changes the number of
units, never their value, so that returns and drawdown of units are those of the trading alone.
"""

import sqlite3

from tradeseal.kernel.clock import iso_utc
from tradeseal.readmodels.facts import Fact, handlers_of, stored_us
from tradeseal.readmodels.performance import bucket_of
from tradeseal.readmodels.view import Projection

LATENCY_BASE = 1.02
DAY_S = 86_400

_BARS = """CREATE TABLE IF NOT EXISTS bars (
    n INTEGER PRIMARY KEY, close_time INTEGER NOT NULL, equity_e8 TEXT NOT NULL, low_e8 TEXT NOT NULL,
    hold_e8 TEXT NOT NULL, drawdown REAL NOT NULL, low_drawdown REAL NOT NULL)"""
_DAYS = """CREATE TABLE IF NOT EXISTS days (
    day INTEGER PRIMARY KEY, unit REAL NOT NULL, finished INTEGER NOT NULL)"""
_SALES = """CREATE TABLE IF NOT EXISTS sales (
    position INTEGER PRIMARY KEY, cycle TEXT NOT NULL, market TEXT NOT NULL, observed_at INTEGER NOT NULL,
    realised REAL NOT NULL, realised_e8 TEXT NOT NULL)"""
_TOTALS = """CREATE TABLE IF NOT EXISTS totals (
    kind TEXT NOT NULL, name TEXT NOT NULL, trades INTEGER NOT NULL, exits INTEGER NOT NULL, wins INTEGER NOT NULL,
    losses INTEGER NOT NULL, realised_e8 TEXT NOT NULL, fees_e8 TEXT NOT NULL, volume_e8 TEXT NOT NULL,
    profit_e8 TEXT NOT NULL, loss_e8 TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID"""
_COUNTS = "CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"
_STATE = "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value) WITHOUT ROWID"
_JOURNEYS = """CREATE TABLE IF NOT EXISTS journeys (
    cycle TEXT PRIMARY KEY, generated INTEGER, verified INTEGER, committed INTEGER, asked INTEGER, authorised INTEGER,
    filled INTEGER, recording INTEGER, recorded INTEGER) WITHOUT ROWID"""
_LATENCIES = """CREATE TABLE IF NOT EXISTS latencies (
    step TEXT NOT NULL, bucket INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (step, bucket)) WITHOUT ROWID"""


class ResultsProjection(Projection):
    """Curves, sums, counts and latencies of one book."""

    name = "results"
    version = 2
    tables = (
        _BARS,
        _DAYS,
        _SALES,
        "CREATE INDEX IF NOT EXISTS sales_realised ON sales (realised, position)",
        _TOTALS,
        _COUNTS,
        _STATE,
        _JOURNEYS,
        _LATENCIES,
    )

    def apply(self, db: sqlite3.Connection, fact: Fact) -> None:
        handler = _HANDLERS.get(fact.topic)
        if handler is not None:
            handler(db, fact)


# Money over time


def _book_opened(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    _set(db, "initial_e8", str(d["cash_e8"]))
    _set(db, "began", d["start"])
    _set(db, "interval_s", d["interval_s"])
    _set(db, "scale", 1.0)
    _set(db, "peak", 1.0)
    db.execute("INSERT INTO bars VALUES (1, ?, ?, ?, ?, 0, 0)", (d["start"], *[str(d["cash_e8"])] * 3))


def _bar(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    whole = int(str(_get(db, "initial_e8"))) * float(str(_get(db, "scale")))
    unit, low = d["equity_e8"] / whole, d["low_equity_e8"] / whole
    before = float(str(_get(db, "peak")))
    peak = max(before, unit)
    if peak > before:
        _set(db, "peak", peak)
    # The low of a bar may lie before its close: it is measured from the highest close before.
    values = (d["close_time"], str(d["equity_e8"]), str(d["low_equity_e8"]), str(d["hold_equity_e8"]))
    db.execute(
        "INSERT INTO bars (close_time, equity_e8, low_e8, hold_e8, drawdown, low_drawdown) VALUES (?, ?, ?, ?, ?, ?)",
        (*values, unit / peak - 1, min(low / before - 1, 0.0)),
    )
    _deepest(db, "deepest", unit / peak - 1, d["close_time"])
    _deepest(db, "deepest_low", min(low / before - 1, 0.0), d["close_time"])
    day = (d["close_time"] - 1) // DAY_S
    db.execute("UPDATE days SET finished = 1 WHERE finished = 0 AND day < ?", (day,))
    db.execute(
        "INSERT INTO days VALUES (?, ?, ?) "
        "ON CONFLICT (day) DO UPDATE SET unit = excluded.unit, finished = excluded.finished",
        (day, unit, int(d["close_time"] % DAY_S == 0)),
    )
    _set(db, "unit", unit)


def _deepest(db: sqlite3.Connection, name: str, depth: float, at: int) -> None:
    known = _get(db, name)
    if known is None or depth < float(str(known)):
        _set(db, name, depth)
        _set(db, f"{name}_at", at)


def _noted(db: sqlite3.Connection, fact: Fact) -> None:
    """A flow changes how many units there are: x' = x · (E + F) / E.

    The one before the first vector of marks (`observedAt` 0) is the initial balance itself.
    """
    if fact.data["name"] != "FlowBooked" or int(fact.data["values"]["observedAt"]) == 0:
        return
    (last,) = db.execute("SELECT equity_e8 FROM bars ORDER BY n DESC LIMIT 1").fetchone()
    equity, flow = int(last), int(fact.data["values"]["amount"])
    if equity > 0 and equity + flow > 0:
        _set(db, "scale", float(str(_get(db, "scale"))) * (equity + flow) / equity)


def _fill(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    # Midnight closes the old day, as the contract has it.
    month = iso_utc(d["observed_at"] - 1)[:7]
    for kind, name in (("book", ""), ("market", d["market"]), ("month", month)):
        _add(db, kind, name, d)
    if d["side"] == 2:
        db.execute(
            "INSERT INTO sales VALUES (?, ?, ?, ?, ?, ?)",
            (fact.position, d["cycle"], d["market"], d["observed_at"], d["realised_e8"] / 1e8, str(d["realised_e8"])),
        )


_SUMS = ("realised_e8", "fees_e8", "volume_e8", "profit_e8", "loss_e8")


def _add(db: sqlite3.Connection, kind: str, name: str, d: dict[str, int]) -> None:
    """Sums are exact: text of any length, added here."""
    sale = d["side"] == 2
    realised = d["realised_e8"] if sale else 0
    more = (realised, d["fee_e8"], d["notional_e8"], max(realised, 0), max(-realised, 0))
    counts = (1, int(sale), int(realised > 0), int(realised < 0))
    row = db.execute(
        f"SELECT trades, exits, wins, losses, {', '.join(_SUMS)} FROM totals WHERE kind = ? AND name = ?", (kind, name)
    ).fetchone()
    known = row or (0, 0, 0, 0, *["0"] * len(_SUMS))
    db.execute(
        "INSERT OR REPLACE INTO totals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            kind,
            name,
            *(old + new for old, new in zip(known[:4], counts, strict=True)),
            *(str(int(old) + new) for old, new in zip(known[4:], more, strict=True)),
        ),
    )


# Verdicts and the time of each step


def _generated(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("INSERT INTO journeys (cycle, generated) VALUES (?, ?)", (fact.stream, stored_us(fact)))


def _verified(db: sqlite3.Connection, fact: Fact) -> None:
    _count(db, "verified")
    _took(db, fact, "verify", since="generated", until="verified")


def _refused(db: sqlite3.Connection, fact: Fact) -> None:
    _count(db, "failed")
    _forget(db, fact)


def _committed(db: sqlite3.Connection, fact: Fact) -> None:
    _took(db, fact, "commit", since="verified", until="committed")


def _asked(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("INSERT OR IGNORE INTO journeys (cycle) VALUES (?)", (fact.stream,))
    _took(db, fact, "wait", since="committed", until="asked")


def _authorised(db: sqlite3.Connection, fact: Fact) -> None:
    _count(db, "tickets")
    if _of_a_signal(db, fact):
        _count(db, "authorised")
    _took(db, fact, "authorise", since="asked", until="authorised")


def _rejected(db: sqlite3.Connection, fact: Fact) -> None:
    _count(db, "rejected")
    for rule in fact.data["rules"]:
        _count(db, f"rejected:{rule}")
    _took(db, fact, "authorise", since="asked", until="authorised")
    _forget(db, fact)


def _skipped(db: sqlite3.Connection, fact: Fact) -> None:
    if fact.data["final"]:
        _forget(db, fact)


def _filled(db: sqlite3.Connection, fact: Fact) -> None:
    """A ticket filled in parts is one ticket filled; its first part is what its step took."""
    row = db.execute("SELECT filled FROM journeys WHERE cycle = ?", (fact.stream,)).fetchone()
    if row is not None and row[0] is None:
        _count(db, "filled")
        _took(db, fact, "execute", since="authorised", until="filled")


def _recording(db: sqlite3.Connection, fact: Fact) -> None:
    _took(db, fact, None, since="filled", until="recording")


def _recorded(db: sqlite3.Connection, fact: Fact) -> None:
    _took(db, fact, "record", since="recording", until="recorded")


def _released(db: sqlite3.Connection, fact: Fact) -> None:
    _forget(db, fact)


def _settled(db: sqlite3.Connection, fact: Fact) -> None:
    now = stored_us(fact)
    row = db.execute(
        "SELECT recorded, generated, committed, asked FROM journeys WHERE cycle = ?", (fact.stream,)
    ).fetchone()
    if row is not None and now is not None:
        recorded, generated, committed, asked = row
        _keep(db, "settle", recorded, now)
        if generated is not None and committed is not None and asked is not None:
            # From signal to settled, less the time that the data's clock waited for the next open.
            _keep(db, "cycle", asked - (committed - generated), now)
    _forget(db, fact)


def _of_a_signal(db: sqlite3.Connection, fact: Fact) -> bool:
    row = db.execute("SELECT generated FROM journeys WHERE cycle = ?", (fact.stream,)).fetchone()
    return row is not None and row[0] is not None


def _took(db: sqlite3.Connection, fact: Fact, step: str | None, *, since: str, until: str) -> None:
    """Note when a step ended, and how long it took if its beginning is known."""
    now = stored_us(fact)
    row = db.execute(f"SELECT {since} FROM journeys WHERE cycle = ?", (fact.stream,)).fetchone()
    if now is None or row is None:
        return
    if step is not None:
        _keep(db, step, row[0], now)
    db.execute(f"UPDATE journeys SET {until} = ? WHERE cycle = ?", (now, fact.stream))


def _keep(db: sqlite3.Connection, step: str, began: int | None, ended: int) -> None:
    if began is None:
        return
    db.execute(
        "INSERT INTO latencies VALUES (?, ?, 1) ON CONFLICT (step, bucket) DO UPDATE SET count = count + 1",
        (step, bucket_of(ended - began, base=LATENCY_BASE)),
    )


def _forget(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("DELETE FROM journeys WHERE cycle = ?", (fact.stream,))


def _count(db: sqlite3.Connection, name: str) -> None:
    db.execute("INSERT INTO counts VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1", (name,))


def _get(db: sqlite3.Connection, name: str) -> object:
    row = db.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
    return row[0] if row else None


def _set(db: sqlite3.Connection, name: str, value: object) -> None:
    db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))


_HANDLERS = handlers_of(
    [
        ("Portfolio.BookOpened", _book_opened),
        ("Portfolio.BookRecordNoted", _noted),
        ("SignalLog.BarFinished", _bar),
        ("TradingDay.FillBooked", _fill),
        ("TradeCycle.SignalGenerated", _generated),
        ("TradeCycle.SignalVerified", _verified),
        ("TradeCycle.SignalRefused", _refused),
        ("TradeCycle.SignalCommitted", _committed),
        ("TradeCycle.AuthorisationRequested", _asked),
        ("TradeCycle.TradeAuthorised", _authorised),
        ("TradeCycle.TradeRejected", _rejected),
        ("TradeCycle.OrderSkipped", _skipped),
        ("TradeCycle.OrderFilled", _filled),
        ("TradeCycle.RecordingRequested", _recording),
        ("TradeCycle.TradeRecorded", _recorded),
        ("TradeCycle.TicketReleased", _released),
        ("TradeCycle.TradeSettled", _settled),
    ]
)
