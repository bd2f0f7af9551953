"""RiskBook: its calls as bytes, its events as facts of the cycle, its views as the book's state.

Knows the contract's interface, its parts as one. Knows nothing of signing, sending or what a rule is for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tradeseal.chain.abi import Abi, Values, text, texts
from tradeseal.cycle.ports import (
    Authorised,
    BookFact,
    Filled,
    GovernanceFact,
    RecordStamp,
    Rejected,
    Released,
    Skipped,
)
from tradeseal.kernel.errors import Inconsistent
from tradeseal.oracle.published import name_id
from tradeseal.trading.published import (
    BookState,
    BookStateName,
    ExitOrder,
    Fill,
    Limits,
    Order,
    PositionState,
    Rule,
    RuleCheck,
    Skip,
    Ticket,
)

RULES = tuple(Rule)
QUANTITY_FIELD = 5
CHANGES = frozenset({"ChangeSubmitted", "ChangeRevoked", "ChangeAccepted"})

Fact = Authorised | Rejected | Skipped | Filled | Released | BookFact | GovernanceFact


@dataclass(frozen=True)
class Head:
    """The newest record: its number and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True)
class BookLimits:
    """The parameters a book is opened with, as RULES.md lists them."""

    max_position_bps: int = 2_000
    max_daily_loss_bps: int = 500
    min_confidence_bps: int = 6_500
    max_trades_per_day: int = 50
    max_drawdown_bps: int = 2_000
    min_edge_bps: int = 0
    fee_bps: int = 10
    half_spread_bps: int = 1
    entry_band_bps: int = 50
    exit_band_bps: int = 200
    mark_age_seconds: int = 180
    delay_seconds: int = 86_400

    def values(self) -> tuple[int, ...]:
        """The contract's struct."""
        return tuple(vars(self).values())


@dataclass(frozen=True)
class BookSetup:
    """How a book is opened."""

    oracle: bytes
    rare: bytes
    book: bytes
    cash_e8: int
    limits: BookLimits
    predecessor_head: bytes = bytes(32)

    def values(self) -> tuple[Any, ...]:
        """The constructor's struct."""
        addresses = ("0x" + self.oracle.hex(), "0x" + self.rare.hex())
        return (*addresses, self.book, self.cash_e8, self.limits.values(), self.predecessor_head)


