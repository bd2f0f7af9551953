"""The chain is what the journal makes of it, after every restart, or it does not start; every chain passes this."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import KINDS, Desk, a_plan, blocks

from tradeseal.chain.published import demo_keys, open_gate
from tradeseal.kernel.errors import Inconsistent, Refused, TradesealError
from tradeseal.ledger.published import Ledger

pytestmark = pytest.mark.chain
OpenDesk = Callable[..., Desk]


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def test_a_restart_gives_the_same_blocks_and_the_same_book(open_desk: OpenDesk, tmp_path: Path) -> None:
    before = open_desk(tmp_path)
    before.whole_trade()
    want = (blocks(before), before.gate.heads(), before.gate.book())

    after = open_desk(tmp_path)

    assert (blocks(after), after.gate.heads(), after.gate.book()) == want


def test_trading_goes_on_after_a_restart(open_desk: OpenDesk, tmp_path: Path) -> None:
    before = open_desk(tmp_path)
    before.whole_trade()

    after = open_desk(tmp_path, like=before)
    after.whole_trade()

    assert after.gate.book().trades_today == 2


def test_the_record_head_is_the_same_with_other_keys(open_desk: OpenDesk, tmp_path: Path) -> None:
    one, other = open_desk(tmp_path / "one"), open_desk(tmp_path / "other")
    for desk in (one, other):
        desk.whole_trade()

    assert one.gate.heads().record_head == other.gate.heads().record_head
    assert one.gate.heads().block_hash != other.gate.heads().block_hash


def test_a_signed_transaction_without_a_block_is_sent_once_after_a_restart(open_desk: OpenDesk, tmp_path: Path) -> None:
    before = open_desk(tmp_path)
    before.marks()
    prepared = before.prepare_marks()
    before.ledger.save(prepared.journal)

    after = open_desk(tmp_path, like=before)
    waiting = after.gate.unmined()
    assert waiting is not None
    assert (waiting.raw, waiting.label, waiting.block_time) == (prepared.raw, prepared.label, prepared.block_time)
    mined = after.gate.send(waiting)
    after.ledger.save(mined.journal)

    assert mined.block == before.mined[-1].block + 1
    assert open_desk(tmp_path).gate.unmined() is None


def test_a_block_whose_outcome_was_not_stored_is_the_same_after_a_restart(open_desk: OpenDesk, tmp_path: Path) -> None:
    before = open_desk(tmp_path)
    prepared = before.prepare_marks()
    before.ledger.save(prepared.journal)
    lost = before.gate.send(prepared)

    after = open_desk(tmp_path, like=before)
    waiting = after.gate.unmined()
    assert waiting is not None
    again = after.gate.send(waiting)

    assert (again.block, again.block_hash, again.facts) == (lost.block, lost.block_hash, lost.facts)


def test_an_interrupted_deployment_goes_on_where_it_stopped(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves = 0
    save = Ledger.save

    def fail_at_the_fourth(self: Ledger, *aggregates: object, **options: object) -> object:
        nonlocal saves
        saves += 1
        if saves == 4:
            raise KeyboardInterrupt
        return save(self, *aggregates, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "save", fail_at_the_fourth)
        with pytest.raises(KeyboardInterrupt):
            open_desk(tmp_path)

    assert open_desk(tmp_path).gate.heads().block == 5


# Journals that somebody changed


def change(home: Path, topic: str, old: str, new: str, *, nth: int = -1) -> None:
    """Edit one stored event of the journal in place."""
    with sqlite3.connect(home / "ledger.sqlite") as store:
        rows = store.execute(
            "SELECT rowid, state FROM stored_events WHERE topic LIKE ? ORDER BY rowid", (f"%{topic}",)
        ).fetchall()
        rowid, state = rows[nth]
        changed = bytes(state).decode().replace(old, new)
        assert changed != bytes(state).decode()
        store.execute("UPDATE stored_events SET state = ? WHERE rowid = ?", (changed.encode(), rowid))


def test_a_changed_block_hash_stops_the_start_with_both_hashes(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    true_hash, changed = desk.mined[-1].block_hash, "0x" + 64 * "7"
    desk.gate.close()
    change(tmp_path, "TransactionMined", true_hash, changed)

    with pytest.raises(Inconsistent) as stop:
        open_desk(tmp_path)

    assert stop.value.code == "RE_EXECUTION_DIFFERS"
    assert (stop.value.facts["got"], stop.value.facts["want"]) == (true_hash, changed)


def test_a_changed_block_time_stops_the_start(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    last = desk.gate.heads().block_time
    change(tmp_path, "TransactionSigned", f'"block_time":{last}', f'"block_time":{last + 1}')

    with pytest.raises(Inconsistent) as stop:
        open_desk(tmp_path)

    assert (stop.value.code, stop.value.facts["block"]) == ("RE_EXECUTION_DIFFERS", desk.mined[-1].block)


def test_a_changed_transaction_stops_the_start(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    change(tmp_path, "TransactionSigned", "0x02f9", "0x02f8")

    with pytest.raises(TradesealError):
        open_desk(tmp_path)


def test_a_dropped_last_block_stops_the_start(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as store:
        store.execute(
            "DELETE FROM stored_events WHERE rowid = "
            "(SELECT max(rowid) - 2 FROM stored_events WHERE topic LIKE '%TransactionMined')"
        )

    with pytest.raises(Inconsistent) as stop:
        open_desk(tmp_path)

    assert stop.value.code in ("JOURNAL_GAP", "JOURNAL_ORDER")


def test_other_keys_in_a_used_home_are_refused(open_desk: OpenDesk, tmp_path: Path) -> None:
    open_desk(tmp_path).whole_trade()
    (tmp_path / "demo-keys.json").unlink()
    demo_keys(tmp_path / "demo-keys.json")

    with pytest.raises(Refused) as refusal:
        open_desk(tmp_path, plan=a_plan())

    assert refusal.value.code in ("OTHER_KEYS", "OTHER_CHAIN")


def test_a_used_home_is_not_continued_on_another_chain(open_desk: OpenDesk, tmp_path: Path, kind: str) -> None:
    desk = open_desk(tmp_path)
    desk.gate.close()
    other = next(name for name in KINDS if name != kind)

    with pytest.raises(Refused) as refusal:
        open_gate(tmp_path, desk.ledger, a_plan(), kind=other)

    assert refusal.value.code == "OTHER_CHAIN"
    assert other in refusal.value.message
