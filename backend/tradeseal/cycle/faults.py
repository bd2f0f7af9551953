"""Fault points: named places at which a test can kill the process, to prove that a restart loses nothing.

Knows one environment variable, `TRADESEAL_FAULT=NAME[:COUNT]`. Does nothing without it.
"""

import os
import signal

SETTING = "TRADESEAL_FAULT"

POINTS = (
    "generated", "verified", "commit-signed", "committed", "marks-signed", "marks-posted",
    "authorise-signed", "authorise-mined", "authorised", "placed", "filled", "record-signed", "record-mined", "settled",
    "anchor-signed", "anchored", "govern-signed", "governed",
)  # fmt: skip


class FaultPoint:
    """Kills this process with SIGKILL the `count`-th time the point is passed."""

    def __init__(self, setting: str | None = None) -> None:
        name, _, count = (setting if setting is not None else os.environ.get(SETTING, "")).partition(":")
        if name and name not in POINTS:
            raise ValueError(f"{SETTING}={name}: there is no such point; there are {', '.join(POINTS)}")
        self._name = name
        self._left = int(count or 1)

    def pass_by(self, name: str) -> None:
        """Die here if this is the place."""
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
