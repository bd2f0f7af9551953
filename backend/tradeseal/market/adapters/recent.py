"""Recent candles for a first start: as many as a few seconds bring, from the first exchange that can.

All markets at once over several connections, the newest pages first, until the time is up; what came without a hole
is cut to the span that all markets have. Runs in a thread that is left behind when the time is up, for a name that does
not resolve can hang for longer than anybody waits. Knows budgets. Knows nothing of homes.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, takewhile
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from tradeseal.kernel.clock import iso_utc, monotonic_s, now_s
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.market.adapters.candle_file import Plan, Provenance, keep_beside, write_candles
from tradeseal.market.adapters.download import gaps_of, refuse_inexact, usable
from tradeseal.market.adapters.exchange import EXCHANGES, Listing, PublicExchange, Row
from tradeseal.market.domainmodel import interval_name, interval_seconds

RECENT_MARKETS: Final = ("BTC", "ETH", "SOL", "XRP", "DOGE")
# Four and a half years of hours. Measured on five markets at three times of 2024: with 40,000 bars the calibrator shows
# skill at each, with 25,000 mostly none, and then its confidence is the base rate, which RULE-03 lets nothing enter by.
BARS_WANTED: Final = 40_000
BARS_REPLAYED: Final = 3_000  # the newest are traded, 50 minutes at the default speed; what is before is learned from
CONNECTIONS: Final = 12  # a page takes 0.1 to 0.3 s, binance and kucoin allow 44 to 50 of them a second
FIRST_ANSWER_S: Final = 3.0  # who is silent for longer is behind a wall, or is no help in a few seconds
PAGE_S: Final = 4.0
OFFLINE_HOSTS: Final = 2  # one name that does not resolve may be blocked, two are no network


@dataclass(frozen=True)
class Recent:
    """The candles that came and where they lie."""

    exchange: str
    markets: tuple[str, ...]
    bars: int
    interval_s: int
    first_open: int
    last_open: int

    @property
    def start(self) -> int:
        """Where to begin to trade."""
        return self.last_open + self.interval_s * (1 - min(BARS_REPLAYED, self.bars // 3))


def fetch_recent(
    folder: Path,
    *,
    seconds: float,
    markets: Sequence[str] = (),
    interval: str = "1h",
    exchanges: Sequence[str] = (),
    url: str | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Recent:
    """Fetch recent candles into a folder within `seconds`, or raise: nothing is written then.

    `Refused` is what a person asked wrongly for; `Unavailable` is what the world did not give, with every reason.
    """
    deadline = monotonic_s() + 0.9 * seconds  # the last tenth is for what is under way
    interval_s = interval_seconds(interval)
    names = tuple(exchanges) or (EXCHANGES[:1] if url else EXCHANGES)
    attempt = _Attempt(tuple(markets) or RECENT_MARKETS, interval_s, url, deadline, say)
    worker = threading.Thread(target=attempt.run, args=(names,), name="recent candles", daemon=True)
    worker.start()
    worker.join(seconds)
    if attempt.error is not None:
        raise attempt.error
    if attempt.found is None:
        raise Unavailable("NO_TIME", f"No exchange answered within {seconds:g} s.", tried=attempt.reasons)
    try:
        return _keep(folder, interval_s, *attempt.found)
    except OSError as error:
        raise Unavailable("CANNOT_WRITE", f"{folder} cannot be written: {error.strerror or error}") from error


def bars_least(markets: int) -> int:
    """How many bars of each market a first start needs.

    A replay starts at two thirds; before that the calibrator must find 400 known outcomes, one of every third candle
    behind the first window of 512 and 72 bars before the start. A tenth more, for gaps.
    """
    return max(1_500, int(1.1 * 1.5 * (512 + 72 + 3 * 400 / markets)))


class _Attempt:
    """One walk down the list of exchanges."""

    def __init__(
        self, markets: tuple[str, ...], interval_s: int, url: str | None, deadline: float, say: Callable[[str], None]
    ) -> None:
        self._markets = markets
        self._interval_s = interval_s
        self._url = url
        self._deadline = deadline
        self._say = say
        self.reasons: list[str] = []
        self.found: tuple[PublicExchange, dict[Listing, list[Row]]] | None = None
        self.error: Exception | None = None

    def run(self, names: Sequence[str]) -> None:
        try:
            self._walk(names)
        except Exception as error:  # noqa: BLE001 - raised again in the thread that waits
            self.error = error

    def _walk(self, names: Sequence[str]) -> None:
        silent: list[str] = []
        for name in names:
            self._say(f"asking {name} for recent candles, {max(0.0, self._left()):.0f} s at most")
            try:
                self.found = self._from(name)
                return
            except TradesealError as error:
                if len(names) == 1 and isinstance(error, Refused) and error.code.startswith(("UNKNOWN", "NOT_A")):
                    raise
                self.reasons.append(error.message)
                silent += [error.facts["host"]] if error.code in ("NO_NETWORK", "TIMED_OUT") else []
            if len(silent) == OFFLINE_HOSTS or self._left() <= 0:
                break
        if silent and len(silent) == len(self.reasons):
            said = f"no network ({' and '.join(silent)} cannot be reached; HTTPS_PROXY names a proxy)"
            raise Unavailable("NO_NETWORK", said, tried=self.reasons)
        raise Unavailable("NO_EXCHANGE_ANSWERED", " ".join(self.reasons), tried=self.reasons)

    def _left(self) -> float:
        return self._deadline - monotonic_s()

    def _from(self, name: str) -> tuple[PublicExchange, dict[Listing, list[Row]]]:
        first = PublicExchange(name, url=self._url, timeout_s=max(0.5, min(FIRST_ANSWER_S, self._left())))
        first.refuse_interval(self._interval_s)
        listings = first.listings(self._markets)
        end = min(now_s(), first.closed_before) // self._interval_s * self._interval_s
        rows = _Pages(
            first, listings, interval_s=self._interval_s, end=end, left=self._left, reasons=self.reasons
        ).bring()
        since = max((found[0].time if found else end) for found in rows.values())
        common = {listing: [row for row in found if row.time >= since] for listing, found in rows.items()}
        bars, least = (end - since) // self._interval_s, bars_least(len(listings))
        if bars < least:
            raise Unavailable(
                "TOO_LITTLE_CAME", f"{name} gave {bars} bars of each market in time; {least} are needed.",
                exchange=name, got=bars, limit=least,
            )  # fmt: skip
        return first, common


class _Pages:
    """The newest pages of several markets, asked for over several connections that keep one pace together."""

    def __init__(
        self,
        exchange: PublicExchange,
        listings: Sequence[Listing],
        *,
        interval_s: int,
        end: int,
        left: Callable[[], float],
        reasons: list[str],
    ) -> None:
        self._listings = listings
        self._interval_s = interval_s
        self._end = end
        self._left = left
        self._reasons = reasons
        self._limit = exchange.page_limit
        self._idle: SimpleQueue[PublicExchange] = SimpleQueue()
        for _ in range(CONNECTIONS):
            self._idle.put(exchange.sibling(CONNECTIONS))
        self._over = threading.Event()
        self._ended: set[Listing] = set()  # those whose history does not reach further back

    def bring(self) -> dict[Listing, list[Row]]:
        """Each market's rows from the newest back to the first page that is empty or did not come."""
        numbers = range(-(-BARS_WANTED // self._limit))
        questions = [(number, listing) for number in numbers for listing in self._listings]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            answers = dict(zip(questions, pool.map(lambda question: self._page(*question), questions), strict=True))
        return {
            one: [*chain(*reversed(list(takewhile(bool, (answers[number, one] for number in numbers)))))]
            for one in self._listings
        }

    def _page(self, number: int, listing: Listing) -> list[Row]:
        exchange = self._idle.get()
        try:
            return self._asked_twice(exchange, number, listing)
        except TradesealError as error:
            if not self._over.is_set():
                self._reasons.append(error.message)
            self._over.set()
            return []
        finally:
            self._idle.put(exchange)

    def _asked_twice(self, exchange: PublicExchange, number: int, listing: Listing) -> list[Row]:
        until = self._end - number * self._limit * self._interval_s
        since = until - self._limit * self._interval_s
        for last in (False, True):
            if self._over.is_set() or listing in self._ended or self._left() <= 0:
                break
            exchange.set_timeout(min(PAGE_S, self._left()))
            try:
                page = exchange.page(listing, self._interval_s, since, self._limit)
            except Unavailable as error:
                if last or error.code == "RATE_LIMITED":
                    raise
                continue
            rows = usable(page.rows, self._interval_s, since, until)
            refuse_inexact(listing, rows)
            if not rows:
                self._ended.add(listing)
            return rows
        return []


def _keep(folder: Path, interval_s: int, exchange: PublicExchange, rows: dict[Listing, list[Row]]) -> Recent:
    folder.mkdir(parents=True, exist_ok=True)
    interval = interval_name(interval_s)
    since = min(found[0].time for found in rows.values())
    for listing, found in rows.items():
        plan = Plan(exchange.name, listing.market, listing.symbol, interval, since)
        provenance = Provenance(
            exchange=exchange.name,
            market=listing.market,
            symbol=listing.symbol,
            interval=interval,
            host=exchange.host,
            library=f"ccxt {exchange.version}",
            fetched_at=now_s(),
            asked_from=since,
            first_open=found[0].time,
            last_open=found[-1].time,
            rows=len(found),
        )
        path = folder / f"{plan.name}.parquet"
        write_candles(path, found, provenance)
        gaps = gaps_of(listing.market, found, interval_s)
        keep_beside(path, provenance, {"gaps": len(gaps), "missing_bars": sum(gap.missing for gap in gaps)})
    last = max(found[-1].time for found in rows.values())
    bars = (last - since) // interval_s + 1
    return Recent(exchange.name, tuple(sorted(one.market for one in rows)), bars, interval_s, since, last)


def in_words(recent: Recent) -> str:
    """What came, for a person."""
    came = f"{recent.bars} candles of each of {', '.join(recent.markets)} fetched from {recent.exchange}"
    return f"{came}; learned from those since {iso_utc(recent.first_open)}, traded from {iso_utc(recent.start)}"
