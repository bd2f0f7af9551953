"""The `gradient_boosting` strategy: boosted trees over the common features say how likely the named event is.

Knows how a probability above or below the base rate speaks for a side. Its model is learned from candles before a time
(`fitting`), kept as plain JSON and covered by the strategy's hash; the calibrator learns from later candles only.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from tradeseal.kernel.errors import Refused
from tradeseal.signals.features import Features
from tradeseal.signals.scored import Parameter, Part, ScoredStrategy
from tradeseal.signals.trees import Trees
from tradeseal.signals.windows import Windows


class GradientBoostingStrategy(ScoredStrategy):
    """BUY where the model says the event is clearly likelier than usual, SELL where it is clearly less likely."""

    name: ClassVar[str] = "gradient_boosting"
    about: ClassVar[str] = (
        "Boosted trees (scikit-learn) over the same features; speaks where they differ from the base rate."
    )
    learns: ClassVar[bool] = True
    parameters: ClassVar[Mapping[str, Parameter]] = {
        "trees": Parameter(60, 5, 400, "boosted trees"),
        "leaves": Parameter(8, 2, 64, "leaves of each tree"),
        "lead_bps": Parameter(500, 50, 5_000, "distance from the base rate that is worth all points"),
    }

    def __init__(self, model: Trees | None = None, **chosen: int) -> None:
        super().__init__(**chosen)
        self.model = model
        self.learned_until = 0 if model is None else model.learned_until

    @property
    def learned(self) -> bytes:
        """The model's canonical JSON."""
        return b"" if self.model is None else self.model.bytes

    def with_model(self, stored: Mapping[str, Any]) -> "GradientBoostingStrategy":
        """The same strategy with a stored model."""
        return GradientBoostingStrategy(Trees.from_json(stored), **self.params)

    def parts(self, windows: Windows, features: Features) -> Mapping[str, Part]:
        """One part: how far the model's probability lies from the base rate."""
        if self.model is None:
            raise Refused("NOT_LEARNED", "gradient_boosting has no model yet; it learns from candles before the start.")
        lead = self.model.probability(features.clipped) - self.model.base_rate
        return {"model": Part(100, lead * 10_000 / self.params["lead_bps"], "the trees stand {above} the base rate")}
