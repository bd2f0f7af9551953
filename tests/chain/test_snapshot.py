"""A snapshot shortens the way back and decides nothing: whatever is wrong with it is said, the chain is the same."""

import gzip
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from desk import Desk, blocks

from tradeseal.chain import reexecution
from tradeseal.chain.published import demo_keys
from tradeseal.chain.snapshot import SnapshotFile
from tradeseal.kernel.errors import Refused

pytestmark = pytest.mark.chain
OpenDesk = Callable[..., Desk]


def rested(open_desk: OpenDesk, home: Path) -> Desk:
    """A desk with a trade, whose chain was kept, and one more trade behind it."""
    desk = open_desk(home)
    desk.whole_trade()
    assert desk.gate.chain.keep_snapshot(every=1)
    desk.whole_trade()
    return desk


def kept(home: Path) -> Path:
    return home / "chain" / "snapshot"


def seen(desk: Desk) -> tuple[object, ...]:
    """Everything that a reader can ask: blocks, book, logs, receipts and traces."""
    last = desk.gate.heads().block
    hashes = [entry.transaction_hash for entry in desk.gate.chain.journal.entries()]
    receipts = [desk.gate.read("eth_getTransactionReceipt", [each]) for each in hashes]
    traces = [desk.gate.read("trace_transaction", [each]) for each in hashes]
    logs = desk.gate.read("eth_getLogs", [{"fromBlock": "0x0", "toBlock": hex(last)}])
    return blocks(desk), desk.gate.book(), logs, receipts, traces


def executed(open_desk: OpenDesk, home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, int]:
    """A desk opened again, and how many blocks were executed for it."""
    sent: list[object] = []
    original = reexecution.send
    monkeypatch.setattr(reexecution, "send", lambda rpc, entry: sent.append(entry) or original(rpc, entry))
    desk = open_desk(home)
    return desk, len(sent)


def test_a_restart_executes_only_what_came_after_and_answers_everything_as_before(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rested(open_desk, tmp_path)
    want, last = seen(before), before.gate.heads().block
    block = SnapshotFile(kept(tmp_path)).read().block  # type: ignore[union-attr]

    after, count = executed(open_desk, tmp_path, monkeypatch)

    assert (count, after.gate.chain.note) == (last - block, "")
    assert seen(after) == want
    assert not (tmp_path / "chain" / "state.json").exists()


def test_trading_goes_on_behind_a_snapshot_as_without_one(open_desk: OpenDesk, tmp_path: Path) -> None:
    after = open_desk(tmp_path, like=rested(open_desk, tmp_path))
    after.whole_trade()
    want = seen(after)
    after.gate.close()
    kept(tmp_path).unlink()

    assert seen(open_desk(tmp_path)) == want


def test_a_node_that_is_killed_comes_back_by_the_snapshot(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = rested(open_desk, tmp_path)
    want = seen(desk)

    os.kill(desk.gate.chain.pid, signal.SIGKILL)
    desk.marks()

    assert (desk.gate.chain.restarts, desk.gate.chain.note) == (1, "")
    assert blocks(desk)[:-1] == want[0]


def the_state(path: Path) -> dict[str, object]:
    return dict(json.loads(gzip.decompress(path.read_bytes().partition(b"\n")[2])))


def forge(path: Path, change: Callable[[dict[str, object]], object]) -> None:
    """Change what the snapshot holds, with all its own marks made to fit."""
    file = SnapshotFile(path)
    snapshot = file.read()
    assert snapshot is not None
    state = the_state(path)
    change(state)
    file.keep(type(snapshot)(**{**vars(snapshot), "state": gzip.compress(json.dumps(state).encode())}))


def richer(state: dict[str, object]) -> None:
    account = next(iter(state["accounts"].values()))  # type: ignore[attr-defined]
    account["balance"] = hex(int(account["balance"], 16) + 1)


def other_storage(state: dict[str, object]) -> None:
    account = max(state["accounts"].values(), key=lambda each: len(each["storage"]))  # type: ignore[attr-defined]
    slot = next(iter(account["storage"]))
    account["storage"][slot] = "0x" + 64 * "7"


def other_code(state: dict[str, object]) -> None:
    account = max(state["accounts"].values(), key=lambda each: len(each["code"]))  # type: ignore[attr-defined]
    account["code"] = account["code"][:-2] + "00"


def another_time(number: int, state: dict[str, object]) -> None:
    headers = [block["header"] for block in state["blocks"]]  # type: ignore[attr-defined]
    (header,) = (header for header in headers if int(header["number"], 16) == number)
    header["timestamp"] = hex(int(header["timestamp"], 16) + 1)


def one_block_less(state: dict[str, object]) -> None:
    highest = max(state["blocks"], key=lambda each: int(each["header"]["number"], 16))  # type: ignore[call-overload]
    state["blocks"].remove(highest)  # type: ignore[attr-defined]
    state["best_block_number"] -= 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1000]), "is cut off"),
        (lambda path: path.write_bytes(path.read_bytes()[:-4] + b"XXXX"), "is not what was written"),
        (lambda path: path.write_bytes(b""), "does not begin as one"),
        (lambda path: path.write_bytes(b"{}\n"), "does not begin as one"),
        (lambda path: forge(path, lambda state: state.clear()), "does not begin with the chain's snapshot"),
        (lambda path: forge(path, richer), "other balances or storage"),
        (lambda path: forge(path, other_storage), "other balances or storage"),
        (lambda path: forge(path, other_code), "other balances or storage"),
        (lambda path: forge(path, partial(another_time, 0)), "foreign block 0"),
        (lambda path: forge(path, partial(another_time, 3)), "foreign block 3"),
        (lambda path: forge(path, one_block_less), "another number of blocks"),
    ],
    ids=[
        "cut",
        "changed",
        "empty",
        "another-file",
        "no-state",
        "balance",
        "storage",
        "code",
        "genesis",
        "block",
        "fewer",
    ],
)
def test_whatever_is_wrong_with_a_snapshot_is_said_and_the_chain_is_the_same(
    open_desk: OpenDesk, tmp_path: Path, damage: Callable[[Path], object], said: str
) -> None:
    desk = rested(open_desk, tmp_path)
    want = seen(desk)
    desk.gate.close()
    damage(kept(tmp_path))

    after = open_desk(tmp_path)

    assert said in after.gate.chain.note
    assert seen(after) == want
    assert not kept(tmp_path).exists()
    assert kept(tmp_path).with_name("snapshot.unfit").exists()


