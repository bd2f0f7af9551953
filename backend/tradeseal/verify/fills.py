"""Check 5: each fill is the one that the contract took, for its own ticket, at a price and fee that it accepts.

The contract itself decides what a fill may be: a record call that is executed again and not refused has no price
better than the worse mark, none beyond its ticket's limit, and exactly its fee. What is compared here is that the log
tells the same fill as the call.
"""

from typing import Any

from tradeseal.chain.again import Executed
from tradeseal.cycle.ports import Filled
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene
from tradeseal.verify.verdicts import labelled


def placed(scene: Scene, event: Event) -> None:
    """An order to the venue is its ticket."""
    d, ticket = event.data, scene.journey(event).ticket
    want_id = f"ts-{str(ticket.get('id', ''))[2:26]}"
    for name, got, want in (
        ("order id", d["client_order_id"], want_id), ("quantity", d["quantity_e8"], ticket.get("quantity_e8")),
        ("limit price", d["limit_price_e8"], ticket.get("limit_price_e8")),
    ):  # fmt: skip
        scene.findings.same(5, "ORDER_DIFFERS", f"{name} of an order", at=event, got=got, want=want)
    scene.findings.count(5, "orders placed")


def filled(scene: Scene, event: Event) -> None:
    """What the venue is said to have done, compared when it is recorded."""
    scene.journey(event).fill = event.data


def recording_asked(scene: Scene, event: Event) -> None:
    """Which transaction records or releases."""
    scene.journey(event).recording = event.data["transaction_hash"]


def fills_sent(scene: Scene, event: Event, executed: Executed) -> None:
    """Each fill in the call is one cycle's, unit by unit, and no other."""
    _compare(scene, event, [(f["ticket"], f) for f in executed.arguments["fills"]])
    _skipped_vectors(scene, executed)


def releases_sent(scene: Scene, event: Event, executed: Executed) -> None:
    """Each ticket in the call is one cycle's."""
    _compare(scene, event, [(ticket, None) for ticket in executed.arguments["tickets"]])


def _compare(scene: Scene, event: Event, rows: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> None:
    asked = {
        j.ticket.get("id"): j for j in scene.journeys.values()
        if j.recording == event.data["transaction_hash"]
    }  # fmt: skip
    for ticket, fill in rows:
        journey = asked.pop("0x" + ticket["id"].hex(), None)
        if journey is None:
            message = "The call names a ticket whose cycle did not ask for it."
            scene.findings.differs(5, "FILL_UNKNOWN", message, at=event, got=ticket["id"])
        elif fill is not None:
            for name, want in (
                ("quantity_e8", fill["quantity"]), ("price_e8", fill["price"]), ("fee_e8", fill["fee"]),
            ):  # fmt: skip
                scene.findings.same(
                    5, "FILL_DIFFERS", f"{name} of a fill", at=event, got=journey.fill.get(name), want=want
                )
            scene.findings.count(5, "fills")
        else:
            scene.findings.count(5, "tickets released")
    for ticket_id in asked:
        message = "A cycle asked to record a fill that is not in the call."
        scene.findings.differs(5, "FILL_NOT_SENT", message, at=event, got=ticket_id)
    labelled(scene, event)


def rest_left(scene: Scene, event: Event) -> None:
    """A part was filled: what is left of the ticket, and the settlement that its release waits for."""
    journey, d = scene.journey(event), event.data
    want = journey.ticket.get("quantity_e8", 0) - journey.fill.get("quantity_e8", 0)
    scene.findings.same(5, "REST_DIFFERS", "rest of a ticket", at=event, got=d["rest_e8"], want=want)
    journey.left = (d, scene.take("settlement", journey.record_seq))  # its block is not the last when it is settled


def _skipped_vectors(scene: Scene, executed: Executed) -> None:
    skipped = [one for one in executed.logged if one.name == "MarksSkipped"]
    for one in skipped:
        scene.findings.checks[5].listed.append(
            f"vectors {one.values['from']} to {one.values['to']} were signed and never posted (block {executed.block})"
        )


def recorded(scene: Scene, event: Event) -> None:
    """A fill's record."""
    d, journey = event.data, scene.journey(event)
    fact = scene.take("record", d["record_seq"])
    if not isinstance(fact, Filled):
        if not scene.broken:
            message = "The contract recorded no such fill in this block."
            scene.findings.differs(5, "NO_SUCH_RECORD", message, at=event, got=d["record_seq"],
                                   want=sorted(map(str, scene.untold)))  # fmt: skip
        return
    same, stamp = scene.findings.same, fact.stamp
    same(5, "RECORD_DIFFERS", "ticket of a record", at=event, got=journey.ticket.get("id"), want=fact.ticket_id)
    same(4, "RECORD_DIFFERS", "hash of a record", at=event, got=d["record_hash"], want=stamp.hash)
    same(4, "RECORD_DIFFERS", "hash before a record", at=event, got=d["previous_hash"], want=stamp.previous_hash)
    same(4, "REDATED", "time of a record", at=event, got=d["observed_at"], want=stamp.observed_at)
    scene.same_place(4, event)
    journey.record_seq = d["record_seq"]
    scene.findings.count(4, "records")
