"""SignalOracle: its calls as bytes, its events as facts of the cycle.

Knows the contract's interface. Knows nothing of signing, sending or cash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradeseal.chain.abi import Abi, text, texts
from tradeseal.chain.risk_book import CHANGES
from tradeseal.cycle.ports import GovernanceFact, RootAnchored, RoundsCommitted, VectorPosted
from tradeseal.trading.published import BookClass

GOVERNANCE = CHANGES | {"SignersChanged", "TraderFrozen", "TraderChanged"}


@dataclass(frozen=True)
class OracleSetup:
    """How an oracle is set up: who may do what, for which markets, in which order."""

    governor: bytes
    guardian: bytes
    trader: bytes
    signers: tuple[bytes, ...]
    quorum: int
    markets: tuple[bytes, ...]
    book_class: BookClass
    step_limit_bps: int

    def values(self) -> tuple[Any, ...]:
        """The constructor's struct."""
        return (
            _address(self.governor),
            _address(self.guardian),
            _address(self.trader),
            [_address(signer) for signer in self.signers],
            self.quorum,
            list(self.markets),
            int(self.book_class),
            self.step_limit_bps,
        )


class SignalOracle:
    """The oracle's interface in bytes."""

    def __init__(self, abi: Abi) -> None:
        self.abi = abi

    def creation(self, code: bytes, setup: OracleSetup) -> bytes:
        """The data that creates it."""
        return self.abi.creation(code, setup.values())

    def bind(self, book: bytes) -> bytes:
        """Name the book, once."""
        return self.abi.call("bind", _address(book))

    def commit(
        self, from_seq: int, round_hashes: Sequence[bytes], digests: Sequence[bytes], signatures: Sequence[bytes]
    ) -> bytes:
        """Commit rounds and digests."""
        return self.abi.call("commit", from_seq, list(round_hashes), list(digests), list(signatures))

    def post_marks(
        self, seq: int, previous_hash: bytes, observed_at: int, prices: Sequence[int], signatures: Sequence[bytes]
    ) -> bytes:
        """Post a vector of marks."""
        return self.abi.call("postMarks", seq, previous_hash, observed_at, list(prices), list(signatures))

    def anchor(self, position: int, root: bytes, previous_position: int) -> bytes:
        """Anchor the event store's root."""
        return self.abi.call("anchor", position, root, previous_position)

    def fact(self, log: Mapping[str, Any]) -> VectorPosted | RoundsCommitted | RootAnchored | GovernanceFact | None:
        """What an event of the oracle tells the cycle; None for those that tell it nothing."""
        logged = self.abi.logged(log)
        if logged is None:
            return None
        values = logged.values
        if logged.name == "MarksPosted":
            return VectorPosted(
                seq=values["seq"],
                vector_hash=text(values["vectorHash"]),
                observed_at=values["observedAt"],
                prices_e8=tuple(values["prices"]),
                stale_bits=values["staleBits"],
                pending_bits=values["pendingBits"],
            )
        if logged.name == "SignalsCommitted":
            return RoundsCommitted(
                from_seq=values["fromSeq"],
                to_seq=values["toSeq"],
                epoch=values["epoch"],
                round_hashes=tuple(["0x" + word.hex() for word in values["roundHashes"]]),
                digests=tuple(["0x" + word.hex() for word in values["digests"]]),
            )
        if logged.name == "LogAnchored":
            return RootAnchored(values["position"], text(values["root"]), values["previousPosition"])
        if logged.name in GOVERNANCE:
            return GovernanceFact(logged.name, "oracle", texts(values))
        return None


def _address(value: bytes) -> str:
    return "0x" + value.hex()
