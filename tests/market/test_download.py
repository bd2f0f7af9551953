"""Downloaded candles equal the exchange's, whatever it does to a page and however often the download is killed."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from standin import (
    HOUR,
    START,
    Fault,
    StandIn,
    a_history,
    an_error_with_200,
    backwards,
    cut_off,
    empty,
    hang_up,
    html,
    listed,
    listed_at_kraken,
    not_candles,
    open_for_business,
    overlapping,
    short,
    status,
    time_out,
)

from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.market.adapters import download as downloading
from tradeseal.market.adapters.candle_file import METADATA, read_candles
from tradeseal.market.adapters.download import MarketReport, Span, download, find_exchange, span_of
from tradeseal.market.adapters.exchange import PublicExchange, Row
from tradeseal.market.adapters.watching import Watcher
from tradeseal.market.published import load_folder

pytestmark = pytest.mark.loopback

BARS = 260
UNTRADED = (40, 41, 42, 130)
NOW = START + 250 * HOUR + 1200  # bar 250 is unfinished
FINISHED = [row for row in a_history(BARS, without=UNTRADED) if row.time + HOUR <= NOW]


@pytest.fixture
def exchange() -> Iterator[StandIn]:
    standin = StandIn({"BTCUSDT": a_history(BARS, without=UNTRADED)}, NOW, listed("BTCUSDT"), page_most=50)
    with open_for_business(standin):
        yield standin


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the download would have waited; nobody waits in a test."""
    waited: list[float] = []
    monkeypatch.setattr(downloading, "sleep_s", waited.append)
    return waited


def bring(
    standin: StandIn, folder: Path, *, start: int = START, end: int = NOW, timeout_s: float = 5.0
) -> MarketReport:
    source = PublicExchange("binance", url=standin.url, timeout_s=timeout_s)
    (report,) = download(source, source.listings(["BTC"]), span_of(HOUR, start, end), folder)
    return report


def candles_in(folder: Path) -> list[Row]:
    return read_candles(folder / "binance-BTCUSDT-1h.parquet")


def refusal_of(standin: StandIn, folder: Path, **options: int) -> TradesealError:
    with pytest.raises(TradesealError) as refusal:
        bring(standin, folder, **options)
    return refusal.value


