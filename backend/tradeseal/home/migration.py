"""Migration: a home written by an older Tradeseal becomes a current one, after a backup; a newer one is refused.

Knows one step from each schema to the next. Events are never rewritten: what changes is what lies beside them.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from tradeseal.home.backup import schema_backup
from tradeseal.home.manifest import SCHEMA, schema_of, write_json
from tradeseal.kernel.clock import iso_utc, now_s
from tradeseal.kernel.errors import Refused

Step = Callable[[Path], None]


def _name_the_chain(home: Path) -> None:
    """1 to 2: the manifest says which chain the home runs on; there was only one."""
    path = home / "manifest.json"
    write_json(path, {**json.loads(path.read_text()), "chain": "anvil", "schema": 2})


def _name_the_quorum(home: Path) -> None:
    """2 to 3: the manifest says how many oracle keys sign; there was only one."""
    path = home / "manifest.json"
    write_json(path, {**json.loads(path.read_text()), "quorum": "1of1", "schema": 3})


STEPS: Mapping[int, Step] = {1: _name_the_chain, 2: _name_the_quorum}


def migrate(home: Path, *, steps: Mapping[int, Step] = STEPS, newest: int = SCHEMA) -> Path | None:
    """Bring a home to the newest schema; where its backup lies, or None when nothing was to be done.

    Each step may be carried out again: a migration that was interrupted begins anew at the next start.
    """
    schema = schema_of(home)
    if schema is None or schema == newest:
        return None
    if schema > newest:
        raise Refused(
            "HOME_TOO_NEW",
            f"{home} was written by a newer Tradeseal (schema {schema}, this one knows {newest}). Update, or choose "
            "another folder with --home.",
            got=schema,
            limit=newest,
        )
    backup = schema_backup(home, f"schema-{schema}-{iso_utc(now_s()).replace(':', '')}")
    while schema is not None and schema < newest:
        steps[schema](home)
        schema = schema_of(home)
    return backup
