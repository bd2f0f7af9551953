"""Exports give every row once, whole, and no cell that a spreadsheet runs."""

import csv
import hashlib
import io
import json

import pytest
from fakes import Site, a_site
from stories import E8, a_story

from tradeseal.api import exports
from tradeseal.api.exports import cell
from tradeseal.api.schemas.records import LoggedEvent, Record
from tradeseal.api.schemas.trades import Verification
from tradeseal.kernel.money import to_e8

LISTS = (
    "/api/trades/export",
    "/api/smartcontract/records/export",
    "/api/oracle/verifications/export",
    "/api/events/export",
)


def rows_of(site: Site, path: str) -> list[dict[str, str]]:
    response = site.client().get(path)
    assert 200 == response.status_code, response.text
    return list(csv.DictReader(io.StringIO(response.text)))


def traded(site: Site) -> Site:
    for act in (site.story.buy, site.story.rejection, site.story.refused, site.story.sell, site.story.bar):
        act()
    site.catch_up()
    return site


@pytest.mark.parametrize("path", LISTS)
def test_both_forms_hold_the_same_rows_oldest_first(site: Site, path: str) -> None:
    traded(site)

    lines, items = rows_of(site, path), site.client().get(f"{path}?format=json").json()

    key = next(name for name in ("position", "seq", "id") if name in lines[0])
    assert [line[key] for line in lines] == [str(item[key]) for item in items]
    assert len({line[key] for line in lines}) == len(lines) > 2
    if key != "id":
        assert sorted(int(line[key]) for line in lines) == [int(line[key]) for line in lines]


def test_json_items_are_those_of_the_lists(site: Site) -> None:
    traded(site)
    for path, shape, extra in (
        ("/api/smartcontract/records/export", Record, set()),
        ("/api/oracle/verifications/export", Verification, {"failed_checks"}),
        ("/api/events/export", LoggedEvent, set()),
    ):
        for item in site.client().get(f"{path}?format=json").json():
            shape.model_validate({k: v for k, v in item.items() if k not in extra}, strict=True)


def test_every_row_is_in_the_file_and_not_one_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGE", 3)
    ids = [str(site.story.rejection().id) for _ in range(10)]
    site.catch_up()

    assert ids == [row["id"] for row in rows_of(site, "/api/trades/export")]
    assert [str(n) for n in range(1, 11)] == [row["seq"] for row in rows_of(site, "/api/smartcontract/records/export")]
    last = site.story.ledger.facts.last()[0]
    assert last == len(rows_of(site, "/api/events/export"))
    assert 10 == len(rows_of(site, "/api/events/export?topic=TradeRejected"))


def test_the_events_file_is_enough_to_compute_the_chain_again(site: Site) -> None:
    traded(site)

    for event in site.client().get("/api/events/export?format=json").json():
        digest = hashlib.sha256(bytes.fromhex(event["previous"][2:]))
        for part in (
            event["position"].to_bytes(8, "big"),
            bytes.fromhex(event["stream"].replace("-", "")),
            event["version"].to_bytes(8, "big"),
            event["topic"].encode(),
            event["state"].encode(),
        ):
            digest.update(len(part).to_bytes(4, "big") + part)
        assert event["hash"] == "0x" + digest.hexdigest()


