"""The quick gate: the contracts' bytecode in an EVM inside our process, for back-tests.

Knows pyrevm. The same calls run the same bytecode as on any chain and end in the same record head; what is left out is
what only a chain needs that others read: signed transactions, a journal, block hashes. A call is a block of its own,
because the contracts tell earlier blocks from the same one. Knows nothing of strategies or candles.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import UUID

from tradeseal.chain.abi import PYREVM_SAID, text
from tradeseal.chain.calls import ContractCalls
from tradeseal.chain.compile import CONTRACTS, artifacts
from tradeseal.chain.deploy import BookPlan, creations, deployment_of, roles_of
from tradeseal.chain.keys import ROLES, DemoKeys
from tradeseal.chain.node import BALANCE_WEI, CHAIN_ID, GAS, GAS_LIMIT, GENESIS_TIME, HARD_FORK
from tradeseal.chain.risk_book import Head
from tradeseal.cycle.ports import Act, GateFact, Mined, Prepared
from tradeseal.kernel.errors import Inconsistent, Unavailable
from tradeseal.oracle.published import Domain, keccak
from tradeseal.trading.published import BookState

_TAG: Final = b"tradeseal/backtest/key/1/"
_ORACLE_CALLS: Final = frozenset({"commit", "marks", "anchor"})
# What the engine reads the book after: it is read at once, while the EVM's code and state are in the caches.
_BOOK_IS_READ_AFTER: Final = frozenset({"marks", "record", "release"})


class NoJournal:
    """Stands where a chain's journal is: there is nothing to store."""

    id: Final = UUID(int=0)
    pending_events: Final[Sequence[Any]] = ()

    def collect_events(self) -> Sequence[Any]:
        """Nothing."""
        return ()


_NO_JOURNAL: Final = NoJournal()


def known_keys() -> DemoKeys:
    """Keys that everybody knows: a back-test's book holds nothing and convinces nobody by its signatures."""
    return DemoKeys({role: keccak(_TAG + role.encode()) for role in ROLES})


