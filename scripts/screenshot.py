"""Make the README's picture from a real run: serve a fresh home, let it trade five days, look at the page.

Needs the set-up of ./test.sh and Chromium. Usage: python scripts/screenshot.py [FILE]
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PORT = 8790
PAUSE_AT = "2024-09-06T10:00Z"
WAIT_S = 120
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")


def main(target: Path) -> None:
    """Serve, wait for the pause, take the picture, end the server."""
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    with tempfile.TemporaryDirectory() as home:
        command = [ROOT / ".venv/bin/tradeseal", "serve", "--home", home, "--port", str(PORT)]
        server = subprocess.Popen(
            [*map(str, command), "--speed", "max", "--pause-at", PAUSE_AT], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            address = re.search(r"http://\S+", server.stdout.readline())
            assert address is not None
            wait_for_pause()
            take(chromium, address.group(), target)
        finally:
            server.terminate()
            server.wait(timeout=30)


def wait_for_pause() -> None:
    """Until the data's clock is held."""
    for _ in range(WAIT_S):
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/api/dashboard") as answer:
            if json.load(answer)["status"]["phase"] == "PAUSED":
                return
        time.sleep(1)
    sys.exit(f"The replay did not pause within {WAIT_S} s.")


def take(chromium: str, address: str, target: Path) -> None:
    """A desktop's first screen, dark."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 1024}, color_scheme="dark")
        page.goto(address)
        page.wait_for_timeout(6_000)
        page.screenshot(path=target)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else ROOT / ".github/dashboard.png")
