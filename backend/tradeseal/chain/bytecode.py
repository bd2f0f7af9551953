"""Bytecode: what the sources compile to, where a constructor writes into it, and what lies at an address.

Knows the compiler's references to immutables and their names. Knows nothing of nodes or of how anything is deployed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from tradeseal.chain.compile import CONTRACTS, PUBLISHED, pinned_compiler, solc_binary, standard_input
from tradeseal.kernel.canonical import canonical_json, sha256_hex
from tradeseal.kernel.errors import Refused
from tradeseal.oracle.published import keccak

WORD: Final = 32
_PLACES: Final = {"*": {"*": ["evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"], "": ["ast"]}}


@dataclass(frozen=True)
class Placed:
    """One contract's code as compiled, and the places of each immutable in it."""

    name: str
    code: bytes
    immutables: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Compared:
    """A deployed contract beside its source; `problems` is empty where they are the same."""

    name: str
    code_hash: str
    length: int
    immutables: Mapping[str, str]
    problems: tuple[str, ...]


@cache
def recompiled(contracts: Path = CONTRACTS) -> tuple[str, Mapping[str, Placed]]:
    """Compile the sources anew; their hash (as `artifacts` names it), and every published contract."""
    import solcx  # noqa: PLC0415 - only who deploys or checks a deployment needs it

    compiler = pinned_compiler(contracts)
    request = standard_input(contracts)
    source_hash = sha256_hex(canonical_json({"compiler": compiler, "input": request}))
    request = {**request, "settings": {**request["settings"], "outputSelection": _PLACES}}
    output = solcx.compile_standard(request, solc_binary=str(solc_binary(compiler, contracts)))
    names = {node: name for unit in output["sources"].values() for node, name in _variables(unit["ast"])}
    found = {}
    for unit, named in output["contracts"].items():
        for name, contract in named.items():
            if unit.startswith("src/") and name in PUBLISHED:
                code = contract["evm"]["deployedBytecode"]
                places = {
                    names[int(node)]: tuple(place["start"] for place in where)
                    for node, where in code["immutableReferences"].items()
                }
                found[name] = Placed(name, bytes.fromhex(code["object"]), places)
    return source_hash, found


def _variables(node: Any) -> list[tuple[int, str]]:
    """The numbers and names of all variables in a syntax tree."""
    if isinstance(node, list):
        return [pair for child in node for pair in _variables(child)]
    if not isinstance(node, dict):
        return []
    mine = [(node["id"], node["name"])] if node.get("nodeType") == "VariableDeclaration" else []
    return mine + [pair for child in node.values() for pair in _variables(child)]


def compare(placed: Placed, deployed: bytes, expected: Mapping[str, bytes]) -> Compared:
    """Every byte beside the compiled one, every immutable beside what it has to be; raises nothing."""
    problems = []
    if unknown := sorted(set(placed.immutables) ^ set(expected)):
        raise Refused("IMMUTABLE_UNKNOWN", f"{placed.name} has other immutables than are known.", got=unknown)
    bare = bytearray(deployed)
    told: dict[str, str] = {}
    for name, places in sorted(placed.immutables.items()):
        values = {deployed[place : place + WORD] for place in places}
        want = expected[name].rjust(WORD, b"\0")
        told[name] = "0x" + min(values, default=b"").hex()
        if values - {want}:
            got = ", ".join(sorted("0x" + value.hex() for value in values))
            problems.append(f"{name} is {got} and has to be 0x{want.hex()}")
        for place in places:
            bare[place : place + WORD] = placed.code[place : place + WORD]
    if len(deployed) != len(placed.code):
        problems.append(f"it has {len(deployed)} bytes and compiles to {len(placed.code)}")
    elif bytes(bare) != placed.code:
        at = next(n for n, (here, there) in enumerate(zip(bare, placed.code, strict=True)) if here != there)
        pair = (bytes(bare[at : at + 8]).hex(), placed.code[at : at + 8].hex())
        problems.append(f"byte {at} is 0x{pair[0]}… and compiles to 0x{pair[1]}…")
    return Compared(placed.name, "0x" + keccak(deployed).hex(), len(deployed), told, tuple(problems))
