"""The trust table of README and `/verify`, row by row: who is dishonest, what is still enforced, what no longer.

Each row has its test here. Where another file plays a part of it as well, `ALSO` names that test and the last test
here makes sure that it is still there.
"""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from stranger import E8, PRICES, Reverted, Stranger, signer, step_back, stranger_at

from tradeseal.kernel.money import notional_up
from tradeseal.trading.published import BookClass

pytestmark = pytest.mark.chain
TESTS = Path(__file__).resolve().parents[1]
CENT = E8 // 100

ALSO = {
    "the trader key": [
        ("chain/test_hostile_operator.py", "test_he_cannot_go_oversize_through_several_tickets"),
        ("chain/test_hostile_operator.py", "test_he_cannot_fill_better_than_the_worse_mark_by_one_unit"),
        ("chain/test_hostile_operator.py", "test_the_traders_key_cannot_withdraw"),
        ("chain/test_hostile_operator.py", "test_he_cannot_flatter_a_fee_nor_drain_the_book_by_one"),
        ("chain/test_hostile_operator.py", "test_he_cannot_withhold_a_signal_uncounted"),
    ],
    "one oracle key of 2-of-3": [
        ("chain/test_hostile_operator.py", "test_one_oracle_key_of_three_can_do_nothing"),
    ],
    "trader and the oracle's quorum": [
        ("verify/test_verify.py", "test_a_mark_outside_the_readers_own_candles_is_found"),
        ("verify/test_verify.py", "test_without_candles_the_report_says_that_prices_may_be_invented"),
    ],
    "whoever runs a private chain": [
        ("verify/test_verify.py", "test_a_cut_tail_is_found_with_a_witness_and_not_without"),
        ("verify/test_verify.py", "test_a_history_recomputed_with_all_keys_is_found_with_a_witness_and_not_without"),
        ("verify/test_follow.py", "test_a_log_that_was_rewritten_raises_the_alarm"),
        ("verify/test_second_verifier.py", "test_it_finds_a_cut_tail_and_another_past_with_a_witness"),
    ],
    "a live operator": [],
}


def reverted(attempt: object) -> str:
    with pytest.raises(Reverted) as error:
        attempt()  # type: ignore[operator]
    return error.value.name


def test_row_the_trader_key_is_bound_by_every_rule_and_chooses_only_which_signals_are_traded(him: Stranger) -> None:
    wanted = him.signal()
    unwanted = him.signal("ETH-USDT")
    low = him.signal("ETH-USDT", confidence_bps=6_499)
    him.committed(wanted, unwanted, low)

    # Enforced: every rule, the worse mark, the fee, no withdrawal.
    assert him.buy(low).rules == ("RULE-03",)
    large = him.buy(wanted, E8)
    assert set(large.rules) == {"RULE-01", "RULE-05", "RULE-08"}
    assert reverted(lambda: him.send("trader", him.book.functions.bookFlow(-E8))) == "NotGovernor"
    # No longer: he lets the second one go. That is counted, and open for everybody to see.
    counters = him.counters()
    assert (counters["committed"], counters["judged"], counters["open"]) == (3, 2, 1)
    word = him.oracle.functions.commitment(unwanted.digest(him.domain)).call()
    assert word[0] == 1  # OPEN


def test_row_the_trader_key_loses_at_most_the_exit_band_of_what_is_held_in_one_batch(him: Stranger) -> None:
    """What the table says in so many words: the latch is tested at the end of a batch, never between its fills."""
    him.bought(quantity=4 * CENT)
    before = him.state()["equity"]
    held = 4 * CENT * PRICES[0] // E8
    worst = PRICES[0] * 98 // 100  # the exit band
    row = (him.position()["market"], 4 * CENT, worst, 6, 0)
    (verdict,) = him.verdicts(him.send("trader", him.book.functions.exit([row], [])))
    beyond = him.fill(verdict.ticket, price=worst - 1)

    assert reverted(lambda: him.record(beyond)) == "PriceBeyondLimit"
    him.record(him.fill(verdict.ticket, price=worst))
    assert before - him.state()["equity"] <= held * 3 // 100


