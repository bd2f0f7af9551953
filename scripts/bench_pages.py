"""Benchmark: how soon each page shows something useful, on a home with many trades.

Run `.venv/bin/python scripts/bench_pages.py HOME [--rounds 3] [--json]`; HOME is one of `make_large_home.py`. Needs
the page's build and Chromium.

Most of such a home is invented and on no chain, so no engine can go on with it: chain and contracts come from a small
real home beside it that trades HOME's candles, every list and the dashboard from HOME's views.

Counted are milliseconds from the navigation's start (`performance.timeOrigin`) to the first useful content, and to the
last. The browser is open and has shown one small answer of the server (no page of ours), so that its own start, half a
second on two cores, is not counted. Everything else is: each page comes into a context of its own with nothing in its
cache, every script is fetched, unpacked and compiled anew.
"""

import argparse
import contextlib
import json
import math
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "backend"))

PORT = 8793
PAUSE_AT = "2024-09-01T06:00Z"
AT_MOST_MS = 1_000
WAIT_S = 180
NEVER_MS = 10_000
OPEN = "/api/health/live"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
# What a reader has come for, page by page.
USEFUL = {
    "/": "main section[aria-label='Portfolio'] dd.num, main section[aria-label='Portfolio'] .num",
    "/trades": "main tbody tr",
    "/trades?rule=RULE-03": "main tbody tr",
    "/trades?market={market}&side=SELL": "main tbody tr",
    "/trades?id={trade}": "main section dl dd",
    "/analytics": "main section[aria-label='Results'] .num.font-semibold",
    "/backtests": "main form[aria-label='Run a back-test'] select option",
    "/strategies": "main section dl dd",
    "/explorer": "main tbody tr",
    "/block?n=5": "main dl dd",
    "/tx?hash={tx}": "main dl dd",
    "/address?a={book}": "main dl dd, main tbody tr, main details",
    "/verify": "main button",
    "/risk": "main tbody tr",
    "/events": "main li",
    "/monitor": "main dd, main .num",
    "/settings": "main [role=radio]",
    "/login": "main input",
}
SEEN = """selector => {
  const told = each => each.textContent.trim() !== '' || each.matches('input, button');
  const found = [...document.querySelectorAll(selector)].some(told);
  return found ? performance.now() : false;
}"""
STILL = "() => document.querySelector('main') && !document.querySelector('main .bone') ? performance.now() : false"


def serve(large: Path, small: Path, port: int) -> None:
    """The product's server on a small home, with the views of a large one."""
    from tradeseal import serving  # noqa: PLC0415 - only this process needs the server
    from tradeseal.ledger.published import EventLog  # noqa: PLC0415
    from tradeseal.readmodels.published import open_read_models  # noqa: PLC0415
    from tradeseal.settings import load_settings  # noqa: PLC0415

    log = EventLog(large / "ledger.sqlite")
    serving.open_read_models = lambda *_, **how: open_read_models(large / "views", log, **how)
    # The same markets as in the views: a filter by one that the engine does not know would be refused.
    candles = {"data": large / "data", "exchange": "synthetic"} if (large / "data").is_dir() else {}
    settings = load_settings(home=small, port=port, speed="max", pause_at=PAUSE_AT, **candles)
    with contextlib.suppress(KeyboardInterrupt):  # the end that the parent asks for
        serving.serve_until_told(settings, say=print)


@contextmanager
def served(large: Path) -> Iterator[str]:
    """The address of such a server, until the end."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, str(large), "--serve", folder]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        address = f"http://127.0.0.1:{PORT}"
        try:
            for _ in range(WAIT_S):
                time.sleep(1)
                if process.poll() is not None:
                    sys.exit("The server ended.")
                try:
                    if ask(address, "/api/dashboard")["status"]["phase"] == "PAUSED":
                        break
                except OSError:
                    continue
            yield address
        finally:
            process.terminate()
            process.wait(timeout=30)


def ask(address: str, path: str) -> Any:
    """What the API answers."""
    with urllib.request.urlopen(address + path, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def pages(address: str) -> dict[str, str]:
    """Every address to be measured, with what is useful on it."""
    trade = next(one for one in ask(address, "/api/trades/history?limit=50")["items"] if one["record_seq"] is not None)
    book = next(one for one in ask(address, "/api/smartcontract/contracts")["contracts"] if one["name"] == "RiskBook")
    block = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": ["0x5", False]}
    asked, kind = json.dumps(block).encode(), {"content-type": "application/json"}
    request = urllib.request.Request(address + "/rpc", asked, kind)  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        tx = json.load(answer)["result"]["transactions"][0]
    market = ask(address, "/api/dashboard")["status"]["data"]["markets"][0]
    names = {"trade": trade["id"], "book": book["address"], "tx": tx, "market": market}
    return {path.format(**names): useful for path, useful in USEFUL.items()}


def seen(page: Any, what: str, selector: str | None) -> float:
    """Milliseconds from the navigation's start until it is seen; infinite where it never is."""
    from playwright.sync_api import TimeoutError as Never  # noqa: PLC0415

    try:
        return float(page.wait_for_function(what, arg=selector, timeout=NEVER_MS).json_value())
    except Never:
        return math.inf


def measure(address: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Medians in milliseconds: the first useful content, and everything."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only this process needs a browser

    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    found: dict[str, tuple[float, float]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        for path, useful in pages(address).items():
            first, last = [], []
            for _ in range(rounds):
                context = browser.new_context(viewport={"width": 1440, "height": 900})
                page = context.new_page()
                page.goto(address + OPEN)
                page.goto(address + path, wait_until="commit")
                first.append(seen(page, SEEN, useful))
                last.append(seen(page, STILL, None))
                context.close()
            found[path] = statistics.median(first), statistics.median(last)
        browser.close()
    return found


def main() -> None:
    """Measure and print; exit code 1 where a page is too slow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("home", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.home, chosen.serve, PORT)
        return
    with served(chosen.home) as address:
        counted = ask(address, "/api/trades/history?limit=1")["total"]
        found = measure(address, chosen.rounds)
    if chosen.json:
        print(json.dumps({"cycles": counted, "pages_ms": found}))
    else:
        print(f"{counted} cycles in the store\n\n| page | first useful content | everything |\n|---|---|---|")
        for path, (first, last) in found.items():
            name = re.sub(r"=(0x)?[0-9a-fA-F-]{16,}", "=…", path)
            print(f"| `{name}` | {first:.0f} ms | {last:.0f} ms |")
    sys.exit(int(any(first > AT_MOST_MS for first, _ in found.values())))


if __name__ == "__main__":
    main()
