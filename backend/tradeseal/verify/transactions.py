"""Transactions: each one's bytes against what the journal says of them, then executed again.

Knows signatures of senders, nonces, block times and outcomes (checks 2 and 4), and that every fact of a block is told
by exactly one event.
"""

from collections.abc import Callable

from tradeseal.chain.again import Executed
from tradeseal.chain.transactions import RawTransaction, Unreadable, read_transaction
from tradeseal.cycle.ports import BookFact, Filled, GovernanceFact, RootAnchored, RoundsCommitted, Skipped, VectorPosted
from tradeseal.kernel.errors import Inconsistent
from tradeseal.verify import acts, elsewhere
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene

CALLS = {
    "commit": "commit", "marks": "postMarks", "authorise": "authorise", "exit": "exit", "record": "record",
    "release": "release", "anchor": "anchor",
}  # fmt: skip
# Whose failure it is when the contract refuses a call that is said to have succeeded.
REVERTED_IN = {"commit": 2, "marks": 2, "record": 5}


def signed(scene: Scene, event: Event) -> None:
    """A transaction is what is said of it."""
    d, findings = event.data, scene.findings
    if scene.signed is not None:
        findings.differs(4, "JOURNAL_ORDER", "The transaction before has no block.", at=event, got=d["position"])
    findings.same(4, "JOURNAL_GAP", "place in the journal", at=event, got=d["position"], want=scene.blocks + 1)
    try:
        raw = read_transaction(d["raw"])
    except Unreadable as error:
        findings.differs(2, "RAW_UNREADABLE", f"The signed bytes do not read: {error}.", at=event, got=d["raw"])
        scene.broken = scene.broken or f"block {d['position']} has unreadable bytes"
        return
    for code, what, got, want in (
        ("TRANSACTION_CHANGED", "transaction hash", d["transaction_hash"], raw.transaction_hash),
        ("SENDER_DIFFERS", "sender", d["sender"], "0x" + raw.sender.hex()),
        ("NONCE_DIFFERS", "nonce", d["nonce"], raw.nonce),
        ("WRONG_CHAIN", "chain that the sender signed for", raw.chain_id, scene.opening.chain_id),
    ):
        findings.same(2, code, what, at=event, got=got, want=want)
    findings.count(2, "senders of transactions")
    scene.signed = (event, raw)


def mined(scene: Scene, event: Event, hooks: dict[str, Callable[[Scene, Event, Executed], None]]) -> None:
    """The transaction executed again ends as the journal says; then the checks of its kind."""
    d, findings = event.data, scene.findings
    if scene.signed is None:
        findings.differs(4, "JOURNAL_ORDER", "A block without its transaction.", at=event, got=d["transaction_hash"])
        return
    (signing, raw), scene.signed = scene.signed, None
    everything_told(scene, event, opening=signing.data["kind"] == "deploy")
    scene.blocks += 1
    sent, raw = scene.variants.get(d["transaction_hash"], (signing.data["raw"], raw))
    findings.same(
        4, "TRANSACTION_CHANGED", "transaction of a block", at=event,
        got=scene.intended.get(d["transaction_hash"], d["transaction_hash"]), want=signing.data["transaction_hash"],
    )  # fmt: skip
    elsewhere.place(scene, event)
    scene.counted[signing.data["transaction_hash"]] = d["status"]
    scene.mined, scene.label = d, signing.data["label"]
    scene.block_hashes.append(d["block_hash"])
    executed = _execute(scene, signing, raw, sent)
    scene.block_time = signing.data["block_time"]
    scene.last = executed
    if executed is None:
        return
    kind = signing.data["kind"]
    if kind in CALLS:
        findings.same(4, "OTHER_CALL", "call of a transaction", at=signing, got=kind, want=_kind_of(executed.call))
    elif kind != "deploy":
        acts.called(scene, signing, executed)
    if kind in hooks and executed.call == CALLS.get(kind, executed.call):
        hooks[kind](scene, signing, executed)
    if executed.succeeded != bool(d["status"]):
        why = executed.error or "it succeeds"
        message = f"The contract does not do again what the journal says of this {kind}: {why}."
        findings.differs(
            _reverted_in(kind, executed.error), "OUTCOME_DIFFERS", message, at=event, got=bool(d["status"]),
            want=executed.error or executed.succeeded,
        )  # fmt: skip
    findings.count(4, "transactions executed again")
    if scene.same_blocks:
        for name, got in (("block hash", d["block_hash"]), ("gas", d["gas_used"])):
            want = executed.ran.block_hash if name == "block hash" else executed.ran.gas_used
            findings.same(4, "BLOCK_DIFFERS", f"{name} of a block executed again", at=event, got=got, want=want)
        findings.count(4, "block hashes and gas")
    _keep_untold(scene, executed, opening=kind == "deploy")


