"""Rebuild: each view folded again from the first event beside the one in use, compared row by row, and switched.

Knows the follower's turn and what was found. Knows nothing of HTTP.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from tradeseal.kernel.errors import Refused
from tradeseal.readmodels.follower import Follower, Rebuilt

_log = structlog.get_logger("readmodels")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class RebuildState:
    """How far a rebuild is, and what the last one found."""

    running: bool = False
    view: str = ""
    done: int = 0
    total: int = 0
    found: tuple[Rebuilt, ...] = ()
    error: str = ""


class Rebuilder:
    """At most one rebuild at a time, in a thread of its own; the views answer meanwhile as ever."""

    def __init__(self, follower: Follower) -> None:
        self._follower = follower
        self._turn = threading.Lock()
        self._state = RebuildState()

    @property
    def state(self) -> RebuildState:
        """How far it is."""
        return self._state

    def start(self) -> None:
        """Begin; raises `Refused` while one runs."""
        with self._turn:
            if self._state.running:
                raise Refused("REBUILD_RUNS", "The views are being rebuilt already; GET /api/views says how far it is.")
            self._state = RebuildState(running=True)
        threading.Thread(target=self._run, name="rebuild", daemon=True).start()

    def _run(self) -> None:
        try:
            found = tuple(self._follower.rebuild(self._tell))
            for each in found:
                if not each.equal:
                    _log.error("view_differed", view=each.view, events=each.events)
            self._state = RebuildState(found=found)
        except Exception as error:  # noqa: BLE001 - told whole; the views in use are untouched
            _log.exception("rebuild_failed")
            self._state = RebuildState(error=repr(error), found=self._state.found)

    def _tell(self, view: str, done: int, total: int) -> None:
        self._state = replace(self._state, view=view, done=done, total=total)
