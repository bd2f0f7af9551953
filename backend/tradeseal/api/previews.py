"""Previews: an order before it is sent, each rule with both sides of its comparison, and the book before and after.

Knows the schemas' words. Knows nothing of HTTP, and decides nothing: the contract assessed.
"""

from typing import Any

from tradeseal.api import rules
from tradeseal.api.plain import time_of
from tradeseal.api.ports import OrderPreview
from tradeseal.api.rules import ratio
from tradeseal.api.symbols import base_of
from tradeseal.kernel.money import format_e8, value_down
from tradeseal.trading.published import BookState, RuleCheck


def preview(market: str, action: str, seen: OrderPreview) -> dict[str, Any]:
    """What an order would ask for, what the contract says of it, and what a fill at the mark would change."""
    bought = seen.quantity_e8 if seen.side == "BUY" else -seen.quantity_e8
    paid = seen.notional_e8 + seen.fee_e8 if seen.side == "BUY" else seen.fee_e8 - seen.notional_e8
    asked = seen.outcome == "ORDER"
    return {
        "market": market,
        "symbol": base_of(market),
        "action": action,
        "outcome": seen.outcome,
        "side": seen.side,
        "marks_at": time_of(seen.book.observed_at),
        "allowed": asked and not any(check.failed for check in seen.checks),
        "quantity": format_e8(seen.quantity_e8),
        "price": format_e8(seen.price_e8),
        "limit_price": format_e8(seen.limit_price_e8),
        "notional": format_e8(seen.notional_e8),
        "fee": format_e8(seen.fee_e8),
        "rules": [_rule(check, seen) for check in seen.checks],
        "before": _numbers(seen.book, market),
        "after": _numbers(seen.book, market, bought_e8=bought, paid_e8=paid) if asked else None,
    }


def _rule(check: RuleCheck, seen: OrderPreview) -> dict[str, Any]:
    told = rules.failure(vars(check), seen.book.limits, side=seen.side)
    return told | {"failed": check.failed} | ({} if check.failed else {"text": told["title"]})


def _numbers(book: BookState, market: str, *, bought_e8: int = 0, paid_e8: int = 0) -> dict[str, Any]:
    """Cash, exposure and the position, all at the marks on the chain."""
    held = {p.market: p.quantity_e8 + (bought_e8 if p.market == market else 0) for p in book.positions}
    values = {p.market: value_down(held[p.market], p.mark_e8) for p in book.positions}
    cash, exposure = book.cash_e8 - paid_e8, sum(values.values())
    return {
        "cash": format_e8(cash),
        "exposure": format_e8(exposure),
        "exposure_fraction": ratio(exposure, cash + exposure),
        "quantity": format_e8(held.get(market, 0)),
        "value": format_e8(values.get(market, 0)),
    }
