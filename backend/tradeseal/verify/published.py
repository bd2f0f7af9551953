"""Check 7, published figures: what a keeper says of a history beside what follows from it.

Knows the names of figures in an archive's manifest. Knows nothing of how they are shown.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from tradeseal.ledger.published import StoredFact
from tradeseal.trading.accounts import BUY
from tradeseal.verify.scene import Scene


def figures_of(scene: Scene) -> dict[str, str]:
    """The figures that follow from the log and the executed chain, as decimal text of whole units of 1e-8."""
    counts = scene.counts
    return {
        "fills": str(counts["fills"]),
        "entries": str(counts["entries"]),
        "exits": str(counts["exits"]),
        "wins": str(counts["wins"]),
        "losses": str(counts["losses"]),
        "realised_e8": str(scene.realised_e8),
        "fees_e8": str(scene.fees_e8),
        "cash_e8": str(scene.accounts.cash_e8),
        "record_seq": str(scene.again.head.seq),
        "record_head": scene.again.head.hash,
    }


def figures_told(facts: Iterable[StoredFact]) -> dict[str, str]:
    """The same figures as a keeper tells them: summed up from the log alone, nothing executed."""
    sums: Counter[str] = Counter()
    cash, head = 0, (0, "0x" + bytes(32).hex())
    for fact in facts:
        if b'"record_hash"' in fact.state:
            told = msgspec.json.decode(fact.state)
            if told.get("name") == "FlowBooked" and int(told["values"]["observedAt"]) > 0:
                cash = int(told["values"]["cashAfter"])
            head = max(head, (told["record_seq"], told["record_hash"]))
        elif fact.topic == "Portfolio.BookOpened":
            cash = msgspec.json.decode(fact.state)["cash_e8"]
        elif fact.topic == "TradingDay.FillBooked":
            told = msgspec.json.decode(fact.state)
            cash = told["cash_after_e8"]
            sums.update({"fills": 1, "realised_e8": told["realised_e8"], "fees_e8": told["fee_e8"]})
            sums["entries" if told["side"] == BUY else "exits"] += 1
            sums["wins"] += told["realised_e8"] > 0
            sums["losses"] += told["side"] != BUY and told["realised_e8"] < 0
    names = ("fills", "entries", "exits", "wins", "losses", "realised_e8", "fees_e8")
    told_sums = {name: str(sums[name]) for name in names}
    return told_sums | {"cash_e8": str(cash), "record_seq": str(head[0]), "record_head": head[1]}


def compare_published(scene: Scene, published: dict[str, Any]) -> None:
    """Each published figure is the recomputed one; one that nobody can recompute is a difference, too."""
    figures = figures_of(scene)
    for name, got in published.items():
        want = figures.get(name, "no such figure")
        scene.findings.same(7, "METRIC_DIFFERS", f"published figure {name}", got=got, want=want)
        scene.findings.count(7, "published figures")
