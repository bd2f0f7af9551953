"""Write the vectors of the browser's verification: one real trade on a real chain, and what Python makes of it.

Fixed keys and times on Anvil, the real contracts: the same file on every machine. The page's tests read it, change one
thing after another, and each change must be caught by name. Usage: python scripts/make_verify_vectors.py [FILE]
"""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import rlp
from eth_hash.auto import keccak
from trie import HexaryTrie

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "backend"), str(ROOT / "tests" / "chain")]

from desk import MARKETS, Desk, a_plan, filled, ticket_of  # type: ignore[import-not-found]  # noqa: E402 - a folder of tests, not a package

from tradeseal.chain.choice import ANVIL  # noqa: E402
from tradeseal.chain.compile import CONTRACTS  # noqa: E402
from tradeseal.chain.description import describe  # noqa: E402
from tradeseal.chain.keys import MARK, ROLES  # noqa: E402
from tradeseal.chain.published import demo_keys, open_gate  # noqa: E402
from tradeseal.cycle.ports import Mined  # noqa: E402
from tradeseal.kernel.money import format_e8  # noqa: E402
from tradeseal.ledger.chain import chain_hash  # noqa: E402
from tradeseal.ledger.log import EventLog  # noqa: E402
from tradeseal.ledger.published import Ledger  # noqa: E402
from tradeseal.oracle.published import Attestor, SignalMessage, name_id  # noqa: E402
from tradeseal.trading.published import Fill  # noqa: E402

TARGET = ROOT / "frontend/src/verify/vectors.json"
SIZES = (0, 1, 2, 17, 128, 129, 200)
TIMESTAMP = "2021-05-01T00:00:00.000000Z"
OTHER = UUID(int=99)
LATER = ("baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash")
NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}
HEADER = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", *LATER,
)  # fmt: skip


def main(target: Path) -> None:
    """Trade, and write what a browser would gather of it."""
    with tempfile.TemporaryDirectory() as folder:
        target.write_text(written(vectors(Path(folder))), encoding="utf-8")


def written(found: dict[str, Any]) -> str:
    """One block, trade or list a line, so that a change shows where it is."""
    lines = [f'"{name}": [\n{_lines(part)}\n]' for name, part in found.items() if isinstance(part, list)]
    return "{\n" + ",\n".join([*lines, f'"expected": {json.dumps(found["expected"])}']) + "\n}\n"


def _lines(part: list[Any]) -> str:
    return ",\n".join(json.dumps(each, separators=(",", ":")) for each in part)


def vectors(home: Path) -> dict[str, Any]:
    """An entry, a rejected entry and an exit by hand, as evidence, and Python's own hashes beside them."""
    keys = {role: f"0x{number:064x}" for number, role in enumerate(ROLES, start=1)}
    path = home / "demo-keys.json"
    path.write_text(json.dumps({"mark": MARK, "warning": "", "keys": keys}), encoding="utf-8")
    path.chmod(0o600)
    ledger = Ledger(home / "ledger.sqlite")
    gate = open_gate(home, ledger, a_plan(), kind=ANVIL, contracts=CONTRACTS)
    try:
        desk = Desk(gate, ledger, Attestor(demo_keys(path).signers(1), gate.domain, gate.epoch()))
        return _traded(desk)
    finally:
        gate.close()
        ledger.close()


@dataclass(frozen=True)
class _Trade:
    """One cycle: what was sent for it, and what came of it."""

    cycle: UUID
    side: str
    market: str
    sent: tuple[Mined, ...]
    signal: SignalMessage | None = None
    fill: Fill | None = None


def _traded(desk: Desk) -> dict[str, Any]:
    trades = _trades(desk)
    log = _Log()
    for trade in trades:
        for mined in trade.sent:
            log.add(trade.cycle, _said(mined))
        if (fill := trade.fill) is not None:
            filled_as = {"fee_e8": fill.fee_e8, "price_e8": fill.price_e8, "quantity_e8": fill.quantity_e8}
            log.add(trade.cycle, filled_as, "OrderFilled")
    blocks = [_block(desk, number) for number in range(desk.gate.heads().block + 1)]
    signed = [fact for fact in EventLog(desk.ledger.path).all() if fact.topic.endswith(".TransactionSigned")]
    raw = [json.loads(fact.state)["raw"] for fact in signed]
    return {
        # Each block once: the evidence names its blocks by number and the tests put them in.
        "blocks": blocks,
        "evidence": [_evidence(desk, trade, log) for trade in trades],
        "expected": {
            "head": blocks[-1]["block"]["hash"],
            "header_hashes": [_header_hash(each["block"]) for each in blocks],
            "transactions_roots": [_root([]), *(_root([each]) for each in raw)],
            "digests": [trade.signal and _hex(trade.signal.digest(desk.gate.domain)) for trade in trades],
            "log_hashes": [event["hash"] for event in log.events],
            "list_roots": {str(size): _root(["0x" + f"{index:04x}" * 20 for index in range(size)]) for size in SIZES},
        },
    }


