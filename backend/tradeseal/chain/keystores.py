"""Keystores: keys of value, encrypted with a password, one file each; the format that every Ethereum client reads.

Knows files, modes and scrypt. A key or a password is never printed, logged or put in an error. Knows nothing of what a
key is used for; demo keys lie elsewhere and are marked so.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tradeseal.chain.transactions import Wallet
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import PRIVATE, open_to_others, settle, write_whole

PASSWORD_LEAST: Final = 8
RETIRED: Final = "retired"
SCRYPT: Final = 1 << 18  # n of the format's own standard strength: a second and 256 MB


@dataclass(frozen=True)
class Keystore:
    """A file and whose it is."""

    name: str
    address: str
    path: Path
    retired: bool = False


def create(folder: Path, name: str, password: str, *, work: int = SCRYPT) -> Keystore:
    """Make a key and keep it under a name that is free."""
    _check(name, password)
    path = folder / f"{name}.json"
    if path.exists():
        raise Refused("KEY_EXISTS", f"There is a key {name} already; `keys rotate` takes its place.", got=str(path))
    key = secrets.token_bytes(32)
    return Keystore(name, _keep(path, name, key, password, work), path)


def rotate(path: Path, password: str, new_password: str, *, work: int = SCRYPT) -> tuple[Keystore, Keystore]:
    """Put a fresh key in the place of one whose password is known; the old one is kept among the retired."""
    old = read(path)
    unlock(path, password)  # who cannot open the old one does not replace it
    _check(old.name, new_password)
    shelf = path.parent / RETIRED
    shelf.mkdir(exist_ok=True, mode=0o700)
    kept = shelf / f"{old.name}-{old.address[2:10].lower()}.json"
    write_whole(kept, path.read_bytes(), mode=PRIVATE)
    draft = path.with_suffix(".draft")
    address = _keep(draft, old.name, secrets.token_bytes(32), new_password, work)
    settle(draft, path)
    return Keystore(old.name, old.address, kept, retired=True), Keystore(old.name, address, path)


def listed(folder: Path) -> list[Keystore]:
    """All keys in a folder, those in use first."""
    found = [read(path) for path in sorted(folder.glob("*.json"))]
    return found + [read(path, retired=True) for path in sorted((folder / RETIRED).glob("*.json"))]


def read(path: Path, *, retired: bool = False) -> Keystore:
    """Whose key a file holds, without opening it; refuses one that others can read."""
    content = _content(path)
    return Keystore(str(content.get("name") or path.stem), _address(content), path, retired)


def unlock(path: Path, password: str) -> Wallet:
    """The key in a file. Raises `Refused` where the password is wrong."""
    return Wallet(opened(path, password))


def opened(path: Path, password: str) -> bytes:
    """The key itself, for signers, who sign no transactions. Raises `Refused` where the password is wrong."""
    from eth_account import Account  # noqa: PLC0415 - only who opens a keystore needs it

    content = _content(path)
    try:
        key = bytes(Account.decrypt(content, password))
    except ValueError as error:
        raise Refused("WRONG_PASSWORD", f"This password does not open {path}.", path=str(path)) from error
    if "0x" + Wallet(key).address.hex() != _address(content).lower():
        raise Refused("KEYSTORE_DAMAGED", f"{path} names another address than its key has.", path=str(path))
    return key


def _keep(path: Path, name: str, key: bytes, password: str, work: int) -> str:
    from eth_account import Account  # noqa: PLC0415
    from eth_utils import to_checksum_address  # noqa: PLC0415

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content: dict[str, Any] = dict(Account.encrypt(key, password, kdf="scrypt", iterations=work))
    address = to_checksum_address(Wallet(key).address)
    write_whole(path, json.dumps(content | {"name": name, "address": address}).encode() + b"\n", mode=PRIVATE)
    return str(address)


def _content(path: Path) -> dict[str, Any]:
    try:
        if open_to_others(path):
            raise Refused("KEYS_READABLE_BY_OTHERS", f"{path} must be readable by its owner alone: chmod 600.")
        content: dict[str, Any] = json.loads(path.read_text())
        if content["version"] == 3 and _address(content):
            return content
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("NO_KEYSTORE", f"{path} is no keystore.", path=str(path)) from error
    raise Refused("NO_KEYSTORE", f"{path} is a keystore of another version.", path=str(path))


def _address(content: dict[str, Any]) -> str:
    from eth_utils import to_checksum_address  # noqa: PLC0415

    return str(to_checksum_address("0x" + str(content["address"]).removeprefix("0x")))


def _check(name: str, password: str) -> None:
    if not name.replace("-", "").isalnum():
        raise Refused("BAD_NAME", "A key's name has letters, digits and dashes.", got=name)
    if len(password) < PASSWORD_LEAST:
        raise Refused("WEAK_PASSWORD", f"A password has at least {PASSWORD_LEAST} characters.", limit=PASSWORD_LEAST)
