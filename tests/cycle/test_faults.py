"""A fault point does nothing unless it was asked to, and then it kills at exactly that pass."""

import subprocess
import sys

import pytest

from tradeseal.cycle.faults import POINTS, SETTING, FaultPoint
from tradeseal.settings import CHECKOUT

PASS_THRICE = """
from tradeseal.cycle.faults import FaultPoint
fault = FaultPoint()
for turn in (1, 2, 3):
    fault.pass_by("placed")
    fault.pass_by("filled")
    print(turn, flush=True)
"""


def passed(setting: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PASS_THRICE],
        env={"PYTHONPATH": str(CHECKOUT / "backend"), SETTING: setting},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize(
    ("setting", "end"),
    [
        ("", (0, ["1", "2", "3"])),
        ("settled", (0, ["1", "2", "3"])),
        ("filled", (-9, [])),
        ("filled:2", (-9, ["1"])),
        ("filled:4", (0, ["1", "2", "3"])),
    ],
)
def test_the_process_dies_at_the_pass_that_was_named_and_at_no_other(setting: str, end: tuple[int, list[str]]) -> None:
    assert passed(setting) == end


def test_a_point_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match="there is no such point") as refusal:
        FaultPoint("elsewhere")

    assert all(point in str(refusal.value) for point in POINTS)
