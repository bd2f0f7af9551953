"""Bad input on the command line gets one clear line and exit code 2, and changes nothing."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tradeseal import __version__
from tradeseal.main import app


def run(*words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=answer)


def code_of(result: Result) -> str:
    return str(json.loads(result.stdout)["error"]["code"])


def replayed(home: Path, *words: object) -> Result:
    return run("replay", "--home", home, "--json", *words)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--data", "/nowhere/at/all"), "DATA_FOLDER_MISSING"),
        (("--interval", "1fortnight"), "UNKNOWN_INTERVAL"),
        (("--markets", "NOSUCH"), "UNKNOWN_MARKET"),
        (("--from", "yesterday"), "NOT_A_TIME"),
        (("--speed", "-1"), "BAD_SPEED"),
        (("--from", "2031-01-01T00:00Z"), "NO_CANDLES"),
    ],
)
def test_a_bad_option_is_named_and_leaves_no_store(tmp_path: Path, words: tuple[str, ...], code: str) -> None:
    result = replayed(tmp_path / "home", *words)

    assert (2, code) == (result.exit_code, code_of(result))
    assert not (tmp_path / "home" / "ledger.sqlite").exists()


@pytest.mark.parametrize(
    ("words", "code", "meant"),
    [
        (("backtest", "--strategy", "tend"), "UNKNOWN_STRATEGY", "trend"),
        (("backtest", "--strategy", "ema-cross"), "UNKNOWN_STRATEGY", "ema_cross"),
        (("backtest", "--strategy", "ema_cross", "--param", "fats=10"), "UNKNOWN_PARAMETER", "fast"),
        (("backtest", "--param", "horizon=10"), "UNKNOWN_PARAMETER", "horizon_bars"),
        (("backtest", "--markets", "BTX"), "UNKNOWN_MARKET", "BTC"),
        (("backtest", "--markets", "ETH-USD"), "UNKNOWN_MARKET", "ETH-USDT"),
        (("backtest", "--tick", "BTX=0.01", "--markets", "BTC"), "UNKNOWN_MARKET", "BTC"),
        (("replay", "--markets", "SOLANA"), "UNKNOWN_MARKET", "SOL"),
        (("replay", "--interval", "1hr"), "UNKNOWN_INTERVAL", "1h"),
        (("replay", "--chain", "anvl"), "CHAIN_NOT_SUPPORTED", "anvil"),
        (("replay", "--strategy", "technicl"), "UNKNOWN_STRATEGY", "technical"),
        (("walk-forward", "--strategy", "mean-reversion"), "UNKNOWN_STRATEGY", "mean_reversion"),
    ],
)
def test_a_name_that_does_not_exist_is_answered_with_the_one_that_was_meant(
    tmp_path: Path, words: tuple[str, ...], code: str, meant: str
) -> None:
    home = () if words[0] == "walk-forward" else ("--home", tmp_path)
    result = run(*words, *home, "--json")

    assert (2, code) == (result.exit_code, code_of(result))
    assert f"Did you mean {meant}?" in json.loads(result.stdout)["error"]["message"]


@pytest.mark.parametrize("market", ["NOSUCH", "LTC", "BITCOIN"])
def test_a_name_that_is_like_none_is_answered_with_those_that_there_are(tmp_path: Path, market: str) -> None:
    message = json.loads(run("backtest", "--markets", market, "--home", tmp_path, "--json").stdout)["error"]["message"]

    assert "BTC-USDT, DOGE-USDT, ETH-USDT" in message
    assert "Did you mean" not in message


@pytest.mark.parametrize(("words", "meant"), [(("backtest", "--stratgy", "trend"), "--strategy"),
                                              (("bactest",), "backtest")])  # fmt: skip
def test_an_option_or_command_that_does_not_exist_is_answered_with_the_one_that_was_meant(
    words: tuple[str, ...], meant: str
) -> None:
    result = run(*words)

    assert 2 == result.exit_code
    assert meant in result.stderr
    assert re.search("Did you mean|Possible options", result.stderr)


def test_files_of_another_exchange_or_interval_are_named(tmp_path: Path) -> None:
    (tmp_path / "binance-BTCUSDT-1h.parquet").write_bytes(b"not looked at")

    for words, meant in ((("--exchange", "binanse"), "binance"), (("--interval", "10h"), "1h")):
        message = json.loads(replayed(tmp_path / "home", "--data", tmp_path, *words).stdout)["error"]["message"]
        assert f"Did you mean {meant}?" in message


def test_an_empty_folder_of_candles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "candles").mkdir()

    result = replayed(tmp_path / "home", "--data", tmp_path / "candles")

    assert (2, "DATA_FOLDER_EMPTY") == (result.exit_code, code_of(result))


def test_a_corrupt_file_of_candles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binance-BTCUSDT-1h.parquet").write_bytes(b"PAR1 is how it should begin and end")

    result = replayed(tmp_path / "home", "--data", tmp_path)

    assert (2, "CORRUPT_FILE") == (result.exit_code, code_of(result))


def test_without_json_the_error_is_one_line_on_stderr(tmp_path: Path) -> None:
    result = run("replay", "--home", tmp_path, "--data", "/nowhere/at/all")

    assert 2 == result.exit_code
    assert "tradeseal: There is no folder /nowhere/at/all" in result.stderr.replace("\n", " ")
    assert "" == result.stdout


def test_reset_asks_for_the_folders_name(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")

    result = run("reset", "--demo", "--home", tmp_path, answer="something else\n")

    assert 2 == result.exit_code
    assert (tmp_path / "manifest.json").exists()


def test_the_doctor_answers_in_json(tmp_path: Path) -> None:
    findings = json.loads(run("doctor", "--home", tmp_path, "--json").stdout)

    assert "event store" in {finding["name"] for finding in findings}


def test_the_version_is_the_packages() -> None:
    assert __version__ == run("--version").stdout.strip()
