// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Kit, Log} from "./Kit.sol";
import {World} from "./World.sol";
import {BookView, Fill, FillBody, IRiskBook, Position, Ticket} from "../src/interfaces/IRiskBook.sol";
import {Counters, Signal} from "../src/interfaces/ISignalOracle.sol";
import {BookMath} from "../src/libraries/BookMath.sol";

/// @title A book in use: entries, fills, exits, releases, marks, days and flows in any order
/// Keeps books of its own from the events. Nothing it does may revert.
contract TradingDesk is World {
    Ticket[] internal open;
    int256 public cash = CASH;
    uint256 public fills;
    uint256 public uncovered;
    uint256 public rejections;
    uint64 private _close = START;

    constructor() {
        setUp();
        _post();
    }

    /// Enters and fills a part of it at once, as an engine does.
    function trade(uint256 m, uint256 size, uint256 part) external {
        uint256 before = open.length;
        enter(m, size, 0);
        if (open.length > before) fill(before, part, part);
    }

    /// All of the cash that is left, as far as RULE-01 and RULE-08 let it, at exactly the price a fill must have.
    function exhaust(uint256 m) external {
        m %= 6;
        BookView memory now_ = book.book();
        uint64 limitPrice = uint64(BookMath.priceWithSpreadUp(prices[m], 1));
        uint256 free = uint256(int256(now_.cash)) - now_.reserved;
        uint256 room = uint256(int256(now_.equity > 0 ? now_.equity : int128(0))) / 5 * 1e8 / prices[m];
        uint256 held = uint256(now_.positions[m].quantity) + now_.positions[m].reservedBuy;
        uint256 quantity = free * 1e8 / limitPrice * 1e4 / 10_010;
        if (quantity + held > room) quantity = room > held ? room - held : 0;
        if (quantity == 0) return;
        Signal memory signal = _buy(m, ++_close);
        signal.expiresAt = observedAt + 1;
        _commit(signal);
        _authorise(signal, uint128(quantity), limitPrice);
        _keep(vm.getRecordedLogs());
    }

    /// Parts of a few units each, where rounding weighs most.
    function crumble(uint256 which, uint256 part) external {
        for (uint256 i; i < 8; ++i) {
            fill(which, part % 3, part >> i);
        }
    }

    function enter(uint256 m, uint256 size, uint256 under) public {
        m %= 6;
        uint128 quantity = uint128(bound(size, 1, 22e8) * HUNDRED / prices[m]);
        Signal memory signal = _buy(m, ++_close);
        signal.expiresAt = observedAt + 1;
        _commit(signal);
        _authorise(signal, quantity == 0 ? 1 : quantity, _over(prices[m]) - uint64(bound(under, 0, prices[m] / 200)));
        _keep(vm.getRecordedLogs());
    }

    function depart(uint256 m, uint256 part, bool stop) external {
        m %= 6;
        Position memory position = book.book().positions[m];
        uint128 free = position.quantity - position.openExit;
        if (free == 0) return;
        _exit(m, uint128(bound(part, 1, free)), _worse(m) - _worse(m) / 50, stop ? STOP_LOSS : MANUAL);
        _keep(vm.getRecordedLogs());
    }

    /// A part of a ticket at the best price there is, its limit price, or one between.
    function fill(uint256 which, uint256 part, uint256 worse) public {
        if (open.length == 0) return;
        which %= open.length;
        Ticket memory ticket = open[which];
        uint64 price = _price(ticket);
        bool beyond = ticket.side == BUY ? price > ticket.limitPrice : price < ticket.limitPrice;
        bool isVoid = ticket.side == BUY && ticket.seq < book.book().voidBefore;
        if (beyond || isVoid || tick >= ticket.tick + 3) {
            _release(ticket, isVoid || tick >= ticket.tick + 3 ? stranger : trader);
            return _drop(which);
        }
        uint128 quantity = uint128(bound(part, 1, ticket.quantity));
        price = ticket.side == BUY
            ? uint64(bound(worse, price, ticket.limitPrice))
            : uint64(bound(worse, ticket.limitPrice, price));
        if (!_covered(ticket, quantity, price)) {
            ++uncovered;
            Fill[] memory refused = _fillOf(ticket, quantity, price);
            vm.expectPartialRevert(IRiskBook.NotCovered.selector);
            vm.prank(trader);
            book.record(refused);
            quantity = ticket.quantity;
        }
        _record(_fillOf(ticket, quantity, price));
        FillBody memory body = _fillBody();
        int256 fee = int256(uint256(body.fee));
        cash += ticket.side == BUY ? -int256(uint256(body.notional)) - fee : int256(uint256(body.notional)) - fee;
        ++fills;
        open[which].quantity -= quantity;
        if (open[which].quantity == 0) _drop(which);
    }

    function move(uint256 m, uint256 to) external {
        m %= 6;
        uint64 price = prices[m];
        _postPrice(m, uint64(bound(to, price * 2 / 3, price * 4 / 3)));
    }

    function miss(uint256 m) external {
        m %= 6;
        uint64 price = prices[m];
        _postPrice(m, 0);
        prices[m] = price;
    }

    function wait_(uint256 time) external {
        _postAt(observedAt + uint64(bound(time, 1, 1 days)));
    }

    function deposit(uint256 amount) external {
        int128 money = int128(int256(bound(amount, 1, 100e8)));
        vm.prank(governor);
        book.bookFlow(money);
        cash += money;
    }

    function reservedByTickets() external view returns (uint256 sum) {
        for (uint256 i; i < open.length; ++i) {
            if (open[i].side == BUY) {
                sum += BookMath.reservationUp(open[i].quantity, open[i].limitPrice, open[i].feeBps);
            }
        }
    }

    function openIn(uint256 m, uint8 side) external view returns (uint256 sum) {
        for (uint256 i; i < open.length; ++i) {
            if (open[i].market == m && open[i].side == side) sum += open[i].quantity;
        }
    }

    function seen() external view returns (BookView memory) {
        return book.book();
    }

    function counters() external view returns (Counters memory) {
        return oracle.counters();
    }

    /// Whether what a fill costs stays within its share of the reservation and the cash that no ticket holds back.
    function _covered(Ticket memory ticket, uint128 quantity, uint64 price) private view returns (bool) {
        if (ticket.side != BUY) return true;
        BookView memory now_ = book.book();
        uint256 whole = BookMath.reservationUp(ticket.quantity, ticket.limitPrice, ticket.feeBps);
        uint256 rest = BookMath.reservationUp(ticket.quantity - quantity, ticket.limitPrice, ticket.feeBps);
        uint256 notional = BookMath.notionalUp(quantity, price);
        uint256 paid = notional + BookMath.feeUp(notional, ticket.feeBps);
        return int256(paid) <= now_.cash - int256(uint256(now_.reserved)) + int256(whole - rest);
    }

    function _keep(Log[] memory logs) private {
        for (uint256 i; i < logs.length; ++i) {
            bytes32 topic = logs[i].topics[0];
            if (topic == IRiskBook.TradeAuthorised.selector) open.push(_ticketIn(logs[i]));
            if (topic == IRiskBook.TradeRejected.selector) ++rejections;
            if (topic == IRiskBook.ExitAuthorised.selector) {
                (Ticket memory ticket,,,,) = abi.decode(logs[i].data, (Ticket, uint8, bytes32, uint64, bytes32));
                open.push(ticket);
            }
        }
    }

    function _drop(uint256 which) private {
        open[which] = open[open.length - 1];
        open.pop();
    }

    function _worse(uint256 m) private view returns (uint64) {
        Position memory position = book.book().positions[m];
        return position.pending != 0 && position.pending < position.mark ? position.pending : position.mark;
    }

    /// The best price a fill may have now.
    function _price(Ticket memory ticket) private view returns (uint64) {
        Position memory position = book.book().positions[ticket.market];
        uint64 mark = _worse(ticket.market);
        if (ticket.side == BUY) {
            mark = position.pending > position.mark ? position.pending : position.mark;
            return uint64(BookMath.priceWithSpreadUp(mark > ticket.mark ? mark : ticket.mark, 1));
        }
        return uint64(BookMath.priceWithSpreadDown(mark < ticket.mark ? mark : ticket.mark, 1));
    }
}

