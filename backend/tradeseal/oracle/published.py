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
from tradeseal.oracle.keccak import keccak
from tradeseal.oracle.verification import Check, OwnView, Terms, Verification, verify

__all__ = [
    "DOMAIN_NAME",
    "DOMAIN_VERSION",
    "SIGNAL_TYPE",
    "ZERO_HASH",
    "Attestor",
    "Check",
    "Domain",
    "OwnView",
    "SignalMessage",
    "Terms",
    "Verification",
    "commit_hash",
    "keccak",
    "marks_hash",
    "name_id",
    "round_hash",
    "verify",
]
