"""A home is continued as what it began with, brought up to date after a backup, and removed only when asked."""

import json
import sqlite3
from pathlib import Path

import pytest

from tradeseal.home.demo import remove_demo
from tradeseal.home.doctor import Finding, examine
from tradeseal.home.manifest import SCHEMA, Manifest, keep_manifest, read_manifest, refuse_other_data
from tradeseal.home.migration import migrate
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import Ledger
from tradeseal.trading.domainmodel import TradingDay


def a_manifest(**changes: object) -> Manifest:
    values = {
        "book": "demo", "cash_e8": 10**12, "data_label": "synthetic", "data_identity": "ab" * 32, "data_folder": "",
        "exchange": "binance", "interval": "1h", "markets": ("BTC-USDT",), "start": 1_725_148_800,
        "end": 1_740_787_200, "chain": "anvil",
    }  # fmt: skip
    return Manifest(**{**values, **changes})  # type: ignore[arg-type]


def a_home_of_schema_1(home: Path) -> None:
    stored = a_manifest().to_json()
    stored.pop("chain")
    stored["schema"] = 1
    (home / "manifest.json").write_text(json.dumps(stored))


def a_home_with_events(home: Path) -> None:
    keep_manifest(home, a_manifest())
    ledger = Ledger(home / "ledger.sqlite")
    for day in range(3):
        ledger.save(TradingDay(book="demo", day=day, opening_equity_e8=1, cash_e8=1))
    ledger.close()


def found(findings: list[Finding], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_a_manifest_reads_as_it_was_written(tmp_path: Path) -> None:
    keep_manifest(tmp_path, a_manifest())

    assert a_manifest() == read_manifest(tmp_path)


@pytest.mark.parametrize(
    "change", [{"start": 1_725_152_400}, {"markets": ("ETH-USDT",)}, {"data_identity": "cd" * 32}, {"chain": "other"}]
)
def test_other_data_on_a_used_home_is_refused_by_name(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(Refused) as refusal:
        refuse_other_data(tmp_path, a_manifest(), a_manifest(**change))

    assert ("OTHER_DATA", next(iter(change))) == (refusal.value.code, refusal.value.facts["setting"])


def test_a_manifest_that_does_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")

    with pytest.raises(Refused) as refusal:
        read_manifest(tmp_path)

    assert "HOME_UNREADABLE" == refusal.value.code


def test_an_older_home_is_backed_up_and_brought_to_the_newest_schema(tmp_path: Path) -> None:
    a_home_of_schema_1(tmp_path)

    backup = migrate(tmp_path)

    assert backup is not None
    assert 1 == json.loads((backup / "manifest.json").read_text())["schema"]
    assert a_manifest() == read_manifest(tmp_path)


def test_a_current_or_new_home_is_left_alone(tmp_path: Path) -> None:
    assert migrate(tmp_path) is None
    keep_manifest(tmp_path, a_manifest())
    assert migrate(tmp_path) is None


def test_a_newer_home_is_refused(tmp_path: Path) -> None:
    keep_manifest(tmp_path, a_manifest(schema=SCHEMA + 1))

    with pytest.raises(Refused) as refusal:
        migrate(tmp_path)

    assert ("HOME_TOO_NEW", SCHEMA + 1, SCHEMA) == (
        refusal.value.code,
        refusal.value.facts["got"],
        refusal.value.facts["limit"],
    )


def test_a_migration_that_was_interrupted_begins_anew(tmp_path: Path) -> None:
    a_home_of_schema_1(tmp_path)

    def dies(_: Path) -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        migrate(tmp_path, steps={1: dies})
    migrate(tmp_path)

    assert a_manifest() == read_manifest(tmp_path)


def test_the_doctor_finds_an_unbroken_store_well(tmp_path: Path) -> None:
    a_home_with_events(tmp_path)

    store = found(examine(tmp_path, tmp_path), "event store")

    assert store.ok
    assert "3 events" in store.detail


def test_the_doctor_names_the_event_that_was_changed(tmp_path: Path) -> None:
    a_home_with_events(tmp_path)
    with sqlite3.connect(tmp_path / "ledger.sqlite") as store:
        store.execute(
            "UPDATE stored_events SET state = replace(state, '\"cash_e8\":1', '\"cash_e8\":2') WHERE rowid = 2"
        )

    finding = found(examine(tmp_path, tmp_path), "event store")

    assert not finding.ok
    assert "Event 2" in finding.detail


def test_the_doctor_names_secrets_that_others_can_read(tmp_path: Path) -> None:
    (tmp_path / "api-token").write_text("x" * 40)
    (tmp_path / "api-token").chmod(0o644)

    assert not found(examine(tmp_path, tmp_path), "secrets").ok


def test_the_doctor_says_what_is_missing_in_a_checkout_that_was_not_prepared(tmp_path: Path) -> None:
    findings = examine(tmp_path, tmp_path / "home")

    assert {"contract tools", "Anvil", "compiled contracts", "page"} <= {f.name for f in findings if not f.ok}
    assert all(finding.advice for finding in findings if not finding.ok)


def test_the_doctor_says_who_works_on_a_home(tmp_path: Path) -> None:
    lock = HomeLock(tmp_path)
    try:
        assert "by process" in found(examine(tmp_path, tmp_path), "in use").detail
    finally:
        lock.close()


def test_a_demo_is_removed_with_nothing_else(tmp_path: Path) -> None:
    a_home_with_events(tmp_path)
    (tmp_path / "my-notes.txt").write_text("mine")

    remove_demo(tmp_path)

    assert ["my-notes.txt"] == [path.name for path in tmp_path.iterdir()]


def test_a_home_in_use_is_not_removed(tmp_path: Path) -> None:
    a_home_with_events(tmp_path)
    lock = HomeLock(tmp_path)
    try:
        with pytest.raises(Refused) as refusal:
            remove_demo(tmp_path)
    finally:
        lock.close()

    assert "HOME_IN_USE" == refusal.value.code
    assert (tmp_path / "ledger.sqlite").exists()


def test_keys_that_are_not_demo_keys_are_never_removed(tmp_path: Path) -> None:
    a_home_with_events(tmp_path)
    (tmp_path / "demo-keys.json").write_text('{"mark": "LIVE"}')

    with pytest.raises(Refused) as refusal:
        remove_demo(tmp_path)

    assert "NOT_A_DEMO" == refusal.value.code


def test_a_folder_that_is_no_home_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_text("somebody's")

    with pytest.raises(Refused):
        remove_demo(tmp_path)

    assert (tmp_path / "ledger.sqlite").exists()
