"""Sizing: how much of a market an order asks for, and at which worst price.

Knows a book's numbers, a mark and rounding against ourselves. Knows nothing of rules: the contract judges.
"""

from typing import Final

from tradeseal.kernel.money import BPS, SCALE, ceil_div, fee_up, notional_up, value_down
from tradeseal.trading.published import BookState, Limits, Order

MIN_NOTIONAL_E8: Final = 10 * SCALE


def entry_size(size_bps: int, *, mark_e8: int, book: BookState, free_e8: int) -> tuple[int, int]:
    """Quantity and limit price of a BUY for a share of equity.

    As much as is wanted, or as the free cash allows, but not less than half: then all of it is asked for, and the
    contract says no on the record.
    """
    limit_price = mark_e8 * (BPS + book.limits.entry_band_bps) // BPS
    wanted = max(1, size_bps * max(book.equity_e8, 0) * SCALE // (mark_e8 * BPS))
    affordable = max(0, free_e8) * BPS // (BPS + book.limits.fee_bps) * SCALE // limit_price
    fits = value_down(affordable, mark_e8) >= MIN_NOTIONAL_E8 and 2 * affordable >= wanted
    return (min(wanted, affordable) if fits else wanted), limit_price


def exit_limit(mark_e8: int, limits: Limits) -> int:
    """The worst price of a reduction: the far end of its band."""
    return ceil_div(mark_e8 * (BPS - limits.exit_band_bps), BPS)


def reserved_up(order: Order, limits: Limits) -> int:
    """The cash that an allowed BUY keeps until it is filled or released."""
    notional = notional_up(order.quantity_e8, order.limit_price_e8)
    return notional + fee_up(notional, limits.fee_bps)
