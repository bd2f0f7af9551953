"""The manifest: what a home began with, so that it is never continued with something else.

Knows one JSON file in the home. Knows nothing of what its values do.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import write_whole

SCHEMA = 3


@dataclass(frozen=True)
class Manifest:
    """The choices that cannot change within a home."""

    book: str
    cash_e8: int
    data_label: str
    data_identity: str
    data_folder: str
    exchange: str
    interval: str
    markets: tuple[str, ...]
    start: int
    end: int
    chain: str
    quorum: str = "1of1"
    venue: str = ""  # the terms of a simulated venue as canonical JSON, empty where there are none
    schema: int = SCHEMA

    def to_json(self) -> dict[str, Any]:
        """Plain values; times are also given for people."""
        return {**asdict(self), "start_utc": iso_utc(self.start), "end_utc": iso_utc(self.end)}


def schema_of(home: Path) -> int | None:
    """The schema a home was written with; None when it is new. Raises `Refused` for one that cannot be read."""
    path = home / "manifest.json"
    if not path.exists():
        return None
    try:
        return int(json.loads(path.read_text())["schema"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("HOME_UNREADABLE", f"{path} does not read: {error!r}.", path=str(path)) from error


def read_manifest(home: Path) -> Manifest | None:
    """What the home began with; None when it is new."""
    path = home / "manifest.json"
    if not path.exists():
        return None
    try:
        stored = json.loads(path.read_text())
        stored = {"venue": "", **stored}  # homes were begun before there were terms
        fields = {name: stored[name] for name in Manifest.__dataclass_fields__}
        return Manifest(**{**fields, "markets": tuple(fields["markets"])})
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("HOME_UNREADABLE", f"{path} does not read: {error!r}.", path=str(path)) from error


def keep_manifest(home: Path, manifest: Manifest) -> None:
    """Write the manifest of a new home."""
    write_json(home / "manifest.json", manifest.to_json())


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a small file whole or not at all."""
    write_whole(path, json.dumps(value, indent=2).encode())


_FIXED = (
    "book", "cash_e8", "chain", "quorum", "data_label", "interval", "markets", "start", "end", "data_identity",
    "venue",
)  # fmt: skip


def refuse_other_data(home: Path, began: Manifest, now: Manifest) -> None:
    """Raise `Refused` naming the first thing that differs."""
    for name in _FIXED:
        was, wanted = getattr(began, name), getattr(now, name)
        if was != wanted:
            raise Refused(
                "OTHER_DATA",
                f"{home} began with {name} {_show(name, was)}, not {_show(name, wanted)}. "
                "Leave the option out to go on with what it has, or choose another folder with --home.",
                setting=name,
                began_with=str(was),
                got=str(wanted),
            )


def _show(name: str, value: Any) -> str:
    if name in ("start", "end"):
        return iso_utc(value)
    return ", ".join(value) if isinstance(value, tuple) else str(value)
