"""The tally: the results of a log that is read once, folded in memory by the views' own projection.

Knows which topics money needs. Knows nothing of files, threads or positions.
"""

import sqlite3
from typing import Final

from tradeseal.ledger.published import StoredFact
from tradeseal.readmodels.answers import metrics_in
from tradeseal.readmodels.facts import decoded
from tradeseal.readmodels.metrics import Measured
from tradeseal.readmodels.results import ResultsProjection

MONEY: Final = frozenset(
    {"Portfolio.BookOpened", "Portfolio.BookRecordNoted", "SignalLog.BarFinished", "TradingDay.FillBooked"}
)


class Tally:
    """Takes events in order, and tells every metric at any time."""

    def __init__(self) -> None:
        self._projection = ResultsProjection()
        self._db = sqlite3.connect(":memory:", isolation_level=None)
        for table in self._projection.tables:
            self._db.execute(table)

    def fold(self, fact: StoredFact) -> None:
        """Take one event; the topics that no metric rests on are passed over."""
        if fact.topic in MONEY:
            self._projection.apply(self._db, decoded(fact))

    def metrics(self) -> list[Measured]:
        """All metrics of what was folded."""
        return metrics_in(self._db)
