"""Archives: a whole log as files that anybody can read, with all that a verifier needs and nothing that a key opens.

An archive is a folder, format 1:

    manifest.json      format, counts, log root, record head, data identity, published figures and metrics; written last
    events-00001.jsonl one event a line, 10,000 a file: {"position", "stream", "version", "topic", "state", "hash"};
                       `state` is the stored text, byte for byte, `hash` and `stream` as hex
    contracts.json     the compiler's version and its whole input: every source and the settings
    home.json          what the home began with (markets, span, data identity)
    strategy.json      the strategy's name and parameters, and calibrator.json, the calibrator that it began with
    calibrators/       one file for each calibrator that took another's place; signals and the log name them by hash

The manifest names what lies here with its SHA-256: events in `files`, the last three in `beside`.

No keys, no tokens, no model, no candles: of the candles it holds the hashes (`data_identity`, each signal's window).
Files are written whole or not at all, so that an export that was killed goes on with the first file that is missing.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from itertools import islice, takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from tradeseal.chain.compile import CONTRACTS, Artifacts, artifacts_from, artifacts_of, pinned_compiler, standard_input
from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.ledger.published import EventLog, StoredFact, checked, store_facts
from tradeseal.verify.published import as_metrics, figures_told

FORMAT = "tradeseal-archive"
VERSION = 1
EVENTS_A_FILE = 10_000
MANIFEST, SOURCES, HOME = "manifest.json", "contracts.json", "home.json"
BESIDE = ("strategy.json", "calibrator.json", "calibrators/*.json")
Progress = Callable[[int, int], None]


class ArchiveHistory:
    """An archive as a history: `published` are the figures that its keeper vouches for."""

    def __init__(self, folder: Path, contracts: Path = CONTRACTS) -> None:
        self._folder = folder
        self._contracts = contracts
        self.manifest = read_manifest(folder)
        self.subject = str(folder)
        self.total = int(self.manifest["events"])
        self.published: dict[str, Any] = self.manifest["figures"] | as_metrics(self.manifest.get("metrics", {}))

    def facts(self) -> Iterator[StoredFact]:
        """All events in order, from the files that the manifest names; raises `Refused` for one that does not read."""
        for name, digest in self.manifest["files"].items():
            yield from _events_of(self._folder / name, digest)

    def artifacts(self, source_hash: str) -> Artifacts:
        """What the reader's own compiler makes of the sources: of this checkout's, or of those in the archive."""
        try:
            return artifacts_of(source_hash, self._contracts)
        except Refused:
            sources = json.loads((self._folder / SOURCES).read_text())
            return artifacts_from(sources["input"], sources["compiler"], self._contracts)


def read_manifest(folder: Path) -> dict[str, Any]:
    """An archive's manifest; raises `Refused` for what is no whole archive of a format that is known here."""
    path = folder / MANIFEST
    if not path.exists():
        raise Refused("NO_ARCHIVE", f"{folder} is no whole archive: it has no {MANIFEST}.", path=str(path))
    try:
        manifest: dict[str, Any] = json.loads(path.read_text())
        known = (manifest["format"], manifest["version"])
        wanted = {"events", "files", "figures", "log_root"} - manifest.keys()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("ARCHIVE_UNREADABLE", f"{path} does not read: {error!r}.", path=str(path)) from error
    if known != (FORMAT, VERSION) or wanted:
        raise Refused("OTHER_FORMAT", f"{path} is of another format.", got=known, want=(FORMAT, VERSION))
    return manifest


def export_home(home: Path, out: Path, *, progress: Progress, contracts: Path = CONTRACTS) -> dict[str, Any]:
    """Write the home's log up to now as an archive; one that was begun goes on, one that is whole grows."""
    path = home / "ledger.sqlite"
    if not path.exists():
        raise Refused("NO_HISTORY", f"{home} has no event store; name another with --home.", path=str(path))
    log = EventLog(path)
    total, root = log.last()
    out.mkdir(parents=True, exist_ok=True)
    _same_history(out, log)
    # A manifest is of a whole archive: while events are written there is none.
    (out / MANIFEST).unlink(missing_ok=True)
    files = _write_events(log, out, total, progress)
    _write(out / SOURCES, _json({"compiler": pinned_compiler(contracts), "input": standard_input(contracts)}))
    if (home / "manifest.json").exists():
        _write(out / HOME, _without_places((home / "manifest.json").read_bytes()))
    beside = _take_along(home, out)
    figures, metrics = figures_told(_until(log, 0, total))
    manifest = {
        "format": FORMAT, "version": VERSION, "events": total, "log_root": "0x" + root.hex(), "files": files,
        "beside": beside, "figures": figures, "metrics": metrics,
    }  # fmt: skip
    _write(out / MANIFEST, _json(manifest))
    return manifest


