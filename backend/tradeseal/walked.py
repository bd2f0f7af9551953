"""Walked: what a walk-forward found, as tables that a document can take over as they are.

Knows columns and how a number is written. Knows nothing of how it came about.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tradeseal.signals.published import Interval, Scores, Walked

_QUARTERS: Final = (
    "| from | signals | base rate | mean said | Brier skill (95 %) | ECE | floor | AUC | at ≥ 0.65 | came true (95 %) "
    "| base rate said instead |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)
_POOLED: Final = (
    "| strategy, what is scored | signals | base rate | mean said | Brier skill (95 %) | ECE (95 %) | floor "
    "| median quarter | AUC | at ≥ 0.65 | came true (95 %) |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
)


def tables_of(found: Sequence["Walked"]) -> list[str]:
    """Each strategy's pooled scores, then its quarters."""
    lines = ["## Pooled", "", *_POOLED]
    for walked in found:
        median = "-" if walked.median_ece is None else f"{walked.median_ece:.3f}"
        lines.append(_pooled(f"`{walked.strategy}`, all signals as fitted", walked.pooled, median))
        lines.append(_pooled(f"`{walked.strategy}`, all signals as a run says them", walked.watched, "-"))
        lines.append(_pooled(f"`{walked.strategy}`, BUY alone", walked.buys, "-"))
    for walked in found:
        lines += ["", f"## `{walked.strategy}` by quarters", "", *_QUARTERS]
        lines += [_quarter(fold.begin[:10], fold.scores, f"{fold.shrunk:.0%}") for fold in walked.folds]
        lines.append(_quarter("**pooled**", walked.pooled, f"{walked.watched_share:.1%}"))
        lines += ["", _told(walked)]
    return lines


def _told(walked: "Walked") -> str:
    below = [one.begin[:10] for one in walked.folds if one.scores.skill is not None and one.scores.skill.high < 0]
    above = [one.begin[:10] for one in walked.folds if one.scores.skill is not None and one.scores.skill.low > 0]
    isotonic = sum(one.method == "isotonic" for one in walked.folds)
    median = "-" if walked.median_ece is None else f"{walked.median_ece:.3f}"
    return (
        f"Median ECE of a quarter {median}. Skill wholly below 0 in {len(below)} quarters"
        f"{' (' + ', '.join(below) + ')' if below else ''}, wholly above in {len(above)}; {walked.shrunk} of "
        f"{len(walked.folds)} fits without skill; {isotonic} isotonic, the others Platt's."
    )


def _quarter(name: str, one: "Scores", shrunk: str) -> str:
    if one.skill is None or one.ece is None:
        return f"| {name} | {one.observations:,} | not enough data | | | | | | | | {shrunk} |"
    return (
        f"| {name} | {one.observations:,} | {one.base_rate:.3f} | {one.mean_confidence:.3f} | {_signed(one.skill)} "
        f"| {one.ece.value:.3f} | {one.ece_floor:.3f} | {one.auc:.3f} | {one.coverage:.1%} | {_hit(one)} | {shrunk} |"
    )


def _pooled(name: str, one: "Scores", median: str) -> str:
    if one.skill is None or one.ece is None:
        return f"| {name} | {one.observations:,} | not enough data | | | | | | | | |"
    ece = f"{one.ece.value:.3f} ({one.ece.low:.3f} to {one.ece.high:.3f})"
    return (
        f"| {name} | {one.observations:,} | {one.base_rate:.3f} | {one.mean_confidence:.3f} | {_signed(one.skill)} "
        f"| {ece} | {one.ece_floor:.3f} | {median} | {one.auc:.3f} | {one.coverage:.1%} | {_hit(one)} |"
    )


def _signed(one: "Interval") -> str:
    return f"{one.value:+.4f} ({one.low:+.4f} to {one.high:+.4f})"


def _hit(one: "Scores") -> str:
    hit = one.hit_rate
    return "-" if hit is None else f"{hit.value:.3f} ({hit.low:.3f} to {hit.high:.3f})"
