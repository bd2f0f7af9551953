"""What a home has committed is what its candles still say; where it is not, each difference has its cause."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from tradeseal.backtest.committed import Committed, Kept, compare
from tradeseal.cycle.facts import HoldFacts, SignalFacts
from tradeseal.main import app
from tradeseal.market.published import CandleStore
from tradeseal.oracle.published import SignalMessage, name_id

STRATEGY = """
from tradeseal.signals.published import Part, ScoredStrategy


class Mine(ScoredStrategy):
    name = "mine"
    about = "Follows the last three days."

    def parts(self, windows, features):
        return {"momentum": Part(100, features.components["momentum"], "it went {above}")}
"""
FROM, TO = "2024-12-02T15:00Z", "2024-12-03T03:00Z"


def command(folder: Path, *words: str) -> Result:
    plugins = ["--plugins", str(folder / "plugins")]
    return CliRunner().invoke(app, [*words, *plugins, "--home", str(folder / "home"), "--json"])


def files_of(store: CandleStore, folder: Path, market: str = "", *, close_time: int = 0) -> Path:
    """The store's newest candles as files; one close may be another."""
    folder.mkdir(exist_ok=True)
    for name in store.markets:
        rows = store.series(name).table[: store.closed(name, 1_733_500_000)]
        times, *prices = (rows[:, column] for column in range(6))
        closes = prices[3].copy()
        if name == market:
            closes[times + store.interval_s == close_time] += 10**6  # one cent
        high = np.maximum(prices[1], closes)
        columns = {"open": prices[0], "high": high, "low": prices[2], "close": closes, "volume": prices[4]}
        table = {"time": times * 1000, **{key: value / 1e8 for key, value in columns.items()}}
        pq.write_table(pa.table(table), folder / f"binance-{name.replace('-', '')}-1h.parquet")
    return folder


@pytest.fixture(scope="module")
def traded(store: CandleStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve hours of a strategy of one's own on candles of one's own."""
    folder = tmp_path_factory.mktemp("committed")
    files_of(store, folder / "candles")
    (folder / "plugins").mkdir()
    (folder / "plugins" / "mine.py").write_text(STRATEGY)
    words = ["--data", str(folder / "candles"), "--strategy", "mine", "--from", FROM, "--to", TO]
    ended = command(folder, "replay", *words, "--chain", "eth-tester", "--retrain", "6h")
    assert ended.exit_code == 0, ended.output
    assert json.loads(ended.stdout)["signals"] > 0
    return folder


def compared(folder: Path, *words: str) -> tuple[int, dict[str, Any]]:
    ended = command(folder, "backtest", "--check-signals", *words)
    assert ended.exit_code in (0, 1), ended.output
    (report,) = json.loads(ended.stdout)
    return ended.exit_code, report


@pytest.mark.chain
@pytest.mark.xdist_group("committed")
def test_the_candles_of_a_run_say_what_it_has_committed(traded: Path) -> None:
    code, report = compared(traded)

    assert (code, report["clean"], report["compared"], report["causes"]) == (0, True, {"COMMITTED": 36}, {})


@pytest.mark.chain
@pytest.mark.xdist_group("committed")
def test_a_changed_candle_is_named_as_the_cause(traded: Path, store: CandleStore) -> None:
    close = 1_733_151_600 + 5 * 3600
    other = files_of(store, traded / "other", "ETH-USDT", close_time=close)

    code, report = compared(traded, "--data", str(other))

    # Of ETH every signal from the changed candle on; of the others those whose calibrator was fitted again since.
    of_eth = [one for one in report["differences"] if one["market"] == "ETH-USDT"]
    others = {one["cause"] for one in report["differences"] if one["market"] != "ETH-USDT"}
    assert (code, len(of_eth), others) == (1, 8, {"CALIBRATOR"})
    first = of_eth[0]
    assert (first["close"], first["field"], first["cause"]) == ("2024-12-02T20:00:00Z", "price", "CANDLES")
    assert min(one["close"] for one in report["differences"] if one["cause"] == "CALIBRATOR") >= "2024-12-02T21:00:00Z"
    assert sum(report["causes"].values()) == len(report["differences"])


@pytest.mark.chain
@pytest.mark.xdist_group("committed")
def test_a_changed_strategy_is_named_as_the_cause(traded: Path) -> None:
    source = traded / "plugins" / "mine.py"
    source.write_text(STRATEGY.replace("100, features", "99, features"))
    try:
        code, report = compared(traded)
    finally:
        source.write_text(STRATEGY)

    assert (code, report["causes"]) == (1, {"STRATEGY": 36})
    assert {one["field"] for one in report["differences"]} == {"model"}


# One signal at a time: which field tells which cause.


def a_message(**parts: Any) -> SignalMessage:
    word = {
        name: bytes([number]) * 32 for number, name in enumerate(("window", "model", "calibrator", "claim", "salt"))
    }
    values: dict[str, Any] = {
        "book": name_id("demo"), "strategy": name_id("mine"), "seq": 7, "market": name_id("BTC-USDT"), "side": 1,
        "confidence_bps": 6_600, "risk_score": 20, "size_bps": 500, "price": 5_000, "take_profit_bps": 50,
        "stop_loss_bps": 100, "horizon_seconds": 259_200, "candle_close": 3_600, "expires_at": 7_200, **word,
    }  # fmt: skip
    return SignalMessage(**{**values, **parts})


def cause_of(change: dict[str, Any], *, hold: bool) -> tuple[str, str]:
    was = a_message(side=0) if hold else a_message()
    kept = HoldFacts(
        market="BTC-USDT", struct_hash="0x" + was.struct_hash().hex(), confidence_bps=6_600, base_rate_bps=6_400,
        price=5_000, take_profit_bps=50, stop_loss_bps=100, horizon_seconds=259_200,
    )  # fmt: skip
    signal = None if hold else SignalFacts.of(was)
    told = Committed({("BTC-USDT", 3_600): Kept(7, kept.struct_hash, signal, kept if hold else None)}, ())
    now = {("BTC-USDT", 3_600): replace(was, **change)}
    report = compare(told, now, "mine", model=was.model, calibrator=was.calibrator)
    if report.clean:
        return "", ""
    return report.differences[0].field, report.differences[0].cause


@pytest.mark.parametrize("hold", [False, True])
@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, ("", "")),
        ({"model": b"m" * 32, "window": b"w" * 32}, ("model", "STRATEGY")),
        ({"price": 5_001, "window": b"w" * 32}, ("price", "CANDLES")),
        ({"window": b"w" * 32}, ("window", "CANDLES")),
        ({"calibrator": b"c" * 32, "confidence_bps": 6_400}, ("calibrator", "CALIBRATOR")),
    ],
)
def test_each_cause_has_its_field(change: dict[str, Any], found: tuple[str, str], *, hold: bool) -> None:
    assert cause_of(change, hold=hold) == found


def test_other_keys_and_another_opinion_are_told_of_a_whole_signal() -> None:
    assert cause_of({"salt": b"s" * 32}, hold=False) == ("salt", "KEYS")
    assert cause_of({"risk_score": 21}, hold=False) == ("risk_score", "OPINION")


def test_a_signal_whose_candles_are_gone_is_a_difference() -> None:
    signal = SignalFacts.of(a_message())
    told = Committed({("BTC-USDT", 3_600): Kept(7, "0x01", signal, None)}, ())

    (found,) = compare(told, {}, "mine", model=b"", calibrator=b"").differences

    assert (found.whole, found.cause, found.close) == ("none", "CANDLES", "1970-01-01T01:00:00Z")
