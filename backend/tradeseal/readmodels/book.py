"""The book over time: fills, open positions, days, equity beside buy-and-hold, and how the portfolio was set.

Knows the topics of `TradingDay`, `Portfolio` and the ends of bars. Knows nothing of verdicts.
"""

import json
import sqlite3

from tradeseal.kernel.money import price_with_spread_down, price_with_spread_up
from tradeseal.readmodels.facts import EXIT_REASONS, Fact, handlers_of
from tradeseal.readmodels.paging import index_of
from tradeseal.readmodels.view import Projection

_FILLS = """CREATE TABLE IF NOT EXISTS fills (
    position INTEGER PRIMARY KEY, record_seq INTEGER NOT NULL, cycle TEXT NOT NULL, market TEXT NOT NULL,
    side INTEGER NOT NULL, quantity_e8 TEXT NOT NULL, price_e8 TEXT NOT NULL, notional_e8 TEXT NOT NULL,
    fee_e8 TEXT NOT NULL, realised_e8 TEXT NOT NULL, cash_after_e8 TEXT NOT NULL, quantity_after_e8 TEXT NOT NULL,
    cost_after_e8 TEXT NOT NULL, cost_taken_e8 TEXT NOT NULL, observed_at INTEGER NOT NULL)"""
_POSITIONS = """CREATE TABLE IF NOT EXISTS positions (
    market TEXT PRIMARY KEY, quantity_e8 TEXT NOT NULL, cost_e8 TEXT NOT NULL, opened_at INTEGER NOT NULL,
    opening_cycle TEXT NOT NULL, entry_price_e8 TEXT NOT NULL, stop_e8 TEXT, target_e8 TEXT, time_limit INTEGER)"""
_BARRIERS = """CREATE TABLE IF NOT EXISTS barriers (
    cycle TEXT PRIMARY KEY, take_profit_bps INTEGER NOT NULL, stop_loss_bps INTEGER NOT NULL,
    horizon_s INTEGER NOT NULL, stop_e8 TEXT, target_e8 TEXT, time_limit INTEGER) WITHOUT ROWID"""
_REASONS = "CREATE TABLE IF NOT EXISTS reasons (cycle TEXT PRIMARY KEY, reason TEXT NOT NULL) WITHOUT ROWID"
_DAYS = """CREATE TABLE IF NOT EXISTS days (
    day INTEGER PRIMARY KEY, opening_e8 TEXT NOT NULL, closing_e8 TEXT, fills INTEGER NOT NULL,
    realised_e8 TEXT NOT NULL, latched INTEGER NOT NULL)"""
_EQUITY = """CREATE TABLE IF NOT EXISTS equity (
    n INTEGER PRIMARY KEY, close_time INTEGER NOT NULL, equity_e8 TEXT NOT NULL, low_e8 TEXT NOT NULL,
    hold_e8 TEXT NOT NULL, position INTEGER NOT NULL)"""
_FLOWS = "CREATE TABLE IF NOT EXISTS flows (position INTEGER PRIMARY KEY, cash_after_e8 TEXT NOT NULL)"
_SETTINGS = "CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


class BookProjection(Projection):
    """One book's money over time."""

    name = "book"
    version = 5
    tables = (
        _FILLS,
        "CREATE INDEX IF NOT EXISTS fills_market ON fills (market, observed_at)",
        index_of("fills", "position", "market", "side", "observed_at"),
        "CREATE INDEX IF NOT EXISTS fills_cycle ON fills (cycle)",
        _POSITIONS,
        _BARRIERS,
        _REASONS,
        _DAYS,
        _EQUITY,
        "CREATE INDEX IF NOT EXISTS equity_position ON equity (position)",
        _FLOWS,
        _SETTINGS,
    )

    def apply(self, db: sqlite3.Connection, fact: Fact) -> None:
        handler = _HANDLERS.get(fact.topic)
        if handler is not None:
            handler(db, fact)


def _book_opened(db: sqlite3.Connection, fact: Fact) -> None:
    _set(db, "book", fact.data)
    db.execute(
        "INSERT INTO equity (close_time, equity_e8, low_e8, hold_e8, position) VALUES (?, ?, ?, ?, ?)",
        (fact.data["start"], *[str(fact.data["cash_e8"])] * 3, fact.position),
    )
    db.execute("INSERT INTO flows VALUES (?, ?)", (fact.position, str(fact.data["cash_e8"])))


def _noted(db: sqlite3.Connection, fact: Fact) -> None:
    """A flow changes cash without a fill; the one before the first marks is the initial balance itself."""
    values = fact.data["values"]
    if fact.data["name"] == "FlowBooked" and int(values["observedAt"]) > 0 and "cashAfter" in values:
        db.execute("INSERT INTO flows VALUES (?, ?)", (fact.position, str(values["cashAfter"])))


def _mode(db: sqlite3.Connection, fact: Fact) -> None:
    _set(db, f"mode:{fact.data['market']}", fact.data["mode"])


def _paused(db: sqlite3.Connection, _: Fact) -> None:
    _set(db, "paused", True)


def _resumed(db: sqlite3.Connection, _: Fact) -> None:
    _set(db, "paused", False)


