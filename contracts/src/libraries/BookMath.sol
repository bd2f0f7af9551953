// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The integer forms of RULES.md, the same in Solidity and Python
/// @notice Every amount is in 1e-8, every fraction in basis points; the name says which way it rounds, always against the trader.
library BookMath {
    uint256 internal constant SCALE = 1e8;
    uint256 internal constant BPS = 1e4;

    function ceilDiv(uint256 numerator, uint256 denominator) internal pure returns (uint256) {
        return numerator == 0 ? 0 : (numerator - 1) / denominator + 1;
    }

    /// @notice What a purchase costs before its fee.
    function notionalUp(uint256 quantity, uint256 price) internal pure returns (uint256) {
        return ceilDiv(quantity * price, SCALE);
    }

    /// @notice What a sale brings before its fee.
    function notionalDown(uint256 quantity, uint256 price) internal pure returns (uint256) {
        return quantity * price / SCALE;
    }

    /// @notice The fee of one recorded fill.
    function feeUp(uint256 notional, uint256 feeBps) internal pure returns (uint256) {
        return ceilDiv(notional * feeBps, BPS);
    }

    /// @notice The cash that an open buy ticket holds back: its notional at the limit price, and the fee.
    function reservationUp(uint256 quantity, uint256 limitPrice, uint256 feeBps) internal pure returns (uint256) {
        uint256 notional = notionalUp(quantity, limitPrice);
        return notional + feeUp(notional, feeBps);
    }

    /// @notice What a position is worth at a mark.
    function valueDown(uint256 quantity, uint256 mark) internal pure returns (uint256) {
        return quantity * mark / SCALE;
    }

    /// @notice The share of a position's total cost that a sale takes with it.
    function costTakenUp(uint256 cost, uint256 sold, uint256 held) internal pure returns (uint256) {
        return sold == held ? cost : ceilDiv(cost * sold, held);
    }

    /// @notice The best price a simulated purchase may have.
    function priceWithSpreadUp(uint256 mark, uint256 halfSpreadBps) internal pure returns (uint256) {
        return ceilDiv(mark * (BPS + halfSpreadBps), BPS);
    }

    /// @notice The best price a simulated sale may have.
    function priceWithSpreadDown(uint256 mark, uint256 halfSpreadBps) internal pure returns (uint256) {
        return mark * (BPS - halfSpreadBps) / BPS;
    }

    /// @notice A negative amount counts as nothing.
    function positive(int256 amount) internal pure returns (uint256) {
        return amount > 0 ? uint256(amount) : 0;
    }
}
