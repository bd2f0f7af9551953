"""Nearest: what somebody may have meant who wrote a name that does not exist.

Knows how alike two words are. Knows nothing of what they name.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_ALIKE: Final = 0.55
_BEGINNING: Final = 3  # so many letters of a name tell which one is meant
_LONGEST_BASE: Final = 5


def did_you_mean(got: str, known: Iterable[str]) -> str:
    """` Did you mean trend?`, to be put after a sentence; empty where nothing known is much like it."""
    names = {_plain(name): name for name in known}
    wrote = _plain(got)
    found = get_close_matches(wrote, names, n=1, cutoff=_ALIKE) or [
        name
        for name in names
        if min(len(name), len(wrote)) >= _BEGINNING and (name.startswith(wrote) or wrote.startswith(name))
    ]
    return f" Did you mean {names[found[0]]}?" if found else ""


def market_meant(got: str, markets: Iterable[str]) -> str:
    """The same of markets, written as a base asset or as a pair; LTC is not like BTC, for both are assets."""
    same = [pair for pair in markets if pair[:1] == got[:1].upper()]
    return did_you_mean(got, same if len(got) > _LONGEST_BASE + 1 else [pair.partition("-")[0] for pair in same])


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_")
