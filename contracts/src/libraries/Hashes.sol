// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Signal} from "../interfaces/ISignalOracle.sol";
import {Ticket} from "../interfaces/IRiskBook.sol";

/// @title What signals and tickets hash to
/// @notice Copies calldata as it is: a struct with dirty high bits hashes to something nobody committed or authorised.
library Hashes {
    bytes32 internal constant SIGNAL_TYPEHASH = keccak256(
        "Signal(bytes32 book,bytes32 strategy,uint64 seq,bytes32 market,uint8 side,uint16 confidenceBps,uint8 riskScore,uint16 sizeBps,uint64 price,uint16 takeProfitBps,uint16 stopLossBps,uint32 horizonSeconds,uint64 candleClose,uint64 expiresAt,bytes32 window,bytes32 model,bytes32 calibrator,bytes32 claim,bytes32 salt)"
    );
    /// A ticket's hash carries this bit, which tells it from every other content of a commitment's slot.
    uint256 internal constant TICKET_BIT = 1 << 255;
    /// 13 words, in memory as in the ABI.
    uint256 private constant TICKET_BYTES = 416;

    /// @return digest what was committed: the EIP-712 hash under the oracle's domain
    /// @return signalHash what goes into the record: hashStruct with the salt zeroed, the same on every chain
    function ofSignal(bytes32 domainSeparator, Signal calldata signal)
        internal
        pure
        returns (bytes32 digest, bytes32 signalHash)
    {
        bytes32 typehash = SIGNAL_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typehash)
            calldatacopy(add(free, 0x20), signal, 608) // 19 words
            let structHash := keccak256(free, 640)
            mstore(add(free, 608), 0) // the last word is the salt
            signalHash := keccak256(free, 640)
            mstore(free, "\x19\x01")
            mstore(add(free, 2), domainSeparator)
            mstore(add(free, 34), structHash)
            digest := keccak256(free, 66)
        }
    }

    /// @notice keccak256(abi.encode(ticket)) with the ticket bit set.
    function ofTicket(Ticket memory ticket) internal pure returns (bytes32 ticketHash) {
        assembly ("memory-safe") {
            ticketHash := or(keccak256(ticket, TICKET_BYTES), shl(255, 1))
        }
    }

    function ofTicketCalldata(Ticket calldata ticket) internal pure returns (bytes32 ticketHash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, ticket, TICKET_BYTES)
            ticketHash := or(keccak256(free, TICKET_BYTES), shl(255, 1))
        }
    }
}
