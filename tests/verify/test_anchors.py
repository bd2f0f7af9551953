"""Any event can be shown to be under a root that stands on the chain, by a short proof from the API."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from forger import Forger

from tradeseal.api import proofs
from tradeseal.api.access import Gatekeeper
from tradeseal.api.ports import Ports
from tradeseal.api.server import Server
from tradeseal.chain.abi import Abi
from tradeseal.chain.compile import ORACLE, artifacts
from tradeseal.chain.transactions import read_transaction
from tradeseal.cycle.steps import ANCHOR_EVENTS
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.published import EventLog, MerkleProof
from tradeseal.readmodels.published import open_read_models

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]


@pytest.fixture(scope="module")
def ports(honest: Path, tmp_path_factory: pytest.TempPathFactory) -> Ports:
    log = EventLog(honest / "ledger.sqlite")
    models = open_read_models(tmp_path_factory.mktemp("views"), log, changed=lambda: None)
    return Ports(status=lambda: None, queries=models.queries)  # type: ignore[arg-type, return-value]


def anchored_on_chain(forger: Forger) -> dict[str, object]:
    """What the first anchor's transaction itself says."""
    sent = forger.nth("TransactionSigned", 0, lambda d: d["kind"] == "anchor").data
    found = Abi(artifacts().contracts[ORACLE].abi).arguments(read_transaction(sent["raw"]).data)
    assert found is not None
    return found[1]


def test_each_anchored_event_has_a_proof_up_to_the_root_in_the_transaction(ports: Ports, honest: Path) -> None:
    forger = Forger(honest)
    call = anchored_on_chain(forger)

    asked = TestClient(Server(ports, Gatekeeper("token")).fastapi, base_url="http://127.0.0.1:8000")

    for position in (1, 2, 100, 255, call["position"]):
        told = asked.get(f"/api/events/{position}/proof").json()
        proof = MerkleProof(told["index"], told["size"], tuple(bytes.fromhex(one[2:]) for one in told["path"]))
        assert "0x" + forger.lines[told["position"] - 1].hash.hex() == told["hash"]
        assert proof.root(bytes.fromhex(told["hash"][2:])) == call["root"]
        assert told["root"] == "0x" + bytes(call["root"]).hex()  # type: ignore[call-overload]


def test_an_event_behind_the_last_anchor_is_refused_until_the_next(ports: Ports, honest: Path) -> None:
    forger = Forger(honest)
    anchored = [line.data["position"] for line in forger.all("LogAnchored")]

    with pytest.raises(Refused) as too_young:
        proofs.inclusion(ports, anchored[-1] + 1)
    with pytest.raises(Refused) as unknown:
        proofs.inclusion(ports, len(forger.lines) + 1)

    assert (too_young.value.code, unknown.value.code) == ("NOT_ANCHORED_YET", "UNKNOWN_EVENT")


def test_an_anchor_follows_after_enough_events_and_its_own_do_not_count(honest: Path) -> None:
    forger = Forger(honest)
    ends = [0] + [forger.lines.index(line) + 1 for line in forger.all("LogAnchored")]
    places = [line.data["position"] for line in forger.all("LogAnchored")]

    assert places
    assert all(place - end >= ANCHOR_EVENTS for end, place in zip(ends, places, strict=False))
    assert len(forger.lines) - ends[-1] < ANCHOR_EVENTS


def test_the_story_of_an_anchor_is_its_transaction_its_block_and_its_event(honest: Path) -> None:
    forger = Forger(honest)
    sent = forger.nth("TransactionSigned", 0, lambda d: d["kind"] == "anchor").data
    told = forger.nth("LogAnchored").data

    assert told["transaction_hash"] == sent["transaction_hash"]
    assert anchored_on_chain(forger)["position"] == told["position"]