/// What holds after any of it.
contract BooksInvariantTest is Kit {
    TradingDesk private desk;

    function setUp() public {
        desk = new TradingDesk();
    }

    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(desk);
    }

    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory chosen) {
        chosen = new FuzzSelector[](1);
        chosen[0].addr = address(desk);
        chosen[0].selectors = new bytes4[](12);
        chosen[0].selectors[0] = TradingDesk.enter.selector;
        chosen[0].selectors[1] = TradingDesk.trade.selector;
        chosen[0].selectors[2] = TradingDesk.fill.selector;
        chosen[0].selectors[3] = TradingDesk.trade.selector;
        chosen[0].selectors[4] = TradingDesk.depart.selector;
        chosen[0].selectors[5] = TradingDesk.move.selector;
        chosen[0].selectors[6] = TradingDesk.miss.selector;
        chosen[0].selectors[7] = TradingDesk.wait_.selector;
        chosen[0].selectors[8] = TradingDesk.deposit.selector;
        chosen[0].selectors[9] = TradingDesk.trade.selector;
        chosen[0].selectors[10] = TradingDesk.exhaust.selector;
        chosen[0].selectors[11] = TradingDesk.crumble.selector;
    }

    /// @custom:covers MUST-HEAD-03
    function invariant_the_book_agrees_with_the_sum_of_its_events() public view {
        BookView memory seen = desk.seen();
        eqInt(seen.cash, desk.cash(), "cash is what fills and flows left");
        eq(seen.reserved, desk.reservedByTickets(), "reserved is what open tickets hold");
        uint256 value;
        for (uint256 m; m < 6; ++m) {
            Position memory position = seen.positions[m];
            value += BookMath.valueDown(position.quantity, position.mark);
            eq(position.reservedBuy, desk.openIn(m, 1), "open entries");
            eq(position.openExit, desk.openIn(m, 2), "open exits");
            yes(position.openExit <= position.quantity, "no short");
            yes((position.quantity == 0) == (position.cost == 0), "cost goes with the position");
        }
        eqInt(seen.equity, seen.cash + int256(value), "equity is cash and positions at their marks");
        yes(int256(uint256(seen.reserved)) <= seen.cash, "cash covers all that is reserved, to the unit");
    }

    /// @custom:covers MUST-REVOKE-03
    function invariant_no_signal_is_lost() public view {
        Counters memory counters = desk.counters();
        eq(counters.committed, counters.judged + counters.revoked + counters.open, "committed");
        eq(counters.open, 0, "every one was judged");
    }
}
