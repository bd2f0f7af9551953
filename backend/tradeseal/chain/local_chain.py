"""The local chain: a node that always holds exactly what the journal holds, also after it was killed.

Knows when to start, execute again and resend. Knows nothing of contracts. One writer sends; readers have a connection
of their own and are turned away while the chain is executed again.
"""

import contextlib
import threading
from collections.abc import Sequence
from typing import Any

from tradeseal.chain.fees import Fees
from tradeseal.chain.journal import ChainJournal, JournalEntry
from tradeseal.chain.journaled import Journaled
from tradeseal.chain.node import FEE_WEI_MAX, GAS, ChainSpec, Node
from tradeseal.chain.reexecution import Progress, no_progress, reexecute, send, with_block
from tradeseal.chain.rpc import NodeRefused
from tradeseal.chain.snapshot import Snapshot, SnapshotFile, Unfit, compare, refuse_lost_store
from tradeseal.kernel.errors import Inconsistent, Refused, TradesealError, Unavailable
from tradeseal.ledger.published import Ledger

ATTEMPTS = 3
SNAPSHOT_BLOCKS = 500  # what is worth seconds at the end: executing them again takes longer
FAILURES_MAX = 5


class LocalChain(Journaled):
    """The journal and the node that executes it."""

    def __init__(
        self,
        node: Node,
        spec: ChainSpec,
        ledger: Ledger,
        *,
        snapshots: SnapshotFile | None = None,
        progress: Progress = no_progress,
    ) -> None:
        super().__init__(ledger, spec.chain_id, spec.funded)
        self._node = node
        self._spec = spec
        self._progress = progress
        self._snapshots = snapshots if node.keeps_state else None
        self._resumed_at = 0
        self._turn = threading.RLock()
        self._writer = node.writer()
        self._readers = node.readers()
        self._ready = threading.Event()
        self._opened = False
        self._again = (0, 0)
        self._closed = False
        self._failures = 0
        self._broken: TradesealError | None = None
        self._wished = spec.genesis_time
        self.restarts = 0

    # Opening and closing

    def open(self) -> None:
        """Start the node, execute the journal again, compare every block, and be ready to go on."""
        with self._turn:
            if not self._resume():
                self._node.start(self._on_crash)
            self.genesis_hash = str(self._writer.call("eth_getBlockByNumber", "0x0", False)["hash"])
            self._same_accounts()
            entries = list(self.journal.entries())
            self._reexecute(entries)
            self._take_up(entries)
            if self._last is not None and not self._node.strictly_later:
                self._wished = self._last.block_time
            self._ready.set()
            self._opened = True

    def close(self) -> None:
        """End the node; the journal keeps everything."""
        self._closed = True
        self._ready.clear()
        self._node.close()
        self._writer.close()
        self._readers.close()

    @property
    def kind(self) -> str:  # type: ignore[override]
        """Which node executes it."""
        return self._node.kind

    @property
    def pid(self) -> int | None:
        """The node's process id while it runs."""
        return self._node.pid

    @property
    def restarting(self) -> tuple[int, int] | None:
        """Blocks executed again and all there are, while the node comes back after it ended; waits for nobody."""
        away = self._opened and not self._closed and not self._ready.is_set()
        return self._again if away and self._broken is None else None

    @property
    def broken(self) -> str:
        """Why the chain does not come back, where it came out differently; whoever sends next is told so, too."""
        return "" if self._broken is None else str(self._broken)

    @property
    def waits(self) -> str:
        """Nothing: each transaction has its block at once."""
        return ""

    @property
    def away(self) -> str:
        """Nothing: a node of ours that ends is started again."""
        return ""

    def interrupt(self) -> None:
        """Nobody waits for long."""

    # A snapshot shortens the way

    def keep_snapshot(self, *, every: int = SNAPSHOT_BLOCKS) -> bool:
        """Keep what the node holds, if it is worth it; nobody sends meanwhile. False where it was not kept.

        Only what is stored: a block whose outcome is still with its sender is not in the journal yet.
        """
        with self._turn:
            last = self._mined_last
            if self._snapshots is None or last is None or not self._ready.is_set() or self._broken is not None:
                return False
            stored = [entry.block_hash for entry in self.journal.entries() if entry.mined]
            if last.block - self._resumed_at < every or len(stored) != last.block:
                return False
            self._snapshots.keep(
                Snapshot(
                    node=str(self._writer.call("web3_clientVersion")),
                    chain_id=self.chain_id,
                    genesis_hash=self.genesis_hash,
                    first_block_hash=stored[0],
                    block=last.block,
                    block_hash=last.block_hash,
                    state=self._node.state(),
                )
            )
            self._resumed_at = last.block
            return True

    def _resume(self) -> bool:
        """Start the node with the snapshot; False where there is none that fits, and the note says why."""
        self._resumed_at, before = 0, self.genesis_hash
        if self._snapshots is None:
            return False
        try:
            snapshot = self._snapshots.read()
            if snapshot is None:
                return False
            self.genesis_hash = snapshot.genesis_hash
            entries = list(self.journal.entries())
            refuse_lost_store(snapshot, entries, self._ledger.facts.last()[0])
            self._start_with(snapshot)
            compare(self._writer, snapshot, entries)
        except Unfit as unfit:
            self.note, self.genesis_hash = unfit.message, before
            self._snapshots.set_aside()
            self._writer.close()
            return False
        self._resumed_at = snapshot.block
        return True

    def _start_with(self, snapshot: Snapshot) -> None:
        try:
            self._node.start(self._on_crash, snapshot.state)
        except (Unavailable, OSError, EOFError) as error:
            raise Unfit("SNAPSHOT_NOT_TAKEN", f"The node does not begin with the chain's snapshot: {error}") from error
        node = str(self._writer.call("web3_clientVersion"))
        if node != snapshot.node:
            raise Unfit("SNAPSHOT_OTHER_NODE", f"The chain's snapshot is of {snapshot.node}, this is {node}.")

    # Writing: journal, then send

    def block_time(self, at: int) -> int:
        """When the next transaction's block is: at the wished time or, where blocks are strictly later, after the last.

        One transaction at a time, and time does not go back.
        """
        self._refuse_waiting()
        if at < self._wished:
            raise Refused(
                "TIME_WENT_BACK",
                f"Block time {at} is before the last one wished, {self._wished}.",
                got=at,
                want=self._wished,
            )
        self._wished = at
        if not self._node.strictly_later:
            return at
        return max(at, (self._spec.genesis_time if self._last is None else self._last.block_time) + 1)

    def offer(self, *, sender: str, to: bytes | None, data: bytes, value_wei: int) -> tuple[int, Fees]:  # noqa: ARG002
        """Enough of both: on a chain of ours gas costs nothing."""
        return GAS, Fees(most_wei=FEE_WEI_MAX, tip_wei=0)

    def sign(self, entry: JournalEntry) -> ChainJournal:
        """Put a signed transaction on the journal's page; whoever called saves the page before `send`."""
        with self._turn:
            return self._put(entry)

    def send(self, transaction_hash: str) -> tuple[JournalEntry, dict[str, Any], ChainJournal]:
        """Send the transaction that waits and hand back its entry with its block, its receipt and the journal's page.

        Raises `Unavailable` when the node stays away through all attempts; sending again later is safe.
        """
        with self._turn:
            entry, page = self._last, self._page
            if entry is None or page is None or entry.mined or entry.transaction_hash != transaction_hash:
                raise Refused("NOT_WAITING", f"{transaction_hash} is not the transaction that waits.")
            receipt = self._send_until_mined(entry)
            mined = with_block(entry, receipt)
            if mined.block != entry.position:
                raise Inconsistent(
                    "BLOCK_NOT_JOURNALED",
                    f"{transaction_hash} is in block {mined.block}, our next is {entry.position}.",
                    got=mined.block,
                    want=entry.position,
                )
            page.mine(mined)
            self._last = self._mined_last = mined
            return mined, receipt or {}, page

    def _send_until_mined(self, entry: JournalEntry) -> dict[str, Any] | None:
        for _ in range(ATTEMPTS - 1):
            try:
                return self._send(entry)
            except Unavailable:
                self._recover()
        return self._send(entry)

    def _send(self, entry: JournalEntry) -> dict[str, Any] | None:
        self._make_whole()
        try:
            return send(self._writer, entry)
        except NodeRefused as refusal:
            # An answer that was lost: the same bytes were mined before and the node knows them.
            known: dict[str, Any] | None = self._writer.call("eth_getTransactionReceipt", entry.transaction_hash)
            if known is None:
                raise Inconsistent(
                    "NODE_REFUSED_OURS",
                    f"The node refuses {entry.transaction_hash}: {refusal.message}",
                    **refusal.facts,
                ) from refusal
            return known

    # Reading

    def ask(self, method: str, *params: Any) -> Any:
        """A question of the writer, on the writer's connection; asked again once after a crash."""
        with self._turn:
            self._make_whole()
            try:
                return self._writer.call(method, *params)
            except Unavailable:
                self._recover()
                return self._writer.call(method, *params)

    def read(self, method: str, params: Sequence[Any]) -> Any:
        """A question of somebody else, beside the writer; `Unavailable` while the chain is executed again."""
        try:
            return self._read_whole(method, params)
        except Unavailable:
            # A connection from before a crash fails once; the next question opens a new one.
            return self._read_whole(method, params)

    def _read_whole(self, method: str, params: Sequence[Any]) -> Any:
        """An answer from a chain that was whole before it was asked and is the same one since."""
        restarts = self.restarts
        whole = self._ready.is_set()
        answer = self._readers.call(method, *params) if whole else None
        if not whole or not self._ready.is_set() or restarts != self.restarts:
            raise Unavailable("CHAIN_RESTARTING", "The chain is being executed again from the journal.")
        return answer

    # After a crash

    def _on_crash(self) -> None:
        # A node that dies under re-execution, too, calls again; after some times only whoever sends next tries again.
        if self._failures < FAILURES_MAX:
            with contextlib.suppress(TradesealError):
                self._recover()

    def _recover(self) -> None:
        """Have the same chain again: nothing to do when somebody else already saw to it."""
        with self._turn:
            if self._closed or self._broken is not None or (self._ready.is_set() and self._alive()):
                return
            self._again = (0, self.mined_count)
            self._ready.clear()
            self._failures += 1
            self._writer.close()
            self._readers.close()
            if not self._resume():
                self._node.start(self._on_crash)
            self.restarts += 1
            try:
                self._reexecute(self._all_mined())
            except Inconsistent as difference:
                self._broken = difference
                raise
            self._failures = 0
            self._ready.set()

    def _alive(self) -> bool:
        if not self._node.running:
            return False
        try:
            self._writer.call("eth_chainId")
        except Unavailable:
            return False
        return True

    def _all_mined(self) -> list[JournalEntry]:
        """The stored journal, and the newest block when its outcome is not stored yet."""
        entries = [entry for entry in self.journal.entries() if entry.mined]
        if self._mined_last is not None and len(entries) < self.mined_count:
            entries.append(self._mined_last)
        return entries

    def _reexecute(self, entries: list[JournalEntry]) -> None:
        mined = [entry for entry in entries if entry.mined]
        for position, entry in enumerate(entries, start=1):
            gap = not entry.mined and position < len(entries)  # only the very last may wait for its block
            if gap or entry.position != position or (entry.mined and entry.block != position):
                raise Inconsistent("JOURNAL_GAP", "The journal has a gap.", got=entry.position, want=position)
        begun = self._resumed_at
        reexecute(self._writer, mined[begun:], total=len(mined), progress=self._tell, done=begun)

    def _tell(self, done: int, total: int) -> None:
        self._again = (done, total)
        self._progress(done, total)

    def _make_whole(self) -> None:
        """Nothing is asked of a chain that holds only a part of the journal."""
        if self._closed:
            raise Unavailable("CHAIN_CLOSED", "The chain is closed.")
        if self._broken is not None:
            raise self._broken
        if not self._ready.is_set():
            self._recover()
