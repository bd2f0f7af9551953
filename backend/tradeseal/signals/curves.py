"""Curves: indicators candle by candle, for charts; each value is what a strategy reads from the window that ends there.

Knows features by the names that people choose them by. Knows nothing of how they are drawn.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from tradeseal.market.published import CandleWindow
from tradeseal.signals.features import Features
from tradeseal.signals.windows import Windows

CURVES: Final[Mapping[str, tuple[str, ...]]] = {
    "averages": ("ma_5", "ma_20"),
    "bollinger": ("bollinger_lower", "bollinger_middle", "bollinger_upper"),
    "rsi": ("rsi_14",),
    "macd": ("macd", "macd_signal", "macd_histogram"),
    "volatility": ("volatility_annual",),
}


def curves(run: CandleWindow, chosen: Iterable[str]) -> dict[str, list[float]]:
    """The chosen indicators at the end of every full window of the run, oldest first; a run too short has none."""
    windows = Windows.run(run)
    names = [name for key in chosen for name in CURVES[key]]
    if not len(windows):
        return {name: [] for name in names}
    read = Features(windows).indicators
    return {name: [float(value) for value in read[name]] for name in names}
