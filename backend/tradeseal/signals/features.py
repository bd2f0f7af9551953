"""Features: what every strategy reads from a window, each computed once and only where somebody asks.

Knows indicators and how they are scaled to about ±1, above zero speaking for rising prices. Knows nothing of scores,
sides or models.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from tradeseal.signals.indicators import bollinger, deviation, highest, macd, mean, rsi
from tradeseal.signals.windows import Windows

Floats = npt.NDArray[np.float64]

FEATURES: Final = ("macd", "momentum", "averages", "band", "rsi", "level", "calm")
VOLATILITY_BARS: Final = 48
CUT: Final = 3.0
_LEAST_VOLATILITY: Final = 1e-7
_YEAR_S: Final = 365 * 86_400


class Features:
    """Indicators and components of one or many windows; every value is an array with one element a window."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows

    @cached_property
    def volatility(self) -> Floats:
        """Deviation (ddof 1) of the last 48 logarithmic returns."""
        return _array(np.maximum(deviation(self.windows.returns[-VOLATILITY_BARS:], 1), _LEAST_VOLATILITY))

    @cached_property
    def drawdown(self) -> Floats:
        """How far the close is below the highest close of the window."""
        return _array(1.0 - self.windows.close[-1] / highest(self.windows.close))

    @cached_property
    def clipped(self) -> list[Floats]:
        """What models read, in the order of `FEATURES`, each cut at ±3."""
        return [np.clip(self.components[name], -CUT, CUT) for name in FEATURES]

    @cached_property
    def components(self) -> Mapping[str, Floats]:
        """Each scaled to about ±1; above zero speaks for rising prices."""
        return {name: _array(values) for name, values in self._read[1].items()}

    @cached_property
    def indicators(self) -> Mapping[str, Floats]:
        """The indicators in their own units, for people."""
        return {name: _array(values) for name, values in self._read[0].items()}

    @cached_property
    def _read(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        rows, volatility = self.windows.close, self.volatility
        close = rows[-1]
        week = np.maximum(deviation(self.windows.returns[-168:], 1), _LEAST_VOLATILITY)
        strength = rsi(rows)
        line, signal = macd(rows)
        lower, middle, upper = bollinger(rows)
        ma5, ma20, ma168 = mean(rows[-5:]), mean(rows[-20:]), mean(rows[-168:])
        half = np.maximum(upper - middle, close * 1e-9)
        moved = close / rows[-73] - 1.0
        band_position = (close - middle) / half
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
            "volatility_annual": volatility * np.sqrt(_YEAR_S / self.windows.interval_s),
        }
        return indicators, components


def _array(values: object) -> Floats:
    return np.atleast_1d(np.asarray(values, dtype=np.float64))
