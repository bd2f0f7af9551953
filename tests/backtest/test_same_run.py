"""A back-test is the same run as a replay: the same records on another chain, whatever was passed over."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tradeseal.backtest.run import Finished, run
from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.compile import CONTRACTS
from tradeseal.cycle import engine
from tradeseal.kernel.clock import parse_span, parse_utc
from tradeseal.kernel.errors import Unavailable
from tradeseal.kernel.money import SCALE, format_e8
from tradeseal.market.published import CandleStore, Series
from tradeseal.settings import CHECKOUT
from tradeseal.signals.published import (
    Calibrator,
    EmaCrossStrategy,
    Schedule,
    ScoredStrategy,
    Side,
    TechnicalStrategy,
)

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
START, END = parse_utc("2024-12-02T15:00Z"), parse_utc("2024-12-05T11:00Z")
CASH = 10_000 * SCALE


def a_run(strategy: ScoredStrategy, calibrator: Calibrator, store: CandleStore, **options: Any) -> Finished:
    return run(strategy, calibrator, store, start=START, end=END, cash_e8=CASH, **options)


def all_decided(finished: Finished) -> dict[str, Any]:
    book = finished.book
    assert book is not None
    return {
        "head": finished.record_head,
        "records": book.record_seq,
        "cash": book.cash_e8,
        "equity": list(finished.equity_e8),
        "lows": list(finished.low_equity_e8),
        "outcomes": [e.TOPIC for e in finished.events if e.TOPIC.startswith("Trad")],
    }


def test_a_run_that_passes_over_quiet_bars_ends_like_one_that_plays_them_all(
    store: CandleStore, calibrator: Calibrator
) -> None:
    quick = a_run(TechnicalStrategy(), calibrator, store)
    whole = a_run(TechnicalStrategy(), calibrator, store, whole=True)

    assert all_decided(quick) == all_decided(whole)
    assert quick.played < whole.played == len(whole.grid)


def test_so_does_one_whose_candles_have_gaps_and_whose_strategy_rarely_speaks(store: CandleStore) -> None:
    strategy = EmaCrossStrategy()
    assumed = Calibrator.assumed(9_900, strategy.name, strategy.code_hash.hex())
    torn = [
        Series(market, store.series(market).table[[n for n in range(len(store.series(market))) if n % step]])
        for step, market in zip((7, 11, 13), store.markets, strict=True)
    ]
    gaps = CandleStore(torn, interval_s=store.interval_s, exchange=store.exchange)

    quick, whole = (a_run(strategy, assumed, gaps, whole=whole) for whole in (False, True))

    assert all_decided(quick) == all_decided(whole)
    assert quick.played < whole.played / 2
    assert any(event.TOPIC == "TradeCycle.TradeSettled" for event in quick.events)


def test_a_run_that_posts_every_vector_gives_the_same_verdicts(
    store: CandleStore, calibrator: Calibrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipping = a_run(TechnicalStrategy(), calibrator, store)
    monkeypatch.setattr(
        engine, "must_post", lambda tick, book, *, last_observed_at, **_: tick.observed_at >= last_observed_at
    )

    posting = a_run(TechnicalStrategy(), calibrator, store, whole=True)

    assert all_decided(posting) == all_decided(skipping)
    vectors, all_vectors = (
        sum(event.TOPIC == "SignalLog.MarksPosted" for event in finished.events) for finished in (skipping, posting)
    )
    assert all_vectors >= len(posting.grid) > vectors  # an open tick like the close tick before it is the same vector


@pytest.mark.parametrize(("base_rate_bps", "rule"), [(6_400, "RULE-03"), (6_670, "RULE-06")])
def test_where_live_skill_has_gone_the_gate_closes_by_itself(
    base_rate_bps: int, rule: str, store: CandleStore, calibrator: Calibrator
) -> None:
    """A calibrator that says the opposite of what it learned: once that is proven, every entry is rejected.

    A base rate below 0.65 is stopped by RULE-03; one above it pays for no costs at 1 : 2, which is RULE-06's to say.
    """
    weights = tuple(-4 * weight for weight in calibrator.weights)
    mirrored = replace(calibrator, weights=weights, base_rate_bps=base_rate_bps)

    finished = run(
        TechnicalStrategy(), mirrored, store, start=START, end=START + 34 * 86_400, cash_e8=CASH,
        schedule=Schedule(watch_bars=24),
    )  # fmt: skip

    revised = [event for event in finished.events if event.TOPIC == "SignalLog.CalibratorRevised"]
    gone = revised[0]
    assert (len(revised), gone.reason, gone.shrunk, gone.number) == (1, "SKILL_GONE", True, 1)
    assert [float(value) < 0 for value in gone.skill] == [True, True, True]
    signals = {e.originator_id: e.signal for e in finished.events if e.TOPIC == "TradeCycle.SignalGenerated"}
    entered = [signals[e.originator_id].candle_close for e in finished.events if e.TOPIC == "TradeCycle.TradeAuthorised"
               and e.originator_id in signals and signals[e.originator_id].side == Side.BUY]  # fmt: skip
    after = {i for i, one in signals.items() if one.candle_close >= gone.holds_from and one.side == Side.BUY}
    rejected = {e.originator_id: e.rules for e in finished.events if e.TOPIC == "TradeCycle.TradeRejected"}
    assert max(entered) < gone.holds_from
    assert len(after) > 20
    assert all(rule in rejected[one] for one in after if one in rejected)
    assert len(after - rejected.keys()) <= len(store.markets)  # of the last round, which nobody has judged yet
    assert {signals[one].confidence_bps for one in after} == {mirrored.base_rate_bps}
    assert {signals[one].calibrator for one in after} == {gone.calibrator}


def test_a_calibrator_that_is_fitted_again_passes_over_quiet_bars_like_the_first(
    store: CandleStore, calibrator: Calibrator
) -> None:
    schedule = Schedule(retrain_s=43_200)
    quick, whole = (
        a_run(TechnicalStrategy(), calibrator, store, whole=one, schedule=schedule) for one in (False, True)
    )

    told = [
        [(e.number, e.round, e.calibrator) for e in one.events if e.TOPIC == "SignalLog.CalibratorRevised"]
        for one in (quick, whole)
    ]
    assert all_decided(quick) == all_decided(whole)
    assert told[0] == told[1]
    assert [(number, round_) for number, round_, _ in told[0]] == [(n, 12 * n) for n in range(1, 6)]


def test_the_same_plan_gives_the_same_bits(store: CandleStore, calibrator: Calibrator) -> None:
    first, again = (a_run(TechnicalStrategy(), calibrator, store) for _ in range(2))

    assert first.plan.id == again.plan.id
    assert all_decided(first) == all_decided(again)


@pytest.mark.slow
@pytest.mark.parametrize("retrain", ["never", "12h"])
def test_a_replay_on_anvil_ends_in_the_same_record_head(
    store: CandleStore, calibrator: Calibrator, tmp_path: Path, retrain: str
) -> None:
    try:
        anvil_binary(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    words = ["--home", str(tmp_path), "--chain", "anvil", "--markets", "BTC,ETH,XRP", "--json", "--retrain", retrain]
    span = ["--from", "2024-12-02T15:00Z", "--to", "2024-12-05T11:00Z"]
    replayed = subprocess.run(
        [sys.executable, "-m", "tradeseal.main", "replay", *words, *span],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")},
        capture_output=True,
        text=True,
        timeout=250,
        check=True,
    )
    told = json.loads(replayed.stdout)

    finished = a_run(TechnicalStrategy(), calibrator, store, schedule=Schedule(retrain_s=parse_span(retrain)))

    book = finished.book
    assert book is not None
    kept = sorted(path.name for path in (tmp_path / "calibrators").glob("*"))
    assert kept == [one.file_name for one in finished.succession.revisions_until(END)]
    assert bool(kept) == (retrain != "never")
    assert (told["record_seq"], told["record_head"]) == (book.record_seq, finished.record_head)
    assert (told["cash"], told["equity"]) == (format_e8(book.cash_e8), format_e8(book.equity_e8))
    assert told["entries"] > 0
    assert told["exits"] > 0
