"""The gate: what the engine wishes becomes one journaled block each, and what the contracts say becomes facts.

The port's suite: every chain passes it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desk import BTC, KINDS, MARKETS, MIDNIGHT, PRICES, Desk, a_plan, filled, ticket_of

from tradeseal.cycle.ports import (
    Act,
    Authorised,
    BookFact,
    Filled,
    GovernanceFact,
    Mined,
    Rejected,
    Released,
    RoundsCommitted,
    Skipped,
    VectorPosted,
)
from tradeseal.kernel.errors import Refused
from tradeseal.trading.published import BookStateName, ExitOrder, ExitReason, Order

pytestmark = pytest.mark.chain
OpenDesk = Callable[..., Desk]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def desk(open_desk: OpenDesk, tmp_path: Path) -> Desk:
    desk = open_desk(tmp_path)
    desk.marks()
    return desk


def test_a_new_home_has_a_book_with_its_cash_and_two_records(open_desk: OpenDesk, tmp_path: Path) -> None:
    book = open_desk(tmp_path).gate.book()

    assert (book.cash_e8, book.equity_e8, book.state) == (10_000 * 10**8, 10_000 * 10**8, BookStateName.ACTIVE)
    assert (book.block, book.record_seq) == (5, 2)
    assert tuple(position.market for position in book.positions) == MARKETS
    assert (book.limits.fee_bps, book.limits.half_spread_bps, book.limits.step_limit_bps) == (10, 1, 2_000)


def test_a_vector_of_marks_is_told_as_posted(desk: Desk) -> None:
    fact = desk.mined[-1].facts[0]

    assert isinstance(fact, VectorPosted)
    assert (fact.seq, fact.observed_at, fact.prices_e8) == (1, MIDNIGHT + 1, PRICES)
    assert fact.vector_hash == "0x" + desk.previous.hex()
    assert desk.gate.book().mark_seq == 1


def test_a_commitment_is_told_with_its_digest(desk: Desk) -> None:
    signal = desk.signal()

    mined = desk.commit(signal)

    (fact,) = mined.facts
    assert isinstance(fact, RoundsCommitted)
    assert fact.digests == ("0x" + signal.digest(desk.gate.domain).hex(),)
    assert (fact.from_seq, fact.to_seq) == (1, 1)


def test_a_whole_trade_ends_with_what_python_computes(desk: Desk) -> None:
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    bought = desk.buy(signal)
    entry = filled(ticket_of(bought))
    desk.record(entry)
    desk.marks()
    sold = desk.exit()
    way_out = filled(ticket_of(sold))
    settled = desk.record(way_out).facts[0]

    assert isinstance(settled, Filled)
    paid = entry.price_e8 * entry.quantity_e8 // 10**8 + entry.fee_e8
    earned = way_out.price_e8 * way_out.quantity_e8 // 10**8 - way_out.fee_e8
    assert settled.realised_e8 == earned - paid
    assert settled.cash_after_e8 == 10_000 * 10**8 + earned - paid
    assert (settled.quantity_after_e8, settled.cost_after_e8, settled.remaining_e8) == (0, 0, 0)
    book = desk.gate.book()
    assert (book.cash_e8, book.reserved_e8, book.trades_today) == (settled.cash_after_e8, 0, 1)


def test_every_record_names_the_one_before_it(desk: Desk) -> None:
    first = desk.gate.heads().record_head
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    desk.record(filled(ticket_of(desk.buy(signal))))

    stamps = [fact.stamp for mined in desk.mined for fact in mined.facts if hasattr(fact, "stamp")]
    assert [stamp.previous_hash for stamp in stamps[1:]] == [stamp.hash for stamp in stamps[:-1]]
    assert stamps[-1].hash == desk.gate.book().record_head == desk.gate.heads().record_head
    assert stamps[-1].seq == desk.gate.book().record_seq
    assert first != stamps[-1].hash


def test_a_signal_below_the_confidence_limit_is_rejected_with_rule_and_numbers(desk: Desk) -> None:
    signal = desk.signal(confidence_bps=6_499)
    desk.commit(signal)
    desk.marks()

    (fact,) = desk.buy(signal).facts

    assert isinstance(fact, Rejected)
    assert [(check.rule, check.measured, check.limit) for check in fact.checks] == [("RULE-03", "6499", "6500")]
    assert fact.market == MARKETS[0]


def test_assess_shows_all_nine_rules_without_deciding(desk: Desk) -> None:
    signal = desk.signal(confidence_bps=6_499)
    before = desk.gate.heads()

    checks = desk.gate.assess(Order(signal, BTC // 100, signal.price))

    assert [check.rule for check in checks] == [f"RULE-0{n}" for n in range(1, 10)]
    assert [check.rule for check in checks if check.failed] == ["RULE-03"]
    assert desk.gate.heads() == before


def test_a_batch_is_answered_in_its_order_with_skips_in_their_places(desk: Desk) -> None:
    committed, unknown = desk.signal(), desk.signal(market=MARKETS[1])
    desk.commit(committed)
    desk.marks()
    orders = [
        Order(unknown, BTC // 10, unknown.price),
        Order(committed, BTC // 100, committed.price),
        Order(committed, BTC // 100, committed.price),
    ]

    facts = desk.post(desk.gate.prepare_authorise(orders, at=desk.now, label="three")).facts

    skipped, authorised, spent = facts
    assert isinstance(skipped, Skipped)
    assert (skipped.index, skipped.code) == (0, "UNKNOWN")
    assert isinstance(authorised, Authorised)
    assert authorised.index == 1
    assert isinstance(spent, Skipped)
    assert (spent.index, spent.code) == (2, "SPENT")


def test_a_limit_price_beyond_the_band_is_skipped_and_uses_nothing_up(desk: Desk) -> None:
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    order = Order(signal, BTC // 100, signal.price * 10_050 // 10_000 + 1)

    (fact,) = desk.post(desk.gate.prepare_authorise([order], at=desk.now, label="too far")).facts

    assert isinstance(fact, Skipped)
    assert fact.code == "OUT_OF_BAND"
    assert isinstance(desk.buy(signal).facts[0], Authorised)


def test_a_fill_one_unit_too_good_reverts_with_the_numbers_and_changes_nothing(desk: Desk) -> None:
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    ticket = ticket_of(desk.buy(signal))
    before = desk.gate.book()

    refused = desk.record(filled(ticket, better_by=1))

    assert not refused.succeeded
    assert refused.facts == ()
    assert refused.error.startswith("PriceTooGood(id=0x")
    assert f"got={filled(ticket, better_by=1).price_e8}, best={filled(ticket).price_e8}" in refused.error
    assert replace(desk.gate.book(), block=0, block_hash="") == replace(before, block=0, block_hash="")
    assert desk.record(filled(ticket)).succeeded


def test_a_partial_fill_leaves_a_ticket_that_can_be_released(desk: Desk) -> None:
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    ticket = ticket_of(desk.buy(signal))
    half = filled(replace(ticket, quantity_e8=ticket.quantity_e8 // 2))
    booked = desk.record(replace(half, ticket=ticket)).facts[0]
    assert isinstance(booked, Filled)

    rest = replace(ticket, quantity_e8=booked.remaining_e8)
    (released,) = desk.post(desk.gate.prepare_release([rest], at=desk.now, label="rest")).facts

    assert isinstance(released, Released)
    assert (released.ticket_id, released.quantity_e8) == (ticket.id, ticket.quantity_e8 // 2)
    assert desk.gate.book().reserved_e8 == 0


def test_a_sell_signal_goes_with_its_exit_and_is_used_up(desk: Desk) -> None:
    entry = desk.signal()
    desk.commit(entry)
    desk.marks()
    desk.record(filled(ticket_of(desk.buy(entry))))
    sell = desk.signal(side=2)
    desk.commit(sell)
    desk.marks()
    by_hand = ExitOrder(MARKETS[0], BTC // 200, PRICES[0], ExitReason.MANUAL)
    by_signal = ExitOrder(MARKETS[0], BTC // 200, PRICES[0], ExitReason.SIGNAL, sell)

    facts = desk.post(desk.gate.prepare_exit([by_hand, by_signal], at=desk.now, label="both")).facts

    assert [(type(fact), fact.index) for fact in facts] == [(Authorised, 0), (Authorised, 1)]
    assert ticket_of_fact(facts[1]).id == "0x" + sell.digest(desk.gate.domain).hex()
    assert ticket_of_fact(facts[0]).reason == ExitReason.MANUAL


def ticket_of_fact(fact: object) -> object:
    assert isinstance(fact, Authorised)
    return fact.ticket


def test_midnight_settles_the_day_on_the_record(desk: Desk) -> None:
    mined = desk.marks(seconds=86_400)

    (day,) = [fact for fact in mined.facts if isinstance(fact, BookFact)]
    assert day.name == "DaySettled"
    assert (day.values["opening"], day.values["closing"]) == (str(10_000 * 10**8), str(10_000 * 10**8))


def test_an_anchor_is_mined(desk: Desk) -> None:
    prepared = desk.gate.prepare_anchor(position=7, root=b"r" * 32, previous_position=0, at=desk.now, label="anchor")

    assert desk.post(prepared).succeeded


def test_the_next_transaction_waits_for_the_block_of_the_last(desk: Desk) -> None:
    waiting = desk.prepare_marks()

    with pytest.raises(Refused) as refusal:
        desk.gate.prepare_anchor(position=7, root=b"r" * 32, previous_position=0, at=desk.now, label="anchor")

    assert refusal.value.code == "TRANSACTION_WAITING"
    assert desk.gate.unmined() == waiting
    assert desk.post(waiting).succeeded
    assert desk.gate.unmined() is None


def test_block_time_does_not_go_back(desk: Desk) -> None:
    with pytest.raises(Refused) as refusal:
        desk.gate.prepare_anchor(position=7, root=b"r" * 32, previous_position=0, at=desk.now - 1, label="anchor")

    assert (refusal.value.code, refusal.value.facts["want"]) == ("TIME_WENT_BACK", desk.now)
    assert desk.gate.unmined() is None


@pytest.mark.parametrize("count", [0, 65])
def test_a_batch_of_none_or_more_than_sixty_four_is_refused_before_it_is_signed(desk: Desk, count: int) -> None:
    order = Order(desk.signal(), BTC // 100, PRICES[0])

    with pytest.raises(Refused) as refusal:
        desk.gate.prepare_authorise([order] * count, at=desk.now, label="batch")

    assert (refusal.value.code, desk.gate.unmined()) == ("BAD_BATCH", None)


def test_sixty_four_orders_fit_one_block(desk: Desk) -> None:
    signal = desk.signal()
    desk.commit(signal)
    desk.marks()
    order = Order(signal, BTC // 100, signal.price)

    mined = desk.post(desk.gate.prepare_authorise([order] * 64, at=desk.now, label="batch"))

    assert mined.succeeded
    assert len(mined.facts) == 64


@pytest.mark.parametrize("change", [{"name": "other"}, {"markets": tuple(reversed(MARKETS))}])
def test_another_book_on_a_used_home_is_refused(open_desk: OpenDesk, tmp_path: Path, change: dict[str, object]) -> None:
    open_desk(tmp_path)

    with pytest.raises(Refused) as refusal:
        open_desk(tmp_path, plan=a_plan(**change))

    assert refusal.value.code == "OTHER_BOOK"


# Levers: the same on every chain


def limits_with(desk: Desk, **changes: int) -> tuple[int, ...]:
    return tuple((desk.gate.limits_in_force() | changes).values())


def pull(desk: Desk, act: Act) -> Mined:
    desk.gate.check(act, at=desk.now)
    return desk.post(desk.gate.prepare_act(act, at=desk.now, label=f"govern:{act.name}:{desk.now}"))


def test_a_stricter_limit_is_in_force_at_once_and_told(desk: Desk) -> None:
    act = desk.gate.act("tighten", limits_with(desk, max_position_bps=1_500), role="guardian", where="book")

    (fact,) = pull(desk, act).facts

    assert isinstance(fact, BookFact)
    assert fact.name == "LimitsChanged"
    assert desk.gate.limits_in_force()["max_position_bps"] == 1_500
    assert desk.gate.book().limits.max_position_bps == 1_500


def test_a_lever_that_the_contract_refuses_is_refused_before_it_is_signed(desk: Desk) -> None:
    act = desk.gate.act("tighten", limits_with(desk, fee_bps=9), role="guardian", where="book")

    with pytest.raises(Refused) as refusal:
        desk.gate.check(act, at=desk.now)

    assert (refusal.value.code, refusal.value.facts["got"], refusal.value.facts["limit"]) == ("LOOSENS", "9", "10")
    assert desk.gate.unmined() is None


def test_a_change_waits_by_both_clocks_and_is_accepted_then(desk: Desk) -> None:
    pull(desk, desk.gate.act("tighten", limits_with(desk, max_position_bps=1_500), role="guardian", where="book"))
    accept = desk.gate.act("acceptLimits", limits_with(desk, max_position_bps=2_000), role="governor", where="book")
    submit = desk.gate.act("submitChange", accept.call, role="governor", where="book")
    (fact,) = pull(desk, submit).facts
    assert isinstance(fact, GovernanceFact)
    times = desk.gate.pending("book", fact.values["id"])
    assert times is not None
    with pytest.raises(Refused) as early:
        desk.gate.check(accept, at=desk.now)

    desk.marks(seconds=86_400 + 20)  # where blocks are strictly later the submission's is some seconds after its wish
    told = [each.name for each in pull(desk, accept).facts if isinstance(each, GovernanceFact)]

    assert (early.value.code, times.delay_s) == ("TOO_EARLY", 86_400)
    assert told == ["ChangeAccepted"]
    assert desk.gate.limits_in_force()["max_position_bps"] == 2_000
    assert desk.gate.pending("book", fact.values["id"]) is None


def test_a_frozen_trader_enters_nothing_and_the_guardian_exits_for_him(desk: Desk) -> None:
    signal, later = desk.signal(), desk.signal(market=MARKETS[1])
    desk.commit(signal)
    desk.commit(later)
    desk.marks()
    desk.record(filled(ticket_of(desk.buy(signal))))
    (fact,) = pull(desk, desk.gate.act("freezeTrader", role="guardian", where="oracle")).facts

    assert isinstance(fact, GovernanceFact)
    assert (fact.name, desk.gate.trader_in_service) == ("TraderFrozen", False)
    with pytest.raises(Refused) as refusal:
        desk.buy(later)
    assert refusal.value.code == "TRADER_FROZEN"
    assert desk.record(filled(ticket_of(desk.exit()))).succeeded
    assert desk.post(
        desk.gate.prepare_anchor(position=7, root=b"r" * 32, previous_position=0, at=desk.now, label="anchor")
    ).succeeded
