// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDelayed} from "./interfaces/IDelayed.sol";
import {IRiskBook} from "./interfaces/IRiskBook.sol";
import {
    BookClass,
    Commitment,
    CommitmentStatus,
    Counters,
    ISignalOracle,
    Mark,
    OracleSetup,
    Snapshot
} from "./interfaces/ISignalOracle.sol";
import {Delayed} from "./Delayed.sol";
import {Hashes} from "./libraries/Hashes.sol";
import {PriceWords} from "./libraries/PriceWords.sol";

/// @title SignalOracle
/// Assumes of others: the quorum of signers tells the truth about prices and signals (refutable, not prevented); the book
/// calls `settle` for what it judged and nothing else, and `onMarks` of the book never reverts on a vector taken here.
/// Who can do what: anyone relays signed messages; the guardian revokes and freezes; trader or governor anchor; the
/// deployer binds the one book, once; the book settles. The guardian removes signers and freezes the trader at once; the
/// governor adds signers, changes the quorum and names a new trader through the book's delay. Nobody can change markets,
/// class or step limit.
contract SignalOracle is ISignalOracle, Delayed, EIP712 {
    using PriceWords for uint256[4];

    uint256 private constant MAX_ROUNDS = 256;
    uint256 private constant MAX_DIGESTS = 128;
    uint256 private constant MAX_MARKETS = 16;
    uint256 private constant MAX_SIGNERS = 16;
    uint64 private constant OLDEST_MARK = 180;
    uint64 private constant NEWEST_MARK = 60;

    bytes32 private constant COMMIT_TYPEHASH =
        keccak256("Commit(uint32 epoch,uint64 fromSeq,bytes32[] roundHashes,bytes32[] digests)");
    bytes32 private constant MARKS_TYPEHASH =
        keccak256("Marks(uint32 epoch,uint64 seq,bytes32 previousHash,uint64 observedAt,uint64[] prices)");

    struct Tick {
        uint64 seq;
        uint64 observedAt;
        uint32 vectors;
        uint32 skipped;
        uint16 staleBits;
        uint16 pendingBits;
        uint32 epoch;
    }

    struct Tally {
        uint64 committed;
        uint64 judged;
        uint64 revoked;
        uint64 rounds;
    }

    struct Anchor {
        uint64 position;
        bytes32 root;
    }

    address public immutable governor;
    address public immutable guardian;
    BookClass public immutable class;
    uint16 public immutable stepLimitBps;
    address private immutable DEPLOYER;
    uint256 private immutable MARKETS;

    address public trader;
    address public book;
    uint16 public quorum;
    address[] private _signers;
    mapping(address signer => uint256 oneBased) private _signerPlace;
    bytes32[] private _markets;

    Tick private _tick;
    bytes32 private _vectorHash;
    uint256[4] private _prices;
    uint256[4] private _pendings;

    Tally private _tally;
    Anchor private _anchor;
    /// The commitment's slot, and after the verdict its ticket's: see `word` of the interface.
    mapping(bytes32 id => uint256) public word;

    constructor(OracleSetup memory setup) EIP712("Tradeseal SignalOracle", "1") {
        uint256 count = setup.markets.length;
        if (count == 0 || count > MAX_MARKETS) revert BadSetup("markets");
        if (setup.governor == address(0)) revert BadSetup("governor");
        if (setup.guardian == address(0)) revert BadSetup("guardian");
        if (setup.trader == address(0)) revert BadSetup("trader");
        _checkSigners(setup.signers, setup.quorum);
        if (setup.stepLimitBps == 0 || setup.stepLimitBps > 10_000) revert BadSetup("stepLimitBps");
        governor = setup.governor;
        guardian = setup.guardian;
        trader = setup.trader;
        class = setup.class;
        stepLimitBps = setup.stepLimitBps;
        DEPLOYER = msg.sender;
        MARKETS = count;
        for (uint256 i; i < count; ++i) {
            if (setup.markets[i] == 0) revert BadSetup("markets");
            for (uint256 j; j < i; ++j) {
                if (setup.markets[i] == setup.markets[j]) revert BadSetup("markets");
            }
        }
        _markets = setup.markets;
        _tick.staleBits = uint16((1 << count) - 1);
        _setSigners(setup.signers, setup.quorum);
    }

    /// @inheritdoc ISignalOracle
    function bind(address book_) external {
        if (msg.sender != DEPLOYER) revert NotDeployer(msg.sender);
        if (book != address(0)) revert AlreadyBound(book);
        if (IRiskBook(book_).oracle() != address(this)) revert WrongBook(book_);
        book = book_;
        emit BookBound(book_);
    }

    /// @inheritdoc ISignalOracle
    function commit(
        uint64 fromSeq,
        bytes32[] calldata roundHashes,
        bytes32[] calldata digests,
        bytes[] calldata signatures
    ) external {
        // Check: bounded, contiguous, signed by the quorum of this epoch.
        if (book == address(0)) revert NotBound();
        if (roundHashes.length == 0 || roundHashes.length > MAX_ROUNDS) {
            revert BadBatch(roundHashes.length, MAX_ROUNDS);
        }
        if (digests.length > MAX_DIGESTS) revert BadBatch(digests.length, MAX_DIGESTS);
        Tally memory tally = _tally;
        if (fromSeq != tally.rounds + 1) revert RoundsNotContiguous(fromSeq, tally.rounds + 1);
        uint32 epoch_ = _tick.epoch;
        _checkQuorum(
            keccak256(
                abi.encode(
                    COMMIT_TYPEHASH,
                    epoch_,
                    fromSeq,
                    keccak256(abi.encodePacked(roundHashes)),
                    keccak256(abi.encodePacked(digests))
                )
            ),
            signatures
        );
        // Effect: each digest gets its slot, once and for ever.
        uint64 toSeq = fromSeq + uint64(roundHashes.length) - 1;
        uint256 slot = uint256(CommitmentStatus.OPEN) | uint256(epoch_) << 8 | uint256(uint64(block.number)) << 40
            | uint256(fromSeq) << 104 | uint256(toSeq) << 168;
        for (uint256 i; i < digests.length; ++i) {
            if (word[digests[i]] != 0) revert AlreadyCommitted(digests[i]);
            word[digests[i]] = slot;
        }
        tally.committed += uint64(digests.length);
        tally.rounds = toSeq;
        _tally = tally;
        emit SignalsCommitted(fromSeq, toSeq, epoch_, roundHashes, digests);
    }

    /// @inheritdoc ISignalOracle
    function postMarks(
        uint64 seq,
        bytes32 previousHash,
        uint64 observedAt,
        uint64[] calldata prices,
        bytes[] calldata signatures
    ) external {
        // Check: the next vector, not before the last one, fresh by the class's clock, signed by the quorum.
        if (book == address(0)) revert NotBound();
        Tick memory tick = _tick;
        if (seq <= tick.seq) revert StaleSequence(seq, tick.seq);
        if (observedAt == 0 || observedAt < tick.observedAt) revert TimeWentBack(observedAt, tick.observedAt);
        if (prices.length != MARKETS) revert WrongPriceCount(prices.length, MARKETS);
        if (seq == tick.seq + 1 && previousHash != _vectorHash) revert WrongPreviousHash(previousHash, _vectorHash);
        _checkFresh(observedAt);
        bytes32 vectorHash = keccak256(
            abi.encode(MARKS_TYPEHASH, tick.epoch, seq, previousHash, observedAt, keccak256(abi.encodePacked(prices)))
        );
        _checkQuorum(vectorHash, signatures);
        // Effect: take the prices; what was signed and never posted is counted.
        if (seq > tick.seq + 1) {
            emit MarksSkipped(tick.seq + 1, seq - 1);
            tick.skipped = SafeCast.toUint32(uint256(tick.skipped) + seq - tick.seq - 1);
        }
        uint64[] memory valuing = _takePrices(tick, prices);
        tick.seq = seq;
        tick.observedAt = observedAt;
        tick.vectors += 1;
        _tick = tick;
        _vectorHash = vectorHash;
        emit MarksPosted(seq, vectorHash, observedAt, prices, tick.staleBits, tick.pendingBits);
        // Interaction: the book rolls its day on the old marks, takes the new ones, tests its latches.
        IRiskBook(book).onMarks(observedAt, valuing);
    }

    /// @inheritdoc ISignalOracle
    function revoke(bytes32 digest) external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        CommitmentStatus status = _status(word[digest]);
        if (status != CommitmentStatus.OPEN) revert NotOpen(digest, status);
        word[digest] = uint256(CommitmentStatus.REVOKED);
        _tally.revoked += 1;
        emit SignalRevoked(digest);
    }

    /// @inheritdoc ISignalOracle
    function freezeTrader() external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        emit TraderFrozen(trader);
        trader = address(0);
    }

    /// @inheritdoc ISignalOracle
    function removeSigner(address signer) external {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
        uint256 place = _signerPlace[signer];
        if (place == 0) revert NotASigner(signer);
        address[] memory left = new address[](_signers.length - 1);
        for (uint256 i; i < left.length; ++i) {
            left[i] = _signers[i < place - 1 ? i : i + 1];
        }
        _replaceSigners(left, quorum);
    }

    // ---- changes that wait

    /// @inheritdoc IDelayed
    function submitChange(bytes calldata call) external {
        if (msg.sender != governor) revert NotGovernor(msg.sender);
        if (book == address(0)) revert NotBound();
        bytes32 against;
        if (bytes4(call) == this.acceptSigners.selector) {
            (address[] memory signers_, uint16 quorum_) = abi.decode(call[4:], (address[], uint16));
            _checkSigners(signers_, quorum_);
            against = _signersNow();
        } else if (bytes4(call) == this.acceptTrader.selector) {
            if (abi.decode(call[4:], (address)) == address(0)) revert BadSetup("trader");
            against = _traderNow();
        } else {
            revert NotAChange(bytes4(call));
        }
        _submit(call, _tick.observedAt, _delaySeconds(), against);
    }

    /// @inheritdoc IDelayed
    function revokeChange(bytes32 id) external {
        if (msg.sender != governor && msg.sender != guardian) revert NotGuardian(msg.sender);
        _revoke(id);
    }

    /// @inheritdoc ISignalOracle
    function acceptSigners(address[] calldata signers_, uint16 quorum_) external {
        if (msg.sender != governor) revert NotGovernor(msg.sender);
        _accept(_tick.observedAt, _delaySeconds(), _signersNow(), _marksCome());
        _checkSigners(signers_, quorum_);
        _replaceSigners(signers_, quorum_);
    }

    /// @inheritdoc ISignalOracle
    function acceptTrader(address trader_) external {
        if (msg.sender != governor) revert NotGovernor(msg.sender);
        _accept(_tick.observedAt, _delaySeconds(), _traderNow(), _marksCome());
        trader = trader_;
        emit TraderChanged(trader_);
    }

    /// @inheritdoc ISignalOracle
    function anchor(uint64 position, bytes32 root, uint64 previousPosition) external {
        if (msg.sender != trader && msg.sender != governor) revert NotTraderOrGovernor(msg.sender);
        uint64 last = _anchor.position;
        if (previousPosition != last) revert AnchorWentBack(previousPosition, last);
        if (position <= last) revert AnchorWentBack(position, last);
        _anchor = Anchor(position, root);
        emit LogAnchored(position, root, previousPosition);
    }

    /// @inheritdoc ISignalOracle
    function settle(bytes32 id, uint256 expected, bytes32 ticketHash) external returns (bool) {
        if (msg.sender != book) revert NotBook(msg.sender);
        if (word[id] != expected) return false;
        if (uint8(expected) == uint8(CommitmentStatus.OPEN) && expected < Hashes.TICKET_BIT) _tally.judged += 1;
        word[id] = ticketHash == 0 ? uint256(CommitmentStatus.SPENT) : uint256(ticketHash) | Hashes.TICKET_BIT;
        return true;
    }

    /// @inheritdoc ISignalOracle
    function commitment(bytes32 digest) external view returns (Commitment memory found) {
        uint256 slot = word[digest];
        found.status = _status(slot);
        if (found.status != CommitmentStatus.OPEN) return found;
        found.epoch = uint32(slot >> 8);
        found.blockNumber = uint64(slot >> 40);
        found.fromSeq = uint64(slot >> 104);
        found.toSeq = uint64(slot >> 168);
    }

    /// @inheritdoc ISignalOracle
    function counters() external view returns (Counters memory) {
        Tally memory tally = _tally;
        uint64 open = tally.committed - tally.judged - tally.revoked;
        return Counters(tally.committed, tally.judged, tally.revoked, open, _tick.vectors, _tick.skipped, tally.rounds);
    }

    /// @inheritdoc ISignalOracle
    function snapshot() external view returns (Snapshot memory shot) {
        Tick memory tick = _tick;
        shot.domainSeparator = _domainSeparatorV4();
        shot.trader = trader;
        shot.epoch = tick.epoch;
        shot.tick = tick.seq;
        shot.observedAt = tick.observedAt;
        shot.staleBits = tick.staleBits;
        shot.pendingBits = tick.pendingBits;
        shot.prices = _prices.load(MARKETS);
        shot.pendings = tick.pendingBits == 0 ? new uint64[](MARKETS) : _pendings.load(MARKETS);
    }

    /// @inheritdoc ISignalOracle
    function marks() external view returns (Mark[] memory all) {
        uint64[] memory prices = _prices.load(MARKETS);
        uint64[] memory pendings = _pendings.load(MARKETS);
        all = new Mark[](MARKETS);
        for (uint256 i; i < MARKETS; ++i) {
            all[i] = Mark(_markets[i], prices[i], pendings[i], _tick.staleBits >> i & 1 == 1);
        }
    }

    /// @inheritdoc ISignalOracle
    function lastVector() external view returns (uint64, bytes32, uint64) {
        return (_tick.seq, _vectorHash, _tick.observedAt);
    }

    /// @inheritdoc ISignalOracle
    function lastAnchor() external view returns (uint64, bytes32) {
        return (_anchor.position, _anchor.root);
    }

    /// @inheritdoc ISignalOracle
    function markets() external view returns (bytes32[] memory) {
        return _markets;
    }

    /// @inheritdoc ISignalOracle
    function signers() external view returns (address[] memory) {
        return _signers;
    }

    /// @inheritdoc ISignalOracle
    function epoch() external view returns (uint32) {
        return _tick.epoch;
    }

    /// @inheritdoc ISignalOracle
    function eip712Domain()
        public
        view
        override(ISignalOracle, EIP712)
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory)
    {
        return super.eip712Domain();
    }

    function _checkSigners(address[] memory signers_, uint16 quorum_) private pure {
        if (quorum_ == 0 || quorum_ > signers_.length) revert BadSetup("quorum");
        if (signers_.length > MAX_SIGNERS) revert BadSetup("signers");
        for (uint256 i; i < signers_.length; ++i) {
            if (signers_[i] == address(0)) revert BadSetup("signers");
            for (uint256 j; j < i; ++j) {
                if (signers_[i] == signers_[j]) revert BadSetup("signers");
            }
        }
    }

    function _replaceSigners(address[] memory signers_, uint16 quorum_) private {
        for (uint256 i; i < _signers.length; ++i) {
            delete _signerPlace[_signers[i]];
        }
        _setSigners(signers_, quorum_);
    }

    /// A new epoch begins: what others signed counts for nothing from here on, and what they committed for no entry.
    function _setSigners(address[] memory signers_, uint16 quorum_) private {
        for (uint256 i; i < signers_.length; ++i) {
            _signerPlace[signers_[i]] = i + 1;
        }
        (_signers, quorum) = (signers_, quorum_);
        _tick.epoch += 1;
        emit SignersChanged(_tick.epoch, signers_, quorum_);
    }

    /// The one delay of book and oracle is a parameter of the book.
    function _delaySeconds() private view returns (uint32) {
        return IRiskBook(book).limits().delaySeconds;
    }

    /// What a change of signers is made against: any other change of them begins a new epoch.
    function _signersNow() private view returns (bytes32) {
        return bytes32(uint256(_tick.epoch));
    }

    function _traderNow() private view returns (bytes32) {
        return bytes32(uint256(uint160(trader)));
    }

    /// With fewer signers left than the quorum nobody can post marks; their clock must not hold up who mends that.
    function _marksCome() private view returns (bool) {
        return _signers.length >= quorum;
    }

    /// A step beyond the limit waits in `pendings` and the old mark goes on valuing; the next price confirms it, clears it
    /// or takes its place. No price (0) leaves both and makes the market stale.
    function _takePrices(Tick memory tick, uint64[] calldata prices) private returns (uint64[] memory valuing) {
        valuing = _prices.load(MARKETS);
        uint64[] memory pendings = tick.pendingBits == 0 ? new uint64[](MARKETS) : _pendings.load(MARKETS);
        uint256 stale;
        uint256 pending;
        for (uint256 i; i < prices.length; ++i) {
            uint64 price = prices[i];
            if (price == 0) {
                stale |= 1 << i;
            } else if (valuing[i] == 0 || _withinStep(price, pendings[i]) || _withinStep(price, valuing[i])) {
                valuing[i] = price;
                pendings[i] = 0;
            } else {
                pendings[i] = price;
            }
            if (pendings[i] != 0) pending |= 1 << i;
        }
        _prices.store(valuing);
        if (pending | tick.pendingBits != 0) _pendings.store(pendings);
        tick.staleBits = uint16(stale);
        tick.pendingBits = uint16(pending);
    }

    function _withinStep(uint256 price, uint256 from) private view returns (bool) {
        uint256 step = price > from ? price - from : from - price;
        return step * 1e4 <= stepLimitBps * from;
    }

    function _checkFresh(uint64 observedAt) private view {
        bool fresh = class == BookClass.SIMULATED
            ? observedAt <= block.timestamp
            : uint256(observedAt) + OLDEST_MARK >= block.timestamp && observedAt <= block.timestamp + NEWEST_MARK;
        if (!fresh) revert NotFresh(observedAt, uint64(block.timestamp));
    }

    /// Exactly `quorum` signatures, each by a different signer, each with a low s (OpenZeppelin's ECDSA reverts otherwise).
    function _checkQuorum(bytes32 structHash, bytes[] calldata signatures) private view {
        if (signatures.length != quorum) revert WrongSignatureCount(signatures.length, quorum);
        bytes32 digest = _hashTypedDataV4(structHash);
        uint256 seen;
        for (uint256 i; i < signatures.length; ++i) {
            address signer = ECDSA.recover(digest, signatures[i]);
            uint256 place = _signerPlace[signer];
            if (place == 0) revert NotASigner(signer);
            if (seen >> place & 1 == 1) revert SignerTwice(signer);
            seen |= 1 << place;
        }
    }

    function _status(uint256 slot) private pure returns (CommitmentStatus) {
        return slot >= Hashes.TICKET_BIT ? CommitmentStatus.TICKET : CommitmentStatus(uint8(slot));
    }
}
