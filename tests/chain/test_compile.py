"""Compiling: once for each state of the sources, and small enough for any chain."""

import json
import shutil
from pathlib import Path

import pytest

from tradeseal.chain import compile as compiling
from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import BOOK_PARTS, PUBLISHED, artifacts, artifacts_of, standard_input
from tradeseal.kernel.errors import Refused, Unavailable

BYTES_MAX = 24_000


def a_checkout(
    folder: Path, *, source: str = "pragma solidity 0.8.37; contract Small { uint256 public one = 1; }"
) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "Small.sol").write_text("// SPDX-License-Identifier: MIT\n" + source)
    for name in ("package.json", "solc-settings.json", "solc"):
        shutil.copy(compiling.CONTRACTS / name, folder / name)
    (folder / "scripts").symlink_to(compiling.CONTRACTS / "scripts")
    (folder / "node_modules").symlink_to(compiling.CONTRACTS / "node_modules")
    return folder


@pytest.mark.parametrize("name", PUBLISHED)
def test_each_contract_stays_under_the_size_that_every_chain_takes(contracts: Path, name: str) -> None:
    assert 0 < len(artifacts(contracts).contracts[name].runtime_code) < BYTES_MAX


def test_the_books_abi_is_that_of_all_its_parts(contracts: Path) -> None:
    compiled = artifacts(contracts)
    merged = compiled.merged_book_abi()

    names = {entry["name"] for entry in merged if entry["type"] == "function"}
    assert {"authorise", "record", "exit", "release", "assess", "book"} <= names
    for part in BOOK_PARTS:
        assert {entry["name"] for entry in compiled.contracts[part].abi if entry["type"] == "event"} <= {
            entry["name"] for entry in merged if entry["type"] == "event"
        }
    assert Abi(merged)


def test_the_evm_is_one_that_all_our_chains_speak(contracts: Path) -> None:
    assert standard_input(contracts)["settings"]["evmVersion"] == "prague"


def test_unchanged_sources_are_not_compiled_again(contracts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> dict[str, object]:
        raise AssertionError("compiled again")

    artifacts(contracts)
    monkeypatch.setattr(compiling, "compile_contracts", never)

    assert artifacts(contracts).contracts


@pytest.mark.slow
def test_a_changed_source_has_another_hash_and_the_old_one_is_kept(contracts: Path, tmp_path: Path) -> None:
    checkout = a_checkout(tmp_path / "checkout")
    first = artifacts(checkout)

    source = checkout / "src" / "Small.sol"
    source.write_text(source.read_text().replace("one = 1", "one = 2"))
    second = artifacts(checkout)

    assert first.source_hash != second.source_hash
    assert first.contracts["Small"].creation_code != second.contracts["Small"].creation_code
    assert artifacts_of(first.source_hash, checkout).contracts == first.contracts
    shutil.rmtree(checkout / "artifacts")
    compiling._read.cache_clear()
    with pytest.raises(Refused) as refusal:
        artifacts_of(first.source_hash, checkout)
    assert refusal.value.code == "CONTRACTS_CHANGED"


@pytest.mark.slow
def test_an_error_in_a_source_is_told_in_the_compilers_words(contracts: Path, tmp_path: Path) -> None:
    checkout = a_checkout(tmp_path / "checkout", source="pragma solidity 0.8.37; contract Small { uint256 x = y; }")

    with pytest.raises(Refused) as refusal:
        artifacts(checkout)

    assert refusal.value.code == "CONTRACTS_DO_NOT_COMPILE"
    assert "Undeclared identifier" in refusal.value.message
    assert not (checkout / "artifacts").exists()


def test_a_missing_compiler_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Unavailable) as failure:
        compiling.solc_binary("0.8.37", tmp_path)

    assert (failure.value.code, "./run.sh" in failure.value.message) == ("COMPILER_MISSING", True)


def test_an_import_that_is_not_installed_is_named_with_what_to_do(tmp_path: Path) -> None:
    folder = a_checkout(tmp_path, source='pragma solidity 0.8.37;\nimport "@nobody/Nothing.sol";\ncontract Small {}')

    with pytest.raises(Unavailable) as missing:
        standard_input(folder)

    assert missing.value.code == "CONTRACTS_INCOMPLETE"
    assert "@nobody/Nothing.sol" in missing.value.message
    assert "./run.sh" in missing.value.message


def test_imports_are_part_of_the_hash(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "lib").mkdir()
    settings = {"remappings": ["@lib/=lib/"], "outputSelection": {}}
    (tmp_path / "solc-settings.json").write_text(json.dumps(settings))
    (tmp_path / "src" / "A.sol").write_text('import {B} from "@lib/B.sol";\n')
    (tmp_path / "lib" / "B.sol").write_text('import "./C.sol";\n')
    (tmp_path / "lib" / "C.sol").write_text("contract C {}\n")

    assert list(standard_input(tmp_path)["sources"]) == ["lib/B.sol", "lib/C.sol", "src/A.sol"]
