"""A day's statement is closed once, and a portfolio keeps only what a person or the contract really changed."""

from typing import Any
from uuid import UUID

import pytest

from tradeseal.kernel.errors import Refused
from tradeseal.trading.domainmodel import Portfolio, TradingDay

A_STAMP: dict[str, Any] = {"record_seq": 1, "record_hash": "0x01", "previous_hash": "0x00"}
A_FILL: dict[str, Any] = {
    "cycle": UUID(int=1), "market": "BTC-USDT", "side": 1, "quantity_e8": 1, "price_e8": 1, "notional_e8": 1,
    "fee_e8": 1, "realised_e8": 0, "cost_taken_e8": 0, "cash_after_e8": 8, "quantity_after_e8": 1, "cost_after_e8": 2,
    "observed_at": 5, "record_seq": 1,
}  # fmt: skip


def a_day() -> TradingDay:
    return TradingDay(book="demo", day=18_748, opening_equity_e8=10, cash_e8=10)


def a_settled_day() -> TradingDay:
    day = a_day()
    day.settle(closing_equity_e8=9, values={"closing": "9"}, **A_STAMP)
    return day


def a_portfolio() -> Portfolio:
    return Portfolio(
        book="demo", book_class=0, cash_e8=10, markets=("BTC-USDT", "ETH-USDT"), strategy="technical", chain_id=31_337,
        genesis_hash="0x00", oracle_address="0x01", book_address="0x02", data_label="synthetic", data_hash="0x03",
        interval_s=3600, start=0, record_head="0x00",
    )  # fmt: skip


def news(aggregate: Any) -> list[str]:
    """The names of the events since the first."""
    return [type(event).__name__ for event in aggregate.pending_events][1:]


def test_a_day_keeps_its_fills_its_latch_and_its_end() -> None:
    day = a_day()

    day.book_fill(**A_FILL)
    day.latch(values={}, observed_at=6, **A_STAMP)
    day.settle(closing_equity_e8=9, values={}, **A_STAMP)

    assert news(day) == ["FillBooked", "DayLatched", "DaySettled"]
    assert day.closing_equity_e8 == 9


@pytest.mark.parametrize("command", ["book_fill", "latch", "settle"])
def test_a_settled_day_takes_nothing_more(command: str) -> None:
    day = a_settled_day()
    arguments = {
        "book_fill": A_FILL,
        "latch": {"values": {}, "observed_at": 6, **A_STAMP},
        "settle": {"closing_equity_e8": 9, "values": {}, **A_STAMP},
    }[command]

    with pytest.raises(Refused) as refusal:
        getattr(day, command)(**arguments)

    assert (refusal.value.code, refusal.value.facts["got"]) == ("DAY_CLOSED", 18_748)
    assert news(day) == ["DaySettled"]


def test_a_day_and_a_portfolio_cannot_begin_twice() -> None:
    assert a_day().id == a_day().id
    assert a_portfolio().id == a_portfolio().id


def test_every_market_is_automatic_until_a_person_says_otherwise() -> None:
    portfolio = a_portfolio()

    portfolio.set_mode("BTC-USDT", "ask", who="person")

    assert (portfolio.mode("BTC-USDT"), portfolio.mode("ETH-USDT")) == ("ask", "automatic")


@pytest.mark.parametrize(
    ("market", "mode", "code", "known"),
    [
        ("XRP-USDT", "ask", "UNKNOWN_MARKET", ["BTC-USDT", "ETH-USDT"]),
        ("BTC-USDT", "maybe", "UNKNOWN_MODE", ["automatic", "ask"]),
    ],
)
def test_an_unknown_market_or_mode_is_refused_with_what_there_is(
    market: str, mode: str, code: str, known: list[str]
) -> None:
    portfolio = a_portfolio()

    with pytest.raises(Refused) as refusal:
        portfolio.set_mode(market, mode, who="person")

    assert (refusal.value.code, refusal.value.facts["known"]) == (code, known)
    assert news(portfolio) == []


def test_saying_the_same_again_is_no_fact() -> None:
    portfolio = a_portfolio()

    portfolio.resume(who="person")
    portfolio.set_mode("BTC-USDT", "automatic", who="person")
    portfolio.pause(who="person")
    portfolio.pause(who="person")

    assert news(portfolio) == ["EntriesPaused"]
    assert portfolio.paused


def test_what_was_paused_can_be_resumed() -> None:
    portfolio = a_portfolio()
    portfolio.pause(who="person")

    portfolio.resume(who="person")

    assert not portfolio.paused
