"""Calls: the engine's wishes as call data, and what the contracts said as facts of the cycle.

Knows the two contracts and the record chain's head. Knows nothing of how a call reaches them: a gate over a journaled
chain signs and stores it first, one over a bare EVM runs it.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from tradeseal.chain.abi import Abi, text
from tradeseal.chain.deploy import BookPlan, Deployment
from tradeseal.chain.refusals import refusal_of
from tradeseal.chain.risk_book import BookLimits, Head, checks_of, limits_of, order_values
from tradeseal.cycle.ports import Act, GateFact, GovernanceFact, PendingTimes, Prepared
from tradeseal.kernel.errors import Refused
from tradeseal.oracle.published import name_id
from tradeseal.trading.published import BookState, ExitOrder, Fill, Limits, Order, RuleCheck, Ticket

ORDERS_MAX = 64
NOBODY = "0x" + 40 * "0"
PARAMETERS = tuple(vars(BookLimits()))


class ContractCalls(ABC):
    """What every gate to the two contracts has in common."""

    def __init__(self, plan: BookPlan, deployment: Deployment) -> None:
        self.plan = plan
        self.deployment = deployment
        self._oracle_address = "0x" + deployment.oracle_address.hex()
        self._book_address = "0x" + deployment.book_address.hex()
        self._errors = Abi([*deployment.oracle.abi.entries, *deployment.book.abi.entries])
        self._limits: Limits | None = None
        self._head = self._read_head()
        self._refuse_another_book()
        self._trader_address = str(self._oracle_view("trader")[0]).lower()

    @abstractmethod
    def _prepare(self, kind: str, data: bytes, *, at: int, label: str) -> Prepared:
        """A transaction of this kind, not sent yet."""

    @abstractmethod
    def prepare_act(self, act: Act, *, at: int, label: str) -> Prepared:
        """A use of a lever, not sent yet."""

    @abstractmethod
    def check(self, act: Act, *, at: int) -> None:
        """Ask without acting; raises the contract's own refusal."""

    @abstractmethod
    def _ask(self, to: str, data: bytes) -> bytes:
        """What a call answers at the newest block."""

    @abstractmethod
    def _newest_block(self) -> tuple[int, str]:
        """Number and hash of the newest block."""

    # Prepare

    def prepare_commit(
        self,
        *,
        from_seq: int,
        round_hashes: Sequence[bytes],
        digests: Sequence[bytes],
        signatures: Sequence[bytes],
        at: int,
        label: str,
    ) -> Prepared:
        """Commit rounds; anybody may send it, the relayer does."""
        data = self.deployment.oracle.commit(from_seq, round_hashes, digests, signatures)
        return self._prepare("commit", data, at=at, label=label)

    def prepare_marks(
        self,
        *,
        seq: int,
        previous_hash: bytes,
        observed_at: int,
        prices_e8: Sequence[int],
        signatures: Sequence[bytes],
        at: int,
        label: str,
    ) -> Prepared:
        """Post a vector of marks; anybody may send it, the relayer does."""
        data = self.deployment.oracle.post_marks(seq, previous_hash, observed_at, prices_e8, signatures)
        return self._prepare("marks", data, at=at, label=label)

    def prepare_authorise(self, orders: Sequence[Order], *, at: int, label: str) -> Prepared:
        """Ask for a verdict on each order."""
        _bounded(orders)
        return self._prepare("authorise", self.deployment.book.authorise(orders), at=at, label=label)

    def prepare_exit(self, orders: Sequence[ExitOrder], *, at: int, label: str) -> Prepared:
        """Ask for reductions."""
        _bounded(orders)
        return self._prepare("exit", self.deployment.book.exit(orders), at=at, label=label)

    def prepare_record(self, fills: Sequence[Fill], *, at: int, label: str) -> Prepared:
        """Book fills."""
        _bounded(fills)
        return self._prepare("record", self.deployment.book.record(fills), at=at, label=label)

    def prepare_release(self, tickets: Sequence[Ticket], *, at: int, label: str) -> Prepared:
        """Give tickets back."""
        _bounded(tickets)
        return self._prepare("release", self.deployment.book.release(tickets), at=at, label=label)

    def prepare_anchor(self, *, position: int, root: bytes, previous_position: int, at: int, label: str) -> Prepared:
        """Anchor the event store's root."""
        data = self.deployment.oracle.anchor(position, root, previous_position)
        return self._prepare("anchor", data, at=at, label=label)

    # Facts

    def _facts(self, logs: Sequence[Mapping[str, Any]]) -> tuple[GateFact, ...]:
        """What the contracts said in one transaction; moves the head."""
        oracle_logs, book_logs = [], []
        for log in logs:
            address = str(log["address"]).lower()
            if address == self._oracle_address:
                oracle_logs.append(log)
            elif address == self._book_address:
                book_logs.append(log)
        told = [fact for fact in map(self.deployment.oracle.fact, oracle_logs) if fact is not None]
        booked, self._head = self.deployment.book.facts(book_logs, self._head)
        facts = (*told, *booked)
        for fact in facts:
            self._hear(fact)
        return facts

    def _hear(self, fact: GateFact) -> None:
        """Whatever changes what is kept here."""
        name = getattr(fact, "name", "")
        if name == "LimitsChanged":
            self._limits = None
        elif isinstance(fact, GovernanceFact) and name in ("TraderFrozen", "TraderChanged"):
            self._trader_address = NOBODY if name == "TraderFrozen" else fact.values["trader"].lower()

    # Levers

    @property
    def trader_in_service(self) -> bool:
        """Whether anybody may authorise entries."""
        return self._trader_address != NOBODY

    def act(self, name: str, *arguments: Any, role: str, where: str) -> Act:
        """A call of a lever, as it will be sent; `Refused` where the contract cannot hold what a person wrote."""
        try:
            return Act(name, role, where, self._abi(where).call(name, *arguments))
        except ValueError as error:
            raise Refused("NOT_A_VALUE", "A value is not one that the contract can hold.", got=str(error)) from error

    def call_of(self, where: str, call: bytes) -> tuple[str, Mapping[str, Any]]:
        """The function and the arguments of a call."""
        found = self._abi(where).arguments(call)
        if found is None:
            raise Refused("UNKNOWN_CALL", "The contract has no such function.", got=text(call[:4]))
        return found

    def refusal(self, error: str) -> Refused:
        """The contract's error in words."""
        return refusal_of(error)

    def limits_in_force(self) -> dict[str, int]:
        """All twelve parameters by name, in the contract's order."""
        return dict(zip(PARAMETERS, map(int, self._book_view("limits")[0].values()), strict=True))

    def attesting(self) -> tuple[tuple[str, ...], int]:
        """The oracle's signers and its quorum."""
        return tuple(map(str, self._oracle_view("signers")[0])), int(self._oracle_view("quorum")[0])

    def pending(self, where: str, change_id: str) -> PendingTimes | None:
        """A change that waits."""
        view = self._book_view if where == "book" else self._oracle_view
        found = view("pendingChange", bytes.fromhex(change_id[2:]))[0]
        if not found["submittedAt"]:
            return None
        return PendingTimes(found["submittedAt"], found["submittedObservedAt"], found["delaySeconds"])

    def _abi(self, where: str) -> Abi:
        return self.deployment.oracle.abi if where == "oracle" else self.deployment.book.abi

    def _address_of(self, act: Act) -> str:
        return {"oracle": self._oracle_address, "book": self._book_address}.get(act.where, act.where)

    # Views at the newest block

    def book(self) -> BookState:
        """The book at the newest block."""
        block, block_hash = self._newest_block()
        view = self._book_view("book")[0]
        return self.deployment.book.state(view, self.limits(), block=block, block_hash=block_hash)

    def limits(self) -> Limits:
        """The limits in force; read again only after they changed."""
        if self._limits is None:
            step_limit_bps = int(self._oracle_view("stepLimitBps")[0])
            self._limits = limits_of(self._book_view("limits")[0], step_limit_bps)
        return self._limits

    def assess(self, order: Order) -> tuple[RuleCheck, ...]:
        """All nine rules for an order."""
        failed, measured, limits = self._book_view("assess", order_values(order))
        return checks_of(failed, measured, limits)

    def _book_view(self, name: str, *arguments: Any) -> list[Any]:
        return self._view(self.deployment.book.abi, self._book_address, name, *arguments)

    def _oracle_view(self, name: str, *arguments: Any) -> list[Any]:
        return self._view(self.deployment.oracle.abi, self._oracle_address, name, *arguments)

    def _view(self, abi: Abi, address: str, name: str, *arguments: Any) -> list[Any]:
        return abi.result(name, self._ask(address, abi.call(name, *arguments)))

    def _read_head(self) -> Head:
        seq, record_head = self._book_view("head")
        return Head(seq, text(record_head))

    def _refuse_another_book(self) -> None:
        view = self._book_view("book")[0]
        got = (view["book"], view["class"], [position["market"] for position in view["positions"]])
        want = (name_id(self.plan.name), int(self.plan.book_class), [name_id(market) for market in self.plan.markets])
        if got != want:
            raise Refused("OTHER_BOOK", "This home's chain holds another book.", got=text(got), want=text(want))


def _bounded(batch: Sequence[object]) -> None:
    if not 1 <= len(batch) <= ORDERS_MAX:
        raise Refused("BAD_BATCH", f"A batch has 1 to {ORDERS_MAX} entries.", got=len(batch), limit=ORDERS_MAX)
