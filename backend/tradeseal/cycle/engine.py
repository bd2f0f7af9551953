"""The engine: one writer that walks the bars in order, at a chosen speed, and does what a person asks between them.

Knows bars, pacing and commands. Knows nothing of how a step is carried out: `steps` does.
"""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from tradeseal.cycle.domainmodel import SignalLog, TradeCycle
from tradeseal.cycle.levers import Levers
from tradeseal.cycle.ports import Listener, TickSeen
from tradeseal.cycle.speed import HELD, MAX_SPEED
from tradeseal.cycle.steps import Steps
from tradeseal.cycle.ticks import Tick, close_tick, find_trigger, must_post, open_tick, trigger_tick
from tradeseal.kernel.clock import monotonic_s
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.kernel.ids import manual_exit_cycle_id
from tradeseal.kernel.money import BPS
from tradeseal.ledger.published import EventConflict
from tradeseal.market.published import Bar, Candle, CandleStore, ReplayFeed, window_hash
from tradeseal.signals.published import Side
from tradeseal.trading.accounts import Accounts
from tradeseal.trading.published import BookState, ExitReason

Answer = TypeVar("Answer")
COMMAND_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Outcome:
    """What came of a person's order."""

    outcome: str
    message: str
    cycle_id: UUID | None = None
    already_run: bool = False


@dataclass(frozen=True)
class Stopped:
    """Why the engine stopped for good."""

    code: str
    message: str
    facts: Mapping[str, str]


