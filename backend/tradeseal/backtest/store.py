"""Stored runs: one folder a run with its manifest, report and tables, written whole or not at all.

Knows files and hashes. Knows nothing of how a run is carried out.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from tradeseal.backtest.folders import alone, mend, placed
from tradeseal.backtest.html import page_of
from tradeseal.backtest.report import Report
from tradeseal.backtest.run import Finished
from tradeseal.backtest.trades import traded
from tradeseal.kernel.canonical import canonical_json, sha256_hex
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.kernel.files import write_whole
from tradeseal.kernel.nearest import did_you_mean
from tradeseal.signals.published import BPS

FOLDER: Final = "backtests"
MANIFEST, REPORT, PAGE = "manifest.json", "report.json", "report.html"
CALIBRATOR = "calibrator.json"
CHECKS, FOLDS, LIVE = "checks.json", "folds.json", "live.json"
TABLES: Final = ("equity", "trades", "signals")
FORMAT: Final = "tradeseal/backtest-manifest/1"
_NAMES: Final = {MANIFEST, REPORT, PAGE, CALIBRATOR, CHECKS, FOLDS, *(f"{name}.parquet" for name in TABLES)}
_LATER_CALIBRATOR: Final = re.compile(r"calibrator-\d{4}-[0-9a-f]{12}\.json")
# Of the report's metrics, those that a list of runs shows.
KEY_FIGURES: Final = ("total_return", "buy_and_hold_return", "max_drawdown", "sharpe", "win_rate", "profit_factor")


class RunStore:
    """The runs of a home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def tried(self, data_identity: str, *, without: str = "") -> list[float]:
        """The daily Sharpe ratios of all runs on the same candles; a run without variation counts as 0."""
        return [
            float(manifest["daily_sharpe"] or 0.0)
            for manifest in self.manifests()
            if manifest["plan"]["data_identity"] == data_identity and manifest["id"] != without
        ]

    def open(self) -> None:
        """Make sure that a run can be stored before a long one begins."""
        with _told("A run"), alone(self._folder):
            pass

    def manifests(self) -> Iterator[dict[str, Any]]:
        """Every stored run's manifest, oldest name first."""
        mend(self._folder)
        for path in sorted(self._folder.glob(f"*/{MANIFEST}")):
            if path.parent.name.isalnum():  # what a killed process has left is no run
                yield json.loads(path.read_text())

    def newest_first(self) -> list[tuple[float, dict[str, Any]]]:
        """Every stored run's manifest with the time it was stored at."""
        mend(self._folder)
        found = [
            (path.stat().st_mtime, json.loads(path.read_text()))
            for path in self._folder.glob(f"*/{MANIFEST}")
            if path.parent.name.isalnum()
        ]
        return sorted(found, key=lambda one: (-one[0], one[1]["id"]))

    def report(self, run_id: str) -> Report:
        """A stored run's report."""
        path = self.folder(run_id) / REPORT
        if not path.is_file():
            raise Refused("UNKNOWN_RUN", f"There is no stored run {run_id}.", got=run_id)
        report: Report = json.loads(path.read_text())
        return report

    def manifest(self, run_id: str) -> dict[str, Any] | None:
        """A stored run's manifest, or None."""
        path = self.folder(run_id) / MANIFEST
        return json.loads(path.read_text()) if path.is_file() else None

    def named(self, beginning: str) -> str:
        """The one run whose name begins so."""
        there = sorted(manifest["id"] for manifest in self.manifests())
        found = [one for one in there if beginning and one.startswith(beginning)]
        if len(found) != 1:
            told = f"{len(found)} runs begin with" if found else "There is no stored run"
            meant = "" if found else did_you_mean(beginning, there)
            raise Refused("UNKNOWN_RUN", f"{told} {beginning}.{meant}", got=beginning, there=found or there)
        return found[0]

    def folder(self, run_id: str) -> Path:
        """Where a run lies."""
        if not run_id.isalnum():
            raise Refused("UNKNOWN_RUN", f"There is no stored run {run_id}.", got=run_id)
        mend(self._folder)
        return self._folder / run_id

    def file(self, run_id: str, name: str) -> Path:
        """A file of a run, by the name it is listed under."""
        path = self.folder(run_id) / name
        if name not in self._names(run_id):
            raise Refused("UNKNOWN_FILE", f"Run {run_id} has no file {name}.", got=name)
        return path

    def details(self, run_id: str) -> dict[str, Any]:
        """What lies beside a run's report."""
        names = self._names(run_id)
        read = {name: json.loads((self.folder(run_id) / name).read_text()) for name in names if name.endswith(".json")}
        return {
            "manifest": read.get(MANIFEST, {}),
            "calibrator": read.get(CALIBRATOR),
            "checks": read.get(CHECKS),
            "folds": read.get(FOLDS),
            "files": [{"name": name, "bytes": (self.folder(run_id) / name).stat().st_size} for name in names],
        }

    def trades(self, run_id: str) -> list[dict[str, Any]]:
        """A run's trades, oldest first."""
        rows: list[dict[str, Any]] = pq.read_table(self.file(run_id, "trades.parquet")).to_pylist()
        return rows

    def attach(self, run_id: str, name: str, value: Mapping[str, Any]) -> None:
        """Keep an answer about a run beside it."""
        with _told(f"{name} of run {run_id}"):
            _whole(self.folder(run_id) / name, value)

    def live(self) -> dict[str, Any] | None:
        """The last comparison of the home's own signals."""
        path = self._folder / LIVE
        return json.loads(path.read_text()) if path.is_file() else None

    def keep_live(self, value: Mapping[str, Any]) -> None:
        """Keep a comparison of the home's own signals."""
        with _told(LIVE):
            _whole(self._folder / LIVE, value)

    def tidy(self) -> None:
        """Put right what a process that was ended has left."""
        mend(self._folder)

    def _names(self, run_id: str) -> list[str]:
        folder = self.folder(run_id)
        if not (folder / MANIFEST).is_file():
            raise Refused("UNKNOWN_RUN", f"There is no stored run {run_id}.", got=run_id)
        return sorted(path.name for path in folder.iterdir() if path.is_file() and _is_of_a_run(path.name))

    def keep(self, run: Finished, reported: Callable[[Sequence[float]], Report]) -> tuple[Path, Report]:
        """Store a run; one that was stored before must have come out the same, or is refused.

        `reported` makes its report of what was tried on the same candles before; nobody stores one meanwhile, so that
        of two that end at once the second counts the first.
        """
        with _told(f"Run {run.plan.id}"), alone(self._folder):
            report = reported(self.tried(run.plan.data_identity, without=run.plan.id))
            target, known = self.folder(run.plan.id), self.manifest(run.plan.id)
            with placed(target) as draft:
                manifest = _write(draft, run, report)
                if known is not None and known["result"] != manifest["result"]:
                    raise Refused(
                        "NOT_REPRODUCED", f"Run {run.plan.id} came out differently than it did before.",
                        got=manifest["result"], want=known["result"],
                    )  # fmt: skip
                for answer in (CHECKS, FOLDS):  # the same run, so what was found about it still holds
                    if (target / answer).is_file():
                        shutil.copy2(target / answer, draft / answer)
        return target, report


