"""Which chain a home runs on: what was asked for, else what it began with, else the best that is installed."""

import json
from pathlib import Path

import pytest
from desk import MIDNIGHT

from tradeseal.bootstrap import open_parts
from tradeseal.chain import choice
from tradeseal.chain.choice import choose
from tradeseal.kernel.errors import Refused, Unavailable
from tradeseal.settings import load_settings

MISSING = Unavailable("ANVIL_MISSING", "Anvil is not installed: run ./run.sh once.")


@pytest.fixture
def without_anvil(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: Path) -> Path:
        raise MISSING

    monkeypatch.setattr(choice, "anvil_binary", missing)


@pytest.fixture
def with_anvil(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "anvil_binary", lambda contracts: contracts)


def test_a_new_home_runs_on_anvil_where_it_is_installed(with_anvil: None) -> None:
    assert (choose(None, None).kind, choose(None, None).note) == ("anvil", "")


def test_a_new_home_falls_back_to_eth_tester_and_says_so_with_how_to_get_anvil(without_anvil: None) -> None:
    chosen = choose(None, None)

    assert chosen.kind == "eth-tester"
    assert "eth-tester" in chosen.note
    assert "./run.sh" in chosen.note


@pytest.mark.parametrize(("asked", "began"), [("anvil", None), (None, "anvil")])
def test_nobody_who_named_anvil_gets_another_chain(without_anvil: None, asked: str | None, began: str | None) -> None:
    with pytest.raises(Unavailable) as failure:
        choose(asked, began)

    assert failure.value.code == "ANVIL_MISSING"


def test_a_home_stays_on_its_chain(with_anvil: None) -> None:
    assert choose(None, "eth-tester").kind == "eth-tester"


def test_an_unknown_chain_is_refused_naming_what_there_is() -> None:
    with pytest.raises(Refused) as refusal:
        choose("ganache", None)

    assert refusal.value.code == "CHAIN_NOT_SUPPORTED"
    assert (refusal.value.facts["got"], refusal.value.facts["known"]) == ("ganache", ["anvil", "eth-tester", "URL"])
    assert "ganache" in refusal.value.message


def test_a_url_is_a_chain_that_others_run() -> None:
    chosen = choose("https://rpc.example/v3/secret", None)

    assert (chosen.kind, chosen.url) == ("outside", "https://rpc.example/v3/secret")


def test_a_home_on_a_chain_of_others_asks_for_the_node_s_address() -> None:
    with pytest.raises(Refused, match="TRADESEAL_CHAIN") as refusal:
        choose(None, "outside")

    assert refusal.value.code == "CHAIN_URL_MISSING"


class Heard:
    def __init__(self) -> None:
        self.phases: dict[str, str] = {}

    def phase(self, phase: str, detail: str) -> None:
        self.phases[phase] = detail

    def __getattr__(self, _: str) -> object:
        return lambda *_: None


@pytest.mark.chain
@pytest.mark.slow
def test_a_start_without_anvil_says_so_and_the_home_stays_on_eth_tester(
    contracts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    span = {"home": tmp_path, "markets": ("BTC",), "start": MIDNIGHT + 1_310 * 86_400, "end": MIDNIGHT + 1_311 * 86_400}
    heard = Heard()

    with monkeypatch.context() as patch:
        patch.setattr(choice, "anvil_binary", lambda _: (_ for _ in ()).throw(MISSING))
        parts = open_parts(load_settings(**span), heard)
        assert (parts.gate.chain.kind, parts.chain_note) == ("eth-tester", heard.phases["STARTING_CHAIN"])
        assert "Anvil is not installed" in parts.chain_note
        parts.close()

    again = open_parts(load_settings(**span), heard)
    assert (again.gate.chain.kind, again.chain_note) == ("eth-tester", "")
    again.close()
    assert json.loads((tmp_path / "manifest.json").read_text())["chain"] == "eth-tester"
    with pytest.raises(Refused) as refusal:
        open_parts(load_settings(**span, chain="anvil"), heard)
    assert (refusal.value.code, refusal.value.facts["setting"]) == ("OTHER_DATA", "chain")
