"""Kill a replay again and again under load, start it again each time, and hold its end to that of an undisturbed one.

The moments are spread over the whole run and over the phases of a cycle, each in its turn: a process is killed (-9)
once the log has grown past a random position and its newest event is of the phase, a random moment later; or, for the
phase `starting`, while the chain is executed again and nothing new is stored. Counted is the phase that the store
itself names after the death. Every event that was stored at a death is held to what stands there in the end.

A kill between an open tick's vector and its round's verdicts may leave that vector in one block more: the bar is played
again. Nothing that was decided may differ.

Run `.venv/bin/python scripts/kill_loop.py [--chain anvil|eth-tester|pyrevm] [--kills 10] [--seed 1] [--from TIME]
[--to TIME]`; prints what it counted as JSON and ends with 1 when the two ends differ.
"""

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MARKETS, FROM, TO = "ETH,BTC,XRP", "2024-12-02T15:00Z", "2024-12-10T23:00Z"
RUN_SECONDS_MAX = 900
STARTING_S = 4.0  # within which a start on a loaded machine has begun to execute the chain again
MOMENT_S_MAX = 0.01
# What was decided; keys, block hashes and wall clocks differ from home to home.
SAME = ("record_head", "record_seq", "bars", "entries", "exits", "signals", "rejections_by_rule",
        "equity", "cash", "positions", "open_cycles", "released", "skipped", "finished", "stopped")  # fmt: skip


# By the newest event in the store. A step's events are stored together: those that are never last are not named.
PHASES: dict[str, tuple[str, ...]] = {
    "starting": (),
    "signals": ("RoundClosed", "SignalGenerated", "SignalVerified", "SignalRefused", "SignalsHeld", "CycleOpened"),
    "signed, not mined": ("TransactionSigned",),
    "mined, not told": ("TransactionMined",),
    "committed": ("SignalCommitted", "SignalsCommitted"),
    "marks": ("MarksPosted",),
    "asked for": ("AuthorisationRequested", "ExitRequested", "DecisionMade"),
    "judged": ("TradeAuthorised", "TradeRejected", "OrderSkipped"),
    "ordered": ("OrderPlaced",),
    "filled": ("OrderFilled", "OrderCancelled", "RecordingRequested"),
    "recorded": ("TradeRecorded", "TicketReleased", "FillBooked"),
    "settled": ("TradeSettled", "DaySettled", "DayOpened", "SignalDayOpened"),
    "anchored": ("LogAnchored",),
    "bar finished": ("BarFinished",),
}
ONCE = {
    "committed digests": ("SignalLog.SignalsCommitted", "digests"),
    "orders": ("TradeCycle.OrderPlaced", "client_order_id"),
    "booked fills": ("TradingDay.FillBooked", "record_seq"),
    "transactions": ("ChainJournal.TransactionMined", "transaction_hash"),
}
PATIENCE_EVENTS = 150  # how much further a run may come while its phase is waited for


def phase_of(topic: str) -> str:
    """The phase that an event ends."""
    name = topic.rpartition(".")[2]
    return next((phase for phase, names in PHASES.items() if name in names), "other")


