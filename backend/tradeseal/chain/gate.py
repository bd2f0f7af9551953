"""The gate: the engine's wishes as signed, journaled transactions, and their blocks as facts.

Knows which key signs what, the record chain's head and the order sign → save → send → save. Knows nothing of why
something is wished. The engine saves; between `prepare_…` and `send` lies its own atomic save.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from tradeseal.chain.abi import text
from tradeseal.chain.anvil import Anvil, anvil_binary
from tradeseal.chain.calls import ContractCalls
from tradeseal.chain.choice import ANVIL, ETH_TESTER, PYREVM, unknown
from tradeseal.chain.compile import CONTRACTS, Artifacts, artifacts, artifacts_of
from tradeseal.chain.deploy import DEPLOYMENT, BookPlan, Deployment, deploy, sign_next, source_hash_of
from tradeseal.chain.journal import ChainJournal, JournalEntry
from tradeseal.chain.journaled import Chain
from tradeseal.chain.keys import KEYS_FILE, DemoKeys, demo_keys
from tradeseal.chain.local_chain import LocalChain
from tradeseal.chain.node import GAS, ChainSpec, Node, funded_by
from tradeseal.chain.reexecution import Progress, no_progress
from tradeseal.chain.risk_book import Head
from tradeseal.chain.rpc import NodeRefused
from tradeseal.chain.snapshot import SnapshotFile
from tradeseal.chain.transactions import Wallet
from tradeseal.cycle.ports import Act, GateFact, Mined, Prepared
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable
from tradeseal.ledger.published import Ledger
from tradeseal.oracle.published import Domain

_log = structlog.get_logger("chain")
SNAPSHOT = "snapshot"
GOVERN = "govern"
DEPLOYMENTS_MAX = 8


@dataclass(frozen=True)
class ChainHead:
    """What a witness keeps of a chain."""

    chain_id: int
    genesis_hash: str
    block: int
    block_hash: str
    block_time: int
    record_seq: int
    record_head: str


class ChainGate(ContractCalls):
    """`TradeGate` over a journaled chain, ours or others'."""

    def __init__(self, chain: Chain, keys: DemoKeys, plan: BookPlan, deployment: Deployment) -> None:
        self.chain = chain
        self.keys = keys
        super().__init__(plan, deployment)
        self._newest = (chain.last_mined(), self._head)

    @property
    def domain(self) -> Domain:
        """Under which the oracle's signers sign."""
        return Domain(self.chain.chain_id, self._oracle_address)

    def epoch(self) -> int:
        """The epoch of the oracle's signers."""
        return int(self._oracle_view("epoch")[0])

    # Prepare: sign, put on the journal

    def _prepare(self, kind: str, data: bytes, *, at: int, label: str) -> Prepared:
        wallet = self.keys.wallet("relayer") if kind in ("commit", "marks") else self._hand(kind)
        to = self.deployment.oracle_address if kind in ("commit", "marks", "anchor") else self.deployment.book_address
        entry = sign_next(self.chain, wallet, kind=kind, label=label, to=to, data=data, at=at)
        return _prepared(entry, self.chain.sign(entry))

    def _hand(self, kind: str) -> Wallet:
        """Whose hand acts for the trader: his own while he is in service and his key is here.

        Else the guardian exits, records and releases, and the governor anchors; entries are the trader's alone.
        """
        trader = self.keys.by_address(self._trader_address)
        if trader is not None:
            return trader
        if kind == "authorise":
            raise Refused("TRADER_FROZEN", "No trader is in service whose key is here: entries wait for a new one.")
        return self.keys.wallet("governor" if kind == "anchor" else "guardian")

    def prepare_act(self, act: Act, *, at: int, label: str) -> Prepared:
        """A use of a lever, by the key of its role."""
        entry = sign_next(
            self.chain,
            self.keys.wallet(act.role),
            kind=GOVERN,
            label=label,
            to=bytes.fromhex(self._address_of(act)[2:]),
            data=act.call,
            at=at,
            value_wei=act.value_wei,
        )
        return _prepared(entry, self.chain.sign(entry))

    def check(self, act: Act, *, at: int) -> None:
        """Call it without acting; raises the contract's refusal.

        The call meets the last block's clock. Where the contract says no for that clock alone, and the act's own block
        comes late enough, the act itself will tell.
        """
        sender = "0x" + self.keys.wallet(act.role).address.hex()
        call = {"from": sender, "to": self._address_of(act), "data": "0x" + act.call.hex(), "gas": hex(GAS)}
        try:
            self.chain.ask("eth_call", call, "latest")
        except NodeRefused as refused:
            refusal = self.refusal(self._error_of(refused))
            clock = self.chain.last_mined().block_time
            facts = refusal.facts
            early = refusal.code == "TOO_EARLY" and int(facts["clock"]) == clock and int(facts["from"]) <= at
            if not early:
                raise refusal from refused

    def wallet_of(self, address: str) -> Wallet | None:
        """The wallet of an address among the keys that are here by now."""
        return self.keys.by_address(address)

    def unmined(self) -> Prepared | None:
        """The transaction that was stored and whose block was not."""
        entry = self.chain.waiting()
        return None if entry is None else _prepared(entry, self.chain.page)

    # Send: one block, and what it says

    def send(self, prepared: Prepared) -> Mined:
        """Have the transaction mined and read its facts; a revert is an answer, too."""
        entry, receipt, page = self.chain.send(prepared.transaction_hash)
        facts = self._facts(receipt["logs"])
        self._newest = (entry, self._head)
        return Mined(
            kind=entry.kind,
            label=entry.label,
            transaction_hash=entry.transaction_hash,
            intended_hash=entry.intended_hash,
            block=entry.block,
            block_hash=entry.block_hash,
            succeeded=bool(entry.status),
            error="" if entry.status else self._why_reverted(receipt, entry),
            gas_used=entry.gas_used,
            facts=facts,
            journal=page,
        )

    def _why_reverted(self, receipt: Mapping[str, Any], entry: JournalEntry) -> str:
        """Call it again on the state it left, which is the state it met: a revert changes nothing but the nonce."""
        data = self.chain.ask("eth_getTransactionByHash", entry.transaction_hash)["input"]
        call = {"from": entry.sender, "to": receipt["to"], "data": data, "gas": hex(GAS)}
        try:
            self.chain.ask("eth_call", call, "latest")
        except NodeRefused as refusal:
            return self._error_of(refusal)
        return "reverted, and does not revert when called again"

    def _error_of(self, refusal: NodeRefused) -> str:
        revert = refusal.facts.get("data")
        return self._errors.error(bytes.fromhex(revert[2:])) if isinstance(revert, str) else refusal.message

    def heads(self) -> ChainHead:
        """What a witness keeps: a block and the head after it, told at once also while the chain starts again."""
        last, head = self._newest
        return ChainHead(
            chain_id=self.chain.chain_id,
            genesis_hash=self.chain.genesis_hash,
            block=last.block,
            block_hash=last.block_hash,
            block_time=last.sealed_at or last.block_time,
            record_seq=head.seq,
            record_head=head.hash,
        )

    def roles(self) -> dict[str, list[str]]:
        """Who may do what."""
        held = {role: [str(self._oracle_view(role)[0])] for role in ("governor", "guardian", "trader")}
        return {**held, "signers": [str(signer) for signer in self._oracle_view("signers")[0]]}

    def read(self, method: str, params: Sequence[Any]) -> Any:
        """A read-only question of somebody else, from any thread, on a connection of its own.

        Raises `NodeRefused` with the node's code, message and data, and `Unavailable` while the chain starts again.
        Which methods may be asked is decided by whoever lets strangers in.
        """
        return self.chain.read(method, params)

    def deployed_blocks(self) -> list[int]:
        """The blocks of the four creations, in their order."""
        return [entry.block for entry in islice(self.chain.journal.entries(), DEPLOYMENTS_MAX)]

    def opening_facts(self) -> tuple[GateFact, ...]:
        """The records that the book wrote at its own deployment, before any engine listened."""
        logs = [
            log
            for entry in islice(self.chain.journal.entries(), DEPLOYMENTS_MAX)
            if entry.kind == DEPLOYMENT
            for log in self.chain.ask("eth_getTransactionReceipt", entry.transaction_hash)["logs"]
            if str(log["address"]).lower() == self._book_address
        ]
        return self.deployment.book.facts(logs, Head(0, text(bytes(32))))[0]

    def stands_again(self, block: int) -> None:
        """After a reorganisation that reached what counted: the book at this block has the record head that we hold."""
        view = self.deployment.book.abi.call("head")
        answer = self.chain.ask("eth_call", {"to": self._book_address, "data": "0x" + view.hex()}, hex(block))
        seq, record_head = self.deployment.book.abi.result("head", bytes.fromhex(answer[2:]))
        if (seq, text(record_head)) != (self._head.seq, self._head.hash):
            raise Inconsistent(
                "REORG_CHANGED_HISTORY",
                "After a reorganisation the contract holds another record than the log: the engine stops.",
                got=f"{seq}: {text(record_head)}",
                want=f"{self._head.seq}: {self._head.hash}",
            )
        self._newest = (self.chain.last_mined(), self._head)

    def rest(self) -> bool:
        """Keep a snapshot, now that nothing is under way; one that cannot be kept is no loss, and False."""
        try:
            return self.chain.keep_snapshot()
        except (Unavailable, OSError) as error:
            _log.warning("snapshot_not_kept", error=str(error))
            return False

    def close(self) -> None:
        """End the node."""
        self.chain.close()

    def _ask(self, to: str, data: bytes) -> bytes:
        return bytes.fromhex(self.chain.ask("eth_call", {"to": to, "data": "0x" + data.hex()}, "latest")[2:])

    def _newest_block(self) -> tuple[int, str]:
        last = self.chain.last_mined()
        return last.block, last.block_hash


