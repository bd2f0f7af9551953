"""The past: the portfolio as of a position, and views that were folded again.

Knows the words of these answers. Knows nothing of how they are computed.
"""

from tradeseal.api.schemas.base import Amount, Answer, Hash, Market, Time


class Holding(Answer):
    """What is held of one market, and what it cost."""

    market: Market
    quantity: Amount
    cost: Amount


class EventAt(Answer):
    """The event at a position."""

    topic: str
    hash: Hash
    time: Time | None


class BarAt(Answer):
    """The last finished bar: equity is valued there alone."""

    time: Time
    equity: Amount


class PortfolioAt(Answer):
    """The portfolio as the log had it at a position; `last` is the newest that can be asked for."""

    position: int
    last: int
    event: EventAt
    cash: Amount
    realised: Amount
    holdings: list[Holding]
    last_bar: BarAt


class RebuiltView(Answer):
    """One view that was folded again; `equal` says whether its rows were those of the one in use."""

    view: str
    version: int
    events: int
    seconds: float
    equal: bool
    digest: Hash


class ViewsState(Answer):
    """How far a rebuild is, and what the last one found."""

    running: bool
    view: str | None
    done: int
    total: int
    error: str | None
    found: list[RebuiltView]
