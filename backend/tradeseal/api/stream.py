"""The stream: one ring of messages for all listeners, a bounded queue for each.

Knows asyncio and WebSockets. Knows nothing of what the messages mean: they come as bytes with a number.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import orjson
import structlog
from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from tradeseal.api.board import Picture
from tradeseal.kernel.clock import iso_utc, monotonic_s, now_s

RING: Final = 2048
QUEUE: Final = 256
HEARTBEAT_S: Final = 1.0
LISTENERS_MAX: Final = 5000
TOO_SLOW: Final = 4408
TOO_MANY: Final = 4429
GOING_AWAY: Final = 1001

_log = structlog.get_logger("stream")


class _Listener:
    """One socket's queue; `last` is the number of the last message it got."""

    __slots__ = ("dropped", "last", "queue")

    def __init__(self, last: int) -> None:
        self.queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)
        self.last = last
        self.dropped = False

    def offer(self, seq: int, text: str) -> bool:
        """Queue a message it does not have yet; False when it is too slow."""
        if seq <= self.last:
            return True
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.dropped = True
            return False
        self.last = seq
        return True


class Hub:
    """Hands each message to every listener, in the event loop."""

    def __init__(self, picture: Callable[[], Picture]) -> None:
        self._picture = picture
        self._ring: deque[tuple[int, str]] = deque(maxlen=RING)
        self._listeners: dict[_Listener, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._beating: asyncio.Task[None] | None = None
        self._last = 0.0

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def start(self) -> None:
        """Begin; call inside the event loop."""
        self._loop = asyncio.get_running_loop()
        self._beating = self._loop.create_task(self._beat())

    async def stop(self) -> None:
        """Tell every listener that we are going away."""
        if self._beating is not None:
            self._beating.cancel()
        tasks = list(self._listeners.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def publish(self, messages: Sequence[tuple[int, bytes]]) -> None:
        """Hand out messages; may be called from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._fan_out, [(seq, body.decode()) for seq, body in messages])

    def _fan_out(self, messages: Sequence[tuple[int, str]]) -> None:
        self._ring.extend(messages)
        self._last = monotonic_s()
        for listener, task in list(self._listeners.items()):
            if not all(listener.offer(seq, text) for seq, text in messages):
                task.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S / 4)
            if monotonic_s() - self._last < HEARTBEAT_S:
                continue
            self._last = monotonic_s()
            beat = {"type": "heartbeat", "seq": self._picture().seq, "time": iso_utc(now_s())}
            text = orjson.dumps(beat).decode()
            for listener in self._listeners:
                if listener.queue.empty():
                    listener.queue.put_nowait(text)

    async def serve(self, socket: WebSocket, after: int | None) -> None:
        """Send to one socket until it leaves or is too slow."""
        if len(self._listeners) >= LISTENERS_MAX:
            await socket.close(TOO_MANY, "too many listeners")
            return
        await socket.accept()
        await asyncio.get_running_loop().run_in_executor(None, self._picture)
        listener = self._welcome(after)
        sending = asyncio.create_task(_send_all(socket, listener))
        self._listeners[listener] = sending
        try:
            await _until_gone(socket, sending)
        finally:
            self._listeners.pop(listener, None)
            sending.cancel()
            await _say_goodbye(socket, TOO_SLOW if listener.dropped else GOING_AWAY)

    def _welcome(self, after: int | None) -> _Listener:
        """What was missed, if the ring still holds all of it; else the whole picture."""
        newest = self._ring[-1][0] if self._ring else None
        if after is not None and newest is not None and self._ring[0][0] - 1 <= after <= newest:
            missed = [(seq, text) for seq, text in self._ring if seq > after]
            if len(missed) < QUEUE:
                listener = _Listener(after)
                for seq, text in missed:
                    listener.offer(seq, text)
                return listener
        picture = self._picture()
        listener = _Listener(0)
        listener.offer(picture.seq, f'{{"type":"snapshot","seq":{picture.seq},"data":{picture.body.decode()}}}')
        return listener


async def _send_all(socket: WebSocket, listener: _Listener) -> None:
    while True:
        await socket.send_text(await listener.queue.get())


async def _until_gone(socket: WebSocket, sending: asyncio.Task[None]) -> None:
    """Wait for the socket to close, or for its sender to end. What a listener says is not needed and dropped."""
    hearing = asyncio.create_task(_hear(socket))
    try:
        await asyncio.wait({hearing, sending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hearing.cancel()
        await asyncio.gather(hearing, return_exceptions=True)


async def _hear(socket: WebSocket) -> None:
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
    except WebSocketDisconnect:
        return


async def _say_goodbye(socket: WebSocket, code: int) -> None:
    if socket.client_state == WebSocketState.CONNECTED and socket.application_state == WebSocketState.CONNECTED:
        try:
            await asyncio.wait_for(socket.close(code), timeout=1)
        except (TimeoutError, RuntimeError, WebSocketDisconnect):
            _log.info("listener_gone", code=code)


router = APIRouter()


@router.websocket("/ws")
async def listen(socket: WebSocket) -> None:
    """A snapshot, then changes; `?after=SEQ` goes on where a connection broke."""
    hub: Hub = socket.app.state.hub
    text = socket.query_params.get("after", "")
    await hub.serve(socket, int(text) if text.isascii() and text.isdigit() and len(text) < 17 else None)
