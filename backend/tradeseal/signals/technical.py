"""The `technical` strategy: trend and reversion read from the last 512 closed candles, explained as two scores.

Knows indicators, scores, sides, barriers, sizes and the sentences that explain them. Knows nothing of confidence: the
calibrator gives it, and it never changes a side.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from tradeseal.kernel.canonical import canonical_json
from tradeseal.market.published import CandleWindow
from tradeseal.signals.domainmodel import (
    HORIZON_BARS,
    RISK_BUDGET_BPS,
    SCORE_LEAD,
    SCORE_LEAST,
    SIZE_BPS_MOST,
    STOP_LOSS_BPS_MOST,
    STOP_LOSS_VOLATILITIES,
    TAKE_PROFIT_BPS_MOST,
    TAKE_PROFIT_VOLATILITIES,
    Opinion,
    Side,
    risk_score,
    side_of,
    size_bps,
)
from tradeseal.signals.indicators import bollinger, deviation, highest, macd, mean, rsi
from tradeseal.signals.portable import log

Floats = npt.NDArray[np.float64]

PARAMS: Final[Mapping[str, int]] = {
    "candles": 512,
    "volatility_bars": 48,
    "barrier_bars": 6,
    "take_profit_volatilities": TAKE_PROFIT_VOLATILITIES,
    "stop_loss_volatilities": STOP_LOSS_VOLATILITIES,
    "horizon_bars": HORIZON_BARS,
    "risk_budget_bps": RISK_BUDGET_BPS,
    "size_bps_most": SIZE_BPS_MOST,
    "score_least": SCORE_LEAST,
    "score_lead": SCORE_LEAD,
    "macd_weight": 30,
    "momentum_weight": 30,
    "averages_weight": 15,
    "band_weight": 15,
    "rsi_weight": 10,
}
FEATURES: Final = ("macd", "momentum", "averages", "band", "rsi", "level", "calm")
_SOURCES: Final = ("portable.py", "indicators.py", "technical.py")
_LEAST_VOLATILITY: Final = 1e-7
_YEAR_S: Final = 31_536_000


@dataclass(frozen=True)
class TechnicalReadings:
    """What was read from one or many windows: one array element per window in every field."""

    interval_s: int
    close: Floats
    indicators: Mapping[str, Floats]
    components: Mapping[str, Floats]
    volatility: Floats
    drawdown: Floats

    @property
    def features(self) -> list[Floats]:
        """What the calibrator reads, in the order of `FEATURES`; each clipped to ±3."""
        return [np.clip(self.components[name], -3.0, 3.0) for name in FEATURES]

    @cached_property
    def scores(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Buy and sell score, 0 to 100: the weighted parts that speak for rising and for falling prices."""
        buy = np.zeros_like(self.close)
        sell = np.zeros_like(self.close)
        for name in FEATURES[:5]:
            part = PARAMS[f"{name}_weight"] * np.clip(self.components[name], -1.0, 1.0)
            buy = buy + np.maximum(part, 0.0)
            sell = sell + np.maximum(-part, 0.0)
        return np.floor(buy).astype(np.int64), np.floor(sell).astype(np.int64)

    @cached_property
    def barriers(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Take-profit and stop-loss in bps of the entry price, rounded down, at least 1."""
        unit = self.volatility * np.sqrt(float(PARAMS["barrier_bars"])) * 10_000.0
        take = np.floor(PARAMS["take_profit_volatilities"] * unit).astype(np.int64)
        stop = np.floor(PARAMS["stop_loss_volatilities"] * unit).astype(np.int64)
        return np.clip(take, 1, TAKE_PROFIT_BPS_MOST), np.clip(stop, 1, STOP_LOSS_BPS_MOST)

    def opinion(self, at: int, *, confidence_bps: int, base_rate_bps: int) -> Opinion:
        """The opinion on window number `at`."""
        buy, sell = (int(score[at]) for score in self.scores)
        side = side_of(buy, sell)
        take, stop = (int(barrier[at]) for barrier in self.barriers)
        drawdown_bps = int(np.floor(self.drawdown[at] * 10_000.0))
        return Opinion(
            side=side,
            confidence_bps=confidence_bps,
            risk_score=risk_score(stop, drawdown_bps),
            size_bps=size_bps(side, stop),
            buy_score=buy,
            sell_score=sell,
            take_profit_bps=take,
            stop_loss_bps=stop,
            horizon_s=HORIZON_BARS * self.interval_s,
            base_rate_bps=base_rate_bps,
            indicators=self._indicators(at) | {"drawdown_bps": str(drawdown_bps)},
            why=self._why(at, side, buy, sell),
        )

    def _indicators(self, at: int) -> dict[str, str]:
        return {name: f"{float(values[at]):.8f}" for name, values in self.indicators.items()}

    def _why(self, at: int, side: Side, buy: int, sell: int) -> tuple[str, ...]:
        parts = {name: float(np.clip(self.components[name][at], -1.0, 1.0)) for name in FEATURES[:5]}
        told = sorted(parts, key=lambda name: -abs(parts[name]) * PARAMS[f"{name}_weight"])
        verdict = {
            Side.BUY: f"BUY: the buy score {buy} leads the sell score {sell}",
            Side.SELL: f"SELL: the sell score {sell} leads the buy score {buy}",
            Side.HOLD: f"HOLD: neither buy score {buy} nor sell score {sell} is high enough and leads",
        }
        return (verdict[side], *(self._sentence(name, parts[name], at) for name in told if parts[name]))

    def _sentence(self, name: str, part: float, at: int) -> str:
        points = f"{part * PARAMS[f'{name}_weight']:+.1f}"
        value = {key: float(values[at]) for key, values in self.indicators.items()}
        return {
            "macd": f"MACD is {'above' if part > 0 else 'below'} zero ({points})",
            "momentum": f"72 candles moved {value['momentum_72_pct']:+.2f} % ({points})",
            "averages": f"MA5 is {'above' if part > 0 else 'below'} MA20 ({points})",
            "band": f"price stands at {value['band_position']:.2f} of the Bollinger half-width ({points})",
            "rsi": f"RSI is {value['rsi_14']:.1f} ({points})",
        }[name]


class TechnicalStrategy:
    """Reads exactly the last 512 closed candles; one window or every window of a run, with equal bits."""

    name: Final = "technical"
    params: Final = PARAMS
    features: Final = FEATURES

    @cached_property
    def code_hash(self) -> bytes:
        """SHA-256 of the parameters and of the source that reads candles."""
        here = Path(__file__).parent
        digest = hashlib.sha256(b"tradeseal/strategy/1\0" + self.name.encode() + b"\0" + canonical_json(dict(PARAMS)))
        for source in _SOURCES:
            digest.update(b"\0" + source.encode() + b"\0" + (here / source).read_bytes().replace(b"\r\n", b"\n"))
        return digest.digest()

    def read(self, window: CandleWindow) -> TechnicalReadings:
        """Read the newest 512 candles of a window."""
        count = PARAMS["candles"]
        closes = window.closes[-count:] / 1e8
        returns = log(closes[1:] / closes[:-1])
        return _readings(window.interval_s, closes.tolist(), returns.tolist())

    def read_run(self, run: CandleWindow, stride: int = 1) -> TechnicalReadings:
        """Read every full window inside a run of candles, or every `stride`-th of them, oldest first."""
        count = PARAMS["candles"]
        closes = run.closes / 1e8
        returns = log(closes[1:] / closes[:-1])
        rows = sliding_window_view(closes, count)[::stride].T
        return _readings(run.interval_s, rows, sliding_window_view(returns, count - 1)[::stride].T)


def _readings(interval_s: int, rows: Any, returns: Any) -> TechnicalReadings:
    """`rows` are 512 closes, `returns` the 511 logarithms of their ratios; elements are floats or arrays of windows."""
    close = rows[-1]
    volatility = np.maximum(deviation(returns[-PARAMS["volatility_bars"] :], 1), _LEAST_VOLATILITY)
    week = np.maximum(deviation(returns[-168:], 1), _LEAST_VOLATILITY)
    strength = rsi(rows)
    line, signal = macd(rows)
    lower, middle, upper = bollinger(rows)
    ma5, ma20, ma168 = mean(rows[-5:]), mean(rows[-20:]), mean(rows[-168:])
    half = np.maximum(upper - middle, close * 1e-9)
    moved = close / rows[-73] - 1.0
    band_position = (close - middle) / half
    # Each component is scaled to about ±1; above zero speaks for rising prices.
    components = {
        "macd": line / (close * volatility * 3.0),
        "momentum": moved / (volatility * np.sqrt(72.0) * 1.2),
        "averages": (ma5 / ma20 - 1.0) / (volatility * 2.5),
        "band": -band_position / 1.2,
        "rsi": (50.0 - strength) / 25.0,
        "level": (close / ma168 - 1.0) / (volatility * np.sqrt(168.0)),
        "calm": week / volatility - 1.0,
    }
    indicators = {
        "rsi_14": strength,
        "macd": line,
        "macd_signal": signal,
        "macd_histogram": line - signal,
        "bollinger_lower": lower,
        "bollinger_middle": middle,
        "bollinger_upper": upper,
        "band_position": band_position,
        "ma_5": ma5,
        "ma_20": ma20,
        "momentum_72_pct": moved * 100.0,
        "volatility": volatility,
        "volatility_annual": volatility * np.sqrt(_YEAR_S / interval_s),
    }
    return TechnicalReadings(
        interval_s=interval_s,
        close=np.atleast_1d(close),
        indicators={name: np.atleast_1d(values) for name, values in indicators.items()},
        components={name: np.atleast_1d(values) for name, values in components.items()},
        volatility=np.atleast_1d(volatility),
        drawdown=np.atleast_1d(1.0 - close / highest(rows)),
    )
