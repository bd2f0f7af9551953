"""Two thousand real hours of nine markets: enough trades, several rules that say no, and the same end twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tradeseal.settings import CHECKOUT

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(3_600)]

FROM, TO, HOURS = "2021-05-01T00:00Z", "2021-07-23T08:00Z", 2_000
MARKETS = 9


def replayed(home: Path, data: Path) -> dict[str, Any]:
    words = ["--home", str(home), "--data", str(data), "--from", FROM, "--to", TO, "--json"]
    ended = subprocess.run(
        [sys.executable, "-m", "tradeseal.main", "replay", *words],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    summary: dict[str, Any] = json.loads(ended.stdout)
    return summary


def test_two_thousand_hours_of_nine_markets_trade_and_end_the_same_with_other_keys(
    contracts: Path, market_data: Path, tmp_path: Path
) -> None:
    first = replayed(tmp_path / "first", market_data)
    second = replayed(tmp_path / "second", market_data)  # a home of its own has keys of its own

    assert (len(first["markets"]), first["bars"], first["finished"]) == (MARKETS, HOURS, True)
    assert first["entries"] >= 20
    assert len(first["rejections_by_rule"]) >= 3
    assert first["books_agree"]
    assert (first["open_cycles"], first["released"], first["skipped"]) == (second["open_cycles"], 0, 0)
    assert {k: v for k, v in first.items() if k != "seconds"} == {k: v for k, v in second.items() if k != "seconds"}

    # Both verifiers accept it, and come to the same ends.
    home, own = str(tmp_path / "first"), ["--candles", str(market_data)]
    found = [
        told([sys.executable, "-m", "tradeseal.main", "verify", home, *own, "--json"]),
        told([sys.executable, str(CHECKOUT / "scripts" / "verify_independently.py"), home, "--json"]),
    ]
    assert [one["agrees"] for one in found] == [True, True]
    assert found[0]["record_head"] == found[1]["record_head"] == first["record_head"]
    assert found[0]["log_root"] == found[1]["log_root"]


def told(words: list[str]) -> dict[str, Any]:
    ended = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stdout[-2_000:] + ended.stderr
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer
