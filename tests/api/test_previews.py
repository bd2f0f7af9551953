"""Before an order is sent the page shows what the contract's `assess` says of it, and the book before and after."""

from dataclasses import replace

import pytest
from fakes import E8, Site, a_book

from tradeseal.api.ports import OrderPreview
from tradeseal.trading.published import RuleCheck

TWO_COINS = 2 * E8


def an_entry(**named: object) -> OrderPreview:
    order = OrderPreview(
        "ORDER",
        "BUY",
        replace(a_book(), cash_e8=1_000 * E8),
        checks=(RuleCheck("RULE-04", failed=False, measured="4", limit="50"),),
        quantity_e8=TWO_COINS,
        limit_price_e8=101 * E8,
        price_e8=100 * E8,
        notional_e8=200 * E8,
        fee_e8=E8,
    )
    return replace(order, **named)


def test_an_entry_is_shown_with_each_rule_and_the_book_before_and_after(site: Site) -> None:
    site.engine.the_preview = an_entry()

    told = site.client().get("/api/trades/execute/BTC?size=0.05").json()

    assert site.engine.told == [("preview_execute", "BTC-USDT", 500)]
    assert (told["outcome"], told["side"], told["allowed"]) == ("ORDER", "BUY", True)
    assert [(rule["id"], rule["measured"], rule["limit"], rule["failed"]) for rule in told["rules"]] == [
        ("RULE-04", "4", "50", False)
    ]
    assert (told["before"]["cash"], told["after"]["cash"]) == ("1000", "799")
    assert float(told["after"]["quantity"]) - float(told["before"]["quantity"]) == pytest.approx(2)


def test_a_rule_that_would_fail_says_why_and_the_order_is_not_allowed(site: Site) -> None:
    checks = (RuleCheck("RULE-03", failed=True, measured="6000", limit="6500"),)
    site.engine.the_preview = an_entry(checks=checks)

    told = site.client().get("/api/trades/execute/BTC").json()

    assert not told["allowed"]
    assert told["rules"][0]["text"] == "Confidence 60.00 %, at least 65.00 % allowed."


def test_an_exit_gives_cash_back_and_takes_of_the_position(site: Site) -> None:
    site.engine.the_preview = an_entry(side="SELL")

    told = site.client().get("/api/trades/exit/BTC-USDT?fraction=0.5").json()

    assert site.engine.told == [("preview_exit", "BTC-USDT", 5_000)]
    assert (told["before"]["cash"], told["after"]["cash"]) == ("1000", "1199")
    assert float(told["after"]["quantity"]) - float(told["before"]["quantity"]) == pytest.approx(-2)


def test_without_a_signal_there_is_nothing_after(site: Site) -> None:
    told = site.client().get("/api/trades/execute/ETH").json()

    assert (told["outcome"], told["allowed"], told["after"], told["rules"]) == ("NO_SIGNAL", False, None, [])


def test_candles_come_with_the_indicators_that_were_asked_for_and_no_others(site: Site) -> None:
    asked = site.client().get("/api/market/candles/BTC?limit=3&indicators=rsi,macd").json()
    plain = site.client().get("/api/market/candles/BTC?limit=3").json()
    wrong = site.client().get("/api/market/candles/BTC?indicators=rsi,tarot")

    assert [curve["name"] for curve in asked["curves"]] == ["rsi", "macd"]
    assert all(len(curve["values"]) == len(asked["candles"]) for curve in asked["curves"])
    assert plain["curves"] == []
    assert wrong.status_code == 422
