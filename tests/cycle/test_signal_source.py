"""The oracle looks at a copy of its own: candles that were changed for the strategy are found by number."""

from tradeseal.cycle.signal_source import SignalSource
from tradeseal.market.published import WINDOW, synthetic
from tradeseal.oracle.published import Verification
from tradeseal.signals.published import Opinion, SignalEngine, TechnicalStrategy, fit_calibrator

MARKET = "BTC-USDT"


def verified(*, tampered: bool) -> Verification:
    """One signal through steps 2 and 3, the strategy's last close changed by a unit or not."""
    store = synthetic(markets=1, bars=4 * WINDOW)
    own = store.copy()
    if tampered:
        store.series(MARKET).table[-1, 4] += 1
    close = own.last_close
    calibrator = fit_calibrator(own, own.markets, close)
    engine = SignalEngine(TechnicalStrategy(), calibrator)
    opinions = engine.precompute(store, store.markets, close, close)
    source = SignalSource(book="demo", store=store, oracle_store=own, engine=engine, opinions=opinions)
    opinion = source.opinion(MARKET, close)
    assert isinstance(opinion, Opinion)
    message = source.message(market=MARKET, opinion=opinion, seq=1, candle_close=close, salt=b"\1" * 32)
    return source.verify(market=MARKET, message=message, observed_at=close)


def test_a_signal_from_the_same_candles_is_verified() -> None:
    assert "VERIFIED" == verified(tampered=False).outcome


def test_a_signal_from_changed_candles_fails_at_window_and_price() -> None:
    failed = {check.name for check in verified(tampered=True).failed}

    assert {"window", "price"} <= failed
