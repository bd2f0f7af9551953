"""The lock: one process writes a home.

Knows one file and the operating system's lock on it, which ends with the process, however it ends.
"""

import os
from pathlib import Path
from typing import IO

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import take


class HomeLock:
    """Held from construction until `close`."""

    def __init__(self, home: Path) -> None:
        try:
            home.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = (home / "lock").open("a+")
        except OSError as error:
            raise Refused(
                "HOME_UNUSABLE",
                f"{home} cannot be used as a home: {error.strerror}. Choose another folder with --home.",
                home=str(home),
            ) from error
        if not take(self._file):
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise Refused(
                "HOME_IN_USE",
                f"Process {holder} works on {home}. End it first, or choose another folder with --home.",
                home=str(home),
                process=holder,
            )
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        """Let another process in."""
        self._file.close()
