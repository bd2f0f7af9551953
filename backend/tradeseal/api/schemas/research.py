"""Back-tests, strategies and calibration.

Knows the words of research. Knows nothing of how a run is carried out or a score computed.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from tradeseal.api.schemas.base import Amount, Answer, Fraction, Hash, Market, Order, Time

Bound = Annotated[Fraction, Field(description="A share of one; 95 % of resamples lie between low and high.")]
Phase = Literal["QUEUED", "LOADING", "FITTING", "READING", "RUNNING", "REPORTING", "DONE", "FAILED"]


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


class Calibration(Answer):
    """How honest the confidence was, over every signal whose horizon is over: HOLD, refused and rejected ones too.

    Values are null while there is not enough data (`enough` false).
    """

    claim: Hash
    event: Annotated[str, Field(description="The named event that confidence is the probability of.")]
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


class Strategies(Answer):
    """Every strategy that can be named."""

    strategies: list[StrategySeen]


class BacktestRun(Answer):
    """A stored run."""

    id: str
    strategy: str
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
    equity: Amount
    record_head: Hash


class BacktestJob(Answer):
    """A back-test that was asked for in this process; `run_id` once it is DONE, `code` and `message` if it FAILED."""

    id: str
    strategy: str
    phase: Phase
    done: Annotated[int, Field(description="Bars done.")]
    total: int
    run_id: str | None
    code: str | None
    message: str | None


class Backtests(Answer):
    """Stored runs and jobs."""

    runs: list[BacktestRun]
    jobs: list[BacktestJob]


class Backtest(Answer):
    """A stored run whole: the report of `report.json`, with the fields that `tradeseal backtest --json` prints."""

    id: str
    report: dict[str, Any]


class BacktestOrder(Order):
    """A back-test on this home's candles; what is left out is the home's own."""

    strategy: Annotated[str | None, Field(max_length=64)] = None
    params: dict[str, int] = Field(default_factory=dict, max_length=32)
    markets: list[str] = Field(default_factory=list, max_length=16)
    from_: Annotated[Time | None, Field(alias="from")] = None
    to: Time | None = None
    assume_confidence_bps: Annotated[
        int | None, Field(ge=1, lt=10_000, description="Fit no confidence but assume this one; the report says so.")
    ] = None
