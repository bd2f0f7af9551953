"""A chain inside our own process: a node's answers over an EVM library, without a socket.

Knows JSON-RPC's methods and how a node names what it cannot do. Knows nothing of how an EVM works. Blocks, receipts
and logs are kept as the answers a node would give; state is asked of the EVM. One thread sends; readers do not wait
for it, because what they read does not change any more.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tradeseal.chain.node import GAS_LIMIT, ChainSpec
from tradeseal.chain.rpc import NodeRefused
from tradeseal.kernel.errors import Unavailable
from tradeseal.oracle.published import keccak

Json = dict[str, Any]

REVERTED, REFUSED, NOT_FOUND, BAD_PARAMS, NOT_SUPPORTED = 3, -32_000, -32_601, -32_602, -32_004
NEWEST = ("latest", "pending", "safe", "finalized")
FEE_HISTORY_MAX = 1024
# Known methods that need a trie's proofs or an opcode's trace, or that nobody here pays for.
BEYOND = ("eth_getProof", "debug_", "trace_", "ots_", "erigon_", "txpool_", "eth_newFilter", "eth_subscribe")


class CallReverted(Exception):
    """A call ended in a revert; `data` is what the contract said."""

    def __init__(self, data: bytes, why: str = "") -> None:
        super().__init__(why or "execution reverted")
        self.data = data


class TransactionRefused(Exception):
    """The EVM does not take a transaction into a block."""


@dataclass(frozen=True)
class Block:
    """One block with at most one transaction, as a node's answers."""

    header: Json
    transaction: Json | None = None
    receipt: Json | None = None

    @property
    def logs(self) -> list[Json]:
        """The logs of its transaction."""
        return self.receipt["logs"] if self.receipt else []


@dataclass(frozen=True)
class Call:
    """A message that changes nothing."""

    sender: bytes
    to: bytes | None
    data: bytes
    value: int
    gas: int


class Evm(Protocol):
    """What executes: fresh for every start."""

    def genesis(self) -> Block:
        """The first block."""

    def mine(self, raw: bytes, at: int) -> Block:
        """Execute one signed transaction in a block of its own; raises `TransactionRefused`."""

    def call(self, call: Call, block: int) -> bytes:
        """What a message answers on top of a block; raises `CallReverted`."""

    def estimate(self, call: Call, block: int) -> int:
        """How much gas a message needs; raises `CallReverted`."""

    def balance(self, address: bytes, block: int) -> int:
        """An account's balance after a block."""

    def nonce(self, address: bytes, block: int) -> int:
        """An account's nonce after a block."""

    def code(self, address: bytes, block: int) -> bytes:
        """An account's code after a block."""

    def storage(self, address: bytes, slot: int, block: int) -> int:
        """An account's storage slot after a block."""


class InProcess:
    """`Node` over an EVM library."""

    keeps_state = False

    def __init__(self, kind: str, evm: Callable[[ChainSpec], Evm], spec: ChainSpec, *, strictly_later: bool) -> None:
        self.kind = kind
        self.strictly_later = strictly_later
        self._make = evm
        self._spec = spec
        self._chain: _Chain | None = None

    @property
    def pid(self) -> int | None:
        """None: it has no process of its own."""
        return None

    @property
    def running(self) -> bool:
        """Whether it was started."""
        return self._chain is not None

    def state(self) -> bytes:
        """There is none that could be begun with."""
        raise Unavailable("NO_STATE", f"A chain in {self.kind} cannot be kept; it is executed again.")

    def start(self, on_crash: Callable[[], None] | None = None, state: bytes | None = None) -> None:  # noqa: ARG002
        """A fresh, empty chain; it goes when we go, and begins with nothing."""
        self._chain = _Chain(self.kind, self._make(self._spec), self._spec, strictly_later=self.strictly_later)

    def writer(self) -> "InProcess":
        """Itself: there is nothing to connect to."""
        return self

    def readers(self) -> "InProcess":
        """Itself: readers do not wait for the writer."""
        return self

    def call(self, method: str, *params: Any) -> Any:
        """Answer as a node would."""
        chain = self._chain
        if chain is None:
            raise Unavailable("NODE_UNAVAILABLE", f"The chain is not there to answer {method}.")
        return chain.answer(method, params)

    def close(self) -> None:
        """The chain stays until the next start: a connection that is let go of is no reason to forget it."""


