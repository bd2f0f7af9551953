"""An archive carries the whole history, goes on where it was killed, and gives the same heads wherever it lies."""

import json
import shutil
from pathlib import Path

import pytest
from forger import Forger
from replays import Replay

from tradeseal.api.results import answer
from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.ledger.published import EventLog
from tradeseal.readmodels.metrics import METRICS as KNOWN
from tradeseal.readmodels.published import open_read_models
from tradeseal.verify import archive as archives
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.archive import ArchiveHistory, export_home, import_archive
from tradeseal.verify.history import HomeHistory
from tradeseal.verify.published import read_shown

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]

METRICS = len(KNOWN)
RETRAINED = ("--retrain", "5h")  # as the honest run was


def silent(_done: int, _total: int) -> None: ...


@pytest.fixture
def archive(honest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Five files of a hundred events each, and what comes with them."""
    monkeypatch.setattr(archives, "EVENTS_A_FILE", 100)
    export_home(honest, tmp_path / "archive", progress=silent)
    return tmp_path / "archive"


def content_of(folder: Path) -> dict[str, bytes]:
    """Every file by its place in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rewrite(archive: Path, name: str, change: dict[str, object]) -> None:
    """Edit one file of an archive."""
    told = json.loads((archive / name).read_text())
    for key, value in change.items():
        told[key] = {**told[key], **value} if isinstance(value, dict) else value
    (archive / name).write_text(json.dumps(told))


def test_an_archive_verifies_like_its_home_and_holds_no_key(archive: Path, honest: Path) -> None:
    from_archive = verify(ArchiveHistory(archive), Wishes(machine="pyrevm"))
    from_home = verify(HomeHistory(honest), Wishes(machine="pyrevm"))
    keys = json.loads((honest / "demo-keys.json").read_text())["keys"].values()
    content = "".join(path.read_text() for path in archive.rglob("*.json*"))

    assert from_archive.agrees, from_archive.findings.first
    assert from_archive.log_root == from_home.log_root
    assert from_archive.record_head == from_home.record_head
    assert from_archive.findings.checks[7].checked["published figures"] == 10 + METRICS
    assert not any(key[2:] in content for key in keys)


def test_an_import_has_the_same_log_byte_for_byte_and_verifies(archive: Path, honest: Path, tmp_path: Path) -> None:
    import_archive(archive, tmp_path / "home", progress=silent)

    ours, theirs = EventLog(tmp_path / "home" / "ledger.sqlite"), EventLog(honest / "ledger.sqlite")
    assert list(ours.all()) == list(theirs.all())
    assert ours.last() == theirs.last()
    assert verify(HomeHistory(tmp_path / "home"), Wishes(machine="pyrevm")).agrees


def test_what_the_signals_were_made_by_comes_along_and_is_what_the_log_names(
    archive: Path, honest: Path, tmp_path: Path
) -> None:
    import_archive(archive, tmp_path / "home", progress=silent)

    told = [line.data["calibrator"] for line in Forger(honest).all("CalibratorRevised")]
    kept = {name: content for name, content in content_of(honest).items() if name.startswith(("calib", "strategy"))}
    assert {"0x" + json.loads(content)["hash"] for name, content in kept.items() if "/" in name} == set(told)
    assert len(told) == 4
    for folder in (archive, tmp_path / "home"):
        there = content_of(folder)
        assert {name: there.get(name) for name in kept} == kept


@pytest.mark.long
def test_a_replay_goes_on_in_an_imported_home_that_was_given_its_keys_and_ends_like_any_other(
    honest: Path, tmp_path: Path
) -> None:
    quick = (*RETRAINED, "--chain", "pyrevm")
    begun = Replay(tmp_path / "begun", options=quick)
    begun.die_at("record-mined:2")
    export_home(begun.home, tmp_path / "archive", progress=silent)
    import_archive(tmp_path / "archive", tmp_path / "home", progress=silent)
    shutil.copy(begun.home / "demo-keys.json", tmp_path / "home")

    ended = Replay(tmp_path / "home", options=quick).to_the_end()

    assert ended["record_head"] == verify(HomeHistory(honest), Wishes(machine="pyrevm")).record_head
    assert len(list((tmp_path / "home" / "calibrators").iterdir())) == 4


def test_a_calibrator_that_was_changed_in_an_archive_is_not_imported_and_an_older_archive_names_none(
    archive: Path, tmp_path: Path
) -> None:
    calibrator = next(iter(archive.glob("calibrators/*.json")))
    calibrator.write_text(calibrator.read_text() + " ")

    with pytest.raises(Inconsistent, match=calibrator.name) as refusal:
        import_archive(archive, tmp_path / "home", progress=silent)

    assert refusal.value.code == "FILE_DIFFERS"
    assert not (tmp_path / "home").exists()
    manifest = json.loads((archive / "manifest.json").read_text())
    del manifest["beside"]
    (archive / "manifest.json").write_text(json.dumps(manifest))
    assert import_archive(archive, tmp_path / "home", progress=silent)["log_root"] == manifest["log_root"]


def test_an_import_that_was_killed_goes_on_and_a_home_in_use_is_refused(
    archive: Path, honest: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"

    def die(done: int, _total: int) -> None:
        if done >= 200:
            raise KeyboardInterrupt

    monkeypatch.setattr("tradeseal.ledger.store.STORED_AT_ONCE", 50)
    with pytest.raises(KeyboardInterrupt):
        import_archive(archive, home, progress=die)
    begun = EventLog(home / "ledger.importing").last()[0]
    import_archive(archive, home, progress=silent)

    assert 200 <= begun < 300
    assert EventLog(home / "ledger.sqlite").last() == EventLog(honest / "ledger.sqlite").last()
    with pytest.raises(Refused) as refusal:
        import_archive(archive, home, progress=silent)
    assert refusal.value.code == "HOME_NOT_EMPTY"


def test_an_export_that_was_killed_goes_on_with_the_first_file_that_is_missing(archive: Path, honest: Path) -> None:
    whole = content_of(archive)
    for name in ("manifest.json", "events-00003.jsonl", "events-00005.jsonl"):
        (archive / name).unlink()
    untouched = (archive / "events-00001.jsonl").stat().st_mtime_ns

    export_home(honest, archive, progress=silent)

    assert content_of(archive) == whole
    assert (archive / "events-00001.jsonl").stat().st_mtime_ns == untouched


def test_an_archive_without_its_manifest_or_of_another_history_is_refused(
    archive: Path, honest: Path, tmp_path: Path
) -> None:
    other = Forger(honest)
    other.change(other.lines[0], page=7)
    with pytest.raises(Refused) as foreign:
        export_home(other.write(tmp_path / "other"), archive, progress=silent)
    (archive / "manifest.json").unlink()
    with pytest.raises(Refused) as torn:
        ArchiveHistory(archive)

    assert (foreign.value.code, torn.value.code) == ("OTHER_ARCHIVE", "NO_ARCHIVE")


@pytest.mark.parametrize(
    ("where", "name", "told"),
    [("figures", "realised_e8", "99900000000"), ("metrics", "max_drawdown", "-0.000001")],
)
def test_a_published_figure_that_was_inflated_is_found(archive: Path, where: str, name: str, told: str) -> None:
    rewrite(archive, "manifest.json", {where: {name: told}})

    report = verify(ArchiveHistory(archive), Wishes(machine="pyrevm"))

    found = report.findings.first
    assert found is not None
    assert (found.check, found.code, found.got) == (7, "METRIC_DIFFERS", told)
    assert name in found.message


def test_what_a_page_showed_of_the_log_is_computed_again(honest: Path, tmp_path: Path) -> None:
    log = EventLog(honest / "ledger.sqlite")
    views = open_read_models(tmp_path / "views", log)
    views.follower.catch_up()
    page = answer(views.queries.results.outcome(10), needed=30, uptime_s=1)
    kept = tmp_path / "shown.json"
    kept.write_text(json.dumps(page))
    inflated = tmp_path / "inflated.json"
    for metric in page["metrics"]:
        if metric["id"] == "total_pnl":
            metric["value"] = "999.5"
    inflated.write_text(json.dumps(page))

    true = verify(HomeHistory(honest), Wishes(machine="pyrevm", shown=read_shown(kept)))
    false = verify(HomeHistory(honest), Wishes(machine="pyrevm", shown=read_shown(inflated)))

    assert true.agrees, true.findings.first
    assert true.findings.checks[7].checked["metrics that a page showed"] == METRICS
    assert false.findings.first is not None
    assert (false.findings.first.check, false.findings.first.got) == (7, "999.5")
    with pytest.raises(Refused, match="no answer of /api/analytics"):
        read_shown(honest / "manifest.json")


def test_a_file_that_is_not_the_manifests_is_refused_and_a_false_root_is_not_imported(
    archive: Path, tmp_path: Path
) -> None:
    false = tmp_path / "false"
    shutil.copytree(archive, false)
    rewrite(false, "manifest.json", {"log_root": "0x" + "ab" * 32})
    with pytest.raises(Inconsistent) as differs:
        import_archive(false, tmp_path / "home", progress=silent)
    file = archive / "events-00002.jsonl"
    file.write_bytes(file.read_bytes().replace(b"BUY", b"SEL", 1) + b"\n")
    with pytest.raises(Refused) as changed:
        verify(ArchiveHistory(archive), Wishes(machine="pyrevm"))

    assert (differs.value.code, changed.value.code) == ("LOG_ROOT_DIFFERS", "ARCHIVE_CHANGED")
    assert not (tmp_path / "home" / "ledger.sqlite").exists()
