"""The doctor: what is missing or wrong, in the checkout and in a home, each with what to do.

Knows where things lie and how they are checked. Mends nothing.
"""

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tradeseal.home.manifest import SCHEMA, schema_of
from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.kernel.files import open_to_others
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import GENESIS_HASH, EventLog, checked

FREE_BYTES_MIN = 500 * 2**20
OLDEST_PYTHON = (3, 11)
SET_UP = "run ./run.sh once"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    advice: str = ""


def examine(checkout: Path, home: Path) -> list[Finding]:
    """Look at everything; a check that fails does not stop the others."""
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("Python", _python),
        ("contract tools", lambda: _exists("contract tools", checkout / "contracts" / "node_modules" / "solc")),
        ("Anvil", lambda: _exists("Anvil", checkout / "contracts" / "node_modules" / "@foundry-rs" / "anvil")),
        ("compiled contracts", lambda: _compiled(checkout)),
        ("page", lambda: _exists("page", checkout / "frontend" / "out" / "index.html")),
        ("disk", lambda: _disk(home)),
        ("home", lambda: _home(home)),
        ("in use", lambda: _in_use(home)),
        ("secrets", lambda: _secrets(home)),
        ("event store", lambda: _store(home)),
    )
    return list(_run(checks))


def _run(checks: tuple[tuple[str, Callable[[], Finding]], ...]) -> Iterator[Finding]:
    for name, check in checks:
        try:
            yield check()
        except TradesealError as error:
            yield Finding(name, ok=False, detail=error.message)
        except (OSError, sqlite3.Error) as error:
            yield Finding(name, ok=False, detail=str(error))


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, OLDEST_PYTHON))
    return Finding("Python", sys.version_info >= OLDEST_PYTHON, version, f"install Python {wanted} or newer")


def _exists(name: str, path: Path) -> Finding:
    return Finding(name, path.exists(), str(path), SET_UP)


def _compiled(checkout: Path) -> Finding:
    found = list((checkout / "contracts" / "artifacts").glob("*.json"))
    return Finding("compiled contracts", bool(found), f"{len(found)} compilations kept", SET_UP)


def _disk(home: Path) -> Finding:
    there = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    detail = f"{free // 2**20} MiB free at {there}"
    return Finding("disk", free >= FREE_BYTES_MIN, detail, f"free at least {FREE_BYTES_MIN // 2**20} MiB")


def _home(home: Path) -> Finding:
    schema = schema_of(home)
    if schema is None:
        return Finding("home", ok=True, detail=f"{home} is new")
    advice = "update Tradeseal, or choose another folder with --home"
    return Finding("home", schema <= SCHEMA, f"{home}, schema {schema} (this one knows {SCHEMA})", advice)


def _in_use(home: Path) -> Finding:
    if not home.exists():
        return Finding("in use", ok=True, detail="by nobody")
    try:
        HomeLock(home).close()
    except Refused as refusal:
        return Finding("in use", ok=True, detail=f"by process {refusal.facts.get('process')}")
    return Finding("in use", ok=True, detail="by nobody")


def _secrets(home: Path) -> Finding:
    files = [home / name for name in ("demo-keys.json", "api-token") if (home / name).exists()]
    readable = [str(file) for file in files if open_to_others(file)]
    detail = ", ".join(readable) + " can be read by others" if readable else f"{len(files)} files, closed"
    return Finding("secrets", not readable, detail, "chmod 600 them")


def _store(home: Path) -> Finding:
    path = home / "ledger.sqlite"
    if not path.exists():
        return Finding("event store", ok=True, detail="none yet")
    position, head = 0, GENESIS_HASH
    for fact in checked(EventLog(path).all()):
        position, head = fact.position, fact.hash
    return Finding("event store", ok=True, detail=f"{position} events, hash chain unbroken, head 0x{head.hex()}")
