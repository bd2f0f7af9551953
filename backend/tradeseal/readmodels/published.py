"""What others may use of the read models.

Knows the names, and how the views of one home are put together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradeseal.ledger.published import EventLog
from tradeseal.readmodels.book import BookProjection
from tradeseal.readmodels.cycles import CyclesProjection
from tradeseal.readmodels.facts import Fact
from tradeseal.readmodels.follower import Follower, Poisoned
from tradeseal.readmodels.queries import CycleFilter, Page, Queries, Row
from tradeseal.readmodels.records import RecordsProjection
from tradeseal.readmodels.view import ViewFile

__all__ = ["CycleFilter", "Fact", "Follower", "Page", "Poisoned", "Queries", "ReadModels", "Row", "open_read_models"]


@dataclass(frozen=True)
class ReadModels:
    """The views of one home: who folds them, and who answers from them."""

    follower: Follower
    queries: Queries


def open_read_models(
    folder: Path,
    log: EventLog,
    *,
    changed: Callable[[Sequence[Fact]], None] = lambda facts: None,
    alarm: Callable[[Poisoned], None] = lambda poisoned: None,
) -> ReadModels:
    """Open (or begin) the views in `folder`. Nothing is followed before `follower.start()`."""
    cycles, records, book = (
        ViewFile(folder, projection) for projection in (CyclesProjection(), RecordsProjection(), BookProjection())
    )
    follower = Follower(log, [cycles, records, book], changed=changed, alarm=alarm)
    queries = Queries(cycles=cycles, records=records, book=book, log=log, poisoned=lambda: follower.poisoned)
    return ReadModels(follower=follower, queries=queries)
