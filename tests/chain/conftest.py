"""Homes for the chain's tests, opened, closed and opened again.

Tests that need the node or the compiler are skipped by name, with how to get them, where `contracts/` is not installed.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.choice import ANVIL, PYREVM
from tradeseal.chain.compile import CONTRACTS, artifacts
from tradeseal.chain.published import BookPlan, demo_keys, open_gate
from tradeseal.kernel.errors import Unavailable
from tradeseal.ledger.published import Ledger
from tradeseal.oracle.published import Attestor

sys.path.insert(0, str(Path(__file__).parent))
# What the API says of a verdict is asked of the API's own fakes and stories.
sys.path.insert(1, str(Path(__file__).parents[1] / "readmodels"))
sys.path.insert(1, str(Path(__file__).parents[1] / "api"))
from desk import Desk, a_plan
from stranger import Stranger, step_back, stranger_at

OpenDesk = Callable[..., Desk]


@pytest.fixture(scope="session")
def contracts() -> Path:
    """The installed compiler and node, or a skip that says how to get them."""
    try:
        anvil_binary(CONTRACTS)
        artifacts(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    return CONTRACTS


@pytest.fixture
def kind() -> str:
    """Which chain a desk trades on; a suite that every adapter passes has a parametrised fixture of this name."""
    return ANVIL


@pytest.fixture
def open_desk(contracts: Path, kind: str) -> Iterator[OpenDesk]:
    """Opens homes; a home that is opened again is closed first, as a restart would."""
    opened: list[Desk] = []
    if kind == PYREVM:
        pytest.importorskip("pyrevm")

    def close(desk: Desk) -> None:
        desk.gate.close()
        desk.ledger.close()
        opened.remove(desk)

    def open_one(home: Path, *, plan: BookPlan | None = None, like: Desk | None = None, on: str = kind) -> Desk:
        for desk in [desk for desk in opened if desk.ledger.path.parent == home]:
            close(desk)
        ledger = Ledger(home / "ledger.sqlite")
        gate = open_gate(home, ledger, plan or a_plan(), kind=on, contracts=contracts)
        keys = demo_keys(home / "demo-keys.json")
        desk = Desk(gate, ledger, Attestor(keys.signers(1), gate.domain, gate.epoch()))
        if like is not None:
            desk.now, desk.tick, desk.previous, desk.round = like.now, like.tick, like.previous, like.round
        opened.append(desk)
        return desk

    yield open_one
    while opened:
        close(opened[-1])


@pytest.fixture(scope="module")
def opened(contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stranger]:
    """Contracts with their first marks, spoken to through web3, for all tests of a file."""
    with stranger_at(tmp_path_factory.mktemp("stranger"), contracts) as stranger:
        stranger.marks()
        yield stranger


@pytest.fixture
def him(opened: Stranger) -> Iterator[Stranger]:
    """The same contracts as they stood before this test, and again after it."""
    with step_back(opened) as stranger:
        yield stranger
