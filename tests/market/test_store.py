"""The store shows nothing before it has closed, and a replay walks through it in order."""

import hashlib

import numpy as np
import pytest
from candles import HOUR, START, a_store
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.kernel.errors import Refused
from tradeseal.market.published import CandleStore, ReplayFeed, Series, interval_name, interval_seconds


def test_a_window_holds_only_what_had_closed() -> None:
    store = a_store([100, 101, 102, 103])

    window = store.window("BTC-USDT", START + 3 * HOUR, n=2)

    assert window is not None
    assert (window.closes.tolist(), window.close_time, window.close_e8) == ([101, 102], START + 3 * HOUR, 102)
    # One second before the third close it is not there yet.
    earlier = store.window("BTC-USDT", START + 3 * HOUR - 1, n=2)
    assert earlier is not None
    assert earlier.closes.tolist() == [100, 101]


def test_too_few_candles_give_no_window() -> None:
    store = a_store([100] * 5)

    assert store.window("BTC-USDT", START + 5 * HOUR, n=6) is None
    assert store.window("BTC-USDT", START - 1, n=1) is None


@given(cut=st.integers(10, 29))
def test_a_window_is_the_same_in_a_store_that_ends_there(cut: int) -> None:
    prices = [10_000 + 7 * n % 13 for n in range(30)]
    whole, part = a_store(prices), a_store(prices[:cut])

    at = START + cut * HOUR
    windows = [store.window("BTC-USDT", at, n=10) for store in (whole, part)]

    assert windows[0] is not None
    assert windows[1] is not None
    assert windows[0].hash == windows[1].hash


def test_the_hash_of_a_window_is_as_documented() -> None:
    window = a_store([100, 101], spread_e8=3).window("BTC-USDT", START + 2 * HOUR, n=2)

    rows = [[START, 100, 103, 97, 100, 10**8], [START + HOUR, 100, 104, 97, 101, 10**8]]
    body = b"".join(value.to_bytes(8, "big") for row in rows for value in row)
    head = b"tradeseal/window/1\0BTC-USDT\0" + HOUR.to_bytes(8, "big") + (2).to_bytes(8, "big")
    assert window is not None
    assert window.hash == hashlib.sha256(head + body).digest()


def test_any_changed_number_changes_the_hash_and_the_identity() -> None:
    table = a_store([100, 101, 102]).series("BTC-USDT").table
    seen, identities = set(), set()
    for row in range(3):
        for column in range(6):
            other = table.copy()
            other[row, column] += HOUR if column == 0 and row == 2 else 0 if column == 0 else 1
            store = CandleStore([Series("BTC-USDT", other)], interval_s=HOUR, exchange="test")
            window = store.window("BTC-USDT", START + 10 * HOUR, n=3)
            assert window is not None
            seen.add(window.hash)
            identities.add(store.identity)

    # Two of the 18 changes leave a time as it was: those equal the original.
    assert len(seen) == len(identities) == 17


def test_columns_cannot_be_changed_through_a_window() -> None:
    window = a_store([100, 101]).window("BTC-USDT", START + 2 * HOUR, n=2)

    assert window is not None
    with pytest.raises(ValueError, match="read-only"):
        window.closes[0] = 1


def test_the_manifest_names_what_is_inside() -> None:
    manifest = a_store([100, 101]).manifest()

    assert manifest["markets"]["BTC-USDT"]["rows"] == 2
    assert manifest["markets"]["BTC-USDT"]["first_open"] == "2021-01-01T00:00:00Z"
    assert (manifest["exchange"], manifest["interval"]) == ("test", "1h")


def test_an_unknown_market_names_what_there_is() -> None:
    with pytest.raises(Refused) as refusal:
        a_store([100]).series("DOGE-USDT")

    assert refusal.value.code == "UNKNOWN_MARKET"
    assert "BTC-USDT" in refusal.value.message


def test_a_replay_gives_the_bars_between_start_and_end_and_leaves_out_what_is_missing() -> None:
    btc = a_store([100, 101, 102, 103]).series("BTC-USDT").table
    eth = a_store([50, 51, 52, 53]).series("BTC-USDT").table[[0, 1, 3]]
    store = CandleStore([Series("ETH-USDT", eth), Series("BTC-USDT", btc)], interval_s=HOUR, exchange="test")

    feed = ReplayFeed(store, START + HOUR, START + 4 * HOUR)
    bars = list(feed)

    assert [bar.open_time for bar in bars] == [START + HOUR, START + 2 * HOUR, START + 3 * HOUR]
    assert [sorted(bar.candles) for bar in bars] == [["BTC-USDT", "ETH-USDT"], ["BTC-USDT"], ["BTC-USDT", "ETH-USDT"]]
    assert len(feed) == 3
    assert [bar.close_time for bar in ReplayFeed(store, START, START + 2 * HOUR - 1)] == [START + HOUR]


def test_candles_between_two_times_are_all_closed() -> None:
    store = a_store([100, 101, 102, 103])

    assert [one.close_e8 for one in store.candles("BTC-USDT", START + HOUR, START + 3 * HOUR)] == [101, 102]
    assert store.candles("BTC-USDT", START + 9 * HOUR, START + HOUR) == []


@pytest.mark.parametrize("text", ["", "h", "0h", "-1h", "1w", "1.5h", "²h"])
def test_what_is_no_interval_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        interval_seconds(text)
    assert refusal.value.code == "UNKNOWN_INTERVAL"


@given(count=st.integers(1, 1000), unit=st.sampled_from("mhd"))
def test_an_interval_survives_its_name(count: int, unit: str) -> None:
    seconds = interval_seconds(f"{count}{unit}")

    assert interval_seconds(interval_name(seconds)) == seconds


def test_series_of_equal_numbers_have_equal_digests_whatever_their_layout() -> None:
    table = a_store([100, 101, 102]).series("BTC-USDT").table

    assert Series("A-USDT", table).digest == Series("A-USDT", np.asfortranarray(table)).digest
