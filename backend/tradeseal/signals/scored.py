"""Scored strategies: parts that speak for rising or falling prices, weighed into two scores.

A strategy of this kind says what its parts are; sides, barriers, sizes, explanations and the calibrator's features are
the same for all of them. Confidence is the calibrator's, and it never changes a side. Knows nothing of files.
"""

import hashlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from tradeseal.kernel.canonical import canonical_json
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import WINDOW, CandleWindow
from tradeseal.signals.domainmodel import (
    HORIZON_BARS,
    RISK_BUDGET_BPS,
    SCORE_LEAD,
    SCORE_LEAST,
    SIZE_BPS_MOST,
    STOP_LOSS_BPS_MOST,
    STOP_LOSS_VOLATILITIES,
    TAKE_PROFIT_BPS_MOST,
    TAKE_PROFIT_VOLATILITIES,
    Opinion,
    Side,
    risk_score,
    side_of,
    size_bps,
)
from tradeseal.signals.features import FEATURES, VOLATILITY_BARS, Features
from tradeseal.signals.windows import Windows

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

POINTS_MOST: Final = 100
BARRIER_BARS: Final = 6
_SOURCES: Final = ("portable.py", "indicators.py", "windows.py", "features.py", "scored.py")


@dataclass(frozen=True)
class Parameter:
    """A whole number that a person may choose."""

    default: int
    least: int
    most: int
    about: str


@dataclass(frozen=True)
class Part:
    """What speaks for rising prices (above 0) or for falling ones, cut at ±1, and how many points it is worth.

    `says` is a sentence; it may hold `{above}` (above or below, by the part's sign), `{value}` and any indicator.
    """

    points: int
    value: Any
    says: str


GEOMETRY: Final[Mapping[str, Parameter]] = {
    "take_profit_volatilities": Parameter(TAKE_PROFIT_VOLATILITIES, 1, 100, "take-profit in 6-candle volatilities"),
    "stop_loss_volatilities": Parameter(STOP_LOSS_VOLATILITIES, 1, 100, "stop-loss in 6-candle volatilities"),
    "horizon_bars": Parameter(HORIZON_BARS, 1, 10_000, "candles after which a position is left"),
}


