"""The named event, candle by candle."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.market.published import Series
from tradeseal.signals.labels import REACHED, STOPPED, TIMED_OUT, UNKNOWN, outcomes

HOUR = 3600
FAR = 10**12


def a_series(candles: list[tuple[int, int, int, int]], times: list[int] | None = None) -> Series:
    times = times or [n * HOUR for n in range(len(candles))]
    return Series("BTC-USDT", np.array([[time, *ohlc, 1] for time, ohlc in zip(times, candles, strict=True)], np.int64))


def outcome(
    candles: list[tuple[int, int, int, int]], *, hours: int, before: int = FAR, times: list[int] | None = None
) -> int:
    """Of candle 0, with a take-profit of 1 % and a stop-loss of 2 %."""
    bars = [np.array([value]) for value in (0, 100, 200)]
    found = outcomes(a_series(candles, times), *bars, horizon_s=hours * HOUR, interval_s=HOUR, before=before)
    return int(found[0])


FLAT = (10_000, 10_000, 10_000, 10_000)


@pytest.mark.parametrize(
    ("candle", "expected"),
    [
        ((10_000, 10_100, 9_900, 10_000), REACHED),
        ((10_000, 10_099, 9_801, 10_000), TIMED_OUT),
        ((10_000, 10_000, 9_800, 10_000), STOPPED),
        ((10_000, 10_100, 9_800, 10_000), STOPPED),
    ],
)
def test_the_edge_is_touched_and_both_in_one_candle_is_the_stop(
    candle: tuple[int, int, int, int], expected: int
) -> None:
    assert outcome([FLAT, candle], hours=1) == expected


def test_barriers_are_measured_from_the_next_open_not_the_last_close() -> None:
    gap_up = (20_000, 20_199, 19_601, 20_000)

    assert outcome([FLAT, gap_up], hours=1) == TIMED_OUT


def test_the_first_touch_decides() -> None:
    up, down = (10_000, 10_100, 10_000, 10_000), (10_000, 10_000, 9_800, 10_000)

    assert outcome([FLAT, FLAT, up, down], hours=3) == REACHED
    assert outcome([FLAT, FLAT, down, up], hours=3) == STOPPED


def test_the_horizon_ends_by_the_clock_even_over_a_gap() -> None:
    up = (10_000, 10_100, 10_000, 10_000)

    assert outcome([FLAT, FLAT, up], hours=2) == REACHED
    assert outcome([FLAT, FLAT, up, FLAT], hours=2, times=[0, HOUR, 3 * HOUR, 4 * HOUR]) == TIMED_OUT


def test_a_label_is_unknown_until_its_whole_horizon_is_over_however_early_it_was_decided() -> None:
    candles = [FLAT, (10_000, 10_100, 10_000, 10_000), FLAT, FLAT]

    assert outcome(candles, hours=3, before=4 * HOUR) == REACHED
    assert outcome(candles, hours=3, before=4 * HOUR - 1) == UNKNOWN
    assert outcome(candles[:3], hours=3) == UNKNOWN
    assert outcome(candles[:1], hours=3) == UNKNOWN


@given(prices=st.lists(st.integers(9_000, 11_000), min_size=6, max_size=40))
def test_it_agrees_with_a_plain_loop(prices: list[int]) -> None:
    candles = [(a, max(a, b), min(a, b), b) for a, b in pairwise(prices)]
    expected = TIMED_OUT
    for _, high, low, _ in candles[1:4]:
        if low * 10_000 <= candles[1][0] * 9_800:
            expected = STOPPED
            break
        if high * 10_000 >= candles[1][0] * 10_100:
            expected = REACHED
            break

    assert outcome(candles, hours=3) == expected
