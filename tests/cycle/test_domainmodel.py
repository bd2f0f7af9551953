"""A cycle goes its seven steps in their order, no step twice, to exactly one outcome."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from builders import A_CHECK, A_PLACE, A_STAMP, A_TICKET, AN_OPINION, NOON, a_cycle, a_signal

from tradeseal.cycle.domainmodel import OutOfOrder, TradeCycle
from tradeseal.cycle.facts import SignalFacts
from tradeseal.oracle.published import SignalMessage

Step = Callable[[TradeCycle], object]

STEPS: dict[str, Step] = {
    "generate": lambda c: c.generate(a_signal(), AN_OPINION, digest="0x01"),
    "verify": lambda c: c.verify((A_CHECK,)),
    "refuse": lambda c: c.refuse("CHECK_1_RANGES", (A_CHECK,)),
    "commit": lambda c: c.commit(**A_PLACE),
    "decide": lambda c: c.decide("approved", who="person", idempotency_key="key"),
    "request": lambda c: c.request_exit(
        reason=2, opening_cycle=None, trigger_price_e8=1, quantity_e8=1, who="engine"
    ),
    "ask": lambda c: c.ask_authorisation(
        quantity_e8=1, limit_price_e8=2, mark_e8=2, observed_at=NOON, transaction_hash="0xaa"
    ),
    "authorise": lambda c: c.authorise(A_TICKET, **A_STAMP, **A_PLACE, observed_at=NOON),
    "reject": lambda c: c.reject(rules=("RULE-01",), checks=(), **A_STAMP, **A_PLACE, observed_at=NOON),
    "skip": lambda c: c.skip(code="REVOKED", got="1", want="0", transaction_hash="0xaa", final=True),
    "skip for now": lambda c: c.skip(code="MARKS_OLD", got="1", want="0", transaction_hash="0xaa", final=False),
    "place": lambda c: c.place(client_order_id="ts-1", quantity_e8=1, limit_price_e8=2),
    "fill": lambda c: c.fill(venue_order_id="sim-ts-1", quantity_e8=1, price_e8=1, fee_e8=1),
    "cancel": lambda c: c.cancel(reason="LIMIT_NOT_REACHED"),
    "ask to record": lambda c: c.ask_recording(transaction_hash="0xbb"),
    "record": lambda c: c.record(**A_STAMP, **A_PLACE, observed_at=NOON),
    "release": lambda c: c.release(quantity_e8=1, **A_STAMP, **A_PLACE),
    "settle": lambda c: c.settle(
        side=1, quantity_e8=1, price_e8=1, notional_e8=1, fee_e8=1, realised_pnl_e8=0, cash_after_e8=1,
        quantity_after_e8=1, cost_after_e8=1, equity_e8=1, observed_at=NOON,
    ),
}  # fmt: skip

# What may follow what. Every step that is not listed at a stage is out of order there.
COMMITTED = ("generate", "verify", "commit")
AUTHORISED = (*COMMITTED, "ask", "authorise")
PATHS: dict[tuple[str, ...], set[str]] = {
    (): {"generate", "request"},
    ("generate",): {"verify", "refuse"},
    ("generate", "verify"): {"commit"},
    COMMITTED: {"decide", "ask"},
    (*COMMITTED, "decide"): {"ask"},
    ("request",): {"ask"},
    (*COMMITTED, "ask"): {"authorise", "reject", "skip", "skip for now"},
    ("request", "ask"): {"authorise", "reject", "skip", "skip for now"},
    (*COMMITTED, "ask", "skip for now"): {"decide", "ask"},
    ("request", "ask", "skip for now"): {"ask"},
    AUTHORISED: {"place"},
    (*AUTHORISED, "place"): {"fill", "cancel"},
    (*AUTHORISED, "place", "fill"): {"ask to record"},
    (*AUTHORISED, "place", "fill", "ask to record"): {"record"},
    (*AUTHORISED, "place", "fill", "ask to record", "record"): {"settle"},
    (*AUTHORISED, "place", "cancel"): {"ask to record"},
    (*AUTHORISED, "place", "cancel", "ask to record"): {"release"},
}
ENDS = {
    "refused": ("generate", "refuse"),
    "rejected": (*COMMITTED, "ask", "reject"),
    "skipped": (*COMMITTED, "ask", "skip"),
    "released": (*AUTHORISED, "place", "cancel", "ask to record", "release"),
    "settled": (*AUTHORISED, "place", "fill", "ask to record", "record", "settle"),
}


def walked(*names: str) -> TradeCycle:
    cycle = a_cycle()
    for name in names:
        STEPS[name](cycle)
    return cycle


def takes(step: str, *before: str) -> bool:
    """Whether the step is taken there; one that is not must leave no event."""
    cycle = walked(*before)
    count = len(cycle.pending_events)
    try:
        STEPS[step](cycle)
    except OutOfOrder:
        left_no_trace = len(cycle.pending_events) == count
        assert left_no_trace, step
        return False
    return True


@pytest.mark.parametrize("before", PATHS, ids=lambda path: " > ".join(path) or "opened")
def test_a_step_out_of_its_order_is_refused_and_changes_nothing(before: tuple[str, ...]) -> None:
    assert {step for step in STEPS if takes(step, *before)} == PATHS[before]


@pytest.mark.parametrize("outcome", ENDS)
def test_after_its_outcome_a_cycle_takes_nothing_more(outcome: str) -> None:
    cycle = walked(*ENDS[outcome])

    assert (cycle.stage, cycle.closed) == (outcome, True)
    assert [step for step in STEPS if takes(step, *ENDS[outcome])] == []


def test_the_outcomes_are_these_five() -> None:
    assert set(ENDS) == TradeCycle.OUTCOMES


@pytest.mark.parametrize("before", PATHS, ids=lambda path: " > ".join(path) or "opened")
def test_before_its_outcome_a_cycle_is_open(before: tuple[str, ...]) -> None:
    assert not walked(*before).closed


def test_a_refusal_names_the_stage_and_what_it_should_have_been() -> None:
    with pytest.raises(OutOfOrder) as refusal:
        walked("generate").commit(**A_PLACE)

    assert refusal.value.facts == {"got": "generated", "want": ["verified"]}


def test_an_order_that_was_skipped_for_now_goes_back_to_where_it_can_be_sent_again() -> None:
    assert walked(*COMMITTED, "ask", "skip for now").stage == "committed"
    assert walked("request", "ask", "skip for now").stage == "requested"


def test_a_person_may_only_make_a_trade_smaller() -> None:
    cycle = walked(*COMMITTED)

    cycle.decide("approved", who="person", idempotency_key="key", size_bps=500)

    assert (cycle.approval, cycle.size_bps) == ("approved", 500)


def test_a_stored_signal_has_the_fields_of_the_signed_one_in_its_order() -> None:
    # The text form is made by position.
    assert [field.name for field in fields(SignalMessage)] == [field.name for field in fields(SignalFacts)]
