"""Back-tests, strategies and calibration.

Knows the words of research. Knows nothing of how a run is carried out or a score computed.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from tradeseal.api.schemas.base import Amount, Answer, Fraction, Hash, Market, Order, Time

Bound = Annotated[Fraction, Field(description="A share of one; 95 % of resamples lie between low and high.")]
Phase = Literal[
    "QUEUED", "LOADING", "FITTING", "READING", "RUNNING", "REPORTING", "CHECKING", "DONE", "FAILED", "CANCELLED"
]  # fmt: skip


class Between(Answer):
    """A value with its 95 % interval."""

    value: Bound
    low: Bound
    high: Bound


class ReliabilityPoint(Answer):
    """One bin of the reliability diagram: signals whose confidence lay from `low` to `high`."""

    low: Fraction
    high: Fraction
    said: Annotated[Fraction, Field(description="Their mean confidence.")]
    came_true: Annotated[Fraction, Field(description="The share of them whose event came true.")]
    came_true_low: Annotated[Fraction, Field(description="Wilson's bound, 95 %.")]
    came_true_high: Fraction
    count: int


class CalibratorRevision(Answer):
    """A calibrator that took another's place, as the log's event `CalibratorRevised` has it."""

    number: int
    round: Annotated[int, Field(description="The first round that it holds for.")]
    holds_from: Annotated[Time, Field(description="It holds for every candle that closes then or later.")]
    reason: Literal["RETRAINED", "SKILL_GONE", "SKILL_BACK"]
    calibrator: Hash
    previous: Hash
    shrunk: Annotated[bool, Field(description="Only the base rate is said: live skill has gone.")]
    base_rate: Fraction
    observations: Annotated[int, Field(description="Labels that live skill was measured on; 0: too few to tell.")]
    skill: Annotated[Between | None, Field(description="Live Brier skill then, over the last thirty horizons.")]


class Calibration(Answer):
    """How honest the confidence was, over every signal whose horizon is over: HOLD, refused and rejected ones too.

    Values are null while there is not enough data (`enough` false).
    """

    claim: Hash
    event: Annotated[str, Field(description="The named event that confidence is the probability of.")]
    calibrator: Annotated[Hash | None, Field(description="The one in force; its hash is in every signal it speaks in.")]
    method: Annotated[str | None, Field(description="`platt`, `isotonic` or `assumed`.")]
    said_base_rate: Annotated[Fraction | None, Field(description="The base rate that the calibrator in force knows.")]
    shrunk: Annotated[bool, Field(description="Whether it says nothing but that base rate: live skill has gone.")]
    watched_every_s: Annotated[int, Field(description="How often live skill is looked at; 0: never.")]
    retrained_every_s: Annotated[int, Field(description="How often the calibrator is fitted again; 0: never.")]
    revisions: Annotated[list[CalibratorRevision], Field(description="The newest hundred, oldest first.")]
    as_of: Annotated[Time, Field(description="The data's clock.")]
    observations: int
    needed: int
    enough: bool
    base_rate: Annotated[Fraction | None, Field(description="The share of all signals whose event came true.")]
    mean_confidence: Fraction | None
    brier: Annotated[Fraction | None, Field(description="Mean of (confidence - outcome)².")]
    brier_of_base_rate: Annotated[Fraction | None, Field(description="The same of the base rate known beforehand.")]
    skill: Annotated[Between | None, Field(description="1 - brier ÷ brier_of_base_rate; blocks of time resampled.")]
    has_skill: Annotated[bool, Field(description="Whether the whole interval of the skill lies above 0.")]
    log_loss: Fraction | None
    ece: Annotated[Between | None, Field(description="Mean distance of said and came true, bins of equal mass.")]
    ece_floor: Annotated[Fraction | None, Field(description="What a perfect forecaster would show by chance.")]
    auc: Fraction | None
    gate: Annotated[Fraction, Field(description="RULE-03's threshold.")]
    at_gate: Annotated[int, Field(description="Signals at or above it.")]
    coverage: Annotated[Fraction | None, Field(description="Their share of all.")]
    hit_rate: Annotated[Between | None, Field(description="The share of them whose event came true; Wilson.")]
    bins: list[ReliabilityPoint]


class StrategyParameter(Answer):
    """A whole number that a person may choose."""

    name: str
    default: int
    least: int
    most: int
    about: str


class StrategySeen(Answer):
    """A strategy that can be named; `origin` is shipped, a package's entry point, or a file."""

    name: str
    origin: str
    about: str
    learns: Annotated[bool, Field(description="Whether it learns a model from candles before the start.")]
    parameters: list[StrategyParameter]
    code_hash: Annotated[Hash, Field(description="SHA-256 of name, default parameters and source; no model in it.")]
    warmup_candles: Annotated[int, Field(description="Closed candles that a signal is computed from.")]


