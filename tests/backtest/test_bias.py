"""Strategies that look into the future are caught by name; the shipped ones are clean."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tradeseal.backtest.bias import check_lookahead, check_warmup
from tradeseal.kernel.clock import parse_utc
from tradeseal.main import app
from tradeseal.market.published import CandleStore, CandleWindow
from tradeseal.signals.published import (
    Calibrator,
    Part,
    ScoredReadings,
    ScoredStrategy,
    TechnicalStrategy,
    find_strategy,
    fit_calibrator,
    learn,
)

START, END = parse_utc("2024-12-02T15:00Z"), parse_utc("2024-12-20T00:00Z")


class Shifted(ScoredStrategy):
    """`shift(-1)`: reads the next candle of a batch."""

    name = "shifted"

    def parts(self, windows: Any, features: Any) -> dict[str, Part]:
        close = np.atleast_1d(windows.close[-1])
        tomorrow = np.append(close[1:], close[-1])
        return {"tomorrow": Part(100, 100.0 * (tomorrow / close - 1.0), "tomorrow is {above} today")}


class Normalised(ScoredStrategy):
    """Normalises by mean and deviation of the whole sample."""

    name = "normalised"

    def parts(self, windows: Any, features: Any) -> dict[str, Part]:
        moved = features.components["momentum"]
        return {"z": Part(100, (moved - moved.mean()) / (moved.std() + 1e-9), "momentum is {above} its mean")}


class Remembering(ScoredStrategy):
    """Averages over more candles than the window that its signals are bound to."""

    name = "remembering"

    def read_run(self, run: CandleWindow, stride: int = 1) -> ScoredReadings:
        readings = super().read_run(run, stride)
        readings.long = float(run.closes.mean()) / 1e8  # type: ignore[attr-defined]
        self.long = readings.long  # type: ignore[attr-defined]
        return readings

    def read(self, window: CandleWindow) -> ScoredReadings:
        self.long = float(window.closes[-512:].mean()) / 1e8
        return super().read(window)

    def parts(self, windows: Any, features: Any) -> dict[str, Part]:
        return {"level": Part(100, 50.0 * (windows.close[-1] / self.long - 1.0), "price is {above} its mean")}


def assumed(strategy: ScoredStrategy) -> Calibrator:
    return Calibrator.assumed(7_000, strategy.name, strategy.code_hash.hex())


@pytest.mark.parametrize(
    ("kind", "cause"), [(Shifted, "NEXT_CANDLE"), (Normalised, "WHOLE_SAMPLE"), (Remembering, "WHOLE_SAMPLE")]
)
def test_a_strategy_that_looks_into_the_future_is_caught_by_name(
    kind: type[ScoredStrategy], cause: str, store: CandleStore
) -> None:
    strategy = kind()

    report = check_lookahead(strategy, assumed(strategy), store, START, END, samples=5)

    told = report.to_json()
    sys.stdout.write(f"{report.strategy}: {dict(told['causes'])} by {report.differences[0].check}\n")
    assert not report.clean
    assert report.strategy == strategy.name
    assert report.differences[0].check == "TRUNCATED"
    assert report.compared["TRUNCATED"] == 15
    assert set(told["causes"]) == {cause}


def test_a_calibrator_that_was_fitted_on_the_future_is_caught_by_name(store: CandleStore) -> None:
    strategy = TechnicalStrategy()
    future = fit_calibrator(store, store.markets, END, strategy)

    report = check_lookahead(strategy, future, store, START, END, samples=5)

    sys.stdout.write(f"{report.strategy}: {dict(report.to_json()['causes'])} by {report.differences[0].check}\n")
    assert {(one.check, one.cause) for one in report.differences} == {("CALIBRATOR", "FUTURE_CALIBRATOR")}


PLUG_IN = """
import numpy as np
from tradeseal.signals.published import Part, ScoredStrategy


class Shifted(ScoredStrategy):
    name = "shifted"
    about = "Reads the next candle of a batch."

    def parts(self, windows, features):
        close = np.atleast_1d(windows.close[-1])
        return {"tomorrow": Part(100, 100.0 * (np.append(close[1:], close[-1]) / close - 1.0), "it is {above}")}
"""


def test_the_command_names_strategy_and_cause_and_ends_with_1(tmp_path: Path) -> None:
    (tmp_path / "shifted.py").write_text(PLUG_IN)
    span = ["--markets", "BTC", "--from", "2024-12-02T15:00Z", "--to", "2024-12-20T00:00Z"]
    words = ["backtest", "--strategy", "shifted", "--plugins", str(tmp_path), "--assume-confidence", "0.7", *span]

    told = CliRunner().invoke(app, [*words, "--check-lookahead", "--check-warmup", "--home", str(tmp_path / "home")])

    assert told.exit_code == 1, told.output
    assert "shifted looks into the future (NEXT_CANDLE): its signals change with the candle after theirs" in told.stdout
    assert "shifted WARMUP: 50 compared, 0 differ" in told.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("name", ["technical", "ema_cross", "gradient_boosting"])
def test_the_shipped_strategies_know_nothing_of_the_future(name: str, store: CandleStore) -> None:
    strategy = learn(store, store.markets, START, find_strategy(name))
    calibrator = fit_calibrator(store, store.markets, START, strategy)

    for report in (
        check_lookahead(strategy, calibrator, store, START, END, samples=5),
        check_warmup(strategy, calibrator, store, START, END, samples=5),
    ):
        assert report.clean, report.differences[:3]
        assert all(report.compared.values())


def test_a_strategy_whose_signals_depend_on_older_candles_fails_the_warm_up(store: CandleStore) -> None:
    strategy = Remembering()

    assert not check_warmup(strategy, assumed(strategy), store, START, END, samples=5).clean
