"""What the main page needs, in one call.

Knows the words of status, book, rules, prices, signals. Knows nothing of how they are computed.
"""

from typing import Literal

from tradeseal.api.schemas.base import (
    Amount,
    Answer,
    Fraction,
    Hash,
    Market,
    MarketMode,
    RuleId,
    Side,
    Time,
)

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
StepState = Literal["DONE", "ACTIVE", "WAITING", "REFUSED", "REJECTED", "SKIPPED", "FAILED", "UNKNOWN", "NOT_REACHED"]
# "percent" and "probability" are shares of one ("0.05" is 5 %); "time" is ISO 8601.
RuleUnit = Literal["percent", "count", "probability", "bps", "amount", "time", "state"]


class Progress(Answer):
    """How far the data clock, or the current phase, has come."""

    done: int
    total: int
    fraction: float


class DataLabel(Answer):
    """Which prices are shown; `label` says `synthetic` whenever they are, `note` where they came from or why not."""

    label: str
    synthetic: bool
    exchange: str | None
    interval_s: int
    markets: list[Market]
    start: Time | None
    end: Time | None
    note: str | None = None


class TrustLevel(Answer):
    """S, P0, P1 or P2 and what it means in plain words."""

    level: Literal["S", "P0", "P1", "P2"]
    text: str


class ChainStatus(Answer):
    """The chain in use; null fields are not known yet.

    `restarting`: its node ended and the blocks are executed again. `waits` and `away`: on a chain of others, what is
    waited for, and since when and why its node does not answer. `note`: why it runs on this one.
    """

    kind: str
    chain_id: str | None
    block: int | None
    block_hash: Hash | None
    block_time: Time | None
    restarting: Progress | None = None
    waits: str | None = None
    away: str | None = None
    note: str | None = None


class StoreStatus(Answer):
    """The event store: its last position, its head, and how many events the shown answers lag behind."""

    position: int
    head: Hash | None
    lag: int


class Stopped(Answer):
    """Why the engine stopped; it does not go on by itself."""

    code: str
    message: str
    facts: dict[str, str]


class Status(Answer):
    """Where the engine stands."""

    mode: Literal["backtest", "replay", "paper", "live"]
    book_class: Literal["SIMULATED", "PAPER", "LIVE"]
    phase: Phase
    phase_detail: str | None
    phase_progress: Progress | None
    ready: bool
    paused: bool
    data_clock: Time | None
    speed: str
    progress: Progress | None
    attesting: bool  # whether the quorum's keys are here: without them the oracle signs nothing
    signed_at: Time | None  # when the newest prices that it signed were stored, on the wall clock
    confidence_shrunk_since: Time | None  # from this close on it is the base rate: live skill has gone
    data: DataLabel
    trust: TrustLevel
    chain: ChainStatus
    store: StoreStatus
    stopped: Stopped | None
    disclaimer: str
    version: str


class Gauge(Answer):
    """One rule: what the contract measures now against what it allows. `headroom`: 1 is all left, 0 none."""

    id: RuleId
    title: str
    measured: str | None
    limit: str | None
    unit: RuleUnit
    headroom: float | None
    state: Literal["OK", "NEAR", "AT_LIMIT", "NO_DATA"]
    market: Market | None
    note: str | None


class Price(Answer):
    """The last price of a market; `stale`: no fresh one came; `pending`: a large step awaits its second vector."""

    market: Market
    symbol: str
    price: Amount | None
    change_24h: Fraction | None
    observed_at: Time | None
    age_s: int | None
    stale: bool
    pending: Amount | None


class MarketSetting(Answer):
    """Whether the engine trades a market by itself or asks first."""

    market: Market
    symbol: str
    mode: MarketMode


class Position(Answer):
    """What the book holds in one market; `mark` is of the book's `observed_at`, not the last price seen."""

    market: Market
    symbol: str
    quantity: Amount
    cost: Amount
    average: Amount
    mark: Amount | None
    value: Amount | None
    share: Fraction | None
    unrealised: Amount | None
    unrealised_fraction: Fraction | None
    stop: Amount | None
    target: Amount | None
    time_limit: Time | None
    opened_at: Time | None
    opening_cycle: str | None
    stale: bool


