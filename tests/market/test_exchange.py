"""Whatever goes wrong between us and an exchange has a code, its facts and a next step; markets are found by name."""

import errno
import socket
from collections.abc import Iterator

import pytest
from standin import (
    HOUR,
    START,
    Fault,
    StandIn,
    a_history,
    cut_off,
    hang_up,
    html,
    listed,
    not_candles,
    open_for_business,
    status,
    time_out,
)

from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.market.adapters.exchange import EXCHANGES, PublicExchange, retry_after

pytestmark = pytest.mark.loopback


@pytest.fixture
def exchange() -> Iterator[StandIn]:
    candles = {"BTCUSDT": a_history(20), "ETHUSDT": a_history(20, seed=2)}
    with open_for_business(StandIn(candles, START + 20 * HOUR, listed("BTCUSDT", "ETHUSDT"))) as standin:
        yield standin


def opened(standin: StandIn, timeout_s: float = 5.0) -> PublicExchange:
    return PublicExchange("binance", url=standin.url, timeout_s=timeout_s)


def failure_of(standin: StandIn, fault: Fault, timeout_s: float = 5.0) -> TradesealError:
    source = opened(standin, timeout_s)
    (listing,) = source.listings(["BTC"])
    standin.faults.append(fault)
    with pytest.raises(TradesealError) as failure:
        source.page(listing, HOUR, START, 10)
    return failure.value


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        (status(451), Refused, "GEO_BLOCKED"),
        (status(403), Refused, "GEO_BLOCKED"),
        (html(403), Refused, "GEO_BLOCKED"),
        (status(429), Unavailable, "RATE_LIMITED"),
        (status(418), Unavailable, "RATE_LIMITED"),
        (status(408), Unavailable, "TIMED_OUT"),
        (status(504), Unavailable, "TIMED_OUT"),
        (status(500), Unavailable, "EXCHANGE_DOWN"),
        (html(502), Unavailable, "EXCHANGE_DOWN"),
        (status(503), Unavailable, "EXCHANGE_DOWN"),
        (hang_up, Unavailable, "CONNECTION_LOST"),
        (cut_off(honest_length=True), Unavailable, "CONNECTION_LOST"),
        (cut_off(honest_length=False), Unavailable, "BAD_ANSWER"),
        (html(200), Unavailable, "BAD_ANSWER"),
        (status(400, {"code": -1121, "msg": "Invalid symbol."}), Refused, "UNKNOWN_MARKET"),
        (status(400, {"code": -1100, "msg": "Illegal characters"}), Refused, "EXCHANGE_REFUSED"),
        (status(404), Refused, "EXCHANGE_REFUSED"),
    ],
)
def test_each_failure_has_its_code_and_a_sentence(
    fault: Fault, kind: type[TradesealError], code: str, exchange: StandIn
) -> None:
    failure = failure_of(exchange, fault)

    assert (type(failure), failure.code) == (kind, code)
    assert failure.message.startswith(("binance", "The connection"))
    assert failure.facts["exchange"] == "binance"


def test_a_time_out_is_said(exchange: StandIn) -> None:
    assert failure_of(exchange, time_out(3.0), timeout_s=1.0).code == "TIMED_OUT"


def test_a_geo_block_names_others_to_choose(exchange: StandIn) -> None:
    assert "kraken" in failure_of(exchange, status(451)).message


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "NO_NETWORK"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "NO_NETWORK"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "NO_NETWORK"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "CONNECTION_LOST"),
    ],
)
def test_no_way_out_is_told_from_a_lost_connection(cause: OSError, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object, **__: object) -> None:
        raise cause

    monkeypatch.setattr("urllib3.util.connection.create_connection", unreachable)
    monkeypatch.setattr("urllib3.connection.connection.create_connection", unreachable)

    with pytest.raises(Unavailable) as failure:
        PublicExchange("binance").listings(["BTC"])

    assert failure.value.code == code
    assert failure.value.facts["host"] == "data-api.binance.vision"


