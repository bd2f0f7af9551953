"""Any filter is decided inside the list's covering index; pages forwards and backwards hold every row once."""

from itertools import product
from pathlib import Path

import pytest
from stories import Story, a_story

from tradeseal.readmodels.paging import Filter, Table
from tradeseal.readmodels.published import Queries, open_read_models

FILTERS = [
    Filter(),
    Filter(market="BTC-USDT"),
    Filter(market="BTC-USDT", since=1, until=2**40),
    Filter(since=5),
]
CYCLES = [
    *FILTERS,
    Filter(side="BUY", kind="ENTRY", outcome="REJECTED"),
    Filter(rule="RULE-03"),
    Filter(outcome="NONE"),
]


@pytest.fixture
def queries(tmp_path: Path) -> Queries:
    story: Story = a_story(tmp_path)
    for _ in range(3):
        story.buy()
        story.rejection("ETH-USDT")
        story.refused()
        story.sell()
    views = open_read_models(tmp_path / "views", story.ledger.facts)
    views.follower.catch_up()
    return views.queries


@pytest.mark.parametrize(
    ("table", "view", "filters"),
    [
        (Table("cycles", "seq"), "_cycles", CYCLES),
        (Table("verifications", "position"), "_cycles", [*FILTERS, Filter(outcome="FAILED", side="BUY")]),
        (Table("records", "seq"), "_records", [*FILTERS, Filter(kind="entry"), Filter(rule="RULE-03")]),
        (Table("fills", "position"), "_book", [*FILTERS, Filter(side="1")]),
    ],
)
def test_no_filter_reads_whole_rows_to_decide(queries: Queries, table: Table, view: str, filters: list[Filter]) -> None:
    db = getattr(queries, view).reader()
    for chosen in filters:
        where, values = chosen.where()
        listed = f"FROM {table._listed} WHERE {where}"
        for select in (f"SELECT count(*) {listed}", f"SELECT {table.key} {listed} ORDER BY {table.key} DESC LIMIT 51"):
            plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {select}", values)]
            assert any(f"USING COVERING INDEX {table.name}_list" in step for step in plan), plan
            assert not any("TEMP B-TREE FOR ORDER BY" in step for step in plan if "rule" not in where), plan


def test_forwards_and_backwards_are_the_same_rows(queries: Queries) -> None:
    for chosen, limit in product(CYCLES, (1, 2, 5, 500)):
        backwards, before = [], None
        while True:
            page = queries.cycles(chosen, before=before, limit=limit)
            backwards += [row["seq"] for row in page.rows]
            before = page.next
            if before is None:
                break
        forwards, after = [], None
        while True:
            rows, after = queries.cycles_after(chosen, after=after, limit=limit)
            forwards += [row["seq"] for row in rows]
            if after is None:
                break
        assert forwards == backwards[::-1]
        assert page.total == len(set(forwards)) == len(forwards)


def test_events_of_a_topic_are_all_of_them_whatever_the_page(queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, _ = queries.events_chosen(after=0, limit=1000)
    wanted = [fact.position for fact in whole if fact.topic == "TradeCycle.TradeSettled"]
    assert len(wanted) == 6
    for scanned, limit in product((1, 7, 1000), (1, 2, 100)):
        monkeypatch.setattr("tradeseal.readmodels.queries.SCANNED", scanned)
        found, after = [], 0
        for _ in range(1000):
            facts, following = queries.events_chosen(after=after, limit=limit, topic="TradeSettled")
            found += [fact.position for fact in facts]
            if following is None:
                break
            after = following
        assert wanted == found


def test_an_events_page_ends_at_its_last_position(queries: Queries) -> None:
    facts, following = queries.events_chosen(after=0, limit=1000, until=5)
    assert ([1, 2, 3, 4, 5], None) == ([fact.position for fact in facts], following)
    facts, following = queries.events_chosen(after=0, limit=3, until=5)
    assert 3 == following
    assert ([], None) == queries.events_chosen(after=10**6, limit=3)
