"""Back-tests, strategies, and how honest the confidence has been.

Knows the answers' shapes. Knows nothing of how a run is carried out.
"""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response

from tradeseal.api import research
from tradeseal.api.routes.common import Cursor, Limit, PortsDep, as_json
from tradeseal.api.schemas.research import (
    Backtest,
    BacktestComparison,
    BacktestJob,
    BacktestOrder,
    Backtests,
    BacktestTrades,
    Calibration,
    LiveAgainstBacktest,
    Strategies,
)

router = APIRouter(tags=["research"])

RunId = Annotated[str, Path(max_length=64)]
RunIds = Annotated[
    str, Query(max_length=600, description="Runs by the beginnings of their names, with commas between them.")
]
Order = Annotated[
    Literal["newest", "total_return", "max_drawdown", "sharpe"],
    Query(description="The newest first, or the best by a figure; a drawdown is at most 0, so the shallowest first."),
]
StrategyName = Annotated[str | None, Query(max_length=64)]
# A report is a file of ours, but it holds names that others chose.
REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/api/analytics/calibration", response_model=Calibration, operation_id="getCalibration")
def calibration(ports: PortsDep) -> Response:
    """Scores of the confidence over all signals whose horizon is over, HOLD, refused and rejected ones too."""
    return as_json(research.calibration(ports))


@router.get("/api/strategies", response_model=Strategies, operation_id="getStrategies")
def strategies(ports: PortsDep) -> Response:
    """Every strategy that can be named, with its parameters and their ranges, and the one in use."""
    return as_json(research.strategies(ports))


@router.get("/api/strategies/live", response_model=LiveAgainstBacktest, operation_id="getLiveComparison")
def live(ports: PortsDep) -> Response:
    """What the last comparison of committed signals with a back-test's found."""
    return as_json(research.live(ports))


@router.post("/api/strategies/live", response_model=BacktestJob, operation_id="compareLive")
def compare_live(ports: PortsDep) -> Response:
    """Recompute every signal that this home has committed, HOLD included, and compare the digests."""
    return as_json(ports.the_research().compare_live().to_json())


@router.get("/api/backtests", response_model=Backtests, response_model_by_alias=True, operation_id="getBacktests")
def backtests(
    ports: PortsDep,
    strategy: StrategyName = None,
    sort: Order = "newest",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    """Stored runs, and the jobs of this process with their progress."""
    return as_json(research.backtests(ports, strategy=strategy, sort=sort, cursor=cursor, limit=limit))


@router.get("/api/backtests/compare", response_model=BacktestComparison, operation_id="compareBacktests")
def compare(ports: PortsDep, runs: RunIds) -> Response:
    """Two to eight stored runs side by side, as `tradeseal runs compare` has them."""
    return as_json(research.comparison(ports, runs))


@router.get("/api/backtests/{run_id}", response_model=Backtest, operation_id="getBacktest")
def backtest(run_id: RunId, ports: PortsDep) -> Response:
    """A stored run's whole report, its manifest, checks and folds."""
    return as_json(research.backtest(ports, run_id))


@router.get("/api/backtests/{run_id}/trades", response_model=BacktestTrades, operation_id="getBacktestTrades")
def backtest_trades(run_id: RunId, ports: PortsDep, cursor: Cursor = None, limit: Limit = 50) -> Response:
    """A stored run's fills, oldest first."""
    return as_json(research.backtest_trades(ports, run_id, cursor=cursor, limit=limit))


@router.get(
    "/api/backtests/{run_id}/files/{name}",
    response_class=FileResponse,
    responses={200: {"description": "The file.", "content": {"application/octet-stream": {}}}},
    operation_id="getBacktestFile",
)
def backtest_file(run_id: RunId, name: Annotated[str, Path(max_length=64)], ports: PortsDep) -> FileResponse:
    """One file of a stored run: manifest, report as JSON or HTML, tables as Parquet."""
    path = ports.the_research().file(run_id, name)
    policy = {"content-security-policy": REPORT_POLICY} if name.endswith(".html") else None
    return FileResponse(path, filename=f"tradeseal-{run_id}-{name}", headers=policy)


@router.post("/api/backtests", response_model=BacktestJob, operation_id="startBacktest")
def start(order: BacktestOrder, ports: PortsDep) -> Response:
    """Begin a back-test on this home's candles; ask `GET /api/backtests` for its progress."""
    return as_json(ports.the_research().start(order.model_dump(by_alias=True)).to_json())


@router.post("/api/backtests/{run_id}/checks", response_model=BacktestJob, operation_id="checkBacktest")
def check(run_id: RunId, ports: PortsDep) -> Response:
    """Begin the bias checks of a stored run: is the future used, are older candles used?"""
    return as_json(ports.the_research().examine(run_id, "CHECKS").to_json())


@router.post("/api/backtests/{run_id}/folds", response_model=BacktestJob, operation_id="foldBacktest")
def fold(run_id: RunId, ports: PortsDep) -> Response:
    """Begin the quarterly refits of a stored run's confidence, each scored on the quarter after it."""
    return as_json(ports.the_research().examine(run_id, "FOLDS").to_json())


@router.post("/api/backtests/jobs/{job_id}/cancel", response_model=BacktestJob, operation_id="cancelBacktest")
def cancel(job_id: RunId, ports: PortsDep) -> Response:
    """End a running job; what it has computed is not kept."""
    return as_json(ports.the_research().cancel(job_id).to_json())
