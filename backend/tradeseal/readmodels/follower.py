"""The follower: one supervised thread that folds the log into all views and stops at the first event it cannot fold.

Knows batches, positions and alarms. Knows nothing of what the views keep or of who is told.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.readmodels.facts import Fact, Log, decoded
from tradeseal.readmodels.view import ViewFile

BATCH = 1000
_BUSY_TRIES = 5

_log = structlog.get_logger("readmodels")


@dataclass(frozen=True)
class Poisoned:
    """The event at which the follower stopped; nothing behind it is shown until the cause is repaired."""

    view: str
    position: int
    topic: str
    error: str


@dataclass(frozen=True)
class Rebuilt:
    """One view that was folded again: whether its rows are those of the one it took the place of, and their hash."""

    view: str
    version: int
    events: int
    seconds: float
    equal: bool
    digest: str


class Follower:
    """Folds new events in batches, each view in its own transaction together with its position."""

    def __init__(
        self,
        log: Log,
        views: Sequence[ViewFile],
        *,
        changed: Callable[[Sequence[Fact]], None] = lambda facts: None,
        alarm: Callable[[Poisoned], None] = lambda poisoned: None,
    ) -> None:
        self._log = log
        self._views = views
        self._changed = changed
        self._alarm = alarm
        self._stop = threading.Event()
        self._turn = threading.RLock()  # a batch is folded, or a view is switched
        self._thread = threading.Thread(target=self._run, name="readmodels", daemon=True)
        self.poisoned: Poisoned | None = None

    @property
    def position(self) -> int:
        """How far all views are."""
        return self._position

    def start(self) -> None:
        """Catch up and follow in a thread of its own; `changed` hears of every event stored from this call on."""
        self._begun = self._log.last()[0]
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the views keep their positions."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def alive(self) -> bool:
        """Whether new events will be folded."""
        return self._thread.is_alive() and self.poisoned is None

    def catch_up(self) -> None:
        """Fold everything that is in the log now."""
        self._check_origin()
        begun = self._log.last()[0] if self._begun is None else self._begun
        for view in self._views:
            self._advance(view, until=begun)
        self._position = min((view.position()[0] for view in self._views), default=0)
        while self.poisoned is None and self._step():
            pass
        if self.poisoned is None:
            for view in self._views:
                view.remove_others()

    def rebuild(self, progress: Callable[[str, int, int], None] = lambda view, done, total: None) -> Iterator[Rebuilt]:
        """Fold each view again from the first event, beside the one in use; compare the two; switch.

        Events are followed meanwhile, but for the moment in which a view is compared and switched. An event that cannot
        be folded raises, and the view in use stays.
        """
        for view in self._views:
            began = monotonic_s()
            fresh = view.beside()
            try:
                while (left := self._behind(view, fresh)) > BATCH:
                    self._fold_more(fresh, BATCH)
                    done = fresh.position()[0]
                    progress(view.projection.name, done, done + left - BATCH)
                with self._turn:
                    while left := self._behind(view, fresh):
                        self._fold_more(fresh, min(left, BATCH))
                    digest, events = fresh.digest(), fresh.position()[0]
                    equal = digest == view.digest()
                    view.take(fresh)
            except BaseException:
                fresh.close()
                fresh.remove()
                raise
            progress(view.projection.name, events, events)
            seconds = round(monotonic_s() - began, 3)
            yield Rebuilt(view.projection.name, view.projection.version, events, seconds, equal, digest)

    def _behind(self, view: ViewFile, fresh: ViewFile) -> int:
        with self._turn:
            return view.position()[0] - fresh.position()[0]

    def _fold_more(self, fresh: ViewFile, limit: int) -> None:
        fresh.fold([decoded(stored) for stored in self._log.read(fresh.position()[0], limit)])

    _position = 0
    _begun: int | None = None

    def _run(self) -> None:
        try:
            self.catch_up()
            while not self._stop.is_set() and self.poisoned is None:
                if not self._step():
                    self._log.wait(self._position, 0.5)
        except Exception as error:  # noqa: BLE001
            # Whatever went wrong: a follower that died silently would show old numbers as new ones.
            self._poison(Poisoned("follower", self._position, "", repr(error)))

    def _check_origin(self) -> None:
        """A view of another log, or one that knows more than the log, is thrown away."""
        for view in self._views:
            position, digest = view.position()
            if position == 0:
                continue
            found = self._log.read(position - 1, 1)
            if not found or found[0].position != position or "0x" + found[0].hash.hex() != digest:
                _log.warning("view_discarded", view=view.projection.name, position=position)
                view.discard()

    def _advance(self, view: ViewFile, *, until: int) -> None:
        """Bring one view to a position: they differ after a crash between two views or a new version.

        No further: what came later is folded by `_step`, which tells of it.
        """
        while (position := view.position()[0]) < until and self.poisoned is None and not self._stop.is_set():
            self._fold(view, [decoded(stored) for stored in self._log.read(position, min(BATCH, until - position))])

    def _step(self) -> bool:
        facts = [decoded(stored) for stored in self._log.read(self._position, BATCH)]
        if not facts:
            return False
        for view in self._views:
            if self.poisoned is None:
                self._fold(view, facts)
        if self.poisoned is not None:
            return False
        self._position = facts[-1].position
        self._changed(facts)
        return True

    def _fold(self, view: ViewFile, facts: Sequence[Fact]) -> None:
        with self._turn:
            self._fold_in_turn(view, facts)

    def _fold_in_turn(self, view: ViewFile, facts: Sequence[Fact]) -> None:
        done = view.position()[0]
        fresh = [fact for fact in facts if fact.position > done]
        if not fresh:
            return
        for attempt in range(_BUSY_TRIES):
            try:
                view.fold(fresh)
                return
            except sqlite3.OperationalError as error:
                if attempt == _BUSY_TRIES - 1:
                    self._poison(Poisoned(view.projection.name, fresh[0].position, fresh[0].topic, repr(error)))
                    return
                sleep_s(0.05 * 2**attempt)
            except Exception as error:  # noqa: BLE001 - the cause is found and told by _find_poison
                self._find_poison(view, fresh, error)
                return

    def _find_poison(self, view: ViewFile, facts: Sequence[Fact], error: Exception) -> None:
        """Fold one by one, so that the view stands right before the event that cannot be folded."""
        for fact in facts:
            try:
                view.fold([fact])
            except Exception as again:  # noqa: BLE001 - told whole, never skipped
                self._poison(Poisoned(view.projection.name, fact.position, fact.topic, repr(again)))
                return
        _log.warning("view_fold_recovered", view=view.projection.name, error=repr(error))

    def _poison(self, poisoned: Poisoned) -> None:
        self.poisoned = poisoned
        _log.error(
            "view_stopped",
            view=poisoned.view,
            position=poisoned.position,
            topic=poisoned.topic,
            error=poisoned.error,
        )
        self._alarm(poisoned)
