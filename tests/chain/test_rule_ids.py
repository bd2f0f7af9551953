"""Every rule, reason, error and MUST of RULES.md has its Solidity leaf, its Python name, its API code and its text.

One id, five places. `strays_in` compares them; a test takes each id out of each place and sees it caught.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import product

import pytest

from tradeseal.chain.compile import CONTRACTS, PUBLISHED, artifacts
from tradeseal.kernel.errors import Unavailable
from tradeseal.trading.reasons import Cause, Fault, Flag, Malformed, Must, Part, Rule, Skip, reasons

ROOT = CONTRACTS.parent
MUST = re.compile(r"\[(MUST-[A-Z]+-\d\d)\]")
REASON = re.compile(r"\b((?:RULE-0\d(?:-[A-Z]+)?|(?:SKIP|MALFORMED|FLAG|CAUSE)-[A-Z_]+))\b")
FAULT = re.compile(r"`(\w+)` → ([A-Z_]+)")
LEAF = re.compile(r"((?:^ +///.*\n)+) +function ((?:test|invariant)_\w+)\(", re.MULTILINE)
COVERS = re.compile(r"@custom:covers (.*)")
# RULES.md says why nothing reaches them.
UNREACHABLE = {"InvalidShortString", "StringTooLong", "SafeCastOverflowedUintToInt"}


@dataclass(frozen=True)
class Places:
    """Which ids each of the five places knows."""

    rules: frozenset[str]
    solidity: frozenset[str]
    python: frozenset[str]
    api: frozenset[str]
    english: frozenset[str]
    indonesian: frozenset[str]


def rules_in(page: str) -> frozenset[str]:
    """The ids that RULES.md defines: leaves of the trees, the table of reasons, the list of errors."""
    table = page.partition("## Reasons by their ids")[2]
    return frozenset([*MUST.findall(page), *REASON.findall(table), *(code for _, code in FAULT.findall(table))])


def leaves_in(sources: Iterable[str]) -> dict[str, set[str]]:
    """The ids that the tests' tags carry, each with its tests."""
    found: dict[str, set[str]] = {}
    for source in sources:
        for tags, name in LEAF.findall(source):
            for line in COVERS.findall(tags):
                for each in line.split():
                    found.setdefault(each, set()).add(name)
    return found


def codes_in(document: dict) -> frozenset[str]:
    """The codes of the published interface."""
    return frozenset(document["components"]["schemas"]["Reason"]["properties"]["code"]["enum"])


def texts_in(messages: dict) -> frozenset[str]:
    """The ids with a text that says something."""
    return frozenset(code for code, text in messages["reasons"].items() if text.strip())


def places() -> Places:
    messages = ROOT / "frontend/src/messages"
    return Places(
        rules=rules_in((CONTRACTS / "RULES.md").read_text(encoding="utf-8")),
        solidity=frozenset(leaves_in(path.read_text("utf-8") for path in (CONTRACTS / "test").glob("*.sol"))),
        python=frozenset(reason.code for reason in reasons()),
        api=codes_in(json.loads((ROOT / "frontend/openapi.json").read_text("utf-8"))),
        english=texts_in(json.loads((messages / "en.json").read_text("utf-8"))),
        indonesian=texts_in(json.loads((messages / "id.json").read_text("utf-8"))),
    )


def strays_in(found: Places) -> list[str]:
    """Each id that some place does not know, with the place."""
    every = frozenset().union(*vars(found).values())
    return sorted(f"{code} is not in {place}" for place, codes in vars(found).items() for code in every - codes)


@pytest.fixture(scope="module")
def found() -> Places:
    return places()


def test_every_id_is_in_all_five_places(found: Places) -> None:
    assert strays_in(found) == []
    assert len(found.rules) > 200


def test_an_id_taken_from_any_place_is_missed_there(found: Places) -> None:
    missed = 0
    for place, code in product(vars(found), sorted(found.rules)):
        poorer = replace(found, **{place: getattr(found, place) - {code}})
        assert strays_in(poorer) == [f"{code} is not in {place}"]
        missed += 1
    assert missed == len(vars(found)) * len(found.rules)


@pytest.mark.parametrize(
    ("what", "page", "read"),
    [
        ("a leaf of a tree", "RULES.md", rules_in),
        ("a tag of a test", "test/Authorise.t.sol", lambda text: frozenset(leaves_in([text]))),
    ],
)
def test_a_page_without_its_line_knows_one_id_less(what: str, page: str, read) -> None:
    text = (CONTRACTS / page).read_text("utf-8")
    mark = "[MUST-AUTH-05]" if page == "RULES.md" else "MUST-AUTH-05"
    assert read(text) - read(text.replace(mark, "", 1)) == {"MUST-AUTH-05"}


def test_numbers_of_musts_have_no_gap(found: Places) -> None:
    groups: dict[str, list[int]] = {}
    for code in sorted(code for code in found.rules if code.startswith("MUST-")):
        group, number = code.rsplit("-", 1)
        groups.setdefault(group, []).append(int(number))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in groups.values())
    assert [must.value for must in Must] == MUST.findall((CONTRACTS / "RULES.md").read_text("utf-8"))


@pytest.mark.chain
def test_every_error_of_the_abi_is_a_fault_or_unreachable() -> None:
    try:
        compiled = artifacts(CONTRACTS)
    except Unavailable as missing:
        pytest.skip(str(missing))
    named = {entry["name"] for part in PUBLISHED for entry in compiled.contracts[part].abi if entry["type"] == "error"}
    assert named - UNREACHABLE == {fault.value for fault in Fault}


def test_numbers_are_the_contracts_own() -> None:
    base = (CONTRACTS / "src/BookBase.sol").read_text("utf-8")

    def constants(prefix: str) -> dict[str, str]:
        return dict(re.findall(rf"internal constant {prefix}_(\w+) = ([^;]+);", base))

    assert {each.name: str(int(each)) for each in Malformed} == constants("MALFORMED")
    assert {each.name: str(int(each)) for each in Part} == constants("PART")
    flags = {name: value for name, value in constants("FLAG").items() if name != "STALE_EXIT"}
    assert {str(each.name): str(int(each)) for each in Flag} == flags
    rules = {name.replace("0", "", 1): value for name, value in constants("RULE").items()}
    assert [f"1 << {number}" for number, _ in enumerate(Rule)] == list(rules.values())
    assert [cause.value for cause in Cause] == [0, 1, 2]
    assert (Skip.UNKNOWN, Skip.NOTHING_TO_SELL) == (1, 8)
