"""`ema_cross` trades what backtesting.py trades on the same candles; what differs is the half spread, to the last cent.

| | tradeseal | backtesting.py 0.6.6, as pinned |
|---|---|---|
| acts on a crossing at | the next candle's open; the signal expires with it | the next row's open, whenever |
| a purchase costs | the open and half the spread (1 basis point), rounded up | the open |
| a sale brings | the open less half the spread, rounded down | the open |
| fee | 0.1 % of each fill, rounded up | 0.1 % of each fill |
| size | by volatility, at most what the contract allows | the same quantities, handed to it |
| averages | over the last 512 candles | over all candles |
| stops and targets | measured from the fill, far out here | none |
| who may say no | the contract, on the record | nobody |
| still held at the end | stays | stays, in no list of trades |

The numbers were written by scripts/pin_ema_cross.py; backtesting.py itself is AGPL-3.0 and no part of this product. On
candles with holes the first line makes a difference of its own; the pinned span has none.
"""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from peer import CASES, SYNTHETIC, our_run

from tradeseal.backtest.report import report_of
from tradeseal.backtest.run import Finished
from tradeseal.backtest.trades import Trade, traded
from tradeseal.kernel.money import BPS, SCALE, price_with_spread_down, price_with_spread_up
from tradeseal.settings import CHECKOUT

DATA: Final = CHECKOUT.parent / "shared" / "market-data"
PINNED: Final = json.loads((Path(__file__).parent / "ema_cross_peer.json").read_text())
HALF_SPREAD_BPS: Final = 1
pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.usefixtures("compiled"), pytest.mark.xdist_group("peer")]


@pytest.fixture(scope="module", params=CASES)
def both(request: pytest.FixtureRequest) -> tuple[Finished, dict[str, Any]]:
    if request.param != SYNTHETIC and not DATA.is_dir():
        pytest.skip("real candles are not here: ../shared/market-data")
    return our_run(DATA, request.param), PINNED["cases"][request.param]


def round_trips(finished: Finished) -> list[tuple[Trade, Trade]]:
    trades = traded(finished.events).trades
    return list(zip([t for t in trades if t.side == 1], [t for t in trades if t.side != 1], strict=False))


def spread_and_its_fee(trade: Trade) -> float:
    return trade.spread_e8 * (1 + (10 if trade.side == 1 else -10) / BPS) / SCALE


def test_the_trades_are_the_same_at_the_same_opens(both: tuple[Finished, dict[str, Any]]) -> None:
    finished, peer = both
    ours = [(b.observed_at, s.observed_at, b.quantity_e8, b.price_e8, s.price_e8) for b, s in round_trips(finished)]

    assert ours == [
        (
            entry,
            leave,
            size,
            price_with_spread_up(bought, HALF_SPREAD_BPS),
            price_with_spread_down(sold, HALF_SPREAD_BPS),
        )
        for entry, leave, size, bought, sold, _ in peer["trades"]
    ]
    assert len(ours) > 100


def test_each_trade_earns_what_the_peers_does_less_the_half_spread_and_its_fee(
    both: tuple[Finished, dict[str, Any]],
) -> None:
    finished, peer = both

    for (bought, sold), (*_, profit) in zip(round_trips(finished), peer["trades"], strict=True):
        spread = spread_and_its_fee(bought) + spread_and_its_fee(sold)
        assert sold.realised_e8 / SCALE == pytest.approx(profit - spread, abs=2e-6)


def test_equity_is_the_peers_less_the_half_spreads_paid_until_then(both: tuple[Finished, dict[str, Any]]) -> None:
    finished, peer = both
    ours = dict(zip((finished.grid.close_times - 3_600).tolist(), finished.equity_e8, strict=True))
    trades = traded(finished.events).trades
    days = [(at, equity) for at, equity in peer["equity"] if at in ours]

    for at, equity in days:
        paid = sum(spread_and_its_fee(t) for t in trades if t.observed_at <= at)
        assert ours[at] / SCALE == pytest.approx(equity - paid, abs=1e-4)
    assert len(days) > 250


def test_metrics_are_the_peers_within_what_the_half_spreads_cost(both: tuple[Finished, dict[str, Any]]) -> None:
    finished, peer = both
    report = report_of(finished, [])
    found = {one["id"]: one["value"] for one in report["metrics"]}
    cash = finished.plan.cash_e8 / SCALE
    trades = traded(finished.events).trades
    cost = sum(map(spread_and_its_fee, trades)) / cash

    assert found["total_return"] == pytest.approx(peer["final"] / cash - 1 - cost, abs=1e-7)
    assert -cost <= found["max_drawdown"] - peer["max_drawdown"] <= 1e-7
    assert found["exits"] == len(peer["trades"])
    # A trade that won less than its half spread is won by the peer alone.
    profits = [profit for *_, profit in peer["trades"]]
    assert peer["win_rate"] == pytest.approx(sum(profit > 0 for profit in profits) / len(profits))
    both_ends = [sum(spread_and_its_fee(t) for t in trip) for trip in round_trips(finished)]
    wins = sum(profit > cost for profit, cost in zip(profits, both_ends, strict=True))
    assert found["win_rate"] == pytest.approx(wins / len(profits))
