"""A backup is whole or not there; restoring proves it first and throws nothing away; a lost store is not begun anew."""

import json
import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tradeseal.home import backup
from tradeseal.home.backup import back_up, refuse_lost_events, refuse_unfinished, restore
from tradeseal.home.manifest import SCHEMA, Manifest, keep_manifest
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import Ledger
from tradeseal.main import app
from tradeseal.readmodels.published import open_read_models
from tradeseal.trading.domainmodel import TradingDay


def a_home(home: Path, days: int = 3) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    keep_manifest(
        home,
        Manifest(
            book="demo", cash_e8=10**12, data_label="synthetic", data_identity="ab" * 32, data_folder="data",
            exchange="binance", interval="1h", markets=("BTC-USDT",), start=1, end=2, chain="anvil",
        ),
    )  # fmt: skip
    (home / "demo-keys.json").write_text('{"mark": "DEMO"}')
    (home / "demo-keys.json").chmod(0o600)
    (home / "model.json").write_text("{}")
    (home / "keys").mkdir(exist_ok=True)
    (home / "keys" / "governor.json").write_text('{"version": 3}')
    (home / "keys" / "governor.json").chmod(0o600)
    (home / "data").mkdir(exist_ok=True)
    (home / "data" / "binance-BTCUSDT-1h.parquet").write_bytes(b"candles")
    more(home, 0, days)
    return home


def more(home: Path, first: int, days: int) -> None:
    ledger = Ledger(home / "ledger.sqlite")
    for day in range(first, first + days):
        ledger.save(TradingDay(book="demo", day=day, opening_equity_e8=1, cash_e8=1))
    ledger.close()


def events(home: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "ledger.sqlite")) as store:
        return store.execute("SELECT rowid, topic, state, hash FROM stored_events ORDER BY rowid").fetchall()


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_restored_home_holds_the_same_events_keys_and_candles(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")
    made = back_up(home, tmp_path / "copy")

    found, aside = restore(tmp_path / "copy", tmp_path / "again")

    assert (found.events, found.head, aside) == (3, made.head, None)
    assert events(tmp_path / "again") == events(home)
    for name in (
        "manifest.json", "model.json", "demo-keys.json", "keys/governor.json", "data/binance-BTCUSDT-1h.parquet",
    ):  # fmt: skip
        assert (tmp_path / "again" / name).read_bytes() == (home / name).read_bytes()
    for name in ("demo-keys.json", "keys/governor.json"):
        assert 0o600 == (tmp_path / "again" / name).stat().st_mode & 0o777
    assert 0o700 == (tmp_path / "copy").stat().st_mode & 0o777
    more(tmp_path / "again", 3, 1)  # and goes on


def test_a_backup_while_somebody_writes_is_one_moment_of_the_log(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")
    stop = threading.Event()

    def write() -> None:
        ledger, day = Ledger(home / "ledger.sqlite"), 10
        while not stop.is_set():
            ledger.save(TradingDay(book="demo", day=day, opening_equity_e8=1, cash_e8=1))
            day += 1
        ledger.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [back_up(home, tmp_path / f"copy{n}") for n in range(3)]
    finally:
        stop.set()
        writer.join()

    whole = events(home)
    for number, each in enumerate(made):
        assert events(tmp_path / f"copy{number}") == whole[: each.events]


def test_what_is_no_home_or_a_name_that_is_taken_is_refused(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")
    back_up(home, tmp_path / "copy")
    before = everything(tmp_path / "copy")

    for source, target, code in ((tmp_path, tmp_path / "x", "NOT_A_HOME"), (home, tmp_path / "copy", "BACKUP_EXISTS")):
        with pytest.raises(Refused) as refusal:
            back_up(source, target)
        assert code == refusal.value.code
    assert everything(tmp_path / "copy") == before
    assert not (tmp_path / "x").exists()


def test_a_store_whose_chain_is_broken_is_not_called_a_backup(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")
    with closing(sqlite3.connect(home / "ledger.sqlite", isolation_level=None)) as store:
        store.execute("UPDATE stored_events SET hash = zeroblob(32) WHERE rowid = 2")

    with pytest.raises(Inconsistent) as difference:
        back_up(home, tmp_path / "copy")

    assert ("LEDGER_CHANGED", 2) == (difference.value.code, difference.value.facts["position"])
    assert not (tmp_path / "copy").exists()


def test_a_disk_that_is_full_leaves_no_half_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = a_home(tmp_path / "home")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup.shutil, "copytree", full)
    with pytest.raises(Unavailable) as failure:
        back_up(home, tmp_path / "copy")

    assert "No space left" in failure.value.message
    assert [home] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda copy: (copy / "demo-keys.json").write_text("{}"), "BACKUP_DAMAGED"),
        (lambda copy: (copy / "data" / "binance-BTCUSDT-1h.parquet").unlink(), "BACKUP_DAMAGED"),
        (lambda copy: os.truncate(copy / "ledger.sqlite", 4096), "BACKUP_DAMAGED"),
        (lambda copy: (copy / "backup.json").write_text("{"), "NOT_A_BACKUP"),
        (lambda copy: (copy / "backup.json").unlink(), "NOT_A_BACKUP"),
    ],
)
def test_a_damaged_backup_touches_nothing(tmp_path: Path, damage, code: str) -> None:
    back_up(a_home(tmp_path / "home"), tmp_path / "copy")
    other = a_home(tmp_path / "other", days=5)
    before = events(other)
    damage(tmp_path / "copy")

    with pytest.raises(Refused) as refusal:
        restore(tmp_path / "copy", other, replace=True)

    assert (refusal.value.code, events(other)) == (code, before)
    assert not (other / "backups").exists()


