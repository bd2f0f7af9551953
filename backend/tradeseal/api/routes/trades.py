"""Orders of a person and the history of cycles.

Knows the engine's commands and the read models. Knows nothing of rules: the contract decides.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Query, Request
from fastapi.responses import Response

from tradeseal.api import exports, journeys, orders, previews, tables
from tradeseal.api.routes.common import (
    Cursor,
    CycleKind,
    Limit,
    MarketText,
    Outcome,
    PortsDep,
    RuleText,
    SideText,
    Since,
    Until,
    as_json,
)
from tradeseal.api.routes.exports import exported
from tradeseal.api.schemas.trades import (
    SHARE,
    CycleDetail,
    DeclineOrder,
    ExecuteOrder,
    ExitOrder,
    OrderPreview,
    TradeAnswer,
    TradePage,
)
from tradeseal.api.symbols import known_market

router = APIRouter(tags=["trades"])
SymbolText = Annotated[str, Path(max_length=24)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.:-]+$",
        description="The same key gives the same answer and acts once.",
    ),
]


@router.post("/api/trades/execute", response_model=TradeAnswer, operation_id="executeTrade")
def execute(request: Request, order: ExecuteOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Run the full cycle for a market on the strategy's signal for the newest closed candle.

    Never invents an opinion: HOLD answers `NO_SIGNAL`. A candle already acted on answers with that cycle and
    `already_run`. A signal that waits for a person is accepted by this. A rejection is an answer, not an error.
    """
    engine = ports.the_engine()
    market = known_market(ports, order.symbol)
    keeper: orders.Keeper = request.app.state.orders
    return as_json(
        keeper.once(
            key,
            ("execute", market, order.size),
            lambda: engine.execute(market, size_bps=orders.bps(order.size), idempotency_key=key),
            ports,
        )
    )


@router.post("/api/trades/exit", response_model=TradeAnswer, operation_id="exitTrade")
def exit_position(request: Request, order: ExitOrder, ports: PortsDep, key: IdempotencyKey = None) -> Response:
    """Reduce or close a position by hand. Exits are never blocked by RULE-01 to RULE-07 or by REDUCING."""
    engine = ports.the_engine()
    market = known_market(ports, order.symbol)
    key = key or orders.new_key()
    keeper: orders.Keeper = request.app.state.orders
    return as_json(
        keeper.once(
            key,
            ("exit", market, order.fraction),
            lambda: engine.exit(market, fraction_bps=orders.bps(order.fraction) or 10_000, idempotency_key=key),
            ports,
        )
    )


@router.post("/api/trades/decline", response_model=TradeAnswer, operation_id="declineTrade")
def decline(order: DeclineOrder, ports: PortsDep) -> Response:
    """Let a signal that waits for a person go. It stays committed and is judged when it has expired."""
    market = known_market(ports, order.symbol)
    return as_json(orders.answer(ports.the_engine().decline(market), ports))


@router.get("/api/trades/execute/{symbol}", response_model=OrderPreview, operation_id="previewExecute")
def preview_execute(
    symbol: SymbolText, ports: PortsDep, size: Annotated[str | None, Query(pattern=SHARE)] = None
) -> Response:
    """What `execute` would ask now, and what the contract's `assess` says of it, rule by rule. Nothing is sent."""
    engine = ports.the_engine()
    market = known_market(ports, symbol)
    return as_json(previews.preview(market, "execute", engine.preview_execute(market, size_bps=orders.bps(size))))


@router.get("/api/trades/exit/{symbol}", response_model=OrderPreview, operation_id="previewExit")
def preview_exit(
    symbol: SymbolText, ports: PortsDep, fraction: Annotated[str | None, Query(pattern=SHARE)] = None
) -> Response:
    """What `exit` would ask now. A reduction by hand is judged by RULE-08 and RULE-09 alone. Nothing is sent."""
    engine = ports.the_engine()
    market = known_market(ports, symbol)
    fraction_bps = orders.bps(fraction) or 10_000
    return as_json(previews.preview(market, "exit", engine.preview_exit(market, fraction_bps=fraction_bps)))


@router.get(
    "/api/trades/history",
    response_model=TradePage,
    operation_id="getTradeHistory",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def history(
    ports: PortsDep,
    market: MarketText = None,
    side: SideText = None,
    kind: CycleKind = None,
    outcome: Outcome = None,
    rule: RuleText = None,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    layout: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Cycles, newest first, with filter and cursor paging; `format=csv` gives all that match, oldest first, unpaged."""
    chosen = tables.filter_of(
        ports, market=market, side=side, kind=kind, outcome=outcome, rule=rule, since=since, until=until
    )
    if layout == "csv":
        return exported(ports, "trades", "csv", exports.COLUMNS["trades"], exports.trades(ports, chosen))
    return as_json(tables.history_page(ports, chosen, cursor, limit))


@router.get("/api/trades/{cycle_id}", response_model=CycleDetail, operation_id="getTrade")
def detail(cycle_id: Annotated[str, Path(max_length=40)], ports: PortsDep) -> Response:
    """All that is kept about one cycle: signal, checks, transactions, events, profit and loss."""
    return as_json(journeys.cycle_detail(ports.the_queries(), cycle_id, ports.limits()))