class FittedOn(Answer):
    """What the confidence was fitted on; nothing of it lies after the start."""

    strategy_hash: str
    data: str
    markets: list[str]
    before: Annotated[int, Field(description="Unix seconds: no candle after it was looked at.")]
    rows: int
    brier: Fraction
    brier_of_base_rate: Fraction
    slope: Fraction


class StrategyInUse(Answer):
    """What the home's signals are made by; every signal binds both hashes."""

    strategy: str
    params: dict[str, int]
    model_hash: Hash
    calibrator_hash: Hash
    base_rate: Fraction
    skill: Annotated[Fraction, Field(description="Brier skill on folds it had not seen; 0 or less: nothing learned.")]
    origin: FittedOn


class Strategies(Answer):
    """Every strategy that can be named, and the one that this home trades by."""

    strategies: list[StrategySeen]
    in_use: StrategyInUse | None


class SignalDifference(Answer):
    """One signal that came out differently, with the first field that did."""

    check: str
    market: str
    close: Time
    field: str
    whole: str
    truncated: str
    cause: Annotated[
        str,
        Field(
            description="Why: NEXT_CANDLE, WHOLE_SAMPLE or FUTURE_CALIBRATOR was looked at; of a committed signal "
            "STRATEGY, CANDLES, CALIBRATOR, KEYS or OPINION is another now. Empty where it is not known."
        ),
    ] = ""


class BiasChecks(Answer):
    """How many signals each check compared, and every one that came out differently (the first hundred)."""

    strategy: str
    clean: bool
    compared: dict[str, int]
    differing: int
    causes: Annotated[dict[str, int], Field(description="How many of each cause; every difference is counted.")]
    differences: list[SignalDifference]


class LiveComparison(BiasChecks):
    """Every signal that the home has committed against what its candles, code and calibrator say now."""

    as_of: Annotated[Time, Field(description="The data's clock at the comparison.")]


class LiveAgainstBacktest(Answer):
    """The last comparison, null before the first."""

    comparison: LiveComparison | None


class KeyFigures(Answer):
    """Of a run's metrics those that a list shows; null where there is not enough data."""

    total_return: Fraction | None = None
    buy_and_hold_return: Fraction | None = None
    max_drawdown: Fraction | None = None
    sharpe: Fraction | None = None
    win_rate: Fraction | None = None
    profit_factor: Fraction | None = None


class RunInShort(Answer):
    """What a stored run was made of and what came of it."""

    id: str
    strategy: str
    params: dict[str, int]
    markets: list[Market]
    data: str
    interval_s: int
    confidence: Annotated[str, Field(description="fitted before the start, or what was assumed instead.")]
    from_: Annotated[Time, Field(alias="from")]
    to: Time
    bars: int
    entries: int
    exits: int
    rejections: int
    initial: Amount
    equity: Amount
    record_head: Hash


class BacktestRun(RunInShort):
    """A stored run."""

    kept_at: Annotated[Time, Field(description="When it was stored, by this machine's clock.")]
    figures: KeyFigures