class Engine:
    """Walks a replay feed. All writing happens in the thread that calls `run`."""

    def __init__(
        self,
        *,
        steps: Steps,
        store: CandleStore,
        feed: ReplayFeed,
        listener: Listener,
        speed: float = MAX_SPEED,
        pause_at: int | None = None,
    ) -> None:
        self.steps = steps
        self.store = store
        self.feed = feed
        self.listener = listener
        self.speed = speed
        self.pause_at = pause_at
        self.stopped: Stopped | None = None
        self.finished = False
        self.bars_done = 0
        self.data_clock = feed.start
        self.last_prices: dict[str, tuple[int, int]] = {}
        self._commands: queue.Queue[tuple[Callable[[], Any], Future[Any]]] = queue.Queue()
        self._door = threading.Lock()
        self._closed = False
        self._stopping = threading.Event()
        self._next_bar: Bar | None = None
        self._shares = _buy_and_hold(store, feed, steps.portfolio.cash_e8)
        self._keys: dict[str, Outcome] = {}
        self._last_tick: Tick | None = None
        self.levers = Levers(steps, now=self._now, freshen=self._freshen)

    # The walk.

    def run(self) -> None:
        """Walk until the feed ends or `stop` is called; afterwards serve commands until `stop`.

        A refusal by the world or a difference between the books stops the engine: `stopped` says why.
        """
        try:
            self._walk()
        except TradesealError as error:
            self._stop_for(error.code, error.message, {k: str(v) for k, v in error.facts.items()})
        except Exception as error:  # the engine's thread must not die silently
            self._stop_for("DEFECT", f"{type(error).__name__}: {error}", {})
            raise
        finally:
            if not self.finished:
                self._refuse_waiting()

    def stand(self) -> Sequence[Bar]:
        """Be where the last run ended, without walking; the bars that are left."""
        self.steps.recover()
        bars = self._remaining()
        self._restore_prices()
        return bars

    def _walk(self) -> None:
        bars = self.stand()
        self.listener.phase("RUNNING", "")
        started = monotonic_s()
        for bar in bars:
            self._next_bar = bar
            if not self._begun(bar) and not self._await_turn(started):
                return
            started = monotonic_s()
            if not self._begun(bar):
                self.steps.anchor_if_due()
            self.play(bar)
            self.bars_done += 1
            self.listener.progress(self.bars_done, len(self.feed), self.data_clock)
        self._next_bar = None
        self.steps.anchor_if_due()
        self.finished = True
        self.listener.phase("FINISHED", "replay finished")

    def serve_after(self) -> None:
        """Answer commands after the replay's end until `stop`; an error stops the engine as it does in `run`."""
        try:
            while self.finished and not self._stopping.is_set():
                self._serve_one(0.2)
        except TradesealError as error:
            self._stop_for(error.code, error.message, {k: str(v) for k, v in error.facts.items()})
        finally:
            self._refuse_waiting()

    def stop(self) -> None:
        """Let `run` return after the step in hand."""
        self._stopping.set()

    def _remaining(self) -> Sequence[Bar]:
        bars = list(self.feed)
        done = self.steps.state.last_bar_close
        self.bars_done = sum(1 for bar in bars if bar.close_time <= done)
        self.data_clock = done or self.feed.start
        return bars[self.bars_done :]

    def _begun(self, bar: Bar) -> bool:
        """Whether a crash interrupted this bar; it is finished before anything else is done."""
        state = self.steps.state
        return bar.open_time < state.observed_at or bar.close_time <= state.last_round_close

    def _restore_prices(self) -> None:
        for market in self.steps.markets:
            known = self.store.closed(market, self.data_clock)
            if known:
                times, *_, closes, _ = self.store.series(market).columns
                self.last_prices[market] = (int(closes[known - 1]), int(times[known - 1]) + self.store.interval_s)

    def _await_turn(self, started: float) -> bool:
        """Wait until the next bar may begin; serve commands meanwhile. False when the engine is to stop."""
        told = ""
        while not self._stopping.is_set():
            holding = self._held_by()
            if holding != told:
                told = holding
                self.listener.phase(holding or "RUNNING", "")
            left = 0.2 if holding else started + self.store.interval_s / self.speed - monotonic_s()
            if not holding and left <= 0 and self._commands.empty():
                return True
            self._serve_one(max(0.0, min(left, 0.2)))
        return False

    def _held_by(self) -> str:
        if self.pause_at is not None and self.data_clock >= self.pause_at:
            return "PAUSED"
        if self.speed == HELD:
            return "PAUSED"
        if self.asking():
            return "WAITING_FOR_PERSON"
        return ""

    # One bar, in the fixed order of its ticks. Each part looks at what is stored, so that it can be played again.

    def play(self, bar: Bar) -> None:
        """Play one bar whole, from its open to its end; without a quorum time passes and nothing is attested."""
        if self.steps.silent:
            self._see(open_tick(bar))
            self._see(close_tick(bar))
            self.data_clock = bar.close_time
            self._finish_bar(bar)
            return
        self._open(bar)
        self._triggers(bar)
        self._close(bar)
        self.steps.run_round(bar.close_time, [m for m in self.steps.markets if m in bar.candles])
        self._finish_bar(bar)

    def pass_over(self, close_time: int, prices_e8: Mapping[str, tuple[int, int]]) -> None:
        """Come to a close without playing the bars before it; a back-test knows that nothing happens in them."""
        self.last_prices.update(prices_e8)
        self.data_clock = close_time

    def _open(self, bar: Bar, only: UUID | None = None) -> None:
        tick = open_tick(bar)
        self._see(tick)
        if tick.observed_at < self.steps.state.observed_at:
            # Played again after a crash: later prices of this bar are on the chain already.
            self._see(Tick("posted", self.steps.state.observed_at, self.steps.state.posted_e8()))
            self.steps.execute_and_record(self.steps.state.observed_at)
            return
        due = [c for c in self._due(tick.observed_at) if only is None or c.id == only]
        overdue = [] if only else [m for m in self._overdue(tick.observed_at) if m in tick.prices_e8]
        in_flight = any(c.stage in _IN_FLIGHT for c in self.steps.cycles.values())
        if not in_flight:
            self._post_if_needed(tick, orders_follow=bool(due or overdue))
        exits = [c for c in due if _side(c) == Side.SELL]
        for market in overdue:
            cycle = self.steps.exit_by_reason(
                market=market,
                reason=ExitReason.TIME_LIMIT,
                observed_at=tick.observed_at,
                trigger_price_e8=tick.prices_e8.get(market, 0),
            )
            exits += [cycle] if cycle else []
        if exits:
            self.steps.exit(exits, tick.observed_at)
        entries = [c for c in due if _side(c) == Side.BUY]
        if entries:
            self.steps.authorise(entries, tick.observed_at)
        self.steps.execute_and_record(tick.observed_at)

    def _due(self, observed_at: int) -> list[TradeCycle]:
        """Committed signals that may go to the contract at this tick: wanted ones, and those left to expire."""
        portfolio = self.steps.portfolio
        due = []
        for cycle in self.steps.cycles.values():
            if cycle.stage != "committed" or cycle.attempted_at == observed_at or cycle.signal is None:
                continue
            if cycle.signal.candle_close > observed_at:
                continue  # a bar that is played again after a restart: its round acts at the next bar's open
            if _side(cycle) == Side.BUY and not self.steps.gate.trader_in_service:
                continue  # the trader is frozen: it waits for the next one, and is judged then, expired or not
            wanted = cycle.approval == "approved" or (
                cycle.approval == "" and not portfolio.paused and portfolio.mode(cycle.market) == "automatic"
            )
            if wanted or observed_at > cycle.signal.expires_at:
                due.append(cycle)
        return due

    def _overdue(self, observed_at: int) -> list[str]:
        """Markets whose position has reached its time limit; it is left at the first fresh price."""
        held = self.steps.state.positions
        exiting = {c.market for c in self.steps.cycles.values() if c.kind == "exit" and c.stage in _IN_FLIGHT}
        return [m for m in self.steps.markets if m in held and observed_at >= held[m].time_limit and m not in exiting]

    def _triggers(self, bar: Bar) -> None:
        for market in self.steps.markets:
            position, candle = self.steps.state.positions.get(market), bar.candles.get(market)
            trigger = find_trigger(candle, position) if position and candle else None
            if trigger is None or candle is None:
                continue
            tick = trigger_tick(bar, trigger, {m: p for m, (p, _) in self.last_prices.items()})
            if tick.observed_at < self.steps.state.observed_at:
                continue
            self._see(tick)
            self.steps.post_marks(tick, candle_hash=_candle_hash(candle))
            cycle = self.steps.exit_by_reason(
                market=market,
                reason=trigger.reason,
                observed_at=tick.observed_at,
                trigger_price_e8=trigger.price_e8,
            )
            if cycle:
                self.steps.exit([cycle], tick.observed_at)
            self.steps.execute_and_record(tick.observed_at)

    def _close(self, bar: Bar) -> None:
        tick = close_tick(bar)
        self._see(tick)
        self._post_if_needed(tick, orders_follow=False)
        self.data_clock = bar.close_time

    def _post_if_needed(self, tick: Tick, *, orders_follow: bool) -> None:
        state = self.steps.state
        if must_post(
            tick,
            self.steps.book,
            last_observed_at=state.observed_at,
            orders_follow=orders_follow,
            equity_e8=self.equity_e8(),
            exposed=bool(state.accounts.holdings),
        ):
            self.steps.post_marks(tick)

    def _finish_bar(self, bar: Bar) -> None:
        log: SignalLog = self.steps.log_of(bar.close_time)
        lows = {m: c.low_e8 for m, c in bar.candles.items()}
        log.finish_bar(
            open_time=bar.open_time,
            close_time=bar.close_time,
            equity_e8=self.equity_e8(),
            low_equity_e8=self.equity_e8(lows),
            hold_equity_e8=self._hold_equity_e8(),
        )
        self.steps.save(log)

    def _see(self, tick: Tick) -> None:
        for market, price in tick.prices_e8.items():
            self.last_prices[market] = (price, tick.observed_at)
        self.data_clock = max(self.data_clock, tick.observed_at)
        self._last_tick = tick
        self.listener.tick(TickSeen(tick.observed_at, tick.kind, tick.prices_e8))

    def equity_e8(self, instead: Mapping[str, int] | None = None) -> int:
        """Cash and holdings at the last prices seen; `instead` replaces some of them."""
        accounts: Accounts = self.steps.state.accounts
        prices = {m: p for m, (p, _) in self.last_prices.items()}
        return accounts.equity_e8({**prices, **(instead or {})})

    def _hold_equity_e8(self) -> int:
        """What the initial cash would be worth, spread equally over the markets at their first open, before costs.

        Later deposits and withdrawals are cash beside it.
        """
        total = self.steps.state.flows_e8
        for market, (share_e8, first_open, first_price) in self._shares.items():
            price, _ = self.last_prices.get(market, (0, 0))
            begun = price and self.data_clock > first_open
            total += share_e8 * price // first_price if begun else share_e8
        return total

    # What a person may ask. Each runs in the engine's thread, between two bars.

    def ask(self, command: Callable[[], Answer]) -> Answer:
        """Run a command in the engine's thread and give its answer; raise what it raises.

        Raises `Unavailable` when the engine has stopped, or does not come to it in time.
        """
        future: Future[Answer] = Future()
        with self._door:
            if self._closed:
                raise self._gone()
            self._commands.put((command, future))
        try:
            return future.result(timeout=COMMAND_TIMEOUT_S)
        except TimeoutError as error:
            future.cancel()
            raise Unavailable("ENGINE_BUSY", "The engine did not come to it in time; ask again.") from error

    def _serve_one(self, timeout_s: float) -> None:
        try:
            command, future = self._commands.get(timeout=timeout_s) if timeout_s > 0 else self._commands.get_nowait()
        except queue.Empty:
            return
        if not future.set_running_or_notify_cancel():
            return
        try:
            answer = command()
            self.steps.save()
        except BaseException as error:
            future.set_exception(error)
            if isinstance(error, EventConflict) or not isinstance(error, Refused):
                raise
        else:
            future.set_result(answer)

    def _refuse_waiting(self) -> None:
        """Nobody serves any more: what waits is refused, what comes is refused at once."""
        with self._door:
            self._closed = True
        while not self._commands.empty():
            _, future = self._commands.get_nowait()
            if future.set_running_or_notify_cancel():
                future.set_exception(self._gone())

    def _gone(self) -> Unavailable:
        if self.stopped is None:
            return Unavailable("ENGINE_STOPPED", "The engine has ended.")
        reason = self.stopped
        return Unavailable("ENGINE_STOPPED", f"The engine has stopped: {reason.message}", reason=reason.code)

    def execute(self, market: str, *, size_bps: int | None, idempotency_key: str, who: str = "person") -> Outcome:
        """Act on the newest closed candle's signal of a market, at the next open tick and no later."""
        self._refuse_another(idempotency_key, market, kind="execute")
        if idempotency_key in self._keys:
            return self._again(self._keys[idempotency_key])
        ordered = self.steps.state.ordered.get(idempotency_key)  # by a process that has ended since
        if ordered is not None:
            return self._again(Outcome("", "", ordered))
        outcome = self._execute(market, size_bps=size_bps, idempotency_key=idempotency_key, who=who)
        self._keys[idempotency_key] = outcome
        return outcome

    def _execute(self, market: str, *, size_bps: int | None, idempotency_key: str, who: str) -> Outcome:
        self._check_market(market)
        cycle_id = self.steps.newest_cycle(market)
        if cycle_id is None:
            return Outcome("NO_SIGNAL", f"The newest closed candle of {market} says HOLD.")
        cycle = self.steps.cycles.get(cycle_id)
        if cycle is None or cycle.stage != "committed" or cycle.approval:
            stage = self.steps.stage_of(cycle_id)
            return Outcome(stage, "This candle was acted on already.", cycle_id, already_run=True)
        if self._next_bar is None:
            raise Refused("NO_NEXT_TICK", "The replay is over: there is no next open to act at.", market=market)
        if not self.steps.gate.trader_in_service:
            raise Refused("TRADER_FROZEN", "No trader is in service: entries wait for a new one.", market=market)
        cycle.decide("approved", who=who, idempotency_key=idempotency_key, size_bps=size_bps)
        self.steps.save(cycle)
        self._open(self._next_bar, only=cycle_id)
        return Outcome(self.steps.stage_of(cycle_id), "The cycle ran.", cycle_id)

    def exit(self, market: str, *, fraction_bps: int, idempotency_key: str, who: str = "person") -> Outcome:
        """Reduce a position by hand, at the next open price, or at the last close when the replay is over."""
        self._check_market(market)
        self._refuse_another(idempotency_key, market, kind="exit")
        cycle_id = manual_exit_cycle_id(self.steps.portfolio.book, idempotency_key)
        if cycle_id in self.steps.ledger.repository:
            return self._again(Outcome(self.steps.stage_of(cycle_id), "", cycle_id))
        holding = self.steps.state.accounts.holdings.get(market)
        if holding is None:
            raise Refused("NOTHING_TO_SELL", f"There is no position in {market}.", market=market)
        if not 0 < fraction_bps <= BPS:
            raise Refused("BAD_FRACTION", "A fraction lies above 0 and at most at 100 %.", got=fraction_bps, limit=BPS)
        quantity = holding.quantity_e8 * fraction_bps // BPS
        if quantity == 0:
            raise Refused("BELOW_LOT", f"That share of {market} is less than one unit.", got=fraction_bps)
        tick = self._next_tick()
        self._see(tick)
        self.steps.post_marks(tick)
        cycle = self.steps.exit_by_reason(
            market=market,
            reason=ExitReason.MANUAL,
            observed_at=tick.observed_at,
            trigger_price_e8=tick.prices_e8.get(market, 0),
            quantity_e8=quantity,
            who=who,
            idempotency_key=idempotency_key,
        )
        if cycle is None:
            raise Refused("ALREADY_RUN", "This exit was ordered before.", key=idempotency_key)
        self.steps.exit([cycle], tick.observed_at)
        self.steps.execute_and_record(tick.observed_at)
        return Outcome(self.steps.stage_of(cycle_id), "The exit ran.", cycle_id)

    def decline(self, market: str, *, who: str = "person") -> Outcome:
        """Let a waiting signal go; it is judged after its expiry, on the record."""
        self._check_market(market)
        for cycle in self.asking():
            if cycle.market == market:
                cycle.decide("declined", who=who, idempotency_key="")
                self.steps.save(cycle)
                return Outcome("DECLINED", "The signal will expire and be judged so.", cycle.id)
        raise Refused("NOTHING_WAITS", f"No signal of {market} waits for a word.", market=market)

    def pause(self, *, who: str = "person") -> None:
        """Stop entries; exits go on."""
        self.steps.portfolio.pause(who=who)
        self.steps.save(self.steps.portfolio)

    def resume(self, *, who: str = "person") -> None:
        """Let entries go on, and the data's clock when it was held."""
        self.steps.portfolio.resume(who=who)
        self.steps.save(self.steps.portfolio)
        self.pause_at = None
        if self.speed == HELD:
            self.speed = 3600.0

    def set_mode(self, market: str, mode: str, *, who: str = "person") -> None:
        """`automatic` or `ask`."""
        self.steps.portfolio.set_mode(market, mode, who=who)
        self.steps.save(self.steps.portfolio)

    def asking(self) -> list[TradeCycle]:
        """Committed signals of *ask me* markets that wait for a word."""
        portfolio = self.steps.portfolio
        return [
            c
            for c in list(self.steps.cycles.values())
            if c.stage == "committed" and not c.approval
            if portfolio.mode(c.market) == "ask" and _live(c, self.data_clock)
        ]

    def _check_market(self, market: str) -> None:
        if market not in self.steps.markets:
            known = ", ".join(self.steps.markets)
            raise Refused("UNKNOWN_MARKET", f"{market} is not traded here; {known} are.", got=market)

    def _refuse_another(self, key: str, market: str, *, kind: str) -> None:
        """A key belongs to one order, whichever process took it: another market or kind does not get its answer."""
        exited = manual_exit_cycle_id(self.steps.portfolio.book, key)
        for told, cycle_id in (("execute", self.steps.state.ordered.get(key)), ("exit", exited)):
            if cycle_id is None or cycle_id not in self.steps.ledger.repository:
                continue
            cycle: TradeCycle = self.steps.ledger.repository.get(cycle_id)
            if (told, cycle.market) != (kind, market):
                raise Refused("KEY_REUSED", "This Idempotency-Key belongs to another order.", got=key)

    def _again(self, outcome: Outcome) -> Outcome:
        stage = self.steps.stage_of(outcome.cycle_id) if outcome.cycle_id else outcome.outcome
        return Outcome(stage, "This was ordered before; here is what came of it.", outcome.cycle_id, already_run=True)

    def _now(self) -> int:
        """The block's clock of a simulated book: the data's, and never before the last vector."""
        return max(self.data_clock, self.steps.state.observed_at)

    def _freshen(self) -> None:
        """Have the newest prices on the chain, as far as there are any of now."""
        fresh = {m: p for m, (p, at) in self.last_prices.items() if at == self.data_clock}
        tick = self._last_tick or Tick("close", self.data_clock, fresh)
        if tick.prices_e8 and tick.observed_at >= self.steps.state.observed_at:
            self.steps.post_marks(tick)

    def _next_tick(self) -> Tick:
        if self._next_bar is not None and self._next_bar.open_time >= self.steps.state.observed_at:
            return open_tick(self._next_bar)
        return Tick("close", self.data_clock, {m: p for m, (p, _) in self.last_prices.items()})

    def _stop_for(self, code: str, message: str, facts: dict[str, str]) -> None:
        self.stopped = Stopped(code, message, facts)
        self.listener.phase("STOPPED", f"{message} [{code}]")

    @property
    def book(self) -> BookState | None:
        """The book as last read."""
        return self.steps.book


_IN_FLIGHT = frozenset(
    {"authorising", "authorised", "placed", "filled", "cancelled", "recording", "recorded", "part-recorded"}
)


def _side(cycle: TradeCycle) -> int:
    return cycle.signal.side if cycle.signal else Side.SELL


def _live(cycle: TradeCycle, data_clock: int) -> bool:
    return cycle.signal is not None and data_clock <= cycle.signal.expires_at


def _candle_hash(candle: Candle) -> str:
    row = (candle.open_time, candle.open_e8, candle.high_e8, candle.low_e8, candle.close_e8, candle.volume_e8)
    rows = b"".join(value.to_bytes(8, "big") for value in row)
    return "0x" + window_hash(candle.market, candle.interval_s, rows).hex()


def _buy_and_hold(store: CandleStore, feed: ReplayFeed, cash_e8: int) -> dict[str, tuple[int, int, int]]:
    shares: dict[str, tuple[int, int, int]] = {}
    share = cash_e8 // len(feed.markets)
    for market in feed.markets:
        first = store.first_candle(market, feed.start)
        if first is not None and first.close_time <= feed.end:
            shares[market] = (share, first.open_time, first.open_e8)
    return shares
