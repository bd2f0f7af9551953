"""Back-tests, strategies, and how honest the confidence has been.

Knows the answers' shapes. Knows nothing of how a run is carried out.
"""

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response

from tradeseal.api import research
from tradeseal.api.routes.common import PortsDep, as_json
from tradeseal.api.schemas.research import (
    Backtest,
    BacktestJob,
    BacktestOrder,
    Backtests,
    Calibration,
    Strategies,
)

router = APIRouter(tags=["research"])


@router.get("/api/analytics/calibration", response_model=Calibration, operation_id="getCalibration")
def calibration(ports: PortsDep) -> Response:
    """Scores of the confidence over all signals whose horizon is over, HOLD, refused and rejected ones too."""
    return as_json(research.calibration(ports))


@router.get("/api/strategies", response_model=Strategies, operation_id="getStrategies")
def strategies(ports: PortsDep) -> Response:
    """Every strategy that can be named, with its parameters and their ranges."""
    return as_json({"strategies": ports.the_research().strategies()})


@router.get("/api/backtests", response_model=Backtests, response_model_by_alias=True, operation_id="getBacktests")
def backtests(ports: PortsDep) -> Response:
    """Stored runs, and the jobs of this process with their progress."""
    return as_json(research.backtests(ports))


@router.get("/api/backtests/{run_id}", response_model=Backtest, operation_id="getBacktest")
def backtest(run_id: Annotated[str, Path(max_length=64)], ports: PortsDep) -> Response:
    """A stored run's whole report."""
    return as_json({"id": run_id, "report": ports.the_research().report(run_id)})


@router.post("/api/backtests", response_model=BacktestJob, operation_id="startBacktest")
def start(order: BacktestOrder, ports: PortsDep) -> Response:
    """Begin a back-test on this home's candles; ask `GET /api/backtests` for its progress."""
    return as_json(ports.the_research().start(order.model_dump(by_alias=True)).to_json())
