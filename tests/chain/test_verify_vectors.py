"""The vectors of the browser's verification are those that this chain and these contracts give."""

import json
from pathlib import Path

import pytest

from make_verify_vectors import TARGET, vectors, written

pytestmark = [pytest.mark.chain, pytest.mark.timeout(120)]


def test_the_vectors_of_the_page_are_current(contracts: Path, tmp_path: Path) -> None:
    found = vectors(tmp_path)

    assert json.loads(written(found)) == json.loads(TARGET.read_text(encoding="utf-8")), (
        "The contracts or the chain changed. Write the vectors anew: .venv/bin/python scripts/make_verify_vectors.py; "
        "then the page's tests say whether frontend/src/verify/abi.ts and records.ts still fit."
    )


def test_python_and_the_node_agree_on_every_hash_of_the_vectors() -> None:
    kept = json.loads(TARGET.read_text(encoding="utf-8"))

    blocks = [each["block"] for each in kept["blocks"]]
    assert kept["expected"]["header_hashes"] == [block["hash"] for block in blocks]
    assert kept["expected"]["transactions_roots"] == [block["transactionsRoot"] for block in blocks]
