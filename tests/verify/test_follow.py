"""A follower keeps what a server shows, and raises the alarm when its history no longer extends it."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from forger import Forger

from tradeseal.kernel.errors import Inconsistent, Refused
from tradeseal.ledger.published import EventLog
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.follow import Follower, HttpServer
from tradeseal.verify.history import HomeHistory
from tradeseal.verify.witness import read_witness

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]


class FakeServer:
    """A server over a home's log, as far as a follower asks; it shows the first `reach` events."""

    url = "http://fake"

    def __init__(self, home: Path, reach: int) -> None:
        self.forger, self.reach = Forger(home), reach

    def heads(self) -> list[dict[str, Any]]:
        shown = self.forger.lines[: self.reach]
        book = self.forger.nth("BookOpened").data
        mined = [line.data for line in shown if line.topic.endswith("TransactionMined")][-1]
        record = [line.data for line in shown if "record_hash" in line.data][-1]
        return [
            {
                "chain_id": str(book["chain_id"]), "genesis_hash": book["genesis_hash"], "block": mined["block"],
                "block_hash": mined["block_hash"], "log_position": len(shown), "log_root": "0x" + shown[-1].hash.hex(),
                "record_seq": record["record_seq"], "record_head": record["record_hash"],
            }
        ]  # fmt: skip

    def events(self, after: int, limit: int) -> list[dict[str, Any]]:
        found = []
        for position, line in enumerate(self.forger.lines[: self.reach], start=1):
            if after < position <= after + limit:
                before = self.forger.lines[position - 2].hash if position > 1 else bytes(32)
                found.append(
                    {
                        "position": position, "stream": line.stream, "version": line.version, "topic": line.topic,
                        "state": line.bytes.decode(), "previous": "0x" + before.hex(),
                    }
                )  # fmt: skip
        return found

    def block_hash(self, number: int) -> str | None:
        mined = [line.data for line in self.forger.all("TransactionMined") if line.data["block"] == number]
        return mined[0]["block_hash"] if mined else None


def test_heads_are_kept_once_each_and_serve_as_a_witness(honest: Path, tmp_path: Path) -> None:
    server, kept = FakeServer(honest, 200), tmp_path / "heads.jsonl"
    follower = Follower(server, kept)
    first, again = follower.look(), follower.look()
    server.reach = EventLog(honest / "ledger.sqlite").last()[0]
    second = Follower(server, kept).look()

    assert [len(first), len(again), len(second)] == [1, 0, 1]
    assert [head.log_position for head in read_witness(kept)] == [200, server.reach]
    report = verify(HomeHistory(honest), Wishes(witness=read_witness(kept), machine="pyrevm"))
    assert report.agrees, report.findings.first
    assert [(s.from_position, s.to_position) for s in report.stretches][-1][1] in (200, server.reach)


def test_a_log_that_became_shorter_raises_the_alarm(honest: Path, tmp_path: Path) -> None:
    server = FakeServer(honest, 300)
    follower = Follower(server, tmp_path / "heads.jsonl")
    follower.look()
    server.reach = 250

    with pytest.raises(Inconsistent) as alarm:
        follower.look()

    assert alarm.value.code == "ROLLED_BACK"
    assert (alarm.value.facts["got"], alarm.value.facts["want"]) == (250, 300)


def test_a_log_that_was_rewritten_raises_the_alarm(honest: Path, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    Follower(FakeServer(honest, 300), kept).look()
    forger = Forger(honest)
    forger.change(forger.lines[50], timestamp="2020-01-01T00:00:00Z")
    forged = forger.write(tmp_path / "forged")

    with pytest.raises(Inconsistent) as alarm:
        Follower(FakeServer(forged, 400), kept).look()

    assert alarm.value.code == "REWRITTEN"
    assert "300" in alarm.value.message


def test_another_chain_raises_the_alarm(honest: Path, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    Follower(FakeServer(honest, 300), kept).look()
    forger = Forger(honest)
    forger.change(forger.nth("BookOpened"), genesis_hash="0x" + "11" * 32)

    with pytest.raises(Inconsistent) as alarm:
        Follower(FakeServer(forger.write(tmp_path / "forged"), 300), kept).look()

    assert alarm.value.code == "OTHER_CHAIN"


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(Refused):
        HttpServer("ftp://somewhere")


def test_a_kept_file_survives_a_copy_of_itself(honest: Path, tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    Follower(FakeServer(honest, 300), kept).look()
    shutil.copy(kept, tmp_path / "copy.jsonl")

    assert Follower(FakeServer(honest, 300), tmp_path / "copy.jsonl").look() == []
