"""Jobs: long work in a process of its own, one piece at a time, with its progress and an end that a person may order.

Knows processes and how far they are. A back-test computes without pause, so it must not share a process with the engine
that trades. Knows nothing of what the work is about, nor of HTTP.
"""

import multiprocessing
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from multiprocessing.process import BaseProcess
from typing import Any, Final, Protocol

from tradeseal.kernel.errors import Refused, TradesealError

JOBS_KEPT: Final = 100
ENDED: Final = ("DONE", "FAILED", "CANCELLED")
Progress = Callable[[str, int, int], None]


class Work(Protocol):
    """Something that can be sent to another process and done there."""

    @property
    def kind(self) -> str: ...

    @property
    def strategy(self) -> str: ...

    def do(self, progress: Progress) -> str | None:
        """Do it; the run it belongs to, if any."""

    def tidy(self) -> None:
        """Put away what a process that was ended half-way has left."""


@dataclass(frozen=True)
class Job:
    """One piece of work: QUEUED, LOADING … REPORTING, then DONE with its run, FAILED with why, or CANCELLED."""

    id: str
    strategy: str
    kind: str = "RUN"
    phase: str = "QUEUED"
    done: int = 0
    total: int = 0
    run_id: str | None = None
    code: str | None = None
    message: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.phase in ENDED

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


class Jobs:
    """What was asked for since the start, one of it running."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._turn = threading.Lock()
        self._count = 0
        self._process: BaseProcess | None = None
        self._cancelled: set[str] = set()

    def all(self) -> Sequence[Job]:
        """The newest last."""
        return list(self._jobs.values())

    def start(self, work: Work) -> Job:
        """Begin; refused while another one runs."""
        with self._turn:
            busy = next((job for job in self._jobs.values() if not job.is_over), None)
            if busy is not None:
                raise Refused("BACKTEST_RUNNING", f"Back-test {busy.id} is running; one at a time.", running=busy.id)
            self._count += 1
            job = Job(f"job-{self._count}", work.strategy, work.kind)
            self._jobs[job.id] = job
            while len(self._jobs) > JOBS_KEPT:
                self._jobs.pop(next(iter(self._jobs)))
        threading.Thread(target=self._follow, args=(job, work), name=job.id, daemon=True).start()
        return job

    def cancel(self, job_id: str) -> Job:
        """End a running job; one that is over stays as it is."""
        with self._turn:
            job = self._jobs.get(job_id)
            if job is None:
                raise Refused("UNKNOWN_JOB", f"There is no job {job_id}.", got=job_id)
            if job.is_over:
                return job
            self._cancelled.add(job_id)
            if self._process is not None:
                self._process.terminate()
            self._jobs[job_id] = replace(job, phase="CANCELLED")
            return self._jobs[job_id]

    def _follow(self, job: Job, work: Work) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        with self._turn:
            if job.id in self._cancelled:
                return
            process = context.Process(target=carry_out, args=(work, theirs), name=job.id, daemon=True)
            process.start()
            self._process = process
        theirs.close()
        try:
            while not job.is_over:
                job = replace(job, **ours.recv())
                self._tell(job)
        except EOFError:
            message = "The back-test's process ended without an answer."
            self._tell(replace(job, phase="FAILED", code="BACKTEST_DIED", message=message))
        process.join()
        work.tidy()

    def _tell(self, job: Job) -> None:
        with self._turn:
            if job.id not in self._cancelled:
                self._jobs[job.id] = job


def carry_out(work: Work, tell: Any) -> None:
    """Work in a process of its own, and tell how far it is."""

    def progress(phase: str, done: int, total: int) -> None:
        tell.send({"phase": phase, "done": done, "total": total})

    try:
        run_id = work.do(progress)
        tell.send({"phase": "DONE", "run_id": run_id})
    except TradesealError as error:
        tell.send({"phase": "FAILED", "code": error.code, "message": error.message})
