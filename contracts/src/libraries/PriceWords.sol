// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Up to sixteen uint64 prices, four to a storage word
library PriceWords {
    uint256 private constant LANE = type(uint64).max;

    function load(uint256[4] storage words, uint256 count) internal view returns (uint64[] memory prices) {
        prices = new uint64[](count);
        uint256 current;
        for (uint256 i; i < count; ++i) {
            if (i % 4 == 0) current = words[i / 4];
            prices[i] = uint64(current >> (64 * (i % 4)) & LANE);
        }
    }

    function store(uint256[4] storage words, uint64[] memory prices) internal {
        uint256 current;
        for (uint256 i; i < prices.length; ++i) {
            current |= uint256(prices[i]) << (64 * (i % 4));
            if (i % 4 == 3 || i + 1 == prices.length) {
                words[i / 4] = current;
                current = 0;
            }
        }
    }
}
