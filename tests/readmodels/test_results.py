"""Results are of sales and finished days; with nothing, one trade, only losses and no losses they say what is true."""

from pathlib import Path

import pytest
from stories import E8, HOUR, START, Story, a_story

from tradeseal.readmodels.published import Measured, Outcome, ReadModels, open_read_models

DAY = 86_400


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return a_story(tmp_path)


def views_of(story: Story) -> ReadModels:
    views = open_read_models(story.ledger.path.parent / "views", story.ledger.facts)
    views.follower.catch_up()
    assert views.follower.poisoned is None
    return views


def results_of(story: Story, points: int = 500) -> Outcome:
    return views_of(story).queries.results.outcome(points)


def metric(outcome: Outcome, name: str) -> Measured:
    return next(m for m in outcome.metrics if m.id == name)


def shown(outcome: Outcome, *names: str) -> list[object]:
    return [
        metric(outcome, name).value if metric(outcome, name).text is None else metric(outcome, name).text
        for name in names
    ]


def bars(story: Story, equities: list[int], *, step: int = DAY) -> None:
    """One bar for each equity, at the end of each day."""
    for n, equity in enumerate(equities, start=1):
        story.log.finish_bar(
            open_time=START + (n - 1) * step, close_time=START + n * step, equity_e8=equity * E8,
            low_equity_e8=(equity - 100) * E8, hold_equity_e8=(10_000 + n) * E8,
        )  # fmt: skip
    story.ledger.save(story.log)


def test_a_book_without_trades_has_no_numbers_but_its_initial_balance(story: Story) -> None:
    outcome = results_of(story)

    assert [0, 0, "not enough data", "no sale yet", "no sale yet", "no trade yet"] == shown(
        outcome, "total_trades", "exits", "win_rate", "total_pnl", "best_trade", "fees"
    )
    assert ["not enough data"] * 3 == shown(outcome, "sharpe", "sortino", "profit_factor")
    assert ["no finished bar yet"] * 2 == shown(outcome, "max_drawdown", "total_return")
    assert [(START, 10_000 * E8, 0.0)] == [(p.close_time, p.equity_e8, p.drawdown) for p in outcome.curve]
    assert ([], [], [], {}, 0) == (outcome.distribution, outcome.best, outcome.months, outcome.markets, outcome.bars)


def test_one_trade_is_counted_and_no_statistic_is_made_of_it(story: Story) -> None:
    story.buy(price_e8=50_000 * E8)
    story.sell(price_e8=51_000 * E8)
    # 0.01 · 51,000 - 0.51 - (500 + 0.5)
    realised = 51_000 * E8 // 100 - 51 * E8 // 100 - (50_000 * E8 // 100 + E8 // 2)

    outcome = results_of(story)

    assert [2, 1, 1, 0, realised, realised, realised] == shown(
        outcome, "total_trades", "exits", "wins", "losses", "total_pnl", "best_trade", "worst_trade"
    )
    assert ["not enough data"] * 4 == shown(outcome, "win_rate", "average_profit", "average_exit", "profit_factor")
    assert 101 * E8 // 100 == metric(outcome, "fees").value
    assert (["BTC-USDT"], []) == ([s.market for s in outcome.best], outcome.worst)
    assert [("2021-05", 2, 1)] == [(m.month, m.totals.trades, m.totals.exits) for m in outcome.months]
    assert 1 == sum(b.count for b in outcome.distribution)


@pytest.mark.parametrize(("price", "rate", "factor"), [(49_000, 0.0, 0.0), (51_000, 1.0, "no losing trade")])
def test_only_losses_and_no_losses(story: Story, price: int, rate: float, factor: object) -> None:
    for _ in range(30):
        story.buy(price_e8=50_000 * E8)
        story.sell(price_e8=price * E8)

    outcome = results_of(story)

    realised = price * E8 // 100 - price * E8 // 100_000 - (50_000 * E8 // 100 + E8 // 2)
    averages = (realised, "no losing trade") if realised > 0 else ("no winning trade", realised)
    assert [rate, factor, 30 * realised] == shown(outcome, "win_rate", "profit_factor", "total_pnl")
    assert list(averages) == shown(outcome, "average_profit", "average_loss")
    assert (bool(outcome.best), bool(outcome.worst)) == (realised > 0, realised < 0)
    assert 30 == sum(b.count for b in outcome.distribution)


