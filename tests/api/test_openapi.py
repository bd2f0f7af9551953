"""The OpenAPI document is the one in the repository, and the answers keep to it."""

import json
from pathlib import Path

import pytest
from fakes import Site
from stories import E8

from tradeseal.api.openapi import text
from tradeseal.api.ports import Asking, PriceSeen, TradeResult
from tradeseal.api.schemas.dashboard import Dashboard, Health
from tradeseal.api.schemas.governance import Governance, LeverAnswer
from tradeseal.api.schemas.market import Candles, Prediction, Prices
from tradeseal.api.schemas.records import Contracts, EventPage, Heads, RecordPage, Rulebook, Session
from tradeseal.api.schemas.research import (
    Backtest,
    BacktestJob,
    Backtests,
    BacktestTrades,
    Calibration,
    LiveAgainstBacktest,
    Strategies,
)
from tradeseal.api.schemas.trades import (
    CycleDetail,
    EngineAnswer,
    ModeAnswer,
    OrderPreview,
    TradeAnswer,
    TradePage,
    VerificationPage,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "frontend" / "openapi.json"


def test_the_document_in_the_repository_is_the_one_of_the_code() -> None:
    assert text() == DOCUMENT.read_text(), "run: python -m tradeseal.api.openapi > frontend/openapi.json"


def test_every_reference_leads_somewhere_and_every_operation_has_a_name() -> None:
    whole = json.loads(text())
    names = set()
    for path in whole["paths"].values():
        for operation in path.values():
            assert operation["operationId"] not in names
            names.add(operation["operationId"])
            assert "#/components/schemas/Problem" in json.dumps(operation["responses"]["default"])
    schemas = set(whole["components"]["schemas"])
    used = {part.split('"')[0] for part in text().split("#/components/schemas/")[1:]}
    assert used <= schemas


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/dashboard", Dashboard),
        ("/api/health", Health),
        ("/api/market/prices", Prices),
        ("/api/market/candles/BTC?limit=5", Candles),
        ("/api/market/candles/BTC?limit=5&indicators=rsi,bollinger", Candles),
        ("/api/trades/execute/BTC?size=0.05", OrderPreview),
        ("/api/trades/exit/BTC", OrderPreview),
        ("/api/predictions/btc-usdt", Prediction),
        ("/api/trades/history", TradePage),
        ("/api/trades/history?market=BTC&side=BUY&outcome=settled&from=2021-05-01&to=2021-06-01", TradePage),
        ("/api/smartcontract/records", RecordPage),
        ("/api/smartcontract/records?after=0&limit=2", RecordPage),
        ("/api/smartcontract/contracts", Contracts),
        ("/api/smartcontract/rules", Rulebook),
        ("/api/oracle/verifications", VerificationPage),
        ("/api/events?after=3", EventPage),
        ("/api/heads", Heads),
        ("/api/analytics/calibration", Calibration),
        ("/api/strategies", Strategies),
        ("/api/backtests", Backtests),
        ("/api/backtests?strategy=trend&limit=1", Backtests),
        ("/api/backtests/0123456789abcdef", Backtest),
        ("/api/backtests/0123456789abcdef/trades?limit=1", BacktestTrades),
        ("/api/strategies/live", LiveAgainstBacktest),
        ("/api/session", Session),
        ("/api/governance", Governance),
    ],
)
def test_answers_keep_to_their_shape(site: Site, path: str, shape) -> None:
    for act in (site.story.buy, site.story.rejection, site.story.refused, site.story.sell, site.story.bar):
        act()
    waiting = site.story.signal("ETH-USDT")
    site.story.buy()
    site.engine.the_prices = [
        PriceSeen("BTC-USDT", 50_000 * E8, site.story.now, day_ago_e8=40_000 * E8),
        PriceSeen("ETH-USDT", None, None, stale=True, pending_e8=5),
    ]
    site.engine.the_asking = [Asking(str(waiting.id), "ETH-USDT", site.story.now + 60)]
    site.catch_up()

    response = site.client().get(path)

    assert 200 == response.status_code, response.text
    shape.model_validate_json(response.content, strict=True)


def test_a_trade_in_detail_keeps_to_its_shape(site: Site) -> None:
    cycles = [site.story.buy(), site.story.rejection(), site.story.refused(), site.story.sell(), site.story.signal()]
    site.catch_up()

    for cycle in cycles:
        response = site.client().get(f"/api/trades/{cycle.id}")
        assert 200 == response.status_code, response.text
        detail = CycleDetail.model_validate_json(response.content, strict=True)
        assert str(cycle.id) == detail.cycle.id
        assert detail.events


def test_answers_of_changes_keep_to_their_shape(site: Site) -> None:
    cycle = site.story.buy()
    site.catch_up()
    site.engine.result = TradeResult("SETTLED", "Bought.", str(cycle.id))
    client = site.program()

    for path, body, shape in (
        ("/api/trades/execute", {"symbol": "BTC", "size": "0.05"}, TradeAnswer),
        ("/api/trades/exit", {"symbol": "BTC"}, TradeAnswer),
        ("/api/trades/decline", {"symbol": "BTC"}, TradeAnswer),
        ("/api/engine/pause", None, EngineAnswer),
        ("/api/engine/resume", None, EngineAnswer),
        ("/api/engine/speed", {"speed": "max"}, EngineAnswer),
        ("/api/markets/ETH/mode", {"mode": "ask"}, ModeAnswer),
        ("/api/governance/tighten", {"limits": {"max_position_bps": 1_500}}, LeverAnswer),
        ("/api/governance/stop", {"reason": "why"}, LeverAnswer),
        ("/api/governance/halt", {}, LeverAnswer),
        ("/api/governance/flows", {"amount": "-0.00000001"}, LeverAnswer),
        ("/api/governance/freeze-trader", None, LeverAnswer),
        ("/api/governance/remove-signer", {"address": "0x" + "11" * 20}, LeverAnswer),
        ("/api/governance/revoke-signal", {"digest": "0x" + "22" * 32}, LeverAnswer),
        ("/api/governance/changes", {"change": "SIGNERS", "fresh_signers": 3, "quorum": 2}, LeverAnswer),
        ("/api/backtests", {"strategy": "trend", "params": {"macd_weight": 30}, "cash": "500"}, BacktestJob),
        ("/api/backtests/0123456789abcdef/checks", None, BacktestJob),
        ("/api/backtests/0123456789abcdef/folds", None, BacktestJob),
        ("/api/backtests/jobs/job-1/cancel", None, BacktestJob),
        ("/api/strategies/live", None, BacktestJob),
    ):
        response = client.post(path, json=body)
        assert 200 == response.status_code, response.text
        shape.model_validate_json(response.content, strict=True)
    assert ("execute", "BTC-USDT", 500, None) == site.engine.told[0]
    assert site.engine.told[1][:3] == ("exit", "BTC-USDT", 10_000)
