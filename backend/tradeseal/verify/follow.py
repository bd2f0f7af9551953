"""Follow: keep the heads that a server shows, and raise the alarm when its history no longer extends one of them.

Knows the public HTTP interface of a server and one file with a head a line. Trusts the first head it sees; from there
on it fetches every event between two heads and computes the hash chain itself, so that a new head is kept only when it
follows from the old one.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import httpx

from tradeseal.kernel.clock import iso_utc, now_s
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.ledger.published import chain_hash
from tradeseal.verify.witness import SeenHead, read_witness

PAGE = 1_000
SECONDS_MAX = 30.0


class Server(Protocol):
    """What a follower asks of a server."""

    url: str

    def heads(self) -> list[dict[str, Any]]:
        """`/api/heads`."""

    def events(self, after: int, limit: int) -> list[dict[str, Any]]:
        """`/api/events`."""

    def block_hash(self, number: int) -> str | None:
        """The hash of a block by `/rpc`; None where there is no such block."""


class HttpServer:
    """`Server` over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        if not self.url.startswith(("http://", "https://")):
            raise Refused("BAD_URL", f"{url} is no address of a server; write http://HOST:PORT.", got=url)
        self._client = httpx.Client(timeout=SECONDS_MAX)

    def heads(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get("/api/heads")["heads"]
        return found

    def events(self, after: int, limit: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._get(f"/api/events?after={after}&limit={limit}")["items"]
        return found

    def block_hash(self, number: int) -> str | None:
        call = {"jsonrpc": "2.0", "id": 1, "method": "eth_getBlockByNumber", "params": [hex(number), False]}
        answer = self._answer(lambda: self._client.post(self.url + "/rpc", json=call))
        if "error" in answer:
            raise Unavailable("NODE_UNAVAILABLE", f"{self.url}/rpc does not answer.", cause=str(answer["error"]))
        block = answer.get("result")
        return None if block is None else str(block["hash"])

    def _get(self, path: str) -> dict[str, Any]:
        return self._answer(lambda: self._client.get(self.url + path))

    def _answer(self, ask: Any) -> dict[str, Any]:
        try:
            response = ask()
            response.raise_for_status()
            answer: dict[str, Any] = response.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise Unavailable("SERVER_UNAVAILABLE", f"{self.url} does not answer: {error}.") from error
        return answer


class Follower:
    """The heads kept in one file."""

    def __init__(self, server: Server, kept: Path) -> None:
        self._server = server
        self._path = kept
        self._last = {self._key(head): head for head in (read_witness(kept) if kept.exists() else [])}

    @property
    def last(self) -> SeenHead | None:
        """The newest head that was kept."""
        return next(reversed(self._last.values()), None)

    def look(self) -> list[SeenHead]:
        """See the heads now and keep what is new.

        Raises `Inconsistent` when a kept head is not extended, `Unavailable` when the server does not answer.
        """
        told = self._server.heads()
        seen = [SeenHead.of(head, seen_at=iso_utc(now_s()), seen_from=self._server.url) for head in told]
        if self._last and seen and not any(self._key(head) in self._last for head in seen):
            before = next(reversed(self._last.values()))
            raise _alarm("OTHER_CHAIN", "the chain is another", before, self._key(seen[0]), self._key(before))
        return [head for head in seen if self._keep(head)]

    def _keep(self, head: SeenHead) -> bool:
        before = self._last.get(self._key(head))
        if before is not None:
            if (before.log_position, before.log_root) == (head.log_position, head.log_root):
                return False
            self._extends(before, head)
        with self._path.open("a") as file:
            file.write(head.line() + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._last[self._key(head)] = head
        return True

    def _extends(self, before: SeenHead, head: SeenHead) -> None:
        if head.log_position < before.log_position:
            raise _alarm("ROLLED_BACK", "its log is shorter now", before, head.log_position, before.log_position)
        root = "0x" + bytes(32).hex()
        for position, root in self._chain(before, head.log_position):
            if position == before.log_position and root != before.log_root:
                raise _alarm("REWRITTEN", f"event {position} is another now", before, root, before.log_root)
        if root != head.log_root:
            raise _alarm("REWRITTEN", "its head does not follow from its own events", before, root, head.log_root)
        block_hash = self._server.block_hash(before.block)
        if block_hash != before.block_hash:
            raise _alarm("REWRITTEN", f"block {before.block} is another now", before, block_hash, before.block_hash)

    def _chain(self, before: SeenHead, until: int) -> Iterator[tuple[int, str]]:
        """The hash of each event from the kept one on, computed here from the kept root and the events' own bytes."""
        own = b""
        after = before.log_position - 1
        while after < until:
            page = self._server.events(after, min(PAGE, until - after))
            if not page:
                raise _alarm("ROLLED_BACK", "events that it showed are gone", before, after, until)
            for event in page:
                if event["position"] != after + 1:
                    raise _alarm("REWRITTEN", "its log has a gap", before, event["position"], after + 1)
                previous = own or bytes.fromhex(event["previous"][2:])
                own = chain_hash(
                    previous, position=event["position"], stream=UUID(event["stream"]), version=event["version"],
                    topic=event["topic"], state=event["state"].encode(),
                )  # fmt: skip
                after += 1
                yield after, "0x" + own.hex()

    @staticmethod
    def _key(head: SeenHead) -> tuple[str, str]:
        return head.chain_id, head.genesis_hash


def _alarm(code: str, what: str, before: SeenHead, got: object, want: object) -> Inconsistent:
    message = (
        f"The history no longer extends the head that {before.seen_from} showed at {before.seen_at} "
        f"(event {before.log_position}): {what}."
    )
    return Inconsistent(code, message, got=got, want=want, seen_at=before.seen_at, position=before.log_position)