def test_the_candles_are_the_exchanges_and_the_unfinished_one_is_left_out(exchange: StandIn, tmp_path: Path) -> None:
    report = bring(exchange, tmp_path)

    assert candles_in(tmp_path) == FINISHED
    assert (report.rows, report.last_open) == (len(FINISHED), START + 249 * HOUR)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(status(429, Retry_After="2"), id="429 with Retry-After"),
        pytest.param(status(429), id="429"),
        pytest.param(status(418, Retry_After="1"), id="418"),
        pytest.param(status(500), id="500"),
        pytest.param(status(503, Retry_After="1"), id="503"),
        pytest.param(html(502), id="502 as a page"),
        pytest.param(html(200), id="200 as a page"),
        pytest.param(cut_off(honest_length=True), id="cut off on the way"),
        pytest.param(cut_off(honest_length=False), id="cut off at the source"),
        pytest.param(hang_up, id="hung up"),
        pytest.param(not_candles, id="JSON, but not candles"),
        pytest.param(an_error_with_200, id="an error as 200"),
        pytest.param(empty, id="an empty page"),
        pytest.param(backwards, id="newest first"),
        pytest.param(overlapping, id="overlapping and doubled"),
        pytest.param(short, id="a short page"),
    ],
)
@pytest.mark.parametrize("at", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_a_bad_day_of_the_exchange_changes_no_candle(fault: Fault, at: int, exchange: StandIn, tmp_path: Path) -> None:
    exchange.faults.extend([well] * at + [fault])

    report = bring(exchange, tmp_path)

    assert candles_in(tmp_path) == FINISHED
    assert (len(report.gaps), report.missing) == (2, 4)
    assert not exchange.faults


def test_a_time_out_changes_no_candle(exchange: StandIn, tmp_path: Path) -> None:
    exchange.faults.extend([well, time_out(3.0)])

    assert bring(exchange, tmp_path, timeout_s=1.0).waits == 1
    assert candles_in(tmp_path) == FINISHED


def test_every_bad_day_in_one_week_changes_no_candle(exchange: StandIn, tmp_path: Path) -> None:
    days = [status(429), html(502), hang_up, cut_off(honest_length=False), backwards, overlapping, short]
    exchange.faults.extend(random.Random(7).sample([*days * 3, empty, empty], 23))

    bring(exchange, tmp_path)

    assert candles_in(tmp_path) == FINISHED


def test_it_waits_as_long_as_the_exchange_asks_and_says_why(
    exchange: StandIn, tmp_path: Path, waits: list[float]
) -> None:
    class Seen(Watcher):
        said: list[str] = []  # noqa: RUF012

        def waits(self, why: TradesealError, seconds: float) -> None:
            self.said.append(f"{why.code} {seconds:g}")

    exchange.faults.extend([status(429, Retry_After="7"), status(500)])
    source = PublicExchange("binance", url=exchange.url)
    download(source, source.listings(["BTC"]), span_of(HOUR, START, NOW), tmp_path, Seen())

    assert waits == [7.0, 2.0]
    assert Seen.said == ["RATE_LIMITED 7", "EXCHANGE_DOWN 2"]


def test_it_gives_up_where_an_exchange_asks_for_more_than_a_minute(exchange: StandIn, tmp_path: Path) -> None:
    exchange.faults.extend([well, status(429, Retry_After="61")])

    refusal = refusal_of(exchange, tmp_path)

    assert isinstance(refusal, Unavailable)
    assert (refusal.code, refusal.facts["retry_after"]) == ("RATE_LIMITED", 61)
    assert "resumes" in refusal.message


def test_what_was_brought_before_giving_up_is_not_asked_for_again(exchange: StandIn, tmp_path: Path) -> None:
    exchange.faults.extend([well, well, *[status(503)] * downloading.ATTEMPTS])
    assert refusal_of(exchange, tmp_path).code == "EXCHANGE_DOWN"
    assert not list(tmp_path.glob("*.parquet"))
    exchange.questions.clear()

    report = bring(exchange, tmp_path)

    assert int(exchange.questions[0]["startTime"]) == (FINISHED[99].time + HOUR) * 1000
    assert report.new_rows == len(FINISHED) - 100
    assert candles_in(tmp_path) == FINISHED


def test_gaps_are_reported_with_their_place_on_the_screen_and_beside_the_file(
    exchange: StandIn, tmp_path: Path
) -> None:
    report = bring(exchange, tmp_path, start=START - 10 * HOUR)

    beside = json.loads((tmp_path / "binance-BTCUSDT-1h.json").read_text())

    assert [(gap.after, gap.missing) for gap in report.gaps] == [(START + 39 * HOUR, 3), (START + 129 * HOUR, 1)]
    assert report.begins_late == 10
    assert (beside["gaps"], beside["missing_bars"], beside["bars_before_the_first"]) == (2, 4, 10)
    assert beside["gap_examples"][0] == {"after": "2021-01-02T15:00:00Z", "missing": 3}


def test_a_silence_longer_than_a_page_is_a_gap_and_not_the_end(tmp_path: Path) -> None:
    rows = a_history(BARS, without=range(60, 200))
    standin = StandIn({"BTCUSDT": rows}, NOW, listed("BTCUSDT"), page_most=50)

    class Windowed(PublicExchange):
        """As most exchanges do: only candles of the span a page could hold."""

        page_limit = 50

        def page(self, listing, interval_s, start, limit):  # type: ignore[no-untyped-def]
            page = super().page(listing, interval_s, start, limit)
            return page._replace(rows=[row for row in page.rows if row.time < start + limit * interval_s])

    with open_for_business(standin):
        source = Windowed("binance", url=standin.url)
        (report,) = download(source, source.listings(["BTC"]), span_of(HOUR, START, NOW), tmp_path)

    assert candles_in(tmp_path) == [row for row in rows if row.time + HOUR <= NOW]
    assert report.missing == 140


def test_our_clock_running_ahead_does_not_let_an_unfinished_candle_in(exchange: StandIn, tmp_path: Path) -> None:
    bring(exchange, tmp_path, end=NOW + 30 * 86_400)

    assert candles_in(tmp_path)[-1].time == START + 249 * HOUR


def test_our_clock_running_behind_decides_too(
    exchange: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = START + 100 * HOUR + 60
    monkeypatch.setattr("tradeseal.market.adapters.exchange.now_s", lambda: behind)

    bring(exchange, tmp_path)

    assert candles_in(tmp_path)[-1].time == START + 99 * HOUR


def test_the_file_says_where_it_came_from_and_so_does_its_neighbour(exchange: StandIn, tmp_path: Path) -> None:
    bring(exchange, tmp_path)

    told = json.loads(pq.read_schema(tmp_path / "binance-BTCUSDT-1h.parquet").metadata[METADATA])
    beside = json.loads((tmp_path / "binance-BTCUSDT-1h.json").read_text())

    assert told["exchange"], told["symbol"] == ("binance", "BTC/USDT")
    assert told["host"] == exchange.url.removeprefix("http://")
    assert told["library"].startswith("ccxt 4.5.")
    assert (told["first_open"], told["last_open"]) == ("2021-01-01T00:00:00Z", "2021-01-11T09:00:00Z")
    assert told["rows"] == len(FINISHED)
    assert told["fetched_at"].endswith("Z")
    assert told.items() <= beside.items()
    assert len(beside["sha256"]) == 64


def test_the_store_loads_the_same_integers(exchange: StandIn, tmp_path: Path) -> None:
    bring(exchange, tmp_path)

    store, report = load_folder(tmp_path)

    assert report.rows == len(FINISHED)
    assert store.series("BTC-USDT").columns[4].tolist() == [round(row.close * 1e8) for row in FINISHED]


def test_a_finished_file_is_left_alone_and_a_later_end_makes_it_longer(exchange: StandIn, tmp_path: Path) -> None:
    bring(exchange, tmp_path, end=START + 200 * HOUR)
    before = (tmp_path / "binance-BTCUSDT-1h.parquet").read_bytes()
    exchange.questions.clear()

    assert bring(exchange, tmp_path, end=START + 200 * HOUR).new_rows == 0
    assert exchange.questions == []
    assert (tmp_path / "binance-BTCUSDT-1h.parquet").read_bytes() == before

    assert bring(exchange, tmp_path).new_rows == 50
    assert candles_in(tmp_path) == FINISHED


def test_a_file_of_another_span_is_not_touched(exchange: StandIn, tmp_path: Path) -> None:
    bring(exchange, tmp_path)
    before = (tmp_path / "binance-BTCUSDT-1h.parquet").read_bytes()

    refusal = refusal_of(exchange, tmp_path, start=START + HOUR)

    assert (refusal.code, "--out" in refusal.message) == ("FILE_EXISTS", True)
    assert (tmp_path / "binance-BTCUSDT-1h.parquet").read_bytes() == before


def test_a_price_finer_than_the_scale_is_refused(exchange: StandIn, tmp_path: Path) -> None:
    fine = [[START * 1000, "1", "2", "0.123456789", "1.5", "1", 0, "0", 1, "0", "0", "0"]]
    exchange.faults.append(status(200, fine))

    refusal = refusal_of(exchange, tmp_path)

    assert (refusal.code, refusal.facts["got"]) == ("SCALE_NOT_SUPPORTED", "0.123456789")


def test_rows_that_are_no_candles_are_left_out_and_counted(exchange: StandIn, tmp_path: Path) -> None:
    rows = [
        [START * 1000, "1", "2", "1", "1.5", "1", 0],
        [(START + HOUR) * 1000, None, "2", "1", "1.5", "1", 0],
        [(START + 2 * HOUR) * 1000, "1", "1", "2", "1.5", "1", 0],
        [(START + 3 * HOUR) * 1000, "1", "2", "0", "1.5", "1", 0],
    ]
    exchange.faults.append(status(200, rows))

    report = bring(exchange, tmp_path)

    assert report.unusable == 3
    assert report.rows == len(FINISHED)  # the three come whole with the next page


def test_a_span_without_candles_is_refused_and_leaves_nothing(exchange: StandIn, tmp_path: Path) -> None:
    exchange.candles["BTCUSDT"] = []

    assert refusal_of(exchange, tmp_path).code == "NO_CANDLES"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("start", "end"), [(START, START), (START, START + HOUR - 1), (START + 1, START + HOUR)])
def test_a_span_without_a_whole_candle_is_refused(start: int, end: int) -> None:
    with pytest.raises(Refused) as refusal:
        span_of(HOUR, start, end)

    assert refusal.value.code == "EMPTY_SPAN"


def test_a_span_is_cut_to_whole_candles() -> None:
    assert span_of(HOUR, START - 1, START + 2 * HOUR + 5) == Span(HOUR, START, START + 2 * HOUR)


def test_two_downloads_do_not_write_one_file(exchange: StandIn, tmp_path: Path) -> None:
    source = PublicExchange("binance", url=exchange.url)
    listings = source.listings(["BTC"])

    class Second(Watcher):
        def page(self, market: str, done: int, total: int) -> None:
            assert refusal_of(exchange, tmp_path).code == "DOWNLOAD_RUNS"

    download(source, listings, span_of(HOUR, START, NOW), tmp_path, Second())

    assert candles_in(tmp_path) == FINISHED


@pytest.mark.parametrize("torn", [1, 47, 48, 4799])
def test_a_journal_torn_anywhere_is_gone_on_with(torn: int, exchange: StandIn, tmp_path: Path) -> None:
    exchange.faults.extend([well, well, *[status(503)] * downloading.ATTEMPTS])
    refusal_of(exchange, tmp_path)
    journal = tmp_path / "binance-BTCUSDT-1h.part"
    journal.write_bytes(journal.read_bytes()[:-torn])

    bring(exchange, tmp_path)

    assert candles_in(tmp_path) == FINISHED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["binance-BTCUSDT-1h.json", "binance-BTCUSDT-1h.parquet"]


DOWNLOAD = """
import sys
from pathlib import Path
from tradeseal.market.adapters.download import download, span_of
from tradeseal.market.adapters.exchange import PublicExchange
source = PublicExchange("binance", url=sys.argv[1])
download(source, source.listings(["BTC"]), span_of(3600, int(sys.argv[2]), int(sys.argv[3])), Path(sys.argv[4]))
"""


@pytest.mark.slow
def test_killed_at_any_page_and_run_again_it_ends_with_the_same_file(exchange: StandIn, tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole", tmp_path / "torn"
    run_download(exchange, whole).wait(timeout=60)
    for pages in (1, 3):
        exchange.questions.clear()
        asked, killed = threading.Event(), threading.Event()
        exchange.always = silent_after(pages, exchange, asked, killed)
        process = run_download(exchange, torn)
        assert asked.wait(60)
        process.send_signal(signal.SIGKILL)
        assert process.wait(timeout=10) == -signal.SIGKILL
        killed.set()
        assert not (torn / "binance-BTCUSDT-1h.parquet").exists()
    exchange.always = None

    assert run_download(exchange, torn).wait(timeout=60) == 0

    assert candles_in(torn) == candles_in(whole) == FINISHED
    assert timeless(torn) == timeless(whole)
    assert sorted(path.name for path in torn.iterdir()) == sorted(path.name for path in whole.iterdir())


def run_download(standin: StandIn, folder: Path) -> subprocess.Popen[bytes]:
    words = [standin.url, str(START), str(NOW), str(folder)]
    return subprocess.Popen([sys.executable, "-c", DOWNLOAD, *words], env=os.environ | {"PYTHONPATH": "backend"})


def timeless(folder: Path) -> dict[str, object]:
    told = json.loads((folder / "binance-BTCUSDT-1h.json").read_text())
    return {name: value for name, value in told.items() if name not in ("fetched_at", "sha256")}


def silent_after(pages: int, exchange: StandIn, asked: threading.Event, go_on: threading.Event) -> Fault:
    """After so many pages no answer until it may go on."""

    def fault(handler: object) -> bool:
        if len(exchange.questions) >= pages:
            asked.set()
            go_on.wait(60)
        return False

    return fault


def well(handler: object) -> bool:
    """A good day."""
    return False


def test_without_a_name_the_first_exchange_that_helps_is_taken(
    exchange: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answers(monkeypatch, exchange, {"binance": Refused("GEO_BLOCKED", "not from here"), "kucoin": None})

    source, _ = find_exchange([], ["BTC"], HOUR)

    assert (source.name, asked) == ("kucoin", ["binance", "kucoin"])


def test_where_none_helps_every_reason_is_given(exchange: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = Refused("GEO_BLOCKED", "not from here")
    answers(monkeypatch, exchange, dict.fromkeys(downloading.EXCHANGES, blocked))

    with pytest.raises(Unavailable) as refusal:
        find_exchange([], ["BTC"], HOUR)

    assert refusal.value.code == "NO_EXCHANGE_ANSWERED"
    assert len(refusal.value.facts["tried"]) == len(downloading.EXCHANGES)


def test_without_a_network_the_other_exchanges_are_not_tried(
    exchange: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = answers(monkeypatch, exchange, {"binance": Unavailable("NO_NETWORK", "no way there")})

    with pytest.raises(Unavailable) as refusal:
        find_exchange([], ["BTC"], HOUR)

    assert (refusal.value.code, asked) == ("NO_NETWORK", ["binance"])


def answers(monkeypatch: pytest.MonkeyPatch, standin: StandIn, by_name: dict[str, TradesealError | None]) -> list[str]:
    """Exchanges that answer with these errors, or, for None, as the stand-in does."""
    asked: list[str] = []

    class Answering(PublicExchange):
        def __init__(self, name: str, *, url: str | None = None, **options: float) -> None:
            super().__init__("binance", url=standin.url)
            self.name = name

        def listings(self, markets):  # type: ignore[no-untyped-def]
            asked.append(self.name)
            error = by_name[self.name]
            if error is not None:
                raise error
            return super().listings(markets)

    monkeypatch.setattr(downloading, "PublicExchange", Answering)
    return asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("market", "start"),
    [
        ("BTC", 1_517_443_200),  # 2018-02-01: a gap of 33 hours
        ("DOGE", 1_619_827_200),  # 2021-05-01: prices and volumes of other sizes
    ],
)
def test_real_candles_come_through_every_weather_to_the_last_integer(
    market: str, start: int, market_data: Path, tmp_path: Path
) -> None:
    end, symbol = start + 2_500 * HOUR, f"{market}USDT"
    source_rows = [row for row in read_candles(market_data / f"binance-{symbol}-1h.parquet") if row.time < end]
    standin = StandIn({symbol: source_rows}, end + 600, listed(symbol))
    days = [status(429), html(502), hang_up, cut_off(honest_length=False), empty, backwards, overlapping, short]
    standin.faults.extend(random.Random(market).sample(days, len(days)))
    with open_for_business(standin):
        source = PublicExchange("binance", url=standin.url)
        download(source, source.listings([market]), span_of(HOUR, start, end), tmp_path)

    here, _ = load_folder(tmp_path)
    there, _ = load_folder(market_data, markets=[market])
    table = there.series(f"{market}-USDT").table
    within = table[(table[:, 0] >= start) & (table[:, 0] < end)]

    assert len(within) > 2_400
    assert (here.series(f"{market}-USDT").table == within).all()


@pytest.mark.slow
def test_an_exchange_that_keeps_little_gives_what_it_has_and_the_rest_is_reported(tmp_path: Path) -> None:
    rows = a_history(1_000)
    standin = StandIn({"XXBTZUSD": rows}, START + 999 * HOUR + 60, listed_at_kraken(), page_most=10**6)
    standin.faults.extend([status(503), empty_of_kraken])
    with open_for_business(standin):
        source = PublicExchange("kraken", url=standin.url)
        (report,) = download(source, source.listings(["BTC"]), span_of(HOUR, START, NOW * 2), tmp_path)

    assert read_candles(tmp_path / "kraken-BTCUSD-1h.parquet") == rows[280:999]
    assert (report.market, report.begins_late, report.missing) == ("BTC-USD", 280, 0)
    assert load_folder(tmp_path, "kraken")[0].markets == ("BTC-USD",)


empty_of_kraken = status(200, {"error": [], "result": {"XXBTZUSD": [], "last": START}})
