"""The board: the picture of the main page as ready bytes, and what changed since the last one.

Knows the ports and the stream. Knows nothing of sockets: whoever asks gets bytes that are already made.

One thread rebuilds the picture after a change, at most ten times a second, however many look at it.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
import structlog

from tradeseal.api import journeys, proofs, rules, views
from tradeseal.api.plain import time_of
from tradeseal.api.ports import EngineStatus, Ports
from tradeseal.kernel.clock import iso_utc, monotonic_s, now_ms, now_s
from tradeseal.readmodels.published import Queries, Row
from tradeseal.trading.published import BookState

INTERVAL_S: Final = 0.1
IDLE_S: Final = 0.5
OLD_S: Final = 5.0
LATE_EVENTS: Final = 5000
HEADS_S: Final = 1.0
SIGNALS: Final = 20
EQUITY_POINTS: Final = 400
RULES: Final = tuple(rules.RULES)

_log = structlog.get_logger("board")

Publish = Callable[[Sequence[tuple[int, bytes]]], None]


@dataclass(frozen=True)
class Picture:
    """One state of everything, each part as bytes, under the stream's number."""

    seq: int
    body: bytes
    health: bytes
    parts: Mapping[str, bytes]
    prices: Mapping[str, bytes]
    cycles: Mapping[str, bytes]
    open: frozenset[str]
    rejected: frozenset[str]
    numbers: Mapping[str, float]
    equity_time: int = 0


@dataclass(frozen=True)
class _Read:
    """What the views held at one position of the log."""

    position: int = -1
    signals: Sequence[Row] = ()
    rejected: Sequence[Row] = ()
    positions: Sequence[Row] = ()
    equity: Sequence[Row] = ()
    counted: Mapping[str, int] = field(default_factory=dict)
    realised_e8: int = 0
    signed_at: str | None = None


def _read(queries: Queries | None, before: _Read) -> _Read:
    """The views as they are; asked again only when they moved."""
    if queries is None:
        return before
    position = queries.position()
    if position == before.position:
        return before
    return _Read(
        position=position,
        signals=queries.recent_signals(SIGNALS),
        rejected=queries.recent_rejections(SIGNALS),
        positions=queries.positions(),
        equity=queries.equity(EQUITY_POINTS),
        counted=queries.counters(),
        realised_e8=queries.realised_total_e8(),
        signed_at=(queries.setting("marks") or {}).get("stored_at"),
    )


@dataclass
class _Counter:
    """Numbers of messages: they begin at the wall clock, so that a number of an earlier process is never met again."""

    value: int = field(default_factory=now_ms)

    def next(self) -> int:
        self.value += 1
        return self.value


