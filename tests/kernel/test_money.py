"""Money is exact; where it must round, it rounds against the trader by less than one unit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeseal.kernel.money import (
    BPS,
    SCALE,
    ScaleNotSupported,
    ceil_div,
    cost_taken_up,
    fee_up,
    format_e8,
    from_e8,
    notional_down,
    notional_up,
    price_with_spread_down,
    price_with_spread_up,
    to_e8,
    value_down,
)

amounts = st.integers(-(2**127), 2**127)
quantities = st.integers(1, 2**100)
prices = st.integers(1, 2**63)
fractions_bps = st.integers(0, BPS)


@given(amounts)
def test_an_amount_is_read_as_it_was_written(amount_e8: int) -> None:
    assert to_e8(format_e8(amount_e8)) == amount_e8


@given(st.integers(-(10**28), 10**28))
def test_a_decimal_is_the_amount_exactly(amount_e8: int) -> None:
    assert to_e8(from_e8(amount_e8)) == amount_e8


@given(amounts)
def test_an_amount_is_written_in_plain_digits_without_needless_zeros(amount_e8: int) -> None:
    text = format_e8(amount_e8)

    assert set(text) <= set("-0123456789.")
    assert "." not in text or not text.endswith(("0", "."))


@pytest.mark.parametrize(
    ("amount_e8", "text"),
    [(0, "0"), (1, "0.00000001"), (-150_000_000, "-1.5"), (10_000 * SCALE, "10000"), (-1, "-0.00000001")],
)
def test_examples_of_written_amounts(amount_e8: int, text: str) -> None:
    assert format_e8(amount_e8) == text


@pytest.mark.parametrize("text", ["0.1", "1E-8", "1e2", "+3", Decimal("2.50"), 7])
def test_amounts_of_up_to_eight_decimals_are_read(text: str | int | Decimal) -> None:
    assert Decimal(to_e8(text)) == Decimal(text) * SCALE


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("0.000000001", "SCALE_NOT_SUPPORTED"),
        (0.1, "SCALE_NOT_SUPPORTED"),
        ("NaN", "NOT_A_NUMBER"),
        ("Infinity", "NOT_A_NUMBER"),
        ("1e31", "NOT_A_NUMBER"),
        ("twelve", "NOT_A_NUMBER"),
        ("", "NOT_A_NUMBER"),
        (None, "NOT_A_NUMBER"),
    ],
)
def test_what_is_not_exact_in_eight_decimals_is_refused(amount: object, code: str) -> None:
    with pytest.raises(ScaleNotSupported) as refusal:
        to_e8(amount)  # type: ignore[arg-type]

    assert refusal.value.code == code


@given(amounts, st.integers(1, 2**64))
def test_division_up_is_at_most_one_unit_above_the_quotient(numerator: int, denominator: int) -> None:
    assert 0 <= ceil_div(numerator, denominator) - Fraction(numerator, denominator) < 1


@given(quantities, prices)
def test_a_purchase_costs_no_less_and_a_sale_brings_no_more_than_the_exact_amount(quantity: int, price: int) -> None:
    exact = Fraction(quantity * price, SCALE)

    assert 0 <= notional_up(quantity, price) - exact < 1
    assert 0 <= exact - notional_down(quantity, price) < 1
    assert value_down(quantity, price) == notional_down(quantity, price)


@given(quantities, fractions_bps)
def test_a_fee_is_rounded_up(notional: int, fee_bps: int) -> None:
    assert 0 <= fee_up(notional, fee_bps) - Fraction(notional * fee_bps, BPS) < 1


@given(prices, fractions_bps)
def test_half_the_spread_makes_a_purchase_dearer_and_a_sale_cheaper(mark: int, half_spread_bps: int) -> None:
    spread = Fraction(mark * half_spread_bps, BPS)

    assert 0 <= price_with_spread_up(mark, half_spread_bps) - (mark + spread) < 1
    assert 0 <= (mark - spread) - price_with_spread_down(mark, half_spread_bps) < 1


@given(st.integers(0, 2**100), st.integers(2, 2**64), st.data())
def test_a_partial_sale_takes_its_share_of_the_cost_rounded_up_and_never_more_than_all(
    cost: int, held: int, data: st.DataObject
) -> None:
    sold = data.draw(st.integers(1, held - 1))

    taken = cost_taken_up(cost, sold, held)

    assert 0 <= taken - Fraction(cost * sold, held) < 1
    assert taken <= cost


@given(st.integers(0, 2**100), st.integers(1, 2**64))
def test_the_last_sale_takes_all_that_is_left_of_the_cost(cost: int, held: int) -> None:
    assert cost_taken_up(cost, held, held) == cost
