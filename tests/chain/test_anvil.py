"""The node: pinned in everything that enters a block, and never longer there than whoever started it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import Desk
from foreign import eventually

from tradeseal.chain.anvil import Anvil, anvil_binary
from tradeseal.chain.node import CHAIN_ID, GENESIS_TIME, ChainSpec
from tradeseal.chain.rpc import IpcRpc, NodeRefused
from tradeseal.kernel.errors import Unavailable

pytestmark = pytest.mark.chain
ROOT = Path(__file__).resolve().parents[2]
OpenDesk = Callable[..., Desk]

KEEPER = """
import sys
from pathlib import Path
from tradeseal.chain.anvil import Anvil, anvil_binary
from tradeseal.chain.node import ChainSpec
home = Path(sys.argv[1])
node = Anvil(anvil_binary(Path(sys.argv[2])), ChainSpec(funded=()), folder=home / "chain", logs=home / "logs")
node.start()
print(node.pid, flush=True)
sys.stdin.read()
"""


def running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux kills a child with its parent")
def test_the_node_dies_with_a_parent_that_was_killed(contracts: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "backend")}
    parent = subprocess.Popen(
        [sys.executable, "-c", KEEPER, str(tmp_path), str(contracts)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    try:
        node = int(parent.stdout.readline())
        assert running(node)
    finally:
        parent.kill()
        parent.communicate()

    deadline = time.monotonic() + 5
    while running(node) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not running(node)


def test_the_chain_begins_with_our_accounts_our_time_and_no_others(contracts: Path, tmp_path: Path) -> None:
    ours = bytes(range(20))
    node = Anvil(anvil_binary(contracts), ChainSpec(funded=(ours,)), folder=tmp_path / "chain", logs=tmp_path / "logs")
    node.start()
    rpc = IpcRpc(node.socket_path)
    try:
        first = rpc.call("eth_getBlockByNumber", "latest", False)
        assert (int(first["number"], 16), int(first["timestamp"], 16)) == (0, GENESIS_TIME)
        assert int(rpc.call("eth_chainId"), 16) == CHAIN_ID
        assert rpc.call("eth_accounts") == []
        assert int(rpc.call("eth_getBalance", "0x" + ours.hex(), "latest"), 16) > 0
        with pytest.raises(NodeRefused) as refusal:
            rpc.call("eth_noSuchMethod")
        assert refusal.value.facts["method"] == "eth_noSuchMethod"
        assert refusal.value.facts["node_code"] < 0
    finally:
        rpc.close()
        node.stop()
    assert not node.socket_path.exists()


def test_ctrl_c_in_the_terminal_is_not_for_the_node(contracts: Path, tmp_path: Path) -> None:
    node = Anvil(anvil_binary(contracts), ChainSpec(funded=()), folder=tmp_path / "chain", logs=tmp_path / "logs")
    node.start()
    try:
        assert os.getpgid(node.pid) != os.getpgid(0)
    finally:
        node.close()


def test_a_long_home_path_still_has_a_socket(contracts: Path, tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 60) / ("b" * 60)
    node = Anvil(anvil_binary(contracts), ChainSpec(funded=()), folder=folder, logs=tmp_path / "logs")
    node.start()
    rpc = IpcRpc(node.socket_path)
    try:
        assert rpc.call("eth_blockNumber") == "0x0"
    finally:
        rpc.close()
        node.close()
    assert not node.socket_path.parent.exists()


def test_a_node_that_cannot_start_says_so(tmp_path: Path) -> None:
    node = Anvil(tmp_path / "nothing", ChainSpec(funded=()), folder=tmp_path / "chain", logs=tmp_path / "logs")

    with pytest.raises(Unavailable) as failure:
        node.start()

    assert failure.value.code == "ANVIL_NOT_STARTED"


def test_a_missing_node_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as failure:
        anvil_binary(tmp_path)

    assert failure.value.code == "ANVIL_MISSING"
    assert "./run.sh" in failure.value.message


def test_readers_are_turned_away_while_the_chain_is_executed_again(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    for _ in range(20):
        desk.marks()
    seen: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(desk.gate.read("eth_blockNumber", []))
            except Unavailable as failure:
                seen.add(failure.code)

    reader = threading.Thread(target=read)
    reader.start()
    os.kill(desk.gate.chain.pid, signal.SIGKILL)
    eventually(lambda: desk.gate.chain.restarts > 0)
    desk.marks()
    stop.set()
    reader.join()

    # A half executed chain is never shown: no block number between the first and the one before the crash.
    assert seen <= {"NODE_UNAVAILABLE", "CHAIN_RESTARTING", hex(25), hex(26)}


# The socket client against nodes that misbehave


def a_node_that_says(tmp_path: Path, *answers: bytes) -> Path:
    path = tmp_path / "node.ipc"
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen(1)

    def serve() -> None:
        connection, _ = server.accept()
        with connection, server:
            connection.recv(1 << 16)
            for answer in answers:
                connection.sendall(answer)
                time.sleep(0.02)

    threading.Thread(target=serve, daemon=True).start()
    return path


def test_an_answer_in_pieces_is_put_together(tmp_path: Path) -> None:
    path = a_node_that_says(tmp_path, b'{"jsonrpc":"2.0","id":1,"result":{"a":{}', b',"b":"}"}', b"}")

    rpc = IpcRpc(path)
    assert rpc.call("any") == {"a": {}, "b": "}"}
    rpc.close()


@pytest.mark.parametrize("answer", [b"", b'{"id":1,"resu', b'{"id":7,"result":1}'])
def test_an_answer_cut_off_or_of_another_call_is_unavailable(tmp_path: Path, answer: bytes) -> None:
    with pytest.raises(Unavailable) as failure:
        IpcRpc(a_node_that_says(tmp_path, answer), timeout_s=2).call("any")

    assert failure.value.code == "NODE_UNAVAILABLE"


def test_a_node_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        IpcRpc(tmp_path / "nobody.ipc").call("any")
