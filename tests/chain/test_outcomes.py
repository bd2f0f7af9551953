"""What is done next with a transaction on a chain of others, for anything that may be known and told."""

from hypothesis import given
from hypothesis import strategies as st

from tradeseal.chain.fees import Fees, bumped, first_fees
from tradeseal.chain.outcomes import (
    Bump,
    Known,
    MendBefore,
    Note,
    Orphan,
    Place,
    Send,
    Settle,
    Taken,
    Told,
    Wait,
    decide,
)
from tradeseal.chain.patience import LONGEST_DELAY_S, delay_s

HASHES = ("0xa", "0xb", "0xc")
numbers = st.integers(0, 40)
places = st.builds(Place, st.sampled_from(HASHES), numbers, st.sampled_from(("0x1", "0x2")))
knowns = st.builds(Known, st.integers(0, 5), st.just(HASHES), st.none() | places)


@st.composite
def told(draw: st.DrawFn) -> Told:
    used = draw(st.integers(0, 7))
    return Told(
        newest=draw(numbers),
        used=used,
        used_deep=draw(st.integers(0, used)),
        place=draw(st.none() | places),
        pooled=draw(st.frozensets(st.sampled_from((*HASHES, "0xother")))),
    )


depths = st.integers(1, 12)


@given(knowns, told(), depths, st.booleans())
def test_nothing_is_sent_that_could_be_in_the_chain(known: Known, said: Told, depth: int, impatient: bool) -> None:
    decision = decide(known, said, confirmations=depth, impatient=impatient)

    if isinstance(decision, Send | Bump):
        assert said.place is None
        assert known.place is None
        assert said.used == known.nonce


@given(knowns, told(), depths, st.booleans())
def test_an_outcome_counts_only_deep_enough_and_where_it_was_noted(
    known: Known, said: Told, depth: int, impatient: bool
) -> None:
    decision = decide(known, said, confirmations=depth, impatient=impatient)

    noted = known.place is not None and known.place == said.place
    deep = said.place is not None and said.newest - said.place.block + 1 >= depth
    assert isinstance(decision, Settle) == (noted and deep)


@given(knowns, told(), depths, st.booleans())
def test_a_place_that_is_gone_is_given_up_before_anything_else(
    known: Known, said: Told, depth: int, impatient: bool
) -> None:
    decision = decide(known, said, confirmations=depth, impatient=impatient)

    gone = known.place is not None and said.place != known.place
    behind = gone and said.place is None and known.place is not None and said.newest < known.place.block
    assert isinstance(decision, Orphan) == (gone and (impatient or not behind))


@given(knowns, told(), depths, st.booleans())
def test_a_nonce_is_another_s_only_when_that_is_deep_enough(
    known: Known, said: Told, depth: int, impatient: bool
) -> None:
    decision = decide(known, said, confirmations=depth, impatient=impatient)

    if isinstance(decision, Taken):
        assert said.used_deep > known.nonce
        assert said.place is None
    if isinstance(decision, MendBefore):
        assert said.used < known.nonce


@given(knowns, told(), depths)
def test_only_what_waits_in_the_pool_for_too_long_is_replaced(known: Known, said: Told, depth: int) -> None:
    patient = decide(known, said, confirmations=depth, impatient=False)
    impatient = decide(known, said, confirmations=depth, impatient=True)

    assert not isinstance(patient, Bump)
    if isinstance(impatient, Bump):
        assert said.pooled.intersection(known.variants)
        assert isinstance(patient, Wait)


def test_a_transaction_s_usual_way() -> None:
    place = Place("0xa", 7, "0x1")
    fresh, seen = Known(3, ("0xa",)), Known(3, ("0xa",), place)

    def next_step(known: Known, said: Told) -> object:
        return decide(known, said, confirmations=3, impatient=False)

    assert next_step(fresh, Told(6, 3, 3)) == Send()
    assert next_step(fresh, Told(6, 3, 3, pooled=frozenset({"0xa"}))) == Wait()
    assert next_step(fresh, Told(7, 4, 3)) == Wait()  # used, not told yet by whom
    assert next_step(fresh, Told(7, 4, 3, place)) == Note(place)
    assert [next_step(seen, Told(n, 4, 3, place)) for n in (7, 8, 9)] == [Wait(1), Wait(2), Settle(place)]


prices = st.integers(0, 10**13)


@given(prices, prices, prices)
def test_a_new_transaction_never_offers_more_than_the_ceiling(base: int, tip: int, ceiling: int) -> None:
    fees = first_fees(base_wei=base, tip_wei=tip, ceiling_wei=ceiling)

    assert 0 <= fees.tip_wei <= fees.most_wei <= ceiling


@given(prices, prices, prices, prices, prices)
def test_a_replacement_offers_an_eighth_more_of_both_or_is_not_made(
    most: int, tip: int, base: int, suggested: int, ceiling: int
) -> None:
    before = Fees(most_wei=most, tip_wei=min(tip, most))

    fees = bumped(before, base_wei=base, tip_wei=suggested, ceiling_wei=ceiling)

    if fees is None:
        assert before.most_wei * 9 // 8 + 1 > ceiling
        return
    assert fees.most_wei <= ceiling
    assert fees.tip_wei <= fees.most_wei
    assert fees.most_wei * 8 >= before.most_wei * 9
    assert fees.tip_wei * 8 >= before.tip_wei * 9
    assert fees.tip_wei > before.tip_wei or fees.tip_wei == fees.most_wei


@given(st.integers(1, 10_000), st.floats(0, 1e9))
def test_each_wait_is_twice_the_last_and_bounded(failures: int, asked_for: float) -> None:
    delay = delay_s(failures, first=0.5, asked_for=asked_for)

    assert 0.5 <= delay <= LONGEST_DELAY_S
    assert delay_s(failures + 1, first=0.5, asked_for=asked_for) >= delay
    assert [delay_s(n, first=0.5) for n in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
