"""Ports of the API: what the server asks of the engine, the market data and the chain. Joined in `bootstrap`.

Knows plain values only: integers in 1e-8, UTC seconds, codes. Knows nothing of HTTP, JSON or who answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from tradeseal.kernel.errors import Unavailable

if TYPE_CHECKING:
    from tradeseal.readmodels.published import Queries, Rebuilder
    from tradeseal.trading.published import BookState, Limits, RuleCheck

Phase = Literal[
    "STARTING",
    "LOADING_DATA",
    "FITTING",
    "STARTING_CHAIN",
    "RE_EXECUTING",
    "WARMING_UP",
    "RUNNING",
    "PAUSED",
    "WAITING_FOR_PERSON",
    "FINISHED",
    "STOPPED",
]


@dataclass(frozen=True)
class DataInfo:
    """Which candles the engine reads; `label` says synthetic whenever they are."""

    label: str
    synthetic: bool
    interval_s: int
    markets: tuple[str, ...]
    exchange: str | None = None
    start: int | None = None
    end: int | None = None
    note: str | None = None


@dataclass(frozen=True)
class ChainInfo:
    """The chain in use; None is not known yet. `note` says why it is this one, where that is worth a word."""

    kind: str
    chain_id: int | None = None
    genesis_hash: str | None = None
    block: int | None = None
    block_hash: str | None = None
    block_time: int | None = None
    restarting: tuple[int, int] | None = None  # blocks executed again, of all; None while the node is there
    broken: str | None = None
    waits: str | None = None  # what it waits for, as for confirmations, on a chain of others
    away: str | None = None  # since when and why its node does not answer
    note: str | None = None


@dataclass(frozen=True)
class StoppedInfo:
    """Why the engine stopped for good."""

    code: str
    message: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EngineStatus:
    """Where the engine stands; must be answered at any time, at once, from the first second of the process."""

    mode: Literal["backtest", "replay", "paper", "live"]
    book_class: Literal["SIMULATED", "PAPER", "LIVE"]
    book_name: str
    initial_cash_e8: int
    phase: Phase
    data: DataInfo
    chain: ChainInfo
    speed: str = "3600"
    phase_detail: str | None = None
    phase_done: int | None = None
    phase_total: int | None = None
    data_clock: int | None = None
    shrunk_since: int | None = None  # from this close on confidence is the base rate
    attesting: bool = True  # the quorum's keys are here: the oracle can sign
    candles_done: int | None = None
    candles_total: int | None = None
    trust_level: Literal["S", "P0", "P1", "P2"] = "S"
    paused: bool = False
    stopped: StoppedInfo | None = None


@dataclass(frozen=True)
class PriceSeen:
    """The last price of a market. `day_ago_e8` is its price 24 hours of data time before."""

    market: str
    price_e8: int | None
    observed_at: int | None
    day_ago_e8: int | None = None
    stale: bool = False
    pending_e8: int | None = None


@dataclass(frozen=True)
class Asking:
    """A verified signal that waits for a person."""

    cycle_id: str
    market: str
    expires_at: int


@dataclass(frozen=True)
class OrderPreview:
    """An order before it is sent, as the contract assesses it now; `outcome` says why there is none to send."""

    outcome: Literal["ORDER", "NO_SIGNAL", "ACTED_ON", "NOTHING_TO_SELL"]
    side: Literal["HOLD", "BUY", "SELL"]
    book: BookState
    checks: Sequence[RuleCheck] = ()
    quantity_e8: int = 0
    limit_price_e8: int = 0
    price_e8: int = 0
    notional_e8: int = 0
    fee_e8: int = 0


@dataclass(frozen=True)
class TradeResult:
    """What came of an order of a person. `outcome` is a code, `cycle_id` the cycle that holds the story."""

    outcome: str
    message: str
    cycle_id: str | None = None
    already_run: bool = False


class EngineControl(Protocol):
    """The engine as a person sees it. Reading answers at once; commands wait for their outcome.

    A command raises `Refused` when the answer is no by design and `Unavailable` when it cannot say.
    """

    def status(self) -> EngineStatus: ...

    def book(self) -> BookState | None:
        """The book as last read from the chain; None before the first vector."""

    def gauges(self) -> Sequence[RuleCheck]:
        """All rules as the contract measured them last (`assess`), empty when it has not."""

    def prices(self) -> Sequence[PriceSeen]: ...

    def modes(self) -> Mapping[str, str]:
        """`automatic` or `ask` for each market."""

    def asking(self) -> Sequence[Asking]: ...

    def execute(self, market: str, *, size_bps: int | None, idempotency_key: str | None) -> TradeResult:
        """Run the cycle of the newest closed candle's signal, or say why not."""

    def exit(self, market: str, *, fraction_bps: int, idempotency_key: str) -> TradeResult:
        """Reduce a position by hand; the same key gives the same cycle."""

    def preview_execute(self, market: str, *, size_bps: int | None) -> OrderPreview:
        """What `execute` would ask of the contract now, and what the contract says of it; nothing is sent."""

    def preview_exit(self, market: str, *, fraction_bps: int) -> OrderPreview:
        """What `exit` would ask of the contract now."""

    def decline(self, market: str) -> TradeResult:
        """Let a waiting signal go."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def set_speed(self, speed: str) -> None: ...

    def set_mode(self, market: str, mode: str) -> None: ...


@dataclass(frozen=True)
class CandleSeen:
    """One closed candle."""

    open_time: int
    close_time: int
    open_e8: int
    high_e8: int
    low_e8: int
    close_e8: int
    volume_e8: int


@dataclass(frozen=True)
class Predicted:
    """A strategy's opinion on one closed candle."""

    market: str
    candle_close: int
    price_e8: int
    side: Literal["BUY", "SELL", "HOLD"]
    confidence_bps: int
    base_rate_bps: int
    risk_score: int
    size_bps: int
    buy_score: int
    sell_score: int
    take_profit_bps: int
    stop_loss_bps: int
    horizon_s: int
    indicators: Mapping[str, str]
    why: Sequence[str]
    strategy: str
    window: str
    model: str | None = None
    calibrator: str | None = None
    shrunk: bool = False  # confidence is the base rate, for live skill has gone
    expires_at: int | None = None


