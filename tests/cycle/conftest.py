"""Homes for the cycle's tests, and a skip that says how to get the node where `contracts/` is not installed."""

import sys
from pathlib import Path

import pytest

from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.compile import CONTRACTS, artifacts
from tradeseal.kernel.errors import Unavailable

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(1, str(Path(__file__).parents[1] / "verify"))  # its forger
from replays import Replay


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The installed compiler and node, or a skip that says how to get them."""
    try:
        anvil_binary(CONTRACTS)
        artifacts(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    return CONTRACTS


@pytest.fixture(scope="session")
def uninterrupted(contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """One run from the first bar to the last, with which all others are compared."""
    replay = Replay(tmp_path_factory.mktemp("uninterrupted"))
    replay.to_the_end()
    return replay


@pytest.fixture
def another(uninterrupted: Replay, tmp_path: Path) -> Replay:
    """A fresh home, with keys of its own, that saves itself the fitting."""
    return Replay(tmp_path / "home", calibrator=uninterrupted.calibrator)
