"""Naming: at which candle of which market a strategy failed.

Knows how to read windows so that whatever a strategy does wrong is refused there and then, with strategy, market and
candle. Knows nothing of what a strategy is about.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import WINDOW, CandleWindow
from tradeseal.signals.domainmodel import Readings, Strategy
from tradeseal.signals.scored import ScoredReadings

# What a sentence may hold; reading the indicators themselves here would cost a back-test that shows none.
INDICATORS: Final = (
    "rsi_14", "macd", "macd_signal", "macd_histogram", "bollinger_lower", "bollinger_middle", "bollinger_upper",
    "band_position", "ma_5", "ma_20", "momentum_72_pct", "volatility", "volatility_annual",
)  # fmt: skip
_VALUES: Final[dict[str, Any]] = {**dict.fromkeys(INDICATORS, 0.0), "value": 0.0, "above": "above"}


def read_run(strategy: Strategy, run: CandleWindow, stride: int = 1) -> Readings:
    """Read every `stride`-th full window of a run; refuse at once what the strategy does wrong, with its place."""
    return _named(strategy, run, stride, lambda: strategy.read_run(run, stride))


def read(strategy: Strategy, window: CandleWindow) -> Readings:
    """Read one window; refuse what the strategy does wrong, with its place."""
    return _named(strategy, window, 1, lambda: strategy.read(window))


def _named(strategy: Strategy, run: CandleWindow, stride: int, reading: Callable[[], Readings]) -> Readings:
    readings: Any = None
    try:
        readings = reading()
        _try(readings)
    except Refused as refusal:
        if refusal.code not in ("STRATEGY_FAILED", "STRATEGY_NOT_A_NUMBER"):
            raise
        at = refusal.facts.get("window")
        number = _first_that_fails(readings) if at is None else int(str(at))
        raise _at(_close(run, number * stride), strategy, run, refusal) from refusal
    except Exception as error:
        message = f"The strategy {strategy.name} raised {error!r}."
        number = _first_that_fails(readings)
        failed = Refused("STRATEGY_FAILED", message, cause=repr(error))
        raise _at(_close(run, number * stride), strategy, run, failed) from error
    found: Readings = readings
    return found


def _try(readings: Any) -> None:
    """Have a strategy say its parts, and each part's sentence be one that can be filled in."""
    if not isinstance(readings, ScoredReadings) or not len(readings.windows):
        return
    for part in readings.parts.values():
        part.says.format(**_VALUES)


def _first_that_fails(readings: Any) -> int:
    """By halving: the shortest run of windows, from the oldest on, that a strategy cannot read."""
    if not isinstance(readings, ScoredReadings):
        return 0
    reads, fails = 0, len(readings.windows)
    while fails - reads > 1:
        half = (reads + fails) // 2
        try:
            _try(readings.take(np.arange(half)))
        except Exception:  # noqa: BLE001 - whatever it raises, it fails there
            fails = half
        else:
            reads = half
    return max(fails - 1, 0)


def _close(run: CandleWindow, number: int) -> str:
    """When the newest candle of a window closed."""
    place = min(min(len(run), WINDOW) - 1 + number, len(run) - 1)
    return iso_utc(int(run.open_times[place]) + run.interval_s)


def _at(close: str, strategy: Strategy, run: CandleWindow, refusal: Refused) -> Refused:
    told = {**refusal.facts, "strategy": strategy.name, "market": run.market, "candle": close}
    message = f"{refusal.message.rstrip('.')}: {run.market}, candle that closed at {close}."
    return Refused(refusal.code, message, **told)
