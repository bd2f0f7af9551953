"""Benchmark: the event store beside raw sqlite3 in one run, commit latency, what a thread that only writes would bring,
and a million events folded.

Run `.venv/bin/python scripts/bench_ledger.py [--events 20000] [--fold 1000000] [--folder DIR]`. Both sides write the
same rows with `synchronous=FULL` and WAL, in turns, so that both meet the same disk and the same load. The fold is the
one that every start does: all events read, each hash computed again, state and portfolio folded. Prints figures and the
load of the machine.
"""

import argparse
import os
import queue
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from uuid import UUID, uuid5

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "backend"))

from eventsourcing.persistence import StoredEvent  # noqa: E402

from tradeseal.cycle.state import EngineState  # noqa: E402
from tradeseal.ledger.published import Ledger, checked  # noqa: E402
from tradeseal.trading.domainmodel import TradingDay  # noqa: E402

NAMESPACE = UUID("00000000-0000-5000-8000-000000000002")
BATCHES = (1, 10, 100)
FILLS_A_DAY = 100
ROUNDS = 3
CALLERS = (1, 8)
CALLS = 400
EVENTS_A_CALL = 6  # what a commit of a replay of nine markets holds


def a_day(number: int, fills: int) -> TradingDay:
    """A day with fills, as the engine books them."""
    day = TradingDay(book="bench", day=number, opening_equity_e8=10**12, cash_e8=10**12)
    for fill in range(fills):
        day.book_fill(
            cycle=uuid5(NAMESPACE, f"{number}/{fill}"), market="BTC-USDT", side=2, quantity_e8=10**6,
            price_e8=5 * 10**12, notional_e8=5 * 10**10, fee_e8=5 * 10**7, cash_after_e8=10**12 + fill,
            quantity_after_e8=10**6, cost_after_e8=5 * 10**10, observed_at=number * 86_400, realised_e8=-(10**8),
            cost_taken_e8=5 * 10**10, record_seq=fill + 1,
        )  # fmt: skip
    return day


def rows(ledger: Ledger, count: int) -> list[StoredEvent]:
    """So many stored events, encoded once, so that both sides only write."""
    made: list[StoredEvent] = []
    day = 0
    while len(made) < count:
        day += 1
        events = a_day(day, FILLS_A_DAY).collect_events()
        made += [ledger.mapper.to_stored_event(event) for event in events]
    return made[:count]


def batched(made: Sequence[StoredEvent], size: int) -> Iterator[Sequence[StoredEvent]]:
    for start in range(0, len(made), size):
        yield made[start : start + size]


