"""The `ema_cross` strategy: BUY where a fast average crosses above a slow one, SELL where it crosses below.

Knows two exponential averages, now and one candle before. Knows nothing of confidence.
"""

from collections.abc import Mapping
from typing import ClassVar

from tradeseal.kernel.errors import Refused
from tradeseal.signals.features import Features
from tradeseal.signals.indicators import ema
from tradeseal.signals.scored import Parameter, Part, ScoredStrategy
from tradeseal.signals.windows import Windows


class EmaCrossStrategy(ScoredStrategy):
    """Speaks at a crossing only; between crossings it holds."""

    name: ClassVar[str] = "ema_cross"
    about: ClassVar[str] = "BUY where the fast exponential average crosses above the slow one, SELL where below."
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "fast": Parameter(10, 2, 100, "candles of the fast average"),
        "slow": Parameter(20, 3, 200, "candles of the slow average"),
    }

    def __init__(self, **chosen: int) -> None:
        super().__init__(**chosen)
        if self.params["fast"] >= self.params["slow"]:
            raise Refused(
                "BAD_PARAMETER", "fast must be below slow.", got=self.params["fast"], limit=self.params["slow"]
            )

    def parts(self, windows: Windows, features: Features) -> Mapping[str, Part]:
        """+1 where the difference has become positive with this candle, -1 where it no longer is, else 0."""
        quick, lazy = (ema(windows.close, self.params[name])[-2:] for name in ("fast", "slow"))
        before, now = quick[0] - lazy[0], quick[1] - lazy[1]
        up, down = (before <= 0) & (now > 0), (before > 0) & (now <= 0)
        return {"cross": Part(100, 1.0 * up - 1.0 * down, "the fast average has crossed {above} the slow one")}