def everything_told(scene: Scene, event: Event | None, *, opening: bool = False) -> None:
    """What a block decided stands in the log before anything else is sent."""
    if opening:
        return
    for (kind, key), fact in scene.untold.items():
        name = fact.name if isinstance(fact, BookFact | GovernanceFact) else type(fact).__name__
        message = f"The contract decided this in block {scene.blocks} and no event tells it: an event was dropped."
        scene.findings.differs(4, "RECORD_NOT_IN_LOG", message, at=event, got="nothing", want=f"{name}, {kind} {key}")
    scene.untold.clear()


def at_its_time(scene: Scene, event: Event, at: int) -> None:
    """A block has the time that its tick names (or one second after the block before, where time must move on)."""
    got = event.data["block_time"]
    if scene.blocks == 2:
        scene.strictly_later = got > scene.block_time  # the deployment is of one moment where blocks may share it
    want = max(at, scene.block_time + 1) if scene.strictly_later else at
    if got != want:
        scene.findings.differs(4, "REDATED", "A block is not at the time of its tick.", at=event, got=got, want=want)
    scene.findings.count(4, "block times")


def _execute(scene: Scene, signing: Event, raw: RawTransaction, sent: str) -> Executed | None:
    if scene.broken:
        return None
    d = signing.data
    name = d["label"].partition(" ")[0] if raw.to is None else ""
    try:
        return scene.again.execute(raw, sent, block=scene.blocks, at=d["block_time"], creates=name)
    except Inconsistent as error:
        scene.broken = f"block {scene.blocks}: {error.message}"
        scene.findings.differs(
            4, error.code, f"{error.message} A transaction is missing or stands twice.", at=signing,
            got=error.facts.get("got", ""), want=error.facts.get("want", ""),
        )  # fmt: skip
        return None


def _keep_untold(scene: Scene, executed: Executed, *, opening: bool) -> None:
    skips = 0
    if not opening:  # the first signers stand in the oracle's creation
        governed = [fact for fact in executed.facts if isinstance(fact, GovernanceFact)]
        scene.untold.update({("governance", place): fact for place, fact in enumerate(governed)})
    for fact in executed.facts:
        match fact:
            case VectorPosted(seq=seq):
                scene.untold["vector", seq] = fact
            case RoundsCommitted(from_seq=seq):
                scene.untold["rounds", seq] = fact
            case Skipped():
                scene.untold["skip", skips] = fact
                skips += 1
            case Filled(stamp=stamp):
                for teller in ("record", "booking", "settlement"):
                    scene.untold[teller, stamp.seq] = fact
            case _ if hasattr(fact, "stamp"):
                scene.untold["record", fact.stamp.seq] = fact
            case RootAnchored(position=position):
                scene.untold["anchor", position] = fact


def _kind_of(call: str) -> str:
    return next((kind for kind, name in CALLS.items() if name == call), call or "no call of ours")


def _reverted_in(kind: str, error: str) -> int:
    if not error:
        return 4
    if kind == "commit" and not error.startswith(("WrongSignature", "NotASigner", "SignerTwice", "ECDSA")):
        return 3
    return REVERTED_IN.get(kind, 4)
