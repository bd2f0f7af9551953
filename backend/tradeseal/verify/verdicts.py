"""Check 4: what the contract decided again is what the log says it decided, record by record.

Knows orders, verdicts and the book's other records. Knows nothing of fills.
"""

import msgspec

from tradeseal.chain.again import Executed
from tradeseal.cycle.ports import Authorised, BookFact, Rejected, Released, Skipped
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Journey, Scene
from tradeseal.verify.transactions import at_its_time


def orders_sent(scene: Scene, event: Event, executed: Executed) -> None:
    """Each order in the call is one that a cycle asked for, with the same quantity and limit price, and no other."""
    asked = {
        cycle: journey for cycle, journey in scene.journeys.items()
        if journey.asked.get("transaction_hash") == event.data["transaction_hash"]
    }  # fmt: skip
    for market, digest, quantity, limit_price in _orders(scene, executed):
        found = next((c for c, j in asked.items() if j.market == market and (not digest or j.digest == digest)), None)
        if found is None:
            message = "The call holds an order that no cycle asked for."
            scene.findings.differs(4, "ORDER_UNKNOWN", message, at=event, got=digest or market)
            continue
        d = asked.pop(found).asked
        for name, want in (("quantity_e8", quantity), ("limit_price_e8", limit_price)):
            scene.findings.same(4, "ORDER_DIFFERS", f"{name} asked for", at=event, got=d[name], want=want)
        mark = scene.marks.get(market, 0)
        if mark:
            scene.findings.same(4, "ORDER_DIFFERS", "mark of an order", at=event, got=d["mark_e8"], want=mark)
        scene.findings.same(4, "REDATED", "time of an order", at=event, got=d["observed_at"], want=scene.observed_at)
        scene.findings.count(4, "orders")
    for cycle in asked:
        message = "A cycle asked for an order that is not in the call."
        scene.findings.differs(4, "ORDER_NOT_SENT", message, at=event, got=cycle)
    labelled(scene, event)


def _orders(scene: Scene, executed: Executed) -> list[tuple[str, str, int, int]]:
    """Market, digest (empty for an exit without a signal), quantity and limit price of each order."""
    names = scene.name_of
    a = executed.arguments
    if executed.call == "authorise":
        return [
            (names.get(o["signal"]["market"], "?"), _digest(scene, o["signal"]), o["quantity"], o["limitPrice"])
            for o in a["orders"]
        ]
    found = []
    for o in a["orders"]:
        digest = _digest(scene, a["signals"][o["signal"] - 1]) if o["signal"] else ""
        found.append((names.get(o["market"], "?"), digest, o["quantity"], o["limitPrice"]))
    return found


def _digest(scene: Scene, signal: dict[str, object]) -> str:
    # The log's signal has the digest that was recomputed from its fields: the call's is the same struct or another.
    for cycle in scene.open_committed.values():
        journey = scene.journeys.get(cycle)
        if journey is not None and _same_struct(journey, signal):
            return journey.digest
    return "unknown"


def _same_struct(journey: Journey, signal: dict[str, object]) -> bool:
    stored = journey.signal
    if bytes.fromhex(stored["salt"][2:]) != signal["salt"]:
        return False
    return [bytes.fromhex(v[2:]) if isinstance(v, str) else v for v in stored.values()] == list(signal.values())


def asked(scene: Scene, event: Event) -> None:
    """A cycle's order, compared when its transaction is executed."""
    scene.journey(event).asked = event.data


def authorised(scene: Scene, event: Event) -> None:
    """A ticket, as the contract gave it."""
    journey, d = scene.journey(event), event.data
    fact = scene.take("record", d["record_seq"])
    if not _is(scene, event, fact, Authorised):
        return
    assert isinstance(fact, Authorised)
    ticket = msgspec.json.decode(msgspec.json.encode(fact.ticket))
    scene.findings.same(4, "VERDICT_DIFFERS", "ticket", at=event, got=d["ticket"], want=ticket)
    if journey.digest:
        scene.findings.same(
            4, "VERDICT_DIFFERS", "signal of a ticket", at=event, got=journey.digest, want=fact.ticket.id
        )
    _stamped(scene, event, fact)
    _judged(scene, event)
    journey.ticket = ticket
    scene.findings.count(4, "authorisations")


def rejected(scene: Scene, event: Event) -> None:
    """A no, with every rule that failed and both sides of each comparison."""
    d = event.data
    fact = scene.take("record", d["record_seq"])
    if not _is(scene, event, fact, Rejected):
        return
    assert isinstance(fact, Rejected)
    checks = msgspec.json.decode(msgspec.json.encode(fact.checks))
    scene.findings.same(4, "VERDICT_DIFFERS", "rules and numbers of a rejection", at=event, got=d["checks"],
                        want=checks)  # fmt: skip
    failed = [check["rule"] for check in checks if check["failed"]]
    scene.findings.same(4, "VERDICT_DIFFERS", "failed rules", at=event, got=d["rules"], want=failed)
    journey = scene.journey(event)
    if journey.digest:
        scene.findings.same(
            4, "VERDICT_DIFFERS", "signal of a rejection", at=event, got=journey.digest, want=fact.digest
        )
    _stamped(scene, event, fact)
    _judged(scene, event)
    scene.findings.count(4, "rejections")


