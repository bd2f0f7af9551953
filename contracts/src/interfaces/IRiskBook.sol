// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDelayed} from "./IDelayed.sol";
import {BookClass, Signal} from "./ISignalOracle.sol";

/// @notice The parameters of the rules; RULES.md says which direction is stricter and what the ceilings are.
struct Limits {
    uint16 maxPositionBps;
    uint16 maxDailyLossBps;
    uint16 minConfidenceBps;
    uint16 maxTradesPerDay;
    uint16 maxDrawdownBps;
    uint16 minEdgeBps;
    uint16 feeBps;
    uint16 halfSpreadBps;
    uint16 entryBandBps;
    uint16 exitBandBps;
    uint32 markAgeSeconds;
    uint32 delaySeconds;
}

/// @notice How a book is opened. Roles, markets and class are the oracle's. Its code is three parts, deployed in turn with the
/// same setup but for `rare`: RiskBookGovernance (zero), RiskBookRare (the first), RiskBook (the second).
struct BookSetup {
    address oracle;
    address rare;
    bytes32 book;
    uint128 cash;
    Limits limits;
    bytes32 predecessorHead;
}

/// @notice A wish to enter: the committed signal, how much, and the worst price that is still accepted.
struct Order {
    Signal signal;
    uint128 quantity;
    uint64 limitPrice;
}

/// @notice A wish to reduce. `signal` is the 1-based place in the signals of the call, 0 = none.
struct ExitOrder {
    bytes32 market;
    uint128 quantity;
    uint64 limitPrice;
    uint8 reason;
    uint8 signal;
}

/// @notice What the contract authorised. Emitted whole, handed back whole by `record` and `release`: the chain keeps only
/// its hash. After a partial fill the ticket is the same with `quantity` = what remained. `id` is the signal's digest, or
/// keccak256(abi.encode(book id, seq)) for an exit without one. `tick` is the vector it was judged on: from `tick + 3` it is
/// late, which alone ends it in time (the signal's expiry was judged when the ticket was made).
struct Ticket {
    bytes32 id;
    uint64 seq;
    uint8 market;
    uint8 side;
    uint8 reason;
    uint128 quantity;
    uint64 limitPrice;
    uint64 mark;
    uint64 tick;
    uint16 feeBps;
    uint16 takeProfitBps;
    uint16 stopLossBps;
    uint32 horizonSeconds;
}

/// @notice What the venue did for a ticket.
struct Fill {
    Ticket ticket;
    uint128 quantity;
    uint64 price;
    uint128 fee;
}

/// @notice A fill and what it did to the accounts. `taken` is the share of the position's cost that a sale took with it,
/// `realised = notional − fee − taken` of a sale (0 for a buy), `remaining` what the ticket still has to fill. `flags` of a
/// live book's facts: 1 OUT_OF_BAND, 2 OVER, 4 LATE, 8 NO_TICKET; else 0.
struct FillBody {
    uint64 ticketSeq;
    uint8 side;
    uint8 reason;
    uint8 flags;
    uint128 quantity;
    uint64 price;
    uint128 notional;
    uint128 fee;
    uint128 taken;
    int128 realised;
    int128 cashAfter;
    uint128 quantityAfter;
    uint128 costAfter;
    uint128 remaining;
    uint64 observedAt;
}

/// @notice The verdict REJECTED. `rules` has bit n−1 for RULE-0n; `measured` and `limits` hold both sides of the comparison
/// for each of them, in rule order. `part` says which part of RULE-05 failed first (0 = RULE-05 passed).
struct RejectionBody {
    uint8 side;
    uint8 part;
    uint128 quantity;
    uint64 limitPrice;
    uint64 mark;
    uint16 rules;
    uint256[] measured;
    uint256[] limits;
    uint64 observedAt;
}

/// @notice One market of the book. The barriers are the signed ones of the latest entry, measured from `entryPrice`.
struct Position {
    bytes32 market;
    uint128 quantity;
    uint128 cost;
    uint128 reservedBuy;
    uint128 openExit;
    uint64 mark;
    uint64 pending;
    bool stale;
    uint16 takeProfitBps;
    uint16 stopLossBps;
    uint32 horizonSeconds;
    uint64 entryPrice;
    uint64 entryAt;
}

/// @notice The strictest of the three flags rules. REDUCING: exits, records, releases. HALTED: records and releases.
enum State {
    ACTIVE,
    REDUCING,
    HALTED
}

