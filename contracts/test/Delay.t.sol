// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {BookView, IRiskBook, Limits, State} from "../src/interfaces/IRiskBook.sol";
import {IDelayed} from "../src/interfaces/IDelayed.sol";
import {BookClass, ISignalOracle, Signal} from "../src/interfaces/ISignalOracle.sol";

/// What loosens waits: submit, delay, accept, revoke, for limits, state, signers and trader.
contract DelayTest is World {
    uint16 private constant RULE_05 = 16;
    uint256 private constant DELAY = 1 days;

    function setUp() public override {
        super.setUp();
        _post();
    }

    // ---- limits

    /// @custom:covers MUST-CHANGE-04 MUST-CHANGE-06 NOT_SUBMITTED TOO_EARLY
    function test_looser_limits_come_into_force_after_both_clocks_passed_the_delay() public {
        _tighten(10);
        bytes memory call = abi.encodeCall(IRiskBook.acceptLimits, (_limits()));
        _submit(call);
        _forward(DELAY - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDelayed.TooEarly.selector, block.timestamp, block.timestamp + 1)
        );
        _accept(call);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.TooEarly.selector, observedAt, observedAt + 1));
        _accept(call);
        _postAt(observedAt + 1);
        vm.recordLogs();
        _accept(call);
        _one(vm.getRecordedLogs(), IRiskBook.LimitsChanged.selector);
        eq(book.limits().maxTradesPerDay, 50, "in force");
        vm.expectRevert(abi.encodeWithSelector(IDelayed.NotSubmitted.selector, keccak256(call)));
        _accept(call);
    }

    /// @custom:covers MUST-CHANGE-03 MUST-LIMIT-03 OUT_OF_RANGE
    function test_a_ceiling_is_never_passed_not_even_through_the_delay() public {
        Limits memory beyond = _limits();
        beyond.maxPositionBps = 2001;
        _notSubmitted(abi.encodeCall(IRiskBook.acceptLimits, (beyond)), 1, 2001, 2000);
        beyond = _limits();
        beyond.maxDailyLossBps = 501;
        _notSubmitted(abi.encodeCall(IRiskBook.acceptLimits, (beyond)), 2, 501, 500);
        beyond = _limits();
        beyond.minConfidenceBps = 6499;
        _notSubmitted(abi.encodeCall(IRiskBook.acceptLimits, (beyond)), 3, 6499, 6500);
        beyond = _limits();
        beyond.maxTradesPerDay = 51;
        _notSubmitted(abi.encodeCall(IRiskBook.acceptLimits, (beyond)), 4, 51, 50);
    }

    /// @custom:covers MUST-LIMIT-04 OUT_OF_RANGE
    function test_fee_and_half_spread_never_fall_below_the_openings() public {
        Limits memory cheap = _limits();
        cheap.feeBps = 9;
        _notSubmitted(abi.encodeCall(IRiskBook.acceptLimits, (cheap)), 7, 9, 10);
        cheap = _limits();
        cheap.halfSpreadBps = 0;
        _notSubmitted(abi.encodeCall(IRiskBook.acceptLimits, (cheap)), 8, 0, 1);
    }

    /// @custom:covers MUST-CHANGE-05 SUPERSEDED
    function test_a_tightening_meanwhile_has_the_last_word() public {
        _tighten(10);
        bytes memory call = abi.encodeCall(IRiskBook.acceptLimits, (_limits()));
        _submit(call);
        _tighten(5);
        _forward(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.Superseded.selector, keccak256(call)));
        _accept(call);
    }

    /// @custom:covers MUST-CHANGE-07 TOO_EARLY
    function test_a_longer_delay_holds_what_waits_already() public {
        bytes memory call = abi.encodeCall(ISignalOracle.acceptTrader, (stranger));
        vm.prank(governor);
        oracle.submitChange(call);
        Limits memory limits = _limits();
        limits.delaySeconds = 2 days;
        vm.prank(guardian);
        book.tighten(limits);
        _forward(DELAY);
        vm.expectPartialRevert(IDelayed.TooEarly.selector);
        vm.prank(governor);
        oracle.acceptTrader(stranger);
        _forward(DELAY);
        vm.prank(governor);
        oracle.acceptTrader(stranger);
    }

    /// @custom:covers MUST-CHANGE-08 TOO_LATE
    function test_a_change_is_accepted_within_a_fortnight_or_not_at_all() public {
        _tighten(10);
        bytes memory call = abi.encodeCall(IRiskBook.acceptLimits, (_limits()));
        _submit(call);
        _forward(DELAY + 14 days + 1);
        vm.expectPartialRevert(IDelayed.TooLate.selector);
        _accept(call);
    }

    /// @custom:covers MUST-CHANGE-04 MUST-CHANGE-09 NOT_SUBMITTED NOT_GUARDIAN_OR_GOVERNOR
    function test_governor_and_guardian_revoke_and_nobody_else() public {
        bytes memory call = abi.encodeCall(IRiskBook.acceptLimits, (_limits()));
        _submit(call);
        eq(book.pendingChange(keccak256(call)).delaySeconds, DELAY, "it waits");
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotGuardianOrGovernor.selector, trader));
        vm.prank(trader);
        book.revokeChange(keccak256(call));
        vm.prank(guardian);
        book.revokeChange(keccak256(call));
        vm.expectRevert(abi.encodeWithSelector(IDelayed.NotSubmitted.selector, keccak256(call)));
        vm.prank(governor);
        book.revokeChange(keccak256(call));
        _forward(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.NotSubmitted.selector, keccak256(call)));
        _accept(call);
    }

    /// @custom:covers MUST-CHANGE-01 MUST-CHANGE-02 NOT_GOVERNOR NOT_A_CHANGE
    function test_only_the_governor_submits_and_accepts_and_only_what_waits() public {
        bytes memory call = abi.encodeCall(IRiskBook.acceptLimits, (_limits()));
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotGovernor.selector, guardian));
        vm.prank(guardian);
        book.submitChange(call);
        _submit(call);
        _forward(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotGovernor.selector, trader));
        vm.prank(trader);
        book.acceptLimits(_limits());
        bytes memory other = abi.encodeCall(IRiskBook.bookFlow, (1));
        vm.expectRevert(abi.encodeWithSelector(IDelayed.NotAChange.selector, IRiskBook.bookFlow.selector));
        _submit(other);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.NotAChange.selector, IRiskBook.bookFlow.selector));
        vm.prank(governor);
        oracle.submitChange(other);
    }

    // ---- resuming

    /// @custom:covers MUST-STATE-08 TOO_EARLY
    function test_a_stop_is_lifted_through_the_delay_alone() public {
        vm.prank(guardian);
        book.setManual(State.REDUCING, "test");
        bytes memory call = abi.encodeCall(IRiskBook.acceptResume, (bytes32("seen to")));
        _submit(call);
        vm.expectPartialRevert(IDelayed.TooEarly.selector);
        _accept(call);
        _forward(DELAY);
        _accept(call);
        eq(uint8(book.book().state), uint8(State.ACTIVE), "resumed");
    }

    /// @custom:covers MUST-STATE-05 MUST-STATE-06 SUPERSEDED NOTHING_TO_RESUME
    function test_nothing_is_resumed_before_it_was_stopped_and_one_resumption_answers_one_stop() public {
        bytes memory call = abi.encodeCall(IRiskBook.acceptResume, (bytes32("prepared")));
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NothingToResume.selector));
        _submit(call);
        vm.prank(guardian);
        book.setManual(State.REDUCING, "first");
        _submit(call);
        vm.prank(guardian);
        book.setManual(State.REDUCING, "second");
        _forward(DELAY);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.Superseded.selector, keccak256(call)));
        _accept(call);
    }

    // ---- RULE-07

    /// @custom:covers MUST-SETTLE-06 RULE-07
    function test_exactly_a_fifth_below_the_peak_latches_until_the_governor_resumes() public {
        _fallTo(2000e8);
        BookView memory seen = book.book();
        yes(seen.drawdownLatched, "latched");
        eqInt(seen.equity, 8000e8, "exactly a fifth");
        eq(uint8(seen.state), uint8(State.REDUCING), "state");
        _postAt(observedAt + uint64(2 days));
        yes(!book.book().dayLatched && book.book().drawdownLatched, "a new day lifts the day's latch alone");
        Signal memory signal = _buy(1, observedAt);
        _commit(signal);
        _authorise(signal, E8, prices[1]);
        _rejectedBy(64 | 256);
    }

    /// @custom:covers MUST-SETTLE-06
    function test_one_unit_less_does_not_latch_RULE_07() public {
        _fallTo(2000e8 - 1);
        yes(!book.book().drawdownLatched, "not latched");
    }

    /// @custom:covers MUST-STATE-08
    function test_resuming_sets_the_peak_to_the_equity_and_counts() public {
        _fallTo(2000e8);
        bytes memory call = abi.encodeCall(IRiskBook.acceptResume, (bytes32("seen to")));
        _submit(call);
        _forward(DELAY + 1 days);
        vm.recordLogs();
        _accept(call);
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.PeakReset.selector);
        (int128 peak, uint32 count,,) = abi.decode(log.data, (int128, uint32, uint64, bytes32));
        eqInt(peak, 8000e8, "peak");
        eq(count, 1, "count");
        BookView memory seen = book.book();
        eqInt(seen.peak, 8000e8, "peak");
        eq(seen.peakResets, 1, "count");
        eq(uint8(seen.state), uint8(State.ACTIVE), "open again");
    }

    /// @custom:covers MUST-STATE-07 RESUME_REFUSED
    function test_resuming_waits_for_marks_that_are_settled() public {
        _fallTo(2000e8);
        bytes memory call = abi.encodeCall(IRiskBook.acceptResume, (bytes32("seen to")));
        _submit(call);
        _forward(DELAY);
        uint64 price = prices[0];
        _postPrice(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.ResumeRefused.selector, int256(8000e8)));
        _accept(call);
        _postPrice(0, price);
        _accept(call);
    }

    // ---- signers and trader

    /// @custom:covers MUST-REVOKE-01 MUST-REVOKE-05 MUST-REVOKE-06 RULE-05-EPOCH NOT_GUARDIAN NOT_A_SIGNER
    function test_a_signer_is_removed_at_once_and_its_epoch_ends() public {
        _openTwoOfThree();
        _post();
        Signal memory signal = _buy(0, START);
        _commit(signal);
        vm.prank(guardian);
        oracle.removeSigner(vm.addr(keys[2]));
        eq(oracle.epoch(), 2, "epoch");
        eq(oracle.signers().length, 2, "left");
        _authorise(signal, E8, HUNDRED);
        _rejectedAt(RULE_05, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotASigner.selector, vm.addr(keys[2])));
        vm.prank(guardian);
        oracle.removeSigner(vm.addr(keys[2]));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotGuardian.selector, governor));
        vm.prank(governor);
        oracle.removeSigner(vm.addr(keys[1]));
    }

    /// @custom:covers MUST-CHANGE-06 MUST-CHANGE-11 NOT_GOVERNOR TOO_EARLY WRONG_SIGNATURE_COUNT
    function test_signers_are_added_and_the_quorum_lowered_through_the_delay_alone() public {
        address[] memory three = new address[](3);
        (three[0], three[1], three[2]) = (vm.addr(keys[0]), vm.addr(0xA2), vm.addr(0xA3));
        bytes memory call = abi.encodeCall(ISignalOracle.acceptSigners, (three, 2));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotGovernor.selector, guardian));
        vm.prank(guardian);
        oracle.submitChange(call);
        vm.prank(governor);
        oracle.submitChange(call);
        vm.expectPartialRevert(IDelayed.TooEarly.selector);
        vm.prank(governor);
        oracle.acceptSigners(three, 2);
        _forward(DELAY);
        vm.prank(governor);
        oracle.acceptSigners(three, 2);
        eq(oracle.quorum(), 2, "quorum");
        eq(oracle.epoch(), 2, "epoch");
        // The old epoch's signatures count for nothing.
        bytes[] memory signatures = _signed(_marksHash(tick + 1, vectorHash, observedAt), 1);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.WrongSignatureCount.selector, 1, 2));
        oracle.postMarks(tick + 1, vectorHash, observedAt, prices, signatures);
    }

    /// @custom:covers MUST-CHANGE-05 SUPERSEDED
    function test_a_removal_supersedes_a_change_of_signers_that_waits() public {
        _openTwoOfThree();
        _post();
        address[] memory one = new address[](1);
        one[0] = vm.addr(keys[2]);
        bytes memory call = abi.encodeCall(ISignalOracle.acceptSigners, (one, 1));
        vm.prank(governor);
        oracle.submitChange(call);
        vm.prank(guardian);
        oracle.removeSigner(vm.addr(keys[2]));
        vm.warp(block.timestamp + DELAY);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.Superseded.selector, keccak256(call)));
        vm.prank(governor);
        oracle.acceptSigners(one, 1);
    }

    /// @custom:covers MUST-CHANGE-10 TOO_EARLY
    function test_without_a_quorum_the_blocks_clock_alone_brings_new_signers() public {
        vm.prank(guardian);
        oracle.removeSigner(vm.addr(keys[0]));
        eq(oracle.signers().length, 0, "nobody attests");
        address[] memory one = new address[](1);
        one[0] = vm.addr(0xA9);
        vm.prank(governor);
        oracle.submitChange(abi.encodeCall(ISignalOracle.acceptSigners, (one, 1)));
        vm.warp(block.timestamp + DELAY - 1);
        vm.expectPartialRevert(IDelayed.TooEarly.selector);
        vm.prank(governor);
        oracle.acceptSigners(one, 1);
        vm.warp(block.timestamp + 1);
        vm.prank(governor);
        oracle.acceptSigners(one, 1);
        eq(oracle.epoch(), 3, "epoch");
    }

    /// @custom:covers MUST-CHANGE-12
    function test_a_frozen_trader_is_replaced_through_the_delay_and_traps_no_position() public {
        _hold(0, START, 10e8);
        vm.prank(guardian);
        oracle.freezeTrader();
        vm.prank(governor);
        oracle.submitChange(abi.encodeCall(ISignalOracle.acceptTrader, (stranger)));
        _forward(DELAY);
        vm.prank(governor);
        oracle.acceptTrader(stranger);
        yes(oracle.trader() == stranger, "named");
    }

    /// @custom:covers MUST-CHANGE-03 BAD_SETUP
    function test_senseless_changes_are_refused_when_submitted() public {
        address[] memory none = new address[](0);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadSetup.selector, bytes32("quorum")));
        vm.prank(governor);
        oracle.submitChange(abi.encodeCall(ISignalOracle.acceptSigners, (none, 1)));
        address[] memory twice = new address[](2);
        (twice[0], twice[1]) = (stranger, stranger);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadSetup.selector, bytes32("signers")));
        vm.prank(governor);
        oracle.submitChange(abi.encodeCall(ISignalOracle.acceptSigners, (twice, 1)));
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.BadSetup.selector, bytes32("trader")));
        vm.prank(governor);
        oracle.submitChange(abi.encodeCall(ISignalOracle.acceptTrader, (address(0))));
    }

    // ---- words

    function _openTwoOfThree() private {
        keys = [uint256(0xA1), 0xA2, 0xA3];
        _openWorldWith(BookClass.SIMULATED, _limits(), 2);
    }

    /// Four full positions and a small one, and prices that leave the equity exactly `loss` below the opening.
    function _fallTo(int128 loss) private {
        uint128 quantity = 19.9e8;
        for (uint256 m; m < 4; ++m) {
            _hold(m, START, quantity);
        }
        _hold(4, START, E8);
        // What fees and spread took is lost already; a price of the small position meets the rest to the unit.
        uint256 left = uint128(CASH - loss - book.book().cash);
        uint64 price = uint64((left - E8) / 4 * 1e8 / quantity);
        for (uint256 m; m < 4; ++m) {
            prices[m] = price;
            left -= uint256(quantity) * price / 1e8;
        }
        prices[4] = uint64(left);
        _post();
    }

    function _tighten(uint16 trades) private {
        Limits memory limits = _limits();
        limits.maxTradesPerDay = trades;
        vm.prank(guardian);
        book.tighten(limits);
    }

    /// Time passes on both clocks.
    function _forward(uint256 seconds_) private {
        _postAt(observedAt + uint64(seconds_));
    }

    function _submit(bytes memory call) private {
        vm.prank(governor);
        book.submitChange(call);
    }

    function _accept(bytes memory call) private {
        vm.prank(governor);
        (bool done, bytes memory answer) = address(book).call(call);
        if (done) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    function _notSubmitted(bytes memory call, uint8 parameter, uint256 got, uint256 bound_) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.OutOfRange.selector, parameter, got, bound_));
        _submit(call);
    }
}
