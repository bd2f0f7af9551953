"""Levers: orders to guardian's and governor's keys, what waits, and who holds which role.

Knows the words of governance. Knows nothing of contracts: they decide.
"""

from typing import Annotated, Literal

from pydantic import Field

from tradeseal.api.schemas.base import Address, Amount, Answer, Hash, Order, Time

LimitName = Literal[
    "max_position_bps",
    "max_daily_loss_bps",
    "min_confidence_bps",
    "max_trades_per_day",
    "max_drawdown_bps",
    "min_edge_bps",
    "fee_bps",
    "half_spread_bps",
    "entry_band_bps",
    "exit_band_bps",
    "mark_age_seconds",
    "delay_seconds",
]
BookStateText = Literal["ACTIVE", "REDUCING", "HALTED"]
ChangeKind = Literal["LIMITS", "RESUME", "SIGNERS", "TRADER"]
LimitValue = Annotated[int, Field(ge=0, le=2**32 - 1)]
Limits = Annotated[
    dict[LimitName, LimitValue],
    Field(min_length=1, description="Only what changes, as the contract counts: basis points, trades or seconds."),
]
Reason = Annotated[
    str, Field(min_length=1, max_length=32, pattern=r"^[ -~]+$", description="Kept on the chain: 32 bytes of ASCII.")
]


class TightenOrder(Order):
    """Stricter limits, at once; the contract refuses a looser one."""

    limits: Limits


class StopOrder(Order):
    """Why the book is stopped or halted."""

    reason: Reason = "by hand"


class FlowOrder(Order):
    """Money that came (above 0) or went (below)."""

    amount: Annotated[
        str,
        Field(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,8})?$", description="An exact decimal number.", examples=["-250.5"]),
    ]


class SignerOrder(Order):
    """Which of the oracle's signers goes."""

    address: Address


class SignalOrder(Order):
    """Which committed signal is taken back."""

    digest: Annotated[str, Field(pattern=r"^0x[0-9a-f]{64}$", description="Of an open commitment.")]


class ChangeOrder(Order):
    """A change that has to wait: of limits (`limits`), a resumption (`reason`), other signers or another trader.

    `signers` are addresses that stay or come, `fresh_signers` how many keys are made here besides, `quorum` how many
    have to sign. A `trader` is an address whose key this home holds; without one a key is made here.
    """

    change: ChangeKind
    limits: Limits | None = None
    reason: Reason = "by hand"
    signers: Annotated[list[Address] | None, Field(max_length=16)] = None
    fresh_signers: Annotated[int, Field(ge=0, le=16)] = 0
    quorum: Annotated[int, Field(ge=1, le=16)] = 1
    trader: Address | None = None


class LeverAnswer(Answer):
    """What a lever did; `change_id` names a change that waits or waited."""

    act: str
    transaction_hash: Hash
    block: int
    change_id: Hash | None
    already_run: bool


class Difference(Answer):
    """One part of a change: what is in force and what would be."""

    name: str
    now: str
    then: str


class WaitingChange(Answer):
    """A change that waits, by both clocks: the block's and the marks'."""

    id: Hash
    change: str
    contract: Literal["book", "oracle"]
    status: Annotated[str, Field(description="WAITING, READY, SUPERSEDED or TOO_LATE")]
    block_time_from: Time
    observed_from: Time
    accept_until: Time
    left_s: int
    differences: list[Difference]


class KeyHeld(Answer):
    """An address of a role, and whether its key is in this home."""

    address: Address
    held: bool


class Governance(Answer):
    """The clocks, the limits, the roles and all that waits."""

    block_clock: Time
    marks_clock: Time | None
    simulated: bool
    limits: dict[LimitName, int]
    governor: KeyHeld
    guardian: KeyHeld
    trader: Annotated[KeyHeld | None, Field(description="null: frozen")]
    signers: list[KeyHeld]
    quorum: int
    epoch: int
    attesting: Annotated[bool, Field(description="whether the quorum's keys are here, so that prices can be attested")]
    free_cash: Amount
    state: BookStateText
    manual: Annotated[BookStateText, Field(description="the flag that was set by hand")]
    day_latched: bool
    drawdown_latched: bool
    waiting: list[WaitingChange]
