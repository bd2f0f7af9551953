"""Which chain a home runs on: what was asked for, what it began with, and what is installed.

Knows the names of the chains. Starts nothing.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.compile import CONTRACTS
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.kernel.nearest import did_you_mean

ANVIL, ETH_TESTER, PYREVM = "anvil", "eth-tester", "pyrevm"
OUTSIDE = "outside"  # a chain that others run, by the address of a node
FALLBACK = (
    f"{ANVIL} cannot be used here, so the chain runs in {ETH_TESTER}: the same contracts and records, in Python, some "
    "ten times slower, and without traces. This home stays on it."
)


@dataclass(frozen=True)
class Choice:
    """The chain in use, and what to tell the person about it."""

    kind: str
    note: str = ""
    url: str = ""  # of the node, on a chain that others run; kept nowhere, for such addresses hold passwords


def choose(asked: str | None, began: str | None, *, contracts: Path = CONTRACTS) -> Choice:
    """`asked` is what the person named, `began` what the home runs on; None where nobody said and where it is new.

    A home stays on its chain. A new one falls back to eth-tester where Anvil is missing and was not asked for by name.
    """
    kind = asked or began or ANVIL
    if "://" in kind:
        return Choice(OUTSIDE, url=kind)
    if kind == OUTSIDE:
        raise Refused(
            "CHAIN_URL_MISSING",
            "This home runs on a chain of others: name its node again, --chain URL (or TRADESEAL_CHAIN). "
            "It is kept nowhere.",
        )
    if kind == ANVIL:
        try:
            anvil_binary(contracts)
        except Unavailable as missing:
            if asked is not None or began is not None:
                raise
            return Choice(ETH_TESTER, f"{FALLBACK} {missing.message}")
    elif kind == PYREVM and find_spec("pyrevm") is None:
        raise Unavailable("PYREVM_MISSING", "pyrevm is for tests alone: pip install -r requirements-dev.txt.")
    elif kind not in (ETH_TESTER, PYREVM):
        raise unknown(kind)
    return Choice(kind)


def unknown(kind: str) -> Refused:
    """The refusal of a chain that a replay cannot run on."""
    return Refused(
        "CHAIN_NOT_SUPPORTED",
        f"There is no chain {kind}; a replay runs on {ANVIL}, {ETH_TESTER} or the chain of a node's URL."
        f"{did_you_mean(kind, (ANVIL, ETH_TESTER))}",
        got=kind,
        known=[ANVIL, ETH_TESTER, "URL"],
    )
