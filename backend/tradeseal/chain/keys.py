"""Demo keys: the keys of a simulated book on a local chain, made once per home and marked as what they are.

Knows one file, its mark and its mode. Knows nothing of transactions. Keys of value never live in such a file.
"""

import json
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tradeseal.chain.transactions import Wallet
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import PRIVATE, open_to_others, write_whole

MARK = "DEMO"
WARNING = "Plain keys of a simulated book on a local chain. Never send anything of value to them."
ROLES = ("governor", "guardian", "trader", "relayer", "signer1")
SIGNERS_MAX = 16
KEYS_FILE = "demo-keys.json"


@dataclass(frozen=True)
class Quorum:
    """How many of how many signers it takes: 1 of 1 out of the box."""

    needed: int = 1
    signers: int = 1

    @classmethod
    def parse(cls, text: str) -> "Quorum":
        """`2of3` as a quorum. Raises `Refused` when it is none."""
        needed, word, signers = text.lower().replace(" ", "").partition("of")
        if word and needed.isdecimal() and signers.isdecimal() and 1 <= int(needed) <= int(signers) <= SIGNERS_MAX:
            return cls(int(needed), int(signers))
        raise Refused("BAD_QUORUM", f"A quorum is written like 2of3, of at most {SIGNERS_MAX} signers.", got=text)

    def __str__(self) -> str:
        return f"{self.needed}of{self.signers}"


@dataclass(frozen=True, repr=False)
class DemoKeys:
    """One private key per role; the signers beyond the first only where a quorum has them."""

    keys: Mapping[str, bytes]

    def wallet(self, role: str) -> Wallet:
        """The wallet of a role."""
        return _wallet(self.keys[role])

    def addresses(self) -> dict[str, bytes]:
        """The 20-byte address of each role that sends, and of the first signer."""
        return {role: self.wallet(role).address for role in ROLES}

    def by_address(self, address: str) -> Wallet | None:
        """The wallet of an address, whatever its name; None where its key is not here."""
        wallets = map(_wallet, self.keys.values())
        return next((wallet for wallet in wallets if "0x" + wallet.address.hex() == address.lower()), None)

    def key_of(self, address: str) -> bytes | None:
        """The private key of an address; None where it is not here."""
        return next((k for k in self.keys.values() if "0x" + _wallet(k).address.hex() == address.lower()), None)

    def signers(self, count: int) -> list[bytes]:
        """The keys of the first `count` signers. Raises `Refused` when the file has fewer."""
        names = [f"signer{n}" for n in range(1, count + 1)]
        if any(name not in self.keys for name in names):
            raise Refused("SIGNER_MISSING", "The key file has fewer signers than the quorum.", want=count)
        return [self.keys[name] for name in names]

    def signer_addresses(self, count: int) -> list[bytes]:
        """The 20-byte addresses of the first `count` signers."""
        return [Wallet(key).address for key in self.signers(count)]


@lru_cache(maxsize=64)
def _wallet(key: bytes) -> Wallet:
    """A wallet is made once: its address costs a multiplication on the curve."""
    return Wallet(key)


def demo_keys(path: Path, quorum: Quorum | None = None) -> DemoKeys:
    """Read the demo keys of a home, or make them when there are none; refuse a file that others can read."""
    if not path.exists():
        more = [f"signer{n}" for n in range(2, (quorum or Quorum()).signers + 1)]
        _write(path, {role: secrets.token_bytes(32) for role in (*ROLES, *more)})
    return _read(path)


def add_demo_key(path: Path, name: str) -> DemoKeys:
    """Make another key, under the first free name that begins so, and give all of them."""
    keys = dict(_read(path).keys)
    number = next(n for n in range(1, len(keys) + 2) if f"{name}{n}" not in keys)
    _write(path, keys | {f"{name}{number}": secrets.token_bytes(32)})
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
        keys = {role: bytes.fromhex(key.removeprefix("0x")) for role, key in content["keys"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("KEYS_UNREADABLE", f"{path} is no file of demo keys.", cause=repr(error)) from error
    if mark != MARK:
        raise Refused(
            "KEYS_NOT_DEMO", f"{path} is not marked {MARK}; only demo keys lie in plain files.", got=mark, want=MARK
        )
    if any(len(key) != 32 for key in keys.values()):
        raise Refused("KEYS_UNREADABLE", f"{path} holds a key that is not 32 bytes long.")
    if missing := [role for role in ROLES if role not in keys]:
        raise Refused("KEYS_UNREADABLE", f"{path} lacks the key of {', '.join(missing)}.")
    return DemoKeys(keys)
