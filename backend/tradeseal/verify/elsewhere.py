"""What a journal tells of a chain that others run: replacements, places that did not count yet, what was orphaned.

Knows that a replacement changes nothing but its fees and that a block of ours comes after the one before. Knows nothing
of what a transaction did.
"""

from tradeseal.chain.transactions import Unreadable, read_transaction
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene


def replaced(scene: Scene, event: Event) -> None:
    """A replacement is the transaction that waits, at higher fees."""
    d, findings = event.data, scene.findings
    if scene.signed is None and d["intended_hash"] not in scene.counted:
        findings.differs(4, "JOURNAL_ORDER", "A replacement of nothing.", at=event, got=d["intended_hash"])
        return
    try:
        raw = read_transaction(d["raw"])
    except Unreadable as error:
        findings.differs(2, "RAW_UNREADABLE", f"The signed bytes do not read: {error}.", at=event, got=d["raw"])
        return
    findings.same(
        2, "TRANSACTION_CHANGED", "transaction hash", at=event, got=d["transaction_hash"], want=raw.transaction_hash
    )
    scene.variants[raw.transaction_hash] = (d["raw"], raw)
    scene.intended[raw.transaction_hash] = d["intended_hash"]
    if scene.signed is None:
        return  # of one that counted before and was orphaned: what it did is known
    signing, first = scene.signed
    for name, got, want in (
        ("transaction that is replaced", d["intended_hash"], signing.data["transaction_hash"]),
        ("sender", raw.sender, first.sender),
        ("nonce", raw.nonce, first.nonce),
        ("address that is called", raw.to, first.to),
        ("value", raw.value, first.value),
        ("call", raw.data, first.data),
        ("gas", raw.gas, first.gas),
        ("chain", raw.chain_id, first.chain_id),
    ):
        findings.same(2, "REPLACEMENT_DIFFERS", f"{name} of a replacement", at=event, got=got, want=want)
    findings.count(2, "replacements at higher fees")


def seen(scene: Scene, event: Event) -> None:
    """A chain of others tells its own block numbers and times."""
    scene.elsewhere = True
    scene.seen[event.data["transaction_hash"]] = (event.data["block"], event.data["block_hash"])


def orphaned(scene: Scene, event: Event) -> None:
    """Its block is gone; where it had counted, it must have another before anything else is sent."""
    d = event.data
    scene.elsewhere = True
    scene.seen.pop(d["transaction_hash"], None)
    intended = scene.intended.get(d["transaction_hash"], d["transaction_hash"])
    if intended in scene.counted:
        scene.orphaned.add(intended)
    scene.counts["orphaned"] += 1


def place(scene: Scene, event: Event) -> None:
    """The block of a transaction: ours have the number of their place, others' come one after the other."""
    d, findings = event.data, scene.findings
    if not scene.elsewhere:
        findings.same(4, "BLOCK_DIFFERS", "number of a block", at=event, got=d["block"], want=scene.blocks)
        return
    told = scene.seen.pop(d["transaction_hash"], None)
    findings.same(4, "BLOCK_DIFFERS", "block where it was seen", at=event, got=(d["block"], d["block_hash"]), want=told)
    if d["block"] <= scene.block_number:
        message = "A block is not behind the one of the transaction before."
        findings.differs(4, "BLOCK_DIFFERS", message, at=event, got=d["block"], want=f"over {scene.block_number}")
    scene.block_number = d["block"]


def brought_back(scene: Scene, event: Event) -> bool:
    """Whether this block is another one of a transaction that counted before: nothing is executed twice."""
    d = event.data
    intended = scene.intended.get(d["transaction_hash"], d["transaction_hash"])
    if intended not in scene.orphaned:
        return False
    scene.orphaned.discard(intended)
    scene.counts["brought back"] += 1
    scene.seen.pop(d["transaction_hash"], None)
    scene.block_number = d["block"]
    want = scene.counted[intended]
    scene.findings.same(4, "OUTCOME_DIFFERS", "outcome after a reorganisation", at=event, got=d["status"], want=want)
    scene.findings.count(4, "transactions brought back after a reorganisation")
    return True
