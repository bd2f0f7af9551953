// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {BookView, IRiskBook, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, ISignalOracle, Mark, Signal} from "../src/interfaces/ISignalOracle.sol";

/// postMarks: what a vector does to prices, day and latches, and every vector that is refused.
contract MarksTest is World {
    uint64 internal constant MIDNIGHT = START - HOUR + 1 days;

    // ---- prices, steps, staleness

    /// @custom:covers MUST-MARKS-08
    function test_a_step_at_the_limit_is_taken_and_one_unit_more_waits() public {
        _post();
        _postPrice(0, 150e8);
        eq(_mark(0).price, 150e8, "taken");
        _postPrice(0, 225e8 + 1);
        eq(_mark(0).price, 150e8, "the old one values");
        eq(_mark(0).pending, 225e8 + 1, "waits");
        _postPrice(1, 50e8);
        eq(_mark(1).price, 50e8, "downwards too");
        _postPrice(1, 25e8 - 1);
        eq(_mark(1).pending, 25e8 - 1, "waits");
    }

    /// @custom:covers MUST-MARKS-09
    function test_the_next_vector_confirms_a_step() public {
        _post();
        _postPrice(0, 200e8);
        _postPrice(0, 300e8);
        eq(_mark(0).price, 300e8, "within the limit of the pending price");
        eq(_mark(0).pending, 0, "no longer pending");
    }

    /// @custom:covers MUST-MARKS-09
    function test_the_next_vector_clears_a_step() public {
        _post();
        _postPrice(0, 200e8);
        _postPrice(0, 99e8);
        eq(_mark(0).price, 99e8, "within the limit of the old mark");
        eq(_mark(0).pending, 0, "no longer pending");
    }

    /// @custom:covers MUST-MARKS-09
    function test_the_next_vector_replaces_a_step_that_neither_fits() public {
        _post();
        _postPrice(0, 200e8);
        _postPrice(0, 40e8);
        eq(_mark(0).price, HUNDRED, "the old one values");
        eq(_mark(0).pending, 40e8, "replaced");
    }

    /// @custom:covers MUST-MARKS-07
    function test_no_price_is_stale_at_once_and_keeps_the_mark() public {
        _post();
        yes(!_mark(0).stale, "fresh");
        _postPrice(0, 0);
        yes(_mark(0).stale, "stale");
        eq(_mark(0).price, HUNDRED, "the last one values");
        _postPrice(0, 101e8);
        yes(!_mark(0).stale, "fresh again");
    }

    /// @custom:covers MUST-MARKS-10
    function test_a_pending_step_survives_a_vector_without_a_price() public {
        _post();
        _postPrice(0, 200e8);
        _postPrice(0, 0);
        eq(_mark(0).pending, 200e8, "still waits");
        yes(_mark(0).stale, "and is stale");
    }

    /// @custom:covers MUST-MARKS-08
    function test_positions_are_valued_at_the_old_mark_while_a_step_is_pending() public {
        _post();
        _hold(0, START, 10e8);
        int128 before = book.book().equity;
        _postPrice(0, 200e8);
        eqInt(book.book().equity, before, "unmoved");
        _postPrice(0, 200e8);
        eqInt(book.book().equity, before + 1000e8, "confirmed");
    }

    // ---- sequence, time, signatures

    /// @custom:covers MUST-MARKS-04 WRONG_PREVIOUS_HASH
    function test_vectors_chain_by_their_hashes() public {
        _post();
        (uint64 seq, bytes32 hash, uint64 time) = oracle.lastVector();
        eq(seq, 1, "sequence");
        eqWord(hash, vectorHash, "hash");
        eq(time, START, "observed");
        bytes[] memory signatures = _signed(_marksHash(2, 0, START), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.WrongPreviousHash.selector, 0, hash));
        oracle.postMarks(2, 0, START, prices, signatures);
    }

    /// @custom:covers MUST-MARKS-06
    function test_a_withheld_vector_is_counted() public {
        _post();
        bytes32 unknown = keccak256("withheld");
        bytes[] memory signatures = _signed(_marksHash(4, unknown, START), 1);
        vm.recordLogs();
        oracle.postMarks(4, unknown, START, prices, signatures);
        Log memory log = _one(vm.getRecordedLogs(), ISignalOracle.MarksSkipped.selector);
        eq(uint256(log.topics[1]), 2, "from");
        eq(uint256(log.topics[2]), 3, "to");
        eq(oracle.counters().vectors, 2, "posted");
        eq(oracle.counters().vectorsSkipped, 2, "withheld");
    }

    /// @custom:covers MUST-MARKS-01 MUST-MARKS-02 STALE_SEQUENCE TIME_WENT_BACK
    function test_sequence_and_time_never_go_back() public {
        _post();
        bytes[] memory signatures = _signed(_marksHash(1, 0, START), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.StaleSequence.selector, 1, 1));
        oracle.postMarks(1, 0, START, prices, signatures);
        signatures = _signed(_marksHash(2, vectorHash, START - 1), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.TimeWentBack.selector, START - 1, START));
        oracle.postMarks(2, vectorHash, START - 1, prices, signatures);
    }

    /// @custom:covers MUST-MARKS-03 WRONG_PRICE_COUNT
    function test_every_market_has_a_place_in_the_vector() public {
        prices.pop();
        bytes[] memory signatures = _signed(_marksHash(1, 0, START), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.WrongPriceCount.selector, 5, 6));
        oracle.postMarks(1, 0, START, prices, signatures);
    }

    /// @custom:covers MUST-COMMIT-04 NOT_A_SIGNER
    function test_an_altered_vector_is_signed_by_nobody() public {
        bytes[] memory signatures = _signed(_marksHash(1, 0, START), 1);
        prices[0] += 1;
        vm.expectPartialRevert(ISignalOracle.NotASigner.selector);
        oracle.postMarks(1, 0, START, prices, signatures);
    }

    /// @custom:covers MUST-MARKS-05 NOT_FRESH
    function test_a_simulated_vector_is_not_ahead_of_its_block() public {
        bytes[] memory signatures = _signed(_marksHash(1, 0, START + 1), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotFresh.selector, START + 1, START));
        oracle.postMarks(1, 0, START + 1, prices, signatures);
        vm.warp(START + 365 days);
        _post();
    }

    /// @custom:covers MUST-MARKS-05 NOT_FRESH
    function test_a_paper_vector_is_fresh_by_the_blocks_clock() public {
        _openWorld(BookClass.PAPER, _limits());
        vm.warp(START + 181);
        bytes[] memory signatures = _signed(_marksHash(1, 0, START), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotFresh.selector, START, START + 181));
        oracle.postMarks(1, 0, START, prices, signatures);
        vm.warp(START - 61);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotFresh.selector, START, START - 61));
        oracle.postMarks(1, 0, START, prices, signatures);
        vm.warp(START - 60);
        oracle.postMarks(1, 0, START, prices, signatures);
        vm.warp(START + 180);
        observedAt = START;
        (tick, vectorHash) = (1, _marksHash(1, 0, START));
        _post();
    }

    // ---- the day

    /// @custom:covers MUST-SETTLE-03
    function test_the_first_vector_sets_the_day_without_settling_one() public {
        vm.recordLogs();
        _post();
        eq(book.book().day, START / 1 days, "day");
        eq(book.book().recordSeq, 2, "no record");
    }

    /// @custom:covers MUST-SETTLE-04
    function test_the_tick_at_midnight_closes_the_old_day_and_the_next_second_opens_the_new_one() public {
        _post();
        _hold(0, START, 10e8);
        uint32 day = book.book().day;
        prices[0] = 103e8;
        _postAt(MIDNIGHT);
        eq(book.book().day, day, "midnight belongs to the day that ends");
        eq(book.book().tradesToday, 1, "and so do its trades");
        int128 closing = book.book().equity;

        prices[0] = 90e8;
        vm.recordLogs();
        _postAt(MIDNIGHT + 1);
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.DaySettled.selector);
        eq(uint256(log.topics[2]), day, "closed");
        (int128 opening, int128 closed, int128 peak, uint16 trades, uint32 next,,) =
            abi.decode(log.data, (int128, int128, int128, uint16, uint32, uint64, bytes32));
        eqInt(opening, CASH, "opening");
        eqInt(closed, closing, "on the old marks");
        eqInt(peak, closing, "the peak moves");
        eq(trades, 1, "trades");
        eq(next, day + 1, "next");
        BookView memory seen = book.book();
        eqInt(seen.opening, closing, "opens where it closed");
        eq(seen.tradesToday, 0, "counts anew");
        eqInt(seen.equity, closing - 130e8, "then the new marks");
    }

    // ---- RULE-02's latch

    /// Twenty bought at 100.01 leave 7,997.7998 in cash: at 75.11001 the book is worth 9,500 exactly.
    /// @custom:covers MUST-SETTLE-05
    function test_exactly_five_per_cent_latches() public {
        _post();
        _hold(0, START, 20e8);
        vm.recordLogs();
        _postPrice(0, 75.11001e8);
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.DayLatched.selector);
        (int128 opening, int128 equity, uint256 measured, uint256 limit,,) =
            abi.decode(log.data, (int128, int128, uint256, uint256, uint64, bytes32));
        eqInt(opening, CASH, "opening");
        eqInt(equity, 9500e8, "equity");
        eq(measured, 500e8 * 1e4, "measured");
        eq(limit, 500 * uint256(uint128(CASH)), "limit");
        eq(uint8(book.book().state), uint8(State.REDUCING), "state");
    }

    /// @custom:covers MUST-SETTLE-05
    function test_one_unit_less_does_not_latch() public {
        _post();
        _hold(0, START, 20e8);
        _postPrice(0, 75.11001e8 + 1);
        yes(!book.book().dayLatched, "not latched");
        eq(uint8(book.book().state), uint8(State.ACTIVE), "state");
    }

    /// @custom:covers MUST-SETTLE-07 RULE-02
    function test_after_a_latch_entries_fail_by_RULE_02_and_RULE_09_even_if_the_price_is_back() public {
        _post();
        _hold(0, START, 20e8);
        _postPrice(0, 75e8);
        _postPrice(0, HUNDRED);
        Signal memory signal = _buy(1, START);
        _commit(signal);
        _authorise(signal, 1e8, HUNDRED);
        _rejectedBy(2 | 256);
    }

    /// @custom:covers MUST-SETTLE-04
    function test_the_day_roll_ends_the_latch() public {
        _post();
        _hold(0, START, 20e8);
        _postPrice(0, 75e8);
        _postAt(MIDNIGHT + 1);
        eq(uint8(book.book().state), uint8(State.ACTIVE), "open again");
        _enter(1, MIDNIGHT, 1e8);
    }

    /// @custom:covers MUST-REC-14
    function test_a_fill_trips_the_latch_at_the_end_of_its_record() public {
        _post();
        _hold(0, START, 20e8);
        // At 75.2 the loss is short of the limit by 1.8; the fee and spread of a large buy pass it.
        _postPrice(0, 75.2e8);
        yes(!book.book().dayLatched, "not yet");
        Ticket memory ticket = _enter(1, START, 18e8);
        _record(_fillOf(ticket, 18e8, ticket.limitPrice));
        yes(book.book().dayLatched, "by the fill");
        eq(book.book().voidBefore, book.book().recordSeq, "everything before is void");
    }

    /// @custom:covers NOT_ORACLE
    function test_only_the_oracle_rolls_the_book() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotOracle.selector, trader));
        vm.prank(trader);
        book.onMarks(START, prices);
    }

    function _mark(uint256 m) private view returns (Mark memory) {
        return oracle.marks()[m];
    }
}
