"""A second verifier: a history checked by its written specification alone (contracts/RULES.md, contracts/VERIFY.md).

Run `python scripts/verify_independently.py HISTORY [--rpc URL] [--witness FILE] [--authority-ca PEM] [--json]`. HISTORY
is a home or an exported archive, of a chain of ours or of others. Exit code 0 when all agrees, 1 at the first
difference, 2 when there is nothing to read.

It shares no line with the product: web3 with what it brings and the standard library, here and in the two files named
`independent_…` beside it. It runs no bytecode: instead of executing a verdict it computes the hash of every record from
its preimage, so that a record that was decided otherwise has another head. What it cannot see is whether a contract
would have decided so; `tradeseal verify` executes that. It knows simulated books; a new epoch of signers it takes from
the calls that begin one.
"""

import argparse
import hashlib
import json
import re
import sqlite3
import sys
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.typed_transactions import TypedTransaction
from hexbytes import HexBytes
from web3 import Web3

import independent_stamps
from independent_node import Node

Json = dict[str, Any]
CODEC = Web3().codec
ZERO = bytes(32)
BUY, SELL = 1, 2
SIGNAL = [
    ("book", "bytes32"), ("strategy", "bytes32"), ("seq", "uint64"), ("market", "bytes32"), ("side", "uint8"),
    ("confidenceBps", "uint16"), ("riskScore", "uint8"), ("sizeBps", "uint16"), ("price", "uint64"),
    ("takeProfitBps", "uint16"), ("stopLossBps", "uint16"), ("horizonSeconds", "uint32"), ("candleClose", "uint64"),
    ("expiresAt", "uint64"), ("window", "bytes32"), ("model", "bytes32"), ("calibrator", "bytes32"),
    ("claim", "bytes32"), ("salt", "bytes32"),
]  # fmt: skip
COMMIT = [("epoch", "uint32"), ("fromSeq", "uint64"), ("roundHashes", "bytes32[]"), ("digests", "bytes32[]")]
MARKS = [("epoch", "uint32"), ("seq", "uint64"), ("previousHash", "bytes32"), ("observedAt", "uint64"),
         ("prices", "uint64[]")]  # fmt: skip
TICKET = "(bytes32,uint64,uint8,uint8,uint8,uint128,uint64,uint64,uint64,uint16,uint16,uint16,uint32)"
CALLS = {
    "commit": ["uint64", "bytes32[]", "bytes32[]", "bytes[]"],
    "postMarks": ["uint64", "bytes32", "uint64", "uint64[]", "bytes[]"],
    "anchor": ["uint64", "bytes32", "uint64"],
    "record": [f"({TICKET},uint128,uint64,uint128)[]"],
}
LEVERS = {"acceptSigners": ["address[]", "uint16"], "removeSigner": ["address"]}
KINDS = {"commit": "commit", "marks": "postMarks", "anchor": "anchor", "record": "record"}
REJECTION = "(uint8,uint8,uint128,uint64,uint64,uint16,uint256[],uint256[],uint64)"
PLAIN_RECORDS = {
    "DaySettled": (7, ("day", "opening", "closing", "peak", "trades", "nextDay", "observedAt")),
    "DayLatched": (8, (2, "opening", "equity", "measured", "limit", "observedAt")),
    "DrawdownLatched": (8, (64, "peak", "equity", "measured", "limit", "observedAt")),
    "FlowBooked": (9, ("amount", "cashAfter", "openingAfter", "peakAfter", "observedAt")),
    "LimitsChanged": (10, ("limits", "observedAt")),
    "BookStateChanged": (11, ("manual", "reason", "observedAt")),
    "PeakReset": (12, ("peak", "count", "observedAt")),
}
ORDER = {
    "SignalGenerated": ("opened",), "ExitRequested": ("opened",), "SignalVerified": ("SignalGenerated",),
    "SignalRefused": ("SignalGenerated",), "SignalCommitted": ("SignalVerified",),
    "DecisionMade": ("SignalCommitted", "OrderSkipped"),
    "AuthorisationRequested": ("SignalCommitted", "DecisionMade", "ExitRequested", "OrderSkipped"),
    "TradeAuthorised": ("AuthorisationRequested",), "TradeRejected": ("AuthorisationRequested",),
    "OrderSkipped": ("AuthorisationRequested",), "OrderPlaced": ("TradeAuthorised",), "OrderFilled": ("OrderPlaced",),
    "OrderCancelled": ("OrderPlaced",), "RecordingRequested": ("OrderFilled", "OrderCancelled", "RestLeft"),
    "TradeRecorded": ("RecordingRequested",), "TicketReleased": ("RecordingRequested",),
    "RestLeft": ("TradeRecorded",), "RestReleased": ("RecordingRequested",),
    "TradeSettled": ("TradeRecorded", "RestReleased"),
}  # fmt: skip
STAMPED = (
    "chain_id", "genesis_hash", "block", "block_hash", "log_position", "log_root", "record_seq", "record_head"
)  # fmt: skip
OPENINGS = ("JournalPageOpened", "BookOpened", "SignalDayOpened", "CycleOpened", "DayOpened")
# What `tradeseal verify` checks and this cannot.
NEVER = (
    "(4) whether the bytecode would have decided so: it is not executed",
    "(8) whether the source compiles to the deployed bytecode",
    "(9) whether a mark lies within the reader's own candles",
)


