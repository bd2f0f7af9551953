"""The simulated venue: executes at the worse of two marks, half a spread away and on its own terms, or not at all.

Knows the ticket, the marks and the bar in which it fills. Has no memory: the same order always gets the same answer, so
asking twice is safe.

Slippage follows the square-root law of market impact, I = Y · S · √(Q / V) with Y near 1, S the deviation of prices:
Tóth and others, "Anomalous Price Impact and the Critical Nature of Liquidity in Financial Markets", Physical Review X
1, 021006 (2011), and Almgren and others, "Direct Estimation of Equity Market Impact", Risk 18 (2005). S and V are of
one stretch of time and its length cancels out, so one bar serves. S of a bar is taken from its range, whose mean is
√(8/π) · S, about 1.6 S (Parkinson, "The Extreme Value Method for Estimating the Variance of the Rate of Return",
Journal of Business 53, 1980): `slippage` 0.63 of the range is Y = 1. The whole order pays it, where the law's mean
over the order would be two thirds.
"""

from bisect import bisect_right
from dataclasses import dataclass
from math import isqrt
from typing import Final

from tradeseal.kernel.money import (
    BPS,
    SCALE,
    ceil_div,
    fee_up,
    notional_down,
    notional_up,
    price_with_spread_down,
    price_with_spread_up,
)
from tradeseal.market.published import CandleStore
from tradeseal.trading.accounts import BUY
from tradeseal.trading.published import Ticket, Unfilled, VenueFill
from tradeseal.trading.terms import Terms, of_market

LIMIT_NOT_REACHED: Final = "LIMIT_NOT_REACHED"
BELOW_MINIMUM: Final = "BELOW_MINIMUM"
NO_VOLUME: Final = "NO_VOLUME"


@dataclass(frozen=True)
class _Bar:
    """What one bar offers."""

    range_e8: int
    volume_e8: int


class SimulatedVenue:
    """Fills orders within their limit price; without terms whole ones, at the best price that the contract accepts."""

    def __init__(self, terms: Terms = Terms(), store: CandleStore | None = None) -> None:  # noqa: B008 - frozen
        self.terms = terms
        self._store = store

    def orderable(self, market: str, quantity_e8: int) -> int:
        """The quantity down to the lot."""
        lot = of_market(self.terms.lot_e8, market)
        return quantity_e8 if lot == 0 else quantity_e8 // lot * lot

    def execute(
        self,
        *,
        client_order_id: str,
        ticket: Ticket,
        mark_e8: int,
        half_spread_bps: int,
        observed_at: int = 0,
        stop_loss_bps: int = 0,
    ) -> VenueFill | Unfilled:
        """One fill for all or a part of the ticket, or why there is none.

        (1) the best price the contract accepts, to the tick against us; (2) no more than the bar's volume gives, no
        more than stays within the limit price, down to the lot; (3) the slippage of that quantity; (4) no order
        under the minimum notional, no purchase that could not be sold at its stop, and no sale that leaves less
        than could be.
        """
        buys, market = ticket.side == BUY, ticket.market
        # (1) The best price.
        worse = (max if buys else min)(ticket.mark_e8, mark_e8)
        best = (price_with_spread_up if buys else price_with_spread_down)(worse, half_spread_bps)
        tick = of_market(self.terms.tick_e8, market) or 1
        best, limit = _against_us(best, tick, buys=buys), _against_us(ticket.limit_price_e8, tick, buys=not buys)
        room = limit - best if buys else best - limit
        if room < 0:
            return Unfilled(LIMIT_NOT_REACHED)
        # (2) The quantity.
        bar = self._bar(market, observed_at)
        given = self._given(ticket.quantity_e8, bar)
        if given == 0 and ticket.quantity_e8:
            return Unfilled(NO_VOLUME)
        quantity = self.orderable(market, min(given, self._within(room, given, bar)))
        # (3) The slippage.
        moved = self._slippage(quantity, bar)
        price = _against_us(best + moved if buys else best - moved, tick, buys=buys)
        # (4) The minimum.
        least = of_market(self.terms.min_notional_e8, market)
        rest = ticket.quantity_e8 - quantity
        if not buys and rest > 0 and price > 0 and notional_down(rest, price) < least:
            quantity = self.orderable(market, max(0, ticket.quantity_e8 - ceil_div(least * SCALE, price)))
        at_stop = price * (BPS - stop_loss_bps) // BPS if buys else price
        if quantity == 0 or notional_down(quantity, at_stop) < least:
            small = notional_down(self.orderable(market, ticket.quantity_e8), at_stop) < max(least, 1)
            return Unfilled(BELOW_MINIMUM if small or quantity else LIMIT_NOT_REACHED)
        notional = (notional_up if buys else notional_down)(quantity, price)
        fee = fee_up(notional, ticket.fee_bps)
        return VenueFill(client_order_id, f"sim-{client_order_id}", quantity, price, fee)

    def _bar(self, market: str, observed_at: int) -> _Bar:
        """The bar that an order falls into: the newest that has opened."""
        if self._store is None or not (self.terms.participation_e8 or self.terms.slippage_e8):
            return _Bar(0, 0)
        series = self._store.series(market)
        at = bisect_right(series.times, observed_at) - 1
        if at < 0:
            return _Bar(0, 0)
        _, _, high, low, _, volume = (int(value) for value in series.table[at])
        return _Bar(high - low, volume)

    def _given(self, quantity: int, bar: _Bar) -> int:
        if self.terms.participation_e8:
            return min(quantity, bar.volume_e8 * self.terms.participation_e8 // SCALE)
        return 0 if self.terms.slippage_e8 and not bar.volume_e8 else quantity

    def _slippage(self, quantity: int, bar: _Bar) -> int:
        """slippage · range · √(quantity / volume), each step rounded up."""
        steepness = self.terms.slippage_e8 * bar.range_e8
        return ceil_div(steepness * _root_up(quantity, bar.volume_e8), SCALE * SCALE) if steepness else 0

    def _within(self, room: int, quantity: int, bar: _Bar) -> int:
        """The greatest quantity whose slippage leaves the price within its limit: the exact inverse of `_slippage`."""
        steepness = self.terms.slippage_e8 * bar.range_e8
        if not steepness:
            return quantity
        return (room * SCALE * SCALE // steepness) ** 2 * bar.volume_e8 // (SCALE * SCALE)


def _against_us(price: int, tick: int, *, buys: bool) -> int:
    return ceil_div(price, tick) * tick if buys else price // tick * tick


def _root_up(quantity: int, volume: int) -> int:
    """√(quantity / volume) in 1e-8, rounded up."""
    share = ceil_div(quantity * SCALE * SCALE, volume)
    root = isqrt(share)
    return root + (root * root < share)