class MarketData(Protocol):
    """Closed candles up to the data's clock, never behind it, and the opinion on the newest."""

    def candles(self, market: str, *, before: int | None, limit: int) -> Sequence[CandleSeen]:
        """At most `limit` candles that closed at or before `before` (None: the data's clock), oldest first."""

    def curves(
        self, market: str, *, until: int, count: int, chosen: Sequence[str]
    ) -> Mapping[str, Sequence[float | None]]:
        """The chosen indicators at each of the last `count` candles closed at `until`; None before a full window."""

    def prediction(self, market: str) -> Predicted:
        """Raises `Refused` (NOT_ENOUGH_DATA) before warm-up is over."""


@dataclass(frozen=True)
class ContractInfo:
    """One deployed contract."""

    name: str
    address: str
    abi: Sequence[Mapping[str, Any]]
    source_hash: str
    code_hash: str | None = None
    deployed_block: int | None = None


@dataclass(frozen=True)
class ContractsInfo:
    """All that a stranger needs to verify."""

    chain_id: int
    contracts: Sequence[ContractInfo]
    book_id: str
    book_name: str
    book_class: str
    genesis_hash: str | None
    eip712_domain: Mapping[str, Any]
    eip712_types: Mapping[str, Any]
    market_ids: Mapping[str, str]
    roles: Mapping[str, Sequence[str]]
    limits: Mapping[str, str]


class ContractsPort(Protocol):
    """What is deployed where."""

    def contracts(self) -> ContractsInfo: ...


@dataclass(frozen=True)
class RpcFault(Exception):
    """The node's own JSON-RPC error."""

    code: int
    message: str
    data: Any = None


class RpcPort(Protocol):
    """Forwards one read-only request to the node in use, over its own connection, not the engine's."""

    def request(self, method: str, params: Sequence[Any]) -> Any:
        """The result; raises `RpcFault` for the node's errors, `Unavailable` when it does not answer."""


class JobSeen(Protocol):
    """A back-test that was asked for here: QUEUED, LOADING … REPORTING, then DONE with its run, or FAILED."""

    def to_json(self) -> Mapping[str, Any]:
        """Its id, strategy, phase, bars done and of how many, run, code and message."""