def test_break_evens_are_apart(story: Story) -> None:
    story.buy(price_e8=50_000 * E8)
    quantity, _ = story.held["BTC-USDT"]
    cost = 501 * E8  # such that notional - fee is what it cost
    story.held["BTC-USDT"] = (quantity, cost - cost // 1000)
    story.sell(price_e8=cost * E8 // quantity)

    outcome = results_of(story)

    assert [1, 0, 0, 1, 0] == shown(outcome, "exits", "wins", "losses", "break_even", "total_pnl")


def test_days_are_utc_days_that_are_over_and_a_day_without_a_bar_counts_as_flat(story: Story) -> None:
    bars(story, [10_100, 10_100, 10_302])
    story.log.finish_bar(
        open_time=START + 4 * DAY, close_time=START + 4 * DAY + HOUR, equity_e8=9_000 * E8, low_equity_e8=9_000 * E8,
        hold_equity_e8=10_000 * E8,
    )  # fmt: skip
    story.ledger.save(story.log)

    outcome = results_of(story)

    # Three days with bars; the fourth had none, yet nothing shows it is over; the fifth is not over.
    assert 3 == outcome.days
    assert 9_000 / 10_000 - 1 == pytest.approx(metric(outcome, "total_return").value)
    assert 0.0302 == pytest.approx(outcome.months[0].gain)
    assert (4, 96 + 1) == (outcome.bars, outcome.bars_due)
    assert not outcome.months[0].complete


def test_thirty_days_are_enough_for_a_ratio_and_twenty_nine_are_not(tmp_path: Path) -> None:
    few, enough = a_story(tmp_path / "few"), a_story(tmp_path / "enough")
    bars(few, [10_000 + n % 3 for n in range(29)])
    bars(enough, [10_000 + n % 3 for n in range(30)])

    assert ["not enough data", 29] == [
        metric(results_of(few), "sharpe").text,
        metric(results_of(few), "sharpe").observations,
    ]
    assert metric(results_of(enough), "sharpe").enough
    assert metric(results_of(enough), "sortino").value is not None


def test_drawdown_begins_at_the_initial_balance_and_lows_lie_deeper(story: Story) -> None:
    bars(story, [9_000, 11_000, 8_800, 10_000])

    outcome = results_of(story)

    assert [0, -0.1, 0, -0.2, 10 / 11 - 1] == pytest.approx([p.drawdown for p in outcome.curve])
    assert [0, -0.11, 0, 8_700 / 11_000 - 1, 9_900 / 11_000 - 1] == pytest.approx(
        [p.low_drawdown for p in outcome.curve]
    )
    assert -0.2 == pytest.approx(metric(outcome, "max_drawdown").value)
    assert 8_700 / 11_000 - 1 == pytest.approx(metric(outcome, "max_drawdown_low").value)


def test_a_thinned_curve_keeps_its_ends_and_its_deepest_point(story: Story) -> None:
    equities = [10_000] * 200
    equities[77] = 5_000
    bars(story, equities, step=HOUR)

    outcome = results_of(story, points=10)

    assert len(outcome.curve) <= 10
    assert (START, START + 200 * HOUR) == (outcome.curve[0].close_time, outcome.curve[-1].close_time)
    assert -0.5 == pytest.approx(min(p.drawdown for p in outcome.curve))


def flow(story: Story, amount: int, *, observed_at: int) -> None:
    values = {"amount": str(amount * E8), "observedAt": str(observed_at)}
    story.portfolio.note_record(
        name="FlowBooked", values=values, record_seq=1, record_hash="0x1", previous_hash="0x0"
    )  # fmt: skip
    story.ledger.save(story.portfolio)


def test_the_first_deposit_is_the_initial_balance_itself(story: Story) -> None:
    flow(story, 10_000, observed_at=0)
    bars(story, [9_000, 10_000])

    outcome = results_of(story)

    assert 0 == pytest.approx(metric(outcome, "total_return").value)
    assert [0, -0.1, 0] == pytest.approx([p.drawdown for p in outcome.curve])


def test_a_deposit_is_no_return_and_no_end_of_a_drawdown(story: Story) -> None:
    bars(story, [9_000])
    flow(story, 9_000, observed_at=START + DAY)
    story.log.finish_bar(
        open_time=START + DAY, close_time=START + 2 * DAY, equity_e8=18_000 * E8, low_equity_e8=18_000 * E8,
        hold_equity_e8=10_000 * E8,
    )  # fmt: skip
    story.ledger.save(story.log)

    outcome = results_of(story)

    assert -0.1 == pytest.approx(metric(outcome, "total_return").value)
    assert [0, -0.1, -0.1] == pytest.approx([p.drawdown for p in outcome.curve])


def test_rates_rules_and_latencies_come_from_the_events(story: Story) -> None:
    story.buy()
    story.rejection()
    story.refused()
    story.sell()

    outcome = results_of(story)

    expected = {
        "verified": 2,
        "failed": 1,
        "authorised": 1,
        "rejected": 1,
        "rejected:RULE-03": 1,
        "tickets": 2,
        "filled": 2,
    }
    assert expected == outcome.counts
    assert {"verify", "commit", "wait", "authorise", "execute", "record", "settle", "cycle"} == set(outcome.latencies)
    assert 3 == outcome.latencies["authorise"].observations
    assert 1 == outcome.latencies["cycle"].observations
    assert all(step.p50_us > 0 for step in outcome.latencies.values())


def test_the_view_is_disposable(story: Story) -> None:
    story.buy()
    story.sell()
    bars(story, [10_000, 10_010])
    before = results_of(story)
    for path in (story.ledger.path.parent / "views").glob("results*"):
        path.unlink()

    assert before == results_of(story)
