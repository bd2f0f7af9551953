"""`tradeseal govern` on a home at rest and through a server, and killed between intent and outcome."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from replays import TIMEOUT_S, Replay
from tests.ports import free_port

from tradeseal.cycle.faults import SETTING
from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.settings import ADDRESS, CHECKOUT

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.loopback]

E8 = 10**8


def govern(home: Path, *words: str, fault: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tradeseal.main", "govern", *words, "--home", str(home), "--json"],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend"), SETTING: fault},
        capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
    )  # fmt: skip


def done(home: Path, *words: str) -> dict[str, Any]:
    ended = govern(home, *words)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    said: dict[str, Any] = json.loads(ended.stdout)
    return said


def refused(home: Path, *words: str) -> dict[str, Any]:
    ended = govern(home, *words)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    error: dict[str, Any] = json.loads(ended.stdout)["error"]
    return error


@pytest.fixture(scope="module")
def rested(uninterrupted: Replay, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A home whose run has ended."""
    replay = Replay(tmp_path_factory.mktemp("rested"), calibrator=uninterrupted.calibrator, end="2024-12-02T18:00Z")
    replay.to_the_end()
    return replay


@pytest.mark.parametrize("point", ["govern-signed", "governed"])
def test_a_deposit_that_was_killed_is_booked_once(point: str, uninterrupted: Replay, tmp_path: Path) -> None:
    replay = Replay(tmp_path / "home", calibrator=uninterrupted.calibrator, end="2024-12-02T18:00Z")
    replay.to_the_end()

    died = govern(replay.home, "deposit", "250.5", "--key", "deposit-1", fault=point)
    again = done(replay.home, "deposit", "250.5", "--key", "deposit-1")

    assert died.returncode == -9, died.stdout + died.stderr
    assert again["already_run"]
    flows = [e for _, _, e in replay.facts("Portfolio.BookRecordNoted") if e["name"] == "FlowBooked"]
    assert [e["values"]["amount"] for e in flows] == [str(10_000 * E8), "25050000000"]
    signed = [e["transaction_hash"] for _, _, e in replay.facts("ChainJournal.TransactionSigned")]
    mined = [e["transaction_hash"] for _, _, e in replay.facts("ChainJournal.TransactionMined")]
    assert signed == mined
    assert [e["error"] for _, _, e in replay.facts("Portfolio.ActEnded")] == [""]


def test_a_home_at_rest_is_governed_and_its_refusals_carry_numbers(rested: Replay) -> None:
    tightened = done(rested.home, "tighten", "max_position_bps=1500")
    loosened = refused(rested.home, "tighten", "max_position_bps=1501")
    submitted = done(rested.home, "submit", "limits", "max_position_bps=2000")
    seen = done(rested.home, "show")
    early = refused(rested.home, "accept", submitted["change_id"])
    done(rested.home, "revoke", submitted["change_id"])

    assert tightened["act"] == "tighten"
    assert (loosened["code"], loosened["facts"]["got"], loosened["facts"]["limit"]) == ("LOOSENS", "1501", "1500")
    assert [(c["change"], c["status"]) for c in seen["waiting"]] == [("LIMITS", "WAITING")]
    assert seen["waiting"][0]["differences"] == [{"name": "max_position_bps", "now": "1500", "then": "2000"}]
    assert early["code"] == "TOO_EARLY"
    assert done(rested.home, "show")["waiting"] == []


@contextmanager
def served(home: Path) -> Iterator[None]:
    """A server on the home, on a free port."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tradeseal.main", "serve", "--home", str(home), "--port", str(free_port())],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        deadline = monotonic_s() + TIMEOUT_S
        while not (home / ADDRESS).exists() or govern(home, "show").returncode:
            assert server.poll() is None
            assert monotonic_s() < deadline
            sleep_s(0.5)
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def test_a_running_server_is_governed_by_the_same_words(rested: Replay) -> None:
    with served(rested.home):
        withdrawn = done(rested.home, "withdraw", "100", "--key", "withdraw-1")
        again = done(rested.home, "withdraw", "100", "--key", "withdraw-1")
        too_much = refused(rested.home, "withdraw", "100000")
        stopped = done(rested.home, "stop", "--reason", "looking closer")
        submitted = done(rested.home, "submit", "resume")
        assert [c["change"] for c in done(rested.home, "show")["waiting"]] == ["RESUME"]
        done(rested.home, "revoke", submitted["change_id"])

    assert done(rested.home, "show")["manual"] == "REDUCING"  # the server has ended; the home is at rest
    assert (withdrawn["act"], stopped["act"], again["already_run"]) == ("bookFlow", "setManual", True)
    assert too_much["code"] == "FLOW_REFUSED"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("tighten", "max_position_bps=many"), "NOT_A_LIMIT"),
        (("tighten", "leverage=2"), "UNKNOWN_LIMIT"),
        (("deposit", "0"), "BAD_AMOUNT"),
        (("accept", "0x" + "11" * 32), "NOT_SUBMITTED"),
        (("stop", "--reason", "r" * 33), "BAD_REASON"),
    ],
)
def test_bad_words_are_named(rested: Replay, words: tuple[str, ...], code: str) -> None:
    assert refused(rested.home, *words)["code"] == code


def test_a_folder_that_is_no_home_is_left_alone(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere", "show")["code"] == "NO_HOME"
    assert not (tmp_path / "nowhere").exists()
