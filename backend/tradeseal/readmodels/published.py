"""What others may use of the read models.

Knows the names, and how the views of one home are put together.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradeseal.ledger.published import EventLog
from tradeseal.readmodels.answers import Outcome, Results, Sale, StepTime
from tradeseal.readmodels.book import BookProjection
from tradeseal.readmodels.cycles import CyclesProjection
from tradeseal.readmodels.facts import Fact
from tradeseal.readmodels.follower import Follower, Poisoned, Rebuilt
from tradeseal.readmodels.metrics import Measured, Totals, decimal_text
from tradeseal.readmodels.paging import Filter, Page, Row
from tradeseal.readmodels.queries import Queries
from tradeseal.readmodels.rebuild import Rebuilder, RebuildState
from tradeseal.readmodels.records import RecordsProjection
from tradeseal.readmodels.results import ResultsProjection
from tradeseal.readmodels.tally import Tally
from tradeseal.readmodels.view import ViewFile

__all__ = [
    "Fact",
    "Filter",
    "Follower",
    "Measured",
    "Outcome",
    "Page",
    "Poisoned",
    "Queries",
    "ReadModels",
    "RebuildState",
    "Rebuilder",
    "Rebuilt",
    "Results",
    "Row",
    "Sale",
    "StepTime",
    "Tally",
    "Totals",
    "decimal_text",
    "open_read_models",
]


@dataclass(frozen=True)
class ReadModels:
    """The views of one home: who folds them, and who answers from them."""

    follower: Follower
    queries: Queries
    rebuilder: Rebuilder


def open_read_models(
    folder: Path,
    log: EventLog,
    *,
    changed: Callable[[Sequence[Fact]], None] = lambda facts: None,
    alarm: Callable[[Poisoned], None] = lambda poisoned: None,
) -> ReadModels:
    """Open (or begin) the views in `folder`. Nothing is followed before `follower.start()`."""
    projections = (CyclesProjection(), RecordsProjection(), BookProjection(), ResultsProjection())
    cycles, records, book, results = (ViewFile(folder, projection) for projection in projections)
    follower = Follower(log, [cycles, records, book, results], changed=changed, alarm=alarm)
    queries = Queries(
        cycles=cycles, records=records, book=book, results=results, log=log, poisoned=lambda: follower.poisoned
    )
    return ReadModels(follower=follower, queries=queries, rebuilder=Rebuilder(follower))
