"""Verify: one pass over a history in which every check sees every event.

Knows which check looks at which event. Knows nothing of where a history comes from or how a report is shown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tradeseal.chain.again import Again, Executed
from tradeseal.chain.machines import Machine, machine_for
from tradeseal.chain.node import ChainSpec
from tradeseal.cycle.ports import BookFact
from tradeseal.kernel.clock import monotonic_s
from tradeseal.kernel.collector import no_cycles
from tradeseal.kernel.errors import TradesealError
from tradeseal.market.published import CandleStore
from tradeseal.oracle.published import Domain
from tradeseal.trading.trust import trust_of
from tradeseal.verify import acts, books, elsewhere, fills, signals, streams, transactions, verdicts
from tradeseal.verify.anchors import Anchors, anchored
from tradeseal.verify.candles import Candles
from tradeseal.verify.chain_outside import Outside
from tradeseal.verify.history import Event, History, Opening, opening_of
from tradeseal.verify.published import Metrics, Shown, compare_published
from tradeseal.verify.report import Findings, Report
from tradeseal.verify.scene import Scene
from tradeseal.verify.source import Source
from tradeseal.verify.withheld import CANNOT_TELL, Withheld
from tradeseal.verify.witness import SeenHead, Stamped, Witnesses

Handler = Callable[[Scene, Event], None]
TELL_EVERY = 500
EVENTS_A_BLOCK = 11  # or so, in a run of many markets


@dataclass
class Wishes:
    """What the reader brings."""

    candles: CandleStore | None = None
    witness: Iterable[SeenHead] | None = None
    stamp_of: Callable[[SeenHead], Stamped] | None = None  # what a head's time-stamp says, where it holds
    outside: Outside | None = None
    shown: Shown | None = None  # what a page showed
    machine: str | None = None  # which executes; Anvil where nobody says and it is there
    progress: Callable[[int, int], None] = field(default=lambda _done, _total: None)


def verify(history: History, wishes: Wishes) -> Report:
    """Carry out all checks and say what came of them; raises `Refused` where there is nothing to verify."""
    opening = opening_of(history)
    spec = ChainSpec(opening.funded, chain_id=opening.chain_id)
    with machine_for(spec, wishes.machine, blocks=history.total // EVENTS_A_BLOCK) as machine, no_cycles():
        return _Pass(history, wishes, opening, machine).run()


class _Pass:
    """The state of one verification."""

    def __init__(self, history: History, wishes: Wishes, opening: Opening, machine: Machine) -> None:
        self._history = history
        self._wishes = wishes
        self._began = monotonic_s()
        self._findings = Findings()
        artifacts = history.artifacts(opening.source_hash)
        markets = tuple(opening.book["markets"])
        again = Again(machine, markets=markets, artifacts=artifacts)
        self._scene = Scene(
            findings=self._findings, opening=opening, again=again,
            domain=Domain(opening.chain_id, opening.book["oracle_address"]), markets=markets,
        )  # fmt: skip
        self._signers = signals.Signers()
        self._source = Source(artifacts)
        self._anchors = Anchors()
        self._candles = Candles(wishes.candles, opening.book["interval_s"])
        self._withheld = Withheld(wishes.candles, markets, opening.book["interval_s"])
        self._metrics = Metrics(wishes.shown)
        self._witnesses = Witnesses(wishes.witness or (), self._findings, wishes.stamp_of)
        self._log = streams.LogCheck(self._findings)
        self._hooks: dict[str, Callable[[Scene, Event, Executed], None]] = {
            "deploy": self._deployed,
            "commit": lambda scene, event, done: signals.commit_sent(scene, self._signers, event, done),
            "marks": self._marks_sent,
            "authorise": verdicts.orders_sent,
            "exit": verdicts.orders_sent,
            "record": fills.fills_sent,
            "release": fills.releases_sent,
            "anchor": self._anchors.sent,
            "govern": lambda scene, event, _: verdicts.labelled(scene, event),
        }
        self._places: dict[str, tuple[Event, Executed]] = {}  # on a chain of others, where each stands in the end
        self._handlers = self._table()

    def _table(self) -> dict[str, tuple[Handler, ...]]:
        """Which checks look at which event, in this order."""
        step, keep = streams.cycle_step, self._withheld.fold
        steps = {
            "TradeCycle.SignalGenerated": (streams.entry_identity, step, signals.generated, keep),
            "TradeCycle.ExitRequested": (streams.exit_identity, step, self._withheld.exit_requested),
            "TradeCycle.SignalVerified": (step, signals.verified),
            "TradeCycle.SignalRefused": (step, signals.verified, keep),
            "TradeCycle.SignalCommitted": (step, signals.committed),
            "TradeCycle.DecisionMade": (step,),
            "TradeCycle.AuthorisationRequested": (step, verdicts.asked),
            "TradeCycle.TradeAuthorised": (step, verdicts.authorised),
            "TradeCycle.TradeRejected": (step, verdicts.rejected, keep),
            "TradeCycle.OrderSkipped": (step, verdicts.skipped),
            "TradeCycle.OrderPlaced": (step, fills.placed),
            "TradeCycle.OrderFilled": (step, fills.filled),
            "TradeCycle.OrderCancelled": (step,),
            "TradeCycle.RecordingRequested": (step, fills.recording_asked),
            "TradeCycle.TradeRecorded": (step, fills.recorded),
            "TradeCycle.TicketReleased": (step, verdicts.released),
            "TradeCycle.RestLeft": (step, fills.rest_left),
            "TradeCycle.RestReleased": (step, verdicts.released),
            "TradeCycle.TradeSettled": (step, books.settled, keep),
        }
        return {
            "ChainJournal.JournalPageOpened": (streams.page_opened,),
            "ChainJournal.TransactionSigned": (transactions.signed,),
            "ChainJournal.TransactionReplaced": (elsewhere.replaced,),
            "ChainJournal.TransactionSeen": (elsewhere.seen,),
            "ChainJournal.TransactionOrphaned": (elsewhere.orphaned,),
            "ChainJournal.TransactionMined": (books.settle_latches, self._mined),
            "Portfolio.BookOpened": (streams.book_identity, books.book_opened),
            "Portfolio.BookRecordNoted": (verdicts.noted, books.flow_noted),
            "Portfolio.ActOrdered": (acts.ordered,),
            "Portfolio.ActEnded": (acts.ended,),
            "Portfolio.GovernanceNoted": (acts.noted,),
            "SignalLog.SignalDayOpened": (streams.day_opened,),
            "SignalLog.RoundClosed": (signals.round_closed,),
            "SignalLog.CalibratorRevised": (signals.calibrator_revised,),
            "SignalLog.SignalsHeld": (signals.held,),
            "SignalLog.SignalsCommitted": (signals.signals_committed,),
            "SignalLog.MarksPosted": (signals.marks_posted, self._candles.vector, self._withheld.vector),
            "SignalLog.LogAnchored": (anchored,),
            "SignalLog.BarFinished": (self._candles.bar, self._withheld.bar),
            "TradingDay.DayOpened": (streams.day_opened, books.day_statement_opened),
            "TradingDay.FillBooked": (books.fill_booked, books.remember_equity, keep),
            "TradingDay.DaySettled": (verdicts.noted, books.day_settled),
            "TradingDay.DayLatched": (verdicts.noted,),
            "TradeCycle.CycleOpened": (streams.cycle_opened,),
            **{topic: (*handlers, streams.forget_closed) for topic, handlers in steps.items()},
        }

    def run(self) -> Report:
        total = self._history.total
        for event in self._log.events(self._history.facts()):
            self._witnesses.event(event)
            self._see(event)
            self._anchors.event(event)
            if event.position % TELL_EVERY == 0:
                self._wishes.progress(event.position, total)
        self._wishes.progress(total, total)
        self._end()
        return self._report()

    def _see(self, event: Event) -> None:
        try:
            for handler in self._handlers.get(event.topic, (_other_record,)):
                handler(self._scene, event)
            self._metrics.event(event)
        except TradesealError as error:
            self._findings.differs(1, error.code, error.message, at=event, got=error.facts.get("got", ""))
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
            message = f"An event does not have the form of its kind: {type(error).__name__} {error}."
            self._findings.differs(1, "MALFORMED", message, at=event, got=event.state)

    def _mined(self, scene: Scene, event: Event) -> None:
        again = elsewhere.brought_back(scene, event)
        if not again:
            transactions.mined(scene, event, self._hooks)
        self._witnesses.block(event.data["block"], event.data["block_hash"], event)
        if again:
            intended = scene.intended.get(event.data["transaction_hash"], event.data["transaction_hash"])
            self._places[intended] = (event, self._places[intended][1])
            return
        if scene.last is None:
            return
        self._signers.hear(scene.last)
        for fact in scene.last.facts:
            stamp = getattr(fact, "stamp", None)
            if stamp is not None:
                self._witnesses.record(stamp.seq, stamp.hash, event)
            if isinstance(fact, BookFact) and fact.name in books.LATCHES:
                scene.after_settlement.append(fact)
        if scene.elsewhere:  # its block may be gone by the end of the log: compared there
            intended = scene.intended.get(event.data["transaction_hash"], event.data["transaction_hash"])
            self._places[intended] = (event, scene.last)
        elif self._wishes.outside is not None:
            self._wishes.outside.compare(scene, event, scene.last)

    def _deployed(self, scene: Scene, event: Event, executed: Executed) -> None:
        self._source.deployed(scene, event, executed)
        transactions.at_its_time(scene, event, scene.opening.book["start"])

    def _marks_sent(self, scene: Scene, event: Event, executed: Executed) -> None:
        books.before_vector(scene, event, executed)
        signals.marks_sent(scene, self._signers, event, executed)

    def _end(self) -> None:
        scene, findings = self._scene, self._findings
        books.settle_latches(scene, None)
        transactions.everything_told(scene, None)
        books.books_at_the_end(scene)
        if self._history.published:
            compare_published(scene, self._metrics, self._history.published)
        self._metrics.end(scene)
        book = scene.opening.book
        self._witnesses.chain(scene.opening.chain_id, book["genesis_hash"])
        self._witnesses.end(self._log.last[0])
        if self._wishes.outside is not None:
            for event, executed in self._places.values():
                self._wishes.outside.compare(scene, event, executed)
            self._wishes.outside.end(scene)
        if scene.broken:
            for number in (3, 4, 5, 6, 7):
                findings.cannot_tell(number, f"anything of the chain from {scene.broken} on")
        self._say_what_is_open()

    def _say_what_is_open(self) -> None:
        findings, counts = self._findings, self._scene.counts
        if self._wishes.outside is None and not self._scene.same_blocks:
            how = "--rpc URL" if self._scene.elsewhere else "--rpc URL or --machine anvil"
            findings.cannot_tell(1, f"block hashes and gas: as the operator says them ({how})")
        findings.cannot_tell(2, "who holds a key, and whether one hand holds them all")
        if counts["holds"]:
            findings.cannot_tell(3, f"what {counts['holds']} HOLDs said: only their hashes are bound")
        findings.cannot_tell(3, "whether an opinion had reasons: indicators and scores are not recomputed")
        findings.cannot_tell(5, "whether a venue filled: fills of this book are simulated")
        if counts["bars untold"]:
            findings.cannot_tell(7, f"the equity at the close of {counts['bars untold']} bars: it rests on candles")
        findings.cannot_tell(7, "the curve of buy-and-hold beside the book's own")
        if not self._history.published and self._wishes.shown is None:
            findings.cannot_tell(7, "figures shown elsewhere than in the log (--shown FILE)")
        if self._wishes.candles is None:
            findings.checks[9].skipped = "bring candles with --candles DIR; without them a price may be invented"
            findings.cannot_tell(9, "whether any mark was a price of any market")
        if not self._withheld.looks:
            findings.cannot_tell(5, CANNOT_TELL)

    def _report(self) -> Report:
        scene, witnessed = self._scene, bool(self._witnesses.heads)
        position, root = self._log.last
        return Report(
            findings=self._findings,
            subject=self._history.subject,
            events=position,
            log_root="0x" + root.hex(),
            records=scene.again.head.seq,
            record_head=scene.again.head.hash,
            blocks=scene.blocks,
            machine=scene.again.machine.kind,
            trust=trust_of(scene.opening.book["book_class"], witnessed=witnessed, public=self._public()),
            time="witnessed, see the stretches" if witnessed else "asserted by the operator",
            roll_back="detectable up to the last witnessed head" if witnessed else "not detectable",
            stretches=self._witnesses.stretches(),
            seconds=monotonic_s() - self._began,
        )

    def _public(self) -> bool:
        return self._wishes.outside is not None and self._wishes.outside.public


def _other_record(scene: Scene, event: Event) -> None:
    """An event of a kind that no check knows by name: when it names a record, that record is compared."""
    d: dict[str, Any] = event.data
    if {"record_seq", "record_hash", "previous_hash", "values"} <= d.keys():
        verdicts.noted(scene, event)
    else:
        scene.counts["others"] += 1
