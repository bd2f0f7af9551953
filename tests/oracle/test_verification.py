"""The oracle verifies what it can recompute, and names the check and the numbers of everything else."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tradeseal.market.published import CandleWindow, synthetic
from tradeseal.oracle import verification
from tradeseal.oracle.published import Check, SignalMessage, Terms, Verification, name_id, verify
from tradeseal.signals.published import (
    CLAIM,
    Calibrator,
    NotEnoughData,
    Opinion,
    Side,
    SignalEngine,
    TechnicalStrategy,
    fit_calibrator,
)

HOUR = 3600
CLOSE = 512 * HOUR + 1_619_827_200
TERMS = Terms(book="demo", strategy="technical", model=b"m" * 32, calibrator=b"c" * 32, interval_s=HOUR)


@dataclass
class FakeOwnView:
    """The oracle's own candles and opinion, whatever a test says they are."""

    own_window: CandleWindow | None
    own_opinion: Opinion | NotEnoughData

    def window(self, market: str, close_time: int) -> CandleWindow | None:
        return self.own_window

    def opinion(self, market: str, close_time: int) -> Opinion | NotEnoughData:
        return self.own_opinion


def a_window(*last_closes: int, market: str = "BTC-USDT") -> CandleWindow:
    closes = np.array([100 * 10**8] * (512 - len(last_closes)) + list(last_closes), dtype=np.int64)
    times = np.arange(CLOSE - 512 * HOUR, CLOSE, HOUR, dtype=np.int64)
    return CandleWindow(market, HOUR, times, closes, closes, closes, closes, closes)


def an_opinion(**changes: Any) -> Opinion:
    opinion = Opinion(
        side=Side.BUY,
        confidence_bps=6_700,
        risk_score=20,
        size_bps=1_666,
        buy_score=50,
        sell_score=10,
        take_profit_bps=150,
        stop_loss_bps=300,
        horizon_s=72 * HOUR,
        base_rate_bps=6_400,
        indicators={"rsi_14": "41.00000000", "drawdown_bps": "1000"},
        why=("BUY",),
    )
    return replace(opinion, **changes)


def a_message(opinion: Opinion, window: CandleWindow, /, **changes: Any) -> SignalMessage:
    message = SignalMessage(
        book=name_id(TERMS.book),
        strategy=name_id(TERMS.strategy),
        seq=1,
        market=name_id(window.market),
        side=int(opinion.side),
        confidence_bps=opinion.confidence_bps,
        risk_score=opinion.risk_score,
        size_bps=opinion.size_bps,
        price=window.close_e8,
        take_profit_bps=opinion.take_profit_bps,
        stop_loss_bps=opinion.stop_loss_bps,
        horizon_seconds=opinion.horizon_s,
        candle_close=window.close_time,
        expires_at=window.close_time + HOUR,
        window=window.hash,
        model=TERMS.model,
        calibrator=TERMS.calibrator,
        claim=CLAIM,
        salt=b"s" * 32,
    )
    return replace(message, **changes)


def a_verification(
    *,
    message: dict[str, Any] | None = None,
    claimed: dict[str, Any] | None = None,
    own: dict[str, Any] | None = None,
    window: CandleWindow | None = None,
    own_window: CandleWindow | None = None,
    observed_at: int = CLOSE,
) -> Verification:
    """Of a right signal, but for what is named. The message follows the claimed opinion."""
    window = window or a_window()
    opinion = an_opinion(**(claimed or {}))
    signal = a_message(opinion, window, **(message or {}))
    view = FakeOwnView(own_window or window, an_opinion(**(own or claimed or {})))
    return verify(signal, opinion, "BTC-USDT", terms=TERMS, own=view, observed_at=observed_at)


def failed(answer: Verification) -> list[str]:
    return [check.name for check in answer.failed]


