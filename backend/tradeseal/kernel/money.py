"""Money: prices, quantities and amounts as integers in units of 1e-8, and the rounding the contract uses.

Knows the scale and the integer forms of RULES.md. Knows nothing of markets, books or the chain.
"""

from decimal import Context, Decimal, InvalidOperation
from typing import Final

from tradeseal.kernel.errors import Refused

SCALE: Final = 10**8
BPS: Final = 10_000
_ALL_DIGITS: Final = Context(prec=78)  # of a uint256


class ScaleNotSupported(Refused):
    """A number has more than eight decimals or is no number at all."""


def to_e8(amount: str | int | Decimal) -> int:
    """Read an exact amount, for example `"0.1"` as `10_000_000`; never rounds.

    Raises `ScaleNotSupported` for more than eight decimals, NaN, infinity, floats or text that is no number.
    """
    if isinstance(amount, float):
        raise ScaleNotSupported("SCALE_NOT_SUPPORTED", "A float is not exact; pass a string or Decimal.", got=amount)
    try:
        value = Decimal(amount)
    except (InvalidOperation, ValueError, TypeError) as error:
        raise ScaleNotSupported("NOT_A_NUMBER", f"{amount!r} is not a number.", got=str(amount)) from error
    if not value.is_finite() or value.adjusted() > 30:
        raise ScaleNotSupported("NOT_A_NUMBER", f"{amount!r} is not a usable number.", got=str(amount))
    scaled = value.scaleb(8, Context(prec=len(value.as_tuple().digits)))  # the usual 28 digits would round silently
    if scaled != scaled.to_integral_value():
        raise ScaleNotSupported("SCALE_NOT_SUPPORTED", f"{amount} has more than 8 decimals.", got=str(amount), limit=8)
    return int(scaled)


def from_e8(amount_e8: int) -> Decimal:
    """The exact `Decimal` of an integer amount."""
    return Decimal(amount_e8).scaleb(-8, _ALL_DIGITS)


def format_e8(amount_e8: int) -> str:
    """Plain digits without exponent or trailing zeros: `"10000"`, `"0.00000001"`, `"-1.5"`."""
    whole, fraction = divmod(abs(amount_e8), SCALE)
    text = f"{whole}.{fraction:08d}".rstrip("0").rstrip(".")
    return f"-{text}" if amount_e8 < 0 else text


def ceil_div(numerator: int, denominator: int) -> int:
    """Integer division rounded up."""
    return -(-numerator // denominator)


def notional_up(quantity_e8: int, price_e8: int) -> int:
    """What a purchase costs before its fee, rounded against the buyer."""
    return ceil_div(quantity_e8 * price_e8, SCALE)


def notional_down(quantity_e8: int, price_e8: int) -> int:
    """What a sale brings before its fee, rounded against the seller."""
    return quantity_e8 * price_e8 // SCALE


def fee_up(notional_e8: int, fee_bps: int) -> int:
    """The fee of one recorded fill, rounded up."""
    return ceil_div(notional_e8 * fee_bps, BPS)


def value_down(quantity_e8: int, mark_e8: int) -> int:
    """What a position is worth at a mark, rounded down per market."""
    return quantity_e8 * mark_e8 // SCALE


def cost_taken_up(cost_e8: int, sold_e8: int, held_e8: int) -> int:
    """The share of a position's total cost that a sale takes with it."""
    return cost_e8 if sold_e8 == held_e8 else ceil_div(cost_e8 * sold_e8, held_e8)


def price_with_spread_up(mark_e8: int, half_spread_bps: int) -> int:
    """The best price a simulated purchase may have."""
    return ceil_div(mark_e8 * (BPS + half_spread_bps), BPS)


def price_with_spread_down(mark_e8: int, half_spread_bps: int) -> int:
    """The best price a simulated sale may have."""
    return mark_e8 * (BPS - half_spread_bps) // BPS