/// @notice The whole book at one block.
struct BookView {
    bytes32 book;
    BookClass class;
    int128 cash;
    uint128 reserved;
    int128 equity;
    int128 opening;
    int128 peak;
    uint32 day;
    uint16 tradesToday;
    State state;
    State manual;
    bool dayLatched;
    bool drawdownLatched;
    uint64 haltedAt;
    uint64 voidBefore;
    uint32 peakResets;
    uint128 unexplained;
    uint64 flaggedFills;
    uint64 recordSeq;
    bytes32 head;
    uint64 tick;
    uint64 observedAt;
    Position[] positions;
}

/// @notice Why an order was skipped: nothing was used up and the rest of the batch went on. See RULES.md for got and want.
enum Skip {
    NONE,
    UNKNOWN,
    REVOKED,
    SPENT,
    SAME_BLOCK,
    MALFORMED,
    OUT_OF_BAND,
    MARKS_OLD,
    NOTHING_TO_SELL
}

/// @title RiskBook: the rules, the accounts, the records
/// @notice One portfolio as its own contract keeps it. It never takes equity or profit as an argument; every price comes from
/// the oracle's signed vectors. Every decided fact is one record in a hash chain whose preimages RULES.md lists; the same
/// decisions give the same record head on every chain, whatever the keys. The rarely used code is at two more immutable
/// addresses, reached by delegatecall: `rare` (exit, release, the facts of live books) and `governance` behind it (limits,
/// state, flows, views).
interface IRiskBook is IDelayed {
    /// @notice An entry was allowed; its reservation holds until it is filled or released.
    event TradeAuthorised(
        uint64 indexed seq,
        bytes32 indexed digest,
        bytes32 indexed market,
        Ticket ticket,
        bytes32 signalHash,
        uint64 observedAt,
        bytes32 head
    );
    /// @notice A judged signal failed; it is used up. `digest` is the signal's; of an exit without one, keccak256(abi.encode(
    /// book id, seq)): the id its ticket would have had. One verdict or skip is emitted for each order, in the call's order.
    event TradeRejected(
        uint64 indexed seq,
        bytes32 indexed digest,
        bytes32 indexed market,
        RejectionBody body,
        bytes32 signalHash,
        bytes32 head
    );
    /// @notice An exit was allowed. `flags` bit 0 is STALE_EXIT: the mark was stale or pending and the band five times wider.
    event ExitAuthorised(
        uint64 indexed seq,
        bytes32 indexed ticketId,
        bytes32 indexed market,
        Ticket ticket,
        uint8 flags,
        bytes32 signalHash,
        uint64 observedAt,
        bytes32 head
    );
    /// @notice A fill was booked.
    event FillRecorded(
        uint64 indexed seq, bytes32 indexed ticketId, bytes32 indexed market, FillBody body, bytes32 head
    );
    /// @notice A ticket ended with `quantity` unfilled. `cause` is 0 by a role, 1 late, 2 void after a latch.
    event TicketReleased(
        uint64 indexed seq,
        bytes32 indexed ticketId,
        bytes32 indexed market,
        uint64 ticketSeq,
        uint8 side,
        uint128 quantity,
        uint8 cause,
        uint64 observedAt,
        bytes32 head
    );
    /// @notice A day closed on the old marks; the next opens at `closing`.
    event DaySettled(
        uint64 indexed seq,
        uint32 indexed day,
        int128 opening,
        int128 closing,
        int128 peak,
        uint16 trades,
        uint32 nextDay,
        uint64 observedAt,
        bytes32 head
    );
    /// @notice RULE-02 latched REDUCING until the day rolls; entry tickets numbered before `seq` are void.
    event DayLatched(
        uint64 indexed seq,
        int128 opening,
        int128 equity,
        uint256 measured,
        uint256 limit,
        uint64 observedAt,
        bytes32 head
    );
    /// @notice RULE-07 latched REDUCING until the governor resumes; entry tickets numbered before `seq` are void.
    event DrawdownLatched(
        uint64 indexed seq, int128 peak, int128 equity, uint256 measured, uint256 limit, uint64 observedAt, bytes32 head
    );
    /// @notice Money came in (positive) or went out; opening and peak were scaled so that no percentage moved.
    event FlowBooked(
        uint64 indexed seq,
        int128 amount,
        int128 cashAfter,
        int128 openingAfter,
        int128 peakAfter,
        uint64 observedAt,
        bytes32 head
    );
    /// @notice The limits in force from this record on.
    event LimitsChanged(uint64 indexed seq, Limits limits, uint64 observedAt, bytes32 head);
    /// @notice The manual flag was set. `who` is not part of the record.
    event BookStateChanged(
        uint64 indexed seq, State manual, bytes32 reason, address indexed who, uint64 observedAt, bytes32 head
    );
    /// @notice The governor resumed after a drawdown latch, for the `count`-th time; the drawdown is measured from `peak` now.
    event PeakReset(uint64 indexed seq, int128 peak, uint32 count, uint64 observedAt, bytes32 head);
    /// @notice An order of a batch was not judged; nothing was used up. Not a record.
    event OrderSkipped(uint256 index, bytes32 indexed digest, Skip indexed code, uint256 got, uint256 want);

