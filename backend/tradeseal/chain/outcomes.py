"""Outcomes: what to do with a transaction of ours on a chain of others, from what is known and what the node tells.

Pure decisions: nothing is asked, sent or stored here. An outcome counts when it is deep enough; until then nothing is
assumed: not that a silence is a failure, not that a block stays.

All variants of a transaction (the first one and its replacements at higher fees) share one nonce, so at most one of
them is ever executed; sending any of them again is always safe.
"""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True)
class Place:
    """Which variant stands in which block."""

    transaction_hash: str
    block: int
    block_hash: str


@dataclass(frozen=True)
class Known:
    """What we know of a transaction of ours: its nonce, its variants, and where we last saw it in the chain."""

    nonce: int
    variants: tuple[str, ...]
    place: Place | None = None


@dataclass(frozen=True)
class Told:
    """What the node tells at one moment.

    `used` counts the sender's transactions in the chain, `used_deep` those that are deep enough to count; `place` is a
    variant's receipt whose block is the chain's own block of that number; `pooled` are the variants that wait.
    """

    newest: int
    used: int
    used_deep: int
    place: Place | None = None
    pooled: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Settle:
    """It is deep enough: its outcome counts."""

    place: Place


@dataclass(frozen=True)
class Note:
    """It is in a block: keep where, and wait for more blocks."""

    place: Place


@dataclass(frozen=True)
class Orphan:
    """The block in which it was is gone: keep that, and ask again."""

    place: Place


@dataclass(frozen=True)
class Send:
    """The node does not know it: send the same bytes."""


@dataclass(frozen=True)
class Bump:
    """It has waited too long: send a replacement with the same nonce and higher fees."""


@dataclass(frozen=True)
class Wait:
    """Ask again later; `confirmations` is how deep it is, None while it is in no block."""

    confirmations: int | None = None


@dataclass(frozen=True)
class MendBefore:
    """A transaction before it is gone from the chain: that one first."""


@dataclass(frozen=True)
class Taken:
    """Another transaction than ours has used its nonce, and is deep enough to count."""


Decision: TypeAlias = Settle | Note | Orphan | Send | Bump | Wait | MendBefore | Taken


def decide(known: Known, told: Told, *, confirmations: int, impatient: bool) -> Decision:
    """The next step.

    (0) a place that is gone or changed is given up before anything else, but not on the word of a node that has not
    come that far; (1) a new place is noted; (2) a noted place
    settles at its depth; (3) a used nonce without a receipt is an unknown outcome, asked again until it is deep;
    (4) a nonce that is not next waits for the ones before it; (5) what the node does not know is sent; (6) what waits
    too long is replaced.
    """
    # (0) What is gone comes first.
    if known.place is not None and told.place != known.place:
        behind = told.place is None and told.newest < known.place.block and not impatient
        return Wait() if behind else Orphan(known.place)
    if told.place is not None:
        # (1) A place is kept before it can settle.
        if known.place is None:
            return Note(told.place)
        # (2) Deep enough, or not yet.
        depth = told.newest - told.place.block + 1
        return Settle(told.place) if depth >= confirmations else Wait(max(depth, 0))
    # (3) Used, and no receipt: ours that is not told yet, or another's.
    if told.used > known.nonce:
        return Taken() if told.used_deep > known.nonce else Wait()
    # (4) Not its turn.
    if told.used < known.nonce:
        return MendBefore()
    # (5) Unknown to the node.
    if not told.pooled.intersection(known.variants):
        return Send()
    # (6) Known, and waiting.
    return Bump() if impatient else Wait()
