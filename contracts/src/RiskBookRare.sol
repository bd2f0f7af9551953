// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BookBase} from "./BookBase.sol";
import {
    BookSetup,
    BookView,
    ExitOrder,
    IRiskBook,
    Limits,
    Position,
    RejectionBody,
    Skip,
    State,
    Ticket
} from "./interfaces/IRiskBook.sol";
import {BookClass, Signal} from "./interfaces/ISignalOracle.sol";
import {BookMath} from "./libraries/BookMath.sol";
import {Hashes} from "./libraries/Hashes.sol";

/// @title RiskBookRare: the half of `IRiskBook` that is used less often
/// Runs by delegatecall from RiskBook alone, on its storage. At its own address it is an empty book without rights: the oracle
/// answers to the bound book only.
contract RiskBookRare is BookBase {
    constructor(BookSetup memory setup) BookBase(setup) {}

    /// The book this code was made for; RiskBook's constructor asks.
    function serves() external view returns (address, bytes32) {
        return (address(ORACLE), BOOK_ID);
    }

    /// What `exit` knows of the order in hand.
    struct Leaving {
        uint256 index;
        uint256 place;
        uint256 slot;
        bytes32 digest;
        bytes32 signalHash;
        uint64 mark;
        bool unsettled;
    }

    // ---- exit

    /// See IRiskBook.exit.
    function exit(ExitOrder[] calldata orders, Signal[] calldata signals) external {
        _checkBatch(orders.length);
        if (signals.length > orders.length) revert IRiskBook.BadBatch(signals.length, orders.length);
        Work memory work = _open();
        if (!_isRole(work.marks.trader)) revert IRiskBook.NotARole(msg.sender);
        if (work.marks.tick == 0) revert IRiskBook.NoMarks();
        for (uint256 i; i < orders.length; ++i) {
            _exitOne(work, i, orders[i], signals);
        }
        _close(work);
    }

    function _exitOne(Work memory work, uint256 index, ExitOrder calldata order, Signal[] calldata signals) private {
        Leaving memory leaving;
        leaving.index = index;
        leaving.place = _marketPlace[order.market];
        bool signalled = order.signal != 0 && order.signal <= signals.length;
        if (signalled) {
            (leaving.digest, leaving.signalHash) =
                Hashes.ofSignal(work.marks.domainSeparator, signals[order.signal - 1]);
            leaving.slot = ORACLE.word(leaving.digest);
        }
        // Check: an order fault is skipped, nothing is used up.
        if (_skipped(work, leaving, order, signals, signalled)) return;
        uint256 m = leaving.place - 1;
        Verdict memory verdict;
        if (signalled) verdict = _judgeExit(work, signals[order.signal - 1], m, order.quantity);
        else _judgeHalted(work, verdict);
        uint64 seq = work.account.recordSeq + 1;
        if (!signalled) leaving.digest = keccak256(abi.encode(BOOK_ID, seq));
        // Effect: a signal is spent whatever the verdict.
        if (verdict.failed != 0) {
            if (signalled) _spend(leaving.digest, leaving.slot, 0, signals[order.signal - 1], m);
            RejectionBody memory body;
            (body.side, body.quantity, body.limitPrice) = (SIDE_SELL, order.quantity, order.limitPrice);
            body.mark = leaving.mark;
            _recordRejection(work, leaving.digest, leaving.signalHash, order.market, body, verdict);
            return;
        }
        Ticket memory ticket;
        ticket.id = leaving.digest;
        ticket.seq = seq;
        ticket.market = uint8(m);
        ticket.side = SIDE_SELL;
        ticket.reason = order.reason;
        ticket.quantity = order.quantity;
        ticket.limitPrice = order.limitPrice;
        ticket.mark = leaving.mark;
        ticket.tick = work.marks.tick;
        ticket.feeBps = work.limits.feeBps;
        if (signalled) {
            _spend(ticket.id, leaving.slot, Hashes.ofTicket(ticket), signals[order.signal - 1], m);
        } else {
            _exitTickets[ticket.id] = Hashes.ofTicket(ticket);
        }
        _holding(work, m).openExit += ticket.quantity;
        _authoriseExit(work, ticket, leaving, order.market);
    }

    function _authoriseExit(Work memory work, Ticket memory ticket, Leaving memory leaving, bytes32 market) private {
        uint8 flags = leaving.unsettled ? FLAG_STALE_EXIT : 0;
        _recordDecision(work, KIND_EXIT, ticket, leaving.signalHash, market, flags);
        emit IRiskBook.ExitAuthorised(
            ticket.seq, ticket.id, market, ticket, flags, leaving.signalHash, work.marks.observedAt, work.account.head
        );
    }

    function _skipped(
        Work memory work,
        Leaving memory leaving,
        ExitOrder calldata order,
        Signal[] calldata signals,
        bool signalled
    ) private returns (bool) {
        (Skip code, uint256 got, uint256 want) = signalled ? _digestFault(leaving.slot) : (Skip.NONE, 0, 0);
        if (code == Skip.NONE) {
            got = _malformed(leaving.place, order, signals, signalled);
            if (got != 0) code = Skip.MALFORMED;
            else (code, got, want) = _unsellable(work, leaving, order, signalled);
        }
        if (code == Skip.NONE) return false;
        emit IRiskBook.OrderSkipped(leaving.index, leaving.digest, code, got, want);
        return true;
    }

    function _malformed(uint256 place, ExitOrder calldata order, Signal[] calldata signals, bool signalled)
        private
        view
        returns (uint256)
    {
        if (place == 0) return MALFORMED_MARKET;
        if (order.quantity == 0) return MALFORMED_QUANTITY;
        if (order.limitPrice == 0) return MALFORMED_LIMIT_PRICE;
        if (order.reason == 0 || order.reason > REASON_KILL) return MALFORMED_REASON;
        if ((order.reason == REASON_SIGNAL) != signalled) return MALFORMED_REASON;
        if (order.signal != 0 && !signalled) return MALFORMED_SIGNAL;
        if (!signalled) return 0;
        Signal calldata signal = signals[order.signal - 1];
        if (signal.book != BOOK_ID) return MALFORMED_BOOK;
        if (signal.market != order.market) return MALFORMED_MARKET;
        if (signal.side != SIDE_SELL) return MALFORMED_SIDE;
        return 0;
    }

    /// The limit price lies in the band under the worse mark (five times wider while the mark is stale, old or pending), and
    /// an exit of one's own accord sells no more than there is. (A SELL signal that does is rejected by RULE-08.)
    function _unsellable(Work memory work, Leaving memory leaving, ExitOrder calldata order, bool signalled)
        private
        view
        returns (Skip, uint256, uint256)
    {
        uint256 m = leaving.place - 1;
        leaving.mark = _worseMark(work.marks, m, SIDE_SELL);
        leaving.unsettled = _unsettled(work.marks, m) != 0 || _marksOld(work);
        uint256 bandBps = work.limits.exitBandBps * (leaving.unsettled ? STALE_BAND_FACTOR : 1);
        uint256 lowest = BookMath.ceilDiv(leaving.mark * (1e4 - bandBps), 1e4);
        if (order.limitPrice < lowest) return (Skip.OUT_OF_BAND, order.limitPrice, lowest);
        uint256 available = _available(work, m);
        if (!signalled && order.quantity > available) return (Skip.NOTHING_TO_SELL, order.quantity, available);
        return (Skip.NONE, 0, 0);
    }

    // ---- release

    /// See IRiskBook.release.
    function release(Ticket[] calldata tickets) external {
        _checkBatch(tickets.length);
        Work memory work = _open();
        bool isRole = _isRole(work.marks.trader);
        for (uint256 i; i < tickets.length; ++i) {
            _releaseOne(work, tickets[i], isRole);
        }
        _close(work);
    }

    function _releaseOne(Work memory work, Ticket calldata ticket, bool isRole) private {
        Account memory account = work.account;
        bool buys = ticket.side == SIDE_BUY;
        uint8 cause;
        if (buys && ticket.seq < account.voidBefore) cause = 2;
        else if (work.marks.tick >= ticket.tick + LATE_TICKS) cause = 1;
        else if (!isRole) revert IRiskBook.NotReleasable(ticket.id);
        _settle(ticket.id, ticket.reason, Hashes.ofTicketCalldata(ticket), 0);
        Holding memory holding = _holding(work, ticket.market);
        if (buys) {
            account.reserved -= uint128(BookMath.reservationUp(ticket.quantity, ticket.limitPrice, ticket.feeBps));
            holding.reservedBuy -= ticket.quantity;
        } else {
            holding.openExit -= ticket.quantity;
        }
        _recordRelease(account, ticket, cause, work.marks.observedAt);
    }

    function _recordRelease(Account memory account, Ticket calldata ticket, uint8 cause, uint64 observedAt) private {
        bytes32 market = _markets[ticket.market];
        account.recordSeq += 1;
        account.head = keccak256(
            abi.encode(
                account.head,
                account.recordSeq,
                KIND_RELEASE,
                ticket.seq,
                market,
                ticket.side,
                ticket.quantity,
                cause,
                observedAt
            )
        );
        emit IRiskBook.TicketReleased(
            account.recordSeq,
            ticket.id,
            market,
            ticket.seq,
            ticket.side,
            ticket.quantity,
            cause,
            observedAt,
            account.head
        );
    }

    // ---- governance

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
        _limits = limits_;
        Account memory account = _account;
        uint64 observedAt = _observedAt();
        _recordLimits(account, limits_, observedAt);
        // A stricter daily limit may be passed already.
        if (account.started) _testLatches(account, limits_, observedAt);
        _account = account;
    }

    /// See IRiskBook.setManual.
    function setManual(State manual, bytes32 reason) external {
        Account memory account = _account;
        uint64 observedAt = _observedAt();
        if (msg.sender != GOVERNOR) {
            if (msg.sender != GUARDIAN) revert IRiskBook.NotGuardianOrGovernor(msg.sender);
            // The guardian stops: he neither halts nor lets go.
            State inForce = _manual(account, observedAt);
            if (manual != State.REDUCING || inForce == State.HALTED) revert IRiskBook.StateRefused(manual, inForce);
        }
        account.manual = manual;
        if (manual == State.HALTED) {
            account.haltedAt =
                CLASS == BookClass.SIMULATED || observedAt > block.timestamp ? observedAt : uint64(block.timestamp);
        }
        account.recordSeq += 1;
        account.head = keccak256(abi.encode(account.head, account.recordSeq, KIND_STATE, manual, reason, observedAt));
        emit IRiskBook.BookStateChanged(account.recordSeq, manual, reason, msg.sender, observedAt, account.head);
        _account = account;
    }

    /// See IRiskBook.bookFlow. Opening and peak scale with equity, so that no loss in percent changes by it.
    function bookFlow(int128 amount) external {
        if (msg.sender != GOVERNOR) revert IRiskBook.NotGovernor(msg.sender);
        Work memory work = _open();
        Account memory account = work.account;
        int256 equity = _equity(account);
        int256 after_ = equity + amount;
        // Check: a withdrawal takes free cash, at settled marks; with nothing left only money in, and enough of it.
        if (amount == 0) revert IRiskBook.FlowRefused("ZERO", amount, 0);
        if (equity <= 0 && after_ <= 0) revert IRiskBook.FlowRefused("EQUITY", amount, equity);
        if (amount < 0) {
            int256 free = int256(account.cash) - int256(uint256(account.reserved));
            if (-int256(amount) > free || after_ < 0) revert IRiskBook.FlowRefused("CASH", amount, free);
            bool unsettled = (work.marks.staleBits | work.marks.pendingBits) & account.held != 0;
            if (unsettled || (account.held != 0 && _marksOld(work))) revert IRiskBook.FlowRefused("MARKS", amount, 0);
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
