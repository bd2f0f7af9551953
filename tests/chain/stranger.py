"""A stranger at the contracts: web3.py, keys and nothing of our engine, on an Anvil that steps back after each test.

He holds whichever keys a test gives him. The quorum of two of three is honest unless a test says otherwise: it signs
what `signal` and `marks` ask for, in sequence. Knows the contracts' interface alone; no journal, no gate sends here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from desk import MARKETS, MIDNIGHT, PRICES, a_plan
from eth_account import Account
from web3 import IPCProvider, Web3
from web3.contract import Contract
from web3.logs import DISCARD

from tradeseal.chain.abi import Abi
from tradeseal.chain.deploy import BookPlan
from tradeseal.chain.gate import ChainGate, open_gate
from tradeseal.chain.keys import Quorum, demo_keys
from tradeseal.chain.node import GAS
from tradeseal.kernel.money import fee_up, notional_down, notional_up, price_with_spread_down, price_with_spread_up
from tradeseal.ledger.published import Ledger
from tradeseal.oracle.published import Attestor, SignalMessage, name_id, round_hash
from tradeseal.trading.published import BookClass

E8 = 10**8
BTC, ETH = MARKETS
BUY, SELL = 1, 2
MANUAL = 6
MARKET = {name: name_id(name) for name in MARKETS}
SKIPPED = ("", "UNKNOWN", "REVOKED", "SPENT", "SAME_BLOCK", "MALFORMED", "OUT_OF_BAND", "MARKS_OLD", "NOTHING_TO_SELL")
RULES = tuple(f"RULE-0{n}" for n in range(1, 10))


class Reverted(Exception):
    """The contract's error, by its name."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.name = error.partition("(")[0]


@dataclass(frozen=True)
class Verdict:
    """What became of one order: authorised, rejected with its rules and numbers, or skipped with its code."""

    outcome: str
    ticket: tuple[Any, ...] = ()
    rules: tuple[str, ...] = ()
    measured: tuple[int, ...] = ()
    limits: tuple[int, ...] = ()
    part: int = 0
    code: str = ""


