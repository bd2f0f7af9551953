"""Journaled: what every chain that we write to has in common: transactions are signed on a page before they are sent.

Knows nonces, positions and the newest entries. Knows nothing of how a transaction reaches its chain.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from tradeseal.chain.fees import Fees
from tradeseal.chain.journal import ChainJournal, JournalEntry, JournalReader
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.ledger.published import Ledger


class Chain(Protocol):
    """A chain as the gate sees it: one transaction at a time, the next only when the last one's outcome counts."""

    note: str  # what a person should know of how it came back
    genesis_hash: str

    @property
    def kind(self) -> str: ...

    @property
    def chain_id(self) -> int: ...

    @property
    def pid(self) -> int | None: ...

    @property
    def restarts(self) -> int: ...

    @property
    def restarting(self) -> tuple[int, int] | None: ...

    @property
    def broken(self) -> str: ...

    @property
    def waits(self) -> str:
        """What it waits for now, in words; empty when for nothing."""

    @property
    def away(self) -> str:
        """Since when and why its node does not answer, in words; empty while it does."""

    @property
    def journal(self) -> JournalReader: ...

    @property
    def page(self) -> ChainJournal | None: ...

    @property
    def next_position(self) -> int: ...

    @property
    def mined_count(self) -> int: ...

    def last_mined(self) -> JournalEntry: ...

    def waiting(self) -> JournalEntry | None: ...

    def next_nonce(self, sender: str) -> int: ...

    def block_time(self, at: int) -> int: ...

    def offer(self, *, sender: str, to: bytes | None, data: bytes, value_wei: int) -> tuple[int, Fees]:
        """The gas and the fees that a transaction offers."""

    def sign(self, entry: JournalEntry) -> ChainJournal: ...

    def send(self, transaction_hash: str) -> tuple[JournalEntry, dict[str, Any], ChainJournal]: ...

    def ask(self, method: str, *params: Any) -> Any: ...

    def read(self, method: str, params: Sequence[Any]) -> Any: ...

    def keep_snapshot(self) -> bool: ...

    def interrupt(self) -> None:
        """Have whoever waits for the chain give up; what is signed is sent again at the next start."""

    def close(self) -> None: ...


class Journaled:
    """The journal's newest page and entries."""

    kind: str

    def __init__(self, ledger: Ledger, chain_id: int, funded: Sequence[bytes]) -> None:
        self._ledger = ledger
        self._chain_id = chain_id
        self._funded = tuple("0x" + address.hex() for address in funded)
        self._nonces: dict[str, int] = {}
        self._page: ChainJournal | None = None
        self._last: JournalEntry | None = None
        self._mined_last: JournalEntry | None = None
        self.genesis_hash = ""
        self.note = ""

    @property
    def journal(self) -> JournalReader:
        """The stored transactions of this chain."""
        return JournalReader(self._ledger, self._chain_id, self.genesis_hash)

    @property
    def chain_id(self) -> int:
        """The chain's id."""
        return self._chain_id

    @property
    def last(self) -> JournalEntry | None:
        """The newest transaction."""
        return self._last

    @property
    def page(self) -> ChainJournal | None:
        """The journal's newest page."""
        return self._page

    @property
    def mined_count(self) -> int:
        """How many of our transactions have a block whose outcome counted."""
        return 0 if self._mined_last is None else self._mined_last.position

    @property
    def next_position(self) -> int:
        """The place of the next transaction in the journal; positions count from 1."""
        return 1 if self._last is None else self._last.position + 1

    def last_mined(self) -> JournalEntry:
        """The newest transaction that has a block; waits for nobody, not even for a chain that is executed again."""
        last = self._mined_last
        if last is None:
            raise Unavailable("CHAIN_EMPTY", "The chain has no block of ours.")
        return last

    def waiting(self) -> JournalEntry | None:
        """The newest transaction when its outcome has not counted yet."""
        return self._last if self._last is not None and not self._last.counted and not self._last.mined else None

    def next_nonce(self, sender: str) -> int:
        """The nonce of the sender's next transaction."""
        return self._nonces.get(sender, 0)

    def _refuse_waiting(self) -> None:
        """One transaction at a time."""
        waiting = self.waiting()
        if waiting is not None:
            known_by = waiting.transaction_hash
            raise Refused("TRANSACTION_WAITING", f"{known_by} was signed and has no block yet.", waiting=known_by)

    def _take_up(self, entries: Iterable[JournalEntry]) -> None:
        """Go on behind what is stored."""
        for entry in entries:
            self._nonces[entry.sender] = entry.nonce + 1
            self._last = entry
            if entry.mined or entry.counted:
                self._mined_last = entry
        self._page = None if self._last is None else self.journal.page(self._last.page)

    def _put(self, entry: JournalEntry) -> ChainJournal:
        """Put a signed transaction on the journal's page; whoever called saves the page before anything is sent."""
        page = self._page
        if page is None or page.page != entry.page:
            page = ChainJournal(
                chain_id=self._chain_id, genesis_hash=self.genesis_hash, page=entry.page, funded=self._funded
            )
        page.sign(entry)
        self._page = page
        self._last = entry
        self._nonces[entry.sender] = entry.nonce + 1
        return page

    def _same_accounts(self) -> None:
        """The journal is of this chain and of these keys."""
        want = self.journal.funded()
        if want is not None and want != self._funded:
            raise Refused(
                "OTHER_KEYS",
                "This home's chain began with other keys than those in it now.",
                got=list(self._funded),
                want=list(want),
            )
        # Where the keys are a part of the first block, other keys are another chain.
        other = self.journal.another() if want is None else None
        if other is not None:
            raise Refused(
                "OTHER_CHAIN",
                f"This home's chain began elsewhere than on {self.kind}, or with other keys than those in it now.",
                got=self.genesis_hash,
                want=other,
            )
