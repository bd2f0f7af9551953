"""Levers: each use of guardian's and governor's keys is one that the log ordered, and ended as the log says.

Knows intents, their transactions and the changes that wait (checks 2 and 4). Whether a lever was allowed is decided by
the bytecode, which is executed again.
"""

from tradeseal.chain.again import Executed
from tradeseal.cycle.ports import GovernanceFact
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene

END = "ActEnded"


def ordered(scene: Scene, event: Event) -> None:
    """An intent, compared when its transaction is executed."""
    scene.act = event.data


def called(scene: Scene, signing: Event, executed: Executed) -> None:
    """The transaction is the one that was ordered: this call, by the key of this role."""
    act, scene.act = scene.act, {}
    transaction = executed.transaction
    if act.get("transaction_hash") != transaction.transaction_hash:
        message = "A lever was used that nobody ordered in the log."
        scene.findings.differs(4, "ACT_UNKNOWN", message, at=signing, got=executed.call or signing.data["kind"])
        return
    same = scene.findings.same
    same(4, "ACT_DIFFERS", "call of a lever", at=signing, got=act["call"], want="0x" + transaction.data.hex())
    told = signing.data["label"].split(":")[1]
    same(4, "ACT_DIFFERS", "name of a lever", at=signing, got=act["act"], want=executed.call or told)
    holder = str(scene.again.view("SignalOracle", act["role"])[0]).lower()
    same(2, "SENDER_DIFFERS", f"{act['role']} of a lever", at=signing, got="0x" + transaction.sender.hex(), want=holder)
    scene.untold["end", transaction.transaction_hash] = GovernanceFact(END, "", {})
    scene.findings.count(4, "levers used")


def ended(scene: Scene, event: Event) -> None:
    """What came of it: the contract's own error, or none."""
    if scene.take("end", event.data["transaction_hash"]) is None and not scene.broken:
        message = "The end of a lever that was not used in this block."
        scene.findings.differs(4, "NO_SUCH_RECORD", message, at=event, got=event.data["act"])
    want = "" if scene.last is None else scene.last.error
    scene.findings.same(4, "ACT_DIFFERS", "outcome of a lever", at=event, got=event.data["error"], want=want)
    scene.same_place(4, event)


def noted(scene: Scene, event: Event) -> None:
    """A change that waits, the signers or the trader, as the contract's event says."""
    d = event.data
    facts = [(key, fact) for key, fact in scene.untold.items() if key[0] == "governance"]
    mine = next((one for one in facts if getattr(one[1], "name", "") == d["name"]), None)
    if mine is None:
        message = "The contract said no such thing in this block: an event was invented, doubled or moved."
        scene.findings.differs(4, "NO_SUCH_RECORD", message, at=event, got=d["name"])
        return
    key, fact = mine
    assert isinstance(fact, GovernanceFact)
    del scene.untold[key]
    same = scene.findings.same
    same(4, "ACT_DIFFERS", f"contract of {fact.name}", at=event, got=d["contract"], want=fact.contract)
    same(4, "ACT_DIFFERS", f"values of {fact.name}", at=event, got=d["values"], want=dict(fact.values))
    scene.same_place(4, event)
    scene.findings.count(4, "changes, signers and traders")
