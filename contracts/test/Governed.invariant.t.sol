// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Kit, Log} from "./Kit.sol";
import {Follower} from "./Follower.sol";
import {IDelayed} from "../src/interfaces/IDelayed.sol";
import {
    BookView,
    ExitOrder,
    Fill,
    FillBody,
    IRiskBook,
    Limits,
    Position,
    RejectionBody,
    State,
    Ticket
} from "../src/interfaces/IRiskBook.sol";
import {BookClass, Counters, ISignalOracle, Signal} from "../src/interfaces/ISignalOracle.sol";
import {BookMath} from "../src/libraries/BookMath.sol";

/// @title A book of any class in use and under government: trades, facts, marks, days, flows, stops, changes, epochs
/// Folds the events into books of its own. What is asked in vain here is asked by a call that may fail; the rest must not.
contract GovernedDesk is Follower {
    BookClass private immutable CLASS;

    Ticket[] internal open;
    mapping(uint64 ticketSeq => uint256) private _size;
    mapping(uint64 ticketSeq => uint256) private _filledOf;
    mapping(bytes32 digest => uint256) private _judged;
    mapping(bytes32 digest => uint64) private _closeOf;
    mapping(bytes32 market => uint64) private _lastClose;
    int256 public cash;
    uint256 public overfilled;
    uint256 public judgedTwice;
    uint256 public counterFell;
    uint256 public accepted;
    uint256 public flagged;
    uint256 public resumed;
    uint256 public reached;
    uint64 private _close = START;
    uint256 private _key = 0xB000;
    uint32 private _day;
    uint16 private _trades;
    bytes[] private _waiting;

    constructor(BookClass class) {
        CLASS = class;
        keys = [uint256(0xA11CE)];
        vm.recordLogs();
        _openWorldWith(class, _limits(), 1);
        cash = 0;
        _listen();
        _post();
        _listen();
    }

    /// Every action begins with empty logs and ends with all of them folded.
    modifier told() {
        vm.recordLogs();
        _;
        _listen();
        BookView memory now_ = book.book();
        if (now_.day == _day && now_.tradesToday < _trades) ++counterFell;
        (_day, _trades) = (now_.day, now_.tradesToday);
    }

    // ---- trading

    /// Good ones, and ones that some rule must refuse: an old candle, no confidence, an old round.
    function enter(uint256 m, uint256 size, uint256 how) external told {
        m %= 6;
        uint128 quantity = uint128(bound(size, 1, 22e8) * HUNDRED / prices[m]);
        how %= 8;
        Signal memory signal = _buy(m, how == 1 ? _close : ++_close);
        signal.expiresAt = how == 2 ? observedAt - 1 : observedAt + 1;
        if (how == 3) signal.seq += 1;
        if (how == 4) signal.confidenceBps = 6000;
        signal.salt = keccak256(abi.encode(rounds));
        _closeOf[_commit(signal)] = signal.candleClose;
        _authorise(signal, quantity == 0 ? 1 : quantity, _over(prices[m]));
    }

    function depart(uint256 m, uint256 part, bool signalled) external told {
        m %= 6;
        Position memory position = book.book().positions[m];
        if (position.quantity <= position.openExit) return;
        uint128 quantity = uint128(bound(part, 1, position.quantity - position.openExit));
        uint64 limitPrice = _worse(position) - _worse(position) / 50;
        if (!signalled) return _exit(m, quantity, limitPrice, STOP_LOSS);
        Signal memory signal = _sell(m, ++_close);
        signal.expiresAt = observedAt + 1;
        _closeOf[_commit(signal)] = signal.candleClose;
        _exitOn(signal, quantity, limitPrice);
    }

    /// A part at a lawful price, or the end of the ticket where none is left.
    function fill(uint256 which, uint256 part) external told {
        if (open.length == 0) return;
        which %= open.length;
        Ticket memory ticket = open[which];
        BookView memory now_ = book.book();
        uint64 price = _best(ticket, now_);
        bool beyond = ticket.side == BUY ? price > ticket.limitPrice : price < ticket.limitPrice;
        bool over = tick >= ticket.tick + 3 || (ticket.side == BUY && ticket.seq < now_.voidBefore);
        if (beyond || over) {
            _release(ticket, CLASS == BookClass.LIVE || !over ? guardian : stranger);
            return _drop(which);
        }
        uint128 quantity = part % 3 == 0 ? uint128(bound(part, 1, ticket.quantity)) : ticket.quantity;
        Fill[] memory fills = _fillOf(ticket, quantity, price);
        vm.recordLogs();
        vm.prank(trader);
        (bool done,) = address(book).call(abi.encodeCall(IRiskBook.record, (fills)));
        if (!done) {
            _record(_fillOf(ticket, ticket.quantity, price));
            quantity = ticket.quantity;
        }
        open[which].quantity -= quantity;
        if (open[which].quantity == 0) _drop(which);
    }

    /// What no simulated book takes and every live one does: any price, any quantity, any fee, any ticket.
    function fact(uint256 which, uint256 size, uint256 price, uint256 fee, bool invented) external told {
        if (open.length == 0) return;
        which %= open.length;
        Fill[] memory fills = new Fill[](1);
        Ticket memory ticket = open[which];
        if (invented) ticket.id = keccak256(abi.encode(size, price));
        uint64 mark = prices[ticket.market];
        uint128 quantity = uint128(bound(size, 1, uint256(ticket.quantity) * 5 / 4 + 1));
        fills[0] = Fill(ticket, quantity, uint64(bound(price, mark / 2 + 1, mark * 2)), uint128(bound(fee, 0, 5e8)));
        vm.prank(trader);
        (bool done,) = address(book).call(abi.encodeCall(IRiskBook.record, (fills)));
        yes(done == (CLASS == BookClass.LIVE) || !invented, "a live book takes every fact, others no invented one");
        if (!done || invented) return;
        open[which].quantity -= quantity < ticket.quantity ? quantity : ticket.quantity;
        if (open[which].quantity == 0) _drop(which);
    }

    // ---- marks

    function move(uint256 m, uint256 to) external told {
        m %= 6;
        uint64 price = prices[m];
        _postPrice(m, uint64(bound(to, price * 3 / 5 + 1, price * 3 / 2)));
    }

    function fall(uint256 by) external told {
        for (uint256 m; m < 6; ++m) {
            prices[m] -= uint64(prices[m] * bound(by, 0, 3000) / 1e4);
        }
        _post();
    }

    function miss(uint256 m) external told {
        m %= 6;
        uint64 price = prices[m];
        _postPrice(m, 0);
        prices[m] = price;
    }

    function wait_(uint256 time) external told {
        _postAt(observedAt + uint64(bound(time, 1, 1 days)));
    }

    // ---- governance

    function flow(int256 amount) external told {
        int128 money = int128(amount % 3_000e8);
        vm.prank(governor);
        (bool done,) = address(book).call(abi.encodeCall(IRiskBook.bookFlow, (money)));
        if (done) reached |= 1;
    }

    function stop(uint256 how) external told {
        vm.prank(how % 2 == 0 ? guardian : governor);
        (bool done,) = address(book).call(
            abi.encodeCall(IRiskBook.setManual, (State(how % 3), bytes32("stop")))
        );
        if (done) reached |= 2;
    }

    function tighten(uint256 which, uint256 value) external told {
        bytes memory call = abi.encodeCall(IRiskBook.tighten, (_some(which, value)));
        vm.prank(guardian);
        (bool done,) = address(book).call(call);
        if (done) reached |= 4;
    }

    function propose(uint256 which, uint256 value) external told {
        bytes memory call = which % 3 == 0
            ? abi.encodeCall(IRiskBook.acceptResume, (bytes32(value)))
            : which % 3 == 1
                ? abi.encodeCall(IRiskBook.acceptLimits, (_limits()))
                : abi.encodeCall(IRiskBook.acceptLimits, (_some(which / 3, value)));
        vm.prank(governor);
        (bool done,) = address(book).call(abi.encodeCall(IDelayed.submitChange, (call)));
        if (done) _waiting.push(call);
    }

    function accept(uint256 which, bool wait) external told {
        if (_waiting.length == 0) return;
        if (wait) {
            _postAt(observedAt + book.limits().delaySeconds);
            _listen();
        }
        bytes memory call = _waiting[which % _waiting.length];
        vm.prank(governor);
        (bool done,) = address(book).call(call);
        if (done) ++accepted;
    }

    function withdrawChange(uint256 which) external told {
        if (_waiting.length == 0) return;
        vm.prank(guardian);
        (bool done,) = address(book).call(
            abi.encodeCall(IDelayed.revokeChange, (keccak256(_waiting[which % _waiting.length])))
        );
        if (done) reached |= 8;
    }

    /// Another signer, and with it another epoch.
    function rotate() external told {
        address[] memory one = new address[](1);
        one[0] = vm.addr(++_key);
        vm.prank(governor);
        oracle.submitChange(abi.encodeCall(ISignalOracle.acceptSigners, (one, 1)));
        _postAt(observedAt + book.limits().delaySeconds);
        vm.prank(governor);
        oracle.acceptSigners(one, 1);
        keys = [_key];
        epoch = oracle.epoch();
        reached |= 16;
    }

    function revoke(uint256 m) external told {
        Signal memory signal = _buy(m % 6, ++_close);
        bytes32 digest = _commit(signal);
        vm.prank(guardian);
        oracle.revoke(digest);
    }

    // ---- what is asked of it

    function seen() external view returns (BookView memory) {
        return book.book();
    }

    function limitsNow() external view returns (Limits memory) {
        return book.limits();
    }

    function counters() external view returns (Counters memory) {
        return oracle.counters();
    }

    function folded() external view returns (bytes32, uint64) {
        return (head, seq);
    }

    function kindsSeen() external view returns (uint256) {
        return kinds;
    }

    function isLive() external view returns (bool) {
        return CLASS == BookClass.LIVE;
    }

    function reservedByTickets() external view returns (uint256 sum) {
        for (uint256 i; i < open.length; ++i) {
            if (open[i].side == BUY) {
                sum += BookMath.reservationUp(open[i].quantity, open[i].limitPrice, open[i].feeBps);
            }
        }
    }

    /// Sells all that is free in each market; how many markets did not let it.
    function trapped() external returns (uint256 count) {
        BookView memory now_ = book.book();
        if (now_.state == State.HALTED) return 0;
        for (uint256 m; m < 6; ++m) {
            Position memory position = now_.positions[m];
            if (position.quantity <= position.openExit) continue;
            ExitOrder[] memory orders = new ExitOrder[](1);
            orders[0] = ExitOrder(markets[m], position.quantity - position.openExit, _worse(position), MANUAL, 0);
            uint64 before = book.book().recordSeq;
            vm.prank(guardian);
            book.exit(orders, new Signal[](0));
            BookView memory after_ = book.book();
            bool left = after_.recordSeq == before + 1 && after_.positions[m].openExit == position.quantity;
            if (!left) ++count;
        }
    }

    // ---- folding

    function _listen() private {
        Log[] memory logs = vm.getRecordedLogs();
        _followAll(logs);
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IRiskBook.TradeAuthorised.selector) {
                _authorised(_ticketIn(logs[i]), logs[i].topics[3], true);
            } else if (topic == IRiskBook.ExitAuthorised.selector) {
                (Ticket memory ticket,,,,) = abi.decode(logs[i].data, (Ticket, uint8, bytes32, uint64, bytes32));
                _authorised(ticket, logs[i].topics[3], ticket.reason == SIGNAL);
            } else if (topic == IRiskBook.TradeRejected.selector) {
                (RejectionBody memory body,,) = abi.decode(logs[i].data, (RejectionBody, bytes32, bytes32));
                _judge(logs[i].topics[2], logs[i].topics[3], body.rules & 16 == 0);
            } else if (topic == IRiskBook.FillRecorded.selector) {
                _fold(logs[i]);
            } else if (topic == IRiskBook.FlowBooked.selector) {
                (int128 amount,,,,,) = abi.decode(logs[i].data, (int128, int128, int128, int128, uint64, bytes32));
                cash += amount;
            } else if (topic == IRiskBook.PeakReset.selector) {
                ++resumed;
            }
        }
    }

    function _authorised(Ticket memory ticket, bytes32 market, bool signalled) private {
        open.push(ticket);
        _size[ticket.seq] = ticket.quantity;
        if (signalled) _judge(ticket.id, market, true);
    }

    /// A digest once; a candle that passed RULE-05 is later than every one judged before it.
    function _judge(bytes32 digest, bytes32 market, bool live) private {
        if (++_judged[digest] > 1) ++judgedTwice;
        uint64 close = _closeOf[digest];
        if (close == 0) return;
        if (live && close <= _lastClose[market]) ++judgedTwice;
        if (close > _lastClose[market]) _lastClose[market] = close;
    }

    function _fold(Log memory log) private {
        (FillBody memory body,) = abi.decode(log.data, (FillBody, bytes32));
        int256 fee = int256(uint256(body.fee));
        int256 notional = int256(uint256(body.notional));
        if (body.flags != 0) ++flagged;
        // The proceeds of an excess explain nothing; a fee they do not cover is a fee all the same.
        if (body.quantity == 0) cash -= fee > notional ? fee - notional : int256(0);
        else cash += body.side == BUY ? -notional - fee : notional - fee;
        if (body.ticketSeq == 0) return;
        _filledOf[body.ticketSeq] += body.quantity;
        if (body.flags & 2 == 0 && _filledOf[body.ticketSeq] > _size[body.ticketSeq]) ++overfilled;
    }

    // ---- words

    /// The limits in force with one of them changed; the delay stays within two days, or nobody here lives to see it over.
    function _some(uint256 which, uint256 value) private view returns (Limits memory) {
        uint256[12] memory words = abi.decode(abi.encode(book.limits()), (uint256[12]));
        which %= 12;
        words[which] = which == 11 ? value % 2 days : value % (2 * words[which] + 3);
        if (words[which] > type(uint16).max && which < 10) words[which] = type(uint16).max;
        return abi.decode(abi.encode(words), (Limits));
    }

    function _drop(uint256 which) private {
        open[which] = open[open.length - 1];
        open.pop();
    }

    function _worse(Position memory position) private pure returns (uint64) {
        return position.pending != 0 && position.pending < position.mark ? position.pending : position.mark;
    }

    /// The best price a fill may have now.
    function _best(Ticket memory ticket, BookView memory now_) private view returns (uint64) {
        Position memory position = now_.positions[ticket.market];
        uint16 halfSpread = book.limits().halfSpreadBps;
        if (ticket.side == BUY) {
            uint64 high = position.pending > position.mark ? position.pending : position.mark;
            return uint64(BookMath.priceWithSpreadUp(high > ticket.mark ? high : ticket.mark, halfSpread));
        }
        uint64 low = _worse(position);
        return uint64(BookMath.priceWithSpreadDown(low < ticket.mark ? low : ticket.mark, halfSpread));
    }
}

