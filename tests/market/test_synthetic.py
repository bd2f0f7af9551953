"""The synthetic feed is the same everywhere, says what it is, and looks like a market."""

import numpy as np
import pytest

from tradeseal.kernel.errors import Refused
from tradeseal.market.published import ReplayFeed, synthetic

# The candles of seed and parameters as shipped. They may change only together with `synthetic.md`.
IDENTITY = "ef1c30a4563cead445a466e589e58686f056df283ff53b25e7b1c6f2a58809ae"


def test_the_default_candles_are_the_same_on_every_platform() -> None:
    assert synthetic().identity == IDENTITY


def test_another_seed_gives_other_candles() -> None:
    assert synthetic(seed=1, bars=600).identity != synthetic(seed=2, bars=600).identity


def test_it_says_that_it_is_synthetic() -> None:
    store = synthetic(bars=10)

    assert store.is_synthetic
    assert store.label == store.exchange == store.manifest()["exchange"] == "synthetic"


def test_every_candle_is_one_and_opens_at_the_close_before() -> None:
    store = synthetic()
    for market in store.markets:
        times, opens, highs, lows, closes, volumes = store.series(market).columns

        assert (np.diff(times) == 3600).all()
        assert (opens[1:] == closes[:-1]).all()
        assert (highs >= np.maximum(opens, closes)).all()
        assert (lows <= np.minimum(opens, closes)).all()
        assert (lows >= 10_000).all()
        assert (volumes > 0).all()


def test_no_hour_moves_further_than_the_mark_step_limit_allows() -> None:
    store = synthetic()
    for market in store.markets:
        closes = store.series(market).columns[4]

        assert (np.abs(np.diff(closes)) * 10_000 < 2_000 * closes[:-1]).all()


def test_volatility_comes_in_clusters() -> None:
    store = synthetic()
    for market in store.markets:
        moves = np.abs(np.diff(np.log(store.series(market).columns[4])))
        days = moves[: len(moves) // 24 * 24].reshape(-1, 24).mean(axis=1)

        assert np.corrcoef(days[:-1], days[1:])[0, 1] > 0.3


def test_there_is_history_before_the_default_start_and_a_replay_after_it() -> None:
    store = synthetic()

    assert store.closed("BTC-USDT", store.default_start) > 512 + 72
    assert len(ReplayFeed(store, store.default_start, store.last_close)) > 4_000


@pytest.mark.parametrize("markets", [0, 6])
def test_more_or_fewer_markets_than_there_are_is_refused(markets: int) -> None:
    with pytest.raises(Refused):
        synthetic(markets=markets)
