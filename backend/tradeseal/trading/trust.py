"""Trust levels: what a history can show, and what it cannot, in one letter and one sentence.

Knows what was declared, who witnessed and where the chain lives. Knows nothing of whether anything differs.
"""

from typing import Literal

from tradeseal.trading.published import BookClass

TrustLevel = Literal["S", "P0", "P1", "P2"]
# Chains that nobody of ours runs. A private chain may take any other number.
PUBLIC_CHAINS = frozenset(
    {1, 10, 56, 100, 130, 137, 250, 324, 480, 1088, 1101, 5000, 8453, 17000, 34443, 42161, 42220, 43114, 59144, 81457,
     84532, 421614, 534352, 560048, 7777777, 11155111, 11155420}
)  # fmt: skip
TEXTS: dict[TrustLevel, str] = {
    "S": "Simulated past: shows that the records are consistent, says nothing about foresight.",
    "P0": "Private chain, no witness: consistent, not timed.",
    "P1": "Private chain, witnessed: fixed since the witness.",
    "P2": "Public chain: ordered and timed by others.",
}


def level_of(book_class: int, *, witnessed: bool, public: bool) -> TrustLevel:
    """S, P0, P1 or P2."""
    if book_class == BookClass.SIMULATED:
        return "S"
    return chain_level(witnessed=witnessed, public=public)


def chain_level(*, witnessed: bool, public: bool) -> TrustLevel:
    """How firmly the history stands, whatever it is a history of."""
    return "P2" if public else "P1" if witnessed else "P0"


def trust_of(book_class: int, *, witnessed: bool, public: bool) -> dict[str, str]:
    """The level, its sentence, and how firmly the history stands."""
    level = level_of(book_class, witnessed=witnessed, public=public)
    firm = chain_level(witnessed=witnessed, public=public)
    return {"level": level, "text": TEXTS[level], "history": firm, "history_text": TEXTS[firm]}
