"""An independent model of oracle and book, written from RULES.md: integers only, one method a call.

A call answers with its events or raises `Revert`, and changes nothing then. Knows who signed and who calls by their
addresses; hashes are only those that RULES.md lists. Knows nothing of the contracts' code, storage or ABI beyond the
names of events, errors and their fields.
"""

from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from tradeseal.oracle.domainmodel import Domain, SignalMessage, marks_hash

SIMULATED, PAPER, LIVE = range(3)
ACTIVE, REDUCING, HALTED = range(3)
BUY, SELL = 1, 2
DAY = 86_400
NOBODY = "0x" + "00" * 20
OPEN, REVOKED, TICKET, SPENT = 1, 2, 3, 4
LIMIT_NAMES = [
    "maxPositionBps",
    "maxDailyLossBps",
    "minConfidenceBps",
    "maxTradesPerDay",
    "maxDrawdownBps",
    "minEdgeBps",
    "feeBps",
    "halfSpreadBps",
    "entryBandBps",
    "exitBandBps",
    "markAgeSeconds",
    "delaySeconds",
]
RANGES = [
    (0, 2_000), (1, 500), (6_500, 10_000), (0, 50), (1, 10_000), (0, 10_000), (0, 1_000), (0, 1_000), (0, 1_000),
    (0, 1_999), (1, 86_400), (0, 31_536_000),
]  # fmt: skip
STRICTER_HIGHER = {"minConfidenceBps", "minEdgeBps", "feeBps", "halfSpreadBps", "delaySeconds"}
TICKET_NAMES = [
    "id",
    "seq",
    "market",
    "side",
    "reason",
    "quantity",
    "limitPrice",
    "mark",
    "tick",
    "feeBps",
    "takeProfitBps",
    "stopLossBps",
    "horizonSeconds",
]
FILL_NAMES = [
    "ticketSeq",
    "side",
    "reason",
    "flags",
    "quantity",
    "price",
    "notional",
    "fee",
    "taken",
    "realised",
    "cashAfter",
    "quantityAfter",
    "costAfter",
    "remaining",
    "observedAt",
]
DECISION = ["bytes32", "bytes32", "uint8", "uint8", "uint8", "uint128", "uint64", "uint64", "uint16", "uint64"]
FILL = [
    "bytes32",
    "uint64",
    "uint8",
    "uint8",
    "uint8",
    "uint128",
    "uint64",
    "uint128",
    "uint128",
    "uint128",
    "int128",
    "int128",
    "uint128",
    "uint128",
    "uint128",
    "uint64",
]
REJECTION = ["bytes32", "bytes32", "(uint8,uint8,uint128,uint64,uint64,uint16,uint256[],uint256[],uint64)"]

Event = tuple[str, dict[str, Any]]
Ticket = dict[str, Any]


class Revert(Exception):
    """A call fails as a whole."""

    def __init__(self, name: str, *values: Any) -> None:
        super().__init__(name, values)
        self.name, self.values = name, values


def up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def buy_notional(quantity: int, price: int) -> int:
    return up(quantity * price, 10**8)


def sell_notional(quantity: int, price: int) -> int:
    return quantity * price // 10**8


def fee_of(notional: int, bps: int) -> int:
    return up(notional * bps, 10**4)


def reservation(quantity: int, limit: int, bps: int) -> int:
    notional = buy_notional(quantity, limit)
    return notional + fee_of(notional, bps)


def word(text: str) -> bytes:
    return text.encode().ljust(32, b"\0")


@dataclass(frozen=True)
class Setup:
    """How the world is opened."""

    book_class: int
    governor: str
    guardian: str
    trader: str
    signers: tuple[str, ...]
    quorum: int
    markets: tuple[bytes, ...]
    step: int
    book: bytes
    cash: int
    limits: dict[str, int]
    domain: Domain
    address: str
    deployer: str


@dataclass
class Position:
    """One market of the book."""

    quantity: int = 0
    cost: int = 0
    reserved: int = 0
    leaving: int = 0
    barriers: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)


@dataclass
class State:
    """What a call may change, but for what is kept by digest."""

    limits: dict[str, int]
    signers: tuple[str, ...]
    trader: str
    quorum: int
    positions: tuple[Position, ...]
    prices: list[int]
    pending: list[int]
    stale: list[bool]
    cash: int = 0
    reserved: int = 0
    opening: int = 0
    peak: int = 0
    day: int = 0
    started: bool = False
    trades: int = 0
    manual: int = ACTIVE
    day_latched: bool = False
    fall_latched: bool = False
    halted_at: int = 0
    void_before: int = 0
    stopped: int = 0
    resets: int = 0
    unexplained: int = 0
    flagged: int = 0
    seq: int = 0
    head: bytes = bytes(32)
    tick: int = 0
    observed_at: int = 0
    vector: bytes = bytes(32)
    vectors: int = 0
    withheld: int = 0
    epoch: int = 1
    rounds: int = 0
    committed: int = 0
    judged: int = 0
    revoked: int = 0
    anchor: int = 0

    def fork(self) -> "State":
        """A copy that can be thrown away."""
        forked = copy(self)
        forked.positions = tuple(map(copy, self.positions))
        forked.prices, forked.pending, forked.stale = list(self.prices), list(self.pending), list(self.stale)
        forked.limits = dict(self.limits)
        return forked


class Kept(dict):
    """A dictionary whose changes of the present call can be taken back."""

    def __init__(self) -> None:
        super().__init__()
        self._before: list[tuple[Any, Any]] = []

    def __setitem__(self, key: Any, value: Any) -> None:
        self._before.append((key, self.get(key)))
        super().__setitem__(key, value)

    def settle(self, *, undo: bool) -> None:
        for key, value in reversed(self._before) if undo else ():
            if value is None:
                self.pop(key, None)
            else:
                super().__setitem__(key, value)
        self._before.clear()


@dataclass(frozen=True)
class Order:
    """A wish to enter."""

    signal: SignalMessage
    quantity: int
    limit: int


@dataclass(frozen=True)
class Leaving:
    """A wish to leave; `signal` is the place in the signals of the call, from 1, or 0."""

    market: bytes
    quantity: int
    limit: int
    reason: int
    signal: int = 0


