"""The candle store: every loaded candle, seen as of a time, and the replay that walks through it.

Knows integer columns per market and their provenance. Knows nothing of files, signals or the wall clock.
"""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tradeseal.kernel.canonical import canonical_json, sha256_hex
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.market.domainmodel import COLUMNS, ROW, WINDOW, Bar, Candle, CandleWindow, Column, interval_name


@dataclass(frozen=True)
class Series:
    """All candles of one market in time order: an (n, 6) table of open time, open, high, low, close, volume."""

    market: str
    table: Column

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """One contiguous array per column."""
        columns = tuple(np.ascontiguousarray(self.table[:, i]) for i in range(len(COLUMNS)))
        for column in columns:
            column.flags.writeable = False
        return columns

    @cached_property
    def times(self) -> list[int]:
        """Open times as plain integers, for searching."""
        return [int(time) for time in self.columns[0]]

    @cached_property
    def raw(self) -> bytes:
        """The table's big-endian bytes: what hashes cover."""
        return self.table.astype(">i8").tobytes()

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the table's big-endian bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    def __len__(self) -> int:
        return len(self.table)


class CandleStore:
    """Closed candles of several markets and one interval, with their provenance."""

    def __init__(self, series: Sequence[Series], *, interval_s: int, exchange: str, start: int | None = None) -> None:
        self.interval_s = interval_s
        self.exchange = exchange
        self._series = {one.market: one for one in sorted(series, key=lambda one: one.market)}
        self._start = start
        self._newest: dict[str, tuple[tuple[int, int], CandleWindow]] = {}

    def copy(self) -> "CandleStore":
        """The same candles in memory of their own: what is done to one store is not seen in the other."""
        own = [Series(one.market, one.table.copy()) for one in self._series.values()]
        return CandleStore(own, interval_s=self.interval_s, exchange=self.exchange, start=self._start)

    @property
    def markets(self) -> tuple[str, ...]:
        """The markets' names in alphabetical order."""
        return tuple(self._series)

    @property
    def label(self) -> str:
        """What prices of this store are shown with: the exchange, or `synthetic`."""
        return self.exchange

    @property
    def is_synthetic(self) -> bool:
        return self.exchange == "synthetic"

    @property
    def first_open(self) -> int:
        """The earliest open of any market."""
        return min(one.times[0] for one in self._series.values())

    @property
    def last_close(self) -> int:
        """The latest close of any market."""
        return max(one.times[-1] for one in self._series.values()) + self.interval_s

    @property
    def default_start(self) -> int:
        """Where a replay starts that names no time: a synthetic store says so itself, others start at two thirds."""
        if self._start is not None:
            return self._start
        bars = (self.last_close - self.first_open) // self.interval_s
        return self.first_open + max(WINDOW, bars * 2 // 3) * self.interval_s

    def series(self, market: str) -> Series:
        """All candles of one market."""
        if market not in self._series:
            there = ", ".join(self.markets)
            raise Refused("UNKNOWN_MARKET", f"There are no candles of {market}; there are {there}.", got=market)
        return self._series[market]

    def candle(self, market: str, open_time: int) -> Candle | None:
        """The candle that opened then, or None."""
        series = self.series(market)
        at = bisect_left(series.times, open_time)
        if at == len(series) or series.times[at] != open_time:
            return None
        return self._candle(series, at)

    def window(self, market: str, close_time: int, n: int = WINDOW) -> CandleWindow | None:
        """The last `n` candles that were closed at `close_time`, or None where there are fewer."""
        series = self.series(market)
        end = self.closed(market, close_time)
        if end < n:
            return None
        newest = self._newest.get(market)
        if newest is None or newest[0] != (end, n):  # the same window is asked for by each step of a round
            columns = (column[end - n : end] for column in series.columns)
            raw = series.raw[(end - n) * ROW : end * ROW]
            newest = self._newest[market] = ((end, n), CandleWindow(market, self.interval_s, *columns, raw=raw))
        return newest[1]

    def closed(self, market: str, close_time: int) -> int:
        """How many candles of the market were closed at `close_time`."""
        return bisect_right(self.series(market).times, close_time - self.interval_s)

    def candles(self, market: str, start: int, end: int) -> list[Candle]:
        """The candles that opened at `start` or later and were closed at `end`, in order."""
        series = self.series(market)
        first = bisect_left(series.times, start)
        return [self._candle(series, at) for at in range(first, max(first, self.closed(market, end)))]

    def first_candle(self, market: str, start: int) -> Candle | None:
        """The first candle that opened at `start` or later."""
        series = self.series(market)
        at = bisect_left(series.times, start)
        return None if at == len(series) else self._candle(series, at)

    def manifest(self) -> dict[str, Any]:
        """What this store holds, so that a home folder can refuse other data and name its own."""
        return {
            "exchange": self.exchange,
            "interval": interval_name(self.interval_s),
            "markets": {
                one.market: {
                    "rows": len(one),
                    "first_open": iso_utc(one.times[0]),
                    "last_open": iso_utc(one.times[-1]),
                    "sha256": one.digest,
                }
                for one in self._series.values()
            },
        }

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the manifest: equal for equal candles, whatever files they came in."""
        return sha256_hex(canonical_json(self.manifest()))

    def _candle(self, series: Series, at: int) -> Candle:
        time, open_, high, low, close, volume = series.table[at].tolist()
        return Candle(series.market, time, self.interval_s, open_, high, low, close, volume)


class ReplayFeed:
    """Bars in time order whose candles open at `start` or later and are closed at `end`."""

    def __init__(self, store: CandleStore, start: int, end: int, markets: Sequence[str] | None = None) -> None:
        self.store = store
        self.start = start
        self.end = end
        self.markets = tuple(store.markets if markets is None else markets)

    @cached_property
    def open_times(self) -> list[int]:
        """The opens at which at least one market has a candle."""
        latest = self.end - self.store.interval_s
        within = [
            times[bisect_left(times, self.start) : bisect_right(times, latest)]
            for times in (self.store.series(market).times for market in self.markets)
        ]
        return sorted(set().union(*within))

    def __len__(self) -> int:
        return len(self.open_times)

    def __iter__(self) -> Iterator[Bar]:
        for open_time in self.open_times:
            yield self.bar(open_time)

    def bar(self, open_time: int) -> Bar:
        """The bar that opens then."""
        return Bar(open_time, open_time + self.store.interval_s, self._candles(open_time))

    def _candles(self, open_time: int) -> Mapping[str, Candle]:
        found = ((market, self.store.candle(market, open_time)) for market in self.markets)
        return {market: candle for market, candle in found if candle is not None}