def test_the_snapshot_of_another_home_is_foreign(open_desk: OpenDesk, tmp_path: Path) -> None:
    rested(open_desk, tmp_path / "other").gate.close()
    desk = rested(open_desk, tmp_path / "one")
    want = seen(desk)
    desk.gate.close()
    kept(tmp_path / "one").write_bytes(kept(tmp_path / "other").read_bytes())

    after = open_desk(tmp_path / "one")

    assert "of another chain" in after.gate.chain.note
    assert seen(after) == want


def test_other_keys_in_front_of_a_snapshot_are_named(open_desk: OpenDesk, tmp_path: Path) -> None:
    rested(open_desk, tmp_path).gate.close()
    (tmp_path / "demo-keys.json").unlink()
    demo_keys(tmp_path / "demo-keys.json")

    with pytest.raises(Refused) as refusal:
        open_desk(tmp_path)

    assert refusal.value.code == "OTHER_KEYS"


def test_an_empty_store_in_front_of_a_chain_with_records_does_not_start(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = rested(open_desk, tmp_path)
    desk.gate.close()
    desk.ledger.close()
    for file in tmp_path.glob("ledger.sqlite*"):
        file.unlink()

    with pytest.raises(Refused) as refusal:
        open_desk(tmp_path)

    assert refusal.value.code == "STORE_EMPTY"
    assert "tradeseal restore" in refusal.value.message
    assert kept(tmp_path).exists()


def test_a_store_behind_its_chain_does_not_start(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as now, closing(sqlite3.connect(tmp_path / "old")) as old:
        now.backup(old)
    later = open_desk(tmp_path, like=desk)
    later.whole_trade()
    assert later.gate.chain.keep_snapshot(every=1)
    later.gate.close()
    later.ledger.close()
    for file in tmp_path.glob("ledger.sqlite*"):
        file.unlink()
    (tmp_path / "old").rename(tmp_path / "ledger.sqlite")

    with pytest.raises(Refused) as refusal:
        open_desk(tmp_path)

    assert refusal.value.code == "STORE_BEHIND_CHAIN"
    assert refusal.value.facts["got"] < refusal.value.facts["want"]


def test_nothing_is_kept_that_is_not_stored_yet(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    prepared = desk.prepare_marks()
    desk.ledger.save(prepared.journal)
    desk.gate.send(prepared)  # and its outcome is not stored

    assert not desk.gate.chain.keep_snapshot(every=1)
    assert not kept(tmp_path).exists()


@pytest.mark.parametrize("kind", ["eth-tester"])
def test_a_chain_that_cannot_be_kept_is_executed_whole(open_desk: OpenDesk, tmp_path: Path, kind: str) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()

    assert not desk.gate.rest()
    assert not kept(tmp_path).exists()
