"""The oracle's own view: its own copy of the candles, and opinions it computes from them itself.

Knows a store and an engine by what their contexts publish. Computes ahead for a stretch of candles, because a replay
asks for every one of them.
"""

from typing import Final

from tradeseal.market.published import CandleStore, CandleWindow
from tradeseal.signals.published import NotEnoughData, Opinion, Opinions, SignalEngine

STRETCH: Final = 512  # candles computed in one go


class StoreView:
    """Answers from a candle store; give it a store of its own, not the one the signals were computed from."""

    def __init__(self, store: CandleStore, engine: SignalEngine, *, stretch: int = STRETCH) -> None:
        self._store = store
        self._engine = engine
        self._stretch_s = stretch * store.interval_s
        self._opinions: Opinions | None = None
        self._from = self._to = -1

    def window(self, market: str, close_time: int) -> CandleWindow | None:
        """The last 512 candles closed at that time."""
        return self._store.window(market, close_time)

    def opinion(self, market: str, close_time: int) -> Opinion | NotEnoughData:
        """The opinion computed from that window."""
        if self._opinions is None or not self._from <= close_time <= self._to:
            self._from, self._to = close_time, close_time + self._stretch_s
            self._opinions = self._engine.precompute(self._store, self._store.markets, self._from, self._to)
        return self._opinions.opinion(market, close_time)
