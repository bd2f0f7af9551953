"""A failed step says what went wrong and what to do, from the words that pip, npm or the system complained with."""

import errno
from pathlib import Path

import pytest

import failures


def a_log(folder: Path, *lines: str) -> Path:
    log = folder / "step.log"
    log.write_text("\n".join(lines))
    return log


@pytest.mark.parametrize(
    ("complaint", "cause"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk is full"),
        ("npm error code ENOSPC", "disk is full"),
        ("npm error code ENOTFOUND", "registry cannot be reached"),
        ("npm error code EAI_AGAIN", "registry cannot be reached"),
        ("NewConnectionError('Failed to establish a new connection: [Errno 111]')", "registry cannot be reached"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "differs from the one"),
        ("npm error code EINTEGRITY", "differs from the one"),
        ("ERROR: No matching distribution found for coincurve==21.0.0", "no ready-made package for this Python"),
        ("FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "memory ran out"),
        ("npm error code EACCES", "may not be written"),
    ],
)
def test_each_complaint_has_its_cause(tmp_path: Path, complaint: str, cause: str) -> None:
    error = failures.explain("Page tools", a_log(tmp_path, "some line", complaint))

    assert error.what.startswith("Page tools: ")
    assert cause in error.what
    assert error.do


def test_a_dead_network_explains_the_missing_distribution_that_follows_it(tmp_path: Path) -> None:
    log = a_log(
        tmp_path,
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError'",
        "Temporary failure in name resolution",
        "ERROR: No matching distribution found for aiohttp==3.14.5",
    )

    assert failures.OFFLINE[0] in failures.explain("Python packages", log).what


def test_an_unknown_complaint_is_shown_with_its_last_lines_and_its_file(tmp_path: Path) -> None:
    log = a_log(tmp_path, *(f"line {number}" for number in range(100)))

    text = str(failures.explain("Contracts", log))

    assert "Contracts failed." in text
    assert str(log) in text
    assert "| line 99" in text
    assert f"| line {99 - failures.LAST_LINES}\n" not in text


def test_a_full_disk_under_our_own_hands_is_named_too() -> None:
    error = failures.explain_os_error("Set-up", OSError(errno.ENOSPC, "No space left on device"))

    assert "the disk is full" in str(error)
    assert "free some space" in str(error)


def test_a_folder_that_may_not_be_written_is_named() -> None:
    error = failures.explain_os_error("Set-up", PermissionError(errno.EACCES, "Permission denied", ".venv"))

    assert ".venv" in str(error)
    assert "writable" in str(error)
