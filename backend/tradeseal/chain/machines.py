"""Machines: what can execute a journal once more, each from an empty chain and one transaction a block.

Knows every node of ours (Anvil, eth-tester: block hashes and gas come out, too) and, where it is installed, pyrevm (in
our process; it makes no block hashes, and its package names no licence, so the product does not install it). Knows
nothing of contracts.
"""

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from tradeseal.chain.anvil import Anvil, anvil_binary
from tradeseal.chain.choice import ANVIL, ETH_TESTER, PYREVM
from tradeseal.chain.compile import CONTRACTS
from tradeseal.chain.node import BALANCE_WEI, GAS_LIMIT, HARD_FORK, ChainSpec, Node
from tradeseal.chain.rpc import NodeRefused
from tradeseal.chain.transactions import RawTransaction
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.kernel.nearest import did_you_mean

NOBODY = "0x" + 40 * "0"
BLOCKS_FOR_ANVIL = 10_000
Log = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of one transaction; block hash and gas only from a machine that makes whole blocks."""

    succeeded: bool
    said: bytes
    logs: list[Log]
    block_hash: str = ""
    gas_used: int = 0


class Machine(Protocol):
    """Executes in order; nothing before the first block but the funded accounts."""

    kind: str
    genesis_hash: str  # empty where no whole blocks are made

    def run(self, transaction: RawTransaction, raw: str, *, block: int, at: int) -> Ran:
        """Put a transaction in a block of its own; raises `Inconsistent` when it is not even taken."""

    def call(self, to: bytes, data: bytes) -> bytes:
        """What a view answers after the last block."""

    def code(self, address: bytes) -> bytes:
        """The code at an address, without padding."""


@contextlib.contextmanager
def machine_for(
    spec: ChainSpec, kind: str | None = None, *, blocks: int = 0, contracts: Path = CONTRACTS
) -> Iterator[Machine]:
    """The machine of this name; where nobody says what is usual for a chain of about so many blocks."""
    chosen = kind or _usual(contracts, blocks)
    if chosen == PYREVM:
        if find_spec("pyrevm") is None:
            raise Unavailable("PYREVM_MISSING", "pyrevm is not installed: pip install -r requirements-dev.txt.")
        yield PyrevmMachine(spec)
    elif chosen in (ANVIL, ETH_TESTER):
        with tempfile.TemporaryDirectory(prefix="ts-verify-") as folder:
            node = _node(chosen, spec, Path(folder), contracts)
            node.start()
            try:
                yield NodeMachine(node)
            finally:
                node.close()
    else:
        known = [PYREVM, ANVIL, ETH_TESTER]
        raise Refused(
            "UNKNOWN_MACHINE",
            f"There is no machine {chosen}; there are {', '.join(known)}.{did_you_mean(chosen, known)}",
            got=chosen,
        )


def _usual(contracts: Path, blocks: int) -> str:
    """Anvil, which makes whole blocks, else what is installed; for a long chain the other way round.

    For each block Anvil hashes all slots there are: the n-th costs n times what the first does.
    """
    if blocks > BLOCKS_FOR_ANVIL and find_spec("pyrevm") is not None:
        return PYREVM
    with contextlib.suppress(Unavailable):
        anvil_binary(contracts)
        return ANVIL
    return ETH_TESTER if find_spec("pyrevm") is None else PYREVM


def _node(kind: str, spec: ChainSpec, folder: Path, contracts: Path) -> Node:
    if kind == ANVIL:
        return Anvil(anvil_binary(contracts), spec, folder=folder / "chain", logs=folder / "logs")
    from tradeseal.chain.eth_tester import eth_tester  # noqa: PLC0415 - py-evm costs two seconds

    return eth_tester(spec)


class PyrevmMachine:
    """`Machine` over pyrevm."""

    kind = PYREVM
    genesis_hash = ""

    def __init__(self, spec: ChainSpec) -> None:
        import pyrevm  # noqa: PLC0415 - not a part of what the product installs

        self._block_env = pyrevm.BlockEnv
        environment = pyrevm.Env(
            cfg=pyrevm.CfgEnv(chain_id=spec.chain_id),
            block=pyrevm.BlockEnv(number=0, timestamp=spec.genesis_time, gas_limit=GAS_LIMIT, basefee=0),
        )
        self._evm = pyrevm.EVM(env=environment, gas_limit=GAS_LIMIT, spec_id=HARD_FORK.upper())
        for address in spec.funded:
            self._evm.set_balance(_hex(address), BALANCE_WEI)

    def run(self, transaction: RawTransaction, raw: str, *, block: int, at: int) -> Ran:  # noqa: ARG002 - read already
        self._evm.set_block_env(self._block_env(number=block, timestamp=at, gas_limit=GAS_LIMIT, basefee=0))
        said = self._execute(transaction)
        result = self._evm.result
        if result is None or not result.is_success:
            return Ran(succeeded=False, said=said, logs=[])
        return Ran(succeeded=True, said=b"", logs=[_log(log) for log in result.logs])

    def _execute(self, transaction: RawTransaction) -> bytes:
        sender = _hex(transaction.sender)
        try:
            if transaction.to is None:
                self._evm.deploy(sender, transaction.data, transaction.value, transaction.gas)
            else:
                to = _hex(transaction.to)
                self._evm.message_call(sender, to, transaction.data, transaction.value, transaction.gas, gas_price=0)
        except RuntimeError as error:  # a revert is an outcome; the result has it
            return _said(str(error))
        return b""

    def call(self, to: bytes, data: bytes) -> bytes:
        return bytes(self._evm.message_call(NOBODY, _hex(to), data, 0, GAS_LIMIT, is_static=True))

    def code(self, address: bytes) -> bytes:
        return bytes(self._evm.get_code(_hex(address)) or b"").rstrip(b"\0")


class NodeMachine:
    """`Machine` over a node of ours."""

    def __init__(self, node: Node) -> None:
        self.kind = node.kind
        self._rpc = node.writer()
        self.genesis_hash = str(self._rpc.call("eth_getBlockByNumber", "0x0", False)["hash"])

    def run(self, transaction: RawTransaction, raw: str, *, block: int, at: int) -> Ran:  # noqa: ARG002 - it counts
        try:
            self._rpc.call("evm_setNextBlockTimestamp", at)
            receipt = self._rpc.call("eth_sendRawTransactionSync", raw)
        except NodeRefused as refusal:
            raise Inconsistent(
                "TRANSACTION_REFUSED", f"{self.kind} does not take this transaction: {refusal.message}.", got=raw[:80]
            ) from refusal
        succeeded = bool(int(receipt["status"], 16))
        return Ran(
            succeeded=succeeded,
            said=b"" if succeeded else self._why(transaction),
            logs=[{**log, "address": str(log["address"]).lower()} for log in receipt["logs"]],
            block_hash=str(receipt["blockHash"]),
            gas_used=int(receipt["gasUsed"], 16),
        )

    def _why(self, transaction: RawTransaction) -> bytes:
        call = {
            "from": _hex(transaction.sender), "to": transaction.to and _hex(transaction.to),
            "data": _hex(transaction.data), "gas": hex(transaction.gas),
        }  # fmt: skip
        try:
            self._rpc.call("eth_call", call, "latest")
        except NodeRefused as refusal:
            told = refusal.facts.get("data")
            return bytes.fromhex(told[2:]) if isinstance(told, str) else b""
        return b""

    def call(self, to: bytes, data: bytes) -> bytes:
        return bytes.fromhex(self._rpc.call("eth_call", {"to": _hex(to), "data": _hex(data)}, "latest")[2:])

    def code(self, address: bytes) -> bytes:
        return bytes.fromhex(self._rpc.call("eth_getCode", _hex(address), "latest")[2:]).rstrip(b"\0")


def _log(log: Any) -> Log:
    data = log.data[1] if isinstance(log.data, tuple) else log.data
    return {
        "address": log.address.lower(),
        "topics": [topic if isinstance(topic, str) else _hex(bytes(topic)) for topic in log.topics],
        "data": data if isinstance(data, str) else _hex(bytes(data)),
    }


def _said(message: str) -> bytes:
    _, _, rest = message.partition("output: 0x")
    digits = ""
    for letter in rest:
        if letter not in "0123456789abcdef":
            break
        digits += letter
    return bytes.fromhex(digits)


def _hex(value: bytes) -> str:
    return "0x" + value.hex()
