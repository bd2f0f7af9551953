"""What is made ahead is what would have been made at its bar, and whatever is not is made there."""

from dataclasses import fields
from typing import Any

import msgspec
import pytest

from tradeseal.backtest import ahead
from tradeseal.backtest import run as joined
from tradeseal.backtest.ahead import AttestorAhead, SignalsAhead
from tradeseal.backtest.run import Finished, run
from tradeseal.cycle.facts import SignalFacts
from tradeseal.cycle.signal_source import SignalSource
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.money import SCALE
from tradeseal.market.published import CandleStore
from tradeseal.signals.published import Calibrator, TechnicalStrategy

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
START, END = parse_utc("2024-12-02T15:00Z"), parse_utc("2024-12-04T11:00Z")


def a_run(calibrator: Calibrator, store: CandleStore, **options: Any) -> Finished:
    return run(TechnicalStrategy(), calibrator, store, start=START, end=END, cash_e8=10_000 * SCALE, **options)


def decided(finished: Finished) -> list[dict[str, Any]]:
    """Every event, without the moment of this machine at which it was decided."""
    return [{**vars(one), "timestamp": one.TOPIC} for one in finished.events]


def nothing_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joined, "SignalsAhead", lambda source, attestor, portfolio, _rounds: SignalsAhead(
        source, attestor, portfolio, ()
    ))  # fmt: skip


@pytest.mark.parametrize("whole", [False, True], ids=["passing over", "every bar"])
def test_a_run_with_signals_made_ahead_decides_what_one_without_does(
    monkeypatch: pytest.MonkeyPatch, calibrator: Calibrator, store: CandleStore, *, whole: bool
) -> None:
    with_it = decided(a_run(calibrator, store, whole=whole))
    monkeypatch.setattr(ahead, "AT_ONCE", 3)
    in_small_batches = decided(a_run(calibrator, store, whole=whole))
    nothing_ahead(monkeypatch)

    assert with_it == in_small_batches == decided(a_run(calibrator, store, whole=whole))


@pytest.mark.parametrize("whole", [False, True], ids=["passing over", "every bar"])
def test_each_commitment_that_is_asked_for_was_signed_ahead(
    monkeypatch: pytest.MonkeyPatch, calibrator: Calibrator, store: CandleStore, *, whole: bool
) -> None:
    made: list[Any] = []
    asked: list[bool] = []
    signing, making = AttestorAhead.sign_commit, SignalsAhead._commit

    def sign_commit(self: AttestorAhead, *commitment: Any) -> list[bytes]:
        first, hashes, digests = commitment
        asked.append((first, tuple(hashes), tuple(digests)) in self.signed or bool(made))
        return signing(self, *commitment)

    def commit(self: SignalsAhead, seq: int, signals: Any) -> None:
        made.append(seq)
        making(self, seq, signals)
        made.pop()

    monkeypatch.setattr(AttestorAhead, "sign_commit", sign_commit)
    monkeypatch.setattr(SignalsAhead, "_commit", commit)
    a_run(calibrator, store, whole=whole)

    assert len(asked) > 20
    assert all(asked)


def test_what_is_kept_beside_a_signal_is_not_stored_with_it(calibrator: Calibrator, store: CandleStore) -> None:
    events = a_run(calibrator, store).events
    signal = next(one.signal for one in events if one.TOPIC == "TradeCycle.SignalGenerated")

    assert signal.message().struct_hash()
    assert list(msgspec.to_builtins(signal)) == [field.name for field in fields(SignalFacts)]
    assert SignalFacts(**msgspec.to_builtins(signal)) == signal


def test_a_signal_that_cannot_be_made_ahead_fails_at_its_own_bar(
    monkeypatch: pytest.MonkeyPatch, calibrator: Calibrator, store: CandleStore
) -> None:
    bad = parse_utc("2024-12-03T10:00Z")
    reached: list[int] = []
    asking, saying = SignalSource.message, SignalsAhead.opinions

    def message(self: SignalSource, **asked: Any) -> Any:
        if asked["candle_close"] >= bad:
            raise ZeroDivisionError("a defect")
        return asking(self, **asked)

    def opinions(self: SignalsAhead, candle_close: int, markets: Any) -> Any:
        reached.append(candle_close)
        return saying(self, candle_close, markets)

    monkeypatch.setattr(SignalSource, "message", message)
    monkeypatch.setattr(SignalsAhead, "opinions", opinions)

    with pytest.raises(ZeroDivisionError):
        a_run(calibrator, store, whole=True)
    assert reached[-1] == bad