def _trades(desk: Desk) -> tuple[_Trade, ...]:
    """An entry; an entry that RULE-03 refuses; an exit by hand."""
    desk.marks()
    signal = desk.signal()
    commit = desk.commit(signal)
    desk.marks()
    bought = desk.buy(signal)
    entry = filled(ticket_of(bought))
    recorded = desk.record(entry)
    doubtful = desk.signal(confidence_bps=6_000, market=MARKETS[1])
    second = desk.commit(doubtful)
    desk.marks()
    refused = desk.buy(doubtful)
    left = desk.exit()
    sold = filled(ticket_of(left))
    ended = desk.record(sold)
    desk.marks()
    return (
        _Trade(UUID(int=1), "BUY", MARKETS[0], (commit, bought, recorded), signal, entry),
        _Trade(UUID(int=2), "BUY", MARKETS[1], (second, refused), doubtful),
        _Trade(UUID(int=3), "SELL", MARKETS[0], (left, ended), fill=sold),
    )


def _evidence(desk: Desk, trade: _Trade, log: "_Log") -> dict[str, Any]:
    """What the page would gather: the trade's blocks, those of the records before, and those of signers and limits."""
    own = [mined.block for mined in trade.sent]
    before = [number - back for number in own for back in (1, 2)]
    numbers = sorted({1, 2, 3, 4, *own, *before})
    return {
        "format": "tradeseal-evidence/1",
        "claim": {
            "id": str(trade.cycle),
            "kind": "ENTRY" if trade.side == "BUY" else "EXIT",
            "market": trade.market,
            "side": trade.side,
            "outcome": "SETTLED" if trade.fill else "REJECTED",
            "digest": trade.signal and _hex(trade.signal.digest(desk.gate.domain)),
            "quantity": trade.fill and format_e8(trade.fill.quantity_e8),
            "price": trade.fill and format_e8(trade.fill.price_e8),
            "fee": trade.fill and format_e8(trade.fill.fee_e8),
            "records": [fact.stamp.seq for mined in trade.sent for fact in mined.facts if hasattr(fact, "stamp")],
        },
        "chain": _chain(desk),
        "blocks": numbers,
        "log": log.of(trade.cycle),
    }


class _Log:
    """A log of its own: the events' shape and hashes are the ledger's, their times are fixed."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def add(self, cycle: UUID, said: dict[str, Any], topic: str = "TradeRecorded") -> None:
        for stream, name, body in ((OTHER, "SignalsHeld", {"held": len(self.events)}), (cycle, topic, said)):
            state = json.dumps(body | {"timestamp": TIMESTAMP}, separators=(",", ":"), sort_keys=True)
            previous = self.events[-1]["hash"] if self.events else "0x" + "00" * 32
            position, version = len(self.events) + 1, len(self.events) + 1
            topic_text = f"TradeCycle.{name}" if stream == cycle else f"SignalLog.{name}"
            head = chain_hash(
                bytes.fromhex(previous[2:]), position=position, stream=stream, version=version, topic=topic_text,
                state=state.encode(),
            )  # fmt: skip
            self.events.append(
                {
                    "position": position, "stream": str(stream), "version": version, "topic": topic_text,
                    "hash": _hex(head), "previous": previous, "state": state,
                }
            )  # fmt: skip

    def of(self, cycle: UUID) -> list[dict[str, Any]]:
        mine = [event["position"] for event in self.events if event["stream"] == str(cycle)]
        return self.events[mine[0] - 1 : mine[-1]]


def _said(mined: Mined) -> dict[str, Any]:
    said: dict[str, Any] = {"block": mined.block, "transaction_hash": mined.transaction_hash}
    stamp = next((fact.stamp for fact in mined.facts if hasattr(fact, "stamp")), None)
    return said if stamp is None else said | {"record_seq": stamp.seq, "record_hash": stamp.hash}


def _block(desk: Desk, number: int) -> dict[str, Any]:
    block = desk.gate.read("eth_getBlockByNumber", [hex(number), True])
    receipts = [desk.gate.read("eth_getTransactionReceipt", [each["hash"]]) for each in block["transactions"]]
    return {"block": block, "receipts": receipts}


def _chain(desk: Desk) -> dict[str, Any]:
    told = describe(desk.gate)
    named = {contract.name: contract.address for contract in told.contracts}
    return {
        "id": str(told.chain_id), "genesis": told.genesis_hash, "oracle": named["SignalOracle"],
        "book": named["RiskBook"],
        "code": [{"name": each.name, "address": each.address, "hash": each.code_hash} for each in told.contracts],
        "marketId": _hex(name_id(MARKETS[0])),
    }  # fmt: skip


def _header_hash(block: dict[str, Any]) -> str:
    fields = [block[name] for name in HEADER if name in block]
    names = [name for name in HEADER if name in block]
    parts = [_bytes(value, number=name in NUMBERS) for name, value in zip(names, fields, strict=True)]
    return _hex(keccak(rlp.encode(parts)))


def _root(values: list[str]) -> str:
    """The root of a list, by the trie that py-evm uses."""
    tree = HexaryTrie({})
    for index, value in enumerate(values):
        tree[rlp.encode(index)] = bytes.fromhex(value[2:])
    return _hex(tree.root_hash)


def _bytes(value: str, *, number: bool) -> bytes:
    digits = value[2:]
    if number:
        digits = digits.lstrip("0")
    return bytes.fromhex(digits if len(digits) % 2 == 0 else f"0{digits}")


def _hex(value: bytes) -> str:
    return "0x" + value.hex()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else TARGET)
