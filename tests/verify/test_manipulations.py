"""Whatever somebody with the file, and even with the keys, does to a history: the verifier finds it and names it."""

from pathlib import Path

import pytest
from forger import Forger
from manipulations import ALL, Manipulation

from tradeseal.market.published import synthetic
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.history import HomeHistory

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]


@pytest.mark.parametrize("manipulation", ALL, ids=str)
def test_a_manipulation_is_found_and_named(manipulation: Manipulation, honest: Path, tmp_path: Path) -> None:
    forger = Forger(honest)
    manipulation.forge(forger)
    home = forger.write(tmp_path / "forged", clumsy=manipulation.clumsy)

    candles = synthetic() if manipulation.candles else None
    report = verify(HomeHistory(home), Wishes(candles=candles, machine="pyrevm"))

    found = report.findings.checks[manipulation.check].first
    assert not report.agrees
    assert found is not None, report.findings.first
    assert report.findings.first is not None
    assert (report.findings.first.check, report.findings.first.code) == (manipulation.check, manipulation.code)
    assert found.got != found.want


def test_there_are_at_least_25_manipulations_by_name() -> None:
    assert len({manipulation.name for manipulation in ALL}) == len(ALL) >= 25
