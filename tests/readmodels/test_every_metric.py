"""Every number of the results page, each from one book whose answers stand in a table by hand or in a textbook library.

The table must name every metric there is: one that is added without an answer here fails.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from stories import E8, START, Story, a_story

from tradeseal.readmodels.published import Measured, Outcome, open_read_models

DAY = 86_400
# The 30-day curve of a unit and what empyrical-reloaded said of it.
CASE = next(
    case
    for case in json.loads((Path(__file__).parent / "ratios.json").read_text())["cases"]
    if len(case["units"]) == 31
)
LOW_UNDER_CLOSE = 100 * E8
HELD_AT_THE_END = 10_730 * E8
# A purchase of 0.01 at 50,000 costs 500 + 0.5. Sales at 51,000, 49,000 and one that brings exactly what was paid.
WINS, LOSSES = 48, 32
WIN_E8 = 51_000 * E8 // 100 - 51 * E8 // 100 - (500 * E8 + E8 // 2)  # 510 - 0.51 - 500.5 = 8.99
LOSS_E8 = 49_000 * E8 // 100 - 49 * E8 // 100 - (500 * E8 + E8 // 2)  # 490 - 0.49 - 500.5 = -10.99
EVEN_FEE_E8 = 501 * E8 // 1000


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Eighty-one sales and the thirty days of the pinned curve."""
    story: Story = a_story(tmp_path_factory.mktemp("book"))
    for price in [51_000] * WINS + [49_000] * LOSSES:
        story.buy(price_e8=50_000 * E8)
        story.sell(price_e8=price * E8)
    story.buy(price_e8=50_000 * E8)
    quantity, _ = story.held["BTC-USDT"]
    story.held["BTC-USDT"] = (quantity, 501 * E8 - EVEN_FEE_E8)
    story.sell(price_e8=50_100 * E8)
    for n, unit in enumerate(CASE["units"][1:], start=1):
        equity = round(unit * 10_000 * E8)
        story.log.finish_bar(
            open_time=START + (n - 1) * DAY, close_time=START + n * DAY, equity_e8=equity,
            low_equity_e8=equity - LOW_UNDER_CLOSE, hold_equity_e8=HELD_AT_THE_END,
        )  # fmt: skip
    story.ledger.save(story.log)
    views = open_read_models(story.ledger.path.parent / "views", story.ledger.facts)
    views.follower.catch_up()
    return views.queries.results.outcome(500)


def deepest_low() -> float:
    """Each bar's low under the highest close before it, the initial balance in."""
    units: list[float] = CASE["units"]
    return min((unit - 0.01) / max(units[: n + 1]) - 1 for n, unit in enumerate(units[1:]))


BY_HAND: dict[str, Any] = {
    "total_trades": 162,
    "exits": 81,
    "wins": 48,
    "losses": 32,
    "break_even": 1,
    "win_rate": 0.6,
    "total_pnl": 7_984_000_000,  # 48 · 8.99 - 32 · 10.99 = 79.84
    "average_profit": 899_000_000,
    "average_loss": -1_099_000_000,
    "average_exit": 98_567_901,  # 79.84 / 81
    "best_trade": 899_000_000,
    "worst_trade": -1_099_000_000,
    "profit_factor": 431.52 / 351.68,
    "fees": 8_116_100_000,  # 81 · 0.5 + 48 · 0.51 + 32 · 0.49 + 0.501
    "total_return": CASE["units"][-1] - 1,
    "buy_and_hold_return": 0.073,
    "annual_return": CASE["ratios"]["annual"],
    "annual_volatility": CASE["ratios"]["volatility"],
    "sharpe": CASE["ratios"]["sharpe"],
    "sortino": CASE["ratios"]["sortino"],
    "max_drawdown": CASE["ratios"]["drawdown"],
    "max_drawdown_low": deepest_low(),
}


def test_the_table_names_every_metric_there_is(outcome: Outcome) -> None:
    assert list(BY_HAND) == [metric.id for metric in outcome.metrics]


def test_the_amounts_of_the_table_follow_from_the_prices() -> None:
    assert (BY_HAND["best_trade"], BY_HAND["worst_trade"]) == (WIN_E8, LOSS_E8)
    assert BY_HAND["total_pnl"] == WINS * WIN_E8 + LOSSES * LOSS_E8
    fees = (WINS + LOSSES + 1) * E8 // 2 + WINS * 51 * E8 // 100 + LOSSES * 49 * E8 // 100 + EVEN_FEE_E8
    assert BY_HAND["fees"] == fees


@pytest.mark.parametrize("name", BY_HAND)
def test_every_metric_is_what_the_table_says(outcome: Outcome, name: str) -> None:
    metric: Measured = next(metric for metric in outcome.metrics if metric.id == name)

    assert (metric.text, metric.enough) == (None, True)
    assert metric.value == pytest.approx(BY_HAND[name], rel=1e-9)


def test_markets_months_and_bins_add_up_to_the_same_book(outcome: Outcome) -> None:
    for parts in (list(outcome.markets.values()), [month.totals for month in outcome.months]):
        assert BY_HAND["total_pnl"] == sum(part.realised_e8 for part in parts)
        assert BY_HAND["fees"] == sum(part.fees_e8 for part in parts)
        assert BY_HAND["exits"] == sum(part.exits for part in parts)
    assert BY_HAND["exits"] == sum(found.count for found in outcome.distribution)
    assert WINS == sum(found.count for found in outcome.distribution if found.low >= 8 and found.high > 8.98)
    assert CASE["ratios"]["compounded"] == pytest.approx(outcome.months[0].gain)