class _Chain:
    """One run's blocks and the methods that read them."""

    def __init__(self, kind: str, evm: Evm, spec: ChainSpec, *, strictly_later: bool) -> None:
        self._kind = kind
        self._evm = evm
        self._spec = spec
        self._strictly_later = strictly_later
        self._blocks = [evm.genesis()]
        self._by_hash = {self._blocks[0].header["hash"]: self._blocks[0]}
        self._by_transaction: dict[str, Block] = {}
        self._next_time: int | None = None
        self._turn = threading.Lock()
        self._methods: dict[str, Callable[..., Any]] = {
            "eth_accounts": list,
            "eth_blockNumber": lambda: hex(self._last),
            "eth_call": self._call,
            "eth_chainId": lambda: hex(spec.chain_id),
            "eth_estimateGas": self._estimate,
            "eth_feeHistory": self._fee_history,
            "eth_gasPrice": lambda: self._blocks[-1].header["baseFeePerGas"],
            "eth_getBalance": lambda a, b="latest": hex(evm.balance(_address(a), self._height(b))),
            "eth_getBlockByHash": lambda h, full=False: _block_json(self._by_hash.get(_lower(h)), full=full),
            "eth_getBlockByNumber": lambda n, full=False: _block_json(self._at(n), full=full),
            "eth_getBlockReceipts": lambda n: _found(self._named(n), lambda block: _listed(block.receipt)),
            "eth_getBlockTransactionCountByHash": lambda h: _count(self._by_hash.get(_lower(h))),
            "eth_getBlockTransactionCountByNumber": lambda n: _count(self._at(n)),
            "eth_getCode": lambda a, b="latest": _hex(evm.code(_address(a), self._height(b))),
            "eth_getLogs": self._logs,
            "eth_getStorageAt": lambda a, s, b="latest": _word(evm.storage(_address(a), _number(s), self._height(b))),
            "eth_getTransactionByBlockHashAndIndex": lambda h, i: _nth(self._by_hash.get(_lower(h)), i),
            "eth_getTransactionByBlockNumberAndIndex": lambda n, i: _nth(self._at(n), i),
            "eth_getTransactionByHash": lambda h: _found(self._by_transaction.get(_lower(h)), lambda b: b.transaction),
            "eth_getTransactionCount": lambda a, b="latest": hex(evm.nonce(_address(a), self._height(b))),
            "eth_getTransactionReceipt": lambda h: _found(self._by_transaction.get(_lower(h)), lambda b: b.receipt),
            "eth_getUncleCountByBlockHash": lambda h: _found(self._by_hash.get(_lower(h)), lambda _: "0x0"),
            "eth_getUncleCountByBlockNumber": lambda n: _found(self._at(n), lambda _: "0x0"),
            "eth_maxPriorityFeePerGas": lambda: "0x0",
            "eth_sendRawTransactionSync": self._send,
            "eth_syncing": lambda: False,
            "evm_setNextBlockTimestamp": self._set_next_time,
            "net_listening": lambda: True,
            "net_version": lambda: str(spec.chain_id),
            "web3_clientVersion": lambda: f"tradeseal/{kind}",
            "web3_sha3": lambda data: _hex(keccak(_bytes(data))),
        }

    def answer(self, method: str, params: Sequence[Any]) -> Any:
        """The result, or the refusal that a node would give."""
        answer = self._methods.get(method)
        if answer is None:
            if method.startswith(BEYOND):
                raise _refusal(method, NOT_SUPPORTED, f"a chain in {self._kind} has no {method}; Anvil has")
            raise _refusal(method, NOT_FOUND, f"the method {method} does not exist")
        try:
            return answer(*params)
        except CallReverted as revert:
            raise _refusal(method, REVERTED, str(revert), _hex(revert.data)) from revert
        except TransactionRefused as refusal:
            raise _refusal(method, REFUSED, str(refusal)) from refusal
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise _refusal(method, BAD_PARAMS, f"bad parameters: {error}") from error

    # Writing

    def _set_next_time(self, at: int) -> None:
        last = int(self._blocks[-1].header["timestamp"], 16)
        if at < last + self._strictly_later:
            later = "after" if self._strictly_later else "at or after"
            raise TransactionRefused(f"a block's time is {later} that of the one before: {at}, {last}")
        self._next_time = at

    def _send(self, raw: str) -> Json | None:
        with self._turn:
            data = _bytes(raw)
            if _hex(keccak(data)) in self._by_transaction:
                raise TransactionRefused("already known")
            if self._next_time is None:
                raise TransactionRefused("no time was set for the next block")
            block = self._evm.mine(data, self._next_time)
            self._next_time = None
            assert block.transaction is not None
            self._by_hash[block.header["hash"]] = block
            self._by_transaction[block.transaction["hash"]] = block
            self._blocks.append(block)
            return block.receipt

    # Reading

    @property
    def _last(self) -> int:
        return len(self._blocks) - 1

    def _height(self, named: Any) -> int:
        """A block's number; raises for one that is not there."""
        block = self._named(named)
        if block is None:
            raise ValueError(f"no block {named}")
        return int(block.header["number"], 16)

    def _named(self, named: Any) -> Block | None:
        if isinstance(named, Mapping):
            if "blockHash" in named:
                return self._by_hash.get(_lower(named["blockHash"]))
            return self._at(named["blockNumber"])
        if isinstance(named, str) and len(named) == 66:
            return self._by_hash.get(_lower(named))
        return self._at(named)

    def _at(self, named: Any) -> Block | None:
        blocks = self._blocks
        if named is None or named in NEWEST:
            return blocks[-1]
        number = 0 if named == "earliest" else _number(named)
        return blocks[number] if number < len(blocks) else None

    def _call(self, call: Json, named: Any = "latest") -> str:
        return _hex(self._evm.call(_message(call), self._height(named)))

    def _estimate(self, call: Json, named: Any = "latest") -> str:
        return hex(self._evm.estimate(_message(call), self._height(named)))

    def _logs(self, wanted: Json) -> list[Json]:
        if "blockHash" in wanted:
            block = self._by_hash.get(_lower(wanted["blockHash"]))
            if block is None:
                raise ValueError("no such block")
            chosen = [block]
        else:
            first, last = (self._bound(wanted.get(name)) for name in ("fromBlock", "toBlock"))
            chosen = self._blocks[first : last + 1]
        addresses = {_lower(address) for address in _listed(wanted.get("address"))}
        topics = [{_lower(topic) for topic in _listed(topic)} for topic in wanted.get("topics") or []]
        return [log for block in chosen for log in block.logs if _matches(log, addresses, topics)]

    def _bound(self, named: Any) -> int:
        return self._last if named is None or named in NEWEST else 0 if named == "earliest" else _number(named)

    def _fee_history(self, count: Any, newest: Any, percentiles: Sequence[float] = ()) -> Json:
        last = self._height(newest)
        first = max(0, last + 1 - min(_number(count), FEE_HISTORY_MAX))
        headers = [block.header for block in self._blocks[first : last + 1]]
        following = self._blocks[last + 1].header if last < self._last else headers[-1]
        return {
            "oldestBlock": hex(first),
            "baseFeePerGas": [header["baseFeePerGas"] for header in [*headers, following]],
            "gasUsedRatio": [int(header["gasUsed"], 16) / GAS_LIMIT for header in headers],
            "reward": [["0x0"] * len(percentiles) for _ in headers],
        }


