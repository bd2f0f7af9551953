"""Checks 6 and 7: cash, positions and profit folded from the events' fills, beside the contract's own at every record.

Knows the integer forms of accounting, which exist twice on purpose. Knows nothing of verdicts.
"""

from typing import Any

from tradeseal.chain.again import Executed
from tradeseal.cycle.ports import BookFact, Filled
from tradeseal.trading.accounts import BUY, CannotBook
from tradeseal.verify.history import Event
from tradeseal.verify.scene import Scene

LATCHES = ("DayLatched", "DrawdownLatched")


def book_opened(scene: Scene, event: Event) -> None:
    """The book begins with its cash; what it says of the chain is what was deployed."""
    d, again = event.data, scene.again
    for name in ("oracle_address", "book_address"):
        address = again.address("SignalOracle" if name == "oracle_address" else "RiskBook") or b""
        scene.findings.same(6, "OTHER_BOOK", name, at=event, got=d[name], want="0x" + address.hex())
    scene.findings.same(6, "RECORD_DIFFERS", "record head", at=event, got=d["record_head"], want=again.head.hash)
    flows = [f for f in scene.untold.values() if isinstance(f, BookFact) and f.name == "FlowBooked"]
    opened = int(flows[0].values["amount"]) if flows else None
    scene.findings.same(6, "CASH_DIFFERS", "cash at the opening", at=event, got=d["cash_e8"], want=opened)
    scene.accounts.cash_e8 = d["cash_e8"]
    scene.flows_e8 = d["cash_e8"]


def day_statement_opened(scene: Scene, event: Event) -> None:
    """A day opens with what the folded books hold."""
    d = event.data
    if scene.counts["days"]:
        scene.findings.same(
            6, "DAY_DIFFERS", "opening of a day", at=event, got=d["opening_equity_e8"], want=scene.counts["closing"]
        )
    scene.findings.same(6, "CASH_DIFFERS", "cash of a day", at=event, got=d["cash_e8"], want=scene.accounts.cash_e8)
    scene.counts["days"] += 1
    scene.findings.count(6, "days")


def day_settled(scene: Scene, event: Event) -> None:
    """A day closes at what the folded books were worth at the old marks."""
    d = event.data
    closing = int(d["values"]["closing"])
    scene.findings.same(6, "DAY_DIFFERS", "closing of a day", at=event, got=d["closing_equity_e8"], want=closing)
    scene.counts["closing"] = closing


def before_vector(scene: Scene, event: Event, executed: Executed) -> None:
    """Before the new marks count: a day that rolls in this block closed at the old ones."""
    for fact in executed.facts:
        if isinstance(fact, BookFact) and fact.name == "DaySettled":
            scene.findings.same(
                6, "EQUITY_DIFFERS", "equity at the end of a day", at=event, got=scene.equity_e8(),
                want=int(fact.values["closing"]),
            )  # fmt: skip
            scene.findings.count(6, "equities at a day's end")


def settle_latches(scene: Scene, event: Event | None) -> None:
    """Compare the latches of the last block, after its fills were booked."""
    for fact in scene.after_settlement:
        if isinstance(fact, BookFact):
            want = int(fact.values["equity"])
            scene.findings.same(6, "EQUITY_DIFFERS", "equity at a latch", at=event, got=scene.equity_e8(), want=want)
            scene.findings.count(6, "equities at a latch")
    scene.after_settlement.clear()


def flow_noted(scene: Scene, event: Event) -> None:
    """Money that came or went after the opening."""
    d = event.data
    if d["name"] == "FlowBooked" and int(d["values"]["observedAt"]) > 0:
        amount = int(d["values"]["amount"])
        scene.accounts.cash_e8 += amount
        scene.flows_e8 += amount
        want = int(d["values"]["cashAfter"])
        scene.findings.same(6, "CASH_DIFFERS", "cash after a flow", at=event, got=scene.accounts.cash_e8, want=want)


def fill_booked(scene: Scene, event: Event) -> None:
    """One fill in three accounts: the event's, the fold from fills alone, the contract's."""
    d = event.data
    fact = scene.take("booking", d["record_seq"])
    if not isinstance(fact, Filled):
        if not scene.broken:
            message = "The contract recorded no such fill in this block."
            scene.findings.differs(6, "NO_SUCH_RECORD", message, at=event, got=d["record_seq"])
        return
    for name in (
        "market", "side", "quantity_e8", "price_e8", "notional_e8", "fee_e8", "realised_e8", "cost_taken_e8",
        "cash_after_e8", "quantity_after_e8", "cost_after_e8",
    ):  # fmt: skip
        scene.findings.same(
            6, "BOOKING_DIFFERS", f"{name} of a booking", at=event, got=d[name], want=getattr(fact, name)
        )
    scene.findings.same(6, "REDATED", "time of a booking", at=event, got=d["observed_at"], want=fact.stamp.observed_at)
    _fold(scene, event, fact)
    scene.findings.count(6, "bookings, each three ways")


