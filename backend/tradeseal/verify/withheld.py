"""Check 5, what did not happen: vectors that the reader's candles ask for, and barriers that they reach.

Knows the ticks of a bar and the function by which every mode decides what is posted. Knows nothing of signatures.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tradeseal.cycle.state import EngineState
from tradeseal.cycle.ticks import Tick, close_tick, find_trigger, must_post, open_tick
from tradeseal.ledger.published import StoredFact
from tradeseal.market.published import Bar, CandleStore
from tradeseal.trading.accounts import Accounts
from tradeseal.trading.published import BookState
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene

CANNOT_TELL = "whether a vector was left out that had to be posted, or a barrier not acted on (--candles DIR)"


@dataclass(frozen=True)
class _Moment:
    """What was so when a bar ended: nothing but its transactions changes it."""

    book: BookState | None
    accounts: Accounts
    observed_at: int


class Withheld:
    """Holds what was posted in each bar to what its candles asked for."""

    def __init__(self, store: CandleStore | None, markets: tuple[str, ...], interval_s: int) -> None:
        known = store is not None and set(markets) <= set(store.markets)
        self._store = store if known else None
        self._markets = markets
        self._interval_s = interval_s
        self._state = EngineState()
        self._prices: dict[str, int] = {}
        self._posted: set[tuple[str, int]] = set()
        self._leaving: set[str] = set()
        self._before = _Moment(None, Accounts(), 0)
        self._book: tuple[tuple[int, int], BookState] | None = None

    @property
    def looks(self) -> bool:
        """Whether the reader brought candles of every market."""
        return self._store is not None

    def fold(self, _: Scene, event: Event) -> None:
        """Keep the positions and their barriers as the engine does."""
        if self._store is not None:
            fact = StoredFact(event.position, event.stream, event.version, event.topic, event.state, event.hash)
            self._state.apply(fact)

    def vector(self, _: Scene, event: Event) -> None:
        """A vector of this bar."""
        self._posted.add((event.data["kind"], event.data["observed_at"]))
        self._state.observed_at, self._state.mark_seq = event.data["observed_at"], event.data["seq"]

    def exit_requested(self, scene: Scene, event: Event) -> None:
        """An exit of this bar."""
        self._leaving.add(scene.journey(event).market)

    def bar(self, scene: Scene, event: Event) -> None:
        """A bar ended: each of its ticks was posted, or changed nothing."""
        if self._store is None or scene.broken:
            return
        bar = self._bar(event.data["open_time"])
        now = _Moment(self._book_now(scene), scene.accounts.copy(), self._state.observed_at)
        for tick, moment in ((open_tick(bar), self._before), (close_tick(bar), now)):
            self._prices.update(tick.prices_e8)
            self._tick(scene, event, tick, moment)
        self._barriers(scene, event, bar)
        scene.findings.count(5, "ticks that were rightly not posted", 2 - len(self._posted_ticks(bar)))
        self._before = now
        self._posted.clear()
        self._leaving = {journey.market for journey in scene.journeys.values() if journey.kind == "exit"}

    def _bar(self, open_time: int) -> Bar:
        assert self._store is not None
        found = ((market, self._store.candle(market, open_time)) for market in self._markets)
        candles = {market: candle for market, candle in found if candle is not None}
        return Bar(open_time, open_time + self._interval_s, candles)

    def _posted_ticks(self, bar: Bar) -> set[tuple[str, int]]:
        return self._posted & {("open", bar.open_time), ("close", bar.close_time)}

    def _tick(self, scene: Scene, event: Event, tick: Tick, moment: _Moment) -> None:
        if (tick.kind, tick.observed_at) in self._posted:
            return
        if must_post(
            tick,
            moment.book,
            last_observed_at=moment.observed_at,
            orders_follow=False,
            equity_e8=self._equity_e8(moment.accounts, self._prices),
            exposed=bool(moment.accounts.holdings),
        ):
            message = f"By your candles the {tick.kind} tick at {tick.observed_at} had to be posted, and was not."
            scene.findings.differs(5, "VECTOR_WITHHELD", message, at=event, got="no vector", want=dict(tick.prices_e8))

    @staticmethod
    def _equity_e8(accounts: Accounts, prices_e8: Mapping[str, int]) -> int:
        return accounts.equity_e8({**dict.fromkeys(accounts.holdings, 0), **prices_e8})

    def _barriers(self, scene: Scene, event: Event, bar: Bar) -> None:
        for market, position in self._state.positions.items():
            candle = bar.candles.get(market)
            if candle is None or position.opened_at > bar.open_time or market in self._leaving:
                continue
            trigger = find_trigger(candle, position)
            if trigger is not None or bar.open_time >= position.time_limit:
                why = f"{trigger.reason.name} at {trigger.price_e8}" if trigger else "TIME_LIMIT"
                message = f"By your candle {market} reached its {why} in this bar, and nobody asked for the exit."
                scene.findings.differs(5, "EXIT_WITHHELD", message, at=event, got="no exit", want=why)
            scene.findings.count(5, "barriers of positions")

    def _book_now(self, scene: Scene) -> BookState:
        version = (scene.again.head.seq, self._state.mark_seq)
        if self._book is None or self._book[0] != version:
            self._book = (version, scene.again.book_state())
        return self._book[1]
