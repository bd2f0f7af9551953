"""Commands to trade and the history of what came of them.

Knows the words of orders and cycles. Knows nothing of the engine.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from tradeseal.api.schemas.base import Amount, Answer, Fraction, Hash, Market, MarketMode, Order, Side, Time
from tradeseal.api.schemas.dashboard import Cycle, MarketSetting, RuleFailure
from tradeseal.api.schemas.records import Record

SHARE = r"^(0\.[0-9]{1,4}|1(\.0{1,4})?)$"
SymbolIn = Annotated[
    str,
    Field(
        min_length=2,
        max_length=24,
        pattern=r"^[A-Za-z0-9]{2,12}(-[A-Za-z0-9]{2,11})?$",
        description="The base asset (BTC) or a dash pair (BTC-USDT).",
        examples=["BTC"],
    ),
]


class ExecuteOrder(Order):
    """Run the full cycle on the strategy's signal for the newest closed candle. `size` only makes it smaller."""

    symbol: SymbolIn
    size: Annotated[
        str | None,
        Field(
            pattern=SHARE,
            description='A share of equity, for example "0.05"; never above the signal\'s own size.',
        ),
    ] = None


class ExitOrder(Order):
    """Reduce or close a position by hand. Without `fraction` all of it."""

    symbol: SymbolIn
    fraction: Annotated[
        str | None,
        Field(pattern=SHARE, description='Share of the position, "1" is all of it.'),
    ] = None


class DeclineOrder(Order):
    """Let a signal that waits for a person go; it stays committed and is judged when it has expired."""

    symbol: SymbolIn


class ModeOrder(Order):
    """Trade by itself, or ask first."""

    mode: MarketMode


class SpeedOrder(Order):
    """How many seconds of data one second shows, or `max`."""

    speed: Annotated[str, Field(pattern=r"^(max|[1-9][0-9]{0,6})$", examples=["3600", "max"])]


class TradeAnswer(Answer):
    """What came of an order. A rejection is an answer, not an error; `cycle` holds the rules and numbers."""

    outcome: Annotated[
        str,
        Field(
            description="SETTLED, REJECTED, REFUSED, SKIPPED, RELEASED, PENDING, NO_SIGNAL, NOTHING_TO_SELL, "
            "NOT_ENOUGH_DATA or DECLINED"
        ),
    ]
    message: str
    already_run: bool
    cycle: Cycle | None


class AssessedRule(RuleFailure):
    """One rule of the contract, with both sides of its comparison, kept or broken."""

    failed: bool


class BookBeside(Answer):
    """The book's numbers before or after an order, at the marks on the chain."""

    cash: Amount
    exposure: Amount
    exposure_fraction: Fraction | None
    quantity: Amount
    value: Amount


class OrderPreview(Answer):
    """An order before it is sent, by the contract's `assess`; the order itself is judged at the next tick's prices.

    `price`, `notional`, `fee` and `after` are those of a fill at the mark; the contract compares at `limit_price`.
    """

    market: Market
    symbol: str
    action: Literal["execute", "exit"]
    outcome: Annotated[
        Literal["ORDER", "NO_SIGNAL", "ACTED_ON", "NOTHING_TO_SELL"],
        Field(description="ORDER: this would be sent; the others say why nothing would"),
    ]
    side: Side
    marks_at: Annotated[Time | None, Field(description="when the prices were posted by which the contract assesses")]
    allowed: bool
    quantity: Amount
    price: Amount
    limit_price: Amount
    notional: Amount
    fee: Amount
    rules: list[AssessedRule]
    before: BookBeside
    after: BookBeside | None


class ModeAnswer(Answer):
    """The setting after the change."""

    market: MarketSetting


class EngineAnswer(Answer):
    """The engine after the change."""

    phase: str
    paused: bool
    speed: str


class TradePage(Answer):
    """Cycles, newest first. Pass `next` as `cursor` for the following page; null ends."""

    items: list[Cycle]
    next: str | None
    total: int


class EventRef(Answer):
    """One stored event of a cycle."""

    position: int
    name: str
    time: Time | None
    data: dict[str, Any]


class TransactionRef(Answer):
    """One transaction of a cycle; `time` is its block's."""

    step: Literal["commit", "authorise", "record", "exit", "release", "marks"]
    tx: Hash
    block: int | None
    block_hash: Hash | None
    time: Time | None


class Check(Answer):
    """One numbered check of the oracle and the numbers it compared."""

    number: int
    name: str
    passed: bool
    got: str
    limit: str


class Barriers(Answer):
    """Where the position of an entry is closed, measured from its fill."""

    stop: Amount
    target: Amount
    time_limit: Time


class CycleDetail(Answer):
    """All that is kept about one cycle."""

    cycle: Cycle
    signal: dict[str, Any] | None
    indicators: list[dict[str, str]]
    why: list[str]
    checks: list[Check]
    barriers: Barriers | None
    transactions: list[TransactionRef]
    records: list[Record]
    events: list[EventRef]


class Verification(Answer):
    """The oracle's verdict on one signal, check by check."""

    id: str
    cycle_id: str | None
    market: Market
    symbol: str
    side: str
    time: Time | None
    outcome: Literal["VERIFIED", "FAILED"]
    digest: Hash | None
    checks: list[Check]
    position: int


class VerificationPage(Answer):
    """Verifications, newest first."""

    items: list[Verification]
    next: str | None
    total: int
