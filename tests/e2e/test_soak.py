"""A dashboard left open for ten minutes before a running replay does not grow."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, expect
from tests.e2e.serving import Server, serving
from tests.e2e.watching import watch

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(1_500)]

SOAK_S = 600
# Until here lists and caches fill that are bounded by design.
WARM_UP_S = 60
LOOK_EVERY_S = 30
GROWTH_BYTES_MOST = 10 * 2**20


@pytest.fixture
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("e2e-soak"), pause_at=None, speed="3600") as server:
        yield server


def test_ten_minutes_of_a_candle_a_second_leave_the_heap_where_it_was(browser: Browser, running: Server) -> None:
    seen = watch(browser)
    seen.page.goto(running.origin)
    expect(seen.page.locator(".bone")).to_have_count(0, timeout=30_000)
    devtools = seen.context.new_cdp_session(seen.page)

    began, first, heaps = time.monotonic(), None, []
    while time.monotonic() - began < SOAK_S:
        seen.page.wait_for_timeout(LOOK_EVERY_S * 1_000)
        heaps.append(heap_bytes(devtools))
        if first is None and time.monotonic() - began >= WARM_UP_S:
            first = heaps[-1]

    assert first is not None
    told = [round(heap / 2**20, 1) for heap in heaps]
    print(f"heap in MB, every {LOOK_EVERY_S} s: {told}")  # noqa: T201 - the number, also where it passes
    assert heaps[-1] - first <= GROWTH_BYTES_MOST, told
    assert [] == seen.complaints
    assert running.get("/api/dashboard")["status"]["phase"] == "RUNNING"
    seen.context.close()


def heap_bytes(devtools: CDPSession) -> int:
    """What is reachable after the garbage has gone."""
    devtools.send("HeapProfiler.collectGarbage")
    return int(devtools.send("Runtime.getHeapUsage")["usedSize"])
