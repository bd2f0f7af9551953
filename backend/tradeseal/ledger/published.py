"""What other contexts may use of the ledger.

Knows the names. Knows nothing of their insides.
"""

from eventsourcing.domain import Aggregate, event

from tradeseal.ledger.log import EventLog, StoredFact
from tradeseal.ledger.store import GENESIS_HASH, EventConflict, Ledger, chain_hash

__all__ = [
    "GENESIS_HASH",
    "Aggregate",
    "EventConflict",
    "EventLog",
    "Ledger",
    "StoredFact",
    "chain_hash",
    "event",
]
