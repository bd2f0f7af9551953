"""Kill a replay again and again under load, start it again each time, and hold its end to that of an undisturbed one.

The moments are spread at random over the whole run, re-execution included: a process is killed (-9) once the log has
grown past a random position, and a random moment later.

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
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MARKETS, FROM, TO = "ETH,BTC,XRP", "2024-12-02T15:00Z", "2024-12-10T23:00Z"
RUN_SECONDS_MAX = 900
# What was decided; keys, block hashes and wall clocks differ from home to home.
SAME = ("record_head", "record_seq", "bars", "entries", "exits", "signals", "rejections_by_rule",
        "equity", "cash", "positions", "open_cycles", "released", "skipped", "finished", "stopped")  # fmt: skip


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

    def die_after(self, position: int, moment_s: float) -> int:
        """Kill it once the log is that long, and a moment later; how long the log was then."""
        with subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process:
            deadline = time.monotonic() + RUN_SECONDS_MAX
            while self.events() < position:
                if process.poll() is not None or time.monotonic() > deadline:
                    process.kill()
                    raise SystemExit(f"the replay never came to event {position}: {process.communicate()[0]}")
                time.sleep(0.005)
            time.sleep(moment_s)
            process.send_signal(signal.SIGKILL)
        return self.events()

    def events(self) -> int:
        """How many events are stored."""
        if not self._log.exists():
            return 0
        with closing(sqlite3.connect(f"file:{self._log}?mode=ro", uri=True, timeout=30)) as log:
            try:
                return int(log.execute("SELECT max(rowid) FROM stored_events").fetchone()[0] or 0)
            except sqlite3.OperationalError:
                return 0  # its tables are being made


def kill_loop(
    folder: Path, *, chain: str, kills: int, seed: int = 1, span: tuple[str, str] = (FROM, TO)
) -> dict[str, Any]:
    """Run once undisturbed, once with kills; what was counted, and both ends."""
    chance = random.Random(seed)  # noqa: S311 - moments of a test, the same for the same seed
    began = time.monotonic()
    want = Run(folder / "undisturbed", chain, span).to_the_end()
    undisturbed_s = time.monotonic() - began
    disturbed = Run(folder / "killed", chain, span)
    at = [
        disturbed.die_after(position, chance.uniform(0, 0.1))
        for position in sorted(chance.randrange(1, want["events"] - 50) for _ in range(kills))
    ]
    got = disturbed.to_the_end()
    return {
        "chain": chain,
        "kills": len(at),
        "killed_at_events": at,
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
    return 1 if counted["differences"] else 0


if __name__ == "__main__":
    sys.exit(main())
