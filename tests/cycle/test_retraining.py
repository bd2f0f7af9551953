"""A calibrator is fitted again while the engine goes on; killed at any point it comes to the same calibrators."""

import json
from pathlib import Path

import pytest
from replays import Replay
from typer.testing import CliRunner

from tradeseal.main import app

pytestmark = [pytest.mark.slow, pytest.mark.chain]
RETRAIN = ("--retrain", "5h")


def revised(replay: Replay) -> list[tuple[int, int, str, str]]:
    return [
        (e["number"], e["round"], e["reason"], e["calibrator"])
        for _, _, e in replay.facts("SignalLog.CalibratorRevised")
    ]


def test_a_run_that_was_killed_comes_to_the_same_calibrators(contracts: Path, tmp_path: Path) -> None:
    whole, killed = (Replay(tmp_path / name, options=RETRAIN) for name in ("whole", "killed"))
    whole.to_the_end()

    killed.die_at("generated:6")  # the round that the first new calibrator speaks in is not stored yet
    killed.die_at("record-mined:3")
    killed.to_the_end()

    told = revised(whole)
    assert [(number, round_, reason) for number, round_, reason, _ in told] == [
        (1, 5, "RETRAINED"), (2, 10, "RETRAINED"), (3, 15, "RETRAINED"), (4, 20, "RETRAINED"),
    ]  # fmt: skip
    assert revised(killed) == told
    assert killed.end() == whole.end()
    for replay in (whole, killed):
        kept = sorted((replay.home / "calibrators").glob("*.json"))
        assert ["0x" + json.loads(path.read_text())["hash"] for path in kept] == [one[3] for one in told]
        signed = {e["signal"]["calibrator"] for _, _, e in replay.facts("TradeCycle.SignalGenerated")}
        assert signed <= {one[3] for one in told} | {signed_first(replay)}
        assert len(signed) > 2
    told_by = CliRunner().invoke(app, ["verify", "--home", str(killed.home), "--json"])
    assert told_by.exit_code == 0, told_by.output


def signed_first(replay: Replay) -> str:
    return str(next(e["signal"]["calibrator"] for _, _, e in replay.facts("TradeCycle.SignalGenerated")))
