"""What happened next: whether take-profit was touched before stop-loss within the horizon.

Knows the named event in integers, candle by candle. Knows nothing of strategies; it looks ahead and is used only to
fit and to score, never to decide.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from tradeseal.market.published import Series

REACHED: Final = 1
STOPPED: Final = 0
TIMED_OUT: Final = 2
UNKNOWN: Final = -1

_Ints = npt.NDArray[np.int64]
_BPS: Final = 10_000


def outcomes(
    series: Series,
    at: _Ints,
    take_profit_bps: _Ints,
    stop_loss_bps: _Ints,
    *,
    horizon_s: int,
    interval_s: int,
    before: int,
) -> npt.NDArray[np.int8]:
    """For a long from the open after candle `at`: REACHED, STOPPED, TIMED_OUT, or UNKNOWN if it was not over `before`.

    A candle that touches both counts as STOPPED. A label counts only if its whole horizon has closed before `before`,
    however early it was decided: to keep the early ones alone would favour the quick.
    """
    times, opens, highs, lows, *_ = series.columns
    count = len(times)
    entry_at = np.minimum(at + 1, count - 1)
    entry, entered = opens[entry_at], times[entry_at]
    upper, lower = entry * (_BPS + take_profit_bps), entry * (_BPS - stop_loss_bps)
    result = np.full(len(at), TIMED_OUT, dtype=np.int8)
    open_ = np.ones(len(at), dtype=bool)
    for step in range(horizon_s // interval_s):
        here = np.minimum(entry_at + step, count - 1)
        live = open_ & (times[here] < entered + horizon_s)
        stopped = live & (lows[here] * _BPS <= lower)
        reached = live & ~stopped & (highs[here] * _BPS >= upper)
        result[stopped] = STOPPED
        result[reached] = REACHED
        open_ &= ~(stopped | reached)
    over = entered + horizon_s
    unknown = (at + 1 >= count) | (over > before) | (over > times[-1] + interval_s)
    result[unknown] = UNKNOWN
    return result
