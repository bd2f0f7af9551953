// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IDelayed, PendingChange} from "./interfaces/IDelayed.sol";

/// @title The waiting of changes, the same for oracle and book
/// Knows clocks and what a change was made against. Who may submit, and what a change does, is its heir's.
abstract contract Delayed is IDelayed {
    /// How long a change can still be accepted once it could be: nobody keeps one ready for years.
    uint256 internal constant ACCEPT_WINDOW = 14 days;

    mapping(bytes32 id => PendingChange) private _changes;

    /// See IDelayed.pendingChange.
    function pendingChange(bytes32 id) external view returns (PendingChange memory) {
        return _changes[id];
    }

    /// Effect: the wait begins at both clocks.
    function _submit(bytes calldata call, uint64 observedAt, uint32 delaySeconds, bytes32 against) internal {
        bytes32 id = keccak256(call);
        uint64 blockTime = SafeCast.toUint64(block.timestamp);
        _changes[id] = PendingChange(blockTime, observedAt, delaySeconds, against);
        emit ChangeSubmitted(id, call, blockTime + delaySeconds, observedAt + delaySeconds);
    }

    function _revoke(bytes32 id) internal {
        if (_changes[id].submittedAt == 0) revert NotSubmitted(id);
        delete _changes[id];
        emit ChangeRevoked(id, msg.sender);
    }

    /// Check and effect: this very call was submitted, (1) against what is still so, (2) long enough ago by the block's clock
    /// (3) and by the marks', unless nobody can post marks, (4) and not too long ago. It is used up.
    function _accept(uint64 observedAt, uint32 delaySeconds, bytes32 against, bool marksCome) internal {
        bytes32 id = keccak256(msg.data);
        PendingChange memory change = _changes[id];
        if (change.submittedAt == 0) revert NotSubmitted(id);
        // (1)
        if (change.against != against) revert Superseded(id);
        // (2)
        uint256 delay = change.delaySeconds > delaySeconds ? change.delaySeconds : delaySeconds;
        uint256 from = change.submittedAt + delay;
        if (block.timestamp < from) revert TooEarly(block.timestamp, from);
        // (3)
        uint256 observedFrom = change.submittedObservedAt + delay;
        if (marksCome && observedAt < observedFrom) revert TooEarly(observedAt, observedFrom);
        // (4)
        if (block.timestamp > from + ACCEPT_WINDOW) revert TooLate(block.timestamp, from + ACCEPT_WINDOW);
        delete _changes[id];
        emit ChangeAccepted(id);
    }
}
