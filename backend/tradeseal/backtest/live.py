"""Live calibration: how honest the confidence of a home's signals has been so far, from what its log holds.

Knows the events of signals, HOLD included, and the candles by which they are judged. A signal counts once its whole
horizon lies behind the data's clock, whatever became of it. Knows nothing of HTTP.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
import numpy as np

from tradeseal.kernel.clock import monotonic_s
from tradeseal.ledger.published import EventLog
from tradeseal.market.published import CandleStore
from tradeseal.oracle.published import name_id
from tradeseal.signals.published import BPS, LABEL_UNKNOWN, REACHED, Scores, outcomes, score

GENERATED, HELD = "TradeCycle.SignalGenerated", "SignalLog.SignalsHeld"
REVISED = "SignalLog.CalibratorRevised"
AGAIN_AFTER_S: Final = 5.0
Row = tuple[int, int, int, int, int, int]  # close, confidence, base rate, take-profit, stop-loss, horizon


class LiveCalibration:
    """Scores of one home's signals, computed when asked for, at most every few seconds."""

    def __init__(self, log: EventLog, store: CandleStore, clock: Callable[[], int]) -> None:
        self._log = log
        self._store = store
        self._clock = clock
        self._names = {"0x" + name_id(market).hex(): market for market in store.markets}
        self._rows: dict[str, list[Row]] = {market: [] for market in store.markets}
        self.revisions: list[Mapping[str, Any]] = []  # calibrators that took another's place, as their events tell
        self._position = 0
        self._turn = threading.Lock()
        self._known: tuple[Scores, int] | None = None
        self._computed = 0.0

    @property
    def interval_s(self) -> int:
        """The candles' length."""
        return self._store.interval_s

    def scores(self) -> tuple[Scores, int]:
        """The scores, and the data's clock they are of."""
        with self._turn:
            if self._known is None or monotonic_s() - self._computed > AGAIN_AFTER_S:
                position = self._position
                self._read()
                if self._known is None or position != self._position:
                    clock = self._clock()
                    self._known = (self._score(clock), clock)
                self._computed = monotonic_s()
            return self._known

    def _read(self) -> None:
        for fact in self._log.all(after=self._position):
            self._position = fact.position
            if fact.topic == GENERATED:
                event = msgspec.json.decode(fact.state)
                signal, base = event["signal"], event["opinion"]["base_rate_bps"]
                self._keep(self._names[signal["market"]], signal["candle_close"], base, signal)
            elif fact.topic == REVISED:
                self.revisions.append(msgspec.json.decode(fact.state))
            elif fact.topic == HELD:
                event = msgspec.json.decode(fact.state)
                for hold in event["holds"]:
                    self._keep(hold["market"], event["candle_close"], hold["base_rate_bps"], hold)

    def _keep(self, market: str, close: int, base_bps: int, said: Mapping[str, Any]) -> None:
        self._rows[market].append(
            (
                close,
                said["confidence_bps"],
                base_bps,
                said["take_profit_bps"],
                said["stop_loss_bps"],
                said["horizon_seconds"],
            )
        )

    def _score(self, clock: int) -> Scores:
        said, base, true, times, horizon = [], [], [], [], 0
        for market, rows in self._rows.items():
            if not rows:
                continue
            closes, confidence, base_rate, take, stop, horizons = np.asarray(rows, dtype=np.int64).T
            horizon = int(horizons[0])
            series = self._store.series(market)
            at = np.searchsorted(series.columns[0], closes - self._store.interval_s)
            found = outcomes(
                series, at, take, stop, horizon_s=horizon, interval_s=self._store.interval_s, before=clock
            )  # fmt: skip
            known = found != LABEL_UNKNOWN
            said.append(confidence[known] / BPS)
            base.append(base_rate[known] / BPS)
            true.append((found == REACHED)[known].astype(np.int64))
            times.append(closes[known])
        if not said:
            return score(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64), block_s=1)
        joined = (np.concatenate(parts) for parts in (said, true, base, times))
        return score(*joined, block_s=horizon)
