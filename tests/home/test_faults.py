"""Disk full, a folder closed to us, a damaged database, a clock that steps back: said clearly, nothing lost."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from eventsourcing import domain

from tradeseal.home.doctor import examine
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import Ledger, checked
from tradeseal.settings import CHECKOUT
from tradeseal.trading.domainmodel import TradingDay


def a_day(number: int, book: str = "demo") -> TradingDay:
    return TradingDay(book=book, day=number, opening_equity_e8=1, cash_e8=1)


def heads(path: Path) -> list[bytes]:
    """Every stored event's hash, each computed again."""
    ledger = Ledger(path)
    try:
        return [fact.hash for fact in checked(ledger.facts.all())]
    finally:
        ledger.close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger(tmp_path / "ledger.sqlite")
    opened.save(a_day(1))
    yield opened
    opened.close()


def test_a_full_disk_is_said_and_what_was_acknowledged_stays_and_it_goes_on_when_there_is_room(ledger: Ledger) -> None:
    with ledger.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")  # SQLite's own word for a disk that has no more

    acknowledged, refusal = 1, None
    while refusal is None:
        assert acknowledged < 1_000
        try:
            ledger.save(a_day(acknowledged + 1))
            acknowledged += 1
        except Unavailable as error:
            refusal = error

    assert ("LEDGER_UNWRITABLE", True) == (refusal.code, "full" in refusal.message)
    assert acknowledged == ledger.facts.last()[0]
    with ledger.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA max_page_count = 1000000")
    ledger.save(a_day(acknowledged + 1))
    assert acknowledged + 1 == len(heads(ledger.path))


LIMITED = """
import pathlib, resource, signal, sys
from tradeseal.kernel.errors import TradesealError
from tradeseal.ledger.published import Ledger
from tradeseal.trading.domainmodel import TradingDay
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger(pathlib.Path(sys.argv[1]))
ledger.save(TradingDay(book="demo", day=1, opening_equity_e8=1, cash_e8=1))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
done = 1
try:
    while done < 5000:
        ledger.save(TradingDay(book="demo", day=done + 1, opening_equity_e8=1, cash_e8=1))
        done += 1
        print(done, flush=True)
except TradesealError as error:
    print(error.code)
"""


def test_a_write_that_the_system_cuts_off_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")}, capture_output=True, text=True, timeout=200,
        check=False,
    )  # fmt: skip

    *acknowledged, code = ended.stdout.split()
    assert "LEDGER_UNWRITABLE" == code, ended.stderr
    assert len(heads(path)) == int(acknowledged[-1])


AS_AN_ORDINARY_USER = """
import os, pathlib, sys
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.lock import HomeLock
if os.geteuid() == 0:
    os.setuid(65534)
try:
    HomeLock(pathlib.Path(sys.argv[1]))
except Refused as refusal:
    print(refusal.code, refusal.message)
"""


@pytest.mark.parametrize("below", ["", "home"])
def test_a_folder_that_may_not_be_written_is_named(below: str) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to other users
        Path(folder).chmod(0o555)
        answer = subprocess.run(
            [sys.executable, "-c", AS_AN_ORDINARY_USER, str(Path(folder) / below)],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")}, capture_output=True, text=True, timeout=100,
            check=False,
        )  # fmt: skip
        Path(folder).chmod(0o700)

    assert answer.stdout.startswith("HOME_UNUSABLE"), answer.stderr
    assert "Permission denied" in answer.stdout
    assert "--home" in answer.stdout


@pytest.mark.parametrize("where", ["home", "home/below"])
def test_a_home_that_is_a_file_is_named_with_the_way_out(tmp_path: Path, where: str) -> None:
    (tmp_path / "home").write_text("not a folder")

    with pytest.raises(Refused) as refusal:
        HomeLock(tmp_path / where)

    assert "HOME_UNUSABLE" == refusal.value.code
    assert "--home" in refusal.value.message


def test_a_store_that_may_only_be_read_takes_nothing_and_says_so(ledger: Ledger) -> None:
    with ledger.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA query_only = ON")
    with pytest.raises(Unavailable) as failure:
        ledger.save(a_day(2))
    with ledger.recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
        cursor.execute("PRAGMA query_only = OFF")

    assert "LEDGER_UNWRITABLE" == failure.value.code
    assert "readonly" in failure.value.message
    assert 1 == len(heads(ledger.path))


def damage_head(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database at all")


def damage_page(path: Path) -> None:
    """The second page, where the events' own tree begins."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize("damage", [damage_head, damage_page, cut])
def test_a_damaged_database_does_not_open_and_names_file_and_way_out(tmp_path: Path, damage) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.save(*(a_day(n, "x" * 60) for n in range(400)))
    ledger.close()
    with closing(sqlite3.connect(path)) as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    damage(path)
    before = path.read_bytes()

    with pytest.raises(TradesealError) as refusal:
        heads(path)

    assert "LEDGER_DAMAGED" == refusal.value.code
    assert str(path) in refusal.value.message
    assert "tradeseal restore" in refusal.value.message
    assert before == path.read_bytes()
    (finding,) = [found for found in examine(CHECKOUT, tmp_path) if found.name == "event store"]
    assert not finding.ok


def test_a_clock_that_steps_back_changes_no_order_and_no_hash(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    now = domain.datetime_now_with_tzinfo()
    monkeypatch.setattr(domain, "datetime_now_with_tzinfo", lambda: now - timedelta(days=5 * 365))
    ledger.save(a_day(2))
    monkeypatch.undo()
    ledger.save(a_day(3))

    facts = list(checked(ledger.facts.all()))

    assert [1, 2, 3] == [fact.position for fact in facts]
    stamps = [str(fact.state).partition('"timestamp":"')[2][:10] for fact in facts]
    assert stamps[1] < stamps[0] <= stamps[2]
