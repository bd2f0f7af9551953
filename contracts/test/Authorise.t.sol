// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "./World.sol";
import {BookView, IRiskBook, Limits, Order, RejectionBody, Skip, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, CommitmentStatus, Signal} from "../src/interfaces/ISignalOracle.sol";

/// authorise: given a committed BUY, each rule on both sides of its edge; each order fault; each envelope fault.
contract AuthoriseTest is World {
    uint16 internal constant RULE_01 = 1;
    uint16 internal constant RULE_02 = 2;
    uint16 internal constant RULE_03 = 4;
    uint16 internal constant RULE_04 = 8;
    uint16 internal constant RULE_05 = 16;
    uint16 internal constant RULE_06 = 32;
    uint16 internal constant RULE_08 = 128;
    uint16 internal constant RULE_09 = 256;

    function setUp() public virtual override {
        super.setUp();
        _post();
    }

    // ---- the ticket

    /// @custom:covers MUST-AUTH-13
    function test_an_allowed_order_becomes_a_ticket_that_reserves_cash_and_size() public {
        Ticket memory ticket = _enter(0, START, 10e8);

        eq(ticket.seq, 3, "the opening took two records");
        eq(ticket.quantity, 10e8, "quantity");
        eq(ticket.mark, HUNDRED, "mark");
        eq(ticket.tick, 1, "tick");
        eq(ticket.feeBps, 10, "fee");
        eq(ticket.takeProfitBps, 400, "take profit");
        eq(ticket.stopLossBps, 200, "stop loss");
        BookView memory seen = book.book();
        eq(seen.reserved, 1005e8 + 1.005e8, "ceil(q * limit) and the fee");
        eq(seen.positions[0].reservedBuy, 10e8, "reserved size");
        eq(seen.tradesToday, 1, "counted");
        eqInt(seen.cash, CASH, "no cash moved");
        eq(uint8(oracle.commitment(ticket.id).status), uint8(CommitmentStatus.TICKET), "status");
        eq(oracle.counters().judged, 1, "judged");
    }

    /// @custom:covers MUST-AUTH-12
    function test_a_rejection_uses_up_the_signal_and_its_candle() public {
        Signal memory signal = _buy(0, START);
        signal.confidenceBps = 6499;
        bytes32 digest = _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_03, 6499, 6500);
        eq(uint8(oracle.commitment(digest).status), uint8(CommitmentStatus.SPENT), "spent");

        _authorise(signal, E8, HUNDRED);
        _skipIs(Skip.SPENT, uint256(CommitmentStatus.SPENT), uint256(CommitmentStatus.OPEN));

        Signal memory again = _buy(0, START);
        _commit(again);
        _authorise(again, E8, HUNDRED);
        _rejectedAt(RULE_05, START, START + 1);
        eq(oracle.counters().judged, 2, "both judged");
    }

    // ---- RULE-01

    /// @custom:covers RULE-01
    function test_RULE_01_allows_exactly_a_fifth_of_equity() public {
        _enter(0, START, 20e8);
    }

    /// @custom:covers RULE-01
    function test_RULE_01_refuses_one_unit_more() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _authorise(signal, 20e8 + 1, HUNDRED);
        _rejectedAt(RULE_01, (20e8 + 1) * uint256(HUNDRED) * 1e4, 2000 * uint256(uint128(CASH)) * 1e8);
    }

    /// @custom:covers RULE-01
    function test_RULE_01_counts_reservations_and_what_is_held() public {
        _hold(0, START, 5e8);
        _enter(0, START + 1, 5e8);
        // Equity is 9,999.4499…: spread and fee of the first buy are gone.
        uint256 most = 2000 * uint256(uint128(book.book().equity)) * 1e8 / 1e4 / HUNDRED - 10e8;
        Signal memory signal = _buy(0, START + 2);
        _commit(signal);
        _authorise(signal, uint128(most + 1), HUNDRED);
        _rejectedBy(RULE_01);
        _enter(0, START + 3, uint128(most));
    }

    // ---- RULE-03

    /// @custom:covers RULE-03
    function test_RULE_03_allows_exactly_the_least_confidence() public {
        Signal memory signal = _buy(0, START);
        signal.confidenceBps = 6500;
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _ticket();
    }

    // ---- RULE-04

    /// @custom:covers RULE-04
    function test_RULE_04_allows_the_last_trade_and_refuses_the_next() public {
        Limits memory limits = _limits();
        limits.maxTradesPerDay = 2;
        _openWorld(BookClass.SIMULATED, limits);
        _post();
        _enter(0, START, E8);
        Ticket memory second = _enter(0, START + 1, E8);
        _release(second, trader);

        Signal memory signal = _buy(0, START + 2);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_04, 3, 2);
        eq(book.book().tradesToday, 2, "the released one counts, the rejected one does not");
    }

    // ---- RULE-05

    /// @custom:covers RULE-05
    function test_RULE_05_lives_until_the_second_of_its_expiry() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _postAt(signal.expiresAt);
        _authorise(signal, E8, HUNDRED);
        _ticket();
    }

    /// @custom:covers RULE-05-EXPIRED
    function test_RULE_05_is_over_one_second_later() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _postAt(signal.expiresAt + 1);
        _authorise(signal, E8, HUNDRED);
        RejectionBody memory body = _rejectedBy(RULE_05);
        eq(body.part, 3, "expired");
        eq(body.measured[0], signal.expiresAt + 1, "observed");
        eq(body.limits[0], signal.expiresAt, "expiry");
    }

    /// @custom:covers RULE-05-CANDLE
    function test_RULE_05_judges_a_candle_once_per_strategy_and_market() public {
        _enter(0, START, E8);
        Signal memory other = _buy(1, START);
        _commit(other);
        _authorise(other, E8, HUNDRED);
        _ticket();
        eq(book.lastJudgedClose(STRATEGY, markets[0]), START, "remembered");

        Signal memory earlier = _buy(0, START - 1);
        _commit(earlier);
        _authorise(earlier, E8, HUNDRED);
        RejectionBody memory body = _rejectedBy(RULE_05);
        eq(body.part, 4, "candle");
        eq(book.lastJudgedClose(STRATEGY, markets[0]), START, "the later one stays");
    }

    /// @custom:covers RULE-05-SIZE
    function test_RULE_05_allows_exactly_the_size_of_the_signal() public {
        Signal memory signal = _buy(0, START);
        signal.sizeBps = 1000;
        _commit(signal);
        _authorise(signal, 10e8, HUNDRED);
        _ticket();
    }

    /// @custom:covers RULE-05-SIZE
    function test_RULE_05_refuses_more_than_the_size_of_the_signal() public {
        Signal memory signal = _buy(0, START);
        signal.sizeBps = 1000;
        _commit(signal);
        _authorise(signal, 10e8 + 1, HUNDRED);
        RejectionBody memory body = _rejectedBy(RULE_05);
        eq(body.part, 5, "size");
        eq(body.measured[0], (10e8 + 1) * uint256(HUNDRED) * 1e4, "measured");
        eq(body.limits[0], 1000 * uint256(uint128(CASH)) * 1e8, "limit");
    }

    /// @custom:covers RULE-05-RANGE
    function test_RULE_05_holds_a_signal_to_the_rounds_of_its_commitment() public {
        Signal memory early = _buy(0, START);
        early.seq = 0;
        _commit(early);
        _authorise(early, E8, HUNDRED);
        RejectionBody memory body = _rejectedBy(RULE_05);
        eq(body.part, 2, "range");
        eq(body.measured[0], 0, "got");
        eq(body.limits[0], 1, "from");

        Signal memory late = _buy(1, START);
        late.seq = rounds + 2;
        _commit(late);
        _authorise(late, E8, HUNDRED);
        body = _rejectedBy(RULE_05);
        eq(body.part, 2, "range");
        eq(body.limits[0], rounds, "to");
    }

    // ---- RULE-08

    /// Four open tickets of a fifth each, and a fifth order whose notional and fee take the rest of the cash.
    /// @custom:covers RULE-08
    function test_RULE_08_allows_the_last_unit_of_cash_and_refuses_one_more() public {
        for (uint256 m; m < 4; ++m) {
            Signal memory signal = _buy(m, START);
            _commit(signal);
            _authorise(signal, 20e8, HUNDRED);
            _ticket();
        }
        // 8,008 are reserved; of 1,992 a notional of 1990.00999001 and its fee of 1.99001 take one unit too much.
        Signal memory fifth = _buy(4, START);
        _commit(fifth);
        _authorise(fifth, 199_000_999_001, E8);
        _rejectedAt(RULE_08, 1_000_000_000_001, uint128(CASH));

        vm.prank(governor);
        book.bookFlow(1);
        Signal memory sixth = _buy(4, START + 1);
        _commit(sixth);
        _authorise(sixth, 199_000_999_001, E8);
        _ticket();
        eq(book.book().reserved, uint128(book.book().cash), "to the last unit");
    }

    // ---- RULE-09

    /// @custom:covers RULE-09
    function test_RULE_09_refuses_entries_of_a_stopped_book() public {
        vm.prank(guardian);
        book.setManual(State.REDUCING, "test");
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_09, 1, 0);
    }

    /// @custom:covers RULE-09
    function test_RULE_09_refuses_entries_on_a_stale_mark_in_that_market_only() public {
        _postPrice(0, 0);
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_09, 4, 0);
        _enter(1, START, E8);
    }

    /// @custom:covers RULE-09
    function test_RULE_09_refuses_entries_while_a_step_is_pending() public {
        _postPrice(0, 151e8);
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_09, 8, 0);
    }

    // ---- RULE-06

    /// @custom:covers RULE-06
    function test_RULE_06_allows_what_just_pays_for_its_costs() public {
        // 6500 · tp − 3500 · 200 = 10000 · 22 at tp = 141.538…
        Signal memory signal = _buy(0, START);
        signal.takeProfitBps = 142;
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _ticket();
    }

    /// @custom:covers RULE-06
    function test_RULE_06_refuses_what_does_not() public {
        Signal memory signal = _buy(0, START);
        signal.takeProfitBps = 141;
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_06, 6500 * 141, 3500 * 200 + 1e4 * 22);
    }

    /// @custom:covers RULE-06
    function test_RULE_06_asks_for_the_edge_of_the_limits_too() public {
        Limits memory limits = _limits();
        limits.minEdgeBps = 1;
        vm.prank(guardian);
        book.tighten(limits);
        Signal memory signal = _buy(0, START);
        (signal.confidenceBps, signal.takeProfitBps, signal.stopLossBps) = (7000, 100, 157);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_06, 7000 * 100, 3000 * 157 + 1e4 * 23);
        // The same on either side of the edge: 700000 against 3000 · sl + 230000.
        signal = _buy(1, START);
        (signal.confidenceBps, signal.takeProfitBps, signal.stopLossBps) = (7000, 100, 156);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _ticket();
    }

    /// @custom:covers MUST-AUTH-12
    function test_all_failing_rules_are_recorded_in_rule_order() public {
        vm.prank(governor);
        book.setManual(State.HALTED, "test");
        Signal memory signal = _buy(0, START);
        (signal.confidenceBps, signal.sizeBps) = (1, 1);
        _commit(signal);
        _authorise(signal, 200e8, HUNDRED);
        RejectionBody memory body = _rejectedBy(RULE_01 | RULE_03 | RULE_05 | RULE_06 | RULE_08 | RULE_09);
        eq(body.measured.length, 6, "six comparisons");
        eq(body.measured[1], 1, "RULE-03");
        eq(body.measured[3], 400, "RULE-06");
        eq(body.measured[5], 2, "RULE-09: HALTED");
    }

    // ---- order faults: skipped, nothing used up

    /// @custom:covers MUST-AUTH-04 SKIP-UNKNOWN
    function test_an_uncommitted_or_altered_signal_is_skipped_as_unknown() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        signal.confidenceBps += 1;
        _authorise(signal, E8, HUNDRED);
        _skipIs(Skip.UNKNOWN, 0, uint256(CommitmentStatus.OPEN));
    }

    /// @custom:covers MUST-AUTH-05 SKIP-REVOKED
    function test_a_revoked_signal_is_skipped() public {
        Signal memory signal = _buy(0, START);
        bytes32 digest = _commit(signal);
        vm.prank(guardian);
        oracle.revoke(digest);
        _authorise(signal, E8, HUNDRED);
        _skipIs(Skip.REVOKED, uint256(CommitmentStatus.REVOKED), uint256(CommitmentStatus.OPEN));
    }

    /// @custom:covers MUST-AUTH-06 SKIP-SPENT
    function test_a_ticket_cannot_be_authorised_again() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _authorise(signal, E8, HUNDRED);
        _authorise(signal, E8, HUNDRED);
        _skipIs(Skip.SPENT, uint256(CommitmentStatus.TICKET), uint256(CommitmentStatus.OPEN));
    }

    /// @custom:covers MUST-AUTH-06
    function test_the_same_signal_twice_in_a_batch_is_judged_once() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        Order[] memory orders = new Order[](2);
        orders[0] = orders[1] = Order(signal, E8, HUNDRED);
        vm.prank(trader);
        book.authorise(orders);
        eq(book.book().positions[0].reservedBuy, E8, "once");
        eq(oracle.counters().judged, 1, "judged once");
    }

    /// @custom:covers MUST-AUTH-07 SKIP-SAME_BLOCK
    function test_a_signal_of_the_same_block_is_skipped_and_still_open() public {
        Signal memory signal = _buy(0, START);
        bytes32 digest = _commit(signal);
        vm.roll(block.number - 1);
        _authorise(signal, E8, HUNDRED);
        _skipIs(Skip.SAME_BLOCK, block.number, block.number + 1);
        eq(uint8(oracle.commitment(digest).status), uint8(CommitmentStatus.OPEN), "open");
        vm.roll(block.number + 1);
        _authorise(signal, E8, HUNDRED);
        _ticket();
    }

    /// @custom:covers MUST-AUTH-10 SKIP-OUT_OF_BAND
    function test_a_limit_price_at_the_band_is_accepted_and_above_it_skipped() public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        _authorise(signal, E8, 100.5e8 + 1);
        _skipIs(Skip.OUT_OF_BAND, 100.5e8 + 1, 100.5e8);
        _authorise(signal, E8, 100.5e8);
        _ticket();
    }

    /// @custom:covers MUST-AUTH-08 SKIP-MALFORMED MALFORMED-BOOK MALFORMED-MARKET MALFORMED-SIDE MALFORMED-QUANTITY
    /// @custom:covers MALFORMED-LIMIT_PRICE MALFORMED-CONFIDENCE
    function test_malformed_orders_are_skipped_by_what_is_wrong() public {
        Signal memory signal = _buy(0, START);
        signal.book = keccak256("other");
        _malformed(signal, E8, HUNDRED, 1);
        signal = _buy(0, START + 1);
        signal.market = keccak256("Z");
        _malformed(signal, E8, HUNDRED, 2);
        _malformed(_sell(0, START + 2), E8, HUNDRED, 3);
        _malformed(_buy(0, START + 3), 0, HUNDRED, 4);
        _malformed(_buy(0, START + 4), E8, 0, 5);
        signal = _buy(0, START + 5);
        signal.confidenceBps = 10_001;
        _malformed(signal, E8, HUNDRED, 8);
    }

    /// @custom:covers MUST-AUTH-11
    function test_the_rest_of_a_batch_goes_on_after_a_skip() public {
        Signal memory good = _buy(0, START);
        _commit(good);
        Order[] memory orders = new Order[](2);
        orders[0] = Order(_buy(1, START), E8, HUNDRED);
        orders[1] = Order(good, E8, HUNDRED);
        vm.recordLogs();
        vm.prank(trader);
        book.authorise(orders);
        _ticket();
    }

    /// @custom:covers MUST-AUTH-14
    function test_a_batch_decides_what_its_orders_decide_alone() public {
        Order[] memory orders = _mixedOrders();
        for (uint256 i; i < orders.length; ++i) {
            _authorise(orders[i].signal, orders[i].quantity, orders[i].limitPrice);
        }
        (uint64 seq, bytes32 head) = book.head();
        setUp();
        orders = _mixedOrders();
        vm.prank(trader);
        book.authorise(orders);
        (uint64 batchSeq, bytes32 batchHead) = book.head();
        eq(batchSeq, seq, "as many records");
        eqWord(batchHead, head, "the same head");
    }

    /// Allowed, rejected by one rule, skipped, rejected by four, allowed.
    function _mixedOrders() private returns (Order[] memory orders) {
        orders = new Order[](5);
        orders[0] = Order(_buy(0, START), 10e8, _over(HUNDRED));
        orders[1] = Order(_buy(0, START + 1), 11e8, HUNDRED);
        orders[2] = Order(_buy(2, START), 11e8, 200e8);
        orders[3] = Order(_buy(3, START), 200e8, HUNDRED);
        orders[3].signal.confidenceBps = 1;
        orders[4] = Order(_buy(5, START), 3e8, HUNDRED);
        bytes32[] memory digests = new bytes32[](5);
        for (uint256 i; i < 5; ++i) {
            digests[i] = _digest(orders[i].signal);
        }
        _commitDigests(digests);
    }

    // ---- the class's clock

    /// @custom:covers MUST-AUTH-09 SKIP-MARKS_OLD
    function test_a_paper_book_skips_orders_on_old_marks() public {
        _openWorld(BookClass.PAPER, _limits());
        _post();
        Signal memory signal = _buy(0, START);
        _commit(signal);
        vm.warp(START + 181);
        _authorise(signal, E8, HUNDRED);
        _skipIs(Skip.MARKS_OLD, START + 181, START + 180);
        vm.warp(START + 180);
        _authorise(signal, E8, HUNDRED);
        _ticket();
    }

    // ---- envelope faults

    /// @custom:covers MUST-AUTH-01 NOT_TRADER
    function test_only_the_trader_authorises() public {
        Order[] memory orders = new Order[](1);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotTrader.selector, governor));
        vm.prank(governor);
        book.authorise(orders);
    }

    /// @custom:covers MUST-REVOKE-04 MUST-AUTH-01 NOT_TRADER
    function test_a_frozen_trader_authorises_nothing() public {
        vm.prank(guardian);
        oracle.freezeTrader();
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotTrader.selector, trader));
        vm.prank(trader);
        book.authorise(new Order[](1));
    }

    /// @custom:covers MUST-AUTH-02 BAD_BATCH
    function test_batches_are_bounded() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 0, 64));
        book.authorise(new Order[](0));
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 65, 64));
        book.authorise(new Order[](65));
    }

    /// @custom:covers MUST-AUTH-03 NO_MARKS
    function test_nothing_is_judged_before_the_first_marks() public {
        _openWorld(BookClass.SIMULATED, _limits());
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NoMarks.selector));
        vm.prank(trader);
        book.authorise(new Order[](1));
    }

    // ---- assess

    /// @custom:covers MUST-ASSESS-02
    function test_assess_gives_both_sides_of_all_nine_rules() public view {
        (uint16 failed, uint256[9] memory measured, uint256[9] memory limits) =
            book.assess(Order(_buy(0, START), 10e8, HUNDRED));
        eq(failed, 0, "passes");
        eq(measured[0] * 2, limits[0], "RULE-01: half of it");
        eq(measured[2], limits[2], "RULE-03: at the edge");
        eq(measured[3], 1, "RULE-04");
        eq(measured[5], 6500 * 400, "RULE-06: what is to be won");
        eq(limits[5], 3500 * 200 + 1e4 * 22, "RULE-06: what is to be lost, and costs");
        eq(limits[6], 2000 * uint256(uint128(CASH)), "RULE-07");
        eq(measured[7], 1001e8, "RULE-08");
    }

    /// @custom:covers MUST-ASSESS-02
    function test_assess_of_a_sell_asks_for_the_position() public view {
        (uint16 failed, uint256[9] memory measured, uint256[9] memory limits) =
            book.assess(Order(_sell(0, START), 10e8, HUNDRED));
        eq(failed, RULE_08, "nothing to sell");
        eq(measured[7], 10e8, "wanted");
        eq(limits[7], 0, "held");
    }

    /// @custom:covers MUST-ASSESS-03
    function test_assess_changes_nothing_that_authorise_says() public {
        Signal memory signal = _buy(0, START);
        signal.confidenceBps = 6499;
        _commit(signal);
        (uint16 failed,,) = book.assess(Order(signal, E8, HUNDRED));
        _authorise(signal, E8, HUNDRED);
        _rejectedBy(failed);
    }

    function _malformed(Signal memory signal, uint128 quantity, uint64 limitPrice, uint256 what) private {
        bytes32 digest = _commit(signal);
        _authorise(signal, quantity, limitPrice);
        _skipIs(Skip.MALFORMED, what, 0);
        eq(uint8(oracle.commitment(digest).status), uint8(CommitmentStatus.OPEN), "nothing used up");
    }
}