def test_fills_have_what_a_tax_tool_asks_for(site: Site) -> None:
    bought = site.story.buy(quantity_e8=E8 // 100, price_e8=50_000 * E8)
    site.story.sell(price_e8=51_000 * E8)
    site.catch_up()

    purchase, sale = rows_of(site, "/api/trades/fills.csv")

    assert ("BTC", "USDT", "BUY", "0.01", "50000", "500", "0.5", "USDT", "", "500.5") == tuple(
        purchase[name]
        for name in (
            "base", "quote", "side", "quantity", "price", "notional", "fee", "fee_currency", "realised_pnl",
            "cost_basis",
        )
    )  # fmt: skip
    assert str(bought.id) == purchase["cycle_id"]
    assert purchase["order_id"].startswith("v-")
    assert purchase["time_utc"].endswith("Z")
    assert ("SELL", "500.5", "8.99") == (sale["side"], sale["cost_basis"], sale["realised_pnl"])
    proceeds = to_e8(sale["notional"]) - to_e8(sale["fee"])
    assert to_e8(sale["realised_pnl"]) == proceeds - to_e8(sale["cost_basis"])
    records = {row["seq"]: row["head"] for row in rows_of(site, "/api/smartcontract/records/export")}
    assert [purchase["record_hash"], sale["record_hash"]] == [
        records[purchase["record_seq"]],
        records[sale["record_seq"]],
    ]
    assert [sale] == rows_of(site, "/api/trades/fills.csv?side=SELL")


def test_filters_choose_and_their_parts_make_the_whole(site: Site) -> None:
    traded(site)
    site.story.rejection("ETH-USDT")
    site.catch_up()

    everything = rows_of(site, "/api/trades/export")
    for parts in (
        ("market=BTC", "market=ETH"),
        ("side=BUY", "side=SELL"),
        ("kind=ENTRY", "kind=EXIT"),
        ("outcome=SETTLED", "outcome=REJECTED", "outcome=REFUSED"),
        ("to=2021-05-01T02:00:00Z", "from=2021-05-01T02:00:01Z"),
    ):
        chosen = [row["id"] for part in parts for row in rows_of(site, f"/api/trades/export?{part}")]
        assert sorted(chosen) == sorted(row["id"] for row in everything)
        listed = [site.client().get(f"/api/trades/history?{part}").json()["total"] for part in parts]
        assert len(everything) == sum(listed)
    rejected = rows_of(site, "/api/trades/export?rule=RULE-03")
    assert ["RULE-03", "RULE-03"] == [row["failed_rules"] for row in rejected]
    assert 2 == site.client().get("/api/trades/history?rule=RULE-03").json()["total"]
    assert [] == site.client().get("/api/trades/history?rule=RULE-01").json()["items"]
    assert 422 == site.client().get("/api/trades/history?rule=RULE-10").status_code


def test_records_are_found_by_the_rule_that_rejected(site: Site) -> None:
    traded(site)

    records = site.client().get("/api/smartcontract/records?rule=RULE-03").json()
    assert (1, ["REJECTION"]) == (records["total"], [record["kind"].upper() for record in records["items"]])
    assert [str(records["items"][0]["seq"])] == [
        row["seq"] for row in rows_of(site, "/api/smartcontract/records/export?rule=RULE-03")
    ]
    assert 0 == site.client().get("/api/smartcontract/records?rule=RULE-01").json()["total"]
    assert 422 == site.client().get("/api/smartcontract/records?rule=RULE-10").status_code


def test_lists_of_proofs_choose_too(site: Site) -> None:
    traded(site)
    client = site.client()

    failed = client.get("/api/oracle/verifications?outcome=FAILED&side=BUY").json()
    assert (1, "4:window") == (
        failed["total"],
        rows_of(site, "/api/oracle/verifications/export?outcome=FAILED")[0]["failed_checks"],
    )
    fills = client.get("/api/smartcontract/records?kind=BUY_FILL&from=2021-05-01").json()
    assert ["buy fill"] == [item["kind"] for item in fills["items"]]
    assert 0 == client.get("/api/smartcontract/records?to=2021-04-30").json()["total"]


def test_events_of_one_topic_lead_on_until_none_is_left(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradeseal.readmodels.queries.SCANNED", 7)
    traded(site)
    client, found, after = site.client(), [], 0
    for _ in range(100):
        page = client.get(f"/api/events?topic=TradeSettled&after={after}&limit=1").json()
        found += page["items"]
        if page["next"] is None:
            break
        after = page["next"]

    assert ["TradeCycle.TradeSettled"] * 2 == [item["topic"] for item in found]
    plain = {e["position"]: e["previous"] for e in client.get("/api/events?limit=1000").json()["items"]}
    assert [plain[item["position"]] for item in found] == [item["previous"] for item in found]


def test_events_of_a_span_on_the_wall_clock(site: Site) -> None:
    traded(site)
    client = site.client()

    assert [] == client.get("/api/events?to=2021-01-01").json()["items"]
    assert [] == client.get("/api/events?from=2999-01-01").json()["items"]
    everything = client.get("/api/events?limit=1000").json()["items"]
    assert everything == client.get("/api/events?limit=1000&from=2021-01-01&to=2999-01-01").json()["items"]


def test_an_empty_list_is_an_empty_file_of_its_form(site: Site) -> None:
    client = site.client()

    assert [] == client.get("/api/trades/export?format=json").json()
    assert 1 == len(client.get("/api/trades/export").text.splitlines())


def test_while_the_engine_starts_no_file_is_begun(tmp_path) -> None:
    client = a_site(tmp_path, a_story(tmp_path), joined=False).client()

    for path in (*LISTS, "/api/trades/fills.csv"):
        assert (503, "STARTING") == (client.get(path).status_code, client.get(path).json()["code"])


@pytest.mark.parametrize("text", ["=1+1", "+1", "@x", "-1+cmd|' /C calc'!A0", "\t=1", "\r=1", "-", "\n=1"])
def test_what_a_spreadsheet_could_run_is_disarmed(text: str) -> None:
    assert "'" + text == cell(text)


@pytest.mark.parametrize("text", ["-12.5", "12", "0x12", "BTC-USDT", "", "2021-05-01T00:00:00Z"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert text == cell(text)


def test_structures_are_json_in_one_cell() -> None:
    assert "'=HYPERLINK(1)" == cell("=HYPERLINK(1)")
    assert '{"a":1}' == cell({"a": 1})
    assert json.loads(cell([{"a": "=1"}])) == [{"a": "=1"}]
