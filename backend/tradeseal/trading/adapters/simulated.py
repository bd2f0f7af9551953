"""The simulated venue: executes at the worse of two marks, half a spread away, or not at all.

Knows the ticket and the marks. Has no memory: the same order always gets the same answer, so asking twice is safe.
"""

from collections.abc import Sequence

from tradeseal.kernel.money import fee_up, notional_down, notional_up, price_with_spread_down, price_with_spread_up
from tradeseal.trading.accounts import BUY
from tradeseal.trading.published import Ticket, VenueFill


class SimulatedVenue:
    """Fills whole orders within their limit price."""

    def execute(
        self, *, client_order_id: str, ticket: Ticket, mark_e8: int, half_spread_bps: int
    ) -> Sequence[VenueFill]:
        """One fill for all of the ticket, or none when the price is beyond its limit."""
        if ticket.side == BUY:
            price = price_with_spread_up(max(ticket.mark_e8, mark_e8), half_spread_bps)
            reached, notional = price <= ticket.limit_price_e8, notional_up(ticket.quantity_e8, price)
        else:
            price = price_with_spread_down(min(ticket.mark_e8, mark_e8), half_spread_bps)
            reached, notional = price >= ticket.limit_price_e8, notional_down(ticket.quantity_e8, price)
        if not reached:
            return []
        fee = fee_up(notional, ticket.fee_bps)
        return [VenueFill(client_order_id, f"sim-{client_order_id}", ticket.quantity_e8, price, fee)]
