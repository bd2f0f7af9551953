"""Indicators by the textbook, written once for one window and for all of them.

`rows` is a window as a sequence, oldest first: of floats, or of arrays that hold the same place of many windows. Only
+, -, *, / and the square root touch them, one row after the other, so both forms give the same bits. Knows nothing of
candles or scores.
"""

from typing import Any, Final

import numpy as np

Number = Any  # a float, or an array of floats of one shape
Rows = Any  # a list of floats, or a two-dimensional array of them

RSI_PERIOD: Final = 14
MACD_FAST: Final = 12
MACD_SLOW: Final = 26
MACD_SIGNAL: Final = 9
BOLLINGER_PERIOD: Final = 20
BOLLINGER_WIDTH: Final = 2.0


def mean(rows: Rows) -> Number:
    """The simple mean, summed from the oldest on."""
    total = rows[0]
    for row in rows[1:]:
        total = total + row
    return total / len(rows)


def deviation(rows: Rows, ddof: int) -> Number:
    """The standard deviation about the mean."""
    middle = mean(rows)
    total = (rows[0] - middle) * (rows[0] - middle)
    for row in rows[1:]:
        total = total + (row - middle) * (row - middle)
    return np.sqrt(total / (len(rows) - ddof))


def highest(rows: Rows) -> Number:
    """The greatest row; a maximum is exact in any order."""
    return rows.max(axis=0) if isinstance(rows, np.ndarray) else max(rows)


def rsi(rows: Rows, period: int = RSI_PERIOD) -> Number:
    """Wilder's relative strength index; 50 where nothing has moved."""
    rise = fall = rows[0] * 0.0
    for at in range(1, len(rows)):
        move = rows[at] - rows[at - 1]
        up, down = (abs(move) + move) * 0.5, (abs(move) - move) * 0.5
        if at <= period:
            rise, fall = rise + up, fall + down
            if at == period:
                rise, fall = rise / period, fall / period
        else:
            rise = (rise * (period - 1) + up) / period
            fall = (fall * (period - 1) + down) / period
    moved = rise + fall
    still = moved == 0
    return 100.0 * ((rise + 0.5 * still) / (moved + 1.0 * still))


def ema(rows: Rows, period: int) -> list[Number]:
    """The exponential average, seeded with the mean of its first `period` rows; one value per row from there on."""
    weight = 2.0 / (period + 1)
    value = mean(rows[:period])
    values = [value]
    for row in rows[period:]:
        value = value + weight * (row - value)
        values.append(value)
    return values


def macd(rows: Rows, fast: int = MACD_FAST, slow: int = MACD_SLOW, signal: int = MACD_SIGNAL) -> tuple[Number, Number]:
    """The newest difference of the two averages, and its own average."""
    slow_values = ema(rows, slow)
    fast_values = ema(rows, fast)[slow - fast :]
    line = [quick - lazy for quick, lazy in zip(fast_values, slow_values, strict=True)]
    return line[-1], ema(line, signal)[-1]


def bollinger(
    rows: Rows, period: int = BOLLINGER_PERIOD, width: float = BOLLINGER_WIDTH
) -> tuple[Number, Number, Number]:
    """Lower, middle and upper band, with the deviation of the population (ddof 0)."""
    last = rows[-period:]
    middle = mean(last)
    half = width * deviation(last, 0)
    return middle - half, middle, middle + half
