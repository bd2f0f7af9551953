"""Every check is done even after one has failed, a missing program is named, and a skip fails where none is allowed."""

import io
import sys
from pathlib import Path

import pytest

import checks
import prepare
from console import Console


def a_check(name: str, code: int = 0, lane: str = "code") -> checks.Check:
    program = f"import sys; print('said by {name}'); sys.exit({code})"
    return checks.Check(
        name=name, parts=frozenset(), argv=lambda: [sys.executable, "-c", program], cwd=Path.cwd(), lane=lane
    )


@pytest.fixture(autouse=True)
def logs_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SETUP", tmp_path)


def perform(*wanted: checks.Check) -> tuple[list[checks.Outcome], str]:
    output = io.StringIO()
    return checks._perform_in_lanes(wanted, {}, Console(output)), output.getvalue()


def test_a_failed_check_shows_what_it_said_and_the_others_still_run() -> None:
    outcomes, output = perform(a_check("breaks", code=1), a_check("holds"), a_check("page holds", lane="page"))

    assert {(outcome.name, outcome.outcome) for outcome in outcomes} == {
        ("breaks", "failed"),
        ("holds", "passed"),
        ("page holds", "passed"),
    }
    assert "    | said by breaks" in output


@pytest.mark.parametrize(("no_skips", "outcome"), [("1", "failed"), ("", "skipped")])
def test_what_is_missing_is_skipped_by_name_or_fails_in_ci(
    no_skips: str, outcome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADESEAL_NO_SKIPS", no_skips)
    missing = checks.Check(
        name="forge", parts=frozenset(), argv=lambda: checks.Missing("forge", checks.GET_FORGE), cwd=Path.cwd()
    )

    ([done], _) = perform(missing)

    assert done.outcome == outcome
    assert done.note.startswith("forge is missing: ")


def test_without_chromium_the_browser_tests_are_skipped_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHROMIUM_NAMES", ())
    monkeypatch.delenv("TRADESEAL_CHROMIUM", raising=False)
    monkeypatch.delenv("TRADESEAL_NO_SKIPS", raising=False)

    skipped = checks._skip_browser_tests(None)

    assert skipped is not None
    assert "apt-get install chromium" in skipped.note
    assert "not browser" in checks._marks(None, browser=False)


@pytest.mark.parametrize(
    ("part", "marks"),
    [
        ("fast", "not browser and not chain and not long and not slow"),
        ("backend", "not browser and not long"),
        (None, "not long"),
        ("full", "long or not long"),
    ],
)
def test_each_part_chooses_its_tests(part: str | None, marks: str) -> None:
    assert checks._marks(part, browser=True) == marks


def test_the_page_checks_follow_each_other() -> None:
    lanes = {check.name: check.lane for check in checks._checks(prepare.Places())}

    assert {lane for name, lane in lanes.items() if name.startswith("page ")} == {"page"}
    assert lanes["forge"] == lanes["mypy"] == "code"


def test_long_proofs_belong_to_the_full_part_alone() -> None:
    whole = {check.name: check for check in checks._checks(prepare.Places())}
    long = [name for name, check in whole.items() if check.full_only]

    assert long == ["forge, long", "halmos and slither"]
    for name in long:
        belongs = {part: checks._belongs(whole[name], part) for part in (None, "contracts", "fast", "full")}
        assert belongs == {None: False, "contracts": False, "fast": False, "full": True}
