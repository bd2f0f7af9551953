"""What the tests of this folder share: synthetic candles of three markets and a calibrator fitted on them."""

import sys
from pathlib import Path

import pytest

from tradeseal.chain.compile import CONTRACTS, artifacts
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Unavailable
from tradeseal.market.published import CandleStore, synthetic_of
from tradeseal.signals.published import Calibrator, TechnicalStrategy, fit_calibrator

sys.path.insert(0, str(Path(__file__).parent))
START, END = parse_utc("2024-12-02T15:00Z"), parse_utc("2024-12-05T11:00Z")


@pytest.fixture(scope="session")
def compiled() -> None:
    """The contracts' bytecode and the EVM, or a skip that says how to get them."""
    pytest.importorskip("pyrevm")
    try:
        artifacts(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def store() -> CandleStore:
    return synthetic_of("1h", ["BTC", "ETH", "XRP"])


@pytest.fixture(scope="session")
def calibrator(store: CandleStore) -> Calibrator:
    return fit_calibrator(store, store.markets, START, TechnicalStrategy())
