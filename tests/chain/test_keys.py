"""Demo keys are made once, closed to others and refused when they are not what they seem."""

import json
import stat
from pathlib import Path

import pytest

from tradeseal.chain.keys import ROLES, demo_keys
from tradeseal.kernel.errors import Refused


def test_keys_are_made_once_marked_demo_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "home" / "demo-keys.json"

    made = demo_keys(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["mark"] == "DEMO"
    assert demo_keys(path) == made
    assert len(set(made.addresses().values())) == len(ROLES)


def test_two_homes_have_different_keys(tmp_path: Path) -> None:
    assert demo_keys(tmp_path / "a").addresses() != demo_keys(tmp_path / "b").addresses()


def test_keys_do_not_show_themselves(tmp_path: Path) -> None:
    keys = demo_keys(tmp_path / "keys")

    assert keys.keys["trader"].hex() not in repr(keys)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_keys_that_others_can_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "demo-keys.json"
    demo_keys(path)
    path.chmod(mode)

    with pytest.raises(Refused) as refusal:
        demo_keys(path)

    assert refusal.value.code == "KEYS_READABLE_BY_OTHERS"


def test_keys_without_the_mark_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo-keys.json"
    demo_keys(path)
    path.write_text(path.read_text().replace('"DEMO"', '"REAL"'))

    with pytest.raises(Refused) as refusal:
        demo_keys(path)

    assert (refusal.value.code, refusal.value.facts["got"]) == ("KEYS_NOT_DEMO", "REAL")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"mark": "DEMO", "keys": {"governor": 7}}', '{"mark": "DEMO", "keys": {}}']
)
def test_a_file_that_holds_no_keys_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "demo-keys.json"
    path.write_text(content)
    path.chmod(0o600)

    with pytest.raises(Refused) as refusal:
        demo_keys(path)

    assert refusal.value.code == "KEYS_UNREADABLE"


def test_a_key_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "demo-keys.json"
    keys = demo_keys(path)
    path.write_text(path.read_text().replace(keys.keys["trader"].hex(), "00ff"))

    with pytest.raises(Refused) as refusal:
        demo_keys(path)

    assert refusal.value.code == "KEYS_UNREADABLE"