def _fold(scene: Scene, event: Event, fact: Filled) -> None:
    d = event.data
    try:
        booking = scene.accounts.book(
            market=d["market"], side=d["side"], quantity_e8=d["quantity_e8"], price_e8=d["price_e8"], fee_bps=0,
            fee_e8=d["fee_e8"],
        )  # fmt: skip
    except CannotBook as error:
        scene.findings.differs(6, "BOOKS_DIFFER", error.message, at=event, got=error.facts["got"],
                               want=error.facts["limit"])  # fmt: skip
        scene.accounts.apply(
            market=fact.market, cash_after_e8=fact.cash_after_e8, quantity_after_e8=fact.quantity_after_e8,
            cost_after_e8=fact.cost_after_e8,
        )  # fmt: skip
        return
    for name in ("notional_e8", "realised_e8", "cost_taken_e8", "cash_after_e8", "quantity_after_e8", "cost_after_e8"):
        want = getattr(fact, name)
        scene.findings.same(
            6, "BOOKS_DIFFER", f"{name} folded from fills", at=event, got=getattr(booking, name), want=want
        )
    scene.accounts.take(booking)
    scene.realised_e8 += booking.realised_e8
    scene.fees_e8 += booking.fee_e8
    scene.counts["fills"] += 1
    scene.counts["entries" if booking.side == BUY else "exits"] += 1
    if booking.side != BUY:
        scene.counts["wins" if booking.realised_e8 > 0 else "losses" if booking.realised_e8 < 0 else "even"] += 1


def settled(scene: Scene, event: Event) -> None:
    """A settlement's profit, loss and balances."""
    d, journey = event.data, scene.journey(event)
    foretold, fact = journey.left or (d, scene.take("settlement", journey.record_seq))
    if not isinstance(fact, Filled):
        if not scene.broken:
            message = "A settlement without its recorded fill."
            scene.findings.differs(7, "NO_SUCH_RECORD", message, at=event, got=journey.record_seq)
        return
    names = {"realised_pnl_e8": "realised_e8"}
    for name in (
        "side", "quantity_e8", "price_e8", "notional_e8", "fee_e8", "realised_pnl_e8", "cash_after_e8",
        "quantity_after_e8", "cost_after_e8",
    ):  # fmt: skip
        want = getattr(fact, names.get(name, name))
        scene.findings.same(7, "SETTLEMENT_DIFFERS", f"{name} of a settlement", at=event, got=d[name], want=want)
    for name in sorted(foretold.keys() & d.keys() - {"timestamp"}):
        scene.findings.same(7, "SETTLEMENT_DIFFERS", f"{name} as foretold", at=event, got=d[name], want=foretold[name])
    scene.findings.same(
        7, "REDATED", "time of a settlement", at=event, got=d["observed_at"], want=fact.stamp.observed_at
    )
    # The books are folded per fill in the day's stream first; the equity of a settlement is that after its own fill.
    _equity_at(scene, event, fact, d["equity_e8"])
    scene.findings.count(7, "settlements")


def _equity_at(scene: Scene, event: Event, fact: Filled, told: int) -> None:
    after = scene.fill_equities.pop(fact.stamp.seq, None)
    if after is not None:
        scene.findings.same(7, "EQUITY_DIFFERS", "equity after a settlement", at=event, got=told, want=after)


def remember_equity(scene: Scene, event: Event) -> None:
    """The equity right after a booking, for the settlement that tells it."""
    scene.fill_equities[event.data["record_seq"]] = scene.equity_e8()


def books_at_the_end(scene: Scene) -> None:
    """The contract's own view after the last block, beside what was folded."""
    if scene.broken or scene.last is None:
        return
    view: dict[str, Any] = scene.again.view("RiskBook", "book")[0]
    same = scene.findings.same
    same(6, "BOOKS_DIFFER", "cash at the end", got=scene.accounts.cash_e8, want=view["cash"])
    for market, position in zip(scene.markets, view["positions"], strict=False):
        holding = scene.accounts.holdings.get(market)
        got = (holding.quantity_e8, holding.cost_e8) if holding else (0, 0)
        want = (position["quantity"], position["cost"])
        same(6, "BOOKS_DIFFER", f"quantity and cost of {market} at the end", got=got, want=want)
    same(6, "EQUITY_DIFFERS", "equity at the end", got=scene.equity_e8(), want=view["equity"])
    scene.findings.count(6, "positions at the end", len(view["positions"]))
    _profit(scene)
    _commitments(scene)


def _profit(scene: Scene) -> None:
    cost = sum(holding.cost_e8 for holding in scene.accounts.holdings.values())
    got = scene.accounts.cash_e8 + cost
    want = scene.flows_e8 + scene.realised_e8
    message = "cash and cost at the end, against all flows and all realised profit"
    scene.findings.same(7, "PROFIT_DIFFERS", message, got=got, want=want)
    scene.findings.count(7, "sums of profit")


def _commitments(scene: Scene) -> None:
    counters: dict[str, Any] = scene.again.view("SignalOracle", "counters")[0]
    same = scene.findings.same
    for name in ("committed", "judged"):
        same(3, "COUNTS_DIFFER", f"{name} signals", got=scene.counts[name], want=counters[name])
    total = counters["judged"] + counters["revoked"] + counters["open"]
    same(3, "COUNTS_DIFFER", "committed = judged + revoked + open", got=counters["committed"], want=total)
    rounds = scene.counts["rounds"] - len(scene.rounds)
    same(3, "COUNTS_DIFFER", "committed rounds", got=rounds, want=counters["rounds"])
    still_open = len(scene.open_committed) - counters["revoked"]
    same(3, "COUNTS_DIFFER", "open signals", got=still_open, want=counters["open"])
    result = scene.findings.checks[3]
    result.checked.update({name: counters[name] for name in ("committed", "revoked", "open")})
    result.listed += [f"open: {digest} (cycle {cycle})" for digest, cycle in scene.open_committed.items()]
    if counters["vectorsSkipped"]:
        scene.findings.checks[5].listed.append(f"{counters['vectorsSkipped']} signed vectors were never posted")
