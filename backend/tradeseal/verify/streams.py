"""Check 1, the log itself: each hash follows from the one before, each stream is whole, each cycle keeps its order.

Knows topics, versions and the order of the seven steps. Knows nothing of what the numbers in an event should be.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

# The modules that own events: their topics are known once these are loaded.
from tradeseal.chain import journal as _journal
from tradeseal.cycle import domainmodel as _cycles
from tradeseal.kernel.ids import (
    chain_journal_id,
    entry_cycle_id,
    exit_cycle_id,
    portfolio_id,
    signal_log_id,
    trading_day_id,
)  # fmt: skip
from tradeseal.ledger.published import GENESIS_HASH, StoredFact, chain_hash, fields_of
from tradeseal.trading import domainmodel as _days
from tradeseal.trading.published import ExitReason
from tradeseal.verify.history import Event, read
from tradeseal.verify.report import Findings
from tradeseal.verify.scene import Journey, Scene

OWNERS = (_journal, _cycles, _days)
OPENINGS = frozenset(
    {
        "ChainJournal.JournalPageOpened", "Portfolio.BookOpened", "SignalLog.SignalDayOpened", "TradeCycle.CycleOpened",
        "TradingDay.DayOpened",
    }
)  # fmt: skip
# After which stages an event may come, and the stage after it.
STEPS: dict[str, tuple[frozenset[str], str]] = {
    "SignalGenerated": (frozenset({"opened"}), "generated"),
    "ExitRequested": (frozenset({"opened"}), "requested"),
    "SignalVerified": (frozenset({"generated"}), "verified"),
    "SignalRefused": (frozenset({"generated"}), "refused"),
    "SignalCommitted": (frozenset({"verified"}), "committed"),
    "DecisionMade": (frozenset({"committed"}), "committed"),
    "AuthorisationRequested": (frozenset({"committed", "requested"}), "authorising"),
    "TradeAuthorised": (frozenset({"authorising"}), "authorised"),
    "TradeRejected": (frozenset({"authorising"}), "rejected"),
    "OrderSkipped": (frozenset({"authorising"}), "skipped"),
    "OrderPlaced": (frozenset({"authorised"}), "placed"),
    "OrderFilled": (frozenset({"placed", "filled"}), "filled"),
    "OrderCancelled": (frozenset({"placed"}), "cancelled"),
    "RecordingRequested": (frozenset({"filled", "cancelled", "part-recorded"}), "recording"),
    "TradeRecorded": (frozenset({"recording"}), "recorded"),
    "TicketReleased": (frozenset({"recording"}), "released"),
    "RestLeft": (frozenset({"recorded"}), "part-recorded"),
    "RestReleased": (frozenset({"recording"}), "recorded"),
    "TradeSettled": (frozenset({"recorded"}), "settled"),
}
OUTCOMES = frozenset({"refused", "rejected", "skipped", "released", "settled"})
UNCOMMITTED = frozenset({"opened", "generated", "verified"})


class LogCheck:
    """Hashes and versions, event by event; needs nothing but the log."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._head = GENESIS_HASH
        self._position = 0
        self._versions: dict[UUID, int] = {}
        self.last = (0, GENESIS_HASH)
        self._stored_at = ""
        self._steps_back = 0

    def events(self, facts: Iterator[StoredFact]) -> Iterator[Event]:
        """Every event, after its hash, version, topic and fields were checked."""
        for fact in facts:
            event = read(fact)
            self._check_hash(event)
            self._check_stream(event)
            self._check_fields(event)
            self.last = (event.position, event.hash)
            yield event
        if self._steps_back:
            self._findings.cannot_tell(1, f"why the wall clock stepped back before {self._steps_back} events")

    def _check_hash(self, event: Event) -> None:
        self._position += 1
        if event.position != self._position:
            self._findings.differs(
                1, "POSITION_GAP", "Positions have no gaps.", at=event, got=event.position, want=self._position
            )
            self._position = event.position
        want = chain_hash(
            self._head,
            position=event.position,
            stream=event.stream,
            version=event.version,
            topic=event.topic,
            state=event.state,
        )
        if event.hash != want:
            message = "The hash does not follow from the stored bytes and the hash before."
            self._findings.differs(1, "HASH_DIFFERS", message, at=event, got=event.hash, want=want)
        # Go on from what is stored, so that one change is one difference and not all that follow.
        self._head = event.hash
        self._findings.count(1, "event hashes")

    def _check_stream(self, event: Event) -> None:
        known = self._versions.get(event.stream)
        self._versions[event.stream] = event.version
        if known is None and event.topic not in OPENINGS:
            message = "A stream does not begin with its opening: what came before is gone."
            self._findings.differs(1, "STREAM_HEADLESS", message, at=event, got=event.topic, want=sorted(OPENINGS))
        elif known is None:
            self._findings.same(1, "VERSION_GAP", "first version of a stream", at=event, got=event.version, want=1)
            self._findings.count(1, "streams")
        elif event.version != known + 1:
            message = "The versions of a stream have no gap and no double."
            self._findings.differs(1, "VERSION_GAP", message, at=event, got=event.version, want=known + 1)

    def _check_fields(self, event: Event) -> None:
        known = fields_of(event.topic)
        if known is None:
            message = "This topic is none of this version's; use a verifier of the version that wrote it."
            self._findings.differs(1, "UNKNOWN_TOPIC", message, at=event, got=event.topic)
        elif not event.data.keys() <= known:
            extra = sorted(event.data.keys() - known)
            message = "An event has fields that its kind does not have."
            self._findings.differs(1, "UNKNOWN_FIELD", message, at=event, got=extra, want=sorted(known))
        stored_at = event.data.get("timestamp")
        if isinstance(stored_at, str):
            self._steps_back += _minutes_before(stored_at, self._stored_at)
            self._stored_at = max(stored_at, self._stored_at)