def receipt_of(block: Json, transaction: Json, *, status: int, logs: Sequence[tuple[bytes, Sequence[bytes], bytes]],
               contract: bytes | None) -> Json:  # fmt: skip
    """A receipt as a node gives it, of the only transaction of a block; a log is address, topics, data."""
    place = {
        "blockHash": block["hash"],
        "blockNumber": block["number"],
        "transactionHash": transaction["hash"],
        "transactionIndex": "0x0",
    }
    return {
        **place,
        "type": transaction["type"],
        "status": hex(status),
        "from": transaction["from"],
        "to": transaction["to"],
        "contractAddress": None if contract is None else _hex(contract),
        "gasUsed": block["gasUsed"],
        "cumulativeGasUsed": block["gasUsed"],
        "effectiveGasPrice": transaction["gasPrice"],
        "logsBloom": block["logsBloom"],
        "logs": [
            {
                **place,
                "blockTimestamp": block["timestamp"],
                "address": _hex(address),
                "topics": [_hex(topic) for topic in topics],
                "data": _hex(data),
                "logIndex": hex(index),
                "removed": False,
            }
            for index, (address, topics, data) in enumerate(logs)
        ],
    }


def _block_json(block: Block | None, *, full: bool) -> Json | None:
    if block is None:
        return None
    shown = _listed(block.transaction)
    return {**block.header, "transactions": shown if full else [transaction["hash"] for transaction in shown]}


def _matches(log: Json, addresses: set[str], topics: Sequence[set[str]]) -> bool:
    if addresses and log["address"] not in addresses:
        return False
    if len(topics) > len(log["topics"]):
        return False
    return all(not wanted or got in wanted for wanted, got in zip(topics, log["topics"], strict=False))


def _message(call: Json) -> Call:
    to = call.get("to")
    data = call.get("input", call.get("data")) or "0x"
    return Call(
        sender=_address(call["from"]) if call.get("from") else bytes(20),
        to=_address(to) if to else None,
        data=_bytes(data),
        value=_number(call.get("value") or 0),
        # More than a block holds is a call that would never end in a library of this speed.
        gas=min(_number(call.get("gas") or GAS_LIMIT), GAS_LIMIT),
    )


def _found(block: Block | None, answer: Callable[[Block], Any]) -> Any:
    return None if block is None else answer(block)


def _count(block: Block | None) -> str | None:
    return None if block is None else hex(len(_listed(block.transaction)))


def _nth(block: Block | None, index: Any) -> Json | None:
    return block.transaction if block is not None and _number(index) == 0 else None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _lower(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith("0x"):
        raise ValueError(f"not hex: {value!r}")
    return value.lower()


def _bytes(value: Any) -> bytes:
    return bytes.fromhex(_lower(value)[2:])


def _address(value: Any) -> bytes:
    address = _bytes(value)
    if len(address) != 20:
        raise ValueError(f"not an address: {value}")
    return address


def _number(value: Any) -> int:
    number = int(value, 16) if isinstance(value, str) and value.startswith("0x") else value
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise ValueError(f"not a quantity: {value!r}")
    return number


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


def _word(value: int) -> str:
    return f"0x{value:064x}"


def _refusal(method: str, code: int, message: str, data: str | None = None) -> NodeRefused:
    return NodeRefused(method, {"code": code, "message": message, "data": data})
