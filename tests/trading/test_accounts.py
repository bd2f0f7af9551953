"""Accounts fold fills to the unit, by the integer forms that the contract uses."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.kernel.money import BPS, SCALE
from tradeseal.trading.accounts import BUY, SELL, Accounts, Booking, CannotBook, Holding

BTC = "BTC-USDT"


def some_accounts(*, cash: int = 10_000, held_e8: int = 0, cost_e8: int = 0) -> Accounts:
    holdings = {BTC: Holding(held_e8, cost_e8)} if held_e8 else {}
    return Accounts(cash_e8=cash * SCALE, holdings=holdings)


def traded(accounts: Accounts, side: int, quantity_e8: int, price_e8: int, *, fee_bps: int = 10) -> Booking:
    booking = accounts.book(market=BTC, side=side, quantity_e8=quantity_e8, price_e8=price_e8, fee_bps=fee_bps)
    accounts.take(booking)
    return booking


def test_a_purchase_moves_cash_into_cost_fee_included() -> None:
    accounts = some_accounts()

    booking = traded(accounts, BUY, SCALE // 2, 2_000 * SCALE)

    assert (booking.notional_e8, booking.fee_e8) == (1_000 * SCALE, SCALE)
    assert (booking.realised_e8, booking.cost_taken_e8) == (0, 0)
    assert accounts.cash_e8 == 8_999 * SCALE
    assert accounts.holdings == {BTC: Holding(SCALE // 2, 1_001 * SCALE)}


def test_a_second_purchase_adds_to_both() -> None:
    accounts = some_accounts()
    traded(accounts, BUY, SCALE, 1_000 * SCALE)

    traded(accounts, BUY, SCALE, 3_000 * SCALE)

    assert accounts.holdings == {BTC: Holding(2 * SCALE, 4_004 * SCALE)}


def test_a_partial_sale_takes_its_share_of_the_cost_rounded_up() -> None:
    accounts = some_accounts(held_e8=3, cost_e8=100)

    booking = traded(accounts, SELL, 1, 50 * SCALE)

    assert booking.cost_taken_e8 == 34
    assert accounts.holdings == {BTC: Holding(2, 66)}


def test_a_full_sale_takes_all_of_the_cost_and_leaves_no_position() -> None:
    accounts = some_accounts(cash=0, held_e8=SCALE, cost_e8=1_001 * SCALE)

    booking = traded(accounts, SELL, SCALE, 1_100 * SCALE)

    assert booking.realised_e8 == 1_100 * SCALE - 110 * SCALE // 100 - 1_001 * SCALE
    assert accounts.cash_e8 == 1_100 * SCALE - 110 * SCALE // 100
    assert accounts.holdings == {}


def test_the_fee_of_the_smallest_notional_is_one_unit() -> None:
    assert traded(some_accounts(), BUY, 1, 1).fee_e8 == 1


def test_a_venue_may_charge_more_than_the_formula_and_not_less() -> None:
    accounts = some_accounts()

    charged = [
        accounts.book(market=BTC, side=BUY, quantity_e8=SCALE, price_e8=1_000 * SCALE, fee_bps=10, fee_e8=fee_e8).fee_e8
        for fee_e8 in (SCALE - 1, SCALE, SCALE + 1)
    ]

    assert charged == [SCALE, SCALE, SCALE + 1]


@pytest.mark.parametrize("held_e8", [0, 5])
def test_a_sale_beyond_the_position_is_refused_with_both_numbers_and_changes_nothing(held_e8: int) -> None:
    accounts = some_accounts(held_e8=held_e8, cost_e8=held_e8)
    before = accounts.copy()

    with pytest.raises(CannotBook) as refusal:
        accounts.book(market=BTC, side=SELL, quantity_e8=held_e8 + 1, price_e8=SCALE, fee_bps=10)

    assert (refusal.value.code, refusal.value.facts) == ("NOTHING_TO_SELL", {"got": held_e8 + 1, "limit": held_e8})
    assert accounts == before


def test_booking_decides_and_only_taking_changes() -> None:
    accounts = some_accounts()

    accounts.book(market=BTC, side=BUY, quantity_e8=SCALE, price_e8=SCALE, fee_bps=10)

    assert accounts == some_accounts()


def test_a_copy_can_be_tried_without_touching_the_original() -> None:
    accounts = some_accounts(held_e8=SCALE, cost_e8=SCALE)

    traded(accounts.copy(), SELL, SCALE, SCALE)
    accounts.copy().holdings[BTC].quantity_e8 = 7

    assert accounts == some_accounts(held_e8=SCALE, cost_e8=SCALE)


def test_equity_is_cash_and_each_position_at_its_mark_rounded_down() -> None:
    accounts = Accounts(cash_e8=10, holdings={"A": Holding(1, 0), "B": Holding(1, 0)})

    assert accounts.equity_e8({"A": SCALE - 1, "B": 2 * SCALE - 1}) == 10 + 0 + 1


trades = st.lists(
    st.tuples(st.sampled_from([BUY, SELL]), st.integers(1, 10**14), st.integers(1, 10**14)), min_size=1, max_size=40
)


@given(trades, st.integers(0, 200))
def test_cash_and_cost_change_by_exactly_what_was_realised(fills: list[tuple[int, int, int]], fee_bps: int) -> None:
    """Every unit that leaves cash is cost, what comes back above the cost taken is profit: nothing is lost."""
    accounts = some_accounts(cash=10**6)
    start, realised = accounts.cash_e8, 0

    for side, quantity, price in fills:
        held = accounts.holdings.get(BTC, Holding())
        if side == SELL:
            quantity = min(quantity, held.quantity_e8)  # noqa: PLW2901 - no more than there is
        if quantity:
            realised += traded(accounts, side, quantity, price, fee_bps=fee_bps).realised_e8

    left = accounts.holdings.get(BTC, Holding())
    assert accounts.cash_e8 + left.cost_e8 == start + realised
    assert left.cost_e8 >= 0


@given(trades, st.integers(0, 200))
def test_the_books_are_never_better_than_exact_arithmetic(fills: list[tuple[int, int, int]], fee_bps: int) -> None:
    """By hand, in fractions: rounding costs the trader at most two units a fill and never gives him one."""
    accounts, cash, held, count = some_accounts(cash=10**6), Fraction(10**6 * SCALE), 0, 0

    for side, wanted, price in fills:
        quantity = wanted if side == BUY else min(wanted, held)
        if not quantity:
            continue
        traded(accounts, side, quantity, price, fee_bps=fee_bps)
        notional = Fraction(quantity * price, SCALE)
        cash += (-notional if side == BUY else notional) - notional * Fraction(fee_bps, BPS)
        held += quantity if side == BUY else -quantity
        count += 1

    assert 0 <= cash - accounts.cash_e8 <= 3 * count
    assert accounts.holdings.get(BTC, Holding()).quantity_e8 == held
