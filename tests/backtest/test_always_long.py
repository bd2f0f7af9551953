"""Three crashes against a strategy that buys everything and never stops out: the contract alone ends it.

The engine, cycle and bytecode of a back-test, the governor at the levers: exits pass while a latch holds, the day's
latch ends with the day, the drawdown's only through the delay, and then trading resumes. The shipped strategy's own
result for the same candles stands beside it (`-rP` prints the table that the README shows).
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tradeseal.backtest.grid import Grid
from tradeseal.backtest.run import NO_TERMS, _acting, _joined, _opinions, _read, run
from tradeseal.cycle.engine import Engine
from tradeseal.kernel.clock import iso_utc, parse_utc
from tradeseal.kernel.money import SCALE
from tradeseal.market.published import CandleStore, ReplayFeed, load_folder
from tradeseal.oracle.published import Verification
from tradeseal.signals.published import Calibrator, SignalEngine, TechnicalStrategy, fit_calibrator
from tradeseal.trading.published import BookStateName

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "strategies"))
from always_long import AlwaysLong

pytestmark = [pytest.mark.chain, pytest.mark.timeout(1_800)]
DAY = 86_400
CASH = 10_000 * SCALE
THEN = ["BTC", "ETH", "XRP", "ADA", "LTC", "LINK", "DOGE"]  # of which there are candles in March 2020
ALL = [*THEN, "BNB", "SOL"]


@dataclass
class Crash:
    """What happened in one span."""

    name: str
    latched_at: list[int] = field(default_factory=list)
    drawdowns: list[str] = field(default_factory=list)
    exits_while_latched: Counter[str] = field(default_factory=Counter)
    entries_while_latched: int = 0
    resumed: list[str] = field(default_factory=list)
    entries_after_resuming: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    entries: int = 0
    equity_e8: int = 0
    lowest_e8: int = CASH


class BlindOracle:
    """Signs whatever it is given, so that the contract is the only gate; the honest one refuses every such signal."""

    def __init__(self, honest: Any) -> None:
        self._honest = honest
        self.refused = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._honest, name)

    def verify(self, **asked: Any) -> Verification:
        told = self._honest.verify(**asked)
        self.refused += told.outcome != "VERIFIED"
        return Verification(tuple(check._replace(passed=True) for check in told.checks))


class Governor:
    """Walks a run bar by bar, sells a share of everything while a latch holds, and resumes through the delay."""

    def __init__(self, engine: Engine, crash: Crash) -> None:
        self.engine = engine
        self.crash = crash
        self.change = ""
        self.ready_at = 0
        self.seen = 0

    def walk(self) -> Crash:
        engine, crash = self.engine, self.crash
        engine.stand()
        bars = list(engine.feed)
        for bar, engine._next_bar in zip(bars, [*bars[1:], None], strict=True):
            before = engine.book
            engine.play(bar)
            self.count(before)
            book = engine.book
            if book is None:
                continue
            crash.lowest_e8 = min(crash.lowest_e8, book.equity_e8)
            if book.state != BookStateName.ACTIVE:
                self.exit_a_little("day" if book.day_latched else "drawdown")
            if book.drawdown_latched:
                self.resume()
        engine.steps.save()
        assert engine.book is not None
        crash.equity_e8 = engine.equity_e8()
        return crash

    def count(self, before: Any) -> None:
        latched = before is not None and before.state != BookStateName.ACTIVE
        events = self.engine.steps.ledger.events[self.seen :]
        self.seen += len(events)
        for event in events:
            if event.TOPIC == "TradeCycle.TradeRejected":
                self.crash.rejected.update(event.rules)
            elif event.TOPIC == "TradeCycle.TradeSettled" and event.side == 1:
                self.crash.entries += 1
                self.crash.entries_while_latched += latched and self.engine.book.state != BookStateName.ACTIVE
                self.crash.entries_after_resuming += bool(self.crash.resumed)
            elif event.TOPIC == "TradingDay.DayLatched":
                self.crash.latched_at.append(event.observed_at)
            elif event.TOPIC == "Portfolio.BookRecordNoted" and event.name == "DrawdownLatched":
                self.crash.drawdowns.append(iso_utc(int(event.values["observedAt"])))

    def exit_a_little(self, latch: str) -> None:
        """A tenth of the first position that there is, by hand."""
        held = sorted(self.engine.steps.state.accounts.holdings)
        if held and self.crash.exits_while_latched[latch] < 3:
            key = f"out-{latch}-{self.crash.exits_while_latched[latch]}-{self.engine.data_clock}"
            outcome = self.engine.exit(held[0], fraction_bps=1_000, idempotency_key=key)
            assert outcome.outcome == "settled", outcome
            self.crash.exits_while_latched[latch] += 1

    def resume(self) -> None:
        levers, now = self.engine.levers, self.engine.data_clock
        if not self.change:
            self.change = levers.submit_resume("looked at it", who="governor", key=f"submit-{now}").change_id
            self.ready_at = now + DAY
        elif now >= self.ready_at:
            levers.accept(self.change, who="governor", key=f"accept-{now}")
            self.change = ""
            self.crash.resumed.append(iso_utc(now))


def played(name: str, store: CandleStore, start: str, end: str) -> Crash:
    strategy = AlwaysLong()
    calibrator = Calibrator.assumed(9_900, strategy.name, strategy.code_hash.hex())
    feed = ReplayFeed(store, parse_utc(start), parse_utc(end))
    grid, opinionated = Grid(feed), SignalEngine(strategy, calibrator)
    reads = [r for r in (_read(strategy, store, m, feed.start, feed.end) for m in store.markets) if r]
    opinions = _opinions(opinionated, reads, grid, _acting(grid, reads)[0])
    _, _, engine = _joined(opinionated, opinions, store, feed, cash_e8=CASH, book="demo", terms=NO_TERMS)
    engine.steps.signals = blind = BlindOracle(engine.steps.signals)
    crash = Governor(engine, Crash(name)).walk()
    assert blind.refused == len([e for e in engine.steps.ledger.events if e.TOPIC == "TradeCycle.SignalGenerated"])
    return crash


def told(crash: Crash, shipped: Any) -> str:
    counts = (len(crash.latched_at), len(crash.drawdowns), len(crash.resumed), crash.entries)
    ends = (crash.lowest_e8, crash.equity_e8, shipped.equity_e8[-1])
    shares = [f"{(equity - CASH) / CASH:+.1%}" for equity in ends]
    return " | ".join(map(str, (crash.name, *counts, sum(crash.rejected.values()), *shares)))


def shipped_result(store: CandleStore, start: str, end: str) -> Any:
    begin = parse_utc(start)
    strategy = TechnicalStrategy()
    calibrator = fit_calibrator(store, store.markets, begin, strategy)
    return run(strategy, calibrator, store, start=begin, end=parse_utc(end), cash_e8=CASH)


SHORT = ("7 to 16 March 2020", "2020-03-07T00:00Z", "2020-03-17T00:00Z", ["BTC", "ETH", "XRP", "LTC", "LINK"])
WHOLE = (
    ("March 2020", "2020-03-01T00:00Z", "2020-04-01T00:00Z", THEN),
    ("May 2021", "2021-05-01T00:00Z", "2021-06-01T00:00Z", ALL),
    ("November 2022", "2022-11-01T00:00Z", "2022-12-01T00:00Z", ALL),
)


@pytest.mark.parametrize(
    "span", [SHORT, *(pytest.param(span, marks=pytest.mark.long) for span in WHOLE)], ids=lambda span: span[0]
)
def test_the_contract_ends_what_the_strategy_does_not(
    compiled: None, market_data: Path, span: tuple[str, str, str, list[str]]
) -> None:
    name, start, end, markets = span
    store, _ = load_folder(market_data, "binance", "1h", markets)

    crash = played(name, store, start, end)
    shipped = shipped_result(store, start, end)
    sys.stdout.write(told(crash, shipped) + "\n")

    # Both latches trip, and nobody gets in while one holds.
    assert crash.latched_at, crash
    assert crash.drawdowns, crash
    assert crash.entries_while_latched == 0
    assert {"RULE-01", "RULE-02", "RULE-07", "RULE-09"} <= set(crash.rejected), crash.rejected
    # Exits pass under both.
    assert crash.exits_while_latched["day"] > 0
    assert crash.exits_while_latched["drawdown"] > 0
    # Trading resumes: after a day's latch with the day, after a drawdown through the delay.
    assert crash.resumed
    assert crash.entries_after_resuming > 0
    # At most once a day; the tick at midnight belongs to the day that ends.
    assert len(crash.latched_at) == len({(moment - 1) // DAY for moment in crash.latched_at})
