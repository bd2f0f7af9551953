// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {World} from "./World.sol";
import {BookView, Fill, FillBody, IRiskBook, Position, Ticket} from "../src/interfaces/IRiskBook.sol";
import {CommitmentStatus} from "../src/interfaces/ISignalOracle.sol";
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
        eq(position.takeProfitBps, 200, "take profit");
        eq(position.stopLossBps, 400, "stop loss");
        eq(position.entryPrice, ASK, "barriers count from the fill");
        eq(position.entryAt, START, "and its time");
        eq(uint8(oracle.commitment(ticket.id).status), uint8(CommitmentStatus.SPENT), "spent");
    }

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

    function test_a_buy_below_the_mark_and_half_spread_is_refused() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _refused(
            _fillOf(ticket, 10e8, ASK - 1),
            abi.encodeWithSelector(IRiskBook.PriceTooGood.selector, ticket.id, ASK - 1, ASK)
        );
    }

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

    function test_a_fee_below_the_formula_or_above_the_notional_is_refused() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        Fill[] memory fills = _fillOf(ticket, 10e8, ASK);
        fills[0].fee -= 1;
        _refused(fills, abi.encodeWithSelector(IRiskBook.FeeTooLow.selector, ticket.id, 1.0001e8 - 1, 1.0001e8));
        fills[0].fee = 1000.1e8 + 1;
        _refused(fills, abi.encodeWithSelector(IRiskBook.FeeTooHigh.selector, ticket.id, 1000.1e8 + 1, 1000.1e8));
    }

    function test_more_than_the_ticket_or_nothing_is_refused() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _refused(
            _fillOf(ticket, 10e8 + 1, ASK),
            abi.encodeWithSelector(IRiskBook.BadQuantity.selector, ticket.id, 10e8 + 1, 10e8)
        );
        _refused(_fillOf(ticket, 0, ASK), abi.encodeWithSelector(IRiskBook.BadQuantity.selector, ticket.id, 0, 10e8));
    }

    function test_an_altered_ticket_is_unknown() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        ticket.limitPrice += 1;
        _refused(_fillOf(ticket, 10e8, ASK), abi.encodeWithSelector(IRiskBook.UnknownTicket.selector, ticket.id));
        ticket.limitPrice -= 1;
        _record(_fillOf(ticket, 10e8, ASK));
    }

    // ---- late and void

    function test_the_second_tick_after_its_own_still_fills() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _post();
        _post();
        _record(_fillOf(ticket, 10e8, ASK));
    }

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

    function test_record_and_release_are_bounded() public {
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 65, 64));
        book.record(new Fill[](65));
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.BadBatch.selector, 0, 64));
        book.release(new Ticket[](0));
    }

    function _refused(Fill[] memory fills, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(trader);
        book.record(fills);
    }
}
