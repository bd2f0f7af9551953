"""The `mean_reversion` strategy: what has stretched comes back.

Knows two parts that speak against the last hours' direction. Knows nothing of confidence.
"""

from collections.abc import Mapping
from typing import ClassVar

from tradeseal.signals.features import Features
from tradeseal.signals.scored import Parameter, Part, ScoredStrategy
from tradeseal.signals.technical import WORDS
from tradeseal.signals.windows import Windows


class MeanReversionStrategy(ScoredStrategy):
    """The place within the Bollinger bands, and RSI around 50."""

    name: ClassVar[str] = "mean_reversion"
    about: ClassVar[str] = "Goes against stretched prices: the place within the Bollinger bands, and RSI."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "band_weight": Parameter(55, 0, 100, "points of the place within the Bollinger bands"),
        "rsi_weight": Parameter(45, 0, 100, "points of RSI"),
    }

    def parts(self, windows: Windows, features: Features) -> Mapping[str, Part]:
        """One part a weight."""
        return {
            name: Part(self.params[f"{name}_weight"], features.components[name], WORDS[name])
            for name in ("band", "rsi")
        }
