"""Who looks on while candles are downloaded.

Knows the three things there are to see. Imports nothing slow, for the command line loads it at every start.
"""

from tradeseal.kernel.errors import TradesealError


class Watcher:
    """Who looks on; says nothing by default."""

    def begins(self, market: str, done: int, total: int) -> None:
        """A market's turn: how many bars are there already, of how many."""

    def page(self, market: str, done: int, total: int) -> None:
        """A page is on the disk."""

    def waits(self, why: TradesealError, seconds: float) -> None:
        """The exchange wants patience."""