def test_a_right_signal_is_verified_by_twenty_one_checks_in_order() -> None:
    answer = a_verification()

    assert (answer.outcome, answer.failed) == ("VERIFIED", ())
    assert [check.number for check in answer.checks] == list(range(21))
    assert len({check.name for check in answer.checks}) == 21


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"market": name_id("ETH-USDT")}, "market"),
        ({"book": name_id("other")}, "book"),
        ({"strategy": name_id("other")}, "strategy"),
        ({"model": b"x" * 32}, "model"),
        ({"calibrator": b"x" * 32}, "calibrator"),
        ({"claim": b"x" * 32}, "event"),
        ({"salt": bytes(32)}, "salt"),
        ({"expires_at": CLOSE + HOUR + 1}, "times"),
        ({"expires_at": CLOSE + HOUR - 1}, "times"),
        ({"window": b"x" * 32}, "window"),
        ({"price": 100 * 10**8 + 1}, "price"),
        ({"side": 2}, "content"),
        ({"confidence_bps": 6_701}, "content"),
        ({"risk_score": 19}, "content"),
        ({"size_bps": 1_667}, "content"),
        ({"take_profit_bps": 151}, "content"),
        ({"stop_loss_bps": 299}, "content"),
        ({"horizon_seconds": 72 * HOUR + 1}, "content"),
    ],
)
def test_a_signal_that_differs_in_one_field_fails_that_check_alone(change: dict[str, Any], check: str) -> None:
    answer = a_verification(message=change)

    assert answer.outcome == "FAILED"
    assert failed(answer) == [check]


def test_every_field_but_the_sequence_is_checked() -> None:
    """The sequence is the round's, and is bound by the commitment."""
    signal = a_message(an_opinion(), a_window())
    for field in SignalMessage.__dataclass_fields__:
        value = getattr(signal, field)
        other = bytes(32) if isinstance(value, bytes) else value + 1
        assert bool(failed(a_verification(message={field: other}))) == (field != "seq"), field


@pytest.mark.parametrize(
    ("field", "inside", "outside"),
    [
        ("side", 2, 3),
        ("confidence_bps", 10_000, 10_001),
        ("risk_score", 100, 101),
        ("size_bps", 2_000, 2_001),
        ("take_profit_bps", 1, 0),
        ("stop_loss_bps", 9_999, 10_000),
        ("price", 1, 0),
        ("horizon_seconds", 1, 0),
    ],
)
def test_a_number_outside_its_range_is_named_with_it(field: str, inside: int, outside: int) -> None:
    assert "ranges" not in failed(a_verification(message={field: inside}))

    answer = a_verification(message={field: outside})
    ranges = next(check for check in answer.checks if check.name == "ranges")

    assert not ranges.passed
    assert ranges.got.endswith(f" {outside}")
    assert " to " in ranges.limit


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"side": Side.HOLD, "size_bps": 0}, "side"),
        ({"buy_score": 34}, "side"),
        ({"risk_score": 19}, "risk score"),
        ({"indicators": {}}, "risk score"),
        ({"indicators": {"drawdown_bps": "-1"}}, "risk score"),
        ({"size_bps": 1_667}, "size"),
        ({"take_profit_bps": 149}, "barriers"),
        ({"horizon_s": 24 * HOUR}, "barriers"),
    ],
)
def test_an_opinion_that_contradicts_itself_fails_although_everybody_repeats_it(
    change: dict[str, Any], check: str
) -> None:
    assert failed(a_verification(claimed=change)) == [check]


