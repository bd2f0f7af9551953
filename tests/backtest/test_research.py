"""Back-tests asked for by the page run in a process of their own, say how far they are, and are stored whole."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tradeseal.backtest.desk import Asked, asked_again, backtest, refuse_difference
from tradeseal.backtest.jobs import Job
from tradeseal.backtest.live import LiveCalibration
from tradeseal.backtest.research import Research
from tradeseal.backtest.store import RunStore
from tradeseal.kernel.clock import monotonic_s, parse_utc, sleep_s
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import SCALE
from tradeseal.ledger.published import Ledger
from tradeseal.market.published import CandleStore

pytestmark = [pytest.mark.chain, pytest.mark.usefixtures("compiled")]
ASKED = Asked(
    strategy="trend", markets=("ETH",), start=parse_utc("2024-12-02T15:00Z"), end=parse_utc("2024-12-09T00:00Z")
)


def research(home: Path, store: CandleStore) -> Research:
    ledger = Ledger(home / "ledger.sqlite")
    return Research(home, ASKED, LiveCalibration(ledger.facts, store, lambda: ASKED.start or 0))


def over(asked: Research, seconds: float) -> Job:
    """The newest job, once nothing more will come of it."""
    until = monotonic_s() + seconds
    while not asked.jobs()[-1].is_over and monotonic_s() < until:
        sleep_s(0.1)
    return asked.jobs()[-1]


def test_a_run_is_carried_out_told_of_and_stored(tmp_path: Path, store: CandleStore) -> None:
    asked = research(tmp_path, store)

    job = asked.start({"params": {"macd_weight": 30}})
    with pytest.raises(Refused) as busy:
        asked.start({})
    ended = over(asked, 120)
    assert (ended.id, ended.phase, ended.message) == (job.id, "DONE", None)
    assert busy.value.code == "BACKTEST_RUNNING"
    assert [run["id"] for run in asked.runs()] == [ended.run_id]
    report = asked.report(ended.run_id or "")
    assert report["plan"]["params"]["macd_weight"] == 30
    assert report["bars"] == ended.total > 0
    assert not list((tmp_path / "backtests").glob("*.new"))
    assert len(asked.trades(ended.run_id or "")) == report["entries"] + report["exits"]
    assert {"total_return", "max_drawdown"} <= set(asked.runs()[0]["figures"])

    # Whether it looked ahead is asked of the stored run, and kept beside it.
    asked.examine(ended.run_id or "", "CHECKS")
    checked = over(asked, 120)
    found = asked.details(ended.run_id or "")["checks"]["reports"]
    assert (checked.phase, [one["clean"] for one in found]) == ("DONE", [True, True])


def test_a_running_job_can_be_ended_and_the_next_one_begun(tmp_path: Path, store: CandleStore) -> None:
    asked = research(tmp_path, store)

    first = asked.start({})
    assert asked.cancel(first.id).phase == "CANCELLED"
    assert asked.cancel(first.id).phase == "CANCELLED"
    second = asked.start({"cash": "500", "fee": "0.0005"})
    assert over(asked, 120).id == second.id
    assert [job.phase for job in asked.jobs()] == ["CANCELLED", "DONE"]
    assert [run["initial_e8"] for run in asked.runs()] == [500 * SCALE]
    assert asked.report(asked.runs()[0]["id"])["plan"]["limits"] == {"fee_bps": 5}
    with pytest.raises(Refused) as refusal:
        asked.cancel("job-9")
    assert refusal.value.code == "UNKNOWN_JOB"


def test_what_cannot_be_run_is_refused_before_anything_begins(tmp_path: Path, store: CandleStore) -> None:
    for wish, code in (
        ({"strategy": "nothing"}, "UNKNOWN_STRATEGY"),
        ({"params": {"speed": 3}}, "UNKNOWN_PARAMETER"),
        ({"from": "yesterday"}, "NOT_A_TIME"),
        ({"from": "2024-12-09T00:00Z", "to": "2024-12-08T00:00Z"}, "NO_CANDLES"),
        ({"cash": "0"}, "BAD_CASH"),
        ({"fee": "0.00005"}, "BAD_FEE"),
        ({"fee": "0.2"}, "BAD_FEE"),
    ):
        with pytest.raises(Refused) as refusal:
            research(tmp_path, store).start(wish)
        assert refusal.value.code == code
    with pytest.raises(Refused):
        research(tmp_path, store).report("../../etc")


def test_before_any_signal_calibration_says_not_enough_data(tmp_path: Path, store: CandleStore) -> None:
    told = research(tmp_path, store).calibration()

    assert (told["observations"], told["enough"], told["brier"], told["has_skill"]) == (0, False, None, False)


def test_a_stored_run_is_made_again_from_its_manifest_bit_for_bit(tmp_path: Path) -> None:
    report, folder = backtest(ASKED, tmp_path / "home")
    manifest = folder / "manifest.json"

    _, again = backtest(asked_again(manifest, None), tmp_path / "another")

    refuse_difference(manifest, again)
    table = pq.read_table(folder / "equity.parquet")
    assert table.num_rows == report["bars"]
    page = (folder / "report.html").read_text()
    assert report["record_head"] in page
    assert "http" not in page
    told = json.loads(manifest.read_text())
    told["result"]["record_head"] = "0x00"
    manifest.write_text(json.dumps(told))
    with pytest.raises(Refused) as refusal:
        refuse_difference(manifest, again)
    assert refusal.value.code == "NOT_REPRODUCED"


def test_runs_on_the_same_candles_are_counted_whatever_else_differs(tmp_path: Path) -> None:
    first, _ = backtest(ASKED, tmp_path)
    again, _ = backtest(ASKED, tmp_path)
    other, _ = backtest(Asked(**{**vars(ASKED), "params": {"macd_weight": 20}}), tmp_path)

    assert [one["trials"]["trials"] for one in (first, again, other)] == [1, 1, 2]
    assert len(RunStore(tmp_path).tried(first["plan"]["data_identity"])) == 2
    assert first["id"] == again["id"] != other["id"]
