"""Steps: the process manager of the seven steps. Each step stores its intent, acts, and stores what came of it.

Knows cycles, the gate, the venue and the store. Knows nothing of bars, pacing or people: `engine` says when.

What each transaction does to the books follows from its kind and from the cycles that wait for it, never from memory,
so that a transaction found unmined at a start is finished by the same code.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol
from uuid import UUID

from tradeseal.cycle.domainmodel import SignalLog, TradeCycle
from tradeseal.cycle.facts import HoldFacts, OpinionFacts, SignalFacts, check_facts, revised
from tradeseal.cycle.faults import FaultPoint
from tradeseal.cycle.ports import (
    Act,
    Authorised,
    BookFact,
    EventStore,
    Filled,
    GovernanceFact,
    Keyring,
    Mined,
    Prepared,
    Rejected,
    Released,
    RootAnchored,
    RoundsCommitted,
    Skipped,
    TradeGate,
    VectorPosted,
)
from tradeseal.cycle.sizing import entry_size, exit_limit, reserved_up
from tradeseal.cycle.state import EngineState, day_of
from tradeseal.cycle.ticks import Tick
from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.kernel.ids import entry_cycle_id, exit_cycle_id, manual_exit_cycle_id, signal_log_id, trading_day_id
from tradeseal.kernel.money import BPS, SCALE
from tradeseal.ledger.published import Aggregate, merkle_root
from tradeseal.oracle.published import Attestor, SignalMessage, Verification, round_hash
from tradeseal.signals.published import Opinion, Revision, Side
from tradeseal.trading.domainmodel import Portfolio, TradingDay
from tradeseal.trading.ports import Venue
from tradeseal.trading.published import BookState, ExitOrder, ExitReason, Fill, Limits, Order, Skip, Unfilled, fault_of

BATCH_MAX = 64
ROUNDS_MAX = 256
ANCHOR_EVENTS = 256
GOVERN = "govern"
RETRIED_SKIPS = frozenset({Skip.SAME_BLOCK.name, Skip.MARKS_OLD.name, Skip.OUT_OF_BAND.name})


class Signals(Protocol):
    """What the cycle asks of steps 2 and 3."""

    strategy: str

    def opinions(self, candle_close: int, markets: Sequence[str]) -> Mapping[str, Opinion]:
        """The strategy's opinion for each market that has a full window ending at this close."""

    def revisions(self, candle_close: int) -> Sequence[Revision]:
        """The calibrators that have taken another's place by this close, oldest first."""

    def message(self, *, market: str, opinion: Opinion, seq: int, candle_close: int, salt: bytes) -> SignalMessage:
        """The opinion as it is signed."""

    def verify(self, *, market: str, message: SignalMessage, observed_at: int) -> Verification:
        """The oracle's own look at it, from its own copy of the candles; `observed_at` is the newest close."""


