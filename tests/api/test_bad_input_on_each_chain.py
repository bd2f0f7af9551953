"""The same bad input to the real command on each chain: a clear answer, and neither log nor chain moves."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.ports import free_port

from tradeseal.chain.choice import ANVIL, ETH_TESTER
from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.settings import CHECKOUT

pytestmark = [
    pytest.mark.chain, pytest.mark.slow, pytest.mark.loopback, pytest.mark.timeout(600),
    pytest.mark.xdist_group("bad-input"),  # one server for all of them
]  # fmt: skip

CHAINS = [ANVIL, pytest.param(ETH_TESTER, marks=pytest.mark.long)]

SPAN = ("--markets", "ETH,BTC", "--from", "2024-12-02T15:00Z", "--to", "2024-12-02T19:00Z")
WAIT_S = 240
FORBIDDEN = ("eth_sendRawTransaction", "evm_setNextBlockTimestamp", "eth_sendRawTransactionSync", "anvil_setBalance")


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "tradeseal.main", *map(str, words)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT / "backend"), "TRADESEAL_FETCH_SECONDS": "0"}


def refused(*words: object) -> tuple[int, str]:
    """Exit code and what was said, of a command that should end at once."""
    ended = subprocess.run(
        command(*words), env=environment(), capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def error_of(*words: object) -> tuple[str, dict[str, Any]]:
    """Code and facts of the one JSON document that a refused `replay` prints."""
    ended = subprocess.run(
        command("replay", *words, "--json"), env=environment(), capture_output=True, text=True, timeout=WAIT_S,
        check=False,
    )  # fmt: skip
    assert ended.returncode == 2, ended.stdout + ended.stderr
    error = json.loads(ended.stdout)["error"]
    return error["code"], error["facts"]


@dataclass
class Running:
    """A server whose replay has finished."""

    kind: str
    home: Path
    port: int
    process: subprocess.Popen[str]

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(method, f"http://127.0.0.1:{self.port}{path}", timeout=60, **more)

    def state(self) -> tuple[Any, ...]:
        """Where log, chain and book stand."""
        heads = self.ask("GET", "/api/heads").json()
        block = self.rpc("eth_blockNumber")["result"]
        return heads, block

    def rpc(self, method: str, *params: Any) -> dict[str, Any]:
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        answer: dict[str, Any] = self.ask("POST", "/rpc", json=asked).json()
        return answer

    def wait_until_finished(self) -> None:
        deadline = monotonic_s() + WAIT_S
        while monotonic_s() < deadline and self.process.poll() is None:
            try:
                if self.ask("GET", "/api/dashboard").json()["status"]["phase"] == "FINISHED":
                    return
            except (httpx.HTTPError, ValueError):
                pass
            sleep_s(0.2)
        raise AssertionError("the replay never finished")


@pytest.fixture(scope="module", params=CHAINS)
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp(request.param) / "home"
    port = free_port()
    words = ("serve", "--home", home, "--port", port, "--chain", request.param, "--speed", "max", *SPAN)
    with (home.parent / "said").open("w") as said:
        process = subprocess.Popen(command(*words), env=environment(), stdout=said, stderr=said, text=True)
    server = Running(request.param, home, port, process)
    try:
        server.wait_until_finished()
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def token(running: Running) -> dict[str, str]:
    return {"authorization": f"Bearer {(running.home / 'api-token').read_text().strip()}"}


def test_bad_requests_are_refused_by_name_and_move_nothing(running: Running) -> None:
    before, known = running.state(), token(running)
    wrong = {"authorization": "Bearer x"}
    foreign = {**known, "origin": "http://evil.example"}
    execute = "/api/trades/execute"
    expected = [
        ((404, "UNKNOWN_SYMBOL"), running.ask("POST", execute, json={"symbol": "NOSUCH"}, headers=known)),
        ((404, "UNKNOWN_SYMBOL"), running.ask("GET", "/api/predictions/NOSUCH")),
        ((422, "INVALID_INPUT"), running.ask("POST", execute, json={"symbol": "BTC", "size": "9" * 99}, headers=known)),
        ((413, "BODY_TOO_LARGE"), running.ask("POST", execute, json={"symbol": "B" * 70_000}, headers=known)),
        ((422, "INVALID_INPUT"), running.ask("GET", "/api/trades/history?limit=99999999")),
        ((401, "NO_SESSION"), running.ask("POST", execute, json={"symbol": "BTC"})),
        ((401, "BAD_TOKEN"), running.ask("POST", execute, json={"symbol": "BTC"}, headers=wrong)),
        ((403, "FOREIGN_ORIGIN"), running.ask("POST", execute, json={"symbol": "BTC"}, headers=foreign)),
        ((421, "FOREIGN_HOST"), running.ask("GET", "/api/dashboard", headers={"host": "evil.example"})),
        ((404, "NOT_FOUND"), running.ask("GET", "/api/nothing")),
    ]  # fmt: skip
    malformed = running.ask(
        "POST", execute, content=b'{"symbol": ', headers={**known, "content-type": "application/json"}
    )

    assert [want for want, _ in expected] == [(got.status_code, got.json()["code"]) for _, got in expected]
    assert (malformed.status_code, malformed.json()["code"]) in ((400, "MALFORMED_JSON"), (422, "INVALID_INPUT"))
    assert before == running.state()


def test_rpc_only_reads_and_answers_nonsense_as_a_node_would(running: Running) -> None:
    before = running.state()

    assert [-32601] * len(FORBIDDEN) == [running.rpc(method, "0x00")["error"]["code"] for method in FORBIDDEN]
    assert "error" in running.rpc("eth_getBalance", "nonsense", "latest")
    assert "error" in running.rpc("eth_call", {"to": "0x12", "data": "0xzz"}, "latest")
    assert "error" in running.rpc("eth_getBlockByNumber", "-1", False)
    assert None is running.rpc("eth_getBlockByNumber", hex(2**62), False)["result"]
    assert (
        -32700
        == running.ask("POST", "/rpc", content=b"{", headers={"content-type": "application/json"}).json()["error"][
            "code"
        ]
    )
    assert before == running.state()


def test_a_reverting_call_has_the_contracts_own_words(running: Running) -> None:
    told = running.ask("GET", "/api/smartcontract/contracts").json()
    book = next(each["address"] for each in told["contracts"] if each["name"] == "RiskBook")

    error = running.rpc("eth_call", {"to": book, "data": "0xdeadbeef"}, "latest")["error"]

    assert 3 == error["code"]
    assert re.fullmatch(r"0x[0-9a-f]*", error["data"])


def test_a_used_home_and_a_taken_port_are_refused_while_it_runs(running: Running, tmp_path: Path) -> None:
    before = running.state()

    code, said = refused("serve", "--home", running.home, "--port", 1, "--chain", running.kind, *SPAN)
    assert (2, True) == (code, "HOME_IN_USE" in said)
    assert str(running.process.pid) in said
    code, said = refused("serve", "--home", tmp_path, "--port", running.port, "--chain", running.kind, *SPAN)
    assert (2, True) == (code, "PORT_TAKEN" in said)
    assert not (tmp_path / "ledger.sqlite").exists()
    assert before == running.state()


@pytest.mark.parametrize("kind", CHAINS)
def test_data_that_cannot_be_read_leaves_no_chain_behind(tmp_path: Path, kind: str) -> None:
    home, empty, corrupt = (tmp_path / name for name in ("home", "empty", "corrupt"))
    empty.mkdir()
    corrupt.mkdir()
    (corrupt / "binance-BTCUSDT-1h.parquet").write_bytes(b"PAR1 and nothing behind it")

    missing = tmp_path / "no"
    for data, want in ((empty, "DATA_FOLDER_EMPTY"), (corrupt, "CORRUPT_FILE"), (missing, "DATA_FOLDER_MISSING")):
        assert want == error_of("--home", home, "--chain", kind, "--data", data)[0]
    assert not (home / "ledger.sqlite").exists()
    assert not (home / "chain").exists()


def test_after_its_end_a_home_refuses_other_data_and_another_chain_and_a_changed_store(running: Running) -> None:
    """Last in this file: it ends the server."""
    home = running.home
    running.process.send_signal(signal.SIGTERM)
    assert 130 == running.process.wait(120)  # in order, as after Ctrl-C
    assert not (home / "address").exists()
    other = ETH_TESTER if running.kind == ANVIL else ANVIL

    for words, setting in (
        (("--markets", "BTC", *SPAN[2:]), "markets"),
        ((*SPAN[:2], "--from", "2024-12-02T16:00Z", *SPAN[4:]), "start"),
        ((*SPAN, "--chain", other), "chain"),
    ):
        code, facts = error_of("--home", home, *words)
        assert ("OTHER_DATA", setting) == (code, facts["setting"])
    assert 0 == refused("replay", "--home", home, "--json")[0]
    with closing(sqlite3.connect(home / "ledger.sqlite", isolation_level=None)) as store:
        changed = """UPDATE stored_events SET state = CAST(replace(state, '"side":1', '"side":2') AS BLOB)"""
        assert store.execute(changed + " WHERE topic = 'TradeCycle.SignalGenerated'").rowcount
    assert "LEDGER_CHANGED" == error_of("--home", home)[0]
