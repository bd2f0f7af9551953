"""Windows: what a strategy may look at, the last 512 closed candles, alone or many at once.

A row is the same place of every window: a float where there is one window, an array where there are many. Whoever
computes with rows by +, -, *, / and the square root gets the same bits in both forms. The future does not exist here:
the newest row is the candle that has just closed. Knows nothing of indicators.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from tradeseal.market.published import WINDOW, CandleWindow
from tradeseal.signals.portable import log

Rows = Any  # a list of floats, or a two-dimensional array: rows[place][window], oldest first


class Windows:
    """`open`, `high`, `low`, `close`, `volume` and `returns` (logarithms of close over close) as rows."""

    def __init__(self, interval_s: int, count: int, columns: Mapping[str, Rows]) -> None:
        self.interval_s = interval_s
        self._count = count
        self._columns = columns

    @classmethod
    def alone(cls, window: CandleWindow) -> "Windows":
        """The newest 512 candles of one window."""
        return cls(window.interval_s, 1, _Alone(window))

    @classmethod
    def run(cls, run: CandleWindow, stride: int = 1) -> "Windows":
        """Every full window inside a run of candles, or every `stride`-th of them, oldest first."""
        count = max(0, -(-(len(run) - WINDOW + 1) // stride))
        return cls(run.interval_s, count, _Run(run, stride))

    def take(self, chosen: npt.NDArray[np.int64]) -> "Windows":
        """Some of the windows, by their number."""
        return Windows(self.interval_s, len(chosen), _Taken(self._columns, chosen))

    def __len__(self) -> int:
        return self._count

    @cached_property
    def open(self) -> Rows:
        return self._columns["open"]

    @cached_property
    def high(self) -> Rows:
        return self._columns["high"]

    @cached_property
    def low(self) -> Rows:
        return self._columns["low"]

    @cached_property
    def close(self) -> Rows:
        return self._columns["close"]

    @cached_property
    def volume(self) -> Rows:
        return self._columns["volume"]

    @cached_property
    def returns(self) -> Rows:
        """One fewer than candles."""
        return self._columns["returns"]


_PRICES = {"open": "opens", "high": "highs", "low": "lows", "close": "closes", "volume": "volumes"}


class _Columns(Mapping[str, Rows]):
    def __iter__(self) -> Any:
        return iter((*_PRICES, "returns"))

    def __len__(self) -> int:
        return len(_PRICES) + 1


class _Alone(_Columns):
    def __init__(self, window: CandleWindow) -> None:
        self._window = window

    def __getitem__(self, name: str) -> Rows:
        if name == "returns":
            closes = self._window.closes[-WINDOW:] / 1e8
            return log(closes[1:] / closes[:-1]).tolist()
        column: list[float] = (getattr(self._window, _PRICES[name])[-WINDOW:] / 1e8).tolist()
        return column


class _Run(_Columns):
    def __init__(self, run: CandleWindow, stride: int) -> None:
        self._run = run
        self._stride = stride

    def __getitem__(self, name: str) -> Rows:
        if name == "returns":
            closes = self._run.closes / 1e8
            return sliding_window_view(log(closes[1:] / closes[:-1]), WINDOW - 1)[:: self._stride].T
        column = getattr(self._run, _PRICES[name]) / 1e8
        return sliding_window_view(column, WINDOW)[:: self._stride].T


class _Taken(_Columns):
    def __init__(self, columns: Mapping[str, Rows], chosen: npt.NDArray[np.int64]) -> None:
        self._columns = columns
        self._chosen = chosen

    def __getitem__(self, name: str) -> Rows:
        return np.ascontiguousarray(self._columns[name][:, self._chosen])