class ResearchPort(Protocol):
    """Back-tests, strategies, and how honest the confidence has been."""

    def strategies(self) -> Sequence[Mapping[str, Any]]: ...

    def in_use(self) -> Mapping[str, Any] | None: ...

    def runs(self) -> Sequence[Mapping[str, Any]]:
        """The newest first."""

    def report(self, run_id: str) -> Mapping[str, Any]:
        """Raises `Refused` (UNKNOWN_RUN)."""

    def details(self, run_id: str) -> Mapping[str, Any]:
        """Manifest, calibrator, checks, folds, files; raises `Refused` (UNKNOWN_RUN)."""

    def compare(self, run_ids: Sequence[str]) -> Mapping[str, Any]:
        """Raises `Refused` (UNKNOWN_RUN, NOTHING_TO_COMPARE)."""

    def trades(self, run_id: str) -> Sequence[Mapping[str, Any]]: ...

    def file(self, run_id: str, name: str) -> Path:
        """Raises `Refused` (UNKNOWN_RUN, UNKNOWN_FILE)."""

    def jobs(self) -> Sequence[JobSeen]: ...

    def start(self, wish: Mapping[str, Any]) -> JobSeen:
        """Raises `Refused` for what cannot be run, and while another one runs (BACKTEST_RUNNING)."""

    def examine(self, run_id: str, kind: str) -> JobSeen:
        """Begin the CHECKS or FOLDS of a stored run."""

    def compare_live(self) -> JobSeen: ...

    def live(self) -> Mapping[str, Any] | None: ...

    def cancel(self, job_id: str) -> JobSeen:
        """Raises `Refused` (UNKNOWN_JOB)."""

    def calibration(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class LeverResult:
    """What a lever did."""

    act: str
    transaction_hash: str
    block: int
    change_id: str | None = None
    already_run: bool = False


@dataclass(frozen=True)
class ChangeSeen:
    """A change that waits; a difference is a name, what is in force and what would be."""

    id: str
    change: str
    contract: str
    status: str
    block_time_from: int
    observed_from: int
    accept_until: int
    left_s: int
    differences: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class GovernanceSeen:
    """Clocks, limits, roles (an address, and whether its key is here; a frozen trader is None), and what waits."""

    block_clock: int
    marks_clock: int | None
    simulated: bool
    limits: Mapping[str, int]
    governor: tuple[str, bool]
    guardian: tuple[str, bool]
    trader: tuple[str, bool] | None
    signers: Sequence[tuple[str, bool]]
    quorum: int
    epoch: int
    attesting: bool
    free_cash_e8: int
    state: str
    manual: str
    day_latched: bool
    drawdown_latched: bool
    waiting: Sequence[ChangeSeen]


class LeversPort(Protocol):
    """What guardian and governor may do."""

    def seen(self) -> GovernanceSeen: ...

    def use(self, lever: str, arguments: Mapping[str, Any], key: str | None) -> LeverResult:
        """Use a lever once for a key; raises the contract's refusal with its numbers."""


class StatusPort(Protocol):
    """The status before the engine exists."""

    def __call__(self) -> EngineStatus: ...


@dataclass
class Ports:
    """What the server can ask. All but `status` may join later: until then their endpoints answer `STARTING`."""

    status: StatusPort
    engine: EngineControl | None = None
    market: MarketData | None = None
    queries: Queries | None = None
    contracts: ContractsPort | None = None
    rpc: RpcPort | None = None
    rebuilder: Rebuilder | None = None
    research: ResearchPort | None = None
    levers: LeversPort | None = None

    def the_engine(self) -> EngineControl:
        """The engine, or `Unavailable` with the phase."""
        return self.engine if self.engine is not None else self._starting()

    def the_market(self) -> MarketData:
        """The market data, or `Unavailable` with the phase."""
        return self.market if self.market is not None else self._starting()

    def the_queries(self) -> Queries:
        """The read models, or `Unavailable` with the phase."""
        return self.queries if self.queries is not None else self._starting()

    def the_contracts(self) -> ContractsPort:
        """The deployment, or `Unavailable` with the phase."""
        return self.contracts if self.contracts is not None else self._starting()

    def the_rpc(self) -> RpcPort:
        """The node, or `Unavailable` with the phase."""
        return self.rpc if self.rpc is not None else self._starting()

    def the_rebuilder(self) -> Rebuilder:
        """Who folds the views again, or `Unavailable` with the phase."""
        return self.rebuilder if self.rebuilder is not None else self._starting()

    def the_research(self) -> ResearchPort:
        """The back-tests, or `Unavailable` with the phase."""
        return self.research if self.research is not None else self._starting()

    def the_levers(self) -> LeversPort:
        """The levers, or `Unavailable` with the phase."""
        return self.levers if self.levers is not None else self._starting()

    def limits(self) -> Limits | None:
        """The book's limits, once it was read."""
        state = self.engine.book() if self.engine is not None else None
        return state.limits if state is not None else None

    def _starting(self) -> Any:
        status = self.status()
        if status.stopped is not None:
            raise Unavailable("STOPPED", status.stopped.message, phase=status.phase, reason=status.stopped.code)
        raise Unavailable(
            "STARTING",
            f"Tradeseal is still starting: {status.phase_detail or status.phase}.",
            phase=status.phase,
            phase_detail=status.phase_detail,
        )
