"""Symbols: the base asset (`BTC`) or a dash pair (`BTC-USDT`), as people write them.

Knows the markets of this home. Knows nothing of exchanges.
"""

from collections.abc import Sequence

from tradeseal.api.ports import Ports
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.nearest import market_meant


def market_of(symbol: str, markets: Sequence[str]) -> str:
    """The market a person means, or `Refused` (UNKNOWN_SYMBOL) with those there are."""
    wanted = symbol[:40].upper()
    for market in markets:
        if wanted in (market, base_of(market)):
            return market
    meant = market_meant(wanted, markets)
    raise Refused(
        "UNKNOWN_SYMBOL", f"There is no market {symbol[:40]!r} here.{meant}", got=symbol[:40], known=list(markets)
    )


def known_market(ports: Ports, symbol: str) -> str:
    """The market a person means; while the engine starts nobody knows which there are, and the answer is `STARTING`."""
    ports.the_engine()
    return market_of(symbol, ports.status().data.markets)


def base_of(market: str) -> str:
    """`BTC` of `BTC-USDT`."""
    return market.split("-", 1)[0]