def _generated(db: sqlite3.Connection, fact: Fact) -> None:
    s = fact.data["signal"]
    if s["side"] == 1:
        db.execute(
            "INSERT INTO barriers VALUES (?, ?, ?, ?, NULL, NULL, NULL)",
            (fact.stream, s["take_profit_bps"], s["stop_loss_bps"], s["horizon_seconds"]),
        )


def _exit_requested(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("INSERT INTO reasons VALUES (?, ?)", (fact.stream, EXIT_REASONS[fact.data["reason"]]))


def _day_opened(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    db.execute("INSERT INTO days VALUES (?, ?, NULL, 0, '0', 0)", (d["day"], str(d["opening_equity_e8"])))
    _set(db, f"day:{fact.stream}", d["day"])


def _day_settled(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("UPDATE days SET closing_e8 = ? WHERE day = ?", (str(fact.data["closing_equity_e8"]), _day_of(db, fact)))
    db.execute("DELETE FROM settings WHERE name = ?", (f"day:{fact.stream}",))


def _day_latched(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("UPDATE days SET latched = 1 WHERE day = ?", (_day_of(db, fact),))


def _fill(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    db.execute(
        "INSERT INTO fills VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            fact.position,
            d["record_seq"],
            d["cycle"],
            d["market"],
            d["side"],
            *[str(d[name]) for name in _AMOUNTS],
            d["observed_at"],
        ),
    )
    day = _day_of(db, fact)
    (realised,) = db.execute("SELECT realised_e8 FROM days WHERE day = ?", (day,)).fetchone()
    db.execute(
        "UPDATE days SET fills = fills + 1, realised_e8 = ? WHERE day = ?",
        (str(int(realised) + d["realised_e8"]), day),
    )
    _hold(db, fact)


def _hold(db: sqlite3.Connection, fact: Fact) -> None:
    """The position after a fill; the barriers are those of the latest entry."""
    d = fact.data
    if d["quantity_after_e8"] == 0:
        db.execute("DELETE FROM positions WHERE market = ?", (d["market"],))
        return
    quantity, cost = str(d["quantity_after_e8"]), str(d["cost_after_e8"])
    if d["side"] == 2:
        db.execute("UPDATE positions SET quantity_e8 = ?, cost_e8 = ? WHERE market = ?", (quantity, cost, d["market"]))
        return
    barriers = db.execute(
        "SELECT take_profit_bps, stop_loss_bps, horizon_s FROM barriers WHERE cycle = ?", (d["cycle"],)
    ).fetchone()
    stop = target = limit = None
    if barriers is not None:
        target = str(price_with_spread_up(d["price_e8"], barriers[0]))
        stop = str(price_with_spread_down(d["price_e8"], barriers[1]))
        limit = d["observed_at"] + barriers[2]
        db.execute(
            "UPDATE barriers SET stop_e8 = ?, target_e8 = ?, time_limit = ? WHERE cycle = ?",
            (stop, target, limit, d["cycle"]),
        )
    db.execute(
        "INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (market) DO UPDATE SET "
        "quantity_e8 = excluded.quantity_e8, cost_e8 = excluded.cost_e8, opening_cycle = excluded.opening_cycle, "
        "entry_price_e8 = excluded.entry_price_e8, stop_e8 = excluded.stop_e8, target_e8 = excluded.target_e8, "
        "time_limit = excluded.time_limit",
        (d["market"], quantity, cost, d["observed_at"], d["cycle"], str(d["price_e8"]), stop, target, limit),
    )


def _bar(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    db.execute(
        "INSERT INTO equity (close_time, equity_e8, low_e8, hold_e8, position) VALUES (?, ?, ?, ?, ?)",
        (d["close_time"], str(d["equity_e8"]), str(d["low_equity_e8"]), str(d["hold_equity_e8"]), fact.position),
    )


def _marks(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    kept = {name: d[name] for name in ("seq", "observed_at", "vector_hash", "block", "block_hash")}
    _set(db, "marks", {**kept, "stored_at": fact.stored_at})


_AMOUNTS = (
    "quantity_e8", "price_e8", "notional_e8", "fee_e8", "realised_e8", "cash_after_e8", "quantity_after_e8",
    "cost_after_e8", "cost_taken_e8",
)  # fmt: skip


def _day_of(db: sqlite3.Connection, fact: Fact) -> int:
    (day,) = db.execute("SELECT value FROM settings WHERE name = ?", (f"day:{fact.stream}",)).fetchone()
    return int(day)


def _set(db: sqlite3.Connection, name: str, value: object) -> None:
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))


_HANDLERS = handlers_of(
    [
        ("Portfolio.BookOpened", _book_opened),
        ("Portfolio.BookRecordNoted", _noted),
        ("Portfolio.MarketModeChanged", _mode),
        ("Portfolio.EntriesPaused", _paused),
        ("Portfolio.EntriesResumed", _resumed),
        ("TradeCycle.SignalGenerated", _generated),
        ("TradeCycle.ExitRequested", _exit_requested),
        ("TradingDay.DayOpened", _day_opened),
        ("TradingDay.FillBooked", _fill),
        ("TradingDay.DayLatched", _day_latched),
        ("TradingDay.DaySettled", _day_settled),
        ("SignalLog.BarFinished", _bar),
        ("SignalLog.MarksPosted", _marks),
    ]
)
