"""How smoothly the dashboard draws under a feed of ten messages a second: long tasks and the time between frames.

A running server gives the page and its first picture; the messages after it are sent by this script, in the server's
own words: prices of every market, equity, the book, a cycle and the status with its clock, by turns. Before them the
same page is watched while nothing is sent: what its frames take then is the machine's doing, not the feed's.

Run `.venv/bin/python scripts/measure_live.py [ADDRESS] [--seconds 10]` beside a running server. Needs Chromium. Exit
code 1 where a task was long or the frames came late.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import WebSocketRoute, sync_playwright

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
A_SECOND = 10
WARM_UP_MS = 4_000
FRAME_P95_MS_MOST = 20
A_FRAME_MS = 1_000 / 60
QUIET_MS = 5_000
KINDS = ("prices", "equity", "book", "cycle", "prices", "equity", "book", "prices", "cycle", "status")

WATCH = """() => {
  const seen = window.seen = {long: [], frames: [], last: performance.now()};
  new PerformanceObserver((list) => seen.long.push(...list.getEntries().map((each) => Math.round(each.duration))))
    .observe({type: 'longtask'});
  const frame = (now) => { seen.frames.push(now - seen.last); seen.last = now; requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
}"""


class Feed:
    """The server's socket up to its snapshot; then messages of our own with the numbers that follow."""

    def __init__(self) -> None:
        self.picture: dict[str, Any] = {}
        self.seq = 0
        self._page: WebSocketRoute | None = None

    def join(self, page: WebSocketRoute) -> None:
        """Stand between the page and the server."""
        self._page, self.picture = page, {}
        page.connect_to_server().on_message(self._from_server)

    def _from_server(self, text: str | bytes) -> None:
        message = json.loads(text)
        if message["type"] == "snapshot" and not self.picture and self._page is not None:
            self.picture, self.seq = message["data"], message["seq"]
            self._page.send(str(text))

    def send(self, number: int) -> None:
        """The next change."""
        assert self._page is not None
        kind = KINDS[number % len(KINDS)]
        self.seq += 1
        self._page.send(json.dumps({"type": kind, "seq": self.seq, "data": self._change(kind, number)}))

    def _change(self, kind: str, number: int) -> Any:
        picture, moved = self.picture, 1 + (number % 7 - 3) / 1_000
        clock = datetime.fromisoformat(picture["status"]["data_clock"]) + timedelta(hours=1 + number // len(KINDS))
        moment = clock.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if kind == "prices":
            return [price | {"price": f"{float(price['price']) * moved:.8f}"} for price in picture["prices"]]
        if kind == "equity":
            last = picture["equity"][-1]
            return [last | {"time": moment, "equity": f"{float(last['equity']) * moved:.8f}"}]
        if kind == "book":
            equity = f"{float(picture['book']['equity']) * moved:.8f}"
            return {"book": picture["book"] | {"equity": equity}, **{k: picture[k] for k in ("gauges", "positions")}}
        if kind == "cycle":
            return picture["signals"][0] | {"id": f"measured-{number}", "candle_close": moment}
        return picture["status"] | {"data_clock": moment}


def main(origin: str, seconds: int) -> int:
    """Measure and print; 0 when no task was long and the frames came in time."""
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        feed = Feed()
        page.route_web_socket("**/ws*", feed.join)
        page.goto(origin)
        page.wait_for_timeout(WARM_UP_MS)
        if not feed.picture:
            sys.exit("The server sent no picture.")
        page.evaluate(WATCH)
        page.wait_for_timeout(QUIET_MS)
        quiet = sorted(page.evaluate("window.seen.frames"))
        page.evaluate("() => { window.seen.frames = []; window.seen.long = []; }")
        browser.start_tracing(page=page, categories=["toplevel"])
        began = time.monotonic()
        for number in range(seconds * A_SECOND):
            feed.send(number)
            page.wait_for_timeout(max(0, (began + (number + 1) / A_SECOND - time.monotonic()) * 1_000))
        took = time.monotonic() - began
        trace = json.loads(browser.stop_tracing())
        seen = page.evaluate("window.seen")
        browser.close()
    frames = sorted(seen["frames"])
    tasks = tasks_of_processor_ms(trace["traceEvents"])
    told = {
        "messages": seconds * A_SECOND,
        "seconds": round(took, 1),
        "frames": len(frames),
        **{f"frame_p{share}_ms": round(frames[len(frames) * share // 100], 1) for share in (50, 95, 99)},
        "longest_frame_ms": round(frames[-1], 1),
        "long_tasks_ms": seen["long"],
        "longest_task_of_processor_ms": round(max(tasks, default=0), 1),
        "tasks_of_processor_longer_than_a_frame": sum(task > A_FRAME_MS for task in tasks),
        "frame_p95_ms_when_nothing_is_sent": round(quiet[len(quiet) * 95 // 100], 1),
        "longest_frame_ms_when_nothing_is_sent": round(quiet[-1], 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")
    return int(bool(seen["long"]) or told["frame_p95_ms"] > FRAME_P95_MS_MOST)


def tasks_of_processor_ms(events: Sequence[Mapping[str, Any]]) -> list[float]:
    """The tasks of the page's thread by processor time: what they would take where nothing else runs."""
    threads = {(e["pid"], e["tid"]) for e in events if e.get("args", {}).get("name") == "CrRendererMain"}
    tasks = [e for e in events if "RunTask" in e["name"] and "tdur" in e and (e["pid"], e["tid"]) in threads]
    return [e["tdur"] / 1_000 for e in tasks]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000", help="of the server (%(default)s)")
    parser.add_argument("--seconds", type=int, default=10, help="how long messages are sent (%(default)s)")
    chosen = parser.parse_args()
    sys.exit(main(chosen.address, chosen.seconds))
