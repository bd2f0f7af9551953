"""The report: what was checked, how many of each, what cannot be told, and the first difference with both values.

Knows the nine checks by number. Knows nothing of how any of them is carried out.
"""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from tradeseal.chain.abi import text

CHECKS = {
    1: "the log: hash chain, streams, anchors, witnesses",
    2: "signatures and quorum",
    3: "commitment in an earlier block, rounds without a gap",
    4: "each verdict, by running the bytecode again",
    5: "each fill against its ticket and the marks",
    6: "books folded from events equal the contract's",
    7: "profit, loss and published metrics",
    8: "source compiles to the deployed bytecode",
    9: "marks within the reader's own candles",
}
TEXT_MAX = 400


@dataclass(frozen=True)
class Difference:
    """Two values that should be one, and where they stand."""

    check: int
    code: str
    message: str
    position: int | None
    where: str
    got: str
    want: str


@dataclass
class CheckResult:
    """One of the nine checks."""

    number: int
    checked: Counter[str] = field(default_factory=Counter)
    cannot_tell: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    first: Difference | None = None
    differences: int = 0
    skipped: str = ""  # why it was not carried out

    @property
    def outcome(self) -> str:
        """`differs`, `agrees`, or `not checked`."""
        if self.first is not None:
            return "differs"
        return "not checked" if self.skipped else "agrees"

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "check": self.number,
            "name": CHECKS[self.number],
            "outcome": self.outcome,
            "why_not": self.skipped or None,
            "checked": dict(self.checked),
            "listed": self.listed,
            "cannot_tell": self.cannot_tell,
            "differences": self.differences,
            "difference": None if self.first is None else asdict(self.first),
        }


@dataclass(frozen=True)
class Stretch:
    """A part of the log and the earliest time outside at which somebody is known to have held its head."""

    from_position: int
    to_position: int
    seen_at: str
    by: str


class Findings:
    """Collects what the checks see, in the order in which they see it."""

    def __init__(self) -> None:
        self.checks = {number: CheckResult(number) for number in CHECKS}
        self.first: Difference | None = None

    def count(self, check: int, what: str, number: int = 1) -> None:
        """So many of something were looked at."""
        self.checks[check].checked[what] += number

    def cannot_tell(self, check: int, what: str) -> None:
        """Something that this check leaves open."""
        if what not in self.checks[check].cannot_tell:
            self.checks[check].cannot_tell.append(what)

    def differs(
        self, check: int, code: str, message: str, *, at: Any = None, got: object = "", want: object = ""
    ) -> None:
        """Keep the first difference of each check, count all."""
        result = self.checks[check]
        result.differences += 1
        if result.first is not None:
            return
        where = "" if at is None else f"event {at.position}, {at.topic}, version {at.version} of {at.stream}"
        position = None if at is None else at.position
        result.first = Difference(check, code, message, position, where, _short(got), _short(want))
        self.first = self.first or result.first

    def same(self, check: int, code: str, what: str, *, at: Any = None, got: object, want: object) -> bool:
        """Whether two values are equal; a difference is kept."""
        if got == want:
            return True
        self.differs(check, code, f"The {what} differs.", at=at, got=got, want=want)
        return False


@dataclass(frozen=True)
class Report:
    """What one command found out."""

    findings: Findings
    subject: str
    events: int
    log_root: str
    records: int
    record_head: str
    blocks: int
    machine: str
    trust: dict[str, str]
    time: str
    roll_back: str
    stretches: tuple[Stretch, ...]
    seconds: float

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return self.findings.first is None

    def to_json(self) -> dict[str, Any]:
        """The whole report as plain values."""
        first = self.findings.first
        return {
            "agrees": self.agrees,
            "subject": self.subject,
            "events": self.events,
            "log_root": self.log_root,
            "records": self.records,
            "record_head": self.record_head,
            "blocks": self.blocks,
            "executed_by": self.machine,
            "trust": self.trust,
            "time": self.time,
            "roll_back": self.roll_back,
            "stretches": [asdict(stretch) for stretch in self.stretches],
            "first_difference": None if first is None else asdict(first),
            "checks": [result.to_json() for result in self.findings.checks.values()],
            "seconds": round(self.seconds, 2),
        }


def _short(value: object) -> str:
    told = text(value)
    return told if len(told) <= TEXT_MAX else told[:TEXT_MAX] + "…"
