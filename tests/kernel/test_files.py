"""Files are whole or not there, held by one, closed to others; also where the system has neither fcntl nor modes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tradeseal.kernel.files import open_to_others, sqlite_uri, take, write_whole
from tradeseal.ledger.published import Ledger
from tradeseal.trading.domainmodel import TradingDay

ROOT = Path(__file__).resolve().parents[2]

# A Python as on Windows, as far as one can be had here: no fcntl, no Unix sockets, no process groups, no KILL, and
# locks of bytes. Libraries that look at the platform's name are loaded before.
LIKE_WINDOWS = """
import asyncio, ctypes, multiprocessing, os, signal, socket, subprocess, sys, types, pathlib, tempfile
import numpy, pyarrow, uvicorn, fastapi, structlog, typer, eventsourcing.sqlite
for module in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[module] = None
del socket.AF_UNIX
for name in ("SIGKILL", "SIGHUP", "SIGALRM"):
    delattr(signal, name)
for name in ("killpg", "fork", "getuid", "setsid"):
    delattr(os, name)
held = {}
def locking(descriptor, mode, count):
    at = (os.fstat(descriptor).st_ino, os.lseek(descriptor, 0, os.SEEK_CUR))
    if held.setdefault(at, descriptor) != descriptor:
        raise PermissionError(13, "Permission denied")
sys.modules["msvcrt"] = types.SimpleNamespace(locking=locking, LK_NBLCK=2)
"""


def like_windows(script: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    answer = subprocess.run(
        [sys.executable, "-c", LIKE_WINDOWS + script], env=environment, capture_output=True, text=True, check=False,
        timeout=240,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return answer.stdout


def test_every_module_loads_where_there_is_no_fcntl_and_no_unix_socket() -> None:
    loaded = like_windows(
        """
import importlib, pkgutil, tradeseal
names = [m.name for m in pkgutil.walk_packages(tradeseal.__path__, "tradeseal.") if not m.name.endswith(".revm")]
for name in names:
    importlib.import_module(name)
print(len(names))
"""
    )

    assert int(loaded) > 100


def test_a_home_without_fcntl_is_written_by_one_and_its_holder_can_be_read(tmp_path: Path) -> None:
    said = like_windows(
        f"""
from pathlib import Path
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.lock import HomeLock
lock = HomeLock(Path({str(tmp_path)!r}))
try:
    HomeLock(Path({str(tmp_path)!r}))
except Refused as refusal:
    print(refusal.code, refusal.facts["process"] == str(os.getpid()))
"""
    )

    assert "HOME_IN_USE True" == said.strip()


def test_a_new_home_without_unix_sockets_runs_on_eth_tester_and_says_why(tmp_path: Path) -> None:
    said = like_windows(
        """
from tradeseal.chain.choice import choose
from tradeseal.kernel.errors import Unavailable
chosen = choose(None, None)
print(chosen.kind, "Unix socket" in chosen.note)
try:
    choose("anvil", None)
except Unavailable as missing:
    print(missing.code)
"""
    )

    assert ["eth-tester True", "ANVIL_UNREACHABLE"] == said.splitlines()


def test_a_lock_is_held_by_one_open_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with path.open("a+") as first, path.open("a+") as second:
        assert take(first)
        assert not take(second)
    with path.open("a+") as third:
        assert take(third)


def test_a_private_file_is_never_open_to_others_not_even_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    before = os.umask(0)
    try:
        write_whole(path, b"x", mode=0o600)
    finally:
        os.umask(before)

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert not open_to_others(path)
    path.chmod(0o640)
    assert open_to_others(path)


def test_what_cannot_be_written_whole_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "manifest.json"
    write_whole(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")

    assert b"old" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a#b", "50%25", "what?", "with space"])
def test_a_store_lies_in_the_folder_that_was_named_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name / "ledger.sqlite"
    ledger = Ledger(path)
    ledger.save(TradingDay(book="demo", day=1, opening_equity_e8=1, cash_e8=1))
    assert 1 == ledger.facts.last()[0]
    ledger.close()

    assert path.is_file()
    assert [tmp_path / name] == list(tmp_path.iterdir())
    assert sqlite_uri(path).startswith("file:///")
