"""Views: from plain values and rows to the shapes of the schemas.

Knows the schemas' words, exact money as text and times as ISO 8601. Knows nothing of HTTP or where rows come from.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from tradeseal import __version__
from tradeseal.api import rules
from tradeseal.api.ports import (
    CandleSeen,
    ContractsInfo,
    DataInfo,
    EngineStatus,
    Ports,
    Predicted,
    PriceSeen,
)
from tradeseal.api.rules import ratio, share
from tradeseal.api.symbols import base_of
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import SCALE, format_e8, value_down
from tradeseal.readmodels.published import Queries, Row
from tradeseal.trading.published import BookState, Limits

STEPS: Final = ("market", "signal", "oracle", "authorise", "execute", "record", "settle")
DISCLAIMER: Final = "Simulated; not investment advice."
TRUST: Final = {
    "S": "Simulated past: shows that the records are consistent, says nothing about foresight.",
    "P0": "Private chain, no witness: consistent, not timed.",
    "P1": "Private chain, witnessed: fixed since the witness.",
    "P2": "Public chain.",
}
STALE_S: Final = 180


def time_of(seconds: int | None) -> str | None:
    """ISO 8601, or None."""
    return None if seconds is None else iso_utc(seconds)


def amount_of(text: str | int | None) -> str | None:
    """Stored 1e-8 integer text as plain digits."""
    return None if text is None else format_e8(int(text))


# Status


def status(engine: EngineStatus, *, position: int, head: str | None, lag: int) -> dict[str, Any]:
    """Where the engine stands."""
    return {
        "mode": engine.mode,
        "book_class": engine.book_class,
        "phase": engine.phase,
        "phase_detail": engine.phase_detail,
        "phase_progress": progress(engine.phase_done, engine.phase_total),
        "ready": engine.phase in READY,
        "paused": engine.paused,
        "data_clock": time_of(engine.data_clock),
        "speed": engine.speed,
        "progress": progress(engine.candles_done, engine.candles_total),
        "data": data_label(engine.data),
        "trust": {"level": engine.trust_level, "text": TRUST[engine.trust_level]},
        "chain": {
            "kind": engine.chain.kind,
            "chain_id": None if engine.chain.chain_id is None else str(engine.chain.chain_id),
            "block": engine.chain.block,
            "block_hash": engine.chain.block_hash,
            "block_time": time_of(engine.chain.block_time),
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


def candles(market: str, engine: EngineStatus, rows: Sequence[CandleSeen], fills: Sequence[Row]) -> dict[str, Any]:
    """Candles and the fills to draw on them."""
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
            f"-{seen.stop_loss_bps / 100:.2f} % within {hours} h, on marks, before costs"
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
        "observed_at": time_of(state.observed_at),
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
    "exposure_fraction",
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


# Cycles


def cycle(row: Row, limits: Limits | None) -> dict[str, Any]:
    """One cycle with its seven steps."""
    signal = json.loads(row["signal"]) if row["signal"] else None
    opinion = json.loads(row["opinion"]) if row["opinion"] else None
    failures = [rules.failure(check, limits, side=row["side"]) for check in json.loads(row["failures"] or "[]")]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "market": row["market"],
        "symbol": base_of(row["market"]),
        "side": row["side"],
        "reason": row["reason"] or ("SIGNAL" if row["kind"] == "EXIT" and signal else None),
        "confidence": share(signal["confidence_bps"]) if signal else None,
        "base_rate": share(opinion["base_rate_bps"]) if opinion else None,
        "risk_score": signal["risk_score"] if signal else None,
        "size": share(signal["size_bps"]) if signal else None,
        "price": format_e8(signal["price"]) if signal else amount_of(row["mark_e8"]),
        "candle_close": time_of(row["candle_close"]),
        "opened_at": time_of(row["observed_at"]),
        "closed_at": time_of(row["closed_at"]),
        "outcome": row["outcome"],
        "outcome_text": _outcome_text(row, failures),
        "quantity": amount_of(row["fill_quantity_e8"] or row["quantity_e8"]),
        "fill_price": amount_of(row["fill_price_e8"]),
        "fee": amount_of(row["fee_e8"]),
        "realised": amount_of(row["realised_e8"]),
        "digest": row["digest"] or None,
        "record_seq": row["fill_record_seq"] or row["record_seq"],
        "steps": _steps(row),
        "rules": failures,
    }


def _steps(row: Row) -> list[dict[str, Any]]:
    known = {step["step"]: step for step in row["steps"]}
    return [_step(number, name, known.get(number), row) for number, name in enumerate(STEPS, start=1)]


def _step(number: int, name: str, step: Row | None, row: Row) -> dict[str, Any]:
    if step is None:
        return {
            "step": number,
            "name": name,
            "state": "NOT_REACHED" if row["outcome"] else "WAITING",
            "time": None,
            "position": None,
            "tx": None,
            "block": None,
            "detail": None,
        }
    return {
        "step": number,
        "name": name,
        "state": step["state"],
        "time": step["stored_at"],
        "position": step["position"],
        "tx": step["tx"],
        "block": step["block"],
        "detail": step["detail"],
    }


def _outcome_text(row: Row, failures: Sequence[Mapping[str, Any]]) -> str | None:
    outcome = row["outcome"]
    if outcome is None:
        return None
    if outcome == "REJECTED":
        return " ".join(f"{f['id']} {f['text']}" for f in failures)
    if outcome == "SETTLED":
        verb = "Bought" if row["side"] == "BUY" else "Sold"
        text = f"{verb} {amount_of(row['fill_quantity_e8'])} at {amount_of(row['fill_price_e8'])}."
        if row["side"] == "SELL":
            text += f" Realised {amount_of(row['realised_e8'])}."
        return text
    if outcome == "RELEASED":
        return f"Nothing was filled ({row['code'] or 'no reason kept'}); the ticket was given back."
    return f"{row['code']}: got {row['got']}, wanted {row['want']}."


def rejection(row: Row, limits: Limits | None) -> dict[str, Any]:
    """What the contract refused."""
    whole = cycle(row, limits)
    fourth = whole["steps"][3]
    return {
        "cycle_id": whole["id"],
        "market": whole["market"],
        "symbol": whole["symbol"],
        "side": whole["side"],
        "time": whole["closed_at"],
        "confidence": whole["confidence"],
        "rules": whole["rules"],
        "tx": fourth["tx"],
        "block": fourth["block"],
        "record_seq": whole["record_seq"],
    }


def pending(row: Row, expires_at: int) -> dict[str, Any]:
    """A signal that waits for a person."""
    whole = cycle(row, None)
    return {
        "cycle_id": whole["id"],
        **{name: whole[name] for name in ("market", "symbol", "side", "confidence", "price", "size", "candle_close")},
        "expires_at": iso_utc(expires_at),
    }


def cycle_detail(queries: Queries, cycle_id: str, limits: Limits | None) -> dict[str, Any]:
    """All that is kept about one cycle."""
    row = queries.cycle(cycle_id)
    if row is None:
        raise Refused("UNKNOWN_TRADE", "There is no such trade.", got=cycle_id[:40])
    opinion = json.loads(row["opinion"]) if row["opinion"] else {"indicators": {}, "why": []}
    barriers = queries.barriers_of(cycle_id)
    return {
        "cycle": cycle(row, limits),
        "signal": exact(json.loads(row["signal"])) if row["signal"] else None,
        "indicators": [{"name": name, "value": value} for name, value in opinion["indicators"].items()],
        "why": opinion["why"],
        "checks": json.loads(row["checks"] or "[]"),
        "barriers": barriers
        and {
            "stop": amount_of(barriers["stop_e8"]),
            "target": amount_of(barriers["target_e8"]),
            "time_limit": iso_utc(barriers["time_limit"]),
        },
        "transactions": [
            {
                "step": t["purpose"],
                "tx": t["tx"],
                "block": t["block"],
                "block_hash": t["block_hash"],
                "time": time_of(t["block_time"]),
            }
            for t in queries.transactions_of(cycle_id)
        ],
        "records": [record(r) for r in queries.records_of(cycle_id)],
        "events": [
            {
                "position": fact.position,
                "name": fact.topic.partition(".")[2],
                "time": fact.stored_at,
                "data": exact(fact.data),
            }
            for fact in queries.events_of(cycle_id)
        ],
    }


def exact(value: Any) -> Any:
    """Integers beyond what JavaScript holds exactly, as text."""
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value


# Records, log, contracts


def record(row: Row) -> dict[str, Any]:
    """One record of the contract's hash chain."""
    return {
        "seq": row["seq"],
        "kind": row["kind"],
        "market": row["market"],
        "cycle_id": row["cycle"],
        "head": row["hash"],
        "previous": row["previous"],
        "tx": row["tx"],
        "block": row["block"],
        "block_hash": row["block_hash"],
        "time": time_of(row["observed_at"]),
        "data": exact(json.loads(row["data"])),
        "position": row["position"],
    }


