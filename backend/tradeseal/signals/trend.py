"""The `trend` strategy: what has moved goes on moving.

Knows three parts that speak for the direction of the last days. Knows nothing of confidence.
"""

from collections.abc import Mapping
from typing import ClassVar

from tradeseal.signals.features import Features
from tradeseal.signals.scored import Parameter, Part, ScoredStrategy
from tradeseal.signals.technical import WORDS
from tradeseal.signals.windows import Windows


class TrendStrategy(ScoredStrategy):
    """MACD, the 72-candle change and MA5 over MA20, all in one direction."""

    name: ClassVar[str] = "trend"
    about: ClassVar[str] = "Follows the last days: MACD, 72-candle change and MA5 over MA20."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "macd_weight": Parameter(35, 0, 100, "points of MACD"),
        "momentum_weight": Parameter(45, 0, 100, "points of the 72-candle change"),
        "averages_weight": Parameter(20, 0, 100, "points of MA5 over MA20"),
    }

    def parts(self, windows: Windows, features: Features) -> Mapping[str, Part]:
        """One part a weight."""
        return {
            name: Part(self.params[f"{name}_weight"], features.components[name], WORDS[name])
            for name in ("macd", "momentum", "averages")
        }
