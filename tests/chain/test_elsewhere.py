"""The contracts on a chain that is not ours: a keystore, an Anvil behind HTTP with fees, and every byte compared."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_utils import keccak
from tests.ports import free_port
from typer.testing import CliRunner, Result

from tradeseal.chain import elsewhere
from tradeseal.chain.anvil import anvil_binary
from tradeseal.chain.bytecode import compare, recompiled
from tradeseal.chain.compile import artifacts
from tradeseal.chain.keystores import SCRYPT, create, listed, read, rotate, unlock
from tradeseal.chain.rpc import HttpRpc
from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.main import app

pytestmark = [pytest.mark.chain, pytest.mark.loopback, pytest.mark.slow, pytest.mark.xdist_group("elsewhere")]
PASSWORD = "correct horse battery"
QUICK = 2  # scrypt's cost in tests; the strength of a real keystore costs a second
CHAIN_ID = 31_999
ADDRESSES = {name: "0x" + digit * 40 for name, digit in (("guardian", "1"), ("trader", "2"), ("signer", "3"))}


def run(*words: object, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], input=answer)


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(result: Result) -> dict[str, Any]:
    assert result.exit_code == 2, result.output
    error: dict[str, Any] = json.loads(result.stdout)["error"]
    return error


@pytest.fixture(scope="module")
def node(contracts: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A node with a fee market, that mines when asked."""
    port = free_port()
    words = ["--chain-id", str(CHAIN_ID), "--hardfork", "prague", "--port", str(port), "--accounts", "0", "--quiet"]
    anvil = subprocess.Popen([str(anvil_binary(contracts)), *words], cwd=tmp_path_factory.mktemp("node"))
    url = f"http://127.0.0.1:{port}"
    asking = HttpRpc(url)
    try:
        deadline = monotonic_s() + 20
        while not answers(asking):
            assert monotonic_s() < deadline
            sleep_s(0.1)
        yield url
    finally:
        asking.close()
        anvil.kill()
        anvil.wait()


def answers(node: HttpRpc) -> bool:
    try:
        return bool(node.call("eth_chainId"))
    except Unavailable:
        return False


@dataclass
class Deployer:
    """Somebody with a keystore and money."""

    url: str
    rpc: HttpRpc
    folder: Path
    keystore: Path
    address: str

    def words(self, *others: object, out: str = "deployment.json") -> list[object]:
        return [
            "deploy", "--rpc", self.url, "--keystore", self.keystore, "--markets", "BTC-USDT,ETH-USDT",
            "--guardian", ADDRESSES["guardian"], "--trader", ADDRESSES["trader"], "--signers", ADDRESSES["signer"],
            "--out", self.folder / out, "--password-file", self.folder / "password", "--json", *others,
        ]  # fmt: skip


@pytest.fixture
def deployer(node: str, tmp_path: Path) -> Iterator[Deployer]:
    made = create(tmp_path / "keys", "governor", PASSWORD, work=QUICK)
    (tmp_path / "password").write_text(PASSWORD + "\n")
    rpc = HttpRpc(node)
    rpc.call("anvil_setBalance", made.address, hex(10**20))
    yield Deployer(node, rpc, tmp_path, made.path, made.address)
    rpc.close()


def test_the_contracts_are_deployed_checked_and_remembered(deployer: Deployer) -> None:
    record = said(run(*deployer.words("--class", "paper", "--cash", "2500.5")))

    assert (record["complete"], record["chain_id"]) == (True, CHAIN_ID)
    assert record == json.loads((deployer.folder / "deployment.json").read_text())
    assert record["roles"]["governor"] == deployer.address
    for one in record["contracts"].values():
        code = deployer.rpc.call("eth_getCode", one["address"], "latest")
        assert one["code_hash"] == "0x" + keccak(bytes.fromhex(code[2:])).hex()
        assert one["transaction_hash"].startswith("0x")
    rows = said(run("verify-source", deployer.folder / "deployment.json", "--rpc", deployer.url, "--json"))
    assert [row["problems"] for row in rows] == [[]] * 4
    oracle = next(row for row in rows if row["name"] == "SignalOracle")
    assert oracle["immutables"]["governor"].endswith(deployer.address[2:].lower())
    assert int(oracle["immutables"]["_cachedChainId"], 16) == CHAIN_ID
    assert (int(oracle["immutables"]["MARKETS"], 16), int(oracle["immutables"]["class"], 16)) == (2, 1)


