"""Again: signed transactions executed once more by the real bytecode, and what came of each.

Knows the contracts' interfaces. Trusts nothing that somebody says of a transaction: sender, nonce, call and outcome are
all taken from its bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tradeseal.chain.abi import Abi, Logged, Values, text
from tradeseal.chain.compile import BOOK, ORACLE, Artifacts
from tradeseal.chain.machines import Machine, Ran
from tradeseal.chain.risk_book import Head, RiskBook, limits_of
from tradeseal.chain.signal_oracle import SignalOracle
from tradeseal.chain.transactions import RawTransaction, created_address
from tradeseal.cycle.ports import GateFact
from tradeseal.kernel.errors import Inconsistent
from tradeseal.trading.published import BookState


@dataclass(slots=True)
class Executed:
    """One transaction after it was executed: its call in names and values, what it emitted, and why it failed."""

    transaction: RawTransaction
    block: int
    ran: Ran
    error: str
    contract: str  # the name of the contract that was called or created
    call: str
    arguments: Values
    logged: list[Logged]  # the oracle's own events
    facts: tuple[GateFact, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the contract did it."""
        return self.ran.succeeded


class Again:
    """A chain that begins empty and takes one transaction a block."""

    def __init__(self, machine: Machine, *, markets: Sequence[str], artifacts: Artifacts) -> None:
        self.machine = machine
        self._nonces: dict[bytes, int] = {}
        self._addresses: dict[str, bytes] = {}
        self._names: dict[bytes, str] = {}
        oracle, book = Abi(artifacts.contracts[ORACLE].abi), Abi(artifacts.merged_book_abi())
        self._abis = {name: Abi(contract.abi) for name, contract in artifacts.contracts.items()}
        self._abis |= {ORACLE: oracle, BOOK: book}
        self._errors = Abi([*oracle.entries, *book.entries])
        self.oracle = SignalOracle(oracle)
        self.book = RiskBook(book, markets)
        self.head = Head(0, text(bytes(32)))

    def address(self, name: str) -> bytes | None:
        """Where a contract lies; None before it was created."""
        return self._addresses.get(name)

    def execute(self, transaction: RawTransaction, raw: str, *, block: int, at: int, creates: str = "") -> Executed:
        """Put a transaction in a block of its own; a revert is an outcome. `creates` names a creation's contract."""
        sender, want = transaction.sender, self._nonces.get(transaction.sender, 0)
        if transaction.nonce != want:
            raise Inconsistent("NONCE_GAP", "The sender's nonces have a gap.", got=transaction.nonce, want=want)
        ran = self.machine.run(transaction, raw, block=block, at=at)
        self._nonces[sender] = transaction.nonce + 1
        if ran.succeeded and transaction.to is None:
            created = created_address(sender, transaction.nonce)
            self._addresses.setdefault(creates, created)
            self._names.setdefault(created, creates)
        contract = creates if transaction.to is None else self._names.get(transaction.to, "")
        logged, facts = self._read(ran.logs)
        call, arguments = self._call(contract, transaction)
        error = "" if ran.succeeded else self._errors.error(ran.said)
        return Executed(transaction, block, ran, error, contract, call, arguments, logged, facts)

    def view(self, name: str, function: str, *arguments: Any) -> list[Any]:
        """What a contract's view answers after the last block."""
        abi = self._abis[name]
        return abi.result(function, self.machine.call(self._addresses[name], abi.call(function, *arguments)))

    def book_state(self) -> BookState:
        """The book after the last block, as the cycle knows it."""
        limits = limits_of(self.view(BOOK, "limits")[0], int(self.view(ORACLE, "stepLimitBps")[0]))
        return self.book.state(self.view(BOOK, "book")[0], limits, block=0, block_hash="")

    def code(self, name: str) -> bytes:
        """The code that lies where a contract was created."""
        address = self._addresses.get(name)
        return b"" if address is None else self.machine.code(address)

    def _read(self, logs: list[dict[str, Any]]) -> tuple[list[Logged], tuple[GateFact, ...]]:
        oracle = [log for log in logs if log["address"] == self._told(ORACLE)]
        book = [log for log in logs if log["address"] == self._told(BOOK)]
        told = [fact for fact in map(self.oracle.fact, oracle) if fact is not None]
        booked, self.head = self.book.facts(book, self.head)
        others = (self._abis[ORACLE].logged(log) for log in oracle)
        return [one for one in others if one is not None], (*told, *booked)

    def _told(self, name: str) -> str:
        return "0x" + self._addresses.get(name, b"").hex()

    def _call(self, contract: str, transaction: RawTransaction) -> tuple[str, Values]:
        abi = self._abis.get(contract)
        found = abi.arguments(transaction.data) if abi and transaction.to is not None else None
        return found or ("", {})
