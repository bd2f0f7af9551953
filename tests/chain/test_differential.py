"""The real bytecode against an independent model: the same random calls, the same answers, books and heads."""

from collections.abc import Callable

import pytest

from tradeseal.chain.compile import CONTRACTS, artifacts
from tradeseal.kernel.errors import Unavailable
from tradeseal.trading.reasons import Cause, Fault, Flag, Malformed, Part, Rule, Skip

pytest.importorskip("pyrevm")
from model import Model
from walk import Differs, Machine, walked

pytestmark = pytest.mark.chain

RECORDS = [
    "TradeAuthorised",
    "ExitAuthorised",
    "TradeRejected",
    "FillRecorded",
    "TicketReleased",
    "DaySettled",
    "DayLatched",
    "DrawdownLatched",
    "FlowBooked",
    "LimitsChanged",
    "BookStateChanged",
    "PeakReset",
]


def reasons() -> set[str]:
    """All that a long enough walk meets."""
    return {
        *(f"rule {number}" for number, _ in enumerate(Rule, 1)),
        *(f"part {int(part)}" for part in Part),
        *(f"skip {int(skip)}" for skip in Skip if skip),
        *(f"malformed {int(each)}" for each in Malformed),
        *(f"flag {int(flag)}" for flag in Flag),
        *(f"cause {int(cause)}" for cause in Cause),
        *(fault.value for fault in Fault),
        *RECORDS,
        "STALE_EXIT",
    }


@pytest.fixture(scope="module")
def machine() -> Machine:
    try:
        return Machine(artifacts(CONTRACTS))
    except Unavailable as missing:
        pytest.skip(str(missing))


def test_contract_and_model_agree_and_every_rule_speaks(machine: Machine) -> None:
    spoken = frozenset(each for each in reasons() if each.split()[0] in ("rule", "part", "skip", "malformed"))

    seen = walked(machine, 1, steps=2_800, episode=140, until=spoken)

    assert spoken - set(seen) == set()


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("seed", [2, 3])
def test_twenty_thousand_steps_reach_every_reason(machine: Machine, seed: int) -> None:
    seen = walked(machine, seed, steps=20_000, episode=200)

    assert reasons() - set(seen) == set()


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("_day_loss", lambda self: (0, 1)),
        ("_free", lambda self, m: self.s.positions[m].quantity),
        ("_worse", lambda self, m, side: self.s.prices[m]),
        ("_unsure", lambda self, m: False),
        ("_check_range", lambda self, limits: None),
        ("_settled", lambda self: True),
    ],
)
def test_a_model_that_is_wrong_in_one_place_is_found_out(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, where: str, wrong: Callable[..., object]
) -> None:
    monkeypatch.setattr(Model, where, wrong)

    with pytest.raises(Differs):
        walked(machine, 1, steps=2_800, episode=140)
