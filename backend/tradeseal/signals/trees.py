"""Trees: a boosted model as plain arrays, read from JSON, walked by comparisons and one sum.

Knows nodes and how a window finds its leaf. Knows nothing of how a model is learned. A stored model is numbers: nothing
in it can run, and its hash covers all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.canonical import canonical_json
from tradeseal.kernel.errors import Refused
from tradeseal.signals.portable import logistic

Floats = npt.NDArray[np.float64]

FORMAT: Final = "tradeseal/trees/1"
DEPTH_MOST: Final = 16


@dataclass(frozen=True)
class Tree:
    """Parallel lists, one element a node, the root first; a leaf's `left` is -1. Up to the threshold is left."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]


@dataclass(frozen=True)
class Trees:
    """The logit of a probability: a baseline and the leaf of each tree, summed in their order."""

    features: tuple[str, ...]
    baseline: float
    base_rate: float
    learned_until: int
    rows: int
    trees: tuple[Tree, ...]

    def probability(self, features: Sequence[Floats]) -> Floats:
        """The probability for each window."""
        table = np.stack(features, axis=1)
        total = np.full(len(table), self.baseline)
        for tree in self._arrays:
            total = total + _leaves(tree, table)
        return logistic(total)

    @cached_property
    def _arrays(self) -> list[dict[str, Any]]:
        return [{name: np.asarray(column) for name, column in asdict(tree).items()} for tree in self.trees]

    @cached_property
    def bytes(self) -> bytes:
        """Canonical JSON; what a hash covers."""
        return canonical_json(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Trees":
        """Read what `to_json` wrote; refuse what could not have been written by it."""
        if stored.get("format") != FORMAT:
            raise Refused(
                "UNKNOWN_MODEL", "The stored model has another format.", got=stored.get("format"), want=FORMAT
            )
        features = tuple(map(str, stored["features"]))
        trees = tuple(
            Tree(
                feature=tuple(map(int, one["feature"])),
                threshold=tuple(map(float, one["threshold"])),
                left=tuple(map(int, one["left"])),
                right=tuple(map(int, one["right"])),
                value=tuple(map(float, one["value"])),
            )
            for one in stored["trees"]
        )
        for tree in trees:
            _check(tree, len(features))
        return cls(
            features=features, baseline=float(stored["baseline"]), base_rate=float(stored["base_rate"]),
            learned_until=int(stored["learned_until"]), rows=int(stored["rows"]), trees=trees,
        )  # fmt: skip


def _leaves(tree: Mapping[str, Any], table: Floats) -> Floats:
    here = np.zeros(len(table), dtype=np.int64)
    rows = np.arange(len(table))
    for _ in range(DEPTH_MOST):
        inner = tree["left"][here] >= 0
        if not inner.any():
            break
        goes_left = table[rows, tree["feature"][here]] <= tree["threshold"][here]
        here = np.where(inner, np.where(goes_left, tree["left"][here], tree["right"][here]), here)
    leaves: Floats = tree["value"][here]
    return leaves


def _check(tree: Tree, features: int) -> None:
    count = len(tree.value)
    columns = (tree.feature, tree.threshold, tree.left, tree.right)
    sound = count > 0 and all(len(column) == count for column in columns)
    for at in range(count) if sound else ():
        if tree.left[at] >= 0:
            # Children come later than their parent: every walk ends.
            sound &= at < tree.left[at] < count and at < tree.right[at] < count and 0 <= tree.feature[at] < features
    if not sound:
        raise Refused("BAD_MODEL", "The stored model's trees do not hold together.")
