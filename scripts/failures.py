"""Failures of the set-up: what went wrong, in words that say what to do.

Knows how pip, npm and the disk complain. Knows nothing of the steps themselves.
"""

import errno
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LAST_LINES = 12


@dataclass
class SetupError(Exception):
    """A step could not be done: what, what to do about it, and where the whole story is."""

    what: str
    do: str = ""
    log: Path | None = None

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> Iterator[str]:
        yield self.what
        if self.do:
            yield f"  What to do: {self.do}"
        if self.log is not None:
            yield f"  The whole output: {self.log}"
            yield from (f"    | {line}" for line in last_lines(self.log))


DISK_FULL = (
    "the disk is full",
    "free some space (a first set-up needs 2.5 GB), then run the same command again.",
)
OFFLINE = (
    "the package registry cannot be reached",
    "check the network, HTTPS_PROXY or your mirror (pip config list, npm config list), then run it again.",
)

# The first that matches is the cause: a full disk or a dead network makes the later messages follow.
_CAUSES: tuple[tuple[str, tuple[str, str]], ...] = (
    (r"No space left on device|ENOSPC|Disk quota exceeded|EDQUOT", DISK_FULL),
    (
        (
            r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ProxyError|"
            r"Temporary failure in name resolution|Name or service not known|Failed to establish a new connection|"
            r"Max retries exceeded|Network is unreachable|Connection refused|Read timed out|ConnectTimeoutError"
        ),
        OFFLINE,
    ),
    (
        r"DO NOT MATCH THE HASHES|EINTEGRITY|integrity checksum failed",
        (
            "a package differs from the one this version was tested with (its hash is another); it was not installed",
            "empty the caches (pip cache purge; npm cache clean --force); if it stays, the mirror serves another file.",
        ),
    ),
    (
        r"No matching distribution found|is not a supported wheel on this platform",
        (
            "no ready-made package for this Python on this machine",
            "use Python 3.11 or 3.12, which are tested: TRADESEAL_PYTHON=python3.12 and the same command.",
        ),
    ),
    (
        r"JavaScript heap out of memory|MemoryError|Cannot allocate memory|ENOMEM",
        ("the memory ran out", "close other programs and run the same command again; 2 GB free are enough."),
    ),
    (
        r"EACCES|EPERM|Permission denied|Read-only file system|EROFS",
        ("a file may not be written", "make this folder writable for you, or clone to one that is."),
    ),
)


def explain(step: str, log: Path) -> SetupError:
    """The failure of `step`, by the words its output complained with."""
    text = log.read_text(errors="replace") if log.exists() else ""
    for pattern, (cause, do) in _CAUSES:
        if re.search(pattern, text):
            return SetupError(f"{step}: {cause}.", do, log)
    return SetupError(f"{step} failed.", "read the output below; it is kept whole in the file named.", log)


def explain_os_error(step: str, error: OSError) -> SetupError:
    """The failure of `step` when this very process could not write or start something."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        cause, do = DISK_FULL
        return SetupError(f"{step}: {cause}.", do)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return SetupError(f"{step}: {error}.", "make this folder writable for you, or clone to one that is.")
    return SetupError(f"{step}: {error}.")


def last_lines(log: Path, count: int = LAST_LINES) -> list[str]:
    """The last lines that say something."""
    if not log.exists():
        return []
    return [line.rstrip() for line in log.read_text(errors="replace").splitlines() if line.strip()][-count:]
