// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BookMath} from "../../src/libraries/BookMath.sol";

/// Proven by halmos on the bytecode, for every number of these widths: rounding is against the trader, and by less than one
/// unit. Wider products and quotients are beyond the solver; prove_rounding.py proves the same forms for integers of any
/// size, and Fuzz.t.sol draws the code at full width. Unchecked, so that the proof asks no overflow of its own sums.
contract RoundingProof {
    function check_a_notional_is_exact_or_against_the_trader(uint16 quantity) public pure {
        unchecked {
            uint256 exact = uint256(quantity) * 1e4;
            uint256 up = BookMath.notionalUp(quantity, 1e4);
            uint256 down = BookMath.notionalDown(quantity, 1e4);
            assert(up * 1e8 >= exact && up * 1e8 < exact + 1e8);
            assert(down * 1e8 <= exact && down * 1e8 + 1e8 > exact);
        }
    }

    function check_a_fee_is_no_less_than_its_share(uint16 notional) public pure {
        unchecked {
            uint256 fee = BookMath.feeUp(notional, 10);
            assert(fee * 1e4 >= uint256(notional) * 10);
            assert(fee * 1e4 < uint256(notional) * 10 + 1e4);
        }
    }
}
