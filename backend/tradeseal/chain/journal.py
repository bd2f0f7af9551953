"""The journal: every transaction we signed, before it is sent, and its block, after it is mined.

Knows raw bytes, block times and block hashes, a thousand transactions a page. Knows nothing of what a transaction does.
With a fresh node it is all that is needed to have the same chain again.
"""

# ruff: noqa: ARG002 - an event's arguments are what is stored; its body changes only what the aggregate still needs

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import msgspec

from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.kernel.ids import chain_journal_id
from tradeseal.ledger.published import Aggregate, Ledger, StoredFact, event

PAGE_SIZE = 1000


@dataclass(frozen=True)
class JournalEntry:
    """One transaction: what was signed, and its block once it has one."""

    position: int
    raw: str
    transaction_hash: str
    nonce: int
    sender: str
    block_time: int
    kind: str
    label: str
    block: int = 0
    block_hash: str = ""
    status: int = 0
    gas_used: int = 0

    @property
    def mined(self) -> bool:
        """Whether its block is known."""
        return self.block > 0

    @property
    def page(self) -> int:
        """The page it stands on; positions count from 1."""
        return (self.position - 1) // PAGE_SIZE


class ChainJournal(Aggregate):
    """One page of the journal; at most its last transaction waits for its block."""

    TOPIC = "ChainJournal"

    class Event(Aggregate.Event):
        TOPIC = "ChainJournal.Event"

    @event("JournalPageOpened", topic="ChainJournal.JournalPageOpened")
    def __init__(self, chain_id: int, genesis_hash: str, page: int, funded: tuple[str, ...]) -> None:
        self.chain_id = chain_id
        self.genesis_hash = genesis_hash
        self.page = page
        self.funded = funded
        self.count = 0
        self.waiting = ""

    @staticmethod
    def create_id(chain_id: int, genesis_hash: str, page: int) -> UUID:
        """The stream of a page."""
        return chain_journal_id(chain_id, genesis_hash, page)

    def sign(self, entry: JournalEntry) -> None:
        """Keep a signed transaction that is about to be sent."""
        if self.waiting:
            raise Refused(
                "TRANSACTION_WAITING", f"{self.waiting} was signed and has no block yet.", waiting=self.waiting
            )
        if entry.position != self.page * PAGE_SIZE + self.count + 1:
            raise Refused("JOURNAL_GAP", "The journal has no gaps.", got=entry.position, want=self.count + 1)
        self._sign(
            raw=entry.raw,
            transaction_hash=entry.transaction_hash,
            nonce=entry.nonce,
            sender=entry.sender,
            block_time=entry.block_time,
            kind=entry.kind,
            label=entry.label,
            position=entry.position,
        )

    @event("TransactionSigned", topic="ChainJournal.TransactionSigned")
    def _sign(
        self,
        *,
        raw: str,
        transaction_hash: str,
        nonce: int,
        sender: str,
        block_time: int,
        kind: str,
        label: str,
        position: int,
    ) -> None:
        self.count += 1
        self.waiting = transaction_hash

    def mine(self, entry: JournalEntry) -> None:
        """Keep the block of the transaction that waits for one."""
        if entry.transaction_hash != self.waiting:
            raise Refused("NOT_WAITING", f"{entry.transaction_hash} waits for no block.", waiting=self.waiting)
        self._mine(
            transaction_hash=entry.transaction_hash,
            block=entry.block,
            block_hash=entry.block_hash,
            status=entry.status,
            gas_used=entry.gas_used,
        )

    @event("TransactionMined", topic="ChainJournal.TransactionMined")
    def _mine(self, *, transaction_hash: str, block: int, block_hash: str, status: int, gas_used: int) -> None:
        self.waiting = ""


class _Signed(msgspec.Struct):
    raw: str
    transaction_hash: str
    nonce: int
    sender: str
    block_time: int
    kind: str
    label: str
    position: int


class _Mined(msgspec.Struct):
    transaction_hash: str
    block: int
    block_hash: str
    status: int
    gas_used: int


class _Opened(msgspec.Struct):
    chain_id: int
    genesis_hash: str
    funded: tuple[str, ...]


_signed = msgspec.json.Decoder(_Signed)
_mined = msgspec.json.Decoder(_Mined)
_opened = msgspec.json.Decoder(_Opened)


class JournalReader:
    """Reads a chain's pages from the store, straight from the stored bytes: a start reads tens of thousands."""

    def __init__(self, ledger: Ledger, chain_id: int, genesis_hash: str) -> None:
        self._ledger = ledger
        self._chain_id = chain_id
        self._genesis_hash = genesis_hash

    def funded(self) -> tuple[str, ...] | None:
        """The accounts that had money at genesis; None when nothing was journaled yet."""
        facts = self._facts(0)
        return _opened.decode(facts[0].state).funded if facts else None

    def another(self) -> str | None:
        """The genesis of another chain whose transactions are in this store; None when there is none.

        Reads the whole log: only to be asked of a store that holds nothing of this chain.
        """
        for fact in self._ledger.facts.all():
            if fact.topic.endswith("JournalPageOpened"):
                opened = _opened.decode(fact.state)
                if (opened.chain_id, opened.genesis_hash) != (self._chain_id, self._genesis_hash):
                    return opened.genesis_hash
        return None

    def entries(self) -> Iterator[JournalEntry]:
        """All transactions in the order of their positions; only the very last may have no block."""
        page = 0
        while facts := self._facts(page):
            yield from _fold(facts)
            page += 1

    def page(self, page: int) -> ChainJournal | None:
        """A page as an aggregate that can go on; None when it does not exist."""
        stream = chain_journal_id(self._chain_id, self._genesis_hash, page)
        return self._ledger.repository.get(stream) if self._facts(page) else None

    def _facts(self, page: int) -> list[StoredFact]:
        return self._ledger.facts.stream(chain_journal_id(self._chain_id, self._genesis_hash, page))


def _fold(facts: list[StoredFact]) -> Iterator[JournalEntry]:
    waiting: JournalEntry | None = None
    for fact in facts:
        if fact.topic.endswith("TransactionSigned"):
            waiting = JournalEntry(**msgspec.structs.asdict(_signed.decode(fact.state)))
        elif fact.topic.endswith("TransactionMined"):
            mined = _mined.decode(fact.state)
            if waiting is None or waiting.transaction_hash != mined.transaction_hash:
                raise Inconsistent("JOURNAL_ORDER", "A block without its transaction.", got=mined.transaction_hash)
            yield replace(
                waiting, block=mined.block, block_hash=mined.block_hash, status=mined.status, gas_used=mined.gas_used
            )
            waiting = None
    if waiting is not None:
        yield waiting
