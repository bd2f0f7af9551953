"""The attestor: the quorum's keys at work.

Knows secrets, salts and signatures. Knows nothing of what makes a signal right: that is `verification`.
"""

from collections.abc import Sequence
from typing import Final

from coincurve import PrivateKey
from eth_utils import to_checksum_address

from tradeseal.oracle.domainmodel import Domain, commit_hash, marks_hash, name_id
from tradeseal.oracle.keccak import keccak

_SALT_TAG: Final = b"tradeseal/salt/1"


class Attestor:
    """Signs commitments and marks for one oracle contract and one epoch of its signers."""

    def __init__(self, keys: Sequence[bytes], domain: Domain, epoch: int) -> None:
        # In ascending order of address, so that equal sets sign alike.
        self._keys = sorted((PrivateKey(key) for key in keys), key=lambda key: address_of(key).lower())
        self._salt_root = _SALT_TAG + keccak(_SALT_TAG + self._keys[0].secret)
        self.domain = domain
        self.epoch = epoch

    @property
    def addresses(self) -> tuple[str, ...]:
        """The signers, in the order of their signatures."""
        return tuple(address_of(key) for key in self._keys)

    def salt(self, strategy: str, seq: int, market: str) -> bytes:
        """Deterministic for the holder of the first key, not guessable for anyone else."""
        place = name_id(strategy) + seq.to_bytes(32, "big") + name_id(market)
        return keccak(self._salt_root + place)

    def sign_commit(self, from_seq: int, round_hashes: Sequence[bytes], digests: Sequence[bytes]) -> list[bytes]:
        """The quorum's signatures under `Commit(epoch, fromSeq, roundHashes, digests)`."""
        return self._sign(commit_hash(self.epoch, from_seq, round_hashes, digests))

    def sign_marks(
        self, seq: int, previous_hash: bytes, observed_at: int, prices: Sequence[int]
    ) -> tuple[bytes, list[bytes]]:
        """The vector's hash, by which the next one names it, and the quorum's signatures."""
        vector_hash = marks_hash(self.epoch, seq, previous_hash, observed_at, prices)
        return vector_hash, self._sign(vector_hash)

    def _sign(self, struct_hash: bytes) -> list[bytes]:
        digest = self.domain.digest(struct_hash)
        return [sign_digest(key, digest) for key in self._keys]


def sign_digest(key: PrivateKey, digest: bytes) -> bytes:
    """r, s, v with v 27 or 28; libsecp256k1 gives low s and RFC 6979 nonces."""
    signature = key.sign_recoverable(digest, hasher=None)
    return signature[:64] + bytes([signature[64] + 27])


def address_of(key: PrivateKey) -> str:
    """The checksummed address of a key."""
    return to_checksum_address(keccak(key.public_key.format(compressed=False)[1:])[-20:])