class Differs(Exception):
    """Two values that should be one."""

    def __init__(self, check: int, what: str, got: object, want: object) -> None:
        super().__init__(what)
        self.check, self.what, self.got, self.want = check, what, shown(got), shown(want)
        self.position: int | None = None


def shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)[:300]


def keccak(data: bytes) -> bytes:
    return bytes(Web3.keccak(data))


def word(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value.rjust(32, b"\0")
    if isinstance(value, str):
        value = bytes.fromhex(value[2:]) if value.startswith("0x") else int(value)
        return word(value)
    return (value % 2**256).to_bytes(32, "big")


def name_id(name: str) -> bytes:
    return keccak(name.encode())


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def events_of(history: Path) -> list[tuple[int, str, int, str, bytes, bytes]]:
    """Position, stream, version, topic, state and hash of every event."""
    if (history / "ledger.sqlite").exists():
        db = sqlite3.connect(f"file:{history / 'ledger.sqlite'}?mode=ro", uri=True)
        rows = db.execute(
            "SELECT rowid, originator_id, originator_version, topic, state, hash FROM stored_events ORDER BY rowid"
        ).fetchall()
        db.close()
        return [(p, s, v, t, x if isinstance(x, bytes) else x.encode(), bytes(h)) for p, s, v, t, x, h in rows]
    found = []
    for name in json.loads((history / "manifest.json").read_text())["files"]:
        for line in (history / name).read_bytes().splitlines():
            e = json.loads(line)
            stored = bytes.fromhex(e["hash"][2:])
            found.append((e["position"], e["stream"], e["version"], e["topic"], e["state"].encode(), stored))
    return found


def merkle(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashlib.sha256(b"\0" + hashes[0]).digest()
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + merkle(hashes[:split]) + merkle(hashes[split:])).digest()


class Verifier:
    """One walk along the log; the first difference ends it."""

    def __init__(
        self, history: Path, witness: list[Json], node: Node | None, roots: list[independent_stamps.Certificate]
    ) -> None:
        self.events = events_of(history)
        self.counts: Counter[str] = Counter()
        self.witness: dict[int, list[Json]] = {}
        for head in witness:
            self.witness.setdefault(head["log_position"], []).append(head)
        self.node, self.roots = node, roots
        self.stamps: list[Json] = []
        self.not_checked: list[str] = []
        opened = [json.loads(e[4]) for e in self.events if e[3] == "Portfolio.BookOpened"]
        if not opened:
            raise ValueError("no book was opened in this history")
        self.book: Json = opened[0]
        self.markets: list[str] = self.book["markets"]
        self.domain = {
            "name": "Tradeseal SignalOracle", "version": "1", "chainId": self.book["chain_id"],
            "verifyingContract": Web3.to_checksum_address(self.book["oracle_address"]),
        }  # fmt: skip
        self.head, self.versions, self.stages = ZERO, Counter[str](), dict[str, str]()
        self.cycles: dict[str, Json] = {}
        self.calls: dict[str, Json] = {}
        self.signed: list[Json] = []
        self.mined = 0
        self.failed: set[str] = set()
        # Of a chain of others: each replacement's first hash, where a transaction was seen, what counted and was
        # orphaned after it counted, and where each one is in the end.
        self.first: dict[str, str] = {}
        self.waiting: Json = {}
        self.elsewhere = False
        self.sightings: dict[str, tuple[int, str]] = {}
        self.places: dict[str, Json] = {}
        self.orphans: set[str] = set()
        self.block = 0
        self.strict = False
        self.nonces: Counter[str] = Counter()
        self.signers: set[str] = set()
        self.creation = b""
        self.epoch = 1
        # Who may sign: those of the last `acceptSigners`, else those of the oracle's creation; less those taken out.
        self.named: set[str] = set()
        self.removed: set[str] = set()
        self.flows = 0
        self.rounds: dict[int, Json] = {}
        self.round = 0
        self.revisions, self.calibrator = 0, ""
        self.record, self.record_head = 0, ZERO
        self.leaves: list[bytes] = []
        self.anchored = 0
        self.marks: dict[str, int] = {}
        self.observed_at = 0
        self.limits: list[int] = []
        self.cash, self.holdings = 0, dict[str, tuple[int, int]]()
        self.fills: dict[int, Json] = {}
        self.vector: tuple[int, bytes, list[int]] = (0, ZERO, [])
        self.closing: int | None = None

    def same(self, check: int, what: str, got: object, want: object) -> None:
        self.counts[f"({check})"] += 1
        if got != want:
            raise Differs(check, what, got, want)

    def run(self) -> None:
        """Walk; raises `Differs` with the place of the first difference."""
        for place, event in enumerate(self.events, start=1):
            try:
                self.see(place, event)
            except Differs as difference:
                difference.position = place
                raise
            except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
                malformed = Differs(1, f"an event that does not have its form: {error!r}", event[3], "its form")
                malformed.position = place
                raise malformed from error
        for position, heads in self.witness.items():
            if position > len(self.events):
                raise Differs(1, f"the log is shorter than at {heads[0]['seen_at']}", len(self.events), position)
            for head in heads:
                self.stamp(head)
        self.ask_the_node()
        cost = sum(cost for _, cost in self.holdings.values())
        realised = sum(fill["realised_e8"] for fill in self.fills.values())
        flows = self.book["cash_e8"] + self.flows
        self.same(7, "cash and cost against flows and profit", self.cash + cost, flows + realised)

    def stamp(self, head: Json) -> None:
        """An authority's word on when a head was there, where the reader names whom to believe."""
        where = f"the time-stamp of the head at event {head['log_position']}"
        if not head.get("token"):
            return
        if not self.roots:
            self.not_checked.append(f"{where}: name the authority's certificates with --authority-ca")
            return
        text = json.dumps({name: head[name] for name in STAMPED}, sort_keys=True, separators=(",", ":")).encode()
        try:
            at, by = independent_stamps.check(head["token"], text, self.roots)
        except independent_stamps.Fails as fails:
            raise Differs(1, f"{where}: {fails.what}", fails.got, fails.want) from fails
        except independent_stamps.NotChecked as unknown:
            self.not_checked.append(f"{where}: {unknown}")
            return
        self.counts["time-stamps"] += 1
        self.stamps.append({"log_position": head["log_position"], "at": at, "by": by})

    def ask_the_node(self) -> None:
        """Every transaction where it is in the end, and the record head that the contract itself holds there."""
        if self.node is None:
            if self.elsewhere:
                self.not_checked.append("blocks of a chain of others: as the operator tells them (--rpc URL)")
            return
        self.node.same_chain(self.same, self.book)
        for told in self.places.values():
            self.node.same_place(self.same, told)
        last = max(told["block"] for told in self.places.values())
        self.node.same_head(self.same, self.book["book_address"], last, self.record, shown(self.record_head))
        self.not_checked += self.node.not_checked

    def see(self, place: int, event: tuple[int, str, int, str, bytes, bytes]) -> None:
        position, stream, version, topic, state, stored = event
        digest = hashlib.sha256(self.head)
        parts = (place.to_bytes(8, "big"), uuid.UUID(stream).bytes, version.to_bytes(8, "big"), topic.encode(), state)
        for part in parts:
            digest.update(len(part).to_bytes(4, "big") + part)
        self.same(1, "position", position, place)
        self.same(1, "event hash", stored, digest.digest())
        self.head = stored
        for head in self.witness.get(place, ()):
            self.same(1, f"log root seen at {head['seen_at']}", shown(stored), head["log_root"])
        self.versions[stream] += 1
        name = topic.partition(".")[2]
        if version != 1 or name in OPENINGS:
            self.same(1, "version in its stream", version, self.versions[stream])
        else:
            raise Differs(1, "first event of a stream", topic, OPENINGS)
        d = json.loads(state)
        handler = getattr(self, f"on_{name}", None)
        if topic.startswith("TradeCycle."):
            self.step(stream, name, d)
        if handler is not None:
            handler(stream, d)
        elif "record_seq" in d and "values" in d:
            self.plain_record(d.get("name") or name, d)
        self.leaves.append(stored)

    def step(self, stream: str, name: str, d: Json) -> None:
        before = self.stages.get(stream, "")
        if name == "CycleOpened":
            self.cycles[stream] = dict(d)
            self.stages[stream] = "opened"
            return
        if name in ORDER:
            early = name == "AuthorisationRequested" and before in ("SignalGenerated", "SignalVerified")
            if before not in ORDER[name]:
                raise Differs(3 if early else 1, f"{name} after another step", before, ORDER[name])
            self.stages[stream] = name
            self.cycles[stream][name] = d

    # The journal

    def on_TransactionSigned(self, _: str, d: Json) -> None:  # noqa: N802 - named after the events
        told = self.sent(d)
        self.same(2, "sender", d["sender"].lower(), told["from"])
        self.same(2, "chain signed for", told["chainId"], self.book["chain_id"])
        self.same(2, "nonce", d["nonce"], told["nonce"])
        self.same(4, "place in the journal", d["position"], self.mined + 1)
        self.first[d["transaction_hash"]] = d["transaction_hash"]
        self.waiting = told
        data = bytes(told["data"])
        if not self.creation:
            self.creation = data
        moment = d["label"].rpartition(":")[2]
        last = self.signed[-1]["block_time"] if self.signed else 0
        self.signed.append(d | {"data": data, "last": last})
        if d["position"] == 2:
            self.strict = d["block_time"] > last  # the deployment is of one moment where blocks may share it
        if d["kind"] in ("authorise", "exit", "record", "release", "anchor", "govern") and moment.isdigit():
            self.at_its_tick(self.signed[-1], int(moment))

    def at_its_tick(self, signed: Json, at: int) -> None:
        """A block's time is its tick's, or a second after the block before where time must move on."""
        self.same(4, "block at its tick", signed["block_time"], max(at, signed["last"] + 1) if self.strict else at)

    def sent(self, d: Json) -> Json:
        """What a transaction's bytes say, and who signed them."""
        raw = bytes.fromhex(d["raw"][2:])
        self.same(2, "transaction hash", d["transaction_hash"], shown(keccak(raw)))
        told: Json = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        return told | {"from": Account.recover_transaction(raw).lower()}

    # A chain of others

    def on_TransactionReplaced(self, _: str, d: Json) -> None:  # noqa: N802
        told = self.sent(d)
        waits = self.signed[-1]["transaction_hash"]
        if d["intended_hash"] not in self.orphans:
            self.same(4, "transaction that is replaced", d["intended_hash"], waits)
        if d["intended_hash"] == waits:
            for name in ("from", "nonce", "to", "value", "data", "gas", "chainId"):
                self.same(2, f"{name} of a replacement", told[name], self.waiting[name])
        self.first[d["transaction_hash"]] = d["intended_hash"]

    def on_TransactionSeen(self, _: str, d: Json) -> None:  # noqa: N802
        self.elsewhere = True
        self.sightings[d["transaction_hash"]] = (d["block"], d["block_hash"])

    def on_TransactionOrphaned(self, _: str, d: Json) -> None:  # noqa: N802
        self.elsewhere = True
        self.sightings.pop(d["transaction_hash"], None)
        if self.first[d["transaction_hash"]] in self.places:
            self.orphans.add(self.first[d["transaction_hash"]])

    def in_its_place(self, d: Json) -> None:
        """Our blocks have the number of their place; those of others come one after the other, and were seen before."""
        if not self.elsewhere:
            self.same(4, "block", d["block"], self.mined)
            return
        told = self.sightings.pop(d["transaction_hash"], None)
        self.same(4, "block where it was seen", (d["block"], d["block_hash"]), told)
        if d["block"] <= self.block:
            raise Differs(4, "a block behind the one of the transaction before", d["block"], f"over {self.block}")

    def on_TransactionMined(self, _: str, d: Json) -> None:  # noqa: N802
        first = str(self.first.get(d["transaction_hash"], d["transaction_hash"]))
        if first in self.orphans:  # brought back as it was: nothing is done twice
            self.same(4, "outcome after a reorganisation", d["status"], self.places[first]["status"])
            self.orphans.discard(first)
            self.sightings.pop(d["transaction_hash"], None)
            self.places[first], self.block = d, d["block"]
            return
        signed = self.signed[-1] if self.signed[-1]["transaction_hash"] == first else self.signed[-2]
        self.mined += 1
        self.same(4, "transaction of a block", first, signed["transaction_hash"])
        self.in_its_place(d)
        self.places[first], self.block = d, d["block"]
        self.same(4, "nonce in its turn", signed["nonce"], self.nonces[signed["sender"]])
        self.nonces[signed["sender"]] += 1
        if not d["status"]:
            self.failed.add(d["transaction_hash"])
        if signed["kind"] == "govern" and d["status"]:
            self.lever(signed)
        name = KINDS.get(signed["kind"])
        if name is None:
            return
        types = CALLS[name]
        self.same(4, "call", signed["data"][:4], keccak(f"{name}({','.join(types)})".encode())[:4])
        arguments = CODEC.decode(types, signed["data"][4:])
        self.calls[d["transaction_hash"]] = {"block": d["block"], "block_hash": d["block_hash"], "call": arguments}
        getattr(self, f"sent_{name}", lambda *_: None)(signed, arguments)

    def lever(self, signed: Json) -> None:
        """A call that begins an epoch: who may sign from here on."""
        for name, types in LEVERS.items():
            if signed["data"][:4] != keccak(f"{name}({','.join(types)})".encode())[:4]:
                continue
            told = CODEC.decode(types, signed["data"][4:])[0]
            self.epoch += 1
            if name == "acceptSigners":
                self.named, self.removed = {signer.lower() for signer in told}, set()
            else:
                self.removed.add(told.lower())

    def typed(self, kind: str, types: list[tuple[str, str]], values: Json) -> Any:
        fields = [{"name": name, "type": type_} for name, type_ in types]
        return encode_typed_data(self.domain, {kind: fields}, values)

    def quorum(self, message: Any, signatures: tuple[bytes, ...]) -> None:
        for signature in signatures:
            signer = Account.recover_message(message, signature=signature)
            # The oracle's constructor was given its signers: their addresses are words of its creation's data.
            named = self.knows(signer.lower())
            self.same(2, "signer named at the oracle's creation, or by the lever that began the epoch", named, True)
            self.signers.add(signer)
        self.counts["signatures"] += len(signatures)

    def knows(self, signer: str) -> bool:
        created = word(bytes.fromhex(signer[2:])) in self.creation
        return signer not in self.removed and (signer in self.named if self.named else created)

    def sent_commit(self, signed: Json, arguments: Any) -> None:
        first, hashes, digests, signatures = arguments
        values = {"epoch": self.epoch, "fromSeq": first, "roundHashes": list(hashes), "digests": list(digests)}
        self.quorum(self.typed("Commit", COMMIT, values), signatures)
        for seq, told in enumerate(hashes, start=first):
            known = self.rounds.pop(seq)
            ordered = b"".join(known["hashes"][market] for market in self.markets if market in known["hashes"])
            want = keccak(seq.to_bytes(8, "big") + ordered)
            self.same(3, f"hash of round {seq}", known["round_hash"], shown(want))
            self.same(3, f"committed hash of round {seq}", told, want)
            if not self.rounds:
                self.at_its_tick(signed, known["candle_close"])
        verified = {c["digest"] for s, c in self.cycles.items() if self.stages[s] == "SignalVerified"}
        for digest in digests:
            self.same(3, "committed digest is of a verified signal", shown(digest) in verified, True)

    def sent_postMarks(self, signed: Json, arguments: Any) -> None:  # noqa: N802
        seq, previous, observed_at, prices, signatures = arguments
        values = {
            "epoch": self.epoch,
            "seq": seq,
            "previousHash": previous,
            "observedAt": observed_at,
            "prices": list(prices),
        }
        message = self.typed("Marks", MARKS, values)
        self.quorum(message, signatures)
        self.at_its_tick(signed, observed_at)
        self.observed_at, self.vector = observed_at, (seq, bytes(message.body), list(prices))

    def sent_anchor(self, _: Json, arguments: Any) -> None:
        position, root, previous = arguments
        self.same(1, "position before an anchor", previous, self.anchored)
        leaves = self.leaves[previous:position]
        self.same(1, "root of an anchor", root, merkle(leaves))
        self.anchored = position

    def on_LogAnchored(self, _: str, d: Json) -> None:  # noqa: N802
        position, root, previous = self.calls[d["transaction_hash"]]["call"]
        told = (d["position"], d["root"], d["previous_position"])
        self.same(1, "anchor told by the log", told, (position, shown(root), previous))

    # Rounds, signals, marks

    def on_RoundClosed(self, _: str, d: Json) -> None:  # noqa: N802
        self.same(3, "number of a round", d["round"], self.round + 1)
        self.round = d["round"]
        self.rounds[d["round"]] = d | {"hashes": {}}

    def on_CalibratorRevised(self, _: str, d: Json) -> None:  # noqa: N802
        self.same(2, "number of a calibrator", d["number"], self.revisions + 1)
        self.same(2, "calibrator before another", d["previous"], self.calibrator or d["previous"])
        self.same(2, "round from which a calibrator holds", d["round"], self.round + 1)
        self.revisions, self.calibrator = d["number"], d["calibrator"]

    def on_SignalsHeld(self, _: str, d: Json) -> None:  # noqa: N802
        for hold in d["holds"]:
            self.rounds[d["round"]]["hashes"][hold["market"]] = bytes.fromhex(hold["struct_hash"][2:])

    def on_SignalGenerated(self, stream: str, d: Json) -> None:  # noqa: N802
        cycle = self.cycles[stream]
        values: Json = {
            name: bytes.fromhex(value[2:]) if type_ == "bytes32" else value
            for (name, type_), value in zip(SIGNAL, [d["signal"][key] for key in SIGNAL_KEYS], strict=True)
        }
        self.same(1, "time of a cycle", cycle["observed_at"], values["candleClose"])
        self.calibrator = self.calibrator or d["signal"]["calibrator"]
        self.same(2, "calibrator of a signal", d["signal"]["calibrator"], self.calibrator)
        message = self.typed("Signal", SIGNAL, values)
        digest = keccak(b"\x19" + message.version + message.header + message.body)
        self.same(2, "digest of a signal", d["digest"], shown(digest))
        self.same(2, "market of a signal", values["market"], name_id(cycle["market"]))
        self.same(3, "round of a signal", values["seq"] in self.rounds, True)
        self.rounds[values["seq"]]["hashes"][cycle["market"]] = bytes(message.body)
        bare = self.typed("Signal", SIGNAL, values | {"salt": ZERO})
        cycle.update(digest=d["digest"], signal_hash=bytes(bare.body), side=values["side"])

    def on_SignalVerified(self, _: str, d: Json) -> None:  # noqa: N802
        self.same(3, "all of the oracle's checks passed", all(c["passed"] for c in d["checks"]), True)

    def on_SignalRefused(self, _: str, d: Json) -> None:  # noqa: N802
        self.same(3, "one of the oracle's checks failed", any(not c["passed"] for c in d["checks"]), True)

    def on_SignalCommitted(self, stream: str, d: Json) -> None:  # noqa: N802
        call = self.calls[d["transaction_hash"]]
        digests = {shown(digest) for digest in call["call"][2]}
        self.same(3, "signal is in its commitment", self.cycles[stream]["digest"] in digests, True)
        self.same(3, "block of a commitment", (d["block"], d["block_hash"]), (call["block"], call["block_hash"]))
        self.cycles[stream]["committed"] = d["block"]

    def on_MarksPosted(self, _: str, d: Json) -> None:  # noqa: N802
        seq, vector_hash, prices = self.vector
        self.same(5, "vector", (d["seq"], d["vector_hash"]), (seq, shown(vector_hash)))
        self.same(5, "prices of a vector", [d["prices_e8"][market] for market in self.markets], prices)
        self.same(5, "time of a vector", d["observed_at"], self.observed_at)
        self.marks.update({market: price for market, price in d["prices_e8"].items() if price})

    # Records: the head after each follows from its preimage

    def follows(self, d: Json, kind: int, *tails: bytes) -> None:
        """The stored hash is that of one of these preimages behind the head before."""
        self.same(4, "a failed transaction records nothing", d.get("transaction_hash") in self.failed, False)
        self.same(4, "number of a record", d["record_seq"], self.record + 1)
        self.same(4, "head before a record", d["previous_hash"], shown(self.record_head))
        start = self.record_head + word(self.record + 1) + word(kind)
        heads = [shown(keccak(start + tail)) for tail in tails]
        if d["record_hash"] not in heads:
            raise Differs(4, f"hash of record {d['record_seq']}", d["record_hash"], heads[0])
        self.record, self.record_head = d["record_seq"], bytes.fromhex(d["record_hash"][2:])
        self.counts["records"] += 1

    def judged(self, stream: str, d: Json) -> Json:
        cycle = self.cycles[stream]
        if "digest" in cycle and not 0 < cycle.get("committed", 0) < d["block"]:
            raise Differs(3, "committed in an earlier block", cycle.get("committed"), f"before {d['block']}")
        self.same(4, "time of a record", d["observed_at"], self.observed_at)
        return cycle

    def on_TradeAuthorised(self, stream: str, d: Json) -> None:  # noqa: N802
        cycle, t = self.judged(stream, d), d["ticket"]
        fields = [int(f) if not f.startswith("0x") else f for f in t["fields"]]
        self.same(4, "ticket", (t["id"], t["side"], t["quantity_e8"], t["limit_price_e8"], t["mark_e8"]),
                  (fields[0], fields[3], fields[5], fields[6], fields[7]))  # fmt: skip
        asked = cycle["AuthorisationRequested"]
        self.same(4, "order asked for", (asked["quantity_e8"], asked["limit_price_e8"], asked["mark_e8"]),
                  (t["quantity_e8"], t["limit_price_e8"], t["mark_e8"]))  # fmt: skip
        body = [t["side"], t["reason"]]
        rest = [t["quantity_e8"], t["limit_price_e8"], t["mark_e8"], t["fee_bps"], d["observed_at"]]
        signal, market = cycle.get("signal_hash", ZERO), name_id(t["market"])
        entry = t["side"] == BUY
        tails = [b"".join(map(word, [signal, market, *body, flags, *rest])) for flags in ((0,) if entry else (0, 1))]
        self.follows(d, 1 if entry else 2, *tails)

    def on_TradeRejected(self, stream: str, d: Json) -> None:  # noqa: N802
        cycle = self.judged(stream, d)
        asked, side = cycle["AuthorisationRequested"], cycle.get("side", SELL)
        rules = sum(1 << int(rule[-1]) - 1 for rule in d["rules"])
        measured = [int(check["measured"]) for check in d["checks"]]
        limits = [int(check["limit"]) for check in d["checks"]]
        tails = []
        for part in range(6):
            order = (asked["quantity_e8"], asked["limit_price_e8"], asked["mark_e8"])
            body = (side, part, *order, rules, measured, limits, d["observed_at"])
            # Encoded whole and cut behind head, seq and kind: the offset of the tuple counts from the beginning.
            types = ["bytes32", "uint64", "uint8", "bytes32", "bytes32", REJECTION]
            values = [ZERO, 0, 0, cycle.get("signal_hash", ZERO), name_id(cycle["market"]), body]
            tails.append(CODEC.encode(types, values)[96:])
        self.follows(d, 3, *tails)

    def on_TicketReleased(self, stream: str, d: Json) -> None:  # noqa: N802
        t = self.cycles[stream]["TradeAuthorised"]["ticket"]
        words = [int(t["fields"][1]), name_id(t["market"]), t["side"], d["quantity_e8"]]
        tails = [b"".join(map(word, [*words, cause, self.observed_at])) for cause in range(3)]
        self.follows(d, 6, *tails)

    def on_RestReleased(self, stream: str, d: Json) -> None:  # noqa: N802
        self.on_TicketReleased(stream, d)

    def plain_record(self, name: str, d: Json) -> None:
        kind, names = PLAIN_RECORDS[name]
        values = dict(d["values"])
        words: list[Any] = []
        for field in names:
            if field == "limits":
                self.limits = [int(number) for number in re.findall(r": (\d+)", values["limits"])]
                words += self.limits
            else:
                words.append(values[field] if isinstance(field, str) else field)
        self.follows(d, kind, b"".join(map(word, words)))
        if name == "DaySettled":
            self.closing = int(values["closing"])
            self.same(6, "closing of a day", d["closing_equity_e8"], self.closing)
        if name == "FlowBooked" and int(values["observedAt"]) == 0:
            self.same(6, "cash at the opening", self.cash, int(values["amount"]))
        elif name == "FlowBooked":
            self.cash += int(values["amount"])
            self.flows += int(values["amount"])
            self.same(6, "cash after a flow", self.cash, int(values["cashAfter"]))

    # Fills and books

    def on_OrderPlaced(self, stream: str, d: Json) -> None:  # noqa: N802
        t = self.cycles[stream]["TradeAuthorised"]["ticket"]
        self.same(5, "order", (d["quantity_e8"], d["limit_price_e8"]), (t["quantity_e8"], t["limit_price_e8"]))

    def sent_record(self, _: Json, arguments: Any) -> None:
        for ticket, quantity, price, fee in arguments[0]:
            cycle = next(c for c in self.cycles.values() if c.get("TradeAuthorised", {}).get("ticket", {}).get("id")
                         == shown(ticket[0]))  # fmt: skip
            filled, t = cycle["OrderFilled"], cycle["TradeAuthorised"]["ticket"]
            told = (filled["quantity_e8"], filled["price_e8"], filled["fee_e8"])
            self.same(5, "fill told and sent", told, (quantity, price, fee))
            self.fair(t, quantity, price, fee)

    def fair(self, t: Json, quantity: int, price: int, fee: int) -> None:
        """No better than the worse mark and half the spread, within the limit, exactly the fee."""
        spread, mark = self.limits[7], self.marks[t["market"]]
        if t["side"] == BUY:
            best = ceil_div(max(mark, t["mark_e8"]) * (10_000 + spread), 10_000)
            self.same(5, "price of a purchase", best <= price <= t["limit_price_e8"], True)
            notional = ceil_div(quantity * price, 10**8)
        else:
            best = min(mark, t["mark_e8"]) * (10_000 - spread) // 10_000
            self.same(5, "price of a sale", t["limit_price_e8"] <= price <= best, True)
            notional = quantity * price // 10**8
        self.same(5, "fee", fee, ceil_div(notional * t["fee_bps"], 10_000))

    def on_BookOpened(self, _: str, d: Json) -> None:  # noqa: N802
        self.cash = d["cash_e8"]

    def on_DayOpened(self, _: str, d: Json) -> None:  # noqa: N802
        if "cash_e8" in d:
            self.same(6, "cash of a day", d["cash_e8"], self.cash)
            if self.closing is not None:
                self.same(6, "opening of a day", d["opening_equity_e8"], self.closing)

    def on_FillBooked(self, _: str, d: Json) -> None:  # noqa: N802
        held, cost = self.holdings.get(d["market"], (0, 0))
        quantity, price, fee = d["quantity_e8"], d["price_e8"], d["fee_e8"]
        if d["side"] == BUY:
            notional, taken, realised = ceil_div(quantity * price, 10**8), 0, 0
            self.cash -= notional + fee
            held, cost = held + quantity, cost + notional + fee
        else:
            notional = quantity * price // 10**8
            taken = cost if quantity == held else ceil_div(cost * quantity, held)
            realised = notional - fee - taken
            self.cash += notional - fee
            held, cost = held - quantity, cost - taken
        self.holdings[d["market"]] = (held, cost)
        want = (notional, taken, realised, self.cash, held, cost)
        got = tuple(d[name] for name in ("notional_e8", "cost_taken_e8", "realised_e8", "cash_after_e8",
                                         "quantity_after_e8", "cost_after_e8"))  # fmt: skip
        self.same(6, "booking", got, want)
        equity = self.cash + sum(q * self.marks[market] // 10**8 for market, (q, _) in self.holdings.items() if q)
        self.fills[d["record_seq"]] = d | {"equity": equity, "stream": uuid.UUID(d["cycle"]).hex}

    def on_TradeRecorded(self, stream: str, d: Json) -> None:  # noqa: N802
        if d["record_seq"] not in self.fills:
            raise Differs(5, "a record without its booking", d["record_seq"], sorted(self.fills)[-3:])
        b, t = self.fills[d["record_seq"]], self.cycles[stream]["TradeAuthorised"]["ticket"]
        self.same(4, "time of a record", d["observed_at"], self.observed_at)
        remaining = t["quantity_e8"] - b["quantity_e8"]
        words = [
            name_id(b["market"]), int(t["fields"][1]), b["side"], t["reason"], 0, b["quantity_e8"],
            b["price_e8"], b["notional_e8"], b["fee_e8"], b["cost_taken_e8"], b["realised_e8"], b["cash_after_e8"],
            b["quantity_after_e8"], b["cost_after_e8"], remaining, d["observed_at"],
        ]  # fmt: skip
        self.follows(d, 4 if b["side"] == BUY else 5, b"".join(map(word, words)))

    def on_RestLeft(self, stream: str, d: Json) -> None:  # noqa: N802
        t, filled = self.cycles[stream]["TradeAuthorised"]["ticket"], self.cycles[stream]["OrderFilled"]
        self.same(5, "rest of a ticket", d["rest_e8"], t["quantity_e8"] - filled["quantity_e8"])

    def on_TradeSettled(self, stream: str, d: Json) -> None:  # noqa: N802
        b = self.fills[self.cycles[stream]["TradeRecorded"]["record_seq"]]
        names = ("side", "quantity_e8", "price_e8", "notional_e8", "fee_e8", "cash_after_e8", "quantity_after_e8")
        self.same(7, "settlement", [d[n] for n in names], [b[n] for n in names])
        self.same(7, "realised profit", d["realised_pnl_e8"], b["realised_e8"])
        self.same(7, "equity after a settlement", d["equity_e8"], b["equity"])


SIGNAL_KEYS = [re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name) for name, _ in SIGNAL]


def verify(
    history: Path,
    witness: list[Json] | None = None,
    *,
    node: Node | None = None,
    roots: list[independent_stamps.Certificate] | None = None,
) -> tuple[Verifier, Differs | None]:
    """Walk a history; the verifier with its counts, and the first difference."""
    verifier = Verifier(history, witness or [], node, roots or [])
    try:
        verifier.run()
    except Differs as difference:
        return verifier, difference
    return verifier, None


def main() -> int:
    """Say what was found."""
    asked = argparse.ArgumentParser(description="Check a history by its specification alone.")
    asked.add_argument("history", type=Path)
    asked.add_argument("--witness", type=Path)
    asked.add_argument("--rpc", help="a node of the chain, asked about every transaction")
    asked.add_argument("--authority-ca", type=Path, help="certificates (PEM) under which time-stamps are believed")
    asked.add_argument("--json", action="store_true")
    options = asked.parse_args()
    try:
        lines = options.witness.read_text().splitlines() if options.witness else []
        roots = independent_stamps.roots_of(options.authority_ca) if options.authority_ca else []
        node = Node(options.rpc) if options.rpc else None
        witness = [json.loads(line) for line in lines if line.strip()]
        verifier, difference = verify(options.history, witness, node=node, roots=roots)
    except (OSError, ValueError, KeyError, sqlite3.Error) as error:
        print(f"nothing to verify: {error!r}", file=sys.stderr)
        return 2
    found = None if difference is None else dict(vars(difference))
    unread = ["what lies behind the first difference: record head and log root are those there"] if found else []
    told = {
        "agrees": found is None, "events": len(verifier.events), "records": verifier.record,
        "record_head": shown(verifier.record_head), "log_root": shown(verifier.head),
        "signers": sorted(verifier.signers), "time_stamps": verifier.stamps,
        "not_checked": [*NEVER, *unread, *verifier.not_checked], "compared": dict(verifier.counts),
        "first_difference": found,
    }  # fmt: skip
    print(json.dumps(told, indent=1) if options.json else "\n".join(f"{key}: {value}" for key, value in told.items()))
    return 0 if found is None else 1


if __name__ == "__main__":
    sys.exit(main())