class EquityPoint(Answer):
    """Equity of the book beside the same cash spread equally over all markets and held."""

    time: Time
    equity: Amount
    buy_and_hold: Amount | None


class Step(Answer):
    """One of the seven steps of a cycle. `time` is when its event was stored, on the wall clock."""

    step: Literal[1, 2, 3, 4, 5, 6, 7]
    name: Literal["market", "signal", "oracle", "authorise", "execute", "record", "settle"]
    state: StepState
    time: Time | None
    position: int | None
    tx: Hash | None
    block: int | None
    detail: str | None


class RuleFailure(Answer):
    """A rule that said no, with both sides of its comparison as readable numbers and as the contract computed them."""

    id: RuleId
    title: str
    measured: str | None
    limit: str | None
    unit: RuleUnit
    text: str
    measured_raw: str | None
    limit_raw: str | None


class Cycle(Answer):
    """The journey of one signal, or of one exit without a signal, through the seven steps."""

    id: str
    kind: Literal["ENTRY", "EXIT"]
    market: Market
    symbol: str
    side: Side
    reason: str | None
    confidence: Fraction | None
    base_rate: Fraction | None
    risk_score: int | None
    size: Fraction | None
    price: Amount | None
    candle_close: Time | None
    opened_at: Time | None
    closed_at: Time | None
    outcome: str | None
    outcome_text: str | None
    quantity: Amount | None
    fill_price: Amount | None
    fee: Amount | None
    realised: Amount | None
    digest: Hash | None
    record_seq: int | None
    steps: list[Step]
    rules: list[RuleFailure]


class Rejection(Answer):
    """A verdict of the contract: no, with every rule that failed."""

    cycle_id: str
    market: Market
    symbol: str
    side: Side
    time: Time | None
    confidence: Fraction | None
    rules: list[RuleFailure]
    tx: Hash | None
    block: int | None
    record_seq: int | None


class PendingSignal(Answer):
    """A verified signal that waits for a person until it expires."""

    cycle_id: str
    market: Market
    symbol: str
    side: Side
    confidence: Fraction | None
    price: Amount | None
    size: Fraction | None
    candle_close: Time | None
    expires_at: Time | None


class RuleCount(Answer):
    """How often a rule said no."""

    id: RuleId
    title: str
    count: int


class Counters(Answer):
    """What happened so far, so that "why is nothing trading?" has an answer."""

    signals: int
    held: int
    committed: int
    judged: int
    revoked: int
    open: int
    verified: int
    refused: int
    authorised: int
    rejected: int
    skipped: int
    settled: int
    exits: int
    rejections_by_rule: list[RuleCount]


class BookNumbers(Answer):
    """The book as the contract keeps it. `observed_at` is the time of the marks that value it."""

    name: str
    observed_at: Time | None
    state: Literal["ACTIVE", "REDUCING", "HALTED"]
    state_reason: str | None
    equity: Amount | None
    cash: Amount | None
    reserved: Amount | None
    initial: Amount | None
    opening: Amount | None
    peak: Amount | None
    day_pnl: Amount | None
    day_pnl_fraction: Fraction | None
    daily_loss_limit: Fraction | None
    exposure: Amount | None
    exposure_fraction: Fraction | None
    realised_total: Amount | None
    unrealised_total: Amount | None
    trades_today: int
    trades_limit: int
    record_seq: int
    record_head: Hash | None


class ComponentHealth(Answer):
    """One part of the whole: is it alive?"""

    name: str
    state: Literal["OK", "STARTING", "RESTARTING", "DEGRADED", "DOWN"]
    detail: str | None


class Health(Answer):
    """Liveness (this answer came) and readiness: the engine can be asked and its chain answers."""

    live: bool
    ready: bool
    phase: Phase
    phase_detail: str | None
    uptime_s: int
    components: list[ComponentHealth]


class Live(Answer):
    """This answer came."""

    live: bool


class Dashboard(Answer):
    """Everything the main page needs. `seq` is the stream's number at which this picture was taken."""

    seq: int
    taken_at: Time
    status: Status
    book: BookNumbers
    gauges: list[Gauge]
    prices: list[Price]
    positions: list[Position]
    equity: list[EquityPoint]
    signals: list[Cycle]
    rejections: list[Rejection]
    markets: list[MarketSetting]
    pending: list[PendingSignal]
    counters: Counters
    health: Health
