"""Trades: what a run's events say was traded, refused and held, as rows.

Knows the events' topics. Knows nothing of ratios or files.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tradeseal.kernel.money import price_with_spread_down, price_with_spread_up
from tradeseal.readmodels.published import Totals
from tradeseal.trading.published import ExitReason

BUY, SELL = 1, 2


@dataclass(frozen=True)
class Trade:
    """One settled fill; amounts in 1e-8. `opened_at` is the position's first purchase."""

    market: str
    side: int
    reason: str
    quantity_e8: int
    price_e8: int
    mark_e8: int
    notional_e8: int
    fee_e8: int
    realised_e8: int
    cash_after_e8: int
    quantity_after_e8: int
    opened_at: int
    observed_at: int
    record_seq: int
    record_hash: str
    confidence_bps: int | None

    @property
    def spread_e8(self) -> int:
        """What the distance of the fill from the mark cost."""
        return abs(self.price_e8 - self.mark_e8) * self.quantity_e8 // 10**8

    def half_spread_e8(self, half_spread_bps: int) -> int:
        """What of it is the contract's half spread; the rest is slippage and the venue's tick."""
        worse = price_with_spread_up if self.side == BUY else price_with_spread_down
        return abs(worse(self.mark_e8, half_spread_bps) - self.mark_e8) * self.quantity_e8 // 10**8


@dataclass
class Traded:
    """Everything that became of a run's signals."""

    trades: list[Trade] = field(default_factory=list)
    rejected: int = 0
    rejected_by_rule: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    skipped: int = 0
    released: int = 0

    @property
    def sales(self) -> list[Trade]:
        """The fills that reduced."""
        return [trade for trade in self.trades if trade.side == SELL]


def traded(events: Sequence[Any]) -> Traded:
    """Fold a run's events."""
    found = Traded()
    cycles: dict[UUID, dict[str, Any]] = {}
    opened: dict[str, int] = {}
    for event in events:
        name = event.TOPIC.rpartition(".")[2]
        if event.TOPIC.startswith("TradeCycle."):
            _cycle_event(found, cycles.setdefault(event.originator_id, {}), opened, name, event)
    return found


def _cycle_event(found: Traded, cycle: dict[str, Any], opened: dict[str, int], name: str, event: Any) -> None:
    match name:
        case "CycleOpened":
            cycle["market"] = event.market
        case "SignalGenerated":
            cycle["confidence_bps"] = event.signal.confidence_bps
        case "ExitRequested":
            cycle["reason"] = ExitReason(event.reason).name
        case "TradeAuthorised":
            cycle["mark_e8"] = event.ticket.mark_e8
        case "TradeRejected":
            found.rejected += 1
            found.rejected_by_rule.update(event.rules)
        case "SignalRefused" | "OrderSkipped" | "TicketReleased":
            found.refused += name == "SignalRefused"
            found.skipped += name == "OrderSkipped" and event.final
            found.released += name == "TicketReleased"
        case "TradeRecorded":
            cycle["record"] = (event.record_seq, event.record_hash)
        case "TradeSettled":
            found.trades.append(_trade(cycle, opened, event))
        case _:
            pass


def _trade(cycle: dict[str, Any], opened: dict[str, int], event: Any) -> Trade:
    market = cycle["market"]
    opened_at = opened.setdefault(market, event.observed_at)
    if event.quantity_after_e8 == 0:
        opened.pop(market, None)
    return Trade(
        market=market,
        side=event.side,
        reason=cycle.get("reason", "SIGNAL"),
        quantity_e8=event.quantity_e8,
        price_e8=event.price_e8,
        mark_e8=cycle["mark_e8"],
        notional_e8=event.notional_e8,
        fee_e8=event.fee_e8,
        realised_e8=event.realised_pnl_e8,
        cash_after_e8=event.cash_after_e8,
        quantity_after_e8=event.quantity_after_e8,
        opened_at=opened_at,
        observed_at=event.observed_at,
        record_seq=cycle["record"][0],
        record_hash=cycle["record"][1],
        confidence_bps=cycle.get("confidence_bps"),
    )


def totals_of(trades: Sequence[Trade]) -> Totals:
    """Sums of some trades, as the results page has them."""
    sales = [trade.realised_e8 for trade in trades if trade.side == SELL]
    return Totals(
        trades=len(trades),
        exits=len(sales),
        wins=sum(value > 0 for value in sales),
        losses=sum(value < 0 for value in sales),
        realised_e8=sum(sales),
        fees_e8=sum(trade.fee_e8 for trade in trades),
        volume_e8=sum(trade.notional_e8 for trade in trades),
        profit_e8=sum(value for value in sales if value > 0),
        loss_e8=-sum(value for value in sales if value < 0),
    )


def paid_for_held_e8(trades: Sequence[Trade]) -> int:
    """The costs of purchases that no sale has taken with it yet; a partial sale takes its share."""
    paid: dict[str, int] = {}
    for trade in trades:
        before = paid.get(trade.market, 0)
        if trade.side == BUY:
            paid[trade.market] = before + trade.fee_e8 + trade.spread_e8
        else:
            held = trade.quantity_after_e8 + trade.quantity_e8
            paid[trade.market] = before - before * trade.quantity_e8 // held
    return sum(paid.values())
