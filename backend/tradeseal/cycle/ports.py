"""Ports of the cycle: the gate that enforces, the venue that executes, the ear that listens.

Knows the shapes of what is asked and answered. Knows nothing of web3, HTTP or exchanges.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from tradeseal.kernel.errors import Refused
from tradeseal.oracle.published import Attestor
from tradeseal.trading.published import BookState, ExitOrder, Fill, Order, RuleCheck, Ticket


class RecordStamp(msgspec.Struct, frozen=True):
    """A record's place in the contract's hash chain."""

    seq: int
    hash: str
    previous_hash: str
    observed_at: int


class Authorised(msgspec.Struct, frozen=True):
    """The contract allowed an entry (by `authorise`) or a reduction (by `exit`)."""

    index: int
    ticket: Ticket
    stamp: RecordStamp


class Rejected(msgspec.Struct, frozen=True):
    """The contract said no and recorded it: every rule that failed, measured against its limit."""

    index: int
    digest: str
    market: str
    rules: int
    checks: tuple[RuleCheck, ...]
    stamp: RecordStamp


class Skipped(msgspec.Struct, frozen=True):
    """An order was faulty; nothing was used up."""

    index: int
    digest: str
    code: str
    got: str
    want: str


class Filled(msgspec.Struct, frozen=True):
    """The contract booked a fill. Amounts as the contract computed them."""

    index: int
    ticket_id: str
    market: str
    side: int
    quantity_e8: int
    price_e8: int
    notional_e8: int
    fee_e8: int
    realised_e8: int
    cost_taken_e8: int
    cash_after_e8: int
    quantity_after_e8: int
    cost_after_e8: int
    remaining_e8: int
    stamp: RecordStamp


class Released(msgspec.Struct, frozen=True):
    """A ticket's unfilled rest was given back."""

    ticket_id: str
    market: str
    quantity_e8: int
    stamp: RecordStamp


class BookFact(msgspec.Struct, frozen=True):
    """Any other record of the book: `DaySettled`, `DayLatched`, `BookStateChanged`, …

    `values` holds the event's own fields by their ABI names, as decimal or 0x-hex text.
    """

    name: str
    values: Mapping[str, str]
    stamp: RecordStamp


class VectorPosted(msgspec.Struct, frozen=True):
    """The oracle took a vector of marks (its event `MarksPosted`): prices by market, 0 = no fresh one."""

    seq: int
    vector_hash: str
    observed_at: int
    prices_e8: tuple[int, ...]
    stale_bits: int
    pending_bits: int


class RoundsCommitted(msgspec.Struct, frozen=True):
    """The oracle took a commitment (its event `SignalsCommitted`)."""

    from_seq: int
    to_seq: int
    epoch: int
    round_hashes: tuple[str, ...]
    digests: tuple[str, ...]


class RootAnchored(msgspec.Struct, frozen=True):
    """The oracle took a root of the event store (its event `LogAnchored`)."""

    position: int
    root: str
    previous_position: int


class GovernanceFact(msgspec.Struct, frozen=True):
    """What happened to a change that waits, to the signers or to the trader (`ChangeSubmitted`, `SignersChanged`, …).

    No record of the book; `contract` is book or oracle, `values` as in `BookFact`.
    """

    name: str
    contract: str
    values: Mapping[str, str]


GateFact = (
    Authorised
    | Rejected
    | Skipped
    | Filled
    | Released
    | BookFact
    | VectorPosted
    | RoundsCommitted
    | RootAnchored
    | GovernanceFact
)


@dataclass(frozen=True)
class Act:
    """One use of a lever: which function, in which role, with which call.

    `where` is book, oracle, or the address that gets money.
    """

    name: str
    role: str
    where: str
    call: bytes
    value_wei: int = 0


@dataclass(frozen=True)
class PendingTimes:
    """Since when a change waits by both clocks, and how long at least."""

    submitted_at: int
    submitted_observed_at: int
    delay_s: int


class Prepared(msgspec.Struct, frozen=True):
    """A signed transaction that was not sent yet.

    `journal` is the aggregate with the pending `TransactionSigned`: the engine saves it together with its own intent,
    in one transaction of the store, before `TradeGate.send`.
    """

    kind: str
    label: str
    transaction_hash: str
    raw: bytes
    block_time: int
    journal: Any


