"""Merkle: many events under one root, and a short proof that one of them is among them.

Knows RFC 6962's tree over the events' chain hashes: a leaf is SHA-256 of 0x00 and the hash, a node of 0x01 and its two
children, and the left side of a node is the largest power of two smaller than its leaves. Knows nothing of events.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MerkleProof:
    """The hashes beside the way from a leaf to the root, from below."""

    index: int
    size: int
    path: tuple[bytes, ...]

    def root(self, event_hash: bytes) -> bytes:
        """The root that follows from an event's hash and this way (RFC 9162, 2.1.3.2)."""
        place, last, node = self.index, self.size - 1, _leaf(event_hash)
        for beside in self.path:
            if place & 1 or place == last:
                node = _node(beside, node)
                while not place & 1 and place:
                    place, last = place >> 1, last >> 1
            else:
                node = _node(node, beside)
            place, last = place >> 1, last >> 1
        return node if last == 0 else b""


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The root over at least one event's hash."""
    return _root([_leaf(one) for one in hashes])


def inclusion_proof(hashes: Sequence[bytes], index: int) -> MerkleProof:
    """The proof for the event at `index` of these."""
    return MerkleProof(index, len(hashes), tuple(_path([_leaf(one) for one in hashes], index)))


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(_root(leaves[:split]), _root(leaves[split:]))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*_path(leaves[:split], index), _root(leaves[split:])]
    return [*_path(leaves[split:], index - split), _root(leaves[:split])]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _leaf(event_hash: bytes) -> bytes:
    return hashlib.sha256(b"\0" + event_hash).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
