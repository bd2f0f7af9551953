"""A whole replay on a chain that others run: the same records as on our own, also killed, cut off and reorganised."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from replays import Quiet, Replay

sys.path.insert(0, str(Path(__file__).parents[1] / "chain"))
from foreign import Foreign, Proxy, act_and_hang_up, busy, eventually, refuse, running

from tradeseal.bootstrap import open_parts
from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.keystore import keystore
from tradeseal.chain.rpc import HttpRpc
from tradeseal.kernel.errors import Refused
from tradeseal.settings import CHECKOUT
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.chain_outside import Outside
from tradeseal.verify.history import HomeHistory
from tradeseal.verify.report import Report

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.loopback]

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
def home(another: Replay, node: Foreign, tmp_path: Path) -> Replay:
    """A home with keystores whose accounts have money on the chain of others."""
    keys = keystore(another.home / "keys", PASSWORD, work=2**4)
    node.fund(*(keys.wallet(role).address for role in ROLES))
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    password.chmod(0o600)
    return another


def start(home: Replay, url: str, *words: str, **environment: str) -> subprocess.Popen[str]:
    span = ["--from", "2024-12-02T15:00Z", "--to", "2024-12-03T11:00Z", "--markets", "ETH,BTC,XRP"]
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


def to_the_end(home: Replay, url: str) -> dict[str, Any]:
    process = start(home, url)
    out, err = process.communicate(timeout=240)
    assert process.returncode == 0, out + err
    summary: dict[str, Any] = json.loads(out)
    assert summary["finished"], summary
    return summary


def decided(home: Replay) -> dict[str, Any]:
    end = home.end()
    end.pop("anchors")  # there are more events between them: where each transaction was seen
    return end


def test_the_same_candles_end_in_the_same_records_and_verify_agrees(
    uninterrupted: Replay, home: Replay, node: Foreign
) -> None:
    summary = to_the_end(home, node.url)

    assert summary["chain"] == "outside"
    assert decided(home) == decided(uninterrupted)
    assert json.loads((home.home / "manifest.json").read_text())["chain"] == "outside"
    assert not (home.home / "demo-keys.json").exists()
    for wishes in (Wishes(), Wishes(outside=Outside(HttpRpc(node.url), node.url))):
        report = verify(HomeHistory(home.home), wishes)
        assert report.agrees, found(report)
    sent = sum(len(block) for block in by_block(node))
    assert sent == len(home.facts("ChainJournal.TransactionSigned"))


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
    process = start(home, node.url, "--confirmations", "3")
    eventually(lambda: signed(home) == 1, 60)
    time.sleep(1)

    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=120)

    assert process.returncode != 0
    assert "Traceback" not in err
    to_the_end(home, node.url)


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
    uninterrupted: Replay, home: Replay, node: Foreign
) -> None:
    to_the_end(home, node.url)

    without = home.settings
    with pytest.raises(Refused, match="name its node again"):
        open_parts(without, Quiet())
    elsewhere = uninterrupted.settings.model_copy(update={"chain": node.url})
    with pytest.raises(Refused, match="began with chain anvil, not outside"):
        open_parts(load(elsewhere, chain=node.url), Quiet())


def load(settings: Any, **changes: Any) -> Any:
    return type(settings)(**{**settings.model_dump(exclude_unset=True), **changes})


def test_plain_keys_never_go_to_a_chain_of_others(another: Replay, node: Foreign) -> None:
    with pytest.raises(Refused) as refused:
        open_parts(load(another.settings, chain=node.url), Quiet())

    assert refused.value.code == "PASSWORD_MISSING"
    assert not (another.home / "demo-keys.json").exists()
