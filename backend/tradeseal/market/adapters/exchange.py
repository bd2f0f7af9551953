"""One exchange's public candles, through ccxt, without keys.

Knows ccxt: how an exchange is opened at its own or another address, how a market is called there, and what each of its
failures means for a person. Knows nothing of spans, files or retries.
"""

import errno
import json
import math
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit, urlunsplit

import orjson

from tradeseal.kernel.clock import now_s
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.market.domainmodel import interval_name

QUOTES: Final = ("USDT", "USD", "USDC", "EUR")  # in this order, where only a base asset is named
# Asked in this order where none is named: no keys, history by the hour for years, most candles a second first.
EXCHANGES: Final = ("binance", "kucoin", "bitstamp", "bybit", "okx", "coinbase")
# Binance asks for this address where only public market data is read.
DATA_URLS: Final = {"binance": "https://data-api.binance.vision"}
# Listed against USDT on Binance for years: safe to ask for by name.
FAMOUS: Final = frozenset({"BTC", "ETH", "SOL", "XRP", "DOGE", "BNB", "ADA", "LTC", "LINK"})
TIMEOUT_S: Final = 10.0

_OFFLINE: Final = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)
_EXCERPT: Final = 200
_T = TypeVar("_T")


class Row(NamedTuple):
    """A candle as the exchange tells it: its open in UTC seconds, then the nearest floats of its decimals."""

    time: int
    open: float
    high: float
    low: float
    close: float
    volume: float


class Page(NamedTuple):
    """What one question brought."""

    rows: list[Row]
    unusable: int


@dataclass(frozen=True)
class Listing:
    """A market and what the exchange's library calls it."""

    market: str
    symbol: str

    @property
    def pair(self) -> str:
        """The market's name in a file name."""
        return self.market.replace("-", "")


@dataclass
class _Seen:
    """What the last answer was, before the library made something of it."""

    host: str = ""
    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    body: str = ""