def raw(path: Path) -> tuple[Callable[[Sequence[StoredEvent]], object], Callable[[], None]]:
    """The least that sqlite3 does: the same columns, one transaction a batch."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE stored_events (stream TEXT, version INTEGER, topic TEXT, state BLOB, hash BLOB,"
               " PRIMARY KEY (stream, version))")  # fmt: skip

    def write(batch: Sequence[StoredEvent]) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?)",
            [(e.originator_id.hex, e.originator_version, e.topic, e.state, bytes(32)) for e in batch],  # type: ignore[union-attr]
        )
        db.execute("COMMIT")

    return write, db.close


def timed(write: Callable[[Sequence[StoredEvent]], object], batches: Sequence[Sequence[StoredEvent]]) -> list[float]:
    times = []
    for batch in batches:
        began = time.perf_counter()
        write(batch)
        times.append(time.perf_counter() - began)
    return times


def append(folder: Path, count: int) -> None:
    """Batches of one, ten and a hundred, ours and raw in turns."""
    for size in BATCHES:
        ours: list[float] = []
        theirs: list[float] = []
        events = 0
        for turn in range(ROUNDS):
            ledger = Ledger(folder / f"ours-{size}-{turn}.sqlite")
            made = rows(ledger, max(size * 100, count * size // (BATCHES[-1] * ROUNDS)))
            batches = list(batched(made, size))
            events += len(made)
            write, close = raw(folder / f"raw-{size}-{turn}.sqlite")
            sides = [(ledger.recorder.insert_events, ours), (write, theirs)]
            for side, times in sides[:: 1 if turn % 2 else -1]:
                times.extend(timed(side, batches))
            ledger.close()
            close()
        cut = statistics.quantiles(ours, n=100, method="inclusive")
        print(
            f"batches of {size:3}: {events / sum(ours):8,.0f} events/s hash-chained, {events / sum(theirs):8,.0f} raw, "
            f"ratio {sum(theirs) / sum(ours):.2f}; a commit p50 {cut[49] * 1e3:.2f} ms, p99 {cut[98] * 1e3:.2f} ms",
            flush=True,
        )


def save(folder: Path, days: int = 60) -> None:
    """What the engine calls: aggregates saved, encoding and all, a fill and its day in one commit."""
    ledger = Ledger(folder / "saved.sqlite")
    times = []
    for number in range(days):
        day = a_day(number, 0)
        ledger.save(day)
        for fill in a_day(number, 20).collect_events()[1:]:
            began = time.perf_counter()
            ledger.recorder.insert_events([ledger.mapper.to_stored_event(fill)])
            times.append(time.perf_counter() - began)
    ledger.close()
    cut = statistics.quantiles(times, n=100, method="inclusive")
    print(f"one fill encoded and committed: p50 {cut[49] * 1e3:.2f} ms, p99 {cut[98] * 1e3:.2f} ms")


def grouped(folder: Path) -> None:
    """Callers that wait for their own commit, each storing by itself, and all through one thread that groups them.

    The engine is one caller.
    """
    for callers in CALLERS:
        rates: dict[str, list[float]] = {"by themselves": [], "through a writer": []}
        for turn in range(2 * ROUNDS):
            side = tuple(rates)[(turn + turn // 2) % 2]
            ledger = Ledger(folder / f"grouped-{callers}-{turn}.sqlite")
            batches = list(batched(rows(ledger, CALLS * EVENTS_A_CALL), EVENTS_A_CALL))
            waiting: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
            threading.Thread(target=write_in_groups, args=(ledger, waiting)).start()
            insert = ledger.recorder.insert_events if side == "by themselves" else handed_to(waiting)
            working = [threading.Thread(target=timed, args=(insert, batches[n::callers])) for n in range(callers)]
            began = time.perf_counter()
            for one in working:
                one.start()
            for one in working:
                one.join()
            rates[side].append(CALLS / (time.perf_counter() - began))
            waiting.put(None)
            ledger.close()
        told = ", ".join(f"{statistics.harmonic_mean(each):,.0f} {side}" for side, each in rates.items())
        print(f"{callers} waiting for each commit of {EVENTS_A_CALL}: {told} a second", flush=True)


Waiting = tuple[Sequence[StoredEvent], "Future[None]"]


def handed_to(waiting: "queue.SimpleQueue[Waiting | None]") -> Callable[[Sequence[StoredEvent]], object]:
    def write(batch: Sequence[StoredEvent]) -> None:
        stored: Future[None] = Future()
        waiting.put((batch, stored))
        stored.result()

    return write


def write_in_groups(ledger: Ledger, waiting: "queue.SimpleQueue[Waiting | None]") -> None:
    """Store together whatever waits, until there is nothing more to come."""
    while (first := waiting.get()) is not None:
        group = [first, *(one for _ in range(waiting.qsize()) if (one := waiting.get()) is not None)]
        ledger.recorder.insert_events([event for batch, _ in group for event in batch])
        for _, stored in group:
            stored.set_result(None)


def fold(folder: Path, count: int) -> None:
    """So many events, as a start folds them."""
    path = folder / "folded.sqlite"
    ledger = Ledger(path)
    began = time.perf_counter()
    for start in range(0, count, 20_000):
        days = range(start // (FILLS_A_DAY + 1), (start + 20_000) // (FILLS_A_DAY + 1))
        ledger.save(*(a_day(day, FILLS_A_DAY) for day in days))
    stored = ledger.facts.last()[0]
    print(f"{stored:,} events stored in {time.perf_counter() - began:.0f} s", flush=True)
    began = time.perf_counter()
    state = EngineState()
    for fact in checked(ledger.facts.all()):
        state.apply(fact)
    seconds = time.perf_counter() - began
    print(
        f"hash chain checked, state and portfolio folded: {seconds:.1f} s, {stored / seconds:,.0f} events/s", flush=True
    )
    ledger.close()


def main() -> None:
    """All of it, in a folder that is removed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--fold", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as name:
        append(Path(name), chosen.events)
        save(Path(name))
        grouped(Path(name))
        if chosen.fold:
            fold(Path(name), chosen.fold)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
