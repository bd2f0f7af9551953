"""The simulated venue is never kinder than the worse of two marks, and says the same thing twice."""

from hypothesis import given
from hypothesis import strategies as st

from tradeseal.kernel.money import BPS, SCALE, fee_up, notional_down, notional_up
from tradeseal.trading.accounts import BUY, SELL
from tradeseal.trading.adapters.simulated import SimulatedVenue
from tradeseal.trading.published import Ticket, VenueFill

marks = st.integers(1, 2**63)
spreads = st.integers(0, 500)


def a_ticket(
    *, side: int = BUY, mark_e8: int = 100 * SCALE, limit_price_e8: int | None = None, quantity_e8: int = SCALE
) -> Ticket:
    far = 2**100 if side == BUY else 0
    limit = far if limit_price_e8 is None else limit_price_e8
    return Ticket("0xab", "BTC-USDT", side, 0, quantity_e8, limit, mark_e8, 1, 10, ())


def executed(ticket: Ticket, mark_e8: int, half_spread_bps: int = 1) -> list[VenueFill]:
    venue = SimulatedVenue()
    answers = [
        venue.execute(client_order_id="ts-1", ticket=ticket, mark_e8=mark_e8, half_spread_bps=half_spread_bps)
        for _ in range(2)
    ]
    assert answers[0] == answers[1], "asking twice is asking for the same order"
    return [answer for answer in answers[:1] if isinstance(answer, VenueFill)]


@given(marks, marks, spreads)
def test_a_purchase_pays_at_least_the_higher_mark_and_half_the_spread(then: int, now: int, spread: int) -> None:
    [fill] = executed(a_ticket(mark_e8=then), now, spread)

    assert 0 <= fill.price_e8 * BPS - max(then, now) * (BPS + spread) < BPS
    assert fill.fee_e8 == fee_up(notional_up(SCALE, fill.price_e8), 10)


@given(marks, marks, spreads)
def test_a_sale_brings_at_most_the_lower_mark_less_half_the_spread(then: int, now: int, spread: int) -> None:
    [fill] = executed(a_ticket(side=SELL, mark_e8=then), now, spread)

    assert 0 <= min(then, now) * (BPS - spread) - fill.price_e8 * BPS < BPS
    assert fill.fee_e8 == fee_up(notional_down(SCALE, fill.price_e8), 10)


def test_a_purchase_is_filled_at_its_limit_and_not_one_unit_beyond() -> None:
    price = 100 * SCALE + SCALE // 100

    assert [f.price_e8 for f in executed(a_ticket(limit_price_e8=price), 100 * SCALE)] == [price]
    assert executed(a_ticket(limit_price_e8=price - 1), 100 * SCALE) == []


def test_a_sale_is_filled_at_its_limit_and_not_one_unit_below() -> None:
    price = 100 * SCALE - SCALE // 100

    assert [f.price_e8 for f in executed(a_ticket(side=SELL, limit_price_e8=price), 100 * SCALE)] == [price]
    assert executed(a_ticket(side=SELL, limit_price_e8=price + 1), 100 * SCALE) == []


def test_a_fill_is_of_the_whole_order_and_names_it() -> None:
    [fill] = executed(a_ticket(quantity_e8=12_345), 100 * SCALE)

    assert (fill.quantity_e8, fill.client_order_id, fill.venue_order_id) == (12_345, "ts-1", "sim-ts-1")
