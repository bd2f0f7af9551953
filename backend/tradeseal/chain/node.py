"""The node: what every chain we run has in common, whatever program or library executes it.

Knows what a chain begins with and how it is started, spoken to and ended. Knows nothing of the journal or contracts.

Everything that enters a block is pinned here: chain id, hard fork, genesis time, gas limit, base fee and the genesis
balances of our own keys, so that the same transactions at the same times give the same blocks again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

CHAIN_ID = 31413
HARD_FORK = "prague"
# Before the first candle that any exchange ever had, so that every block time of a replay is later.
GENESIS_TIME = 1_262_304_000
GAS_LIMIT = 30_000_000
BALANCE_WEI = 10**27
# What a transaction of ours may use, below the 2^24 that a block lets one transaction have since Osaka.
GAS = 16_000_000
FEE_WEI_MAX = 10**9


@dataclass(frozen=True)
class ChainSpec:
    """What a chain begins with: our own keys have money, nobody else."""

    funded: tuple[bytes, ...]
    chain_id: int = CHAIN_ID
    genesis_time: int = GENESIS_TIME


class Connection(Protocol):
    """One way to ask a node, safe to share between threads."""

    def call(self, method: str, *params: Any) -> Any:
        """The result; raises `NodeRefused` for the node's no and `Unavailable` when it does not answer."""

    def close(self) -> None:
        """Let go of what the connection holds; the next call takes it up again."""


class Node(Protocol):
    """A chain that starts empty every time; whoever owns the journal executes it again.

    Besides the questions every node answers it takes `evm_setNextBlockTimestamp` and `eth_sendRawTransactionSync`:
    one transaction, one block, its receipt.
    """

    kind: str
    strictly_later: bool  # whether each block's time must be later than that of the one before
    keeps_state: bool  # whether `state` can be had and begun with

    def state(self) -> bytes:
        """All it holds, compressed, while nobody sends."""

    @property
    def pid(self) -> int | None:
        """The process id while it runs; None when it has no process of its own."""

    @property
    def running(self) -> bool:
        """Whether it is there."""

    def start(self, on_crash: Callable[[], None] | None = None, state: bytes | None = None) -> None:
        """Start a fresh chain and wait until it answers; `on_crash` is called when it ends without `close`.

        Where it `keeps_state` it may begin with what `state` gave before.
        """

    def writer(self) -> Connection:
        """The connection of the one who sends."""

    def readers(self) -> Connection:
        """The connections of all others, who do not wait for each other where that can be had."""

    def close(self) -> None:
        """End it for good; nothing is lost, the journal holds every transaction."""


def funded_by(addresses: Iterable[bytes]) -> ChainSpec:
    """The usual chain with money for `addresses`."""
    return ChainSpec(funded=tuple(sorted(addresses)))
