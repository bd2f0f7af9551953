"""Verification: the numbered checks that stand between an opinion and a signature.

Knows what the oracle has agreed to attest, and its own copy of the candles. Every check runs whatever the others say,
and each keeps the numbers it compared. Knows nothing of keys, rules or money.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, Protocol

from tradeseal.market.published import CandleWindow
from tradeseal.oracle.domainmodel import ZERO_HASH, SignalMessage, name_id
from tradeseal.signals.published import (
    CLAIM,
    HORIZON_BARS,
    SIZE_BPS_MOST,
    STOP_LOSS_BPS_MOST,
    STOP_LOSS_VOLATILITIES,
    TAKE_PROFIT_BPS_MOST,
    TAKE_PROFIT_VOLATILITIES,
    NotEnoughData,
    Opinion,
    Side,
    risk_score,
    side_of,
    size_bps,
)

BPS: Final = 10_000

# Content of a signal that must equal the opinion it was made from, by the struct's and the opinion's name.
_CONTENT: Final = (
    ("side", "side"),
    ("confidence_bps", "confidence_bps"),
    ("risk_score", "risk_score"),
    ("size_bps", "size_bps"),
    ("take_profit_bps", "take_profit_bps"),
    ("stop_loss_bps", "stop_loss_bps"),
    ("horizon_seconds", "horizon_s"),
)
# What the oracle computes itself beside scores and confidence.
_OWN: Final = (
    "side",
    "risk_score",
    "size_bps",
    "take_profit_bps",
    "stop_loss_bps",
    "horizon_s",
    "base_rate_bps",
    "indicators",
)


class Check(NamedTuple):
    """One numbered check: what was found, and what it had to be."""

    number: int
    name: str
    passed: bool
    got: str
    limit: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The outcome: VERIFIED only if every check has passed."""

    checks: tuple[Check, ...]

    @property
    def outcome(self) -> Literal["VERIFIED", "FAILED"]:
        return "FAILED" if self.failed else "VERIFIED"

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that did not pass, in order; none of them checked is a failure too."""
        if not self.checks:
            return (Check(0, "checks", passed=False, got="none", limit="at least one"),)
        return tuple(check for check in self.checks if not check.passed)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the oracle has agreed to attest."""

    book: str
    strategy: str
    model: bytes
    calibrator: bytes
    interval_s: int
    take_profit_volatilities: int = TAKE_PROFIT_VOLATILITIES
    stop_loss_volatilities: int = STOP_LOSS_VOLATILITIES
    horizon_bars: int = HORIZON_BARS

    @property
    def step_limit_bps(self) -> int:
        """How far a close may lie from the one before: 5 % a minute, 20 % an hour, 50 % a day."""
        if self.interval_s <= 60:
            return 500
        return 2_000 if self.interval_s <= 3_600 else 5_000


class OwnView(Protocol):
    """The oracle's own copy of the candles, and what it computes from them itself."""

    def window(self, market: str, close_time: int) -> CandleWindow | None:
        """The last 512 candles closed at that time."""
        ...

    def opinion(self, market: str, close_time: int) -> Opinion | NotEnoughData:
        """The opinion computed from that window."""
        ...


def verify(
    message: SignalMessage, claimed: Opinion, market: str, *, terms: Terms, own: OwnView, observed_at: int
) -> Verification:
    """Check a signal and the opinion it was made from; `observed_at` is the time of the last closed candle.

    (0) the market is the one whose candles are compared
    (1) the book, (2) the strategy, (3) the model, (4) the calibrator and (5) the event are those agreed
    (6) the salt is set
    (7) every number lies in its range
    (8) the candle's close lies on the grid and the signal expires one candle later
    (9) the candle is the newest one, and the signal has not expired
    (10) the window's hash is that of the oracle's own candles
    (11) the price is the oracle's own close
    (12) the close is within the step limit of the one before
    (13) the signal says what the opinion says
    (14) the side follows from the scores
    (15) the risk score follows from stop and drawdown
    (16) the size keeps the loss at the stop within the risk budget
    (17) the barriers have their ratio and the horizon its length
    (18) the scores, (19) the confidence and (20) everything else are what the oracle computes itself
    """
    window = own.window(market, observed_at)
    mine = own.opinion(market, observed_at)
    findings = [
        *_provenance(message, market, terms),
        *_ranges(message, terms),
        *_candles(message, window, terms, observed_at),
        *_consistency(message, claimed, terms),
        *_recomputed(claimed, mine),
    ]
    return Verification(tuple([Check(number, *finding) for number, finding in enumerate(findings)]))


_Finding = tuple[str, bool, str, str]  # name, passed, got, limit


def _equal(name: str, got: object, limit: object) -> _Finding:
    return name, got == limit, str(got), str(limit)


def _provenance(message: SignalMessage, market: str, terms: Terms) -> Iterator[_Finding]:
    # (0) the market
    yield _equal("market", message.market.hex(), name_id(market).hex())
    # (1) the book
    yield _equal("book", message.book.hex(), name_id(terms.book).hex())
    # (2) the strategy
    yield _equal("strategy", message.strategy.hex(), name_id(terms.strategy).hex())
    # (3) the model: code and parameters
    yield _equal("model", message.model.hex(), terms.model.hex())
    # (4) the calibrator
    yield _equal("calibrator", message.calibrator.hex(), terms.calibrator.hex())
    # (5) the event that confidence is the probability of
    yield _equal("event", message.claim.hex(), CLAIM.hex())


