"""A ledger in memory: keeps what aggregates decided for as long as a back-test runs.

Knows events and identities. Knows nothing of disks or hashes: a back-test that is interrupted is begun anew, and its
manifest gives the same run again.
"""

from typing import Any
from uuid import UUID

from tradeseal.ledger.published import EventConflict


class MemoryLedger:
    """The ledger as the cycle uses it."""

    facts = None  # nobody anchors a back-test

    def __init__(self) -> None:
        self.repository = _Repository()
        self.events: list[Any] = []

    def save(self, *aggregates: Any) -> list[Any]:
        """Keep the pending events of all given aggregates."""
        known = self.repository.known
        for aggregate in aggregates:
            pending = aggregate.pending_events
            if not pending:
                continue
            if pending[0].originator_version == 1 and aggregate.id in known:
                raise EventConflict("EVENT_CONFLICT", f"{aggregate.id} was begun before.")
            known[aggregate.id] = aggregate
            self.events += aggregate.collect_events()
        return []


class _Repository:
    """The aggregates as they are: nobody else has changed them."""

    def __init__(self) -> None:
        self.known: dict[UUID, Any] = {}

    def __contains__(self, identity: UUID) -> bool:
        return identity in self.known

    def get(self, identity: UUID) -> Any:
        return self.known[identity]