@dataclass
class Stranger:
    """Somebody with keys, a node and the ABI."""

    w3: Web3
    oracle: Contract
    book: Contract
    keys: dict[str, bytes]
    quorum: Attestor
    domain: Any
    now: int
    tick: int = 0
    previous: bytes = bytes(32)
    round: int = 0
    prices: tuple[int, ...] = PRICES
    errors: Abi = field(repr=False, default=None)  # type: ignore[assignment]

    # Sending

    def send(self, role: str, call: Any, *, later: int = 0) -> Any:
        """One transaction in a block of its own by the key of a role; raises the contract's error."""
        self.now += later
        self.w3.provider.make_request("evm_setNextBlockTimestamp", [self.now])  # type: ignore[arg-type]
        receipt = self.w3.eth.wait_for_transaction_receipt(self.post(role, call), timeout=10)
        if receipt["status"] != 1:
            raise Reverted(self.why(role, call))
        return receipt

    def post(self, role: str, call: Any) -> Any:
        """Into the pool."""
        account = Account.from_key(self.keys[role])
        nonce = self.w3.eth.get_transaction_count(account.address, "pending")
        fields = {"from": account.address, "nonce": nonce, "gas": GAS, "maxFeePerGas": 10**9, "maxPriorityFeePerGas": 0}
        signed = account.sign_transaction(call.build_transaction(fields))
        return self.w3.eth.send_raw_transaction(signed.raw_transaction)

    def why(self, role: str, call: Any) -> str:
        """What the contract says to this very call at the newest block."""
        account = Account.from_key(self.keys[role])
        asked = {"from": account.address, "to": call.address, "data": call._encode_transaction_data(), "gas": hex(GAS)}
        answer = self.w3.provider.make_request("eth_call", [asked, "latest"])  # type: ignore[arg-type]
        return self.errors.error(bytes.fromhex(answer["error"]["data"][2:]))

    def mined_together(self, *posts: tuple[str, Any]) -> list[Any]:
        """Several transactions in one block."""
        self.w3.provider.make_request("evm_setAutomine", [False])  # type: ignore[arg-type]
        try:
            hashes = [self.post(role, call) for role, call in posts]
            self.w3.provider.make_request("evm_setNextBlockTimestamp", [self.now])  # type: ignore[arg-type]
            self.w3.provider.make_request("evm_mine", [])  # type: ignore[arg-type]
        finally:
            self.w3.provider.make_request("evm_setAutomine", [True])  # type: ignore[arg-type]
        return [self.w3.eth.wait_for_transaction_receipt(each, timeout=10) for each in hashes]

    # What the quorum signs

    def marks(self, *prices: int, later: int = 1, withheld: bool = False) -> Any:
        """The next vector, signed and posted by the relayer; a withheld one is signed and kept."""
        self.prices = prices or self.prices
        self.now += later
        self.tick += 1
        before = self.previous
        self.previous, signatures = self.quorum.sign_marks(self.tick, before, self.now, self.prices)
        call = self.oracle.functions.postMarks(self.tick, before, self.now, list(self.prices), signatures)
        return call if withheld else self.send("relayer", call)

    def signal(self, market: str = BTC, **changes: Any) -> SignalMessage:
        """The opinion of a new round."""
        self.round += 1
        place = MARKETS.index(market)
        message = SignalMessage(
            book=name_id("test"), strategy=name_id("technical"), seq=self.round, market=MARKET[market], side=BUY,
            confidence_bps=7_000, risk_score=30, size_bps=2_000, price=self.prices[place], take_profit_bps=500,
            stop_loss_bps=300, horizon_seconds=259_200, candle_close=self.now, expires_at=self.now + 3_600,
            window=b"w" * 32, model=b"m" * 32, calibrator=b"c" * 32, claim=b"k" * 32,
            salt=self.quorum.salt("technical", self.round, market),
        )  # fmt: skip
        return replace(message, **changes)

    def prepare_commit(self, *signals: SignalMessage, by: Attestor | None = None) -> Any:
        """The call that commits these signals, each a round."""
        hashes = [round_hash(signal.seq, [signal.struct_hash()]) for signal in signals]
        digests = [signal.digest(self.domain) for signal in signals]
        signatures = (by or self.quorum).sign_commit(signals[0].seq, hashes, digests)
        return self.oracle.functions.commit(signals[0].seq, hashes, digests, signatures)

    def committed(self, *signals: SignalMessage) -> SignalMessage:
        """Committed, with a vector after it; the last of them."""
        self.send("relayer", self.prepare_commit(*signals))
        self.marks()
        return signals[-1]

    # What the trader asks

    def order(self, signal: SignalMessage, quantity: int = E8 // 100, limit_price: int = 0) -> Any:
        return (signal.values(), quantity, limit_price or signal.price * 1_004 // 1_000)

    def buy(self, signal: SignalMessage, quantity: int = E8 // 100, **options: Any) -> Verdict:
        (verdict,) = self.verdicts(self.send("trader", self.book.functions.authorise([self.order(signal, quantity)])))
        return verdict

    def sell(
        self, quantity: int, *, role: str = "trader", market: str = BTC, signal: SignalMessage | None = None
    ) -> Any:
        """An exit by hand, or by a SELL signal."""
        mark = self.prices[MARKETS.index(market)]
        row = (MARKET[market], quantity, mark * 99 // 100, 1 if signal else MANUAL, 1 if signal else 0)
        call = self.book.functions.exit([row], [signal.values()] if signal else [])
        (verdict,) = self.verdicts(self.send(role, call))
        return verdict

    def fill(
        self, ticket: tuple[Any, ...], *, quantity: int = 0, better_by: int = 0, price: int = 0, fee: int = -1
    ) -> Any:
        """The best fill that the contract takes for the whole ticket, or another."""
        quantity = quantity or ticket[5]
        if ticket[3] == BUY:
            price = price or price_with_spread_up(ticket[7], 1) - better_by
            notional = notional_up(quantity, price)
        else:
            price = price or price_with_spread_down(ticket[7], 1) + better_by
            notional = notional_down(quantity, price)
        return (ticket, quantity, price, fee_up(notional, ticket[9]) if fee < 0 else fee)

    def record(self, *fills: Any, role: str = "trader") -> Any:
        return self.send(role, self.book.functions.record(list(fills)))

    def bought(self, market: str = BTC, quantity: int = E8 // 100) -> None:
        """A position, as an honest trader gets one."""
        verdict = self.buy(self.committed(self.signal(market)), quantity)
        assert verdict.outcome == "authorised", verdict
        self.record(self.fill(verdict.ticket))

    def verdicts(self, receipt: Any) -> list[Verdict]:
        """The contract's answers in their order."""
        found = []
        for name in ("TradeAuthorised", "ExitAuthorised", "TradeRejected", "OrderSkipped"):
            logs = self.book.events[name]().process_receipt(receipt, errors=DISCARD)
            found += [(log["logIndex"], _verdict(name, log["args"])) for log in logs]
        return [verdict for _, verdict in sorted(found, key=lambda one: one[0])]

    # Looking

    def state(self) -> dict[str, Any]:
        """The book at the newest block."""
        return self.view(self.book.functions.book())

    def counters(self) -> dict[str, int]:
        return self.view(self.oracle.functions.counters())

    def view(self, call: Any) -> Any:
        """What a view answers; a struct by the names of its fields."""
        asked = {"to": call.address, "data": call._encode_transaction_data()}
        answer = self.w3.provider.make_request("eth_call", [asked, "latest"])  # type: ignore[arg-type]
        return self.errors.result(call.fn_name, bytes.fromhex(answer["result"][2:]))[0]

    def limits(self) -> dict[str, int]:
        return self.view(self.book.functions.limits())

    def assess(self, signal: SignalMessage, quantity: int, limit_price: int = 0) -> dict[str, tuple[bool, int, int]]:
        """All nine rules: whether each fails, and both sides of its comparison."""
        failed, measured, limits = self.book.functions.assess(self.order(signal, quantity, limit_price)).call()
        return {rule: (bool(failed >> n & 1), measured[n], limits[n]) for n, rule in enumerate(RULES)}

    def position(self, market: str = BTC) -> dict[str, Any]:
        return self.state()["positions"][MARKETS.index(market)]

    def role(self, name: str) -> str:
        return Account.from_key(self.keys[name]).address


def _verdict(name: str, told: Any) -> Verdict:
    if name == "OrderSkipped":
        return Verdict("skipped", code=SKIPPED[told["code"]])
    if name != "TradeRejected":
        return Verdict("authorised", ticket=tuple(told["ticket"].values()))
    body = told["body"]
    failed = tuple(rule for bit, rule in enumerate(RULES) if body["rules"] >> bit & 1)
    return Verdict(
        "rejected", (), failed, measured=tuple(body["measured"]), limits=tuple(body["limits"]), part=body["part"]
    )


@contextmanager
def stranger_at(folder: Path, contracts: Path, **changes: Any) -> Iterator[Stranger]:
    """A book with an oracle of two of three keys on an Anvil of its own."""
    quorum = Quorum(2, 3)
    keys = demo_keys(folder / "demo-keys.json", quorum)
    ledger = Ledger(folder / "ledger.sqlite")
    plan = a_plan(quorum=quorum, **changes)
    gate = open_gate(folder, ledger, plan, contracts=contracts, keys=keys)
    try:
        yield _stranger(gate, plan, dict(keys.keys))
    finally:
        gate.close()
        ledger.close()


def _stranger(gate: ChainGate, plan: BookPlan, keys: dict[str, bytes]) -> Stranger:
    w3 = Web3(IPCProvider(gate.chain._node.socket_path))  # type: ignore[attr-defined]
    deployment = gate.deployment

    def at(address: bytes, abi: Any) -> Contract:
        contract: Any = w3.eth.contract(address=Web3.to_checksum_address(address), abi=list(abi))
        return contract

    oracle = at(deployment.oracle_address, deployment.oracle.abi.entries)
    book = at(deployment.book_address, deployment.book.abi.entries)
    entries = [*deployment.oracle.abi.entries, *deployment.book.abi.entries]
    now = plan.opened_at if plan.book_class == BookClass.SIMULATED else MIDNIGHT
    signing = Attestor([keys["signer1"], keys["signer2"]], gate.domain, gate.epoch())
    return Stranger(w3, oracle, book, keys, signing, gate.domain, now, errors=Abi(entries))


@contextmanager
def step_back(stranger: Stranger) -> Iterator[Stranger]:
    """Whatever happens inside has not happened afterwards."""
    taken = stranger.w3.provider.make_request("evm_snapshot", [])["result"]  # type: ignore[arg-type]
    try:
        yield replace(stranger)
    finally:
        stranger.w3.provider.make_request("evm_revert", [taken])  # type: ignore[arg-type]


def signer(stranger: Stranger, *names: str) -> Attestor:
    """Some of the oracle's keys, or others, at work."""
    return Attestor([stranger.keys[name] for name in names], stranger.domain, stranger.quorum.epoch)


def codes(verdicts: Sequence[Verdict]) -> list[str]:
    return [verdict.code for verdict in verdicts]
