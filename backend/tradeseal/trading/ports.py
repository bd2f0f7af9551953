"""Ports of trading: the venue.

Knows what is asked of a venue and what it answers. Knows nothing of any one of them.
"""

from typing import Protocol

from tradeseal.trading.published import Ticket, Unfilled, VenueFill


class Venue(Protocol):
    """Where orders are executed. Asking twice with the same client order id executes once."""

    def orderable(self, market: str, quantity_e8: int) -> int:
        """The quantity that an order may have: down to the lot."""

    def execute(
        self,
        *,
        client_order_id: str,
        ticket: Ticket,
        mark_e8: int,
        half_spread_bps: int,
        observed_at: int,
        stop_loss_bps: int,
    ) -> VenueFill | Unfilled:
        """What was executed of an order, all of it or a part, or why nothing was."""
