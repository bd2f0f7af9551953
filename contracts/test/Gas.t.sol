// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Log} from "./Kit.sol";
import {World} from "./World.sol";
import {Fill, IRiskBook, Order, Ticket} from "../src/interfaces/IRiskBook.sol";
import {BookClass, ISignalOracle, Signal} from "../src/interfaces/ISignalOracle.sol";

/// The floor of the mandate: 150,000 gas a trade in batches of fifty, all three transactions paid in full.
/// forge-config: default.isolate = true
contract GasTest is World {
    /// Of what gas.json says, either way: more is a loss, less a line to write down.
    uint256 private constant TOLERANCE_PERCENT = 2;

    function setUp() public override {
        _openWorld(BookClass.SIMULATED, _limits());
        _post();
        // Not the first trades of the book: every slot of every market has been used before.
        for (uint256 m; m < 6; ++m) {
            _hold(m, START, m == 4 ? 1e8 : 1e6);
        }
        _postAt(START + 1 days);
    }

    /// forge-config: default.isolate = true
    function test_a_trade_in_a_batch_of_fifty_costs_less_than_150k_gas() public {
        uint256 total = _trade(50);
        yes(total <= 150_000, "gas per trade");
        _isAsWritten("50", total);
    }

    /// forge-config: default.isolate = true
    function test_a_trade_in_a_batch_of_ten_costs_what_is_written() public {
        _isAsWritten("10", _trade(10));
    }

    /// forge-config: default.isolate = true
    function test_a_trade_alone_costs_what_is_written() public {
        _isAsWritten("1", _trade(1));
    }

    function _isAsWritten(string memory batch, uint256 got) private view {
        string memory key = string.concat(".gas_per_trade.", batch);
        uint256 want = vm.parseJsonUint(vm.readFile("gas.json"), key);
        uint256 apart = got > want ? got - want : want - got;
        if (apart * 100 > want * TOLERANCE_PERCENT) eq(got, want, key);
    }

    function _trade(uint256 batch) private returns (uint256) {
        Order[] memory orders = new Order[](batch);
        bytes32[] memory digests = new bytes32[](batch);
        bytes32[] memory hashes = new bytes32[](1);
        for (uint64 i; i < batch; ++i) {
            uint256 m = i % 6;
            orders[i] = Order(_buy(m, observedAt + i), 1e6, _over(prices[m]));
            digests[i] = _digest(orders[i].signal);
        }
        bytes[] memory signatures = _signed(_commitHash(rounds + 1, hashes, digests), 1);
        bytes memory call = abi.encodeCall(ISignalOracle.commit, (rounds + 1, hashes, digests, signatures));
        uint256 gas = _send(address(oracle), call);
        vm.roll(block.number + 1);
        vm.recordLogs();
        gas += _send(address(book), abi.encodeCall(IRiskBook.authorise, (orders)));
        Fill[] memory fills = _fills(vm.getRecordedLogs());
        eq(fills.length, batch, "all allowed");
        return (gas + _send(address(book), abi.encodeCall(IRiskBook.record, (fills)))) / batch;
    }

    /// What the transaction costs: its own 21,000, its calldata, and what it executes (a call of its own when isolated).
    function _send(address to, bytes memory data) private returns (uint256 used) {
        vm.prank(trader);
        uint256 before = gasleft();
        (bool done,) = to.call(data);
        used = before - gasleft();
        yes(done, "sent");
    }

    function _fills(Log[] memory logs) private view returns (Fill[] memory fills) {
        uint256 count;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] == IRiskBook.TradeAuthorised.selector) ++count;
        }
        fills = new Fill[](count);
        count = 0;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IRiskBook.TradeAuthorised.selector) continue;
            Ticket memory ticket = _ticketIn(logs[i]);
            fills[count++] = _fillOf(ticket, ticket.quantity, _best(ticket))[0];
        }
    }
}
