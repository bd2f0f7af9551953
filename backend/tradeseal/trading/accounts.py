"""Accounts: cash, positions and profit folded from fills alone, with the contract's integer forms.

Knows fills and rounding. Knows nothing of verdicts, the chain or the clock. It exists beside the contract's own books
on purpose: the two are compared after every batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import cost_taken_up, fee_up, notional_down, notional_up, value_down

BUY, SELL = 1, 2


class CannotBook(Refused):
    """A fill that these accounts cannot carry."""


@dataclass(frozen=True)
class Booking:
    """What one fill changed, and the balances after it."""

    market: str
    side: int
    quantity_e8: int
    price_e8: int
    notional_e8: int
    fee_e8: int
    realised_e8: int
    cost_taken_e8: int
    cash_after_e8: int
    quantity_after_e8: int
    cost_after_e8: int

    def amounts(self) -> dict[str, Any]:
        """All fields by name."""
        return dict(vars(self))


@dataclass
class Holding:
    """A position: how much, and what it cost in total, fees included."""

    quantity_e8: int = 0
    cost_e8: int = 0


@dataclass
class Accounts:
    """One book's cash and holdings."""

    cash_e8: int = 0
    holdings: dict[str, Holding] = field(default_factory=dict)

    def book(
        self, *, market: str, side: int, quantity_e8: int, price_e8: int, fee_bps: int, fee_e8: int | None = None
    ) -> Booking:
        """Compute a fill's effect without applying it.

        The fee is the formula's unless the venue charged more. Raises `CannotBook` for a sale beyond the position.
        """
        holding = self.holdings.get(market, Holding())
        if side == BUY:
            notional = notional_up(quantity_e8, price_e8)
            fee = max(fee_up(notional, fee_bps), fee_e8 or 0)
            return Booking(
                market, side, quantity_e8, price_e8, notional, fee,
                realised_e8=0,
                cost_taken_e8=0,
                cash_after_e8=self.cash_e8 - notional - fee,
                quantity_after_e8=holding.quantity_e8 + quantity_e8,
                cost_after_e8=holding.cost_e8 + notional + fee,
            )  # fmt: skip
        if quantity_e8 > holding.quantity_e8:
            raise CannotBook(
                "NOTHING_TO_SELL",
                f"A sale of more {market} than is held.",
                got=quantity_e8,
                limit=holding.quantity_e8,
            )
        notional = notional_down(quantity_e8, price_e8)
        fee = max(fee_up(notional, fee_bps), fee_e8 or 0)
        taken = cost_taken_up(holding.cost_e8, quantity_e8, holding.quantity_e8)
        return Booking(
            market, side, quantity_e8, price_e8, notional, fee,
            realised_e8=notional - fee - taken,
            cost_taken_e8=taken,
            cash_after_e8=self.cash_e8 + notional - fee,
            quantity_after_e8=holding.quantity_e8 - quantity_e8,
            cost_after_e8=holding.cost_e8 - taken,
        )  # fmt: skip

    def apply(self, *, market: str, cash_after_e8: int, quantity_after_e8: int, cost_after_e8: int) -> None:
        """Take over the balances after a booking."""
        self.cash_e8 = cash_after_e8
        self.holdings[market] = Holding(quantity_after_e8, cost_after_e8)
        if quantity_after_e8 == 0:
            del self.holdings[market]

    def take(self, booking: Booking) -> None:
        """Apply a booking."""
        self.apply(
            market=booking.market,
            cash_after_e8=booking.cash_after_e8,
            quantity_after_e8=booking.quantity_after_e8,
            cost_after_e8=booking.cost_after_e8,
        )

    def copy(self) -> "Accounts":
        """The same balances, to try a batch on."""
        return Accounts(self.cash_e8, {m: Holding(h.quantity_e8, h.cost_e8) for m, h in self.holdings.items()})

    def equity_e8(self, marks_e8: Mapping[str, int]) -> int:
        """Cash and the holdings at the marks, each rounded down."""
        return self.cash_e8 + sum(value_down(h.quantity_e8, marks_e8[m]) for m, h in self.holdings.items())
