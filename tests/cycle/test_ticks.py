"""A candle becomes prices in one fixed order, and only those are posted that can change something."""

import pytest
from builders import BTC, DAY, ETH, HOUR, NOON, a_bar, a_book, a_candle, a_position

from tradeseal.cycle.state import day_of
from tradeseal.cycle.ticks import Tick, Trigger, close_tick, find_trigger, must_post, open_tick, trigger_tick
from tradeseal.kernel.money import SCALE
from tradeseal.trading.published import BookState, ExitReason

STOP, TARGET = ExitReason.STOP_LOSS, ExitReason.TAKE_PROFIT


# Barriers inside a bar: the stop lies at 90, the target at 110.


@pytest.mark.parametrize(
    ("candle", "reason", "price"),
    [
        pytest.param(a_candle(100, high=110), TARGET, 110, id="the target is touched"),
        pytest.param(a_candle(100, low=90), STOP, 90, id="the stop is touched"),
        pytest.param(a_candle(100, high=120, low=80), STOP, 90, id="both are touched: the stop wins"),
        pytest.param(a_candle(85, high=120), STOP, 85, id="the open lies below the stop: it fills at the open"),
        pytest.param(a_candle(90, high=120), STOP, 90, id="the open is the stop"),
        pytest.param(a_candle(115, low=80), TARGET, 115, id="the open lies above the target: it fills at the open"),
        pytest.param(a_candle(110, low=80), TARGET, 110, id="the open is the target"),
    ],
)
def test_a_candle_that_touches_a_barrier_acts_at_its_price(candle, reason: ExitReason, price: int) -> None:
    assert find_trigger(candle, a_position(stop=90, target=110)) == Trigger(BTC, reason, price * SCALE)


def test_a_candle_between_the_barriers_triggers_nothing() -> None:
    assert find_trigger(a_candle(100, high=109, low=91), a_position(stop=90, target=110)) is None


def test_the_ticks_of_a_bar_follow_each_other() -> None:
    bar = a_bar(a_candle(100, close=105), a_candle(50, market=ETH, close=51))

    opened, closed = open_tick(bar), close_tick(bar)
    trigger = trigger_tick(bar, Trigger(BTC, STOP, 90 * SCALE), {BTC: 1, ETH: 50 * SCALE})

    assert (opened.observed_at, trigger.observed_at, closed.observed_at) == (NOON, NOON + 1, NOON + HOUR)
    assert opened.prices_e8 == {BTC: 100 * SCALE, ETH: 50 * SCALE}
    assert trigger.prices_e8 == {BTC: 90 * SCALE, ETH: 50 * SCALE}
    assert trigger.candle_market == BTC
    assert closed.prices_e8 == {BTC: 105 * SCALE, ETH: 51 * SCALE}


def test_a_market_without_a_candle_has_no_price_in_any_tick_of_the_bar() -> None:
    bar = a_bar(a_candle())

    assert ETH not in open_tick(bar).prices_e8
    assert ETH not in trigger_tick(bar, Trigger(BTC, STOP, SCALE), {ETH: SCALE}).prices_e8


@pytest.mark.parametrize(("moment", "day"), [(DAY - 1, 0), (DAY, 0), (DAY + 1, 1), (2 * DAY, 1)])
def test_the_tick_at_midnight_closes_the_old_day(moment: int, day: int) -> None:
    assert day_of(moment) == day


# What is worth a transaction.


def posted(
    *,
    price: int = 100,
    at: int = NOON + HOUR,
    kind: str = "close",
    book: BookState | None = None,
    last: int = NOON,
    orders: bool = False,
    equity: int = 1_000,
    exposed: bool = False,
) -> bool:
    tick = Tick(kind, at, {BTC: price * SCALE})
    return must_post(
        tick, book or a_book(), last_observed_at=last, orders_follow=orders, equity_e8=equity * SCALE, exposed=exposed
    )


def test_a_quiet_tick_is_not_posted() -> None:
    assert not posted()
    assert not posted(exposed=True)


def test_a_tick_before_an_order_is_posted() -> None:
    assert posted(orders=True)


def test_the_first_tick_is_posted() -> None:
    assert must_post(Tick("open", NOON, {}), None, last_observed_at=0, orders_follow=False, equity_e8=0, exposed=False)
    assert posted(last=0)


def test_the_first_tick_of_a_new_day_is_posted() -> None:
    midnight = 18_749 * DAY

    assert posted(at=midnight + 1, last=midnight)
    assert not posted(at=midnight, kind="open", last=midnight - HOUR)


def test_the_close_at_midnight_is_posted_when_there_is_something_to_value() -> None:
    midnight = 18_749 * DAY

    assert posted(at=midnight, last=midnight - HOUR, exposed=True)
    assert not posted(at=midnight, last=midnight - HOUR, exposed=False)
    assert not posted(at=midnight, last=midnight - HOUR, exposed=True, kind="open")


def test_a_pending_step_is_confirmed_or_cleared_by_the_next_tick() -> None:
    assert posted(book=a_book(pending=130))


def test_a_price_half_a_step_from_its_mark_is_posted() -> None:
    assert posted(price=110)
    assert posted(price=90)
    assert not posted(price=109)
    assert not posted(price=91)


def test_a_loss_is_posted_from_exactly_the_limit_on_and_once() -> None:
    assert posted(equity=950)
    assert not posted(equity=951)
    assert not posted(equity=900, book=a_book(day_latched=True))


def test_a_drawdown_is_posted_from_exactly_the_limit_on_and_once() -> None:
    assert posted(equity=800, book=a_book(day_latched=True))
    assert not posted(equity=801, book=a_book(day_latched=True))
    assert not posted(equity=700, book=a_book(day_latched=True, drawdown_latched=True))


def test_a_book_that_opened_with_nothing_crosses_no_daily_limit() -> None:
    assert not posted(equity=-10, book=a_book(opening=0))


def test_a_tick_of_the_past_is_never_posted() -> None:
    assert not posted(at=NOON - 1, orders=True)
