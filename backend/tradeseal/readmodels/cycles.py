"""Cycles: one row for the journey of each signal or exit, one row for each of its steps, and the counters.

Knows the topics of `TradeCycle` and `SignalLog`. Knows nothing of how a step is carried out.
"""

import json
import sqlite3
from typing import Any

from tradeseal.readmodels.facts import EXIT_REASONS, SIDES, Fact, handlers_of
from tradeseal.readmodels.paging import index_of
from tradeseal.readmodels.view import Projection

_CYCLES = """CREATE TABLE IF NOT EXISTS cycles (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, book TEXT NOT NULL, kind TEXT NOT NULL, market TEXT NOT NULL,
    side TEXT NOT NULL, observed_at INTEGER NOT NULL, stage TEXT NOT NULL, reason TEXT, who TEXT, opening_cycle TEXT,
    signal TEXT, opinion TEXT, checks TEXT, digest TEXT, candle_close INTEGER, expires_at INTEGER, approval TEXT,
    quantity_e8 TEXT, limit_price_e8 TEXT, mark_e8 TEXT, ticket TEXT,
    fill_quantity_e8 TEXT, fill_price_e8 TEXT, fee_e8 TEXT, notional_e8 TEXT, realised_e8 TEXT, equity_e8 TEXT,
    outcome TEXT, code TEXT, got TEXT, want TEXT, rules TEXT, failures TEXT,
    record_seq INTEGER, fill_record_seq INTEGER, closed_at INTEGER, changed INTEGER NOT NULL)"""
_STEPS = """CREATE TABLE IF NOT EXISTS steps (
    cycle TEXT NOT NULL, step INTEGER NOT NULL, state TEXT NOT NULL, stored_at TEXT, position INTEGER,
    tx TEXT, block INTEGER, block_hash TEXT, detail TEXT, PRIMARY KEY (cycle, step)) WITHOUT ROWID"""
_VERIFICATIONS = """CREATE TABLE IF NOT EXISTS verifications (
    position INTEGER PRIMARY KEY, cycle TEXT NOT NULL, market TEXT NOT NULL, side TEXT NOT NULL, outcome TEXT NOT NULL,
    observed_at INTEGER, digest TEXT, checks TEXT NOT NULL)"""
_REJECTIONS = "CREATE TABLE IF NOT EXISTS rejections (rule TEXT, seq INTEGER, PRIMARY KEY (rule, seq)) WITHOUT ROWID"
_COUNTERS = "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"


class CyclesProjection(Projection):
    """Cycles with their steps, the oracle's verifications and what was counted on the way."""

    name = "cycles"
    version = 2
    tables = (
        _CYCLES,
        index_of("cycles", "seq", "market", "side", "kind", "outcome", "observed_at"),
        "CREATE INDEX IF NOT EXISTS cycles_outcome ON cycles (outcome, seq)",
        _STEPS,
        _VERIFICATIONS,
        index_of("verifications", "position", "market", "side", "outcome", "observed_at"),
        _REJECTIONS,
        _COUNTERS,
    )

    def apply(self, db: sqlite3.Connection, fact: Fact) -> None:
        handler = _HANDLERS.get(fact.topic)
        if handler is not None:
            handler(db, fact)


def _opened(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    db.execute(
        "INSERT INTO cycles (seq, id, book, kind, market, side, observed_at, stage, changed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, 'opened', ?)",
        (fact.position, fact.stream, d["book"], "EXIT", d["market"], "SELL", d["observed_at"], fact.position),
    )
    _step(db, fact, 1, "DONE", detail=d["kind"])


def _generated(db: sqlite3.Connection, fact: Fact) -> None:
    signal = fact.data["signal"]
    side = SIDES[signal["side"]]
    _update(
        db,
        fact,
        stage="generated",
        kind="ENTRY" if side == "BUY" else "EXIT",
        side=side,
        signal=json.dumps(signal),
        opinion=json.dumps(fact.data["opinion"]),
        digest=fact.data["digest"],
        candle_close=signal["candle_close"],
        expires_at=signal["expires_at"],
    )
    _step(db, fact, 2, "DONE")
    _count(db, "signals")


def _verified(db: sqlite3.Connection, fact: Fact) -> None:
    _keep_checks(db, fact, "VERIFIED")
    _update(db, fact, stage="verified", checks=json.dumps(fact.data["checks"]))
    _step(db, fact, 3, "DONE")
    _count(db, "verified")


def _refused(db: sqlite3.Connection, fact: Fact) -> None:
    _keep_checks(db, fact, "FAILED")
    failed = next((c for c in fact.data["checks"] if not c["passed"]), None)
    _update(
        db,
        fact,
        stage="refused",
        outcome="REFUSED",
        code=fact.data["code"],
        got=failed and failed["got"],
        want=failed and failed["limit"],
        checks=json.dumps(fact.data["checks"]),
    )
    _step(db, fact, 3, "REFUSED", detail=fact.data["code"])
    _close(db, fact)
    _count(db, "refused")


def _keep_checks(db: sqlite3.Connection, fact: Fact, outcome: str) -> None:
    row = _cycle(db, fact)
    db.execute(
        "INSERT INTO verifications VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            fact.position,
            fact.stream,
            row["market"],
            row["side"],
            outcome,
            row["observed_at"],
            row["digest"],
            json.dumps(fact.data["checks"]),
        ),
    )


