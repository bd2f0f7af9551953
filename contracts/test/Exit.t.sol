// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {BookView, ExitOrder, IRiskBook, RejectionBody, Skip, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, CommitmentStatus, Signal} from "../src/interfaces/ISignalOracle.sol";

/// exit: given a position of ten, whatever the book's state, what may leave and at which limit price.
contract ExitTest is World {
    function setUp() public virtual override {
        super.setUp();
        _post();
        _hold(0, START, 10e8);
    }

    /// @custom:covers MUST-EXIT-10
    function test_every_reason_without_a_signal_makes_a_ticket() public {
        for (uint8 reason = 2; reason <= 7; ++reason) {
            _exit(0, 1e8, 98e8, reason);
            (Ticket memory ticket, uint8 flags) = _exitTicket();
            eq(ticket.reason, reason, "reason");
            eq(ticket.side, SELL, "side");
            eq(flags, 0, "settled mark");
            eqWord(ticket.id, keccak256(abi.encode(BOOK, ticket.seq)), "derived id");
        }
        eq(book.book().positions[0].openExit, 6e8, "held back");
        eq(book.book().tradesToday, 1, "exits do not count");
    }

    /// @custom:covers MUST-EXIT-08
    function test_a_sell_signal_leaves_by_its_digest_and_is_used_up() public {
        Signal memory signal = _sell(0, START + 1);
        bytes32 digest = _commit(signal);
        _exitOn(signal, 10e8, 98e8);
        (Ticket memory ticket,) = _exitTicket();
        eqWord(ticket.id, digest, "id");
        eq(ticket.reason, SIGNAL, "reason");
        eq(oracle.counters().open, 0, "judged");
        eq(book.lastJudgedClose(STRATEGY, markets[0]), START + 1, "candle");
        _exitOn(signal, 1e8, 98e8);
        _skipIs(Skip.SPENT, uint256(CommitmentStatus.TICKET), uint256(CommitmentStatus.OPEN));
    }

    /// @custom:covers MUST-EXIT-08
    function test_a_sell_signal_needs_no_epoch_confidence_or_size() public {
        Signal memory signal = _sell(0, START + 1);
        (signal.confidenceBps, signal.sizeBps) = (0, 0);
        _commit(signal);
        _exitOn(signal, 10e8, 98e8);
        _exitTicket();
    }

    /// @custom:covers MUST-EXIT-08
    function test_an_expired_sell_signal_is_rejected_and_the_exit_without_it_remains() public {
        Signal memory signal = _sell(0, START + 1);
        _commit(signal);
        _postAt(signal.expiresAt + 1);
        _exitOn(signal, 10e8, 98e8);
        eq(_rejectedBy(16).part, 3, "expired");
        _exit(0, 10e8, 98e8, MANUAL);
        _exitTicket();
    }

    /// @custom:covers MUST-EXIT-08
    function test_a_sell_signal_on_a_judged_candle_is_rejected() public {
        Signal memory signal = _sell(0, START);
        _commit(signal);
        _exitOn(signal, 10e8, 98e8);
        eq(_rejectedBy(16).part, 4, "candle");
    }

    /// @custom:covers MUST-EXIT-08 RULE-08
    function test_a_sell_signal_for_more_than_is_held_is_rejected_by_RULE_08() public {
        Signal memory signal = _sell(0, START + 1);
        _commit(signal);
        _exitOn(signal, 10e8 + 1, 98e8);
        _rejectedAt(128, 10e8 + 1, 10e8);
    }

    /// @custom:covers MUST-EXIT-04 SKIP-NOTHING_TO_SELL
    function test_an_exit_takes_all_that_no_other_ticket_holds_and_not_one_more() public {
        _exit(0, 4e8, 98e8, MANUAL);
        _exit(0, 6e8 + 1, 98e8, MANUAL);
        _skipIs(Skip.NOTHING_TO_SELL, 6e8 + 1, 6e8);
        _exit(0, 6e8, 98e8, STOP_LOSS);
        _exitTicket();
        _exit(1, 1, 98e8, MANUAL);
        _skipIs(Skip.NOTHING_TO_SELL, 1, 0);
    }

    /// @custom:covers MUST-EXIT-05 SKIP-OUT_OF_BAND
    function test_the_limit_price_lies_in_the_band() public {
        _exit(0, 1e8, 98e8 - 1, MANUAL);
        _skipIs(Skip.OUT_OF_BAND, 98e8 - 1, 98e8);
        _exit(0, 1e8, 98e8, MANUAL);
        _exitTicket();
    }

    /// @custom:covers MUST-EXIT-06
    function test_the_band_is_five_times_wider_on_a_stale_mark_and_says_so() public {
        _postPrice(0, 0);
        _exit(0, 1e8, 90e8 - 1, STOP_LOSS);
        _skipIs(Skip.OUT_OF_BAND, 90e8 - 1, 90e8);
        _exit(0, 1e8, 90e8, STOP_LOSS);
        (, uint8 flags) = _exitTicket();
        eq(flags, 1, "STALE_EXIT");
    }

    /// @custom:covers MUST-EXIT-06
    function test_the_band_of_a_pending_step_hangs_from_the_worse_price() public {
        _postPrice(0, 40e8);
        _exit(0, 1e8, 36e8 - 1, STOP_LOSS);
        _skipIs(Skip.OUT_OF_BAND, 36e8 - 1, 36e8);
        _exit(0, 1e8, 36e8, STOP_LOSS);
        (Ticket memory ticket, uint8 flags) = _exitTicket();
        eq(ticket.mark, 40e8, "the worse");
        eq(flags, 1, "STALE_EXIT");
    }

    /// @custom:covers MUST-EXIT-06
    function test_old_marks_of_a_paper_book_widen_the_band_and_block_nothing() public {
        _openWorld(BookClass.PAPER, _limits());
        _post();
        _hold(0, START, 10e8);
        vm.warp(START + 181);
        _exit(0, 1e8, 90e8, STOP_LOSS);
        (, uint8 flags) = _exitTicket();
        eq(flags, 1, "STALE_EXIT");
    }

    /// @custom:covers MUST-EXIT-09
    function test_reducing_blocks_no_exit() public {
        vm.prank(guardian);
        book.setManual(State.REDUCING, "test");
        _exit(0, 10e8, 98e8, MANUAL);
        _exitTicket();
    }

    /// @custom:covers MUST-EXIT-09 MUST-STATE-03
    function test_halted_rejects_exits_on_the_record_until_it_ends_by_itself() public {
        vm.prank(governor);
        book.setManual(State.HALTED, "test");
        uint64 seq = book.book().recordSeq + 1;
        _exit(0, 10e8, 98e8, MANUAL);
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.TradeRejected.selector);
        eq(uint256(log.topics[1]), seq, "its record");
        eqWord(log.topics[2], keccak256(abi.encode(BOOK, seq)), "the id its ticket would have had");
        eqWord(log.topics[3], markets[0], "market");
        (RejectionBody memory body, bytes32 signalHash,) = abi.decode(log.data, (RejectionBody, bytes32, bytes32));
        eqWord(signalHash, 0, "no signal");
        eq(body.rules, 256, "RULE-09 alone");
        eq(body.measured[0], 2, "HALTED");
        eq(body.limits[0], 1, "REDUCING at most");
        _exit(0, 10e8, 98e8, MANUAL);
        log = _one(vm.getRecordedLogs(), IRiskBook.TradeRejected.selector);
        eqWord(log.topics[2], keccak256(abi.encode(BOOK, seq + 1)), "another try, another id");
        eq(book.book().positions[0].openExit, 0, "nothing held back");
        Signal memory signal = _sell(0, START + 1);
        _commit(signal);
        _exitOn(signal, 10e8, 98e8);
        _rejectedAt(256, 2, 1);

        _postAt(START + 1 days - 1);
        _exit(0, 10e8, 98e8, MANUAL);
        _rejectedBy(256);
        _postAt(START + 1 days);
        eq(uint8(book.book().state), uint8(State.REDUCING), "ends in REDUCING");
        _exit(0, 10e8, 98e8, MANUAL);
        _exitTicket();
    }

    /// @custom:covers MUST-REVOKE-04 MUST-EXIT-01 NOT_A_ROLE
    function test_a_frozen_trader_traps_no_position() public {
        vm.prank(guardian);
        oracle.freezeTrader();
        ExitOrder[] memory orders = new ExitOrder[](1);
        orders[0] = ExitOrder(markets[0], 10e8, 98e8, MANUAL, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotARole.selector, trader));
        vm.prank(trader);
        book.exit(orders, new Signal[](0));
        vm.recordLogs();
        vm.prank(guardian);
        book.exit(orders, new Signal[](0));
        _exitTicket();
    }

    /// @custom:covers MUST-EXIT-11
    function test_a_digest_committed_under_its_id_stands_in_no_exits_way() public {
        bytes32[] memory digests = new bytes32[](1);
        digests[0] = keccak256(abi.encode(BOOK, book.book().recordSeq + 1));
        _commitDigests(digests);
        _exit(0, 10e8, 98e8, STOP_LOSS);
        (Ticket memory ticket,) = _exitTicket();
        eqWord(ticket.id, digests[0], "the same id");
        _fillBest(ticket);
        eq(book.book().positions[0].quantity, 0, "sold");
    }

    /// @custom:covers MUST-EXIT-07 SKIP-MALFORMED MALFORMED-REASON MALFORMED-SIGNAL
    function test_malformed_exits_are_skipped_by_what_is_wrong() public {
        _malformed(ExitOrder(keccak256("Z"), 1e8, 98e8, MANUAL, 0), 2);
        _malformed(ExitOrder(markets[0], 0, 98e8, MANUAL, 0), 4);
        _malformed(ExitOrder(markets[0], 1e8, 0, MANUAL, 0), 5);
        _malformed(ExitOrder(markets[0], 1e8, 98e8, 0, 0), 6);
        _malformed(ExitOrder(markets[0], 1e8, 98e8, 8, 0), 6);
        _malformed(ExitOrder(markets[0], 1e8, 98e8, SIGNAL, 0), 6);
        _malformed(ExitOrder(markets[0], 1e8, 98e8, MANUAL, 2), 7);
    }

    /// @custom:covers MUST-EXIT-07 MALFORMED-MARKET
    function test_a_signal_that_does_not_fit_its_order_is_malformed() public {
        Signal memory buy = _buy(0, START + 1);
        _commit(buy);
        _exitOn(buy, 1e8, 98e8);
        _skipIs(Skip.MALFORMED, 3, 0);

        Signal memory other = _sell(1, START + 1);
        _commit(other);
        ExitOrder[] memory orders = new ExitOrder[](1);
        orders[0] = ExitOrder(markets[0], 1e8, 98e8, SIGNAL, 1);
        Signal[] memory signals = new Signal[](1);
        signals[0] = other;
        vm.recordLogs();
        vm.prank(trader);
        book.exit(orders, signals);
        _skipIs(Skip.MALFORMED, 2, 0);
    }

    /// @custom:covers MUST-EXIT-02 BAD_BATCH
    function test_exits_are_bounded() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 65, 64));
        book.exit(new ExitOrder[](65), new Signal[](0));
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 2, 1));
        book.exit(new ExitOrder[](1), new Signal[](2));
    }

    function _malformed(ExitOrder memory order, uint256 what) private {
        ExitOrder[] memory orders = new ExitOrder[](1);
        orders[0] = order;
        vm.recordLogs();
        vm.prank(trader);
        book.exit(orders, new Signal[](0));
        _skipIs(Skip.MALFORMED, what, 0);
    }
}
