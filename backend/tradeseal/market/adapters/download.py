"""A download: whole spans of candles from one exchange into files, through every weather.

Walks forward page by page. What an exchange may do to a page is undone here: reversed order, overlaps, duplicates,
candles outside the span, an unfinished last one, an empty page. Knows patience and spans. Knows nothing of ccxt.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from tradeseal.kernel.clock import iso_utc, now_s, sleep_s
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.kernel.money import SCALE
from tradeseal.market.adapters.candle_file import GrowingFile, Plan, Provenance
from tradeseal.market.adapters.exchange import EXCHANGES, Listing, Page, PublicExchange, Row
from tradeseal.market.adapters.parquet import GREATEST_E8
from tradeseal.market.adapters.watching import Watcher
from tradeseal.market.domainmodel import interval_name
from tradeseal.market.report import Gap

ATTEMPTS: Final = 6
WAIT_MOST_S: Final = 60
EMPTY_WAIT_S: Final = 1.0
PASSING: Final = frozenset({"RATE_LIMITED", "TIMED_OUT", "EXCHANGE_DOWN", "CONNECTION_LOST", "BAD_ANSWER"})
GAPS_LISTED: Final = 100

_T = TypeVar("_T")


@dataclass
class MarketReport:
    """What one market's file holds, and what was noticed on the way."""

    market: str
    file: str
    rows: int = 0
    new_rows: int = 0
    first_open: int = 0
    last_open: int = 0
    begins_late: int = 0  # bars asked for before the exchange's first candle
    missing: int = 0
    gaps: list[Gap] = field(default_factory=list)
    unusable: int = 0
    waits: int = 0

    def notes(self) -> dict[str, Any]:
        """What stands beside the file."""
        return {
            "bars_before_the_first": self.begins_late,
            "gaps": len(self.gaps),
            "missing_bars": self.missing,
            "gap_examples": [{"after": iso_utc(gap.after), "missing": gap.missing} for gap in self.gaps[:GAPS_LISTED]],
            "unusable_rows": self.unusable,
        }

    def to_json(self) -> dict[str, Any]:
        """Plain values; times as text."""
        span = {"first_open": iso_utc(self.first_open), "last_open": iso_utc(self.last_open)}
        counts = {"rows": self.rows, "new_rows": self.new_rows, "waits": self.waits}
        return {"market": self.market, "file": self.file} | span | counts | self.notes()


@dataclass(frozen=True)
class Span:
    """Which candles: those that open at `start` or later and are closed at `end`."""

    interval_s: int
    start: int
    end: int

    @property
    def bars(self) -> int:
        return (self.end - self.start) // self.interval_s


