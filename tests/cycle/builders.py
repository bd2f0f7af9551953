"""Builders of candles, bars, positions, books and cycles; each names only what its test is about."""

import json
from typing import Any
from uuid import UUID

from tradeseal.cycle.domainmodel import TradeCycle
from tradeseal.cycle.facts import CheckFacts, OpinionFacts, SignalFacts
from tradeseal.cycle.state import OpenPosition
from tradeseal.kernel.money import SCALE
from tradeseal.ledger.published import StoredFact
from tradeseal.market.published import Bar, Candle
from tradeseal.trading.published import BookState, BookStateName, Limits, PositionState, Ticket

HOUR, DAY = 3600, 86_400
NOON = 18_748 * DAY + 12 * HOUR
BTC, ETH = "BTC-USDT", "ETH-USDT"
CYCLE = UUID(int=1)
A_STAMP: dict[str, Any] = {"record_seq": 7, "record_hash": "0x07", "previous_hash": "0x06"}
A_PLACE: dict[str, Any] = {"transaction_hash": "0xaa", "block": 9, "block_hash": "0xbb"}


def a_candle(open_: int = 100, high: int = 100, low: int = 100, close: int = 100, *, market: str = BTC) -> Candle:
    prices = (max(high, open_, close), min(low, open_, close))
    return Candle(market, NOON, HOUR, open_ * SCALE, prices[0] * SCALE, prices[1] * SCALE, close * SCALE, SCALE)


def a_bar(*candles: Candle) -> Bar:
    return Bar(NOON, NOON + HOUR, {candle.market: candle for candle in candles})


def a_position(*, stop: int = 90, target: int = 110) -> OpenPosition:
    return OpenPosition(BTC, CYCLE, 100 * SCALE, target * SCALE, stop * SCALE, NOON, NOON + DAY)


def a_book(
    *, opening: int = 1_000, pending: int = 0, day_latched: bool = False, drawdown_latched: bool = False
) -> BookState:
    position = PositionState(BTC, 0, 0, 100 * SCALE, False, pending * SCALE, 0, 0)
    return BookState(
        block=1, block_hash="0x01", cash_e8=opening * SCALE, reserved_e8=0, equity_e8=opening * SCALE,
        opening_e8=opening * SCALE, peak_e8=opening * SCALE, day=18_748, trades_today=0, state=BookStateName.ACTIVE,
        manual_flag=BookStateName.ACTIVE, day_latched=day_latched, drawdown_latched=drawdown_latched, record_seq=0,
        record_head="0x00", observed_at=NOON, mark_seq=1, positions=(position,),
        limits=Limits(2_000, 500, 6_500, 50, 2_000, 10, 1, 50, 200, 2_000),
    )  # fmt: skip


def a_signal(*, side: int = 1, take_profit_bps: int = 100, stop_loss_bps: int = 200) -> SignalFacts:
    word = "0x" + "11" * 32
    return SignalFacts(
        book=word, strategy=word, seq=1, market=word, side=side, confidence_bps=7_000, risk_score=10, size_bps=1_000,
        price=100 * SCALE, take_profit_bps=take_profit_bps, stop_loss_bps=stop_loss_bps, horizon_seconds=72 * HOUR,
        candle_close=NOON, expires_at=NOON + HOUR, window=word, model=word, calibrator=word, claim=word, salt=word,
    )  # fmt: skip


AN_OPINION = OpinionFacts(buy_score="0.7", sell_score="0.1", base_rate_bps=6_400, indicators={}, why=())
A_CHECK = CheckFacts(number=1, name="RANGES", passed=True, got="1", limit="2")
A_TICKET = Ticket("0xab", BTC, 1, 0, SCALE, 101 * SCALE, 100 * SCALE, 1, 10, ())


def a_cycle(*, kind: str = "signal") -> TradeCycle:
    return TradeCycle.open(CYCLE, book="demo", kind=kind, market=BTC, observed_at=NOON)


def a_fact(topic: str, *, stream: UUID = CYCLE, position: int = 1, **fields: Any) -> StoredFact:
    return StoredFact(position, stream, 1, topic, json.dumps(fields, default=str).encode(), bytes(32))