class PublicExchange:
    """Candles of one exchange. Every failure is `Refused` or `Unavailable`, and says what to do."""

    def __init__(self, name: str, *, url: str | None = None, timeout_s: float = TIMEOUT_S, share: int = 1) -> None:
        """Open an exchange; `share` connections together keep to its rate limit."""
        import ccxt  # noqa: PLC0415 - half a second that only a download pays

        if name not in ccxt.exchanges:
            raise Refused(
                "UNKNOWN_EXCHANGE", f"{name!r} is not an exchange; known are for example {', '.join(EXCHANGES)}.",
                got=name,
            )  # fmt: skip
        self.name = name
        self.version = str(ccxt.__version__)
        self._errors = ccxt
        # A company's proxy is taken from the environment, as pip does.
        self._api: Any = getattr(ccxt, name)({"requests_trust_env": True, "timeout": int(timeout_s * 1000)})
        self._api.rateLimit *= share
        self._api.has["fetchCurrencies"] = False
        self._spot_alone()
        self._at(url or DATA_URLS.get(name))
        self._seen = _Seen()
        self._api.session.hooks["response"].append(self._look)

    @property
    def host(self) -> str:
        """Who answered last."""
        return self._seen.host

    @property
    def page_limit(self) -> int:
        """How many candles one question may ask for."""
        spot = (self._api.features or {}).get("spot") or {}
        return int((spot.get("fetchOHLCV") or {}).get("limit") or 500)

    @property
    def closed_before(self) -> int:
        """A candle that closes later is unfinished: our clock or the exchange's, whichever is behind."""
        told = _seconds_of(self._seen.headers.get("date", ""))
        return now_s() if told is None else min(now_s(), told)

    def set_timeout(self, seconds: float) -> None:
        """How long the next question may take."""
        self._api.timeout = max(1, int(seconds * 1000))

    def sibling(self, share: int) -> "PublicExchange":
        """Another connection that already knows the markets."""
        other = PublicExchange(self.name, timeout_s=self._api.timeout / 1000, share=share)
        other._api.urls = self._api.urls
        other._api.set_markets_from_exchange(self._api)
        return other

    def refuse_interval(self, interval_s: int) -> None:
        """Raise `Refused` where the exchange has no such candles."""
        name = interval_name(interval_s)
        known = list(self._api.timeframes or {})
        if not self._api.has.get("fetchOHLCV"):
            raise Refused("NO_CANDLES_HERE", f"{self.name} publishes no candles; try {EXCHANGES[0]}.", got=self.name)
        if name not in known:
            raise Refused(
                "UNKNOWN_INTERVAL", f"{self.name} has no {name} candles; it has {', '.join(known)}.", got=name,
                known=known,
            )  # fmt: skip

    def listings(self, markets: Sequence[str]) -> list[Listing]:
        """What the exchange calls each of the markets; base assets come in one quote currency if they can."""
        self._ask(lambda: self._api.load_markets(params=self._few(markets)))
        wanted = [market.strip().upper() for market in markets if market.strip()]
        for quote in QUOTES:
            found = [self._listing(market, quote) for market in wanted]
            if found and all(found):
                return [one for one in found if one]
        return [self._any_listing(market) for market in wanted]

    def page(self, listing: Listing, interval_s: int, start: int, limit: int) -> Page:
        """Candles from `start` on as the exchange gives them: any order, perhaps none, the last perhaps unfinished."""
        interval = interval_name(interval_s)
        rows = self._ask(lambda: self._api.fetch_ohlcv(listing.symbol, interval, start * 1000, limit))
        if not isinstance(rows, list):
            raise self._bad_answer()
        read = [_row(row) for row in rows]
        usable = [row for row in read if row is not None]
        return Page(usable, len(read) - len(usable))

    # How the library is set up.

    def _spot_alone(self) -> None:
        options = self._api.options.get("fetchMarkets")
        if isinstance(options, dict) and isinstance(options.get("types"), list):
            self._api.options["fetchMarkets"] = {**options, "types": ["spot"]}

    def _at(self, url: str | None) -> None:
        if url is None:
            return
        there = urlsplit(url)
        if there.scheme not in ("http", "https") or not there.netloc:
            raise Refused("NOT_A_URL", f"{url!r} is not an address; write for example https://api.example.", got=url)
        self._api.urls["api"] = _moved(self._api.urls["api"], there.scheme, there.netloc)

    def _few(self, markets: Sequence[str]) -> dict[str, str]:
        """Binance describes thousands of markets in megabytes; of plain base assets it needs to describe only ours."""
        if self.name != "binance":
            return {}
        if not markets or any("-" in market for market in markets) or not set(markets) <= FAMOUS:
            return {"showPermissionSets": "false"}
        return {"symbols": json.dumps([f"{market}USDT" for market in markets], separators=(",", ":"))}

    # How a market is called.

    def _listing(self, market: str, quote: str) -> Listing | None:
        base, _, named = market.partition("-")
        symbol = f"{base}/{named or quote}"
        found = (self._api.markets or {}).get(symbol)
        return Listing(f"{base}-{named or quote}", symbol) if found and found.get("spot") else None

    def _any_listing(self, market: str) -> Listing:
        found = next(filter(None, (self._listing(market, quote) for quote in QUOTES)), None)
        if found is None:
            raise Refused(
                "UNKNOWN_MARKET", f"{self.name} trades no {market}; write a base asset (BTC) or a pair (BTC-USDT).",
                got=market, exchange=self.name,
            )  # fmt: skip
        return found

    # What an answer was.

    def _look(self, response: Any, *_: Any, **__: Any) -> None:
        self._seen = _Seen(
            host=urlsplit(response.url).netloc,
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
        )
        self._seen.body = response.text[:_EXCERPT]
        self._seen.broken = response.status_code == 200 and not _is_json(response.content)

    def _ask(self, question: Callable[[], _T]) -> _T:
        self._seen = _Seen(host=self._seen.host, headers=self._seen.headers)
        try:
            answer = question()
        except self._errors.BaseError as error:
            raise self._bad_answer() if self._seen.broken else self._meaning(error) from error
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise self._bad_answer() from error  # the library trips over a body that is not what it should be
        if self._seen.broken:
            raise self._bad_answer()
        return answer

    def _bad_answer(self) -> Unavailable:
        return Unavailable(
            "BAD_ANSWER", f"{self.name} sent a body that does not read; it may be cut off. Try again later.",
            exchange=self.name, body=self._seen.body,
        )  # fmt: skip

    def _meaning(self, error: Exception) -> TradesealError:
        """What a failure means, the plainest first."""
        name, status = self.name, self._seen.status
        facts: dict[str, Any] = {"exchange": name, "status": status, "host": self._seen.host or self._host()}
        # 1: There is no way there.
        if status is None and _is_offline(error):
            return Unavailable(
                "NO_NETWORK", f"There is no way to {facts['host']}: no network, or its name does not resolve. "
                "Check the connection, or the proxy in HTTPS_PROXY.", **facts,
            )  # fmt: skip
        # 2: It is there, but not for this address.
        if status in (403, 451):
            return Refused(
                "GEO_BLOCKED", f"{name} does not serve this address (HTTP {status}), usually because of the country. "
                f"Choose another with --exchange, for example {_others(name)}.", **facts,
            )  # fmt: skip
        # 3: Too often.
        if status in (418, 429):
            after = retry_after(self._seen.headers)
            return Unavailable(
                "RATE_LIMITED", f"{name} asks for patience (HTTP {status}"
                f"{f', {after} s' if after is not None else ''}). Run the same command again later; it resumes.",
                retry_after=after, **facts,
            )  # fmt: skip
        # 4: Too slow.
        if isinstance(error, self._errors.RequestTimeout) or status in (408, 504):
            return Unavailable("TIMED_OUT", f"{name} did not answer in time. Try again; it resumes.", **facts)
        # 5: Broken over there, or on the way.
        if status is not None and status >= 500:
            return Unavailable(
                "EXCHANGE_DOWN", f"{name} is out of order (HTTP {status}). Try again later; it resumes.",
                retry_after=retry_after(self._seen.headers), **facts,
            )  # fmt: skip
        if status is None or (status == 200 and isinstance(error, self._errors.NetworkError)):
            return Unavailable(
                "CONNECTION_LOST", f"The connection to {facts['host']} failed: {_root(error)}. Try again; it resumes.",
                **facts,
            )  # fmt: skip
        # 6: A plain no.
        if isinstance(error, self._errors.BadSymbol):
            return Refused("UNKNOWN_MARKET", f"{name} does not know that market.", body=self._seen.body, **facts)
        return Refused("EXCHANGE_REFUSED", f"{name} says no (HTTP {status}): {self._seen.body}", **facts)

    def _host(self) -> str:
        return next(_hosts(self._api.urls["api"]), self.name).replace("{hostname}", str(self._api.hostname))


