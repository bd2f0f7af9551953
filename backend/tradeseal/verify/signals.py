"""Checks 2 and 3: who signed, what was committed, and that it was committed before it was used.

Knows typed hashes, quorums and rounds. Knows nothing of verdicts.
"""

from typing import Any

from tradeseal.chain.again import Executed
from tradeseal.chain.transactions import recovered
from tradeseal.cycle.facts import SignalFacts
from tradeseal.cycle.ports import RoundsCommitted, VectorPosted
from tradeseal.oracle.published import SignalMessage, commit_hash, marks_hash, name_id, round_hash
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Round, Scene
from tradeseal.verify.transactions import at_its_time


class Signers:
    """Who may sign in the present epoch, as the contract's own events say."""

    def __init__(self) -> None:
        self.epoch = 0
        self.quorum = 0
        self.addresses: frozenset[bytes] = frozenset()

    def hear(self, executed: Executed) -> None:
        """Take over a change of the signers."""
        for logged in executed.logged:
            if logged.name == "SignersChanged":
                values = logged.values
                self.epoch, self.quorum = values["epoch"], values["quorum"]
                self.addresses = frozenset(bytes.fromhex(signer[2:]) for signer in values["signers"])

    def check(self, scene: Scene, event: Event, what: str, struct_hash: bytes, signatures: list[bytes]) -> None:
        """Exactly a quorum, each signature of another signer of the epoch."""
        digest = scene.domain.digest(struct_hash)
        found = [recovered(digest, signature) for signature in signatures]
        strangers = [signer for signer in found if signer not in self.addresses]
        if strangers:
            scene.findings.differs(
                2, "NOT_A_SIGNER", f"A signature under this {what} is by none of the signers of epoch {self.epoch}: it "
                "belongs to something else or to somebody else.", at=event,
                got=strangers[0] or "no signature", want=sorted(self.addresses),
            )  # fmt: skip
        if len(set(found)) != len(found) or len(found) != self.quorum:
            scene.findings.differs(
                2, "NO_QUORUM", f"A {what} carries exactly the quorum's signatures, each by another signer.", at=event,
                got=len(set(found)), want=self.quorum,
            )  # fmt: skip
        scene.findings.count(2, f"signatures of {what}s", len(signatures))


# What is sent


def commit_sent(scene: Scene, signers: Signers, event: Event, executed: Executed) -> None:
    """A commitment: its quorum, its rounds recomputed from the signals, its digests from verified ones."""
    a = executed.arguments
    signers.check(
        scene, event, "commitment", commit_hash(signers.epoch, a["fromSeq"], a["roundHashes"], a["digests"]),
        a["signatures"],
    )  # fmt: skip
    first, last = a["fromSeq"], a["fromSeq"] + len(a["roundHashes"]) - 1
    want = f"commit:{first}-{last}"
    scene.findings.same(3, "REDATED", "label of a commitment", at=event, got=event.data["label"], want=want)
    for seq, told in enumerate(a["roundHashes"], start=first):
        _round_is(scene, event, seq, told)
    for digest in a["digests"]:
        _digest_is_known(scene, event, digest, first, last)


def _round_is(scene: Scene, event: Event, seq: int, told: bytes) -> None:
    known = scene.rounds.pop(seq, None)
    if known is None:
        scene.findings.differs(3, "ROUND_UNKNOWN", "A committed round is not in the log.", at=event, got=seq)
        return
    d = known.event.data
    in_order = [known.hashes[market] for market in scene.markets if market in known.hashes]
    got = "0x" + round_hash(seq, in_order).hex()
    same = scene.findings.same
    same(3, "ROUND_CHANGED", f"hash of round {seq}", at=known.event, got=d["round_hash"], want=got)
    same(3, "ROUND_CHANGED", f"committed hash of round {seq}", at=event, got="0x" + told.hex(), want=got)
    scene.findings.count(3, "round hashes recomputed")
    if not scene.rounds:
        at_its_time(scene, event, d["candle_close"])


