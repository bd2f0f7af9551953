"""A chain from outside: what a node says of each block, beside what was executed here.

Knows JSON-RPC's answers. Trusts nothing of them: a difference is a difference.
"""

from typing import Any, Protocol

from tradeseal.chain.again import Executed
from tradeseal.trading.trust import PUBLIC_CHAINS
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene


class Asks(Protocol):
    """Whoever answers JSON-RPC calls."""

    def call(self, method: str, *params: Any) -> Any:
        """The result; raises `NodeRefused` or `Unavailable`."""


class Outside:
    """One node, asked about every block of the journal."""

    def __init__(self, node: Asks, url: str) -> None:
        self._node = node
        self._url = url
        self._chain_id: int | None = None
        self._genesis: str | None = None

    @property
    def public(self) -> bool:
        """Whether the chain is one that nobody of ours runs."""
        return self._chain_id in PUBLIC_CHAINS

    def compare(self, scene: Scene, event: Event, executed: Executed) -> None:
        """Transaction, block hash, status and logs of one block."""
        d, same = event.data, scene.findings.same
        if self._chain_id is None:
            self._same_chain(scene, event)
        receipt = self._node.call("eth_getTransactionReceipt", d["transaction_hash"])
        if receipt is None:
            message = f"{self._url} has no such transaction: another chain, or one that was rolled back."
            scene.findings.differs(1, "NOT_ON_CHAIN", message, at=event, got="nothing", want=d["transaction_hash"])
            return
        for name, got, want in (
            ("block hash", d["block_hash"], receipt["blockHash"]),
            ("block", d["block"], int(receipt["blockNumber"], 16)),
            ("status", d["status"], int(receipt["status"], 16)),
            ("gas", d["gas_used"], int(receipt["gasUsed"], 16)),
        ):  # fmt: skip
            same(1, "CHAIN_DIFFERS", f"{name} on {self._url}", at=event, got=got, want=want)
        told = [(log["address"].lower(), log["topics"], log["data"]) for log in receipt["logs"]]
        ours = [(log["address"], log["topics"], log["data"]) for log in executed.ran.logs]
        same(4, "CHAIN_DIFFERS", f"logs on {self._url}", at=event, got=ours, want=told)
        scene.findings.count(1, "blocks compared with the node")

    def end(self, scene: Scene) -> None:
        """The code that lies there, and nothing behind the last block of ours."""
        for name in ("SignalOracle", "RiskBook", "RiskBookRare"):
            address = scene.again.address(name)
            if address is None:
                continue
            told: str = self._node.call("eth_getCode", "0x" + address.hex(), "latest")
            there, here = bytes.fromhex(told[2:]).rstrip(b"\0"), scene.again.code(name)
            scene.findings.same(8, "BYTECODE_DIFFERS", f"code of {name} on {self._url}", got=here, want=there)
            scene.findings.count(8, "codes compared with the node")
        if not self.public and not scene.elsewhere:
            last = int(self._node.call("eth_blockNumber"), 16)
            if last > scene.blocks:
                more = f"blocks {scene.blocks + 1} to {last} of {self._url}: not in this log yet"
                scene.findings.cannot_tell(1, more)

    def _same_chain(self, scene: Scene, event: Event) -> None:
        self._chain_id = int(self._node.call("eth_chainId"), 16)
        self._genesis = self._node.call("eth_getBlockByNumber", "0x0", False)["hash"]
        same, book = scene.findings.same, scene.opening.book
        same(1, "WRONG_CHAIN", f"chain id of {self._url}", at=event, got=scene.opening.chain_id, want=self._chain_id)
        same(1, "WRONG_CHAIN", f"genesis of {self._url}", at=event, got=book["genesis_hash"], want=self._genesis)
