"""What loading found: gaps, duplicates, bad rows and files that were left alone.

Knows counts and examples with file and row. Knows nothing of how a file is read.
"""

from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

EXAMPLES_MAX: Final = 100

_Example = TypeVar("_Example")


@dataclass(frozen=True, slots=True)
class Gap:
    """Candles that are missing after the one that opened at `after`."""

    market: str
    after: int
    missing: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was dropped; `row` counts from 0 in its file."""

    file: str
    row: int
    time: int
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A row whose candle another row had already given; the first valid one won."""

    file: str
    row: int
    time: int
    conflicting: bool


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file that was not loaded, and why."""

    file: str
    reason: str


@dataclass
class DataReport:
    """Everything noticed while loading; lists hold at most `EXAMPLES_MAX` examples, the counts are complete."""

    files: list[str] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    unsorted_files: list[str] = field(default_factory=list)
    rows: int = 0
    gap_count: int = 0
    missing_bars: int = 0
    duplicate_count: int = 0
    conflict_count: int = 0
    bad_row_count: int = 0

    def add_gap(self, gap: Gap) -> None:
        self.gap_count += 1
        self.missing_bars += gap.missing
        _keep(self.gaps, gap)

    def add_duplicate(self, duplicate: Duplicate) -> None:
        self.duplicate_count += 1
        self.conflict_count += duplicate.conflicting
        _keep(self.duplicates, duplicate)

    def add_bad_row(self, bad: BadRow) -> None:
        self.bad_row_count += 1
        _keep(self.bad_rows, bad)

    def lines(self) -> list[str]:
        """The findings in plain words, for a terminal or a log."""
        lines = [f"{self.rows} candles from {len(self.files)} files"]
        if self.gap_count:
            lines.append(f"{self.gap_count} gaps, {self.missing_bars} candles missing")
        if self.duplicate_count:
            lines.append(
                f"{self.duplicate_count} duplicated rows, {self.conflict_count} of them conflicting; first wins"
            )
        if self.bad_row_count:
            lines.append(f"{self.bad_row_count} bad rows dropped, e.g. {_place(self.bad_rows[0])}")
        if self.unsorted_files:
            lines.append(f"sorted by time: {', '.join(self.unsorted_files)}")
        if self.ignored:
            lines.append(f"{len(self.ignored)} files ignored: {', '.join(one.file for one in self.ignored)}")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The counts and examples as plain values."""
        return {
            "rows": self.rows,
            "files": self.files,
            "ignored": [{"file": one.file, "reason": one.reason} for one in self.ignored],
            "gaps": self.gap_count,
            "missing_bars": self.missing_bars,
            "duplicates": self.duplicate_count,
            "conflicts": self.conflict_count,
            "bad_rows": self.bad_row_count,
            "bad_row_examples": [_place(bad) for bad in self.bad_rows[:10]],
        }


def _place(bad: BadRow) -> str:
    return f"{bad.file} row {bad.row}: {bad.reason}"


def _keep(examples: list[_Example], example: _Example) -> None:
    if len(examples) < EXAMPLES_MAX:
        examples.append(example)
