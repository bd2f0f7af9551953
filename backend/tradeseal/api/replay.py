"""The replay as the server sees it: the engine's words and numbers in the shapes of the API's ports.

Knows the engine and the chain's description. Knows nothing of HTTP. What it tells may be a moment old; what it asks
runs in the engine's thread. It is there before the engine is: that is loaded behind the first page.
"""

from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal

from tradeseal.api.ports import (
    Asking,
    ChainInfo,
    DataInfo,
    EngineStatus,
    OrderPreview,
    Phase,
    PriceSeen,
    RpcFault,
    StoppedInfo,
    TradeResult,
)
from tradeseal.cycle.speed import parse_speed
from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.trading.published import BookClass, BookState, Order, RuleCheck
from tradeseal.trading.trust import level_of

if TYPE_CHECKING:
    from tradeseal.chain.published import ChainGate
    from tradeseal.cycle.engine import Engine, Outcome
    from tradeseal.cycle.ports import TickSeen
    from tradeseal.cycle.preview import Preview
    from tradeseal.market.published import CandleStore

DAY_S = 86_400
_SIDES: dict[int, Literal["HOLD", "BUY", "SELL"]] = {0: "HOLD", 1: "BUY", 2: "SELL"}
BUY = 1


class ReplayControl:
    """Hears the engine, answers for it, and hands a person's orders to it."""

    def __init__(self, *, book: str, cash_e8: int, speed: str) -> None:
        self._book_name = book
        self._cash_e8 = cash_e8
        self._speed = speed
        self._touch: Callable[[], None] = _nobody
        self._say: Callable[[str], None] = _to_nobody
        self._phase: Phase = "STARTING"
        self._detail = ""
        self._done: int | None = None
        self._total: int | None = None
        self._data = DataInfo(label="", synthetic=False, interval_s=3600, markets=())
        self._stopped: StoppedInfo | None = None
        self._checks: tuple[RuleCheck, ...] = ()
        self._engine: Engine | None = None
        self._gate: ChainGate | None = None
        self._opened: BookState | None = None
        self._chain_note = ""

    def tell(self, touch: Callable[[], None], say: Callable[[str], None]) -> None:
        """Name who wants to know that something changed, and who is told each phase in words."""
        self._touch = touch
        self._say = say

    def attach(
        self, engine: "Engine", gate: "ChainGate", *, synthetic: bool, note: str = "", chain_note: str = ""
    ) -> None:
        """The parts are there; the notes say where the candles came from and why this chain, if worth a word."""
        self._opened = gate.book()
        self._engine, self._gate, self._chain_note = engine, gate, chain_note
        store = engine.store
        self._data = DataInfo(
            label=store.label,
            synthetic=synthetic,
            interval_s=store.interval_s,
            markets=store.markets,
            exchange=None if synthetic else store.exchange,
            start=engine.feed.start,
            end=engine.feed.end,
            note=note or None,
        )
        if note:
            self._say(note)

    # What the engine tells.

    def tick(self, seen: "TickSeen") -> None:  # noqa: ARG002 - the board asks for all prices itself
        """Prices moved."""
        self._touch()

    def progress(self, done: int, total: int, data_clock: int) -> None:  # noqa: ARG002 - read when asked
        """A bar is done: also the moment to have the contract measure the newest wish."""
        if self._engine is not None and self._gate is not None:
            self._assess(self._engine, self._gate)
        self._touch()

    def phase(self, phase: str, detail: str) -> None:
        """The engine entered a phase."""
        if phase != self._phase:
            self._say(f"{phase.lower().replace('_', ' ')}{': ' if detail else ''}{detail}")
        self._phase = phase  # type: ignore[assignment]
        self._detail = detail
        self._done = self._total = None
        if phase == "STOPPED" and self._engine is not None and self._engine.stopped is not None:
            stopped = self._engine.stopped
            self._stopped = StoppedInfo(stopped.code, stopped.message, stopped.facts)
        self._touch()

    def re_executed(self, done: int, total: int) -> None:
        """The chain is being executed again: at the start a phase, later a state that `status` asks for."""
        if self._engine is not None:
            self._touch()
            return
        if total:
            if self._phase != "RE_EXECUTING":
                self._say(f"re-executing {total} blocks")
            self._phase = "RE_EXECUTING"
        self._detail = f"re-executing block {done} of {total}"
        self._done, self._total = done, total
        self._touch()

    def failed(self, error: TradesealError) -> None:
        """The start did not succeed."""
        facts = {name: str(value) for name, value in error.facts.items()}
        self._stopped = StoppedInfo(error.code, error.message, facts)
        self._phase, self._detail = "STOPPED", error.message
        self._say(f"stopped: {error}")
        self._touch()

    def _assess(self, engine: "Engine", gate: "ChainGate") -> None:
        waiting = [
            c for c in engine.steps.cycles.values() if c.stage == "committed" and c.signal and c.signal.side == BUY
        ]
        book = engine.book
        if not waiting or book is None:
            return
        newest = max(waiting, key=lambda c: (c.observed_at, c.signal.confidence_bps if c.signal else 0))
        assert newest.signal is not None
        mark = engine.steps.marks().get(newest.market) or newest.signal.price
        quantity = max(1, newest.signal.size_bps * max(book.equity_e8, 0) * 10**4 // mark)
        self._checks = gate.assess(Order(newest.signal.message(), quantity, mark))

    # What the server asks.

    def status(self) -> EngineStatus:
        """Where the engine stands."""
        engine = self._engine
        return EngineStatus(
            mode="replay",
            book_class="SIMULATED",
            book_name=self._book_name,
            initial_cash_e8=self._cash_e8,
            phase=self._phase,
            data=self._data,
            chain=self._chain(),
            speed=_speed_text(engine.speed) if engine else self._speed,
            phase_detail=self._detail or None,
            phase_done=self._done,
            phase_total=self._total,
            data_clock=engine.data_clock if engine else None,
            shrunk_since=engine.steps.state.shrunk_since or None if engine else None,
            attesting=not engine.steps.silent if engine else True,
            candles_done=engine.bars_done if engine else None,
            candles_total=len(engine.feed) if engine else None,
            trust_level=level_of(BookClass.SIMULATED, witnessed=False, public=False),
            paused=engine.steps.portfolio.paused if engine else False,
            stopped=self._stopped,
        )

    def _chain(self) -> ChainInfo:
        if self._gate is None:
            return ChainInfo(kind="")
        heads = self._gate.heads()
        return ChainInfo(
            kind=self._gate.chain.kind,
            chain_id=heads.chain_id,
            genesis_hash=heads.genesis_hash,
            block=heads.block,
            block_hash=heads.block_hash,
            block_time=heads.block_time,
            restarting=self._gate.chain.restarting,
            broken=self._gate.chain.broken or None,
            waits=self._gate.chain.waits or None,
            away=self._gate.chain.away or None,
            note=self._chain_note or None,
        )

    def book(self) -> BookState | None:
        """The book as last read: before the first signed prices as the contract opened it."""
        return (self._engine.book or self._opened) if self._engine else None

    def gauges(self) -> Sequence[RuleCheck]:
        """All rules as the contract measured them last."""
        return self._checks

    def prices(self) -> Sequence[PriceSeen]:
        """The last price of each market, and that of a day before."""
        engine = self._running()
        book = engine.book
        marks = {p.market: p for p in book.positions} if book else {}
        return [self._price(engine, market, marks.get(market)) for market in engine.steps.markets]

    def _price(self, engine: "Engine", market: str, mark: Any) -> PriceSeen:
        price, observed_at = engine.last_prices.get(market, (None, None))
        before = None if observed_at is None else _close_at(engine.store, market, observed_at - DAY_S)
        return PriceSeen(
            market=market,
            price_e8=price,
            observed_at=observed_at,
            day_ago_e8=before,
            stale=observed_at is not None and observed_at < engine.data_clock - engine.store.interval_s,
            pending_e8=(mark.pending_e8 or None) if mark else None,
        )

    def modes(self) -> Mapping[str, str]:
        """How each market is traded."""
        portfolio = self._running().steps.portfolio
        return {market: portfolio.mode(market) for market in portfolio.markets}

    def asking(self) -> Sequence[Asking]:
        """Signals that wait for a person."""
        return [
            Asking(str(cycle.id), cycle.market, cycle.signal.expires_at if cycle.signal else 0)
            for cycle in self._running().asking()
        ]

    def execute(self, market: str, *, size_bps: int | None, idempotency_key: str | None) -> TradeResult:
        """Run the newest signal's cycle."""
        engine = self._running()
        key = idempotency_key or f"execute-{token_hex(12)}"
        return _result(engine.ask(lambda: engine.execute(market, size_bps=size_bps, idempotency_key=key)))

    def exit(self, market: str, *, fraction_bps: int, idempotency_key: str) -> TradeResult:
        """Reduce a position by hand."""
        engine = self._running()
        return _result(
            engine.ask(lambda: engine.exit(market, fraction_bps=fraction_bps, idempotency_key=idempotency_key))
        )

    def preview_execute(self, market: str, *, size_bps: int | None) -> OrderPreview:
        """What executing would ask for."""
        from tradeseal.cycle.preview import preview_execute  # noqa: PLC0415 - the page is served before this is loaded

        return self._previewed(preview_execute(self._running().steps, market, size_bps=size_bps))

    def preview_exit(self, market: str, *, fraction_bps: int) -> OrderPreview:
        """What an exit by hand would ask for."""
        from tradeseal.cycle.preview import preview_exit  # noqa: PLC0415 - the page is served before this is loaded

        return self._previewed(preview_exit(self._running().steps, market, fraction_bps=fraction_bps))

    def _previewed(self, seen: "Preview") -> OrderPreview:
        numbers = {name: value for name, value in vars(seen).items() if name != "side"}
        return OrderPreview(side=_SIDES[seen.side], **numbers)

    def decline(self, market: str) -> TradeResult:
        """Let a waiting signal go."""
        engine = self._running()
        return _result(engine.ask(lambda: engine.decline(market)))

    def pause(self) -> None:
        """Stop entries."""
        engine = self._running()
        engine.ask(engine.pause)

    def resume(self) -> None:
        """Let entries go on, and the data's clock."""
        engine = self._running()
        engine.ask(engine.resume)

    def set_speed(self, speed: str) -> None:
        """Change the replay's speed."""
        self._running().speed = parse_speed(speed)

    def set_mode(self, market: str, mode: str) -> None:
        """Trade a market by itself, or ask first."""
        engine = self._running()
        engine.ask(lambda: engine.set_mode(market, mode))

    def _running(self) -> "Engine":
        if self._engine is None:
            raise Refused("STARTING", "The engine has not started yet.")
        return self._engine


class NodeRpc:
    """The node's own answers, over a connection that is not the engine's."""

    def __init__(self, gate: "ChainGate") -> None:
        self._gate = gate

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """Forward one request that the server has allowed."""
        try:
            return self._gate.chain.read(method, params)
        except Refused as refusal:
            code = refusal.facts.get("node_code", -32_000)
            raise RpcFault(int(code), refusal.message, refusal.facts.get("data")) from refusal


class DescribedContracts:
    """What is deployed where."""

    def __init__(self, gate: "ChainGate", describe: Callable[["ChainGate"], Any]) -> None:
        self._gate = gate
        self._describe = describe

    def contracts(self) -> Any:
        """Addresses, ABIs, hashes, roles: the chain's description has the port's shape."""
        return self._describe(self._gate)


def _nobody() -> None:
    """Nobody wants to know yet."""


def _to_nobody(_text: str) -> None:
    """Nobody listens yet."""


def _result(outcome: "Outcome") -> TradeResult:
    cycle_id = str(outcome.cycle_id) if outcome.cycle_id else None
    return TradeResult(outcome.outcome.upper(), outcome.message, cycle_id, outcome.already_run)


def _close_at(store: "CandleStore", market: str, moment: int) -> int | None:
    known = store.closed(market, moment)
    return int(store.series(market).columns[4][known - 1]) if known else None


def _speed_text(speed: float) -> str:
    return "max" if speed == float("inf") else f"{speed:g}"