class RiskBook:
    """The book's interface in bytes, for one list of markets."""

    def __init__(self, abi: Abi, markets: Sequence[str]) -> None:
        self.abi = abi
        self._names = {name_id(market): market for market in markets}
        self._decoders: dict[str, Callable[[int, Values, RecordStamp], Fact]] = {
            "TradeAuthorised": self._authorised,
            "ExitAuthorised": self._authorised,
            "TradeRejected": self._rejected,
            "FillRecorded": self._filled,
            "TicketReleased": self._released,
        }

    # Calls

    def creation(self, code: bytes, setup: BookSetup) -> bytes:
        """The data that creates it."""
        return self.abi.creation(code, setup.values())

    def authorise(self, orders: Sequence[Order]) -> bytes:
        """Ask for a verdict on each BUY."""
        return self.abi.call("authorise", [order_values(order) for order in orders])

    def exit(self, orders: Sequence[ExitOrder]) -> bytes:
        """Ask for reductions; signals stand once, orders point to them from 1."""
        signals = [order.signal.values() for order in orders if order.signal is not None]
        rows, place = [], 0
        for order in orders:
            place += order.signal is not None
            points_to = place if order.signal is not None else 0
            market = name_id(order.market)
            rows.append((market, order.quantity_e8, order.limit_price_e8, int(order.reason), points_to))
        return self.abi.call("exit", rows, signals)

    def record(self, fills: Sequence[Fill]) -> bytes:
        """Book what the venue did."""
        rows = [(ticket_values(fill.ticket), fill.quantity_e8, fill.price_e8, fill.fee_e8) for fill in fills]
        return self.abi.call("record", rows)

    def release(self, tickets: Sequence[Ticket]) -> bytes:
        """End tickets."""
        return self.abi.call("release", [ticket_values(ticket) for ticket in tickets])

    # Events

    def facts(self, logs: Sequence[Mapping[str, Any]], before: Head) -> tuple[tuple[Fact, ...], Head]:
        """The book's events in their order, each with its place in the record chain; `before` is the head before them.

        Raises `Inconsistent` when a record does not follow the one before it.
        """
        found: list[Fact] = []
        head, index = before, 0
        for log in logs:
            logged = self.abi.logged(log)
            if logged is None:
                continue
            if logged.name == "OrderSkipped":
                found.append(_skipped(logged.values))
                index += 1
                continue
            if logged.name in CHANGES:
                found.append(GovernanceFact(logged.name, "book", texts(logged.values)))
            if "head" not in logged.values:
                continue
            stamp = _stamp(logged.values, head)
            head = Head(stamp.seq, stamp.hash)
            decoder = self._decoders.get(logged.name)
            if decoder is None:
                found.append(BookFact(logged.name, texts(logged.values), stamp))
            else:
                found.append(decoder(index, logged.values, stamp))
                index += 1
        return tuple(found), head

    def _authorised(self, index: int, values: Values, stamp: RecordStamp) -> Authorised:
        return Authorised(index, self._ticket(values["ticket"], values["market"]), stamp)

    def _rejected(self, index: int, values: Values, stamp: RecordStamp) -> Rejected:
        body = values["body"]
        failed = [rule for bit, rule in enumerate(RULES) if body["rules"] >> bit & 1]
        compared = zip(failed, body["measured"], body["limits"], strict=True)
        return Rejected(
            index=index,
            digest=text(values["digest"]),
            market=self._names[values["market"]],
            rules=body["rules"],
            checks=tuple(RuleCheck(rule, True, str(measured), str(limit)) for rule, measured, limit in compared),
            stamp=stamp,
        )

    def _filled(self, index: int, values: Values, stamp: RecordStamp) -> Filled:
        body = values["body"]
        return Filled(
            index=index,
            ticket_id=text(values["ticketId"]),
            market=self._names[values["market"]],
            side=body["side"],
            quantity_e8=body["quantity"],
            price_e8=body["price"],
            notional_e8=body["notional"],
            fee_e8=body["fee"],
            realised_e8=body["realised"],
            cost_taken_e8=body["taken"],
            cash_after_e8=body["cashAfter"],
            quantity_after_e8=body["quantityAfter"],
            cost_after_e8=body["costAfter"],
            remaining_e8=body["remaining"],
            stamp=stamp,
        )

    def _released(self, _index: int, values: Values, stamp: RecordStamp) -> Released:
        return Released(text(values["ticketId"]), self._names[values["market"]], values["quantity"], stamp)

    def _ticket(self, values: Values, market: bytes) -> Ticket:
        return Ticket(
            id=text(values["id"]),
            market=self._names[market],
            side=values["side"],
            reason=values["reason"],
            quantity_e8=values["quantity"],
            limit_price_e8=values["limitPrice"],
            mark_e8=values["mark"],
            mark_seq=values["tick"],
            fee_bps=values["feeBps"],
            fields=tuple(map(text, values.values())),
        )

    # Views

    def state(self, view: Values, limits: Limits, *, block: int, block_hash: str) -> BookState:
        """The `book()` view as the cycle knows it."""
        return BookState(
            block=block,
            block_hash=block_hash,
            cash_e8=view["cash"],
            reserved_e8=view["reserved"],
            equity_e8=view["equity"],
            opening_e8=view["opening"],
            peak_e8=view["peak"],
            day=view["day"],
            trades_today=view["tradesToday"],
            state=BookStateName(view["state"]),
            manual_flag=BookStateName(view["manual"]),
            day_latched=view["dayLatched"],
            drawdown_latched=view["drawdownLatched"],
            record_seq=view["recordSeq"],
            record_head=text(view["head"]),
            observed_at=view["observedAt"],
            mark_seq=view["tick"],
            positions=tuple(map(self._position, view["positions"])),
            limits=limits,
        )

    def _position(self, values: Values) -> PositionState:
        return PositionState(
            market=self._names[values["market"]],
            quantity_e8=values["quantity"],
            cost_e8=values["cost"],
            mark_e8=values["mark"],
            stale=values["stale"],
            pending_e8=values["pending"],
            reserved_quantity_e8=values["reservedBuy"],
            open_exit_quantity_e8=values["openExit"],
        )


def limits_of(values: Values, step_limit_bps: int) -> Limits:
    """The `limits()` view as the cycle knows it; the step limit is the oracle's."""
    return Limits(
        max_position_bps=values["maxPositionBps"],
        max_daily_loss_bps=values["maxDailyLossBps"],
        min_confidence_bps=values["minConfidenceBps"],
        max_daily_trades=values["maxTradesPerDay"],
        max_drawdown_bps=values["maxDrawdownBps"],
        fee_bps=values["feeBps"],
        half_spread_bps=values["halfSpreadBps"],
        entry_band_bps=values["entryBandBps"],
        exit_band_bps=values["exitBandBps"],
        step_limit_bps=step_limit_bps,
    )


def checks_of(failed: int, measured: Sequence[int], limits: Sequence[int]) -> tuple[RuleCheck, ...]:
    """What `assess` said, rule by rule."""
    return tuple(
        RuleCheck(rule, bool(failed >> bit & 1), str(measured[bit]), str(limits[bit])) for bit, rule in enumerate(RULES)
    )


def order_values(order: Order) -> tuple[Any, ...]:
    """An entry as the contract's struct."""
    return (order.signal.values(), order.quantity_e8, order.limit_price_e8)


def ticket_values(ticket: Ticket) -> tuple[bytes | int, ...]:
    """A ticket as the contract's struct, with the quantity that is still open."""
    words: list[bytes | int] = [
        bytes.fromhex(word[2:]) if word.startswith("0x") else int(word) for word in ticket.fields
    ]
    words[QUANTITY_FIELD] = ticket.quantity_e8
    return tuple(words)


def _skipped(values: Values) -> Skipped:
    code = Skip(values["code"]).name
    return Skipped(values["index"], text(values["digest"]), code, str(values["got"]), str(values["want"]))


def _stamp(values: Values, before: Head) -> RecordStamp:
    if values["seq"] != before.seq + 1:
        raise Inconsistent("RECORD_GAP", "A record is missing.", got=values["seq"], want=before.seq + 1)
    observed_at = values.get("observedAt", values.get("body", {}).get("observedAt"))
    return RecordStamp(values["seq"], text(values["head"]), before.hash, observed_at)
