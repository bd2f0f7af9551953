"""Re-execution: the journal's transactions on a fresh node give the same chain, block by block, or the start stops.

Knows raw transactions, block times and block hashes. Knows nothing of why they were sent. Nothing here trusts the node:
it says what it made of the same bytes, and that is compared.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from tradeseal.chain.journal import JournalEntry
from tradeseal.chain.rpc import Rpc
from tradeseal.kernel.errors import Inconsistent, Unavailable

Progress = Callable[[int, int], None]
STEP = 25  # blocks: about a second where the chain is executed in Python


def no_progress(_done: int, _total: int) -> None:
    """For those who do not watch."""


def reexecute(
    rpc: Rpc, entries: Iterable[JournalEntry], *, total: int, progress: Progress = no_progress, done: int = 0
) -> int:
    """Send every mined transaction again, in order, behind the `done` blocks there are; the number of the last block.

    Raises `Inconsistent` at the first difference, with both sides.
    """
    last = done
    for entry in entries:
        again = with_block(entry, send(rpc, entry))
        _compare(entry, again)
        last = entry.block
        if last % STEP == 0:
            progress(last, total)
    no_block_but_ours(rpc, last)
    progress(last, total)
    return last


def send(rpc: Rpc, entry: JournalEntry) -> dict[str, Any] | None:
    """Send one transaction at its block time and wait for its receipt."""
    rpc.call("evm_setNextBlockTimestamp", entry.block_time)
    receipt: dict[str, Any] | None = rpc.call("eth_sendRawTransactionSync", entry.raw)
    return receipt


def with_block(entry: JournalEntry, receipt: Mapping[str, Any] | None) -> JournalEntry:
    """The entry with what its receipt says of its block."""
    if receipt is None or receipt.get("blockHash") is None:
        raise Unavailable("NO_RECEIPT", f"The node has no receipt of {entry.transaction_hash}.")
    if receipt["transactionHash"] != entry.transaction_hash:
        raise _differs(entry, "transaction hash", receipt["transactionHash"], entry.transaction_hash)
    return replace(
        entry,
        block=int(receipt["blockNumber"], 16),
        block_hash=str(receipt["blockHash"]),
        status=int(receipt["status"], 16),
        gas_used=int(receipt["gasUsed"], 16),
    )


def no_block_but_ours(rpc: Rpc, last: int) -> None:
    """A chain of ours has no block that we did not journal."""
    got = int(rpc.call("eth_blockNumber"), 16)
    if got != last:
        raise Inconsistent(
            "BLOCK_NOT_JOURNALED", f"The chain has {got} blocks, the journal {last}.", got=got, want=last
        )


def _compare(entry: JournalEntry, again: JournalEntry) -> None:
    if again.block_hash != entry.block_hash:
        raise _differs(entry, "block hash", again.block_hash, entry.block_hash)
    if again != entry:
        raise _differs(entry, "outcome", _outcome(again), _outcome(entry))


def _outcome(entry: JournalEntry) -> str:
    return f"block {entry.block}, status {entry.status}, gas {entry.gas_used}"


def _differs(entry: JournalEntry, what: str, got: str, want: str) -> Inconsistent:
    return Inconsistent(
        "RE_EXECUTION_DIFFERS",
        f"Block {entry.block} ({entry.kind}, {entry.label}) does not come out again: {what} {got}, journaled {want}.",
        block=entry.block,
        transaction_hash=entry.transaction_hash,
        what=what,
        got=got,
        want=want,
    )
