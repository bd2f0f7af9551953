"""The calibrator: from a strategy's features to the probability of the named event.

Knows a logistic form with stated origin. Fitted only on candles whose labels had ended before a time; applied in plain
arithmetic. Knows nothing of sides: confidence is always that of the long event.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.canonical import canonical_json
from tradeseal.kernel.errors import Refused
from tradeseal.signals.domainmodel import BPS, CLAIM
from tradeseal.signals.portable import logistic

Floats = npt.NDArray[np.float64]

FORMAT: Final = "tradeseal/calibrator/1"


@dataclass(frozen=True)
class Origin:
    """What a calibrator was fitted on, and how well it did on what it had not seen."""

    strategy: str
    strategy_hash: str
    data: str
    markets: tuple[str, ...]
    before: int
    rows: int
    brier: float
    brier_of_base_rate: float
    slope: float


@dataclass(frozen=True)
class Calibrator:
    """p = 1 / (1 + e^-z) with z = intercept + Σ weight · (feature - centre) / scale."""

    features: tuple[str, ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    base_rate_bps: int
    origin: Origin

    def probability(self, features: Sequence[Floats]) -> Floats:
        """The probability of the named event for each window; one that reads no feature says its base rate."""
        if not self.features:
            return np.full_like(features[0], self.base_rate_bps / BPS)
        total = np.full_like(features[0], self.intercept)
        for values, centre, scale, weight in zip(features, self.centres, self.scales, self.weights, strict=True):
            total = total + weight * ((values - centre) / scale)
        return logistic(total)

    def confidence_bps(self, features: Sequence[Floats]) -> npt.NDArray[np.int64]:
        """The probability in basis points, rounded down: never more confident than fitted."""
        if not self.features:
            return np.full(len(features[0]), self.base_rate_bps, dtype=np.int64)
        return np.floor(self.probability(features) * BPS).astype(np.int64)

    @classmethod
    def assumed(cls, confidence_bps: int, strategy: str, strategy_hash: str) -> "Calibrator":
        """Not fitted but assumed, and named so: for measuring speed, or a strategy where nothing is refused."""
        if not 1 <= confidence_bps < BPS:
            raise Refused("BAD_CONFIDENCE", "An assumed confidence lies between 1 and 9999 bps.", got=confidence_bps)
        origin = Origin(strategy, strategy_hash, "assumed", (), 0, 0, 0.0, 0.0, 0.0)
        return cls((), (), (), (), 0.0, confidence_bps, origin)

    @property
    def skill(self) -> float:
        """Brier skill against the base rate on folds it had not seen; 0 or less means nothing was learned."""
        if self.origin.brier_of_base_rate == 0:
            return 0.0
        return 1.0 - self.origin.brier / self.origin.brier_of_base_rate

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the canonical JSON."""
        return hashlib.sha256(canonical_json(self.to_json())).digest()

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values; the hash is over exactly these."""
        return {"format": FORMAT, "claim": CLAIM.hex(), **asdict(self)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Calibrator":
        """Read what `to_json` wrote."""
        if stored.get("format") != FORMAT or stored.get("claim") != CLAIM.hex():
            raise Refused("UNKNOWN_CALIBRATOR", "The stored calibrator has another format or another event.")
        fields = {name: stored[name] for name in cls.__dataclass_fields__}
        listed = {name: tuple(fields[name]) for name in ("features", "centres", "scales", "weights")}
        origin = Origin(**{**stored["origin"], "markets": tuple(stored["origin"]["markets"])})
        return cls(**{**fields, **listed, "origin": origin})
