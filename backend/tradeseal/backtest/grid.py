"""The grid: the candles of a run side by side, one row a bar, so that stretches of bars can be looked at in one go.

Knows opens, highs, lows and closes, carried forward where a market has no candle. Knows nothing of positions.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from tradeseal.market.published import CandleStore, ReplayFeed

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
DAY_S = 86_400


class Lane:
    """One market on the grid. Where it has no candle, every price is the last close before."""

    def __init__(self, store: CandleStore, market: str, open_times: Ints) -> None:
        times, opens, highs, lows, closes, _ = store.series(market).columns
        at = np.searchsorted(times, open_times)
        inside = np.minimum(at, len(times) - 1)
        self.market = market
        self.present: Bools = times[inside] == open_times
        before = np.searchsorted(times, open_times, side="right") - 1
        carried = np.where(before >= 0, closes[np.maximum(before, 0)], 0)
        self.open: Ints = np.where(self.present, opens[inside], carried)
        self.high: Ints = np.where(self.present, highs[inside], carried)
        self.low: Ints = np.where(self.present, lows[inside], carried)
        self.close: Ints = np.where(self.present, closes[inside], carried)
        # Of each bar's ticks the highest and the lowest that are played whatever is held.
        self.top, self.bottom = np.maximum(self.open, self.close), np.minimum(self.open, self.close)
        # When the price was last seen: this bar's close, or that of the newest candle before it.
        self.seen: Ints = np.where(before >= 0, times[np.maximum(before, 0)] + store.interval_s, 0)


class Grid:
    """All bars of a feed."""

    def __init__(self, feed: ReplayFeed) -> None:
        self.interval_s = feed.store.interval_s
        self.open_times: Ints = np.asarray(feed.open_times, dtype=np.int64)
        self.close_times: Ints = self.open_times + self.interval_s
        self.lanes = {market: Lane(feed.store, market, self.open_times) for market in feed.markets}

    def __len__(self) -> int:
        return len(self.open_times)

    @cached_property
    def turns(self) -> Bools:
        """Bars that end a UTC day or begin one: their ticks are posted whatever else happens."""
        days = (self.close_times - 1) // DAY_S
        turned = np.ones(len(self), dtype=bool)
        turned[1:] = days[1:] != days[:-1]
        return turned | (self.close_times % DAY_S == 0)

    def equal_weight(self, cash_e8: int, markets: Sequence[str]) -> list[int]:
        """The cash spread equally over the markets at their first open and held, at each close, before costs."""
        share = cash_e8 // len(markets)
        total = [0] * len(self)
        for market in markets:
            lane = self.lanes[market]
            if not lane.present.any():
                continue
            first = int(np.argmax(lane.present))
            price = int(lane.open[first])
            values = [share] * first + [share * close // price for close in lane.close[first:].tolist()]
            total = [sum_ + value for sum_, value in zip(total, values, strict=True)]
        return total
