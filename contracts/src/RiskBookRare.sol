// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BookBase} from "./BookBase.sol";
import {
    BookSetup,
    ExitOrder,
    Fill,
    FillBody,
    IRiskBook,
    RejectionBody,
    Skip,
    State,
    Ticket
} from "./interfaces/IRiskBook.sol";
import {BookClass, Signal} from "./interfaces/ISignalOracle.sol";
import {BookMath} from "./libraries/BookMath.sol";
import {Hashes} from "./libraries/Hashes.sol";

/// @title RiskBookRare: exits, releases, and the facts that live books are told
/// Runs by delegatecall from RiskBook alone, on its storage. At its own address it is an empty book without rights: the oracle
/// answers to the bound book only.
contract RiskBookRare is BookBase {
    address private immutable GOVERNANCE;

    constructor(BookSetup memory setup) BookBase(setup) {
        GOVERNANCE = _checkPart(setup.rare, setup);
    }

    /// What is not here either is in the part behind.
    fallback() external {
        _forward(GOVERNANCE);
    }

    function governance() external view returns (address) {
        return GOVERNANCE;
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
        // Check: a live order may still stand at the venue; only who can cancel it there gives its ticket back.
        bool endsByItself = CLASS != BookClass.LIVE;
        uint8 cause;
        if (endsByItself && ticket.side == SIDE_BUY && ticket.seq < account.voidBefore) cause = 2;
        else if (endsByItself && work.marks.tick >= ticket.tick + LATE_TICKS) cause = 1;
        else if (!isRole) revert IRiskBook.NotReleasable(ticket.id);
        _settle(ticket.id, ticket.reason, Hashes.ofTicketCalldata(ticket), 0);
        Ticket memory ended = ticket;
        ended.quantity = 0;
        _freeReservation(work, ended, ticket.quantity);
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

    // ---- record, in live books

    /// See IRiskBook.record. A fact is never refused: what is odd about it is flagged, counted, and stops entries.
    function record(Fill[] calldata fills) external {
        _checkBatch(fills.length);
        Work memory work = _open();
        if (!_isRole(work.marks.trader)) revert IRiskBook.NotARole(msg.sender);
        for (uint256 i; i < fills.length; ++i) {
            _recordFact(work, fills[i]);
        }
        _testLatches(work.account, work.limits, work.marks.observedAt);
        _close(work);
    }

    function _recordFact(Work memory work, Fill calldata fill) private {
        Ticket memory ticket = fill.ticket;
        // Check: it tells of something.
        if (ticket.market >= MARKETS || (ticket.side != SIDE_BUY && ticket.side != SIDE_SELL)) {
            revert IRiskBook.NoFact(ticket.id);
        }
        if (fill.quantity == 0 || fill.price == 0) revert IRiskBook.NoFact(ticket.id);
        FillBody memory body;
        (body.quantity, body.price, body.fee) = (fill.quantity, fill.price, fill.fee);
        body.flags = _flags(work, ticket, fill);
        body.remaining = ticket.quantity;
        if (ticket.side == SIDE_BUY) {
            _foldBuy(work, ticket.market, body);
            if (body.flags & FLAG_NO_TICKET == 0) _setBarriers(work, ticket, fill.price);
            _recordFill(work, ticket, body);
        } else {
            _recordSale(work, ticket, body);
        }
        if (body.flags != 0) _flagged(work);
    }

    /// What is odd about a fact. Effect: its ticket, if anybody authorised it, keeps what remains.
    function _flags(Work memory work, Ticket memory ticket, Fill calldata fill) private returns (uint8 flags) {
        if (_outOfBand(work, ticket, fill.price)) flags |= FLAG_OUT_OF_BAND;
        if (fill.quantity > ticket.quantity) flags |= FLAG_OVER;
        if (_late(work, ticket)) flags |= FLAG_LATE;
        uint128 part = fill.quantity < ticket.quantity ? fill.quantity : ticket.quantity;
        bytes32 before = Hashes.ofTicket(ticket);
        ticket.quantity -= part;
        bytes32 after_ = ticket.quantity == 0 ? bytes32(0) : Hashes.ofTicket(ticket);
        if (_settled(ticket.id, ticket.reason, before, after_)) {
            _freeReservation(work, ticket, part);
        } else {
            // What such a ticket says of itself means nothing.
            (ticket.seq, ticket.quantity) = (0, 0);
            flags = flags & FLAG_OUT_OF_BAND | FLAG_NO_TICKET;
        }
    }

    /// A sale folds what there is; what was sold above it is a record of its own, with quantity 0, and explains nothing.
    function _recordSale(Work memory work, Ticket memory ticket, FillBody memory body) private {
        uint128 held = _holding(work, ticket.market).quantity;
        uint128 excess = body.quantity > held ? body.quantity - held : 0;
        FillBody memory over;
        if (excess != 0) {
            (over.price, over.remaining, over.flags) = (body.price, body.remaining, body.flags | FLAG_OVER);
            over.notional = SafeCast.toUint128(BookMath.notionalDown(excess, body.price));
            if (held == 0) over.fee = body.fee;
        }
        if (held != 0) {
            body.quantity -= excess;
            _foldSell(work, ticket.market, body);
            _recordFill(work, ticket, body);
        }
        if (excess == 0) return;
        Holding memory holding = _holding(work, ticket.market);
        (over.quantityAfter, over.costAfter) = (holding.quantity, holding.cost);
        // Its proceeds belong to nobody's profit; a fee that they do not cover is a fee all the same.
        uint128 proceeds = over.notional > over.fee ? over.notional - over.fee : 0;
        _oddities.unexplained += proceeds;
        work.account.cash -= SafeCast.toInt128(int256(uint256(over.fee) + proceeds - over.notional));
        _recordFill(work, ticket, over);
        body.flags = over.flags;
    }

    /// Further from both marks, the one at authorisation and the present one, than its side's band.
    function _outOfBand(Work memory work, Ticket memory ticket, uint64 price) private pure returns (bool) {
        (uint256 low, uint256 high) = (work.marks.prices[ticket.market], ticket.mark);
        if (low > high) (low, high) = (high, low);
        uint256 bandBps = ticket.side == SIDE_BUY ? work.limits.entryBandBps : work.limits.exitBandBps;
        uint256 scaled = uint256(price) * 1e4;
        return scaled > high * (1e4 + bandBps) || scaled < low * (1e4 - bandBps);
    }

    function _late(Work memory work, Ticket memory ticket) private pure returns (bool) {
        bool void_ = ticket.side == SIDE_BUY && ticket.seq < work.account.voidBefore;
        return void_ || work.marks.tick >= ticket.tick + LATE_TICKS;
    }

    /// Counted, and no entries until the governor resumes.
    function _flagged(Work memory work) private {
        _oddities.flaggedFills += 1;
        Account memory account = work.account;
        if (account.manual == State.ACTIVE) {
            _recordState(account, State.REDUCING, "FLAGGED_FILL", work.marks.observedAt);
        } else {
            // A stop of its own: a resumption that waits was made before this was known.
            account.stoppedSeq = account.recordSeq;
        }
    }
}