def _digest_is_known(scene: Scene, event: Event, digest: bytes, first: int, last: int) -> None:
    told = "0x" + digest.hex()
    journey = scene.journeys.get(scene.by_digest.get(told, event.stream))
    if journey is None or journey.stage != "verified":
        stage = "not in the log" if journey is None else journey.stage
        message = "A digest was committed whose signal the log does not hold as verified."
        scene.findings.differs(3, "DIGEST_UNKNOWN", message, at=event, got=stage, want="verified")
    elif not first <= journey.signal["seq"] <= last:
        message = "A digest was committed in another round than its signal names."
        scene.findings.differs(
            3, "ROUND_DIFFERS", message, at=event, got=journey.signal["seq"], want=f"{first} … {last}"
        )


def marks_sent(scene: Scene, signers: Signers, event: Event, executed: Executed) -> None:
    """A vector of marks: its quorum and its time."""
    a = executed.arguments
    struct = marks_hash(signers.epoch, a["seq"], a["previousHash"], a["observedAt"], a["prices"])
    signers.check(scene, event, "vector", struct, a["signatures"])
    at_its_time(scene, event, a["observedAt"])
    scene.observed_at = a["observedAt"]
    for fact in executed.facts:
        if isinstance(fact, VectorPosted):
            scene.vector = dict(zip(scene.markets, fact.prices_e8, strict=False))
            for place, (market, price) in enumerate(zip(scene.markets, fact.prices_e8, strict=False)):
                if price and not fact.pending_bits >> place & 1:
                    scene.marks[market] = price


# What is stored


def generated(scene: Scene, event: Event) -> None:
    """A signal: its digest follows from its fields and the oracle's domain."""
    journey, d = scene.journey(event), event.data
    message: SignalMessage = SignalFacts(**d["signal"]).message()
    struct_hash = message.struct_hash()
    digest = "0x" + scene.domain.digest(struct_hash).hex()
    same = scene.findings.same
    same(2, "DIGEST_DIFFERS", "digest of a signal", at=event, got=d["digest"], want=digest)
    same(2, "SIGNAL_DIFFERS", "market of a signal", at=event, got=message.market, want=name_id(journey.market))
    for what in ("book", "strategy"):
        want = name_id(scene.opening.book[what])
        same(2, "SIGNAL_DIFFERS", f"{what} of a signal", at=event, got=getattr(message, what), want=want)
    scene.calibrator = scene.calibrator or d["signal"]["calibrator"]
    same(
        2, "CALIBRATOR_UNTOLD", "calibrator of a signal", at=event, got=d["signal"]["calibrator"], want=scene.calibrator
    )
    journey.signal, journey.digest = d["signal"], digest
    scene.by_digest[digest] = event.stream
    known = scene.rounds.get(message.seq)
    if known is None or event.stream.hex not in known.cycles:
        scene.findings.differs(3, "ROUND_UNKNOWN", "A signal is in no round.", at=event, got=message.seq)
    else:
        close = known.event.data["candle_close"]
        same(3, "REDATED", "candle of a signal", at=event, got=message.candle_close, want=close)
        known.hashes[journey.market] = struct_hash
    scene.findings.count(2, "digests of signals")


def verified(scene: Scene, event: Event) -> None:
    """All checks of the oracle passed, or the signal was refused."""
    passed = all(check["passed"] for check in event.data["checks"])
    numbers = [check["number"] for check in event.data["checks"]]
    whole = numbers == list(range(len(numbers))) and numbers != []
    if passed != event.topic.endswith("SignalVerified") or not whole:
        message = "The oracle's checks do not carry its verdict."
        scene.findings.differs(3, "VERDICT_OF_ORACLE", message, at=event, got=numbers, want=event.topic)
    if event.topic.endswith("SignalRefused"):
        scene.by_digest.pop(scene.journey(event).digest, None)
    scene.findings.count(3, "verdicts of the oracle")


def round_closed(scene: Scene, event: Event) -> None:
    """Rounds have no gap."""
    d = event.data
    want = scene.counts["rounds"] + 1
    scene.findings.same(3, "ROUND_GAP", "number of a round", at=event, got=d["round"], want=want)
    scene.counts["rounds"] = d["round"]
    scene.rounds[d["round"]] = Round(event, frozenset(cycle.replace("-", "") for cycle in d["cycles"]))