def test_row_one_oracle_key_of_two_of_three_leaves_everything_enforced(him: Stranger) -> None:
    alone = signer(him, "signer1")
    commit = him.prepare_commit(him.signal(), by=alone)
    _, signatures = alone.sign_marks(him.tick + 1, him.previous, him.now, PRICES)
    marks = him.oracle.functions.postMarks(him.tick + 1, him.previous, him.now, list(PRICES), signatures)
    before = him.state()

    assert reverted(lambda: him.send("relayer", commit)) == "WrongSignatureCount"
    assert reverted(lambda: him.send("relayer", marks)) == "WrongSignatureCount"
    assert him.state() == before
    assert him.counters()["committed"] == 0


def test_row_trader_and_quorum_may_invent_prices_and_still_not_bend_the_books(him: Stranger) -> None:
    # No longer: a price that no market had, and a confidence that nothing supports.
    invented = PRICES[0] * 119 // 100
    him.bought()
    him.marks(invented, PRICES[1])
    sure = him.committed(him.signal(confidence_bps=9_999))
    assert him.position()["mark"] == invented
    # Enforced: bookkeeping, signatures, order, sequence.
    verdict = him.buy(sure)
    fill = him.fill(verdict.ticket)
    cash = him.state()["cash"]
    him.record(fill)
    assert cash - him.state()["cash"] == notional_up(fill[1], fill[2]) + fill[3]
    assert him.buy(sure).code == "SPENT"
    assert reverted(lambda: him.record(fill)) == "UnknownTicket"
    skipping = him.prepare_commit(replace(him.signal(), seq=him.round + 1))
    assert reverted(lambda: him.send("relayer", skipping)) == "RoundsNotContiguous"
    # And refutable: the vector, its signatures and its hash are public for whoever brings candles.
    _, vector_hash, _ = him.oracle.functions.lastVector().call()
    assert vector_hash == him.previous


def test_row_whoever_runs_a_private_chain_cannot_keep_a_head_and_change_what_is_behind_it(him: Stranger) -> None:
    """A head that somebody else keeps: another past ends in another head, whoever computes it with whichever keys."""
    with step_back(him) as honest:
        honest.bought()
        kept = honest.state()["head"]

    with step_back(him) as forger:
        forger.marks(PRICES[0] - 1, PRICES[1])  # one unit of one price, long ago
        forger.bought()
        rewritten = forger.state()["head"]

    with step_back(him) as again:
        again.bought()
        recomputed = again.state()["head"]

    assert recomputed == kept
    assert rewritten != kept


def test_row_a_live_operators_books_are_enforced_and_his_fills_are_his_word(contracts: Path, tmp_path: Path) -> None:
    with stranger_at(tmp_path, contracts, book_class=BookClass.LIVE) as him:
        him.marks()
        verdict = him.buy(him.committed(him.signal()))
        # No longer: nothing on a chain shows that a venue filled. What he tells inside the bands is booked as told.
        told = him.fill(verdict.ticket, price=PRICES[0] * 999 // 1_000)
        him.record(told)
        assert him.state()["flaggedFills"] == 0
        # Enforced: the books add up, and what is odd about a fact is flagged, counted, and stops entries.
        cash = him.state()["cash"]
        him.record(him.fill((bytes(32), 0, *verdict.ticket[2:]), quantity=CENT, price=PRICES[0] * 2))
        state = him.state()
        assert cash - state["cash"] > notional_up(CENT, PRICES[0] * 2)
        assert (state["flaggedFills"], state["state"]) == (1, 1)
        assert him.position()["quantity"] == 2 * CENT


def test_every_row_of_the_readmes_table_has_its_test_and_all_that_are_named_exist() -> None:
    readme = (TESTS.parent / "README.md").read_text()
    table = readme[readme.index("## Trust, plainly") :].split("\n\n")[1].splitlines()[2:]
    rows = [line.split("|")[1].strip() for line in table]
    assert [row.replace("`--quorum 2of3`", "2-of-3") for row in rows] == list(ALSO)
    for file, test in (one for tests in ALSO.values() for one in tests):
        functions = {f.name for f in ast.parse((TESTS / file).read_text()).body if isinstance(f, ast.FunctionDef)}
        assert test in functions, f"{file} has no {test}"
