"""A second verifier, written by the specification alone, comes to the same answers as the first."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from forger import Forger
from manipulations import ALL, Manipulation

import verify_independently
from tradeseal.settings import CHECKOUT
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.archive import export_home
from tradeseal.verify.history import HomeHistory

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]

SCRIPT = CHECKOUT / "scripts" / "verify_independently.py"
# What it does not cover, as it says itself: it has neither a compiler nor candles.
BEYOND = {"bytecode changed", "the curve inflated"}


def test_it_shares_no_line_with_the_product() -> None:
    tree = ast.parse(SCRIPT.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names

    assert outside == {"eth_account", "hexbytes", "web3"}


def test_it_accepts_an_honest_home_and_its_archive_and_finds_the_same_heads(honest: Path, tmp_path: Path) -> None:
    export_home(honest, tmp_path / "archive", progress=lambda _done, _total: None)
    first = verify(HomeHistory(honest), Wishes(machine="pyrevm"))
    ran = subprocess.run(
        [sys.executable, str(SCRIPT), str(tmp_path / "archive"), "--json"],
        capture_output=True, text=True, timeout=120, check=False, env={"PATH": ""},
    )  # fmt: skip
    told = json.loads(ran.stdout)
    _, difference = verify_independently.verify(honest)

    assert (ran.returncode, difference) == (0, None), told["first_difference"]
    assert (told["log_root"], told["record_head"]) == (first.log_root, first.record_head)
    assert (told["events"], told["records"]) == (first.events, first.records)


@pytest.mark.parametrize("manipulation", [one for one in ALL if one.name not in BEYOND], ids=str)
def test_it_gives_the_same_verdict_on_a_manipulation(manipulation: Manipulation, honest: Path, tmp_path: Path) -> None:
    forger = Forger(honest)
    manipulation.forge(forger)

    _, found = verify_independently.verify(forger.write(tmp_path / "forged", clumsy=manipulation.clumsy))

    assert found is not None
    assert found.check == manipulation.check, vars(found)
    assert found.got != found.want


def test_it_finds_a_cut_tail_and_another_past_with_a_witness(honest: Path, tmp_path: Path) -> None:
    forger = Forger(honest)
    head = {"log_position": len(forger.lines), "log_root": "0x" + forger.lines[-1].hash.hex(), "seen_at": "then"}
    early = {"log_position": 100, "log_root": "0x" + "ab" * 32, "seen_at": "then"}
    del forger.lines[forger.lines.index(forger.nth("TransactionMined", 50)) :]
    cut = forger.write(tmp_path / "cut")

    assert verify_independently.verify(cut)[1] is None
    for witness, history in ((head, cut), (early, honest)):
        _, found = verify_independently.verify(history, [witness])
        assert found is not None
        assert found.check == 1
    assert verify_independently.verify(honest, [head])[1] is None