def span_of(interval_s: int, start: int, end: int) -> Span:
    """Whole candles between two times, or `Refused` where there are none."""
    first = -(-start // interval_s) * interval_s
    last = min(end, now_s()) // interval_s * interval_s
    if last <= first:
        raise Refused(
            "EMPTY_SPAN", f"No {interval_name(interval_s)} candle opens at {iso_utc(start)} or later and is closed at "
            f"{iso_utc(min(end, now_s()))}.", start=start, end=end,
        )  # fmt: skip
    return Span(interval_s, first, last)


def find_exchange(
    names: Sequence[str], markets: Sequence[str], interval_s: int, url: str | None = None
) -> tuple[PublicExchange, list[Listing]]:
    """The first exchange that answers, has the interval and trades the markets; no network ends it at once."""
    refusals: list[TradesealError] = []
    for name in names or EXCHANGES:
        try:
            exchange = PublicExchange(name, url=url)
            exchange.refuse_interval(interval_s)
            return exchange, _patiently(lambda: exchange.listings(markets), Watcher().waits, attempts=3)  # noqa: B023
        except TradesealError as error:
            if error.code == "NO_NETWORK" or len(names) == 1:
                raise
            refusals.append(error)
    said = "; ".join(error.message for error in refusals)
    raise Unavailable("NO_EXCHANGE_ANSWERED", f"No exchange helped: {said}", tried=[str(one) for one in refusals])


def download(
    exchange: PublicExchange,
    listings: Sequence[Listing],
    span: Span,
    folder: Path,
    watcher: Watcher | None = None,
) -> list[MarketReport]:
    """Bring every market's file up to the span's end; what an earlier run kept is not asked for again."""
    try:
        return [_one_market(exchange, listing, span, folder, watcher or Watcher()) for listing in listings]
    except OSError as error:  # of the disk; those of the network have become Unavailable
        raise cannot_write(folder, error) from error


def _one_market(exchange: PublicExchange, listing: Listing, span: Span, folder: Path, watcher: Watcher) -> MarketReport:
    interval = interval_name(span.interval_s)
    plan = Plan(exchange.name, listing.market, listing.symbol, interval, span.start)
    with GrowingFile(folder, plan) as growing:
        report = MarketReport(listing.market, growing.path.name)
        done = _bars_to(growing.rows, span)
        watcher.begins(listing.market, done, span.bars)
        for rows in Walk(exchange, listing, span, report=report, watcher=watcher).pages(growing.rows):
            growing.append(rows)
            report.new_rows += len(rows)
            watcher.page(listing.market, _bars_to(growing.rows, span), span.bars)
        if not growing.rows or growing.is_finished():
            growing.forget()
        else:
            _describe(report, growing.rows, span)
            growing.finish(_provenance(exchange, plan, growing.rows), report.notes())
        _describe(report, growing.rows, span)
    return report


def cannot_write(folder: Path, error: OSError) -> Refused:
    """The disk is full, or the folder is none of ours."""
    return Refused(
        "CANNOT_WRITE",
        f"{folder} cannot be written: {error.strerror or error}. Make room or choose another folder with --out.",
        folder=str(folder),
    )


class Walk:
    """The way forward through one market's span."""

    def __init__(
        self, exchange: PublicExchange, listing: Listing, span: Span, *, report: MarketReport, watcher: Watcher
    ) -> None:
        self._exchange = exchange
        self._listing = listing
        self._span = span
        self._report = report
        self._watcher = watcher

    def pages(self, begun: Sequence[Row]) -> Iterator[list[Row]]:
        """Pages of new candles in order, each beginning behind the one before."""
        interval_s = self._span.interval_s
        since = begun[-1].time + interval_s if begun else self._span.start
        while since + interval_s <= self._closed():
            rows = self._fresh(since) or self._confirmed(since)
            if rows:
                yield rows
                since = rows[-1].time + interval_s
            else:
                since += self._exchange.page_limit * interval_s

    def _confirmed(self, since: int) -> list[Row]:
        """An empty page is believed when it was told three times: it is a silence of the market, or a hiccup."""
        rows = self._fresh(since)
        if not rows:
            sleep_s(EMPTY_WAIT_S)
            rows = self._fresh(since)
        return rows

    def _closed(self) -> int:
        return min(self._span.end, self._exchange.closed_before)

    def _fresh(self, since: int) -> list[Row]:
        def ask() -> Page:
            return self._exchange.page(self._listing, self._span.interval_s, since, self._exchange.page_limit)

        page = _patiently(ask, self._waits)
        rows = usable(page.rows, self._span.interval_s, since, self._closed())
        self._report.unusable += page.unusable
        refuse_inexact(self._listing, rows)
        return rows

    def _waits(self, why: TradesealError, seconds: float) -> None:
        self._report.waits += 1
        self._watcher.waits(why, seconds)


def usable(rows: Sequence[Row], interval_s: int, since: int, end: int) -> list[Row]:
    """The rows that open at `since` or later and are closed at `end`, in order, the first told of each open."""
    by_time: dict[int, Row] = {}
    for row in rows:
        if since <= row.time <= end - interval_s and row.time % interval_s == 0:
            by_time.setdefault(row.time, row)
    return [by_time[time] for time in sorted(by_time)]


def refuse_inexact(listing: Listing, rows: Sequence[Row]) -> None:
    """Raise `Refused` for a price that is no multiple of 1e-8: it could not be told exactly."""
    prices = np.array([row[1:5] for row in rows], dtype=np.float64).reshape(-1, 4)
    scaled = np.rint(prices * SCALE)
    inexact = (scaled / SCALE != prices) | (scaled >= GREATEST_E8)
    if inexact.any():
        row, column = (int(at[0]) for at in np.nonzero(inexact))
        got = repr(float(prices[row, column]))
        raise Refused(
            "SCALE_NOT_SUPPORTED",
            f"{listing.symbol} at {iso_utc(rows[row].time)} has the price {got}, no multiple of 1e-8 in range.",
            market=listing.market, time=rows[row].time, got=got,
        )  # fmt: skip


def _patiently(
    question: Callable[[], _T], waits: Callable[[TradesealError, float], None], *, attempts: int = ATTEMPTS
) -> _T:
    """Ask again after what passes: as long as the exchange asks for, else 1, 2, 4, … seconds; never over a minute."""
    for attempt in range(attempts):
        try:
            return question()
        except Unavailable as error:
            asked = error.facts.get("retry_after")
            seconds = 2.0**attempt if asked is None else float(asked)
            if error.code not in PASSING or attempt == attempts - 1 or seconds > WAIT_MOST_S:
                raise
            waits(error, seconds)
            sleep_s(seconds)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _bars_to(rows: Sequence[Row], span: Span) -> int:
    return min(span.bars, (rows[-1].time - span.start) // span.interval_s + 1) if rows else 0


def _describe(report: MarketReport, rows: Sequence[Row], span: Span) -> None:
    if not rows:
        raise Refused(
            "NO_CANDLES", f"There is no candle of {report.market} from {iso_utc(span.start)} to {iso_utc(span.end)}; "
            "it may not have been traded yet.", market=report.market,
        )  # fmt: skip
    report.rows, report.first_open, report.last_open = len(rows), rows[0].time, rows[-1].time
    report.begins_late = (rows[0].time - span.start) // span.interval_s
    report.gaps = gaps_of(report.market, rows, span.interval_s)
    report.missing = sum(gap.missing for gap in report.gaps)


def gaps_of(market: str, rows: Sequence[Row], interval_s: int) -> list[Gap]:
    """Where candles are missing between the first and the last."""
    steps = ((before.time, (after.time - before.time) // interval_s - 1) for before, after in pairwise(rows))
    return [Gap(market, time, missing) for time, missing in steps if missing]


def _provenance(exchange: PublicExchange, plan: Plan, rows: Sequence[Row]) -> Provenance:
    return Provenance(
        exchange=plan.exchange,
        market=plan.market,
        symbol=plan.symbol,
        interval=plan.interval,
        host=exchange.host,
        library=f"ccxt {exchange.version}",
        fetched_at=now_s(),
        asked_from=plan.start,
        first_open=rows[0].time,
        last_open=rows[-1].time,
        rows=len(rows),
    )
