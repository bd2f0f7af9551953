"""Views of the present: status, prices, the book, in the shapes of the schemas.

Knows the schemas' words. Knows nothing of HTTP or where values come from.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tradeseal import __version__
from tradeseal.api import rules
from tradeseal.api.plain import amount_of, time_of
from tradeseal.api.ports import CandleSeen, DataInfo, EngineStatus, Predicted, PriceSeen
from tradeseal.api.rules import ratio, share
from tradeseal.api.symbols import base_of
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import SCALE, format_e8, value_down
from tradeseal.readmodels.published import Row
from tradeseal.trading import trust
from tradeseal.trading.published import BookState

DISCLAIMER: Final = "Simulated; not investment advice."


# Status


def status(engine: EngineStatus, *, position: int, head: str | None, lag: int, signed_at: str | None) -> dict[str, Any]:
    """Where the engine stands. `signed_at` is when the newest signed prices were stored, on the wall clock."""
    return {
        "mode": engine.mode,
        "book_class": engine.book_class,
        "phase": engine.phase,
        "phase_detail": engine.phase_detail,
        "phase_progress": progress(engine.phase_done, engine.phase_total),
        "ready": engine.phase in READY,
        "paused": engine.paused,
        "data_clock": time_of(engine.data_clock),
        "confidence_shrunk_since": time_of(engine.shrunk_since),
        "attesting": engine.attesting,
        "signed_at": signed_at,
        "speed": engine.speed,
        "progress": progress(engine.candles_done, engine.candles_total),
        "data": data_label(engine.data),
        "trust": {"level": engine.trust_level, "text": trust.TEXTS[engine.trust_level]},
        "chain": {
            "kind": engine.chain.kind,
            "chain_id": None if engine.chain.chain_id is None else str(engine.chain.chain_id),
            "block": engine.chain.block,
            "block_hash": engine.chain.block_hash,
            "block_time": time_of(engine.chain.block_time),
            "restarting": progress(*(engine.chain.restarting or (None, None))),
            "waits": engine.chain.waits,
            "away": engine.chain.away,
            "note": engine.chain.note,
        },
        "store": {"position": position, "head": head, "lag": lag},
        "stopped": _stopped(engine),
        "disclaimer": DISCLAIMER,
        "version": __version__,
    }


READY: Final = frozenset({"RUNNING", "PAUSED", "WAITING_FOR_PERSON", "FINISHED", "WARMING_UP"})


def _stopped(engine: EngineStatus) -> dict[str, Any] | None:
    if engine.stopped is None:
        return None
    facts = {name: str(value) for name, value in engine.stopped.facts.items()}
    return {"code": engine.stopped.code, "message": engine.stopped.message, "facts": facts}


def progress(done: int | None, total: int | None) -> dict[str, Any] | None:
    """How far, if that is known."""
    if done is None or not total:
        return None
    return {"done": done, "total": total, "fraction": round(min(done / total, 1.0), 4)}


def data_label(data: DataInfo) -> dict[str, Any]:
    """Which prices are shown."""
    return {
        "label": data.label,
        "synthetic": data.synthetic,
        "exchange": data.exchange,
        "interval_s": data.interval_s,
        "markets": list(data.markets),
        "start": time_of(data.start),
        "end": time_of(data.end),
        "note": data.note,
    }


def engine_answer(engine: EngineStatus) -> dict[str, Any]:
    """The engine after a change."""
    return {"phase": engine.phase, "paused": engine.paused, "speed": engine.speed}


def market_setting(market: str, mode: str) -> dict[str, Any]:
    """How a market is traded."""
    return {"market": market, "symbol": base_of(market), "mode": mode}


# Prices and candles


def price(seen: PriceSeen, data_clock: int | None) -> dict[str, Any]:
    """The last price of one market."""
    change = None
    if seen.price_e8 is not None and seen.day_ago_e8:
        change = ratio(seen.price_e8 - seen.day_ago_e8, seen.day_ago_e8)
    age = None
    if seen.observed_at is not None and data_clock is not None:
        age = max(data_clock - seen.observed_at, 0)
    return {
        "market": seen.market,
        "symbol": base_of(seen.market),
        "price": amount_of(seen.price_e8),
        "change_24h": change,
        "observed_at": time_of(seen.observed_at),
        "age_s": age,
        "stale": seen.stale,
        "pending": amount_of(seen.pending_e8) if seen.pending_e8 else None,
    }


def candles(
    market: str,
    engine: EngineStatus,
    rows: Sequence[CandleSeen],
    fills: Sequence[Row],
    curves: Mapping[str, Sequence[float | None]],
) -> dict[str, Any]:
    """Candles, the fills to draw on them, and indicators beside them."""
    return {
        "market": market,
        "symbol": base_of(market),
        "interval_s": engine.data.interval_s,
        "data": data_label(engine.data),
        "candles": [
            {
                "open_time": iso_utc(c.open_time),
                "close_time": iso_utc(c.close_time),
                "open": format_e8(c.open_e8),
                "high": format_e8(c.high_e8),
                "low": format_e8(c.low_e8),
                "close": format_e8(c.close_e8),
                "volume": format_e8(c.volume_e8),
            }
            for c in rows
        ],
        "trades": [
            {
                "time": iso_utc(fill["observed_at"]),
                "side": "BUY" if fill["side"] == 1 else "SELL",
                "price": amount_of(fill["price_e8"]),
                "quantity": amount_of(fill["quantity_e8"]),
                "reason": fill["reason"],
                "cycle_id": fill["cycle"],
            }
            for fill in fills
        ],
        "curves": [{"name": name, "values": list(values)} for name, values in curves.items()],
    }


def prediction(seen: Predicted, engine: EngineStatus) -> dict[str, Any]:
    """The strategy's opinion."""
    hours = seen.horizon_s // 3600
    return {
        "market": seen.market,
        "symbol": base_of(seen.market),
        "candle_close": iso_utc(seen.candle_close),
        "side": seen.side,
        "confidence": share(seen.confidence_bps),
        "base_rate": share(seen.base_rate_bps),
        "shrunk": seen.shrunk,
        "risk_score": seen.risk_score,
        "size": share(seen.size_bps),
        "buy_score": seen.buy_score,
        "sell_score": seen.sell_score,
        "take_profit_bps": seen.take_profit_bps,
        "stop_loss_bps": seen.stop_loss_bps,
        "horizon_s": seen.horizon_s,
        "expires_at": time_of(seen.expires_at),
        "price": format_e8(seen.price_e8),
        "event": (
            f"take-profit at +{seen.take_profit_bps / 100:.2f} % is touched before stop-loss at "
            f"-{seen.stop_loss_bps / 100:.2f} % within {hours} h of the next open, before costs; "
            "a time-out counts as not reached"
        ),
        "indicators": [{"name": name, "value": value} for name, value in seen.indicators.items()],
        "why": list(seen.why),
        "strategy": seen.strategy,
        "window": seen.window,
        "model": seen.model,
        "calibrator": seen.calibrator,
        "data": data_label(engine.data),
    }


