// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {FillBody, IRiskBook, Limits, RejectionBody, State, Ticket} from "../src/interfaces/IRiskBook.sol";

/// @title The record head, folded from events alone by the preimages of RULES.md
abstract contract Follower is World {
    bytes32 internal head;
    uint64 internal seq;
    uint256 internal kinds;

    function _follow() internal {
        _followAll(vm.getRecordedLogs());
    }

    function _followAll(Log[] memory logs) internal {
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
        if (topic == IRiskBook.DaySettled.selector) return _daySettled(log);
        if (topic == IRiskBook.DayLatched.selector) return _latch(log, 2);
        if (topic == IRiskBook.DrawdownLatched.selector) return _latch(log, 64);
        if (topic == IRiskBook.PeakReset.selector) return _peak(log);
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

    function _daySettled(Log memory log) private returns (uint8) {
        (int128 opening, int128 closing, int128 peak, uint16 trades, uint32 next, uint64 time,) =
            abi.decode(log.data, (int128, int128, int128, uint16, uint32, uint64, bytes32));
        return _hash(abi.encode(log.topics[2], opening, closing, peak, trades, next, time), 7);
    }

    function _latch(Log memory log, uint16 rule) private returns (uint8) {
        (int128 opening, int128 equity, uint256 measured, uint256 limit, uint64 time,) =
            abi.decode(log.data, (int128, int128, uint256, uint256, uint64, bytes32));
        return _hash(abi.encode(rule, opening, equity, measured, limit, time), 8);
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

    function _peak(Log memory log) private returns (uint8) {
        (int128 peak, uint32 count, uint64 time,) = abi.decode(log.data, (int128, uint32, uint64, bytes32));
        return _hash(abi.encode(peak, count, time), 12);
    }
}
