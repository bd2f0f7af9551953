"""Identities: names from which stream ids derive, so that a second creation conflicts instead of doubling.

Knows uuid5 and the order of the parts. Knows nothing of what the streams hold.
"""

from functools import lru_cache
from uuid import UUID, uuid5

NAMESPACE = UUID("6f0d9f4e-6f4c-5a0e-9a53-7472616465aa")


def _id(*parts: object) -> UUID:
    return uuid5(NAMESPACE, "/".join(str(part) for part in parts))


@lru_cache(maxsize=1 << 10)
def entry_cycle_id(book: str, strategy: str, market: str, candle_close: int) -> UUID:
    """The cycle of a signal."""
    return _id("cycle", book, strategy, market, candle_close)


def exit_cycle_id(book: str, opening_cycle: UUID, reason: str, observed_at: int) -> UUID:
    """The cycle of an exit without a signal."""
    return _id("exit", book, opening_cycle, reason, observed_at)


def manual_exit_cycle_id(book: str, idempotency_key: str) -> UUID:
    """The cycle of an exit ordered by a person."""
    return _id("manual-exit", book, idempotency_key)


def trading_day_id(book: str, day: int) -> UUID:
    """The statement of one UTC day; `day` counts from the epoch."""
    return _id("day", book, day)


def portfolio_id(owner: str, name: str) -> UUID:
    """The rare facts of one portfolio."""
    return _id("portfolio", owner, name)


def chain_journal_id(chain_id: int, genesis_hash: str, page: int) -> UUID:
    """One page of a chain's raw transactions."""
    return _id("journal", chain_id, genesis_hash.lower(), page)


def signal_log_id(book: str, day: int) -> UUID:
    """All signals of one UTC day."""
    return _id("signals", book, day)
