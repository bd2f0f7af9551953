"""A chain of others for tests: an Anvil that we do not supervise, and a proxy in front of it that fails on demand.

Knows HTTP on loopback alone. The proxy fails in the ways of the public internet: it refuses, delays, cuts, drops an
answer after the node has acted, answers like a busy provider.
"""

import contextlib
import itertools
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import orjson
from tests.ports import free_port

CHAIN_ID = 31_338
RICH = f"{10**24:#x}"


class Foreign:
    """Somebody else's node."""

    def __init__(self, binary: Path, folder: Path, *arguments: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._binary, self._folder, self._arguments = binary, folder, arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._ids = itertools.count(1)

    def start(self, *more: str) -> None:
        """Begin; of two that begin within one second the first blocks are alike, unless `--timestamp` says when."""
        arguments = ["--port", str(self.port), "--chain-id", str(CHAIN_ID), "--hardfork", "prague", "--quiet"]
        self._process = subprocess.Popen(
            [str(self._binary), *arguments, *self._arguments, *more],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        eventually(self._answers)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __call__(self, method: str, *params: Any) -> Any:
        request = {"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": list(params)}
        answer = httpx.post(self.url, json=request, timeout=20).json()
        assert "error" not in answer, answer
        return answer["result"]

    def fund(self, *addresses: bytes) -> None:
        for address in addresses:
            self("anvil_setBalance", "0x" + address.hex(), RICH)

    def mine(self, blocks: int = 1) -> None:
        self("anvil_mine", hex(blocks))

    @property
    def block(self) -> int:
        return int(self("eth_blockNumber"), 16)

    def sent_by(self, address: bytes) -> list[tuple[int, str]]:
        """Nonce and hash of all of an account's transactions in the chain, in their order."""
        blocks = [self("eth_getBlockByNumber", hex(number), True) for number in range(self.block + 1)]
        sent = [tx for block in blocks for tx in block["transactions"] if tx["from"] == "0x" + address.hex()]
        return [(int(tx["nonce"], 16), tx["hash"]) for tx in sent]

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, "the node has ended: is its port taken?"
        with contextlib.suppress(httpx.HTTPError):
            return int(self("eth_chainId"), 16) == CHAIN_ID
        return False


Fault = Callable[["_Handler", bytes, Callable[[], bytes]], None]


@dataclass
class Proxy:
    """Passes calls on to a node; `fail(method, fault, times)` says what goes wrong next."""

    target: str
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._faults: list[list[Any]] = []
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.proxy = self  # type: ignore[attr-defined]
        self._client = httpx.Client(timeout=20)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, method: str, fault: Fault, times: int = 1) -> None:
        """`method` is one, or `*` for every."""
        with self._lock:
            self._faults.append([method, fault, times])

    def fault_of(self, method: str) -> Fault | None:
        with self._lock:
            self.calls.append(method)
            for entry in self._faults:
                if entry[0] in ("*", method) and entry[2] > 0:
                    entry[2] -= 1
                    fault: Fault = entry[1]
                    return fault
        return None

    @property
    def left(self) -> int:
        """How many failures have not happened yet."""
        return sum(entry[2] for entry in self._faults)

    def ask(self, body: bytes) -> bytes:
        return self._client.post(self.target, content=body, headers={"content-type": "application/json"}).content

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        proxy: Proxy = self.server.proxy  # type: ignore[attr-defined]
        fault = proxy.fault_of(orjson.loads(body)["method"])
        with contextlib.suppress(OSError):
            if fault is None:
                self.answer(200, proxy.ask(body))
            else:
                fault(self, body, lambda: proxy.ask(body))

    def answer(self, status: int, body: bytes, *, says: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body) if says is None else says))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self) -> None:
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


def refuse(handler: _Handler, _body: bytes, _ask: Callable[[], bytes]) -> None:
    """The line is cut before anything was passed on."""
    handler.hang_up()


def act_and_hang_up(handler: _Handler, _body: bytes, ask: Callable[[], bytes]) -> None:
    """The node has done it, and its answer is lost."""
    ask()
    handler.hang_up()


def busy(handler: _Handler, _body: bytes, _ask: Callable[[], bytes]) -> None:
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": 429, "message": "too many requests"}}
    handler.answer(429, orjson.dumps(error))


def limit_exceeded(handler: _Handler, body: bytes, _ask: Callable[[], bytes]) -> None:
    """A provider that says no with HTTP 200."""
    error = {"code": -32_005, "message": "daily request count exceeded"}
    handler.answer(200, orjson.dumps({"jsonrpc": "2.0", "id": orjson.loads(body)["id"], "error": error}))


def broken_gateway(handler: _Handler, _body: bytes, _ask: Callable[[], bytes]) -> None:
    handler.answer(502, b"<html>bad gateway</html>")


def cut_short(handler: _Handler, _body: bytes, ask: Callable[[], bytes]) -> None:
    whole = ask()
    handler.answer(200, whole[: len(whole) // 2], says=len(whole))
    handler.hang_up()


def half_json(handler: _Handler, _body: bytes, ask: Callable[[], bytes]) -> None:
    """A whole HTTP answer of half a document."""
    whole = ask()
    handler.answer(200, whole[: len(whole) // 2])


def empty_object(handler: _Handler, _body: bytes, ask: Callable[[], bytes]) -> None:
    ask()
    handler.answer(200, b"{}")


def late(seconds: float) -> Fault:
    """The answer comes when nobody waits any more; the node has acted all the same."""

    def wait(handler: _Handler, _body: bytes, ask: Callable[[], bytes]) -> None:
        answer = ask()
        time.sleep(seconds)
        handler.answer(200, answer)

    return wait


def behind(blocks: int) -> Fault:
    """One of several nodes behind an address that has not come so far."""

    def tell(handler: _Handler, body: bytes, ask: Callable[[], bytes]) -> None:
        answer = orjson.loads(ask())
        if orjson.loads(body)["method"] == "eth_blockNumber":
            answer["result"] = hex(max(int(answer["result"], 16) - blocks, 0))
        else:
            answer["result"] = None
        handler.answer(200, orjson.dumps(answer))

    return tell


def eventually(found: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextlib.contextmanager
def running(node: Foreign) -> Iterator[Foreign]:
    node.start()
    try:
        yield node
    finally:
        node.stop()
