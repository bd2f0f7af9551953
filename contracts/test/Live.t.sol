// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {IDelayed} from "../src/interfaces/IDelayed.sol";
import {BookView, Fill, FillBody, IRiskBook, Position, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, Signal} from "../src/interfaces/ISignalOracle.sol";
import {BookMath} from "../src/libraries/BookMath.sol";

/// A live book refuses no fact: it flags, counts and stops entries.
contract LiveTest is World {
    uint8 private constant OUT_OF_BAND = 1;
    uint8 private constant OVER = 2;
    uint8 private constant LATE = 4;
    uint8 private constant NO_TICKET = 8;

    function setUp() public override {
        _openWorld(BookClass.LIVE, _limits());
        _post();
    }

    /// @custom:covers MUST-FACT-08
    function test_an_ordinary_fill_has_no_flag_whatever_its_price_within_the_band_and_its_fee() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _fact(ticket, 4e8, 99.6e8, 7);
        _flagsAre(0);
        BookView memory seen = book.book();
        eq(seen.flaggedFills, 0, "none flagged");
        eq(uint8(seen.state), uint8(State.ACTIVE), "goes on");
        eq(seen.positions[0].reservedBuy, 6e8, "the rest waits");
        eqInt(seen.cash, CASH - 398.4e8 - 7, "what was paid");
    }

    /// @custom:covers MUST-FACT-03 FLAG-OUT_OF_BAND
    function test_a_price_outside_the_band_is_recorded_with_its_flag_and_stops_entries() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _fact(ticket, 10e8, 100.5e8 + 1, 0);
        _flagsAre(OUT_OF_BAND);
        _stopped(1);
        _fact(_again(ticket, 1), 1, 99.5e8, 0);
        _flagsAre(NO_TICKET);
    }

    /// @custom:covers MUST-FACT-04 FLAG-OVER
    function test_more_than_the_ticket_is_recorded_whole() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        _fact(ticket, 11e8, HUNDRED, 0);
        FillBody memory body = _flagsAre(OVER);
        eq(body.quantityAfter, 11e8, "all of it");
        eq(body.remaining, 0, "nothing waits");
        eq(book.book().reserved, 0, "nothing reserved");
        _stopped(1);
    }

    /// @custom:covers MUST-FACT-05 FLAG-LATE
    function test_a_late_fill_is_recorded_and_so_is_one_after_its_latch() public {
        Ticket memory first = _enter(0, START, 1e8);
        Ticket memory second = _enter(1, START, 1e8);
        for (uint256 i; i < 3; ++i) {
            _post();
        }
        _fact(first, 1e8, HUNDRED, 0);
        _flagsAre(LATE);
        _fact(second, 1e8, HUNDRED, 0);
        _flagsAre(LATE);
        _stopped(2);
    }

    /// @custom:covers MUST-FACT-06 FLAG-NO_TICKET
    function test_a_fill_without_a_ticket_is_recorded_and_takes_nothing_of_others() public {
        Ticket memory ticket = _enter(0, START, 10e8);
        Ticket memory invented = ticket;
        invented.id = keccak256("never authorised");
        _fact(invented, 3e8, HUNDRED, 0);
        FillBody memory body = _flagsAre(NO_TICKET);
        eq(body.ticketSeq, 0, "no ticket");
        Position memory position = book.book().positions[0];
        eq(position.quantity, 3e8, "held");
        eq(position.reservedBuy, 10e8, "the true ticket waits on");
        eq(position.takeProfitBps, 0, "no barriers from an invented ticket");
    }

    /// @custom:covers MUST-FACT-04
    function test_a_sale_above_the_position_leaves_its_excess_unexplained() public {
        _fact(_enter(0, START, 5e8), 5e8, HUNDRED, 0);
        _exit(0, 5e8, _under(HUNDRED), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        int128 cash = book.book().cash;
        _fact(ticket, 7e8, HUNDRED, 10);
        Log[] memory logs = vm.getRecordedLogs();
        FillBody[2] memory bodies;
        uint256 found;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRiskBook.FillRecorded.selector) continue;
            (bodies[found++],) = abi.decode(logs[i].data, (FillBody, bytes32));
        }
        eq(found, 2, "two records");
        eq(bodies[0].quantity, 5e8, "what there was");
        eq(bodies[0].flags, OVER, "over its ticket");
        eq(bodies[1].quantity, 0, "the excess moves no position");
        eq(bodies[1].flags, OVER, "over");
        eq(bodies[1].notional, 200e8, "its proceeds");
        BookView memory seen = book.book();
        eq(seen.unexplained, 200e8, "unexplained");
        eqInt(seen.cash, cash + 500e8 - 10, "and no part of the cash");
        _stopped(1);
    }

    /// @custom:covers MUST-FACT-04
    function test_a_sale_of_nothing_is_unexplained_whole() public {
        Ticket memory ticket;
        (ticket.id, ticket.side, ticket.mark, ticket.quantity) = (keccak256("x"), SELL, HUNDRED, 1e8);
        _fact(ticket, 1e8, HUNDRED, 5);
        FillBody memory body = _flagsAre(NO_TICKET | OVER);
        eq(body.quantity, 0, "nothing");
        eq(book.book().unexplained, 100e8 - 5, "less its fee");
        eqInt(book.book().cash, CASH, "cash");
    }

    function test_an_exit_ticket_outlives_a_sale_beside_it() public {
        _fact(_enter(0, START, 5e8), 5e8, HUNDRED, 0);
        _exit(0, 5e8, _under(HUNDRED), MANUAL);
        (Ticket memory ticket,) = _exitTicket();
        Ticket memory beside = ticket;
        beside.id = keccak256("beside");
        _fact(beside, 5e8, HUNDRED, 0);
        Position memory position = book.book().positions[0];
        eq(position.quantity, 0, "sold");
        eq(position.openExit, 5e8, "the ticket is open still");
        _exit(0, 1, _under(HUNDRED), MANUAL);
        (Ticket memory again,) = _exitTicketOrNone();
        eq(again.quantity, 0, "nothing left to sell");
    }

    /// @custom:covers MUST-FACT-02 NO_FACT
    function test_what_tells_of_nothing_is_no_fact() public {
        Ticket memory ticket = _enter(0, START, 1e8);
        _noFact(ticket, 0, HUNDRED);
        _noFact(ticket, 1, 0);
        ticket.side = 3;
        _noFact(ticket, 1, HUNDRED);
        (ticket.side, ticket.market) = (BUY, 6);
        _noFact(ticket, 1, HUNDRED);
    }

    /// @custom:covers MUST-FACT-01 MUST-REL-04 NOT_A_ROLE NOT_RELEASABLE
    function test_only_roles_record_and_release_in_a_live_book() public {
        Ticket memory ticket = _enter(0, START, 1e8);
        Fill[] memory fills = _fillOf(ticket, 1e8, HUNDRED);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotARole.selector, stranger));
        vm.prank(stranger);
        book.record(fills);
        for (uint256 i; i < 3; ++i) {
            _post();
        }
        Ticket[] memory tickets = new Ticket[](1);
        tickets[0] = ticket;
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NotReleasable.selector, ticket.id));
        vm.prank(stranger);
        book.release(tickets);
        _release(ticket, trader);
        eq(book.book().reserved, 0, "released");
    }

    /// @custom:covers MUST-FACT-07 SUPERSEDED
    function test_a_flagged_fact_is_a_stop_of_its_own_and_supersedes_a_resumption_that_waits() public {
        Ticket memory ticket = _enter(0, START, 1e8);
        vm.prank(guardian);
        book.setManual(State.REDUCING, "stop");
        bytes memory call = abi.encodeCall(IRiskBook.acceptResume, ("seen"));
        vm.prank(governor);
        IDelayed(address(book)).submitChange(call);
        _fact(ticket, 2e8, HUNDRED, 0);
        vm.warp(block.timestamp + 2 days);
        _postAt(observedAt + 2 days);
        vm.expectRevert(abi.encodeWithSelector(IDelayed.Superseded.selector, keccak256(call)));
        vm.prank(governor);
        book.acceptResume("seen");
    }

    function test_a_live_fill_trips_the_latch_like_any_other() public {
        _fact(_enter(0, START, 19e8), 19e8, HUNDRED, uint128(501e8));
        yes(book.book().dayLatched, "the fee alone");
    }

    // ---- words

    function _fact(Ticket memory ticket, uint128 quantity, uint64 price, uint128 fee) private {
        Fill[] memory fills = new Fill[](1);
        fills[0] = Fill(ticket, quantity, price, fee);
        _record(fills);
    }

    function _noFact(Ticket memory ticket, uint128 quantity, uint64 price) private {
        Fill[] memory fills = new Fill[](1);
        fills[0] = Fill(ticket, quantity, price, 0);
        vm.expectRevert(abi.encodeWithSelector(IRiskBook.NoFact.selector, ticket.id));
        vm.prank(trader);
        book.record(fills);
    }

    function _again(Ticket memory ticket, uint128 quantity) private pure returns (Ticket memory) {
        ticket.quantity = quantity;
        return ticket;
    }

    function _flagsAre(uint8 flags) private returns (FillBody memory body) {
        body = _fillBody();
        eq(body.flags, flags, "flags");
    }

    function _stopped(uint64 count) private view {
        BookView memory seen = book.book();
        eq(seen.flaggedFills, count, "counted");
        eq(uint8(seen.manual), uint8(State.REDUCING), "stopped");
    }

    function _exitTicketOrNone() private returns (Ticket memory ticket, bool found) {
        Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRiskBook.ExitAuthorised.selector) continue;
            (ticket,,,,) = abi.decode(logs[i].data, (Ticket, uint8, bytes32, uint64, bytes32));
            found = true;
        }
    }
}
