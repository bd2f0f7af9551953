"""pyrevm: the contracts' bytecode in a fast EVM inside our process, for tests and back-tests.

Knows pyrevm. Knows nothing of JSON-RPC's methods. It computes no tries: its block hashes cover what a block says, its
state roots are zero, and only the newest state can be asked for. It counts no gas: slots that a question has read stay
warm for the next transaction. What it proves is that a third EVM decides the same.
"""

import threading
from typing import Any

import rlp
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_utils import ValidationError
from pyrevm import EVM, BlockEnv, CfgEnv, Env

from tradeseal.chain.abi import PYREVM_SAID
from tradeseal.chain.eth_tester import transaction_json
from tradeseal.chain.in_process import Block, Call, CallReverted, InProcess, Json, TransactionRefused, receipt_of
from tradeseal.chain.node import BALANCE_WEI, GAS_LIMIT, HARD_FORK, ChainSpec
from tradeseal.kernel.canonical import canonical_json
from tradeseal.oracle.published import keccak

KIND = "pyrevm"
NOBODY = "0x" + 40 * "0"
NO_HASH = "0x" + 64 * "0"
NO_BLOOM = "0x" + 512 * "0"


def revm(spec: ChainSpec) -> InProcess:
    """A node over pyrevm."""
    return InProcess(KIND, Revm, spec, strictly_later=False)


class Revm:
    """`Evm` over pyrevm."""

    def __init__(self, spec: ChainSpec) -> None:
        self._turn = threading.Lock()
        environment = Env(
            cfg=CfgEnv(chain_id=spec.chain_id),
            block=BlockEnv(number=0, timestamp=spec.genesis_time, gas_limit=GAS_LIMIT, basefee=0),
        )
        self._evm = EVM(env=environment, gas_limit=GAS_LIMIT, spec_id=HARD_FORK.upper())
        for address in spec.funded:
            self._evm.set_balance(_hex(address), BALANCE_WEI)
        self._nonces = dict.fromkeys(spec.funded, 0)
        self._newest = _header(0, spec.genesis_time, NO_HASH, {"funded": [_hex(address) for address in spec.funded]})

    def genesis(self) -> Block:
        return Block(self._newest)

    def mine(self, raw: bytes, at: int) -> Block:
        try:
            transaction: Any = PragueTransactionBuilder.decode(raw)
        except (ValidationError, rlp.DecodingError) as error:
            raise TransactionRefused(str(error)) from error
        sender = transaction.sender
        if transaction.nonce != self._nonces.get(sender, 0):
            raise TransactionRefused(f"the nonce of {_hex(sender)} is {self._nonces.get(sender, 0)}")
        number = int(self._newest["number"], 16) + 1
        with self._turn:
            self._evm.set_block_env(BlockEnv(number=number, timestamp=at, gas_limit=GAS_LIMIT, basefee=0))
            created = self._execute(transaction)
            result = self._evm.result
            assert result is not None
            self._nonces[sender] = transaction.nonce + 1
            logs = [(_bytes(log.address), [_bytes(topic) for topic in log.topics], _data(log)) for log in result.logs]
        said = {
            "transaction": _hex(transaction.hash),
            "status": int(result.is_success),
            "logs": [[_hex(address), [_hex(topic) for topic in topics], _hex(data)] for address, topics, data in logs],
        }
        header = _header(number, at, self._newest["hash"], said)
        told = transaction_json(transaction, header)
        receipt = receipt_of(header, told, status=int(result.is_success), logs=logs, contract=created)
        self._newest = header
        return Block(header, told, receipt)

    def _execute(self, transaction: Any) -> bytes | None:
        sender = _hex(transaction.sender)
        try:
            if not transaction.to:
                return _bytes(self._evm.deploy(sender, transaction.data, transaction.value, transaction.gas))
            self._evm.message_call(
                sender, _hex(transaction.to), transaction.data, transaction.value, transaction.gas, gas_price=0
            )
        except RuntimeError:
            pass  # a revert is an outcome; the result has it
        return None

    def call(self, call: Call, block: int) -> bytes:
        self._at_newest(block)
        with self._turn:
            try:
                return self._ask(call, is_static=True)
            except CallReverted as reverted:
                if reverted.data:
                    raise
            # A call that would change something: carried out and taken back.
            before = self._evm.snapshot()
            try:
                return self._ask(call, is_static=False)
            finally:
                self._evm.revert(before)

    def _ask(self, call: Call, *, is_static: bool) -> bytes:
        to = _hex(call.to or bytes(20))
        try:
            return bytes(
                self._evm.message_call(
                    _hex(call.sender), to, call.data, call.value, call.gas, gas_price=0, is_static=is_static
                )
            )
        except RuntimeError as error:
            said = PYREVM_SAID.search(str(error))
            raise CallReverted(bytes.fromhex(said[1]) if said else b"", str(error).partition(" {")[0]) from error

    def estimate(self, call: Call, block: int) -> int:
        self.call(call, block)
        result = self._evm.result
        assert result is not None
        return int(result.gas_used)

    def balance(self, address: bytes, block: int) -> int:
        self._at_newest(block)
        return int(self._evm.get_balance(_hex(address)))

    def nonce(self, address: bytes, block: int) -> int:
        self._at_newest(block)
        return self._nonces.get(address, 0)

    def code(self, address: bytes, block: int) -> bytes:
        self._at_newest(block)
        return bytes(self._evm.get_code(_hex(address)) or b"")

    def storage(self, address: bytes, slot: int, block: int) -> int:
        self._at_newest(block)
        return int(self._evm.storage(_hex(address), slot))

    def _at_newest(self, block: int) -> None:
        if block != int(self._newest["number"], 16):
            raise ValueError("only the newest state is kept")


def _header(number: int, at: int, parent: str, said: dict[str, Any]) -> Json:
    named = {"number": hex(number), "parentHash": parent, "timestamp": hex(at)}
    block_hash = _hex(keccak(canonical_json({**named, **said})))
    return {
        **named,
        "hash": block_hash,
        "stateRoot": NO_HASH,
        "logsBloom": NO_BLOOM,
        "miner": NOBODY,
        "gasLimit": hex(GAS_LIMIT),
        "gasUsed": "0x0",
        "baseFeePerGas": "0x0",
        "uncles": [],
    }


def _data(log: Any) -> bytes:
    data = log.data
    return bytes(data[1] if isinstance(data, tuple) else data)


def _bytes(value: Any) -> bytes:
    return bytes.fromhex(value.removeprefix("0x")) if isinstance(value, str) else bytes(value)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
