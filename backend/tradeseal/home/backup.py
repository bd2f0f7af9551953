"""Backup and restore: a home as one folder, each file with its hash, whole or not there.

Knows which files cannot be made again, and how a copy is proven before anything is replaced. Views, logs and the
chain's snapshot are no part of a backup: they come again from the event store.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from tradeseal.home.manifest import SCHEMA, read_manifest, write_json
from tradeseal.kernel.clock import iso_utc, now_s
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.kernel.files import settle
from tradeseal.ledger.lock import HomeLock
from tradeseal.ledger.published import GENESIS_HASH, EventLog, checked

STORE: Final = "ledger.sqlite"
SMALL: Final = ("manifest.json", "demo-keys.json", "strategy.json", "model.json", "calibrator.json", "api-token")
# Candles that a first start fetched, which nobody gives again, keystores, and calibrators that followed the first.
FOLDERS: Final = ("data", "keys", "calibrators")
LISTING: Final = "backup.json"
FORMAT: Final = "tradeseal-backup-1"
UNFINISHED: Final = "restore-unfinished"
DISPOSABLE: Final = ("views", "chain")
PAGES: Final = 1_000

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Backup:
    """What a backup holds: where the log ends, and the hash of every file."""

    folder: str
    made_at: str
    book: str
    chain: str
    schema: int
    events: int
    head: str
    files: dict[str, str]
    format: str = FORMAT


def silent(_what: str, _done: int, _total: int) -> None:
    """For those who do not watch."""


def back_up(home: Path, folder: Path, progress: Progress = silent) -> Backup:
    """Copy a home, also while it runs; the copy's hash chain is checked before the folder gets its name."""
    manifest = read_manifest(home)
    if manifest is None or not (home / STORE).exists():
        raise Refused("NOT_A_HOME", f"{home} has no manifest or no event store: there is nothing to back up.")
    if folder.exists():
        raise Refused("BACKUP_EXISTS", f"{folder} is there already; choose another name with --out.", got=str(folder))
    draft = folder.with_name(folder.name + ".partial")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        copy_files(home, draft, progress)
        events, head = prove(draft / STORE, progress)
        files = {name: _sha256(draft / name) for name in sorted(_files_of(draft))}
        made = Backup(
            str(folder), iso_utc(now_s()), manifest.book, manifest.chain, manifest.schema, events, head, files
        )
        write_json(draft / LISTING, asdict(made))
        settle(draft, folder)
    except (OSError, sqlite3.Error) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise Unavailable("BACKUP_FAILED", f"{folder} cannot be written: {error}. Nothing was changed.") from error
    return made


def copy_files(home: Path, folder: Path, progress: Progress = silent) -> None:
    """Copy what cannot be made again: keys and manifest first, then fetched candles, then the store as it stands."""
    for name in SMALL:
        if (home / name).exists():
            shutil.copy2(home / name, folder / name)
    for name in FOLDERS:
        if (home / name).is_dir():
            shutil.copytree(home / name, folder / name, dirs_exist_ok=True)
    if (home / STORE).exists():
        with closing(sqlite3.connect(home / STORE)) as source, closing(sqlite3.connect(folder / STORE)) as target:
            told = lambda _status, left, total: progress("copying pages", total - left, total)  # noqa: E731
            source.backup(target, pages=PAGES, progress=told)
    for name in (*SMALL, STORE, *(f"{inner}/{file}" for inner in FOLDERS for file in _files_of(folder / inner))):
        if (folder / name).exists():
            with (folder / name).open("rb+") as file:
                os.fsync(file.fileno())


def read_backup(folder: Path) -> Backup:
    """What a folder says it holds; raises `Refused` where it is no backup, or one of a newer Tradeseal."""
    try:
        says: dict[str, Any] = json.loads((folder / LISTING).read_text("utf-8"))
        found = Backup(**says)
    except (OSError, ValueError, TypeError) as error:
        raise Refused(
            "NOT_A_BACKUP", f"{folder} is no backup: its {LISTING} does not read.", cause=repr(error)
        ) from error
    if found.format != FORMAT or found.schema > SCHEMA:
        raise Refused(
            "BACKUP_TOO_NEW",
            f"{folder} was made by another Tradeseal ({found.format}, schema {found.schema}); this one reads {FORMAT} "
            f"up to schema {SCHEMA}. Update first.",
            got=found.schema,
            limit=SCHEMA,
        )
    return found


