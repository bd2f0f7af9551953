"""The store keeps every fact once, durably, and each fact's hash covers the one before it."""

import hashlib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.projection import ApplicationSubscription
from eventsourcing.sqlite import SQLiteDatastore
from eventsourcing.tests.persistence import ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase

from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import GENESIS_HASH, Aggregate, EventConflict, Ledger, event
from tradeseal.ledger.store import HashChainedRecorder
from tradeseal.settings import CHECKOUT


class Box(Aggregate):
    """A stream with nothing in it but text."""

    TOPIC = "Box"

    class Event(Aggregate.Event):
        TOPIC = "Box.Event"

    @staticmethod
    def create_id(number: int) -> UUID:
        return UUID(int=number)

    @event("BoxOpened", topic="Box.BoxOpened")
    def __init__(self, number: int) -> None:
        self.notes: list[str] = []

    @event("NoteAdded", topic="Box.NoteAdded")
    def note(self, text: str) -> None:
        self.notes.append(text)


def a_box(number: int = 1, *notes: str) -> Box:
    box = Box(number=number)
    for text in notes:
        box.note(text)
    return box


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    yield opened
    opened.close()


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT rowid, originator_id, originator_version, topic, state, hash FROM stored_events ORDER BY rowid"
        ).fetchall()
    connection.close()
    return rows


def first_broken(path: Path) -> int | None:
    """The first place at which the chain, recomputed here by hand, differs from what is stored; None when it holds."""
    previous = bytes(32)
    for place, (position, stream, version, topic, state, stored) in zip(count(1), rows_of(path), strict=False):
        text = previous
        for part in (place.to_bytes(8, "big"), UUID(stream).bytes, version.to_bytes(8, "big"), topic.encode(), state):
            text += len(part).to_bytes(4, "big") + part
        previous = hashlib.sha256(text).digest()
        if position != place or previous != stored:
            return place
    return None


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


def test_the_chain_can_be_computed_again_from_the_stored_bytes(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a", "b"), a_box(2))
    ledger.save(a_box(3, "ä"))

    assert len(rows_of(ledger.path)) == 6
    assert first_broken(ledger.path) is None


def test_the_chain_goes_on_where_it_was_after_a_restart(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a"))
    ledger.close()

    again = Ledger(ledger.path)
    again.save(a_box(2, "b"))
    again.close()

    assert len(rows_of(ledger.path)) == 4
    assert first_broken(ledger.path) is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE stored_events SET state = CAST(replace(state, 'c', 'C') AS BLOB) WHERE rowid = 4",
        "UPDATE stored_events SET state = CAST(state || ' ' AS BLOB) WHERE rowid = 4",
        "UPDATE stored_events SET topic = 'Box.BoxOpened' WHERE rowid = 4",
        "UPDATE stored_events SET originator_version = 99 WHERE rowid = 4",
        "UPDATE stored_events SET originator_id = '00000000000000000000000000000009' WHERE rowid = 4",
        "UPDATE stored_events SET hash = zeroblob(32) WHERE rowid = 4",
        "DELETE FROM stored_events WHERE rowid = 4",
    ],
)
def test_a_fact_that_was_changed_or_dropped_is_found_where_it_stood(ledger: Ledger, tampering: str) -> None:
    ledger.save(a_box(1, "a", "b", "c", "d"))

    change(ledger.path, tampering)

    assert first_broken(ledger.path) == 4


def test_facts_that_changed_places_are_found(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a", "b", "c"))

    change(ledger.path, "UPDATE stored_events SET rowid = 99 WHERE rowid = 2")
    change(ledger.path, "UPDATE stored_events SET rowid = 2 WHERE rowid = 3")
    change(ledger.path, "UPDATE stored_events SET rowid = 3 WHERE rowid = 99")

    assert first_broken(ledger.path) == 2


def test_an_empty_log_has_the_genesis_hash_and_a_full_one_its_last(ledger: Ledger) -> None:
    assert ledger.facts.last() == (0, GENESIS_HASH)

    ledger.save(a_box(1, "a"))

    assert ledger.facts.last() == (2, rows_of(ledger.path)[-1][-1])


def test_the_disk_is_waited_for_at_every_commit(ledger: Ledger) -> None:
    recorder = ledger.recorder
    assert isinstance(recorder, HashChainedRecorder)

    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA synchronous")
        synchronous = cursor.fetchone()[0]
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]

    assert (synchronous, journal) == (2, "wal")  # 2 is FULL