class Board:
    """Rebuilds the picture when told that something changed."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._publish: Publish = _to_nobody
        self._read = _Read()
        self._seq = _Counter()
        self._began = monotonic_s()
        self._touched = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="board", daemon=True)
        self._failed: str | None = None
        self._drawn = self._began
        self._picture: Picture | None = None
        self._heads: tuple[float, bytes] = (0.0, b"")

    def publish_to(self, publish: Publish) -> None:
        """Name who is told of changes."""
        self._publish = publish

    def start(self) -> None:
        """Keep the picture fresh in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stop.set()
        self._touched.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def touch(self) -> None:
        """Something changed: may be called from any thread, as often as one likes."""
        self._touched.set()

    def dashboard(self) -> bytes:
        """The whole picture."""
        return self.picture().body

    def health(self) -> bytes:
        """Liveness and readiness, asked now: a board that stands still must not hide it."""
        return orjson.dumps(self._health(self._ports.status()))

    def numbers(self) -> Mapping[str, float]:
        """For the metrics."""
        return self.picture().numbers

    def prices(self) -> dict[str, Any]:
        """The last price of every market."""
        status = self._ports.status()
        return {
            "data_clock": time_of(status.data_clock),
            "data": views.data_label(status.data),
            "prices": self._prices(status),
        }

    def picture(self) -> Picture:
        """The newest picture; the first is made at once."""
        return self._picture or self.refresh()

    def refresh(self) -> Picture:
        """Make a new picture now and publish what changed."""
        with self._lock:
            before = self._picture
            after, messages = self._draw(before)
            self._picture = after
            self._drawn = monotonic_s()
            if messages:
                self._publish(messages)
        return after

    def _run(self) -> None:
        while not self._stop.is_set():
            self._touched.wait(IDLE_S)
            self._touched.clear()
            try:
                self.refresh()
                self._failed = None
            except Exception as error:  # noqa: BLE001
                # The picture stays as it was and says so by its health; the engine must not die of its page.
                if self._failed is None:
                    _log.exception("board_failed")
                self._failed = repr(error)
            self._stop.wait(INTERVAL_S)

    # Drawing

    def _draw(self, before: Picture | None) -> tuple[Picture, list[tuple[int, bytes]]]:
        status = self._ports.status()
        engine, queries = self._ports.engine, self._ports.queries
        state = engine.book() if engine else None
        position, head, lag = _store(queries)
        self._read = read = _read(queries, self._read)
        limits = state.limits if state else None
        signals = [journeys.cycle(row, limits) for row in read.signals]
        rejected = [journeys.rejection(row, limits) for row in read.rejected]
        rows, equity = read.positions, read.equity
        counted = counters(read.counted)
        prices = self._prices(status)
        health = self._health(status)
        values: dict[str, Any] = {
            "status": views.status(status, position=position, head=head, lag=lag, signed_at=read.signed_at),
            "book": self._book(status, state, read),
            "gauges": rules.gauges(state, engine.gauges() if engine else ()),
            "positions": [views.position(row, state) for row in rows],
            "markets": self._markets(status),
            "pending": self._pending(queries),
            "counters": counted,
        }
        parts = {name: orjson.dumps(value) for name, value in values.items()}
        parts["components"] = orjson.dumps(health["components"])
        after = Picture(
            seq=0,
            body=b"",
            health=orjson.dumps(health),
            parts=parts,
            prices={p["market"]: orjson.dumps(p) for p in prices},
            cycles={c["id"]: orjson.dumps(c) for c in signals},
            open=frozenset(c["id"] for c in signals if c["outcome"] is None),
            rejected=frozenset(r["cycle_id"] for r in rejected),
            numbers=_numbers(status, state, position, lag, counted, self._began),
            equity_time=equity[-1]["close_time"] if equity else 0,
        )
        messages = self._changes(before, after, rejected, queries) if before else self._as_it_is()
        seq = messages[-1][0] if messages else (before.seq if before else self._seq.next())
        whole = {
            "seq": seq,
            "taken_at": iso_utc(now_s()),
            **{name: orjson.Fragment(parts[name]) for name in values},
            "prices": [orjson.Fragment(p) for p in after.prices.values()],
            "equity": [views.equity_point(row) for row in equity],
            "signals": [orjson.Fragment(c) for c in after.cycles.values()],
            "rejections": rejected,
            "health": orjson.Fragment(after.health),
        }
        return _replace(after, seq=seq, body=orjson.dumps(whole)), messages

    def _changes(
        self, before: Picture, after: Picture, rejected: Sequence[Mapping[str, Any]], queries: Queries | None
    ) -> list[tuple[int, bytes]]:
        """Messages for all that differs, oldest first where there is an order."""
        found: list[tuple[str, Any]] = []
        found += [
            (name, orjson.Fragment(after.parts[name]))
            for name in ("status", "markets", "pending", "counters")
            if before.parts[name] != after.parts[name]
        ]
        if before.parts["components"] != after.parts["components"]:
            found.append(("health", orjson.Fragment(after.health)))
        prices = [orjson.Fragment(p) for market, p in after.prices.items() if before.prices.get(market) != p]
        if prices:
            found.append(("prices", prices))
        if any(before.parts[name] != after.parts[name] for name in _BOOK):
            found.append(("book", {name: orjson.Fragment(after.parts[name]) for name in _BOOK}))
        # A cycle that was open and has left the list of the newest is told once more, so that no page shows it open.
        left = (queries.cycle(cycle_id) for cycle_id in before.open - after.cycles.keys()) if queries else ()
        found += [("cycle", journeys.cycle(row, self._ports.limits())) for row in left if row is not None]
        changed = [c for cycle_id, c in after.cycles.items() if before.cycles.get(cycle_id) != c]
        found += [("cycle", orjson.Fragment(c)) for c in reversed(changed)]
        fresh = [r for r in rejected if r["cycle_id"] not in before.rejected]
        found += [("rejection", r) for r in reversed(fresh)]
        if after.equity_time > before.equity_time and queries:
            # The first curve of a start goes out as a whole, thinned; later ones point by point.
            known = before.equity_time
            points = queries.equity_after(known, EQUITY_POINTS) if known else queries.equity(EQUITY_POINTS)
            found.append(("equity", [views.equity_point(row) for row in points]))
        found += self._new_heads()
        return [_message(self._seq.next(), kind, data) for kind, data in found]

    def _as_it_is(self) -> list[tuple[int, bytes]]:
        """The first picture changes nothing: its heads are those that `/api/heads` tells."""
        self._new_heads()
        return []

    def _new_heads(self) -> list[tuple[str, Any]]:
        """The heads when they moved, at most once a second: followers keep them."""
        told_at, told = self._heads
        if self._ports.engine is None or self._ports.queries is None or monotonic_s() - told_at < HEADS_S:
            return []
        heads = orjson.dumps(proofs.heads(self._ports)["heads"])
        if heads == told:
            return []
        self._heads = (monotonic_s(), heads)
        return [("heads", orjson.Fragment(heads))]

    def _prices(self, status: EngineStatus) -> list[dict[str, Any]]:
        engine = self._ports.engine
        return [views.price(seen, status.data_clock) for seen in engine.prices()] if engine else []

    def _book(self, status: EngineStatus, state: BookState | None, read: _Read) -> dict[str, Any]:
        marks = {p.market: p.mark_e8 for p in state.positions} if state else {}
        gains = [views.unrealised_e8(row, marks.get(row["market"])) or 0 for row in read.positions]
        return views.book(status, state, realised_total_e8=read.realised_e8, unrealised_total_e8=sum(gains))

    def _markets(self, status: EngineStatus) -> list[dict[str, Any]]:
        modes = self._ports.engine.modes() if self._ports.engine else {}
        return [views.market_setting(market, modes.get(market, "automatic")) for market in status.data.markets]

    def _pending(self, queries: Queries | None) -> list[dict[str, Any]]:
        if self._ports.engine is None or queries is None:
            return []
        asked = [(queries.cycle(asking.cycle_id), asking) for asking in self._ports.engine.asking()]
        return [journeys.pending(row, asking.expires_at) for row, asking in asked if row is not None]

    def _health(self, status: EngineStatus) -> dict[str, Any]:
        components = [
            _component("engine", _engine_state(status), status.stopped.message if status.stopped else None),
            _chain_health(status),
            *_log_health(self._ports.queries),
        ]
        age = monotonic_s() - self._drawn
        if self._failed is not None or (self._thread.is_alive() and age > OLD_S):
            components.append(_component("board", "DEGRADED", f"the picture is {age:.0f} s old"))
        return {
            "live": True,
            "ready": status.phase in views.READY
            and status.chain.restarting is None
            and status.chain.broken is None
            and status.chain.away is None,
            "phase": status.phase,
            "phase_detail": status.phase_detail,
            "uptime_s": int(monotonic_s() - self._began),
            "components": components,
        }


