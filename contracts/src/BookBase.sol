// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {BookSetup, FillBody, IRiskBook, Limits, RejectionBody, Skip, State, Ticket} from "./interfaces/IRiskBook.sol";
import {BookClass, CommitmentStatus, ISignalOracle, Signal, Snapshot} from "./interfaces/ISignalOracle.sol";
import {BookMath} from "./libraries/BookMath.sol";
import {Hashes} from "./libraries/Hashes.sol";

/// @title What the parts of a book share: its storage, its records and its rules
/// Knows cash, positions, limits and the record head. A call opens the books once into memory, works there, and closes them once.
abstract contract BookBase {
    uint256 internal constant MAX_BATCH = 64;
    uint256 internal constant LATE_TICKS = 3;
    uint256 internal constant STALE_BAND_FACTOR = 5;
    uint64 internal constant HALT_SECONDS = 1 days;

    uint8 internal constant SIDE_BUY = 1;
    uint8 internal constant SIDE_SELL = 2;
    uint8 internal constant REASON_SIGNAL = 1;
    uint8 internal constant REASON_KILL = 7;
    uint8 internal constant FLAG_STALE_EXIT = 1;

    /// What is odd about a fact that a live book was told.
    uint8 internal constant FLAG_OUT_OF_BAND = 1;
    uint8 internal constant FLAG_OVER = 2;
    uint8 internal constant FLAG_LATE = 4;
    uint8 internal constant FLAG_NO_TICKET = 8;

    uint16 internal constant RULE_01 = 1 << 0;
    uint16 internal constant RULE_02 = 1 << 1;
    uint16 internal constant RULE_03 = 1 << 2;
    uint16 internal constant RULE_04 = 1 << 3;
    uint16 internal constant RULE_05 = 1 << 4;
    uint16 internal constant RULE_06 = 1 << 5;
    uint16 internal constant RULE_07 = 1 << 6;
    uint16 internal constant RULE_08 = 1 << 7;
    uint16 internal constant RULE_09 = 1 << 8;
    uint256 internal constant RULES = 9;

    /// Parts of RULE-05, in the order they are asked.
    uint8 internal constant PART_EPOCH = 1;
    uint8 internal constant PART_RANGE = 2;
    uint8 internal constant PART_EXPIRED = 3;
    uint8 internal constant PART_CANDLE = 4;
    uint8 internal constant PART_SIZE = 5;

    /// Parameters 1 to 12 of RULES.md: lowest and highest value, 32 bits each. The first four highest (lowest for the third)
    /// are the ceilings of the mandate, which nothing can ever pass.
    uint256 internal constant PARAMETERS = 12;
    bytes internal constant RANGES = abi.encodePacked(
        uint64(0 << 32 | 2_000), // maxPositionBps
        uint64(1 << 32 | 500), // maxDailyLossBps
        uint64(6_500 << 32 | 10_000), // minConfidenceBps
        uint64(0 << 32 | 50), // maxTradesPerDay
        uint64(1 << 32 | 10_000), // maxDrawdownBps
        uint64(0 << 32 | 10_000), // minEdgeBps
        uint64(0 << 32 | 1_000), // feeBps
        uint64(0 << 32 | 1_000), // halfSpreadBps
        uint64(0 << 32 | 1_000), // entryBandBps
        uint64(0 << 32 | 1_999), // exitBandBps
        uint64(1 << 32 | 86_400), // markAgeSeconds
        uint64(0 << 32 | 31_536_000) // delaySeconds
    );
    /// Bit i: parameter i + 1 is stricter when higher.
    uint256 internal constant STRICTER_HIGHER = 1 << 2 | 1 << 5 | 1 << 6 | 1 << 7 | 1 << 11;

    /// Record kinds, the third word of every preimage.
    uint8 internal constant KIND_ENTRY = 1;
    uint8 internal constant KIND_EXIT = 2;
    uint8 internal constant KIND_REJECTION = 3;
    uint8 internal constant KIND_BUY_FILL = 4;
    uint8 internal constant KIND_SELL_FILL = 5;
    uint8 internal constant KIND_RELEASE = 6;
    uint8 internal constant KIND_DAY = 7;
    uint8 internal constant KIND_LATCH = 8;
    uint8 internal constant KIND_FLOW = 9;
    uint8 internal constant KIND_LIMITS = 10;
    uint8 internal constant KIND_STATE = 11;
    uint8 internal constant KIND_PEAK = 12;

    /// What is wrong with a malformed order: `got` of its OrderSkipped.
    uint256 internal constant MALFORMED_BOOK = 1;
    uint256 internal constant MALFORMED_MARKET = 2;
    uint256 internal constant MALFORMED_SIDE = 3;
    uint256 internal constant MALFORMED_QUANTITY = 4;
    uint256 internal constant MALFORMED_LIMIT_PRICE = 5;
    uint256 internal constant MALFORMED_REASON = 6;
    uint256 internal constant MALFORMED_SIGNAL = 7;
    uint256 internal constant MALFORMED_CONFIDENCE = 8;

    /// The book but for its markets. `value` is Σ floor(quantity · mark) on the marks of the last vector.
    struct Account {
        int128 cash;
        uint128 reserved;
        int128 opening;
        int128 peak;
        uint128 value;
        uint64 recordSeq;
        uint64 voidBefore;
        uint32 day;
        uint16 tradesToday;
        State manual;
        bool dayLatched;
        bool drawdownLatched;
        bool started;
        uint16 held;
        uint64 haltedAt;
        uint64 stoppedSeq;
        uint32 peakResets;
        bytes32 head;
    }

    /// What live books keep beside the accounts: proceeds of sales above the position, and how many facts were flagged.
    struct Oddities {
        uint128 unexplained;
        uint64 flaggedFills;
    }

    /// In this order, because a slot that stays in use is cheaper: an entry's reservation lies beside the quantity it becomes,
    /// an exit's beside the cost it takes.
    struct Holding {
        uint128 quantity;
        uint128 reservedBuy;
        uint128 cost;
        uint128 openExit;
    }

    struct Barriers {
        uint16 takeProfitBps;
        uint16 stopLossBps;
        uint32 horizonSeconds;
        uint64 entryPrice;
        uint64 entryAt;
    }

    /// The books as one call works on them. Holdings are read when first needed; bit m of `loaded` says so.
    struct Work {
        Account account;
        Limits limits;
        Snapshot marks;
        Holding[] holdings;
        uint256 loaded;
    }

    struct Verdict {
        uint16 failed;
        uint8 part;
        uint256[9] measured;
        uint256[9] limits;
    }

    /// The preimage of an entry or exit record after (head, seq, kind).
    struct Decision {
        bytes32 signalHash;
        bytes32 market;
        uint8 side;
        uint8 reason;
        uint8 flags;
        uint128 quantity;
        uint64 limitPrice;
        uint64 mark;
        uint16 feeBps;
        uint64 observedAt;
    }

    ISignalOracle internal immutable ORACLE;
    address internal immutable GOVERNOR;
    address internal immutable GUARDIAN;
    bytes32 internal immutable BOOK_ID;
    BookClass internal immutable CLASS;
    uint256 internal immutable MARKETS;
    /// Fee and half spread are never below those of the opening.
    uint16 internal immutable FEE_FLOOR_BPS;
    uint16 internal immutable HALF_SPREAD_FLOOR_BPS;

    Account internal _account;
    Limits internal _limits;
    Holding[16] internal _holdings;
    Barriers[16] internal _barriers;
    bytes32[16] internal _markets;
    mapping(bytes32 market => uint256 oneBased) internal _marketPlace;
    mapping(bytes32 strategy => uint64[16]) internal _judgedClose;
    /// Exit tickets without a signal. Kept apart from the commitments, so that no digest can stand in an exit's way.
    mapping(bytes32 id => bytes32 ticketHash) internal _exitTickets;
    Oddities internal _oddities;

    constructor(BookSetup memory setup) {
        ORACLE = ISignalOracle(setup.oracle);
        GOVERNOR = ORACLE.governor();
        GUARDIAN = ORACLE.guardian();
        CLASS = ORACLE.class();
        MARKETS = ORACLE.markets().length;
        BOOK_ID = setup.book;
        (FEE_FLOOR_BPS, HALF_SPREAD_FLOOR_BPS) = (setup.limits.feeBps, setup.limits.halfSpreadBps);
    }

    /// The oracle, the book and the floors of fee and half spread that this code was made for; whoever forwards to it asks.
    function serves() external view returns (address, bytes32, uint16, uint16) {
        return (address(ORACLE), BOOK_ID, FEE_FLOOR_BPS, HALF_SPREAD_FLOOR_BPS);
    }

    /// What is not in one part is in the next: the same storage, other code, calldata forwarded whole.
    function _forward(address part) internal {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            let done := delegatecall(gas(), part, free, calldatasize(), 0, 0)
            returndatacopy(free, 0, returndatasize())
            if iszero(done) { revert(free, returndatasize()) }
            return(free, returndatasize())
        }
    }

    /// The next part was made for the same book, and lets its costs be no lower.
    function _checkPart(address part, BookSetup memory setup) internal view returns (address) {
        (address oracle_, bytes32 book_, uint16 feeBps, uint16 halfSpreadBps) = BookBase(part).serves();
        bool same = oracle_ == setup.oracle && book_ == setup.book && feeBps == FEE_FLOOR_BPS
            && halfSpreadBps == HALF_SPREAD_FLOOR_BPS;
        if (!same) revert IRiskBook.BadSetup("rare");
        return part;
    }

    // ---- opening and closing the books

    function _open() internal view returns (Work memory work) {
        work.account = _account;
        work.limits = _limits;
        work.marks = ORACLE.snapshot();
        work.holdings = new Holding[](MARKETS);
    }

    function _close(Work memory work) internal {
        for (uint256 m; m < MARKETS; ++m) {
            if (work.loaded >> m & 1 == 1) _holdings[m] = work.holdings[m];
        }
        _account = work.account;
    }

    function _holding(Work memory work, uint256 m) internal view returns (Holding memory holding) {
        holding = work.holdings[m];
        if (work.loaded >> m & 1 == 1) return holding;
        work.loaded |= 1 << m;
        Holding storage stored = _holdings[m];
        (holding.quantity, holding.reservedBuy) = (stored.quantity, stored.reservedBuy);
        (holding.cost, holding.openExit) = (stored.cost, stored.openExit);
    }

    function _checkBatch(uint256 length) internal pure {
        if (length == 0 || length > MAX_BATCH) revert IRiskBook.BadBatch(length, MAX_BATCH);
    }

    function _isRole(address trader) internal view returns (bool) {
        return msg.sender == GOVERNOR || msg.sender == GUARDIAN || (msg.sender == trader && trader != address(0));
    }

    // ---- numbers

    function _equity(Account memory account) internal pure returns (int256) {
        return int256(account.cash) + int256(uint256(account.value));
    }

    /// The mark against the trader: while a step is pending the worse of the old mark and the new price.
    function _worseMark(Snapshot memory marks, uint256 m, uint8 side) internal pure returns (uint64) {
        (uint64 mark, uint64 pending) = (marks.prices[m], marks.pendings[m]);
        if (pending == 0) return mark;
        return (side == SIDE_BUY) == (pending > mark) ? pending : mark;
    }

    function _marksOld(Work memory work) internal view returns (bool) {
        return
            CLASS != BookClass.SIMULATED
                && block.timestamp > uint256(work.marks.observedAt) + work.limits.markAgeSeconds;
    }

    /// The clock of the rules; HALTED alone also ends by the block's time, in books on the wall clock.
    function _manual(Account memory account, uint64 observedAt) internal view returns (State) {
        if (account.manual != State.HALTED) return account.manual;
        uint256 clock = CLASS != BookClass.SIMULATED && block.timestamp > observedAt ? block.timestamp : observedAt;
        return clock >= uint256(account.haltedAt) + HALT_SECONDS ? State.REDUCING : State.HALTED;
    }

    function _state(Account memory account, uint64 observedAt) internal view returns (State) {
        State manual = _manual(account, observedAt);
        bool latched = account.dayLatched || account.drawdownLatched;
        return manual == State.ACTIVE && latched ? State.REDUCING : manual;
    }

    // ---- the rules

    /// RULE-01 to RULE-09 for an entry, each with both sides of its comparison. `slot` is the commitment, 0 = do not ask
    /// for its epoch and range.
    function _judgeEntry(
        Work memory work,
        Signal calldata signal,
        uint256 m,
        uint256 quantity,
        uint256 limitPrice,
        uint256 slot
    ) internal view returns (Verdict memory verdict) {
        Account memory account = work.account;
        Limits memory limits = work.limits;
        uint256 equity = BookMath.positive(_equity(account));
        Holding memory holding = _holding(work, m);
        {
            // RULE-01: position and reservations after this order, at the mark, within their share of equity.
            uint256 mark = work.marks.prices[m];
            uint256 after_ = quantity + holding.quantity + holding.reservedBuy;
            verdict.measured[0] = after_ * mark * 1e4;
            verdict.limits[0] = limits.maxPositionBps * equity * 1e8;
            if (equity == 0 || verdict.measured[0] > verdict.limits[0]) verdict.failed |= RULE_01;
        }
        // RULE-02: the loss of the day; once latched it stays until the day rolls.
        (verdict.measured[1], verdict.limits[1]) = _dayLoss(account, limits);
        if (account.dayLatched || (account.opening > 0 && verdict.measured[1] >= verdict.limits[1])) {
            verdict.failed |= RULE_02;
        }
        // RULE-03: the signed, calibrated probability.
        (verdict.measured[2], verdict.limits[2]) = (signal.confidenceBps, limits.minConfidenceBps);
        if (signal.confidenceBps < limits.minConfidenceBps) verdict.failed |= RULE_03;
        // RULE-04: entries authorised today, this one included.
        (verdict.measured[3], verdict.limits[3]) = (uint256(account.tradesToday) + 1, limits.maxTradesPerDay);
        if (verdict.measured[3] > verdict.limits[3]) verdict.failed |= RULE_04;
        // RULE-05: the signal is live.
        (verdict.part, verdict.measured[4], verdict.limits[4]) = _judgeLive(work, signal, m, quantity, equity, slot);
        if (verdict.part != 0) verdict.failed |= RULE_05;
        {
            // RULE-06: positive expectation after what it costs to enter and to leave.
            uint256 confidence = signal.confidenceBps > 1e4 ? 1e4 : signal.confidenceBps;
            uint256 costs = uint256(limits.minEdgeBps) + 2 * uint256(limits.feeBps) + 2 * uint256(limits.halfSpreadBps);
            verdict.measured[5] = confidence * signal.takeProfitBps;
            verdict.limits[5] = (1e4 - confidence) * signal.stopLossBps + 1e4 * costs;
            if (verdict.measured[5] < verdict.limits[5]) verdict.failed |= RULE_06;
        }
        // RULE-07: drawdown from the peak; once latched it stays until the governor resumes.
        (verdict.measured[6], verdict.limits[6]) = _drawdown(account, limits);
        if (account.drawdownLatched || (account.opening > 0 && verdict.measured[6] >= verdict.limits[6])) {
            verdict.failed |= RULE_07;
        }
        // RULE-08: cash covers this order at its limit price and fee, beside what is reserved already.
        verdict.measured[7] = account.reserved + BookMath.reservationUp(quantity, limitPrice, limits.feeBps);
        verdict.limits[7] = BookMath.positive(account.cash);
        if (verdict.measured[7] > verdict.limits[7]) verdict.failed |= RULE_08;
        // RULE-09: the book is ACTIVE and the market has a fresh, settled mark.
        verdict.measured[8] = uint256(_state(account, work.marks.observedAt)) + _unsettled(work.marks, m);
        if (verdict.measured[8] != 0) verdict.failed |= RULE_09;
    }

    /// RULE-05's expiry and candle parts, RULE-08 and HALTED: all that a SELL signal must pass.
    function _judgeExit(Work memory work, Signal calldata signal, uint256 m, uint256 quantity)
        internal
        view
        returns (Verdict memory verdict)
    {
        (verdict.part, verdict.measured[4], verdict.limits[4]) = _judgeTime(work, signal, m);
        if (verdict.part != 0) verdict.failed |= RULE_05;
        (verdict.measured[7], verdict.limits[7]) = (quantity, _available(work, m));
        if (verdict.measured[7] > verdict.limits[7]) verdict.failed |= RULE_08;
        _judgeHalted(work, verdict);
    }

    /// RULE-09 for exits: HALTED alone blocks them.
    function _judgeHalted(Work memory work, Verdict memory verdict) internal view {
        verdict.measured[8] = uint256(_state(work.account, work.marks.observedAt));
        verdict.limits[8] = uint256(State.REDUCING);
        if (verdict.measured[8] > verdict.limits[8]) verdict.failed |= RULE_09;
    }

    /// RULE-05: the first part that fails with its two sides, or (0, both sides of the size part).
    function _judgeLive(
        Work memory work,
        Signal calldata signal,
        uint256 m,
        uint256 quantity,
        uint256 equity,
        uint256 slot
    ) private view returns (uint8 part, uint256 measured, uint256 limit) {
        if (slot != 0) {
            (uint32 epoch, uint64 fromSeq, uint64 toSeq) = (uint32(slot >> 8), uint64(slot >> 104), uint64(slot >> 168));
            if (epoch != work.marks.epoch) return (PART_EPOCH, epoch, work.marks.epoch);
            if (signal.seq < fromSeq) return (PART_RANGE, signal.seq, fromSeq);
            if (signal.seq > toSeq) return (PART_RANGE, signal.seq, toSeq);
        }
        (part, measured, limit) = _judgeTime(work, signal, m);
        if (part != 0) return (part, measured, limit);
        measured = quantity * work.marks.prices[m] * 1e4;
        limit = signal.sizeBps * equity * 1e8;
        if (measured > limit) part = PART_SIZE;
    }

    function _judgeTime(Work memory work, Signal calldata signal, uint256 m)
        private
        view
        returns (uint8, uint256, uint256)
    {
        uint64 observedAt = work.marks.observedAt;
        if (observedAt > signal.expiresAt) return (PART_EXPIRED, observedAt, signal.expiresAt);
        uint64 judged = _judgedClose[signal.strategy][m];
        if (signal.candleClose <= judged) return (PART_CANDLE, signal.candleClose, uint256(judged) + 1);
        return (0, observedAt, signal.expiresAt);
    }

    function _dayLoss(Account memory account, Limits memory limits) internal pure returns (uint256, uint256) {
        uint256 loss = BookMath.positive(int256(account.opening) - _equity(account));
        return (loss * 1e4, limits.maxDailyLossBps * BookMath.positive(account.opening));
    }

    function _drawdown(Account memory account, Limits memory limits) internal pure returns (uint256, uint256) {
        uint256 fall = BookMath.positive(int256(account.peak) - _equity(account));
        return (fall * 1e4, limits.maxDrawdownBps * BookMath.positive(account.peak));
    }

    /// 4 when the market's mark is stale, 8 when a step is pending, 12 when both.
    function _unsettled(Snapshot memory marks, uint256 m) internal pure returns (uint256) {
        return 4 * (marks.staleBits >> m & 1) + 8 * (marks.pendingBits >> m & 1);
    }

    /// What a position has that no open exit ticket holds. (A live book may have been told of a sale beside its tickets.)
    function _available(Work memory work, uint256 m) internal view returns (uint256) {
        Holding memory holding = _holding(work, m);
        return holding.quantity > holding.openExit ? holding.quantity - holding.openExit : 0;
    }

    /// Whether the marks of all positions are fresh and settled.
    function _heldSettled(Work memory work) internal view returns (bool) {
        uint16 held = work.account.held;
        return (work.marks.staleBits | work.marks.pendingBits) & held == 0 && (held == 0 || !_marksOld(work));
    }

    // ---- verdicts

    /// The order fault of a digest: unknown, revoked, spent (or a ticket already), or committed in this very block.
    function _digestFault(uint256 slot) internal view returns (Skip, uint256 got, uint256 want) {
        if (slot == 0) return (Skip.UNKNOWN, 0, uint256(CommitmentStatus.OPEN));
        if (slot == uint256(CommitmentStatus.REVOKED)) return (Skip.REVOKED, slot, uint256(CommitmentStatus.OPEN));
        if (slot >= Hashes.TICKET_BIT) {
            return (Skip.SPENT, uint256(CommitmentStatus.TICKET), uint256(CommitmentStatus.OPEN));
        }
        if (slot == uint256(CommitmentStatus.SPENT)) return (Skip.SPENT, slot, uint256(CommitmentStatus.OPEN));
        uint64 committed = uint64(slot >> 40);
        if (committed >= block.number) return (Skip.SAME_BLOCK, block.number, uint256(committed) + 1);
        return (Skip.NONE, 0, 0);
    }

    /// Effect: the digest is spent and its candle judged, whatever the verdict.
    function _spend(bytes32 digest, uint256 slot, bytes32 ticketHash, Signal calldata signal, uint256 m) internal {
        if (!ORACLE.settle(digest, slot, ticketHash)) revert IRiskBook.UnknownTicket(digest);
        if (signal.candleClose > _judgedClose[signal.strategy][m]) {
            _judgedClose[signal.strategy][m] = signal.candleClose;
        }
    }

    /// Effect: the ticket's hash gives way to that of what remains (0 = nothing); a ticket nobody authorised reverts.
    function _settle(bytes32 id, uint8 reason, bytes32 before, bytes32 after_) internal {
        if (!_settled(id, reason, before, after_)) revert IRiskBook.UnknownTicket(id);
    }

    /// Effect, if somebody authorised this ticket; whether somebody did.
    function _settled(bytes32 id, uint8 reason, bytes32 before, bytes32 after_) internal returns (bool) {
        if (reason == REASON_SIGNAL) return ORACLE.settle(id, uint256(before), after_);
        if (_exitTickets[id] != before) return false;
        _exitTickets[id] = after_;
        return true;
    }

    /// A recorded verdict REJECTED: all reason bits, and both sides of the failing comparisons in rule order.
    function _recordRejection(
        Work memory work,
        bytes32 digest,
        bytes32 signalHash,
        bytes32 market,
        RejectionBody memory body,
        Verdict memory verdict
    ) internal {
        (body.part, body.rules, body.observedAt) = (verdict.part, verdict.failed, work.marks.observedAt);
        uint256 count;
        for (uint256 rule; rule < RULES; ++rule) {
            count += verdict.failed >> rule & 1;
        }
        (body.measured, body.limits) = (new uint256[](count), new uint256[](count));
        count = 0;
        for (uint256 rule; rule < RULES; ++rule) {
            if (verdict.failed >> rule & 1 == 0) continue;
            (body.measured[count], body.limits[count]) = (verdict.measured[rule], verdict.limits[rule]);
            ++count;
        }
        Account memory account = work.account;
        account.recordSeq += 1;
        account.head = keccak256(abi.encode(account.head, account.recordSeq, KIND_REJECTION, signalHash, market, body));
        emit IRiskBook.TradeRejected(account.recordSeq, digest, market, body, signalHash, account.head);
    }

    /// Records an entry or exit; the record's number was given to the ticket before.
    function _recordDecision(
        Work memory work,
        uint8 kind,
        Ticket memory ticket,
        bytes32 signalHash,
        bytes32 market,
        uint8 flags
    ) internal pure {
        Account memory account = work.account;
        account.recordSeq = ticket.seq;
        Decision memory decision = Decision({
            signalHash: signalHash,
            market: market,
            side: ticket.side,
            reason: ticket.reason,
            flags: flags,
            quantity: ticket.quantity,
            limitPrice: ticket.limitPrice,
            mark: ticket.mark,
            feeBps: ticket.feeBps,
            observedAt: work.marks.observedAt
        });
        account.head = keccak256(abi.encode(account.head, ticket.seq, kind, decision));
    }

    // ---- records that both halves write

    function _recordLimits(Account memory account, Limits memory limits, uint64 observedAt) internal {
        account.recordSeq += 1;
        account.head = keccak256(abi.encode(account.head, account.recordSeq, KIND_LIMITS, limits, observedAt));
        emit IRiskBook.LimitsChanged(account.recordSeq, limits, observedAt, account.head);
    }

    function _recordFlow(Account memory account, int128 amount, uint64 observedAt) internal {
        account.recordSeq += 1;
        account.head = keccak256(
            abi.encode(
                account.head,
                account.recordSeq,
                KIND_FLOW,
                amount,
                account.cash,
                account.opening,
                account.peak,
                observedAt
            )
        );
        emit IRiskBook.FlowBooked(
            account.recordSeq, amount, account.cash, account.opening, account.peak, observedAt, account.head
        );
    }

    function _recordState(Account memory account, State manual, bytes32 reason, uint64 observedAt) internal {
        account.manual = manual;
        account.recordSeq += 1;
        account.stoppedSeq = account.recordSeq;
        account.head = keccak256(abi.encode(account.head, account.recordSeq, KIND_STATE, manual, reason, observedAt));
        emit IRiskBook.BookStateChanged(account.recordSeq, manual, reason, msg.sender, observedAt, account.head);
    }

    /// RULE-02's and RULE-07's latch, tested once at the end of each vector and each `record`. Entry tickets numbered before
    /// one are void.
    function _testLatches(Account memory account, Limits memory limits, uint64 observedAt) internal {
        if (account.opening <= 0) return;
        (uint256 measured, uint256 limit) = _dayLoss(account, limits);
        if (!account.dayLatched && measured >= limit) {
            account.dayLatched = true;
            _recordLatch(account, RULE_02, account.opening, measured, limit, observedAt);
        }
        (measured, limit) = _drawdown(account, limits);
        if (!account.drawdownLatched && measured >= limit) {
            account.drawdownLatched = true;
            _recordLatch(account, RULE_07, account.peak, measured, limit, observedAt);
            account.stoppedSeq = account.recordSeq;
        }
    }

    /// `from` is what was lost from: the day's opening, or the peak.
    function _recordLatch(
        Account memory account,
        uint16 rule,
        int128 from,
        uint256 measured,
        uint256 limit,
        uint64 observedAt
    ) private {
        uint64 seq = account.recordSeq + 1;
        (account.recordSeq, account.voidBefore) = (seq, seq);
        int128 equity = SafeCast.toInt128(_equity(account));
        bytes32 head = keccak256(
            abi.encode(account.head, seq, KIND_LATCH, rule, from, equity, measured, limit, observedAt)
        );
        account.head = head;
        if (rule == RULE_02) emit IRiskBook.DayLatched(seq, from, equity, measured, limit, observedAt, head);
        else emit IRiskBook.DrawdownLatched(seq, from, equity, measured, limit, observedAt, head);
    }

    // ---- fills, as both kinds of book fold them

    /// A buy adds notional + fee to the cost.
    function _foldBuy(Work memory work, uint256 m, FillBody memory body) internal view {
        Account memory account = work.account;
        Holding memory holding = _holding(work, m);
        body.notional = SafeCast.toUint128(BookMath.notionalUp(body.quantity, body.price));
        uint128 paid = body.notional + body.fee;
        account.cash -= SafeCast.toInt128(int256(uint256(paid)));
        holding.cost += paid;
        _moveQuantity(work, m, holding, holding.quantity + body.quantity);
        (body.quantityAfter, body.costAfter) = (holding.quantity, holding.cost);
    }

    /// The barriers of a position are the signed ones of its latest entry, measured from its price.
    function _setBarriers(Work memory work, Ticket memory ticket, uint64 price) internal {
        _barriers[ticket.market] =
            Barriers(ticket.takeProfitBps, ticket.stopLossBps, ticket.horizonSeconds, price, work.marks.observedAt);
    }

    /// A sale takes its share of the cost with it; what it brings less fee and share is realised.
    function _foldSell(Work memory work, uint256 m, FillBody memory body) internal view {
        Account memory account = work.account;
        Holding memory holding = _holding(work, m);
        body.notional = SafeCast.toUint128(BookMath.notionalDown(body.quantity, body.price));
        body.taken = uint128(BookMath.costTakenUp(holding.cost, body.quantity, holding.quantity));
        body.realised = int128(body.notional) - int128(body.fee) - int128(body.taken);
        account.cash += int128(body.notional) - int128(body.fee);
        holding.cost -= body.taken;
        _moveQuantity(work, m, holding, holding.quantity - body.quantity);
        (body.quantityAfter, body.costAfter) = (holding.quantity, holding.cost);
    }

    /// A fill, or a release of all of it, gives its part of a ticket's reservation back; `ticket.quantity` is what remains.
    function _freeReservation(Work memory work, Ticket memory ticket, uint128 part) internal view {
        Account memory account = work.account;
        Holding memory holding = _holding(work, ticket.market);
        if (ticket.side == SIDE_SELL) {
            holding.openExit -= part;
            return;
        }
        uint256 before = BookMath.reservationUp(part + ticket.quantity, ticket.limitPrice, ticket.feeBps);
        account.reserved -=
            uint128(before - BookMath.reservationUp(ticket.quantity, ticket.limitPrice, ticket.feeBps));
        holding.reservedBuy -= part;
    }

    function _moveQuantity(Work memory work, uint256 m, Holding memory holding, uint128 quantity) private pure {
        Account memory account = work.account;
        uint256 mark = work.marks.prices[m];
        account.value = SafeCast.toUint128(
            account.value - BookMath.valueDown(holding.quantity, mark) + BookMath.valueDown(quantity, mark)
        );
        holding.quantity = quantity;
        if (quantity == 0) account.held &= uint16(~(1 << m));
        else account.held |= uint16(1 << m);
    }

    /// A fill enters the record chain; what it did to the accounts is in its body already.
    function _recordFill(Work memory work, Ticket memory ticket, FillBody memory body) internal {
        Account memory account = work.account;
        body.ticketSeq = ticket.seq;
        body.side = ticket.side;
        body.reason = ticket.reason;
        body.cashAfter = account.cash;
        body.observedAt = work.marks.observedAt;
        account.recordSeq += 1;
        bytes32 market = _markets[ticket.market];
        uint8 kind = ticket.side == SIDE_BUY ? KIND_BUY_FILL : KIND_SELL_FILL;
        account.head = keccak256(abi.encode(account.head, account.recordSeq, kind, market, body));
        emit IRiskBook.FillRecorded(account.recordSeq, ticket.id, market, body, account.head);
    }

    // ---- parameters, numbered as in RULES.md

    /// A stricter value still has to mean something, and an exit has to be able to fill: its band is at least twice the half
    /// spread.
    function _checkRange(Limits memory limits) internal view {
        uint256[12] memory words = _words(limits);
        for (uint256 i; i < PARAMETERS; ++i) {
            (uint256 lowest, uint256 highest) = _range(i);
            if (words[i] < lowest) revert IRiskBook.OutOfRange(uint8(i + 1), words[i], lowest);
            if (words[i] > highest) revert IRiskBook.OutOfRange(uint8(i + 1), words[i], highest);
        }
        uint256 lowestBand = 2 * uint256(limits.halfSpreadBps);
        if (limits.exitBandBps < lowestBand) revert IRiskBook.OutOfRange(10, limits.exitBandBps, lowestBand);
    }

    /// The struct as the words it is in memory.
    function _words(Limits memory limits) internal pure returns (uint256[12] memory words) {
        assembly ("memory-safe") {
            words := limits
        }
    }

    function _range(uint256 i) private view returns (uint256 lowest, uint256 highest) {
        bytes memory table = RANGES;
        assembly ("memory-safe") {
            let entry := shr(192, mload(add(add(table, 32), mul(i, 8))))
            lowest := shr(32, entry)
            highest := and(entry, 0xffffffff)
        }
        if (i == 6) lowest = FEE_FLOOR_BPS;
        if (i == 7) lowest = HALF_SPREAD_FLOOR_BPS;
    }
}
