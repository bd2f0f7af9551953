"""The journal: every transaction we signed, before it is sent, and its block, after it is mined.

Knows raw bytes, block times and block hashes, a thousand transactions a page. Knows nothing of what a transaction does.
With a fresh node it is all that is needed to have the same chain again.

On a chain of others it also keeps each replacement at a higher fee, where a transaction was seen before its block was
deep enough to count, and what was orphaned.
"""

# ruff: noqa: ARG002 - an event's arguments are what is stored; its body changes only what the aggregate still needs

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import msgspec

from tradeseal.chain.outcomes import Place
from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.kernel.ids import chain_journal_id
from tradeseal.ledger.published import Aggregate, Ledger, StoredFact, event

PAGE_SIZE = 1000


@dataclass(frozen=True)
class Variant:
    """The bytes of a transaction at one fee, and the hash by which they are known."""

    raw: str
    transaction_hash: str


@dataclass(frozen=True)
class JournalEntry:
    """One transaction: what was signed, and its block once it has one.

    `raw` and `transaction_hash` are those that were mined, else the newest variant's; `first_hash` is the one it was
    first signed with, where that differs.
    """

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
    first_hash: str = ""
    others: tuple[Variant, ...] = ()  # the variants beside `raw`, in the order of their signing
    seen: Place | None = None  # its block on a chain of others while that does not count yet
    sealed_at: int = 0  # that block's own time, where the chain's clock is not ours
    counted: bool = field(default=False, compare=False)  # once, also when its block is gone again

    @property
    def mined(self) -> bool:
        """Whether its block is known."""
        return self.block > 0

    @property
    def intended_hash(self) -> str:
        """The hash under which its intent was stored."""
        return self.first_hash or self.transaction_hash

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Everything that may have been sent for it; the newest or the mined one last."""
        return (*self.others, Variant(self.raw, self.transaction_hash))

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
        self.replaced: dict[str, str] = {}  # a later variant's hash → the hash it was first signed with
        self.orphaned: list[str] = []

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

    def replace(self, intended_hash: str, variant: Variant) -> None:
        """Keep a replacement with the same nonce and higher fees, before it is sent."""
        if intended_hash != self.waiting and intended_hash not in self.orphaned:
            raise Refused("NOT_WAITING", f"{intended_hash} waits for no block.", waiting=self.waiting)
        self._replace(intended_hash=intended_hash, raw=variant.raw, transaction_hash=variant.transaction_hash)

    @event("TransactionReplaced", topic="ChainJournal.TransactionReplaced")
    def _replace(self, *, intended_hash: str, raw: str, transaction_hash: str) -> None:
        self.replaced[transaction_hash] = intended_hash

    def see(self, place: Place, *, block_time: int) -> None:
        """Keep in which block a transaction stands that does not count yet."""
        self._see(
            transaction_hash=place.transaction_hash,
            block=place.block,
            block_hash=place.block_hash,
            block_time=block_time,
        )

    @event("TransactionSeen", topic="ChainJournal.TransactionSeen")
    def _see(self, *, transaction_hash: str, block: int, block_hash: str, block_time: int) -> None:
        pass

    def orphan(self, place: Place) -> None:
        """Keep that a block is gone from the chain, and the transaction with it."""
        self._orphan(transaction_hash=place.transaction_hash, block=place.block, block_hash=place.block_hash)

    @event("TransactionOrphaned", topic="ChainJournal.TransactionOrphaned")
    def _orphan(self, *, transaction_hash: str, block: int, block_hash: str) -> None:
        intended = self.replaced.get(transaction_hash, transaction_hash)
        if intended != self.waiting and intended not in self.orphaned:
            self.orphaned.append(intended)

    def mine(self, entry: JournalEntry) -> None:
        """Keep the block of the transaction that waits for one, or that lost its block."""
        intended = self.replaced.get(entry.transaction_hash, entry.transaction_hash)
        if intended != self.waiting and intended not in self.orphaned:
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
        intended = self.replaced.get(transaction_hash, transaction_hash)
        if intended in self.orphaned:
            self.orphaned.remove(intended)
        else:
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


class _Replaced(msgspec.Struct):
    intended_hash: str
    raw: str
    transaction_hash: str


class _Placed(msgspec.Struct):
    transaction_hash: str
    block: int
    block_hash: str
    block_time: int = 0


class _Opened(msgspec.Struct):
    chain_id: int
    genesis_hash: str
    funded: tuple[str, ...]


_signed = msgspec.json.Decoder(_Signed)
_mined = msgspec.json.Decoder(_Mined)
_replaced = msgspec.json.Decoder(_Replaced)
_placed = msgspec.json.Decoder(_Placed)
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
        """All transactions in the order of their positions; on a chain of ours only the very last may have no block."""
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
    entries: list[JournalEntry] = []
    places: dict[str, int] = {}  # the hash of every variant → the entry's place in the list
    for fact in facts:
        kind = fact.topic.rpartition(".")[2]
        if kind == "TransactionSigned":
            entry = JournalEntry(**msgspec.structs.asdict(_signed.decode(fact.state)))
            places[entry.transaction_hash] = len(entries)
            entries.append(entry)
        elif kind in _FOLDS:
            told, fold = _FOLDS[kind]
            what = told.decode(fact.state)
            place = places.get(getattr(what, "intended_hash", what.transaction_hash))
            if place is None:
                raise Inconsistent("JOURNAL_ORDER", "A block without its transaction.", got=what.transaction_hash)
            places[what.transaction_hash] = place
            entries[place] = fold(entries[place], what)
    yield from entries


def _fold_mined(entry: JournalEntry, mined: _Mined) -> JournalEntry:
    if entry.mined:
        raise Inconsistent("JOURNAL_ORDER", "A transaction with two blocks.", got=mined.transaction_hash)
    return replace(
        _in_force(entry, mined.transaction_hash), block=mined.block, block_hash=mined.block_hash, status=mined.status,
        gas_used=mined.gas_used, seen=None, counted=True,
    )  # fmt: skip


def _fold_replaced(entry: JournalEntry, replaced: _Replaced) -> JournalEntry:
    return replace(
        entry, first_hash=entry.intended_hash, others=entry.variants, raw=replaced.raw,
        transaction_hash=replaced.transaction_hash,
    )  # fmt: skip


def _fold_seen(entry: JournalEntry, seen: _Placed) -> JournalEntry:
    return replace(entry, seen=Place(seen.transaction_hash, seen.block, seen.block_hash), sealed_at=seen.block_time)


def _fold_orphaned(entry: JournalEntry, _: _Placed) -> JournalEntry:
    return replace(entry, seen=None, sealed_at=0, block=0, block_hash="", status=0, gas_used=0)


def _in_force(entry: JournalEntry, transaction_hash: str) -> JournalEntry:
    """The entry with the variant of this hash in the first place."""
    if entry.transaction_hash == transaction_hash:
        return entry
    chosen = next(variant for variant in entry.others if variant.transaction_hash == transaction_hash)
    others = tuple(variant for variant in entry.variants if variant != chosen)
    return replace(entry, raw=chosen.raw, transaction_hash=transaction_hash, others=others)


_FOLDS: dict[str, tuple[Any, Callable[[JournalEntry, Any], JournalEntry]]] = {
    "TransactionMined": (_mined, _fold_mined),
    "TransactionReplaced": (_replaced, _fold_replaced),
    "TransactionSeen": (_placed, _fold_seen),
    "TransactionOrphaned": (_placed, _fold_orphaned),
}