class ScoredStrategy:
    """The base of strategies: name it, list its parameters, and say what its parts are.

    `parts` gets rows (see `Windows`) and the common features, and answers with its parts by name. A plug-in is code:
    whoever installs one trusts it with the process.
    """

    name: ClassVar[str] = ""
    about: ClassVar[str] = ""
    parameters: ClassVar[Mapping[str, Parameter]] = {}
    features: ClassVar[Sequence[str]] = FEATURES
    learns: ClassVar[bool] = False  # whether it needs a model, see `fitting.learn`
    source_file: ClassVar[str] = ""  # where a plug-in of a folder was read from
    learned_until: int = 0  # no calibrator may learn from candles that a model has learned from

    def __init__(self, **chosen: int) -> None:
        self.params: Mapping[str, int] = self._checked(chosen)

    def parts(self, windows: Windows, features: Features) -> Mapping[str, Part]:
        """What speaks for which side."""
        raise NotImplementedError

    @classmethod
    def all_parameters(cls) -> Mapping[str, Parameter]:
        """Its own and the barriers', which every strategy has."""
        return {**GEOMETRY, **cls.parameters}

    @cached_property
    def code_hash(self) -> bytes:
        """SHA-256 of name, parameters and the source that reads candles."""
        here = Path(__file__).parent
        fixed = {
            "candles": WINDOW, "volatility_bars": VOLATILITY_BARS, "barrier_bars": BARRIER_BARS,
            "risk_budget_bps": RISK_BUDGET_BPS, "size_bps_most": SIZE_BPS_MOST, "score_least": SCORE_LEAST,
            "score_lead": SCORE_LEAD,
        }  # fmt: skip
        digest = hashlib.sha256(b"tradeseal/strategy/2\0" + self.name.encode() + b"\0")
        digest.update(canonical_json({**fixed, **self.params}))
        for source in (*(here / name for name in _SOURCES), self._source()):
            digest.update(b"\0" + source.name.encode() + b"\0" + source.read_bytes().replace(b"\r\n", b"\n"))
        digest.update(self.learned)
        return digest.digest()

    def with_model(self, stored: Mapping[str, Any]) -> "ScoredStrategy":
        """The same strategy with a stored model."""
        return self

    def _source(self) -> Path:
        return Path(self.source_file or inspect.getfile(type(self)))

    @property
    def learned(self) -> bytes:
        """What was learned from candles, as bytes that the hash covers; nothing for a strategy of rules."""
        return b""

    def read(self, window: CandleWindow) -> "ScoredReadings":
        """Read the newest 512 candles of a window."""
        return ScoredReadings(self, Windows.alone(window))

    def read_run(self, run: CandleWindow, stride: int = 1) -> "ScoredReadings":
        """Read every full window inside a run of candles, or every `stride`-th of them, oldest first."""
        return ScoredReadings(self, Windows.run(run, stride))

    def _checked(self, chosen: Mapping[str, int]) -> dict[str, int]:
        known = self.all_parameters()
        for name, value in chosen.items():
            if name not in known:
                raise Refused(
                    "UNKNOWN_PARAMETER",
                    f"{self.name} has no parameter {name}; it has {', '.join(sorted(known))}.",
                    strategy=self.name, parameter=name,
                )  # fmt: skip
            one = known[name]
            if not isinstance(value, int) or isinstance(value, bool) or not one.least <= value <= one.most:
                raise Refused(
                    "BAD_PARAMETER",
                    f"{name} of {self.name} is a whole number from {one.least} to {one.most}.",
                    strategy=self.name, parameter=name, got=value, limit=f"{one.least} to {one.most}",
                )  # fmt: skip
        return {name: chosen.get(name, one.default) for name, one in known.items()}


