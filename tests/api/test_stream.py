"""The WebSocket: a snapshot, then changes in sequence, resumable, and never held up by a slow listener."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from fakes import ORIGIN, Site, a_site
from starlette.websockets import WebSocketDisconnect, WebSocketState
from stories import E8, HOUR, Story

from tradeseal.api.board import EQUITY_POINTS, SIGNALS
from tradeseal.api.ports import PriceSeen
from tradeseal.api.schemas.stream import StreamMessage
from tradeseal.api.stream import QUEUE, RING, TOO_SLOW, Hub
from tradeseal.readmodels.published import Poisoned

WS = "ws://127.0.0.1:8000/ws"


def until(socket, kind: str, most: int = 30) -> tuple[list[dict], dict]:
    """All messages before the first of a kind, and that one; each is checked against its schema."""
    before = []
    for _ in range(most):
        text = socket.receive_text()
        message = StreamMessage.model_validate_json(text, strict=True).model_dump(mode="json")
        if message["type"] == kind:
            return before, message
        before.append(message)
    raise AssertionError(f"no {kind} among {[m['type'] for m in before]}")


def test_first_comes_the_whole_picture_then_each_change_with_the_next_number(site: Site) -> None:
    with site.client() as client, client.websocket_connect(WS) as socket:
        _, snapshot = until(socket, "snapshot", 1)
        assert snapshot["seq"] == snapshot["data"]["seq"]
        assert snapshot["data"]["status"]["data"]["synthetic"]

        site.engine.the_prices = [PriceSeen("BTC-USDT", 51_000 * E8, 1)]
        cycle = site.story.buy()
        site.story.bar()
        site.catch_up()

        seen, settled = [], None
        while settled is None:
            _, message = until_any(socket)
            seen.append(message)
            if message["type"] == "cycle" and message["data"]["outcome"] == "SETTLED":
                settled = message
        assert str(cycle.id) == settled["data"]["id"]
        assert {"prices", "book", "counters"} <= {m["type"] for m in seen} | {until_any(socket)[1]["type"]}
        numbers = [m["seq"] for m in seen if m["type"] != "heartbeat"]
        assert list(range(snapshot["seq"] + 1, snapshot["seq"] + 1 + len(numbers))) == numbers


def until_any(socket) -> tuple[None, dict]:
    return None, StreamMessage.model_validate_json(socket.receive_text(), strict=True).model_dump(mode="json")


def test_a_listener_hears_of_the_heads_that_a_witness_keeps(site: Site) -> None:
    with site.client() as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)
        site.story.buy()
        site.catch_up()

        _, told = until(socket, "heads", 60)

        assert client.get("/api/heads").json()["heads"][0].keys() == told["data"][0].keys()
        assert 0 < told["data"][0]["log_position"] <= site.story.ledger.facts.last()[0]


def test_a_listener_that_comes_back_gets_only_what_it_missed(site: Site) -> None:
    with site.client() as client:
        with client.websocket_connect(WS) as socket:
            _, snapshot = until(socket, "snapshot", 1)
            site.engine.pause()
            site.server.board.refresh()
            _, first = until(socket, "status")
        site.engine.resume()
        site.server.board.refresh()

        with client.websocket_connect(f"{WS}?after={first['seq']}") as socket:
            before, second = until(socket, "status")
            assert not second["data"]["paused"]
            assert first["seq"] + 1 == second["seq"]
            assert [] == [m for m in before if m["type"] == "snapshot"]
        assert snapshot["seq"] < first["seq"]


@pytest.mark.parametrize("after", ["0", "1", "99999999999999", "x", "-1", "9" * 40])
def test_a_number_that_the_ring_does_not_hold_gives_the_whole_picture(site: Site, after: str) -> None:
    with site.client() as client:
        site.engine.pause()
        site.server.board.refresh()
        with client.websocket_connect(f"{WS}?after={after}") as socket:
            until(socket, "snapshot", 1)


def test_a_part_that_falls_ill_is_told_at_once(site: Site) -> None:
    with site.client() as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)
        site.views.follower.poisoned = Poisoned("cycles", 7, "TradeCycle.Odd", "KeyError('x')")
        site.server.touch()
        _, ill = until(socket, "health")
    states = {c["name"]: (c["state"], c["detail"]) for c in ill["data"]["components"]}
    assert ("DOWN", "stopped before event 7 (TradeCycle.Odd): KeyError('x')") == states["views"]


def test_the_first_curve_after_a_start_begins_at_the_initial_balance(tmp_path: Path, story: Story) -> None:
    for n in range(EQUITY_POINTS + 50):
        story.now += HOUR
        story.log.finish_bar(
            open_time=story.now - HOUR, close_time=story.now, equity_e8=n, low_equity_e8=n, hold_equity_e8=n
        )
    story.ledger.save(story.log)
    site = a_site(tmp_path, story, joined=False)
    with site.client() as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)
        site.views.follower.catch_up()
        site.server.ports.queries = site.views.queries
        site.server.touch()
        _, curve = until(socket, "equity")
    assert ("10000", EQUITY_POINTS) == (curve["data"][0]["equity"], len(curve["data"]))


def test_an_open_cycle_that_left_the_list_is_told_once_more(site: Site) -> None:
    first = site.story.signal()
    site.catch_up()
    with site.client() as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)
        for _ in range(SIGNALS + 1):
            site.story.refused()
        site.catch_up()
        _, told = until(socket, "cycle")
    assert str(first.id) == told["data"]["id"]


def test_silence_is_filled_with_heartbeats_that_are_no_new_numbers(site: Site) -> None:
    with site.client() as client, client.websocket_connect(WS) as socket:
        _, snapshot = until(socket, "snapshot", 1)
        _, beat = until(socket, "heartbeat")
        assert beat["seq"] >= snapshot["seq"]


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"host": "evil.example"}])
def test_a_foreign_page_may_not_listen(site: Site, headers: dict[str, str]) -> None:
    with (
        site.client(**headers) as client,
        pytest.raises(WebSocketDisconnect) as refusal,
        client.websocket_connect(WS),
    ):
        pass
    assert 4403 == refusal.value.code


def test_our_own_page_may_listen(site: Site) -> None:
    with site.client(origin=ORIGIN) as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)


def test_what_a_listener_says_is_dropped(site: Site) -> None:
    with site.client() as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)
        for said in ("{", "x" * 5000, '{"type":"execute","symbol":"BTC"}'):
            socket.send_text(said)
        site.engine.pause()
        site.server.board.refresh()
        until(socket, "status")
    assert [("pause",)] == site.engine.told


class FakeSocket:
    """A socket whose other end does not read."""

    client_state = application_state = WebSocketState.CONNECTED

    def __init__(self) -> None:
        self.closed: int | None = None
        self.sent: list[str] = []
        self.reads = asyncio.Event()

    async def accept(self) -> None:
        """Nothing to do."""

    async def receive(self) -> dict:
        await asyncio.Event().wait()
        return {}

    async def send_text(self, text: str) -> None:
        await self.reads.wait()
        self.sent.append(text)

    async def close(self, code: int, reason: str = "") -> None:
        self.closed = code


async def soon(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not found():  # noqa: ASYNC110 - a hub tells nobody of its listeners
            await asyncio.sleep(0.01)


async def slow_and_quick(site: Site) -> None:
    hub = Hub(site.server.board.picture)
    hub.start()
    slow, quick = FakeSocket(), FakeSocket()
    quick.reads.set()
    serving = [asyncio.create_task(hub.serve(s, None)) for s in (slow, quick)]
    await soon(lambda: hub.listeners == 2)
    begin = site.server.board.picture().seq + 1
    for seq in range(begin, begin + QUEUE + 5):
        hub.publish([(seq, b'{"seq":%d}' % seq)])
        await asyncio.sleep(0)
    await soon(lambda: slow.closed is not None and len(quick.sent) >= QUEUE + 5)
    assert TOO_SLOW == slow.closed
    assert quick.closed is None
    assert QUEUE + 5 <= len(quick.sent)
    assert 1 == hub.listeners
    await hub.stop()
    await asyncio.gather(*serving, return_exceptions=True)


def test_a_slow_listener_is_dropped_with_a_code_and_the_others_do_not_notice(site: Site) -> None:
    with start_blocking_portal() as loop:  # in a thread of its own: a browser's loop may run in this one
        loop.call(slow_and_quick, site)


def test_the_ring_is_bounded(site: Site) -> None:
    async def fill() -> int:
        hub = Hub(site.server.board.picture)
        hub.start()
        hub.publish([(seq, b"{}") for seq in range(RING * 2)])
        await asyncio.sleep(0.05)
        await hub.stop()
        return len(hub._ring)

    with start_blocking_portal() as loop:
        assert RING == loop.call(fill)


def test_a_change_reaches_the_stream_and_the_next_call_alike(site: Site) -> None:
    with site.client() as client, client.websocket_connect(WS) as socket:
        until(socket, "snapshot", 1)
        site.engine.the_book = replace(site.engine.the_book, equity_e8=9_000 * E8)
        site.server.touch()
        _, book = until(socket, "book")
        assert "9000" == book["data"]["book"]["equity"]
        assert "9000" == client.get("/api/dashboard").json()["book"]["equity"]
