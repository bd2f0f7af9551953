"""`tradeseal data download`: what a person reads, what a program reads, and a clear no with exit code 2."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from standin import HOUR, START, StandIn, a_history, listed, open_for_business, status
from typer.testing import CliRunner, Result

from tradeseal.main import app
from tradeseal.market.adapters import download as downloading
from tradeseal.market.adapters.candle_file import read_candles

pytestmark = pytest.mark.loopback

BARS = 120


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "sleep_s", lambda _: None)


@pytest.fixture
def exchange() -> Iterator[StandIn]:
    candles = {"BTCUSDT": a_history(BARS, without=(30, 31)), "ETHUSDT": a_history(BARS, seed=2)}
    with open_for_business(StandIn(candles, START + BARS * HOUR, listed("BTCUSDT", "ETHUSDT"))) as standin:
        yield standin


def asked(standin: StandIn, folder: Path, *words: str) -> Result:
    fixed = ["data", "download", "--url", standin.url, "--out", str(folder), "--from", "2021-01-01T00:00Z"]
    return CliRunner().invoke(app, [*fixed, "--markets", "BTC,ETH", *words])


def test_a_person_reads_what_came_its_gaps_and_the_next_command(exchange: StandIn, tmp_path: Path) -> None:
    said = asked(exchange, tmp_path)

    words = " ".join(said.output.split())
    assert said.exit_code == 0, said.output
    assert "binance-BTCUSDT-1h.parquet: 118 candles, 118 of them new" in words
    assert "1 gaps, 2 candles missing" in words
    assert "2 after 2021-01-02T05:00:00Z" in words
    assert f"./run.sh --data {tmp_path} --exchange binance --interval 1h" in words.replace("\n", "")


def test_a_program_reads_the_same(exchange: StandIn, tmp_path: Path) -> None:
    said = json.loads(asked(exchange, tmp_path, "--json").stdout)

    assert said["exchange"] == "binance"
    assert said["host"] == exchange.url.removeprefix("http://")
    assert [(one["market"], one["rows"], one["missing_bars"]) for one in said["files"]] == [
        ("BTC-USDT", 118, 2),
        ("ETH-USDT", 120, 0),
    ]


def test_the_span_is_the_one_asked_for(exchange: StandIn, tmp_path: Path) -> None:
    asked(exchange, tmp_path, "--to", "2021-01-02T00:00Z", "--markets", "ETH")

    assert read_candles(tmp_path / "binance-ETHUSDT-1h.parquet") == exchange.candles["ETHUSDT"][:24]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--exchange", "binnance"], "UNKNOWN_EXCHANGE"),
        (["--markets", "NOPE"], "UNKNOWN_MARKET"),
        (["--markets", " , "], "NO_MARKETS"),
        (["--interval", "7m"], "UNKNOWN_INTERVAL"),
        (["--interval", "hourly"], "UNKNOWN_INTERVAL"),
        (["--from", "yesterday"], "NOT_A_TIME"),
        (["--from", "2021-01-02T00:00Z", "--to", "2021-01-01T00:00Z"], "EMPTY_SPAN"),
        (["--from", "2999-01-01T00:00Z"], "EMPTY_SPAN"),
        (["--url", "exchange"], "NOT_A_URL"),
    ],
)
def test_a_wrong_question_gets_its_code(words: list[str], code: str, exchange: StandIn, tmp_path: Path) -> None:
    said = asked(exchange, tmp_path, *words, "--json")

    assert said.exit_code == 2
    assert json.loads(said.stdout)["error"]["code"] == code
    assert not list(tmp_path.glob("*.parquet"))


@pytest.mark.parametrize(("http", "code"), [(451, "GEO_BLOCKED"), (429, "RATE_LIMITED"), (503, "EXCHANGE_DOWN")])
def test_an_exchange_that_does_not_serve_us_is_told_with_what_to_do(
    http: int, code: str, exchange: StandIn, tmp_path: Path
) -> None:
    exchange.always = status(http)

    said = asked(exchange, tmp_path)

    assert said.exit_code == 2
    assert f"({code})" in " ".join(said.output.split())
    assert "--exchange" in said.output or "again" in said.output


def test_a_folder_that_is_a_file_is_refused(exchange: StandIn, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")

    said = asked(exchange, tmp_path / "out", "--json")

    assert json.loads(said.stdout)["error"]["code"] == "CANNOT_WRITE"
    assert (tmp_path / "out").read_text() == "mine"
