"""Transactions: typed (EIP-1559) transactions built and signed without a library's detours.

And taken apart again: what the bytes say, and who signed them. Knows RLP, keccak and secp256k1. Knows nothing of nodes,
nonces in use or what a call means. `Account.sign_transaction` gives the same bytes at five times the cost; a test
compares the two.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import rlp as rlp_library
from coincurve import PrivateKey, PublicKey

from tradeseal.oracle.published import keccak

Rlp: TypeAlias = "bytes | int | list[Rlp]"

TYPE_1559 = b"\x02"


@dataclass(frozen=True)
class SignedTransaction:
    """Bytes that a node accepts, and the hash by which it is known."""

    raw: bytes
    transaction_hash: bytes
    sender: bytes
    nonce: int
    to: bytes | None


class Unreadable(Exception):
    """Bytes that are no transaction of the kind we sign."""


@dataclass(frozen=True, slots=True)
class RawTransaction:
    """What the signed bytes themselves say."""

    transaction_hash: str
    sender: bytes
    chain_id: int
    nonce: int
    gas: int
    to: bytes | None
    value: int
    data: bytes
    fee_wei_max: int = 0
    tip_wei: int = 0


class Wallet:
    """One key that signs transactions."""

    def __init__(self, key: bytes) -> None:
        self._key = PrivateKey(key)
        self.address = keccak(self._key.public_key.format(compressed=False)[1:])[-20:]

    def sign(
        self,
        *,
        chain_id: int,
        nonce: int,
        to: bytes | None,
        data: bytes,
        gas: int,
        fee_wei_max: int,
        value_wei: int = 0,
        tip_wei: int = 0,
    ) -> SignedTransaction:
        """Sign a call of `to`, or a creation when `to` is None; no access list."""
        fields: list[Rlp] = [chain_id, nonce, tip_wei, fee_wei_max, gas, to or b"", value_wei, data, []]
        signature = self._key.sign_recoverable(keccak(TYPE_1559 + rlp(fields)), hasher=None)
        r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])
        raw = TYPE_1559 + rlp([*fields, signature[64], r, s])
        return SignedTransaction(raw, keccak(raw), self.address, nonce, to)


def read_transaction(raw: str) -> RawTransaction:
    """Take a typed transaction apart and recover who signed it; raises `Unreadable`."""
    try:
        data = bytes.fromhex(raw.removeprefix("0x"))
        if data[:1] != TYPE_1559:
            raise Unreadable("it is no transaction of type 2")
        fields: list[Any] = rlp_library.decode(data[1:])
        chain_id, nonce, tip, most, gas, to, value, call, _access, parity, r, s = fields
        signature = r.rjust(32, b"\0") + s.rjust(32, b"\0") + bytes([int.from_bytes(parity)])
        unsigned = keccak(TYPE_1559 + rlp(fields[:9]))
        key = PublicKey.from_signature_and_message(signature, unsigned, hasher=None)
    except (ValueError, rlp_library.DecodingError, TypeError) as error:
        raise Unreadable(str(error)) from error
    return RawTransaction(
        transaction_hash="0x" + keccak(data).hex(),
        sender=keccak(key.format(compressed=False)[1:])[-20:],
        chain_id=int.from_bytes(chain_id),
        nonce=int.from_bytes(nonce),
        gas=int.from_bytes(gas),
        to=to or None,
        value=int.from_bytes(value),
        data=call,
        fee_wei_max=int.from_bytes(most),
        tip_wei=int.from_bytes(tip),
    )


def recovered(digest: bytes, signature: bytes) -> bytes | None:
    """Whose r, s, v signature this is; None for bytes that are none."""
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)
    except ValueError:
        return None
    return keccak(key.format(compressed=False)[1:])[-20:]


def created_address(sender: bytes, nonce: int) -> bytes:
    """Where a contract lies that `sender` creates with `nonce`."""
    return keccak(rlp([sender, nonce]))[-20:]


def rlp(item: Rlp) -> bytes:
    """Recursive length prefix, as Ethereum writes it."""
    if isinstance(item, list):
        body = b"".join(map(rlp, item))
        return _prefix(0xC0, len(body)) + body
    if isinstance(item, int):
        item = item.to_bytes((item.bit_length() + 7) // 8)
    if len(item) == 1 and item[0] < 0x80:
        return item
    return _prefix(0x80, len(item)) + item


def _prefix(offset: int, length: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([offset + 55 + len(size)]) + size
