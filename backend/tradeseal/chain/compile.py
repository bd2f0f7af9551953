"""Compile: Solidity sources to ABI and bytecode, once for each state of the sources.

Knows the compiler, its pinned version and settings, and a cache named by the hash of everything that goes in. Knows
nothing of what the contracts do. `python -m tradeseal.chain.compile` is the set-up step that fills the cache.
"""

import json
import os
import posixpath
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TextIO

from tradeseal.chain.reading import type_of
from tradeseal.kernel.canonical import canonical_json, sha256_hex
from tradeseal.kernel.errors import Refused, Unavailable

CONTRACTS = Path(__file__).resolve().parents[3] / "contracts"
ORACLE, BOOK = "SignalOracle", "RiskBook"
BOOK_RARE, BOOK_GOVERNANCE = "RiskBookRare", "RiskBookGovernance"
BOOK_PARTS = (BOOK, BOOK_RARE, BOOK_GOVERNANCE)
PUBLISHED = (ORACLE, *BOOK_PARTS)
MISSING = "The Solidity compiler is not installed: run ./run.sh once, or `npm ci --ignore-scripts` in contracts/."
IMPORT = re.compile(r'^\s*import\s+(?:[^"\';]+\s+from\s+)?["\']([^"\']+)["\']', re.MULTILINE)


@dataclass(frozen=True)
class Contract:
    """One compiled contract."""

    name: str
    abi: list[dict[str, Any]]
    creation_code: bytes
    runtime_code: bytes


@dataclass(frozen=True)
class Artifacts:
    """All compiled contracts, and the hash of the sources and settings they come from."""

    source_hash: str
    compiler: str
    contracts: dict[str, Contract]

    def merged_book_abi(self) -> list[dict[str, Any]]:
        """The book as its callers see it: its three parts behind one address."""
        constructor = [entry for entry in self.contracts[BOOK].abi if entry["type"] == "constructor"]
        merged: dict[str, dict[str, Any]] = {}
        for part in BOOK_PARTS:
            for entry in self.contracts[part].abi:
                if entry["type"] not in ("constructor", "fallback", "receive"):
                    merged.setdefault(_signature(entry), entry)
        return constructor + [merged[key] for key in sorted(merged)]


def artifacts(contracts: Path = CONTRACTS) -> Artifacts:
    """The compiled contracts, from the cache when nothing changed since."""
    return artifacts_from(standard_input(contracts), pinned_compiler(contracts), contracts)


def artifacts_from(request: dict[str, Any], compiler: str, contracts: Path = CONTRACTS) -> Artifacts:
    """What the compiler makes of a whole input, whoever it comes from; kept under the hash of all that went in."""
    source_hash = sha256_hex(canonical_json({"compiler": compiler, "input": request}))
    cached = contracts / "artifacts" / f"{source_hash}.json"
    if not cached.exists():
        _store(cached, compile_contracts(request, compiler, contracts))
    return _read(cached, source_hash, compiler)


def artifacts_of(source_hash: str, contracts: Path = CONTRACTS) -> Artifacts:
    """The contracts compiled from a known state of the sources; raises `Refused` when it is not kept."""
    cached = contracts / "artifacts" / f"{source_hash}.json"
    if cached.exists():
        return _read(cached, source_hash, pinned_compiler(contracts))
    current = artifacts(contracts)
    if current.source_hash != source_hash:
        raise Refused(
            "CONTRACTS_CHANGED",
            "This home's contracts were compiled from other sources, which are not kept here.",
            got=current.source_hash,
            want=source_hash,
        )
    return current


def pinned_compiler(contracts: Path) -> str:
    """The exact compiler version that package.json names."""
    version: str = json.loads((contracts / "package.json").read_text())["dependencies"]["solc"]
    return version


