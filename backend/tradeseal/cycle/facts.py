"""Facts: signals and checks in the form in which events keep them, readable and exact.

Knows how a signed message becomes text and back. Knows nothing of when that happens.
"""

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from tradeseal.oracle.published import SignalMessage, Verification
from tradeseal.signals.published import Opinion, Revision


@dataclass(frozen=True)
class SignalFacts:
    """The signed message, field by field: 32-byte words as 0x-hex, everything else as integers."""

    book: str
    strategy: str
    seq: int
    market: str
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
    window: str
    model: str
    calibrator: str
    claim: str
    salt: str

    @staticmethod
    @lru_cache(maxsize=1 << 10)
    def of(message: SignalMessage) -> "SignalFacts":
        """The text form of a message."""
        told: list[Any] = ["0x" + v.hex() if isinstance(v, bytes) else int(v) for v in message.values()]
        facts = SignalFacts(*told)
        vars(facts)["_message"] = message
        return facts

    def message(self) -> SignalMessage:
        """The message of which this is the text form."""
        return self._message

    @cached_property
    def _message(self) -> SignalMessage:
        read: list[Any] = [bytes.fromhex(v[2:]) if isinstance(v, str) else v for v in _facts_of(self)]
        return SignalMessage(*read)


_facts_of: Final = attrgetter(*(field.name for field in fields(SignalFacts)))


@dataclass(frozen=True)
class OpinionFacts:
    """Why a strategy thought so, for people."""

    buy_score: str
    sell_score: str
    base_rate_bps: int
    indicators: dict[str, str]
    why: tuple[str, ...]

    @classmethod
    def of(cls, opinion: Opinion) -> "OpinionFacts":
        """The stored part of an opinion; what is in the signed message is not repeated."""
        return cls(
            buy_score=str(opinion.buy_score),
            sell_score=str(opinion.sell_score),
            base_rate_bps=opinion.base_rate_bps,
            indicators={name: str(value) for name, value in opinion.indicators.items()},
            why=tuple(opinion.why),
        )


class CheckFacts(msgspec.Struct, frozen=True):
    """One of the oracle's checks with the numbers it compared."""

    number: int
    name: str
    passed: bool
    got: str
    limit: str


def check_facts(verification: Verification) -> tuple[CheckFacts, ...]:
    """All checks of a verification, in their order."""
    return tuple([CheckFacts(*check) for check in verification.checks])


@dataclass(frozen=True)
class HoldFacts:
    """A HOLD as it is kept: enough to score its confidence later, and its place in the round's hash."""

    market: str
    struct_hash: str
    confidence_bps: int
    base_rate_bps: int
    price: int
    take_profit_bps: int
    stop_loss_bps: int
    horizon_seconds: int


def revised(revision: Revision) -> dict[str, Any]:
    """A calibrator that took another's place, as the log keeps it; decimals as text, as they were rounded."""
    standing, calibrator = revision.standing, revision.calibrator
    return {
        "number": revision.number,
        "holds_from": revision.holds_from,
        "reason": revision.reason,
        "previous": "0x" + revision.previous.hex(),
        "calibrator": "0x" + calibrator.hash.hex(),
        "shrunk": calibrator.shrunk,
        "base_rate_bps": calibrator.base_rate_bps,
        "observations": standing.observations if standing else 0,
        "skill": tuple(f"{value:.6f}" for value in (standing.skill, standing.low, standing.high)) if standing else (),
    }
