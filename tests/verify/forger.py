"""A forger: takes an honest log, changes it, and recomputes what somebody with the file (and the keys) can recompute.

He writes a new home whose hash chain is whole again, unless a test wants him to be clumsy.
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from tradeseal.chain.transactions import Wallet, read_transaction
from tradeseal.ledger.published import GENESIS_HASH, chain_hash
from tradeseal.oracle.published import Domain

SCHEMA = (
    "CREATE TABLE stored_events (originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL, "
    "topic TEXT NOT NULL, state BLOB NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (originator_id, originator_version))"
)


@dataclass
class Line:
    """One stored event that can be changed."""

    stream: str
    version: int
    topic: str
    data: dict[str, Any]
    state: bytes | None = None  # bytes that stay as they were
    hash: bytes = b""

    @property
    def bytes(self) -> bytes:
        return self.state if self.state is not None else json.dumps(self.data, separators=(",", ":")).encode()


class Forger:
    """The lines of one log, and the keys of its home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        with sqlite3.connect(f"file:{home / 'ledger.sqlite'}?mode=ro", uri=True) as rows:
            found = rows.execute(
                "SELECT originator_id, originator_version, topic, state, hash FROM stored_events ORDER BY rowid"
            ).fetchall()
        rows.close()
        self.lines = [Line(s, v, t, json.loads(state), bytes(state), bytes(h)) for s, v, t, state, h in found]
        kept = home / "demo-keys.json"
        keys = json.loads(kept.read_text())["keys"] if kept.exists() else {}
        self.keys = {role: bytes.fromhex(key[2:]) for role, key in keys.items()}

    # Finding

    def all(self, name: str) -> list[Line]:
        """All events of a kind."""
        return [line for line in self.lines if line.topic.endswith(name)]

    def nth(self, name: str, place: int = 0, where: Callable[[dict[str, Any]], bool] = lambda _: True) -> Line:
        """One event of a kind."""
        return [line for line in self.all(name) if where(line.data)][place]

    # Changing

    def change(self, line: Line, **fields: Any) -> Line:
        """Write other values into an event."""
        line.data |= fields
        line.state = None
        return line

    def drop(self, *lines: Line) -> None:
        """Take events out and close the gaps in their streams' versions."""
        gone = {id(line) for line in lines}
        self.lines = [line for line in self.lines if id(line) not in gone]
        self.renumber()

    def renumber(self) -> None:
        """Give every stream versions without a gap."""
        next_version: dict[str, int] = {}
        for line in self.lines:
            line.version = next_version[line.stream] = next_version.get(line.stream, 0) + 1

    def insert_after(self, line: Line, topic: str, data: dict[str, Any], stream: str | None = None) -> Line:
        """Put an invented event behind another."""
        made = Line(stream or line.stream, 0, topic, data)
        self.lines.insert(self.lines.index(line) + 1, made)
        self.renumber()
        return made

    def swap(self, first: Line, second: Line) -> None:
        """Exchange two events' places in the log."""
        a, b = self.lines.index(first), self.lines.index(second)
        self.lines[a], self.lines[b] = self.lines[b], self.lines[a]
        self.renumber()

    # With the keys

    def sign_again(self, line: Line, data: bytes, *, wallet: str, chain_id: int | None = None) -> Line:
        """Sign other call data in a transaction's place, and tell its new hash wherever the old one stood."""
        raw = read_transaction(line.data["raw"])
        signed = Wallet(self.keys[wallet]).sign(
            chain_id=chain_id or raw.chain_id, nonce=raw.nonce, to=raw.to, data=data, gas=raw.gas, fee_wei_max=10**9
        )
        old, new = raw.transaction_hash, "0x" + signed.transaction_hash.hex()
        self.change(line, raw="0x" + signed.raw.hex())
        for other in self.lines:
            if other.data.get("transaction_hash") == old:
                self.change(other, transaction_hash=new)
        return line

    def call_of(self, line: Line) -> bytes:
        """The call data of a transaction."""
        return read_transaction(line.data["raw"]).data

    # Writing

    def write(self, to: Path, *, clumsy: bool = False) -> Path:
        """A home with this log; `clumsy` keeps the hashes as they were."""
        to.mkdir(parents=True, exist_ok=True)
        head = GENESIS_HASH
        with sqlite3.connect(to / "ledger.sqlite") as db:
            db.execute(SCHEMA)
            for position, line in enumerate(self.lines, start=1):
                new = chain_hash(
                    head, position=position, stream=UUID(line.stream), version=line.version, topic=line.topic,
                    state=line.bytes,
                )  # fmt: skip
                head = line.hash if clumsy and line.hash else new
                db.execute(
                    "INSERT INTO stored_events VALUES (?,?,?,?,?)",
                    (line.stream, line.version, line.topic, line.bytes, head),
                )
        db.close()
        return to


def domain_of(forger: Forger) -> Domain:
    """Under which the oracle's signers sign."""
    book = forger.nth("BookOpened").data
    return Domain(book["chain_id"], book["oracle_address"])
