"""Benchmark: a home started again, from the command to the first page, to its trades, and to the engine at work.

Run `.venv/bin/python scripts/bench_restart.py HOME [--starts 3]`. Serves the home with its clock held, so that nothing
is traded, and ends it as a person would, which keeps a snapshot of the chain. The first start goes without one. Prints
what the home holds, the seconds of each start and the load of the machine.
"""

import argparse
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAIT_S = 900


def asked(port: int, path: str) -> int:
    """The status of an answer; 0 where there is none."""
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        connection.close()
    except OSError:
        return 0
    return answer.status


def wait_for(port: int, path: str, process: "subprocess.Popen[str]", began: float) -> float:
    """Seconds until a path answers 200."""
    while time.perf_counter() - began < WAIT_S:
        status = asked(port, path)
        if status == 200:
            return time.perf_counter() - began
        if status == 404:
            raise SystemExit(f"{path} is not there: ./run.sh builds the page")
        if process.poll() is not None:
            raise SystemExit(f"the server ended with {process.returncode}")
        time.sleep(0.02)
    raise SystemExit(f"{path} never answered")


def start(home: Path) -> None:
    """One start, measured, and its end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    kept = home / "chain" / "snapshot"
    way = f"with a snapshot of {kept.stat().st_size / 1e6:.1f} MB" if kept.exists() else "without a snapshot"
    words = ["serve", "--home", str(home), "--port", str(port), "--speed", "0"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend"), "TRADESEAL_FETCH_SECONDS": "0"}
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "tradeseal.main", *words], env=environment, stdout=subprocess.DEVNULL, text=True
    ) as process:
        try:
            page = wait_for(port, "/", process, began)
            held = wait_for(port, "/api/trades/history?limit=1", process, began)
            ready = wait_for(port, "/api/health/ready", process, began)
        finally:
            process.send_signal(signal.SIGINT)
            ended = time.perf_counter()
            process.wait(WAIT_S)
    took = time.perf_counter() - ended
    print(
        f"{way}: first page after {page:.1f} s, its trades after {held:.1f} s, engine ready after {ready:.1f} s, "
        f"ended in {took:.1f} s",
        flush=True,
    )


def main() -> None:
    """Each start in turn."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("--starts", type=int, default=3)
    chosen = parser.parse_args()
    with closing(sqlite3.connect(chosen.home / "ledger.sqlite")) as store:
        counted = dict(store.execute("SELECT topic, count(*) FROM stored_events GROUP BY topic").fetchall())
    manifest = json.loads((chosen.home / "manifest.json").read_text())
    trades, blocks = (counted.get(name, 0) for name in ("TradeCycle.TradeSettled", "ChainJournal.TransactionMined"))
    print(
        f"{trades} trades, {blocks} blocks, "
        f"{sum(counted.values())} events, {len(manifest['markets'])} markets; "
        f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    (chosen.home / "chain" / "snapshot").unlink(missing_ok=True)
    for _ in range(chosen.starts):
        start(chosen.home)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
