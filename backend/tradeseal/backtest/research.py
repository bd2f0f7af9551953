"""Research: back-tests, their checks, strategies and calibration as the page asks for them.

Knows which work answers which question. Knows nothing of processes or HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tradeseal.backtest.bias import BiasReport
from tradeseal.backtest.comparison import compare
from tradeseal.backtest.desk import Asked, asked_again, backtest, checks, prepare_question, walk
from tradeseal.backtest.jobs import Job, Jobs, Progress
from tradeseal.backtest.live import LiveCalibration
from tradeseal.backtest.store import CHECKS, FOLDS, RunStore
from tradeseal.kernel.clock import iso_utc
from tradeseal.market.published import WINDOW
from tradeseal.signals.published import BPS, CLAIM, CLAIM_TEXT, Calibrator, Strategy, known_strategies


@dataclass(frozen=True)
class BacktestWork:
    """One back-test."""

    asked: Asked
    home: Path
    kind: str = "RUN"

    @property
    def strategy(self) -> str:
        """Whose it is."""
        return self.asked.strategy

    def do(self, progress: Progress) -> str | None:
        """Run, report and store."""
        report, _ = backtest(self.asked, self.home, progress)
        return str(report["id"])

    def tidy(self) -> None:
        """A run that was ended while it was stored is none."""
        RunStore(self.home).tidy()


@dataclass(frozen=True)
class RunWork:
    """What is asked of a stored run: did it look ahead (CHECKS), how did its confidence do by quarters (FOLDS)."""

    run_id: str
    asked: Asked
    home: Path
    kind: str

    @property
    def strategy(self) -> str:
        """Whose it is."""
        return self.asked.strategy

    def do(self, progress: Progress) -> str | None:
        """Compute, and keep the answer beside the run."""
        if self.kind == "CHECKS":
            found = [one.to_json() for one in checks(self.asked, lookahead=True, warmup=True, progress=progress)]
            RunStore(self.home).attach(self.run_id, CHECKS, {"reports": found})
        else:
            RunStore(self.home).attach(self.run_id, FOLDS, walk(self.asked, progress).to_json())
        return self.run_id

    def tidy(self) -> None:
        """Nothing lies about: the answer is written whole or not at all."""


@dataclass(frozen=True)
class LiveWork:
    """Every signal that the home has committed against what its candles, code and calibrator say now."""

    strategy: str
    compare: Callable[[], BiasReport]
    home: Path
    clock: int
    kind: str = "LIVE"

    def do(self, progress: Progress) -> str | None:
        """Recompute, compare, keep."""
        progress("CHECKING", 0, 0)
        RunStore(self.home).keep_live({"as_of": iso_utc(self.clock), **self.compare().to_json()})
        return None

    def tidy(self) -> None:
        """Nothing lies about: the answer is written whole or not at all."""


@dataclass(frozen=True)
class InUse:
    """What the home's own signals are made by."""

    strategy: Strategy
    calibrator: Calibrator

    def to_json(self) -> dict[str, Any]:
        """Names, hashes, and how the confidence was fitted."""
        return {
            "strategy": self.strategy.name,
            "params": dict(self.strategy.params),
            "model_hash": "0x" + self.strategy.code_hash.hex(),
            "calibrator_hash": "0x" + self.calibrator.hash.hex(),
            "base_rate": self.calibrator.base_rate_bps / BPS,
            "skill": self.calibrator.skill,
            "origin": {name: value for name, value in asdict(self.calibrator.origin).items() if name != "strategy"},
        }


