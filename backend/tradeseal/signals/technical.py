"""The `technical` strategy: trend and reversion read from the last 512 closed candles, explained as two scores.

Knows five parts and their weights. Knows nothing of confidence: the calibrator gives it, and it never changes a side.
"""

from collections.abc import Mapping
from typing import ClassVar, Final

from tradeseal.signals.features import Features
from tradeseal.signals.scored import Parameter, Part, ScoredStrategy
from tradeseal.signals.windows import Windows

WORDS: Final[Mapping[str, str]] = {
    "macd": "MACD is {above} zero",
    "momentum": "72 candles moved {momentum_72_pct:+.2f} %",
    "averages": "MA5 is {above} MA20",
    "band": "price stands at {band_position:.2f} of the Bollinger half-width",
    "rsi": "RSI is {rsi_14:.1f}",
}


class TechnicalStrategy(ScoredStrategy):
    """Trend (MACD, 72-candle change, averages) against reversion (Bollinger place, RSI)."""

    name: ClassVar[str] = "technical"
    about: ClassVar[str] = "Trend and reversion together: MACD, 72-candle change, MA5 over MA20, Bollinger place, RSI."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "macd_weight": Parameter(30, 0, 100, "points of MACD"),
        "momentum_weight": Parameter(30, 0, 100, "points of the 72-candle change"),
        "averages_weight": Parameter(15, 0, 100, "points of MA5 over MA20"),
        "band_weight": Parameter(15, 0, 100, "points of the place within the Bollinger bands"),
        "rsi_weight": Parameter(10, 0, 100, "points of RSI"),
    }

    def parts(self, windows: Windows, features: Features) -> Mapping[str, Part]:
        """One part a weight."""
        return {
            name: Part(self.params[f"{name}_weight"], features.components[name], says) for name, says in WORDS.items()
        }
