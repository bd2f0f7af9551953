"""Snapshot: what a node held at a quiet moment, kept to shorten the way back. A cache: the journal stays the truth.

Knows one file, how it says what it is, and how a node that began with it is compared with the journal. Knows nothing of
when one is taken.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tradeseal.chain.journal import JournalEntry
from tradeseal.chain.rpc import Rpc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import write_whole
from tradeseal.oracle.published import keccak

MAGIC: Final = "tradeseal-snapshot-1"
INSTEAD: Final = "It was put aside, and every block is executed again."


class Unfit(Refused):
    """This snapshot cannot be used; nothing is lost, the way back is only longer."""


@dataclass(frozen=True)
class Snapshot:
    """A node's whole state after one block, compressed as the node gives it, and of which chain it is."""

    node: str
    chain_id: int
    genesis_hash: str
    first_block_hash: str  # which chain it is: a genesis alone looks alike with other keys
    block: int
    block_hash: str
    state: bytes


class SnapshotFile:
    """The newest snapshot of one home."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def keep(self, snapshot: Snapshot) -> None:
        """Replace the one before, whole or not at all."""
        says = {name: value for name, value in asdict(snapshot).items() if name != "state"}
        says |= {"magic": MAGIC, "bytes": len(snapshot.state), "sha256": hashlib.sha256(snapshot.state).hexdigest()}
        write_whole(self.path, json.dumps(says, sort_keys=True).encode() + b"\n" + snapshot.state, mode=0o600)

    def read(self) -> Snapshot | None:
        """The snapshot as it was kept; None where there is none. Raises `Unfit` for one that is not whole."""
        if not self.path.exists():
            return None
        head, _, state = self.path.read_bytes().partition(b"\n")
        try:
            says: dict[str, Any] = json.loads(head)
            wanted = says.pop("magic"), says.pop("bytes"), says.pop("sha256")
            snapshot = Snapshot(state=state, **says)
        except (ValueError, KeyError, TypeError) as error:
            raise self._unfit("SNAPSHOT_UNREADABLE", "does not begin as one", got=repr(head[:60])) from error
        if wanted[0] != MAGIC:
            raise self._unfit("SNAPSHOT_UNREADABLE", f"is a {wanted[0]}, not a {MAGIC}", got=wanted[0], want=MAGIC)
        if len(state) != wanted[1]:
            what = f"is cut off: {len(state)} bytes of {wanted[1]}"
            raise self._unfit("SNAPSHOT_TRUNCATED", what, got=len(state), want=wanted[1])
        got = hashlib.sha256(state).hexdigest()
        if got != wanted[2]:
            raise self._unfit("SNAPSHOT_CHANGED", "is not what was written", got=got, want=wanted[2])
        return snapshot

    def set_aside(self) -> None:
        """Out of the way of the next start, but there to be looked at."""
        with suppress(OSError):
            self.path.replace(self.path.with_name(self.path.name + ".unfit"))

    def forget(self) -> None:
        """Throw it away."""
        self.path.unlink(missing_ok=True)

    def _unfit(self, code: str, what: str, **facts: Any) -> Unfit:
        return Unfit(code, f"The chain's snapshot {self.path} {what}. {INSTEAD}", **facts)


def refuse_lost_store(snapshot: Snapshot, entries: Sequence[JournalEntry], stored: int) -> None:
    """Raise `Refused` where the chain was further than what is stored: the store lost what had been acknowledged.

    Where the store holds another chain than the snapshot, that is `Unfit`.
    """
    first = entries[0].block_hash if entries else ""
    if stored and first != snapshot.first_block_hash:
        what = f"The chain's snapshot is of another chain: its first block is {snapshot.first_block_hash}, not {first}."
        raise Unfit("SNAPSHOT_FOREIGN_CHAIN", f"{what} {INSTEAD}", got=snapshot.first_block_hash, want=first)
    known = sum(entry.mined for entry in entries)
    if known >= snapshot.block:
        return
    how = f"knows {known} blocks only" if stored else "is empty"
    raise Refused(
        "STORE_BEHIND_CHAIN" if stored else "STORE_EMPTY",
        f"This home's chain had {snapshot.block} blocks, and its event store {how}. Bring back the newest backup with "
        "`tradeseal restore`; or choose another folder with --home to begin anew.",
        got=known,
        want=snapshot.block,
    )


def compare(rpc: Rpc, snapshot: Snapshot, entries: Sequence[JournalEntry]) -> None:
    """Hold a node that began with a snapshot to the journal; raises `Unfit` at the first difference.

    (1) It has the blocks of the snapshot and no other. (2) Each block has the hash and the transaction that the journal
    has, and what stands before the first is its parent. (3) What every account holds hashes to the state root that the
    last of these blocks names.
    """
    # (1) no other block
    last = int(rpc.call("eth_blockNumber"), 16)
    if last != snapshot.block:
        raise _differs("has another number of blocks than it says", last, snapshot.block)
    # (2) hash and transaction of each, and the parent of the first
    for entry in entries[: snapshot.block]:
        block = rpc.call("eth_getBlockByNumber", hex(entry.block), False)
        got = (block["hash"], block["transactions"])
        if got != (entry.block_hash, [entry.transaction_hash]):
            raise _foreign(entry.block, got[0], entry.block_hash)
    genesis = rpc.call("eth_getBlockByNumber", "0x0", False)["hash"]
    parent = rpc.call("eth_getBlockByNumber", "0x1", False)["parentHash"]
    if genesis != parent:
        raise _foreign(0, genesis, parent)
    # (3) what the accounts hold
    newest = rpc.call("eth_getBlockByNumber", hex(last), False)
    proof = rpc.call("eth_getProof", "0x" + 40 * "0", [], "latest")["accountProof"]
    root = "0x" + keccak(bytes.fromhex(proof[0][2:])).hex() if proof else "nothing"
    if root != newest["stateRoot"]:
        raise _differs("holds other balances or storage than its blocks made", root, newest["stateRoot"])


def _foreign(number: int, got: str, want: str) -> Unfit:
    return _differs(f"holds a foreign block {number}", got, want, "SNAPSHOT_FOREIGN_BLOCK")


def _differs(what: str, got: Any, want: Any, code: str = "SNAPSHOT_DIFFERS") -> Unfit:
    return Unfit(code, f"The chain's snapshot {what}: {got}, not {want}. {INSTEAD}", got=got, want=want)
