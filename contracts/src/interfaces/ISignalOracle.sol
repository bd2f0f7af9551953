// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDelayed} from "./IDelayed.sol";

/// @notice A strategy's opinion on one closed candle, as signed. Prices in 1e-8, fractions in basis points, times in
/// seconds UTC. `book`, `strategy` and `market` are keccak256 of their names; `seq` is the number of the signal's round.
/// `side` is 0 HOLD, 1 BUY, 2 SELL. The barriers are measured from the fill price. `claim` names the event that the
/// confidence is the probability of. `window`, `model` and `calibrator` hash what made the signal.
struct Signal {
    bytes32 book;
    bytes32 strategy;
    uint64 seq;
    bytes32 market;
    uint8 side;
    uint16 confidenceBps;
    uint8 riskScore;
    uint16 sizeBps;
    uint64 price;
    uint16 takeProfitBps;
    uint16 stopLossBps;
    uint32 horizonSeconds;
    uint64 candleClose;
    uint64 expiresAt;
    bytes32 window;
    bytes32 model;
    bytes32 calibrator;
    bytes32 claim;
    bytes32 salt;
}

/// @notice What kind of portfolio a book is; declared at its opening and fixed. "LIVE" is the operator's statement.
enum BookClass {
    SIMULATED,
    PAPER,
    LIVE
}

/// @notice What became of a digest. UNKNOWN was never committed; OPEN waits; REVOKED by the guardian; TICKET was
/// authorised and can be filled or released; SPENT was judged and has nothing left to fill.
enum CommitmentStatus {
    UNKNOWN,
    OPEN,
    REVOKED,
    TICKET,
    SPENT
}

/// @notice How an oracle is set up; nothing of it but the trader and the signers can ever change.
struct OracleSetup {
    address governor;
    address guardian;
    address trader;
    address[] signers;
    uint16 quorum;
    bytes32[] markets;
    BookClass class;
    uint16 stepLimitBps;
}

/// @notice A commitment as stored. All but `status` is zero once it is no longer OPEN (see `SignalsCommitted`).
struct Commitment {
    CommitmentStatus status;
    uint32 epoch;
    uint64 blockNumber;
    uint64 fromSeq;
    uint64 toSeq;
}

/// @notice One market's price: the mark that values positions, a step that waits for confirmation (0 = none), and
/// whether the last vector had no fresh price for it.
struct Mark {
    bytes32 market;
    uint64 price;
    uint64 pending;
    bool stale;
}

/// @notice All that the book needs to judge a batch, read at once.
struct Snapshot {
    bytes32 domainSeparator;
    address trader;
    uint32 epoch;
    uint64 tick;
    uint64 observedAt;
    uint16 staleBits;
    uint16 pendingBits;
    uint64[] prices;
    uint64[] pendings;
}

/// @notice `committed = judged + revoked + open`: a signal cannot be withheld, doubled or retried unseen.
struct Counters {
    uint64 committed;
    uint64 judged;
    uint64 revoked;
    uint64 open;
    uint64 vectors;
    uint64 vectorsSkipped;
    uint64 rounds;
}

/// @title SignalOracle: who may attest, what was committed, what things cost
/// @notice Knows signers, digests and marks. Knows nothing of cash, positions or rules: those are the book's.
interface ISignalOracle is IDelayed {
    /// @notice A contiguous run of rounds was committed; the digests are those of all its signals that are not HOLD.
    event SignalsCommitted(
        uint64 indexed fromSeq, uint64 indexed toSeq, uint32 epoch, bytes32[] roundHashes, bytes32[] digests
    );
    /// @notice A signed vector of marks was taken. Prices are as posted (0 = none); bit i of the masks is market i.
    event MarksPosted(
        uint64 indexed seq,
        bytes32 indexed vectorHash,
        uint64 observedAt,
        uint64[] prices,
        uint16 staleBits,
        uint16 pendingBits
    );
    /// @notice The vectors `from` to `to` were signed (a sequence has no gaps) and never posted.
    event MarksSkipped(uint64 indexed from, uint64 indexed to);
    /// @notice The guardian withdrew a digest before it was judged.
    event SignalRevoked(bytes32 indexed digest);
    /// @notice The event store's Merkle root over its first `position` events.
    event LogAnchored(uint64 indexed position, bytes32 root, uint64 previousPosition);
    /// @notice Who may attest from now on, and how many of them it takes.
    event SignersChanged(uint32 indexed epoch, address[] signers, uint16 quorum);
    /// @notice The guardian took the trader's key out of service.
    event TraderFrozen(address indexed trader);
    /// @notice Whose key trades from now on.
    event TraderChanged(address indexed trader);
    /// @notice The one book that judges this oracle's signals.
    event BookBound(address indexed book);