    error NotTrader(address caller);
    error NotARole(address caller);
    error NotGovernor(address caller);
    error NotGuardianOrGovernor(address caller);
    error NotOracle(address caller);
    error BadBatch(uint256 got, uint256 max);
    error BadSetup(bytes32 what);
    error NoMarks();
    error UnknownMarket(bytes32 market);
    error UnknownTicket(bytes32 id);
    error TicketLate(bytes32 id, uint64 tick, uint64 lateFrom);
    error TicketVoid(bytes32 id, uint64 seq, uint64 voidBefore);
    error NotReleasable(bytes32 id);
    error BadQuantity(bytes32 id, uint256 got, uint256 max);
    error PriceTooGood(bytes32 id, uint256 got, uint256 best);
    error PriceBeyondLimit(bytes32 id, uint256 got, uint256 limit);
    error WrongFee(bytes32 id, uint256 got, uint256 want);
    error NotCovered(bytes32 id, uint256 paid, int256 available);
    error Loosens(uint8 parameter, uint256 got, uint256 inForce);
    error OutOfRange(uint8 parameter, uint256 got, uint256 bound);
    error FlowRefused(bytes32 why, int256 amount, int256 available);
    error StateRefused(State got, State inForce);
    error NothingToResume();
    error ResumeRefused(int256 equity);
    error NoFact(bytes32 id);

    /// @notice A verdict for each BUY, in order (trader; 1 to 64 orders).
    function authorise(Order[] calldata orders) external;

    /// @notice Orders that reduce (trader, guardian or governor; 1 to 64). Reasons: 1 SIGNAL, 2 STOP_LOSS, 3 TAKE_PROFIT,
    /// 4 TRAILING, 5 TIME_LIMIT, 6 MANUAL, 7 KILL. Blocked by nothing but HALTED; a SELL signal also passes RULE-05's expiry
    /// and candle parts and is used up.
    function exit(ExitOrder[] calldata orders, Signal[] calldata signals) external;

    /// @notice Books what the venue did (trader, guardian or governor; 1 to 64). Simulated and paper books refuse a fill that
    /// is better than the worse mark ± half spread, beyond the limit price, late, void, with another fee than the formula's,
    /// or not covered by cash that no other ticket holds back. Live books refuse no fact: what is odd about one is in its
    /// flags, is counted, and sets the manual flag to REDUCING.
    function record(Fill[] calldata fills) external;

    /// @notice Ends tickets (trader, guardian or governor; in simulated and paper books anyone once a ticket is late or void; 1 to 64).
    function release(Ticket[] calldata tickets) external;

    /// @notice Rolls the day on the old marks, takes the new ones, tests the latches (the oracle, in `postMarks`).
    function onMarks(uint64 observedAt, uint64[] calldata prices) external;

    /// @notice Makes limits stricter at once (guardian or governor); a looser one reverts with `Loosens`.
    function tighten(Limits calldata limits) external;

    /// @notice Puts other limits in force, looser ones too but never past their ceilings, once this call was submitted and the
    /// delay is over (governor).
    function acceptLimits(Limits calldata limits) external;

    /// @notice Guardian: REDUCING. Governor: REDUCING or HALTED (ends in REDUCING after 24 h). At once; back only by
    /// `acceptResume`.
    function setManual(State manual, bytes32 reason) external;

    /// @notice Lifts the manual flag and the drawdown latch, whose peak becomes the present equity, once this call was submitted
    /// after that stop and the delay is over (governor). The day's latch stays until the day rolls.
    function acceptResume(bytes32 reason) external;

    /// @notice Books a deposit (positive) or withdrawal (governor).
    function bookFlow(int128 amount) external;

    /// @notice What the nine rules say of an order now, each with both sides of its comparison. Asks neither whether the digest is committed nor whether the limit price is in its band.
    function assess(Order calldata order)
        external
        view
        returns (uint16 failed, uint256[9] memory measured, uint256[9] memory limits_);

    function book() external view returns (BookView memory);
    function limits() external view returns (Limits memory);
    function roles() external view returns (address governor, address guardian, address trader);
    function lastJudgedClose(bytes32 strategy, bytes32 market) external view returns (uint64);
    function head() external view returns (uint64 recordSeq, bytes32 recordHead);
    function oracle() external view returns (address);
    function rare() external view returns (address);
    function governance() external view returns (address);
    function class() external view returns (BookClass);
    function bookId() external view returns (bytes32);
}
