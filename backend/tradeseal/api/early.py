"""Which answers each page asks for first, named beside the page, so that they travel while its scripts do.

Knows pages and the addresses that they ask. Knows nothing of what the answers say.

Only what the page certainly asks for, word for word: a browser keeps an answer that nobody took, and would hand it to
whoever asks later.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

# Asked for by every page, and answered at any time.
_EVERYWHERE: Final = ("/api/dashboard", "/api/session")
_CONTRACTS: Final = "/api/smartcontract/contracts"
# Answered once the engine is there.
_PAGES: Final[Mapping[str, Sequence[str]]] = {
    "/analytics": ("/api/analytics?points=500", "/api/analytics/calibration"),
    "/backtests": ("/api/strategies", "/api/backtests?limit=50"),
    "/strategies": ("/api/strategies",),
    "/explorer": (_CONTRACTS,),
    "/block": (_CONTRACTS,),
    "/tx": (_CONTRACTS,),
    "/address": (_CONTRACTS,),
    "/risk": ("/api/smartcontract/rules", "/api/governance", _CONTRACTS),
    "/monitor": ("/api/analytics?points=500",),
}
# In the order in which the page writes them (frontend/src/app/trades/trades.tsx).
_FILTERS: Final = ("market", "side", "kind", "outcome", "rule", "from", "to")
_PLAIN: Final = re.compile(r"[A-Za-z0-9:._-]{1,40}")


def asked_first(path: str, query: Mapping[str, str], *, ready: bool) -> list[str]:
    """The addresses that a page asks as soon as it lives."""
    page = path.rstrip("/") or "/"
    own = [*_PAGES.get(page, ()), *_list_of(page, query)] if ready else []
    return [*_EVERYWHERE, *own]


def link_header(addresses: Sequence[str]) -> str:
    """The header that has a browser ask already; without cookies of others, as the page itself asks."""
    return ", ".join(f"<{each}>; rel=preload; as=fetch; crossorigin" for each in addresses)


def _list_of(page: str, query: Mapping[str, str]) -> list[str]:
    """Trades: one, or the list as it is filtered."""
    if page == "/trades" and "id" in query:
        return [f"/api/trades/{query['id']}"] if _PLAIN.fullmatch(query["id"]) else []
    if page == "/trades" or (page == "/verify" and not query):
        chosen = {name: query[name] for name in _FILTERS if query.get(name)} if page == "/trades" else {}
        if all(map(_PLAIN.fullmatch, chosen.values())):
            return ["/api/trades/history?" + urlencode({**chosen, "limit": "50"})]
    return []
