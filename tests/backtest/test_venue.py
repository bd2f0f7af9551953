"""What a venue asks is asked alike in back-test and replay, and the contract takes every fill that comes of it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from tradeseal.backtest.desk import Asked, asked_again, backtest, refuse_difference
from tradeseal.backtest.run import Finished, run
from tradeseal.backtest.trades import traded
from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.compile import CONTRACTS
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Unavailable
from tradeseal.kernel.money import SCALE
from tradeseal.market.published import CandleStore
from tradeseal.settings import CHECKOUT
from tradeseal.signals.published import Calibrator, TechnicalStrategy
from tradeseal.trading.terms import Terms

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
START, END = parse_utc("2024-12-02T15:00Z"), parse_utc("2024-12-05T11:00Z")
TOLD: Final = {
    "participation": "0.00004", "slippage": "0.63", "tick": "0.0001", "lot": "BTC=0.00001,0.01", "min_notional": "10",
}  # fmt: skip


def a_run(store: CandleStore, calibrator: Calibrator, told: dict[str, str], **options: Any) -> Finished:
    return run(
        TechnicalStrategy(), calibrator, store, start=START, end=END, cash_e8=10_000 * SCALE, terms=Terms.read(told),
        **options,
    )  # fmt: skip


def topics(finished: Finished) -> list[str]:
    return [event.TOPIC.partition(".")[2] for event in finished.events if event.TOPIC.startswith("TradeCycle.")]


def test_terms_that_ask_nothing_leave_every_record_as_it_was(store: CandleStore, calibrator: Calibrator) -> None:
    plain = run(TechnicalStrategy(), calibrator, store, start=START, end=END, cash_e8=10_000 * SCALE)
    off, ample = (
        a_run(store, calibrator, told)
        for told in ({"participation": "0", "slippage": "0"}, {"participation": "0.5", "lot": "0.00000001"})
    )

    assert plain.record_head == off.record_head == ample.record_head
    assert plain.plan.id == off.plan.id != ample.plan.id


def test_parts_are_filled_recorded_and_settled_after_their_rest_was_released(
    store: CandleStore, calibrator: Calibrator
) -> None:
    quick, whole = (a_run(store, calibrator, TOLD, whole=whole) for whole in (False, True))

    assert (quick.record_head, quick.equity_e8) == (whole.record_head, whole.equity_e8)
    by_cycle: dict[Any, list[str]] = {}
    for event in quick.events:
        if event.TOPIC.startswith("TradeCycle."):
            by_cycle.setdefault(event.originator_id, []).append(event.TOPIC.partition(".")[2])
    parts = [told for told in by_cycle.values() if "RestLeft" in told]
    assert len(parts) > 3
    for told in parts:
        assert told[-5:] == ["TradeRecorded", "RestLeft", "RecordingRequested", "RestReleased", "TradeSettled"]
    trades = traded(quick.events).trades
    for trade in trades:
        opened = store.series(trade.market).table
        volume = next(int(row[5]) for row in opened if row[0] <= trade.observed_at < row[0] + store.interval_s)
        assert trade.quantity_e8 <= volume * 4 // 100_000
        assert trade.quantity_e8 % (1_000 if trade.market.startswith("BTC") else SCALE // 100) == 0
        assert trade.price_e8 % 10_000 == 0
    assert quick.book is not None
    assert all(p.reserved_quantity_e8 == p.open_exit_quantity_e8 == 0 for p in quick.book.positions)


def test_a_larger_slippage_costs_more_and_is_told_among_the_costs(store: CandleStore, calibrator: Calibrator) -> None:
    costs = [
        sum(trade.spread_e8 for trade in traded(a_run(store, calibrator, {"slippage": text}).events).trades)
        for text in ("0", "0.63", "6.3")
    ]

    assert costs[0] < costs[1] < costs[2]


def test_a_run_on_terms_is_another_run_and_is_made_again_from_its_manifest(tmp_path: Path) -> None:
    asked = Asked(strategy="trend", markets=("ETH",), start=START, end=END, terms=Terms.read({"participation": "0.1"}))

    report, folder = backtest(asked, tmp_path / "home")
    again = asked_again(folder / "manifest.json", None)
    _, second = backtest(again, tmp_path / "another")

    assert again.terms == asked.terms
    assert report["plan"]["venue"] == {"participation": "0.1"}
    assert "at most 0.1 of a bar's volume" in " ".join(report["notes"])
    refuse_difference(folder / "manifest.json", second)


@pytest.mark.slow
def test_a_replay_on_the_same_terms_ends_in_the_same_record_head_and_verifies(
    store: CandleStore, calibrator: Calibrator, tmp_path: Path
) -> None:
    try:
        anvil_binary(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    words = [word for name, text in TOLD.items() for word in (f"--{name.replace('_', '-')}", text)]
    span = ["--from", "2024-12-02T15:00Z", "--to", "2024-12-05T11:00Z", "--markets", "BTC,ETH,XRP"]

    def tradeseal(*said: str, code: int = 0) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "tradeseal.main", *said, "--home", str(tmp_path), "--json"],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT / "backend")}, capture_output=True, text=True, timeout=250,
            check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout[-2000:] + done.stderr[-2000:]
        return json.loads(done.stdout)

    told = tradeseal("replay", "--chain", "anvil", *span, *words)
    finished = a_run(store, calibrator, TOLD)

    assert (told["record_seq"], told["record_head"]) == (finished.book and finished.book.record_seq,
                                                         finished.record_head)  # fmt: skip
    assert topics(finished).count("RestReleased") > 3
    assert told["entries"] > 0
    assert told["exits"] > 0
    # Part fills verify like whole ones.
    assert tradeseal("verify")["agrees"]
    # A home goes on with the terms that it began with.
    assert tradeseal("replay")["record_head"] == told["record_head"]
    assert "OTHER_DATA" in json.dumps(tradeseal("replay", "--participation", "0.5", code=2))
