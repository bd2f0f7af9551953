"""The same answers over a real socket: what only a real server can show."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest
from fakes import Site
from stories import E8
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tradeseal.api.ports import PriceSeen
from tradeseal.kernel.clock import monotonic_s, sleep_s

pytestmark = pytest.mark.loopback


@pytest.fixture
def port(site: Site) -> Iterator[int]:
    """A running server's port."""
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    server = site.server.uvicorn()
    thread = threading.Thread(target=lambda: server.run(sockets=[taken]), daemon=True)
    thread.start()
    deadline = monotonic_s() + 10
    while not server.started and monotonic_s() < deadline:
        sleep_s(0.01)
    yield taken.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=10)


def said(port: int, raw: bytes) -> bytes:
    """What comes back for raw bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sent:
        sent.sendall(raw)
        sent.settimeout(5)
        return sent.recv(65_536)


def test_a_listener_hears_of_a_change_over_a_real_socket(site: Site, port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/ws", max_size=None) as listener:
        assert "snapshot" == json.loads(listener.recv(timeout=5))["type"]
        site.engine.the_prices = [PriceSeen("BTC-USDT", 51_000 * E8, 1)]
        site.server.touch()
        for _ in range(10):
            message = json.loads(listener.recv(timeout=5))
            if message["type"] == "prices":
                break
        assert "51000" == message["data"][0]["price"]


def test_a_foreign_page_cannot_even_open_the_socket(port: int) -> None:
    with pytest.raises(InvalidStatus) as refusal, connect(f"ws://127.0.0.1:{port}/ws", origin="http://evil.example"):
        pass
    assert 403 == refusal.value.response.status_code


@pytest.mark.parametrize(
    "raw",
    [
        b"GET /api/health HTTP/1.1\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"POST /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n{",
        b"POST /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n{}",
    ],
)
def test_broken_or_foreign_requests_are_answered_with_a_four_hundred(port: int, raw: bytes) -> None:
    assert said(port, raw).startswith(b"HTTP/1.1 4")


def test_the_server_does_not_name_itself(port: int) -> None:
    answer = said(port, b"GET /api/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").lower()
    assert answer.startswith(b"http/1.1 200")
    assert b"\r\nserver:" not in answer
    assert b"x-content-type-options: nosniff" in answer
