"""What other contexts may use of the oracle context."""

from tradeseal.oracle.attest import Attestor
from tradeseal.oracle.domainmodel import (
    DOMAIN_NAME,
    DOMAIN_VERSION,
    SIGNAL_TYPE,
    ZERO_HASH,
    Domain,
    SignalMessage,
    commit_hash,
    marks_hash,
    name_id,
    round_hash,
)

__all__ = [
    "DOMAIN_NAME",
    "DOMAIN_VERSION",
    "SIGNAL_TYPE",
    "ZERO_HASH",
    "Attestor",
    "Domain",
    "SignalMessage",
    "commit_hash",
    "marks_hash",
    "name_id",
    "round_hash",
]
