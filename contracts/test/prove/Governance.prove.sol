// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Kit} from "../Kit.sol";
import {RiskBook} from "../../src/RiskBook.sol";
import {RiskBookGovernance} from "../../src/RiskBookGovernance.sol";
import {RiskBookRare} from "../../src/RiskBookRare.sol";
import {BookSetup, IRiskBook, Limits, State} from "../../src/interfaces/IRiskBook.sol";
import {BookClass, Snapshot} from "../../src/interfaces/ISignalOracle.sol";

/// An oracle that says what the proof wants: no signatures, so that nothing but the book is proven.
contract SayingOracle {
    address public constant governor = address(0x60);
    address public constant guardian = address(0x61);
    address public constant trader = address(0x7);
    BookClass public constant class = BookClass.SIMULATED;
    uint64 public observedAt = 1_619_830_800;
    uint64 public price = 100e8;

    function markets() external pure returns (bytes32[] memory all) {
        all = new bytes32[](1);
        all[0] = "A";
    }

    function lastVector() external view returns (uint64, bytes32, uint64) {
        return (1, 0, observedAt);
    }

    function snapshot() external view returns (Snapshot memory shot) {
        (shot.trader, shot.epoch, shot.tick, shot.observedAt) = (trader, 1, 1, observedAt);
        (shot.prices, shot.pendings) = (new uint64[](1), new uint64[](1));
        shot.prices[0] = price;
    }

    function post(IRiskBook book, uint64 price_, uint64 observedAt_) external {
        (price, observedAt) = (price_, observedAt_);
        uint64[] memory prices = new uint64[](1);
        prices[0] = price_;
        book.onMarks(observedAt_, prices);
    }
}

/// Proven by halmos for every argument: nothing loosens at once, nothing passes a ceiling, nobody lets go.
contract GovernanceProof is Kit {
    SayingOracle private oracle;
    IRiskBook private book;

    function setUp() public {
        vm.warp(1_619_830_800);
        vm.roll(100);
        oracle = new SayingOracle();
        BookSetup memory setup = BookSetup(address(oracle), address(0), "B", 10_000e8, _limits(), 0);
        setup.rare = address(new RiskBookGovernance(setup));
        setup.rare = address(new RiskBookRare(setup));
        book = IRiskBook(address(new RiskBook(setup)));
        oracle.post(book, 100e8, 1_619_830_800);
    }

    function _limits() private pure returns (Limits memory) {
        return Limits(1900, 400, 6600, 40, 1500, 5, 10, 1, 50, 200, 180, 1 days);
    }

    function check_tighten_never_loosens(Limits memory asked, address caller) public {
        Limits memory old = book.limits();
        vm.prank(caller);
        try book.tighten(asked) {
            assert(caller == oracle.guardian() || caller == oracle.governor());
        } catch {}
        Limits memory now_ = book.limits();
        assert(now_.maxPositionBps <= old.maxPositionBps && now_.maxDailyLossBps <= old.maxDailyLossBps);
        assert(now_.minConfidenceBps >= old.minConfidenceBps && now_.maxTradesPerDay <= old.maxTradesPerDay);
        assert(now_.maxDrawdownBps <= old.maxDrawdownBps && now_.minEdgeBps >= old.minEdgeBps);
        assert(now_.feeBps >= old.feeBps && now_.halfSpreadBps >= old.halfSpreadBps);
        assert(now_.entryBandBps <= old.entryBandBps && now_.exitBandBps <= old.exitBandBps);
        assert(now_.markAgeSeconds <= old.markAgeSeconds && now_.delaySeconds >= old.delaySeconds);
    }

    /// Whatever was submitted, whoever accepts and whenever: within the ceilings, and not before both clocks passed the delay.
    function check_no_change_passes_a_ceiling_or_comes_early(
        Limits memory asked,
        address caller,
        uint32 blockSeconds,
        uint32 markSeconds
    ) public {
        bytes32 before = keccak256(abi.encode(book.limits()));
        vm.prank(oracle.governor());
        try book.submitChange(abi.encodeCall(IRiskBook.acceptLimits, (asked))) {} catch {}
        vm.warp(1_619_830_800 + uint256(blockSeconds));
        oracle.post(book, 100e8, 1_619_830_800 + markSeconds);
        vm.prank(caller);
        try book.acceptLimits(asked) {
            assert(caller == oracle.governor());
            assert(blockSeconds >= 1 days && markSeconds >= 1 days);
        } catch {
            assert(keccak256(abi.encode(book.limits())) == before);
        }
        _within(book.limits());
    }

    /// Any caller, any state: nobody lets go at once, only the governor halts.
    function check_nobody_lets_go_at_once(address caller, uint8 first, uint8 second) public {
        if (first > 2 || second > 2) return;
        vm.prank(oracle.governor());
        try book.setManual(State(first), 0) {} catch {}
        State stopped = book.book().manual;
        vm.prank(caller);
        try book.setManual(State(second), 0) {
            assert(second != 0);
            assert(caller == oracle.governor() || (caller == oracle.guardian() && second == 1));
        } catch {}
        if (caller != oracle.governor()) assert(book.book().manual >= stopped);
        assert(stopped == State.ACTIVE || book.book().manual != State.ACTIVE);
    }

    function _within(Limits memory limits) private pure {
        assert(limits.maxPositionBps <= 2000 && limits.maxDailyLossBps <= 500 && limits.maxDailyLossBps >= 1);
        assert(limits.minConfidenceBps >= 6500 && limits.minConfidenceBps <= 10_000);
        assert(limits.maxTradesPerDay <= 50 && limits.maxDrawdownBps <= 10_000 && limits.maxDrawdownBps >= 1);
        assert(limits.feeBps >= 10 && limits.halfSpreadBps >= 1 && limits.exitBandBps >= 2 * limits.halfSpreadBps);
    }
}
