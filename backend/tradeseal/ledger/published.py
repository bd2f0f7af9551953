"""What other contexts may use of the ledger.

Knows the names. Knows nothing of their insides.
"""

from eventsourcing.domain import Aggregate, event

from tradeseal.ledger.chain import GENESIS_HASH, chain_hash, checked
from tradeseal.ledger.log import EventLog, StoredFact
from tradeseal.ledger.store import EventConflict, Ledger

__all__ = [
    "GENESIS_HASH",
    "Aggregate",
    "EventConflict",
    "EventLog",
    "Ledger",
    "StoredFact",
    "chain_hash",
    "checked",
    "event",
]
