"""Our own reading of ABI-encoded bytes is eth_abi's, value for value, and short bytes are refused."""

from typing import Any

import pytest
from eth_abi import decode, encode
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeseal.chain.compile import BOOK, CONTRACTS, ORACLE, artifacts
from tradeseal.chain.reading import type_of
from tradeseal.chain.words import decoder_of, encoder_of, parts_of

LEAVES = ("uint8", "uint64", "uint256", "int128", "bytes32", "bytes4", "bytes", "string", "address", "bool")


def values_of(kind: str) -> st.SearchStrategy[Any]:
    if kind.endswith("]"):
        element, _, length = kind[:-1].rpartition("[")
        sizes = {"min_size": int(length), "max_size": int(length)} if length else {"max_size": 3}
        return st.lists(values_of(element), **sizes).map(tuple)
    if kind.startswith("("):
        return st.tuples(*map(values_of, parts_of(kind)))
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    if kind.startswith("int"):
        half = 2 ** (int(kind[3:]) - 1)
        return st.integers(-half, half - 1)
    plain = {"bytes": st.binary(max_size=70), "string": st.text(max_size=20), "bool": st.booleans()}
    if kind == "address":
        return st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex())
    return plain.get(kind) or st.binary(min_size=int(kind[5:]), max_size=int(kind[5:]))


kinds = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        inner.map(lambda kind: kind + "[]"),
        inner.map(lambda kind: kind + "[2]"),
        st.lists(inner, min_size=1, max_size=4).map(lambda all_: f"({','.join(all_)})"),
    ),
    max_leaves=6,
)


@settings(max_examples=150)
@given(
    st.lists(kinds, min_size=1, max_size=4).flatmap(
        lambda types: st.tuples(st.just(types), st.tuples(*map(values_of, types)))
    )
)
def test_arbitrary_values_are_read_as_eth_abi_reads_them(case: tuple[list[str], tuple[Any, ...]]) -> None:
    types, values = case
    data = encode(types, values)

    assert decoder_of(tuple(types))(data) == decode(types, data) == values
    assert encoder_of(tuple(types))(values) == data


@pytest.mark.chain
def test_every_type_of_our_contracts_has_a_decoder() -> None:
    found = artifacts(CONTRACTS)
    entries = [*found.contracts[ORACLE].abi, *found.contracts[BOOK].abi, *found.merged_book_abi()]
    types = {type_of(f) for e in entries for f in [*e.get("inputs", ()), *e.get("outputs", ())]}

    assert all(callable(decoder_of((kind,))) for kind in types)


@pytest.mark.parametrize("kind", ["uint64", "bytes", "uint8[]", "(uint64,bytes)"])
def test_bytes_that_end_too_early_are_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=r"missing|early|longer"):
        decoder_of((kind,))(b"\0" * 31)


def test_an_array_longer_than_its_bytes_is_refused_before_it_is_read() -> None:
    head = (32).to_bytes(32, "big") + (2**40).to_bytes(32, "big")

    with pytest.raises(ValueError, match="longer"):
        decoder_of(("uint8[]",))(head + bytes(64))