_BOOK: Final = ("book", "gauges", "positions")


_COUNTED: Final = (
    "signals", "held", "committed", "judged", "revoked", "verified", "refused", "authorised", "rejected", "skipped",
    "settled", "exits",
)  # fmt: skip


def counters(counted: Mapping[str, int]) -> dict[str, Any]:
    """What happened so far: committed = judged + revoked + open."""
    numbers = {name: counted.get(name, 0) for name in _COUNTED}
    return numbers | {
        "open": numbers["committed"] - numbers["judged"] - numbers["revoked"],
        "rejections_by_rule": [
            {"id": rule, "title": rules.RULES[rule].title, "count": counted.get(f"rejected:{rule}", 0)}
            for rule in RULES
        ],
    }


def _to_nobody(_: Sequence[tuple[int, bytes]]) -> None:
    """Nobody listens yet."""


def _message(seq: int, kind: str, data: Any) -> tuple[int, bytes]:
    return seq, orjson.dumps({"seq": seq, "type": kind, "data": data})


def _replace(picture: Picture, *, seq: int, body: bytes) -> Picture:
    return Picture(**{**vars(picture), "seq": seq, "body": body})


def _store(queries: Queries | None) -> tuple[int, str | None, int]:
    """The log's last position and head, and how many events the views are behind."""
    if queries is None:
        return 0, None, 0
    position, head = queries.last_event()
    return position, head, max(position - queries.position(), 0)