def calibrator_revised(scene: Scene, event: Event) -> None:
    """Calibrators follow each other without a gap, each from the round that comes next."""
    d, same = event.data, scene.findings.same
    scene.counts["revisions"] += 1
    same(2, "CALIBRATOR_GAP", "number of a calibrator", at=event, got=d["number"], want=scene.counts["revisions"])
    want = scene.calibrator or d["previous"]
    same(2, "CALIBRATOR_GAP", "calibrator before another", at=event, got=d["previous"], want=want)
    want = scene.counts["rounds"] + 1
    same(2, "REDATED", "round from which a calibrator holds", at=event, got=d["round"], want=want)
    scene.calibrator = d["calibrator"]
    scene.findings.count(2, "calibrators that followed another")


def held(scene: Scene, event: Event) -> None:
    """HOLDs are a part of their round's hash."""
    known = scene.rounds.get(event.data["round"])
    if known is None:
        scene.findings.differs(3, "ROUND_UNKNOWN", "HOLDs of no round.", at=event, got=event.data["round"])
        return
    close = known.event.data["candle_close"]
    scene.findings.same(3, "REDATED", "candle of HOLDs", at=event, got=event.data["candle_close"], want=close)
    for hold in event.data["holds"]:
        known.hashes[hold["market"]] = bytes.fromhex(hold["struct_hash"][2:])
    scene.counts["holds"] += len(event.data["holds"])


def signals_committed(scene: Scene, event: Event) -> None:
    """The log tells a commitment as the contract emitted it."""
    d = event.data
    fact = scene.take("rounds", d["from_seq"])
    if not isinstance(fact, RoundsCommitted):
        scene.findings.differs(3, "NO_SUCH_COMMITMENT", "No such commitment is in the block.", at=event,
                               got=d["from_seq"], want="nothing")  # fmt: skip
        return
    for name, want in (
        ("to_seq", fact.to_seq), ("round_hashes", list(fact.round_hashes)), ("digests", list(fact.digests)),
    ):  # fmt: skip
        scene.findings.same(3, "COMMITMENT_DIFFERS", name.replace("_", " "), at=event, got=d[name], want=want)
    scene.same_place(3, event)
    scene.counts["committed"] += len(fact.digests)
    scene.findings.count(3, "commitments")


def committed(scene: Scene, event: Event) -> None:
    """A cycle's signal is in the commitment that it names."""
    journey = scene.journey(event)
    scene.same_place(3, event)
    told = () if scene.last is None else scene.last.arguments.get("digests", ())
    if journey.digest not in {"0x" + digest.hex() for digest in told}:
        message = "The commitment in this block does not hold this signal."
        scene.findings.differs(3, "NOT_COMMITTED", message, at=event, got=journey.digest, want=list(told))
    journey.committed_in = scene.blocks
    scene.open_committed[journey.digest] = event.stream
    scene.findings.count(3, "signals committed")


def marks_posted(scene: Scene, event: Event) -> None:
    """The log tells a vector as the contract took it."""
    d: dict[str, Any] = event.data
    fact = scene.take("vector", d["seq"])
    if not isinstance(fact, VectorPosted):
        scene.findings.differs(5, "NO_SUCH_VECTOR", "No such vector is in the block.", at=event, got=d["seq"])
        return
    prices = dict(zip(scene.markets, fact.prices_e8, strict=False))
    label = scene.mined_label
    for name, got, want in (
        ("prices", d["prices_e8"], prices),
        ("time", d["observed_at"], fact.observed_at),
        ("hash", d["vector_hash"], fact.vector_hash),
        ("kind", d["kind"], label[1]),
        ("candle", d["candle_hash"], label[3]),
    ):  # fmt: skip
        scene.findings.same(5, "VECTOR_DIFFERS", f"{name} of a vector", at=event, got=got, want=want)
    scene.same_place(5, event)
    scene.findings.count(5, "vectors of marks")
