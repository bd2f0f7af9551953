"""A run is stored and copied whole or not at all: after kill -9 at any step, on a full disk, over another run."""

import json
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeseal.backtest.desk import Asked, backtest, prepare
from tradeseal.backtest.folders import ASIDE, DRAFT, LOCK
from tradeseal.backtest.report import Report, report_of
from tradeseal.backtest.run import Finished, run
from tradeseal.backtest.store import RunStore, export, refuse_taken
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.kernel.files import take
from tradeseal.main import app

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
forking = pytest.mark.skipif(sys.platform == "win32", reason="needs fork: not on Windows")
ASKED = Asked(
    strategy="trend", markets=("ETH",), start=parse_utc("2024-12-02T15:00Z"), end=parse_utc("2024-12-04T00:00Z"),
    assume_bps=9_900,
)  # fmt: skip
KEPT_ALWAYS = {"manifest.json", "report.json", "report.html", "calibrator.json",
               "equity.parquet", "trades.parquet", "signals.parquet"}  # fmt: skip


@pytest.fixture(scope="module")
def finished(compiled: None) -> Finished:
    ready = prepare(ASKED)
    return run(
        ready.strategy, ready.calibrator, ready.store, start=ready.start, end=ready.end, cash_e8=ASKED.cash_e8,
        confidence=ready.confidence,
    )  # fmt: skip


