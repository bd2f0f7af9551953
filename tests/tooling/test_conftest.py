"""What tests/conftest.py promises: no silent skips in CI, sockets only where marked, real candles or a clear word."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

SKIPS = """
import pytest

def test_without_a_tool() -> None:
    pytest.skip("Chromium is missing")
"""

CANDLES = """
def test_with_candles(market_data) -> None:
    raise AssertionError("there are none")
"""

SOCKETS = """
import socket
import pytest

@pytest.mark.loopback
def test_marked() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        socket.create_connection(listener.getsockname(), timeout=5).close()

@pytest.mark.loopback
def test_marked_but_elsewhere() -> None:
    socket.create_connection(("192.0.2.1", 80), timeout=5)

def test_unmarked() -> None:
    socket.socket()
"""


GROUP = """
import os
import time
import pytest

@pytest.mark.xdist_group("one server")
@pytest.mark.parametrize("number", range(6))
def test_of_a_group(number: int) -> None:
    time.sleep(0.1)  # long enough for the other worker to take the next one
    with open("workers", "a") as file:
        print(os.environ["PYTEST_XDIST_WORKER"], file=file)
"""

pytestmark = pytest.mark.slow


def outcome(folder: Path, text: str, *words: str, **environment: str) -> str:
    """The output of pytest over one file of tests in a checkout of its own."""
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", folder / "tests")
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests" / "test_it.py").write_text(text)
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TRADESEAL_", "PYTEST_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder, env=clean | environment, capture_output=True, text=True, check=False, timeout=60,
    ).stdout  # fmt: skip


def test_the_tests_of_a_group_share_a_worker_and_what_it_has_started(tmp_path: Path) -> None:
    assert "6 passed" in outcome(tmp_path, GROUP, "-n", "2", "--dist", "loadgroup")

    assert len(set((tmp_path / "workers").read_text().split())) == 1


def test_a_skip_is_a_skip_for_a_person(tmp_path: Path) -> None:
    assert "1 skipped" in outcome(tmp_path, SKIPS)


def test_a_skip_is_a_failure_where_nothing_may_be_missing(tmp_path: Path) -> None:
    said = outcome(tmp_path, SKIPS, TRADESEAL_NO_SKIPS="1")

    assert "1 failed" in said
    assert "Chromium is missing" in said


def test_absent_candles_are_named_and_never_a_failure(tmp_path: Path) -> None:
    (tmp_path / "checkout").mkdir()
    said = outcome(tmp_path / "checkout", CANDLES, TRADESEAL_NO_SKIPS="1")

    assert "1 skipped" in said
    assert "needs real candles in ../shared/market-data" in said


def test_sockets_reach_this_machine_alone_and_only_when_marked(tmp_path: Path) -> None:
    said = outcome(tmp_path, SOCKETS)

    assert "1 passed" in said
    assert "2 failed" in said
    assert "SocketBlockedError" in said
    assert "SocketConnectBlockedError" in said


@pytest.mark.parametrize("name", ["loopback", "chain", "browser", "slow", "long"])
def test_every_marker_says_what_it_means(name: str, pytestconfig: pytest.Config) -> None:
    assert any(line.startswith(f"{name}: ") for line in pytestconfig.getini("markers"))
