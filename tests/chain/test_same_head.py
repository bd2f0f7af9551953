"""The same candles end in the same record head on every chain, and on each of them after any number of kills."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from desk import KINDS

from kill_loop import FROM, MARKETS, TO, kill_loop
from tradeseal.cycle.faults import SETTING
from tradeseal.settings import CHECKOUT

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.timeout(1_200)]
KILLS = 10
# A few hours over a midnight, with entries and exits.
SHORT_TO = "2024-12-03T03:00Z"
DECIDED = ("record_seq", "record_head", "bars", "entries", "exits", "rejections_by_rule", "equity", "cash", "positions")


def replay(home: Path, kind: str, *, to: str = TO, fault: str = "") -> subprocess.CompletedProcess[str]:
    words = ["--home", str(home), "--chain", kind, "--markets", MARKETS, "--from", FROM, "--to", to, "--json"]
    return subprocess.run(
        [sys.executable, "-m", "tradeseal.main", "replay", *words],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend"), SETTING: fault},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def end_of(home: Path, kind: str, **options: str) -> dict[str, Any]:
    ended = replay(home, kind, **options)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    summary: dict[str, Any] = json.loads(ended.stdout)
    assert (summary["chain"], summary["finished"], summary["books_agree"]) == (kind, True, True)
    return summary


@pytest.mark.parametrize(
    ("candles", "to"), [(80, "2024-12-05T23:00Z"), pytest.param(200, TO, marks=pytest.mark.long)], ids=["80", "200"]
)
def test_the_same_candles_end_in_the_same_record_head_on_every_chain(
    contracts: Path, tmp_path: Path, candles: int, to: str
) -> None:
    pytest.importorskip("pyrevm")

    ends = [end_of(tmp_path / kind, kind, to=to) for kind in KINDS]

    decided = [{name: end[name] for name in DECIDED} for end in ends]
    assert decided[0] == decided[1] == decided[2]
    assert decided[0]["bars"] == candles
    assert decided[0]["entries"] >= 9
    assert decided[0]["exits"] >= 7
    assert len(decided[0]["rejections_by_rule"]) >= 2


@pytest.fixture(scope="module")
def undisturbed(contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The end of the short run on Anvil."""
    return end_of(tmp_path_factory.mktemp("undisturbed"), "anvil", to=SHORT_TO)


@pytest.mark.parametrize("fault", ["marks-signed:5", "commit-signed:4", "authorise-mined:3", "record-mined:1"])
def test_a_run_on_eth_tester_that_is_killed_ends_like_one_that_was_not(
    undisturbed: dict[str, Any], tmp_path: Path, fault: str
) -> None:
    died = replay(tmp_path, "eth-tester", to=SHORT_TO, fault=fault)
    assert died.returncode == -9, died.stdout + died.stderr
    got = end_of(tmp_path, "eth-tester", to=SHORT_TO)

    assert {name: got[name] for name in DECIDED} == {name: undisturbed[name] for name in DECIDED}


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("kind", KINDS)
def test_ten_random_kills_under_load_double_and_lose_nothing(contracts: Path, tmp_path: Path, kind: str) -> None:
    assert_nothing_was_lost(kill_loop(tmp_path, chain=kind, kills=KILLS))


def test_ten_kills_of_a_short_run_double_and_lose_nothing(contracts: Path, tmp_path: Path) -> None:
    assert_nothing_was_lost(kill_loop(tmp_path, chain="anvil", kills=KILLS, span=(FROM, SHORT_TO)))


def assert_nothing_was_lost(counted: dict[str, Any]) -> None:
    print(json.dumps(counted))  # noqa: T201 - the counts are what the loop is for
    assert (counted["differences"], counted["events_lost"], counted["doubled"]) == ({}, [], {})
    assert counted["kills"] == sum(counted["by_phase"].values()) == KILLS
    assert 0 <= counted["vectors_again"] <= KILLS
