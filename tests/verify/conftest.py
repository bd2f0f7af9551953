"""One honest home for all that is forged from it, and a skip where `contracts/` is not installed."""

import sys
from pathlib import Path

import pytest

from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.compile import CONTRACTS, artifacts
from tradeseal.kernel.errors import Unavailable

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "cycle"))
from authority import LocalAuthority
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
def honest(contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a short run over a midnight in which every kind of step occurs, the calibrator fitted again too."""
    replay = Replay(tmp_path_factory.mktemp("honest"), options=("--retrain", "5h"))
    replay.to_the_end()
    return replay.home


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> LocalAuthority:
    return LocalAuthority(tmp_path_factory.mktemp("another"))