def skipped(scene: Scene, event: Event) -> None:
    """An order that the contract passed over."""
    d, journey = event.data, scene.journey(event)
    facts = [(key, fact) for key, fact in scene.untold.items() if isinstance(fact, Skipped)]
    mine = next((one for one in facts if one[1].digest == journey.digest), facts[0] if facts else None)
    if mine is None:
        scene.findings.differs(4, "NO_SUCH_RECORD", "The contract skipped no such order.", at=event, got=d["code"])
        return
    key, fact = mine
    del scene.untold[key]
    for name in ("code", "got", "want"):
        scene.findings.same(4, "VERDICT_DIFFERS", f"skip: {name}", at=event, got=d[name], want=getattr(fact, name))
    scene.findings.same(4, "PLACE_DIFFERS", "transaction", at=event, got=d["transaction_hash"],
                        want=scene.mined.get("transaction_hash"))  # fmt: skip
    scene.findings.count(4, "skipped orders")


def released(scene: Scene, event: Event) -> None:
    """A ticket given back."""
    d = event.data
    fact = scene.take("record", d["record_seq"])
    if not _is(scene, event, fact, Released):
        return
    assert isinstance(fact, Released)
    want = fact.quantity_e8
    scene.findings.same(4, "VERDICT_DIFFERS", "released quantity", at=event, got=d["quantity_e8"], want=want)
    ticket = scene.journey(event).ticket.get("id")
    scene.findings.same(4, "VERDICT_DIFFERS", "released ticket", at=event, got=ticket, want=fact.ticket_id)
    _stamped(scene, event, fact)
    scene.findings.count(4, "releases")


def noted(scene: Scene, event: Event) -> None:
    """Any other record of the book: limits, flows, states, days, latches."""
    d = event.data
    fact = scene.take("record", d["record_seq"])
    if not _is(scene, event, fact, BookFact):
        return
    assert isinstance(fact, BookFact)
    name = d.get("name") or event.topic.partition(".")[2]
    scene.findings.same(4, "VERDICT_DIFFERS", "kind of a record", at=event, got=name, want=fact.name)
    want = dict(fact.values)
    scene.findings.same(4, "VERDICT_DIFFERS", f"values of {fact.name}", at=event, got=d["values"], want=want)
    _stamped(scene, event, fact)
    scene.findings.count(4, "other records")


def _is(scene: Scene, event: Event, fact: object, kind: type) -> bool:
    if isinstance(fact, kind):
        return True
    if scene.broken:
        return False
    got = f"{event.topic.partition('.')[2]} as record {event.data['record_seq']}"
    if fact is None:
        message = "The contract wrote no such record in this block: an event was invented, doubled or moved."
        scene.findings.differs(4, "NO_SUCH_RECORD", message, at=event, got=got, want=sorted(map(str, scene.untold)))
    else:
        want = fact.name if isinstance(fact, BookFact) else type(fact).__name__
        scene.findings.differs(4, "VERDICT_DIFFERS", "The contract decided otherwise.", at=event, got=got, want=want)
    return False


def _stamped(scene: Scene, event: Event, fact: Authorised | Rejected | Released | BookFact) -> None:
    d, stamp = event.data, fact.stamp
    same = scene.findings.same
    same(4, "RECORD_DIFFERS", "hash of a record", at=event, got=d["record_hash"], want=stamp.hash)
    same(4, "RECORD_DIFFERS", "hash before a record", at=event, got=d["previous_hash"], want=stamp.previous_hash)
    if "observed_at" in d:
        same(4, "REDATED", "time of a record", at=event, got=d["observed_at"], want=stamp.observed_at)
    scene.same_place(4, event)
    scene.findings.count(4, "records")


def _judged(scene: Scene, event: Event) -> None:
    """Committed in an earlier block, and one of each strategy, market and close."""
    journey = scene.journey(event)
    if not journey.digest:
        return
    scene.open_committed.pop(journey.digest, None)
    scene.by_digest.pop(journey.digest, None)
    if not 0 < journey.committed_in < scene.blocks:
        scene.findings.differs(
            3, "NOT_COMMITTED_BEFORE", "A signal is committed in an earlier block than it is judged in.", at=event,
            got=journey.committed_in, want=f"before {scene.blocks}",
        )  # fmt: skip
    place, close = (journey.signal["strategy"], journey.market), journey.signal["candle_close"]
    last = scene.judged_closes.get(place, 0)
    if close <= last and "RULE-05" not in event.data.get("rules", ()):  # one that waited too long is refused for that
        message = "Two signals of one strategy, market and close were judged."
        scene.findings.differs(3, "JUDGED_TWICE", message, at=event, got=close, want=last)
    scene.judged_closes[place] = max(close, last)
    scene.counts["judged"] += 1
    scene.findings.count(3, "signals judged")


def labelled(scene: Scene, event: Event) -> None:
    """The journal's label of a call names its kind and its tick."""
    kind, *_, moment = event.data["label"].split(":")
    scene.findings.same(4, "REDATED", "label of a call", at=event, got=kind, want=event.data["kind"])
    if moment.isdigit():
        at_its_time(scene, event, int(moment))