# The book


def book(
    engine: EngineStatus, state: BookState | None, *, realised_total_e8: int, unrealised_total_e8: int
) -> dict[str, Any]:
    """The book as the contract keeps it."""
    numbers: dict[str, Any] = {
        "name": engine.book_name,
        "state": "ACTIVE",
        "state_reason": None,
        "initial": format_e8(engine.initial_cash_e8),
        "trades_today": 0,
        "trades_limit": 0,
        "record_seq": 0,
        "record_head": None,
        "realised_total": format_e8(realised_total_e8),
        "unrealised_total": format_e8(unrealised_total_e8),
    }
    if state is None:
        return numbers | dict.fromkeys(_UNKNOWN_AT_FIRST)
    day_pnl = state.equity_e8 - state.opening_e8
    exposure = sum(value_down(p.quantity_e8, p.mark_e8) for p in state.positions)
    return numbers | {
        "observed_at": time_of(state.observed_at or None),
        "state": state.state.name,
        "state_reason": rules.state_reason(state),
        "equity": format_e8(state.equity_e8),
        "cash": format_e8(state.cash_e8),
        "reserved": format_e8(state.reserved_e8),
        "opening": format_e8(state.opening_e8),
        "peak": format_e8(state.peak_e8),
        "day_pnl": format_e8(day_pnl),
        "day_pnl_fraction": ratio(day_pnl, state.opening_e8),
        "daily_loss_limit": share(state.limits.max_daily_loss_bps),
        "exposure": format_e8(exposure),
        "exposure_fraction": ratio(exposure, state.equity_e8),
        "trades_today": state.trades_today,
        "trades_limit": state.limits.max_daily_trades,
        "record_seq": state.record_seq,
        "record_head": state.record_head,
    }


_UNKNOWN_AT_FIRST: Final = (
    "observed_at",
    "equity", "cash", "reserved", "opening", "peak", "day_pnl", "day_pnl_fraction", "daily_loss_limit", "exposure",
    "exposure_fraction", "unrealised_total",
)  # fmt: skip


def unrealised_e8(row: Row, mark_e8: int | None) -> int | None:
    """What a position would bring at its mark, before costs, less what it cost."""
    return None if not mark_e8 else value_down(int(row["quantity_e8"]), mark_e8) - int(row["cost_e8"])


def position(row: Row, state: BookState | None) -> dict[str, Any]:
    """One position with the barriers of its latest entry."""
    held = next((p for p in state.positions if p.market == row["market"]), None) if state else None
    quantity, cost = int(row["quantity_e8"]), int(row["cost_e8"])
    mark = held.mark_e8 if held else None
    value = value_down(quantity, mark) if mark else None
    gain = unrealised_e8(row, mark)
    return {
        "market": row["market"],
        "symbol": base_of(row["market"]),
        "quantity": format_e8(quantity),
        "cost": format_e8(cost),
        "average": format_e8(cost * SCALE // quantity),
        "mark": amount_of(mark),
        "value": amount_of(value),
        "share": ratio(value, state.equity_e8) if value is not None and state else None,
        "unrealised": amount_of(gain),
        "unrealised_fraction": ratio(gain, cost) if gain is not None else None,
        "stop": amount_of(row["stop_e8"]),
        "target": amount_of(row["target_e8"]),
        "time_limit": time_of(row["time_limit"]),
        "opened_at": time_of(row["opened_at"]),
        "opening_cycle": row["opening_cycle"],
        "stale": bool(held.stale) if held else False,
    }


def equity_point(row: Row) -> dict[str, Any]:
    """One point of the curve."""
    return {
        "time": iso_utc(row["close_time"]),
        "equity": amount_of(row["equity_e8"]),
        "buy_and_hold": amount_of(row["hold_e8"]),
    }
