"""Prove the contracts: rounding for any integers (z3), governance on the bytecode (halmos), static analysis (slither).

The provers live in an environment of their own, `.setup/prove`, made here from requirements-prove.txt: halmos and
slither are AGPL-3.0 and no part of the product. `--make` only makes it. Knows the triage of slither's findings in
contracts/slither-triage.json: a high or medium finding that is not there fails, and so does one there that is gone.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS, HOME, LOCK = ROOT / "contracts", ROOT / ".setup/prove", ROOT / "requirements-prove.txt"
TRIAGE = CONTRACTS / "slither-triage.json"
SOURCES = ("SignalOracle", "RiskBook", "RiskBookRare", "RiskBookGovernance")
HALMOS = ("--forge-build-out", "out/prove", "--loop", "13", "--solver-timeout-assertion", "60000", "--no-status")
SERIOUS = {"High", "Medium"}


def main(arguments: Sequence[str]) -> int:
    """Make the environment where its lock changed, then prove; 0 when all holds."""
    make()
    if "--make" in arguments:
        return 0
    failed = [name for name, step in STEPS.items() if not timed(name, step)]
    print(f"failed: {', '.join(failed)}" if failed else f"proven: {', '.join(STEPS)}")
    return int(bool(failed))


def make() -> None:
    """The provers' environment, once for each lock."""
    done = HOME / "lock"
    if done.is_file() and done.read_text("utf-8") == LOCK.read_text("utf-8"):
        return
    venv.create(HOME, with_pip=True, clear=True)
    run([program("python"), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)], cwd=ROOT)
    done.write_text(LOCK.read_text("utf-8"), encoding="utf-8")


def timed(name: str, step: Callable[[], bool]) -> bool:
    began = time.monotonic()
    holds = step()
    print(f"{name}: {'holds' if holds else 'FAILS'}, {time.monotonic() - began:.0f} s", flush=True)
    return holds


def rounding() -> bool:
    return run([program("python"), str(ROOT / "scripts/prove_rounding.py")], cwd=ROOT, check=False) == 0


def governance() -> bool:
    """halmos over every `check_` of contracts/test/prove."""
    proofs = [path.name.partition(".")[0] + "Proof" for path in sorted((CONTRACTS / "test/prove").glob("*.sol"))]
    codes = [run([program("halmos"), "--contract", proof, *HALMOS], cwd=CONTRACTS, check=False) for proof in proofs]
    return not any(codes)


def analysis() -> bool:
    """slither's high and medium findings are the triaged ones, no more and no fewer."""
    triaged = {each["finding"] for each in json.loads(TRIAGE.read_text("utf-8"))}
    found = set().union(*map(findings, SOURCES))
    for each in sorted(found - triaged):
        print(f"  not triaged: {each}")
    for each in sorted(triaged - found):
        print(f"  triaged and gone: {each}")
    return found == triaged


def findings(source: str) -> set[str]:
    """What slither says of one contract: the detector and where, without lines, which move."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        run(
            [
                program("slither"), f"src/{source}.sol", "--compile-force-framework", "solc", "--solc", "./solc",
                "--solc-remaps", "@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/",
                "--filter-paths", "node_modules", "--json", str(answer), "--fail-none",
            ],
            cwd=CONTRACTS,
            check=False,
            quiet=True,
        )  # fmt: skip
        said = json.loads(answer.read_text("utf-8"))
    if not said["success"]:
        raise SystemExit(f"slither could not read {source}: {said['error']}")
    detectors = said["results"].get("detectors", [])
    return {f"{each['check']}: {where(each)}" for each in detectors if each["impact"] in SERIOUS}


def where(finding: dict[str, Any]) -> str:
    """The first element, with the contract it stands in."""
    element = finding["elements"][0]
    parts = [element["name"]]
    while (element := element.get("type_specific_fields", {}).get("parent")) and element["type"] != "file":
        parts.append(element["name"])
    return ".".join(reversed(parts))


def program(name: str) -> str:
    return str(HOME / ("Scripts" if os.name == "nt" else "bin") / name)


def run(argv: Sequence[str], *, cwd: Path, check: bool = True, quiet: bool = False) -> int:
    forge = next(iter(sorted((CONTRACTS / "node_modules/@foundry-rs").glob("forge-*/bin"))), CONTRACTS)
    paths = [str(Path(program("python")).parent), str(forge), os.environ.get("PATH", "")]
    environment = os.environ | {"PATH": os.pathsep.join(paths), "NO_COLOR": "1", "FOUNDRY_PROFILE": "prove"}
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(argv, cwd=cwd, env=environment, check=check, stdout=output, stderr=output).returncode


STEPS = {"rounding": rounding, "governance": governance, "analysis": analysis}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