def refuse_taken(out: Path, *, replace: bool) -> None:
    """Raise `Refused` where an export would take the place of something; with `replace`, of anything but a run."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    if not replace:
        raise Refused(
            "OUT_EXISTS", f"{out} is there already. Name another folder with --out, or say --force to replace its run.",
            got=str(out),
        )  # fmt: skip
    others = [path.name for path in out.iterdir() if not _is_of_a_run(path.name)] if out.is_dir() else [out.name]
    if others or not (out / MANIFEST).is_file():
        held = ", ".join(sorted(others)[:3]) or "no manifest"
        raise Refused(
            "OUT_IS_NO_RUN", f"{out} is no back-test's folder (it holds {held}): --force replaces nothing but a run.",
            got=str(out), others=others,
        )  # fmt: skip


def export(run_folder: Path, out: Path, *, replace: bool = False) -> None:
    """Copy a stored run to a folder of the person's choice, whole or not at all."""
    target = out.resolve()
    refuse_taken(target, replace=replace)
    with _told(f"The run is stored in {run_folder}, but its copy in {out}"), placed(target) as draft:
        for path in run_folder.iterdir():
            shutil.copy2(path, draft / path.name)


def _write(folder: Path, run: Finished, report: Report) -> dict[str, Any]:
    hashes = {}
    for name, table in _tables(run).items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd")
        hashes[name] = _hash(table)
    manifest = {
        "format": FORMAT,
        "id": run.plan.id,
        "plan": run.plan.to_json(),
        "result": {"record_head": run.record_head, "record_seq": report["record_seq"], "tables": hashes},
        "daily_sharpe": report["daily_sharpe"],
        "summary": {name: report[name] for name in ("from", "to", "bars", "entries", "exits", "rejections", "equity")}
        | {"figures": {one["id"]: one["value"] for one in report["metrics"] if one["id"] in KEY_FIGURES}},
    }
    _json(folder / CALIBRATOR, run.calibrator.to_json())
    for revision in run.succession.revisions_until(run.plan.end):
        _json(folder / revision.file_name, revision.to_json())
    _json(folder / REPORT, report)
    (folder / PAGE).write_text(page_of(report))
    _json(folder / MANIFEST, manifest)
    return manifest