def test_nobody_listening_is_a_lost_connection(exchange: StandIn) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        source = PublicExchange("binance", url=f"http://127.0.0.1:{unused.getsockname()[1]}")
        with pytest.raises(Unavailable) as failure:
            source.listings(["BTC"])

    assert failure.value.code == "CONNECTION_LOST"


@pytest.mark.parametrize("name", ["binnance", "", "Exchange", "../binance"])
def test_an_unknown_exchange_is_refused_by_name(name: str) -> None:
    with pytest.raises(Refused) as refusal:
        PublicExchange(name)

    assert (refusal.value.code, refusal.value.facts["got"]) == ("UNKNOWN_EXCHANGE", name)


@pytest.mark.parametrize("url", ["api.example", "ftp://api.example", "https://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(Refused) as refusal:
        PublicExchange("binance", url=url)

    assert refusal.value.code == "NOT_A_URL"


def test_an_interval_the_exchange_lacks_is_refused_with_those_it_has(exchange: StandIn) -> None:
    with pytest.raises(Refused) as refusal:
        opened(exchange).refuse_interval(7 * 60)

    assert refusal.value.code == "UNKNOWN_INTERVAL"
    assert "1h" in refusal.value.facts["known"]


def test_markets_are_named_by_base_asset_or_pair_in_any_case(exchange: StandIn) -> None:
    named = [opened(exchange).listings(names) for names in (["BTC", "ETH"], ["btc", " eth "], ["BTC-USDT", "ETH-USDT"])]

    assert [[one.market for one in listings] for listings in named] == [["BTC-USDT", "ETH-USDT"]] * 3
    assert named[0][0].pair == "BTCUSDT"


@pytest.mark.parametrize("name", ["NOPE", "BTC-NOPE", "BTC/USDT", "-"])
def test_a_market_the_exchange_lacks_is_refused_by_name(name: str, exchange: StandIn) -> None:
    with pytest.raises(Refused) as refusal:
        opened(exchange).listings(["BTC", name])

    assert (refusal.value.code, refusal.value.facts["got"]) == ("UNKNOWN_MARKET", name)


@pytest.mark.parametrize("name", EXCHANGES)
def test_every_exchange_of_the_list_has_hourly_candles_and_pages_fit_for_history(name: str) -> None:
    source = PublicExchange(name)

    source.refuse_interval(HOUR)
    assert source.page_limit >= 300


@pytest.mark.parametrize("name", [*EXCHANGES, "kraken", "gate", "mexc"])
def test_another_address_replaces_every_one_of_the_exchange(name: str) -> None:
    source = PublicExchange(name, url="http://127.0.0.1:9")

    with pytest.raises(Unavailable) as failure:
        source.listings(["BTC"])

    assert failure.value.code == "CONNECTION_LOST"
    assert "127.0.0.1" in failure.value.facts["host"]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3), ("0", 0), ("", None), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)],
)
def test_the_wait_an_exchange_asks_for_is_read_as_seconds_or_date(header: str, seconds: int | None) -> None:
    assert retry_after({"retry-after": header}) == seconds


def test_json_without_candles_is_no_candle(exchange: StandIn) -> None:
    source = opened(exchange)
    (listing,) = source.listings(["BTC"])
    exchange.faults.append(not_candles)

    assert source.page(listing, HOUR, START, 10).rows == []


def test_siblings_know_the_markets_and_share_the_librarys_pace(exchange: StandIn) -> None:
    source = opened(exchange)
    (listing,) = source.listings(["BTC"])
    sibling = source.sibling(5)

    assert sibling.page(listing, HOUR, START, 3).rows == source.page(listing, HOUR, START, 3).rows
    assert source._api.enableRateLimit
    assert sibling._api.rateLimit == 5 * source._api.rateLimit
