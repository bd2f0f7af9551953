"""Transactions signed by hand are the library's, byte for byte."""

import pytest
from eth_account import Account
from eth_utils import to_checksum_address
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeseal.chain.transactions import Wallet, created_address, rlp

KEY = bytes(range(1, 33))


def the_librarys(*, nonce: int, to: bytes | None, data: bytes, gas: int) -> tuple[bytes, bytes]:
    fields = {
        "type": 2,
        "chainId": 31413,
        "nonce": nonce,
        "to": "" if to is None else to_checksum_address(to),
        "data": data,
        "gas": gas,
        "maxFeePerGas": 10**9,
        "maxPriorityFeePerGas": 0,
        "value": 0,
    }
    signed = Account.sign_transaction(fields, KEY)
    return bytes(signed.raw_transaction), bytes(signed.hash)


@settings(max_examples=60)
@given(
    nonce=st.integers(0, 2**40),
    to=st.none() | st.binary(min_size=20, max_size=20),
    data=st.binary(max_size=400),
    gas=st.integers(21_000, 2**32),
)
def test_a_signed_transaction_is_what_eth_account_signs(nonce: int, to: bytes | None, data: bytes, gas: int) -> None:
    ours = Wallet(KEY).sign(chain_id=31413, nonce=nonce, to=to, data=data, gas=gas, fee_wei_max=10**9)

    assert (ours.raw, ours.transaction_hash) == the_librarys(nonce=nonce, to=to, data=data, gas=gas)


def test_a_wallet_has_the_address_that_eth_account_gives_its_key() -> None:
    assert "0x" + Wallet(KEY).address.hex() == Account.from_key(KEY).address.lower()


def test_a_created_contract_lies_where_ethereum_puts_it() -> None:
    # The example of the yellow paper's commentators: cow's first and second contract.
    cow = bytes.fromhex("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0")

    assert created_address(cow, 0).hex() == "cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"
    assert created_address(cow, 1).hex() == "343c43a37d37dff08ae8c4a11544c718abb4fcf8"


@pytest.mark.parametrize(
    ("item", "encoded"),
    [
        (b"", "80"),
        (0, "80"),
        (b"\x7f", "7f"),
        (b"\x80", "8180"),
        (1024, "820400"),
        ([], "c0"),
        (b"a" * 55, "b7" + "61" * 55),
        (b"a" * 56, "b838" + "61" * 56),
        ([b"a" * 56], "f83a" + "b838" + "61" * 56),
    ],
)
def test_rlp_has_the_standards_lengths_on_both_sides_of_each_edge(item: object, encoded: str) -> None:
    assert rlp(item).hex() == encoded
