"""The README's strategy of one's own, as it stands there: at most thirty lines, it trades, and it is clean."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tradeseal.main import app
from tradeseal.settings import CHECKOUT

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.usefixtures("compiled")]
SPAN = ("--markets", "ETH", "--from", "2024-11-26T00:00Z", "--to", "2024-12-05T00:00Z")


@pytest.fixture(scope="module")
def shown() -> str:
    """The one Python block of the README that is a strategy."""
    blocks = re.findall(r"```python\n(.*?)```", (CHECKOUT / "README.md").read_text("utf-8"), re.DOTALL)
    (source,) = [block for block in blocks if "(ScoredStrategy)" in block]
    return str(source)


def told(folder: Path, *more: str) -> Any:
    words = ["backtest", "--strategy", "breakout", "--plugins", str(folder), "--home", str(folder / "home"), "--json"]
    done = CliRunner().invoke(app, [*words, *SPAN, *more])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_the_readmes_own_strategy_is_one_short_file_that_back_tests(shown: str, tmp_path: Path) -> None:
    (tmp_path / "breakout.py").write_text(shown)
    usual, other = told(tmp_path, "--assume-confidence", "0.99"), told(
        tmp_path, "--assume-confidence", "0.99", "--param", "bars=20"
    )  # fmt: skip

    assert len(shown.splitlines()) <= 30
    assert usual["plan"]["params"]["bars"] == 55
    assert usual["signals"]["BUY"] > 0 < usual["signals"]["SELL"]
    assert usual["entries"] > 0
    assert other["signals"] != usual["signals"]
    assert other["plan"]["strategy_hash"] != usual["plan"]["strategy_hash"]


def test_the_readmes_own_strategy_looks_neither_ahead_nor_further_back(shown: str, tmp_path: Path) -> None:
    (tmp_path / "breakout.py").write_text(shown)

    assert [one["clean"] for one in told(tmp_path, "--check-lookahead", "--check-warmup")] == [True, True]
