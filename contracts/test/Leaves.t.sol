// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "./World.sol";
import {RiskBook} from "../src/RiskBook.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {BookSetup, BookView, ExitOrder, Fill, IRiskBook, Limits, Order, Ticket} from "../src/interfaces/IRiskBook.sol";
import {IDelayed} from "../src/interfaces/IDelayed.sol";
import {BookClass, ISignalOracle, Signal} from "../src/interfaces/ISignalOracle.sol";

/// Leaves of RULES.md's trees that no longer story passes by.
contract LeavesTest is World {
    /// @custom:covers MUST-OPEN-02
    function test_a_book_needs_a_name_and_a_sensible_sum() public {
        BookSetup memory setup = BookSetup(address(oracle), address(0), BOOK, uint128(CASH), _limits(), 0);
        setup.rare = address(rare);
        setup.book = 0;
        _opensNothing(setup, "book");
        (setup.book, setup.cash) = (BOOK, 0);
        _opensNothing(setup, "cash");
        setup.cash = 1e12 * 1e8 + 1;
        _opensNothing(setup, "cash");
        setup.cash = 1e12 * 1e8;
        new RiskBook(setup);
    }

    /// @custom:covers MUST-COMMIT-06 ECDSA_INVALID_SIGNATURE ECDSA_INVALID_SIGNATURE_LENGTH
    function test_a_malformed_signature_is_refused() public {
        bytes32[] memory words = new bytes32[](1);
        bytes[] memory signatures = new bytes[](1);
        signatures[0] = new bytes(64);
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignatureLength.selector, 64));
        oracle.commit(1, words, words, signatures);
        signatures[0] = new bytes(65);
        vm.expectRevert(abi.encodeWithSelector(ECDSA.ECDSAInvalidSignature.selector));
        oracle.commit(1, words, words, signatures);
    }

    /// @custom:covers MUST-CHANGE-05 SUPERSEDED
    function test_a_change_of_trader_is_superseded_by_a_freeze() public {
        _post();
        bytes memory call = abi.encodeCall(ISignalOracle.acceptTrader, (stranger));
        vm.prank(governor);
        oracle.submitChange(call);
        vm.prank(guardian);
        oracle.freezeTrader();
        _postAt(observedAt + 1 days);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.Superseded.selector, keccak256(call)));
        vm.prank(governor);
        oracle.acceptTrader(stranger);
    }

    /// @custom:covers MUST-CHANGE-09 NOT_GUARDIAN NOT_SUBMITTED
    function test_the_oracles_changes_are_revoked_by_governor_and_guardian_alone() public {
        bytes memory call = abi.encodeCall(ISignalOracle.acceptTrader, (stranger));
        vm.prank(governor);
        oracle.submitChange(call);
        vm.expectRevert(abi.encodeWithSelector(ISignalOracle.NotGuardian.selector, trader));
        vm.prank(trader);
        oracle.revokeChange(keccak256(call));
        vm.prank(guardian);
        oracle.revokeChange(keccak256(call));
        vm.expectRevert(abi.encodeWithSelector(IDelayed.NotSubmitted.selector, keccak256(call)));
        vm.prank(governor);
        oracle.revokeChange(keccak256(call));
    }

    /// @custom:covers MUST-SETTLE-02 NOT_ORACLE
    function test_only_the_oracle_gives_the_book_its_marks() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotOracle.selector, governor));
        vm.prank(governor);
        book.onMarks(observedAt, prices);
    }

    /// @custom:covers MUST-EXIT-03 NO_MARKS
    function test_nothing_leaves_before_the_first_marks() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NoMarks.selector));
        vm.prank(governor);
        book.exit(new ExitOrder[](1), new Signal[](0));
    }

    /// @custom:covers MUST-REL-05
    function test_release_frees_cash_and_size_and_never_the_days_count() public {
        _post();
        Ticket memory ticket = _enter(0, START, 10e8);
        _release(ticket, trader);
        BookView memory seen = book.book();
        eq(seen.reserved, 0, "cash");
        eq(seen.positions[0].reservedBuy, 0, "size");
        eq(seen.tradesToday, 1, "the count stays");
    }

    /// @custom:covers MUST-ASSESS-01 UNKNOWN_MARKET
    function test_an_unknown_market_is_not_assessed() public {
        _post();
        Order memory order = Order(_buy(0, START), 1e8, HUNDRED);
        order.signal.market = keccak256("nowhere");
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.UnknownMarket.selector, order.signal.market));
        book.assess(order);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.UnknownMarket.selector, order.signal.market));
        book.lastJudgedClose(STRATEGY, order.signal.market);
    }

    /// @custom:covers MUST-LIMIT-03
    function test_a_limit_so_strict_that_it_means_nothing_is_refused() public {
        Limits memory limits = _limits();
        limits.maxDailyLossBps = 0;
        _outOfRange(limits, 2, 0, 1);
        limits = _limits();
        (limits.halfSpreadBps, limits.exitBandBps) = (101, 200);
        _outOfRange(limits, 10, 200, 202);
        limits = _limits();
        limits.feeBps = 1001;
        _outOfRange(limits, 7, 1001, 1000);
    }

    /// Whatever flows, whenever: day's loss and drawdown as shares of their bases are no smaller than before.
    /// @custom:covers MUST-FLOW-06
    function test_a_flow_never_lowers_a_loss_in_percent(uint64 price, int128 amount) public {
        _post();
        _hold(0, START, 19e8);
        _postPrice(0, uint64(bound(price, 51e8, 149e8)));
        BookView memory before = book.book();
        amount = int128(int256(bound(uint256(int256(amount)), 1, 20_000e8)) - 10_000e8);
        vm.prank(governor);
        (bool done,) = address(book).call(abi.encodeCall(IRiskBook.bookFlow, (amount)));
        BookView memory after_ = book.book();
        if (!done) return eqInt(after_.cash, before.cash, "nothing moved");
        eqInt(after_.equity, before.equity + amount, "it flowed");
        yes(int256(after_.opening) * before.equity >= int256(before.opening) * after_.equity, "loss of the day");
        yes(int256(after_.peak) * before.equity >= int256(before.peak) * after_.equity, "drawdown");
    }

    /// @custom:covers SAFE_CAST_OVERFLOWED_INT_DOWNCAST SAFE_CAST_OVERFLOWED_UINT_DOWNCAST
    function test_a_number_that_leaves_its_width_reverts() public {
        uint64 seq = uint64(type(uint32).max) + 2;
        bytes[] memory signatures = _signed(_marksHash(seq, 0, observedAt), 1);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 32, uint256(seq) - 1));
        oracle.postMarks(seq, 0, observedAt, prices, signatures);

        _openWorld(BookClass.LIVE, _limits());
        _post();
        Fill[] memory fills = new Fill[](1);
        fills[0].ticket.side = BUY;
        (fills[0].quantity, fills[0].price, fills[0].fee) = (1e8, HUNDRED, uint128(1 << 127));
        int256 paid = int256(uint256(100e8) + (1 << 127));
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedIntDowncast.selector, 128, paid));
        vm.prank(trader);
        book.record(fills);
    }

    function _opensNothing(BookSetup memory setup, bytes32 what) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadSetup.selector, what));
        new RiskBook(setup);
    }

    function _outOfRange(Limits memory limits, uint8 parameter, uint256 got, uint256 bound_) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.OutOfRange.selector, parameter, got, bound_));
        vm.prank(guardian);
        book.tighten(limits);
    }
}
