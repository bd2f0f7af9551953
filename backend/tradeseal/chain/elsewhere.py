"""Elsewhere: the contracts on any chain behind an address, deployed with a keystore and checked byte by byte.

Knows the five transactions, fees and receipts, and the file that remembers them. Knows nothing of journals: what is
traded there comes later. A deployment that was interrupted goes on where it stopped, from the same file.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eth_utils import to_checksum_address

from tradeseal.chain.bytecode import Compared, Placed, compare, recompiled
from tradeseal.chain.compile import BOOK, BOOK_GOVERNANCE, BOOK_RARE, CONTRACTS, ORACLE, artifacts
from tradeseal.chain.deploy import BookPlan, Deployment, RoleAddresses, creations, deployment_of
from tradeseal.chain.keys import Quorum
from tradeseal.chain.risk_book import BookLimits
from tradeseal.chain.rpc import HttpRpc, IpcRpc, Rpc
from tradeseal.chain.transactions import Wallet
from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.kernel.files import write_whole
from tradeseal.oracle.published import DOMAIN_NAME, DOMAIN_VERSION, Domain, keccak, name_id
from tradeseal.trading.published import BookClass

FORMAT: Final = "tradeseal/deployment/1"
RECEIPT_SECONDS_MAX: Final = 300
TIP_WEI: Final = 10**9
_NAMES: Final = (ORACLE, BOOK_GOVERNANCE, BOOK_RARE, BOOK)

Say = Callable[[str], None]


def node_at(url: str) -> HttpRpc | IpcRpc:
    """A node by its URL, or by the path of its socket."""
    return HttpRpc(url) if url.startswith(("http://", "https://")) else IpcRpc(Path(url))


@dataclass(frozen=True)
class Wish:
    """What is to be deployed, and for whom."""

    plan: BookPlan
    roles: RoleAddresses


def deploy_to(
    rpc: Rpc, wallet: Wallet, wish: Wish, path: Path, *, say: Say, contracts: Path = CONTRACTS
) -> dict[str, Any]:
    """Carry out what is missing and check all that lies there; the record that is kept in `path`.

    Raises `Refused` where a deployed contract is not what was compiled, or the file is another deployment's.
    """
    chain_id = _number(rpc.call("eth_chainId"))
    deployer = "0x" + wallet.address.hex()
    record = _begun(path, wish, chain_id, deployer, contracts)
    if record is None:
        nonce = _number(rpc.call("eth_getTransactionCount", deployer, "pending"))
        record = _record(wish, chain_id, deployer, nonce, contracts)
        _keep(path, record)  # intent: an interrupted start finds its addresses again
    deployment = _deployment(wish.plan, record, contracts)
    for number, (name, to, data) in enumerate(creations(deployment, wish.plan, wish.roles)):
        known = record["contracts"].get(name, {})
        if _done(rpc, record, name, known):
            say(f"{name} is there already")
            continue
        say(f"{name}: sending")
        receipt = _send(rpc, wallet, chain_id=chain_id, nonce=record["nonce"] + number, to=to, data=data)
        if name in record["contracts"]:
            known |= {"transaction_hash": receipt["transactionHash"], "block": _number(receipt["blockNumber"])}
        record["bound"] = record["bound"] or name == "bind"
        _keep(path, record)
    say("checking what lies there against the sources")
    for compared in check(rpc, record, contracts):
        record["contracts"][compared.name]["code_hash"] = compared.code_hash
    record["complete"] = True
    _keep(path, record)
    return record


def check(rpc: Rpc, record: Mapping[str, Any], contracts: Path = CONTRACTS) -> list[Compared]:
    """Compile the sources anew and compare every deployed byte and immutable; raises `Refused` at a difference."""
    chain_id = _number(rpc.call("eth_chainId"))
    if chain_id != record["chain_id"]:
        raise Refused(
            "WRONG_CHAIN", "This is another chain than the file names.", got=chain_id, want=record["chain_id"]
        )
    source_hash, compiled = recompiled(contracts)
    if source_hash != record["source_hash"]:
        raise Refused(
            "OTHER_SOURCES", "The file names other sources than these.", got=source_hash, want=record["source_hash"]
        )
    found = [_compare(rpc, record, compiled[name]) for name in _NAMES]
    wrong = [f"{one.name}: {problem}" for one in found for problem in one.problems]
    if wrong:
        raise Refused(
            "CODE_DIFFERS", f"What lies on the chain is not what the sources compile to. {'; '.join(wrong)}.",
            differences=wrong,
        )  # fmt: skip
    return found


def _compare(rpc: Rpc, record: Mapping[str, Any], placed: Placed) -> Compared:
    address = record["contracts"][placed.name]["address"]
    deployed = bytes.fromhex(str(rpc.call("eth_getCode", address, "latest"))[2:])
    return compare(placed, deployed, _immutables(record)[placed.name])


def read_record(path: Path) -> dict[str, Any]:
    """A deployment's file. Raises `Refused` where it is none."""
    try:
        record: dict[str, Any] = json.loads(path.read_text())
        if record["format"] == FORMAT:
            return record
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("NO_DEPLOYMENT", f"{path} is no file of a deployment.", cause=repr(error)) from error
    raise Refused("NO_DEPLOYMENT", f"{path} has another format.", got=record["format"], want=FORMAT)