def restore(
    folder: Path, home: Path, *, replace: bool = False, progress: Progress = silent
) -> tuple[Backup, Path | None]:
    """Make a home of a backup; what it replaces is put aside and named.

    (0) The backup is proven: every file's hash, the log's hash chain, its end. (1) A home that was used is not touched
    without `replace`. (2) From here to the end the home does not start. (3) What was there is put aside. (4) Files are
    copied, the store last. (5) The home may start again; views and chain are made from the store.
    """
    # (0) nothing is touched before the backup is known to be whole
    found = read_backup(folder)
    _prove_files(folder, found, progress)
    # (1) nor without a word
    lock = HomeLock(home)
    try:
        used = sorted(name for name in (*SMALL, STORE, *FOLDERS) if (home / name).exists())
        if used and not (replace or (home / UNFINISHED).exists()):
            raise Refused(
                "HOME_USED",
                f"{home} holds {', '.join(used)}. Say --replace to put that aside in {home / 'backups'}, or choose "
                "another folder with --home.",
                holds=used,
            )
        # (2) a power cut from here on leaves a home that says what to do
        write_json(home / UNFINISHED, {"from": str(folder)})
        # (3) put aside, never thrown away
        aside = _put_aside(home, used) if used else None
        # (4) the store last
        copy_files(folder, home, progress)
        prove(home / STORE, progress)
        # (5) done
        (home / UNFINISHED).unlink()
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(
            "RESTORE_FAILED", f"{home} cannot be written: {error}. The backup is untouched; run the command again."
        ) from error
    finally:
        lock.close()
    return found, aside


def refuse_unfinished(home: Path) -> None:
    """Raise `Refused` for a home whose restoring was interrupted."""
    if (home / UNFINISHED).exists():
        raise Refused(
            "RESTORE_UNFINISHED", f"Restoring {home} was interrupted: run the same `tradeseal restore` again."
        )


def refuse_lost_events(home: Path, log: EventLog) -> None:
    """Raise `Refused` where a view has seen more than the store holds: what was acknowledged is not there any more."""
    stored, seen = log.last()[0], furthest_view(home / "views")
    if seen <= stored:
        return
    raise Refused(
        "STORE_BEHIND_VIEWS" if stored else "STORE_EMPTY",
        f"The event store of {home} {f'ends at event {stored}' if stored else 'is empty'}, and this home's views have "
        f"seen event {seen}. Bring back the newest backup with `tradeseal restore`; to go on with what there is, "
        f"remove {home / 'views'}; to begin anew, choose another folder with --home.",
        got=stored,
        want=seen,
    )


def furthest_view(views: Path) -> int:
    """The last event that any view has folded; views that do not read have seen nothing."""
    seen = 0
    for path in views.glob("*.sqlite"):
        try:
            with closing(sqlite3.connect(path)) as view:
                row = view.execute("SELECT max(position) FROM tracking").fetchone()
        except sqlite3.Error:
            continue
        seen = max(seen, row[0] or 0)
    return seen


def prove(store: Path, progress: Progress = silent) -> tuple[int, str]:
    """How many events a store holds and its head, after every hash was computed again."""
    log = EventLog(store)
    total, position, head = log.last()[0], 0, GENESIS_HASH
    for fact in checked(log.all()):
        position, head = fact.position, fact.hash
        if position % 10_000 == 0:
            progress("checking the hash chain", position, total)
    progress("checking the hash chain", position, total)
    return position, "0x" + head.hex()


def _prove_files(folder: Path, found: Backup, progress: Progress) -> None:
    for number, (name, want) in enumerate(found.files.items(), start=1):
        path = folder / name
        got = _sha256(path) if path.is_file() else "nothing"
        if got != want:
            raise Refused(
                "BACKUP_DAMAGED", f"{path} is not what was backed up: {got}, not {want}. Use another backup.",
                file=name, got=got, want=want,
            )  # fmt: skip
        progress("checking files", number, len(found.files))
    events, head = prove(folder / STORE, progress)
    if (events, head) != (found.events, found.head):
        raise Refused("BACKUP_DAMAGED", "The log of the backup ends elsewhere than it says.", got=head, want=found.head)


def _put_aside(home: Path, used: list[str]) -> Path:
    aside = home / "backups" / f"replaced-{iso_utc(now_s()).replace(':', '')}"
    number = 1
    while aside.exists():
        number += 1
        aside = aside.with_name(f"{aside.name.partition('.')[0]}.{number}")
    aside.mkdir(parents=True, mode=0o700)
    for name in (*used, *(f"{STORE}{end}" for end in ("-wal", "-shm"))):
        if (home / name).exists():
            shutil.move(home / name, aside / name)
    for name in DISPOSABLE:
        shutil.rmtree(home / name, ignore_errors=True)
    return aside


def _files_of(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.relative_to(folder).as_posix()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def schema_backup(home: Path, name: str) -> Path:
    """A copy in the home itself, before an older schema is brought up to date."""
    folder = home / "backups" / name
    folder.mkdir(parents=True, exist_ok=True)
    copy_files(home, folder)
    return folder
