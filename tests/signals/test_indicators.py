"""Own indicators agree with TA-Lib on synthetic and on real candles, and their logarithm with the library's."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.market.published import CandleStore
from tradeseal.signals.indicators import bollinger, deviation, ema, macd, mean, rsi
from tradeseal.signals.portable import exp, log, logistic


def agrees_with_talib(closes: np.ndarray) -> None:
    rows = closes.tolist()
    theirs_macd = talib.MACD(closes, 12, 26, 9)
    theirs_bands = talib.BBANDS(closes, 20, 2, 2, 0)
    pairs = [
        (rsi(rows), talib.RSI(closes, 14)[-1]),
        (macd(rows)[0], theirs_macd[0][-1]),
        (macd(rows)[1], theirs_macd[1][-1]),
        *zip(reversed(bollinger(rows)), (band[-1] for band in theirs_bands), strict=True),
        (mean(rows[-5:]), talib.SMA(closes, 5)[-1]),
        (mean(rows[-20:]), talib.SMA(closes, 20)[-1]),
        (ema(rows, 26)[-1], talib.EMA(closes, 26)[-1]),
    ]
    for number, (ours, theirs) in enumerate(pairs):
        assert abs(ours - theirs) <= 1e-9 * max(1.0, abs(closes[-1])), (number, ours, theirs)


def batch_equals_alone(windows: Sequence[Sequence[float]]) -> None:
    together = np.array(windows).T
    for function in (rsi, macd, bollinger, mean, lambda rows: deviation(rows, 1)):
        batch = np.atleast_2d(function(together))
        for number, window in enumerate(windows):
            alone = np.atleast_1d(function(list(map(float, window))))
            assert batch[:, number].tobytes() == alone.astype(np.float64).tobytes()


def test_indicators_agree_with_talib_on_synthetic_candles(store: CandleStore) -> None:
    for market in store.markets:
        closes = store.series(market).columns[4] / 1e8
        for end in range(512, len(closes), 331):
            agrees_with_talib(closes[end - 512 : end])


@pytest.mark.slow
def test_indicators_agree_with_talib_on_every_file_of_real_candles(market_data: Path) -> None:
    """As the files are, dirty ones included: gaps, repeated rows and units that change make no indicator differ.

    Many windows of a file at once give the bits of each alone.
    """
    seen = []
    for path in sorted(market_data.glob("*.parquet")):
        table = pq.read_table(path)
        if "close" not in table.column_names:
            continue  # funding rates
        closes = table["close"].to_numpy().astype(np.float64)
        ends = np.unique(np.linspace(512, len(closes), 25).astype(int))
        windows = [closes[end - 512 : end] for end in ends.tolist()]
        for window in windows:
            agrees_with_talib(window)
        batch_equals_alone(windows)
        seen.append(path.name)
    assert len(seen) >= 25
    assert set(seen) == {path.name for path in market_data.glob("*.parquet") if "funding" not in path.name}


def test_a_market_that_does_not_move_reads_fifty() -> None:
    assert rsi([100.0] * 512) == 50.0
    assert rsi([100.0 + n for n in range(512)]) == 100.0
    assert rsi([1000.0 - n for n in range(512)]) == 0.0


@given(windows=st.lists(st.lists(st.floats(0.0001, 1e6), min_size=60, max_size=60), min_size=1, max_size=5))
def test_many_windows_at_once_give_the_bits_of_each_alone(windows: list[list[float]]) -> None:
    batch_equals_alone(windows)


@given(value=st.floats(1e-300, 1e300))
def test_the_logarithm_is_right_to_the_last_bits(value: float) -> None:
    assert float(log(value)) == pytest.approx(math.log(value), rel=4e-16, abs=2e-16)


@given(value=st.floats(-600, 600))
def test_the_exponential_is_right_to_the_last_bits(value: float) -> None:
    assert float(exp(value)) == pytest.approx(math.exp(value), rel=1e-15)


def test_known_values_of_logarithm_and_exponential_have_fixed_bits() -> None:
    """The same on every platform: only operations that IEEE 754 fixes are used."""
    assert [float(log(x)).hex() for x in (1.0, 2.0, 10.0, 0.999, 1.001)] == LOGS
    assert [float(exp(x)).hex() for x in (0.0, 1.0, -1.0, 0.1)] == EXPS


def test_the_logistic_function_is_bounded_and_symmetric() -> None:
    assert float(logistic(0.0)) == 0.5
    assert float(logistic(1e9)) == 1.0
    assert float(logistic(-1e9)) == pytest.approx(0.0, abs=1e-300)
    assert float(logistic(1.5)) + float(logistic(-1.5)) == pytest.approx(1.0, abs=1e-15)


LOGS = ["0x0.0p+0", "0x1.62e42fefa39efp-1", "0x1.26bb1bbb55516p+1", "-0x1.064670d979b73p-10", "0x1.060354f8c3cc4p-10"]
EXPS = ["0x1.0000000000000p+0", "0x1.5bf0a8b14576ap+1", "0x1.78b56362cef38p-2", "0x1.1aec7b35a00d4p+0"]