def test_the_same_thing_cannot_happen_twice_and_leaves_nothing(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a"))
    before = rows_of(ledger.path)

    with pytest.raises(EventConflict) as refusal:
        ledger.save(a_box(2, "new"), a_box(1, "again"))

    assert refusal.value.code == "EVENT_CONFLICT"
    assert rows_of(ledger.path) == before
    ledger.save(a_box(2, "later"))
    assert first_broken(ledger.path) is None


def test_two_who_saw_the_same_version_do_not_both_go_on(ledger: Ledger) -> None:
    ledger.save(a_box(1))
    one, other = ledger.repository.get(UUID(int=1)), ledger.repository.get(UUID(int=1))
    one.note("first")
    other.note("second")
    ledger.save(one)

    with pytest.raises(EventConflict):
        ledger.save(other)

    assert ledger.repository.get(UUID(int=1)).notes == ["first"]


def test_a_row_that_somebody_else_wrote_stops_the_writer_and_nothing_is_added(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a"))
    change(ledger.path, "INSERT INTO stored_events SELECT 'other', 1, topic, state, hash FROM stored_events LIMIT 1")
    before = rows_of(ledger.path)

    with pytest.raises(Inconsistent) as refusal:
        ledger.save(a_box(2))

    assert (refusal.value.code, refusal.value.facts) == ("LEDGER_FOREIGN_WRITE", {"got": 4, "want": 3})
    assert rows_of(ledger.path) == before


def test_followers_wake_when_something_was_saved(ledger: Ledger) -> None:
    woken: list[bool] = []
    follower = threading.Thread(target=lambda: woken.append(ledger.facts.wait(0, 10)))
    follower.start()

    ledger.save(a_box(1))
    follower.join()

    assert woken == [True]
    assert not ledger.facts.wait(1, 0.01)


def test_who_subscribes_is_given_each_fact_once_and_in_order_while_others_are_stored(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a", "b"))
    given: list[tuple[int, str]] = []

    def take() -> None:
        with ApplicationSubscription(ledger, gt=1) as subscription:
            for fact, place in subscription:
                given.append((place.notification_id, type(fact).__name__))
                if len(given) == 42:
                    return

    taker = threading.Thread(target=take, daemon=True)
    taker.start()
    for number in range(2, 22):
        ledger.save(a_box(number, "c"))
    taker.join(30)

    later = [(n, ("BoxOpened", "NoteAdded")[n % 2]) for n in range(4, 44)]
    assert given == [(2, "NoteAdded"), (3, "NoteAdded"), *later]


def test_a_subscription_to_some_topics_passes_over_the_others(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a"), a_box(2, "b"))

    with ledger.recorder.subscribe(topics=("Box.NoteAdded",)) as subscription:
        assert [next(subscription).id for _ in range(2)] == [2, 4]
        ledger.save(a_box(3, "c"))
        assert next(subscription).id == 6


def test_what_was_not_stored_reaches_no_subscriber(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a"))

    with ledger.recorder.subscribe(gt=2) as subscription:
        with pytest.raises(EventConflict):
            ledger.save(a_box(2, "new"), a_box(1, "again"))
        ledger.save(a_box(3))

        assert (next(subscription).id, ledger.facts.last()[0]) == (3, 3)


def test_the_log_is_read_in_batches_from_any_place_and_by_stream(ledger: Ledger) -> None:
    ledger.save(a_box(1, "a"), a_box(2, "b", "c"))

    assert [fact.position for fact in ledger.facts.all(after=1, batch=2)] == [2, 3, 4, 5]
    assert [fact.position for fact in ledger.facts.read(after=2, limit=1)] == [3]
    assert [(fact.version, fact.state) for fact in ledger.facts.stream(UUID(int=2))] == [
        (row[2], row[4]) for row in rows_of(ledger.path)[2:]
    ]


def test_a_home_has_one_writer_and_names_him(tmp_path: Path) -> None:
    lines = (
        "import pathlib, sys; from tradeseal.ledger.lock import HomeLock; "
        "lock = HomeLock(pathlib.Path(sys.argv[1])); print('held', flush=True); input()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", lines, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(CHECKOUT / "backend")},
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()

        with pytest.raises(Refused) as refusal:
            HomeLock(tmp_path)

        assert (refusal.value.code, refusal.value.facts["process"]) == ("HOME_IN_USE", str(holder.pid))
        assert str(tmp_path) in refusal.value.message
    finally:
        holder.kill()
        holder.communicate()

    HomeLock(tmp_path).close()  # the lock ended with its process


def test_a_home_can_be_taken_again_after_it_was_given_back(tmp_path: Path) -> None:
    HomeLock(tmp_path).close()

    HomeLock(tmp_path).close()


class _Recorders:
    """A recorder on a file of its own for each test of the library's suites."""

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "events.sqlite"

    def create_recorder(self) -> HashChainedRecorder:
        recorder = HashChainedRecorder(SQLiteDatastore(db_name=f"file:{self.path}"))
        recorder.create_table()
        return recorder


class TestAsApplicationRecorder(_Recorders, ApplicationRecorderTestCase[HashChainedRecorder]):
    """The library's own promises of an application's recorder."""

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestWritersInTurn(_Recorders, NonInterleavingNotificationIDsBaseCase):
    """The library's own promise that the events of two commits never lie between each other."""