def _minutes_before(stored_at: str, before: str) -> bool:
    """Whether a time of storing lies more than a minute before another: events of one save are in no strict order."""
    if stored_at[:16] >= before[:16]:
        return False
    return datetime.fromisoformat(before) - datetime.fromisoformat(stored_at) > timedelta(minutes=1)


def page_opened(scene: Scene, event: Event) -> None:
    """A page of the journal is of this chain, and has the identity that follows from it."""
    d = event.data
    same = scene.findings.same
    same(1, "WRONG_CHAIN", "chain of a journal page", at=event, got=d["chain_id"], want=scene.opening.chain_id)
    funded = [bytes.fromhex(address[2:]) for address in d["funded"]]
    same(1, "WRONG_CHAIN", "funded accounts of a page", at=event, got=funded, want=list(scene.opening.funded))
    genesis = scene.opening.book["genesis_hash"]
    same(1, "WRONG_CHAIN", "genesis of a journal page", at=event, got=d["genesis_hash"], want=genesis)
    _identity(scene, event, chain_journal_id(d["chain_id"], d["genesis_hash"], d["page"]))


def day_opened(scene: Scene, event: Event) -> None:
    """A day's statement, or a day's log of signals."""
    made = signal_log_id if event.topic.startswith("SignalLog") else trading_day_id
    _identity(scene, event, made(event.data["book"], event.data["day"]))
    name = scene.opening.book["book"]
    scene.findings.same(1, "OTHER_BOOK", "book of a day", at=event, got=event.data["book"], want=name)


def book_identity(scene: Scene, event: Event) -> None:
    """The portfolio has the identity of its book."""
    _identity(scene, event, portfolio_id(_days.OWNER, event.data["book"]))


def cycle_opened(scene: Scene, event: Event) -> None:
    """A cycle begins."""
    d = event.data
    name = scene.opening.book["book"]
    scene.findings.same(1, "OTHER_BOOK", "book of a cycle", at=event, got=d["book"], want=name)
    scene.journeys[event.stream] = Journey(d["kind"], d["market"], d["observed_at"])


def cycle_step(scene: Scene, event: Event) -> None:
    """The steps of a cycle come in their order."""
    name = event.topic.partition(".")[2]
    step = STEPS.get(name)
    if step is None:
        return
    allowed, after = step
    journey = scene.journey(event)
    if journey.stage not in allowed:
        early = name in ("AuthorisationRequested", "TradeAuthorised") and journey.stage in UNCOMMITTED
        message = (
            "An order was judged whose signal had not been committed." if early
            else f"{name} cannot follow this stage of the cycle."
        )  # fmt: skip
        code = "NOT_COMMITTED_BEFORE" if early else "OUT_OF_ORDER"
        scene.findings.differs(3 if early else 1, code, message, at=event, got=journey.stage, want=sorted(allowed))
    if name == "OrderSkipped" and not event.data["final"]:
        after = "requested" if journey.kind == "exit" else "committed"
    journey.stage = after
    scene.findings.count(1, "steps of cycles")


def entry_identity(scene: Scene, event: Event) -> None:
    """A signal's cycle has the identity of its strategy, market and candle: it cannot begin twice."""
    journey = scene.journey(event)
    strategy, close = scene.opening.book["strategy"], event.data["signal"]["candle_close"]
    scene.findings.same(1, "REDATED", "time of a cycle", at=event, got=journey.observed_at, want=close)
    _identity(scene, event, entry_cycle_id(scene.opening.book["book"], strategy, journey.market, close))


def exit_identity(scene: Scene, event: Event) -> None:
    """An exit without a signal has the identity of what it closes, its reason and its moment."""
    journey, d = scene.journey(event), event.data
    if d["reason"] == ExitReason.MANUAL:
        return  # its identity is an Idempotency-Key's, which is not kept
    reason = ExitReason(d["reason"]).name
    _identity(
        scene, event, exit_cycle_id(scene.opening.book["book"], UUID(d["opening_cycle"]), reason, journey.observed_at)
    )


def forget_closed(scene: Scene, event: Event) -> None:
    """A closed cycle needs no memory; a second life of it would begin with no opening."""
    journey = scene.journeys.get(event.stream)
    if journey is not None and journey.stage in OUTCOMES:
        scene.counts[journey.stage] += 1
        del scene.journeys[event.stream]


def _identity(scene: Scene, event: Event, want: UUID) -> None:
    scene.findings.same(1, "WRONG_STREAM", "identity of a stream", at=event, got=event.stream, want=want)
    scene.findings.count(1, "identities of streams")
