"""eth-tester: a chain in Python alone, for those who have no Anvil. Slow, whole, and the same every time.

Knows py-evm by way of eth-tester's set-up of it. Knows nothing of JSON-RPC's methods. What eth-tester leaves to chance
is pinned here (the randomness in a header, the clock), so that re-execution gives the same block hashes.
"""

from typing import Any

import rlp
from eth.exceptions import Revert
from eth.vm.spoof import SpoofTransaction
from eth_tester import PyEVMBackend
from eth_tester.backends.pyevm.main import get_default_genesis_params
from eth_utils import ValidationError

from tradeseal.chain.in_process import Block, Call, CallReverted, InProcess, Json, TransactionRefused, receipt_of
from tradeseal.chain.node import BALANCE_WEI, GAS_LIMIT, ChainSpec
from tradeseal.chain.transactions import created_address

KIND = "eth-tester"
RANDOMNESS = bytes(32)
MIN_GAS = 21_000


def eth_tester(spec: ChainSpec) -> InProcess:
    """A node over py-evm; its blocks are strictly later than each other, by at least a second."""
    return InProcess(KIND, PyEvm, spec, strictly_later=True)


class PyEvm:
    """`Evm` over py-evm; every state since the first block can be asked for."""

    def __init__(self, spec: ChainSpec) -> None:
        parameters = get_default_genesis_params(
            {"timestamp": spec.genesis_time, "gas_limit": GAS_LIMIT, "mix_hash": RANDOMNESS}
        )
        account = {"balance": BALANCE_WEI, "nonce": 0, "code": b"", "storage": {}}
        backend = PyEVMBackend(
            genesis_parameters={**parameters, "base_fee_per_gas": 0},
            genesis_state=dict.fromkeys(spec.funded, account),
        )
        self._chain = backend.chain
        self._chain.chain_id = spec.chain_id
        self._headers: list[Any] = [self._chain.get_canonical_block_header_by_number(0)]

    def genesis(self) -> Block:
        header = self._headers[0]
        return Block(_header_json(header, size=len(rlp.encode(header))))

    def mine(self, raw: bytes, at: int) -> Block:
        chain = self._chain
        try:
            transaction = chain.get_vm().get_transaction_builder().decode(raw)
            chain.header = chain.header.copy(timestamp=at)
            imported, receipts, _ = chain.mine_all([transaction], mix_hash=RANDOMNESS)
        except (ValidationError, rlp.DecodingError) as error:
            raise TransactionRefused(str(error)) from error
        mined = imported.imported_block
        self._headers.append(mined.header)
        header = _header_json(mined.header, size=len(rlp.encode(mined)))
        told = transaction_json(transaction, header)
        receipt = receipts[0]
        created = None if transaction.to else created_address(transaction.sender, transaction.nonce)
        logs = [(log.address, [t.to_bytes(32) for t in log.topics], log.data) for log in receipt.logs]
        status = int(receipt.state_root == b"\x01")
        return Block(header, told, receipt_of(header, told, status=status, logs=logs, contract=created))

    def call(self, call: Call, block: int) -> bytes:
        return bytes(self._execute(call, block).output)

    def estimate(self, call: Call, block: int) -> int:
        """By halves, as nodes do: what a call uses is less than what it must be given."""
        self._execute(call, block)
        low, high = MIN_GAS - 1, call.gas
        while high - low > 1:
            middle = (low + high) // 2
            try:
                self._execute(Call(call.sender, call.to, call.data, call.value, middle), block)
            except CallReverted:
                low = middle
            else:
                high = middle
        return high

    def _execute(self, call: Call, block: int) -> Any:
        state = self._state(block)
        transaction = SpoofTransaction(
            self._chain.get_transaction_builder().new_unsigned_dynamic_fee_transaction(
                chain_id=self._chain.chain_id,
                nonce=state.get_nonce(call.sender),
                max_priority_fee_per_gas=0,
                max_fee_per_gas=0,
                gas=call.gas,
                to=call.to or b"",
                value=call.value,
                data=call.data,
                access_list=(),
            ),
            from_=call.sender,
        )
        try:
            computation = state.apply_transaction(transaction)
        except ValidationError as error:
            raise CallReverted(b"", str(error)) from error
        if computation.is_error:
            why = computation.error
            if isinstance(why, Revert):
                raise CallReverted(bytes(computation.output))
            raise CallReverted(b"", f"{type(why).__name__}: {why}")
        return computation

    def balance(self, address: bytes, block: int) -> int:
        return int(self._state(block).get_balance(address))

    def nonce(self, address: bytes, block: int) -> int:
        return int(self._state(block).get_nonce(address))

    def code(self, address: bytes, block: int) -> bytes:
        return bytes(self._state(block).get_code(address))

    def storage(self, address: bytes, slot: int, block: int) -> int:
        return int(self._state(block).get_storage(address, slot))

    def _state(self, block: int) -> Any:
        # Calls pay nothing, also where a full block has made gas cost something.
        return self._chain.get_vm(self._headers[block].copy(base_fee_per_gas=0)).state


def _header_json(header: Any, *, size: int) -> Json:
    return {
        "number": hex(header.block_number),
        "hash": _hex(header.hash),
        "parentHash": _hex(header.parent_hash),
        "sha3Uncles": _hex(header.uncles_hash),
        "miner": _hex(header.coinbase),
        "stateRoot": _hex(header.state_root),
        "transactionsRoot": _hex(header.transaction_root),
        "receiptsRoot": _hex(header.receipt_root),
        "logsBloom": f"0x{header.bloom:0512x}",
        "difficulty": hex(header.difficulty),
        "totalDifficulty": "0x0",
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": _hex(header.extra_data),
        "mixHash": _hex(header.mix_hash),
        "nonce": _hex(header.nonce),
        "baseFeePerGas": hex(header.base_fee_per_gas),
        "withdrawalsRoot": _hex(header.withdrawals_root),
        "blobGasUsed": hex(header.blob_gas_used),
        "excessBlobGas": hex(header.excess_blob_gas),
        "parentBeaconBlockRoot": _hex(header.parent_beacon_block_root),
        "requestsHash": _hex(header.requests_hash),
        "size": hex(size),
        "uncles": [],
        "withdrawals": [],
    }


def transaction_json(transaction: Any, block: Json) -> Json:
    tip, most = transaction.max_priority_fee_per_gas, transaction.max_fee_per_gas
    base = int(block["baseFeePerGas"], 16)
    return {
        "hash": _hex(transaction.hash),
        "type": hex(transaction.type_id or 0),
        "chainId": hex(transaction.chain_id),
        "nonce": hex(transaction.nonce),
        "blockHash": block["hash"],
        "blockNumber": block["number"],
        "blockTimestamp": block["timestamp"],
        "transactionIndex": "0x0",
        "from": _hex(transaction.sender),
        "to": _hex(transaction.to) if transaction.to else None,
        "value": hex(transaction.value),
        "gas": hex(transaction.gas),
        "gasPrice": hex(min(most, base + tip)),
        "maxFeePerGas": hex(most),
        "maxPriorityFeePerGas": hex(tip),
        "input": _hex(transaction.data),
        "accessList": [],
        "v": hex(transaction.y_parity),
        "yParity": hex(transaction.y_parity),
        "r": hex(transaction.r),
        "s": hex(transaction.s),
    }


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