def test_without_json_addresses_hashes_and_roles_are_printed(deployer: Deployer) -> None:
    words = [word for word in deployer.words() if word != "--json"]

    told = run(*words).output

    for name in ("SignalOracle", "RiskBookGovernance", "RiskBookRare", "RiskBook", "governor", "guardian", "trader"):
        assert name in told
    assert "Every deployed byte is what the sources compile to." in told
    assert PASSWORD not in told


def test_a_deployment_that_was_interrupted_goes_on_where_it_stopped(
    deployer: Deployer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = elsewhere._send
    left = [2]

    def dies(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Unavailable("NODE_UNAVAILABLE", "The node went away.")
        return sent(*arguments, **named)

    monkeypatch.setattr(elsewhere, "_send", dies)
    interrupted = refused(run(*deployer.words()))
    left[0] = 99
    first = json.loads((deployer.folder / "deployment.json").read_text())
    record = said(run(*deployer.words()))

    assert interrupted["code"] == "NODE_UNAVAILABLE"
    assert not first["complete"]
    assert left[0] == 96  # three were left to send
    assert record["complete"]
    assert {n: c["address"] for n, c in first["contracts"].items()} == {
        n: c["address"] for n, c in record["contracts"].items()
    }
    other = refused(run(*deployer.words("--book", "another")))
    assert other["code"] == "OTHER_DEPLOYMENT"


def test_contracts_that_are_not_what_was_compiled_are_refused(deployer: Deployer) -> None:
    record = said(run(*deployer.words()))
    place = record["contracts"]["RiskBook"]["address"]
    code = bytearray.fromhex(deployer.rpc.call("eth_getCode", place, "latest")[2:])
    code[5_000] ^= 1
    deployer.rpc.call("anvil_setCode", place, "0x" + code.hex())

    checked = refused(run("verify-source", deployer.folder / "deployment.json", "--rpc", deployer.url, "--json"))
    again = refused(run(*deployer.words()))

    assert (checked["code"], again["code"]) == ("CODE_DIFFERS", "CODE_DIFFERS")
    assert "RiskBook: byte 5000" in checked["message"]


def test_an_immutable_of_another_governor_is_named(contracts: Path) -> None:
    _, compiled = recompiled(contracts)
    placed = compiled["RiskBookRare"]
    expected = {name: bytes([n + 1]) for n, name in enumerate(placed.immutables)}
    deployed = bytearray(placed.code)
    for name, places in placed.immutables.items():
        for place in places:
            deployed[place : place + 32] = expected[name].rjust(32, b"\0")

    assert compare(placed, bytes(deployed), expected).problems == ()
    wrong = compare(placed, bytes(deployed), expected | {"GOVERNOR": b"\x99"}).problems
    assert len(wrong) == 1
    assert wrong[0].startswith("GOVERNOR is 0x")
    assert compare(placed, bytes(deployed[:-1]), expected).problems


def test_what_is_compiled_anew_is_what_is_deployed_from(contracts: Path) -> None:
    source_hash, compiled = recompiled(contracts)
    known = artifacts(contracts)

    assert source_hash == known.source_hash
    assert {name: placed.code for name, placed in compiled.items()} == {
        name: known.contracts[name].runtime_code for name in compiled
    }


def test_another_chain_or_another_file_is_refused(deployer: Deployer) -> None:
    said(run(*deployer.words()))
    path = deployer.folder / "deployment.json"
    record = json.loads(path.read_text())
    path.write_text(json.dumps(record | {"chain_id": 1}))
    assert refused(run("verify-source", path, "--rpc", deployer.url, "--json"))["code"] == "WRONG_CHAIN"
    path.write_text("{}")
    assert refused(run("verify-source", path, "--rpc", deployer.url, "--json"))["code"] == "NO_DEPLOYMENT"


@pytest.mark.parametrize(
    ("others", "code"),
    [
        (("--trader", "0x12"), "NOT_AN_ADDRESS"),
        (("--class", "imaginary"), "BAD_CLASS"),
        (("--quorum", "2"), "BAD_QUORUM"),
        (("--markets", ","), "BAD_MARKETS"),
        (("--cash", "much"), "NOT_A_NUMBER"),
    ],
)
def test_a_wish_that_cannot_be_is_named_before_anything_is_sent(
    deployer: Deployer, others: tuple[str, ...], code: str
) -> None:
    assert refused(run(*deployer.words(*others)))["code"] == code
    assert not (deployer.folder / "deployment.json").exists()


# Keystores


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., Any]:
    return lambda name="trader": create(tmp_path / "keys", name, PASSWORD, work=QUICK)


def test_a_keystore_is_private_encrypted_and_opened_by_its_password_alone(kept: Callable[..., Any]) -> None:
    made = kept()

    content = made.path.read_text()
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert json.loads(content)["crypto"]["kdf"] == "scrypt"
    key = Account.decrypt(json.loads(content), PASSWORD)
    assert key.hex().removeprefix("0x") not in content
    assert "0x" + unlock(made.path, PASSWORD).address.hex() == made.address.lower()
    with pytest.raises(Refused) as refusal:
        unlock(made.path, PASSWORD + "!")
    assert refusal.value.code == "WRONG_PASSWORD"
    assert PASSWORD not in str(refusal.value)


def test_a_rotated_key_takes_the_place_and_the_old_one_is_kept(kept: Callable[..., Any]) -> None:
    made = kept()

    old, new = rotate(made.path, PASSWORD, PASSWORD, work=QUICK)

    assert (old.address, new.path) == (made.address, made.path)
    assert new.address != old.address
    assert [(k.address, k.retired) for k in listed(made.path.parent)] == [(new.address, False), (old.address, True)]
    assert "0x" + unlock(old.path, PASSWORD).address.hex() == old.address.lower()
    with pytest.raises(Refused, match="does not open"):
        rotate(made.path, "somebody else's", PASSWORD, work=QUICK)
    assert read(made.path).address == new.address


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("trader", PASSWORD, "KEY_EXISTS"), ("../x", PASSWORD, "BAD_NAME"), ("other", "short", "WEAK_PASSWORD")],
)
def test_a_key_that_cannot_be_kept_so_is_refused(kept: Callable[..., Any], name: str, password: str, code: str) -> None:
    folder = kept().path.parent

    with pytest.raises(Refused) as refusal:
        create(folder, name, password, work=QUICK)

    assert refusal.value.code == code


def test_a_keystore_that_others_can_read_is_refused(kept: Callable[..., Any]) -> None:
    made = kept()
    made.path.chmod(0o644)

    with pytest.raises(Refused) as refusal:
        read(made.path)

    assert refusal.value.code == "KEYS_READABLE_BY_OTHERS"


def test_keys_are_made_listed_and_rotated_by_command_and_no_password_is_shown(tmp_path: Path) -> None:
    typed = run("keys", "create", "guardian", "--home", tmp_path, "--json", answer=f"{PASSWORD}\n{PASSWORD}\n")
    made = json.loads(typed.stdout[typed.stdout.index("{") :])
    (tmp_path / "password").write_text(PASSWORD)
    rotated = said(run("keys", "rotate", made["file"], "--password-file", tmp_path / "password", "--json"))
    rows = said(run("keys", "list", "--home", tmp_path, "--json"))

    assert json.loads(Path(made["file"]).read_text())["crypto"]["kdfparams"]["n"] == SCRYPT
    assert (rotated["old"], rotated["address"]) == (made["address"], rows[0]["address"])
    assert [row["kind"] for row in rows] == ["keystore", "retired"]
    assert PASSWORD not in typed.output