def _component(name: str, state: str, detail: str | None) -> dict[str, Any]:
    return {"name": name, "state": state, "detail": detail}


def _chain_health(status: EngineStatus) -> dict[str, Any]:
    """The chain is as well as the engine, which stops when it cannot restart it."""
    if status.chain.broken is not None:
        return _component("chain", "DOWN", status.chain.broken)
    if status.chain.restarting is not None and status.stopped is None:
        done, total = status.chain.restarting
        return _component("chain", "RESTARTING", f"{status.chain.kind}: block {done} of {total} executed again")
    if status.chain.away is not None and status.stopped is None:
        return _component("chain", "DEGRADED", status.chain.away)
    known = status.chain.block is not None
    doing = ": ".join(filter(None, (status.chain.kind, status.chain.waits)))
    return _component("chain", _engine_state(status) if known else "STARTING", doing or None)


def _log_health(queries: Queries | None) -> list[dict[str, Any]]:
    """The event store, and whether the views follow it."""
    if queries is None:
        return [_component(name, "STARTING", None) for name in ("store", "views")]
    poisoned = queries.poisoned()
    if poisoned is not None:
        detail = f"stopped before event {poisoned.position} ({poisoned.topic}): {poisoned.error}"
        return [_component("store", "OK", None), _component("views", "DOWN", detail)]
    late = queries.last_event()[0] - queries.position() > LATE_EVENTS
    return [
        _component("store", "OK", None),
        _component("views", "DEGRADED" if late else "OK", "catching up with the log" if late else None),
    ]


def _engine_state(status: EngineStatus) -> str:
    if status.stopped is not None or status.phase == "STOPPED":
        return "DOWN"
    return "OK" if status.phase in views.READY else "STARTING"


def _numbers(
    status: EngineStatus,
    state: BookState | None,
    position: int,
    lag: int,
    counted: Mapping[str, Any],
    began: float,
) -> dict[str, float]:
    numbers: dict[str, float] = {
        "ready": float(status.phase in views.READY),
        "stopped": float(status.stopped is not None),
        "uptime_seconds": monotonic_s() - began,
        "store_position": float(position),
        "views_lag_events": float(lag),
        "chain_block": float(status.chain.block or 0),
        **{f"{name}_total": float(value) for name, value in counted.items() if isinstance(value, int)},
    }
    if state is not None:
        numbers["equity_usd"] = state.equity_e8 / 1e8
        numbers["trades_today"] = float(state.trades_today)
        numbers["record_seq"] = float(state.record_seq)
    return numbers