def _ranges(message: SignalMessage, terms: Terms) -> Iterator[_Finding]:
    # (6) the salt; it is secret, so only whether it is set is told
    yield _equal("salt", "zero" if message.salt == ZERO_HASH else "set", "set")
    # (7) the ranges
    bounds = (
        ("side", message.side, min(Side), max(Side)),
        ("confidence", message.confidence_bps, 0, BPS),
        ("risk", message.risk_score, 0, 100),
        ("size", message.size_bps, 0, SIZE_BPS_MOST),
        ("price", message.price, 1, 2**64 - 1),
        ("take-profit", message.take_profit_bps, 1, TAKE_PROFIT_BPS_MOST),
        ("stop-loss", message.stop_loss_bps, 1, STOP_LOSS_BPS_MOST),
        ("horizon", message.horizon_seconds, 1, 2**32 - 1),
    )
    outside = [bound for bound in bounds if not bound[2] <= bound[1] <= bound[3]]
    got = ", ".join(f"{name} {value}" for name, value, _, _ in outside) or "inside"
    limit = ", ".join(f"{name} {least} to {most}" for name, _, least, most in outside) or "inside"
    yield "ranges", not outside, got, limit
    # (8) the grid of candles and the expiry
    offset, expiry = message.candle_close % terms.interval_s, message.expires_at - message.candle_close
    yield _equal("times", f"offset {offset} s, expiry {expiry} s", f"offset 0 s, expiry {terms.interval_s} s")


def _candles(message: SignalMessage, window: CandleWindow | None, terms: Terms, observed_at: int) -> Iterator[_Finding]:
    if window is None:
        yield from (
            (name, False, "no candles", "512 candles") for name in ("freshness", "window", "price", "price step")
        )
        return
    # (9) freshness
    fresh = message.candle_close == window.close_time and observed_at < message.expires_at
    got = f"close {message.candle_close}, expiry {message.expires_at}"
    yield "freshness", fresh, got, f"close {window.close_time}, expiry after {observed_at}"
    # (10) the window
    yield _equal("window", message.window.hex(), window.hash.hex())
    # (11) the price
    yield _equal("price", message.price, window.close_e8)
    # (12) the step
    step, previous = abs(window.close_e8 - window.previous_close_e8), window.previous_close_e8
    within = step * BPS <= terms.step_limit_bps * previous
    yield "price step", within, f"{step * BPS // previous} bps", f"at most {terms.step_limit_bps} bps"


def _consistency(message: SignalMessage, claimed: Opinion, terms: Terms) -> Iterator[_Finding]:
    # (13) the content
    yield _same("content", [(name, getattr(message, name), getattr(claimed, other)) for name, other in _CONTENT])
    # (14) the side
    scores = f"at {claimed.buy_score} and {claimed.sell_score}"
    follows = side_of(claimed.buy_score, claimed.sell_score)
    yield "side", claimed.side == follows, f"{claimed.side.name} {scores}", f"{follows.name} {scores}"
    # (15) the risk score
    drawdown = claimed.indicators.get("drawdown_bps", "")
    known = drawdown.isascii() and drawdown.isdigit()
    risk = risk_score(claimed.stop_loss_bps, int(drawdown)) if known else "a drawdown"
    yield _equal("risk score", claimed.risk_score, risk)
    # (16) the size
    size = size_bps(claimed.side, claimed.stop_loss_bps) if claimed.stop_loss_bps > 0 else "a stop above 0"
    yield _equal("size", claimed.size_bps, size)
    # (17) the barriers and the horizon
    take, stop, horizon = claimed.take_profit_bps, claimed.stop_loss_bps, terms.horizon_bars * terms.interval_s
    ratio = f"ratio {terms.take_profit_volatilities} : {terms.stop_loss_volatilities}, {horizon} s"
    kept = _ratio_kept(take, stop, terms) and claimed.horizon_s == horizon
    yield "barriers", kept, f"{take} : {stop}, {claimed.horizon_s} s", ratio


def _ratio_kept(take: int, stop: int, terms: Terms) -> bool:
    """Both barriers are rounded down from one volatility, so the ratio holds to one unit, or a bound was met."""
    surplus = stop * terms.take_profit_volatilities - take * terms.stop_loss_volatilities
    kept = -terms.take_profit_volatilities < surplus < terms.stop_loss_volatilities
    return kept or 1 in (take, stop) or stop == STOP_LOSS_BPS_MOST or take == TAKE_PROFIT_BPS_MOST


def _recomputed(claimed: Opinion, mine: Opinion | NotEnoughData) -> Iterator[_Finding]:
    if isinstance(mine, NotEnoughData):
        limit = f"{mine.needed} candles"
        yield from ((name, False, f"{mine.got} candles", limit) for name in ("scores", "confidence", "recomputed"))
        return
    # (18) the scores
    yield _equal("scores", f"{claimed.buy_score} and {claimed.sell_score}", f"{mine.buy_score} and {mine.sell_score}")
    # (19) the confidence
    yield _equal("confidence", claimed.confidence_bps, mine.confidence_bps)
    # (20) everything else
    yield _same("recomputed", [(name, getattr(claimed, name), getattr(mine, name)) for name in _OWN])


def _same(name: str, pairs: list[tuple[str, object, object]]) -> _Finding:
    """Both sides of the pairs that differ."""
    other = [pair for pair in pairs if pair[1] != pair[2]]
    got = ", ".join(f"{what} {mine}" for what, mine, _ in other) or "equal"
    limit = ", ".join(f"{what} {theirs}" for what, _, theirs in other) or "equal"
    return name, not other, got, limit