class Research:
    """What the page asks."""

    def __init__(
        self,
        home: Path,
        asked: Asked,
        live: LiveCalibration,
        *,
        in_use: Callable[[], InUse] | None = None,
        compare: Callable[[], BiasReport] | None = None,
        clock: Callable[[], int] = lambda: 0,
    ) -> None:
        self._home = home
        self._asked = asked
        self._live = live
        self._in_use = in_use
        self._compare = compare
        self._clock = clock
        self._runs = RunStore(home)
        self._jobs = Jobs()

    def strategies(self) -> Sequence[Mapping[str, Any]]:
        """Every strategy that can be named, with the hash of its code and own parameters."""
        return [
            {**found.to_json(), "code_hash": "0x" + found.kind().code_hash.hex(), "warmup_candles": WINDOW}
            for found in known_strategies(self._asked.strategies).values()
        ]

    def in_use(self) -> Mapping[str, Any] | None:
        """What the home trades by, and what a back-test takes if nothing else is said."""
        return None if self._in_use is None else self._in_use().to_json()

    def runs(self) -> Sequence[Mapping[str, Any]]:
        """Every stored run, without its curve, the newest first."""
        return [
            {
                "id": manifest["id"],
                "kept_at": kept_at,
                "strategy": manifest["plan"]["strategy"],
                "params": manifest["plan"]["params"],
                "markets": manifest["plan"]["markets"],
                "data": manifest["plan"]["data_label"],
                "interval_s": manifest["plan"]["interval_s"],
                "confidence": manifest["plan"]["confidence"],
                "initial_e8": int(manifest["plan"]["cash_e8"]),
                "record_head": manifest["result"]["record_head"],
                "daily_sharpe": manifest["daily_sharpe"],
                **manifest["summary"],
            }
            for kept_at, manifest in self._runs.newest_first()
        ]

    def report(self, run_id: str) -> Mapping[str, Any]:
        """A stored run's whole report."""
        return self._runs.report(run_id)

    def details(self, run_id: str) -> Mapping[str, Any]:
        """What lies beside a run's report: its manifest, files, checks and folds."""
        return self._runs.details(run_id)

    def compare(self, run_ids: Sequence[str]) -> Mapping[str, Any]:
        """Some stored runs side by side, by the beginnings of their names."""
        return compare(self._runs, run_ids)

    def trades(self, run_id: str) -> Sequence[Mapping[str, Any]]:
        """A stored run's trades, oldest first."""
        return self._runs.trades(run_id)

    def file(self, run_id: str, name: str) -> Path:
        """A file of a stored run."""
        return self._runs.file(run_id, name)

    def jobs(self) -> Sequence[Job]:
        """What was asked for since the start, the newest last."""
        return self._jobs.all()

    def start(self, wish: Mapping[str, Any]) -> Job:
        """Begin a back-test on the home's candles; refused while another one runs."""
        return self._jobs.start(BacktestWork(prepare_question(self._asked, wish), self._home))

    def examine(self, run_id: str, kind: str) -> Job:
        """Begin the checks or the folds of a stored run, on the home's candles."""
        manifest = self._runs.file(run_id, "manifest.json")
        asked = asked_again(manifest, self._asked.data, self._asked.strategies)
        return self._jobs.start(RunWork(run_id, asked, self._home, kind))

    def compare_live(self) -> Job:
        """Begin to compare what the home has committed with what its candles say now."""
        assert self._compare is not None, "a server compares"
        return self._jobs.start(LiveWork(self._asked.strategy, self._compare, self._home, self._clock()))

    def live(self) -> Mapping[str, Any] | None:
        """What the last comparison found, or None."""
        return self._runs.live()

    def cancel(self, job_id: str) -> Job:
        """End a running job."""
        return self._jobs.cancel(job_id)

    def calibration(self) -> Mapping[str, Any]:
        """The scores of the home's own signals, and the calibrators that made them."""
        scores, clock = self._live.scores()
        told = {"claim": "0x" + CLAIM.hex(), "event": CLAIM_TEXT, "as_of": clock, "has_skill": scores.has_skill}
        return {**told, **self._calibrators(), **scores.to_json()}

    def _calibrators(self) -> dict[str, Any]:
        """The one in force, how often it is looked at, and every one that took another's place, as the log tells."""
        revisions = list(self._live.revisions)
        newest, first = revisions[-1] if revisions else None, self._in_use().calibrator if self._in_use else None
        schedule = self._asked.schedule
        told: dict[str, Any] = {"calibrator": None, "method": None, "said_base_rate": None, "shrunk": False}
        if first is not None:
            told |= {"calibrator": "0x" + first.hash.hex(), "said_base_rate": first.base_rate_bps / BPS}
            told["method"] = first.method
        if newest is not None:
            told |= {"calibrator": newest["calibrator"], "said_base_rate": newest["base_rate_bps"] / BPS}
            told["shrunk"] = newest["shrunk"]
        interval_s = self._live.interval_s
        return {
            **told,
            "watched_every_s": schedule.watch_bars * interval_s,
            "retrained_every_s": schedule.retrain_s,
            "revisions": revisions,
        }
