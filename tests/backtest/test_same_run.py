"""A back-test is the same run as a replay: the same records on another chain, whatever was passed over."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tradeseal.backtest.run import Finished, run
from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.compile import CONTRACTS
from tradeseal.cycle import engine
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Unavailable
from tradeseal.kernel.money import SCALE, format_e8
from tradeseal.market.published import CandleStore, Series
from tradeseal.settings import CHECKOUT
from tradeseal.signals.published import Calibrator, EmaCrossStrategy, ScoredStrategy, TechnicalStrategy

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


def test_the_same_plan_gives_the_same_bits(store: CandleStore, calibrator: Calibrator) -> None:
    first, again = (a_run(TechnicalStrategy(), calibrator, store) for _ in range(2))

    assert first.plan.id == again.plan.id
    assert all_decided(first) == all_decided(again)


@pytest.mark.slow
def test_a_replay_on_anvil_ends_in_the_same_record_head(
    store: CandleStore, calibrator: Calibrator, tmp_path: Path
) -> None:
    try:
        anvil_binary(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    words = ["--home", str(tmp_path), "--chain", "anvil", "--markets", "BTC,ETH,XRP", "--json"]
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

    finished = a_run(TechnicalStrategy(), calibrator, store)

    book = finished.book
    assert book is not None
    assert (told["record_seq"], told["record_head"]) == (book.record_seq, finished.record_head)
    assert (told["cash"], told["equity"]) == (format_e8(book.cash_e8), format_e8(book.equity_e8))
    assert told["entries"] > 0
    assert told["exits"] > 0
