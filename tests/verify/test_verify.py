"""Honest histories are accepted, what cannot be told is said, and a kept head shows what no other check can."""

import json
import shutil
from pathlib import Path

import pytest
from forger import Forger
from replays import Replay
from typer.testing import CliRunner

from tradeseal.chain.anvil import Anvil, anvil_binary
from tradeseal.chain.compile import CONTRACTS
from tradeseal.chain.journal import JournalReader
from tradeseal.chain.local_chain import LocalChain
from tradeseal.chain.node import ChainSpec
from tradeseal.kernel.errors import Refused
from tradeseal.ledger.published import Ledger
from tradeseal.main import app
from tradeseal.market.published import CandleStore, Series, synthetic
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.chain_outside import Outside
from tradeseal.verify.history import HomeHistory
from tradeseal.verify.report import Report
from tradeseal.verify.witness import SeenHead, read_witness

pytestmark = [pytest.mark.chain, pytest.mark.slow, pytest.mark.xdist_group("verify")]

LOW, CLOSE = 3, 4  # columns of a candle table
SEEN_AT, SEEN_FROM = "2026-01-01T00:00:00Z", "http://somebody"


def head_of(report: Report, home: Path, *, seen_at: str = SEEN_AT) -> SeenHead:
    """What a follower would have kept of a home."""
    forger = Forger(home)
    book = forger.nth("BookOpened").data
    mined = forger.nth("TransactionMined", -1).data
    return SeenHead(
        chain_id=str(book["chain_id"]), genesis_hash=book["genesis_hash"], block=mined["block"],
        block_hash=mined["block_hash"], log_position=report.events, log_root=report.log_root,
        record_seq=report.records, record_head=report.record_head, seen_at=seen_at, seen_from=SEEN_FROM,
    )  # fmt: skip


@pytest.fixture(scope="session")
def accepted(honest: Path) -> Report:
    return verify(HomeHistory(honest), Wishes(candles=synthetic()))


