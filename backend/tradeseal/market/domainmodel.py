"""Candles: what a market did in one interval, and the windows that signals are computed from.

Knows integer prices, intervals, market names and the canonical bytes of a window. Knows nothing of files or feeds.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.nearest import did_you_mean

Column = npt.NDArray[np.int64]

WINDOW: Final = 512
WINDOW_TAG: Final = b"tradeseal/window/1"
COLUMNS: Final = ("open_time", "open", "high", "low", "close", "volume")
ROW: Final = 8 * len(COLUMNS)  # bytes of one candle where hashes cover it

_UNIT_S: Final = {"m": 60, "h": 3600, "d": 86_400}
_QUOTES: Final = ("USDT", "USDC", "BUSD", "TUSD", "FDUSD", "USD", "EUR", "GBP", "JPY", "BTC", "ETH", "BNB")


class Candle(msgspec.Struct, frozen=True):
    """Open, high, low, close and volume of one market and interval, stamped with its open; all `_e8`."""

    market: str
    open_time: int
    interval_s: int
    open_e8: int
    high_e8: int
    low_e8: int
    close_e8: int
    volume_e8: int

    @property
    def close_time(self) -> int:
        return self.open_time + self.interval_s


class Bar(msgspec.Struct, frozen=True):
    """All candles of one interval; a market without a candle is absent."""

    open_time: int
    close_time: int
    candles: Mapping[str, Candle]


@dataclass(frozen=True)
class CandleWindow:
    """Consecutive closed candles of one market as integer columns; the last one is the newest."""

    market: str
    interval_s: int
    open_times: Column
    opens: Column
    highs: Column
    lows: Column
    closes: Column
    volumes: Column
    # The same candles as big-endian bytes, where somebody has them already.
    raw: bytes | None = field(default=None, kw_only=True, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.open_times)

    @property
    def close_time(self) -> int:
        """When the newest candle closed."""
        return int(self.open_times[-1]) + self.interval_s

    @property
    def close_e8(self) -> int:
        """The newest close."""
        return int(self.closes[-1])

    @property
    def previous_close_e8(self) -> int:
        """The close before the newest."""
        return int(self.closes[-2])

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 over the canonical bytes; see `window_hash`."""
        if self.raw is not None:
            return window_hash(self.market, self.interval_s, self.raw)
        columns = (self.open_times, self.opens, self.highs, self.lows, self.closes, self.volumes)
        return window_hash(self.market, self.interval_s, np.stack(columns, axis=1).astype(">i8").tobytes())


def window_hash(market: str, interval_s: int, rows: bytes) -> bytes:
    """SHA-256 of `tradeseal/window/1`, a zero byte, the market's name, a zero byte, the interval in seconds and the
    number of candles (8 bytes each), then per candle open time, open, high, low, close, volume (8 bytes each).

    All integers are big-endian; prices and volumes are in units of 1e-8, times in UTC seconds.
    """
    head = b"\0".join((WINDOW_TAG, market.encode(), b""))
    count = len(rows) // ROW
    return hashlib.sha256(head + interval_s.to_bytes(8, "big") + count.to_bytes(8, "big") + rows).digest()


_USUAL: Final = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")


def interval_seconds(interval: str) -> int:
    """`"1h"` as 3600; minutes, hours and days."""
    count, unit = interval[:-1], interval[-1:]
    if unit not in _UNIT_S or not (count.isascii() and count.isdigit()) or int(count) == 0:
        raise Refused(
            "UNKNOWN_INTERVAL",
            f"{interval!r} is not an interval; write for example 1m, 1h or 1d.{did_you_mean(interval, _USUAL)}",
            got=interval,
        )
    return int(count) * _UNIT_S[unit]


def interval_name(interval_s: int) -> str:
    """`3600` as `"1h"`."""
    for unit in ("d", "h", "m"):
        if interval_s % _UNIT_S[unit] == 0:
            return f"{interval_s // _UNIT_S[unit]}{unit}"
    return f"{interval_s}s"


def market_of_pair(pair: str) -> str | None:
    """`"BTCUSDT"` as `"BTC-USDT"`; None where the quote currency is not known."""
    for quote in _QUOTES:
        base = pair.removesuffix(quote)
        if base and base != pair:
            return f"{base}-{quote}"
    return None