class ScoredReadings:
    """Everything read from one or many windows; each array has one element per window."""

    def __init__(self, strategy: ScoredStrategy, windows: Windows) -> None:
        self.strategy = strategy
        self.windows = windows
        self.common = Features(windows)

    def take(self, chosen: Ints) -> "ScoredReadings":
        """Some of the windows, by their number; reading them again gives the same bits."""
        return ScoredReadings(self.strategy, self.windows.take(chosen))

    @property
    def features(self) -> list[Floats]:
        """What the calibrator reads, in the order of the strategy's `features`."""
        return self.common.clipped

    @cached_property
    def parts(self) -> Mapping[str, Part]:
        """The strategy's parts, each an array cut at ±1; refuses what is no number."""
        name = self.strategy.name
        try:
            told = self.strategy.parts(self.windows, self.common)
        except Refused:
            raise
        except Exception as error:
            raise Refused(
                "STRATEGY_FAILED", f"The strategy {name} raised {error!r} on {len(self.windows)} windows.",
                strategy=name, cause=repr(error),
            ) from error  # fmt: skip
        if not 0 < sum(part.points for part in told.values()) <= POINTS_MOST:
            raise Refused(
                "BAD_POINTS", f"The parts of {name} are worth 1 to {POINTS_MOST} points together.", strategy=name
            )
        return {key: Part(part.points, self._within(key, part.value), part.says) for key, part in told.items()}

    def _within(self, key: str, value: Any) -> Floats:
        values = np.atleast_1d(np.asarray(value, dtype=np.float64))
        wrong = ~np.isfinite(values)
        if wrong.any() or len(values) != len(self.windows):
            at = int(np.argmax(wrong)) if wrong.any() else 0
            got = str(values[at]) if wrong.any() else f"{len(values)} values for {len(self.windows)} windows"
            raise Refused(
                "STRATEGY_NOT_A_NUMBER",
                f"The part {key} of the strategy {self.strategy.name} is no number: {got}, window {at}.",
                strategy=self.strategy.name, part=key, window=at, got=got,
            )  # fmt: skip
        return np.clip(values, -1.0, 1.0)

    @cached_property
    def scores(self) -> tuple[Ints, Ints]:
        """Buy and sell score, 0 to 100: the weighted parts that speak for rising and for falling prices."""
        buy = sell = np.zeros(len(self.windows))
        for part in self.parts.values():
            points = part.points * part.value
            buy = buy + np.maximum(points, 0.0)
            sell = sell + np.maximum(-points, 0.0)
        return np.floor(buy).astype(np.int64), np.floor(sell).astype(np.int64)

    @cached_property
    def sides(self) -> Ints:
        """The side of each window, as `side_of` says it of its scores."""
        buy, sell = self.scores
        buys = (buy >= SCORE_LEAST) & (buy - sell >= SCORE_LEAD)
        sells = (sell >= SCORE_LEAST) & (sell - buy >= SCORE_LEAD)
        return np.where(buys, int(Side.BUY), np.where(sells, int(Side.SELL), int(Side.HOLD)))

    @property
    def volatility(self) -> Floats:
        return self.common.volatility

    @cached_property
    def barriers(self) -> tuple[Ints, Ints]:
        """Take-profit and stop-loss in bps of the entry price, rounded down, at least 1."""
        params = self.strategy.params
        unit = self.volatility * np.sqrt(float(BARRIER_BARS)) * 10_000.0
        take = np.floor(np.minimum(params["take_profit_volatilities"] * unit, TAKE_PROFIT_BPS_MOST)).astype(np.int64)
        stop = np.floor(np.minimum(params["stop_loss_volatilities"] * unit, STOP_LOSS_BPS_MOST)).astype(np.int64)
        return np.maximum(take, 1), np.maximum(stop, 1)

    def opinion(self, at: int, *, confidence_bps: int, base_rate_bps: int) -> Opinion:
        """The opinion on window number `at`."""
        buy, sell = (int(score[at]) for score in self.scores)
        side = side_of(buy, sell)
        take, stop = (int(barrier[at]) for barrier in self.barriers)
        drawdown_bps = int(np.floor(self.common.drawdown[at] * 10_000.0))
        values = {name: float(found[at]) for name, found in self.common.indicators.items()}
        return Opinion(
            side=side,
            confidence_bps=confidence_bps,
            risk_score=risk_score(stop, drawdown_bps),
            size_bps=size_bps(side, stop),
            buy_score=buy,
            sell_score=sell,
            take_profit_bps=take,
            stop_loss_bps=stop,
            horizon_s=self.strategy.params["horizon_bars"] * self.windows.interval_s,
            base_rate_bps=base_rate_bps,
            indicators={name: f"{value:.8f}" for name, value in values.items()} | {"drawdown_bps": str(drawdown_bps)},
            why=self._why(at, side, buy, sell, values),
        )

    def _why(self, at: int, side: Side, buy: int, sell: int, values: Mapping[str, float]) -> tuple[str, ...]:
        parts = {name: float(part.value[at]) for name, part in self.parts.items()}
        told = sorted(parts, key=lambda name: -abs(parts[name]) * self.parts[name].points)
        verdict = {
            Side.BUY: f"BUY: the buy score {buy} leads the sell score {sell}",
            Side.SELL: f"SELL: the sell score {sell} leads the buy score {buy}",
            Side.HOLD: f"HOLD: neither buy score {buy} nor sell score {sell} is high enough and leads",
        }
        return (verdict[side], *(_sentence(self.parts[name], parts[name], values) for name in told if parts[name]))


def _sentence(part: Part, value: float, values: Mapping[str, float]) -> str:
    told = part.says.format(**values, value=value, above="above" if value > 0 else "below")
    return f"{told} ({value * part.points:+.1f})"