class Steps:
    """Carries cycles from step to step, in batches that are a function of the tick."""

    def __init__(
        self,
        *,
        ledger: EventStore,
        gate: TradeGate,
        venue: Venue,
        signals: Signals,
        attestor: Attestor,
        portfolio: Portfolio,
        state: EngineState,
        fault: FaultPoint,
        keyring: Keyring | None = None,
    ) -> None:
        self.ledger = ledger
        self.gate = gate
        self.venue = venue
        self.signals = signals
        self.attestor = attestor
        self.keyring = keyring
        self.silent = False  # too few of the quorum's keys are here: nothing can be attested
        self.portfolio = portfolio
        self.state = state
        self.markets: tuple[str, ...] = portfolio.markets
        self.fault = fault
        self.book: BookState | None = None
        self._book_is_old = False
        self.cycles: dict[UUID, TradeCycle] = {}
        self._kept: dict[int, tuple[Any, int]] = {}  # what waits, by its object, and how much of it is folded
        self._day: TradingDay | None = None
        self._log: SignalLog | None = None
        self._anchoring = False

    # Around the steps: loading, saving, sending.

    def recover(self) -> None:
        """Load what is open, finish a transaction that was signed but not seen mined, and compare the books."""
        for cycle_id in self.state.open_cycles:
            self.cycles[cycle_id] = self.ledger.repository.get(cycle_id)
        if self.state.day is not None:
            self._day = self.ledger.repository.get(trading_day_id(self.portfolio.book, self.state.day))
        self.renew_attestor()
        prepared = self.gate.unmined()
        if prepared is not None:
            self._finish(prepared)
            self.save()
        if self.state.mark_seq:
            self.refresh_book()
            self.compare()

    def renew_attestor(self) -> None:
        """Sign with the oracle's present signers, in their epoch; silent where too few of their keys are here."""
        if self.keyring is None:
            return
        attestor = self.keyring.attestor()
        self.silent = attestor is None
        self.attestor = attestor or self.attestor

    def keep(self, *aggregates: Aggregate | Any) -> None:
        """Fold what aggregates decided into the state; it is stored with the next `save`.

        What is kept is stored before anything outside acts again: each `_send`, each order to the venue and each wait
        begins with a save. Two acts so share one commit to the disk, and a crash between them finds an unmined
        transaction, as it would without.
        """
        for aggregate in aggregates:
            place = id(aggregate)
            _, folded = self._kept.get(place, _NOT_KEPT)
            pending = aggregate.pending_events
            for event in pending[folded:] if folded else pending:
                self.state.fold(event)
            self._kept[place] = aggregate, len(pending)

    def save(self, *aggregates: Aggregate | Any) -> None:
        """Store everything that was decided in one transaction."""
        self.keep(*aggregates)
        kept, self._kept = [aggregate for aggregate, _ in self._kept.values()], {}
        recordings = self.ledger.save(*kept)
        if recordings:
            self.state.position = recordings[-1].notification.id
        if self._anchoring:  # what was stored with it last is the end of the anchor's own events
            self.state.anchor_end, self._anchoring = self.state.position, False
        for cycle in [cycle for cycle in self.cycles.values() if cycle.closed]:
            del self.cycles[cycle.id]

    def refresh_book(self) -> BookState:
        """Read the book at the newest block."""
        self.book = self.gate.book()
        self._book_is_old = False
        return self.book

    def compare(self) -> None:
        """Compare the accounts folded from fills with the contract's; raise `Inconsistent` at the first difference."""
        book = self.book or self.refresh_book()
        accounts = self.state.accounts
        if accounts.cash_e8 != book.cash_e8:
            raise _differs("cash", accounts.cash_e8, book.cash_e8)
        for position in book.positions:
            holding = accounts.holdings.get(position.market)
            ours = (holding.quantity_e8, holding.cost_e8) if holding else (0, 0)
            theirs = (position.quantity_e8, position.cost_e8)
            if ours != theirs:
                raise _differs(f"{position.market} quantity and cost", ours, theirs)
        equity = accounts.equity_e8(self.marks())
        if equity != book.equity_e8:
            raise _differs("equity", equity, book.equity_e8)

    def marks(self) -> dict[str, int]:
        """The contract's mark of every market."""
        return {p.market: p.mark_e8 for p in self.book.positions} if self.book else {}

    def newest_cycle(self, market: str) -> UUID | None:
        """The cycle of the newest round's signal in a market; None when it said HOLD."""
        identity = entry_cycle_id(self.portfolio.book, self.signals.strategy, market, self.state.last_round_close)
        return identity if identity in self.state.last_round_cycles else None

    def stage_of(self, cycle_id: UUID) -> str:
        """How far a cycle has come, or its outcome."""
        cycle: TradeCycle = self.cycles.get(cycle_id) or self.ledger.repository.get(cycle_id)
        return cycle.stage

    def _send(self, prepared: Prepared, intents: Iterable[Aggregate]) -> Mined:
        self.save(*intents, prepared.journal)
        self.fault.pass_by(f"{_FAULT_NAMES[prepared.kind]}-signed")
        return self._finish(prepared)

    def _finish(self, prepared: Prepared) -> Mined:
        mined = self.gate.send(prepared)
        if mined.kind in ("record", "release"):
            self.fault.pass_by("record-mined")
        if not mined.succeeded and mined.kind != GOVERN:
            self.save(mined.journal)
            fault = fault_of(mined.error)
            raise Inconsistent(
                "TRANSACTION_REVERTED",
                f"The contract refused a {mined.kind} as a whole: {mined.error}. The engine is at fault and stops.",
                transaction=mined.transaction_hash,
                error=mined.error,
                fault=fault.name if fault else "",
            )
        # A verdict moves reservations and counters only: the book is read again when somebody needs those.
        self._book_is_old = mined.kind in _VERDICTS
        before = self.book
        if not self._book_is_old:
            self.refresh_book()
        outcomes = self._around(mined) + _OUTCOMES[mined.kind](self, mined)
        self.keep(mined.journal, *outcomes)
        self.fault.pass_by(_MINED_FAULTS[mined.kind])
        if self.book is not before:
            self.compare()
        return mined

    def _around(self, mined: Mined) -> list[Aggregate]:
        """Records that belong to no cycle: the day's end, latches, states."""
        touched: list[Aggregate] = []
        for fact in mined.facts:
            if isinstance(fact, GovernanceFact):
                self.portfolio.note_governance(
                    name=fact.name, contract=fact.contract, values=dict(fact.values), **_place(mined)
                )
                touched.append(self.portfolio)
            if not isinstance(fact, BookFact):
                continue
            values, stamp = dict(fact.values), fact.stamp
            if fact.name == "DaySettled" and self._day is not None:
                closed = self._day
                closed.settle(
                    closing_equity_e8=int(values["closing"]),
                    values=values,
                    record_seq=stamp.seq,
                    record_hash=stamp.hash,
                    previous_hash=stamp.previous_hash,
                )
                self._day = TradingDay(
                    book=self.portfolio.book,
                    day=int(values["nextDay"]),
                    opening_equity_e8=int(values["closing"]),
                    cash_e8=self.state.accounts.cash_e8,
                )
                touched += [closed, self._day]
            elif fact.name == "DayLatched" and self._day is not None:
                self._day.latch(
                    values=values,
                    observed_at=stamp.observed_at,
                    record_seq=stamp.seq,
                    record_hash=stamp.hash,
                    previous_hash=stamp.previous_hash,
                )
                touched.append(self._day)
            else:
                self.portfolio.note_record(
                    name=fact.name,
                    values=values,
                    record_seq=stamp.seq,
                    record_hash=stamp.hash,
                    previous_hash=stamp.previous_hash,
                )
                touched.append(self.portfolio)
        return touched

    def log_of(self, moment: int) -> SignalLog:
        day = day_of(moment)
        if self._log is None or self._log.day != day:
            stream = signal_log_id(self.portfolio.book, day)
            if stream in self.ledger.repository:
                self._log = self.ledger.repository.get(stream)
            else:
                self._log = SignalLog(book=self.portfolio.book, day=day)
        return self._log

    def _waiting_for(self, mined: Mined, stage: str) -> list[TradeCycle]:
        """The cycles of one transaction in the order in which they went into it."""
        found = [c for c in self.cycles.values() if c.stage == stage and c.transaction_hash == mined.prepared_hash]
        return self._in_order(found)

    def _in_order(self, cycles: Iterable[TradeCycle]) -> list[TradeCycle]:
        found = list(cycles)
        if len(found) > 1:
            found.sort(key=lambda c: (self.markets.index(c.market), c.signal is None, str(c.id)))
        return found

    # The log's root on the chain.

    def anchor_if_due(self) -> None:
        """Anchor the root of all events behind the last anchor, once there are enough of them; between two bars.

        An anchor's own events do not count towards the next. The number of events is a function of the ticks, so the
        place of each anchor is, too; no record of the book comes of it.
        """
        self.save()
        position, behind = self.state.position, self.state.anchored
        if position - self.state.anchor_end < ANCHOR_EVENTS:
            return
        at = max(self.state.last_bar_close, self.state.observed_at)
        prepared = self.gate.prepare_anchor(
            position=position,
            root=merkle_root(self.ledger.facts.hashes(behind, position)),
            previous_position=behind,
            at=at,
            label=f"anchor:{position}:{at}",
        )
        self._send(prepared, ())
        self.save()

    def _anchored(self, mined: Mined) -> list[Aggregate]:
        fact = next(f for f in mined.facts if isinstance(f, RootAnchored))
        log = self.log_of(int(mined.label.rpartition(":")[2]))
        log.anchor(
            position=fact.position,
            root=fact.root,
            previous_position=fact.previous_position,
            transaction_hash=mined.transaction_hash,
            block=mined.block,
            block_hash=mined.block_hash,
        )
        self._anchoring = True
        return [log]

    # Levers: what guardian and governor do to the contracts.

    def govern(self, act: Act, *, at: int, who: str, idempotency_key: str) -> Mined:
        """Use a lever; a refusal by the contract is an answer, kept like any other."""
        prepared = self.gate.prepare_act(act, at=at, label=f"govern:{act.name}:{at}")
        self.portfolio.order_act(
            act=act.name,
            role=act.role,
            where=act.where,
            call="0x" + act.call.hex(),
            who=who,
            idempotency_key=idempotency_key,
            transaction_hash=prepared.transaction_hash,
        )
        mined = self._send(prepared, [self.portfolio])
        self.save()
        return mined

    def _governed(self, mined: Mined) -> list[Aggregate]:
        act = mined.label.split(":")[1]
        self.portfolio.end_act(act=act, error=mined.error, **_place(mined))
        if any(isinstance(fact, GovernanceFact) and fact.name == "SignersChanged" for fact in mined.facts):
            self.renew_attestor()
        return [self.portfolio]

    # Steps 2 and 3: signals, the oracle, the commitment.

    def run_round(self, candle_close: int, markets: Sequence[str]) -> None:
        """Generate, verify and commit all signals of one candle close."""
        if self.state.last_round_close < candle_close:
            self._generate(candle_close, markets)
        self._verify()
        waiting = [c for c in self.cycles.values() if c.stage == "verified"]
        if waiting or len(self.state.uncommitted) >= ROUNDS_MAX:
            self.commit(self._in_order(waiting), candle_close)

    def _generate(self, candle_close: int, markets: Sequence[str]) -> None:
        seq = self.state.rounds + 1
        opinions = self.signals.opinions(candle_close, markets)
        if not opinions:
            return
        struct_hashes: list[bytes] = []
        holds: list[HoldFacts] = []
        cycles: list[TradeCycle] = []
        for market in markets:
            opinion = opinions.get(market)
            if opinion is None:
                continue
            salt = self.attestor.salt(self.signals.strategy, seq, market)
            message = self.signals.message(
                market=market, opinion=opinion, seq=seq, candle_close=candle_close, salt=salt
            )
            struct_hashes.append(message.struct_hash())
            if opinion.side == Side.HOLD:
                holds.append(_hold(market, message, opinion))
            else:
                cycles.append(self._new_cycle(market, message, opinion, candle_close))
        log = self.log_of(candle_close)
        for revision in self.signals.revisions(candle_close)[self.state.revisions :]:
            log.revise(**revised(revision), round=seq)
        log.close_round(
            round=seq,
            candle_close=candle_close,
            round_hash="0x" + round_hash(seq, struct_hashes).hex(),
            cycles=tuple(c.id for c in cycles),
        )
        if holds:
            log.hold(round=seq, candle_close=candle_close, holds=tuple(holds))
        self.cycles.update({c.id: c for c in cycles})
        self.keep(log, *cycles)
        self.fault.pass_by("generated")

    def _new_cycle(self, market: str, message: SignalMessage, opinion: Opinion, candle_close: int) -> TradeCycle:
        identity = entry_cycle_id(self.portfolio.book, self.signals.strategy, market, candle_close)
        cycle = TradeCycle.open(
            identity, book=self.portfolio.book, kind="signal", market=market, observed_at=candle_close
        )
        digest = "0x" + message.digest(self.attestor.domain).hex()
        cycle.generate(SignalFacts.of(message), OpinionFacts.of(opinion), digest=digest)
        return cycle

    def _verify(self) -> None:
        generated = self._in_order(c for c in self.cycles.values() if c.stage == "generated")
        for cycle in generated:
            verification = self.signals.verify(
                market=cycle.market, message=_message(cycle), observed_at=self.state.last_round_close
            )
            checks = check_facts(verification)
            if verification.outcome == "VERIFIED":
                cycle.verify(checks)
            else:
                failed = next(c for c in checks if not c.passed)
                cycle.refuse(f"CHECK_{failed.number}_{failed.name}", checks)
        if generated:
            self.keep(*generated)
            self.fault.pass_by("verified")

    def commit(self, cycles: Sequence[TradeCycle], at: int) -> None:
        """Commit the rounds that wait, and the signals of the newest one."""
        rounds = self.state.uncommitted[:ROUNDS_MAX]
        hashes = [r.round_hash for r in rounds]
        digests = [bytes.fromhex(c.digest[2:]) for c in cycles]
        signatures = self.attestor.sign_commit(rounds[0].seq, hashes, digests)
        prepared = self.gate.prepare_commit(
            from_seq=rounds[0].seq,
            round_hashes=hashes,
            digests=digests,
            signatures=signatures,
            at=at,
            label=f"commit:{rounds[0].seq}-{rounds[-1].seq}",
        )
        self._send(prepared, ())

    def _committed(self, mined: Mined) -> list[Aggregate]:
        fact = next(f for f in mined.facts if isinstance(f, RoundsCommitted))
        cycles = [c for c in self.cycles.values() if c.digest in fact.digests]
        for cycle in cycles:
            cycle.commit(transaction_hash=mined.transaction_hash, block=mined.block, block_hash=mined.block_hash)
        log = self.log_of(self.state.last_round_close)
        log.commit(
            from_seq=fact.from_seq,
            to_seq=fact.to_seq,
            round_hashes=tuple(fact.round_hashes),
            digests=tuple(fact.digests),
            transaction_hash=mined.transaction_hash,
            block=mined.block,
            block_hash=mined.block_hash,
        )
        return [log, *cycles]

    # The oracle's prices.

    def post_marks(self, tick: Tick, *, candle_hash: str = "") -> BookState:
        """Post a tick's vector; a step beyond the limit is confirmed at once by the same vector again.

        A vector that is the last one on the chain already is not posted again.
        """
        if self.silent:
            raise Refused("NO_QUORUM", "Too few of the oracle's keys are here to attest prices: name other signers.")
        same = {market: tick.prices_e8.get(market, 0) for market in self.markets} == self.state.vector_e8
        posted = same and tick.observed_at == self.state.observed_at
        book = self._book() if posted else self._post(tick, candle_hash)
        if any(p.pending_e8 for p in book.positions):
            book = self._post(tick, candle_hash)
        return book

    def _post(self, tick: Tick, candle_hash: str) -> BookState:
        prices = [tick.prices_e8.get(market, 0) for market in self.markets]
        seq, previous = self.state.mark_seq + 1, self.state.vector_hash
        _, signatures = self.attestor.sign_marks(seq, previous, tick.observed_at, prices)
        prepared = self.gate.prepare_marks(
            seq=seq,
            previous_hash=previous,
            observed_at=tick.observed_at,
            prices_e8=prices,
            signatures=signatures,
            at=tick.observed_at,
            label=f"marks:{tick.kind}:{tick.candle_market}:{candle_hash}",
        )
        self._send(prepared, ())
        return self.book or self.refresh_book()

    def _marked(self, mined: Mined) -> list[Aggregate]:
        fact = next(f for f in mined.facts if isinstance(f, VectorPosted))
        _, kind, _, candle_hash = mined.label.split(":")
        touched: list[Aggregate] = []
        if self._day is None:
            self._day = TradingDay(
                book=self.portfolio.book,
                day=day_of(fact.observed_at),
                opening_equity_e8=self.state.accounts.cash_e8,
                cash_e8=self.state.accounts.cash_e8,
            )
            touched.append(self._day)
        log = self.log_of(fact.observed_at)
        log.post_marks(
            seq=fact.seq,
            observed_at=fact.observed_at,
            kind=kind,
            candle_hash=candle_hash,
            prices_e8=dict(zip(self.markets, fact.prices_e8, strict=True)),
            vector_hash=fact.vector_hash,
            transaction_hash=mined.transaction_hash,
            block=mined.block,
            block_hash=mined.block_hash,
        )
        return [*touched, log]

    # Step 4: the contract's verdict.

    def authorise(self, cycles: Iterable[TradeCycle], observed_at: int) -> None:
        """Ask a verdict for each BUY, at most 64 in a call."""
        ordered = self._in_order(cycles)
        for start in range(0, len(ordered), BATCH_MAX):
            batch = ordered[start : start + BATCH_MAX]
            orders = self._size(batch)
            prepared = self.gate.prepare_authorise(orders, at=observed_at, label=f"authorise:{observed_at}")
            for cycle, order in zip(batch, orders, strict=True):
                cycle.ask_authorisation(
                    quantity_e8=order.quantity_e8,
                    limit_price_e8=order.limit_price_e8,
                    mark_e8=self.mark_of(cycle),
                    observed_at=observed_at,
                    transaction_hash=prepared.transaction_hash,
                )
            self._send(prepared, batch)

    def _size(self, cycles: Sequence[TradeCycle]) -> list[Order]:
        """As much as the signal asks, or as the cash allows, but not less than half: then the contract says no.

        Only an order that the contract would let through now leaves less cash for those after it; so the last one of a
        batch need not be asked for.
        """
        book = self._book()
        free = book.cash_e8 - book.reserved_e8
        orders = []
        for cycle in cycles:
            order = self.entry_order(cycle, book, size_bps=cycle.size_bps, free_e8=free)
            orders.append(order)
            if len(orders) < len(cycles) and not any(check.failed for check in self.gate.assess(order)):
                free -= reserved_up(order, book.limits)
        return orders

    def entry_order(self, cycle: TradeCycle, book: BookState, *, size_bps: int | None, free_e8: int) -> Order:
        """What a BUY asks of the contract, with so much cash free; `size_bps` only makes it smaller."""
        mark = self.mark_of(cycle)
        sized_bps = min(_signal(cycle).size_bps, size_bps or BPS)
        quantity, limit_price = entry_size(sized_bps, mark_e8=mark, book=book, free_e8=free_e8)
        # What is less than a lot goes to the contract as it is and is refused by the venue, on the record.
        return Order(_message(cycle), self.venue.orderable(cycle.market, quantity) or quantity, limit_price)

    def exit_by_signal(self, cycle: TradeCycle, book: BookState) -> ExitOrder:
        """The reduction that a SELL signal asks for: all that is held."""
        position = next(p for p in book.positions if p.market == cycle.market)
        held = position.quantity_e8 - position.open_exit_quantity_e8
        size = _signal(cycle).size_bps * max(book.equity_e8, 0) * SCALE // (self.mark_of(cycle) * BPS)
        limit_price = exit_limit(self.mark_of(cycle), book.limits)
        return ExitOrder(cycle.market, held or max(1, size), limit_price, ExitReason.SIGNAL, _message(cycle))

    def exit_by_reason(
        self,
        *,
        market: str,
        reason: ExitReason,
        observed_at: int,
        trigger_price_e8: int,
        quantity_e8: int | None = None,
        who: str = "engine",
        idempotency_key: str = "",
    ) -> TradeCycle | None:
        """Begin an exit without a signal; None when this very exit was begun before."""
        opening = self.state.positions.get(market)
        opening_cycle = opening.opening_cycle if opening else None
        if idempotency_key:
            identity = manual_exit_cycle_id(self.portfolio.book, idempotency_key)
        elif opening_cycle is not None:
            identity = exit_cycle_id(self.portfolio.book, opening_cycle, reason.name, observed_at)
        else:
            return None
        if identity in self.cycles or identity in self.ledger.repository:
            return None
        held = self.state.accounts.holdings[market].quantity_e8
        cycle = TradeCycle.open(identity, book=self.portfolio.book, kind="exit", market=market, observed_at=observed_at)
        cycle.request_exit(
            reason=int(reason),
            opening_cycle=opening_cycle,
            trigger_price_e8=trigger_price_e8,
            quantity_e8=quantity_e8 or held,
            who=who,
        )
        self.cycles[identity] = cycle
        return cycle

    def exit(self, cycles: Iterable[TradeCycle], observed_at: int) -> None:
        """Ask for all reductions of a tick in one call, at most 64."""
        ordered = self._in_order(cycles)
        for start in range(0, len(ordered), BATCH_MAX):
            batch = ordered[start : start + BATCH_MAX]
            orders = [self._exit_order(cycle) for cycle in batch]
            prepared = self.gate.prepare_exit(orders, at=observed_at, label=f"exit:{observed_at}")
            for cycle, order in zip(batch, orders, strict=True):
                cycle.ask_authorisation(
                    quantity_e8=order.quantity_e8,
                    limit_price_e8=order.limit_price_e8,
                    mark_e8=self.mark_of(cycle),
                    observed_at=observed_at,
                    transaction_hash=prepared.transaction_hash,
                )
            self._send(prepared, batch)

    def _exit_order(self, cycle: TradeCycle) -> ExitOrder:
        if cycle.signal is not None:
            return self.exit_by_signal(cycle, self._book())
        return ExitOrder(cycle.market, cycle.quantity_e8, self._exit_limit(cycle), ExitReason(cycle.reason))

    def _exit_limit(self, cycle: TradeCycle) -> int:
        return exit_limit(self.mark_of(cycle), self._limits())

    def mark_of(self, cycle: TradeCycle) -> int:
        """The market's price on the chain; before the first one the signal's own."""
        mark = self.marks().get(cycle.market, 0)
        return mark or (_signal(cycle).price if cycle.signal else 1)

    def _judged(self, mined: Mined) -> list[Aggregate]:
        cycles = self._waiting_for(mined, "authorising")
        by_digest = {c.digest: c for c in cycles if c.digest}
        place = _place(mined)
        for fact in mined.facts:
            match fact:
                case Authorised(index=index, ticket=ticket, stamp=stamp):
                    cycle = by_digest.get(ticket.id) or cycles[index]
                    cycle.authorise(ticket, **_stamp(stamp), **place, observed_at=stamp.observed_at)
                case Rejected(index=index, digest=digest, checks=checks, stamp=stamp):
                    failed = tuple(c.rule for c in checks if c.failed)
                    cycle = by_digest.get(digest) or cycles[index]
                    cycle.reject(rules=failed, checks=checks, **_stamp(stamp), **place, observed_at=stamp.observed_at)
                case Skipped(index=index, digest=digest, code=code, got=got, want=want):
                    cycle = by_digest.get(digest) or cycles[index]
                    final = code not in RETRIED_SKIPS
                    cycle.skip(code=code, got=got, want=want, transaction_hash=mined.transaction_hash, final=final)
                case _:
                    pass
        _require_moved(cycles, "authorising", mined)
        return list(cycles)

    # Step 5: the venue. Steps 6 and 7: the record and the money.

    def execute_and_record(self, observed_at: int) -> None:
        """Place every authorised order, record all fills of the tick in one call, release what did not fill."""
        self._place()
        self._execute(observed_at)
        self._record(observed_at)
        self._release(observed_at)
        self._book()

    def _place(self) -> None:
        authorised = self._in_order(c for c in self.cycles.values() if c.stage == "authorised")
        if authorised:
            self.fault.pass_by("authorised")
            for cycle in authorised:
                ticket = _ticket(cycle)
                cycle.place(
                    client_order_id=_client_order_id(cycle),
                    quantity_e8=ticket.quantity_e8,
                    limit_price_e8=ticket.limit_price_e8,
                )
            self.save(*authorised)
            self.fault.pass_by("placed")

    def _execute(self, observed_at: int) -> None:
        placed = self._in_order(c for c in self.cycles.values() if c.stage == "placed")
        for cycle in placed:
            answer = self.venue.execute(
                client_order_id=_client_order_id(cycle),
                ticket=_ticket(cycle),
                mark_e8=self.marks()[cycle.market],
                half_spread_bps=self._limits().half_spread_bps,
                observed_at=observed_at,
                stop_loss_bps=cycle.signal.stop_loss_bps if cycle.signal else 0,
            )
            if isinstance(answer, Unfilled):
                cycle.cancel(reason=answer.reason)
                continue
            cycle.fill(
                venue_order_id=answer.venue_order_id,
                quantity_e8=answer.quantity_e8,
                price_e8=answer.price_e8,
                fee_e8=answer.fee_e8,
            )
        if placed:
            self.keep(*placed)
            self.fault.pass_by("filled")

    def _record(self, observed_at: int) -> None:
        filled = self._in_order(c for c in self.cycles.values() if c.stage == "filled")
        for start in range(0, len(filled), BATCH_MAX):
            batch = filled[start : start + BATCH_MAX]
            fills = [Fill(_ticket(c), c.fill_quantity_e8, c.fill_price_e8, c.fill_fee_e8) for c in batch]
            prepared = self.gate.prepare_record(fills, at=observed_at, label=f"record:{observed_at}")
            for cycle in batch:
                cycle.ask_recording(transaction_hash=prepared.transaction_hash)
            self._send(prepared, batch)

    def _recorded(self, mined: Mined) -> list[Aggregate]:
        cycles = {_ticket(c).id: c for c in self._waiting_for(mined, "recording")}
        day = self._day
        if day is None:
            raise Inconsistent("NO_DAY", "A fill was recorded before the first vector opened a day.")
        accounts, marks, place = self.state.accounts.copy(), self.marks(), _place(mined)
        fee_bps = self._limits().fee_bps
        for fact in mined.facts:
            if not isinstance(fact, Filled):
                continue
            cycle = cycles[fact.ticket_id]
            booking = accounts.book(
                market=fact.market,
                side=fact.side,
                quantity_e8=cycle.fill_quantity_e8,
                price_e8=cycle.fill_price_e8,
                fee_bps=fee_bps,
                fee_e8=cycle.fill_fee_e8,
            )
            accounts.take(booking)
            cycle.record(**_stamp(fact.stamp), **place, observed_at=fact.stamp.observed_at)
            day.book_fill(
                cycle=cycle.id,
                **booking.amounts(),
                observed_at=fact.stamp.observed_at,
                record_seq=fact.stamp.seq,
            )
            settlement = {
                "side": booking.side,
                "quantity_e8": booking.quantity_e8,
                "price_e8": booking.price_e8,
                "notional_e8": booking.notional_e8,
                "fee_e8": booking.fee_e8,
                "realised_pnl_e8": booking.realised_e8,
                "cash_after_e8": booking.cash_after_e8,
                "quantity_after_e8": booking.quantity_after_e8,
                "cost_after_e8": booking.cost_after_e8,
                "equity_e8": accounts.equity_e8(marks),
                "observed_at": fact.stamp.observed_at,
            }
            if fact.remaining_e8:
                cycle.leave_rest(rest_e8=fact.remaining_e8, **settlement)
            else:
                cycle.settle(**settlement)
        _require_moved(cycles.values(), "recording", mined)
        return [day, *cycles.values()]

    def _release(self, observed_at: int) -> None:
        ended = self._in_order(c for c in self.cycles.values() if c.stage in ("cancelled", "part-recorded"))
        for start in range(0, len(ended), BATCH_MAX):
            batch = ended[start : start + BATCH_MAX]
            left = [replace(_ticket(c), quantity_e8=c.rest_e8 or _ticket(c).quantity_e8) for c in batch]
            prepared = self.gate.prepare_release(left, at=observed_at, label=f"release:{observed_at}")
            for cycle in batch:
                cycle.ask_recording(transaction_hash=prepared.transaction_hash)
            self._send(prepared, batch)

    def _released(self, mined: Mined) -> list[Aggregate]:
        cycles = {_ticket(c).id: c for c in self._waiting_for(mined, "recording")}
        for fact in mined.facts:
            if isinstance(fact, Released):
                cycle = cycles[fact.ticket_id]
                end = cycle.release_rest if cycle.rest_e8 else cycle.release
                end(quantity_e8=fact.quantity_e8, **_stamp(fact.stamp), **_place(mined))
        return list(cycles.values())

    def _limits(self) -> Limits:
        return (self.book or self.refresh_book()).limits

    def _book(self) -> BookState:
        return self.refresh_book() if self.book is None or self._book_is_old else self.book


