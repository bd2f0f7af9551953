// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {Follower} from "./Follower.sol";
import {IRiskBook, Limits, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, Signal} from "../src/interfaces/ISignalOracle.sol";

/// The record head, recomputed from events alone by the preimages of RULES.md, and the same whatever the keys.
contract HeadChainTest is Follower {
    function setUp() public override {
        keys = [uint256(0xA11CE)];
    }

    /// @custom:covers MUST-HEAD-01
    function test_every_record_recomputes_from_its_event() public {
        _openFollowed();
        _history();
        eqWord(head, book.book().head, "head");
        eq(seq, book.book().recordSeq, "sequence");
        eq(kinds, 0xFFE, "every kind but peak was written");
    }

    /// @custom:covers MUST-HEAD-02
    function test_the_same_decisions_give_the_same_head_on_any_chain_with_any_keys() public {
        _openFollowed();
        _history();
        bytes32 first = book.book().head;

        vm.chainId(5);
        (governor, guardian, trader) = (address(0xA60), address(0xA61), address(0xA7));
        keys = [uint256(0xB0B), 0xC0C];
        _openFollowed();
        vm.roll(7_000_000);
        _history();
        eqWord(book.book().head, first, "head");
    }

    function _openFollowed() private {
        (head, seq, kinds) = (0, 0, 0);
        vm.recordLogs();
        _openWorldWith(BookClass.SIMULATED, _limits(), 1);
        _follow();
    }

    /// A history with every kind of record.
    function _history() private {
        _post();
        vm.recordLogs();
        Ticket memory ticket = _enterFollowed(0, START, 19e8);
        _record(_fillOf(ticket, 15e8, _best(ticket)));
        _follow();
        ticket.quantity = 4e8;
        _release(ticket, trader);
        _follow();
        Signal memory weak = _buy(1, START);
        (weak.confidenceBps, weak.sizeBps) = (1, 1);
        _commit(weak);
        _authorise(weak, 5e8, HUNDRED);
        _follow();
        _exit(0, 5e8, 99e8, STOP_LOSS);
        ticket = _exitFollowed();
        _record(_fillOf(ticket, 5e8, _best(ticket)));
        _follow();
        Signal memory sell = _sell(0, START + 1);
        _commit(sell);
        _exitOn(sell, 1e8, 99e8);
        _exitFollowed();
        vm.recordLogs();
        prices[0] = 60e8;
        _postAt(START + 1 days);
        _postPrice(0, 42e8);
        Limits memory stricter = _limits();
        stricter.maxTradesPerDay = 10;
        vm.prank(guardian);
        book.tighten(stricter);
        vm.prank(guardian);
        book.setManual(State.REDUCING, "stop");
        vm.prank(governor);
        book.bookFlow(-77e8);
        _follow();
        _exit(0, 9e8, 41.5e8, MANUAL);
        _fillBest(_exitFollowed());
        _follow();
    }

    function _enterFollowed(uint256 m, uint64 close, uint128 quantity) private returns (Ticket memory ticket) {
        Signal memory signal = _buy(m, close);
        _commit(signal);
        _authorise(signal, quantity, _over(prices[m]));
        Log[] memory logs = vm.getRecordedLogs();
        ticket = _ticketIn(_one(logs, IRiskBook.TradeAuthorised.selector));
        _followAll(logs);
    }

    function _exitFollowed() private returns (Ticket memory ticket) {
        Log[] memory logs = vm.getRecordedLogs();
        Log memory log = _one(logs, IRiskBook.ExitAuthorised.selector);
        (ticket,,,,) = abi.decode(log.data, (Ticket, uint8, bytes32, uint64, bytes32));
        _followAll(logs);
    }
}
