// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {FillBody, IRiskBook, Limits, RejectionBody, State, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, Signal} from "../src/interfaces/ISignalOracle.sol";

/// The record head, recomputed from events alone by the preimages of RULES.md, and the same whatever the keys.
contract HeadChainTest is World {
    bytes32 private head;
    uint64 private seq;
    uint256 private kinds;

    function setUp() public override {
        keys = [uint256(0xA11CE)];
    }

    function test_every_record_recomputes_from_its_event() public {
        _openFollowed();
        _history();
        eqWord(head, book.book().head, "head");
        eq(seq, book.book().recordSeq, "sequence");
        eq(kinds, 0xFFE, "every kind but peak was written");
    }

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

    function _follow() private {
        _followAll(vm.getRecordedLogs());
    }

    function _followAll(Log[] memory logs) private {
        for (uint256 i; i < logs.length; ++i) {
            uint8 kind = _next(logs[i]);
            if (kind == 0) continue;
            seq += 1;
            eq(uint256(logs[i].topics[1]), seq, "sequence");
            kinds |= 1 << kind;
            // The head after a record is the last word of its event.
            bytes memory data = logs[i].data;
            bytes32 said;
            assembly {
                said := mload(add(data, mload(data)))
            }
            if (kind == 3) (,, said) = abi.decode(data, (RejectionBody, bytes32, bytes32));
            eqWord(head, said, "head in the event");
        }
    }

    /// Moves the head by one event; 0 when it is no record.
    function _next(Log memory log) private returns (uint8) {
        bytes32 topic = log.topics[0];
        if (topic == IRiskBook.TradeAuthorised.selector) return _entry(log);
        if (topic == IRiskBook.ExitAuthorised.selector) return _leaving(log);
        if (topic == IRiskBook.TradeRejected.selector) return _rejected(log);
        if (topic == IRiskBook.FillRecorded.selector) return _filled(log);
        if (topic == IRiskBook.TicketReleased.selector) return _released(log);
        if (topic == IRiskBook.DaySettled.selector) return _day(log);
        if (topic == IRiskBook.DayLatched.selector) return _latch(log);
        if (topic == IRiskBook.FlowBooked.selector) return _flow(log);
        if (topic == IRiskBook.LimitsChanged.selector) return _limitsChanged(log);
        if (topic == IRiskBook.BookStateChanged.selector) return _stateChanged(log);
        return 0;
    }

    function _hash(bytes memory rest, uint8 kind) private returns (uint8) {
        head = keccak256(bytes.concat(abi.encode(head, seq + 1, kind), rest));
        return kind;
    }

    function _entry(Log memory log) private returns (uint8) {
        (Ticket memory t, bytes32 signalHash, uint64 time,) = abi.decode(log.data, (Ticket, bytes32, uint64, bytes32));
        bytes memory front = abi.encode(signalHash, log.topics[3], t.side, t.reason, uint8(0));
        return _hash(bytes.concat(front, abi.encode(t.quantity, t.limitPrice, t.mark, t.feeBps, time)), 1);
    }

    function _leaving(Log memory log) private returns (uint8) {
        (Ticket memory t, uint8 flags, bytes32 signalHash, uint64 time,) =
            abi.decode(log.data, (Ticket, uint8, bytes32, uint64, bytes32));
        bytes memory front = abi.encode(signalHash, log.topics[3], t.side, t.reason, flags);
        return _hash(bytes.concat(front, abi.encode(t.quantity, t.limitPrice, t.mark, t.feeBps, time)), 2);
    }

    /// The body is dynamic: its offset, 192, counts from the start of the whole preimage.
    function _rejected(Log memory log) private returns (uint8) {
        (RejectionBody memory body, bytes32 signalHash,) = abi.decode(log.data, (RejectionBody, bytes32, bytes32));
        head = keccak256(abi.encode(head, seq + 1, uint8(3), signalHash, log.topics[3], body));
        return 3;
    }

    function _filled(Log memory log) private returns (uint8) {
        (FillBody memory body,) = abi.decode(log.data, (FillBody, bytes32));
        return _hash(abi.encode(log.topics[3], body), body.side == BUY ? 4 : 5);
    }

    function _released(Log memory log) private returns (uint8) {
        (uint64 ticketSeq, uint8 side, uint128 quantity, uint8 cause, uint64 time,) =
            abi.decode(log.data, (uint64, uint8, uint128, uint8, uint64, bytes32));
        return _hash(abi.encode(ticketSeq, log.topics[3], side, quantity, cause, time), 6);
    }

    function _day(Log memory log) private returns (uint8) {
        (int128 opening, int128 closing, int128 peak, uint16 trades, uint32 next, uint64 time,) =
            abi.decode(log.data, (int128, int128, int128, uint16, uint32, uint64, bytes32));
        return _hash(abi.encode(log.topics[2], opening, closing, peak, trades, next, time), 7);
    }

    function _latch(Log memory log) private returns (uint8) {
        (int128 opening, int128 equity, uint256 measured, uint256 limit, uint64 time,) =
            abi.decode(log.data, (int128, int128, uint256, uint256, uint64, bytes32));
        return _hash(abi.encode(uint16(2), opening, equity, measured, limit, time), 8);
    }

    function _flow(Log memory log) private returns (uint8) {
        (int128 amount, int128 cash, int128 opening, int128 peak, uint64 time,) =
            abi.decode(log.data, (int128, int128, int128, int128, uint64, bytes32));
        return _hash(abi.encode(amount, cash, opening, peak, time), 9);
    }

    function _limitsChanged(Log memory log) private returns (uint8) {
        (Limits memory limits, uint64 time,) = abi.decode(log.data, (Limits, uint64, bytes32));
        return _hash(abi.encode(limits, time), 10);
    }

    function _stateChanged(Log memory log) private returns (uint8) {
        (State manual, bytes32 reason, uint64 time,) = abi.decode(log.data, (State, bytes32, uint64, bytes32));
        return _hash(abi.encode(manual, reason, time), 11);
    }
}
