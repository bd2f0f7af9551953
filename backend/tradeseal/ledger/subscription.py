"""Subscriptions: an open end of the log, for whoever takes each event as it is stored.

Knows listeners and how they are woken. Knows nothing of SQLite or of what an event says.
"""

import threading
from collections.abc import Sequence

from eventsourcing.persistence import ApplicationRecorder, ListenNotifySubscription


class Listeners:
    """Those who are woken after a commit of this process."""

    def __init__(self) -> None:
        self._waiting: set[threading.Event] = set()
        self._turn = threading.Lock()

    def add(self, listener: threading.Event) -> None:
        """Wake this one from now on, and once now: something may have been stored since it last looked."""
        with self._turn:
            self._waiting.add(listener)
        listener.set()

    def remove(self, listener: threading.Event) -> None:
        """Wake this one no more."""
        with self._turn:
            self._waiting.discard(listener)

    def wake(self) -> None:
        """Something was stored."""
        with self._turn:
            for listener in self._waiting:
                listener.set()


class LedgerSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """The library's subscription: each event behind a position once and in order, those to come as well."""

    def __init__(
        self, recorder: ApplicationRecorder, listeners: Listeners, gt: int | None = None, topics: Sequence[str] = ()
    ) -> None:
        super().__init__(recorder, gt, topics)
        self._listeners = listeners
        listeners.add(self._has_been_notified)

    def stop(self) -> None:
        """Take no more."""
        super().stop()
        self._listeners.remove(self._has_been_notified)