def verification(row: Row) -> dict[str, Any]:
    """The oracle's verdict on one signal."""
    return {
        "id": str(row["position"]),
        "cycle_id": row["cycle"],
        "market": row["market"],
        "symbol": base_of(row["market"]),
        "side": row["side"],
        "time": time_of(row["observed_at"]),
        "outcome": row["outcome"],
        "digest": row["digest"] or None,
        "checks": json.loads(row["checks"]),
        "position": row["position"],
    }


def contracts(info: ContractsInfo) -> dict[str, Any]:
    """All that a stranger needs to verify."""
    return {
        "chain_id": str(info.chain_id),
        "genesis_hash": info.genesis_hash,
        "rpc": "/rpc",
        "contracts": [asdict(c) | {"abi": [dict(entry) for entry in c.abi]} for c in info.contracts],
        "eip712_domain": dict(info.eip712_domain),
        "eip712_types": dict(info.eip712_types),
        "book_id": info.book_id,
        "book_name": info.book_name,
        "book_class": info.book_class,
        "markets": [{"market": market, "id": market_id} for market, market_id in info.market_ids.items()],
        "roles": [{"role": role, "addresses": list(addresses)} for role, addresses in info.roles.items()],
        "limits": dict(info.limits),
    }


def heads(ports: Ports) -> dict[str, Any]:
    """What a witness keeps."""
    state = ports.the_engine().book()
    engine = ports.status()
    position, root = ports.the_queries().last_event()
    if state is None or engine.chain.chain_id is None:
        return {"heads": []}
    return {
        "heads": [
            {
                "chain_id": str(engine.chain.chain_id),
                "genesis_hash": engine.chain.genesis_hash,
                "block": state.block,
                "block_hash": state.block_hash,
                "log_position": position,
                "log_root": root,
                "record_seq": state.record_seq,
                "record_head": state.record_head,
                "observed_at": time_of(state.observed_at),
            }
        ]
    }