def open_gate(
    home: Path,
    ledger: Ledger,
    plan: BookPlan,
    *,
    kind: str = ANVIL,
    progress: Progress = no_progress,
    contracts: Path = CONTRACTS,
    keys: DemoKeys | None = None,
) -> ChainGate:
    """Start the home's chain, execute its journal again, deploy what is missing, and open the gate."""
    keys = keys or demo_keys(home / KEYS_FILE)
    spec = funded_by(keys.addresses().values())
    snapshots = SnapshotFile(home / "chain" / SNAPSHOT)
    chain = LocalChain(_node(kind, spec, home, contracts), spec, ledger, snapshots=snapshots, progress=progress)
    try:
        chain.open()
        deployment = deploy(chain, ledger, plan, keys, _artifacts_in_use(chain, contracts))
        return ChainGate(chain, keys, plan, deployment)
    except BaseException:
        chain.close()
        raise


def _node(kind: str, spec: ChainSpec, home: Path, contracts: Path) -> Node:
    # Imported where used: py-evm costs two seconds, and Anvil needs none of it; pyrevm is installed for tests alone.
    if kind == ANVIL:
        return Anvil(anvil_binary(contracts), spec, folder=home / "chain", logs=home / "logs")
    if kind == ETH_TESTER:
        from tradeseal.chain.eth_tester import eth_tester  # noqa: PLC0415

        return eth_tester(spec)
    if kind == PYREVM:
        from tradeseal.chain.revm import revm  # noqa: PLC0415

        return revm(spec)
    raise unknown(kind)


def _artifacts_in_use(chain: LocalChain, contracts: Path) -> Artifacts:
    """What this chain's contracts were compiled from, even when the sources have changed since."""
    first: JournalEntry | None = next(chain.journal.entries(), None)
    return artifacts(contracts) if first is None else artifacts_of(source_hash_of(first), contracts)


def _prepared(entry: JournalEntry, page: ChainJournal | None) -> Prepared:
    return Prepared(
        kind=entry.kind,
        label=entry.label,
        transaction_hash=entry.intended_hash,
        raw=bytes.fromhex(entry.raw[2:]),
        block_time=entry.block_time,
        journal=page,
    )
