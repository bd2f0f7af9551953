"""A new home without --data fetches real candles or says why not; a used one goes on with what it began with."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standin import HOUR, StandIn, a_history, listed, open_for_business, status

from tradeseal import bootstrap
from tradeseal.bootstrap import Data, open_data
from tradeseal.home.manifest import keep_manifest
from tradeseal.kernel.clock import now_s
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.market.adapters.recent import RECENT_MARKETS
from tradeseal.settings import Settings

pytestmark = pytest.mark.loopback

BARS = 1_600


@pytest.fixture
def exchange() -> Iterator[StandIn]:
    names = [f"{base}USDT" for base in RECENT_MARKETS]
    now = now_s()
    start = now // HOUR * HOUR - BARS * HOUR
    candles = {name: a_history(BARS + 1, seed, start) for seed, name in enumerate(names)}
    with open_for_business(StandIn(candles, now, listed(*names))) as standin:
        yield standin


def begin(home: Path, standin: StandIn | None = None, **chosen: Any) -> Data:
    """What a start does before the engine: open the data, and keep the manifest of a new home."""
    home.mkdir(parents=True, exist_ok=True)
    url = {} if standin is None else {"exchange_url": standin.url, "fetch_seconds": 20.0}
    data = open_data(Settings(home=home, **(url | chosen)))
    if not (home / "manifest.json").exists():
        keep_manifest(home, data.manifest)
    return data


def test_a_new_home_trades_what_it_fetched_and_keeps_it(exchange: StandIn, tmp_path: Path) -> None:
    data = begin(tmp_path, exchange)

    assert not data.synthetic
    assert (data.store.label, len(data.store.markets)) == ("binance", 5)
    assert len(list((tmp_path / "data").glob("binance-*-1h.parquet"))) == 5
    assert data.note.startswith("1600 candles of each of BTC-USDT")
    assert data.manifest.end - data.manifest.start == BARS // 3 * HOUR


def test_a_used_home_goes_on_without_asking_even_where_it_was_moved(exchange: StandIn, tmp_path: Path) -> None:
    began = begin(tmp_path / "home", exchange)
    exchange.questions.clear()
    shutil.move(tmp_path / "home", tmp_path / "moved")

    again = begin(tmp_path / "moved", exchange)

    assert again.manifest == began.manifest
    assert exchange.questions == []


def test_a_home_that_began_without_a_network_stays_synthetic(exchange: StandIn, tmp_path: Path) -> None:
    began = begin(tmp_path, fetch_seconds=0)

    again = begin(tmp_path, exchange)

    assert again.manifest == began.manifest
    assert "this home began with them" in again.note
    assert exchange.questions == []


@pytest.mark.slow
def test_only_explicit_other_data_is_refused(exchange: StandIn, tmp_path: Path) -> None:
    begin(tmp_path / "home", exchange)
    exchange.candles["BTCUSDT"][-5] = exchange.candles["BTCUSDT"][-5]._replace(volume=1.0)
    begin(tmp_path / "other", exchange)

    with pytest.raises(Refused) as refusal:
        begin(tmp_path / "home", data=tmp_path / "other" / "data")

    assert refusal.value.code == "OTHER_DATA"
    assert begin(tmp_path / "home", data=tmp_path / "home" / "data").store.label == "binance"


@pytest.mark.slow
def test_the_markets_and_the_interval_a_person_chose_are_fetched(exchange: StandIn, tmp_path: Path) -> None:
    assert begin(tmp_path, exchange, markets=("ETH",)).store.markets == ("ETH-USDT",)


def test_without_a_network_it_plays_the_synthetic_feed_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: object, **__: object) -> None:
        raise Unavailable("NO_NETWORK", "There is no way to an exchange")

    monkeypatch.setattr(bootstrap, "fetch_recent", offline)

    data = begin(tmp_path, fetch_seconds=5)

    assert data.synthetic
    assert data.note.startswith("synthetic prices, for no real ones could be fetched: There is no way to an exchange")
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_an_exchange_that_blocks_us_leaves_the_synthetic_feed(exchange: StandIn, tmp_path: Path) -> None:
    exchange.always, exchange.always_at = status(451), "/"

    data = begin(tmp_path, exchange)

    assert data.synthetic
    assert "HTTP 451" in data.note


@pytest.mark.parametrize("chosen", [{"fetch_seconds": 0}, {"start": "2024-10-01T00:00Z"}])
def test_nothing_is_fetched_where_it_is_switched_off_or_times_are_given(
    chosen: dict[str, Any], exchange: StandIn, tmp_path: Path
) -> None:
    data = begin(tmp_path, exchange, **chosen)

    assert data.synthetic
    assert data.note.startswith("synthetic prices: ")
    assert exchange.questions == []