/// What holds after any of it, whatever the class.
abstract contract GovernedInvariants is Kit {
    uint256 private constant WALK = 600;

    GovernedDesk internal desk;

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(desk);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory chosen) {
        bytes4[20] memory actions = [
            GovernedDesk.enter.selector,
            GovernedDesk.enter.selector,
            GovernedDesk.enter.selector,
            GovernedDesk.fill.selector,
            GovernedDesk.fill.selector,
            GovernedDesk.fill.selector,
            GovernedDesk.depart.selector,
            GovernedDesk.fact.selector,
            GovernedDesk.move.selector,
            GovernedDesk.fall.selector,
            GovernedDesk.miss.selector,
            GovernedDesk.wait_.selector,
            GovernedDesk.flow.selector,
            GovernedDesk.stop.selector,
            GovernedDesk.tighten.selector,
            GovernedDesk.propose.selector,
            GovernedDesk.accept.selector,
            GovernedDesk.withdrawChange.selector,
            GovernedDesk.rotate.selector,
            GovernedDesk.revoke.selector
        ];
        chosen = new FuzzSelector[](1);
        chosen[0].addr = address(desk);
        chosen[0].selectors = new bytes4[](20);
        for (uint256 i; i < 20; ++i) {
            chosen[0].selectors[i] = actions[i];
        }
    }

    /// The head chain unbroken; cash and equity conserved; no ticket filled beyond its size; no digest and no candle judged
    /// twice; the day's counter monotone; limits never looser than their ceilings.
    /// @custom:covers MUST-LIMIT-03 MUST-HEAD-01 MUST-HEAD-04 MUST-HEAD-05 MUST-HEAD-06
    function invariant_books_heads_and_limits_hold() public view {
        (bytes32 head, uint64 seq) = desk.folded();
        BookView memory seen = desk.seen();
        eqWord(seen.head, head, "head");
        eq(seen.recordSeq, seq, "sequence");
        eq(desk.overfilled(), 0, "beyond a ticket, and unflagged");
        eq(desk.judgedTwice(), 0, "a digest or a candle");
        eq(desk.counterFell(), 0, "the day's trades fell");
        Counters memory counters = desk.counters();
        eq(counters.committed, counters.judged + counters.revoked + counters.open, "committed");
        _conserved(seen);
        _within(desk.limitsNow());
    }

    /// In ACTIVE and REDUCING, with marks of any age.
    /// @custom:covers MUST-EXIT-09
    function invariant_exits_are_possible() public {
        eq(desk.trapped(), 0, "a position that cannot leave");
    }

    /// The walk is no idle one: every kind of record, and all that government can do.
    function test_a_walk_reaches_every_kind_of_record() public {
        bytes4[] memory actions = targetSelectors()[0].selectors;
        for (uint256 i; i < WALK; ++i) {
            bytes32 a = keccak256(abi.encode(i, "a"));
            bytes memory words = abi.encode(a, keccak256(abi.encode(a)), keccak256(abi.encode(i)), a, uint256(a) % 2);
            bytes4 action = actions[uint256(keccak256(abi.encode(i, "which"))) % actions.length];
            // The words are read as the action's own arguments; where one is a flag, a flag stands there.
            if (action == GovernedDesk.depart.selector) words = abi.encode(a, keccak256(words), uint256(a) % 2);
            if (action == GovernedDesk.accept.selector) words = abi.encode(a, uint256(1));
            (bool done,) = address(desk).call(bytes.concat(action, words));
            yes(done, "no action fails");
        }
        eq(desk.kindsSeen(), 0x1FFE, "kinds of record");
        eq(desk.reached(), 31, "flows, stops, tightenings, revocations, epochs");
        yes(desk.accepted() > 0 && desk.resumed() > 0, "changes accepted, a latch resumed");
        yes((desk.flagged() > 0) == desk.isLive(), "flagged facts");
        invariant_books_heads_and_limits_hold();
    }

    function _conserved(BookView memory seen) private view {
        eqInt(seen.cash, desk.cash(), "cash is what fills and flows left");
        uint256 value;
        for (uint256 m; m < 6; ++m) {
            Position memory position = seen.positions[m];
            value += BookMath.valueDown(position.quantity, position.mark);
            yes((position.quantity == 0) == (position.cost == 0), "cost goes with the position");
            yes(desk.isLive() || position.openExit <= position.quantity, "no short");
        }
        eqInt(seen.equity, seen.cash + int256(value), "equity is cash and positions at their marks");
        eq(seen.reserved, desk.reservedByTickets(), "reserved is what open tickets hold");
        yes(desk.isLive() || int256(uint256(seen.reserved)) <= seen.cash, "cash covers what is reserved");
    }

    function _within(Limits memory limits) private pure {
        yes(limits.maxPositionBps <= 2000, "maxPositionBps");
        yes(limits.maxDailyLossBps <= 500 && limits.maxDailyLossBps >= 1, "maxDailyLossBps");
        yes(limits.minConfidenceBps >= 6500, "minConfidenceBps");
        yes(limits.maxTradesPerDay <= 50, "maxTradesPerDay");
        yes(limits.maxDrawdownBps <= 10_000 && limits.maxDrawdownBps >= 1, "maxDrawdownBps");
        yes(limits.feeBps >= 10 && limits.halfSpreadBps >= 1, "the opening's costs");
        yes(limits.exitBandBps >= 2 * limits.halfSpreadBps, "an exit can fill");
    }
}

contract SimulatedInvariantTest is GovernedInvariants {
    function setUp() public {
        desk = new GovernedDesk(BookClass.SIMULATED);
    }
}

contract LiveInvariantTest is GovernedInvariants {
    function setUp() public {
        desk = new GovernedDesk(BookClass.LIVE);
    }
}