@dataclass(frozen=True)
class FillOf:
    """What a venue did for a ticket."""

    ticket: Ticket
    quantity: int
    price: int
    fee: int


@dataclass
class Verdict:
    """The failing rules with both sides, the first failing part of RULE-05."""

    part: int = 0
    sides: dict[int, tuple[int, int]] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)

    def say(self, rule: int, measured: int, limit: int, *, failed: bool) -> None:
        self.sides[rule] = (measured, limit)
        if failed:
            self.failed.add(rule)

    @property
    def mask(self) -> int:
        return sum(1 << (rule - 1) for rule in self.failed)


class Model:
    """Oracle and book after their opening."""

    def __init__(self, setup: Setup) -> None:
        count = len(setup.markets)
        self.setup = setup
        self.words = Kept()
        self.last_close = Kept()
        self.exits = Kept()
        self.waiting = Kept()
        self.events: list[Event] = []
        self.block = self.time = 0
        self.caller = NOBODY
        self.s = State(
            limits=dict(setup.limits),
            signers=setup.signers,
            trader=setup.trader,
            quorum=setup.quorum,
            positions=tuple(Position() for _ in range(count)),
            prices=[0] * count,
            pending=[0] * count,
            stale=[True] * count,
        )
        self._record_limits(0)
        self.s.cash = self.s.opening = self.s.peak = setup.cash
        self._record_flow(setup.cash, 0)

    def perform(self, call: Callable[[], None], *, block: int, time: int) -> list[Event]:
        """The events of one call, or `Revert` with everything as it was."""
        self.block, self.time, self.events = block, time, []
        before, self.s = self.s, self.s.fork()
        failed = True
        try:
            call()
            failed = False
            return self.events
        finally:
            if failed:
                self.s = before
            for kept in (self.words, self.last_close, self.exits, self.waiting):
                kept.settle(undo=failed)

    # ---- the oracle

    def bind(self, caller: str) -> None:
        if caller != self.setup.deployer:
            raise Revert("NotDeployer", caller)
        raise Revert("AlreadyBound", self.setup.address)

    def commit(self, first: int, hashes: Sequence[bytes], digests: Sequence[bytes], signed_by: Sequence[str]) -> None:
        s = self.s
        if not 1 <= len(hashes) <= 256:
            raise Revert("BadBatch", len(hashes), 256)
        if len(digests) > 128:
            raise Revert("BadBatch", len(digests), 128)
        if first != s.rounds + 1:
            raise Revert("RoundsNotContiguous", first, s.rounds + 1)
        self._quorum(signed_by)
        last = first + len(hashes) - 1
        for digest in digests:
            if digest in self.words:
                raise Revert("AlreadyCommitted", digest)
            self.words[digest] = (OPEN, s.epoch, self.block, first, last)
        s.committed += len(digests)
        s.rounds = last
        self._emit(
            "SignalsCommitted",
            fromSeq=first,
            toSeq=last,
            epoch=s.epoch,
            roundHashes=list(hashes),
            digests=list(digests),
        )

    def post_marks(  # noqa: C901 - a numbered list of checks, then three effects
        self, seq: int, previous: bytes, observed_at: int, prices: Sequence[int], signed_by: Sequence[str]
    ) -> None:
        s = self.s
        if seq <= s.tick:
            raise Revert("StaleSequence", seq, s.tick)
        if observed_at == 0 or observed_at < s.observed_at:
            raise Revert("TimeWentBack", observed_at, s.observed_at)
        if len(prices) != len(s.prices):
            raise Revert("WrongPriceCount", len(prices), len(s.prices))
        if seq == s.tick + 1 and previous != s.vector:
            raise Revert("WrongPreviousHash", previous, s.vector)
        wall = observed_at + 180 >= self.time and observed_at <= self.time + 60
        if not (observed_at <= self.time if self.setup.book_class == SIMULATED else wall):
            raise Revert("NotFresh", observed_at, self.time)
        self._quorum(signed_by)
        if seq > s.tick + 1:
            s.withheld += seq - s.tick - 1
            if s.withheld >= 2**32:
                raise Revert("SafeCastOverflowedUintDowncast", 32, s.withheld)
            self._emit("MarksSkipped", **{"from": s.tick + 1, "to": seq - 1})
        old = list(s.prices)
        for m, price in enumerate(prices):
            s.stale[m] = price == 0
            if price == 0:
                continue
            fits = any(base and self._within(price, base) for base in (s.pending[m], s.prices[m]))
            if s.prices[m] == 0 or fits:
                s.prices[m], s.pending[m] = price, 0
            else:
                s.pending[m] = price
        s.tick, s.observed_at, s.vectors = seq, observed_at, s.vectors + 1
        s.vector = marks_hash(s.epoch, seq, previous, observed_at, list(prices))
        self._emit(
            "MarksPosted",
            seq=seq,
            vectorHash=s.vector,
            observedAt=observed_at,
            prices=list(prices),
            staleBits=_bits(s.stale),
            pendingBits=_bits(s.pending),
        )
        self._new_marks(old)

    def _within(self, price: int, base: int) -> bool:
        return abs(price - base) * 10**4 <= self.setup.step * base

    def _new_marks(self, old: list[int]) -> None:
        s = self.s
        day = (s.observed_at - 1) // DAY
        if not s.started:
            s.started, s.day = True, day
        elif day > s.day:
            closing = s.cash + sum(p.quantity * mark // 10**8 for p, mark in zip(s.positions, old, strict=True))
            ended = {"day": s.day, "opening": s.opening, "closing": closing, "peak": max(s.peak, closing)}
            ended |= {"trades": s.trades, "nextDay": day, "observedAt": s.observed_at}
            s.peak, s.opening, s.day, s.trades, s.day_latched = ended["peak"], closing, day, 0, False
            kinds = ["uint32", "int128", "int128", "int128", "uint16", "uint32", "uint64"]
            self._record(7, kinds, list(ended.values()), "DaySettled", **ended)
        self._test_latches()

    def revoke(self, caller: str, digest: bytes) -> None:
        self._only(caller, self.setup.guardian, "NotGuardian")
        kept = self.words.get(digest, (0,))
        if kept[0] != OPEN:
            raise Revert("NotOpen", digest, kept[0])
        self.words[digest] = (REVOKED,)
        self.s.revoked += 1
        self._emit("SignalRevoked", digest=digest)

    def freeze_trader(self, caller: str) -> None:
        self._only(caller, self.setup.guardian, "NotGuardian")
        self._emit("TraderFrozen", trader=self.s.trader)
        self.s.trader = NOBODY

    def remove_signer(self, caller: str, signer: str) -> None:
        self._only(caller, self.setup.guardian, "NotGuardian")
        if signer not in self.s.signers:
            raise Revert("NotASigner", signer)
        self._set_signers(tuple(each for each in self.s.signers if each != signer), self.s.quorum)

    def anchor(self, caller: str, position: int, root: bytes, previous: int) -> None:
        s = self.s
        if caller not in (s.trader, self.setup.governor):
            raise Revert("NotTraderOrGovernor", caller)
        if previous != s.anchor:
            raise Revert("AnchorWentBack", previous, s.anchor)
        if position <= s.anchor:
            raise Revert("AnchorWentBack", position, s.anchor)
        s.anchor = position
        self._emit("LogAnchored", position=position, root=root, previousPosition=previous)

    def settle(self, caller: str) -> None:
        raise Revert("NotBook", caller)

    def on_marks(self, caller: str) -> None:
        raise Revert("NotOracle", caller)

    def _set_signers(self, signers: tuple[str, ...], quorum: int) -> None:
        self.s.signers, self.s.quorum = signers, quorum
        self.s.epoch += 1
        self._emit("SignersChanged", epoch=self.s.epoch, signers=list(signers), quorum=quorum)

    def _quorum(self, signed_by: Sequence[str]) -> None:
        if len(signed_by) != self.s.quorum:
            raise Revert("WrongSignatureCount", len(signed_by), self.s.quorum)
        seen = set()
        for signer in signed_by:
            if signer.startswith("ECDSA"):
                raise Revert(*(signer.split(":")[:1]), *([] if ":" not in signer else [_number(signer)]))
            if signer not in self.s.signers:
                raise Revert("NotASigner", signer)
            if signer in seen:
                raise Revert("SignerTwice", signer)
            seen.add(signer)

    # ---- changes that wait

    def submit(self, caller: str, where: str, call: bytes, name: str, values: Sequence[Any]) -> None:
        self._only(caller, self.setup.governor, "NotGovernor")
        against = self._against(where, name, values, call)
        delay = self.s.limits["delaySeconds"]
        self.waiting[where, call] = (self.time, self.s.observed_at, delay, against)
        self._emit(
            "ChangeSubmitted",
            id=keccak(call),
            call=call,
            blockTimeFrom=self.time + delay,
            observedFrom=self.s.observed_at + delay,
        )

    def _against(self, where: str, name: str, values: Sequence[Any], call: bytes) -> Any:
        if where == "book" and name == "acceptLimits":
            self._check_range(values[0])
        elif where == "book" and name == "acceptResume":
            if self.s.manual == ACTIVE and not self.s.fall_latched:
                raise Revert("NothingToResume")
        elif where == "oracle" and name == "acceptSigners":
            self._check_signers(values[0], values[1])
        elif where == "oracle" and name == "acceptTrader":
            if values[0] == NOBODY:
                raise Revert("BadSetup", word("trader"))
        else:
            raise Revert("NotAChange", call[:4])
        return self._now(name)

    def _now(self, name: str) -> Any:
        s = self.s
        return {
            "acceptLimits": tuple(s.limits.values()),
            "acceptResume": s.stopped,
            "acceptSigners": s.epoch,
            "acceptTrader": s.trader,
        }[name]

    def revoke_change(self, caller: str, where: str, call: bytes) -> None:
        if caller not in (self.setup.governor, self.setup.guardian):
            raise Revert("NotGuardianOrGovernor" if where == "book" else "NotGuardian", caller)
        if not self.waiting.get((where, call)):
            raise Revert("NotSubmitted", keccak(call))
        self.waiting[where, call] = ()
        self._emit("ChangeRevoked", id=keccak(call), who=caller)

    def accept(self, caller: str, where: str, call: bytes, name: str, values: Sequence[Any]) -> None:
        self._only(caller, self.setup.governor, "NotGovernor")
        s = self.s
        change = self.waiting.get((where, call))
        if not change:
            raise Revert("NotSubmitted", keccak(call))
        block_time, observed_at, delay, against = change
        if against != self._now(name):
            raise Revert("Superseded", keccak(call))
        delay = max(delay, s.limits["delaySeconds"])
        if self.time < block_time + delay:
            raise Revert("TooEarly", self.time, block_time + delay)
        nobody_posts = where == "oracle" and len(s.signers) < s.quorum
        if not nobody_posts and s.observed_at < observed_at + delay:
            raise Revert("TooEarly", s.observed_at, observed_at + delay)
        if self.time > block_time + delay + 14 * DAY:
            raise Revert("TooLate", self.time, block_time + delay + 14 * DAY)
        self.waiting[where, call] = ()
        self._emit("ChangeAccepted", id=keccak(call))
        if name == "acceptLimits":
            self._check_range(values[0])
            self._change_limits(values[0])
        elif name == "acceptResume":
            self._resume(values[0])
        elif name == "acceptSigners":
            self._set_signers(tuple(values[0]), values[1])
        else:
            s.trader = values[0]
            self._emit("TraderChanged", trader=values[0])

    def _check_signers(self, signers: Sequence[str], quorum: int) -> None:
        if quorum == 0 or quorum > len(signers):
            raise Revert("BadSetup", word("quorum"))
        if len(signers) > 16 or NOBODY in signers or len(set(signers)) < len(signers):
            raise Revert("BadSetup", word("signers"))

    def _resume(self, reason: bytes) -> None:
        s = self.s
        if s.fall_latched:
            if self.equity <= 0 or not self._settled():
                raise Revert("ResumeRefused", self.equity)
            s.fall_latched, s.peak, s.resets = False, self.equity, s.resets + 1
            said = {"peak": s.peak, "count": s.resets, "observedAt": s.observed_at}
            self._record(12, ["int128", "uint32", "uint64"], list(said.values()), "PeakReset", **said)
        if s.manual != ACTIVE:
            self._record_state(ACTIVE, reason, self.setup.governor)

    # ---- limits, state, flows

    def tighten(self, caller: str, limits: dict[str, int]) -> None:
        self._guarded(caller)
        for number, name in enumerate(LIMIT_NAMES, 1):
            asked, was = limits[name], self.s.limits[name]
            if asked < was if name in STRICTER_HIGHER else asked > was:
                raise Revert("Loosens", number, asked, was)
        self._check_range(limits)
        self._change_limits(limits)

    def _check_range(self, limits: dict[str, int]) -> None:
        for number, (name, (low, high)) in enumerate(zip(LIMIT_NAMES, RANGES, strict=True), 1):
            floor = self.setup.limits[name] if name in ("feeBps", "halfSpreadBps") else low
            if limits[name] < floor:
                raise Revert("OutOfRange", number, limits[name], floor)
            if limits[name] > high:
                raise Revert("OutOfRange", number, limits[name], high)
        band = 2 * limits["halfSpreadBps"]
        if limits["exitBandBps"] < band:
            raise Revert("OutOfRange", 10, limits["exitBandBps"], band)

    def _change_limits(self, limits: dict[str, int]) -> None:
        self.s.limits = dict(limits)
        self._record_limits(self.s.observed_at)
        if self.s.started:
            self._test_latches()

    def set_manual(self, caller: str, state: int, reason: bytes) -> None:
        self._guarded(caller)
        now = self.manual
        governs = caller == self.setup.governor
        if state == ACTIVE or (not governs and (state != REDUCING or now == HALTED)):
            raise Revert("StateRefused", state, now)
        if state == HALTED:
            simulated = self.setup.book_class == SIMULATED
            self.s.halted_at = self.s.observed_at if simulated else max(self.time, self.s.observed_at)
        self._record_state(state, reason, caller)

    def flow(self, caller: str, amount: int) -> None:
        self._only(caller, self.setup.governor, "NotGovernor")
        s, equity = self.s, self.equity
        if amount == 0:
            raise Revert("FlowRefused", word("ZERO"), 0, 0)
        if equity + amount <= 0:
            raise Revert("FlowRefused", word("EQUITY"), amount, equity)
        if amount < 0:
            if -amount > s.cash - s.reserved:
                raise Revert("FlowRefused", word("CASH"), amount, s.cash - s.reserved)
            if not self._settled():
                raise Revert("FlowRefused", word("MARKS"), amount, 0)
        s.cash += amount
        if equity > 0:
            s.opening = up(s.opening * (equity + amount), equity) if s.opening > 0 else s.opening
            s.peak = up(s.peak * (equity + amount), equity) if s.peak > 0 else s.peak
        self._record_flow(amount, s.observed_at)

    # ---- entries

    def authorise(self, caller: str, orders: Sequence[Order]) -> None:
        self._bounded(orders)
        if caller != self.s.trader:
            raise Revert("NotTrader", caller)
        if self.s.tick == 0:
            raise Revert("NoMarks")
        for index, order in enumerate(orders):
            self._authorise(index, order)

    def _authorise(self, index: int, order: Order) -> None:
        s, signal = self.s, order.signal
        digest = signal.digest(self.setup.domain)
        m = self._place(signal.market)
        fault = self._digest_fault(digest) or self._entry_fault(order, m)
        if fault:
            return self._emit("OrderSkipped", index=index, digest=digest, code=fault[0], got=fault[1], want=fault[2])
        assert m is not None
        verdict = self.judge_entry(order, m, self.words[digest])
        if verdict.failed:
            self._spend(digest, signal, m, None)
            return self._reject(digest, signal, signal.market, BUY, (order.quantity, order.limit), s.prices[m], verdict)
        ticket = self._ticket(digest, m, BUY, 1, order.quantity, order.limit, s.prices[m])
        ticket |= {"takeProfitBps": signal.take_profit_bps, "stopLossBps": signal.stop_loss_bps}
        ticket["horizonSeconds"] = signal.horizon_seconds
        self._spend(digest, signal, m, ticket)
        s.trades += 1
        s.reserved += reservation(order.quantity, order.limit, ticket["feeBps"])
        s.positions[m].reserved += order.quantity
        return self._decide(1, ticket, signal.record_hash(), signal.market, 0)

    def _entry_fault(self, order: Order, m: int | None) -> tuple[int, int, int] | None:
        s, signal = self.s, order.signal
        wrong = [
            signal.book != self.setup.book,
            m is None,
            signal.side != BUY,
            order.quantity == 0,
            order.limit == 0,
            False,
            False,
            signal.confidence_bps > 10**4,
        ]
        if any(wrong):
            return 5, wrong.index(True) + 1, 0
        if self._old():
            return 7, self.time, s.observed_at + s.limits["markAgeSeconds"]
        assert m is not None
        highest = s.prices[m] * (10**4 + s.limits["entryBandBps"]) // 10**4
        return (6, order.limit, highest) if order.limit > highest else None

    def judge_entry(self, order: Order, m: int, kept: tuple[int, ...] | None) -> Verdict:
        """All nine rules; without a commitment its epoch and range are not asked."""
        s, limits, signal = self.s, self.s.limits, order.signal
        equity, position, verdict = max(self.equity, 0), self.s.positions[m], Verdict()
        exposure = (position.quantity + position.reserved + order.quantity) * s.prices[m] * 10**4
        allowed = limits["maxPositionBps"] * equity * 10**8
        verdict.say(1, exposure, allowed, failed=exposure > allowed or equity == 0)
        lost, most = self._day_loss()
        verdict.say(2, lost, most, failed=s.day_latched or (s.opening > 0 and lost >= most))
        least = limits["minConfidenceBps"]
        verdict.say(3, signal.confidence_bps, least, failed=signal.confidence_bps < least)
        verdict.say(4, s.trades + 1, limits["maxTradesPerDay"], failed=s.trades + 1 > limits["maxTradesPerDay"])
        part, got, want = self._live(order, m, kept, equity)
        verdict.part = part
        verdict.say(5, got, want, failed=part != 0)
        p = min(signal.confidence_bps, 10**4)
        costs = limits["minEdgeBps"] + 2 * limits["feeBps"] + 2 * limits["halfSpreadBps"]
        gain, need = p * signal.take_profit_bps, (10**4 - p) * signal.stop_loss_bps + 10**4 * costs
        verdict.say(6, gain, need, failed=gain < need)
        fallen, deepest = self._fall()
        verdict.say(7, fallen, deepest, failed=s.fall_latched or (s.opening > 0 and fallen >= deepest))
        needed = s.reserved + reservation(order.quantity, order.limit, limits["feeBps"])
        verdict.say(8, needed, max(s.cash, 0), failed=needed > max(s.cash, 0))
        state = self.state + 4 * s.stale[m] + 8 * (s.pending[m] != 0)
        verdict.say(9, state, 0, failed=state != 0)
        return verdict

    def _live(self, order: Order, m: int, kept: tuple[int, ...] | None, equity: int) -> tuple[int, int, int]:
        signal = order.signal
        if kept is not None:
            _, epoch, _, first, last = kept
            if epoch != self.s.epoch:
                return 1, epoch, self.s.epoch
            if not first <= signal.seq <= last:
                return 2, signal.seq, first if signal.seq < first else last
        in_time = self._in_time(signal, m)
        if in_time[0]:
            return in_time
        size, most = order.quantity * self.s.prices[m] * 10**4, signal.size_bps * equity * 10**8
        return 5 if size > most else 0, size, most

    def _in_time(self, signal: SignalMessage, m: int) -> tuple[int, int, int]:
        if self.s.observed_at > signal.expires_at:
            return 3, self.s.observed_at, signal.expires_at
        last = self.last_close.get((signal.strategy, m), 0)
        if signal.candle_close <= last:
            return 4, signal.candle_close, last + 1
        return 0, self.s.observed_at, signal.expires_at

    # ---- exits

    def exit(self, caller: str, orders: Sequence[Leaving], signals: Sequence[SignalMessage]) -> None:
        self._bounded(orders)
        if len(signals) > len(orders):
            raise Revert("BadBatch", len(signals), len(orders))
        self._role(caller)
        if self.s.tick == 0:
            raise Revert("NoMarks")
        for index, order in enumerate(orders):
            self._exit(index, order, signals)

    def _exit(self, index: int, order: Leaving, signals: Sequence[SignalMessage]) -> None:
        s = self.s
        signal = signals[order.signal - 1] if 0 < order.signal <= len(signals) else None
        digest = signal.digest(self.setup.domain) if signal else bytes(32)
        m = self._place(order.market)
        fault = (self._digest_fault(digest) if signal else None) or self._exit_fault(order, m, signal)
        if fault:
            return self._emit("OrderSkipped", index=index, digest=digest, code=fault[0], got=fault[1], want=fault[2])
        assert m is not None
        verdict = self.judge_exit(signal, m, order.quantity) if signal else Verdict()
        verdict.say(9, self.state, REDUCING, failed=self.state > REDUCING)
        if signal is None:
            digest = keccak(self.setup.book + (s.seq + 1).to_bytes(32, "big"))
        mark = self._worse(m, SELL)
        if verdict.failed:
            if signal:
                self._spend(digest, signal, m, None)
            return self._reject(digest, signal, order.market, SELL, (order.quantity, order.limit), mark, verdict)
        ticket = self._ticket(digest, m, SELL, order.reason, order.quantity, order.limit, mark)
        if signal:
            self._spend(digest, signal, m, ticket)
        else:
            self.exits[digest] = ticket
        s.positions[m].leaving += order.quantity
        return self._decide(
            2, ticket, signal.record_hash() if signal else bytes(32), order.market, int(self._unsure(m))
        )

    def judge_exit(self, signal: SignalMessage, m: int, quantity: int) -> Verdict:
        """What a SELL signal must pass; HALTED is asked of every exit."""
        verdict = Verdict()
        part, got, want = self._in_time(signal, m)
        verdict.part = part
        verdict.say(5, got, want, failed=part != 0)
        verdict.say(8, quantity, self._free(m), failed=quantity > self._free(m))
        return verdict

    def _exit_fault(self, order: Leaving, m: int | None, signal: SignalMessage | None) -> tuple[int, int, int] | None:
        asked = [
            (2, m is None),
            (4, order.quantity == 0),
            (5, order.limit == 0),
            (6, not 1 <= order.reason <= 7),
            (6, (order.reason == 1) != (signal is not None)),
            (7, order.signal != 0 and signal is None),
        ]
        if signal is not None:
            asked += [
                (1, signal.book != self.setup.book),
                (2, signal.market != order.market),
                (3, signal.side != SELL),
            ]
        for code, wrong in asked:
            if wrong:
                return 5, code, 0
        assert m is not None
        band = self.s.limits["exitBandBps"] * (5 if self._unsure(m) else 1)
        lowest = up(self._worse(m, SELL) * (10**4 - band), 10**4)
        if order.limit < lowest:
            return 6, order.limit, lowest
        if signal is None and order.quantity > self._free(m):
            return 8, order.quantity, self._free(m)
        return None

    # ---- fills and releases

    def record(self, caller: str, fills: Sequence[FillOf]) -> None:
        self._bounded(fills)
        self._role(caller)
        self.caller = caller
        for fill in fills:
            self._fact(fill) if self.setup.book_class == LIVE else self._fill(fill)
        self._test_latches()

    def _fill(self, fill: FillOf) -> None:  # noqa: C901 - a list of checks
        s, ticket = self.s, fill.ticket
        buys, m = ticket["side"] == BUY, ticket["market"]
        if not 0 < fill.quantity <= ticket["quantity"]:
            raise Revert("BadQuantity", ticket["id"], fill.quantity, ticket["quantity"])
        if s.tick >= ticket["tick"] + 3:
            raise Revert("TicketLate", ticket["id"], s.tick, ticket["tick"] + 3)
        if buys and ticket["seq"] < s.void_before:
            raise Revert("TicketVoid", ticket["id"], ticket["seq"], s.void_before)
        now = self._worse(m, ticket["side"])
        spread = s.limits["halfSpreadBps"]
        if buys:
            best = up(max(now, ticket["mark"]) * (10**4 + spread), 10**4)
        else:
            best = min(now, ticket["mark"]) * (10**4 - spread) // 10**4
        if fill.price < best if buys else fill.price > best:
            raise Revert("PriceTooGood", ticket["id"], fill.price, best)
        if fill.price > ticket["limitPrice"] if buys else fill.price < ticket["limitPrice"]:
            raise Revert("PriceBeyondLimit", ticket["id"], fill.price, ticket["limitPrice"])
        notional = (buy_notional if buys else sell_notional)(fill.quantity, fill.price)
        fee = fee_of(notional, ticket["feeBps"])
        if fill.fee != fee:
            raise Revert("WrongFee", ticket["id"], fill.fee, fee)
        rest = ticket | {"quantity": ticket["quantity"] - fill.quantity}
        if not self._replace(ticket, rest):
            raise Revert("UnknownTicket", ticket["id"])
        self._give_back(ticket, fill.quantity)
        body = self._body(fill, rest, flags=0)
        if buys:
            self._fold_buy(m, body)
            self._bar(ticket, fill.price)
            if s.reserved > s.cash:
                raise Revert("NotCovered", ticket["id"], notional + fee, notional + fee - (s.reserved - s.cash))
        else:
            self._fold_sell(m, body)
        self._record_fill(ticket, body)

    def _fact(self, fill: FillOf) -> None:
        s, ticket = self.s, fill.ticket
        known = ticket["market"] < len(s.prices) and ticket["side"] in (BUY, SELL)
        if not known or fill.quantity == 0 or fill.price == 0:
            raise Revert("NoFact", ticket["id"])
        m, buys = ticket["market"], ticket["side"] == BUY
        low, high = sorted((s.prices[m], ticket["mark"]))
        band = s.limits["entryBandBps" if buys else "exitBandBps"]
        beyond = fill.price * 10**4 > high * (10**4 + band) or fill.price * 10**4 < low * (10**4 - band)
        late = (buys and ticket["seq"] < s.void_before) or s.tick >= ticket["tick"] + 3
        flags = 1 * beyond + 2 * (fill.quantity > ticket["quantity"]) + 4 * late
        part = min(fill.quantity, ticket["quantity"])
        rest = ticket | {"quantity": ticket["quantity"] - part}
        if self._replace(ticket, rest):
            self._give_back(ticket, part)
        else:
            ticket, flags = ticket | {"seq": 0}, 1 * beyond + 8
            rest = ticket | {"quantity": 0}
        body = self._body(fill, rest, flags=flags)
        if buys:
            self._fold_buy(m, body)
            if not flags & 8:
                self._bar(ticket, fill.price)
            self._record_fill(ticket, body)
        else:
            flags = self._fact_sold(ticket, m, body)
        if flags:
            s.flagged += 1
            if s.manual == ACTIVE:
                self._record_state(REDUCING, word("FLAGGED_FILL"), self.caller)
            else:
                s.stopped = s.seq

    def _fact_sold(self, ticket: Ticket, m: int, body: dict[str, int]) -> int:
        s = self.s
        held = s.positions[m].quantity
        excess = max(body["quantity"] - held, 0)
        over = dict.fromkeys(FILL_NAMES, 0)
        if excess:
            over |= {"price": body["price"], "remaining": body["remaining"], "flags": body["flags"] | 2}
            over |= {"notional": sell_notional(excess, body["price"]), "fee": 0 if held else body["fee"]}
        if held:
            body["quantity"] -= excess
            self._fold_sell(m, body)
            self._record_fill(ticket, body)
        if not excess:
            return body["flags"]
        over |= {"quantityAfter": s.positions[m].quantity, "costAfter": s.positions[m].cost}
        proceeds = max(over["notional"] - over["fee"], 0)
        s.unexplained += proceeds
        s.cash -= over["fee"] + proceeds - over["notional"]
        self._record_fill(ticket, over)
        return over["flags"]

    def release(self, caller: str, tickets: Sequence[Ticket]) -> None:
        self._bounded(tickets)
        for ticket in tickets:
            by_itself = self.setup.book_class != LIVE
            if by_itself and ticket["side"] == BUY and ticket["seq"] < self.s.void_before:
                cause = 2
            elif by_itself and self.s.tick >= ticket["tick"] + 3:
                cause = 1
            elif self._is_role(caller):
                cause = 0
            else:
                raise Revert("NotReleasable", ticket["id"])
            if not self._replace(ticket, ticket | {"quantity": 0}):
                raise Revert("UnknownTicket", ticket["id"])
            self._give_back(ticket, ticket["quantity"])
            market = self.setup.markets[ticket["market"]]
            said = {"ticketSeq": ticket["seq"], "side": ticket["side"], "quantity": ticket["quantity"], "cause": cause}
            said["observedAt"] = self.s.observed_at
            values = [ticket["seq"], market, *list(said.values())[1:]]
            kinds = ["uint64", "bytes32", "uint8", "uint128", "uint8", "uint64"]
            self._record(6, kinds, values, "TicketReleased", ticketId=ticket["id"], market=market, **said)

    def _replace(self, ticket: Ticket, rest: Ticket) -> bool:
        """The ticket gives way to what remains of it, if somebody authorised this very one."""
        signalled = ticket["reason"] == 1
        kept = self.words.get(ticket["id"]) if signalled else self.exits.get(ticket["id"])
        if (kept != (TICKET, ticket)) if signalled else (kept != ticket):
            return False
        if signalled:
            self.words[ticket["id"]] = (TICKET, rest) if rest["quantity"] else (SPENT,)
        else:
            self.exits[ticket["id"]] = rest if rest["quantity"] else {}
        return True

    def _give_back(self, ticket: Ticket, part: int) -> None:
        position = self.s.positions[ticket["market"]]
        if ticket["side"] == SELL:
            position.leaving -= part
            return
        sizes = (ticket["quantity"], ticket["quantity"] - part)
        whole, rest = (reservation(size, ticket["limitPrice"], ticket["feeBps"]) for size in sizes)
        self.s.reserved -= whole - rest
        position.reserved -= part

    def _body(self, fill: FillOf, rest: Ticket, *, flags: int) -> dict[str, int]:
        body = dict.fromkeys(FILL_NAMES, 0)
        return body | {
            "quantity": fill.quantity,
            "price": fill.price,
            "fee": fill.fee,
            "remaining": rest["quantity"],
            "flags": flags,
        }

    def _fold_buy(self, m: int, body: dict[str, int]) -> None:
        position = self.s.positions[m]
        body["notional"] = buy_notional(body["quantity"], body["price"])
        paid = body["notional"] + body["fee"]
        if paid >= 2**127:
            raise Revert("SafeCastOverflowedIntDowncast", 128, paid)
        self.s.cash -= paid
        position.cost += paid
        position.quantity += body["quantity"]
        body |= {"quantityAfter": position.quantity, "costAfter": position.cost}

    def _fold_sell(self, m: int, body: dict[str, int]) -> None:
        position, sold = self.s.positions[m], body["quantity"]
        body["notional"] = sell_notional(sold, body["price"])
        whole = sold == position.quantity
        body["taken"] = position.cost if whole else up(position.cost * sold, position.quantity)
        body["realised"] = body["notional"] - body["fee"] - body["taken"]
        self.s.cash += body["notional"] - body["fee"]
        position.cost -= body["taken"]
        position.quantity -= sold
        body |= {"quantityAfter": position.quantity, "costAfter": position.cost}

    def _bar(self, ticket: Ticket, price: int) -> None:
        names = ("takeProfitBps", "stopLossBps", "horizonSeconds")
        signed = tuple(ticket[name] for name in names)
        self.s.positions[ticket["market"]].barriers = (*signed, price, self.s.observed_at)

    # ---- what the book is

    @property
    def equity(self) -> int:
        s = self.s
        return s.cash + sum(p.quantity * mark // 10**8 for p, mark in zip(s.positions, s.prices, strict=True))

    @property
    def manual(self) -> int:
        s = self.s
        if s.manual != HALTED:
            return s.manual
        simulated = self.setup.book_class == SIMULATED
        clock = s.observed_at if simulated else max(self.time, s.observed_at)
        return REDUCING if clock >= s.halted_at + DAY else HALTED

    @property
    def state(self) -> int:
        latched = self.s.day_latched or self.s.fall_latched
        return max(self.manual, REDUCING if latched else ACTIVE)

    def view(self) -> dict[str, Any]:
        """`book()` as its ABI names it."""
        s = self.s
        return {
            "book": self.setup.book, "class": self.setup.book_class, "cash": s.cash, "reserved": s.reserved,
            "equity": self.equity, "opening": s.opening, "peak": s.peak, "day": s.day, "tradesToday": s.trades,
            "state": self.state, "manual": self.manual, "dayLatched": s.day_latched,
            "drawdownLatched": s.fall_latched, "haltedAt": s.halted_at, "voidBefore": s.void_before,
            "peakResets": s.resets, "unexplained": s.unexplained, "flaggedFills": s.flagged, "recordSeq": s.seq,
            "head": s.head, "tick": s.tick, "observedAt": s.observed_at,
            "positions": [self._shown(m) for m in range(len(s.prices))],
        }  # fmt: skip

    def _shown(self, m: int) -> dict[str, Any]:
        s, position = self.s, self.s.positions[m]
        profit, stop, horizon, price, at = position.barriers
        return {
            "market": self.setup.markets[m], "quantity": position.quantity, "cost": position.cost,
            "reservedBuy": position.reserved, "openExit": position.leaving, "mark": s.prices[m],
            "pending": s.pending[m], "stale": s.stale[m], "takeProfitBps": profit, "stopLossBps": stop,
            "horizonSeconds": horizon, "entryPrice": price, "entryAt": at,
        }  # fmt: skip

    def counters(self) -> dict[str, int]:
        """`counters()` as its ABI names it."""
        s = self.s
        return {
            "committed": s.committed, "judged": s.judged, "revoked": s.revoked,
            "open": s.committed - s.judged - s.revoked, "vectors": s.vectors, "vectorsSkipped": s.withheld,
            "rounds": s.rounds,
        }  # fmt: skip

    def assess(self, order: Order) -> tuple[int, list[int], list[int]]:
        m = self._place(order.signal.market)
        if m is None:
            raise Revert("UnknownMarket", order.signal.market)
        if order.signal.side == SELL:
            verdict = self.judge_exit(order.signal, m, order.quantity)
            verdict.say(9, self.state, REDUCING, failed=self.state > REDUCING)
        else:
            verdict = self.judge_entry(order, m, None)
        sides = [verdict.sides.get(rule, (0, 0)) for rule in range(1, 10)]
        return verdict.mask, [side[0] for side in sides], [side[1] for side in sides]

    def _place(self, market: bytes) -> int | None:
        return self.setup.markets.index(market) if market in self.setup.markets else None

    def _worse(self, m: int, side: int) -> int:
        both = [price for price in (self.s.prices[m], self.s.pending[m]) if price]
        return (max if side == BUY else min)(both, default=0)

    def _old(self) -> bool:
        return self.setup.book_class != SIMULATED and self.time > self.s.observed_at + self.s.limits["markAgeSeconds"]

    def _unsure(self, m: int) -> bool:
        return self.s.stale[m] or self.s.pending[m] != 0 or self._old()

    def _free(self, m: int) -> int:
        return max(self.s.positions[m].quantity - self.s.positions[m].leaving, 0)

    def _settled(self) -> bool:
        held = [m for m, position in enumerate(self.s.positions) if position.quantity]
        return not any(self._unsure(m) for m in held)

    def _day_loss(self) -> tuple[int, int]:
        s = self.s
        return max(s.opening - self.equity, 0) * 10**4, s.limits["maxDailyLossBps"] * max(s.opening, 0)

    def _fall(self) -> tuple[int, int]:
        s = self.s
        return max(s.peak - self.equity, 0) * 10**4, s.limits["maxDrawdownBps"] * max(s.peak, 0)

    def _digest_fault(self, digest: bytes) -> tuple[int, int, int] | None:
        kept = self.words.get(digest)
        if kept is None:
            return 1, 0, OPEN
        if kept[0] == REVOKED:
            return 2, REVOKED, OPEN
        if kept[0] in (TICKET, SPENT):
            return 3, kept[0], OPEN
        return (4, self.block, kept[2] + 1) if kept[2] >= self.block else None

    # ---- records

    def _spend(self, digest: bytes, signal: SignalMessage, m: int, ticket: Ticket | None) -> None:
        self.words[digest] = (SPENT,) if ticket is None else (TICKET, ticket)
        self.s.judged += 1
        key = (signal.strategy, m)
        self.last_close[key] = max(self.last_close.get(key, 0), signal.candle_close)

    def _ticket(  # noqa: PLR0917 - the words of a ticket in their order
        self, digest: bytes, m: int, side: int, reason: int, quantity: int, limit: int, mark: int
    ) -> Ticket:
        s = self.s
        values = (digest, s.seq + 1, m, side, reason, quantity, limit, mark, s.tick, s.limits["feeBps"], 0, 0, 0)
        return dict(zip(TICKET_NAMES, values, strict=True))

    def _decide(self, kind: int, ticket: Ticket, signal_hash: bytes, market: bytes, flags: int) -> None:
        names = ("side", "reason", "quantity", "limitPrice", "mark", "feeBps")
        side, reason, *rest = (ticket[name] for name in names)
        values = [signal_hash, market, side, reason, flags, *rest, self.s.observed_at]
        said = {"market": market, "ticket": ticket, "signalHash": signal_hash, "observedAt": self.s.observed_at}
        if kind == 1:
            self._record(1, DECISION, values, "TradeAuthorised", digest=ticket["id"], **said)
        else:
            self._record(2, DECISION, values, "ExitAuthorised", ticketId=ticket["id"], flags=flags, **said)

    def _reject(  # noqa: PLR0917 - the words of a rejection in their order
        self,
        digest: bytes,
        signal: SignalMessage | None,
        market: bytes,
        side: int,
        wanted: tuple[int, int],
        mark: int,
        verdict: Verdict,
    ) -> None:
        failing = [verdict.sides[rule] for rule in sorted(verdict.failed)]
        body = {
            "side": side, "part": verdict.part, "quantity": wanted[0], "limitPrice": wanted[1], "mark": mark,
            "rules": verdict.mask, "measured": [got for got, _ in failing], "limits": [want for _, want in failing],
            "observedAt": self.s.observed_at,
        }  # fmt: skip
        signal_hash = signal.record_hash() if signal else bytes(32)
        values = [signal_hash, market, tuple(body.values())]
        self._record(
            3, REJECTION, values, "TradeRejected", digest=digest, market=market, body=body, signalHash=signal_hash
        )

    def _record_fill(self, ticket: Ticket, body: dict[str, int]) -> None:
        body |= {"ticketSeq": ticket["seq"], "side": ticket["side"], "reason": ticket["reason"]}
        body |= {"cashAfter": self.s.cash, "observedAt": self.s.observed_at}
        body = {name: body[name] for name in FILL_NAMES}
        market = self.setup.markets[ticket["market"]]
        kind = 4 if ticket["side"] == BUY else 5
        values = [market, *body.values()]
        self._record(kind, FILL, values, "FillRecorded", ticketId=ticket["id"], market=market, body=body)

    def _record_limits(self, observed_at: int) -> None:
        limits = dict(self.s.limits)
        kinds = ["uint16"] * 10 + ["uint32"] * 2 + ["uint64"]
        values = [*limits.values(), observed_at]
        self._record(10, kinds, values, "LimitsChanged", limits=limits, observedAt=observed_at)

    def _record_flow(self, amount: int, observed_at: int) -> None:
        s = self.s
        said = {"amount": amount, "cashAfter": s.cash, "openingAfter": s.opening, "peakAfter": s.peak}
        said["observedAt"] = observed_at
        self._record(9, ["int128"] * 4 + ["uint64"], list(said.values()), "FlowBooked", **said)

    def _record_state(self, state: int, reason: bytes, who: str) -> None:
        s = self.s
        s.manual, s.stopped = state, s.seq + 1
        said = {"manual": state, "reason": reason, "observedAt": s.observed_at}
        self._record(11, ["uint8", "bytes32", "uint64"], list(said.values()), "BookStateChanged", who=who, **said)

    def _test_latches(self) -> None:
        s = self.s
        if s.opening <= 0:
            return
        lost, most = self._day_loss()
        if not s.day_latched and lost >= most:
            s.day_latched = True
            self._latch(2, "DayLatched", {"opening": s.opening}, lost, most)
        fallen, deepest = self._fall()
        if not s.fall_latched and fallen >= deepest:
            s.fall_latched = True
            self._latch(64, "DrawdownLatched", {"peak": s.peak}, fallen, deepest)
            s.stopped = s.seq

    def _latch(self, rule: int, name: str, base: dict[str, int], measured: int, limit: int) -> None:
        said = base | {"equity": self.equity, "measured": measured, "limit": limit, "observedAt": self.s.observed_at}
        kinds = ["uint16", "int128", "int128", "uint256", "uint256", "uint64"]
        self._record(8, kinds, [rule, *said.values()], name, **said)
        self.s.void_before = self.s.seq

    def _record(self, kind: int, kinds: Sequence[str], values: Sequence[Any], name: str, **said: Any) -> None:
        s = self.s
        s.seq += 1
        s.head = keccak(encode(["bytes32", "uint64", "uint8", *kinds], [s.head, s.seq, kind, *values]))
        self._emit(name, seq=s.seq, **said, head=s.head)

    def _emit(self, name: str, **values: Any) -> None:
        self.events.append((name, values))

    # ---- who

    def _only(self, caller: str, who: str, error: str) -> None:
        if caller != who:
            raise Revert(error, caller)

    def _guarded(self, caller: str) -> None:
        if caller not in (self.setup.guardian, self.setup.governor):
            raise Revert("NotGuardianOrGovernor", caller)

    def _is_role(self, caller: str) -> bool:
        return caller in (self.setup.governor, self.setup.guardian) or (caller == self.s.trader != NOBODY)

    def _role(self, caller: str) -> None:
        if not self._is_role(caller):
            raise Revert("NotARole", caller)

    def _bounded(self, items: Sequence[Any]) -> None:
        if not 1 <= len(items) <= 64:
            raise Revert("BadBatch", len(items), 64)


def _bits(flags: Sequence[Any]) -> int:
    return sum(1 << m for m, flag in enumerate(flags) if flag)


def _number(said: str) -> Any:
    tail = said.split(":")[1]
    return int(tail) if tail.isdigit() else bytes.fromhex(tail)
