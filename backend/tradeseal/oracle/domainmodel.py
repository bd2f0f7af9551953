"""The signed words: a signal, a round, a commitment and a vector of marks, as EIP-712 sees them.

Knows types, hashes and byte layouts exactly as the contracts do. Knows nothing of keys, candles or opinions.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Final

from eth_abi import encode
from eth_utils import to_canonical_address

from tradeseal.kernel.errors import Refused
from tradeseal.oracle.keccak import keccak

ZERO_HASH: Final = bytes(32)
DOMAIN_NAME: Final = "Tradeseal SignalOracle"
DOMAIN_VERSION: Final = "1"
DOMAIN_TYPE: Final = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
SIGNAL_TYPE: Final = (
    "Signal(bytes32 book,bytes32 strategy,uint64 seq,bytes32 market,uint8 side,uint16 confidenceBps,uint8 riskScore,"
    "uint16 sizeBps,uint64 price,uint16 takeProfitBps,uint16 stopLossBps,uint32 horizonSeconds,uint64 candleClose,"
    "uint64 expiresAt,bytes32 window,bytes32 model,bytes32 calibrator,bytes32 claim,bytes32 salt)"
)
COMMIT_TYPE: Final = "Commit(uint32 epoch,uint64 fromSeq,bytes32[] roundHashes,bytes32[] digests)"
MARKS_TYPE: Final = "Marks(uint32 epoch,uint64 seq,bytes32 previousHash,uint64 observedAt,uint64[] prices)"

_SIGNAL_TYPE_HASH: Final = keccak(SIGNAL_TYPE.encode())
_COMMIT_TYPE_HASH: Final = keccak(COMMIT_TYPE.encode())
_MARKS_TYPE_HASH: Final = keccak(MARKS_TYPE.encode())
_PACKED: Final = {"bytes32": "32s", "uint64": "24xQ", "uint32": "28xI", "uint16": "30xH", "uint8": "31xB"}
_SIGNAL_WORDS: Final = tuple(part.split(" ")[0] for part in SIGNAL_TYPE[len("Signal(") : -1].split(","))
_MARKS_WORDS: Final = ("uint32", "uint64", "bytes32", "uint64")
_COMMIT_HEAD, _MARKS_HEAD, _PRICE = (
    struct.Struct(">" + "".join(map(_PACKED.__getitem__, kinds)))
    for kinds in (("uint32", "uint64"), _MARKS_WORDS, ("uint64",))
)
_SIGNAL_STRUCT: Final = struct.Struct(">" + "".join(map(_PACKED.__getitem__, _SIGNAL_WORDS)))


@dataclass(frozen=True)
class Domain:
    """Where a signature is good: one oracle contract on one chain."""

    chain_id: int
    contract: str

    @cached_property
    def separator(self) -> bytes:
        """The EIP-712 domain separator."""
        head = (keccak(DOMAIN_TYPE.encode()), keccak(DOMAIN_NAME.encode()), keccak(DOMAIN_VERSION.encode()))
        place = encode(["uint256", "address"], [self.chain_id, to_canonical_address(self.contract)])
        return keccak(b"".join(head) + place)

    def digest(self, struct_hash: bytes) -> bytes:
        """What is signed and committed for a struct."""
        return _digest(self.separator, struct_hash)


@dataclass(frozen=True)
class SignalMessage:
    """A signal as it is signed; names and order are the contract's."""

    book: bytes
    strategy: bytes
    seq: int
    market: bytes
    side: int
    confidence_bps: int
    risk_score: int
    size_bps: int
    price: int
    take_profit_bps: int
    stop_loss_bps: int
    horizon_seconds: int
    candle_close: int
    expires_at: int
    window: bytes
    model: bytes
    calibrator: bytes
    claim: bytes
    salt: bytes

    def values(self) -> tuple[bytes | int, ...]:
        """The fields in the order of the struct."""
        found: tuple[bytes | int, ...] = _signal_values(self)
        return found

    def struct_hash(self) -> bytes:
        """hashStruct(Signal)."""
        return self._struct_hash

    @cached_property
    def _struct_hash(self) -> bytes:
        values = self.values()
        return keccak(_SIGNAL_TYPE_HASH + _words(_SIGNAL_STRUCT, _SIGNAL_WORDS, values))

    def record_hash(self) -> bytes:
        """hashStruct(Signal) with the salt zeroed: what records hold, equal whatever the keys."""
        return replace(self, salt=ZERO_HASH).struct_hash()

    def digest(self, domain: Domain) -> bytes:
        """What is committed."""
        return domain.digest(self.struct_hash())


_signal_values: Final = attrgetter(*(field.name for field in fields(SignalMessage)))


def name_id(name: str) -> bytes:
    """The id of a market, a book or a strategy: keccak of its name."""
    return _name_id(name)


def round_hash(seq: int, struct_hashes: Sequence[bytes]) -> bytes:
    """All signals of one candle close in market order, HOLD included, salts in."""
    return keccak(seq.to_bytes(8, "big") + b"".join(struct_hashes))


def commit_hash(epoch: int, from_seq: int, round_hashes: Sequence[bytes], digests: Sequence[bytes]) -> bytes:
    """hashStruct(Commit)."""
    head = _words(_COMMIT_HEAD, ("uint32", "uint64"), (epoch, from_seq))
    return keccak(_COMMIT_TYPE_HASH + head + keccak(b"".join(round_hashes)) + keccak(b"".join(digests)))


def marks_hash(epoch: int, seq: int, previous_hash: bytes, observed_at: int, prices: Sequence[int]) -> bytes:
    """hashStruct(Marks): also the hash by which the next vector names this one."""
    head = _words(_MARKS_HEAD, _MARKS_WORDS, (epoch, seq, previous_hash, observed_at))
    told = b"".join([_words(_PRICE, ("uint64",), (price,)) for price in prices])
    return keccak(_MARKS_TYPE_HASH + head + keccak(told))


@lru_cache(maxsize=1024)
def _digest(separator: bytes, struct_hash: bytes) -> bytes:
    return keccak(b"\x19\x01" + separator + struct_hash)


@lru_cache(maxsize=1024)
def _name_id(name: str) -> bytes:
    return keccak(name.encode())


def _words(form: struct.Struct, kinds: Sequence[str], values: Sequence[bytes | int]) -> bytes:
    """Some words at once; a value outside its type is refused, never cut."""
    try:
        words = form.pack(*values)
    except struct.error:
        words = b""
    if not words or any(len(value) != 32 for value in values if isinstance(value, bytes)):
        return b"".join(map(_word, kinds, values))  # names the value that is refused
    return words


def _word(kind: str, value: bytes | int) -> bytes:
    """One 32-byte word; a value outside its type is refused, never cut."""
    if isinstance(value, bytes):
        if kind != "bytes32" or len(value) != 32:
            raise Refused("OUT_OF_RANGE", f"{value.hex()} is not a {kind}.", got=value.hex(), limit=kind)
        return value
    if kind == "bytes32" or value < 0 or value >> int(kind.removeprefix("uint")):
        raise Refused("OUT_OF_RANGE", f"{value} is not a {kind}.", got=value, limit=kind)
    return value.to_bytes(32, "big")
