"""Files: written whole or not at all, held by one process alone, closed to others; the same on every system.

Knows modes, renames and locks. Knows nothing of what a file holds.
"""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final

PRIVATE: Final = 0o600
# Windows locks bytes, and nobody else can read them meanwhile: one far behind whatever is written.
_LOCKED_BYTE: Final = 1 << 30


try:
    import fcntl

    def _lock(file: IO[Any]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

except ImportError:  # Windows

    def _lock(file: IO[Any]) -> None:
        import msvcrt  # noqa: PLC0415 - nowhere else

        before = file.tell()
        file.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        finally:
            file.seek(before)


def take(file: IO[Any]) -> bool:
    """Lock an open file until it is closed or this process ends, however it ends; False when another holds it."""
    try:
        _lock(file)
    except OSError:
        return False
    return True


def open_to_others(path: Path) -> bool:
    """Whether somebody else may read or write it; on Windows modes say nothing, and a home is its user's alone."""
    return os.name != "nt" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all, also when the power fails or the disk is full; it is on the disk afterwards."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        settle(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def settle(draft: Path, path: Path) -> None:
    """Give a finished draft its name, in place of what had it, so that the name too is on the disk."""
    draft.replace(path)
    if os.name == "nt":
        return  # no folder can be opened there; renames are journaled
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def sqlite_uri(path: Path, options: str = "") -> str:
    """The address of a SQLite file: a path as it stands would end at a `#` or `?` and lose its `%`."""
    return path.absolute().as_uri() + options
