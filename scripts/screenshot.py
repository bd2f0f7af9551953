"""Make the documentation's pictures from a real run: serve a fresh home, let it trade five days, look at every page.

Needs the set-up of ./test.sh and Chromium. Usage: python scripts/screenshot.py [--address URL --token TOKEN]; with an
address that home is looked at instead. Writes `.github/dashboard.png` and a JPEG of each page into `.github/pages`.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PORT = 8790
PAUSE_AT = "2024-09-06T10:00Z"
WAIT_S = 180
SETTLED_MS = 4_000
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


PICTURES = ROOT / ".github"
A_WEEK = {"strategy": "trend", "from": "2024-09-01T00:00Z", "to": "2024-09-08T00:00Z"}


def main() -> None:
    """Serve, wait for the pause, take the pictures, end the server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--address", help="a home that is served already")
    parser.add_argument("--token", default="")
    chosen = parser.parse_args()
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    if chosen.address:
        take(chromium, chosen.address, chosen.token)
        return
    with tempfile.TemporaryDirectory() as home:
        command = [ROOT / ".venv/bin/tradeseal", "serve", "--home", home, "--port", str(PORT)]
        server = subprocess.Popen([*map(str, command), "--speed", "max", "--pause-at", PAUSE_AT])
        address = f"http://127.0.0.1:{PORT}"
        try:
            wait_until(lambda: ask(address, "/api/dashboard")["status"]["phase"] == "PAUSED")
            take(chromium, address, (Path(home) / "api-token").read_text().strip())
        finally:
            server.terminate()
            server.wait(timeout=30)


def ask(address: str, path: str) -> Any:
    """What the API answers."""
    with urllib.request.urlopen(address + path) as answer:  # noqa: S310 - our own server
        return json.load(answer)


def wait_until(there: Callable[[], bool]) -> None:
    """Look once a second."""
    for _ in range(WAIT_S):
        try:
            if there():
                return
        except OSError:
            pass  # not served yet
        time.sleep(1)
    sys.exit(f"It did not come within {WAIT_S} s.")


def run_of(address: str, token: str) -> str:
    """The newest back-test; a week's is run first where there is none."""
    if not ask(address, "/api/backtests")["runs"]:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        order = urllib.request.Request(f"{address}/api/backtests", json.dumps(A_WEEK).encode(), headers)  # noqa: S310
        urllib.request.urlopen(order).close()  # noqa: S310 - our own server
        wait_until(lambda: bool(ask(address, "/api/backtests")["runs"]))
    return str(ask(address, "/api/backtests")["runs"][0]["id"])


def pages(address: str, token: str) -> dict[str, str]:
    """Every page by the name of its picture; single things by one that traded."""
    settled = ask(address, "/api/trades/history?outcome=SETTLED&kind=ENTRY&limit=1")["items"][0]
    record = ask(address, "/api/smartcontract/records?limit=1")["items"][0]
    contracts = ask(address, "/api/smartcontract/contracts")["contracts"]
    book = next(one for one in contracts if one["name"] == "RiskBook")
    return {
        "dashboard": "/",
        "trades": "/trades",
        "trade": f"/trades?id={settled['id']}",
        "analytics": "/analytics",
        "backtests": "/backtests",
        "backtest": f"/backtests?id={run_of(address, token)}",
        "strategies": "/strategies",
        "explorer": "/explorer",
        "block": f"/block?n={record['block']}",
        "transaction": f"/tx?hash={record['tx']}",
        "address": f"/address?a={book['address']}",
        "verify": f"/verify?id={settled['id']}",
        "risk": "/risk",
        "events": "/events",
        "monitor": "/monitor",
        "settings": "/settings",
        "login": "/login",
    }


def take(chromium: str, address: str, token: str) -> None:
    """A desktop's first screen of each page, dark; the dashboard as a PNG too, for the README."""
    (PICTURES / "pages").mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1024}, color_scheme="dark")
        for name, path in pages(address, token).items():
            page.goto(address + path)
            page.wait_for_timeout(SETTLED_MS)
            page.screenshot(path=PICTURES / "pages" / f"{name}.jpg", type="jpeg", quality=72)
            if name == "dashboard":
                page.screenshot(path=PICTURES / "dashboard.png")
        browser.close()


if __name__ == "__main__":
    main()
