"""The run: the engine, the contracts and a strategy joined on stored candles, walked to the end, and what came of it.

Knows how the parts go together in a back-test. Knows nothing of files or of how results are shown.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tradeseal import __version__
from tradeseal.backtest.ahead import AttestorAhead, SignalsAhead
from tradeseal.backtest.grid import Bools, Grid
from tradeseal.backtest.ledger import MemoryLedger
from tradeseal.backtest.plan import Plan
from tradeseal.backtest.walk import Walk
from tradeseal.chain.deploy import BookPlan
from tradeseal.chain.quick import QuickGate, known_keys
from tradeseal.chain.risk_book import BookLimits
from tradeseal.cycle.engine import Engine
from tradeseal.cycle.faults import FaultPoint
from tradeseal.cycle.ports import BookFact, TickSeen
from tradeseal.cycle.signal_source import SignalSource
from tradeseal.cycle.state import EngineState
from tradeseal.cycle.steps import Steps
from tradeseal.cycle.ticks import step_limit_bps
from tradeseal.kernel.errors import Refused
from tradeseal.market.published import WINDOW, CandleStore, CandleWindow, ReplayFeed
from tradeseal.signals.published import (
    NEVER,
    Calibrator,
    NotEnoughData,
    Opinion,
    Opinions,
    Schedule,
    ScoredReadings,
    ScoredStrategy,
    Side,
    SignalEngine,
    Succession,
    read_run,
)
from tradeseal.trading.adapters.simulated import SimulatedVenue
from tradeseal.trading.domainmodel import Portfolio
from tradeseal.trading.published import BookClass, BookState
from tradeseal.trading.terms import Terms

Progress = Callable[[str, int, int], None]

NO_TERMS = Terms()
USUAL = BookLimits()


def no_progress(phase: str, done: int, total: int) -> None:
    """Told to nobody."""


class _Quiet:
    """Hears everything and does nothing."""

    def tick(self, seen: TickSeen) -> None: ...

    def progress(self, done: int, total: int, data_clock: int) -> None: ...

    def phase(self, phase: str, detail: str) -> None: ...


@dataclass(frozen=True)
class Read:
    """A strategy's look at one market: every window that closes in the run, and where it stands on the grid."""

    market: str
    at: Any  # indices into the market's series
    closes: Any  # close times
    readings: ScoredReadings


@dataclass(frozen=True)
class Finished:
    """What came of a run."""

    plan: Plan
    store: CandleStore
    grid: Grid
    book: BookState | None
    events: Sequence[Any]
    equity_e8: Sequence[int]
    low_equity_e8: Sequence[int]
    reads: Sequence[Read]
    calibrator: Calibrator
    succession: Succession
    played: int
    blocks: int

    def said(self, read: Read) -> tuple[Any, Any]:
        """Confidence and base rate of every window of a market, each by the calibrator in force for it."""
        return self.succession.said(read.closes, read.readings.features)

    @property
    def record_head(self) -> str:
        """The hash of the last record."""
        return self.book.record_head if self.book else "0x" + 64 * "0"


def plan_of(
    strategy: ScoredStrategy,
    calibrator: Calibrator,
    store: CandleStore,
    *,
    start: int,
    end: int,
    cash_e8: int,
    contracts_hash: str,
    schedule: Schedule = NEVER,
    confidence: str = "fitted before the start",
    book: str = "demo",
    terms: Terms = NO_TERMS,
    limits: BookLimits = USUAL,
) -> Plan:
    """The plan of a run over all markets of a store."""
    return Plan(
        strategy=strategy.name,
        params=dict(strategy.params),
        strategy_hash=strategy.code_hash.hex(),
        calibrator_hash=calibrator.hash.hex(),
        schedule=schedule.to_json(),
        confidence=confidence,
        data_label=store.label,
        data_identity=store.identity,
        candles={market: store.series(market).digest for market in store.markets},
        interval_s=store.interval_s,
        markets=store.markets,
        start=start,
        end=end,
        book=book,
        cash_e8=cash_e8,
        contracts_hash=contracts_hash,
        version=__version__,
        venue=terms.to_json(),
        limits={name: value for name, value in vars(limits).items() if value != getattr(USUAL, name)},
    )


def run(
    strategy: ScoredStrategy,
    calibrator: Calibrator,
    store: CandleStore,
    *,
    start: int,
    end: int,
    cash_e8: int,
    schedule: Schedule = NEVER,
    confidence: str = "fitted before the start",
    book: str = "demo",
    terms: Terms = NO_TERMS,
    limits: BookLimits = USUAL,
    progress: Progress = no_progress,
    whole: bool = False,
) -> Finished:
    """Run a strategy over a store from `start` to `end`; `whole` plays every bar, also where nothing can happen."""
    feed = ReplayFeed(store, start, end)
    if not len(feed):
        raise Refused("NO_CANDLES", "No candle lies between --from and --to.", start=start, end=end)
    grid = Grid(feed)
    engine = SignalEngine(strategy, calibrator)
    progress("READING", 0, len(grid))
    reads = [read for read in (_read(strategy, store, market, start, end) for market in store.markets) if read]
    acting, rounds = _acting(grid, reads)
    engine.succession = succession = Succession(
        calibrator, strategy, store, start, schedule,
        read=lambda: {read.market: (read.closes, read.readings) for read in reads},
    )  # fmt: skip
    for revision in succession.revisions_until(end):
        acting[np.searchsorted(grid.close_times, revision.holds_from)] |= revision.holds_from <= grid.close_times[-1]
    opinions = _opinions(engine, reads, grid, None if whole else acting)
    made = rounds & (acting | whole)
    numbered = list(zip(grid.close_times[made].tolist(), np.cumsum(rounds)[made].tolist(), strict=True))
    gate, ledger, runner = _joined(
        engine, opinions, store, feed, cash_e8=cash_e8, book=book, terms=terms, limits=limits, rounds=numbered
    )
    walk = Walk(runner, ledger, grid, acting, rounds)
    walk.run(lambda done: progress("RUNNING", done, len(grid)), whole=whole)
    return Finished(
        plan=plan_of(
            strategy, calibrator, store, start=start, end=end, cash_e8=cash_e8, contracts_hash=gate.source_hash,
            schedule=schedule, confidence=confidence, book=book, terms=terms, limits=limits,
        ),
        store=store, grid=grid, book=runner.steps.book, events=ledger.events, equity_e8=walk.equity_e8,
        low_equity_e8=walk.low_equity_e8, reads=reads, calibrator=calibrator,
        succession=succession, played=walk.played, blocks=gate.blocks,
    )  # fmt: skip