def _committed(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, stage="committed")
    _step(db, fact, 3, "DONE", chain=True, detail="committed")
    _count(db, "committed")


def _decided(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, approval=fact.data["approval"], who=fact.data["who"])


def _exit_requested(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    reason = EXIT_REASONS[d["reason"]]
    _update(
        db,
        fact,
        stage="requested",
        reason=reason,
        who=d["who"],
        opening_cycle=d["opening_cycle"],
        quantity_e8=str(d["quantity_e8"]),
    )
    _step(db, fact, 2, "DONE", detail=reason)
    _step(db, fact, 3, "DONE", detail="not needed: an exit for this reason has no signal")
    _count(db, "exits")


def _authorising(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    _update(
        db,
        fact,
        stage="authorising",
        quantity_e8=str(d["quantity_e8"]),
        limit_price_e8=str(d["limit_price_e8"]),
        mark_e8=str(d["mark_e8"]),
        observed_at=d["observed_at"],
    )
    _step(db, fact, 4, "ACTIVE", tx=d["transaction_hash"])


def _authorised(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    _update(
        db,
        fact,
        stage="authorised",
        ticket=json.dumps(d["ticket"]),
        record_seq=d["record_seq"],
        observed_at=d["observed_at"],
    )
    _step(db, fact, 4, "DONE", chain=True, detail="AUTHORISED")
    if d["ticket"]["side"] == 1:
        _count(db, "authorised")
    _judged(db, fact)


def _rejected(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    _update(
        db,
        fact,
        stage="rejected",
        outcome="REJECTED",
        code=",".join(d["rules"]),
        rules=json.dumps(d["rules"]),
        failures=json.dumps([c for c in d["checks"] if c["failed"]]),
        record_seq=d["record_seq"],
        observed_at=d["observed_at"],
    )
    _step(db, fact, 4, "REJECTED", chain=True, detail=", ".join(d["rules"]))
    _close(db, fact)
    _count(db, "rejected")
    _judged(db, fact)
    for rule in d["rules"]:
        _count(db, f"rejected:{rule}")
        db.execute(
            "INSERT INTO rejections SELECT ?, seq FROM cycles WHERE id = ?",
            (rule, fact.stream),
        )


def _skipped(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    if d["final"]:
        _update(db, fact, stage="skipped", outcome="SKIPPED", code=d["code"], got=d["got"], want=d["want"])
        _step(db, fact, 4, "SKIPPED", tx=d["transaction_hash"], detail=d["code"])
        _close(db, fact)
        _count(db, "skipped")
        _judged(db, fact)
    else:
        _update(db, fact, stage="committed")
        _step(db, fact, 4, "WAITING", tx=d["transaction_hash"], detail=f"{d['code']}: sent again at the next tick")


def _judged(db: sqlite3.Connection, fact: Fact) -> None:
    """A committed signal is used up; an exit without one is not counted."""
    if _cycle(db, fact)["digest"]:
        _count(db, "judged")


def _placed(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, stage="placed")
    _step(db, fact, 5, "ACTIVE", detail=fact.data["client_order_id"])


def _filled(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    _update(
        db,
        fact,
        stage="filled",
        fill_quantity_e8=str(d["quantity_e8"]),
        fill_price_e8=str(d["price_e8"]),
        fee_e8=str(d["fee_e8"]),
    )
    _step(db, fact, 5, "DONE", detail=d["venue_order_id"])


def _cancelled(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, stage="cancelled", code=fact.data["reason"])
    _step(db, fact, 5, "FAILED", detail=fact.data["reason"])


def _recording(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, stage="recording")
    _step(db, fact, 6, "ACTIVE", tx=fact.data["transaction_hash"])


def _recorded(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, stage="recorded", fill_record_seq=fact.data["record_seq"])
    _step(db, fact, 6, "DONE", chain=True)


def _released(db: sqlite3.Connection, fact: Fact) -> None:
    _update(db, fact, stage="released", outcome="RELEASED", fill_record_seq=fact.data["record_seq"])
    _step(db, fact, 6, "DONE", chain=True, detail="ticket given back")
    _close(db, fact)
    _count(db, "released")


def _settled(db: sqlite3.Connection, fact: Fact) -> None:
    d = fact.data
    _update(
        db,
        fact,
        stage="settled",
        outcome="SETTLED",
        side=SIDES[d["side"]],
        fill_quantity_e8=str(d["quantity_e8"]),
        fill_price_e8=str(d["price_e8"]),
        notional_e8=str(d["notional_e8"]),
        fee_e8=str(d["fee_e8"]),
        realised_e8=str(d["realised_pnl_e8"]),
        equity_e8=str(d["equity_e8"]),
        observed_at=d["observed_at"],
    )
    _step(db, fact, 7, "DONE")
    _close(db, fact)
    _count(db, "settled")
    if d["side"] == 2:
        _count(db, "sales")
        _count(db, "wins" if d["realised_pnl_e8"] > 0 else "losses" if d["realised_pnl_e8"] < 0 else "break_even")


def _held(db: sqlite3.Connection, fact: Fact) -> None:
    _count(db, "held", len(fact.data["holds"]))


def _round_closed(db: sqlite3.Connection, _: Fact) -> None:
    _count(db, "rounds")


def _cycle(db: sqlite3.Connection, fact: Fact) -> dict[str, Any]:
    row = db.execute("SELECT market, side, observed_at, digest FROM cycles WHERE id = ?", (fact.stream,)).fetchone()
    return dict(zip(("market", "side", "observed_at", "digest"), row, strict=True))


def _update(db: sqlite3.Connection, fact: Fact, **values: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    done = db.execute(
        f"UPDATE cycles SET {names}, changed = ? WHERE id = ?", (*values.values(), fact.position, fact.stream)
    )
    if done.rowcount != 1:
        raise LookupError(f"{fact.topic} of an unknown cycle {fact.stream}")


def _close(db: sqlite3.Connection, fact: Fact) -> None:
    db.execute("UPDATE cycles SET closed_at = observed_at WHERE id = ?", (fact.stream,))


def _step(
    db: sqlite3.Connection,
    fact: Fact,
    step: int,
    state: str,
    *,
    chain: bool = False,
    tx: str | None = None,
    detail: str | None = None,
) -> None:
    d = fact.data
    db.execute(
        "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            fact.stream,
            step,
            state,
            fact.stored_at,
            fact.position,
            d["transaction_hash"] if chain else tx,
            d["block"] if chain else None,
            d["block_hash"] if chain else None,
            detail,
        ),
    )


def _count(db: sqlite3.Connection, name: str, by: int = 1) -> None:
    db.execute(
        "INSERT INTO counters VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        (name, by),
    )


_HANDLERS = handlers_of(
    [
        ("TradeCycle.CycleOpened", _opened),
        ("TradeCycle.SignalGenerated", _generated),
        ("TradeCycle.SignalVerified", _verified),
        ("TradeCycle.SignalRefused", _refused),
        ("TradeCycle.SignalCommitted", _committed),
        ("TradeCycle.DecisionMade", _decided),
        ("TradeCycle.ExitRequested", _exit_requested),
        ("TradeCycle.AuthorisationRequested", _authorising),
        ("TradeCycle.TradeAuthorised", _authorised),
        ("TradeCycle.TradeRejected", _rejected),
        ("TradeCycle.OrderSkipped", _skipped),
        ("TradeCycle.OrderPlaced", _placed),
        ("TradeCycle.OrderFilled", _filled),
        ("TradeCycle.OrderCancelled", _cancelled),
        ("TradeCycle.RecordingRequested", _recording),
        ("TradeCycle.TradeRecorded", _recorded),
        ("TradeCycle.TicketReleased", _released),
        ("TradeCycle.TradeSettled", _settled),
        ("SignalLog.SignalsHeld", _held),
        ("SignalLog.RoundClosed", _round_closed),
    ]
)
