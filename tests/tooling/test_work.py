"""Tasks run in order of need, never after a failure, are not repeated, and one set-up holds the checkout alone."""

import errno
import io
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import work
from console import Console
from failures import SetupError


class Workshop:
    """Tasks in a folder of their own, and what became of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.performed: list[str] = []
        self.output = io.StringIO()
        self.console = Console(self.output)
        self.processes = work.Processes(folder / "logs")

    def task(
        self, name: str, *needs: str, do: Callable[[], None] | None = None, fingerprint: str = "v1", makes: bool = True
    ) -> work.Task:
        product = self.folder / f"{name}.made"

        def perform() -> None:
            self.performed.append(name)
            if do is not None:
                do()
            if makes:
                product.touch()

        return work.Task(
            name=name,
            do=perform,
            fingerprint=lambda: fingerprint,
            made=product.exists,
            stamp=self.folder / "stamps" / name,
            needs=needs,
        )

    def perform(self, *tasks: work.Task) -> None:
        work.perform_all(tasks, self.processes, self.console)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def test_a_task_waits_for_what_it_needs(workshop: Workshop) -> None:
    workshop.perform(workshop.task("page", "tools"), workshop.task("tools", "node"), workshop.task("node"))

    assert workshop.performed == ["node", "tools", "page"]


def test_a_later_task_does_not_run_after_a_failure(workshop: Workshop) -> None:
    def fail() -> None:
        raise SetupError("no network")

    with pytest.raises(SetupError, match="no network"):
        workshop.perform(workshop.task("tools", do=fail), workshop.task("page", "tools"))

    assert workshop.performed == ["tools"]


def test_a_full_disk_inside_a_task_is_explained(workshop: Workshop) -> None:
    def fill() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(SetupError, match="the disk is full"):
        workshop.perform(workshop.task("packages", do=fill))


def test_a_failure_ends_what_runs_beside_it(workshop: Workshop) -> None:
    begun = threading.Event()

    def fail() -> None:
        assert begun.wait(10)
        raise SetupError("no network")

    def sleep() -> None:
        begun.set()
        workshop.processes.run("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], cwd=workshop.folder)

    began = time.monotonic()
    with pytest.raises(SetupError, match="no network"):
        workshop.perform(workshop.task("fails", do=fail), workshop.task("sleeps", do=sleep))

    assert time.monotonic() - began < 30


def test_what_was_done_is_not_done_again_until_its_source_changes(workshop: Workshop) -> None:
    workshop.perform(workshop.task("page", fingerprint="v1"))

    assert workshop.task("page", fingerprint="v1").is_done()
    assert not workshop.task("page", fingerprint="v2").is_done()


def test_what_was_removed_is_made_again(workshop: Workshop) -> None:
    workshop.perform(workshop.task("page"))
    (workshop.folder / "page.made").unlink()

    assert not workshop.task("page").is_done()


def test_what_was_broken_off_is_done_again(workshop: Workshop) -> None:
    def break_off() -> None:
        raise KeyboardInterrupt

    workshop.perform(workshop.task("page"))
    with pytest.raises(KeyboardInterrupt):
        workshop.task("page", do=break_off).perform()

    assert not workshop.task("page").is_done()


def test_a_task_that_made_nothing_has_failed(workshop: Workshop) -> None:
    with pytest.raises(SetupError, match="is not there"):
        workshop.perform(workshop.task("page", makes=False))


def test_a_program_that_fails_names_its_log_and_shows_its_last_lines(workshop: Workshop) -> None:
    program = "import sys; print('first'); print('it broke', file=sys.stderr); sys.exit(3)"

    with pytest.raises(SetupError) as failure:
        workshop.processes.run("A step", [sys.executable, "-c", program], cwd=workshop.folder)

    assert failure.value.log == workshop.folder / "logs" / "a-step.log"
    assert "it broke" in str(failure.value)


def test_a_program_that_is_not_there_is_a_clear_failure(workshop: Workshop) -> None:
    with pytest.raises(SetupError, match=r"A step: .*No such file"):
        workshop.processes.run("A step", [workshop.folder / "nothing"], cwd=workshop.folder)


def test_a_program_is_stopped_at_its_limit(workshop: Workshop) -> None:
    with pytest.raises(SetupError, match="did not end within"):
        workshop.processes.run(
            "A step", [sys.executable, "-c", "import time; time.sleep(60)"], cwd=workshop.folder, limit_s=0.5
        )


def test_a_second_set_up_waits_and_then_refuses(workshop: Workshop) -> None:
    lock = workshop.folder / "lock"
    with (
        work.only_one(lock, workshop.console),
        pytest.raises(SetupError, match="Another set-up of this checkout"),
        work.only_one(lock, workshop.console, limit_s=0.5),
    ):
        pytest.fail("two set-ups at once")

    assert "waiting for it to end" in workshop.output.getvalue()


def test_a_set_up_goes_on_when_the_other_has_ended(workshop: Workshop) -> None:
    lock = workshop.folder / "lock"
    with work.only_one(lock, workshop.console):
        pass
    with work.only_one(lock, workshop.console, limit_s=0.5):
        assert lock.read_text().startswith("process ")


def test_the_hash_of_files_sees_contents_and_names(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    before = work.hash_of([tmp_path / "a"])
    (tmp_path / "a").write_text("2")
    changed = work.hash_of([tmp_path / "a"])
    (tmp_path / "a").rename(tmp_path / "b")

    assert len({before, changed, work.hash_of([tmp_path / "b"])}) == 3


def test_files_below_does_not_enter_what_the_build_wrote(tmp_path: Path) -> None:
    for name in ("src/a.ts", "node_modules/x/b.js", "src/api/generated/c.ts"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    found = work.files_below(tmp_path, without=("node_modules", "src/api/generated"))

    assert list(found) == [tmp_path / "src" / "a.ts"]
