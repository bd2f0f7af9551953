// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "./World.sol";
import {BookView, Fill, FillBody, IRiskBook, Limits, Position, Ticket} from "../src/interfaces/IRiskBook.sol";
import {CommitmentStatus, Signal} from "../src/interfaces/ISignalOracle.sol";
import {BookMath} from "../src/libraries/BookMath.sol";

/// record and release: given a ticket, what a fill does to the accounts, and every fill that is refused.
contract RecordTest is World {
    /// The best price of a purchase at mark 100 with one basis point of half spread.
    uint64 internal constant ASK = 100.01e8;
    uint64 internal constant BID = 99.99e8;

    function setUp() public virtual override {
        super.setUp();
        _post();
    }

    // ---- accounts

    /// @custom:covers MUST-REC-11
    function test_a_buy_adds_notional_and_fee_to_the_cost() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _record(_fillOf(ticket, 10e8, ASK));

        FillBody memory body = _fillBody();
        eq(body.ticketSeq, ticket.seq, "ticket");
        eq(body.notional, 1000.1e8, "notional");
        eq(body.fee, 1.0001e8, "fee");
        eq(body.remaining, 0, "filled");
        eqInt(body.cashAfter, CASH - 1001.1001e8, "cash");
        eq(body.quantityAfter, 10e8, "quantity");
        eq(body.costAfter, 1001.1001e8, "cost");
        eqInt(body.realised, 0, "a buy realises nothing");
        BookView memory seen = book.book();
        eq(seen.reserved, 0, "reservation freed");
        eqInt(seen.equity, CASH - 1001.1001e8 + 1000e8, "equity at the mark");
        Position memory position = seen.positions[0];
        eq(position.takeProfitBps, 400, "take profit");
        eq(position.stopLossBps, 200, "stop loss");
        eq(position.entryPrice, ASK, "barriers count from the fill");
        eq(position.entryAt, START, "and its time");
        eq(uint8(oracle.commitment(ticket.id).status), uint8(CommitmentStatus.SPENT), "spent");
    }

    /// @custom:covers MUST-REC-13 UNKNOWN_TICKET
    function test_partial_fills_free_their_share_and_leave_the_rest_of_the_ticket() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _record(_fillOf(ticket, 3e8, ASK));

        eq(_fillBody().remaining, 7e8, "remaining");
        BookView memory seen = book.book();
        eq(seen.reserved, BookMath.reservationUp(7e8, ticket.limitPrice, 10), "the share of seven");
        eq(seen.positions[0].reservedBuy, 7e8, "size");

        Fill[] memory again = _fillOf(ticket, 1e8, ASK);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.UnknownTicket.selector, ticket.id));
        vm.prank(trader);
        book.record(again);

        ticket.quantity = 7e8;
        _record(_fillOf(ticket, 7e8, ASK));
        seen = book.book();
        eq(seen.reserved, 0, "all freed");
        eq(seen.positions[0].quantity, 10e8, "held");
    }

    /// @custom:covers MUST-REC-12
    function test_a_sale_takes_its_share_of_the_cost_rounded_up() public {
        _hold(0, START, 3e8);
        uint128 cost = book.book().positions[0].cost;
        _exit(0, 1e8, _under(HUNDRED), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        _record(_fillOf(ticket, 1e8, BID));

        FillBody memory body = _fillBody();
        eq(body.taken, (uint256(cost) + 2) / 3, "ceil(cost / 3)");
        eqInt(body.realised, int128(99.99e8) - int128(body.fee) - int128(body.taken), "realised");
        eq(body.costAfter, cost - body.taken, "cost left");
        eq(body.quantityAfter, 2e8, "quantity left");
    }

    /// @custom:covers MUST-REC-12
    function test_selling_all_takes_all_of_the_cost() public {
        _hold(0, START, 3e8);
        _exit(0, 3e8, _under(HUNDRED), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        _fillBest(ticket);
        BookView memory seen = book.book();
        eq(seen.positions[0].cost, 0, "cost");
        eq(seen.positions[0].quantity, 0, "quantity");
        eqInt(seen.equity, seen.cash, "nothing but cash");
    }

    /// @custom:covers MUST-REC-13
    function test_several_fills_in_one_call_fold_in_their_order() public {
        Ticket memory first = _enter(0, START, 5e8);
        Ticket memory second = _enter(1, START, 5e8);
        Fill[] memory fills = new Fill[](2);
        fills[0] = _fillOf(first, 5e8, ASK)[0];
        fills[1] = _fillOf(second, 5e8, ASK)[0];
        uint64 before = book.book().recordSeq;
        _record(fills);
        eq(book.book().recordSeq, before + 2, "two records");
        eqInt(book.book().cash, CASH - 2 * 500.55005e8, "both paid");
    }

    // ---- no better than the market, no worse than the limit, with its fee

    /// @custom:covers MUST-REC-07 PRICE_TOO_GOOD
    function test_a_buy_below_the_mark_and_half_spread_is_refused() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _refused(
            _fillOf(ticket, 10e8, ASK - 1),
            abi.encodeWithSelector(IRiskBook.PriceTooGood.selector, ticket.id, ASK - 1, ASK)
        );
    }

    /// @custom:covers MUST-REC-07 PRICE_TOO_GOOD
    function test_a_buy_counts_from_the_worse_of_both_marks() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _postPrice(0, 100.2e8);
        uint64 best = uint64(BookMath.priceWithSpreadUp(100.2e8, 1));
        _refused(
            _fillOf(ticket, 10e8, best - 1),
            abi.encodeWithSelector(IRiskBook.PriceTooGood.selector, ticket.id, best - 1, best)
        );
        _record(_fillOf(ticket, 10e8, best));

        Ticket memory second = _enter(0, START + 1, 1e8);
        _postPrice(0, 99e8);
        best = uint64(BookMath.priceWithSpreadUp(100.2e8, 1));
        _refused(
            _fillOf(second, 1e8, best - 1),
            abi.encodeWithSelector(IRiskBook.PriceTooGood.selector, second.id, best - 1, best)
        );
        _record(_fillOf(second, 1e8, best));
    }

    /// @custom:covers MUST-REC-07 PRICE_TOO_GOOD
    function test_a_sale_counts_from_the_worse_of_both_marks() public {
        _hold(0, START, 10e8);
        _exit(0, 10e8, _under(HUNDRED), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        _refused(
            _fillOf(ticket, 10e8, BID + 1),
            abi.encodeWithSelector(IRiskBook.PriceTooGood.selector, ticket.id, BID + 1, BID)
        );
        _postPrice(0, 99e8);
        uint64 best = uint64(BookMath.priceWithSpreadDown(99e8, 1));
        _refused(
            _fillOf(ticket, 10e8, best + 1),
            abi.encodeWithSelector(IRiskBook.PriceTooGood.selector, ticket.id, best + 1, best)
        );
        _record(_fillOf(ticket, 10e8, best));
    }

    /// @custom:covers MUST-REC-07 PRICE_TOO_GOOD
    function test_a_fill_during_a_pending_step_counts_from_the_worse_of_old_and_new() public {
        _hold(0, START, 10e8);
        _exit(0, 10e8, _under(HUNDRED), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        _postPrice(0, 40e8);
        _refused(
            _fillOf(ticket, 10e8, BID),
            abi.encodeWithSelector(
                IRiskBook.PriceTooGood.selector, ticket.id, BID, BookMath.priceWithSpreadDown(40e8, 1)
            )
        );
    }

    /// @custom:covers MUST-REC-08 PRICE_BEYOND_LIMIT
    function test_a_price_at_the_limit_fills_and_one_beyond_is_refused() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _refused(
            _fillOf(ticket, 10e8, ticket.limitPrice + 1),
            abi.encodeWithSelector(
                IRiskBook.PriceBeyondLimit.selector, ticket.id, ticket.limitPrice + 1, ticket.limitPrice
            )
        );
        _record(_fillOf(ticket, 10e8, ticket.limitPrice));
        eq(book.book().reserved, 0, "exactly what was reserved");

        _exit(0, 10e8, 99e8, MANUAL);
        (Ticket memory leaving,) = _exitTicket();
        _refused(
            _fillOf(leaving, 10e8, 99e8 - 1),
            abi.encodeWithSelector(IRiskBook.PriceBeyondLimit.selector, leaving.id, 99e8 - 1, 99e8)
        );
        _record(_fillOf(leaving, 10e8, 99e8));
    }

    /// @custom:covers MUST-REC-09
    function test_a_fee_one_unit_beside_the_formula_is_refused_on_either_side() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _feesBeside(ticket, _fillOf(ticket, 10e8, ASK), 1.0001e8);
        _record(_fillOf(ticket, 10e8, ASK));

        _exit(0, 10e8, _under(HUNDRED), MANUAL);
        (Ticket memory leaving,) = _exitTicket();
        _feesBeside(leaving, _fillOf(leaving, 10e8, BID), 0.9999e8);
        _record(_fillOf(leaving, 10e8, BID));
    }

    /// @custom:covers MUST-REC-09 WRONG_FEE
    function test_the_fee_is_the_tickets_own_even_after_it_was_raised() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        Limits memory limits = book.limits();
        limits.feeBps = 20;
        vm.prank(guardian);
        book.tighten(limits);
        Fill[] memory fills = _fillOf(ticket, 10e8, ASK);
        fills[0].fee = 2.0002e8;
        _refused(fills, abi.encodeWithSelector(IRiskBook.WrongFee.selector, ticket.id, 2.0002e8, 1.0001e8));
        _record(_fillOf(ticket, 10e8, ASK));
    }

    /// The trader key alone: all of the cash in five entries, all filled at once at the worst that is allowed.
    /// @custom:covers MUST-REC-09 WRONG_FEE
    function test_no_batch_of_fees_can_drain_the_book() public {
        Fill[] memory fills = new Fill[](5);
        for (uint256 i; i < 5; ++i) {
            uint256 m = i == 4 ? 5 : i;
            Ticket memory ticket = _enter(m, START, i == 4 ? 18e8 : 20e8);
            fills[i] = _fillOf(ticket, ticket.quantity, ticket.limitPrice)[0];
            fills[i].fee = uint128(BookMath.notionalUp(ticket.quantity, ticket.limitPrice));
        }
        _refused(fills, abi.encodeWithSelector(IRiskBook.WrongFee.selector, fills[0].ticket.id, 2010e8, 2.01e8));
        for (uint256 i; i < 5; ++i) {
            fills[i] = _fillOf(fills[i].ticket, fills[i].ticket.quantity, fills[i].ticket.limitPrice)[0];
        }
        _record(fills);
        BookView memory seen = book.book();
        yes(seen.cash >= 0 && seen.reserved == 0, "paid from what was reserved");
        yes((CASH - seen.equity) * 1e4 < 100 * CASH, "band and fee cost less than one per cent");
        yes(!seen.dayLatched, "far from the day's limit");
    }

    // ---- parts of a ticket and the cash of others

    /// A part of one unit costs 102 and frees 101 or less: it needs what no ticket holds back, to the unit.
    /// @custom:covers MUST-REC-10 NOT_COVERED
    function test_a_part_is_paid_from_its_own_reservation_and_free_cash_alone() public {
        Ticket memory ticket = _reserveAll();
        BookView memory seen = book.book();
        uint256 freed =
            BookMath.reservationUp(ticket.quantity, ASK, 10) - BookMath.reservationUp(ticket.quantity - 1, ASK, 10);
        int256 available = seen.cash - int256(uint256(seen.reserved)) + int256(freed);
        yes(available < 102, "the cash is all reserved");
        for (int256 lacking = 102 - available; lacking > 0; --lacking) {
            _refused(
                _fillOf(ticket, 1, ASK),
                abi.encodeWithSelector(IRiskBook.NotCovered.selector, ticket.id, 102, 102 - lacking)
            );
            vm.prank(governor);
            book.bookFlow(1);
        }
        _record(_fillOf(ticket, 1, ASK));
        seen = book.book();
        eqInt(seen.cash, int256(uint256(seen.reserved)), "nothing is free, nothing lacks");
    }

    /// @custom:covers MUST-REC-10
    function test_all_that_a_ticket_has_left_is_always_covered() public {
        Ticket memory ticket = _reserveAll();
        _record(_fillOf(ticket, ticket.quantity, ASK));
        BookView memory seen = book.book();
        yes(seen.cash >= int256(uint256(seen.reserved)), "covered");
    }

    /// @custom:covers MUST-REC-04 BAD_QUANTITY
    function test_more_than_the_ticket_or_nothing_is_refused() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _refused(
            _fillOf(ticket, 10e8 + 1, ASK),
            abi.encodeWithSelector(IRiskBook.BadQuantity.selector, ticket.id, 10e8 + 1, 10e8)
        );
        _refused(_fillOf(ticket, 0, ASK), abi.encodeWithSelector(IRiskBook.BadQuantity.selector, ticket.id, 0, 10e8));
    }

    /// @custom:covers MUST-REC-03 UNKNOWN_TICKET
    function test_an_altered_ticket_is_unknown() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        ticket.limitPrice += 1;
        _refused(_fillOf(ticket, 10e8, ASK), abi.encodeWithSelector(IRiskBook.UnknownTicket.selector, ticket.id));
        ticket.limitPrice -= 1;
        _record(_fillOf(ticket, 10e8, ASK));
    }

    // ---- late and void

    /// @custom:covers MUST-REC-05
    function test_the_second_tick_after_its_own_still_fills() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _post();
        _post();
        _record(_fillOf(ticket, 10e8, ASK));
    }

    /// @custom:covers MUST-REC-05 MUST-REL-03 MUST-REL-04 CAUSE-LATE TICKET_LATE NOT_RELEASABLE
    function test_the_third_tick_is_late_and_anyone_may_release() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _post();
        _post();
        Ticket[] memory tickets = new Ticket[](1);
        tickets[0] = ticket;
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotReleasable.selector, ticket.id));
        vm.prank(stranger);
        book.release(tickets);

        _post();
        _refused(_fillOf(ticket, 10e8, ASK), abi.encodeWithSelector(IRiskBook.TicketLate.selector, ticket.id, 4, 4));
        _release(ticket, stranger);
        BookView memory seen = book.book();
        eq(seen.reserved, 0, "cash free");
        eq(seen.positions[0].reservedBuy, 0, "size free");
        eq(seen.tradesToday, 1, "the day's count stays");
    }

    /// @custom:covers MUST-REC-06 MUST-REL-03 CAUSE-VOID TICKET_VOID
    function test_a_latch_voids_the_entries_before_it() public {
        _hold(0, START, 20e8);
        Ticket memory waiting = _enter(1, START, 1e8);
        _postPrice(0, 75e8);
        yes(book.book().dayLatched, "latched");
        _refused(
            _fillOf(waiting, 1e8, ASK),
            abi.encodeWithSelector(IRiskBook.TicketVoid.selector, waiting.id, waiting.seq, book.book().voidBefore)
        );
        _release(waiting, stranger);
        eq(book.book().reserved, 0, "free");
    }

    /// @custom:covers MUST-REC-06
    function test_a_latch_leaves_exit_tickets_alive() public {
        _hold(0, START, 10e8);
        _hold(1, START, 19e8);
        _exit(0, 10e8, _under(HUNDRED), MANUAL);
        (Ticket memory leaving,) = _exitTicket();
        _postPrice(1, 70e8);
        yes(book.book().dayLatched, "latched");
        _record(_fillOf(leaving, 10e8, BID));
        eq(book.book().positions[0].quantity, 0, "sold");
    }

    // ---- release

    /// @custom:covers MUST-REL-02 CAUSE-ROLE UNKNOWN_TICKET
    function test_release_by_a_role_frees_an_exit_too() public {
        _hold(0, START, 10e8);
        _exit(0, 10e8, _under(HUNDRED), MANUAL);
        (Ticket memory leaving,) = _exitTicket();
        eq(book.book().positions[0].openExit, 10e8, "held back");
        _release(leaving, guardian);
        eq(book.book().positions[0].openExit, 0, "free");
        Ticket[] memory tickets = new Ticket[](1);
        tickets[0] = leaving;
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.UnknownTicket.selector, leaving.id));
        vm.prank(guardian);
        book.release(tickets);
    }

    // ---- who

    /// @custom:covers MUST-REC-01 NOT_A_ROLE
    function test_record_is_open_to_the_three_roles_alone() public {
        Ticket memory ticket = _enter(0, START, 3e8);
        Fill[] memory fills = _fillOf(ticket, 1e8, ASK);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotARole.selector, stranger));
        vm.prank(stranger);
        book.record(fills);
        vm.prank(guardian);
        book.record(fills);
        ticket.quantity = 2e8;
        fills = _fillOf(ticket, 1e8, ASK);
        vm.prank(governor);
        book.record(fills);
    }

    /// @custom:covers MUST-REC-02 MUST-REL-01 BAD_BATCH
    function test_record_and_release_are_bounded() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 65, 64));
        book.record(new Fill[](65));
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 0, 64));
        book.release(new Ticket[](0));
    }

    /// Four tickets of a fifth of the book and one, in units of a dollar, for what cash is left; the first of them.
    function _reserveAll() private returns (Ticket memory first) {
        for (uint256 m; m < 4; ++m) {
            Signal memory signal = _buy(m, START);
            _commit(signal);
            _authorise(signal, 20e8, ASK);
            if (m == 0) first = _ticket();
        }
        BookView memory seen = book.book();
        uint256 free = uint256(int256(seen.cash)) - seen.reserved;
        uint64 limitPrice = 1.0001e8;
        uint128 quantity = uint128(free * 1e8 / limitPrice * 1e4 / 10_010) - 8;
        while (BookMath.reservationUp(quantity + 1, limitPrice, 10) <= free) ++quantity;
        Signal memory last = _buy(4, START);
        _commit(last);
        _authorise(last, quantity, limitPrice);
        _ticket();
    }

    function _feesBeside(Ticket memory ticket, Fill[] memory fills, uint128 fee) private {
        fills[0].fee = fee - 1;
        _refused(fills, abi.encodeWithSelector(IRiskBook.WrongFee.selector, ticket.id, fee - 1, fee));
        fills[0].fee = fee + 1;
        _refused(fills, abi.encodeWithSelector(IRiskBook.WrongFee.selector, ticket.id, fee + 1, fee));
    }

    function _refused(Fill[] memory fills, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(trader);
        book.record(fills);
    }
}
