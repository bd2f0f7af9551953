"""A walk through every call of oracle and book, drawn from a seed: the real bytecode in pyrevm beside the model.

Each step does one call in both and compares the revert with its values, or every event with all of its fields, then the
whole book. Knows which calls make which reasons likely. Knows nothing of what the answers should be.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import coincurve
from eth_utils import keccak
from model import (
    ACTIVE,
    BUY,
    DAY,
    HALTED,
    LIMIT_NAMES,
    LIVE,
    NOBODY,
    PAPER,
    REDUCING,
    SELL,
    SIMULATED,
    TICKET_NAMES,
    FillOf,
    Leaving,
    Model,
    Order,
    Revert,
    Setup,
    Ticket,
    buy_notional,
    fee_of,
    reservation,
    sell_notional,
    up,
    word,
)
from pyrevm import EVM, BlockEnv, CfgEnv, Env

from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import BOOK, BOOK_GOVERNANCE, BOOK_RARE, ORACLE, Artifacts
from tradeseal.oracle.domainmodel import Domain, SignalMessage, commit_hash, marks_hash
from tradeseal.oracle.published import name_id

GAS, CHAIN = 900_000_000, 31_337
HOUR, START = 3_600, 1_619_827_200 + 3_600
CASH = 10_000 * 10**8
MARKETS = tuple(name_id(name) for name in "ABCDE")
PRICES = (100 * 10**8, 100 * 10**8, 100 * 10**8, 100 * 10**8, 10**8)
LIMITS = (2_000, 500, 6_500, 50, 2_000, 0, 10, 1, 50, 200, 180, DAY)
SAID = re.compile(r"output: 0x([0-9a-f]*)")
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def address(key: int) -> str:
    public = coincurve.PrivateKey(key.to_bytes(32, "big")).public_key.format(compressed=False)
    return "0x" + keccak(public[1:])[-20:].hex()


ROLES = {name: address(0x100 + number) for number, name in enumerate(("deployer", "governor", "guardian", "trader"))}
GOVERNOR, GUARDIAN, TRADER, STRANGER = ROLES["governor"], ROLES["guardian"], ROLES["trader"], address(0x999)


def plain(value: Any) -> Any:
    """Sequences as lists, so that nobody's choice of a type is a difference."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


class Differs(AssertionError):
    """Contract and model do not say the same."""


class Machine:
    """The compiled contracts in one EVM."""

    def __init__(self, compiled: Artifacts) -> None:
        self.compiled = compiled
        self.evm = EVM(
            env=Env(cfg=CfgEnv(chain_id=CHAIN), block=BlockEnv(number=1, timestamp=START, gas_limit=GAS, basefee=0)),
            gas_limit=GAS,
            spec_id="PRAGUE",
        )
        for each in (*ROLES.values(), STRANGER):
            self.evm.set_balance(each, 10**24)
        merged = compiled.merged_book_abi() + compiled.contracts[ORACLE].abi
        self.oracle, self.book = Abi(compiled.contracts[ORACLE].abi), Abi(compiled.merged_book_abi())
        self.both = Abi(
            [*merged, *(e for part in compiled.contracts.values() for e in part.abi if e["type"] == "error")]
        )

    def at(self, block: int, time: int) -> None:
        self.evm.set_block_env(BlockEnv(number=block, timestamp=time, gas_limit=GAS, basefee=0))

    def create(self, name: str, *arguments: Any) -> str:
        contract = self.compiled.contracts[name]
        return str(self.evm.deploy(ROLES["deployer"], Abi(contract.abi).creation(contract.creation_code, *arguments)))

    def send(self, sender: str, to: str, data: bytes) -> list[tuple[str, dict[str, Any]]] | Revert:
        try:
            self.evm.message_call(sender, to, data, 0, GAS, gas_price=0)
        except RuntimeError as error:
            return self._reverted(error)
        found = []
        for log in self.evm.result.logs:
            body = log.data[1] if isinstance(log.data, tuple) else log.data
            topics = [topic if isinstance(topic, str) else "0x" + bytes(topic).hex() for topic in log.topics]
            logged = self.both.logged({"address": to, "topics": topics, "data": "0x" + bytes(body).hex()})
            assert logged is not None
            found.append((logged.name, plain(logged.values)))
        return found

    def ask(self, abi: Abi, to: str, name: str, *arguments: Any) -> Any:
        try:
            data = self.evm.message_call(STRANGER, to, abi.call(name, *arguments), 0, GAS, gas_price=0, is_static=True)
        except RuntimeError as error:
            return self._reverted(error)
        return plain(abi.result(name, bytes(data)))

    def _reverted(self, error: RuntimeError) -> Revert:
        said = SAID.search(str(error))
        data = bytes.fromhex(said[1]) if said else b""
        found = self.both._errors.get(data[:4])
        if found is None:
            return Revert(self.both.error(data))
        return Revert(found.name, *found.values(data[4:]).values())


