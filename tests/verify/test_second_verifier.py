"""A second verifier, written by the specification alone, comes to the same answers as the first."""

import ast
import base64
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from authority import DAY, NOW, LocalAuthority
from forger import Forger
from manipulations import ALL, Manipulation
from replays import Replay

import independent_stamps
import verify_independently
from tradeseal.kernel.errors import Refused
from tradeseal.settings import CHECKOUT
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.archive import export_home
from tradeseal.verify.history import HomeHistory
from tradeseal.verify.timestamps import check, stamped
from tradeseal.verify.witness import SeenHead

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]

SCRIPT = CHECKOUT / "scripts" / "verify_independently.py"
# What it does not cover, as it says itself: it has neither a compiler nor candles.
BEYOND = {"bytecode changed", "the curve inflated"}


def test_it_shares_no_line_with_the_product() -> None:
    files, imported = [SCRIPT, *sorted(SCRIPT.parent.glob("independent_*.py"))], set[str]()
    for tree in (ast.parse(file.read_text()) for file in files):
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    outside = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names

    assert outside == {"eth_account", "hexbytes", "web3"} | {file.stem for file in files[1:]}


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


def test_both_accept_orders_filled_in_part_and_find_a_rest_that_was_changed(contracts: Path, tmp_path: Path) -> None:
    replay = Replay(tmp_path / "parted", options=("--participation", "0.00004"))
    replay.to_the_end()
    forger = Forger(replay.home)
    rests = forger.all("RestLeft")
    assert len(rests) > 1
    assert len(forger.all("RestReleased")) == len(rests)

    assert verify(HomeHistory(replay.home), Wishes(machine="pyrevm")).agrees
    assert verify_independently.verify(replay.home)[1] is None

    forger.change(rests[1], rest_e8=rests[1].data["rest_e8"] + 1)
    forged = forger.write(tmp_path / "forged")
    first = verify(HomeHistory(forged), Wishes(machine="pyrevm")).findings.first
    _, second = verify_independently.verify(forged)
    assert first is not None
    assert second is not None
    assert first.check == second.check


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


HEAD = SeenHead(
    chain_id="31413", genesis_hash="0x" + 64 * "1", block=9, block_hash="0x" + 64 * "2", log_position=300,
    log_root="0x" + 64 * "3", record_seq=12, record_head="0x" + 64 * "4", seen_at="2026-01-01T00:00:00Z",
    seen_from="http://127.0.0.1:8000",
)  # fmt: skip
STAMPS: dict[str, Callable[[SeenHead], SeenHead]] = {
    "as it was given": lambda head: head,
    "over another head": lambda head: replace(head, log_position=301),
    "one bit changed in the signature": lambda head: flipped(head, -20),
    "one bit changed in the time": lambda head: flipped(head, place_of_the_time(head)),
    "rubbish": lambda head: replace(head, token="cnViYmlzaA=="),
}


@pytest.mark.parametrize("how", STAMPS)
def test_it_judges_a_time_stamp_as_the_first_does(how: str, authority: LocalAuthority, another: LocalAuthority) -> None:
    head = STAMPS[how](stamped(HEAD, authority))

    for root in (authority, another):
        assert judged_by_the_second(head, root) == judged_by_the_first(head, root)
    assert isinstance(judged_by_the_first(head, authority), tuple) == (how == "as it was given")


def test_it_refuses_a_time_stamp_of_a_certificate_that_was_not_in_force(tmp_path: Path) -> None:
    old = LocalAuthority(tmp_path, since=NOW - 3 * DAY, until=NOW - DAY)
    head = stamped(HEAD, old)

    assert judged_by_the_first(head, old) == judged_by_the_second(head, old) == "refused"


def test_it_says_which_time_stamps_it_did_not_check(honest: Path, authority: LocalAuthority, tmp_path: Path) -> None:
    forger = Forger(honest)
    head = replace(HEAD, log_position=len(forger.lines), log_root="0x" + forger.lines[-1].hash.hex())
    told = json.loads(stamped(head, authority).line())

    without, _ = verify_independently.verify(honest, [told])
    checked, _ = verify_independently.verify(honest, [told], roots=independent_stamps.roots_of(authority.root_file))
    _, other = verify_independently.verify(
        honest, [told | {"block": 10}], roots=independent_stamps.roots_of(authority.root_file)
    )

    assert "--authority-ca" in without.not_checked[0]
    assert [stamp["by"] for stamp in checked.stamps] == ["CN=Test Authority"]
    assert other is not None
    assert (other.check, other.what.partition(":")[2]) == (1, " a time-stamp over something else than this head")


def flipped(head: SeenHead, place: int) -> SeenHead:
    reply = bytearray(base64.b64decode(head.token))
    reply[place] ^= 1
    return replace(head, token=base64.b64encode(bytes(reply)).decode())


def place_of_the_time(head: SeenHead) -> int:
    reply = base64.b64decode(head.token)
    return reply.index(b"\x18\x0f20") + 15  # the seconds of the first GeneralizedTime


def judged_by_the_first(head: SeenHead, root: LocalAuthority) -> tuple[str, str] | str:
    try:
        stamp = check(head, [root.root])
    except Refused:
        return "refused"
    return stamp.at, stamp.by


def judged_by_the_second(head: SeenHead, root: LocalAuthority) -> tuple[str, str] | str:
    try:
        return independent_stamps.check(head.token, head.stamped_text(), independent_stamps.roots_of(root.root_file))
    except independent_stamps.Fails:
        return "refused"
