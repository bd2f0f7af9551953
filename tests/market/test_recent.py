"""A first start fetches what a few seconds bring, cut to one span, or nothing, saying why."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from standin import HOUR, Fault, StandIn, a_history, listed, open_for_business, status, time_out

from tradeseal.kernel.clock import now_s
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.market.adapters import recent as fetching
from tradeseal.market.adapters.exchange import PublicExchange
from tradeseal.market.adapters.recent import RECENT_MARKETS, bars_least, fetch_recent
from tradeseal.market.published import CandleStore, Series, load_folder
from tradeseal.signals.published import fit_calibrator

pytestmark = pytest.mark.loopback

SECONDS = 20.0  # more than it needs on a machine that is busy with other tests
BARS = 2_300
BARS_LEAST = bars_least(5)


@pytest.fixture
def exchange() -> Iterator[StandIn]:
    names = [f"{base}USDT" for base in RECENT_MARKETS]
    now = now_s()
    start = now // HOUR * HOUR - BARS * HOUR
    candles = {name: a_history(BARS + 1, seed, start) for seed, name in enumerate(names)}
    with open_for_business(StandIn(candles, now, listed(*names))) as standin:
        yield standin


def test_it_brings_five_markets_of_one_span_with_provenance(exchange: StandIn, tmp_path: Path) -> None:
    said: list[str] = []

    recent = fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url, say=said.append)
    store, report = load_folder(tmp_path, recent.exchange)

    assert (recent.exchange, recent.bars, len(recent.markets)) == ("binance", BARS, 5)
    assert recent.start == recent.last_open + HOUR - BARS // 3 * HOUR
    assert store.markets == recent.markets
    assert {len(store.series(market)) for market in store.markets} == {BARS}
    assert {store.series(market).times[0] for market in store.markets} == {recent.first_open}
    assert report.gap_count == 0
    assert store.series("SOL-USDT").columns[4].tolist() == [
        round(row.close * 1e8) for row in exchange.candles["SOLUSDT"][:BARS]
    ]
    assert len(list(tmp_path.glob("*.json"))) == 5
    assert "binance" in said[0]


@pytest.mark.slow
def test_the_unfinished_candle_is_left_out(exchange: StandIn, tmp_path: Path) -> None:
    recent = fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url)

    assert recent.last_open + HOUR <= exchange.now


@pytest.mark.slow
def test_a_younger_market_shortens_the_span_of_all(exchange: StandIn, tmp_path: Path) -> None:
    exchange.candles["SOLUSDT"] = exchange.candles["SOLUSDT"][-BARS_LEAST - 11 :]

    recent = fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url)
    store, _ = load_folder(tmp_path)

    assert recent.bars == BARS_LEAST + 10
    assert {store.series(market).times[0] for market in store.markets} == {recent.first_open}


@pytest.mark.slow
@pytest.mark.parametrize(("bars", "enough"), [(BARS_LEAST, True), (BARS_LEAST - 1, False)])
def test_too_short_a_history_is_none(bars: int, enough: bool, exchange: StandIn, tmp_path: Path) -> None:
    for name in exchange.candles:
        exchange.candles[name] = exchange.candles[name][-bars - 1 :]

    if enough:
        assert fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url).bars == bars
        return
    with pytest.raises(Unavailable) as failure:
        fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url)
    assert str(BARS_LEAST) in failure.value.message
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("fault", [status(451), status(429, Retry_After="60"), status(500)])
def test_an_exchange_that_does_not_help_is_named_and_nothing_is_written(
    fault: Fault, exchange: StandIn, tmp_path: Path
) -> None:
    exchange.always, exchange.always_at = fault, "/"

    with pytest.raises(Unavailable) as failure:
        fetch_recent(tmp_path / "data", seconds=SECONDS, url=exchange.url)

    assert failure.value.code == "NO_EXCHANGE_ANSWERED"
    assert "binance" in failure.value.message
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_a_page_that_fails_ends_the_past_but_not_the_present(exchange: StandIn, tmp_path: Path) -> None:
    def third_page(handler) -> bool:  # type: ignore[no-untyped-def]
        oldest = min(row.time for row in exchange.candles["BTCUSDT"])
        if int(handler.path.split("startTime=")[1].split("&")[0]) // 1000 < oldest:
            return status(503)(handler)
        return False

    exchange.always = third_page

    assert fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url).bars == 2_000


def test_the_time_is_kept_where_an_exchange_does_not_answer(exchange: StandIn, tmp_path: Path) -> None:
    exchange.always, exchange.always_at = time_out(5.0), "/"
    began = time.monotonic()

    with pytest.raises(Unavailable):
        fetch_recent(tmp_path, seconds=1.0, url=exchange.url)

    assert time.monotonic() - began < 2.5


def test_the_time_is_kept_where_a_name_never_resolves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    class Silent(PublicExchange):
        def listings(self, markets):  # type: ignore[no-untyped-def]
            release.wait(20)
            raise Unavailable("NO_NETWORK", "at last")

    monkeypatch.setattr(fetching, "PublicExchange", Silent)
    with pytest.raises(Unavailable) as failure:
        fetch_recent(tmp_path, seconds=0.5)
    release.set()

    assert failure.value.code == "NO_TIME"


def test_without_a_network_two_names_are_asked_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Offline(PublicExchange):
        def listings(self, markets):  # type: ignore[no-untyped-def]
            asked.append(self.name)
            raise Unavailable("NO_NETWORK", "no way", host=f"{self.name}.example")

    monkeypatch.setattr(fetching, "PublicExchange", Offline)
    with pytest.raises(Unavailable) as failure:
        fetch_recent(tmp_path, seconds=5.0)

    assert failure.value.code == "NO_NETWORK"
    assert asked == ["binance", "kucoin"]
    assert "binance.example and kucoin.example cannot be reached" in failure.value.message


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"exchanges": ["binnance"]}, "UNKNOWN_EXCHANGE"),
        ({"exchanges": ["binance"], "markets": ["NOPE"]}, "UNKNOWN_MARKET"),
        ({"exchanges": ["binance"], "interval": "7m"}, "UNKNOWN_INTERVAL"),
        ({"interval": "hourly"}, "UNKNOWN_INTERVAL"),
    ],
)
def test_what_a_person_asks_wrongly_for_is_refused(
    options: dict[str, object], code: str, exchange: StandIn, tmp_path: Path
) -> None:
    with pytest.raises(Refused) as refusal:
        fetch_recent(tmp_path, seconds=SECONDS, url=exchange.url, **options)  # type: ignore[arg-type]

    assert refusal.value.code == code


@pytest.mark.slow
@pytest.mark.parametrize("markets", [1, 2, 5])
def test_the_fewest_bars_are_enough_to_learn_from(markets: int) -> None:
    bars = bars_least(markets)
    series = [
        Series(
            f"M{number}-USDT",
            np.array([(row.time, *(round(v * 1e8) for v in row[1:])) for row in a_history(bars, number)]),
        )
        for number in range(markets)
    ]
    store = CandleStore(series, interval_s=HOUR, exchange="test")

    assert fit_calibrator(store, store.markets, store.default_start).origin.rows >= 400


def test_a_wall_that_swallows_everything_is_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "FIRST_ANSWER_S", 0.2)
    asked: list[str] = []

    class Walled(PublicExchange):
        def __init__(self, name: str, **options: Any) -> None:
            asked.append(name)
            super().__init__(name, **{**options, "url": wall})

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()  # connects, and never says a word
        wall = f"http://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setattr(fetching, "PublicExchange", Walled)
        with pytest.raises(Unavailable) as failure:
            fetch_recent(tmp_path, seconds=SECONDS)

    assert failure.value.code == "NO_NETWORK"
    assert asked == ["binance", "kucoin"]
