"""Check 7, published figures: what a keeper says of a history beside what follows from it.

Knows the names of figures in an archive's manifest. Knows nothing of how they are shown.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from tradeseal.kernel.errors import Refused
from tradeseal.ledger.published import StoredFact
from tradeseal.readmodels.published import Tally
from tradeseal.trading.accounts import BUY
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene


@dataclass(frozen=True)
class Shown:
    """What a page showed of its log up to a position: metric by id, as its text."""

    position: int
    metrics: dict[str, str]


def read_shown(path: Path) -> Shown:
    """The metrics in a kept answer of `/api/analytics`; raises `Refused` for anything else."""
    try:
        told = json.loads(path.read_bytes())
        metrics = {one["id"]: _text(one["value"], one["text"]) for one in told["metrics"]}
        return Shown(int(told["position"]), metrics)
    except OSError as error:
        raise Refused("SHOWN_UNREADABLE", f"{path} cannot be read: {error.strerror}.", path=str(path)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(
            "SHOWN_UNREADABLE", f"{path} is no answer of /api/analytics: {error!r}.", path=str(path)
        ) from error


class Metrics:
    """Computes every metric again, from the log that is verified, by the formulas of the results page."""

    def __init__(self, shown: Shown | None) -> None:
        self._tally = Tally()
        self._shown = shown
        self._then: dict[str, str] | None = None

    def event(self, event: Event) -> None:
        """Take one event in."""
        self._tally.fold(StoredFact(event.position, event.stream, event.version, event.topic, event.state, event.hash))
        if self._shown is not None and event.position == self._shown.position:
            self._then = self.figures()

    def figures(self) -> dict[str, str]:
        """Every metric by id, as text."""
        return {one.id: _text(one.shown, one.text) for one in self._tally.metrics()}

    def end(self, scene: Scene) -> None:
        """Compare what the page showed with what follows from the log up to the same event."""
        if self._shown is None:
            return
        if self._then is None:
            message = "The page showed figures of an event that is not in this history."
            scene.findings.differs(7, "SHOWN_AHEAD", message, got=self._shown.position)
            return
        for name, got in self._shown.metrics.items():
            want = self._then.get(name, "no such metric")
            scene.findings.same(7, "METRIC_DIFFERS", f"shown metric {name}", got=got, want=want)
            scene.findings.count(7, "metrics that a page showed")


def _text(value: str | None, text: str | None) -> str:
    return str(text if value is None else value)


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


def figures_told(facts: Iterable[StoredFact]) -> tuple[dict[str, str], dict[str, str]]:
    """The same figures as a keeper tells them, summed up from the log alone, nothing executed; and every metric."""
    tally = Tally()
    sums: Counter[str] = Counter()
    cash, head = 0, (0, "0x" + bytes(32).hex())
    for fact in facts:
        tally.fold(fact)
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
    figures = told_sums | {"cash_e8": str(cash), "record_seq": str(head[0]), "record_head": head[1]}
    return figures, {one.id: _text(one.shown, one.text) for one in tally.metrics()}


def as_metrics(figures: dict[str, str]) -> dict[str, str]:
    """Metrics beside figures, some of which have the same name."""
    return {f"metric {name}": value for name, value in figures.items()}


def compare_published(scene: Scene, metrics: Metrics, published: dict[str, Any]) -> None:
    """Each published figure is the recomputed one; one that nobody can recompute is a difference, too."""
    figures = figures_of(scene) | as_metrics(metrics.figures())
    for name, got in published.items():
        want = figures.get(name, "no such figure")
        scene.findings.same(7, "METRIC_DIFFERS", f"published figure {name}", got=got, want=want)
        scene.findings.count(7, "published figures")