def standard_input(contracts: Path) -> dict[str, Any]:
    """The compiler's whole input: every source, imports included, and the settings."""
    settings = json.loads((contracts / "solc-settings.json").read_text())
    remappings = [tuple(line.split("=", 1)) for line in settings.get("remappings", ())]
    sources: dict[str, str] = {}
    waiting = sorted(path.relative_to(contracts).as_posix() for path in (contracts / "src").rglob("*.sol"))
    if not waiting:
        raise Unavailable("NO_CONTRACTS", f"There are no contracts in {contracts / 'src'}.")
    while waiting:
        unit = waiting.pop()
        if unit in sources:
            continue
        try:
            sources[unit] = (contracts / unit).read_text("utf-8")
        except FileNotFoundError as error:
            raise Unavailable(
                "CONTRACTS_INCOMPLETE",
                f"{unit}, which the contracts import, is not there: run ./run.sh once, or `npm ci --ignore-scripts` "
                "in contracts/.",
                path=str(contracts / unit),
            ) from error
        waiting += [_unit_of(target, unit, remappings) for target in IMPORT.findall(sources[unit])]
    content = {unit: {"content": sources[unit]} for unit in sorted(sources)}
    return {"language": "Solidity", "sources": content, "settings": settings}


def compile_contracts(request: dict[str, Any], compiler: str, contracts: Path) -> dict[str, Any]:
    """Run the compiler through py-solc-x; an error in the sources is `Refused` in the compiler's own words."""
    import solcx  # noqa: PLC0415 - needed once in the life of a checkout

    binary = solc_binary(compiler, contracts)
    try:
        output = solcx.compile_standard(request, solc_binary=str(binary))
    except solcx.exceptions.SolcError as error:
        raise Refused("CONTRACTS_DO_NOT_COMPILE", f"The contracts do not compile:\n{error}") from error
    compiled: dict[str, Any] = {}
    for unit, named in output["contracts"].items():
        for name, contract in named.items():
            if name in compiled and unit.startswith("src/"):
                raise Refused("CONTRACT_NAME_TWICE", f"Two contracts are called {name}.")
            if unit.startswith("src/"):
                compiled[name] = {
                    "abi": contract["abi"],
                    "creation": contract["evm"]["bytecode"]["object"],
                    "runtime": contract["evm"]["deployedBytecode"]["object"],
                }
    return compiled


def solc_binary(version: str, contracts: Path) -> Path:
    """A native compiler of exactly this version if the machine has one, else npm's behind its front end."""
    native = shutil.which("solc")
    if native is not None and _speaks(native, version):
        return Path(native)
    front_end = contracts / ("solc.cmd" if os.name == "nt" else "solc")
    if not (contracts / "node_modules" / "solc").exists():
        raise Unavailable("COMPILER_MISSING", MISSING, path=str(front_end))
    if not _speaks(str(front_end), version):
        raise Unavailable("COMPILER_MISSING", f"{front_end} does not answer as version {version}. {MISSING}")
    return front_end


def _speaks(binary: str, version: str) -> bool:
    try:
        said = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return False
    return f"Version: {version}+" in said.stdout


def _unit_of(target: str, importer: str, remappings: list[tuple[str, ...]]) -> str:
    for prefix, path in remappings:
        if target.startswith(prefix):
            return path + target.removeprefix(prefix)
    if target.startswith("."):
        return posixpath.normpath(posixpath.join(posixpath.dirname(importer), target))
    return target


def _store(path: Path, compiled: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(canonical_json(compiled))
    draft.replace(path)


@cache
def _read(path: Path, source_hash: str, compiler: str) -> Artifacts:
    contracts = {
        name: Contract(name, entry["abi"], bytes.fromhex(entry["creation"]), bytes.fromhex(entry["runtime"]))
        for name, entry in json.loads(path.read_bytes()).items()
    }
    return Artifacts(source_hash, compiler, contracts)


def _signature(entry: dict[str, Any]) -> str:
    return f"{entry['type']} {entry.get('name', '')}({','.join(map(type_of, entry.get('inputs', ())))})"


def main() -> int:
    """Compile what changed, and say so."""
    _say("contracts: compiling what changed (some 15 s the first time) …")
    try:
        done = artifacts()
    except (Refused, Unavailable) as error:
        _say(f"contracts: {error}", sys.stderr)
        return 1
    sizes = ", ".join(f"{name} {len(done.contracts[name].runtime_code):,} bytes" for name in PUBLISHED)
    _say(f"contracts: solc {done.compiler}, sources {done.source_hash[:12]}, {sizes}")
    return 0


def _say(text: str, to: TextIO = sys.stdout) -> None:
    to.write(text + "\n")
    to.flush()


if __name__ == "__main__":
    sys.exit(main())
