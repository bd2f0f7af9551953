// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A change that waits. It may be accepted once both clocks have passed `delaySeconds` since its submission, or the
/// delay in force if that is longer, and only while what it was made against is still so.
struct PendingChange {
    uint64 submittedAt;
    uint64 submittedObservedAt;
    uint32 delaySeconds;
    bytes32 against;
}

/// @title Changes that loosen: submit, wait, accept
/// @notice The governor submits a call, waits, and makes the very same call: `acceptLimits` and `acceptResume` of a book,
/// `acceptSigners` and `acceptTrader` of an oracle. Until then anybody can read it, and governor or guardian can revoke it.
interface IDelayed {
    /// @notice A change waits: it can be accepted once the block's time is past `blockTimeFrom` and the last vector's past
    /// `observedFrom`.
    event ChangeSubmitted(bytes32 indexed id, bytes call, uint64 blockTimeFrom, uint64 observedFrom);
    /// @notice A change was revoked before it was accepted.
    event ChangeRevoked(bytes32 indexed id, address indexed who);
    /// @notice A change came into force.
    event ChangeAccepted(bytes32 indexed id);

    error NotAChange(bytes4 selector);
    error NotSubmitted(bytes32 id);
    /// @notice What the change was made against is no longer so: it has to be submitted anew.
    error Superseded(bytes32 id);
    error TooEarly(uint256 clock, uint256 from);
    error TooLate(uint256 blockTime, uint256 until);

    /// @notice Begins the wait of a change (governor); submitting it again begins anew. `call` is the whole call that accepts it.
    function submitChange(bytes calldata call) external;

    /// @notice Ends a waiting change (governor or guardian). `id` is keccak256 of its call.
    function revokeChange(bytes32 id) external;

    /// @notice A waiting change; all zero when there is none.
    function pendingChange(bytes32 id) external view returns (PendingChange memory);
}
