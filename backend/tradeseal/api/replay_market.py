"""The market as the server sees it: closed candles, indicators and opinions in the shapes of the API's ports.

Knows the engine's candles and its source of signals. Knows nothing of HTTP.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from tradeseal.api.ports import CandleSeen, Predicted
from tradeseal.cycle.engine import Engine
from tradeseal.cycle.signal_source import SignalSource
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import WINDOW
from tradeseal.signals.published import CURVES, Opinion, curves

_SIDES: Final[dict[int, Literal["HOLD", "BUY", "SELL"]]] = {0: "HOLD", 1: "BUY", 2: "SELL"}


class ReplayMarket:
    """Closed candles up to the data's clock, and the opinion on the newest."""

    def __init__(self, engine: Engine, source: SignalSource) -> None:
        self._engine = engine
        self._source = source

    def candles(self, market: str, *, before: int | None, limit: int) -> Sequence[CandleSeen]:
        """The newest `limit` closed candles, oldest first."""
        clock = self._engine.data_clock
        end = clock if before is None else min(before, clock)
        store = self._engine.store
        found = store.candles(market, end - (limit + 1) * store.interval_s, end)
        return [
            CandleSeen(c.open_time, c.close_time, c.open_e8, c.high_e8, c.low_e8, c.close_e8, c.volume_e8)
            for c in found[-limit:]
        ]

    def curves(
        self, market: str, *, until: int, count: int, chosen: Sequence[str]
    ) -> Mapping[str, Sequence[float | None]]:
        """The strategies' own indicators, candle by candle."""
        store = self._engine.store
        run = store.window(market, until, min(count + WINDOW - 1, store.closed(market, until)))
        found = {} if run is None else curves(run, chosen)
        named = [name for key in chosen for name in CURVES[key]]
        values = {name: found.get(name, [])[-count:] for name in named}
        return {name: [None] * (count - len(known)) + list(known) for name, known in values.items()}

    def prediction(self, market: str) -> Predicted:
        """The opinion on the newest closed candle of a market."""
        store = self._engine.store
        known = store.closed(market, self._engine.data_clock)
        close = store.series(market).times[known - 1] + store.interval_s if known else 0
        opinion = self._source.opinion(market, close)
        window = store.window(market, close)
        if not isinstance(opinion, Opinion) or window is None:
            got, needed = (known, 0) if isinstance(opinion, Opinion) else (opinion.got, opinion.needed)
            raise Refused("NOT_ENOUGH_DATA", f"{market} has too few closed candles yet.", got=got, needed=needed)
        return Predicted(
            market=market,
            candle_close=close,
            price_e8=window.close_e8,
            side=_SIDES[opinion.side],
            confidence_bps=opinion.confidence_bps,
            base_rate_bps=opinion.base_rate_bps,
            risk_score=opinion.risk_score,
            size_bps=opinion.size_bps,
            buy_score=opinion.buy_score,
            sell_score=opinion.sell_score,
            take_profit_bps=opinion.take_profit_bps,
            stop_loss_bps=opinion.stop_loss_bps,
            horizon_s=opinion.horizon_s,
            indicators=opinion.indicators,
            why=opinion.why,
            strategy=self._source.strategy,
            window="0x" + window.hash.hex(),
            model="0x" + self._source.model.hex(),
            calibrator="0x" + self._source.calibrator(close).hash.hex(),
            shrunk=self._source.calibrator(close).shrunk,
            expires_at=close + store.interval_s,
        )
