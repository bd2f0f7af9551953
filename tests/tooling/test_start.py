"""What run.sh checks before the long steps: Python, port, disk."""

import ast
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap
import checks
import commands
import options
import prepare
from failures import SetupError
from work import Processes

ROOT = Path(__file__).resolve().parents[2]


def a_task(*, megabytes: int) -> SimpleNamespace:
    return SimpleNamespace(megabytes=megabytes)


def test_an_old_python_is_refused_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        bootstrap.refuse_old_python((3, 10, 13))

    said = capsys.readouterr().err
    assert refusal.value.code == 1
    assert "needs Python 3.11 or newer; this is Python 3.10" in said
    assert "TRADESEAL_PYTHON" in said


def test_python_3_11_is_new_enough() -> None:
    bootstrap.refuse_old_python((3, 11, 0))


def test_an_old_python_can_read_the_file_that_refuses_it() -> None:
    ast.parse((ROOT / "scripts" / "bootstrap.py").read_text(), feature_version=(3, 4))


def test_the_wrapper_refuses_a_path_with_an_old_python_alone(tmp_path: Path) -> None:
    old = tmp_path / "python-old"
    old.write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac\n')
    old.chmod(0o755)

    answer = subprocess.run(
        [ROOT / "run.sh"], env=os.environ | {"TRADESEAL_PYTHON": str(old)}, capture_output=True, text=True, check=False
    )

    assert answer.returncode == 1
    assert "only Python 3.9 was found" in answer.stderr


@pytest.mark.loopback
def test_a_taken_port_is_named_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = other.getsockname()[1]

        with pytest.raises(SetupError) as refusal:
            commands.check_port(port)

    assert f"Port {port} on 127.0.0.1 is taken" in str(refusal.value)
    assert "./run.sh --port" in str(refusal.value)


@pytest.mark.loopback
def test_a_free_port_passes() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

    commands.check_port(port)


@pytest.mark.loopback
def test_a_taken_port_is_refused_before_anything_is_prepared() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen(1)
        port = str(other.getsockname()[1])
        answer = subprocess.run(
            [sys.executable, ROOT / "scripts" / "bootstrap.py", "run", "--port", port],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    assert answer.returncode == 1
    assert "is taken" in answer.stderr
    assert "Preparing" not in answer.stdout


def test_a_disk_that_is_too_full_is_refused_with_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=300_000_000))

    with pytest.raises(SetupError, match="needs about 1000 MB here, 300 MB are free"):
        prepare.check_disk([a_task(megabytes=200), a_task(megabytes=800)])
    prepare.check_disk([a_task(megabytes=300)])


def test_the_entry_of_one_package_ends_with_its_last_hash() -> None:
    lock = "a==1 \\\n    --hash=sha256:1\nnode==2 \\\n    --hash=sha256:2 \\\n    --hash=sha256:3\n    # via x\nz==3\n"

    assert prepare.lock_entry(lock, "node") == "node==2 \\\n    --hash=sha256:2 \\\n    --hash=sha256:3\n"


def test_a_part_prepares_only_what_it_needs() -> None:
    tasks = prepare.Preparation(prepare.Places(), Processes(ROOT), for_tests=True).tasks()

    assert [task.name for task in prepare.needed_for(["Python packages"], tasks)] == [
        "Python environment",
        "Node",
        "Python packages",
    ]
    assert "Python packages" not in {task.name for task in prepare.needed_for(["Page"], tasks)}
    assert prepare.needed_for([], tasks) == tasks


def test_every_part_needs_what_is_there() -> None:
    names = {task.name for task in prepare.Preparation(prepare.Places(), Processes(ROOT), for_tests=True).tasks()}

    assert {goal for goals in checks.GOALS.values() for goal in goals} <= names
    assert checks.GOALS.keys() <= set(options.PARTS)


def test_what_python_compiles_is_kept_whatever_is_set_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    assert "PYTHONDONTWRITEBYTECODE" not in prepare.Places().environment()