class BacktestJob(Answer):
    """What was asked for in this process; `run_id` once it is DONE, `code` and `message` if it FAILED."""

    id: str
    strategy: str
    kind: Literal["RUN", "CHECKS", "FOLDS", "LIVE"]
    phase: Phase
    done: Annotated[int, Field(description="Bars done.")]
    total: int
    run_id: str | None
    code: str | None
    message: str | None


class Backtests(Answer):
    """A page of the stored runs, the newest first, and the jobs of this process."""

    runs: list[BacktestRun]
    next: Annotated[str | None, Field(description="Pass it as `cursor` for the next page.")]
    total: Annotated[int, Field(description="Runs that match.")]
    jobs: list[BacktestJob]


class BacktestFile(Answer):
    """A file of a run, under `/api/backtests/{id}/files/{name}`."""

    name: str
    bytes: int


class BacktestTrade(Answer):
    """One settled fill of a run."""

    market: Market
    side: Literal["BUY", "SELL"]
    reason: str
    quantity: Amount
    price: Amount
    mark: Amount
    notional: Amount
    fee: Amount
    realised: Annotated[Amount | None, Field(description="Of a sale, after the fees of both sides.")]
    cash_after: Amount
    opened_at: Time
    observed_at: Time
    record_seq: int
    record_hash: Hash
    confidence: Fraction | None


class BacktestTrades(Answer):
    """A page of a run's fills, oldest first."""

    items: list[BacktestTrade]
    next: str | None
    total: int


class Backtest(Answer):
    """A stored run whole: the report of `report.json`, with the fields that `tradeseal backtest --json` prints."""

    id: str
    report: dict[str, Any]
    manifest: Annotated[dict[str, Any], Field(description="What was run and what came out: plan and hashes.")]
    calibrator: dict[str, Any] | None
    checks: Annotated[list[BiasChecks] | None, Field(description="Bias checks, once somebody asked for them.")]
    folds: Annotated[dict[str, Any] | None, Field(description="Quarterly refits, as `tradeseal walk-forward --json`.")]
    files: list[BacktestFile]


class ComparedMetric(Answer):
    """One metric of every run, in the runs' order; null where a run has not enough data."""

    id: str
    title: str
    unit: Literal["count", "usdt", "share", "ratio"]
    values: list[str | None]


class ComparedPoint(Answer):
    """A point of a run's curve."""

    time: Time
    equity: Amount


class ComparedRun(RunInShort):
    """A run beside others."""

    costs: Annotated[Amount, Field(description="Fees, half spread and slippage of all fills.")]
    deflated_sharpe: Annotated[Fraction | None, Field(description="The probability of more than luck.")]
    skill: Annotated[Between | None, Field(description="Brier skill over all signals.")]
    curve: list[ComparedPoint]


class BacktestComparison(Answer):
    """Some runs side by side; every list is in the order of `runs`."""

    runs: list[str]
    record_heads: list[Hash]
    plans_differ: Annotated[
        dict[str, list[Any]], Field(description="What is not the same in all plans, with what each one says.")
    ]
    metrics: list[ComparedMetric]
    of_each: list[ComparedRun]


class BacktestOrder(Order):
    """A back-test on this home's candles; what is left out is the home's own."""

    strategy: Annotated[str | None, Field(max_length=64)] = None
    params: dict[str, int] = Field(default_factory=dict, max_length=32)
    markets: list[str] = Field(default_factory=list, max_length=16)
    from_: Annotated[Time | None, Field(alias="from")] = None
    to: Time | None = None
    cash: Annotated[Amount | None, Field(description="USDT at the start.")] = None
    fee: Annotated[
        Amount | None, Field(description="The contract's fee as a share of a fill, in whole basis points: like 0.0005.")
    ] = None
    assume_confidence_bps: Annotated[
        int | None, Field(ge=1, lt=10_000, description="Fit no confidence but assume this one; the report says so.")
    ] = None
