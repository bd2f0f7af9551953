"""Check 7, published figures: what a keeper says of a history beside what follows from it.

Knows the names of figures in an archive's manifest. Knows nothing of how they are shown.
"""

from typing import Any

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
        "equity_e8": str(scene.equity_e8()),
        "record_seq": str(scene.again.head.seq),
        "record_head": scene.again.head.hash,
    }


def compare_published(scene: Scene, published: dict[str, Any]) -> None:
    """Each published figure is the recomputed one; one that nobody can recompute is a difference, too."""
    figures = figures_of(scene)
    for name, got in published.items():
        want = figures.get(name, "no such figure")
        scene.findings.same(7, "METRIC_DIFFERS", f"published figure {name}", got=got, want=want)
        scene.findings.count(7, "published figures")
