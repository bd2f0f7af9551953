"""What a used home holds can be read before its chain is there, and until its ledger is closed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from replays import Quiet, Replay

from tradeseal.bootstrap import open_parts
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.published import Ledger

pytestmark = [pytest.mark.chain, pytest.mark.slow]


class Noting(Quiet):
    """Notes the phases, and the ledger when it is opened and when it is given up."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.last: list[int] = []

    def phase(self, phase: str, detail: str) -> None:
        self.seen.append(phase)

    def opened(self, ledger: Ledger) -> Callable[[], None]:
        self.seen.append("opened")
        self.last.append(ledger.facts.last()[0])

        def given_up() -> None:
            self.last.append(ledger.facts.last()[0])
            self.seen.append("given up")

        return given_up


def test_a_used_home_is_readable_before_its_candles_and_its_chain_and_until_it_is_closed(uninterrupted: Replay) -> None:
    noting = Noting()

    parts = open_parts(uninterrupted.settings, noting, opened_ledger=noting.opened)
    parts.close()

    assert ["opened", "LOADING_DATA", "FITTING", "STARTING_CHAIN"] == noting.seen[:4]
    assert "given up" == noting.seen[-1]
    assert len(set(noting.last)) == 1
    assert noting.last[0] > 0


def test_a_new_home_that_is_refused_has_no_ledger(tmp_path: Path) -> None:
    noting = Noting()

    with pytest.raises(Refused):
        open_parts(
            Replay(tmp_path).settings.model_copy(update={"strategy": "nosuch"}), noting, opened_ledger=noting.opened
        )

    assert "opened" not in noting.seen
    assert not (tmp_path / "ledger.sqlite").exists()


def test_a_used_home_that_is_refused_gives_its_ledger_up(uninterrupted: Replay) -> None:
    noting = Noting()

    with pytest.raises(Refused):
        open_parts(
            uninterrupted.settings.model_copy(update={"strategy": "nosuch"}), noting, opened_ledger=noting.opened
        )

    assert ("opened", "given up") == (noting.seen[0], noting.seen[-1])
