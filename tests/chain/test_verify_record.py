"""The README's 25 lines: a stranger with an address, JSON-RPC and web3.py checks a record by himself."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from desk import Desk

from tradeseal.chain.published import NodeRefused, describe

pytestmark = [pytest.mark.chain, pytest.mark.loopback]
SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify_record.py"
OpenDesk = Callable[..., Desk]


@pytest.fixture(params=["anvil", "eth-tester"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def served(open_desk: OpenDesk, tmp_path: Path) -> Iterator[tuple[Desk, dict[str, object], str]]:
    """A desk behind the two addresses that the script asks; what it is told can be changed."""
    desk = open_desk(tmp_path)
    told = json.loads(json.dumps(asdict(describe(desk.gate))))

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/api/smartcontract/contracts"
            self.answer(told)

        def do_POST(self) -> None:
            assert self.path == "/rpc"
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                result = {"result": desk.gate.read(asked["method"], asked["params"])}
            except NodeRefused as refusal:
                result = {"error": {"code": refusal.facts["node_code"], "message": refusal.message}}
            self.answer({"jsonrpc": "2.0", "id": asked["id"], **result})

        def answer(self, content: object) -> None:
            body = json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield desk, told, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def check(url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(SCRIPT), url], capture_output=True, text=True, timeout=120, check=False)


def test_the_script_has_at_most_25_lines_and_nothing_of_ours() -> None:
    lines = [line for line in SCRIPT.read_text().splitlines() if not line.startswith("#")]

    assert len(lines) <= 25
    assert "tradeseal" not in SCRIPT.read_text()


@pytest.mark.slow
def test_a_stranger_verifies_a_record(served: tuple[Desk, dict[str, object], str]) -> None:
    desk, _, url = served
    desk.whole_trade()
    desk.whole_trade()

    said = check(url)

    assert said.returncode == 0, said.stderr
    authorised = [mined for mined in desk.mined if mined.kind == "authorise"][-1]
    committed = [mined for mined in desk.mined if mined.kind == "commit"][-1]
    assert f"in block {authorised.block} {authorised.block_hash}" in said.stdout
    assert authorised.facts[0].ticket.id in said.stdout
    assert f"earlier block {committed.block}" in said.stdout
    assert desk.attestor.addresses[0] in said.stdout
    assert said.stdout.endswith("VERIFIED\n")


@pytest.mark.slow
def test_a_stranger_notices_another_domain_and_no_signature_of_the_signers(
    served: tuple[Desk, dict[str, object], str],
) -> None:
    desk, told, url = served
    desk.whole_trade()
    told["eip712_domain"] = {**told["eip712_domain"], "chainId": 1}

    said = check(url)

    assert said.returncode != 0 or "FAILED" in said.stdout
    assert "VERIFIED" not in said.stdout


def test_the_sender_of_commitments_is_named_although_no_contract_knows_it(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)

    roles = describe(desk.gate).roles

    assert ["0x" + desk.gate.keys.wallet("relayer").address.hex()] == [each.lower() for each in roles["relayer"]]
    assert {"governor", "guardian", "trader", "signers"} == set(desk.gate.roles())
