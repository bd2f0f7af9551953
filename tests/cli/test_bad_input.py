"""Bad input on the command line gets one clear line and exit code 2, and changes nothing."""

import json
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