    error NotGovernor(address caller);
    error NotGuardian(address caller);
    error NotDeployer(address caller);
    error NotBook(address caller);
    error NotTraderOrGovernor(address caller);
    error AlreadyBound(address book);
    error WrongBook(address book);
    error NotBound();
    error BadSetup(bytes32 what);
    error BadBatch(uint256 got, uint256 max);
    error RoundsNotContiguous(uint64 got, uint64 want);
    error AlreadyCommitted(bytes32 digest);
    error NotOpen(bytes32 digest, CommitmentStatus status);
    error WrongSignatureCount(uint256 got, uint256 want);
    error NotASigner(address recovered);
    error SignerTwice(address signer);
    error StaleSequence(uint64 got, uint64 last);
    error WrongPreviousHash(bytes32 got, bytes32 want);
    error WrongPriceCount(uint256 got, uint256 want);
    error TimeWentBack(uint64 got, uint64 last);
    error NotFresh(uint64 observedAt, uint64 blockTime);
    error AnchorWentBack(uint64 got, uint64 last);

    /// @notice Names the book, once, by the deployer; nothing can be committed or posted before.
    function bind(address book) external;

    /// @notice Commits the rounds `fromSeq … fromSeq + roundHashes.length − 1` and the digests of their BUY and SELL
    /// signals. Anyone may send it: the quorum's signatures over `Commit(epoch, fromSeq, roundHashes, digests)` count.
    /// At most 256 rounds and 128 digests; `fromSeq` follows the last committed round; no digest twice.
    function commit(
        uint64 fromSeq,
        bytes32[] calldata roundHashes,
        bytes32[] calldata digests,
        bytes[] calldata signatures
    ) external;

    /// @notice Posts one signed vector of prices, in market order, and lets the book roll its day and test its latches.
    /// Anyone may send it. `previousHash` is checked when `seq` is the last + 1; a larger `seq` is counted as skipped.
    /// `observedAt` never decreases. Simulated books: not after the block's time; others: within −180 s … +60 s of it.
    function postMarks(
        uint64 seq,
        bytes32 previousHash,
        uint64 observedAt,
        uint64[] calldata prices,
        bytes[] calldata signatures
    ) external;

    /// @notice Withdraws a digest that was not judged yet (guardian).
    function revoke(bytes32 digest) external;

    /// @notice Takes the trader's key out of service at once (guardian); exits, records and releases stay possible for
    /// guardian and governor.
    function freezeTrader() external;

    /// @notice Takes a signer out at once (guardian): a new epoch begins, in which open commitments allow no entry. With fewer
    /// signers left than the quorum nothing can be attested until the governor has named others through the delay.
    function removeSigner(address signer) external;

    /// @notice Names all signers and the quorum anew, once this call was submitted and the delay is over (governor). Its
    /// second clock, the marks', is not asked while too few signers are left to post any.
    function acceptSigners(address[] calldata signers, uint16 quorum) external;

    /// @notice Names a new trader, once this call was submitted and the delay is over (governor).
    function acceptTrader(address trader) external;

    /// @notice Anchors the event store's root (trader or governor); positions only grow.
    function anchor(uint64 position, bytes32 root, uint64 previousPosition) external;

    /// @notice Stores a ticket's hash (or, for 0, SPENT) under its digest if its slot still is `expected`, and says whether it
    /// did; the book alone. An OPEN digest counts as judged.
    function settle(bytes32 id, uint256 expected, bytes32 ticketHash) external returns (bool settled);

    /// @notice The raw slot of a digest: 0 unknown; top bit set: a ticket's hash; else packed as
    /// status (8 bits), epoch (32), block number (64), fromSeq (64), toSeq (64), from the low end.
    function word(bytes32 id) external view returns (uint256);

    function commitment(bytes32 digest) external view returns (Commitment memory);
    function counters() external view returns (Counters memory);
    function snapshot() external view returns (Snapshot memory);
    function marks() external view returns (Mark[] memory);
    function lastVector() external view returns (uint64 seq, bytes32 vectorHash, uint64 observedAt);
    function lastAnchor() external view returns (uint64 position, bytes32 root);
    function markets() external view returns (bytes32[] memory);
    function signers() external view returns (address[] memory);
    function quorum() external view returns (uint16);
    function epoch() external view returns (uint32);
    function governor() external view returns (address);
    function guardian() external view returns (address);
    function trader() external view returns (address);
    function book() external view returns (address);
    function class() external view returns (BookClass);
    function stepLimitBps() external view returns (uint16);

    /// @notice EIP-5267: the domain of every signature, with the chain id as the chain says it.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );
}
