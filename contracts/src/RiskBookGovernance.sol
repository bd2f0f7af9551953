// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BookBase} from "./BookBase.sol";
import {Delayed} from "./Delayed.sol";
import {BookSetup, BookView, IRiskBook, Limits, Position, State} from "./interfaces/IRiskBook.sol";
import {BookClass} from "./interfaces/ISignalOracle.sol";
import {BookMath} from "./libraries/BookMath.sol";

/// @title RiskBookGovernance: limits, state, flows, the changes that wait, and the whole book at a glance
/// Runs by delegatecall from RiskBook through RiskBookRare, on RiskBook's storage; see there.
contract RiskBookGovernance is BookBase, Delayed {
    constructor(BookSetup memory setup) BookBase(setup) {}

    // ---- limits and state

    /// See IRiskBook.tighten.
    function tighten(Limits memory limits_) external {
        if (msg.sender != GUARDIAN && msg.sender != GOVERNOR) revert IRiskBook.NotGuardianOrGovernor(msg.sender);
        Limits memory old = _limits;
        (uint256[12] memory asked, uint256[12] memory inForce) = (_words(limits_), _words(old));
        for (uint256 i; i < PARAMETERS; ++i) {
            bool loosens = STRICTER_HIGHER >> i & 1 == 1 ? asked[i] < inForce[i] : asked[i] > inForce[i];
            if (loosens) revert IRiskBook.Loosens(uint8(i + 1), asked[i], inForce[i]);
        }
        _checkRange(limits_);
        _changeLimits(limits_);
    }

    function _changeLimits(Limits memory limits_) private {
        _limits = limits_;
        Account memory account = _account;
        uint64 observedAt = _observedAt();
        _recordLimits(account, limits_, observedAt);
        // A stricter limit may be passed already.
        if (account.started) _testLatches(account, limits_, observedAt);
        _account = account;
    }

    /// See IRiskBook.setManual.
    function setManual(State manual, bytes32 reason) external {
        Account memory account = _account;
        uint64 observedAt = _observedAt();
        if (msg.sender != GUARDIAN && msg.sender != GOVERNOR) revert IRiskBook.NotGuardianOrGovernor(msg.sender);
        // Check: both stop at once; the guardian neither halts nor lets go, and nobody lets go without the delay.
        State inForce = _manual(account, observedAt);
        bool guardians = manual == State.REDUCING && inForce != State.HALTED;
        if (manual == State.ACTIVE || (msg.sender != GOVERNOR && !guardians)) {
            revert IRiskBook.StateRefused(manual, inForce);
        }
        if (manual == State.HALTED) {
            account.haltedAt =
                CLASS == BookClass.SIMULATED || observedAt > block.timestamp ? observedAt : uint64(block.timestamp);
        }
        _recordState(account, manual, reason, observedAt);
        _account = account;
    }

    // ---- changes that wait

    /// See IDelayed.submitChange.
    function submitChange(bytes calldata call) external {
        if (msg.sender != GOVERNOR) revert IRiskBook.NotGovernor(msg.sender);
        bytes32 against;
        if (bytes4(call) == this.acceptLimits.selector) {
            _checkRange(abi.decode(call[4:], (Limits)));
            against = _limitsNow();
        } else if (bytes4(call) == this.acceptResume.selector) {
            _checkStopped(_account);
            against = _stopNow(_account);
        } else {
            revert NotAChange(bytes4(call));
        }
        _submit(call, _observedAt(), _limits.delaySeconds, against);
    }

    /// See IDelayed.revokeChange.
    function revokeChange(bytes32 id) external {
        if (msg.sender != GUARDIAN && msg.sender != GOVERNOR) revert IRiskBook.NotGuardianOrGovernor(msg.sender);
        _revoke(id);
    }

    /// See IRiskBook.acceptLimits.
    function acceptLimits(Limits memory limits_) external {
        if (msg.sender != GOVERNOR) revert IRiskBook.NotGovernor(msg.sender);
        _accept(_observedAt(), _limits.delaySeconds, _limitsNow(), true);
        _checkRange(limits_);
        _changeLimits(limits_);
    }

    /// See IRiskBook.acceptResume.
    function acceptResume(bytes32 reason) external {
        if (msg.sender != GOVERNOR) revert IRiskBook.NotGovernor(msg.sender);
        Work memory work = _open();
        Account memory account = work.account;
        uint64 observedAt = work.marks.observedAt;
        _accept(observedAt, work.limits.delaySeconds, _stopNow(account), true);
        // Check: the new peak is worth what fresh marks say, and something.
        if (account.drawdownLatched) {
            if (_equity(account) <= 0 || !_heldSettled(work)) revert IRiskBook.ResumeRefused(_equity(account));
            account.drawdownLatched = false;
            account.peak = SafeCast.toInt128(_equity(account));
            account.peakResets += 1;
            _recordPeak(account, observedAt);
        }
        if (account.manual != State.ACTIVE) _recordState(account, State.ACTIVE, reason, observedAt);
        _account = account;
    }

    function _recordPeak(Account memory account, uint64 observedAt) private {
        account.recordSeq += 1;
        account.head = keccak256(
            abi.encode(account.head, account.recordSeq, KIND_PEAK, account.peak, account.peakResets, observedAt)
        );
        emit IRiskBook.PeakReset(account.recordSeq, account.peak, account.peakResets, observedAt, account.head);
    }

    function _checkStopped(Account memory account) private pure {
        if (account.manual == State.ACTIVE && !account.drawdownLatched) revert IRiskBook.NothingToResume();
    }

    /// What a change of limits is made against: whoever tightens meanwhile has the last word.
    function _limitsNow() private view returns (bytes32) {
        return keccak256(abi.encode(_limits));
    }

    /// What a resumption is made against: it answers one stop, never the next.
    function _stopNow(Account memory account) private pure returns (bytes32) {
        return bytes32(uint256(account.stoppedSeq));
    }

    // ---- flows

    /// See IRiskBook.bookFlow. Opening and peak scale with equity, so that no loss in percent changes by it.
    function bookFlow(int128 amount) external {
        if (msg.sender != GOVERNOR) revert IRiskBook.NotGovernor(msg.sender);
        Work memory work = _open();
        Account memory account = work.account;
        int256 equity = _equity(account);
        int256 after_ = equity + amount;
        // Check: something is left, for a loss is a share of something and is not forgotten; a withdrawal takes free cash, at
        // settled marks.
        if (amount == 0) revert IRiskBook.FlowRefused("ZERO", amount, 0);
        if (after_ <= 0) revert IRiskBook.FlowRefused("EQUITY", amount, equity);
        if (amount < 0) {
            int256 free = int256(account.cash) - int256(uint256(account.reserved));
            if (-int256(amount) > free) revert IRiskBook.FlowRefused("CASH", amount, free);
            if (!_heldSettled(work)) revert IRiskBook.FlowRefused("MARKS", amount, 0);
        }
        // Effect.
        account.cash += amount;
        if (equity > 0) {
            account.opening = _scaled(account.opening, after_, equity);
            account.peak = _scaled(account.peak, after_, equity);
        }
        _recordFlow(account, amount, work.marks.observedAt);
        _account = account;
    }

    /// ceil(x · after / before); nothing to scale in an opening that is not positive.
    function _scaled(int128 x, int256 after_, int256 before) private pure returns (int128) {
        if (x <= 0) return x;
        return
            SafeCast.toInt128(
                SafeCast.toInt256(BookMath.ceilDiv(uint256(int256(x)) * uint256(after_), uint256(before)))
            );
    }

    function _observedAt() private view returns (uint64 observedAt) {
        (,, observedAt) = ORACLE.lastVector();
    }

    // ---- views

    /// See IRiskBook.book.
    function book() external view returns (BookView memory shown) {
        Work memory work = _open();
        Account memory account = work.account;
        shown.book = BOOK_ID;
        shown.class = CLASS;
        shown.cash = account.cash;
        shown.reserved = account.reserved;
        shown.equity = SafeCast.toInt128(_equity(account));
        shown.opening = account.opening;
        shown.peak = account.peak;
        shown.day = account.day;
        shown.tradesToday = account.tradesToday;
        shown.state = _state(account, work.marks.observedAt);
        shown.manual = _manual(account, work.marks.observedAt);
        shown.dayLatched = account.dayLatched;
        shown.drawdownLatched = account.drawdownLatched;
        shown.haltedAt = account.haltedAt;
        shown.voidBefore = account.voidBefore;
        shown.peakResets = account.peakResets;
        shown.unexplained = _oddities.unexplained;
        shown.flaggedFills = _oddities.flaggedFills;
        shown.recordSeq = account.recordSeq;
        shown.head = account.head;
        shown.tick = work.marks.tick;
        shown.observedAt = work.marks.observedAt;
        shown.positions = new Position[](MARKETS);
        for (uint256 m; m < MARKETS; ++m) {
            _showPosition(work, m, shown.positions[m]);
        }
    }

    function _showPosition(Work memory work, uint256 m, Position memory shown) private view {
        Holding memory holding = _holding(work, m);
        Barriers memory barriers = _barriers[m];
        shown.market = _markets[m];
        shown.quantity = holding.quantity;
        shown.cost = holding.cost;
        shown.reservedBuy = holding.reservedBuy;
        shown.openExit = holding.openExit;
        shown.mark = work.marks.prices[m];
        shown.pending = work.marks.pendings[m];
        shown.stale = work.marks.staleBits >> m & 1 == 1;
        shown.takeProfitBps = barriers.takeProfitBps;
        shown.stopLossBps = barriers.stopLossBps;
        shown.horizonSeconds = barriers.horizonSeconds;
        shown.entryPrice = barriers.entryPrice;
        shown.entryAt = barriers.entryAt;
    }

    function lastJudgedClose(bytes32 strategy, bytes32 market) external view returns (uint64) {
        uint256 place = _marketPlace[market];
        if (place == 0) revert IRiskBook.UnknownMarket(market);
        return _judgedClose[strategy][place - 1];
    }
}