class Run:
    """One home on one chain, started as often as it takes."""

    def __init__(self, home: Path, chain: str, span: tuple[str, str]) -> None:
        self._log = home / "ledger.sqlite"
        words = ["--home", str(home), "--chain", chain, "--markets", MARKETS, "--from", span[0], "--to", span[1]]
        self._command = [sys.executable, "-m", "tradeseal.main", "replay", *words, "--json"]
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}

    def to_the_end(self) -> dict[str, Any]:
        """Run on to the last bar and give the summary."""
        ended = subprocess.run(
            self._command, env=self._environment, capture_output=True, text=True, timeout=RUN_SECONDS_MAX, check=False
        )
        if ended.returncode:
            raise SystemExit(f"the replay ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        summary: dict[str, Any] = json.loads(ended.stdout)
        return summary

    def die_in(self, phase: str, position: int, moment_s: float) -> tuple[str, int, bytes]:
        """Kill it once the log is that long and in that phase, and a moment later; where the store stood then."""
        before, *_ = self.newest()
        with subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            deadline = time.monotonic() + RUN_SECONDS_MAX
            if phase == "starting":
                time.sleep(STARTING_S * moment_s / MOMENT_S_MAX)
            while phase != "starting":
                events, topic, _ = self.newest()
                if events >= position and (phase_of(topic) == phase or events > position + PATIENCE_EVENTS):
                    break
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    raise SystemExit(f"the replay never came to event {position}: {process.communicate()[0]}")
                time.sleep(0.001 if events + PATIENCE_EVENTS > position else 0.02)
            time.sleep(0 if phase == "starting" else moment_s)
            process.send_signal(signal.SIGKILL)
        events, topic, digest = self.newest()
        return ("starting" if events == before else phase_of(topic)), events, digest

    def newest(self) -> tuple[int, str, bytes]:
        """How many events are stored, and the newest one's topic and hash."""
        if not self._log.exists():
            return 0, "", b""
        with closing(sqlite3.connect(f"file:{self._log}?mode=ro", uri=True, timeout=30)) as log:
            try:
                found = log.execute(
                    "SELECT rowid, topic, hash FROM stored_events ORDER BY rowid DESC LIMIT 1"
                ).fetchone()
            except sqlite3.OperationalError:
                return 0, "", b""  # its tables are being made
        return found or (0, "", b"")

    def lost(self, died: list[tuple[str, int, bytes]]) -> list[int]:
        """The events that were the newest at a death and are another now, or gone."""
        with closing(sqlite3.connect(f"file:{self._log}?mode=ro", uri=True)) as log:
            find = "SELECT hash FROM stored_events WHERE rowid = ?"
            return [at for _, at, digest in died if at and log.execute(find, (at,)).fetchone() != (digest,)]

    def doubled(self) -> dict[str, list[str]]:
        """What stands twice in the log and may stand there once."""
        found: dict[str, Counter[str]] = {name: Counter() for name in ONCE}
        with closing(sqlite3.connect(f"file:{self._log}?mode=ro", uri=True)) as log:
            for topic, state in log.execute("SELECT topic, state FROM stored_events"):
                for name, (of, field) in ONCE.items():
                    if topic == of:
                        told = json.loads(state)[field]
                        found[name].update(told if isinstance(told, list) else [str(told)])
        return {name: twice for name, seen in found.items() if (twice := [one for one, n in seen.items() if n > 1])}


def kill_loop(
    folder: Path, *, chain: str, kills: int, seed: int = 1, span: tuple[str, str] = (FROM, TO)
) -> dict[str, Any]:
    """Run once undisturbed, once with kills; what was counted, and both ends."""
    chance = random.Random(seed)  # noqa: S311 - moments of a test, the same for the same seed
    began = time.monotonic()
    want = Run(folder / "undisturbed", chain, span).to_the_end()
    undisturbed_s = time.monotonic() - began
    disturbed = Run(folder / "killed", chain, span)
    positions = sorted(chance.randrange(1, want["events"] - 2 * PATIENCE_EVENTS) for _ in range(kills))
    wished = [*PHASES] * (kills // len(PHASES) + 1)
    died = [
        disturbed.die_in(phase, position, chance.uniform(0, MOMENT_S_MAX))
        for phase, position in zip(wished, positions, strict=False)
    ]
    got = disturbed.to_the_end()
    return {
        "chain": chain,
        "kills": len(died),
        "by_phase": dict(Counter(phase for phase, *_ in died).most_common()),
        "killed_at_events": [events for _, events, _ in died],
        "events_lost": disturbed.lost(died),
        "doubled": disturbed.doubled(),
        "events": got["events"],
        "blocks": got["blocks"],
        "vectors_again": got["blocks"] - want["blocks"],
        "record_head": got["record_head"],
        "undisturbed_s": round(undisturbed_s, 1),
        "all_s": round(time.monotonic() - began, 1),
        "differences": {name: [got[name], want[name]] for name in SAME if got[name] != want[name]},
    }


def main() -> int:
    """As a program."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chain", default="anvil")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="start", default=FROM)
    parser.add_argument("--to", dest="end", default=TO)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counted = kill_loop(
            Path(folder), chain=chosen.chain, kills=chosen.kills, seed=chosen.seed, span=(chosen.start, chosen.end)
        )
    print(json.dumps(counted, indent=2))
    return 1 if counted["differences"] or counted["events_lost"] or counted["doubled"] else 0


if __name__ == "__main__":
    sys.exit(main())
