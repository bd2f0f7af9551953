"""The collector rests while it is told to, and works again afterwards, whatever happened."""

import gc

import pytest

from tradeseal.kernel.collector import no_cycles


def test_it_rests_inside_and_works_afterwards_also_after_an_error() -> None:
    seen = []

    def fails() -> None:
        with no_cycles():
            seen.append(gc.isenabled())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert seen == [False]
    assert gc.isenabled()


def test_one_that_rested_before_rests_afterwards() -> None:
    with no_cycles():
        with no_cycles():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
