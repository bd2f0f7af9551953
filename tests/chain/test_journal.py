"""The journal: nothing is sent that is not in it, in one order, a thousand to a page; what is stored stays readable."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from desk import Desk

from tradeseal.chain import journal
from tradeseal.chain.journal import ChainJournal, JournalEntry, JournalReader
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.ids import chain_journal_id
from tradeseal.ledger.published import Ledger

OpenDesk = Callable[..., Desk]
GENESIS = "0x" + 64 * "0"


def an_entry(position: int = 1, **changes: object) -> JournalEntry:
    entry = JournalEntry(
        position=position,
        raw="0x02f8",
        transaction_hash=f"0x{position:064x}",
        nonce=position - 1,
        sender="0x" + 40 * "5",
        block_time=1_619_827_200,
        kind="marks",
        label="tick 1",
    )
    return replace(entry, **changes)


def with_block(entry: JournalEntry) -> JournalEntry:
    return replace(entry, block=entry.position, block_hash="0x" + 64 * "b", status=1, gas_used=21_000)


def a_page(page: int = 0) -> ChainJournal:
    return ChainJournal(chain_id=1, genesis_hash=GENESIS, page=page, funded=("0x" + 40 * "5",))


def test_what_was_journaled_is_read_again_in_its_order(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    page = a_page()
    for position in (1, 2):
        page.sign(an_entry(position))
        page.mine(with_block(an_entry(position)))
    page.sign(an_entry(3))
    ledger.save(page)

    read = list(JournalReader(ledger, 1, GENESIS).entries())

    assert read == [with_block(an_entry(1)), with_block(an_entry(2)), an_entry(3)]
    assert JournalReader(ledger, 1, GENESIS).funded() == ("0x" + 40 * "5",)
    assert list(JournalReader(ledger, 2, GENESIS).entries()) == []
    ledger.close()


def test_a_second_transaction_waits_for_the_block_of_the_first() -> None:
    page = a_page()
    page.sign(an_entry(1))

    with pytest.raises(Refused) as refusal:
        page.sign(an_entry(2))

    assert refusal.value.code == "TRANSACTION_WAITING"


@pytest.mark.parametrize("position", [0, 2, 1001])
def test_a_gap_is_refused(position: int) -> None:
    with pytest.raises(Refused) as refusal:
        a_page().sign(an_entry(position))

    assert refusal.value.code == "JOURNAL_GAP"


def test_a_block_belongs_to_the_transaction_that_waits() -> None:
    page = a_page()
    page.sign(an_entry(1))

    with pytest.raises(Refused) as refusal:
        page.mine(with_block(an_entry(2)))

    assert refusal.value.code == "NOT_WAITING"


@pytest.mark.parametrize(("position", "page"), [(1, 0), (1000, 0), (1001, 1), (2000, 1), (2001, 2)])
def test_a_page_holds_a_thousand(position: int, page: int) -> None:
    assert an_entry(position).page == page


def test_stored_events_are_a_file_format(tmp_path: Path) -> None:
    """These bytes and topics were written by the first version: a change here orphans every home."""
    ledger = Ledger(tmp_path / "ledger.sqlite")
    page = a_page()
    page.sign(an_entry())
    page.mine(with_block(an_entry()))
    ledger.save(page)

    opened, signed, mined = ledger.facts.read()

    assert [fact.topic for fact in (opened, signed, mined)] == [
        "ChainJournal.JournalPageOpened",
        "ChainJournal.TransactionSigned",
        "ChainJournal.TransactionMined",
    ]
    assert opened.stream == page.id == chain_journal_id(1, GENESIS, 0)
    assert stored(signed.state) == {
        "block_time": 1_619_827_200,
        "kind": "marks",
        "label": "tick 1",
        "nonce": 0,
        "position": 1,
        "raw": "0x02f8",
        "sender": "0x" + 40 * "5",
        "transaction_hash": f"0x{1:064x}",
    }
    assert stored(mined.state) == {
        "block": 1,
        "block_hash": "0x" + 64 * "b",
        "gas_used": 21_000,
        "status": 1,
        "transaction_hash": f"0x{1:064x}",
    }
    ledger.close()


def stored(state: bytes) -> dict[str, object]:
    """An event's own fields."""
    return {name: value for name, value in orjson.loads(state).items() if name != "timestamp"}


@pytest.mark.chain
def test_a_journal_of_many_pages_gives_the_same_chain(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "PAGE_SIZE", 4)
    desk = open_desk(tmp_path)
    desk.whole_trade()
    want = desk.gate.heads()

    again = open_desk(tmp_path, like=desk)

    assert again.gate.heads() == want
    again.whole_trade()
    assert len({entry.page for entry in again.gate.chain.journal.entries()}) > 3
