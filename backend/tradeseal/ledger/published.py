"""What other contexts may use of the ledger.

Knows the names. Knows nothing of their insides.
"""

from eventsourcing.domain import event

from tradeseal.ledger.aggregate import Aggregate
from tradeseal.ledger.chain import GENESIS_HASH, chain_hash, checked
from tradeseal.ledger.log import EventLog, StoredFact
from tradeseal.ledger.mapper import fields_of
from tradeseal.ledger.merkle import MerkleProof, inclusion_proof, merkle_root
from tradeseal.ledger.store import EventConflict, Ledger, store_facts

__all__ = [
    "GENESIS_HASH",
    "Aggregate",
    "EventConflict",
    "EventLog",
    "Ledger",
    "MerkleProof",
    "StoredFact",
    "chain_hash",
    "checked",
    "event",
    "fields_of",
    "inclusion_proof",
    "merkle_root",
    "store_facts",
]
