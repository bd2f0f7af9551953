"""What Python says of the contracts is what the sources say: names, order, types."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from tradeseal.chain import description
from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import CONTRACTS, ORACLE, Artifacts, artifacts
from tradeseal.chain.reading import type_of
from tradeseal.chain.risk_book import QUANTITY_FIELD, BookLimits, BookSetup
from tradeseal.chain.signal_oracle import OracleSetup
from tradeseal.oracle import domainmodel
from tradeseal.oracle.published import SIGNAL_TYPE, SignalMessage
from tradeseal.trading.published import BookClass, BookStateName, Skip

BOOK_SOURCE = CONTRACTS / "src" / "interfaces" / "IRiskBook.sol"
ORACLE_SOURCE = CONTRACTS / "src" / "interfaces" / "ISignalOracle.sol"


@pytest.fixture(scope="module")
def compiled(contracts: Path) -> Artifacts:
    return artifacts(contracts)


def enum(source: Path, name: str) -> list[str]:
    body = re.search(rf"enum {name} \{{(.*?)\}}", source.read_text(), re.DOTALL)
    assert body is not None
    return [word.strip() for word in body[1].split(",")]


def camel(name: str) -> str:
    head, *rest = name.removesuffix("_e8").split("_")
    return head + "".join(word.capitalize() for word in rest)


def inputs(abi: list[dict], name: str | None, kind: str = "function") -> list[dict]:
    return next(entry["inputs"] for entry in abi if entry["type"] == kind and entry.get("name") == name)


def test_codes_stand_for_the_same_words() -> None:
    assert enum(BOOK_SOURCE, "Skip") == [skip.name for skip in Skip]
    assert enum(BOOK_SOURCE, "State") == [state.name for state in BookStateName]
    assert enum(ORACLE_SOURCE, "BookClass") == [each.name for each in BookClass]


def test_setups_have_the_fields_of_the_constructors_in_their_order(compiled: Artifacts) -> None:
    (oracle,) = inputs(compiled.contracts[ORACLE].abi, None, "constructor")
    (book,) = inputs(compiled.merged_book_abi(), None, "constructor")
    limits = next(field for field in book["components"] if field["name"] == "limits")

    renamed = {"bookClass": "class"}
    assert [renamed.get(camel(f.name), camel(f.name)) for f in fields(OracleSetup)] == names(oracle)
    assert [camel(f.name) for f in fields(BookSetup)] == names(book)
    assert [camel(f.name) for f in fields(BookLimits)] == names(limits)


def test_a_signal_has_the_fields_of_the_contract_and_of_its_signature(compiled: Artifacts) -> None:
    (orders,) = inputs(compiled.merged_book_abi(), "authorise")
    signal = orders["components"][0]

    assert [camel(f.name) for f in fields(SignalMessage)] == names(signal)
    signed = ",".join(f"{field['type']} {field['name']}" for field in signal["components"])
    assert f"Signal({signed})" == SIGNAL_TYPE


def test_a_ticket_keeps_its_quantity_where_python_replaces_it(compiled: Artifacts) -> None:
    (tickets,) = inputs(compiled.merged_book_abi(), "release")

    assert names(tickets)[QUANTITY_FIELD] == "quantity"


def test_the_described_types_are_those_that_are_signed() -> None:
    assert (description.COMMIT_TYPE, description.MARKS_TYPE) == (domainmodel.COMMIT_TYPE, domainmodel.MARKS_TYPE)
    assert domainmodel.DOMAIN_TYPE == description.DOMAIN_TYPE


def test_an_error_is_told_with_its_facts(compiled: Artifacts) -> None:
    abi = Abi(compiled.merged_book_abi())
    batch = next(e for e in compiled.merged_book_abi() if e["type"] == "error" and e["name"] == "BadBatch")
    assert [type_of(field) for field in batch["inputs"]] == ["uint256", "uint256"]
    data = Abi([{**batch, "type": "function", "outputs": []}]).call("BadBatch", 65, 64)

    assert abi.error(data) == "BadBatch(got=65, max=64)"
    assert abi.error(b"") == "no reason given"
    assert abi.error(b"\x01\x02\x03\x04") == "0x01020304"
    assert abi.error(bytes.fromhex("4e487b71") + (17).to_bytes(32, "big")) == "Panic(17)"


def names(field: dict) -> list[str]:
    return [part["name"] for part in field["components"]]