def _json(path: Path, value: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1, allow_nan=False))


def _whole(path: Path, value: Mapping[str, Any]) -> None:
    """Write a file that is never seen half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(value, indent=1, allow_nan=False).encode())


@contextmanager
def _told(what: str) -> Iterator[None]:
    """A disk that is full or closed is an answer: what was to be written is not there, all else is as it was."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "NOT_WRITTEN", f"{what} could not be written: {error}. Nothing was changed; make room, or choose another "
            "folder.", cause=repr(error),
        ) from error  # fmt: skip


def _is_of_a_run(name: str) -> bool:
    return name in _NAMES or _LATER_CALIBRATOR.fullmatch(name) is not None


def _hash(table: Any) -> str:
    """SHA-256 of the rows, not of a file: compression and its version do not matter."""
    return sha256_hex(canonical_json({name: table.column(name).to_pylist() for name in table.column_names}))


def _tables(run: Finished) -> dict[str, Any]:
    trades = [asdict(trade) for trade in traded(run.events).trades]
    names: Sequence[str] = list(trades[0]) if trades else ["market", "side", "observed_at"]
    equity = {
        "close_time": run.grid.close_times.tolist(),
        "equity_e8": list(run.equity_e8),
        "low_equity_e8": list(run.low_equity_e8),
    }
    return {
        "equity": pa.table(equity),
        "trades": pa.table({name: [trade[name] for trade in trades] for name in names}),
        "signals": _signals(run),
    }


def _signals(run: Finished) -> Any:
    """Every signal, HOLD included: what calibration is scored from."""
    columns: dict[str, list[Any]] = {
        name: [] for name in ("market", "close_time", "side", "confidence_bps", "take_profit_bps", "stop_loss_bps")
    }
    for read in run.reads:
        take, stop = read.readings.barriers
        columns["market"] += [read.market] * len(read.closes)
        columns["close_time"] += read.closes.tolist()
        columns["side"] += read.readings.sides.tolist()
        columns["confidence_bps"] += run.said(read)[0].tolist()
        columns["take_profit_bps"] += take.tolist()
        columns["stop_loss_bps"] += stop.tolist()
    assert all(0 <= bps <= BPS for bps in columns["confidence_bps"])
    return pa.table(columns)
