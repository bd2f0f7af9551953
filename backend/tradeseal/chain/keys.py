"""Demo keys: the keys of a simulated book on a local chain, made once per home and marked as what they are.

Knows one file, its mark and its mode. Knows nothing of transactions. Keys of value never live in such a file.
"""

import json
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from tradeseal.chain.transactions import Wallet
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import PRIVATE, open_to_others, write_whole

MARK = "DEMO"
WARNING = "Plain keys of a simulated book on a local chain. Never send anything of value to them."
ROLES = ("governor", "guardian", "trader", "relayer", "signer1")


@dataclass(frozen=True, repr=False)
class DemoKeys:
    """One private key per role."""

    governor: bytes
    guardian: bytes
    trader: bytes
    relayer: bytes
    signer1: bytes

    def wallet(self, role: str) -> Wallet:
        """The wallet of a role."""
        return Wallet(getattr(self, role))

    def addresses(self) -> dict[str, bytes]:
        """The 20-byte address of each role."""
        return {role: self.wallet(role).address for role in ROLES}


def demo_keys(path: Path) -> DemoKeys:
    """Read the demo keys of a home, or make them when there are none; refuse a file that others can read."""
    if not path.exists():
        _write(path, {role: secrets.token_bytes(32) for role in ROLES})
    return _read(path)


def _write(path: Path, keys: dict[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"mark": MARK, "warning": WARNING, "keys": {role: "0x" + key.hex() for role, key in keys.items()}}
    write_whole(path, json.dumps(content, indent=2).encode(), mode=PRIVATE)


def _read(path: Path) -> DemoKeys:
    if open_to_others(path):
        raise Refused(
            "KEYS_READABLE_BY_OTHERS",
            f"{path} must be readable by its owner alone: chmod 600.",
            got=oct(stat.S_IMODE(path.stat().st_mode)),
            want="0o600",
        )
    try:
        content = json.loads(path.read_text())
        mark = content["mark"]
        keys = {role: bytes.fromhex(content["keys"][role].removeprefix("0x")) for role in ROLES}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("KEYS_UNREADABLE", f"{path} is no file of demo keys.", cause=repr(error)) from error
    if mark != MARK:
        raise Refused(
            "KEYS_NOT_DEMO", f"{path} is not marked {MARK}; only demo keys lie in plain files.", got=mark, want=MARK
        )
    if any(len(key) != 32 for key in keys.values()):
        raise Refused("KEYS_UNREADABLE", f"{path} holds a key that is not 32 bytes long.")
    return DemoKeys(**keys)
