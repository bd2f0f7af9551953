"""The plan: everything a back-test's result depends on, and the hash by which two runs are the same run.

Knows names, numbers and hashes. Knows nothing of how a run is carried out.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tradeseal.kernel.canonical import canonical_json, sha256_hex

FORMAT: Final = "tradeseal/backtest/2"
ID_LENGTH: Final = 16


@dataclass(frozen=True)
class Plan:
    """What is run. Hashes bind candles, code and contracts; equal plans give equal results, bit for bit."""

    strategy: str
    params: Mapping[str, int]
    strategy_hash: str
    calibrator_hash: str
    schedule: Mapping[str, int]  # how often live skill is looked at and the calibrator fitted again
    confidence: str  # "fitted before the start", or what was assumed instead
    data_label: str
    data_identity: str
    candles: Mapping[str, str]  # each market's SHA-256
    interval_s: int
    markets: tuple[str, ...]
    start: int
    end: int
    book: str
    cash_e8: int
    contracts_hash: str
    version: str
    venue: Mapping[str, str] = field(default_factory=dict)  # terms beside the contract's half spread

    limits: Mapping[str, int] = field(default_factory=dict)  # the contract's, where they are not the usual ones

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values; money as text."""
        told = {"format": FORMAT, **asdict(self), "cash_e8": str(self.cash_e8), "markets": list(self.markets)}
        for name in ("venue", "limits"):
            if not told[name]:
                del told[name]  # a plan without any keeps the name that it had before there were any
        return told

    @property
    def id(self) -> str:
        """The run's name: equal for equal plans."""
        return sha256_hex(canonical_json(self.to_json()))[:ID_LENGTH]
