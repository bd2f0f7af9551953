"""Prices, candles and predictions.

Knows the market data's port. Knows nothing of candles' origin.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from tradeseal.api import views
from tradeseal.api.board import Board
from tradeseal.api.routes.common import PortsDep, TimeText, as_json
from tradeseal.api.schemas.market import Candles, Prediction, Prices
from tradeseal.api.symbols import known_market
from tradeseal.kernel.clock import parse_utc
from tradeseal.signals.published import CURVES

router = APIRouter(tags=["market"])
Indicators = Annotated[
    str,
    Query(
        max_length=60,
        pattern=rf"^$|^({'|'.join(CURVES)})(,({'|'.join(CURVES)}))*$",
        description=f"Any of {', '.join(CURVES)}, joined by commas; computed as the strategies do.",
    ),
]


@router.get("/api/market/prices", response_model=Prices, operation_id="getPrices")
def prices(request: Request, ports: PortsDep) -> Response:
    """The last price of every market."""
    ports.the_engine()
    board: Board = request.app.state.board
    return as_json(board.prices())


@router.get("/api/market/candles/{symbol}", response_model=Candles, operation_id="getCandles")
def candles(
    symbol: str,
    ports: PortsDep,
    limit: Annotated[int, Query(ge=1, le=2000)] = 300,
    before: TimeText = None,
    indicators: Indicators = "",
) -> Response:
    """Closed candles up to the data's clock, oldest first, the fills inside their span, and indicators beside them."""
    status = ports.status()
    market = known_market(ports, symbol)
    rows = ports.the_market().candles(market, before=parse_utc(before) if before else None, limit=limit)
    fills = ports.the_queries().fills(market, rows[0].open_time, rows[-1].close_time) if rows else []
    chosen = [name for name in CURVES if name in indicators.split(",")]
    seen = ports.the_market().curves(market, until=rows[-1].close_time, count=len(rows), chosen=chosen) if rows else {}
    return as_json(views.candles(market, status, rows, fills, seen))


@router.get("/api/predictions/{symbol}", response_model=Prediction, operation_id="getPrediction")
def prediction(symbol: str, ports: PortsDep) -> Response:
    """The strategy's opinion on the newest closed candle of a market: signal, confidence, risk, size, scores, why."""
    status = ports.status()
    market = known_market(ports, symbol)
    return as_json(views.prediction(ports.the_market().prediction(market), status))
