"""The walk: the ordinary engine plays every bar in which something can happen; the others are passed over in one go.

Whether a bar may be passed over follows from the same pure function by which the engine decides whether a vector of
marks is worth a transaction. In one day its answer depends on prices that moved far from their marks, which are looked
for, and on equity: it is asked for the worst tick of the stretch, since the lower the equity, the sooner it says yes. A
run that passes over ends in the same record head as one that plays every bar; tests compare the two.
"""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any, Final

import numpy as np

from tradeseal.backtest.grid import Bools, Grid
from tradeseal.backtest.ledger import MemoryLedger
from tradeseal.cycle.engine import Engine
from tradeseal.cycle.steps import ROUNDS_MAX
from tradeseal.cycle.ticks import Tick, must_post, quiet_move_e8
from tradeseal.kernel.collector import no_cycles
from tradeseal.kernel.money import value_down
from tradeseal.oracle.published import name_id

PASSED_OVER: Final = name_id("tradeseal/backtest/held")  # a round of HOLDs that nobody waits for has this hash
TOLD_EVERY: Final = 1_000
BAR_FINISHED: Final = "SignalLog.BarFinished"


class Walk:
    """One run from the first bar to the last."""

    def __init__(self, engine: Engine, ledger: MemoryLedger, grid: Grid, acting: Bools, rounds: Bools) -> None:
        self._engine = engine
        self._steps = engine.steps
        self._ledger = ledger
        self._grid = grid
        self._open_times: list[int] = grid.open_times.tolist()
        self._close_times: list[int] = grid.close_times.tolist()
        self._rounds_before: list[int] = [0, *np.cumsum(rounds).tolist()]
        count = len(grid)
        eventful = acting | grid.turns
        # For each bar the next one, itself included, that is played whatever is held.
        places = np.where(eventful, np.arange(count), count)
        self._next = np.minimum.accumulate(places[::-1])[::-1]
        self.equity_e8: list[int] = []
        self.low_equity_e8: list[int] = []
        self.played = 0

    def run(self, progress: Callable[[int], None] = lambda done: None, *, whole: bool = False) -> None:
        """Walk to the end; `whole` plays every bar."""
        with no_cycles():  # a run keeps all its events
            self._walk(progress, whole=whole)

    def _walk(self, progress: Callable[[int], None], *, whole: bool) -> None:
        self._steps.recover()
        self._engine._restore_prices()
        at, told, count = 0, 0, len(self._grid)
        while at < count:
            until = at if whole else self._quiet_until(at)
            if until > at:
                self._pass_over(at, until)
                at = until
            else:
                self._play(at)
                at += 1
            if at - told >= TOLD_EVERY:
                told = at
                progress(at)
        progress(count)

    def _play(self, at: int) -> None:
        engine = self._engine
        engine.play(engine.feed.bar(self._open_times[at]))
        self.played += 1
        if self._steps.state.last_round_close < self._close_times[at]:
            self._count_rounds(at, at + 1)  # a bar that is played for its prices alone has no opinions
        finished = next(event for event in reversed(self._ledger.events) if event.TOPIC == BAR_FINISHED)
        self.equity_e8.append(finished.equity_e8)
        self.low_equity_e8.append(finished.low_equity_e8)

    def _quiet_until(self, at: int) -> int:
        """The first bar from `at` on that has to be played."""
        steps = self._steps
        if steps.cycles or steps.book is None:
            return at
        until = int(self._next[at])
        for market, position in steps.state.positions.items():
            if until <= at:
                return at
            lane = self._grid.lanes[market]
            touched = (lane.low[at:until] <= position.stop_e8) | (lane.high[at:until] >= position.target_e8)
            if touched.any():
                until = at + int(np.argmax(touched))
            until = min(until, bisect_left(self._open_times, position.time_limit))
        return at if until <= at else self._until_posted(at, until)

    def _until_posted(self, at: int, until: int) -> int:
        until = self._until_strayed(at, until)
        if until <= at:
            return at
        if not self._posts(at, self._worst_equity_e8(at, until)):
            return until
        pairs = zip(self._equities(at, until, "open"), self._equities(at, until, "close"), strict=True)
        return next((at + n for n, pair in enumerate(pairs) if self._posts(at + n, min(pair))), until)

    def _until_strayed(self, at: int, until: int) -> int:
        """The first bar with a price half a step from its mark or further."""
        book = self._steps.book
        if book is None:
            return at
        for position in book.positions:
            lane, mark, quiet = self._grid.lanes[position.market], position.mark_e8, quiet_move_e8(position, book)
            top, bottom = lane.top[at:until], lane.bottom[at:until]
            if until <= at or (top.max() - mark <= quiet and mark - bottom.min() <= quiet):
                continue
            strayed = lane.present[at:until] & ((top - mark > quiet) | (mark - bottom > quiet))
            if strayed.any():
                until = at + int(np.argmax(strayed))
        return until

    def _posts(self, at: int, equity_e8: int) -> bool:
        state = self._steps.state
        return must_post(
            Tick("open", self._open_times[at], {}),
            self._steps.book,
            last_observed_at=state.observed_at,
            orders_follow=False,
            equity_e8=equity_e8,
            exposed=bool(state.accounts.holdings),
        )

    def _worst_equity_e8(self, at: int, until: int) -> int:
        """No tick of the stretch leaves less: each market at its lowest, whether that was at one moment or not."""
        accounts, lanes = self._steps.state.accounts, self._grid.lanes
        total = accounts.cash_e8
        for market, holding in accounts.holdings.items():
            total += value_down(holding.quantity_e8, int(lanes[market].bottom[at:until].min()))
        return total

    def _equities(self, at: int, until: int, column: str) -> list[int]:
        accounts = self._steps.state.accounts
        totals = [accounts.cash_e8] * (until - at)
        for market, holding in accounts.holdings.items():
            prices: Any = getattr(self._grid.lanes[market], column)[at:until].tolist()
            quantity = holding.quantity_e8
            totals = [total + value_down(quantity, price) for total, price in zip(totals, prices, strict=True)]
        return totals

    def _pass_over(self, at: int, until: int) -> None:
        self.equity_e8 += self._equities(at, until, "close")
        self.low_equity_e8 += self._equities(at, until, "low")
        last = until - 1
        prices = {
            market: (int(lane.close[last]), int(lane.seen[last]))
            for market, lane in self._grid.lanes.items()
            if lane.close[last]
        }
        self._count_rounds(at, until)
        self._engine.pass_over(self._close_times[last], prices)

    def _count_rounds(self, at: int, until: int) -> None:
        """Rounds that hold only HOLDs; they wait for the next commitment as they do elsewhere."""
        state = self._steps.state
        while at < until:
            end = min(until, at + ROUNDS_MAX - len(state.uncommitted))
            close_time = self._close_times[end - 1]
            state.pass_over(self._rounds_before[end] - self._rounds_before[at], close_time, PASSED_OVER)
            if len(state.uncommitted) >= ROUNDS_MAX:
                self._steps.commit([], close_time)
            at = end
