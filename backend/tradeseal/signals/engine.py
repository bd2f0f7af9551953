"""The signal engine: a strategy and its calibrator, asked about one window or about all of them.

Knows how an opinion is put together. Knows nothing of what is done with it.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tradeseal.market.published import WINDOW, CandleStore, CandleWindow
from tradeseal.signals.calibrator import Calibrator
from tradeseal.signals.domainmodel import NotEnoughData, Opinion, Readings, Strategy
from tradeseal.signals.naming import read, read_run
from tradeseal.signals.succession import Succession


class Opinions:
    """Opinions that were computed in one go; each is put into words when it is asked for."""

    def __init__(self, engine: "SignalEngine", readings: Mapping[str, tuple[Mapping[int, int], Readings]]) -> None:
        self._engine = engine
        # The same opinion is asked for when it is signed and when it is checked: it is put into words once.
        self._newest: tuple[tuple[str, int], Opinion | NotEnoughData] = (("", 0), NotEnoughData(got=0, needed=WINDOW))
        self._places = {market: places for market, (places, _) in readings.items()}
        self._readings = {market: one for market, (_, one) in readings.items()}
        # By market and calibrator: a run has few, and each speaks for all windows at once.
        self._confidence: dict[tuple[str, int], npt.NDArray[np.int64]] = {}

    def opinion(self, market: str, close_time: int) -> Opinion | NotEnoughData:
        """The opinion on the candle that closed then; `NotEnoughData` where none was computed."""
        if self._newest[0] == (market, close_time):
            return self._newest[1]
        at = self._places.get(market, {}).get(close_time)
        if at is None:
            return NotEnoughData(got=0, needed=WINDOW)
        calibrator = self._engine.calibrator_at(close_time)
        known = self._confidence.get((market, id(calibrator)))
        if known is None:
            known = calibrator.confidence_bps(self._readings[market].features)
            self._confidence[market, id(calibrator)] = known
        opinion = self._readings[market].opinion(
            at, confidence_bps=int(known[at]), base_rate_bps=calibrator.base_rate_bps
        )
        self._newest = ((market, close_time), opinion)
        return opinion

    def read(self) -> dict[str, tuple[npt.NDArray[np.int64], Readings]]:
        """By market: when each window closes, and what was read of all of them."""
        return {
            market: (np.fromiter(self._places[market], dtype=np.int64), readings)
            for market, readings in self._readings.items()
        }

    def __len__(self) -> int:
        return sum(len(places) for places in self._places.values())


class SignalEngine:
    """Gives opinions; equal candles give equal opinions, alone or in a batch."""

    def __init__(self, strategy: Strategy, calibrator: Calibrator) -> None:
        self.strategy = strategy
        self.calibrator = calibrator
        self.succession: Succession | None = None

    def calibrator_at(self, close: int) -> Calibrator:
        """The calibrator in force for a candle that closes then; without a succession always the one it began with."""
        return self.calibrator if self.succession is None else self.succession.at(close)

    def opinion(self, window: CandleWindow | None) -> Opinion | NotEnoughData:
        """The opinion on the newest candle of a window."""
        got = 0 if window is None else len(window)
        if window is None or got < WINDOW:
            return NotEnoughData(got=got, needed=WINDOW)
        readings = read(self.strategy, window)
        calibrator = self.calibrator_at(window.close_time)
        confidence = calibrator.confidence_bps(readings.features)
        return readings.opinion(0, confidence_bps=int(confidence[0]), base_rate_bps=calibrator.base_rate_bps)

    def precompute(self, store: CandleStore, markets: Sequence[str], start: int, end: int) -> Opinions:
        """The opinions on all candles that close from `start` to `end`, both included."""
        readings = {}
        for market in markets:
            last = store.closed(market, end)
            first = max(store.closed(market, start - 1), WINDOW - 1)
            if first >= last:
                continue
            columns = (column[first - WINDOW + 1 : last] for column in store.series(market).columns)
            run = CandleWindow(market, store.interval_s, *columns)
            closes = (run.open_times[WINDOW - 1 :] + store.interval_s).tolist()
            places = dict(zip(closes, np.arange(len(closes)).tolist(), strict=True))
            readings[market] = (places, read_run(self.strategy, run))
        return Opinions(self, readings)
