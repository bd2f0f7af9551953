"""Values come out of words under the compiler's names, and are those that eth_abi reads."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from eth_abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st
from test_words import values_of

from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import BOOK, CONTRACTS, ORACLE, artifacts
from tradeseal.chain.reading import listed_reader, named_reader, type_of
from tradeseal.kernel.errors import Unavailable

Field = Mapping[str, Any]


def a_field(name: str, kind: str, components: Sequence[Field] = (), *, indexed: bool = False) -> Field:
    return {"name": name, "type": kind, "components": components, "indexed": indexed}


INNER = [a_field("at", "uint64"), a_field("by", "address"), a_field("much", "int128")]
FIELDS = [
    a_field("seq", "uint64"), a_field("head", "bytes32"), a_field("total", "uint256"),
    a_field("one", "tuple", INNER), a_field("all", "tuple[]", INNER), a_field("two", "tuple[2]", INNER),
    a_field("grown", "tuple", [*INNER, a_field("told", "string"), a_field("numbers", "uint128[]")]),
    a_field("lists", "uint64[]"), a_field("fixed", "uint256[3]"), a_field("raw", "bytes"), a_field("so", "bool"),
    a_field("grow", "tuple[]", [a_field("told", "string"), a_field("flag", "uint8")]),
]  # fmt: skip


def named(field: Field, value: Any) -> Any:
    """The value with its names, found the plain way."""
    kind = str(field["type"])
    if kind.endswith("]") and kind.startswith("tuple"):
        return [named({**field, "type": kind[: kind.rindex("[")]}, one) for one in value]
    if kind != "tuple":
        return value
    return {inner["name"]: named(inner, one) for inner, one in zip(field["components"], value, strict=True)}


def contracts() -> list[Mapping[str, Any]]:
    try:
        found = artifacts(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    return [*found.contracts[ORACLE].abi, *found.contracts[BOOK].abi, *found.merged_book_abi()]


@settings(max_examples=60)
@given(st.data())
def test_values_of_every_kind_are_read_with_their_names(data: st.DataObject) -> None:
    kinds = [type_of(field) for field in FIELDS]
    values = data.draw(st.tuples(*map(values_of, kinds)))
    words = encode(kinds, values)
    wanted = {field["name"]: named(field, value) for field, value in zip(FIELDS, values, strict=True)}

    assert named_reader(FIELDS)(words) == wanted
    assert listed_reader(FIELDS)(words) == list(wanted.values())
    assert list(named_reader(FIELDS)(words)) == [field["name"] for field in FIELDS]


@pytest.mark.chain
@settings(max_examples=100)
@given(st.data())
def test_every_event_of_our_contracts_is_read_from_its_topics_and_its_data(data: st.DataObject) -> None:
    abi = contracts()
    event = data.draw(st.sampled_from([entry for entry in abi if entry["type"] == "event"]))
    values = {field["name"]: data.draw(values_of(type_of(field))) for field in event["inputs"]}
    topics = [encode([type_of(f)], [values[f["name"]]]) for f in event["inputs"] if f["indexed"]]
    body = [field for field in event["inputs"] if not field["indexed"]]
    log = {
        "address": "0x" + 40 * "1",
        "topics": [
            next(topic for topic, known in Abi([event])._events.items() if known.name == event["name"]),
            *topics,
        ],
        "data": encode([type_of(field) for field in body], [values[field["name"]] for field in body]),
    }

    logged = Abi(abi).logged(log)

    assert logged is not None
    assert logged.values == {field["name"]: named(field, values[field["name"]]) for field in event["inputs"]}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: str(field["type"]))
def test_words_that_are_missing_are_refused(field: Field) -> None:
    with pytest.raises(ValueError, match=r"missing|early|longer"):
        named_reader([field])(b"\0" * 31)
