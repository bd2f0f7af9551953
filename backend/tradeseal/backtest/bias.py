"""Bias checks: whether a strategy has looked at what it could not have known.

Knows truncated histories and the batch. Knows nothing of what a strategy is about.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from tradeseal.kernel.clock import iso_utc
from tradeseal.market.published import WINDOW, CandleStore, CandleWindow, Series
from tradeseal.signals.published import Calibrator, NotEnoughData, Opinion, ScoredStrategy, SignalEngine, fit_calibrator

SAMPLES: Final = 50
CONTENT: Final = (
    "side", "confidence_bps", "risk_score", "size_bps", "buy_score", "sell_score", "take_profit_bps", "stop_loss_bps",
    "horizon_s", "base_rate_bps", "indicators",
)  # fmt: skip
# Why a signal changes with what comes after it.
NEXT_CANDLE, WHOLE_SAMPLE, FUTURE_CALIBRATOR = "NEXT_CANDLE", "WHOLE_SAMPLE", "FUTURE_CALIBRATOR"
CAUSES: Final[Mapping[str, str]] = {
    NEXT_CANDLE: "its signals change with the candle after theirs, as by shift(-1)",
    WHOLE_SAMPLE: "its signals change with candles far from theirs: something is computed over the whole sample",
    FUTURE_CALIBRATOR: "its confidence was fitted on candles after the start",
}
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Difference:
    """One signal that came out differently, with the first field that did."""

    check: str
    market: str
    close: str
    field: str
    whole: str
    truncated: str
    cause: str = ""


@dataclass(frozen=True)
class BiasReport:
    """What was compared, and every difference; the check that finds one is its cause's name."""

    strategy: str
    compared: Mapping[str, int]
    differences: Sequence[Difference]

    @property
    def clean(self) -> bool:
        """Whether nothing came out differently."""
        return not self.differences

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        found = [asdict(one) for one in self.differences]
        told = {"strategy": self.strategy, "clean": self.clean, "compared": self.compared, "differences": found}
        return told | {"causes": dict(Counter(one.cause for one in self.differences if one.cause))}


def check_lookahead(
    strategy: ScoredStrategy,
    calibrator: Calibrator,
    store: CandleStore,
    start: int,
    end: int,
    *,
    samples: int = SAMPLES,
) -> BiasReport:
    """At sampled closes: the signal read among all candles equals the one read from a history that ends there.

    BATCH: many windows at once know nothing of their neighbours. TRUNCATED: candles after the close do not matter.
    CALIBRATOR: fitted on candles that end at the start, it is the same as fitted on all of them.
    """
    engine = SignalEngine(strategy, calibrator)
    differences: list[Difference] = []
    compared = {"TRUNCATED": 0, "BATCH": 0, "CALIBRATOR": 0}
    for market in store.markets:
        closes = _sampled(store, market, start, end, samples)
        if not closes:
            continue
        together = engine.precompute(store, [market], start, end)
        for close in closes:
            cut = _until(store, market, close)
            whole = together.opinion(market, close)
            truncated = engine.precompute(cut, [market], close, close).opinion(market, close)
            alone = engine.opinion(cut.window(market, close))
            compared["TRUNCATED"] += 1
            compared["BATCH"] += 1
            ahead = _differences("TRUNCATED", market, close, whole, truncated)
            if ahead:
                next_close = close + store.interval_s
                one_more = engine.precompute(_until(store, market, next_close), [market], close, next_close)
                by_next = not _differences("TRUNCATED", market, close, whole, one_more.opinion(market, close))
                ahead = [replace(one, cause=NEXT_CANDLE if by_next else WHOLE_SAMPLE) for one in ahead]
            differences += ahead
            differences += _differences("BATCH", market, close, truncated, alone)
    if calibrator.features:
        compared["CALIBRATOR"] = 1
        differences += _calibrators(strategy, calibrator, store, start)
    return BiasReport(strategy.name, compared, differences)


def check_warmup(
    strategy: ScoredStrategy,
    calibrator: Calibrator,
    store: CandleStore,
    start: int,
    end: int,
    *,
    samples: int = SAMPLES,
) -> BiasReport:
    """At sampled closes: a history that begins exactly 512 candles before gives the signal of the whole history."""
    engine = SignalEngine(strategy, calibrator)
    differences: list[Difference] = []
    compared = 0
    for market in store.markets:
        for close in _sampled(store, market, start, end, samples):
            last = store.closed(market, close)
            table = store.series(market).table[last - WINDOW : last]
            short = CandleStore([Series(market, table)], interval_s=store.interval_s, exchange=store.exchange)
            long = store.window(market, close, min(last, 4 * WINDOW))
            compared += 1
            differences += _differences(
                "WARMUP", market, close, _newest(engine, long), engine.opinion(short.window(market, close))
            )
    return BiasReport(strategy.name, {"WARMUP": compared}, differences)


def _newest(engine: SignalEngine, window: CandleWindow | None) -> Opinion | NotEnoughData:
    """The opinion on the newest candle of a longer run, read among all its windows."""
    assert window is not None, "a sampled close has a window"
    readings = engine.strategy.read_run(window)
    confidence = engine.calibrator.confidence_bps(readings.features)
    return readings.opinion(
        len(confidence) - 1, confidence_bps=int(confidence[-1]), base_rate_bps=engine.calibrator.base_rate_bps
    )


def _sampled(store: CandleStore, market: str, start: int, end: int, samples: int) -> list[int]:
    first, last = max(store.closed(market, start), WINDOW), store.closed(market, end)
    if first >= last:
        return []
    chosen = np.unique(np.linspace(first, last - 1, samples).astype(np.int64))
    closes: list[int] = (store.series(market).columns[0][chosen] + store.interval_s).tolist()
    return closes


def _until(store: CandleStore, market: str, close: int) -> CandleStore:
    """The market as it was known at a close."""
    table = store.series(market).table[: store.closed(market, close)].copy()
    return CandleStore([Series(market, table)], interval_s=store.interval_s, exchange=store.exchange)


def _calibrators(strategy: ScoredStrategy, calibrator: Calibrator, store: CandleStore, start: int) -> list[Difference]:
    cut = CandleStore(
        [Series(market, store.series(market).table[: store.closed(market, start)].copy()) for market in store.markets],
        interval_s=store.interval_s,
        exchange=store.exchange,
    )
    honest = fit_calibrator(cut, cut.markets, start, strategy)
    fields = ("weights", "intercept", "base_rate_bps", "knots")
    for name in fields:
        whole, truncated = getattr(calibrator, name), getattr(honest, name)
        if whole != truncated:
            found = Difference("CALIBRATOR", "all", iso_utc(start), name, str(whole), str(truncated))
            return [replace(found, cause=FUTURE_CALIBRATOR)]
    return []


def _differences(check: str, market: str, close: int, whole: Any, truncated: Any) -> list[Difference]:
    if type(whole) is not type(truncated):
        return [Difference(check, market, iso_utc(close), "opinion", type(whole).__name__, type(truncated).__name__)]
    for name in CONTENT if isinstance(whole, Opinion) else ():
        ours, theirs = getattr(whole, name), getattr(truncated, name)
        if ours != theirs:
            return [Difference(check, market, iso_utc(close), name, str(ours)[:200], str(theirs)[:200])]
    return []
