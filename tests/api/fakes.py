"""Fakes of the API's ports, which say so by their names, and a server over real read models."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from fastapi.testclient import TestClient
from stories import E8, HOUR, MARKETS, START, Story, a_hash

from tradeseal.api.access import Gatekeeper
from tradeseal.api.ports import (
    Asking,
    CandleSeen,
    ChainInfo,
    ChangeSeen,
    ContractInfo,
    ContractsInfo,
    DataInfo,
    EngineStatus,
    GovernanceSeen,
    LeverResult,
    OrderPreview,
    Ports,
    Predicted,
    PriceSeen,
    RpcFault,
    TradeResult,
)
from tradeseal.api.server import Server
from tradeseal.backtest.comparison import compared
from tradeseal.backtest.jobs import Job
from tradeseal.chain.published import BookLimits
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.readmodels.published import ReadModels, open_read_models
from tradeseal.signals.published import known_strategies, score
from tradeseal.trading.published import BookState, BookStateName, Limits, PositionState, RuleCheck

TOKEN = "t" * 40
HOST = "127.0.0.1:8000"
ORIGIN = "http://127.0.0.1:8000"

LIMITS = Limits(
    max_position_bps=2000,
    max_daily_loss_bps=500,
    min_confidence_bps=6500,
    max_daily_trades=50,
    max_drawdown_bps=2000,
    fee_bps=10,
    half_spread_bps=1,
    entry_band_bps=50,
    exit_band_bps=200,
    step_limit_bps=2000,
)


def a_status(**named: Any) -> EngineStatus:
    status = EngineStatus(
        mode="replay",
        book_class="SIMULATED",
        book_name="main",
        initial_cash_e8=10_000 * E8,
        phase="RUNNING",
        data=DataInfo(label="synthetic", synthetic=True, interval_s=HOUR, markets=MARKETS, start=START),
        chain=ChainInfo(kind="anvil", chain_id=31337, genesis_hash=a_hash(99), block=7, block_hash=a_hash(7)),
        data_clock=START + 10 * HOUR,
        candles_done=10,
        candles_total=100,
    )
    return replace(status, **named)


def a_book(**named: Any) -> BookState:
    book = BookState(
        block=7,
        block_hash=a_hash(7),
        cash_e8=9_500 * E8,
        reserved_e8=0,
        equity_e8=10_000 * E8,
        opening_e8=10_100 * E8,
        peak_e8=10_200 * E8,
        day=18748,
        trades_today=3,
        state=BookStateName.ACTIVE,
        manual_flag=BookStateName.ACTIVE,
        day_latched=False,
        drawdown_latched=False,
        record_seq=4,
        record_head=a_hash(4),
        observed_at=START + 10 * HOUR,
        mark_seq=9,
        positions=tuple(
            PositionState(
                market=market, quantity_e8=E8 // 100 if market == "BTC-USDT" else 0, cost_e8=500 * E8,
                mark_e8=50_000 * E8, stale=False, pending_e8=0, reserved_quantity_e8=0, open_exit_quantity_e8=0,
            )
            for market in MARKETS
        ),
        limits=LIMITS,
    )  # fmt: skip
    return replace(book, **named)


@dataclass
class FakeEngine:
    """Notes what it was told; `result` is what it answers."""

    the_status: EngineStatus = field(default_factory=a_status)
    the_book: BookState | None = field(default_factory=a_book)
    result: TradeResult | Exception = field(default_factory=lambda: TradeResult("NO_SIGNAL", "The signal says HOLD."))
    told: list[tuple[Any, ...]] = field(default_factory=list)
    the_preview: OrderPreview = field(default_factory=lambda: OrderPreview("NO_SIGNAL", "HOLD", a_book()))
    the_prices: list[PriceSeen] = field(default_factory=list)
    the_modes: dict[str, str] = field(default_factory=lambda: dict.fromkeys(MARKETS, "automatic"))
    the_asking: list[Asking] = field(default_factory=list)

    def status(self) -> EngineStatus:
        return self.the_status

    def book(self) -> BookState | None:
        return self.the_book

    def gauges(self) -> Sequence[RuleCheck]:
        return (RuleCheck("RULE-03", failed=False, measured="6700", limit="6500"),)

    def prices(self) -> Sequence[PriceSeen]:
        return self.the_prices

    def modes(self) -> Mapping[str, str]:
        return self.the_modes

    def asking(self) -> Sequence[Asking]:
        return self.the_asking

    def execute(self, market: str, *, size_bps: int | None, idempotency_key: str | None) -> TradeResult:
        return self._do("execute", market, size_bps, idempotency_key)

    def exit(self, market: str, *, fraction_bps: int, idempotency_key: str) -> TradeResult:
        return self._do("exit", market, fraction_bps, idempotency_key)

    def preview_execute(self, market: str, *, size_bps: int | None) -> OrderPreview:
        self.told.append(("preview_execute", market, size_bps))
        return self.the_preview

    def preview_exit(self, market: str, *, fraction_bps: int) -> OrderPreview:
        self.told.append(("preview_exit", market, fraction_bps))
        return self.the_preview

    def decline(self, market: str) -> TradeResult:
        return self._do("decline", market)

    def pause(self) -> None:
        self.told.append(("pause",))
        self.the_status = replace(self.the_status, paused=True, phase="PAUSED")

    def resume(self) -> None:
        self.told.append(("resume",))
        self.the_status = replace(self.the_status, paused=False, phase="RUNNING")

    def set_speed(self, speed: str) -> None:
        self.told.append(("speed", speed))
        self.the_status = replace(self.the_status, speed=speed)

    def set_mode(self, market: str, mode: str) -> None:
        self.told.append(("mode", market, mode))
        self.the_modes[market] = mode

    def _do(self, *order: Any) -> TradeResult:
        self.told.append(order)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


CHANGE = a_hash(77)
GOVERNOR, GUARDIAN, TRADER, SIGNER = ("0x" + digit * 40 for digit in "abcd")


@dataclass
class FakeLevers:
    """One change that waits; notes what was pulled and answers or raises `result`."""

    told: list[tuple[Any, ...]]
    result: LeverResult | Exception = field(default_factory=lambda: LeverResult("tighten", a_hash(9), 9))
    trader: tuple[str, bool] | None = (TRADER, True)

    def use(self, lever: str, arguments: Mapping[str, Any], key: str | None) -> LeverResult:
        self.told.append((lever, dict(arguments), key))
        if isinstance(self.result, Exception):
            raise self.result
        return self.result

    def seen(self) -> GovernanceSeen:
        change = ChangeSeen(
            id=CHANGE, change="LIMITS", contract="book", status="WAITING", block_time_from=START + 34 * HOUR,
            observed_from=START + 34 * HOUR, accept_until=START + 400 * HOUR, left_s=24 * HOUR,
            differences=[("max_position_bps", "1500", "2000")],
        )  # fmt: skip
        return GovernanceSeen(
            block_clock=START + 10 * HOUR, marks_clock=START + 10 * HOUR, simulated=True,
            limits={**vars(BookLimits()), "max_position_bps": 1_500}, governor=(GOVERNOR, True),
            guardian=(GUARDIAN, True), trader=self.trader, signers=[(SIGNER, True)], quorum=1, epoch=1, attesting=True,
            free_cash_e8=9_500 * E8, state="ACTIVE", manual="ACTIVE", day_latched=False, drawdown_latched=False,
            waiting=[change],
        )  # fmt: skip


class FakeMarketData:
    """Ten candles, and an opinion on BTC alone."""

    def candles(self, market: str, *, before: int | None, limit: int) -> Sequence[CandleSeen]:
        rows = [CandleSeen(START + n * HOUR, START + (n + 1) * HOUR, 1, 4, 1, 2 + n, 10**9) for n in range(10)]
        return [row for row in rows if before is None or row.close_time <= before][-limit:]

    def curves(
        self, market: str, *, until: int, count: int, chosen: Sequence[str]
    ) -> Mapping[str, Sequence[float | None]]:
        return {name: [None] * (count - 1) + [50.0] for name in chosen}

    def prediction(self, market: str) -> Predicted:
        if market != "BTC-USDT":
            raise Refused("NOT_ENOUGH_DATA", "512 closed candles are needed, 3 are there.", got=3, want=512)
        return Predicted(
            market=market, candle_close=START, price_e8=50_000 * E8, side="BUY", confidence_bps=6700,
            base_rate_bps=6400, risk_score=40, size_bps=500, buy_score=71, sell_score=12, take_profit_bps=100,
            stop_loss_bps=200, horizon_s=72 * HOUR, indicators={"rsi14": "28.4"}, why=["RSI is low"],
            strategy="technical", window=a_hash(7), model=a_hash(8), calibrator=a_hash(9), expires_at=START + HOUR,
        )  # fmt: skip


class FakeContracts:
    """Two contracts at invented addresses."""

    def contracts(self) -> ContractsInfo:
        return ContractsInfo(
            chain_id=31337,
            contracts=[
                ContractInfo("SignalOracle", "0x" + "11" * 20, [{"type": "event", "name": "MarksPosted"}], "ab" * 32),
                ContractInfo("RiskBook", "0x" + "22" * 20, [{"type": "error", "name": "NotTrader"}], "cd" * 32),
            ],
            book_id=a_hash(1),
            book_name="main",
            book_class="SIMULATED",
            genesis_hash=a_hash(99),
            eip712_domain={"name": "Tradeseal SignalOracle", "version": "1", "chainId": 31337},
            eip712_types={"Signal": [{"name": "book", "type": "bytes32"}]},
            market_ids=dict.fromkeys(MARKETS, a_hash(3)),
            roles={"trader": ["0x" + "33" * 20]},
            limits={"maxPositionBps": "2000"},
        )


class FakeResearch:
    """One stored run, one job, and scores of what nobody said."""

    def __init__(self) -> None:
        self.wishes: list[Any] = []

    def strategies(self) -> list[Any]:
        return [
            {**found.to_json(), "code_hash": a_hash(7), "warmup_candles": 512} for found in known_strategies().values()
        ]

    def in_use(self) -> dict[str, Any]:
        return {
            "strategy": "technical", "params": {"horizon_bars": 72}, "model_hash": a_hash(8),
            "calibrator_hash": a_hash(9), "base_rate": 0.64, "skill": 0.01,
            "origin": {
                "strategy_hash": "07", "data": "synthetic", "markets": ["BTC-USDT"], "before": 10**9, "rows": 400,
                "brier": 0.22, "brier_of_base_rate": 0.23, "slope": 0.9,
            },
        }  # fmt: skip

    def runs(self) -> list[Any]:
        return [
            {
                "id": run_id, "kept_at": 1.6e9, "strategy": strategy, "params": {}, "markets": ["BTC-USDT"],
                "data": "synthetic", "interval_s": HOUR, "confidence": "fitted before the start", "record_head": "0x00",
                "from": "2021-05-01T00:00:00Z", "to": "2021-06-01T00:00:00Z", "bars": 744, "entries": 1, "exits": 1,
                "rejections": 2, "equity": "10000", "initial_e8": 10_000 * 10**8, "daily_sharpe": None,
                "figures": {"total_return": gain, "max_drawdown": -0.02, "sharpe": None},
            }
            for run_id, strategy, gain in (
                ("0123456789abcdef", "trend", 0.01), ("fedcba9876543210", "technical", None),
            )
        ]  # fmt: skip

    def details(self, run_id: str) -> dict[str, Any]:
        found = {"strategy": "trend", "clean": True, "compared": {"WARMUP": 50}, "differences": []}
        return {
            "manifest": {"id": run_id}, "calibrator": None, "checks": {"reports": [found]}, "folds": None,
            "files": [{"name": "report.html", "bytes": 10}],
        }  # fmt: skip

    def compare(self, run_ids: Sequence[str]) -> dict[str, Any]:
        if list(run_ids) != ["0123", "fedc"]:
            raise Refused("NOTHING_TO_COMPARE", "Name 2 to 8 different runs.", got=list(run_ids))
        plans = [run | {"data_label": run["data"]} for run in self.runs()]
        metrics = [
            {"id": "total_return", "title": "Total return", "unit": "share"},
            {"id": "exits", "title": "Sales", "unit": "count"},
            {"id": "fees", "title": "Fees", "unit": "usdt"},
        ]
        return compared([
            {
                **plan, "plan": plan, "initial": "10000", "costs": {"total": "12.5"}, "trials": {"probability": gain},
                "calibration": {"skill": None},
                "curve": [{"time": plan["from"], "equity": "10000", "hold": "10000", "drawdown": 0.0}],
                "metrics": [{**one, "value": value} for one, value in zip(metrics, (gain, 3, "2.50"), strict=True)],
            }
            for plan, gain in zip(plans, (0.015, None), strict=True)
        ])  # fmt: skip

    def trades(self, run_id: str) -> list[Any]:
        amounts = dict.fromkeys(("quantity", "price", "mark", "notional", "fee", "realised", "cash_after"), 10**8)
        row = {
            **{f"{name}_e8": amount for name, amount in amounts.items()}, "market": "BTC-USDT", "side": 1,
            "reason": "SIGNAL", "opened_at": 10**9, "observed_at": 10**9, "record_seq": 3, "record_hash": a_hash(3),
            "confidence_bps": 6_600,
        }  # fmt: skip
        return [row, {**row, "side": 2, "confidence_bps": None}]

    def file(self, run_id: str, name: str) -> Path:
        if name != "report.html":
            raise Refused("UNKNOWN_FILE", f"Run {run_id} has no file {name}.", got=name)
        return Path(__file__)

    def live(self) -> dict[str, Any]:
        found = {
            "check": "COMMITTED", "market": "BTC-USDT", "close": "2021-05-01T00:00:00Z", "field": "signal",
            "whole": "0x01", "truncated": "0x02",
        }  # fmt: skip
        return {
            "as_of": "2021-05-01T00:00:00Z", "strategy": "trend", "clean": False, "compared": {"COMMITTED": 50},
            "differences": [found] * 150,
        }  # fmt: skip

    def report(self, run_id: str) -> dict[str, Any]:
        if run_id != "0123456789abcdef":
            raise Refused("UNKNOWN_RUN", f"There is no stored run {run_id}.", got=run_id)
        return {"id": run_id, "bars": 744}

    def jobs(self) -> list[Job]:
        return [Job("job-1", "trend", "RUN", "RUNNING", 10, 744)]

    def start(self, wish: Any) -> Job:
        self.wishes.append(wish)
        return Job("job-2", wish["strategy"] or "technical")

    def examine(self, run_id: str, kind: str) -> Job:
        return Job("job-3", "trend", kind, run_id=run_id)

    def compare_live(self) -> Job:
        return Job("job-4", "technical", "LIVE")

    def cancel(self, job_id: str) -> Job:
        if job_id != "job-1":
            raise Refused("UNKNOWN_JOB", f"There is no job {job_id}.", got=job_id)
        return Job("job-1", "trend", phase="CANCELLED")

    def calibration(self) -> dict[str, Any]:
        chance = np.random.Generator(np.random.PCG64(1))
        said = chance.uniform(0.5, 0.8, 400)
        true = (chance.uniform(size=400) < said).astype(np.int64)
        scores = score(said, true, np.full(400, 0.65), np.arange(400) * HOUR, block_s=72 * HOUR)
        told = {"claim": "0x00", "event": "an event", "as_of": 10**9, "has_skill": False}
        revised = {
            "number": 1, "round": 169, "holds_from": 10**9, "reason": "SKILL_GONE", "calibrator": "0x02",
            "previous": "0x01", "shrunk": True, "base_rate_bps": 6_432, "observations": 900,
            "skill": ["-0.012345", "-0.020000", "-0.000001"],
        }  # fmt: skip
        in_force = {
            "calibrator": "0x02", "method": "platt", "said_base_rate": 0.6432, "shrunk": True,
            "watched_every_s": 604_800, "retrained_every_s": 0, "revisions": [revised],
        }  # fmt: skip
        return {**told, **in_force, **scores.to_json()}


@dataclass
class FakeRpc:
    """Answers every method with its name, block numbers with 0x2711 (10,001)."""

    asked: list[tuple[str, list[Any]]] = field(default_factory=list)
    away: bool = False

    def request(self, method: str, params: Sequence[Any]) -> Any:
        if self.away:
            raise Unavailable("CHAIN_AWAY", "The node does not answer.")
        self.asked.append((method, list(params)))
        if method == "eth_blockNumber":
            return "0x2711"
        if method == "eth_call" and params[0].get("data") == "0xdead":
            raise RpcFault(3, "execution reverted", "0x08c379a0")
        return method


@dataclass
class Site:
    """A server over fakes, and clients of every kind."""

    server: Server
    engine: FakeEngine
    rpc: FakeRpc
    story: Story
    views: ReadModels
    levers: FakeLevers

    def client(self, **headers: str) -> TestClient:
        """A client on the right host; headers come on top."""
        return TestClient(
            self.server.app,
            base_url=ORIGIN,
            headers=headers,
            raise_server_exceptions=False,
            client=("127.0.0.1", 50000),
        )

    def program(self) -> TestClient:
        """A client with the token."""
        return self.client(authorization=f"Bearer {TOKEN}")

    def catch_up(self) -> None:
        """Fold what the story wrote and draw the picture."""
        self.views.follower.catch_up()
        self.server.board.refresh()

    def unchanged(self) -> Callable[[], bool]:
        """A check that neither the engine was told anything nor the log grew since now."""
        told, last = list(self.engine.told), self.story.ledger.facts.last()
        return lambda: told == self.engine.told and last == self.story.ledger.facts.last()


def a_site(folder: Path, story: Story, *, page: Path | None = None, joined: bool = True) -> Site:
    """A server as `bootstrap` would join it, over fakes; `joined=False` is one that is still starting."""
    engine, rpc = FakeEngine(), FakeRpc()
    levers = FakeLevers(engine.told)
    if not joined:
        nothing = DataInfo(label="", synthetic=False, interval_s=HOUR, markets=())
        engine.the_status = a_status(phase="STARTING_CHAIN", phase_detail="starting the chain", data=nothing)
    views = open_read_models(folder / "views", story.ledger.facts)
    ports = Ports(status=engine.status)
    if joined:
        ports.engine, ports.market, ports.queries = engine, FakeMarketData(), views.queries
        ports.contracts, ports.rpc = FakeContracts(), rpc
        ports.rebuilder = views.rebuilder
        ports.research, ports.levers = FakeResearch(), levers
    server = Server(ports, Gatekeeper(TOKEN), page=page)
    site = Site(server, engine, rpc, story, views, levers)
    if joined:
        site.catch_up()
    return site
