"""One root stands for many events, and a short proof shows that one of them is among them and nothing else is."""

import hashlib

import pytest

from tradeseal.ledger.published import MerkleProof, inclusion_proof, merkle_root


def hashes(count: int) -> list[bytes]:
    return [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(count)]


def test_the_root_is_the_one_of_rfc_6962() -> None:
    a, b, c = (hashlib.sha256(b"\0" + leaf).digest() for leaf in hashes(3))
    left = hashlib.sha256(b"\1" + a + b).digest()

    assert merkle_root(hashes(1)) == a
    assert merkle_root(hashes(3)) == hashlib.sha256(b"\1" + left + c).digest()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100])
def test_every_event_under_a_root_has_its_proof(count: int) -> None:
    events = hashes(count)
    root = merkle_root(events)

    for index, event in enumerate(events):
        proof = inclusion_proof(events, index)
        assert proof.root(event) == root
        assert len(proof.path) <= count.bit_length()


def test_a_proof_shows_no_other_event_no_other_place_and_no_other_size() -> None:
    events = hashes(13)
    root, proof = merkle_root(events), inclusion_proof(events, 6)

    assert proof.root(events[7]) != root
    assert MerkleProof(7, 13, proof.path).root(events[6]) != root
    assert MerkleProof(6, 7, proof.path).root(events[6]) != root
