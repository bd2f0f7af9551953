"""Contracts with one line changed: the walk beside the model finds each, or it would prove little."""

import pytest

from tradeseal.chain.compile import CONTRACTS, artifacts_from, pinned_compiler, standard_input
from tradeseal.kernel.errors import Unavailable

pytest.importorskip("pyrevm")

from walk import Differs, Machine, walked

pytestmark = [pytest.mark.chain, pytest.mark.long]

MUTANTS = {
    "RULE-01 a little wider": (
        "BookBase.sol",
        "if (equity == 0 || verdict.measured[0] > verdict.limits[0])",
        "if (equity == 0 || verdict.measured[0] >= verdict.limits[0] + 1e16)",
    ),
    "a candle judged twice": ("BookBase.sol", "signal.candleClose <= judged", "signal.candleClose < judged"),
    "a latch that waits": (
        "BookBase.sol",
        "!account.dayLatched && measured >= limit",
        "!account.dayLatched && measured > limit + limit / 4",
    ),
    "a peak that falls": ("RiskBook.sol", "if (closing > account.peak) account.peak", "account.peak"),
    "a unit too much withdrawn": ("RiskBookGovernance.sol", "-int256(amount) > free)", "-int256(amount) > free + 1)"),
    "barriers from nowhere": (
        "RiskBookRare.sol",
        "if (body.flags & FLAG_NO_TICKET == 0) _setBarriers",
        "_setBarriers",
    ),
    "the present delay alone": (
        "Delayed.sol",
        "change.delaySeconds > delaySeconds ? change.delaySeconds : delaySeconds",
        "delaySeconds",
    ),
    "the old delay alone": (
        "Delayed.sol",
        "change.delaySeconds > delaySeconds ? change.delaySeconds : delaySeconds",
        "change.delaySeconds",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_contract_with_one_line_changed_is_found_out(name: str) -> None:
    file, line, other = MUTANTS[name]
    try:
        compiler = pinned_compiler(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    request = standard_input(CONTRACTS)
    (key,) = [path for path in request["sources"] if path.endswith(f"src/{file}")]
    source = request["sources"][key]["content"]
    assert source.count(line) == 1
    request["sources"][key] = {"content": source.replace(line, other)}
    compiled = artifacts_from(request, compiler, CONTRACTS)
    (CONTRACTS / "artifacts" / f"{compiled.source_hash}.json").unlink()  # nobody should find it there

    with pytest.raises(Differs):
        walked(Machine(compiled), 1, steps=8_400, episode=140)
