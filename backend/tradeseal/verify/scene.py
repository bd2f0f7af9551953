"""The scene: what one pass over the log has seen so far, shared by all checks.

Knows the books folded from events, the cycles that are open and what the last transaction left to be told. Decides
nothing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from tradeseal.chain.again import Again, Executed
from tradeseal.cycle.ports import GateFact
from tradeseal.oracle.published import Domain, name_id
from tradeseal.trading.accounts import Accounts
from tradeseal.verify.history import Event, Opening
from tradeseal.verify.report import Findings


@dataclass
class Journey:
    """One cycle while it is open."""

    kind: str
    market: str
    observed_at: int
    stage: str = "opened"
    signal: dict[str, Any] = field(default_factory=dict)
    digest: str = ""
    asked: dict[str, Any] = field(default_factory=dict)
    exit: dict[str, Any] = field(default_factory=dict)
    ticket: dict[str, Any] = field(default_factory=dict)
    fill: dict[str, Any] = field(default_factory=dict)
    recording: str = ""
    record_seq: int = 0
    left: tuple[dict[str, Any], Any] | None = None  # where a part was filled: the settlement foretold, and its fill
    committed_in: int = 0


@dataclass
class Round:
    """A closed round until it is committed."""

    event: Event
    cycles: frozenset[str]
    hashes: dict[str, bytes] = field(default_factory=dict)  # struct hash by market id


@dataclass
class Scene:
    """Everything seen so far."""

    findings: Findings
    opening: Opening
    again: Again
    domain: Domain
    markets: tuple[str, ...]
    accounts: Accounts = field(default_factory=Accounts)
    journeys: dict[UUID, Journey] = field(default_factory=dict)
    by_digest: dict[str, UUID] = field(default_factory=dict)
    rounds: dict[int, Round] = field(default_factory=dict)
    calibrator: str = ""  # the hash in force; the log does not tell the first one, its signals do
    marks: dict[str, int] = field(default_factory=dict)
    vector: dict[str, int] = field(default_factory=dict)
    observed_at: int = 0
    # The newest transaction: signed, then mined, then told by events until the next is signed.
    signed: tuple[Event, Any] | None = None
    mined: dict[str, Any] = field(default_factory=dict)
    act: dict[str, Any] = field(default_factory=dict)  # a lever that was ordered and not sent yet
    label: str = ""
    last: Executed | None = None
    untold: dict[tuple[str, Any], GateFact] = field(default_factory=dict)
    after_settlement: list[GateFact] = field(default_factory=list)
    broken: str = ""  # why nothing is executed any more
    blocks: int = 0
    block_time: int = 0
    strictly_later: bool = False  # whether each block of this chain is later than the one before
    # A chain that others run: its own numbers, replacements by their hashes, where each was seen, what counted.
    elsewhere: bool = False
    block_number: int = 0
    variants: dict[str, tuple[str, Any]] = field(default_factory=dict)
    intended: dict[str, str] = field(default_factory=dict)
    seen: dict[str, tuple[int, str]] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)
    orphaned: set[str] = field(default_factory=set)
    block_hashes: list[str] = field(default_factory=list)
    # Sums
    flows_e8: int = 0
    realised_e8: int = 0
    fees_e8: int = 0
    fill_equities: dict[int, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    open_committed: dict[str, UUID] = field(default_factory=dict)
    committed_at: dict[str, int] = field(default_factory=dict)
    judged_closes: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def same_blocks(self) -> bool:
        """Whether blocks executed again are of the journal's kind, so that their hashes and gas must be the same."""
        genesis = self.again.machine.genesis_hash
        return genesis != "" and genesis == self.opening.book["genesis_hash"]

    @cached_property
    def name_of(self) -> Mapping[bytes, str]:
        """Market names by their ids."""
        return {name_id(market): market for market in self.markets}

    @property
    def mined_label(self) -> list[str]:
        """The parts of the newest transaction's label; a vector's has four."""
        parts = self.label.split(":")
        return parts + [""] * (4 - len(parts))

    def journey(self, event: Event) -> Journey:
        """The cycle of an event; a made-up one where the log has none, which the stage check then names."""
        journey = self.journeys.get(event.stream)
        if journey is None:
            journey = self.journeys[event.stream] = Journey("", "", 0, stage="unknown")
        return journey

    def take(self, kind: str, key: Any) -> GateFact | None:
        """A fact of the last transaction that was not told yet, told now."""
        return self.untold.pop((kind, key), None)

    def same_place(self, check: int, event: Event) -> None:
        """The event names the transaction and block that it comes from."""
        for name in ("transaction_hash", "block", "block_hash"):
            if name in event.data:
                self.findings.same(
                    check, "PLACE_DIFFERS", name.replace("_", " "), at=event, got=event.data[name],
                    want=self.mined.get(name),
                )  # fmt: skip

    def equity_e8(self) -> int:
        """Cash and holdings at the marks in force."""
        return self.accounts.equity_e8({**dict.fromkeys(self.accounts.holdings, 0), **self.marks})
