"""A short replay in a process of its own, and what its home says afterwards, read from the raw rows.

Twenty synthetic hours over a midnight in which every kind of step occurs: entries, a take-profit, a stop-loss, an exit
by a SELL signal, a SELL without a position, and a purchase beyond the position's limit.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tradeseal.cycle.faults import SETTING
from tradeseal.cycle.ports import TickSeen
from tradeseal.settings import CHECKOUT, Settings, load_settings

MARKETS = ("ETH", "BTC", "XRP")
FROM, TO = "2024-12-02T15:00Z", "2024-12-03T11:00Z"
BARS = 20
OUTCOMES = {"SignalRefused", "TradeRejected", "TicketReleased", "TradeSettled"}
TIMEOUT_S = 120


class Quiet:
    """Hears everything and does nothing."""

    def tick(self, seen: TickSeen) -> None: ...

    def progress(self, done: int, total: int, data_clock: int) -> None: ...

    def phase(self, phase: str, detail: str) -> None: ...


class Replay:
    """One home, started as often as the test likes."""

    def __init__(
        self,
        home: Path,
        *,
        calibrator: Path | None = None,
        markets: tuple[str, ...] = MARKETS,
        start: str = FROM,
        end: str = TO,
        options: tuple[str, ...] = (),
    ) -> None:
        self.home = home
        self._options = options
        self._markets, self._from, self._to = markets, start, end
        home.mkdir(exist_ok=True)
        if calibrator is not None:
            shutil.copy(calibrator, self.calibrator)

    @property
    def calibrator(self) -> Path:
        return self.home / "calibrator.json"

    @property
    def settings(self) -> Settings:
        """The same run for this process."""
        return load_settings(home=self.home, markets=self._markets, start=self._from, end=self._to, speed="max")

    def start(self, fault: str = "") -> subprocess.CompletedProcess[str]:
        span = ["--from", self._from, "--to", self._to]
        words = ["--home", str(self.home), "--markets", ",".join(self._markets), *span, "--json", *self._options]
        return subprocess.run(
            [sys.executable, "-m", "tradeseal.main", "replay", *words],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend"), SETTING: fault},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )

    def die_at(self, fault: str) -> None:
        """Run until the fault point; fail when it was never passed."""
        died = self.start(fault)
        assert died.returncode == -9, f"{fault} was not passed: {died.stdout}{died.stderr}"

    def to_the_end(self) -> dict[str, Any]:
        """Run on to the last bar and give the summary."""
        ended = self.start()
        assert ended.returncode == 0, ended.stdout + ended.stderr
        summary: dict[str, Any] = json.loads(ended.stdout)
        assert summary["finished"], summary
        return summary

    def end(self) -> dict[str, Any]:
        """What must be the same however often a run was interrupted and whatever its keys: all that was decided."""
        facts = self.facts("Trad%")
        decided = [event["record_hash"] for _, _, event in facts if event.get("record_hash")]
        fills = [event for _, topic, event in facts if topic == "TradingDay.FillBooked"]
        return {
            "records": decided,
            "fills": [
                (f["market"], f["side"], f["cash_after_e8"], f["quantity_after_e8"], f["record_seq"]) for f in fills
            ],
            "outcomes": Counter(topic for _, topic, _ in facts if topic.split(".")[1] in OUTCOMES),
            "open": {stream for stream, topics in self.cycles().items() if not OUTCOMES & set(topics)},
            "bars": [e["equity_e8"] for _, t, e in self.facts("SignalLog.BarFinished")],
            "anchors": [(e["previous_position"], e["position"]) for _, _, e in self.facts("SignalLog.LogAnchored")],
            "settled": [e["equity_e8"] for _, _, e in self.facts("TradeCycle.TradeSettled")],
            "vectors": [
                (e["observed_at"], e["kind"], e["prices_e8"]) for _, _, e in self.facts("SignalLog.MarksPosted")
            ],
        }

    def blocks(self) -> list[str]:
        """The block hashes in the journal's order."""
        return [event["block_hash"] for _, _, event in self.facts("ChainJournal.TransactionMined")]

    def cycles(self) -> dict[str, list[str]]:
        """The names of each cycle's events in order."""
        cycles: dict[str, list[str]] = {}
        for stream, topic, _ in self.facts("TradeCycle.%"):
            cycles.setdefault(stream, []).append(topic.split(".")[1])
        return cycles

    def facts(self, topic: str) -> list[tuple[str, str, dict[str, Any]]]:
        """Stream, topic and fields of all events whose topic is like this, in the order of the log."""
        with sqlite3.connect(f"file:{self.home / 'ledger.sqlite'}?mode=ro", uri=True) as rows:
            found = rows.execute(
                "SELECT originator_id, topic, state FROM stored_events WHERE topic LIKE ? ORDER BY rowid", (topic,)
            ).fetchall()
        rows.close()
        return [(stream, name, json.loads(state)) for stream, name, state in found]
