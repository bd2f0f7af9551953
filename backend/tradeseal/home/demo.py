"""The end of a demo: a replay's home is removed, and no other.

Knows which files a home has. Removes nothing that it does not know.
"""

import json
from pathlib import Path
from shutil import rmtree

from tradeseal.kernel.errors import Refused
from tradeseal.ledger.lock import HomeLock

FILES = (
    "manifest.json", "strategy.json", "model.json", "calibrator.json", "demo-keys.json", "api-token",
    "address", "ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "restore-unfinished",
)  # fmt: skip
FOLDERS = ("backtests", "views", "chain", "logs", "data", "backups", "calibrators")


def remove_demo(home: Path) -> list[str]:
    """Remove a demo home's files; the names of what was removed. Refuses a home that is in use or not marked DEMO."""
    keys = home / "demo-keys.json"
    if not home.is_dir():
        raise Refused("NO_HOME", f"There is no folder {home}.", home=str(home))
    if not (home / "manifest.json").exists():
        raise Refused("NOT_A_HOME", f"{home} has no manifest: it is no home of Tradeseal.", home=str(home))
    if (home / "keys").exists():
        raise Refused("NOT_A_DEMO", f"{home} holds keystores: keys of value are removed by hand.", home=str(home))
    if keys.exists() and json.loads(keys.read_text()).get("mark") != "DEMO":
        raise Refused("NOT_A_DEMO", f"The keys of {home} are not marked DEMO; nothing was removed.", home=str(home))
    lock = HomeLock(home)
    try:
        removed = [name for name in FOLDERS if (home / name).is_dir()]
        for name in removed:
            rmtree(home / name)
        for name in FILES:
            if (home / name).is_file():
                (home / name).unlink()
                removed.append(name)
    finally:
        lock.close()
    (home / "lock").unlink()  # not while it is held: Windows keeps what is open
    removed.append("lock")
    if not any(home.iterdir()):
        home.rmdir()
    return removed