def _read(strategy: ScoredStrategy, store: CandleStore, market: str, start: int, end: int) -> Read | None:
    """Every window of a market that closes after `start` and until `end`."""
    series = store.series(market)
    first, last = max(store.closed(market, start), WINDOW - 1), store.closed(market, end)
    if first >= last:
        return None
    columns = (column[first - WINDOW + 1 : last] for column in series.columns)
    readings = read_run(strategy, CandleWindow(market, store.interval_s, *columns))
    assert isinstance(readings, ScoredReadings), "a scored strategy reads so"
    at = np.arange(first, last)
    return Read(market, at, series.columns[0][at] + store.interval_s, readings)


def _acting(grid: Grid, reads: Sequence[Read]) -> tuple[Bools, Bools]:
    """Bars after which some market says BUY or SELL, and bars that close a round at all."""
    acting, rounds = np.zeros(len(grid), dtype=bool), np.zeros(len(grid), dtype=bool)
    for read in reads:
        places = np.searchsorted(grid.close_times, read.closes)
        acting[places] |= read.readings.sides != int(Side.HOLD)
        rounds[places] = True
    return acting, rounds


def _opinions(engine: SignalEngine, reads: Sequence[Read], grid: Grid, acting: Bools | None) -> Opinions:
    """Opinions where some market acts; everywhere when `acting` is None."""
    chosen: dict[str, tuple[Mapping[int, int], Any]] = {}
    for read in reads:
        here = np.arange(len(read.closes))
        if acting is not None:
            here = here[acting[np.searchsorted(grid.close_times, read.closes)]]
        if len(here):
            places = {close: number for number, close in enumerate(read.closes[here].tolist())}
            chosen[read.market] = (places, read.readings.take(here))
    return Opinions(engine, chosen)


class _BatchView:
    """The oracle's view in a back-test: the batch again; that one window alone says the same is for the bias checks."""

    def __init__(self, store: CandleStore, opinions: Opinions) -> None:
        self._store = store
        self._opinions = opinions

    def window(self, market: str, close_time: int) -> CandleWindow | None:
        return self._store.window(market, close_time)

    def opinion(self, market: str, close_time: int) -> Opinion | NotEnoughData:
        return self._opinions.opinion(market, close_time)


def _joined(
    engine: SignalEngine, opinions: Opinions, store: CandleStore, feed: ReplayFeed, *, cash_e8: int, book: str,
    terms: Terms, limits: BookLimits = USUAL, rounds: Sequence[tuple[int, int]] = (),
) -> tuple[QuickGate, MemoryLedger, Engine]:  # fmt: skip
    keys, ledger, state = known_keys(), MemoryLedger(), EngineState()
    gate = QuickGate(
        BookPlan(
            name=book, markets=store.markets, cash_e8=cash_e8, opened_at=feed.start,
            step_limit_bps=step_limit_bps(store.interval_s), limits=limits,
        ),
        keys,
    )  # fmt: skip
    source = SignalSource(
        book=book, store=store, oracle_store=store, engine=engine, opinions=opinions, own=_BatchView(store, opinions)
    )
    portfolio = _portfolio(gate, source, store, feed, cash_e8=cash_e8, book=book)
    for event in portfolio.pending_events:
        state.fold(event)
    ledger.save(portfolio)
    attestor = AttestorAhead(keys.signers(1), gate.domain, gate.epoch())
    steps = Steps(
        ledger=ledger,
        gate=gate,
        venue=SimulatedVenue(terms, store),
        signals=SignalsAhead(source, attestor, portfolio, rounds),
        attestor=attestor,
        portfolio=portfolio,
        state=state,
        fault=FaultPoint(""),
    )
    return gate, ledger, Engine(steps=steps, store=store, feed=feed, listener=_Quiet())


def _portfolio(
    gate: QuickGate, source: SignalSource, store: CandleStore, feed: ReplayFeed, *, cash_e8: int, book: str
) -> Portfolio:
    portfolio = Portfolio(
        book=book,
        book_class=int(BookClass.SIMULATED),
        cash_e8=cash_e8,
        markets=store.markets,
        strategy=source.strategy,
        chain_id=gate.domain.chain_id,
        genesis_hash="",
        oracle_address=gate.domain.contract,
        book_address="0x" + gate.deployment.book_address.hex(),
        data_label=store.label,
        data_hash=store.identity,
        interval_s=store.interval_s,
        start=feed.start,
        record_head=gate.record_head,
    )
    for fact in gate.opening_facts():
        if isinstance(fact, BookFact):
            portfolio.note_record(
                name=fact.name,
                values=dict(fact.values),
                record_seq=fact.stamp.seq,
                record_hash=fact.stamp.hash,
                previous_hash=fact.stamp.previous_hash,
            )
    return portfolio