class QuickGate(ContractCalls):
    """`TradeGate` over a bare EVM."""

    def __init__(self, plan: BookPlan, keys: DemoKeys) -> None:
        self._evm = _fresh_evm(keys)
        self._block_env = _block_env()
        self._senders = {role: "0x" + address.hex() for role, address in keys.addresses().items()}
        self._known: BookState | None = None
        self._book_told = b""
        self._block = 0
        self._last_at = 0
        self._calls: dict[str, tuple[str, str, bytes]] = {}
        self._opening: list[Any] = []
        self._book_call = b""
        compiled = artifacts(CONTRACTS)
        deployment = deployment_of(plan, compiled, keys.addresses()["governor"])
        for _, to, data in creations(deployment, plan, roles_of(keys, plan.quorum)):
            self._create(to, data, plan.opened_at)
        super().__init__(plan, deployment)
        self._book_call = deployment.book.abi.call("book")
        self.source_hash = compiled.source_hash

    @property
    def domain(self) -> Domain:
        """Under which the oracle's signers sign."""
        return Domain(CHAIN_ID, self._oracle_address)

    @property
    def record_head(self) -> str:
        """The hash of the newest record."""
        return self._head.hash

    def opening_facts(self) -> tuple[GateFact, ...]:
        """The records that the book wrote at its own deployment."""
        return self.deployment.book.facts(self._opening, Head(0, text(bytes(32))))[0]

    @property
    def blocks(self) -> int:
        """How many calls changed something."""
        return self._block

    def epoch(self) -> int:
        """The epoch of the oracle's signers."""
        return int(self._oracle_view("epoch")[0])

    def send(self, prepared: Prepared) -> Mined:
        """Run the call in a block of its own and read its facts; a revert is an answer, too."""
        role, to, data = self._calls.pop(prepared.transaction_hash)
        sender, kind = self._senders[role], prepared.kind
        self._next_block(prepared.block_time)
        error, self._book_told = "", b""
        try:
            self._evm.message_call(sender, to, data, 0, GAS, 0)
        except RuntimeError as reverted:
            said = PYREVM_SAID.search(str(reverted))
            error = self._errors.error(bytes.fromhex(said[1])) if said else str(reverted)
        result = self._evm.result
        if kind != "commit":
            self._known = None
        if kind in _BOOK_IS_READ_AFTER and not error:
            self._book_told = self._ask(self._book_address, self._book_call)
        return Mined(
            kind=kind,
            label=prepared.label,
            transaction_hash=prepared.transaction_hash,
            block=self._block,
            block_hash="",
            succeeded=not error,
            error=error,
            gas_used=int(result.gas_used),
            facts=() if error else self._facts([_log(log) for log in result.logs]),
            journal=_NO_JOURNAL,
        )

    def book(self) -> BookState:
        """The book at the newest block; a commitment touches the oracle alone, so what was read before still holds."""
        if self._known is None:
            self._known = super().book()
        return self._known

    def unmined(self) -> None:
        """Never: a back-test that is interrupted is begun anew."""

    def close(self) -> None:
        """Nothing is held."""

    def _prepare(self, kind: str, data: bytes, *, at: int, label: str) -> Prepared:
        name = f"call-{self._block + 1}"
        role = "relayer" if kind in ("commit", "marks") else "trader"
        self._calls[name] = (role, self._oracle_address if kind in _ORACLE_CALLS else self._book_address, data)
        return Prepared(kind, label, name, b"", at, _NO_JOURNAL)

    def prepare_act(self, act: Act, *, at: int, label: str) -> Prepared:
        """A use of a lever, by its role."""
        name = f"call-{self._block + 1}"
        self._calls[name] = (act.role, self._address_of(act), act.call)
        return Prepared("govern", label, name, b"", at, _NO_JOURNAL)

    def check(self, act: Act, *, at: int) -> None:
        """Nothing is asked beforehand: the act itself tells."""

    def _ask(self, to: str, data: bytes) -> bytes:
        if self._book_told and data == self._book_call:
            return self._book_told
        answer: bytes = self._evm.message_call(self._senders["relayer"], to, data, 0, GAS, 0, True)
        return answer

    def _newest_block(self) -> tuple[int, str]:
        return self._block, ""

    def _next_block(self, at: int) -> None:
        if at < self._last_at:
            raise Inconsistent("TIME_WENT_BACK", f"Block time {at} is before {self._last_at}.", got=at)
        self._block += 1
        self._last_at = at
        self._evm.set_block_env(self._block_env(number=self._block, timestamp=at, gas_limit=GAS_LIMIT, basefee=0))

    def _create(self, to: bytes | None, data: bytes, at: int) -> None:
        self._next_block(at)
        governor = self._senders["governor"]
        if to is None:
            self._evm.deploy(governor, data, 0, GAS)
            self._opening += map(_log, self._evm.result.logs)
        else:
            self._evm.message_call(governor, "0x" + to.hex(), data, 0, GAS, 0)


def _log(log: Any) -> dict[str, Any]:
    """One log in the shape of a node's answer, its words as they are."""
    topics, data = log.data
    return {"address": log.address.lower(), "topics": topics, "data": data}


def _fresh_evm(keys: DemoKeys) -> Any:
    try:
        from pyrevm import EVM, BlockEnv, CfgEnv, Env  # noqa: PLC0415 - a native library that only this gate needs
    except ImportError as missing:
        raise Unavailable(
            "PYREVM_MISSING",
            "pyrevm, the EVM that back-tests run in, is not installed: .venv/bin/pip install -r requirements-dev.txt.",
        ) from missing
    environment = Env(
        cfg=CfgEnv(chain_id=CHAIN_ID),
        block=BlockEnv(number=0, timestamp=GENESIS_TIME, gas_limit=GAS_LIMIT, basefee=0),
    )
    evm = EVM(env=environment, gas_limit=GAS_LIMIT, spec_id=HARD_FORK.upper())
    for address in keys.addresses().values():
        evm.set_balance("0x" + address.hex(), BALANCE_WEI)
    return evm


def _block_env() -> Callable[..., Any]:
    from pyrevm import BlockEnv  # noqa: PLC0415 - a native library that only this gate needs

    block_env: Callable[..., Any] = BlockEnv
    return block_env
