"""Tasks that need one another: run side by side where they can, never after a failure, each output kept in a file.

Knows processes, logs, stamps and the lock of a checkout. Knows nothing of pip, npm or the product.
"""

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from console import GREEN, RED, Console, Heartbeat
from failures import SetupError, explain, explain_os_error

STEP_LIMIT_S = 1800
LOCK_LIMIT_S = 1200


class Stopped(Exception):
    """This task was ended because another one failed."""


class Processes:
    """Starts programs with their output in a log file, and can end all of them at once."""

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._stopped = False

    def run(
        self,
        step: str,
        argv: Sequence[str | Path],
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        limit_s: float = STEP_LIMIT_S,
    ) -> Path:
        """Run to the end and return the log, or raise `SetupError` with the cause."""
        log = self._log_folder / f"{step.lower().replace(' ', '-')}.log"
        with _opened(step, log) as output:
            process = self._start(step, argv, cwd, env, output)
            try:
                code = process.wait(timeout=limit_s)
            except subprocess.TimeoutExpired:
                _end(process)
                raise SetupError(f"{step} did not end within {limit_s:.0f} s and was stopped.", log=log) from None
            finally:
                with self._lock:
                    self._running.discard(process)
        if self._stopped:
            raise Stopped
        if code != 0:
            raise explain(step, log)
        return log

    def stop(self) -> None:
        """End everything that runs, and let nothing new begin."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _end(process)

    def _start(
        self, step: str, argv: Sequence[str | Path], cwd: Path, env: Mapping[str, str] | None, output: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise Stopped
            output.write(f"$ {' '.join(map(str, argv))}\n".encode())
            output.flush()
            try:
                process = subprocess.Popen(
                    [str(part) for part in argv],
                    cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                    start_new_session=True,  # so that its children end with it
                )  # fmt: skip
            except OSError as error:
                raise explain_os_error(step, error) from error
            self._running.add(process)
            return process


@contextmanager
def _opened(step: str, log: Path) -> Iterator[IO[bytes]]:
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            yield output
    except OSError as error:
        raise explain_os_error(step, error) from error


def _end(process: subprocess.Popen[bytes]) -> None:
    """End `process` and its children: asked first, then told."""
    for how in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, how)
            else:
                process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
            return


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to prepare. `fingerprint` names what it was made from; `made` must exist for it to count as done."""

    name: str
    do: Callable[[], None]
    fingerprint: Callable[[], str]
    made: Callable[[], bool]
    stamp: Path
    needs: tuple[str, ...] = ()
    megabytes: int = 0

    def is_done(self) -> bool:
        return self.made() and self.stamp.is_file() and self.stamp.read_text() == self.fingerprint()

    def perform(self) -> None:
        """Do it, and only then say so: killed half-way, it is done again."""
        if self.stamp.is_file():
            self.stamp.write_text("unfinished")
        fingerprint = self.fingerprint()
        self.do()
        if not self.made():
            raise SetupError(f"{self.name} ended without an error, but what it should have made is not there.")
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(fingerprint)


def perform_all(tasks: Sequence[Task], processes: Processes, console: Console) -> float:
    """Perform what is not done, in order of need, two or more at a time. Returns the seconds taken."""
    began = time.monotonic()
    done: set[str] = set()
    waiting = list(tasks)
    running: dict[Future[None], Task] = {}
    with Heartbeat(console) as heartbeat, ThreadPoolExecutor(max_workers=4) as pool:
        try:
            while waiting or running:
                for task in [task for task in waiting if done.issuperset(task.needs)]:
                    waiting.remove(task)
                    heartbeat.begin(task.name)
                    running[pool.submit(task.perform)] = task
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    task = running.pop(future)
                    seconds = heartbeat.end(task.name)
                    _raise_failure(task, future)
                    done.add(task.name)
                    console.line(f"  {console.paint('✓', GREEN)} {task.name:<28}{seconds:6.1f} s")
        except BaseException:
            processes.stop()
            for task in running.values():
                console.line(f"  {console.paint('-', RED)} {task.name:<28} stopped")
            raise
    return time.monotonic() - began


def _raise_failure(task: Task, future: "Future[None]") -> None:
    error = future.exception()
    if isinstance(error, OSError):
        raise explain_os_error(task.name, error) from error
    if error is not None:
        raise error


def hash_of(paths: Iterable[Path], *words: str) -> str:
    """One hash over words, and over the names and contents of files."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        total.update(f"\0{path}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def files_below(folder: Path, *, without: Iterable[str] = ()) -> Iterator[Path]:
    """Every file in `folder`, not entering the folders (relative to it) named in `without`."""
    unwanted = {folder / name for name in without}
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if here / name not in unwanted]
        yield from (here / name for name in names if here / name not in unwanted)


@contextmanager
def only_one(lock_file: Path, console: Console, *, limit_s: float = LOCK_LIMIT_S) -> Iterator[None]:
    """Hold this checkout's set-up alone: wait up to `limit_s` for another one, take over from a dead one at once."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a+") as handle:
        began = time.monotonic()
        told = False
        while not _locked(handle):
            holder = _holder(lock_file)
            if time.monotonic() - began >= limit_s:
                raise SetupError(
                    f"Another set-up of this checkout ({holder}) is still running after {limit_s:.0f} s.",
                    "wait until it has ended, or end it, then run the same command again.",
                )
            if not told:
                console.line(f"Another set-up of this checkout is running ({holder}); waiting for it to end.")
                told = True
            time.sleep(0.2)
        handle.truncate(0)
        handle.write(f"process {os.getpid()}")
        handle.flush()
        yield


def _holder(lock_file: Path) -> str:
    return lock_file.read_text() or "process unknown"


if sys.platform == "win32":
    import msvcrt

    def _locked(handle: IO[str]) -> bool:
        handle.seek(1 << 20)  # far behind what is written, which must stay readable
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(handle: IO[str]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
