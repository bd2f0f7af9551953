"""What other contexts may use of trading: the shapes of orders, tickets, fills and of a book.

Knows the words of steps 4 to 7. Knows nothing of how a chain or a venue is reached.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import msgspec

from tradeseal.trading.reasons import Fault, Reason, Rule, Skip, fault_of, reasons

if TYPE_CHECKING:
    from tradeseal.oracle.published import SignalMessage

__all__ = [
    "BookClass",
    "BookState",
    "BookStateName",
    "ExitOrder",
    "ExitReason",
    "Fault",
    "Fill",
    "Limits",
    "Order",
    "PositionState",
    "Reason",
    "Rule",
    "RuleCheck",
    "Skip",
    "Ticket",
    "Unfilled",
    "VenueFill",
    "fault_of",
    "reasons",
]


class ExitReason(IntEnum):
    """Why a position is reduced; the numbers are the contract's."""

    SIGNAL = 1
    STOP_LOSS = 2
    TAKE_PROFIT = 3
    TRAILING = 4
    TIME_LIMIT = 5
    MANUAL = 6
    KILL = 7


class BookClass(IntEnum):
    """What a book declared itself to be at its opening."""

    SIMULATED = 0
    PAPER = 1
    LIVE = 2


class BookStateName(IntEnum):
    """The strictest of a book's flags."""

    ACTIVE = 0
    REDUCING = 1
    HALTED = 2


@dataclass(frozen=True)
class Order:
    """A request to authorise one BUY: market and side are the signal's."""

    signal: "SignalMessage"
    quantity_e8: int
    limit_price_e8: int


@dataclass(frozen=True)
class ExitOrder:
    """A request to reduce a position; with `signal` when a SELL signal is its reason."""

    market: str
    quantity_e8: int
    limit_price_e8: int
    reason: ExitReason
    signal: "SignalMessage | None" = None


@dataclass(frozen=True)
class Ticket:
    """What the contract authorised, as it emitted it; handed back whole with each fill.

    `fields` is the contract's struct in ABI order, so that no layer needs to know more of it than the names below.
    """

    id: str
    market: str
    side: int
    reason: int
    quantity_e8: int
    limit_price_e8: int
    mark_e8: int
    mark_seq: int
    fee_bps: int
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Fill:
    """What the venue executed for a ticket."""

    ticket: Ticket
    quantity_e8: int
    price_e8: int
    fee_e8: int


@dataclass(frozen=True)
class RuleCheck:
    """One rule as the contract computed it: both sides of the comparison, in the contract's own units."""

    rule: str
    failed: bool
    measured: str
    limit: str


class PositionState(msgspec.Struct, frozen=True):
    """One market of a book as the contract keeps it."""

    market: str
    quantity_e8: int
    cost_e8: int
    mark_e8: int
    stale: bool
    pending_e8: int
    reserved_quantity_e8: int
    open_exit_quantity_e8: int


@dataclass(frozen=True)
class Limits:
    """The contract's parameters, fractions in basis points."""

    max_position_bps: int
    max_daily_loss_bps: int
    min_confidence_bps: int
    max_daily_trades: int
    max_drawdown_bps: int
    fee_bps: int
    half_spread_bps: int
    entry_band_bps: int
    exit_band_bps: int
    step_limit_bps: int


@dataclass(frozen=True)
class BookState:
    """A book read from the chain at one block."""

    block: int
    block_hash: str
    cash_e8: int
    reserved_e8: int
    equity_e8: int
    opening_e8: int
    peak_e8: int
    day: int
    trades_today: int
    state: BookStateName
    manual_flag: BookStateName
    day_latched: bool
    drawdown_latched: bool
    record_seq: int
    record_head: str
    observed_at: int
    mark_seq: int
    positions: tuple[PositionState, ...]
    limits: Limits


@dataclass(frozen=True)
class Unfilled:
    """Why a venue did not execute."""

    reason: str


@dataclass(frozen=True)
class VenueFill:
    """An execution as the venue reports it."""

    client_order_id: str
    venue_order_id: str
    quantity_e8: int
    price_e8: int
    fee_e8: int
