"""Folders that are whole or not there: filled beside their place and given their name at the end.

Knows drafts, what is set aside, and locks. Knows nothing of what a folder holds.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from tradeseal.kernel.clock import sleep_s
from tradeseal.kernel.errors import Unavailable
from tradeseal.kernel.files import settle, take

# Nobody else's names end so: whatever does, may be removed.
DRAFT: Final = ".tradeseal-new"
ASIDE: Final = ".tradeseal-old"
LOCK: Final = ".lock"
_TRIES: Final = 600
_PAUSE_S: Final = 0.1


@contextmanager
def placed(target: Path) -> Iterator[Path]:
    """A draft to fill: it takes the target's name in place of what has it; on an error that is as it was before."""
    draft, aside = (target.with_name(target.name + end) for end in (DRAFT, ASIDE))
    target.parent.mkdir(parents=True, exist_ok=True)
    _mend(target)
    try:
        draft.mkdir()
        yield draft
        for path in draft.rglob("*"):
            _flush(path)
        if target.exists():
            target.rename(aside)
        settle(draft, target)
    except BaseException:
        _mend(target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else writes to the folder meanwhile; what a killed process has left in it is put right before."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as file:
        for _ in range(_TRIES):
            if take(file):
                break
            sleep_s(_PAUSE_S)
        else:
            raise Unavailable("RUNS_BUSY", f"Another process is writing to {folder}.", folder=str(folder))
        _mend_all(folder)
        yield


def mend(folder: Path) -> None:
    """Put right what a killed process has left, unless somebody is writing just now."""
    if not any(any(folder.glob(f"*{end}")) for end in (ASIDE, DRAFT)):
        return
    with suppress(OSError), (folder / LOCK).open("a") as file:  # a reader may not be allowed to: then it is not there
        if take(file):
            _mend_all(folder)


def _mend_all(folder: Path) -> None:
    for end in (ASIDE, DRAFT):
        for path in folder.glob(f"*{end}"):
            _mend(path.with_name(path.name.removesuffix(end)))


def _mend(target: Path) -> None:
    """What was set aside and not replaced gets its name back; drafts go."""
    draft, aside = (target.with_name(target.name + end) for end in (DRAFT, ASIDE))
    if aside.exists() and not target.exists():
        aside.rename(target)
    for left in (draft, aside):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """On the disk before anything has its name."""
    if path.is_file():
        with path.open("r+b") as file:
            os.fsync(file.fileno())