class Mined(msgspec.Struct, frozen=True):
    """A transaction's block and what the contracts said in it, in the order of the orders.

    `intended_hash` is the one it was prepared with: on a chain of others a replacement at a higher fee may be mined.
    `journal` holds the pending `TransactionMined`, saved together with the outcomes.
    """

    kind: str
    label: str
    transaction_hash: str
    block: int
    block_hash: str
    succeeded: bool
    error: str
    gas_used: int
    facts: tuple[GateFact, ...]
    journal: Any
    intended_hash: str = ""

    @property
    def prepared_hash(self) -> str:
        """Under which its intent was stored."""
        return self.intended_hash or self.transaction_hash


class EventStore(Protocol):
    """Where what aggregates decided is kept: the ledger, or memory in a back-test."""

    @property
    def repository(self) -> Any:
        """Knows which streams there are (`in`), and `get`s an aggregate."""
        ...

    @property
    def facts(self) -> Any:
        """The stored events in their order, where they are anchored."""
        ...

    def save(self, *objs: Any) -> Sequence[Any]:
        """Keep the pending events of all given aggregates at once, or none; what was recorded, the newest last."""
        ...


class TradeGate(Protocol):
    """The contracts, as the engine sees them. One transaction a block; the next only after the block of the last.

    Each `prepare_…` takes `at`, the block's time (UTC seconds), and `label`, which names the place in the tick
    and is kept with the transaction, so that a restart finds where it was.
    """

    def prepare_commit(
        self,
        *,
        from_seq: int,
        round_hashes: Sequence[bytes],
        digests: Sequence[bytes],
        signatures: Sequence[bytes],
        at: int,
        label: str,
    ) -> Prepared: ...

    def prepare_marks(
        self,
        *,
        seq: int,
        previous_hash: bytes,
        observed_at: int,
        prices_e8: Sequence[int],
        signatures: Sequence[bytes],
        at: int,
        label: str,
    ) -> Prepared: ...

    def prepare_authorise(self, orders: Sequence[Order], *, at: int, label: str) -> Prepared: ...

    def prepare_exit(self, orders: Sequence[ExitOrder], *, at: int, label: str) -> Prepared: ...

    def prepare_record(self, fills: Sequence[Fill], *, at: int, label: str) -> Prepared: ...

    def prepare_release(self, tickets: Sequence[Ticket], *, at: int, label: str) -> Prepared: ...

    def prepare_anchor(
        self, *, position: int, root: bytes, previous_position: int, at: int, label: str
    ) -> Prepared: ...

    def prepare_act(self, act: Act, *, at: int, label: str) -> Prepared: ...

    def send(self, prepared: Prepared) -> Mined:
        """Send, or send again: the same raw bytes never act twice. Raises `Unavailable` when the chain stays away."""

    def unmined(self) -> Prepared | None:
        """The transaction that was signed and stored but whose block was not, if there is one."""

    def book(self) -> BookState:
        """The book at the newest block."""

    def assess(self, order: Order) -> tuple[RuleCheck, ...]:
        """All nine rules for an order, without deciding anything."""

    @property
    def trader_in_service(self) -> bool:
        """Whether anybody may authorise entries; not while the trader is frozen."""

    def act(self, name: str, *arguments: Any, role: str, where: str) -> Act:
        """A call of a lever, as it will be sent."""

    def check(self, act: Act, *, at: int) -> None:
        """Ask without acting; raises the contract's own refusal with its numbers."""

    def refusal(self, error: str) -> Refused:
        """The contract's error in words, with what was asked and what the limit is."""

    def call_of(self, where: str, call: bytes) -> tuple[str, Mapping[str, Any]]:
        """The function and the arguments of a call."""

    def limits_in_force(self) -> dict[str, int]:
        """All twelve parameters by name, in the contract's order."""

    def attesting(self) -> tuple[tuple[str, ...], int]:
        """The oracle's signers and its quorum."""

    def pending(self, where: str, change_id: str) -> PendingTimes | None:
        """A change that waits; None when there is none of this id."""


class Keyring(Protocol):
    """The keys that this home holds, of the roles and of the oracle's signers."""

    def attestor(self) -> Attestor | None:
        """The oracle's quorum at work in its present epoch; None where too few of its keys are held."""

    def holds(self, address: str) -> bool:
        """Whether the key of this address is here."""

    def fresh(self, name: str) -> str:
        """Make a key, keep it, and give its address."""


class TickSeen(msgspec.Struct, frozen=True):
    """Prices the engine has seen; `kind` is open, trigger or close. A market without a price is absent."""

    observed_at: int
    kind: str
    prices_e8: Mapping[str, int]


class Listener(Protocol):
    """Hears what is not in the event store: prices between ticks and the engine's own progress."""

    def tick(self, seen: TickSeen) -> None: ...

    def progress(self, done: int, total: int, data_clock: int) -> None: ...

    def phase(self, phase: str, detail: str) -> None: ...
