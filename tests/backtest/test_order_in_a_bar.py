"""The order of everything that happens in a bar, as design and README state it, in one run of four markets.

open of all → what the signals of the close before want, exits before entries, by market → for each market with a
position, by market, at most one trigger tick: the open if it gapped, else the barrier's price, the stop before the
target → close of all → signals → commitment. No strategy trails a stop, so there is no trailing step.
"""

from typing import Any

import numpy as np
import pytest

from tradeseal.backtest.grid import Grid
from tradeseal.backtest.run import NO_TERMS, _acting, _joined, _opinions, _read
from tradeseal.cycle.ports import TickSeen
from tradeseal.kernel.money import SCALE, price_with_spread_down, price_with_spread_up
from tradeseal.market.published import WINDOW, CandleStore, ReplayFeed, Series
from tradeseal.signals.published import Calibrator, Part, ScoredStrategy, SignalEngine

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
HOUR = 3_600
BEGIN = 1_704_067_200  # midnight of 1 January 2024
FIRST = BEGIN + WINDOW * HOUR  # the open of bar 1; the signals of bar 0 wait for it
BOTH, GAPS, RISES, LEFT = "AAA-USDT", "BBB-USDT", "CCC-USDT", "DDD-USDT"
HALF_SPREAD_BPS = 1
SECOND = 1 / HOUR
CALM, BUYS, SELLS = 1_000, 2_000, 500  # volumes by which the strategy is told what to say


class Told(ScoredStrategy):
    """Says what the newest candle's volume tells it to."""

    name = "told"
    about = "BUY on twice the usual volume, SELL on half of it."

    def parts(self, windows: Any, features: Any) -> dict[str, Part]:
        share = windows.volume[-1] / windows.volume[0]
        return {"told": Part(100, 1.0 * (share > 1.5) - 1.0 * (share < 0.7), "the volume says so")}


def candles(market: str, bars: list[tuple[int, int, int, int, int]]) -> Series:
    """A calm past that ends with bar 0, and then so many bars of open, high, low, close and volume."""
    calm = [(100 + n % 2, 101, 100, 100 + (n + 1) % 2, CALM) for n in range(WINDOW - 1)]
    rows = [*calm, (100, 101, 100, 100, BUYS), *bars]
    table = [[BEGIN + n * HOUR, *(value * SCALE for value in row)] for n, row in enumerate(rows)]
    return Series(market, np.asarray(table, dtype=np.int64))


QUIET = (100, 101, 100, 100, CALM)
BARS = {
    BOTH: [(100, 115, 85, 100, CALM), QUIET, QUIET],  # bar 1 touches both barriers
    GAPS: [QUIET, (88, 112, 87, 90, CALM), QUIET],  # bar 2 opens below the stop, and reaches the target later
    RISES: [QUIET, (100, 115, 100, 112, CALM), QUIET],  # bar 2 reaches the target
    LEFT: [QUIET, (100, 101, 100, 100, SELLS), (102, 115, 85, 100, CALM)],  # bar 2 closes with SELL, bar 3 touches all
}


class Ticks:
    """Hears every tick that the cycle makes of a bar."""

    def __init__(self) -> None:
        self.seen: list[TickSeen] = []

    def tick(self, seen: TickSeen) -> None:
        self.seen.append(seen)

    def progress(self, done: int, total: int, data_clock: int) -> None: ...

    def phase(self, phase: str, detail: str) -> None: ...


def played() -> tuple[list[TickSeen], list[tuple[Any, ...]]]:
    """All ticks; and marks, fills, commitments and finished bars in the ledger's order, times in bars."""
    store = CandleStore([candles(m, bars) for m, bars in BARS.items()], interval_s=HOUR, exchange="told")
    strategy = Told()
    assumed = Calibrator.assumed(9_900, strategy.name, strategy.code_hash.hex())
    feed = ReplayFeed(store, FIRST - HOUR, store.last_close)
    grid, engine = Grid(feed), SignalEngine(strategy, assumed)
    reads = [r for r in (_read(strategy, store, m, feed.start, feed.end) for m in store.markets) if r]
    opinions = _opinions(engine, reads, grid, _acting(grid, reads)[0])
    _, ledger, runner = _joined(engine, opinions, store, feed, cash_e8=10_000 * SCALE, book="demo", terms=NO_TERMS)
    runner.listener = ticks = Ticks()
    runner.run()
    lines: list[tuple[Any, ...]] = []
    for event in ledger.events:
        match event.TOPIC:
            case "SignalLog.MarksPosted":
                lines.append(("marks", in_bars(event.observed_at)))
            case "TradingDay.FillBooked":
                lines.append((event.market, in_bars(event.observed_at), event.price_e8))
            case "SignalLog.SignalsCommitted":
                lines.append(("committed",))
            case "SignalLog.BarFinished":
                lines.append(("finished", in_bars(event.close_time)))
            case _:
                pass
    return ticks.seen, lines


def in_bars(moment: int) -> float:
    return (moment - FIRST) / HOUR


def bought(market: str, bar: float, at: int) -> tuple[Any, ...]:
    return (market, bar, price_with_spread_up(at * SCALE, HALF_SPREAD_BPS))


def sold(market: str, bar: float, at_e8: int) -> tuple[Any, ...]:
    return (market, bar, price_with_spread_down(at_e8, HALF_SPREAD_BPS))


def test_inside_a_bar_everything_happens_in_one_stated_order() -> None:
    ticks, lines = played()

    # One open tick at the bar's open, trigger ticks a second later, one close tick at its end.
    assert [(tick.kind, in_bars(tick.observed_at)) for tick in ticks] == [
        ("open", -1), ("close", 0),
        ("open", 0), ("trigger", SECOND), ("close", 1),
        ("open", 1), ("trigger", 1 + SECOND), ("trigger", 1 + SECOND), ("close", 2),
        ("open", 2), ("close", 3),
    ]  # fmt: skip
    first, second, third = (tick.prices_e8 for tick in ticks if tick.kind == "trigger")
    stop, target = first[BOTH], third[RISES]
    assert 85 * SCALE < stop < 100 * SCALE < target < 115 * SCALE
    # In a trigger tick the other markets repeat their last price.
    assert first == dict.fromkeys(BARS, 100 * SCALE) | {BOTH: stop}
    assert second == dict.fromkeys(BARS, 100 * SCALE) | {GAPS: 88 * SCALE}
    assert third == {**second, RISES: target}

    assert lines == [
        ("marks", -1), ("committed",), ("finished", 0),  # after the close of all: signals, then the commitment
        ("marks", 0),  # a signal acts at the next bar's open, market by market
        bought(BOTH, 0, 100), bought(GAPS, 0, 100), bought(RISES, 0, 100), bought(LEFT, 0, 100),
        ("marks", SECOND), sold(BOTH, SECOND, stop),  # both inside one bar: the stop wins
        ("finished", 1),
        ("marks", 1),
        ("marks", 1 + SECOND), sold(GAPS, 1 + SECOND, 88 * SCALE),  # a gap through the stop fills at the open
        ("marks", 1 + SECOND), sold(RISES, 1 + SECOND, target),  # by market, one tick each
        ("committed",), ("finished", 2),
        ("marks", 2), sold(LEFT, 2, 102 * SCALE),  # the signal's exit comes before this bar's own triggers
        ("finished", 3),
    ]  # fmt: skip
