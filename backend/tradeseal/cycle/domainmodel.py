"""Cycles and the signal log: what happened to each signal, step by step, and to each round and tick.

Knows the order of the seven steps and what is an outcome. Knows nothing of how a step is carried out.
"""

from uuid import UUID

from tradeseal.cycle.facts import CheckFacts, HoldFacts, OpinionFacts, SignalFacts
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.ids import signal_log_id
from tradeseal.ledger.published import Aggregate, event
from tradeseal.trading.published import RuleCheck, Ticket


class OutOfOrder(Refused):
    """A step was asked of a cycle that is not there yet, or already past it."""


class TradeCycle(Aggregate):
    """The journey of one signal, or of one exit, to exactly one outcome.

    `stage` is the name of the last step: opened → generated → verified → committed → authorising → authorised →
    placed → filled → recording → recorded → settled (between the last two, where a part was filled: part-recorded →
    recording → recorded, while the rest is released); or one of the outcomes refused, rejected, skipped, released.
    """

    TOPIC = "TradeCycle"
    OUTCOMES = frozenset({"refused", "rejected", "skipped", "released", "settled"})

    class Event(Aggregate.Event):
        TOPIC = "TradeCycle.Event"

    @classmethod
    def open(cls, id: UUID, *, book: str, kind: str, market: str, observed_at: int) -> "TradeCycle":
        """Begin a cycle whose identity says what it is, so that it cannot begin twice."""
        return cls._create(cls.CycleOpened, id=id, book=book, kind=kind, market=market, observed_at=observed_at)  # type: ignore[attr-defined]

    @event("CycleOpened", topic="TradeCycle.CycleOpened")
    def __init__(self, book: str, kind: str, market: str, observed_at: int) -> None:
        self.book = book
        self.kind = kind
        self.market = market
        self.observed_at = observed_at
        self.stage = "opened"
        self.signal: SignalFacts | None = None
        self.digest = ""
        self.reason = 0
        self.opening_cycle: UUID | None = None
        self.trigger_price_e8 = 0
        self.ticket: Ticket | None = None
        self.quantity_e8 = 0
        self.limit_price_e8 = 0
        self.fill_quantity_e8 = 0
        self.fill_price_e8 = 0
        self.fill_fee_e8 = 0
        self.rest_e8 = 0
        self._settlement: dict[str, int] = {}
        self.approval = ""
        self.size_bps: int | None = None
        self.attempted_at = 0
        self.transaction_hash = ""

    @property
    def closed(self) -> bool:
        """Whether the cycle has its outcome."""
        return self.stage in self.OUTCOMES

    def _expect(self, *stages: str) -> None:
        if self.stage not in stages:
            raise OutOfOrder("OUT_OF_ORDER", f"Cycle {self.id} is {self.stage}.", got=self.stage, want=list(stages))

    def _expect_recording(self, *, filled: bool) -> None:
        self._expect("recording")
        if self.rest_e8:
            raise OutOfOrder("OUT_OF_ORDER", f"Cycle {self.id} waits for its rest's release.", got=self.rest_e8)
        if (self.fill_quantity_e8 > 0) != filled:
            told = "has a fill to record" if self.fill_quantity_e8 else "has no fill; its ticket is to be released"
            raise OutOfOrder("OUT_OF_ORDER", f"Cycle {self.id} {told}.", got=self.fill_quantity_e8)

    # Step 2 and 3: the opinion, and what the oracle said of it.

    def generate(self, signal: SignalFacts, opinion: OpinionFacts, *, digest: str) -> None:
        """Keep the strategy's signal."""
        self._expect("opened")
        self._generate(signal=signal, opinion=opinion, digest=digest)

    @event("SignalGenerated", topic="TradeCycle.SignalGenerated")
    def _generate(self, signal: SignalFacts, opinion: OpinionFacts, digest: str) -> None:
        self.signal = signal
        self.digest = digest
        self.stage = "generated"

    def verify(self, checks: tuple[CheckFacts, ...]) -> None:
        """Keep the oracle's checks, all passed."""
        self._expect("generated")
        self._verify(checks=checks)

    @event("SignalVerified", topic="TradeCycle.SignalVerified")
    def _verify(self, checks: tuple[CheckFacts, ...]) -> None:
        self.stage = "verified"

    def refuse(self, code: str, checks: tuple[CheckFacts, ...]) -> None:
        """Outcome: the oracle did not sign."""
        self._expect("generated")
        self._refuse(code=code, checks=checks)

    @event("SignalRefused", topic="TradeCycle.SignalRefused")
    def _refuse(self, code: str, checks: tuple[CheckFacts, ...]) -> None:
        self.stage = "refused"

    def commit(self, *, transaction_hash: str, block: int, block_hash: str) -> None:
        """The digest is on the chain."""
        self._expect("verified")
        self._commit(transaction_hash=transaction_hash, block=block, block_hash=block_hash)

    @event("SignalCommitted", topic="TradeCycle.SignalCommitted")
    def _commit(self, transaction_hash: str, block: int, block_hash: str) -> None:
        self.stage = "committed"

    def decide(self, approval: str, *, who: str, idempotency_key: str, size_bps: int | None = None) -> None:
        """A person's word on a signal: `approved` or `declined`; a size only makes it smaller."""
        self._expect("committed")
        if self.approval:
            raise OutOfOrder("ALREADY_DECIDED", f"Cycle {self.id} was {self.approval}.", got=self.approval)
        self._decide(approval=approval, who=who, idempotency_key=idempotency_key, size_bps=size_bps)

    @event("DecisionMade", topic="TradeCycle.DecisionMade")
    def _decide(self, approval: str, who: str, idempotency_key: str, size_bps: int | None) -> None:
        self.approval = approval
        self.size_bps = size_bps

    # An exit has no signal: it begins with its reason.

    def request_exit(
        self, *, reason: int, opening_cycle: UUID | None, trigger_price_e8: int, quantity_e8: int, who: str
    ) -> None:
        """Begin a reduction without a signal."""
        self._expect("opened")
        self._request_exit(
            reason=reason,
            opening_cycle=opening_cycle,
            trigger_price_e8=trigger_price_e8,
            quantity_e8=quantity_e8,
            who=who,
        )

    @event("ExitRequested", topic="TradeCycle.ExitRequested")
    def _request_exit(
        self, reason: int, opening_cycle: UUID | None, trigger_price_e8: int, quantity_e8: int, who: str
    ) -> None:
        self.reason = reason
        self.opening_cycle = opening_cycle
        self.trigger_price_e8 = trigger_price_e8
        self.quantity_e8 = quantity_e8
        self.stage = "requested"

    # Step 4: the contract.

    def ask_authorisation(
        self, *, quantity_e8: int, limit_price_e8: int, mark_e8: int, observed_at: int, transaction_hash: str
    ) -> None:
        """Intent: this order goes to the contract with this transaction."""
        self._expect("committed", "requested")
        self._ask_authorisation(
            quantity_e8=quantity_e8,
            limit_price_e8=limit_price_e8,
            mark_e8=mark_e8,
            observed_at=observed_at,
            transaction_hash=transaction_hash,
        )

    @event("AuthorisationRequested", topic="TradeCycle.AuthorisationRequested")
    def _ask_authorisation(
        self, quantity_e8: int, limit_price_e8: int, mark_e8: int, observed_at: int, transaction_hash: str
    ) -> None:
        self.quantity_e8 = quantity_e8
        self.limit_price_e8 = limit_price_e8
        self.attempted_at = observed_at
        self.transaction_hash = transaction_hash
        self.stage = "authorising"

    def authorise(
        self,
        ticket: Ticket,
        *,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
        observed_at: int,
    ) -> None:
        """The contract gave a ticket."""
        self._expect("authorising")
        self._authorise(
            ticket=ticket,
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
            transaction_hash=transaction_hash,
            block=block,
            block_hash=block_hash,
            observed_at=observed_at,
        )

    @event("TradeAuthorised", topic="TradeCycle.TradeAuthorised")
    def _authorise(
        self,
        ticket: Ticket,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
        observed_at: int,
    ) -> None:
        self.ticket = ticket
        self.stage = "authorised"

    def reject(
        self,
        *,
        rules: tuple[str, ...],
        checks: tuple[RuleCheck, ...],
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
        observed_at: int,
    ) -> None:
        """Outcome: the contract recorded a no, with every rule that failed."""
        self._expect("authorising")
        self._reject(
            rules=rules,
            checks=checks,
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
            transaction_hash=transaction_hash,
            block=block,
            block_hash=block_hash,
            observed_at=observed_at,
        )

    @event("TradeRejected", topic="TradeCycle.TradeRejected")
    def _reject(
        self,
        rules: tuple[str, ...],
        checks: tuple[RuleCheck, ...],
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
        observed_at: int,
    ) -> None:
        self.stage = "rejected"

    def skip(self, *, code: str, got: str, want: str, transaction_hash: str, final: bool) -> None:
        """The order was faulty: an outcome when it cannot be sent again, else back to where it can."""
        self._expect("authorising")
        self._skip(code=code, got=got, want=want, transaction_hash=transaction_hash, final=final)

    @event("OrderSkipped", topic="TradeCycle.OrderSkipped")
    def _skip(self, code: str, got: str, want: str, transaction_hash: str, final: bool) -> None:
        self.stage = "skipped" if final else ("requested" if self.signal is None else "committed")

    # Step 5: the venue.

    def place(self, *, client_order_id: str, quantity_e8: int, limit_price_e8: int) -> None:
        """Intent: this order goes to the venue."""
        self._expect("authorised")
        self._place(client_order_id=client_order_id, quantity_e8=quantity_e8, limit_price_e8=limit_price_e8)

    @event("OrderPlaced", topic="TradeCycle.OrderPlaced")
    def _place(self, client_order_id: str, quantity_e8: int, limit_price_e8: int) -> None:
        self.stage = "placed"

    def fill(self, *, venue_order_id: str, quantity_e8: int, price_e8: int, fee_e8: int) -> None:
        """The venue executed."""
        self._expect("placed")
        self._fill(venue_order_id=venue_order_id, quantity_e8=quantity_e8, price_e8=price_e8, fee_e8=fee_e8)

    @event("OrderFilled", topic="TradeCycle.OrderFilled")
    def _fill(self, venue_order_id: str, quantity_e8: int, price_e8: int, fee_e8: int) -> None:
        self.fill_quantity_e8 = quantity_e8
        self.fill_price_e8 = price_e8
        self.fill_fee_e8 = fee_e8
        self.stage = "filled"

    def cancel(self, *, reason: str) -> None:
        """The venue did not execute; the ticket is to be released."""
        self._expect("placed")
        self._cancel(reason=reason)

    @event("OrderCancelled", topic="TradeCycle.OrderCancelled")
    def _cancel(self, reason: str) -> None:
        self.stage = "cancelled"

    # Steps 6 and 7: the record and the money.

    def ask_recording(self, *, transaction_hash: str) -> None:
        """Intent: this fill, or the release of the ticket, goes to the contract with this transaction."""
        self._expect("filled", "cancelled", "part-recorded")
        self._ask_recording(transaction_hash=transaction_hash)

    @event("RecordingRequested", topic="TradeCycle.RecordingRequested")
    def _ask_recording(self, transaction_hash: str) -> None:
        self.transaction_hash = transaction_hash
        self.stage = "recording"

    def record(
        self,
        *,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
        observed_at: int,
    ) -> None:
        """The fill is in the contract's hash chain."""
        self._expect_recording(filled=True)
        self._record(
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
            transaction_hash=transaction_hash,
            block=block,
            block_hash=block_hash,
            observed_at=observed_at,
        )

    @event("TradeRecorded", topic="TradeCycle.TradeRecorded")
    def _record(
        self,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
        observed_at: int,
    ) -> None:
        self.stage = "recorded"

    def leave_rest(
        self,
        *,
        rest_e8: int,
        side: int,
        quantity_e8: int,
        price_e8: int,
        notional_e8: int,
        fee_e8: int,
        realised_pnl_e8: int,
        cash_after_e8: int,
        quantity_after_e8: int,
        cost_after_e8: int,
        equity_e8: int,
        observed_at: int,
    ) -> None:
        """A part was filled and is booked; the rest of the ticket is to be released before the cycle is settled."""
        self._expect("recorded")
        self._leave_rest(
            rest_e8=rest_e8,
            side=side,
            quantity_e8=quantity_e8,
            price_e8=price_e8,
            notional_e8=notional_e8,
            fee_e8=fee_e8,
            realised_pnl_e8=realised_pnl_e8,
            cash_after_e8=cash_after_e8,
            quantity_after_e8=quantity_after_e8,
            cost_after_e8=cost_after_e8,
            equity_e8=equity_e8,
            observed_at=observed_at,
        )

    @event("RestLeft", topic="TradeCycle.RestLeft")
    def _leave_rest(
        self,
        rest_e8: int,
        side: int,
        quantity_e8: int,
        price_e8: int,
        notional_e8: int,
        fee_e8: int,
        realised_pnl_e8: int,
        cash_after_e8: int,
        quantity_after_e8: int,
        cost_after_e8: int,
        equity_e8: int,
        observed_at: int,
    ) -> None:
        self.rest_e8 = rest_e8
        self._settlement = {
            "side": side,
            "quantity_e8": quantity_e8,
            "price_e8": price_e8,
            "notional_e8": notional_e8,
            "fee_e8": fee_e8,
            "realised_pnl_e8": realised_pnl_e8,
            "cash_after_e8": cash_after_e8,
            "quantity_after_e8": quantity_after_e8,
            "cost_after_e8": cost_after_e8,
            "equity_e8": equity_e8,
            "observed_at": observed_at,
        }
        self.stage = "part-recorded"

    def release_rest(
        self,
        *,
        quantity_e8: int,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        """The rest is given back; then the part that was filled is settled."""
        self._expect("recording")
        if quantity_e8 != self.rest_e8:
            raise OutOfOrder("OUT_OF_ORDER", f"Cycle {self.id} left another rest.", got=quantity_e8, want=self.rest_e8)
        self._release_rest(
            quantity_e8=quantity_e8,
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
            transaction_hash=transaction_hash,
            block=block,
            block_hash=block_hash,
        )
        self.settle(**self._settlement)

    @event("RestReleased", topic="TradeCycle.RestReleased")
    def _release_rest(
        self,
        quantity_e8: int,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        self.rest_e8 = 0
        self.stage = "recorded"

    def release(
        self,
        *,
        quantity_e8: int,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        """Outcome: nothing was filled, the ticket is given back."""
        self._expect_recording(filled=False)
        self._release(
            quantity_e8=quantity_e8,
            record_seq=record_seq,
            record_hash=record_hash,
            previous_hash=previous_hash,
            transaction_hash=transaction_hash,
            block=block,
            block_hash=block_hash,
        )

    @event("TicketReleased", topic="TradeCycle.TicketReleased")
    def _release(
        self,
        quantity_e8: int,
        record_seq: int,
        record_hash: str,
        previous_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        self.stage = "released"

    def settle(
        self,
        *,
        side: int,
        quantity_e8: int,
        price_e8: int,
        notional_e8: int,
        fee_e8: int,
        realised_pnl_e8: int,
        cash_after_e8: int,
        quantity_after_e8: int,
        cost_after_e8: int,
        equity_e8: int,
        observed_at: int,
    ) -> None:
        """Outcome: profit and loss are booked, cash and position updated."""
        self._expect("recorded")
        self._settle(
            side=side,
            quantity_e8=quantity_e8,
            price_e8=price_e8,
            notional_e8=notional_e8,
            fee_e8=fee_e8,
            realised_pnl_e8=realised_pnl_e8,
            cash_after_e8=cash_after_e8,
            quantity_after_e8=quantity_after_e8,
            cost_after_e8=cost_after_e8,
            equity_e8=equity_e8,
            observed_at=observed_at,
        )

    @event("TradeSettled", topic="TradeCycle.TradeSettled")
    def _settle(
        self,
        side: int,
        quantity_e8: int,
        price_e8: int,
        notional_e8: int,
        fee_e8: int,
        realised_pnl_e8: int,
        cash_after_e8: int,
        quantity_after_e8: int,
        cost_after_e8: int,
        equity_e8: int,
        observed_at: int,
    ) -> None:
        self.stage = "settled"


class SignalLog(Aggregate):
    """All rounds, commitments and mark vectors of one UTC day of one book."""

    TOPIC = "SignalLog"

    class Event(Aggregate.Event):
        TOPIC = "SignalLog.Event"

    @staticmethod
    def create_id(book: str, day: int) -> UUID:
        return signal_log_id(book, day)

    @event("SignalDayOpened", topic="SignalLog.SignalDayOpened")
    def __init__(self, book: str, day: int) -> None:
        self.book = book
        self.day = day

    @event("RoundClosed", topic="SignalLog.RoundClosed")
    def close_round(self, round: int, candle_close: int, round_hash: str, cycles: tuple[UUID, ...]) -> None:
        """A candle's signals are all known; `cycles` are those that are not HOLD."""

    @event("CalibratorRevised", topic="SignalLog.CalibratorRevised")
    def revise(
        self,
        number: int,
        round: int,
        holds_from: int,
        reason: str,
        previous: str,
        calibrator: str,
        shrunk: bool,
        base_rate_bps: int,
        observations: int,
        skill: tuple[str, ...],
    ) -> None:
        """From this round on another calibrator holds; `skill` is what was measured live: value, low, high."""

    @event("SignalsHeld", topic="SignalLog.SignalsHeld")
    def hold(self, round: int, candle_close: int, holds: tuple[HoldFacts, ...]) -> None:
        """The round's HOLDs together."""

    @event("SignalsCommitted", topic="SignalLog.SignalsCommitted")
    def commit(
        self,
        from_seq: int,
        to_seq: int,
        round_hashes: tuple[str, ...],
        digests: tuple[str, ...],
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        """Rounds are committed on the chain."""

    @event("MarksPosted", topic="SignalLog.MarksPosted")
    def post_marks(
        self,
        seq: int,
        observed_at: int,
        kind: str,
        candle_hash: str,
        prices_e8: dict[str, int],
        vector_hash: str,
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        """A signed vector of prices is on the chain; a market without a fresh price is 0."""

    @event("LogAnchored", topic="SignalLog.LogAnchored")
    def anchor(
        self,
        position: int,
        root: str,
        previous_position: int,
        transaction_hash: str,
        block: int,
        block_hash: str,
    ) -> None:
        """The Merkle root of all events behind the last anchor, up to a position, is on the chain."""

    @event("BarFinished", topic="SignalLog.BarFinished")
    def finish_bar(
        self, open_time: int, close_time: int, equity_e8: int, low_equity_e8: int, hold_equity_e8: int
    ) -> None:
        """All ticks of one bar are done: equity at its close, at its lows, and of buy-and-hold beside it."""