@pytest.mark.parametrize(("stop", "passes"), [(299, False), (300, True), (301, True), (302, False)])
def test_the_barriers_keep_their_ratio_to_one_unit(stop: int, passes: bool) -> None:
    size = 500_000 // stop
    opinion = {"stop_loss_bps": stop, "size_bps": size, "risk_score": min(60, 60 * stop // 1_500) + 8}

    assert failed(a_verification(claimed=opinion)) == ([] if passes else ["barriers"])


@pytest.mark.parametrize(
    ("own", "check"),
    [
        ({"buy_score": 49}, "scores"),
        ({"sell_score": 11}, "scores"),
        ({"confidence_bps": 6_699}, "confidence"),
        ({"indicators": {"rsi_14": "41.00000001", "drawdown_bps": "1000"}}, "recomputed"),
        ({"base_rate_bps": 6_401}, "recomputed"),
        ({"stop_loss_bps": 301}, "recomputed"),
    ],
)
def test_an_opinion_the_oracle_does_not_reach_itself_fails_with_both_numbers(own: dict[str, Any], check: str) -> None:
    answer = a_verification(own=own)

    assert failed(answer) == [check]
    assert answer.failed[0].got != answer.failed[0].limit


@pytest.mark.parametrize(
    ("last", "passes"), [(120 * 10**8, True), (120 * 10**8 + 1, False), (80 * 10**8, True), (80 * 10**8 - 1, False)]
)
def test_a_step_of_the_price_passes_at_the_limit_and_fails_beyond(last: int, passes: bool) -> None:
    assert failed(a_verification(window=a_window(last))) == ([] if passes else ["price step"])


@pytest.mark.parametrize(("interval_s", "limit"), [(60, 500), (300, 2_000), (3_600, 2_000), (86_400, 5_000)])
def test_the_step_limit_grows_with_the_interval(interval_s: int, limit: int) -> None:
    assert replace(TERMS, interval_s=interval_s).step_limit_bps == limit


def test_one_changed_candle_of_512_is_found() -> None:
    mine = a_window()
    assert len(mine) == 512
    mine.volumes[7] += 1

    assert failed(a_verification(own_window=mine, window=a_window())) == ["window"]


def test_a_signal_on_an_older_candle_or_after_its_expiry_is_not_fresh() -> None:
    newer = replace(a_window(), open_times=a_window().open_times + HOUR)

    assert "freshness" in failed(a_verification(own_window=newer, observed_at=CLOSE + HOUR))
    assert failed(a_verification(observed_at=CLOSE + HOUR - 1)) == []
    assert failed(a_verification(observed_at=CLOSE + HOUR)) == ["freshness"]


def test_without_own_candles_nothing_is_verified() -> None:
    opinion, window = an_opinion(), a_window()
    view = FakeOwnView(None, NotEnoughData(got=511, needed=512))

    answer = verify(a_message(opinion, window), opinion, "BTC-USDT", terms=TERMS, own=view, observed_at=CLOSE)

    expected = ["freshness", "window", "price", "price step", "scores", "confidence", "recomputed"]
    assert failed(answer) == expected
    assert [check.number for check in answer.checks] == list(range(21))


def test_no_checks_at_all_is_a_failure() -> None:
    assert Verification(()).outcome == "FAILED"
    assert Verification((Check(0, "a", passed=True, got="", limit=""),)).outcome == "VERIFIED"


def test_every_check_is_listed_in_the_docstring_that_numbers_them() -> None:
    for number in range(21):
        assert f"({number})" in str(verify.__doc__)


def test_a_genuine_signal_is_verified_from_a_second_copy_of_the_candles() -> None:
    """End to end: the batch claims, the oracle recomputes one window at a time."""
    store, copy = synthetic(markets=2, bars=4_000), synthetic(markets=2, bars=4_000)
    start = store.last_close - 50 * HOUR
    calibrator = fit_calibrator(store, store.markets, start)
    engine = SignalEngine(TechnicalStrategy(), calibrator)
    own = SignalEngine(TechnicalStrategy(), Calibrator.from_json(calibrator.to_json()))
    terms = replace(TERMS, model=engine.strategy.code_hash, calibrator=calibrator.hash)
    opinions = engine.precompute(store, store.markets, start, store.last_close)

    for market in store.markets:
        for close in range(start, store.last_close + 1, 5 * HOUR):
            opinion, window = opinions.opinion(market, close), store.window(market, close)
            assert isinstance(opinion, Opinion)
            assert window is not None
            view = FakeOwnView(copy.window(market, close), own.opinion(copy.window(market, close)))
            message = a_message(opinion, window, model=terms.model, calibrator=terms.calibrator)
            answer = verify(message, opinion, market, terms=terms, own=view, observed_at=close)
            assert answer.outcome == "VERIFIED", answer.failed


def test_no_file_of_the_oracle_uses_floats_or_numpy() -> None:
    for source in Path(verification.__file__).parent.glob("*.py"):
        assert "numpy" not in source.read_text() or source.name == "__init__.py"
        assert "float" not in source.read_text()
