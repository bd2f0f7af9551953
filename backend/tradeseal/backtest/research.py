"""Research: back-tests, strategies and calibration as the page asks for them; a run has a process of its own.

Knows jobs and their progress. A back-test computes without pause, so it must not share a process with the engine that
trades. Knows nothing of HTTP.
"""

import multiprocessing
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from tradeseal.backtest.desk import Asked, backtest, prepare_question
from tradeseal.backtest.live import LiveCalibration
from tradeseal.backtest.store import RunStore
from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.signals.published import CLAIM, CLAIM_TEXT, known_strategies

JOBS_KEPT: Final = 100


@dataclass(frozen=True)
class Job:
    """One back-test that was asked for here: QUEUED, LOADING … REPORTING, then DONE with its run, or FAILED."""

    id: str
    strategy: str
    phase: str = "QUEUED"
    done: int = 0
    total: int = 0
    run_id: str | None = None
    code: str | None = None
    message: str | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return asdict(self)


class Research:
    """What the page asks; one back-test at a time."""

    def __init__(self, home: Path, asked: Asked, live: LiveCalibration) -> None:
        self._home = home
        self._asked = asked
        self._live = live
        self._jobs: dict[str, Job] = {}
        self._turn = threading.Lock()

    def strategies(self) -> Sequence[Mapping[str, Any]]:
        """Every strategy that can be named."""
        return [found.to_json() for found in known_strategies(self._asked.strategies).values()]

    def runs(self) -> Sequence[Mapping[str, Any]]:
        """Every stored run, without its curve."""
        return [
            {
                "id": manifest["id"],
                "strategy": manifest["plan"]["strategy"],
                "markets": manifest["plan"]["markets"],
                "data": manifest["plan"]["data_label"],
                "interval_s": manifest["plan"]["interval_s"],
                "confidence": manifest["plan"]["confidence"],
                "record_head": manifest["result"]["record_head"],
                **manifest["summary"],
            }
            for manifest in RunStore(self._home).manifests()
        ]

    def report(self, run_id: str) -> Mapping[str, Any]:
        """A stored run's whole report."""
        return RunStore(self._home).report(run_id)

    def jobs(self) -> Sequence[Job]:
        """What was asked for since the start, the newest last."""
        return list(self._jobs.values())

    def start(self, wish: Mapping[str, Any]) -> Job:
        """Begin a back-test on the home's candles; refused while another one runs."""
        asked = prepare_question(self._asked, wish)
        with self._turn:
            busy = next((job for job in self._jobs.values() if job.phase not in ("DONE", "FAILED")), None)
            if busy is not None:
                raise Refused("BACKTEST_RUNNING", f"Back-test {busy.id} is running; one at a time.", running=busy.id)
            job = Job(f"job-{len(self._jobs) + 1}", asked.strategy)
            self._jobs[job.id] = job
            while len(self._jobs) > JOBS_KEPT:
                self._jobs.pop(next(iter(self._jobs)))
        threading.Thread(target=self._follow, args=(job, asked), name=job.id, daemon=True).start()
        return job

    def calibration(self) -> Mapping[str, Any]:
        """The scores of the home's own signals."""
        scores, clock = self._live.scores()
        told = {"claim": "0x" + CLAIM.hex(), "event": CLAIM_TEXT, "as_of": clock, "has_skill": scores.has_skill}
        return {**told, **scores.to_json()}

    def _follow(self, job: Job, asked: Asked) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=carry_out, args=(asked, self._home, theirs), name=job.id, daemon=True)
        process.start()
        theirs.close()
        told: dict[str, Any] = {}
        try:
            while told.get("phase") not in ("DONE", "FAILED"):
                told = ours.recv()
                job = replace(job, **told)
                self._jobs[job.id] = job
        except EOFError:
            message = "The back-test's process ended without an answer."
            self._jobs[job.id] = replace(job, phase="FAILED", code="BACKTEST_DIED", message=message)
        process.join()


def carry_out(asked: Asked, home: Path, tell: Any) -> None:
    """Run in a process of its own, and tell how far it is."""

    def progress(phase: str, done: int, total: int) -> None:
        tell.send({"phase": phase, "done": done, "total": total})

    try:
        report, _ = backtest(asked, home, progress)
        tell.send({"phase": "DONE", "run_id": report["id"]})
    except TradesealError as error:
        tell.send({"phase": "FAILED", "code": error.code, "message": error.message})