_OUTCOMES: dict[str, Callable[[Steps, Mined], list[Aggregate]]] = {
    "commit": Steps._committed,
    "marks": Steps._marked,
    "authorise": Steps._judged,
    "exit": Steps._judged,
    "record": Steps._recorded,
    "release": Steps._released,
    "anchor": Steps._anchored,
    "govern": Steps._governed,
}
_VERDICTS = frozenset({"authorise", "exit"})
_NOT_KEPT: tuple[Any, int] = (None, 0)
_FAULT_NAMES = {
    "commit": "commit", "marks": "marks", "authorise": "authorise", "exit": "authorise",
    "record": "record", "release": "record", "anchor": "anchor", "govern": "govern",
}  # fmt: skip
_MINED_FAULTS = {
    "commit": "committed", "marks": "marks-posted", "authorise": "authorise-mined", "exit": "authorise-mined",
    "record": "settled", "release": "settled", "anchor": "anchored", "govern": "governed",
}  # fmt: skip


def _hold(market: str, message: SignalMessage, opinion: Opinion) -> HoldFacts:
    return HoldFacts(
        market=market,
        struct_hash="0x" + message.struct_hash().hex(),
        confidence_bps=message.confidence_bps,
        base_rate_bps=opinion.base_rate_bps,
        price=message.price,
        take_profit_bps=message.take_profit_bps,
        stop_loss_bps=message.stop_loss_bps,
        horizon_seconds=message.horizon_seconds,
    )


