// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Kit, Log} from "./Kit.sol";
import {RiskBook} from "../src/RiskBook.sol";
import {RiskBookGovernance} from "../src/RiskBookGovernance.sol";
import {RiskBookRare} from "../src/RiskBookRare.sol";
import {SignalOracle} from "../src/SignalOracle.sol";
import {
    BookSetup,
    BookView,
    ExitOrder,
    Fill,
    FillBody,
    IRiskBook,
    Limits,
    Order,
    RejectionBody,
    Skip,
    Ticket
} from "../src/interfaces/IRiskBook.sol";
import {BookClass, OracleSetup, Signal} from "../src/interfaces/ISignalOracle.sol";
import {BookMath} from "../src/libraries/BookMath.sol";
import {Hashes} from "../src/libraries/Hashes.sol";

/// @title One oracle, one book, six markets at 100, cash 10,000, and words to act in them
abstract contract World is Kit {
    uint8 internal constant BUY = 1;
    uint8 internal constant SELL = 2;
    uint8 internal constant SIGNAL = 1;
    uint8 internal constant STOP_LOSS = 2;
    uint8 internal constant MANUAL = 6;

    uint64 internal constant E8 = 1e8;
    uint64 internal constant HUNDRED = 100e8;
    uint64 internal constant HOUR = 3600;
    /// An hour after a midnight.
    uint64 internal constant START = 1_619_827_200 + HOUR;
    int128 internal constant CASH = 10_000e8;

    bytes32 internal constant BOOK = keccak256("demo");
    bytes32 internal constant STRATEGY = keccak256("technical");

    SignalOracle internal oracle;
    IRiskBook internal book;
    RiskBook internal hot;
    RiskBookRare internal rare;

    uint256[] internal keys;
    address internal governor = address(0x60);
    address internal guardian = address(0x61);
    address internal trader = address(0x7);
    address internal stranger = address(0x57);
    bytes32[] internal markets;

    uint64 internal tick;
    uint64 internal observedAt;
    bytes32 internal vectorHash;
    uint64 internal rounds;
    uint32 internal epoch = 1;
    uint64[] internal prices;

    // ---- opening

    function setUp() public virtual {
        _openWorld(BookClass.SIMULATED, _limits());
    }

    function _limits() internal pure returns (Limits memory) {
        return Limits({
            maxPositionBps: 2000,
            maxDailyLossBps: 500,
            minConfidenceBps: 6500,
            maxTradesPerDay: 50,
            maxDrawdownBps: 2000,
            minEdgeBps: 0,
            feeBps: 10,
            halfSpreadBps: 1,
            entryBandBps: 50,
            exitBandBps: 200,
            markAgeSeconds: 180,
            delaySeconds: 1 days
        });
    }

    function _openWorld(BookClass class, Limits memory limits) internal {
        keys = [uint256(0xA11CE)];
        _openWorldWith(class, limits, 1);
    }

    function _openWorldWith(BookClass class, Limits memory limits, uint16 quorum) internal {
        vm.warp(START);
        vm.roll(100);
        (tick, observedAt, vectorHash, rounds, epoch) = (0, START, 0, 0, 1);
        markets = [keccak256("A"), keccak256("B"), keccak256("C"), keccak256("D"), keccak256("E"), keccak256("F")];
        prices = [HUNDRED, HUNDRED, HUNDRED, HUNDRED, E8, HUNDRED];
        oracle = new SignalOracle(_oracleSetup(class, quorum));
        (hot, rare) = _openBook(oracle, limits);
        book = IRiskBook(address(hot));
        oracle.bind(address(hot));
    }

    function _oracleSetup(BookClass class, uint16 quorum) internal view returns (OracleSetup memory setup) {
        setup.governor = governor;
        setup.guardian = guardian;
        setup.trader = trader;
        setup.signers = new address[](keys.length);
        for (uint256 i; i < keys.length; ++i) {
            setup.signers[i] = vm.addr(keys[i]);
        }
        setup.quorum = quorum;
        setup.markets = markets;
        setup.class = class;
        setup.stepLimitBps = 5000;
    }

    function _openBook(SignalOracle oracle_, Limits memory limits) internal returns (RiskBook, RiskBookRare rare_) {
        BookSetup memory setup = BookSetup(address(oracle_), address(0), BOOK, uint128(CASH), limits, 0);
        setup.rare = address(new RiskBookGovernance(setup));
        rare_ = new RiskBookRare(setup);
        setup.rare = address(rare_);
        return (new RiskBook(setup), rare_);
    }

    // ---- marks

    /// Posts the prices as they stand, with the observed time as it stands.
    function _post() internal {
        bytes32 hash = _marksHash(tick + 1, vectorHash, observedAt);
        bytes[] memory signatures = _signed(hash, oracle.quorum());
        if (block.timestamp < observedAt) vm.warp(observedAt);
        oracle.postMarks(tick + 1, vectorHash, observedAt, prices, signatures);
        tick += 1;
        vectorHash = hash;
        vm.roll(block.number + 1);
    }

    function _postAt(uint64 time) internal {
        observedAt = time;
        _post();
    }

    function _postPrice(uint256 m, uint64 price) internal {
        prices[m] = price;
        _post();
    }

    function _marksHash(uint64 seq, bytes32 previous, uint64 time) internal view returns (bytes32) {
        bytes32 typehash =
            keccak256("Marks(uint32 epoch,uint64 seq,bytes32 previousHash,uint64 observedAt,uint64[] prices)");
        uint64[] memory vector = prices;
        return keccak256(abi.encode(typehash, epoch, seq, previous, time, keccak256(abi.encodePacked(vector))));
    }

    // ---- signals

    function _buy(uint256 m, uint64 close) internal view returns (Signal memory signal) {
        signal.book = BOOK;
        signal.strategy = STRATEGY;
        signal.seq = rounds + 1;
        signal.market = markets[m];
        signal.side = BUY;
        signal.confidenceBps = 6500;
        signal.riskScore = 40;
        signal.sizeBps = 3000;
        signal.price = prices[m];
        signal.takeProfitBps = 400;
        signal.stopLossBps = 200;
        signal.horizonSeconds = 72 * 3600;
        signal.candleClose = close;
        signal.expiresAt = close + HOUR;
        signal.window = keccak256(abi.encode("window", m, close));
        signal.model = keccak256("model");
        signal.calibrator = keccak256("calibrator");
        signal.claim = keccak256("take profit before stop loss");
        signal.salt = keccak256(abi.encode("salt", m, close));
    }

    function _sell(uint256 m, uint64 close) internal view returns (Signal memory signal) {
        signal = _buy(m, close);
        signal.side = SELL;
    }

    /// Commits one round with this signal, one block before the present one.
    function _commit(Signal memory signal) internal returns (bytes32 digest) {
        bytes32[] memory digests = new bytes32[](1);
        digest = digests[0] = _digest(signal);
        _commitDigests(digests);
    }

    function _commitDigests(bytes32[] memory digests) internal {
        bytes32[] memory hashes = new bytes32[](1);
        hashes[0] = keccak256(abi.encode(rounds + 1));
        bytes[] memory signatures = _signed(_commitHash(rounds + 1, hashes, digests), oracle.quorum());
        oracle.commit(rounds + 1, hashes, digests, signatures);
        rounds += 1;
        vm.roll(block.number + 1);
    }

    function _commitHash(uint64 fromSeq, bytes32[] memory hashes, bytes32[] memory digests)
        internal
        view
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                keccak256("Commit(uint32 epoch,uint64 fromSeq,bytes32[] roundHashes,bytes32[] digests)"),
                epoch,
                fromSeq,
                keccak256(abi.encodePacked(hashes)),
                keccak256(abi.encodePacked(digests))
            )
        );
    }

    function _digest(Signal memory signal) internal view returns (bytes32) {
        return _typed(keccak256(abi.encode(Hashes.SIGNAL_TYPEHASH, signal)));
    }

    function _signalHash(Signal memory signal) internal pure returns (bytes32) {
        bytes32 salt = signal.salt;
        signal.salt = 0;
        bytes32 hash = keccak256(abi.encode(Hashes.SIGNAL_TYPEHASH, signal));
        signal.salt = salt;
        return hash;
    }

    function _typed(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Tradeseal SignalOracle"),
                keccak256("1"),
                block.chainid,
                address(oracle)
            )
        );
        return keccak256(abi.encodePacked("\x19\x01", domain, structHash));
    }

    /// The first `count` signers' signatures.
    function _signed(bytes32 structHash, uint256 count) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i; i < count; ++i) {
            signatures[i] = _signature(keys[i], structHash);
        }
    }

    function _signature(uint256 key, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _typed(structHash));
        return abi.encodePacked(r, s, v);
    }

    // ---- orders

    function _authorise(Signal memory signal, uint128 quantity, uint64 limitPrice) internal {
        Order[] memory orders = new Order[](1);
        orders[0] = Order(signal, quantity, limitPrice);
        vm.recordLogs();
        vm.prank(trader);
        book.authorise(orders);
    }

    /// Commits and authorises at a limit price 0.5 % over the mark; the ticket if it was allowed.
    function _enter(uint256 m, uint64 close, uint128 quantity) internal returns (Ticket memory) {
        Signal memory signal = _buy(m, close);
        _commit(signal);
        _authorise(signal, quantity, _over(prices[m]));
        return _ticket();
    }

    /// Enters and fills at the best price allowed.
    function _hold(uint256 m, uint64 close, uint128 quantity) internal {
        _fillBest(_enter(m, close, quantity));
    }

    function _over(uint64 price) internal pure returns (uint64) {
        return price + price / 200;
    }

    function _under(uint64 price) internal pure returns (uint64) {
        return price - price / 50;
    }

    function _exit(uint256 m, uint128 quantity, uint64 limitPrice, uint8 reason) internal {
        ExitOrder[] memory orders = new ExitOrder[](1);
        orders[0] = ExitOrder(markets[m], quantity, limitPrice, reason, 0);
        vm.recordLogs();
        vm.prank(trader);
        book.exit(orders, new Signal[](0));
    }

    function _exitOn(Signal memory signal, uint128 quantity, uint64 limitPrice) internal {
        ExitOrder[] memory orders = new ExitOrder[](1);
        orders[0] = ExitOrder(signal.market, quantity, limitPrice, SIGNAL, 1);
        Signal[] memory signals = new Signal[](1);
        signals[0] = signal;
        vm.recordLogs();
        vm.prank(trader);
        book.exit(orders, signals);
    }

    // ---- fills

    function _fillOf(Ticket memory ticket, uint128 quantity, uint64 price) internal pure returns (Fill[] memory fills) {
        fills = new Fill[](1);
        uint256 notional =
            ticket.side == BUY ? BookMath.notionalUp(quantity, price) : BookMath.notionalDown(quantity, price);
        fills[0] = Fill(ticket, quantity, price, uint128(BookMath.feeUp(notional, ticket.feeBps)));
    }

    function _record(Fill[] memory fills) internal {
        vm.recordLogs();
        vm.prank(trader);
        book.record(fills);
    }

    function _fillBest(Ticket memory ticket) internal {
        _record(_fillOf(ticket, ticket.quantity, _best(ticket)));
    }

    function _best(Ticket memory ticket) internal view returns (uint64) {
        uint16 halfSpread = book.limits().halfSpreadBps;
        return uint64(
            ticket.side == BUY
                ? BookMath.priceWithSpreadUp(ticket.mark, halfSpread)
                : BookMath.priceWithSpreadDown(ticket.mark, halfSpread)
        );
    }

    function _release(Ticket memory ticket, address by) internal {
        Ticket[] memory tickets = new Ticket[](1);
        tickets[0] = ticket;
        vm.recordLogs();
        vm.prank(by);
        book.release(tickets);
    }

    // ---- what the logs say (reading them empties them)

    /// The one log of this kind since `recordLogs`.
    function _one(Log[] memory logs, bytes32 kind) internal pure returns (Log memory found) {
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != kind) continue;
            yes(found.emitter == address(0), "only one such event");
            found = logs[i];
        }
        yes(found.emitter != address(0), "the event was emitted");
    }

    function _ticket() internal returns (Ticket memory) {
        return _ticketIn(_one(vm.getRecordedLogs(), IRiskBook.TradeAuthorised.selector));
    }

    function _ticketIn(Log memory log) internal pure returns (Ticket memory ticket) {
        (ticket,,,) = abi.decode(log.data, (Ticket, bytes32, uint64, bytes32));
    }

    function _exitTicket() internal returns (Ticket memory ticket, uint8 flags) {
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.ExitAuthorised.selector);
        (ticket, flags,,,) = abi.decode(log.data, (Ticket, uint8, bytes32, uint64, bytes32));
    }

    function _rejection() internal returns (RejectionBody memory body) {
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.TradeRejected.selector);
        (body,,) = abi.decode(log.data, (RejectionBody, bytes32, bytes32));
    }

    function _fillBody() internal returns (FillBody memory body) {
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.FillRecorded.selector);
        (body,) = abi.decode(log.data, (FillBody, bytes32));
    }

    function _skipIs(Skip code, uint256 got, uint256 want) internal {
        Log memory log = _one(vm.getRecordedLogs(), IRiskBook.OrderSkipped.selector);
        eq(uint256(log.topics[2]), uint256(code), "skip code");
        (uint256 index, uint256 saidGot, uint256 saidWant) = abi.decode(log.data, (uint256, uint256, uint256));
        eq(index, 0, "index");
        eq(saidGot, got, "got");
        eq(saidWant, want, "want");
    }

    /// The last verdict was a rejection by exactly these rules.
    function _rejectedBy(uint16 rules) internal returns (RejectionBody memory body) {
        body = _rejection();
        eq(body.rules, rules, "rules");
    }

    /// Both sides of the only failing comparison.
    function _rejectedAt(uint16 rule, uint256 measured, uint256 limit) internal {
        RejectionBody memory body = _rejectedBy(rule);
        eq(body.measured.length, 1, "one comparison");
        eq(body.measured[0], measured, "measured");
        eq(body.limits[0], limit, "limit");
    }
}
