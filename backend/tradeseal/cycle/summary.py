"""Summary: how many signals there were and what became of them, counted from stored events.

Knows topics. Knows nothing of money.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from tradeseal.ledger.published import StoredFact
from tradeseal.trading.accounts import BUY


@dataclass
class Outcomes:
    """Counts of a log."""

    signals: int = 0
    entries: int = 0
    exits: int = 0
    rejected: int = 0
    refused: int = 0
    skipped: int = 0
    released: int = 0
    rules: Counter[str] = field(default_factory=Counter)


def count_outcomes(facts: Iterable[StoredFact]) -> Outcomes:
    """Count what became of every signal and exit."""
    counts = Outcomes()
    for fact in facts:
        match fact.topic:
            case "TradeCycle.SignalGenerated":
                counts.signals += 1
            case "TradeCycle.TradeSettled":
                if msgspec.json.decode(fact.state)["side"] == BUY:
                    counts.entries += 1
                else:
                    counts.exits += 1
            case "TradeCycle.TradeRejected":
                counts.rejected += 1
                counts.rules.update(msgspec.json.decode(fact.state)["rules"])
            case "TradeCycle.SignalRefused":
                counts.refused += 1
            case "TradeCycle.OrderSkipped":
                counts.skipped += 1
            case "TradeCycle.TicketReleased":
                counts.released += 1
            case _:
                pass
    return counts