def _signal(cycle: TradeCycle) -> SignalFacts:
    if cycle.signal is None:
        raise Inconsistent("NO_SIGNAL_IN_CYCLE", f"Cycle {cycle.id} has no signal.")
    return cycle.signal


def _message(cycle: TradeCycle) -> SignalMessage:
    return _signal(cycle).message()


def _ticket(cycle: TradeCycle) -> Any:
    if cycle.ticket is None:
        raise Inconsistent("NO_TICKET_IN_CYCLE", f"Cycle {cycle.id} has no ticket.")
    return cycle.ticket


def _client_order_id(cycle: TradeCycle) -> str:
    """Derives from the ticket, so that asking twice is asking for the same order."""
    return f"ts-{_ticket(cycle).id[2:26]}"


def _stamp(stamp: Any) -> dict[str, Any]:
    return {"record_seq": stamp.seq, "record_hash": stamp.hash, "previous_hash": stamp.previous_hash}


def _require_moved(cycles: Iterable[TradeCycle], stage: str, mined: Mined) -> None:
    for cycle in cycles:
        if cycle.stage == stage:
            raise Inconsistent(
                "NO_ANSWER_FOR_ORDER",
                f"The contract's events of block {mined.block} say nothing of cycle {cycle.id}.",
                transaction=mined.transaction_hash,
            )


def _place(mined: Mined) -> dict[str, Any]:
    return {
        "transaction_hash": mined.transaction_hash,
        "block": mined.block,
        "block_hash": mined.block_hash,
    }


def _differs(what: str, ours: object, theirs: object) -> Inconsistent:
    return Inconsistent(
        "BOOKS_DIFFER",
        f"The {what} folded from fills is {ours}, the contract says {theirs}. The engine stops.",
        what=what,
        ledger=str(ours),
        chain=str(theirs),
    )
