"""Stored runs are listed, shown and compared by the command; what a killed process left is none of them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tradeseal.backtest.desk import Asked, asked_again, backtest, refuse_difference
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.main import app
from tradeseal.trading.terms import Terms

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
ASKED = Asked(
    strategy="trend", markets=("ETH",), start=parse_utc("2024-12-02T15:00Z"), end=parse_utc("2024-12-04T00:00Z")
)


def told(*words: object, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["runs", *map(str, words)])
    assert done.exit_code == code, done.output
    return done.output


def test_runs_are_listed_shown_and_compared(tmp_path: Path) -> None:
    assert "No run is stored yet" in told("list", "--home", tmp_path)
    plain, folder = backtest(ASKED, tmp_path)
    slow, _ = backtest(replace(ASKED, terms=Terms.read({"slippage": "0.63"})), tmp_path)
    draft = folder.with_name(f"{folder.name}.99999.new")
    draft.mkdir()
    (draft / "manifest.json").write_text("{")

    listed = json.loads(told("list", "--home", tmp_path, "--json"))
    assert {one["id"] for one in listed} == {plain["id"], slow["id"]}
    assert all(one["id"][:8] in told("list", "--home", tmp_path) for one in listed)
    assert plain["record_head"] in told("show", plain["id"][:8], "--home", tmp_path).replace("\n", "")

    found = json.loads(told("compare", plain["id"], slow["id"], "--home", tmp_path, "--json"))
    assert found["plans_differ"] == {"venue": [None, {"slippage": "0.63"}]}
    assert found["record_heads"] == [plain["record_head"], slow["record_head"]]
    assert [one["values"][0] for one in found["metrics"]] == [one["value"] for one in plain["metrics"]]
    nine = told("compare", *(plain["id"][: 16 - at] for at in range(9)), "--home", tmp_path, "--json", code=2)
    assert "NOTHING_TO_COMPARE" in nine  # one run by nine names
    assert "venue" in told("compare", plain["id"], slow["id"], "--home", tmp_path)

    assert "UNKNOWN_RUN" in told("show", "nothing", "--home", tmp_path, "--json", code=2)
    assert "NOTHING_TO_COMPARE" in told("compare", plain["id"], "--home", tmp_path, "--json", code=2)


def test_cash_and_fee_are_chosen_on_the_command_line_and_are_part_of_the_plan(tmp_path: Path) -> None:
    words = ["backtest", "--strategy", "ema_cross", "--markets", "ETH", "--assume-confidence", "0.99", "--json"]
    span = ["--from", "2024-12-02T15:00Z", "--to", "2024-12-06T00:00Z", "--home", str(tmp_path)]

    def run(*more: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, [*words, *span, *more])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    usual, cheap, free = run(), run("--cash", "2500.5", "--fee", "0.0005"), run("--fee", "0")
    assert (usual["initial"], cheap["initial"]) == ("10000", "2500.5")
    assert [one["plan"].get("limits") for one in (usual, cheap, free)] == [None, {"fee_bps": 5}, {"fee_bps": 0}]
    assert len({one["id"] for one in (usual, cheap, free)}) == 3
    for one, bps in ((usual, 10), (cheap, 5), (free, 0)):
        fills = pq.read_table(Path(one["folder"]) / "trades.parquet").to_pylist()
        assert [fill["fee_e8"] for fill in fills] == [-(-fill["notional_e8"] * bps // 10_000) for fill in fills] != []
    _, again = backtest(asked_again(Path(cheap["folder"]) / "manifest.json", None), tmp_path / "another")
    refuse_difference(Path(cheap["folder"]) / "manifest.json", again)
    for more, refused in (
        (("--cash", "0"), "BAD_CASH"), (("--cash", "1000000000000.01"), "BAD_CASH"),
        (("--cash", "much"), "NOT_A_NUMBER"),
        (("--fee", "0.00015"), "BAD_FEE"), (("--fee", "0.1001"), "BAD_FEE"), (("--fee", "-0.001"), "BAD_FEE"),
    ):  # fmt: skip
        assert run(*more, code=2)["error"]["code"] == refused


def test_a_span_without_candles_is_refused_with_the_span_that_there_is_and_keeps_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refusal:
        backtest(replace(ASKED, start=parse_utc("2031-01-01T00:00Z"), end=parse_utc("2031-02-01T00:00Z")), tmp_path)

    assert refusal.value.code == "NO_CANDLES"
    assert "the candles are of 20" in refusal.value.message
    assert not list(tmp_path.iterdir())
