"""Preview: the order that `execute` or `exit` would send now, and what the contract's `assess` says of it.

Knows the engine's cycles and the gate. Only reads, beside the engine's thread. Knows no rule: each answer is the
contract's, at the prices that were posted last; the order itself is judged at those of the next tick.
"""

from dataclasses import dataclass
from typing import Literal

from tradeseal.cycle.sizing import exit_limit
from tradeseal.cycle.steps import Steps
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import (
    BPS,
    fee_up,
    notional_down,
    notional_up,
    price_with_spread_down,
    price_with_spread_up,
)
from tradeseal.oracle.published import SignalMessage, name_id
from tradeseal.signals.published import Side
from tradeseal.trading.published import BookState, Order, Rule, RuleCheck

# An exit without a signal is judged by these alone; the contract measures them for any SELL.
_OF_EVERY_EXIT = frozenset({Rule.CASH, Rule.STATE})


@dataclass(frozen=True)
class Preview:
    """An order before it is sent: the rules, and its fill at the mark. `outcome` says why there is none."""

    outcome: Literal["ORDER", "NO_SIGNAL", "ACTED_ON", "NOTHING_TO_SELL"]
    side: Side
    book: BookState
    checks: tuple[RuleCheck, ...] = ()
    quantity_e8: int = 0
    limit_price_e8: int = 0
    price_e8: int = 0
    notional_e8: int = 0
    fee_e8: int = 0


def preview_execute(steps: Steps, market: str, *, size_bps: int | None) -> Preview:
    """What executing the newest signal of a market would ask for."""
    book = _book(steps)
    cycle_id = steps.newest_cycle(market)
    if cycle_id is None:
        return Preview("NO_SIGNAL", Side.HOLD, book)
    cycle = steps.cycles.get(cycle_id)
    if cycle is None or cycle.stage != "committed" or cycle.signal is None:
        return Preview("ACTED_ON", Side.HOLD, book)
    if cycle.signal.side == Side.SELL:
        order = steps.exit_by_signal(cycle, book)
        asked = Order(cycle.signal.message(), order.quantity_e8, order.limit_price_e8)
        return _sale(book, asked, steps.gate.assess(asked), steps.mark_of(cycle))
    asked = steps.entry_order(cycle, book, size_bps=size_bps, free_e8=book.cash_e8 - book.reserved_e8)
    price = price_with_spread_up(steps.mark_of(cycle), book.limits.half_spread_bps)
    notional = notional_up(asked.quantity_e8, price)
    return Preview(
        "ORDER",
        Side.BUY,
        book,
        checks=steps.gate.assess(asked),
        quantity_e8=asked.quantity_e8,
        limit_price_e8=asked.limit_price_e8,
        price_e8=price,
        notional_e8=notional,
        fee_e8=fee_up(notional, book.limits.fee_bps),
    )


def preview_exit(steps: Steps, market: str, *, fraction_bps: int) -> Preview:
    """What reducing a position by hand would ask for."""
    book = _book(steps)
    held = next((p for p in book.positions if p.market == market), None)
    quantity = held.quantity_e8 * fraction_bps // BPS if held else 0
    if held is None or quantity == 0:
        return Preview("NOTHING_TO_SELL", Side.SELL, book)
    mark = held.mark_e8 or 1
    asked = Order(_no_signal(market), quantity, exit_limit(mark, book.limits))
    checks = tuple(check for check in steps.gate.assess(asked) if check.rule in _OF_EVERY_EXIT)
    return _sale(book, asked, checks, mark)


def _sale(book: BookState, asked: Order, checks: tuple[RuleCheck, ...], mark_e8: int) -> Preview:
    price = price_with_spread_down(mark_e8, book.limits.half_spread_bps)
    notional = notional_down(asked.quantity_e8, price)
    return Preview(
        "ORDER",
        Side.SELL,
        book,
        checks=checks,
        quantity_e8=asked.quantity_e8,
        limit_price_e8=asked.limit_price_e8,
        price_e8=price,
        notional_e8=notional,
        fee_e8=fee_up(notional, book.limits.fee_bps),
    )


def _no_signal(market: str) -> SignalMessage:
    """The shape that `assess` wants of a SELL; what it says of a signal's life is left out."""
    nothing = bytes(32)
    return SignalMessage(
        book=nothing, strategy=nothing, seq=0, market=name_id(market), side=int(Side.SELL), confidence_bps=0,
        risk_score=0, size_bps=0, price=0, take_profit_bps=0, stop_loss_bps=0, horizon_seconds=0, candle_close=0,
        expires_at=0, window=nothing, model=nothing, calibrator=nothing, claim=nothing, salt=nothing,
    )  # fmt: skip


def _book(steps: Steps) -> BookState:
    book = steps.book
    if book is None:
        raise Refused("NO_MARKS", "No price has been posted on the chain yet.")
    return book
