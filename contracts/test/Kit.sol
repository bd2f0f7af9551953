// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

struct Log {
    bytes32[] topics;
    bytes data;
    address emitter;
}

/// The cheat codes the tests use.
interface Vm {
    function addr(uint256 key) external pure returns (address);
    function assume(bool) external pure;
    function chainId(uint256) external;
    function cool(address) external;
    function expectPartialRevert(bytes4) external;
    function expectRevert(bytes calldata) external;
    function getRecordedLogs() external returns (Log[] memory);
    function parseJsonUint(string calldata json, string calldata key) external pure returns (uint256);
    function prank(address) external;
    function readFile(string calldata path) external view returns (string memory);
    function recordLogs() external;
    function roll(uint256) external;
    function sign(uint256 key, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function warp(uint256) external;
}

/// @title A test kit of our own: a revert is a failure
abstract contract Kit {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error NotEqual(string what, int256 got, int256 want);
    error NotEqualWord(string what, bytes32 got, bytes32 want);
    error NotTrue(string what);

    function eq(uint256 got, uint256 want, string memory what) internal pure {
        if (got != want) revert NotEqual(what, int256(got), int256(want));
    }

    function eqInt(int256 got, int256 want, string memory what) internal pure {
        if (got != want) revert NotEqual(what, got, want);
    }

    function eqWord(bytes32 got, bytes32 want, string memory what) internal pure {
        if (got != want) revert NotEqualWord(what, got, want);
    }

    function yes(bool holds, string memory what) internal pure {
        if (!holds) revert NotTrue(what);
    }

    function bound(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + x % (high - low + 1);
    }
}