def retry_after(headers: dict[str, str]) -> int | None:
    """The seconds of a Retry-After header, which may hold a number or a date."""
    text = headers.get("retry-after", "")
    if text.isdigit():
        return int(text)
    at = _seconds_of(text)
    return None if at is None else max(0, at - now_s())


def _row(told: Any) -> Row | None:
    """A candle of six finite numbers that can be one, or None."""
    try:
        time_ms, open_, high, low, close, volume = told
        fits = 0 < low <= open_ <= high < math.inf and low <= close <= high and 0 <= volume < math.inf
        time, rest = divmod(time_ms, 1000)
        return Row(int(time), open_, high, low, close, volume) if fits and rest == 0 else None
    except (TypeError, ValueError):
        return None  # nulls, words or too few


def _moved(urls: Any, scheme: str, netloc: str) -> Any:
    if isinstance(urls, dict):
        return {name: _moved(value, scheme, netloc) for name, value in urls.items()}
    return urlunsplit((scheme, netloc, urlsplit(urls).path, "", "")) if isinstance(urls, str) else urls


def _hosts(urls: Any) -> Iterator[str]:
    if isinstance(urls, dict):
        for name in sorted(urls, key=lambda name: name != "public"):
            yield from _hosts(urls[name])
    elif isinstance(urls, str):
        yield urlsplit(urls).netloc


def _is_json(body: bytes) -> bool:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        return False
    return True


def _seconds_of(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (TypeError, ValueError):
        return None


def _is_offline(error: BaseException) -> bool:
    """Whether no packet could even leave: a name without an address, or no route."""
    return any(
        isinstance(one, socket.gaierror)
        or type(one).__name__ == "NameResolutionError"
        or (isinstance(one, OSError) and one.errno in _OFFLINE)
        for one in _causes(error)
    )


def _root(error: BaseException) -> str:
    last = list(_causes(error))[-1]
    return f"{type(last).__name__}: {str(last)[:_EXCERPT]}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what stands behind it; urllib3 hides causes in `reason` and in arguments."""
    waiting, met = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in met:
            continue
        met.add(id(one))
        yield one
        behind = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        waiting += [other for other in behind if isinstance(other, BaseException)]


def _others(name: str) -> str:
    return ", ".join(other for other in ("kraken", *EXCHANGES[1:]) if other != name)