@pytest.fixture
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed process loses nothing that it has written; only a power cut does, and disks here are slow."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def in_a_child(act: Callable[[], None]) -> int:
    """The signal that ended a copy of this process which did `act`, or 0 after it did all of it."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:  # noqa: BLE001 - whatever it was, the parent sees that it was no kill
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def killed_at(step: int) -> None:
    """Let this process kill itself before its so-maniest change to the disk."""
    left = step

    def watched(name: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        writes = name in ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.copyfile") or (
            name == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT
        )
        if writes:
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watched)


@forking
@pytest.mark.slow
@pytest.mark.usefixtures("no_fsync")
def test_a_run_killed_at_any_step_of_being_stored_is_there_whole_or_as_it_was(
    finished: Finished, tmp_path: Path
) -> None:
    first, second = report_of(finished, []), report_of(finished, [0.1, 0.2])
    killed, ready = 0, tmp_path / "ready"
    RunStore(ready).keep(finished, lambda _: first)
    RunStore(ready).attach(first["id"], "checks.json", {"reports": []})
    for before in (False, True):
        for step in range(100):
            home = tmp_path / f"{before}-{step}"
            runs, wanted = RunStore(home), [first["trials"]["trials"]] * before
            if before:
                shutil.copytree(ready, home)

            def store(runs: RunStore = runs, step: int = step) -> None:
                killed_at(step)
                runs.keep(finished, lambda _: second)

            ended = in_a_child(store)
            # Asked at once, as the page would, and after the next run has been stored.
            there = [one["id"] for one in runs.manifests()]
            assert there in ([first["id"]] * before, [first["id"]])
            for run_id in there:
                assert set(contents(runs.folder(run_id))) >= KEPT_ALWAYS | ({"checks.json"} if before else set())
                assert runs.report(run_id)["trials"]["trials"] in [*wanted, second["trials"]["trials"]]
            runs.keep(finished, lambda _: second)
            assert {path.name for path in (home / "backtests").iterdir()} == {first["id"], LOCK}
            assert (runs.folder(first["id"]) / "checks.json").is_file() == before
            if not ended:
                break
            killed += 1
    assert killed > 30


@forking
@pytest.mark.slow
@pytest.mark.usefixtures("no_fsync")
def test_a_copy_killed_at_any_step_is_there_whole_or_as_it_was(finished: Finished, tmp_path: Path) -> None:
    folder, _ = RunStore(tmp_path / "home").keep(finished, partial(report_of, finished))
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    (old / "report.html").write_text("an older one")
    for step in range(100):
        out = tmp_path / f"out-{step}"
        shutil.copytree(old, out)

        def copy(out: Path = out, step: int = step) -> None:
            killed_at(step)
            export(folder, out, replace=True)

        ended = in_a_child(copy)
        if not out.exists():  # killed between the two names: the old one lies beside, and the next copy puts it back
            assert contents(out.with_name(out.name + ASIDE)) == contents(old)
        else:
            assert contents(out) in (contents(old), contents(folder))
        export(folder, out, replace=True)
        assert contents(out) == contents(folder)
        assert not [path.name for end in (DRAFT, ASIDE) for path in tmp_path.glob(f"*{end}")]
        if not ended:
            assert step > 10
            break


@forking
def test_a_back_test_killed_while_it_runs_leaves_no_run(tmp_path: Path) -> None:
    def kill(phase: str, done: int, total: int) -> None:
        if phase == "RUNNING" and total:
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(lambda: void(backtest(replace(ASKED, out=tmp_path / "out"), tmp_path, kill))) == signal.SIGKILL
    assert list(RunStore(tmp_path).manifests()) == []
    assert not (tmp_path / "out").exists()


def void(_: Any) -> None:
    """A result that nobody needs."""


@forking
@pytest.mark.parametrize("room", [0, 3_000, 12_000])
def test_on_a_full_disk_nothing_is_stored_and_what_was_there_is_as_it_was(
    finished: Finished, tmp_path: Path, room: int
) -> None:
    runs = RunStore(tmp_path)
    folder, _ = runs.keep(finished, partial(report_of, finished))
    before = contents(folder)
    out = tmp_path / "out"

    def store() -> None:
        """No file may grow beyond `room`: the system ends a write as it does on a full disk."""
        import resource  # noqa: PLC0415 - not on Windows

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        with pytest.raises(Unavailable) as first:
            runs.keep(finished, lambda _: report_of(finished, [0.1, 0.2]))
        with pytest.raises(Unavailable) as second:
            export(folder, out)
        with pytest.raises(Unavailable):
            runs.attach(finished.plan.id, "checks.json", {"reports": ["x" * 20_000]})
        assert first.value.code == second.value.code == "NOT_WRITTEN"
        assert "make room" in first.value.message
        assert "The run is stored in" in second.value.message

    assert in_a_child(store) == 0
    assert contents(folder) == before
    assert {path.name for path in tmp_path.rglob("*") if path.is_dir()} == {"backtests", finished.plan.id}


def test_two_processes_do_not_store_at_once(
    finished: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradeseal.backtest.folders._TRIES", 2)
    runs = RunStore(tmp_path)
    runs.open()
    with (tmp_path / "backtests" / LOCK).open("a") as file:
        assert take(file)
        with pytest.raises(Unavailable) as busy:
            runs.keep(finished, partial(report_of, finished))

    assert busy.value.code == "RUNS_BUSY"


def test_of_two_runs_that_end_at_once_the_second_counts_the_first(finished: Finished, tmp_path: Path) -> None:
    runs, other = RunStore(tmp_path), replace(finished, plan=replace(finished.plan, book="other"))
    reporting, go_on = threading.Event(), threading.Event()

    counted: list[int] = []

    def slowly(tried: Sequence[float]) -> Report:
        reporting.set()
        assert go_on.wait(30)
        counted.append(len(tried))
        return report_of(finished, tried)

    def quickly(tried: Sequence[float]) -> Report:
        counted.append(len(tried))
        return report_of(other, tried)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(runs.keep, finished, slowly)
        assert reporting.wait(30)
        second = pool.submit(RunStore(tmp_path).keep, other, quickly)
        assert not wait([second], timeout=0.5).done
        go_on.set()
        for storing in (first, second):
            storing.result(60)

    assert counted == [0, 1]


def test_the_same_out_twice_is_refused_before_the_run_begins_and_loses_nothing(tmp_path: Path) -> None:
    out, home = tmp_path / "out", tmp_path / "home"
    words = ["backtest", "--strategy", "trend", "--markets", "ETH", "--from", "2024-12-02T15:00Z", "--home", str(home),
             "--assume-confidence", "0.99", "--out", str(out), "--json"]  # fmt: skip

    def told(*more: str, code: int) -> Any:
        done = CliRunner().invoke(app, [*words, *more])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    first = told("--to", "2024-12-04T00:00Z", code=0)
    before = contents(out)
    refused = told("--to", "2024-12-05T00:00Z", code=2)["error"]
    assert (refused["code"], "--force" in refused["message"]) == ("OUT_EXISTS", True)
    assert contents(out) == before
    assert [one["id"] for one in RunStore(home).manifests()] == [first["id"]]

    second = told("--to", "2024-12-05T00:00Z", "--force", code=0)
    assert json.loads((out / "manifest.json").read_text())["id"] == second["id"] != first["id"]
    # A run that is made again goes where it is told, too.
    (tmp_path / "again").mkdir()
    words[words.index(str(out))] = str(tmp_path / "again")
    told("--again", str(out / "manifest.json"), code=0)
    assert json.loads((tmp_path / "again" / "manifest.json").read_text())["id"] == second["id"]


@pytest.mark.parametrize("other", ["letters.txt", "photos/"])
def test_force_replaces_nothing_but_a_run(finished: Finished, tmp_path: Path, other: str) -> None:
    folder, _ = RunStore(tmp_path / "home").keep(finished, partial(report_of, finished))
    out = tmp_path / "out"
    export(folder, out)
    (out / other).mkdir() if other.endswith("/") else (out / other).write_text("dear")

    with pytest.raises(Refused) as refusal:
        export(folder, out, replace=True)

    assert refusal.value.code == "OUT_IS_NO_RUN"
    assert other.strip("/") in refusal.value.message
    assert (out / other).exists()


def test_what_is_no_run_at_all_is_never_replaced_and_an_empty_folder_is_filled(
    finished: Finished, tmp_path: Path
) -> None:
    folder, _ = RunStore(tmp_path / "home").keep(finished, partial(report_of, finished))
    file, lone, empty = tmp_path / "file", tmp_path / "lone", tmp_path / "empty"
    file.write_text("dear")
    lone.mkdir()
    (lone / "report.json").write_text("{}")
    empty.mkdir()

    for taken in (file, lone, tmp_path):
        with pytest.raises(Refused) as refusal:
            refuse_taken(taken, replace=True)
        assert refusal.value.code == "OUT_IS_NO_RUN"
    export(folder, empty)
    assert contents(empty) == contents(folder)