def _begun(path: Path, wish: Wish, chain_id: int, deployer: str, contracts: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    record = read_record(path)
    want = _record(wish, chain_id, deployer, record["nonce"], contracts)
    for name in ("chain_id", "deployer", "source_hash", "book", "roles"):
        if record[name] != want[name]:
            raise Refused(
                "OTHER_DEPLOYMENT", f"{path} is of another deployment ({name} differs): name another file with --out.",
                got=record[name], want=want[name],
            )  # fmt: skip
    return record


def _record(wish: Wish, chain_id: int, deployer: str, nonce: int, contracts: Path) -> dict[str, Any]:
    plan, roles = wish.plan, wish.roles
    compiled = artifacts(contracts)
    deployment = deployment_of(plan, compiled, bytes.fromhex(deployer[2:]), first_nonce=nonce)
    places = zip(_NAMES, _addresses(deployment), strict=True)
    return {
        "format": FORMAT,
        "complete": False,
        "bound": False,
        "chain_id": chain_id,
        "deployer": deployer,
        "nonce": nonce,
        "source_hash": compiled.source_hash,
        "compiler": compiled.compiler,
        "book": {
            "name": plan.name,
            "class": plan.book_class.name,
            "markets": list(plan.markets),
            "cash_e8": str(plan.cash_e8),
            "step_limit_bps": plan.step_limit_bps,
            "limits": vars(plan.limits),
            "quorum": str(plan.quorum),
        },
        "roles": {
            **{name: to_checksum_address(getattr(roles, name)) for name in ("governor", "guardian", "trader")},
            "signers": [to_checksum_address(signer) for signer in roles.signers],
        },
        "contracts": {name: {"address": to_checksum_address(address)} for name, address in places},
    }


def plan_of(record: Mapping[str, Any]) -> BookPlan:
    """The book that a deployment's file is about."""
    book = record["book"]
    return BookPlan(
        name=book["name"], markets=tuple(book["markets"]), cash_e8=int(book["cash_e8"]), opened_at=0,
        step_limit_bps=book["step_limit_bps"], book_class=BookClass[book["class"]], limits=BookLimits(**book["limits"]),
        quorum=Quorum.parse(book["quorum"]),
    )  # fmt: skip


def _immutables(record: Mapping[str, Any]) -> dict[str, dict[str, bytes]]:
    """What each constructor has to have written into its code."""
    at = {name: bytes.fromhex(one["address"][2:]) for name, one in record["contracts"].items()}
    roles = {name: bytes.fromhex(record["roles"][name][2:]) for name in ("governor", "guardian")}
    plan = plan_of(record)
    domain = Domain(record["chain_id"], record["contracts"][ORACLE]["address"])
    book_class, markets = bytes([int(plan.book_class)]), bytes([len(plan.markets)])
    oracle = {
        "governor": roles["governor"], "guardian": roles["guardian"], "class": book_class,
        "stepLimitBps": plan.step_limit_bps.to_bytes(2), "DEPLOYER": bytes.fromhex(record["deployer"][2:]),
        "MARKETS": markets, "_cachedDomainSeparator": domain.separator, "_cachedThis": at[ORACLE],
        "_cachedChainId": record["chain_id"].to_bytes(32), "_hashedName": keccak(DOMAIN_NAME.encode()),
        "_hashedVersion": keccak(DOMAIN_VERSION.encode()), "_name": _short(DOMAIN_NAME),
        "_version": _short(DOMAIN_VERSION),
    }  # fmt: skip
    base = {
        "ORACLE": at[ORACLE], "GOVERNOR": roles["governor"], "GUARDIAN": roles["guardian"],
        "BOOK_ID": name_id(plan.name), "CLASS": book_class, "MARKETS": markets,
        "FEE_FLOOR_BPS": plan.limits.fee_bps.to_bytes(2),
        "HALF_SPREAD_FLOOR_BPS": plan.limits.half_spread_bps.to_bytes(2),
    }  # fmt: skip
    everything = {
        ORACLE: oracle, BOOK_GOVERNANCE: base, BOOK_RARE: base | {"GOVERNANCE": at[BOOK_GOVERNANCE]},
        BOOK: base | {"RARE": at[BOOK_RARE]},
    }  # fmt: skip
    _, compiled = recompiled()
    # A part that does not read an immutable of its base does not hold it either.
    return {
        name: {one: value for one, value in values.items() if one in compiled[name].immutables}
        for name, values in everything.items()
    }


def _short(text: str) -> bytes:
    """OpenZeppelin's ShortString: the text from the left, its length in the last byte."""
    return text.encode().ljust(31, b"\0") + bytes([len(text)])


def _deployment(plan: BookPlan, record: Mapping[str, Any], contracts: Path) -> Deployment:
    deployer = bytes.fromhex(record["deployer"][2:])
    return deployment_of(plan, artifacts(contracts), deployer, first_nonce=record["nonce"])


def _addresses(deployment: Deployment) -> tuple[bytes, ...]:
    return (
        deployment.oracle_address, deployment.governance_address, deployment.rare_address, deployment.book_address,
    )  # fmt: skip


def _done(rpc: Rpc, record: Mapping[str, Any], name: str, known: Mapping[str, Any]) -> bool:
    if name == "bind":
        return bool(record["bound"])
    return str(rpc.call("eth_getCode", known["address"], "latest")) != "0x"


def _send(rpc: Rpc, wallet: Wallet, *, chain_id: int, nonce: int, to: bytes | None, data: bytes) -> dict[str, Any]:
    sender = "0x" + wallet.address.hex()
    call = {"from": sender, "data": "0x" + data.hex()} | ({"to": "0x" + to.hex()} if to else {})
    newest = rpc.call("eth_getBlockByNumber", "latest", False)
    if "baseFeePerGas" not in newest:
        raise Refused("NO_FEE_MARKET", "This chain takes no transactions of type 2 (EIP-1559).", chain_id=chain_id)
    gas = min(_number(rpc.call("eth_estimateGas", call)) * 5 // 4, _number(newest["gasLimit"]))
    base = _number(newest["baseFeePerGas"])
    signed = wallet.sign(
        chain_id=chain_id, nonce=nonce, to=to, data=data, gas=gas, fee_wei_max=2 * base + TIP_WEI, tip_wei=TIP_WEI
    )
    told = "0x" + signed.transaction_hash.hex()
    rpc.call("eth_sendRawTransaction", "0x" + signed.raw.hex())
    deadline = monotonic_s() + RECEIPT_SECONDS_MAX
    while monotonic_s() < deadline:
        receipt: dict[str, Any] | None = rpc.call("eth_getTransactionReceipt", told)
        if receipt is not None:
            if _number(receipt["status"]) != 1:
                raise Refused("DEPLOYMENT_FAILED", "The chain refused a transaction.", transaction_hash=told)
            return receipt
        sleep_s(0.2)
    raise Unavailable("NOT_MINED", f"{told} has no block yet; the same command goes on later.", transaction_hash=told)


def _keep(path: Path, record: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(record, indent=2).encode() + b"\n", mode=0o644)


def _number(told: Any) -> int:
    return int(str(told), 16)
