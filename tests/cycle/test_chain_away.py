"""A served engine whose node is killed: the page and the health go on answering, and say what is going on."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from replays import Replay

from tradeseal.api.access import Gatekeeper
from tradeseal.api.ports import Ports
from tradeseal.api.replay import ReplayControl
from tradeseal.api.server import Server
from tradeseal.bootstrap import Parts, open_parts
from tradeseal.kernel.clock import parse_utc

pytestmark = [pytest.mark.chain, pytest.mark.slow]

HELD_AT = "2024-12-02T16:00Z"
HELD_S = 30
ANSWER_S = HELD_S / 6  # told while the chain is held


class Served:
    """An engine held at a close, with the server in front of it."""

    def __init__(self, parts: Parts, control: ReplayControl, server: Server) -> None:
        self.parts, self.control, self.server = parts, control, server
        self._client = TestClient(server.app, base_url="http://127.0.0.1:8000")

    def get(self, path: str) -> tuple[dict[str, Any], float]:
        """An answer and the seconds it took."""
        asked = time.monotonic()
        answer = self._client.get(path)
        return answer.json(), time.monotonic() - asked

    def chain(self) -> dict[str, Any]:
        """The chain's part of the health."""
        return next(part for part in self.get("/api/health")[0]["components"] if part["name"] == "chain")


@pytest.fixture
def served(another: Replay) -> Iterator[Served]:
    settings = another.settings.model_copy(update={"pause_at": parse_utc(HELD_AT)})
    control = ReplayControl(book=settings.book, cash_e8=settings.cash_e8, speed=settings.speed)
    parts = open_parts(settings, control, re_executed=control.re_executed)
    control.attach(parts.engine, parts.gate, synthetic=True, chain_note="a word on the chain")
    server = Server(Ports(status=control.status, engine=control), Gatekeeper("t" * 40))
    control.tell(server.touch, lambda _: None)
    runner = threading.Thread(target=parts.engine.run)
    runner.start()
    try:
        eventually(lambda: control.status().phase == "PAUSED")
        yield Served(parts, control, server)
    finally:
        parts.engine.stop()
        runner.join()
        parts.close()


def test_health_and_page_answer_at_once_while_the_chain_is_executed_again(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = served.parts.gate.chain
    held, go_on = threading.Event(), threading.Event()

    def hold(done: int, total: int) -> None:
        served.control.re_executed(done, total)
        held.set()
        go_on.wait(HELD_S)

    monkeypatch.setattr(chain, "_progress", hold)
    before = served.get("/api/health")[0]
    os.kill(chain.pid, signal.SIGKILL)
    try:
        assert held.wait(HELD_S)
        blocks = chain.mined_count
        health, took = zip(*(served.get("/api/health") for _ in range(5)), strict=True)
        unready, _ = served.get("/api/health/ready")
        part = served.chain()
        served.server.board.refresh()
        page, page_took = served.get("/api/dashboard")
    finally:
        go_on.set()

    assert (before["ready"], served.parts.engine.stopped) == (True, None)
    assert min(took) < ANSWER_S
    assert page_took < ANSWER_S
    assert (part["state"], part["detail"]) == ("RESTARTING", f"anvil: block {blocks} of {blocks} executed again")
    assert [answer["ready"] for answer in (*health, unready)] == [False] * 6
    assert page["status"]["chain"]["restarting"] == {"done": blocks, "total": blocks, "fraction": 1.0}
    assert page["status"]["chain"]["block"] == blocks

    eventually(lambda: served.chain()["state"] == "OK")
    after = served.get("/api/health")[0]
    assert (after["ready"], after["phase"], after["phase_detail"]) == (True, "PAUSED", None)


def test_a_chain_that_comes_out_differently_is_down(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    chain = served.parts.gate.chain
    entries = chain._all_mined()
    entries[3] = replace(entries[3], block_hash="0x" + "ab" * 32)
    monkeypatch.setattr(chain, "_all_mined", lambda: entries)

    os.kill(chain.pid, signal.SIGKILL)
    eventually(lambda: served.chain()["state"] == "DOWN")

    assert "does not come out again" in served.chain()["detail"]
    assert not served.get("/api/health")[0]["ready"]


def test_the_page_tells_why_it_runs_on_this_chain(served: Served) -> None:
    served.server.board.refresh()

    chain = served.get("/api/dashboard")[0]["status"]["chain"]

    assert (chain["kind"], chain["note"], chain["restarting"]) == ("anvil", "a word on the chain", None)


def eventually(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)
