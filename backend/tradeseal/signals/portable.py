"""Logarithm and exponential from +, -, *, / and exact scaling alone, so that every platform gives the same bits.

A platform's own `log` and `exp` may differ in the last bit, by library, processor and even by position in a vector.
IEEE 754 fixes the four operations and the square root. Results lie within two units in the last place.
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_SQRT_HALF: Final = 0.7071067811865476
# ln 2 in two parts: the first has few enough bits for a product with an exponent to be exact.
_LN2_HIGH: Final = 0.693147180369123816490
_LN2_LOW: Final = 1.90821492927058770002e-10
_EXP_LIMIT: Final = 700.0


def log(x: Any) -> Floats:
    """Natural logarithm of positive numbers: x = 2^k · m, ln m = 2 · artanh((m - 1) / (m + 1))."""
    mantissa, exponent = np.frexp(np.asarray(x, dtype=np.float64))
    small = mantissa < _SQRT_HALF
    mantissa = np.where(small, mantissa * 2.0, mantissa)
    power = (exponent - small).astype(np.float64)
    s = (mantissa - 1.0) / (mantissa + 1.0)
    square = s * s
    series = np.zeros_like(s)
    for odd in range(23, 1, -2):
        series = (series + 1.0 / odd) * square
    return power * _LN2_HIGH + (2.0 * s + (2.0 * s * series + power * _LN2_LOW))


def exp(x: Any) -> Floats:
    """Exponential: x = k · ln 2 + r, e^r by its series."""
    x = np.clip(np.asarray(x, dtype=np.float64), -_EXP_LIMIT, _EXP_LIMIT)
    power = np.floor(x / (_LN2_HIGH + _LN2_LOW) + 0.5)
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    series = np.ones_like(rest)
    for n in range(17, 0, -1):
        series = series * rest / n + 1.0
    scaled: Floats = np.ldexp(series, power.astype(np.int32))
    return scaled


def logistic(x: Any) -> Floats:
    """1 / (1 + e^-x)."""
    return 1.0 / (1.0 + exp(-np.asarray(x, dtype=np.float64)))
