"""Witnesses: heads that somebody outside has kept, and whether a history still extends each of them.

Knows one file with a head a line. A head names a chain, a block, a place in the log and a record; what was seen once
can only be extended.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from tradeseal.kernel.errors import Refused
from tradeseal.verify.history import Event
from tradeseal.verify.report import Findings, Stretch

STAMPED = (
    "chain_id", "genesis_hash", "block", "block_hash", "log_position", "log_root", "record_seq", "record_head"
)  # fmt: skip


class Stamped(Protocol):
    """What an authority's token says."""

    at: str
    by: str


@dataclass(frozen=True)
class SeenHead:
    """One head, and when and from where somebody outside saw it."""

    chain_id: str
    genesis_hash: str
    block: int
    block_hash: str
    log_position: int
    log_root: str
    record_seq: int
    record_head: str
    seen_at: str
    seen_from: str
    token: str = ""  # an authority's time-stamp over the head, in base64
    authority: str = ""  # who was asked for it

    @classmethod
    def of(
        cls, head: dict[str, Any], *, seen_at: str, seen_from: str, token: str = "", authority: str = ""
    ) -> "SeenHead":
        """A head as `/api/heads` tells it; raises `Refused` where a field is missing or of another kind."""
        try:
            return cls(
                chain_id=str(head["chain_id"]), genesis_hash=str(head["genesis_hash"]), block=int(head["block"]),
                block_hash=str(head["block_hash"]), log_position=int(head["log_position"]),
                log_root=str(head["log_root"]), record_seq=int(head["record_seq"]),
                record_head=str(head["record_head"]), seen_at=seen_at, seen_from=seen_from, token=token,
                authority=authority,
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise Refused("NOT_A_HEAD", f"This is no head: {error!r}.", got=str(head)[:200]) from error

    def line(self) -> str:
        """The head as one line of a witness file."""
        return json.dumps({name: value for name, value in asdict(self).items() if value != ""}, sort_keys=True)

    def stamped_text(self) -> bytes:
        """What an authority stamps: the head alone, not who saw it."""
        told = {name: getattr(self, name) for name in STAMPED}
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()


def read_witness(path: Path) -> list[SeenHead]:
    """All heads of a witness file; raises `Refused` naming the line that does not read."""
    if not path.exists():
        raise Refused("NO_WITNESS", f"There is no witness file {path}.", path=str(path))
    heads = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            seen = {name: str(told.get(name, "")) for name in ("token", "authority")}
            heads.append(SeenHead.of(told, seen_at=str(told["seen_at"]), seen_from=str(told["seen_from"]), **seen))
        except (ValueError, KeyError, TypeError, Refused) as error:
            raise Refused("WITNESS_UNREADABLE", f"Line {number} of {path} is no head: {error}.", line=number) from error
    return heads


class Witnesses:
    """Compares each kept head while the log goes by."""

    def __init__(
        self, heads: Iterable[SeenHead], findings: Findings, stamp_of: Callable[[SeenHead], Stamped] | None = None
    ) -> None:
        self.heads = sorted(heads, key=lambda head: head.log_position)
        self._findings = findings
        self._stamps = self._checked(stamp_of)
        self._by_position: dict[int, list[SeenHead]] = {}
        for head in self.heads:
            self._by_position.setdefault(head.log_position, []).append(head)
        self._blocks = {head.block: head for head in self.heads}
        self._records = {head.record_seq: head for head in self.heads if head.record_seq}

    def event(self, event: Event) -> None:
        """The log had this hash at this position when it was seen."""
        for head in self._by_position.pop(event.position, ()):
            if not self._same(head, "log root", "0x" + event.hash.hex(), head.log_root, event):
                continue
            self._findings.count(1, "witnessed heads that the history extends")

    def block(self, number: int, block_hash: str, event: Event) -> None:
        """The chain had this block when it was seen."""
        head = self._blocks.pop(number, None)
        if head is not None:
            self._same(head, f"hash of block {number}", block_hash, head.block_hash, event)

    def record(self, seq: int, record_head: str, event: Event) -> None:
        """The book had this record when it was seen."""
        head = self._records.pop(seq, None)
        if head is not None:
            self._same(head, f"hash of record {seq}", record_head, head.record_head, event)

    def chain(self, chain_id: int, genesis_hash: str) -> None:
        """All heads are of this chain."""
        for head in self.heads:
            got, want = (str(chain_id), genesis_hash), (head.chain_id, head.genesis_hash)
            if got != want:
                message = f"The head that was seen at {head.seen_at} is of another chain."
                self._findings.differs(1, "WRONG_CHAIN", message, got=got, want=want)

    def end(self, last: int) -> None:
        """Every head was reached: a shorter history was cut."""
        for position, heads in self._by_position.items():
            self._findings.differs(
                1, "ROLLED_BACK",
                f"At {heads[0].seen_at} {heads[0].seen_from} showed a log of {position} events; this one ends before: "
                "its tail was cut.", got=last, want=position,
            )  # fmt: skip

    def stretches(self) -> tuple[Stretch, ...]:
        """For each part of the log the earliest outside time at which a head behind it was held."""
        found, reached = [], 0
        seen = [(head.seen_at, head.log_position, head.seen_from) for head in self.heads]
        for at, position, by in sorted([*seen, *self._stamps]):
            if position > reached:
                found.append(Stretch(reached + 1, position, at, by))
                reached = position
        return tuple(found)

    def _checked(self, stamp_of: Callable[[SeenHead], Stamped] | None) -> list[tuple[str, int, str]]:
        """The time-stamps that hold: when, how far into the log, by whom."""
        found, untried = [], 0
        for head in self.heads:
            if not head.token:
                continue
            if stamp_of is None:
                untried += 1
                continue
            try:
                stamp = stamp_of(head)
            except Refused as refused:
                message = f"The time-stamp of the head at event {head.log_position} does not hold: {refused.message}"
                got, want = refused.facts.get("got", ""), refused.facts.get("want", "")
                self._findings.differs(1, refused.code, message, got=got, want=want)
                continue
            found.append((stamp.at, head.log_position, f"time-stamp of {stamp.by}"))
            told = f"event {head.log_position} was there at {stamp.at}: time-stamp of {stamp.by}"
            self._findings.checks[1].listed.append(told)
            self._findings.count(1, "time-stamps")
        if untried:
            what = f"whether {untried} time-stamps hold: name the authority's certificates with --authority-ca FILE"
            self._findings.cannot_tell(1, what)
        return found

    def _same(self, head: SeenHead, what: str, got: str, want: str, event: Event) -> bool:
        if got == want:
            return True
        seen = f"{head.seen_from} showed at {head.seen_at}"
        message = f"The history does not extend the head that {seen}: the {what} differs."
        self._findings.differs(1, "REWRITTEN", message, at=event, got=got, want=want)
        return False
