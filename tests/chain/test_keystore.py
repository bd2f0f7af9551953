"""Keystores: made once, opened by their password alone, and never taken for demo keys."""

import json
import stat
from pathlib import Path

import pytest
from eth_account import Account

from tradeseal.chain.keys import ROLES, Quorum, demo_keys
from tradeseal.chain.keystore import another_key, keystore, password_of
from tradeseal.kernel.errors import Refused

PASSWORD = "correct horse battery"
QUICK = 2**4


def test_keys_are_made_once_and_opened_by_their_password(tmp_path: Path) -> None:
    folder = tmp_path / "keys"

    made = keystore(folder, PASSWORD, Quorum(2, 3), work=QUICK)

    assert set(made.keys) == {*ROLES, "signer2", "signer3"}
    assert keystore(folder, PASSWORD, Quorum(2, 3)).keys == made.keys
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert made.keys[path.stem].hex() not in path.read_text()
    wallet = Account.from_key(made.keys["trader"])
    told = json.loads((folder / "trader.json").read_text())["address"]
    assert told.lower().removeprefix("0x") == wallet.address[2:].lower()


def test_a_wrong_password_a_missing_file_and_one_that_is_none_are_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keystore(folder, PASSWORD, work=QUICK)

    with pytest.raises(Refused) as wrong:
        keystore(folder, PASSWORD + "!")
    (folder / "trader.json").write_text('{"no": "keystore"}')
    (folder / "trader.json").chmod(0o600)
    with pytest.raises(Refused) as none:
        keystore(folder, PASSWORD)
    (folder / "trader.json").chmod(0o644)
    with pytest.raises(Refused) as readable:
        keystore(folder, PASSWORD)
    (folder / "trader.json").unlink()
    with pytest.raises(Refused) as missing:
        keystore(folder, PASSWORD)

    codes = [refusal.value.code for refusal in (wrong, none, readable, missing)]
    assert codes == ["WRONG_PASSWORD", "NO_KEYSTORE", "KEYS_READABLE_BY_OTHERS", "KEY_MISSING"]
    assert PASSWORD not in str(wrong.value)


def test_a_short_password_makes_no_keys(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="at least 8"):
        keystore(tmp_path / "keys", "1234567", work=QUICK)

    assert not (tmp_path / "keys").exists()


def test_demo_keys_are_no_keystore(tmp_path: Path) -> None:
    keystore(tmp_path / "keys", PASSWORD, work=QUICK)
    (tmp_path / "keys" / "governor.json").unlink()
    demo_keys(tmp_path / "keys" / "governor.json")

    with pytest.raises(Refused, match="is no keystore"):
        keystore(tmp_path / "keys", PASSWORD)


def test_a_key_that_is_added_has_a_name_of_its_own_and_comes_again(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keystore(folder, PASSWORD, work=QUICK)

    name, key = another_key(folder, "trader", PASSWORD, work=QUICK)
    second, _ = another_key(folder, "trader", PASSWORD, work=QUICK)

    assert (name, second) == ("trader1", "trader2")
    assert keystore(folder, PASSWORD).keys[name] == key


def test_a_password_comes_from_a_file_that_only_its_owner_can_read(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    file.chmod(0o600)
    assert password_of(file) == PASSWORD

    file.chmod(0o640)
    with pytest.raises(Refused, match="chmod 600"):
        password_of(file)
    with pytest.raises(Refused, match="cannot be read"):
        password_of(tmp_path / "nowhere")
    with pytest.raises(Refused, match="TRADESEAL_PASSWORD_FILE"):
        password_of(None)
