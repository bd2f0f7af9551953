"""A strategy that fails is named with its market and its candle, and leaves nothing half-written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tradeseal.kernel.clock import parse_utc
from tradeseal.main import app
from tradeseal.market.published import CandleStore
from tradeseal.signals.naming import INDICATORS
from tradeseal.signals.published import SignalEngine, TechnicalStrategy, read_run

SPAN = ("--markets", "BTC,ETH,XRP", "--from", "2024-12-02T15:00Z", "--to", "2024-12-05T11:00Z")
SOURCE = """
import numpy as np
from tradeseal.signals.published import Parameter, Part, ScoredStrategy


class Wrong(ScoredStrategy):
    name = "wrong"
    about = "Goes wrong."
    parameters = {"bars": Parameter(55, 5, 400, "candles")}

    def parts(self, windows, features):
        close = np.atleast_1d(windows.close[-1])
        BODY
"""
AT_ETH = "bad = np.abs(close - CLOSE) < 1e-9"  # one candle of one market, by its close
RAISES = f"{AT_ETH}; assert not bad.any(), 'what a surprise'; return {{'x': Part(100, 0 * close, 'x')}}"
NOT_A_NUMBER = f"{AT_ETH}; return {{'x': Part(100, np.where(bad, np.nan, 0.0), 'x')}}"


@pytest.fixture(scope="module")
def candle(store: CandleStore) -> float:
    """The close of ETH's candle that closed at 2024-12-03T20:00Z; no other has it."""
    close = store.candle("ETH-USDT", parse_utc("2024-12-03T19:00Z"))
    assert close is not None
    return close.close_e8 / 1e8


def refused(tmp_path: Path, body: str, *words: str, command: str = "backtest") -> dict[str, str]:
    plugins = tmp_path / "plugins"
    plugins.mkdir(exist_ok=True)
    (plugins / "wrong.py").write_text(SOURCE.replace("BODY", body))
    home = ["--home", str(tmp_path / "home"), "--plugins", str(plugins), "--strategy", "wrong", "--json"]
    told = CliRunner().invoke(app, [command, *home, *SPAN, *words])
    assert told.exit_code == 2, told.output
    found: dict[str, str] = json.loads(told.stdout)["error"]
    return found


@pytest.mark.parametrize(("body", "code"), [(RAISES, "STRATEGY_FAILED"), (NOT_A_NUMBER, "STRATEGY_NOT_A_NUMBER")])
def test_strategy_market_and_candle_are_named_and_no_run_is_kept(
    tmp_path: Path, candle: float, body: str, code: str
) -> None:
    error = refused(tmp_path, body.replace("CLOSE", repr(candle)))

    assert error["code"] == code
    assert error["message"].endswith("ETH-USDT, candle that closed at 2024-12-03T20:00:00Z.")
    assert "wrong" in error["message"]
    assert not list((tmp_path / "home").glob("**/*.json"))


@pytest.mark.parametrize("body", [RAISES, NOT_A_NUMBER])
def test_a_new_home_of_a_strategy_that_fails_is_not_begun(tmp_path: Path, candle: float, body: str) -> None:
    error = refused(tmp_path, body.replace("CLOSE", repr(candle)), "--chain", "eth-tester", command="replay")

    assert "ETH-USDT, candle that closed at 2024-12-03T20:00:00Z" in error["message"]
    assert {path.name for path in (tmp_path / "home").glob("*")} <= {"lock", "logs"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("return {'x': Part(100, 0 * close, 'the {nothing} is {above}')}", "STRATEGY_FAILED"),
        ("return {'x': Part(100, 'high', 'x')}", "STRATEGY_FAILED"),
        ("return {'x': Part(100, close[:1], 'x')}", "STRATEGY_NOT_A_NUMBER"),
        ("return None", "STRATEGY_FAILED"),
        ("return {}", "BAD_POINTS"),
        ("return {'x': Part(0, close, 'x')}", "BAD_POINTS"),
    ],
)
def test_what_is_no_part_is_refused_before_anything_runs(tmp_path: Path, body: str, code: str) -> None:
    error = refused(tmp_path, body)

    assert (error["code"], "wrong" in error["message"]) == (code, True)
    assert not list((tmp_path / "home").glob("**/*.json"))


@pytest.mark.parametrize(
    ("param", "code"),
    [
        ("speed=3", "UNKNOWN_PARAMETER"),
        ("bars=4", "BAD_PARAMETER"),
        ("bars=401", "BAD_PARAMETER"),
        ("bars=many", "BAD_PARAMETER"),
        ("bars", "BAD_PARAMETER"),
    ],
)
def test_parameters_are_refused_with_what_they_may_be(tmp_path: Path, param: str, code: str) -> None:
    error = refused(tmp_path, "return {'x': Part(100, 0 * close, 'x')}", "--param", param)

    assert error["code"] == code
    assert not (tmp_path / "home" / "backtests").exists()


def test_the_words_of_a_sentence_are_those_of_the_indicators(store: CandleStore) -> None:
    strategy = TechnicalStrategy()
    window = store.window("BTC-USDT", parse_utc("2024-12-03T20:00Z"))
    assert window is not None

    assert set(strategy.read(window).common.indicators) == set(INDICATORS)
    assert SignalEngine(strategy, None).strategy is strategy  # type: ignore[arg-type]
    assert len(read_run(strategy, window).features[0]) == 1
