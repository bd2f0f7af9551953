"""JSON-RPC: questions to a node, over a Unix socket, and its answers as plain values.

Knows framing, ids, timeouts and how a node says no. Knows nothing of contracts, keys or what the answers mean.
"""

import queue
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import orjson

from tradeseal.kernel.errors import Refused, Unavailable

ANSWER_BYTES_MAX = 256 * 1024 * 1024
ANSWER_SECONDS_MAX = 30.0
# What an HTTP node says when it cannot answer now: no leave (a key that ran out), too slow, too often.
BUSY = frozenset({401, 402, 403, 404, 408, 429})
SERVER_ERROR = 500
# The same in JSON-RPC (EIP-1474): resource unavailable, limit exceeded.
BUSY_CODES = frozenset({-32002, -32005})


class NodeRefused(Refused):
    """The node understood the call and said no; `facts` hold its code, message and data."""

    def __init__(self, method: str, error: dict[str, Any]) -> None:
        message = str(error.get("message", "no message"))
        facts = {"method": method, "node_code": error.get("code"), "data": error.get("data")}
        super().__init__("NODE_REFUSED", f"The node refused {method}: {message}", **facts)


class Rpc(Protocol):
    """Whoever answers JSON-RPC calls."""

    def call(self, method: str, *params: Any) -> Any:
        """The result; raises `NodeRefused` for the node's no and `Unavailable` when it does not answer."""


class IpcRpc:
    """JSON-RPC over one Unix socket, one call at a time; safe to share between threads."""

    def __init__(self, path: Path, *, timeout_s: float = ANSWER_SECONDS_MAX) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._next_id = 0

    def call(self, method: str, *params: Any) -> Any:
        with self._lock:
            answer = self._exchange(method, params)
        return result_of(method, answer)

    def close(self) -> None:
        """Let go of the socket; the next call opens a new one."""
        with self._lock:
            self._drop()

    def _exchange(self, method: str, params: Sequence[Any]) -> dict[str, Any]:
        self._next_id += 1
        try:
            connection = self._socket or self._connect()
            connection.sendall(request_bytes(method, params, self._next_id))
            answer = read_answer(connection)
        except (OSError, EOFError, ValueError) as error:
            # A half-read answer would be taken for the next call's: never reuse a socket that failed.
            self._drop()
            raise Unavailable("NODE_UNAVAILABLE", f"The node does not answer {method}.", cause=str(error)) from error
        if answer.get("id") != self._next_id:
            self._drop()
            raise Unavailable(
                "NODE_UNAVAILABLE", f"The node answered another call than {method}.", got=answer.get("id")
            )
        return answer

    def _connect(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._timeout_s)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        self._socket = connection
        return connection

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class IpcPool:
    """Several connections to one socket, so that a slow question of one reader does not hold up the others."""

    def __init__(self, path: Path, size: int) -> None:
        self._all = [IpcRpc(path) for _ in range(size)]
        self._free: queue.LifoQueue[IpcRpc] = queue.LifoQueue()
        for connection in self._all:
            self._free.put(connection)

    def call(self, method: str, *params: Any) -> Any:
        """The result, as `Rpc.call` gives it."""
        try:
            connection = self._free.get(timeout=ANSWER_SECONDS_MAX)
        except queue.Empty as error:
            raise Unavailable("NODE_BUSY", f"Too many questions wait for the node; {method} was not asked.") from error
        try:
            return connection.call(method, *params)
        finally:
            self._free.put(connection)

    def close(self) -> None:
        """Let go of all sockets."""
        for connection in self._all:
            connection.close()


class HttpRpc:
    """JSON-RPC over HTTP: somebody else's node, wherever it is. Safe to share between threads."""

    def __init__(self, url: str, *, timeout_s: float = ANSWER_SECONDS_MAX) -> None:
        import httpx  # noqa: PLC0415 - only who asks a node of others needs it

        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as error:
            raise _bad_url(url) from error
        if parsed.scheme not in ("http", "https") or not parsed.host:
            raise _bad_url(url)
        self._url = url
        # What is told to others: paths, parameters and user names of such addresses are often passwords.
        self.name = f"{parsed.scheme}://{parsed.host}{'' if parsed.port is None else f':{parsed.port}'}"
        self._client = httpx.Client(timeout=timeout_s)
        self._failures = (httpx.HTTPError, ValueError)
        self._next_id = 0

    def call(self, method: str, *params: Any) -> Any:
        """The result, as `Rpc.call` gives it."""
        self._next_id += 1
        try:
            response = self._client.post(
                self._url,
                content=request_bytes(method, params, self._next_id),
                headers={"content-type": "application/json"},
            )
            if response.status_code in BUSY or response.status_code >= SERVER_ERROR:
                raise Unavailable(
                    "NODE_UNAVAILABLE",
                    f"{self.name} answers {method} with HTTP {response.status_code}.",
                    status=response.status_code,
                    retry_after_s=_seconds(response.headers.get("retry-after", "")),
                )
            answer = orjson.loads(response.content)
        except self._failures as error:
            cause = f"{type(error).__name__}: {error}".removesuffix(": ")
            raise Unavailable(
                "NODE_UNAVAILABLE", f"{self.name} does not answer {method} ({cause}).", cause=cause
            ) from error
        return result_of(method, answer)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def _bad_url(url: str) -> Refused:
    return Refused("BAD_URL", f"{url} is no address of a node; write http://HOST:PORT or https://HOST.", got=url)


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def request_bytes(method: str, params: Sequence[Any], request_id: int) -> bytes:
    """One JSON-RPC request on one line."""
    return orjson.dumps({"jsonrpc": "2.0", "id": request_id, "method": method, "params": list(params)}) + b"\n"


def read_answer(connection: socket.socket) -> dict[str, Any]:
    """Read one JSON object; the node ends it without a mark, so a closing brace is tried."""
    parts: list[bytes] = []
    size = 0
    while True:
        part = connection.recv(1 << 18)
        if not part:
            raise EOFError("the node closed the connection")
        parts.append(part)
        size += len(part)
        if size > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
        if part.rstrip().endswith(b"}"):
            try:
                answer = orjson.loads(b"".join(parts))
            except orjson.JSONDecodeError:
                continue
            if isinstance(answer, dict):
                return answer
            raise ValueError("the answer is no object")


def result_of(method: str, answer: Any) -> Any:
    """The `result` of an answer, or the node's refusal raised."""
    if not isinstance(answer, dict):
        raise Unavailable("NODE_UNAVAILABLE", f"The node answered {method} with something that is no answer.")
    error = answer.get("error")
    if isinstance(error, dict) and error.get("code") in BUSY_CODES:
        raise Unavailable("NODE_BUSY", f"The node cannot answer {method} now: {error.get('message')}.")
    if error is not None:
        raise NodeRefused(method, error if isinstance(error, dict) else {"message": str(error)})
    if "result" not in answer:
        raise Unavailable("NODE_UNAVAILABLE", f"The node answered {method} with neither result nor error.")
    return answer["result"]
