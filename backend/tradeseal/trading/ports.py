"""Ports of trading: the venue.

Knows what is asked of a venue and what it answers. Knows nothing of any one of them.
"""

from collections.abc import Sequence
from typing import Protocol

from tradeseal.trading.published import Ticket, VenueFill


class Venue(Protocol):
    """Where orders are executed. Asking twice with the same client order id executes once."""

    def execute(
        self, *, client_order_id: str, ticket: Ticket, mark_e8: int, half_spread_bps: int
    ) -> Sequence[VenueFill]:
        """Fills of an order, none when the limit price was not reached."""
