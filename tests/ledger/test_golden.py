"""What was stored once can be read for ever: one stored event of every topic, kept as the bytes it had.

A file here is never edited. A field that changes its name or meaning gets an upcast and a second file.
"""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import MapperDeserialisationError, StoredEvent

from tradeseal.chain.journal import ChainJournal
from tradeseal.cycle.domainmodel import SignalLog, TradeCycle
from tradeseal.ledger.mapper import MsgspecMapper, MsgspecTranscoder
from tradeseal.ledger.published import Ledger
from tradeseal.trading.domainmodel import Portfolio, TradingDay

GOLDEN = Path(__file__).parent / "golden"
AGGREGATES = (Portfolio, TradingDay, TradeCycle, SignalLog, ChainJournal)
BASES = {f"{aggregate.TOPIC}.Event" for aggregate in AGGREGATES}
mapper = MsgspecMapper(transcoder=MsgspecTranscoder())


def topics() -> set[str]:
    """The topics of all events that the product can store."""
    members = [member for aggregate in AGGREGATES for member in vars(aggregate).values()]
    return {m.TOPIC for m in members if isinstance(m, type) and "TOPIC" in vars(m)} - BASES


def stored(kept: dict[str, Any]) -> StoredEvent:
    return StoredEvent(UUID(kept["originator_id"]), kept["originator_version"], kept["topic"], kept["state"].encode())


def golden(topic: str) -> StoredEvent:
    return stored(json.loads((GOLDEN / f"{topic}.json").read_text()))


def test_every_topic_has_its_golden_bytes_and_no_bytes_lost_their_topic() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == topics()


def test_every_event_class_pins_its_topic() -> None:
    for aggregate in AGGREGATES:
        events = [m for m in vars(aggregate).values() if isinstance(m, type) and issubclass(m, aggregate.Event)]
        unpinned = {m.__name__ for m in events if "TOPIC" not in vars(m)} - {"Created"}  # the library's, never stored
        assert not unpinned
        assert {m.TOPIC for m in events if "TOPIC" in vars(m)} <= {f"{aggregate.TOPIC}.{m.__name__}" for m in events}


@pytest.mark.parametrize("topic", sorted(topics()))
def test_old_bytes_are_read_as_the_event_they_were_and_written_as_they_stood(topic: str) -> None:
    old = golden(topic)

    read = mapper.to_domain_event(old)

    assert type(read).TOPIC == topic  # type: ignore[attr-defined]
    assert mapper.to_stored_event(read) == old


@pytest.mark.parametrize("path", sorted((GOLDEN / "streams").glob("*.json")), ids=lambda path: path.stem)
def test_an_old_stream_still_loads(path: Path, tmp_path: Path) -> None:
    events = [stored(kept) for kept in json.loads(path.read_text())]
    ledger = Ledger(tmp_path / "ledger.sqlite")
    try:
        ledger.recorder.insert_events(events)
        cycle = ledger.repository.get(events[0].originator_id)
    finally:
        ledger.close()

    assert (cycle.stage, cycle.version) == ("settled", len(events))


@pytest.mark.parametrize(
    "damage",
    [{"quantity_e8": "twelve"}, {"quantity_e8": 1.5}, {"market": 7}, {"cycle": "not-an-id"}, {"quantity_e8": None}],
)
def test_a_field_of_another_type_is_not_read(damage: dict[str, Any]) -> None:
    old = golden("TradingDay.FillBooked")
    changed = json.dumps({**json.loads(old.state), **damage}).encode()

    with pytest.raises(MapperDeserialisationError, match=r"TradingDay\.FillBooked"):
        mapper.to_domain_event(StoredEvent(old.originator_id, old.originator_version, old.topic, changed))


def test_a_missing_field_is_not_made_up() -> None:
    old = golden("TradingDay.FillBooked")
    fields = json.loads(old.state)
    del fields["fee_e8"]

    with pytest.raises(MapperDeserialisationError, match="fee_e8"):
        mapper.to_domain_event(
            StoredEvent(old.originator_id, old.originator_version, old.topic, json.dumps(fields).encode())
        )
