"""What the tests of this folder share: one synthetic store and the engine fitted on it."""

import pytest

from tradeseal.market.published import CandleStore, synthetic
from tradeseal.signals.published import SignalEngine, TechnicalStrategy, fit_calibrator


@pytest.fixture(scope="session")
def store() -> CandleStore:
    return synthetic()


@pytest.fixture(scope="session")
def engine(store: CandleStore) -> SignalEngine:
    strategy = TechnicalStrategy()
    return SignalEngine(strategy, fit_calibrator(store, store.markets, store.default_start, strategy))
