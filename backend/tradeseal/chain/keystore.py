"""The keys of a home on a chain of others: one keystore for each role and signer, all under one password.

Knows which roles there are and where a password comes from. Knows nothing of the files' form (`keystores`).
"""

import re
import sys
from getpass import getpass
from pathlib import Path

from tradeseal.chain.keys import ROLES, DemoKeys, Quorum
from tradeseal.chain.keystores import SCRYPT, create, opened
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.files import open_to_others

FOLDER = "keys"
ADDED = re.compile(r"(trader|signer)[0-9]+")


def keystore(folder: Path, password: str, quorum: Quorum | None = None, *, work: int = SCRYPT) -> DemoKeys:
    """Open the keystores of all roles and signers, or make those of a folder that has none of them.

    `work` is scrypt's cost, a power of two. Raises `Refused` when a file is missing, is none, can be read by others, or
    does not open.
    """
    roles = [*ROLES, *(f"signer{n}" for n in range(2, (quorum or Quorum()).signers + 1))]
    if not any((folder / f"{role}.json").exists() for role in roles):
        for role in roles:
            create(folder, role, password, work=work)
    if missing := [role for role in roles if not (folder / f"{role}.json").exists()]:
        raise Refused("KEY_MISSING", f"{folder} has no keystore of {', '.join(missing)}.", missing=missing)
    added = {path.stem for path in folder.glob("*.json") if ADDED.fullmatch(path.stem)}
    return DemoKeys({role: opened(folder / f"{role}.json", password) for role in (*roles, *sorted(added - set(roles)))})


def another_key(folder: Path, name: str, password: str, *, work: int = SCRYPT) -> tuple[str, bytes]:
    """Make a keystore under the first free name that begins so; the name and the key."""
    taken = {path.stem for path in folder.glob("*.json")}
    number = next(n for n in range(1, len(taken) + 2) if f"{name}{n}" not in taken)
    made = create(folder, f"{name}{number}", password, work=work)
    return made.name, opened(made.path, password)


def password_of(file: Path | None) -> str:
    """The password from a file that only its owner can read, else asked for where somebody sits at the terminal."""
    if file is not None:
        try:
            if open_to_others(file):
                raise Refused("PASSWORD_READABLE_BY_OTHERS", f"{file} must be readable by its owner alone: chmod 600.")
            return file.read_text().rstrip("\r\n")
        except OSError as error:
            raise Refused("PASSWORD_FILE_MISSING", f"{file} cannot be read: {error.strerror}.") from error
    if sys.stdin is not None and sys.stdin.isatty():
        return getpass("Password of this home's keystores: ")
    raise Refused(
        "PASSWORD_MISSING",
        "On a chain of others keys lie in keystores: name a file with their password, TRADESEAL_PASSWORD_FILE.",
    )