def import_archive(archive: Path, home: Path, *, progress: Progress) -> dict[str, Any]:
    """Make a home of an archive: the same log, byte for byte, in a store that did not exist; keys do not come along."""
    manifest = read_manifest(archive)
    path = home / "ledger.sqlite"
    if path.exists():
        raise Refused("HOME_NOT_EMPTY", f"{home} has an event store already; choose another folder with --home.")
    _refuse_others_beside(archive, manifest)
    home.mkdir(parents=True, exist_ok=True)
    draft = home / "ledger.importing"
    history = ArchiveHistory(archive)
    last = store_facts(draft, checked(history.facts()), progress=lambda done: progress(done, history.total))
    got = (last[0], "0x" + last[1].hex())
    want = (manifest["events"], manifest["log_root"])
    if got != want:
        raise Inconsistent("LOG_ROOT_DIFFERS", "The archive's events do not end in its log root.", got=got, want=want)
    if (archive / HOME).exists():
        shutil.copyfile(archive / HOME, home / "manifest.json")
    _take_along(archive, home)
    draft.rename(path)
    return manifest


def _take_along(source: Path, to: Path) -> dict[str, str]:
    """What the signals were made by, as far as it is there, byte for byte; the SHA-256 of each file."""
    taken: dict[str, str] = {}
    for path in (path for pattern in BESIDE for path in sorted(source.glob(pattern))):
        there = to / path.relative_to(source)
        there.parent.mkdir(exist_ok=True)
        _write(there, path.read_bytes())
        taken[path.relative_to(source).as_posix()] = _digest(path.read_bytes())
    return taken


def _refuse_others_beside(archive: Path, manifest: dict[str, Any]) -> None:
    """Each file that the manifest names is the one it was; a manifest of an older export names none."""
    for name, want in manifest.get("beside", {}).items():
        got = _digest((archive / name).read_bytes()) if (archive / name).is_file() else ""
        if got != want:
            raise Inconsistent(
                "FILE_DIFFERS", f"{archive / name} is not the file that was exported.", got=got, want=want
            )


def _without_places(content: bytes) -> bytes:
    """Where the operator keeps his candles is nobody's business."""
    told = json.loads(content)
    if Path(str(told.get("data_folder", ""))).is_absolute():
        told["data_folder"] = ""
    return _json(told)


def _same_history(out: Path, log: EventLog) -> None:
    """A folder with another log's events is not written into."""
    first = out / _name(1)
    if not first.exists():
        return
    with first.open() as lines:
        stored = json.loads(next(lines))
    ours = log.read(0, 1)
    if not ours or stored["hash"] != "0x" + ours[0].hash.hex():
        raise Refused("OTHER_ARCHIVE", f"{out} holds another history; choose another folder.", out=str(out))


def _write_events(log: EventLog, out: Path, total: int, progress: Progress) -> dict[str, str]:
    files: dict[str, str] = {}
    facts = _until(log, 0, total)
    for number in range(1, -(-total // EVENTS_A_FILE) + 1):
        path = out / _name(number)
        full = number * EVENTS_A_FILE <= total
        if full and path.exists() and _is_whole(path):
            # Written before: its events are passed over, its hash is taken from what lies there.
            facts = _until(log, number * EVENTS_A_FILE, total)
        else:
            lines = b"".join(map(_line, islice(facts, EVENTS_A_FILE)))
            _write(path, lines)
        files[path.name] = _digest(path.read_bytes())
        progress(min(number * EVENTS_A_FILE, total), total)
    return files


def _until(log: EventLog, after: int, total: int) -> Iterator[StoredFact]:
    return takewhile(lambda fact: fact.position <= total, log.all(after))


def _is_whole(path: Path) -> bool:
    with path.open("rb") as lines:
        return sum(1 for _ in lines) == EVENTS_A_FILE


def _events_of(path: Path, digest: str) -> Iterator[StoredFact]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused("ARCHIVE_UNREADABLE", f"{path} cannot be read: {error.strerror}.", path=str(path)) from error
    if _digest(content) != digest:
        raise Refused(
            "ARCHIVE_CHANGED", f"{path} is not the file that the manifest names.", got=_digest(content), want=digest
        )
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            e = json.loads(line)
            yield StoredFact(
                e["position"], UUID(e["stream"]), e["version"], e["topic"], e["state"].encode(),
                bytes.fromhex(e["hash"][2:]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Refused(
                "ARCHIVE_UNREADABLE", f"Line {number} of {path} is no event: {error!r}.", line=number
            ) from error


def _line(fact: StoredFact) -> bytes:
    event = {
        "position": fact.position, "stream": fact.stream.hex, "version": fact.version, "topic": fact.topic,
        "state": fact.state.decode(), "hash": "0x" + fact.hash.hex(),
    }  # fmt: skip
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _name(number: int) -> str:
    return f"events-{number:05}.jsonl"


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=1, sort_keys=True).encode() + b"\n"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