class Walk:
    """One book of one class from its opening on, and chance."""

    def __init__(self, machine: Machine, book_class: int, chance: Random, seen: Counter[str]) -> None:
        self.machine, self.chance, self.seen, self.book_class = machine, chance, seen, book_class
        self.keys = [chance.randrange(1, 2**128) for _ in range(3)]
        self.quorum = chance.choice((1, 2))
        self.block, self.now = 10, START
        self.steps = 0
        self.next_close = START
        self.open: list[Ticket] = []
        self.ended: list[Ticket] = []
        self.live: list[tuple[SignalMessage, bytes]] = []
        self.used: list[SignalMessage] = []
        self.prices = list(PRICES)
        self.changes: list[tuple[str, bytes, str, tuple[Any, ...]]] = []
        self._deploy()

    def _deploy(self) -> None:
        machine = self.machine
        machine.at(self.block, self.now)
        roles = (GOVERNOR, GUARDIAN, TRADER)
        signers = tuple(map(address, self.keys))
        setup = (*roles, list(signers), self.quorum, list(MARKETS), self.book_class, 2_000)
        self.oracle = machine.create(ORACLE, setup)
        limits = dict(zip(LIMIT_NAMES, LIMITS, strict=True))
        self.limits = limits

        def opened(name: str, rare: str) -> str:
            return machine.create(name, (self.oracle, rare, name_id("demo"), CASH, LIMITS, bytes(32)))

        self.book = opened(BOOK, opened(BOOK_RARE, opened(BOOK_GOVERNANCE, NOBODY)))
        self.domain = Domain(CHAIN, self.oracle)
        self._before_binding()
        machine.send(ROLES["deployer"], self.oracle, machine.oracle.call("bind", self.book))
        self.model = Model(
            Setup(
                book_class=self.book_class,
                governor=GOVERNOR,
                guardian=GUARDIAN,
                trader=TRADER,
                signers=signers,
                quorum=self.quorum,
                markets=MARKETS,
                step=2_000,
                book=name_id("demo"),
                cash=CASH,
                limits=limits,
                domain=self.domain,
                address=self.book.lower(),
                deployer=ROLES["deployer"],
            )
        )
        self._compare_books()

    def _before_binding(self) -> None:
        """What an oracle without a book answers, and a book of another oracle."""
        call, send = self.machine.oracle.call, partial(self.machine.send, ROLES["deployer"], self.oracle)
        asked = [
            ("NotBound", call("commit", 1, [bytes(32)], [], [])),
            ("NotBound", call("postMarks", 1, bytes(32), START, list(PRICES), [])),
            ("WrongBook", call("bind", getattr(self.machine, "last_book", self.oracle))),
        ]
        for name, data in asked:
            answer = send(data)
            if name == "WrongBook" and not hasattr(self.machine, "last_book"):
                continue
            if not isinstance(answer, Revert) or answer.name != name:
                raise Differs(name, answer)
            self.seen[name] += 1
        self.machine.last_book = self.book  # type: ignore[attr-defined]

    # ---- one step

    def step(self) -> None:
        """One call, drawn by weight."""
        self.steps += 1
        moves: list[tuple[int, Callable[[], None]]] = [
            (10, self.post), (3, self.crash), (2, self.bad_post), (9, self.commit), (1, self.bad_commit),
            (16, self.authorise), (2, self.bad_authorise), (8, self.exit), (3, self.bad_exit), (14, self.record),
            (7, self.bad_record), (4, self.release), (3, self.flow), (2, self.tighten), (2, self.stop),
            (4, self.submit), (4, self.accept), (1, self.revoke_change), (2, self.revoke), (1, self.anchor),
            (1, self.remove_signer), (1, self.strangers), (3, self.assess), (2, self.wait), (1, self.freeze),
            (3, self.resume),
            (1, self.spree),
            (1, self.lengthen),
            (1, self.shorten),
        ]  # fmt: skip
        weights, calls = zip(*moves, strict=True)
        self.chance.choices(calls, weights)[0]()

    def both(
        self, sender: str, to: str, data: bytes, call: Callable[[], None]
    ) -> list[tuple[str, dict[str, Any]]] | Revert:
        """The same call in both; the events or the revert, which are the same."""
        if self.chance.random() < 0.85:
            self.block += 1
        self.now += self.chance.choice((0, 0, 1, 5))
        self.machine.at(self.block, self.now)
        got = self.machine.send(sender, to, data)
        try:
            want: list[tuple[str, dict[str, Any]]] | Revert = self.model.perform(call, block=self.block, time=self.now)
        except Revert as revert:
            want = revert
        if isinstance(got, Revert) or isinstance(want, Revert):
            if repr(got) != repr(want):
                raise Differs(f"step {self.steps}: contract {got!r}, model {want!r}")
            self.seen[got.name] += 1
        elif got != want:
            first = next((pair for pair in zip(got, want, strict=False) if pair[0] != pair[1]), (got, want))
            raise Differs(f"step {self.steps}:\ncontract {first[0]}\nmodel    {first[1]}")
        else:
            self._note(got)
        self._compare_books()
        return got

    def _compare_books(self) -> None:
        (got,) = self.machine.ask(self.machine.book, self.book, "book")
        self.model.block, self.model.time = self.block, self.now
        want = self.model.view()
        if got != want:
            different = {name: (got[name], want[name]) for name in want if got[name] != want[name]}
            raise Differs(f"step {self.steps}: the books differ: {different}")
        if self.steps % 8 == 0:
            (counters,) = self.machine.ask(self.machine.oracle, self.oracle, "counters")
            (limits,) = self.machine.ask(self.machine.book, self.book, "limits")
            if (counters, limits) != (self.model.counters(), self.model.s.limits):
                raise Differs(counters, limits)

    def _note(self, events: Sequence[tuple[str, dict[str, Any]]]) -> None:
        for name, values in events:
            self.seen[name] += 1
            if name in ("TradeAuthorised", "ExitAuthorised"):
                self.open.append(dict(values["ticket"]))
                self.seen["STALE_EXIT"] += values.get("flags", 0)
            elif name == "OrderSkipped":
                self.seen[f"skip {values['code']}"] += 1
                if values["code"] == 5:
                    self.seen[f"malformed {values['got']}"] += 1
            elif name == "TradeRejected":
                body = values["body"]
                self.seen.update(f"rule {rule + 1}" for rule in range(9) if body["rules"] >> rule & 1)
                self.seen[f"part {body['part']}"] += 1
            elif name == "FillRecorded":
                self.seen.update(f"flag {bit}" for bit in (1, 2, 4, 8) if values["body"]["flags"] & bit)
            elif name == "TicketReleased":
                self.seen[f"cause {values['cause']}"] += 1

    # ---- the oracle's calls

    def post(self) -> None:
        """The next vector: small steps, now and then none for a market, a large step, a gap, or a new day."""
        chance = self.chance
        for m, price in enumerate(self.prices):
            self.prices[m] = max(price * chance.randrange(9_900, 10_101) // 10_000, 1_000)
        if chance.random() < 0.12:
            m = chance.randrange(len(MARKETS))
            self.prices[m] = max(self.prices[m] * chance.choice((6, 7, 13, 15)) // 10, 1_000)
        vector = [0 if chance.random() < 0.04 else price for price in self.prices]
        self._post(vector, gap=chance.random() < 0.04)

    def crash(self) -> None:
        """Everything falls by up to a fifth, some of the time again and again."""
        for _ in range(self.chance.choice((1, 1, 4))):
            by = self.chance.randrange(100, 2_000)
            self.prices = [max(price * (10_000 - by) // 10_000, 1_000) for price in self.prices]
            self._post(list(self.prices))

    def wait(self) -> None:
        """Hours or a day pass, with marks or without."""
        self.now += self.chance.choice((200, HOUR, 6 * HOUR, DAY, DAY, 2 * DAY))
        if self.chance.random() < 0.7:
            self._post(list(self.prices))

    def bad_post(self) -> None:
        s, chance = self.model.s, self.chance
        now = max(self.now, s.observed_at)
        keep, count = self._signing(), self.model.s.quorum
        what = chance.randrange(9)
        seq, previous, at, prices, keys = s.tick + 1, s.vector, now, list(self.prices), keep[:count]
        if what == 0:
            seq = s.tick
        elif what == 1:
            previous = keccak(previous)
        elif what == 2:
            at = chance.choice((0, max(s.observed_at - 1, 0)))
        elif what == 3:
            prices = prices[1:]
        elif what == 4:
            at = self.now + chance.choice((100, -200)) if self.book_class else self.now + 100
        elif what == 5:
            keys = [*keys, 0x77]
        elif what == 6:
            keys = [0x77] * count
        elif what == 7:
            keys = keys[:1] * count
        else:
            seq = s.tick + 2**32 + 1
        self._post_with(seq, previous, at, prices, keys)

    def _post(self, prices: list[int], *, gap: bool = False) -> None:
        s = self.model.s
        if len(s.signers) < s.quorum:
            return self.heal()
        self.now = max(self.now + self.chance.choice((1, 30, 60)), s.observed_at)
        seq = s.tick + 1 + (self.chance.randrange(1, 4) if gap else 0)
        return self._post_with(seq, s.vector, self.now, prices, self._signing()[: s.quorum])

    def _post_with(self, seq: int, previous: bytes, at: int, prices: list[int], keys: Sequence[int]) -> None:
        signed = marks_hash(self.model.s.epoch, seq, previous, at, prices)
        signatures = [self._sign(key, signed) for key in keys]
        who = [address(key) for key in keys]
        data = self.machine.oracle.call("postMarks", seq, previous, at, prices, signatures)
        self.both(STRANGER, self.oracle, data, lambda: self.model.post_marks(seq, previous, at, prices, who))

    def commit(self) -> None:
        """One to three rounds of one to three signals, some of them wrong in one way."""
        rounds = self.chance.choice((1, 1, 2, 3))
        signals = [self._signal() for _ in range(self.chance.choice((1, 2, 3)))]
        self._commit(signals, rounds)

    def bad_commit(self) -> None:
        what = self.chance.randrange(6)
        first, hashes, digests = self.model.s.rounds + 1, [bytes(32)], [keccak(self.steps.to_bytes(8, "big"))]
        keys: Sequence[int | bytes] = self._signing()[: self.model.s.quorum]
        if what == 0:
            first += 1
        elif what == 1:
            hashes = self.chance.choice(([], [bytes(32)] * 257))
        elif what == 2 and self.used:
            digests = [self.chance.choice(self.used).digest(self.domain)]
        elif what == 3:
            keys = [bytes(64)] * len(keys)
        elif what == 4:
            keys = [bytes(65)] * len(keys)
        else:
            keys = [b"high"] * len(keys)
        self._commit_with(first, hashes, digests, keys)

    def _commit(self, signals: Sequence[SignalMessage], rounds: int = 1) -> None:
        s = self.model.s
        if len(s.signers) < s.quorum:
            return self.heal()
        digests = [signal.digest(self.domain) for signal in signals]
        got = self._commit_with(s.rounds + 1, [bytes(32)] * rounds, digests, self._signing()[: s.quorum])
        if not isinstance(got, Revert):
            self.live += list(zip(signals, digests, strict=True))
        return None

    def _commit_with(
        self, first: int, hashes: list[bytes], digests: list[bytes], keys: Sequence[int | bytes]
    ) -> list[tuple[str, dict[str, Any]]] | Revert:
        signed = commit_hash(self.model.s.epoch, first, hashes, digests)
        signatures, who = [], []
        for key in keys:
            if isinstance(key, int):
                signatures.append(self._sign(key, signed))
                who.append(address(key))
            elif key == b"high":
                right = self._sign(self._signing()[0], signed)
                high = (ORDER - int.from_bytes(right[32:64], "big")).to_bytes(32, "big")
                signatures.append(right[:32] + high + bytes([55 - right[64]]))
                who.append(f"ECDSAInvalidSignatureS:{high.hex()}")
            else:
                signatures.append(key)
                who.append("ECDSAInvalidSignature" if len(key) == 65 else f"ECDSAInvalidSignatureLength:{len(key)}")
        data = self.machine.oracle.call("commit", first, hashes, digests, signatures)
        return self.both(STRANGER, self.oracle, data, lambda: self.model.commit(first, hashes, digests, who))

    def revoke(self) -> None:
        digest = self.chance.choice(self.live)[1] if self.live else bytes(32)
        if self.used and self.chance.random() < 0.3:
            digest = self.chance.choice(self.used).digest(self.domain)
        caller = self._mostly(GUARDIAN)
        data = self.machine.oracle.call("revoke", digest)
        self.both(caller, self.oracle, data, lambda: self.model.revoke(caller, digest))

    def freeze(self) -> None:
        """Rarely, and somebody is named again soon."""
        caller = self._mostly(GUARDIAN, 0.3)
        self.both(
            caller, self.oracle, self.machine.oracle.call("freezeTrader"), lambda: self.model.freeze_trader(caller)
        )
        if self.model.s.trader == NOBODY:
            self.change("oracle", "acceptTrader", (TRADER,))

    def remove_signer(self) -> None:
        caller = self._mostly(GUARDIAN)
        signer = self.chance.choice([*self.model.s.signers, STRANGER])
        data = self.machine.oracle.call("removeSigner", signer)
        self.both(caller, self.oracle, data, lambda: self.model.remove_signer(caller, signer))

    def heal(self) -> None:
        """Too few signers are left to post: new ones come by the block's clock alone."""
        self.keys = [self.chance.randrange(1, 2**128) for _ in range(3)]
        self.change("oracle", "acceptSigners", (tuple(map(address, self.keys)), 1))

    def anchor(self) -> None:
        s = self.model.s
        caller = self.chance.choice((TRADER, GOVERNOR, GUARDIAN))
        position, previous = s.anchor + self.chance.choice((0, 1, 9)), s.anchor + self.chance.choice((0, 0, 0, 1))
        data = self.machine.oracle.call("anchor", position, bytes(32), previous)
        self.both(caller, self.oracle, data, lambda: self.model.anchor(caller, position, bytes(32), previous))

    def strangers(self) -> None:
        """Calls that belong to somebody else."""
        oracle, book, model = self.machine.oracle, self.machine.book, self.model
        caller = self.chance.choice((STRANGER, ROLES["deployer"]))
        asked = [
            (self.oracle, oracle.call("bind", self.book), partial(model.bind, caller)),
            (self.oracle, oracle.call("settle", bytes(32), 0, bytes(32)), partial(model.settle, caller)),
            (self.book, book.call("onMarks", self.now, list(self.prices)), partial(model.on_marks, caller)),
        ]
        to, data, call = self.chance.choice(asked)
        self.both(caller, to, data, call)

    # ---- entries and exits

    def authorise(self) -> None:
        """Committed signals, or one made for it; sizes from dust to far too much."""
        if not self.live or self.chance.random() < 0.5:
            self._commit([self._signal(side=BUY)])
        signals = [pair for pair in self.live if pair[0].side == BUY or self.chance.random() < 0.05]
        picked = self.chance.sample(signals, min(len(signals), self.chance.choice((1, 1, 2, 4))))
        orders = [Order(signal, self._size(signal), self._limit(signal)) for signal, _ in picked]
        if self.chance.random() < 0.15 and orders:
            orders.append(orders[0])
        if orders:
            self._authorise(TRADER, orders)

    def bad_authorise(self) -> None:
        signal = self._signal(side=BUY)
        order = Order(signal, 10**8, self._limit(signal))
        what = self.chance.randrange(7)
        if what == 0:
            return self._authorise(self.chance.choice((STRANGER, GOVERNOR)), [order])
        if what == 1:
            return self._authorise(TRADER, [order] * self.chance.choice((0, 65)))
        if what == 2:
            return self._authorise(TRADER, [order])
        if what == 3 and self.used:
            return self._authorise(TRADER, [replace(order, signal=self.chance.choice(self.used))])
        self._commit([signal])
        if what == 4:
            order = replace(order, quantity=0)
        elif what == 5:
            order = replace(order, limit=0)
        else:
            order = replace(order, limit=self.prices[0] * 2)
        return self._authorise(TRADER, [order])

    def _authorise(self, caller: str, orders: list[Order]) -> None:
        rows = [(order.signal.values(), order.quantity, order.limit) for order in orders]
        data = self.machine.book.call("authorise", rows)
        self.both(caller, self.book, data, lambda: self.model.authorise(caller, orders))
        self._retire()

    def exit(self) -> None:
        """Of what is held: all, a part, more than there is; by hand or on a SELL signal."""
        held = [m for m, position in enumerate(self.model.s.positions) if position.quantity] or [0]
        orders, signals = [], []
        for _ in range(self.chance.choice((1, 1, 2))):
            m = self.chance.choice(held)
            quantity = self._part(max(self.model._free(m), 1))
            limit = max(self._around(m, SELL), 1)
            if self.chance.random() < 0.35:
                signal = self._signal(side=SELL, m=m)
                self._commit([signal])
                signals.append(signal)
                orders.append(Leaving(MARKETS[m], quantity, limit, 1, len(signals)))
            else:
                orders.append(Leaving(MARKETS[m], quantity, limit, self.chance.randrange(2, 8)))
        self._exit(self.chance.choice((TRADER, GUARDIAN, GOVERNOR)), orders, signals)

    def bad_exit(self) -> None:  # noqa: C901 - one branch for each thing that can be wrong
        what, price = self.chance.randrange(11), self.prices[0]
        order, signals, caller = Leaving(MARKETS[0], 1, price, 6), [], TRADER
        if what == 0:
            caller = STRANGER
        elif what == 1:
            return self._exit(caller, [order] * self.chance.choice((0, 65)), [])
        elif what == 2:
            signals = [self._signal(side=SELL)] * 2
        elif what == 3:
            order = replace(order, market=name_id("nowhere"))
        elif what == 4:
            order = replace(order, quantity=0)
        elif what == 5:
            order = replace(order, limit=0)
        elif what == 6:
            order = replace(order, reason=self.chance.choice((0, 1, 8)))
        elif what == 7:
            order = replace(order, signal=3)
        elif what == 8:
            order = replace(order, quantity=10**20)
        elif what == 9:
            order = replace(order, limit=1)
        else:
            wrong: list[dict[str, Any]] = [{"book": bytes(32)}, {"market": MARKETS[1]}, {"side": BUY}, {}]
            signals = [replace(self._signal(side=SELL, m=0), **self.chance.choice(wrong))]
            if self.chance.random() < 0.9:
                self._commit(signals)
            order = replace(order, reason=1, signal=1)
        return self._exit(caller, [order], signals)

    def _exit(self, caller: str, orders: list[Leaving], signals: list[SignalMessage]) -> None:
        rows = [(order.market, order.quantity, order.limit, order.reason, order.signal) for order in orders]
        data = self.machine.book.call("exit", rows, [signal.values() for signal in signals])
        self.both(caller, self.book, data, lambda: self.model.exit(caller, orders, signals))
        self._retire()

    # ---- fills and releases

    def record(self) -> None:
        """One to three tickets, whole or in part, at lawful prices; in live books at any."""
        if not self.open:
            return self.authorise()
        fills = [self._fill(ticket) for ticket in self.chance.sample(self.open, min(len(self.open), 3))]
        return self._record(TRADER, fills[: self.chance.choice((1, 1, 3))])

    def bad_record(self) -> None:  # noqa: C901 - one branch for each thing that can be wrong
        """One thing is wrong with a fill; a live book takes most of it with a flag."""
        if not self.open:
            return self._record(self.chance.choice((TRADER, STRANGER)), [])
        fill = self._fill(self.chance.choice(self.open))
        what, ticket = self.chance.randrange(11), fill.ticket
        if what == 0:
            return self._record(STRANGER, [fill])
        if what == 1:
            fill = replace(fill, quantity=self.chance.choice((0, ticket["quantity"] + 1)))
        elif what == 2:
            fill = replace(fill, price=fill.price + (-1 if ticket["side"] == BUY else 1) * fill.price // 50)
        elif what == 3:
            fill = replace(fill, price=fill.price + (1 if ticket["side"] == BUY else -1) * fill.price // 20)
        elif what == 4:
            fill = replace(fill, fee=max(fill.fee + self.chance.choice((-1, 1)), 0))
        elif what == 5:
            fill = replace(fill, ticket=ticket | {"id": keccak(ticket["id"])})
        elif what == 6 and self.ended:
            fill = replace(fill, ticket=self.chance.choice(self.ended))
        elif what == 7:
            fill = replace(fill, ticket=ticket | {"takeProfitBps": ticket["takeProfitBps"] ^ 1})
        elif what == 8 and self.book_class == LIVE:
            fill = replace(fill, ticket=ticket | {"side": 3}) if self.chance.random() < 0.5 else replace(fill, price=0)
        elif what == 9 and self.book_class == LIVE:
            fill = replace(fill, fee=2**127, ticket=ticket | {"side": BUY})
        else:
            return self.crumble()
        return self._record(TRADER, [fill])

    def crumble(self) -> None:
        """All cash reserved to the unit, then parts of a few units: rounding alone asks for more than was reserved."""
        s = self.model.s
        if self.book_class == LIVE or s.tick == 0 or self.model.state != ACTIVE:
            return
        for m in (4, 0, 1, 2, 3):
            limit = up(s.prices[m] * (10**4 + s.limits["halfSpreadBps"]), 10**4)
            room = s.limits["maxPositionBps"] * self.model.equity * 10**4 // max(s.prices[m], 1)
            position = self.model.s.positions[m]
            quantity = min(room - position.quantity - position.reserved, self._most(s.cash - s.reserved, limit))
            if quantity <= 0:
                continue
            self._commit([signal := self._signal(side=BUY, m=m, wrong=False)])
            self._authorise(TRADER, [Order(replace(signal), quantity, limit)])
            s = self.model.s
        for ticket in self.chance.sample(self.open, min(len(self.open), 3)):
            if ticket["side"] == BUY:
                price = ticket["limitPrice"]
                self._record(TRADER, [FillOf(ticket, 1, price, fee_of(buy_notional(1, price), ticket["feeBps"]))])

    def _most(self, free: int, limit: int) -> int:
        quantity = max(free * 10**8 // max(limit, 1) * 10**4 // (10**4 + self.model.s.limits["feeBps"]) - 4, 0)
        while quantity >= 0 and reservation(quantity + 1, limit, self.model.s.limits["feeBps"]) <= free:
            quantity += 1
        return quantity

    def _record(self, caller: str, fills: list[FillOf]) -> None:
        rows = [
            (tuple(fill.ticket[name] for name in TICKET_NAMES), fill.quantity, fill.price, fill.fee) for fill in fills
        ]
        data = self.machine.book.call("record", rows)
        got = self.both(caller, self.book, data, lambda: self.model.record(caller, fills))
        if not isinstance(got, Revert):
            self._shrink()

    def release(self) -> None:
        tickets = self.chance.sample(self.open, min(len(self.open), 2))
        if self.ended and self.chance.random() < 0.2:
            tickets.append(self.chance.choice(self.ended))
        caller = self.chance.choice((TRADER, GUARDIAN, STRANGER, STRANGER))
        rows = [_ticket_row(ticket) for ticket in tickets]
        data = self.machine.book.call("release", rows)
        got = self.both(caller, self.book, data, lambda: self.model.release(caller, tickets))
        if not isinstance(got, Revert):
            self._shrink()

    def _fill(self, ticket: Ticket) -> FillOf:
        buys, m = ticket["side"] == BUY, ticket["market"]
        spread = self.model.s.limits["halfSpreadBps"]
        worse = self.model._worse(m, ticket["side"])
        if buys:
            price = up(max(worse, ticket["mark"]) * (10**4 + spread), 10**4)
        else:
            price = min(worse, ticket["mark"]) * (10**4 - spread) // 10**4
        if self.book_class == LIVE and self.chance.random() < 0.3:
            price = max(price * self.chance.randrange(97, 104) // 100, 1)
        quantity = self._part(ticket["quantity"], over=self.book_class == LIVE)
        notional = (buy_notional if buys else sell_notional)(quantity, price)
        return FillOf(ticket, quantity, price, fee_of(notional, ticket["feeBps"]))

    # ---- governance

    def flow(self) -> None:
        s, caller = self.model.s, self._mostly(GOVERNOR)
        free = s.cash - s.reserved
        amount = self.chance.choice(
            (0, 1, 500 * 10**8, -100 * 10**8, -free, -free - 1, 1 - self.model.equity, -(10**20))
        )
        if amount == -free and self.chance.random() < 0.7:
            amount = -free // 3
        data = self.machine.book.call("bookFlow", amount)
        self.both(caller, self.book, data, lambda: self.model.flow(caller, amount))

    def tighten(self) -> None:
        caller, limits = self._mostly(GUARDIAN), self._some_limits()
        data = self.machine.book.call("tighten", tuple(limits.values()))
        self.both(caller, self.book, data, lambda: self.model.tighten(caller, limits))

    def stop(self) -> None:
        caller = self._mostly(self.chance.choice((GUARDIAN, GOVERNOR)))
        state = self.chance.choice((ACTIVE, REDUCING, HALTED))
        data = self.machine.book.call("setManual", state, word("because"))
        self.both(caller, self.book, data, lambda: self.model.set_manual(caller, state, word("because")))

    def submit(self) -> None:
        """A change, mostly one that can be; some that make no sense."""
        chance, limits = self.chance, dict(zip(LIMIT_NAMES, LIMITS, strict=True))
        nothing: list[str] = []
        made: list[tuple[str, str, tuple[Any, ...]]] = [
            ("book", "acceptLimits", (limits,)),
            ("book", "acceptLimits", (self._some_limits(),)),
            ("book", "acceptResume", (word(f"again {self.steps}"),)),
            ("book", "acceptResume", (word("again"),)),
            ("oracle", "acceptTrader", (chance.choice((TRADER, NOBODY)),)),
            ("oracle", "acceptSigners", (chance.choice((nothing, [STRANGER] * 2, [NOBODY])), 1)),
            (chance.choice(("book", "oracle")), "bookFlow", (1,)),
        ]
        where, name, values = chance.choice(made)
        call = self._encoded(where, name, values)
        caller = self._mostly(GOVERNOR)
        got = self._submit(caller, where, call, name, values)
        if not isinstance(got, Revert):
            self.changes.append((where, call, name, values))

    def accept(self) -> None:
        """One that waits, or waited once; now, after the delay, or far too late."""
        if not self.changes:
            return self.submit()
        where, call, name, values = self.chance.choice(self.changes[-6:])
        self.now += self.chance.choice((0, DAY, 2 * DAY, 2 * DAY, 20 * DAY))
        if self.chance.random() < 0.8:
            self._post(list(self.prices))
        return self._accept(self._mostly(GOVERNOR), where, call, name, values)

    def spree(self) -> None:
        """More trades than a day of few allows."""
        limits = self.model.s.limits | {"maxTradesPerDay": min(self.model.s.limits["maxTradesPerDay"], 3)}
        data = self.machine.book.call("tighten", tuple(limits.values()))
        self.both(GUARDIAN, self.book, data, lambda: self.model.tighten(GUARDIAN, limits))
        signals = [self._signal(side=BUY, m=m, wrong=False) for m in range(5)]
        self._commit(signals)
        self._authorise(TRADER, [Order(signal, 10**6, self._limit(signal)) for signal in signals])

    def lengthen(self) -> None:
        """A change waits, and the delay grows by an hour meanwhile: the longer one holds it."""
        was = self.model.s.limits["delaySeconds"]
        call = self._encoded("oracle", "acceptTrader", (TRADER,))
        self._submit(GOVERNOR, "oracle", call, "acceptTrader", (TRADER,))
        limits = self.model.s.limits | {"delaySeconds": was + HOUR}
        data = self.machine.book.call("tighten", tuple(limits.values()))
        self.both(GUARDIAN, self.book, data, lambda: self.model.tighten(GUARDIAN, limits))
        self.now += was
        self._post(list(self.prices))
        self._accept(GOVERNOR, "oracle", call, "acceptTrader", (TRADER,))

    def shorten(self) -> None:
        """A change waits, and the delay shrinks meanwhile: what was said at its submission holds it."""
        was, limits = self.model.s.limits["delaySeconds"], dict(zip(LIMIT_NAMES, LIMITS, strict=True))
        loosen = self._encoded("book", "acceptLimits", (limits,))
        name = self._encoded("oracle", "acceptTrader", (TRADER,))
        self._submit(GOVERNOR, "book", loosen, "acceptLimits", (limits,))
        self.now += was
        self._post(list(self.prices))
        self._submit(GOVERNOR, "oracle", name, "acceptTrader", (TRADER,))
        self._accept(GOVERNOR, "book", loosen, "acceptLimits", (limits,))
        self.now += self.model.s.limits["delaySeconds"]
        self._post(list(self.prices))
        self._accept(GOVERNOR, "oracle", name, "acceptTrader", (TRADER,))

    def resume(self) -> None:
        """After a stop, through the delay, sometimes on marks that are not settled."""
        if self.model.s.manual != ACTIVE or self.model.s.fall_latched:
            self.change("book", "acceptResume", (word(f"seen to {self.steps}"),), settled=self.chance.random() < 0.7)

    def change(self, where: str, name: str, values: tuple[Any, ...], *, settled: bool = True) -> None:
        """Submitted, waited for and accepted."""
        call = self._encoded(where, name, values)
        self._submit(GOVERNOR, where, call, name, values)
        self.now += self.model.s.limits["delaySeconds"]
        s = self.model.s
        if len(s.signers) >= s.quorum:
            self._post([price if settled else 0 for price in self.prices])
        self._accept(GOVERNOR, where, call, name, values)

    def _submit(self, caller: str, where: str, call: bytes, name: str, values: tuple[Any, ...]) -> Any:
        abi, to = self._contract(where)
        data = abi.call("submitChange", call)
        return self.both(caller, to, data, lambda: self.model.submit(caller, where, call, name, values))

    def _accept(self, caller: str, where: str, call: bytes, name: str, values: tuple[Any, ...]) -> None:
        self.both(caller, self._contract(where)[1], call, lambda: self.model.accept(caller, where, call, name, values))

    def revoke_change(self) -> None:
        where, call, *_ = self.chance.choice(self.changes) if self.changes else ("oracle", b"none")
        if self.chance.random() < 0.3:
            where, call = self.chance.choice(("book", "oracle")), b"none"
        caller = self._mostly(GUARDIAN, 0.6)
        abi, to = self._contract(where)
        data = abi.call("revokeChange", keccak(call))
        self.both(caller, to, data, lambda: self.model.revoke_change(caller, where, call))

    def assess(self) -> None:
        """Both sides of all nine rules, of any order."""
        signal = self._signal(side=self.chance.choice((BUY, SELL)))
        if self.chance.random() < 0.1:
            signal = replace(signal, market=name_id("nowhere"))
        order = Order(signal, self._part(30 * 10**8), self._limit(signal))
        row = (signal.values(), order.quantity, order.limit)
        got = self.machine.ask(self.machine.book, self.book, "assess", row)
        try:
            want: Any = list(self.model.assess(order))
        except Revert as revert:
            want = revert
        if isinstance(got, Revert):
            self.seen[got.name] += 1
            got, want = repr(got), repr(want)
        elif not isinstance(want, Revert):
            got, want = [got[0], list(got[1]), list(got[2])], [want[0], list(want[1]), list(want[2])]
        if got != want:
            raise Differs(f"step {self.steps}: assess: contract {got}, model {want}")

    # ---- words

    def _signal(self, *, side: int | None = None, m: int | None = None, wrong: bool = True) -> SignalMessage:
        chance = self.chance
        m = chance.randrange(len(MARKETS)) if m is None else m
        self.next_close += 1
        signal = SignalMessage(
            book=name_id("demo"), strategy=name_id(chance.choice(("one", "two"))), seq=self.model.s.rounds + 1,
            market=MARKETS[m], side=side or chance.choice((BUY, BUY, BUY, SELL)), confidence_bps=7_000, risk_score=1,
            size_bps=3_000, price=self.prices[m], take_profit_bps=500, stop_loss_bps=300, horizon_seconds=HOUR,
            candle_close=self.next_close, expires_at=self.now + 40 * DAY, window=bytes(32), model=bytes(32),
            calibrator=bytes(32), claim=bytes(32), salt=chance.randbytes(32),
        )  # fmt: skip
        if not wrong or chance.random() < 0.55:
            return signal
        changes: list[dict[str, Any]] = [
            {"confidence_bps": 6_499}, {"confidence_bps": 10_001}, {"size_bps": 1}, {"take_profit_bps": 150},
            {"expires_at": max(self.model.s.observed_at - 1, 0)}, {"candle_close": self.next_close - 30},
            {"seq": signal.seq + 5}, {"seq": 0}, {"book": bytes(32)}, {"side": 0}, {"market": name_id("nowhere")},
        ]  # fmt: skip
        if last := self.model.last_close.get((signal.strategy, m), 0):
            changes += [{"candle_close": last}] * 2
        return replace(signal, **chance.choice(changes))

    def _size(self, signal: SignalMessage) -> int:
        m = MARKETS.index(signal.market) if signal.market in MARKETS else 0
        fifth = self.model.equity * 10**8 // 5 // max(self.model.s.prices[m], 1)
        return max(fifth * self.chance.choice((5, 30, 60, 99, 99, 103, 700)) // 100, 1)

    def _limit(self, signal: SignalMessage) -> int:
        return self._around(MARKETS.index(signal.market) if signal.market in MARKETS else 0, BUY)

    def _around(self, m: int, side: int) -> int:
        mark = self.model._worse(m, side) or self.prices[m]
        by = self.chance.choice((1, 20, 50, 50, 51 if side == BUY else 199))
        if side == BUY:
            return max(self.model.s.prices[m], 1) * (10**4 + by) // 10**4
        return up(mark * (10**4 - 4 * by), 10**4)

    def _part(self, whole: int, *, over: bool = True) -> int:
        part = self.chance.choice((whole, whole, whole, whole // 2, whole // 3, 1, whole + 1 if over else whole))
        return max(part, 1)

    def _some_limits(self) -> dict[str, int]:
        """One limit is another, mostly a little stricter; the delay stays short enough to see its end."""
        limits, name = dict(self.model.s.limits), self.chance.choice(LIMIT_NAMES)
        was = limits[name]
        limits[name] = {
            "delaySeconds": self.chance.choice((HOUR, DAY, DAY + HOUR)),
            "maxTradesPerDay": self.chance.choice((max(was - 1, 2), 2, 2, 51)),
            "minConfidenceBps": self.chance.choice((was + 1, 6_500, 6_499)),
            "feeBps": self.chance.choice((min(was + 1, 14), 9, 1_001)),
            "halfSpreadBps": self.chance.choice((min(was + 1, 4), 0)),
        }.get(name, self.chance.choice((was, max(was - 1, was * 9 // 10, 1), was + 1, 0)))
        return limits

    def _encoded(self, where: str, name: str, values: tuple[Any, ...]) -> bytes:
        rows = [tuple(value.values()) if isinstance(value, dict) else value for value in values]
        if name == "acceptSigners":
            rows[0] = list(rows[0])
        return (self.machine.book if name == "bookFlow" else self._contract(where)[0]).call(name, *rows)

    def _contract(self, where: str) -> tuple[Abi, str]:
        return (self.machine.book, self.book) if where == "book" else (self.machine.oracle, self.oracle)

    def _mostly(self, caller: str, share: float = 0.85) -> str:
        others = [each for each in (GOVERNOR, GUARDIAN, TRADER, STRANGER) if each != caller]
        return caller if self.chance.random() < share else self.chance.choice(others)

    def _signing(self) -> list[int]:
        return [key for key in self.keys if address(key) in self.model.s.signers]

    def _sign(self, key: int, struct_hash: bytes) -> bytes:
        signature = coincurve.PrivateKey(key.to_bytes(32, "big")).sign_recoverable(
            self.domain.digest(struct_hash), hasher=None
        )
        return signature[:64] + bytes([27 + signature[64]])

    def _retire(self) -> None:
        """Signals that were judged or revoked go to those that can only be tried in vain."""
        for pair in [pair for pair in self.live if self.model.words.get(pair[1], (0,))[0] != 1]:
            self.live.remove(pair)
            self.used.append(pair[0])
        del self.live[:-12]

    def _shrink(self) -> None:
        """Tickets as the book keeps them after fills and releases."""
        left = []
        for ticket in self.open:
            kept = self.model.words.get(ticket["id"]) if ticket["reason"] == 1 else self.model.exits.get(ticket["id"])
            kept = kept[1] if isinstance(kept, tuple) and len(kept) == 2 else kept if isinstance(kept, dict) else None
            if kept:
                left.append(kept)
            else:
                self.ended.append(ticket)
        self.open = left


def walked(
    machine: Machine, seed: int, *, steps: int, episode: int, until: frozenset[str] = frozenset()
) -> Counter[str]:
    """The classes in turn, a new book each; what was seen in `steps` steps, or sooner when all of `until` was."""
    seen: Counter[str] = Counter()
    for number in range(steps // episode):
        walk = Walk(machine, (SIMULATED, LIVE, PAPER)[number % 3], Random(f"{seed} {number}"), seen)
        for _ in range(episode):
            walk.step()
        if until and number >= 2 and until <= set(seen):
            break
    return seen


def _ticket_row(ticket: Ticket) -> tuple[Any, ...]:
    return tuple(ticket[name] for name in TICKET_NAMES)
