"""A whole replay on a chain that others run: the same records as on our own, also killed, cut off and reorganised."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forger import Forger
from replays import Quiet, Replay

sys.path.insert(0, str(Path(__file__).parents[1] / "chain"))
from foreign import Foreign, Proxy, act_and_hang_up, busy, eventually, refuse, running

import verify_independently
from independent_node import Node
from tradeseal.bootstrap import open_parts
from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.keystore import keystore
from tradeseal.chain.rpc import HttpRpc
from tradeseal.kernel.errors import Refused
from tradeseal.settings import CHECKOUT
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.archive import export_home
from tradeseal.verify.chain_outside import Outside
from tradeseal.verify.history import HomeHistory
from tradeseal.verify.report import Report

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.loopback, pytest.mark.xdist_group("outside-replay")]

KILLS = 3
PASSWORD = "correct horse battery"
ROLES = ("governor", "guardian", "trader", "relayer")


@pytest.fixture
def node(contracts: Path, tmp_path: Path) -> Iterator[Foreign]:
    with running(Foreign(anvil_binary(contracts), tmp_path)) as node:
        yield node


@pytest.fixture
def proxy(node: Foreign) -> Iterator[Proxy]:
    proxy = Proxy(node.url)
    yield proxy
    proxy.close()


@pytest.fixture
def home(another: Replay, node: Foreign) -> Replay:
    return funded(another, node)


def funded(home: Replay, node: Foreign) -> Replay:
    """A home with keystores whose accounts have money on the chain of others."""
    keys = keystore(home.home / "keys", PASSWORD, work=2**4)
    node.fund(*(keys.wallet(role).address for role in ROLES))
    password = home.home.parent / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    return home


@dataclass(frozen=True)
class Finished:
    """A home that came to its end on a chain of others, and that chain."""

    home: Replay
    node: Foreign
    summary: dict[str, Any]


@pytest.fixture(scope="module")
def finished(uninterrupted: Replay, contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    """One run for all that only read it."""
    folder = tmp_path_factory.mktemp("finished")
    with running(Foreign(anvil_binary(contracts), folder)) as node:
        home = funded(Replay(folder / "home", calibrator=uninterrupted.calibrator), node)
        yield Finished(home, node, to_the_end(home, node.url))


def start(
    home: Replay, url: str, *words: str, until: str = "2024-12-03T11:00Z", **environment: str
) -> subprocess.Popen[str]:
    span = ["--from", "2024-12-02T15:00Z", "--to", until, "--markets", "ETH,BTC,XRP"]
    return subprocess.Popen(
        [sys.executable, "-m", "tradeseal.main", "replay", "--home", str(home.home), *span, "--json",
         "--chain", url, *words],
        env={
            **os.environ, "PYTHONPATH": str(CHECKOUT / "backend"), "TRADESEAL_CONFIRMATIONS": "1",
            "TRADESEAL_PASSWORD_FILE": str(home.home.parent / "password"), **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def to_the_end(home: Replay, url: str, **more: str) -> dict[str, Any]:
    process = start(home, url, **more)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    summary: dict[str, Any] = json.loads(out)
    assert summary["finished"], summary
    return summary


def decided(home: Replay) -> dict[str, Any]:
    end = home.end()
    end.pop("anchors")  # there are more events between them: where each transaction was seen
    return end


def test_the_same_candles_end_in_the_same_records_and_verify_agrees(uninterrupted: Replay, finished: Finished) -> None:
    home, node = finished.home, finished.node
    assert finished.summary["chain"] == "outside"
    assert decided(home) == decided(uninterrupted)
    assert json.loads((home.home / "manifest.json").read_text())["chain"] == "outside"
    assert not (home.home / "demo-keys.json").exists()
    for wishes in (Wishes(), Wishes(outside=Outside(HttpRpc(node.url), node.url))):
        report = verify(HomeHistory(home.home), wishes)
        assert report.agrees, found(report)
    sent = sum(len(block) for block in by_block(node))
    assert sent == len(home.facts("ChainJournal.TransactionSigned"))


def test_the_second_verifier_reads_it_too_and_asks_the_node(finished: Finished, tmp_path: Path) -> None:
    export_home(finished.home.home, tmp_path / "archive", progress=lambda _done, _total: None)

    for history in (finished.home.home, tmp_path / "archive"):
        alone, difference = verify_independently.verify(history)
        assert difference is None, vars(difference)
        assert "--rpc" in alone.not_checked[0]
    asked, difference = verify_independently.verify(finished.home.home, node=Node(finished.node.url))
    assert difference is None, vars(difference)
    assert asked.not_checked == []


def a_block_of_another_number(f: Forger) -> None:
    f.change(f.nth("TransactionSeen", 9), block=3)


def a_block_that_was_never_there(f: Forger) -> None:
    mined = f.nth("TransactionMined", 20)
    old, new = mined.data["block_hash"], "0x" + "ab" * 32
    for line in f.lines:
        if line.data.get("block_hash") == old:
            f.change(line, block_hash=new)


def a_replacement_of_nothing(f: Forger) -> None:
    line, other = f.nth("TransactionSigned", 7), f.nth("TransactionSigned", 8).data
    told = {name: other[name] for name in ("raw", "transaction_hash")}
    f.insert_after(line, "ChainJournal.TransactionReplaced", told | {"intended_hash": line.data["transaction_hash"]})


def an_outcome_that_changed_in_a_reorganisation(f: Forger) -> None:
    mined = f.nth("TransactionMined", 12)
    place = {name: mined.data[name] for name in ("transaction_hash", "block", "block_hash")}
    gone = f.insert_after(mined, "ChainJournal.TransactionOrphaned", place)
    seen = f.insert_after(gone, "ChainJournal.TransactionSeen", place | {"block_time": 0})
    f.insert_after(seen, mined.topic, mined.data | {"status": 0})


@pytest.mark.parametrize(
    ("forge", "check", "asks"),
    [
        (a_block_of_another_number, 4, False),
        (a_block_that_was_never_there, 1, True),
        (a_replacement_of_nothing, 2, False),
        (an_outcome_that_changed_in_a_reorganisation, 4, False),
    ],
)
def test_both_verifiers_find_the_same_in_a_forged_history_of_a_chain_of_others(
    forge: Callable[[Forger], None], check: int, asks: bool, finished: Finished, tmp_path: Path
) -> None:
    forger = Forger(finished.home.home)
    forge(forger)
    forged, url = forger.write(tmp_path / "forged"), finished.node.url

    report = verify(HomeHistory(forged), Wishes(outside=Outside(HttpRpc(url), url) if asks else None))
    _, second = verify_independently.verify(forged, node=Node(url) if asks else None)

    assert report.findings.first is not None
    assert second is not None
    assert (report.findings.first.check, second.check) == (check, check), (report.findings.first, vars(second))


def test_killed_cut_off_and_reorganised_a_run_still_ends_the_same(
    uninterrupted: Replay, home: Replay, node: Foreign, proxy: Proxy
) -> None:
    kills = 0
    while kills < KILLS:
        process = start(home, proxy.url)
        before = signed(home)
        proxy.fail("eth_sendRawTransaction", act_and_hang_up, 2)
        proxy.fail("eth_getTransactionReceipt", (busy, refuse)[kills % 2], 2)
        grown = lambda: process.poll() is not None or signed(home) >= before + 11 + 5 * kills  # noqa: B023, E731
        eventually(grown, 60)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        node("evm_setAutomine", False)
        node("anvil_reorg", min(1 + kills % 3, node.block), [])
        node("evm_setAutomine", True)
        node.mine()  # what was in those blocks waits in the pool again, as on a public chain
    to_the_end(home, proxy.url)

    assert decided(home) == decided(uninterrupted)
    report = verify(HomeHistory(home.home), Wishes(outside=Outside(HttpRpc(node.url), node.url)))
    assert report.agrees, found(report)
    assert home.facts("ChainJournal.TransactionOrphaned")
    _, second = verify_independently.verify(home.home, node=Node(node.url))
    assert second is None, vars(second)
    signed_, mined = signed(home), [tx for block in by_block(node) for tx in block]
    assert len(mined) == len(set(mined)) == signed_


def found(report: Report) -> list[Any]:
    """The first difference of each check."""
    return [check.first for check in report.findings.checks.values() if check.first is not None]


def signed(home: Replay) -> int:
    try:
        return len(home.facts("ChainJournal.TransactionSigned"))
    except sqlite3.OperationalError:  # not made yet
        return 0


def by_block(node: Foreign) -> list[list[str]]:
    numbers = range(node.block + 1)
    return [node("eth_getBlockByNumber", hex(number), False)["transactions"] for number in numbers]


def test_a_wait_for_confirmations_ends_when_told_to(home: Replay, node: Foreign) -> None:
    process = start(home, node.url, "--confirmations", "3", until="2024-12-02T17:00Z")
    eventually(lambda: signed(home) == 1, 60)
    time.sleep(1)

    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=120)

    assert process.returncode != 0
    assert "Traceback" not in err
    to_the_end(home, node.url, until="2024-12-02T17:00Z")


def test_an_unfunded_home_is_told_whom_to_send_money(another: Replay, node: Foreign, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    keys = keystore(another.home / "keys", PASSWORD, work=2**4)

    process = start(another, node.url)
    out, _ = process.communicate(timeout=60)

    error = json.loads(out)["error"]
    assert (process.returncode, error["code"]) == (2, "ACCOUNT_EMPTY")
    assert "0x" + keys.wallet("governor").address.hex() in error["message"]


def test_a_home_of_another_chain_and_one_without_its_address_are_refused(
    uninterrupted: Replay, finished: Finished
) -> None:
    url, without = finished.node.url, finished.home.settings
    with pytest.raises(Refused, match="name its node again"):
        open_parts(without, Quiet())
    elsewhere = uninterrupted.settings.model_copy(update={"chain": url})
    with pytest.raises(Refused, match="began with chain anvil, not outside"):
        open_parts(load(elsewhere, chain=url), Quiet())


def load(settings: Any, **changes: Any) -> Any:
    return type(settings)(**{**settings.model_dump(exclude_unset=True), **changes})


def test_a_home_whose_newest_record_the_contract_does_not_hold_does_not_start(
    finished: Finished, tmp_path: Path
) -> None:
    forger = Forger(finished.home.home)
    newest = max(
        (line for line in forger.lines if "record_hash" in line.data), key=lambda line: line.data["record_seq"]
    )
    forger.change(newest, record_hash="0x" + "ab" * 32)
    changed = Replay(tmp_path / "home")
    shutil.copytree(finished.home.home, changed.home, dirs_exist_ok=True)
    shutil.copy(finished.home.home.parent / "password", tmp_path)
    for file in changed.home.glob("ledger.sqlite*"):
        file.unlink()
    shutil.rmtree(changed.home / "views", ignore_errors=True)
    forger.write(changed.home)

    process = start(changed, finished.node.url)
    out, err = process.communicate(timeout=120)

    assert process.returncode != 0
    assert json.loads(out)["error"]["code"] == "REORG_CHANGED_HISTORY", out + err


def test_plain_keys_never_go_to_a_chain_of_others(another: Replay, node: Foreign) -> None:
    with pytest.raises(Refused) as refused:
        open_parts(load(another.settings, chain=node.url), Quiet())

    assert refused.value.code == "PASSWORD_MISSING"
    assert not (another.home / "demo-keys.json").exists()
