"""The calibrator: from a strategy's features to the probability of the named event.

Knows a logistic form with stated origin, an isotonic map over it, and whether live skill has gone. Fitted only on
candles whose labels had ended before a time; applied in plain arithmetic. Knows nothing of sides: confidence is always
that of the long event.
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
LATER_FORMAT: Final = "tradeseal/calibrator/2"  # with an isotonic map, or with what was measured live


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
class Standing:
    """What the confidences said live were worth at a time: Brier skill over the last resolved labels, 95 % interval."""

    as_of: int
    observations: int
    skill: float
    low: float
    high: float

    @property
    def gone(self) -> bool:
        """Whether the whole interval lies below 0: who said the base rate would have been nearer."""
        return self.high < 0


@dataclass(frozen=True)
class Calibrator:
    """p = 1 / (1 + e^-z) with z = intercept + Σ weight · (feature - centre) / scale, then along the knots, if any.

    With a `standing` whose skill is gone nothing but the base rate is said, whatever was fitted.
    """

    features: tuple[str, ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float
    base_rate_bps: int
    origin: Origin
    knots: tuple[tuple[float, float], ...] = ()  # isotonic: said, came true; neither ever falls
    standing: Standing | None = None

    @property
    def shrunk(self) -> bool:
        """Whether confidence is the base rate because live skill has gone."""
        return self.standing is not None and self.standing.gone

    @property
    def method(self) -> str:
        """`assumed`, `platt` or `isotonic`."""
        if not self.features:
            return "assumed"
        return "isotonic" if self.knots else "platt"

    @property
    def says_base_rate(self) -> bool:
        """Whether every window gets the base rate: nothing was fitted, or live skill has gone."""
        return not self.features or self.shrunk

    def probability(self, features: Sequence[Floats]) -> Floats:
        """The probability of the named event for each window; one that reads no feature says its base rate."""
        if self.says_base_rate:
            return np.full_like(features[0], self.base_rate_bps / BPS)
        total = np.full_like(features[0], self.intercept)
        for values, centre, scale, weight in zip(features, self.centres, self.scales, self.weights, strict=True):
            total = total + weight * ((values - centre) / scale)
        said = logistic(total)
        return along(self.knots, said) if self.knots else said

    def confidence_bps(self, features: Sequence[Floats]) -> npt.NDArray[np.int64]:
        """The probability in basis points, rounded down: never more confident than fitted."""
        if self.says_base_rate:
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
        told = {"format": LATER_FORMAT, "claim": CLAIM.hex(), **asdict(self)}
        if not self.knots and self.standing is None:
            told["format"] = FORMAT
            del told["knots"], told["standing"]
        return told

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Calibrator":
        """Read what `to_json` wrote."""
        if stored.get("format") not in (FORMAT, LATER_FORMAT) or stored.get("claim") != CLAIM.hex():
            raise Refused("UNKNOWN_CALIBRATOR", "The stored calibrator has another format or another event.")
        fields = {name: stored[name] for name in cls.__dataclass_fields__ if name not in ("knots", "standing")}
        listed = {name: tuple(fields[name]) for name in ("features", "centres", "scales", "weights")}
        origin = Origin(**{**stored["origin"], "markets": tuple(stored["origin"]["markets"])})
        knots = tuple((float(said), float(true)) for said, true in stored.get("knots", ()))
        standing = Standing(**stored["standing"]) if stored.get("standing") else None
        return cls(**{**fields, **listed, "origin": origin, "knots": knots, "standing": standing})


def along(knots: Sequence[tuple[float, float]], said: Floats) -> Floats:
    """Straight lines between the knots, flat beyond the outer ones; the four operations alone, so equal bits."""
    xs, ys = (np.asarray(column, dtype=np.float64) for column in zip(*knots, strict=True))
    if len(xs) == 1:
        return np.full_like(said, ys[0])
    at = np.clip(np.searchsorted(xs, said, side="right") - 1, 0, len(xs) - 2)
    share = np.clip((said - xs[at]) / (xs[at + 1] - xs[at]), 0.0, 1.0)
    return ys[at] + share * (ys[at + 1] - ys[at])
