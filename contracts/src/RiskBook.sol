// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BookBase} from "./BookBase.sol";
import {
    BookSetup,
    Fill,
    FillBody,
    IRiskBook,
    Limits,
    Order,
    RejectionBody,
    Skip,
    Ticket
} from "./interfaces/IRiskBook.sol";
import {BookClass, Signal} from "./interfaces/ISignalOracle.sol";
import {BookMath} from "./libraries/BookMath.sol";
import {Hashes} from "./libraries/Hashes.sol";

/// @title RiskBook: the part of `IRiskBook` that every trade passes
/// Assumes of others: the oracle named at opening holds its commitments, marks and signers as ISignalOracle says, and calls
/// `onMarks` for every vector; nothing else outside is called. No token is held, no ether is taken.
/// Who can do what: the trader authorises; trader, guardian and governor record, exit and release; guardian and governor
/// tighten and stop; the governor halts and books flows, and loosens and resumes through the delay; anyone releases late or
/// void tickets. No upgrade exists: `rare`, and the part behind it, are fixed in the code at opening.
contract RiskBook is BookBase {
    /// A trillion: far enough from the widths of the accounts that only absurd prices reach them (and then revert).
    uint256 private constant MAX_CASH = 1e12 * 1e8;

    address private immutable RARE;

    constructor(BookSetup memory setup) BookBase(setup) {
        if (setup.book == 0) revert IRiskBook.BadSetup("book");
        if (setup.cash == 0 || setup.cash > MAX_CASH) revert IRiskBook.BadSetup("cash");
        _checkRange(setup.limits);
        RARE = _checkPart(setup.rare, setup);
        bytes32[] memory markets = ORACLE.markets();
        for (uint256 m; m < markets.length; ++m) {
            _markets[m] = markets[m];
            _marketPlace[markets[m]] = m + 1;
        }
        _limits = setup.limits;
        // The first two records are the limits and the money the book begins with.
        BookBase.Account memory account;
        account.head = setup.predecessorHead;
        _recordLimits(account, setup.limits, 0);
        account.cash = account.opening = account.peak = int128(setup.cash);
        _recordFlow(account, account.cash, 0);
        _account = account;
    }

    /// All that is not here is in the rare part, or in the one behind it.
    fallback() external {
        _forward(RARE);
    }

    // ---- authorise

    /// See IRiskBook.authorise.
    function authorise(Order[] calldata orders) external {
        _checkBatch(orders.length);
        Work memory work = _open();
        if (msg.sender != work.marks.trader) revert IRiskBook.NotTrader(msg.sender);
        if (work.marks.tick == 0) revert IRiskBook.NoMarks();
        uint256 free = _freeMemory();
        for (uint256 i; i < orders.length; ++i) {
            _authoriseOne(work, i, orders[i]);
            _resetMemory(free);
        }
        _close(work);
    }

    function _authoriseOne(Work memory work, uint256 index, Order calldata order) private {
        Signal calldata signal = order.signal;
        (bytes32 digest, bytes32 signalHash) = Hashes.ofSignal(work.marks.domainSeparator, signal);
        uint256 slot = ORACLE.word(digest);
        uint256 place = _marketPlace[signal.market];
        // Check: an order fault is skipped, nothing is used up.
        if (_skipped(work, index, order, digest, slot, place)) return;
        uint256 m = place - 1;
        Verdict memory verdict = _judgeEntry(work, signal, m, order.quantity, order.limitPrice, slot);
        // Effect: the digest is spent whatever the verdict.
        if (verdict.failed != 0) {
            _spend(digest, slot, 0, signal, m);
            RejectionBody memory body;
            (body.side, body.quantity, body.limitPrice) = (signal.side, order.quantity, order.limitPrice);
            body.mark = work.marks.prices[m];
            _recordRejection(work, digest, signalHash, signal.market, body, verdict);
            return;
        }
        Ticket memory ticket = _entryTicket(work, order, digest, m);
        _spend(digest, slot, Hashes.ofTicket(ticket), signal, m);
        _recordEntry(work, ticket, signalHash, signal.market);
    }

    function _recordEntry(Work memory work, Ticket memory ticket, bytes32 signalHash, bytes32 market) private {
        Account memory account = work.account;
        account.tradesToday += 1;
        account.reserved += SafeCast.toUint128(
            BookMath.reservationUp(ticket.quantity, ticket.limitPrice, ticket.feeBps)
        );
        work.holdings[ticket.market].reservedBuy += ticket.quantity;
        _recordDecision(work, KIND_ENTRY, ticket, signalHash, market, 0);
        uint64 observedAt = work.marks.observedAt;
        emit IRiskBook.TradeAuthorised(ticket.seq, ticket.id, market, ticket, signalHash, observedAt, account.head);
    }

    function _skipped(
        Work memory work,
        uint256 index,
        Order calldata order,
        bytes32 digest,
        uint256 slot,
        uint256 place
    ) private returns (bool) {
        (Skip code, uint256 got, uint256 want) = _digestFault(slot);
        if (code == Skip.NONE) {
            got = _malformed(order, place);
            if (got != 0) {
                code = Skip.MALFORMED;
            } else if (_marksOld(work)) {
                (code, got) = (Skip.MARKS_OLD, block.timestamp);
                want = uint256(work.marks.observedAt) + work.limits.markAgeSeconds;
            } else {
                // A limit price above mark · (1 + band) is no order anybody means.
                want = uint256(work.marks.prices[place - 1]) * (1e4 + work.limits.entryBandBps) / 1e4;
                if (order.limitPrice > want) (code, got) = (Skip.OUT_OF_BAND, order.limitPrice);
            }
        }
        if (code == Skip.NONE) return false;
        emit IRiskBook.OrderSkipped(index, digest, code, got, want);
        return true;
    }

    function _malformed(Order calldata order, uint256 place) private view returns (uint256) {
        if (order.signal.book != BOOK_ID) return MALFORMED_BOOK;
        if (place == 0) return MALFORMED_MARKET;
        if (order.signal.side != SIDE_BUY) return MALFORMED_SIDE;
        if (order.quantity == 0) return MALFORMED_QUANTITY;
        if (order.limitPrice == 0) return MALFORMED_LIMIT_PRICE;
        if (order.signal.confidenceBps > 1e4) return MALFORMED_CONFIDENCE;
        return 0;
    }

    function _entryTicket(Work memory work, Order calldata order, bytes32 digest, uint256 m)
        private
        pure
        returns (Ticket memory ticket)
    {
        Signal calldata signal = order.signal;
        ticket.id = digest;
        ticket.seq = work.account.recordSeq + 1;
        ticket.market = uint8(m);
        ticket.side = SIDE_BUY;
        ticket.reason = REASON_SIGNAL;
        ticket.quantity = order.quantity;
        ticket.limitPrice = order.limitPrice;
        ticket.mark = work.marks.prices[m];
        ticket.tick = work.marks.tick;
        ticket.feeBps = work.limits.feeBps;
        ticket.takeProfitBps = signal.takeProfitBps;
        ticket.stopLossBps = signal.stopLossBps;
        ticket.horizonSeconds = signal.horizonSeconds;
    }

    // ---- record

    /// See IRiskBook.record.
    function record(Fill[] calldata fills) external {
        // A live book refuses no fact: the rare part takes it with its flags.
        if (CLASS == BookClass.LIVE) _forward(RARE);
        _checkBatch(fills.length);
        Work memory work = _open();
        if (!_isRole(work.marks.trader)) revert IRiskBook.NotARole(msg.sender);
        uint256 free = _freeMemory();
        for (uint256 i; i < fills.length; ++i) {
            _recordOne(work, fills[i]);
            _resetMemory(free);
        }
        _testLatches(work.account, work.limits, work.marks.observedAt);
        _close(work);
    }

    function _recordOne(Work memory work, Fill calldata fill) private {
        Ticket memory ticket = fill.ticket;
        _checkFill(work, fill, ticket);
        // Effect: the ticket keeps what remains.
        bytes32 before = Hashes.ofTicket(ticket);
        ticket.quantity -= fill.quantity;
        _settle(ticket.id, ticket.reason, before, ticket.quantity == 0 ? bytes32(0) : Hashes.ofTicket(ticket));
        _freeReservation(work, ticket, fill.quantity);
        FillBody memory body;
        (body.quantity, body.price, body.fee, body.remaining) =
            (fill.quantity, fill.price, fill.fee, ticket.quantity);
        if (ticket.side == SIDE_BUY) {
            _foldBuy(work, ticket.market, body);
            _setBarriers(work, ticket, fill.price);
            _checkCovered(work.account, ticket.id, body);
        } else {
            _foldSell(work, ticket.market, body);
        }
        _recordFill(work, ticket, body);
    }

    /// Check: rounded up once for each part, many parts cost a little more than the whole was reserved for; what other tickets
    /// hold back never pays for that.
    function _checkCovered(Account memory account, bytes32 id, FillBody memory body) private pure {
        int256 uncovered = int256(uint256(account.reserved)) - account.cash;
        uint256 paid = uint256(body.notional) + body.fee;
        if (uncovered > 0) revert IRiskBook.NotCovered(id, paid, int256(paid) - uncovered);
    }

    /// (1) within the ticket (2) in time (3) no better than the worse mark ± half spread (4) within the limit price
    /// (5) with its fee, neither less nor more: what was reserved covers that fee and no other.
    function _checkFill(Work memory work, Fill calldata fill, Ticket memory ticket) private pure {
        bytes32 id = ticket.id;
        // (1)
        if (fill.quantity == 0 || fill.quantity > ticket.quantity) {
            revert IRiskBook.BadQuantity(id, fill.quantity, ticket.quantity);
        }
        // (2)
        if (work.marks.tick >= ticket.tick + LATE_TICKS) {
            revert IRiskBook.TicketLate(id, work.marks.tick, ticket.tick + uint64(LATE_TICKS));
        }
        bool buys = ticket.side == SIDE_BUY;
        if (buys && ticket.seq < work.account.voidBefore) {
            revert IRiskBook.TicketVoid(id, ticket.seq, work.account.voidBefore);
        }
        // (3)
        uint256 worse = _worseMark(work.marks, ticket.market, ticket.side);
        if (buys == (ticket.mark > worse)) worse = ticket.mark;
        uint256 halfSpreadBps = work.limits.halfSpreadBps;
        uint256 best = buys
            ? BookMath.priceWithSpreadUp(worse, halfSpreadBps)
            : BookMath.priceWithSpreadDown(worse, halfSpreadBps);
        if (buys ? fill.price < best : fill.price > best) revert IRiskBook.PriceTooGood(id, fill.price, best);
        // (4)
        if (buys ? fill.price > ticket.limitPrice : fill.price < ticket.limitPrice) {
            revert IRiskBook.PriceBeyondLimit(id, fill.price, ticket.limitPrice);
        }
        // (5)
        uint256 notional =
            buys ? BookMath.notionalUp(fill.quantity, fill.price) : BookMath.notionalDown(fill.quantity, fill.price);
        uint256 fee = BookMath.feeUp(notional, ticket.feeBps);
        if (fill.fee != fee) revert IRiskBook.WrongFee(id, fill.fee, fee);
    }

    // ---- marks

    /// See IRiskBook.onMarks: (1) roll the day on the old marks (2) take the new ones (3) test the latches.
    function onMarks(uint64 observedAt, uint64[] calldata prices) external {
        if (msg.sender != address(ORACLE)) revert IRiskBook.NotOracle(msg.sender);
        Account memory account = _account;
        // (1) The tick at midnight still belongs to the day that ends: hence the second less.
        uint32 day = uint32((observedAt - 1) / 1 days);
        if (!account.started) (account.started, account.day) = (true, day);
        else if (day > account.day) _rollDay(account, day, observedAt);
        // (2)
        uint256 value;
        for (uint256 m; m < prices.length; ++m) {
            if (account.held >> m & 1 == 1) value += BookMath.valueDown(_holdings[m].quantity, prices[m]);
        }
        account.value = SafeCast.toUint128(value);
        // (3)
        _testLatches(account, _limits, observedAt);
        _account = account;
    }

    /// The day closes at the old marks; the next one opens there, unlatched, with no trades, and may move the peak.
    function _rollDay(Account memory account, uint32 day, uint64 observedAt) private {
        (int128 opening, int128 closing) = (account.opening, SafeCast.toInt128(_equity(account)));
        (uint32 closed, uint16 trades) = (account.day, account.tradesToday);
        if (closing > account.peak) account.peak = closing;
        (account.opening, account.day, account.tradesToday, account.dayLatched) = (closing, day, 0, false);
        account.recordSeq += 1;
        account.head = keccak256(
            abi.encode(
                account.head,
                account.recordSeq,
                KIND_DAY,
                closed,
                opening,
                closing,
                account.peak,
                trades,
                day,
                observedAt
            )
        );
        emit IRiskBook.DaySettled(
            account.recordSeq, closed, opening, closing, account.peak, trades, day, observedAt, account.head
        );
    }

    // ---- what the book is

    /// See IRiskBook.assess.
    function assess(Order calldata order)
        external
        view
        returns (uint16 failed, uint256[9] memory measured, uint256[9] memory limits_)
    {
        uint256 place = _marketPlace[order.signal.market];
        if (place == 0) revert IRiskBook.UnknownMarket(order.signal.market);
        Work memory work = _open();
        Verdict memory verdict = order.signal.side == SIDE_SELL
            ? _judgeExit(work, order.signal, place - 1, order.quantity)
            : _judgeEntry(work, order.signal, place - 1, order.quantity, order.limitPrice, 0);
        return (verdict.failed, verdict.measured, verdict.limits);
    }

    function oracle() external view returns (address) {
        return address(ORACLE);
    }

    function rare() external view returns (address) {
        return RARE;
    }

    function class() external view returns (BookClass) {
        return CLASS;
    }

    function bookId() external view returns (bytes32) {
        return BOOK_ID;
    }

    function roles() external view returns (address governor, address guardian, address trader) {
        return (GOVERNOR, GUARDIAN, ORACLE.trader());
    }

    function limits() external view returns (Limits memory) {
        return _limits;
    }

    function head() external view returns (uint64 recordSeq, bytes32 recordHead) {
        return (_account.recordSeq, _account.head);
    }

    // ---- memory of one order is given back before the next: a batch of 64 pays for one

    function _freeMemory() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    function _resetMemory(uint256 free) private pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }
}
