"""Ticks: the fixed order in which a candle becomes prices, and which of them are worth a transaction.

Knows candles, barriers and the clock of the data. Knows nothing of the chain. All functions are pure.
"""

from collections.abc import Mapping

import msgspec

from tradeseal.cycle.state import SECONDS_A_DAY, OpenPosition, day_of
from tradeseal.market.published import Bar, Candle
from tradeseal.trading.published import BookState, ExitReason, PositionState

STEP_LIMITS_BPS = ((60, 500), (3_600, 2_000))
STEP_LIMIT_DAY_BPS = 5_000


def step_limit_bps(interval_s: int) -> int:
    """How far a price may step from one tick to the next: 5 % a minute, 20 % an hour, 50 % a day."""
    return next((bps for most_s, bps in STEP_LIMITS_BPS if interval_s <= most_s), STEP_LIMIT_DAY_BPS)


class Tick(msgspec.Struct, frozen=True):
    """Prices at one moment; a market without a fresh price is absent. `candle_market` names a trigger's candle."""

    kind: str
    observed_at: int
    prices_e8: Mapping[str, int]
    candle_market: str = ""


class Trigger(msgspec.Struct, frozen=True):
    """A barrier that a candle touched, and the price at which it acts."""

    market: str
    reason: ExitReason
    price_e8: int


def open_tick(bar: Bar) -> Tick:
    """All opens, at the candle's open time."""
    return Tick("open", bar.open_time, {m: c.open_e8 for m, c in bar.candles.items()})


def close_tick(bar: Bar) -> Tick:
    """All closes, at the candle's close time."""
    return Tick("close", bar.close_time, {m: c.close_e8 for m, c in bar.candles.items()})


def trigger_tick(bar: Bar, trigger: Trigger, last_prices_e8: Mapping[str, int]) -> Tick:
    """One market at its trigger's price, one second behind the open; the others repeat their last price."""
    prices = {m: last_prices_e8[m] for m in bar.candles if m in last_prices_e8}
    return Tick("trigger", bar.open_time + 1, {**prices, trigger.market: trigger.price_e8}, trigger.market)


def find_trigger(candle: Candle, position: OpenPosition) -> Trigger | None:
    """The barrier this candle touches: a gap through one fills at the open, else the stop wins over the target."""
    if candle.open_e8 <= position.stop_e8:
        return Trigger(candle.market, ExitReason.STOP_LOSS, candle.open_e8)
    if candle.open_e8 >= position.target_e8:
        return Trigger(candle.market, ExitReason.TAKE_PROFIT, candle.open_e8)
    if candle.low_e8 <= position.stop_e8:
        return Trigger(candle.market, ExitReason.STOP_LOSS, position.stop_e8)
    if candle.high_e8 >= position.target_e8:
        return Trigger(candle.market, ExitReason.TAKE_PROFIT, position.target_e8)
    return None


def must_post(
    tick: Tick, book: BookState | None, *, last_observed_at: int, orders_follow: bool, equity_e8: int, exposed: bool
) -> bool:
    """Whether a vector can change a verdict or a state: the one place that decides it, in every mode.

    (1) orders, exits or records follow; (2) it is the first; (3) the day rolls; (4) it closes an exposed book's day;
    (5) a step is pending; (6) a price is half a step from its mark or further, so that small moves passed over never
    add up to a step; (7) the day's loss or the drawdown crosses its limit.
    """
    if tick.observed_at < last_observed_at:
        return False
    if orders_follow or book is None or last_observed_at == 0:
        return True
    if day_of(tick.observed_at) > day_of(last_observed_at):
        return True
    if exposed and tick.observed_at % SECONDS_A_DAY == 0 and tick.kind == "close":
        return True
    if any(p.pending_e8 for p in book.positions):
        return True
    if any(abs(tick.prices_e8.get(p.market, p.mark_e8) - p.mark_e8) > quiet_move_e8(p, book) for p in book.positions):
        return True
    return book.opening_e8 > 0 and (
        _reaches(book.limits.max_daily_loss_bps, book.opening_e8, equity_e8, latched=book.day_latched)
        or _reaches(book.limits.max_drawdown_bps, book.peak_e8, equity_e8, latched=book.drawdown_latched)
    )


def quiet_move_e8(position: PositionState, book: BookState) -> int:
    """The furthest that a market's price lies from its mark without being posted for that alone."""
    return max(book.limits.step_limit_bps // 2 * position.mark_e8 - 1, 0) // 10_000


def _reaches(limit_bps: int, from_e8: int, equity_e8: int, *, latched: bool) -> bool:
    return not latched and (from_e8 - equity_e8) * 10_000 >= limit_bps * from_e8
