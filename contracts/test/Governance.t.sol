// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {RiskBook} from "../src/RiskBook.sol";
import {RiskBookGovernance} from "../src/RiskBookGovernance.sol";
import {RiskBookRare} from "../src/RiskBookRare.sol";
import {SignalOracle} from "../src/SignalOracle.sol";
import {BookSetup, BookView, IRiskBook, Limits, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass} from "../src/interfaces/ISignalOracle.sol";

/// Opening, tighten, setManual, bookFlow: who may, in which direction, and what is refused.
contract GovernanceTest is World {
    // ---- opening

    /// @custom:covers MUST-OPEN-05
    function test_a_book_opens_with_its_limits_and_its_money_on_record() public view {
        BookView memory seen = book.book();
        eqInt(seen.cash, CASH, "cash");
        eqInt(seen.opening, CASH, "opening");
        eqInt(seen.peak, CASH, "peak");
        eq(seen.recordSeq, 2, "limits and flow");
        eq(seen.positions.length, 6, "markets");
        yes(seen.positions[0].stale, "no price yet");
        (address a, address b, address c) = book.roles();
        yes(a == governor && b == guardian && c == trader, "roles");
        eqWord(book.bookId(), BOOK, "id");
        yes(book.rare() == address(rare), "rare half");
    }

    /// @custom:covers MUST-OPEN-03
    function test_limits_past_a_ceiling_open_no_book() public {
        Limits memory limits = _limits();
        limits.maxPositionBps = 2001;
        _refused(limits, 1, 2001, 2000);
        limits = _limits();
        limits.maxDailyLossBps = 501;
        _refused(limits, 2, 501, 500);
        limits = _limits();
        limits.minConfidenceBps = 6499;
        _refused(limits, 3, 6499, 6500);
        limits = _limits();
        limits.maxTradesPerDay = 51;
        _refused(limits, 4, 51, 50);
        limits = _limits();
        (limits.halfSpreadBps, limits.exitBandBps) = (100, 199);
        _refused(limits, 10, 199, 200);
    }

    /// @custom:covers MUST-OPEN-04 BAD_SETUP
    function test_the_rare_part_must_serve_the_same_book() public {
        BookSetup memory setup = BookSetup(address(oracle), address(0), keccak256("x"), uint128(CASH), _limits(), 0);
        setup.rare = address(new RiskBookGovernance(setup));
        setup.rare = address(new RiskBookRare(setup));
        setup.book = BOOK;
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadSetup.selector, bytes32("rare")));
        new RiskBook(setup);
    }

    /// @custom:covers MUST-OPEN-04 BAD_SETUP
    function test_no_part_lets_the_costs_sink_below_the_opening() public {
        for (uint256 i; i < 2; ++i) {
            BookSetup memory setup = BookSetup(address(oracle), address(0), BOOK, uint128(CASH), _limits(), 0);
            if (i == 0) setup.limits.feeBps = 9;
            else setup.limits.halfSpreadBps = 0;
            setup.rare = address(new RiskBookGovernance(setup));
            setup.limits = _limits();
            vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadSetup.selector, bytes32("rare")));
            new RiskBookRare(setup);
        }
    }

    // ---- tighten

    /// @custom:covers MUST-LIMIT-01 MUST-LIMIT-05 NOT_GUARDIAN_OR_GOVERNOR
    function test_guardian_and_governor_tighten_every_parameter_at_once() public {
        Limits memory stricter = Limits(1000, 400, 7000, 40, 1500, 5, 20, 2, 40, 150, 120, 2 days);
        vm.recordLogs();
        vm.prank(guardian);
        book.tighten(stricter);
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.LimitsChanged.selector);
        (Limits memory said,,) = abi.decode(log.data, (Limits, uint64, bytes32));
        eqWord(keccak256(abi.encode(said)), keccak256(abi.encode(stricter)), "said");
        eqWord(keccak256(abi.encode(book.limits())), keccak256(abi.encode(stricter)), "in force");
        stricter.maxTradesPerDay = 0;
        vm.prank(governor);
        book.tighten(stricter);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotGuardianOrGovernor.selector, trader));
        vm.prank(trader);
        book.tighten(stricter);
    }

    /// @custom:covers MUST-LIMIT-02 LOOSENS
    function test_no_parameter_can_be_loosened() public {
        uint8[12] memory looser = [1, 1, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0];
        Limits memory base = Limits(1000, 400, 7000, 40, 1500, 5, 20, 2, 40, 150, 120, 2 days);
        vm.prank(governor);
        book.tighten(base);
        for (uint256 i; i < 12; ++i) {
            uint256[12] memory words = _words(base);
            uint256 was = words[i];
            words[i] = looser[i] == 1 ? was + 1 : was - 1;
            Limits memory asked = abi.decode(abi.encode(words), (Limits));
            vm.expectRevert(abi.encodeWithSelector(IRiskBook.Loosens.selector, i + 1, words[i], was));
            vm.prank(governor);
            book.tighten(asked);
        }
    }

    /// @custom:covers MUST-LIMIT-06
    function test_a_tighter_daily_limit_latches_a_loss_that_passes_it() public {
        _post();
        _hold(0, START, 20e8);
        _postPrice(0, 90e8);
        yes(!book.book().dayLatched, "two per cent is fine at five");
        Limits memory stricter = _limits();
        stricter.maxDailyLossBps = 200;
        vm.prank(guardian);
        book.tighten(stricter);
        yes(book.book().dayLatched, "and not at two");
    }

    // ---- state

    /// @custom:covers MUST-STATE-02 STATE_REFUSED
    function test_both_stop_at_once_and_nobody_lets_go_at_once() public {
        _post();
        _setManual(guardian, State.REDUCING);
        eq(uint8(book.book().state), uint8(State.REDUCING), "stopped");
        _refusedState(guardian, State.ACTIVE, State.REDUCING);
        _refusedState(guardian, State.HALTED, State.REDUCING);
        _refusedState(governor, State.ACTIVE, State.REDUCING);
    }

    /// @custom:covers MUST-STATE-02 STATE_REFUSED
    function test_the_guardian_does_not_soften_a_halt() public {
        _post();
        _setManual(governor, State.HALTED);
        _refusedState(guardian, State.REDUCING, State.HALTED);
        _setManual(governor, State.REDUCING);
    }

    /// @custom:covers MUST-STATE-01 NOT_GUARDIAN_OR_GOVERNOR
    function test_a_stranger_and_the_trader_set_no_state() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotGuardianOrGovernor.selector, trader));
        vm.prank(trader);
        book.setManual(State.REDUCING, 0);
    }

    /// @custom:covers MUST-STATE-04
    function test_halted_still_records_and_releases() public {
        _post();
        Ticket memory first = _enter(0, START, 2e8);
        Ticket memory second = _enter(1, START, 2e8);
        _setManual(governor, State.HALTED);
        _fillBest(first);
        _release(second, trader);
        eq(book.book().reserved, 0, "nothing open");
    }

    // ---- flows

    /// @custom:covers MUST-FLOW-06
    function test_a_deposit_scales_opening_and_peak_rounding_up() public {
        _post();
        _hold(0, START, 10e8);
        BookView memory before = book.book();
        vm.prank(governor);
        book.bookFlow(3333e8);
        BookView memory seen = book.book();
        eqInt(seen.cash, before.cash + 3333e8, "cash");
        uint256 numerator = uint256(uint128(CASH)) * uint256(uint128(before.equity + 3333e8));
        uint256 equity = uint256(uint128(before.equity));
        eq(uint128(seen.opening), (numerator + equity - 1) / equity, "opening");
        eqInt(seen.peak, seen.opening, "peak");
    }

    /// @custom:covers MUST-FLOW-04 FLOW_REFUSED
    function test_a_withdrawal_takes_free_cash_and_not_one_unit_more() public {
        _post();
        _enter(0, START, 10e8);
        BookView memory seen = book.book();
        int128 free = seen.cash - int128(seen.reserved);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.FlowRefused.selector, bytes32("CASH"), -free - 1, free));
        vm.prank(governor);
        book.bookFlow(-free - 1);
        vm.prank(governor);
        book.bookFlow(-free);
        eqInt(book.book().cash, int128(seen.reserved), "what is reserved stays");
    }

    /// @custom:covers MUST-FLOW-03 FLOW_REFUSED
    function test_something_is_always_left_so_that_no_loss_is_forgotten() public {
        _post();
        _hold(0, START, 19e8);
        _postPrice(0, 80e8);
        _exit(0, 19e8, _under(80e8), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        _fillBest(ticket);
        int128 equity = book.book().equity;
        yes(equity < CASH, "a loss");
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.FlowRefused.selector, bytes32("EQUITY"), -equity, equity));
        vm.prank(governor);
        book.bookFlow(-equity);
        vm.prank(governor);
        book.bookFlow(1 - equity);
        BookView memory seen = book.book();
        eqInt(seen.equity, 1, "one unit");
        yes(seen.opening > seen.equity && seen.peak > seen.equity, "the loss is remembered, rounded up");
    }

    /// @custom:covers MUST-FLOW-05 FLOW_REFUSED
    function test_no_withdrawal_on_unsettled_marks_of_a_position() public {
        _post();
        _hold(0, START, 10e8);
        _postPrice(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.FlowRefused.selector, bytes32("MARKS"), -1, 0));
        vm.prank(governor);
        book.bookFlow(-1);
        vm.prank(governor);
        book.bookFlow(1);
    }

    /// @custom:covers MUST-FLOW-01 MUST-FLOW-02 NOT_GOVERNOR FLOW_REFUSED
    function test_flows_are_the_governors_alone_and_never_nothing() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotGovernor.selector, guardian));
        vm.prank(guardian);
        book.bookFlow(1);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.FlowRefused.selector, bytes32("ZERO"), 0, 0));
        vm.prank(governor);
        book.bookFlow(0);
    }

    // ---- the two halves

    /// @custom:covers MUST-OPEN-06
    function test_each_code_fits_its_address_with_room() public view {
        yes(address(hot).code.length < 24_000, "RiskBook");
        yes(address(rare).code.length < 24_000, "RiskBookRare");
        yes(book.governance().code.length < 24_000, "RiskBookGovernance");
        yes(address(oracle).code.length < 24_000, "SignalOracle");
    }

    function test_the_compiler_settings_agree() public view {
        string memory toml = vm.readFile("foundry.toml");
        string memory json = vm.readFile("solc-settings.json");
        yes(_has(toml, 'evm_version = "prague"') && _has(json, '"evmVersion": "prague"'), "evm");
        yes(_has(toml, "optimizer_runs = 200") && _has(json, '"runs": 200'), "runs");
        yes(_has(toml, "via_ir = false") && _has(json, '"viaIR": false'), "via_ir");
        yes(_has(toml, 'bytecode_hash = "none"') && _has(json, '"bytecodeHash": "none"'), "bytecode hash");
        yes(_has(toml, '"@openzeppelin/contracts/=node_modules/'), "remapping");
        yes(_has(json, '"@openzeppelin/contracts/=node_modules/'), "remapping");
    }

    /// @custom:covers MUST-OPEN-07
    function test_the_rare_half_alone_has_no_rights() public {
        vm.prank(governor);
        IRiskBook(address(rare)).bookFlow(1);
        eqInt(book.book().cash, CASH, "the book is not touched");
    }

    function _setManual(address who, State state) private {
        vm.prank(who);
        book.setManual(state, "test");
    }

    function _refusedState(address who, State got, State inForce) private {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.StateRefused.selector, got, inForce));
        _setManual(who, got);
    }

    function _refused(Limits memory limits, uint8 parameter, uint256 got, uint256 limit) private {
        BookSetup memory setup = BookSetup(address(oracle), address(rare), BOOK, uint128(CASH), limits, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.OutOfRange.selector, parameter, got, limit));
        new RiskBook(setup);
    }

    function _words(Limits memory limits) private pure returns (uint256[12] memory) {
        return abi.decode(abi.encode(limits), (uint256[12]));
    }

    function _has(string memory text, string memory part) private pure returns (bool) {
        (bytes memory a, bytes memory b) = (bytes(text), bytes(part));
        for (uint256 i; i + b.length <= a.length; ++i) {
            uint256 j;
            while (j < b.length && a[i + j] == b[j]) ++j;
            if (j == b.length) return true;
        }
        return false;
    }
}
