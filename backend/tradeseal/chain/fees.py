"""Fees: what a transaction offers on a chain of others, and what its replacement must offer.

Knows EIP-1559's two prices and the nodes' rule for a replacement. Knows nothing of transactions or nodes.
"""

from dataclasses import dataclass

# A node keeps the old transaction unless both prices rise by at least a tenth (geth) or an eighth (others).
BUMP_NUMERATOR, BUMP_DENOMINATOR = 9, 8
# A block's base fee rises by at most an eighth: twice the base fee lasts through five full blocks.
BASE_FEES = 2
GWEI = 10**9


@dataclass(frozen=True)
class Fees:
    """Wei for each unit of gas: at most so much, and so much of it to whoever makes the block."""

    most_wei: int
    tip_wei: int


def first_fees(*, base_wei: int, tip_wei: int, ceiling_wei: int) -> Fees:
    """What a new transaction offers; never above the ceiling, where it may have to wait."""
    most = min(BASE_FEES * base_wei + tip_wei, ceiling_wei)
    return Fees(most_wei=most, tip_wei=min(tip_wei, most))


def bumped(before: Fees, *, base_wei: int, tip_wei: int, ceiling_wei: int) -> Fees | None:
    """What a replacement offers: both prices an eighth up, or what the market asks; None above the ceiling."""
    least_tip, least_most = _eighth_up(before.tip_wei), _eighth_up(before.most_wei)
    if least_most > ceiling_wei:
        return None
    wished = first_fees(base_wei=base_wei, tip_wei=tip_wei, ceiling_wei=ceiling_wei)
    most = max(least_most, wished.most_wei)
    return Fees(most_wei=most, tip_wei=min(max(least_tip, wished.tip_wei), most))


def _eighth_up(wei: int) -> int:
    # Rounded up, and by 1 wei at least, so that a price of nothing can rise, too.
    return max(-(-wei * BUMP_NUMERATOR // BUMP_DENOMINATOR), wei + 1)
