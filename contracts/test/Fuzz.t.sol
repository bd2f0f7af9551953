// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {BookView, Fill, IRiskBook, Limits, RejectionBody, Ticket} from "../src/interfaces/IRiskBook.sol";
import {Signal} from "../src/interfaces/ISignalOracle.sol";
import {BookMath} from "../src/libraries/BookMath.sol";
import {Hashes} from "../src/libraries/Hashes.sol";

/// What holds for every number.
contract FuzzTest is World {
    function setUp() public override {
        super.setUp();
        _post();
    }

    function test_rounding_is_always_against_the_trader(uint64 quantity, uint64 price, uint16 feeBps, uint64 held)
        public
        pure
    {
        uint256 exact = uint256(quantity) * price;
        yes(BookMath.notionalUp(quantity, price) * 1e8 >= exact, "a buyer pays no less");
        yes(BookMath.notionalDown(quantity, price) * 1e8 <= exact, "a seller gets no more");
        yes(BookMath.notionalUp(quantity, price) - BookMath.notionalDown(quantity, price) <= 1, "by one unit at most");
        yes(BookMath.feeUp(quantity, feeBps) * 1e4 >= uint256(quantity) * feeBps, "the fee is no less");
        if (held == 0) return;
        uint256 sold = bound(quantity, 1, held);
        uint256 taken = BookMath.costTakenUp(price, sold, held);
        yes(
            taken <= price && taken * held >= uint256(price) * sold,
            "the cost taken is no less, and never more than all"
        );
    }

    function test_RULE_01_and_RULE_05_say_what_their_formulas_say(uint128 quantity, uint16 sizeBps, uint64 price)
        public
    {
        quantity = uint128(bound(quantity, 1, 1e13));
        sizeBps = uint16(bound(sizeBps, 0, 10_000));
        _postPrice(0, uint64(bound(price, 50e8, 150e8)));
        Signal memory signal = _buy(0, START);
        signal.sizeBps = sizeBps;
        _commit(signal);
        _authorise(signal, quantity, prices[0]);
        uint256 exposure = uint256(quantity) * prices[0] * 1e4;
        uint256 equity = uint256(uint128(CASH)) * 1e8;
        uint16 expected;
        if (exposure > 2000 * equity) expected |= 1;
        if (exposure > sizeBps * equity) expected |= 16;
        uint256 notional = BookMath.notionalUp(quantity, prices[0]);
        if (notional + BookMath.feeUp(notional, 10) > uint128(CASH)) expected |= 128;
        if (expected == 0) _ticket();
        else _rejectedBy(expected);
    }

    function test_a_round_trip_at_one_price_loses_and_its_parts_add_up(uint128 quantity, uint128 part, uint64 price)
        public
    {
        _postPrice(0, uint64(bound(price, 50e8, 150e8)));
        quantity = uint128(bound(quantity, 2, 13e8));
        part = uint128(bound(part, 1, quantity - 1));
        _hold(0, START, quantity);
        int128 realised = _leave(part) + _leave(quantity - part);

        BookView memory seen = book.book();
        yes(realised < 0, "costs are costs");
        eqInt(seen.cash, CASH + realised, "cash moves by what was realised");
        eq(seen.positions[0].cost, 0, "no cost is left behind");
        eqInt(seen.equity, seen.cash, "nothing else is left");
    }

    /// The trader key alone, whatever it signs: entries up to the last cent, then parts of any size at any price and with any
    /// fee. A fill is booked at the formula's fee and covered, or refused; cash never pays for what was not reserved.
    /// @custom:covers WRONG_FEE NOT_COVERED
    function test_the_trader_alone_never_spends_what_is_reserved(uint256 seed) public {
        Ticket[] memory tickets = new Ticket[](5);
        for (uint256 m; m < 4; ++m) {
            tickets[m] = _reserve(m, uint128(bound(_draw(seed, m), 19e8, 20e8)));
        }
        BookView memory seen = book.book();
        uint256 free = uint256(int256(seen.cash)) - seen.reserved;
        uint256 most = free * 1e8 / 1.0001e8 * 1e4 / 10_010;
        tickets[4] = _reserve(4, uint128(most > 2000e8 ? 2000e8 : most));
        for (uint256 i; i < 24; ++i) {
            Ticket memory ticket = tickets[_draw(seed, 100 + i) % 5];
            if (ticket.quantity == 0) continue;
            uint256 dust = _draw(seed, 200 + i) % 2 == 0 ? 3 : ticket.quantity;
            uint128 part = uint128(bound(_draw(seed, 300 + i), 1, dust < ticket.quantity ? dust : ticket.quantity));
            Fill[] memory fills = _fillOf(ticket, part, ticket.limitPrice);
            uint256 surplus = _draw(seed, 400 + i) % 4;
            fills[0].fee += uint128(surplus == 3 ? fills[0].fee * 1000 : surplus);
            vm.prank(trader);
            try book.record(fills) {
                eq(surplus, 0, "the formula's fee alone is booked");
                ticket.quantity -= part;
            } catch (bytes memory why) {
                bytes4 expected = surplus == 0 ? IRiskBook.NotCovered.selector : IRiskBook.WrongFee.selector;
                yes(bytes4(why) == expected, "why not");
            }
            seen = book.book();
            yes(int256(uint256(seen.reserved)) <= seen.cash, "covered");
        }
        for (uint256 i; i < 5; ++i) {
            if (tickets[i].quantity != 0) _record(_fillOf(tickets[i], tickets[i].quantity, tickets[i].limitPrice));
        }
        seen = book.book();
        yes(seen.cash >= 0 && seen.reserved == 0, "all paid");
        yes(!seen.dayLatched, "no loss to speak of");
    }

    /// @custom:covers MUST-LIMIT-02
    function test_tighten_never_loosens(uint256 seed) public {
        uint256[12] memory asked;
        uint256[12] memory old = abi.decode(abi.encode(book.limits()), (uint256[12]));
        for (uint256 i; i < 12; ++i) {
            uint256 near = old[i] + uint256(keccak256(abi.encode(seed, i))) % 41;
            asked[i] = near > 20 ? near - 20 : 0;
        }
        Limits memory limits = abi.decode(abi.encode(asked), (Limits));
        vm.prank(guardian);
        try book.tighten(limits) {} catch {}
        uint256[12] memory now_ = abi.decode(abi.encode(book.limits()), (uint256[12]));
        for (uint256 i; i < 12; ++i) {
            bool higher = i == 2 || i == 5 || i == 6 || i == 7 || i == 11;
            yes(higher ? now_[i] >= old[i] : now_[i] <= old[i], "stricter or equal");
        }
    }

    /// All of the ticket and nothing beside it, whatever lies behind it in memory.
    function test_a_ticket_hashes_as_its_abi_says(Ticket calldata ticket) public view {
        Ticket memory copy = ticket;
        uint256[2] memory behind = [type(uint256).max, type(uint256).max];
        bytes32 said = bytes32(uint256(keccak256(abi.encode(ticket))) | 1 << 255);
        eqWord(Hashes.ofTicket(copy), said, "in memory");
        eqWord(Hashes.ofTicketCalldata(ticket), said, "in calldata");
        eqWord(this.hashOf(ticket), said, "across a call");
        eq(behind[0] & behind[1], type(uint256).max, "what lies behind is untouched");
    }

    function hashOf(Ticket calldata ticket) external pure returns (bytes32) {
        return Hashes.ofTicketCalldata(ticket);
    }

    /// @custom:covers MUST-AUTH-04
    function test_any_altered_field_of_a_signal_is_unknown(uint256 word, uint256 change) public {
        Signal memory signal = _buy(0, START);
        _commit(signal);
        bytes32 was = _digest(signal);
        uint256[19] memory words = abi.decode(abi.encode(signal), (uint256[19]));
        // The lowest bits keep every field within its width.
        words[bound(word, 0, 18)] ^= bound(change, 1, 3);
        signal = abi.decode(abi.encode(words), (Signal));
        yes(_digest(signal) != was, "another digest");
        _authorise(signal, 1e8, HUNDRED);
        _one(vm.getRecordedLogs(), IRiskBook.OrderSkipped.selector);
    }

    /// An entry whose limit price is the best there is: every unit of its reservation will be needed.
    function _reserve(uint256 m, uint128 quantity) private returns (Ticket memory) {
        Signal memory signal = _buy(m, START);
        _commit(signal);
        _authorise(signal, quantity, uint64(BookMath.priceWithSpreadUp(prices[m], 1)));
        return _ticket();
    }

    function _draw(uint256 seed, uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, i)));
    }

    function _leave(uint128 quantity) private returns (int128) {
        _exit(0, quantity, _under(prices[0]), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        _fillBest(ticket);
        return _fillBody().realised;
    }
}