def test_a_backup_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    back_up(a_home(tmp_path / "home"), tmp_path / "copy")
    listing = tmp_path / "copy" / "backup.json"
    listing.write_text(json.dumps({**json.loads(listing.read_text()), "schema": SCHEMA + 1}))

    with pytest.raises(Refused) as refusal:
        restore(tmp_path / "copy", tmp_path / "again")

    assert ("BACKUP_TOO_NEW", SCHEMA) == (refusal.value.code, refusal.value.facts["limit"])


def test_a_used_home_is_put_aside_only_when_asked_and_loses_nothing(tmp_path: Path) -> None:
    back_up(a_home(tmp_path / "home"), tmp_path / "copy")
    other = a_home(tmp_path / "other", days=5)
    (other / "views").mkdir()
    (other / "views" / "book.v1.sqlite").write_text("of another log")
    was = events(other)

    with pytest.raises(Refused) as refusal:
        restore(tmp_path / "copy", other)
    assert ("HOME_USED", was) == (refusal.value.code, events(other))

    _, aside = restore(tmp_path / "copy", other, replace=True)

    assert aside is not None
    assert (events(aside), len(events(other))) == (was, 3)
    assert not (other / "views").exists()


def test_a_home_in_use_is_not_restored(tmp_path: Path) -> None:
    back_up(a_home(tmp_path / "home"), tmp_path / "copy")
    lock = HomeLock(tmp_path / "home")
    try:
        with pytest.raises(Refused) as refusal:
            restore(tmp_path / "copy", tmp_path / "home", replace=True)
    finally:
        lock.close()

    assert "HOME_IN_USE" == refusal.value.code


@pytest.mark.parametrize("step", ["_put_aside", "copy_files", "prove"])
def test_restoring_that_is_interrupted_does_not_start_and_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    back_up(a_home(tmp_path / "home"), tmp_path / "copy")
    other = a_home(tmp_path / "other", days=5)
    was = events(other)
    original, calls = getattr(backup, step), []

    def dies(*given: object) -> object:
        calls.append(given)
        if step == "prove" and len(calls) == 1:
            return original(*given)  # of the backup itself
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(backup, step, dies)
        with pytest.raises(KeyboardInterrupt):
            restore(tmp_path / "copy", other, replace=True)

    with pytest.raises(Refused) as refusal:
        refuse_unfinished(other)
    assert "RESTORE_UNFINISHED" == refusal.value.code
    restore(tmp_path / "copy", other)
    refuse_unfinished(other)
    assert len(events(other)) == 3
    assert was in [events(aside) for aside in (other / "backups").iterdir() if (aside / "ledger.sqlite").exists()]


@pytest.mark.parametrize(("left", "code"), [(0, "STORE_EMPTY"), (2, "STORE_BEHIND_VIEWS")])
def test_a_store_that_lost_events_the_views_have_seen_does_not_start(tmp_path: Path, left: int, code: str) -> None:
    home = a_home(tmp_path / "home", days=left or 1)
    old = (home / "ledger.sqlite").read_bytes()
    more(home, left or 1, 3)
    ledger = Ledger(home / "ledger.sqlite")
    views = open_read_models(home / "views", ledger.facts)
    views.follower.catch_up()
    refuse_lost_events(home, ledger.facts)
    ledger.close()
    for file in home.glob("ledger.sqlite*"):
        file.unlink()
    if left:
        (home / "ledger.sqlite").write_bytes(old)
    again = Ledger(home / "ledger.sqlite")
    try:
        with pytest.raises(Refused) as refusal:
            refuse_lost_events(home, again.facts)
    finally:
        again.close()

    assert (code, left) == (refusal.value.code, refusal.value.facts["got"])
    assert "tradeseal restore" in refusal.value.message


def test_views_that_do_not_read_are_no_reason_not_to_start(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")
    (home / "views").mkdir()
    (home / "views" / "book.v1.sqlite").write_bytes(b"not a database, but as long as one" * 40)
    ledger = Ledger(home / "ledger.sqlite")
    refuse_lost_events(home, ledger.facts)
    ledger.close()


def test_both_commands_answer_in_json_and_in_words(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")

    def run(*words: object) -> tuple[int, str]:
        result = CliRunner().invoke(app, [str(word) for word in words])
        return result.exit_code, result.stdout

    code, said = run("backup", "--home", home, "--out", tmp_path / "copy", "--json")
    assert (0, 3) == (code, json.loads(said)["events"])
    code, said = run("backup", "--home", home)
    assert (0, True) == (code, "3 events, hash chain unbroken" in said)
    code, said = run("restore", tmp_path / "copy", "--home", home, "--json")
    assert (2, "HOME_USED") == (code, json.loads(said)["error"]["code"])
    code, said = run("restore", tmp_path / "copy", "--home", home, "--replace")
    assert (0, True, True) == (code, "3 events" in said, "What it held before" in said)


def test_views_are_folded_again_by_command_and_a_forged_one_is_told(tmp_path: Path) -> None:
    home = a_home(tmp_path / "home")

    def run() -> tuple[int, dict[str, bool]]:
        result = CliRunner().invoke(app, ["rebuild", "--home", str(home), "--json"])
        return result.exit_code, {each["view"]: each["equal"] for each in json.loads(result.stdout)}

    assert (0, {True}) == (run()[0], set(run()[1].values()))
    (view,) = (home / "views").glob("book.v*.sqlite")
    with closing(sqlite3.connect(view, isolation_level=None)) as forged:
        assert forged.execute("UPDATE days SET realised_e8 = '7'").rowcount == 3
    code, found = run()
    assert (1, False, True) == (code, found["book"], found["cycles"])
    assert 0 == run()[0]