@pytest.fixture(scope="session")
def recomputed(honest: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another past under the same keys: same chain, same calibrator, other hours."""
    home = tmp_path_factory.mktemp("recomputed")
    shutil.copy(honest / "demo-keys.json", home)
    replay = Replay(home, calibrator=honest / "calibrator.json", start="2024-12-02T17:00Z")
    replay.to_the_end()
    return home


def test_an_honest_run_is_accepted_by_all_nine_checks(accepted: Report) -> None:
    assert accepted.agrees, accepted.findings.first
    assert {result.outcome for result in accepted.findings.checks.values()} == {"agrees"}
    assert all(result.checked for result in accepted.findings.checks.values())


def test_blocks_executed_again_have_the_same_hashes_and_gas(accepted: Report, honest: Path, tmp_path: Path) -> None:
    forger = Forger(honest)
    old, new = forger.nth("TransactionMined", 40).data["block_hash"], "0x" + "ab" * 32
    for line in forger.lines:
        if line.data.get("block_hash") == old:
            forger.change(line, block_hash=new)
    forged = forger.write(tmp_path / "forged")

    report = verify(HomeHistory(forged), Wishes())
    blind = verify(HomeHistory(forged), Wishes(machine="pyrevm"))

    assert accepted.findings.checks[4].checked["block hashes and gas"] == accepted.blocks
    assert report.findings.first is not None
    assert (report.findings.first.code, report.findings.first.got) == ("BLOCK_DIFFERS", new)
    assert blind.agrees
    assert any("block hashes" in line for line in blind.findings.checks[1].cannot_tell)


def test_every_record_transaction_and_event_was_looked_at(accepted: Report, honest: Path) -> None:
    forger, checks = Forger(honest), accepted.findings.checks

    assert checks[1].checked["event hashes"] == len(forger.lines) == accepted.events
    assert checks[4].checked["transactions executed again"] == len(forger.all("TransactionMined"))
    assert checks[4].checked["records"] == accepted.records
    assert checks[5].checked["fills"] == checks[7].checked["settlements"] == len(forger.all("FillBooked")) > 0


def test_each_open_commitment_is_listed(accepted: Report) -> None:
    checked, listed = accepted.findings.checks[3].checked, accepted.findings.checks[3].listed

    assert checked["committed"] == checked["signals judged"] + checked["revoked"] + checked["open"]
    assert len(listed) == checked["open"] > 0


def test_without_candles_the_report_says_that_prices_may_be_invented(honest: Path) -> None:
    report = verify(HomeHistory(honest), Wishes())

    assert report.agrees
    assert report.findings.checks[9].outcome == "not checked"
    assert "--candles" in report.findings.checks[9].skipped


def test_a_mark_outside_the_readers_own_candles_is_found(honest: Path) -> None:
    store, liar = synthetic(), "BTC-USDT"
    table = store.series(liar).table.copy()
    table[:, 1:5] += 10**8  # every price of the reader's is one higher than the operator's
    others = [store.series(market) for market in store.markets if market != liar]
    own = CandleStore([*others, Series(liar, table)], interval_s=store.interval_s, exchange="reader")

    report = verify(HomeHistory(honest), Wishes(candles=own))

    found = report.findings.checks[9].first
    assert found is not None
    assert found.code == "MARK_INVENTED"
    assert liar in found.message


@pytest.mark.parametrize(
    ("column", "code"), [(LOW, "EXIT_WITHHELD"), (CLOSE, "VECTOR_WITHHELD")], ids=["barrier", "vector"]
)
def test_what_the_readers_candles_asked_for_and_nobody_did_is_found(honest: Path, column: int, code: str) -> None:
    """A vector or exit left out looks to a reader as if his candle had gone where nobody acted."""
    store, forger = synthetic(), Forger(honest)
    bought, sold = (forger.nth("FillBooked", number).data for number in (0, 1))
    market, quiet = bought["market"], bought["observed_at"] + store.interval_s
    assert (sold["market"], sold["side"]) != (market, 2) or sold["observed_at"] > quiet + store.interval_s
    table = store.series(market).table.copy()
    row = table[:, 0] == quiet
    table[row, LOW] = table[row, column] = table[row, column] * 85 // 100
    others = [store.series(other) for other in store.markets if other != market]
    own = CandleStore([*others, Series(market, table)], interval_s=store.interval_s, exchange="reader")

    report = verify(HomeHistory(honest), Wishes(candles=own, machine="pyrevm"))

    found = report.findings.checks[5].first
    assert found is not None
    assert found.code == code
    assert (market if column == LOW else str(quiet + store.interval_s)) in found.message


def test_a_cut_tail_is_found_with_a_witness_and_not_without(accepted: Report, honest: Path, tmp_path: Path) -> None:
    forger = Forger(honest)
    # What is stored together begins with a block: before it everything of the block before was told.
    del forger.lines[forger.lines.index(forger.nth("TransactionMined", 50)) :]
    cut = forger.write(tmp_path / "cut")

    blind = verify(HomeHistory(cut), Wishes(candles=synthetic()))
    seeing = verify(HomeHistory(cut), Wishes(witness=[head_of(accepted, honest)]))

    assert blind.agrees, blind.findings.first
    assert (blind.time, blind.roll_back) == ("asserted by the operator", "not detectable")
    assert (blind.trust["level"], blind.trust["history"]) == ("S", "P0")
    assert seeing.findings.first is not None
    assert (seeing.findings.first.check, seeing.findings.first.code) == (1, "ROLLED_BACK")


def test_a_history_recomputed_with_all_keys_is_found_with_a_witness_and_not_without(
    accepted: Report, honest: Path, recomputed: Path
) -> None:
    blind = verify(HomeHistory(recomputed), Wishes(candles=synthetic()))
    head = head_of(verify_up_to(honest, 200), honest)
    seeing = verify(HomeHistory(recomputed), Wishes(witness=[head]))

    assert blind.agrees, blind.findings.first
    assert blind.roll_back == "not detectable"
    assert seeing.findings.first is not None
    assert (seeing.findings.first.check, seeing.findings.first.code) == (1, "REWRITTEN")


def verify_up_to(home: Path, position: int) -> Report:
    """A report as it stood when the log had so many events."""
    history = HomeHistory(home)
    history.total = position
    return verify(history, Wishes())


def test_a_history_that_extends_its_witnesses_names_the_earliest_outside_time_of_each_stretch(
    accepted: Report, honest: Path, tmp_path: Path
) -> None:
    early, late = Forger(honest).lines[99], head_of(accepted, honest, seen_at="2026-01-02T00:00:00Z")
    first = SeenHead(**{
        **vars(late), "log_position": 100, "log_root": "0x" + early.hash.hex(), "block": 0, "record_seq": 0,
        "seen_at": SEEN_AT,
    })  # fmt: skip
    kept = tmp_path / "heads.jsonl"
    kept.write_text("\n".join(head.line() for head in (late, first)) + "\n")

    report = verify(HomeHistory(honest), Wishes(witness=read_witness(kept)))

    assert report.agrees, report.findings.first
    assert [(s.from_position, s.to_position, s.seen_at) for s in report.stretches] == [
        (1, 100, SEEN_AT), (101, accepted.events, "2026-01-02T00:00:00Z"),
    ]  # fmt: skip
    assert report.trust["history"] == "P1"


def test_a_witness_file_that_does_not_read_is_refused_with_its_line(tmp_path: Path) -> None:
    kept = tmp_path / "heads.jsonl"
    kept.write_text("\nno head\n")

    with pytest.raises(Refused) as refusal:
        read_witness(kept)

    assert refusal.value.facts["line"] == 2


def test_a_chain_from_outside_is_compared_block_by_block(honest: Path, recomputed: Path, tmp_path: Path) -> None:
    chain = _chain_of(honest, tmp_path)
    try:
        agrees = verify(HomeHistory(honest), Wishes(outside=Outside(_Reader(chain), "its node")))
        differs = verify(HomeHistory(recomputed), Wishes(outside=Outside(_Reader(chain), "its node")))
    finally:
        chain.close()

    assert agrees.agrees, agrees.findings.first
    assert agrees.findings.checks[1].checked["blocks compared with the node"] == agrees.blocks
    assert agrees.findings.checks[8].checked["codes compared with the node"] == 3
    assert differs.findings.first is not None
    assert differs.findings.first.code in ("NOT_ON_CHAIN", "CHAIN_DIFFERS")


class _Reader:
    def __init__(self, chain: LocalChain) -> None:
        self._chain = chain

    def call(self, method: str, *params: object) -> object:
        return self._chain.read(method, params)


def _chain_of(home: Path, folder: Path) -> LocalChain:
    shutil.copytree(home, folder / "copy", ignore=shutil.ignore_patterns("chain", "logs", "lock"))
    ledger = Ledger(folder / "copy" / "ledger.sqlite")
    book = Forger(home).nth("BookOpened").data
    funded = JournalReader(ledger, book["chain_id"], book["genesis_hash"]).funded()
    assert funded is not None
    spec = ChainSpec(tuple(bytes.fromhex(address[2:]) for address in funded), chain_id=book["chain_id"])
    node = Anvil(anvil_binary(CONTRACTS), spec, folder=folder / "chain", logs=folder / "logs")
    chain = LocalChain(node, spec, ledger)
    chain.open()
    return chain


def test_the_command_answers_with_its_exit_code_and_one_document(honest: Path, tmp_path: Path) -> None:
    forger = Forger(honest)
    forger.change(forger.nth("OrderFilled"), fee_e8=0)
    forged = forger.write(tmp_path / "forged")
    run = CliRunner().invoke

    good = run(app, ["verify", "--home", str(honest), "--candles", "synthetic", "--json"])
    bad = run(app, ["verify", "--home", str(forged), "--json"])
    none = run(app, ["verify", "--home", str(tmp_path / "nobody"), "--json"])
    words = run(app, ["verify", str(forged)])
    both = run(app, ["verify", str(forged), "--home", str(honest), "--json"])

    assert json.loads(both.stdout)["error"]["code"] == "HOME_OR_ARCHIVE"
    assert (good.exit_code, bad.exit_code, none.exit_code, words.exit_code) == (0, 1, 2, 1)
    assert json.loads(good.stdout)["agrees"] is True
    assert json.loads(bad.stdout)["first_difference"]["code"] == "FILL_DIFFERS"
    assert json.loads(none.stdout)["error"]["code"] == "NO_HISTORY"
    assert "time: asserted by the operator" in words.stdout
    assert "roll-back: not detectable" in words.stdout
