"""A stranger's questions in a real browser: read the chain, verify a trade, keep a head, check a file, catch a lie."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.e2e.serving import Server
from tests.e2e.watching import SLOWLY_MS, visit

# One worker, one server: what the two files look at is the same.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("traded")]


def a_rejected_trade(traded: Server) -> dict[str, Any]:
    found = traded.get("/api/trades/history?outcome=REJECTED&limit=1")["items"]
    return dict(found[0])


def outcome_of(page: Page, check: str) -> str:
    return str(page.locator(f"[data-check={check}]").first.get_attribute("data-outcome"))


def test_a_search_leads_to_a_transaction_with_its_call_events_and_trace(browser: Browser, traded: Server) -> None:
    record = traded.get("/api/smartcontract/records?kind=REJECTION&limit=1")["items"][0]
    seen = visit(browser, traded.origin + "/analytics")
    page = seen.page

    page.keyboard.press("/")
    page.get_by_role("dialog").get_by_label("Search").fill(record["tx"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/tx"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("rejected")
    expect(page.get_by_role("region", name="Call", exact=True)).to_contain_text("limitPrice")
    expect(page.get_by_role("region", name=re.compile("^Events"))).to_contain_text("TradeRejected")
    page.get_by_role("button", name="Show the trace").click()
    trace = page.get_by_role("region", name="Call trace")
    if traded.get("/api/dashboard")["status"]["chain"]["kind"] == "anvil":
        expect(trace).to_contain_text("snapshot", timeout=SLOWLY_MS)
    else:
        expect(trace).to_contain_text("gives no traces", timeout=SLOWLY_MS)
        seen.complaints.clear()
    assert [] == seen.complaints
    seen.context.close()


def test_anybody_asks_the_contract_a_question(browser: Browser, traded: Server) -> None:
    told = traded.get("/api/smartcontract/contracts")
    book = next(c for c in told["contracts"] if c["name"] == "RiskBook")
    seen = visit(browser, f"{traded.origin}/address?a={book['address']}")
    page = seen.page
    questions = page.get_by_role("region", name="Ask the contract")

    questions.get_by_text("limits()", exact=True).click()
    questions.get_by_role("button", name="Ask").first.click()
    limits = questions.locator("details", has_text="limits()").first
    expect(limits).to_contain_text("maxPositionBps", timeout=SLOWLY_MS)
    expect(limits).to_contain_text(told["limits"]["max_position_bps"])
    questions.get_by_text("lastJudgedClose").click()
    asked = questions.locator("details", has_text="lastJudgedClose").first
    asked.get_by_role("button", name="Ask").click()
    expect(asked.get_by_role("alert")).to_contain_text("expected 32 bytes")
    assert [] == seen.complaints
    seen.context.close()


SEEN = "tradeseal.seen"
FORGE = (
    'key => localStorage.setItem(key, localStorage.getItem(key).replace(/"block_hash":"0x../, \'"block_hash":"0x--\'))'
)


def test_a_history_that_changed_behind_an_earlier_visit_is_told_on_every_page(browser: Browser, traded: Server) -> None:
    seen = visit(browser, f"{traded.origin}/trades")
    page = seen.page
    page.wait_for_function("key => localStorage.getItem(key) !== null", arg=SEEN, timeout=SLOWLY_MS)
    assert page.locator("[data-history=broken]").count() == 0

    page.evaluate(FORGE, SEEN)
    page.goto(f"{traded.origin}/risk")

    alert = page.locator("[data-history=broken]")
    expect(alert).to_be_visible(timeout=SLOWLY_MS)
    expect(alert).to_contain_text("0x--")
    alert.get_by_role("button").click()
    expect(alert).to_have_count(0, timeout=SLOWLY_MS)
    assert [] == seen.complaints
    seen.context.close()


def test_a_trade_is_verified_in_the_browser_and_a_changed_file_is_caught(
    browser: Browser, traded: Server, tmp_path: Path
) -> None:
    trade = a_rejected_trade(traded)
    seen = visit(browser, f"{traded.origin}/trades?id={trade['id']}")
    page = seen.page

    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.locator("[data-conclusion=consistent]")).to_be_visible(timeout=SLOWLY_MS)
    assert page.locator("[data-outcome=fail]").count() == 0
    assert ["pass"] * 4 == [outcome_of(page, check) for check in ("code", "roots", "records", "logMatches")]

    with page.expect_download() as download:
        page.get_by_role("button", name="Evidence").click()
    honest = tmp_path / "honest.json"
    download.value.save_as(honest)
    evidence = json.loads(honest.read_text())
    evidence["log"][1]["state"] = evidence["log"][1]["state"].replace("1", "2", 1)
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(evidence))

    page.goto(traded.origin + "/verify")
    upload = page.locator("input[type=file]")
    upload.set_input_files(honest)
    expect(page.locator("[data-conclusion=consistent]")).to_be_visible(timeout=SLOWLY_MS)
    upload.set_input_files(changed)
    expect(page.locator("[data-conclusion=failed]")).to_be_visible(timeout=SLOWLY_MS)
    assert outcome_of(page, "log") == "fail"

    # The same file in the checker that needs no traded.
    checker = tmp_path / "checker.html"
    checker.write_bytes(page.request.get(traded.origin + "/checker.html").body())
    page.goto(checker.as_uri())
    page.locator("input[type=file]").set_input_files(honest)
    expect(page.locator("[data-conclusion=consistent]")).to_be_visible(timeout=SLOWLY_MS)
    page.locator("input[type=text]").fill(evidence["headers"][-1]["hash"])
    page.locator("input[type=text]").press("Tab")
    expect(page.locator("[data-conclusion=proven]")).to_be_visible(timeout=SLOWLY_MS)
    page.locator("input[type=file]").set_input_files(changed)
    expect(page.locator("[data-conclusion=failed]")).to_be_visible(timeout=SLOWLY_MS)
    assert [] == seen.complaints
    seen.context.close()


def test_a_remembered_head_is_compared_and_a_history_that_was_cut_behind_it_is_told(
    browser: Browser, traded: Server
) -> None:
    seen = visit(browser, traded.origin + "/verify")
    page = seen.page

    page.get_by_role("button", name="Remember this head").click()
    expect(page.locator("[data-heads=extended]")).to_be_visible(timeout=SLOWLY_MS)
    page.evaluate(
        """() => {
            const kept = JSON.parse(localStorage.getItem('tradeseal.heads'));
            for (const each of Object.values(kept)) {
                each.head.block += 100000;
                each.head.log_position += 100000;
            }
            localStorage.setItem('tradeseal.heads', JSON.stringify(kept));
        }"""
    )
    page.goto(traded.origin + "/verify")
    expect(page.locator("[data-heads=broken]")).to_be_visible(timeout=SLOWLY_MS)
    expect(page.locator("[data-heads=broken]")).to_contain_text("History was cut")
    seen.context.close()


def test_the_page_of_proofs_may_ask_a_node_of_the_readers_own(browser: Browser, traded: Server) -> None:
    seen = visit(browser, traded.origin + "/verify")
    page = seen.page

    policy = str(page.request.get(traded.origin + "/verify").headers["content-security-policy"])
    assert "https:" in policy.partition("connect-src")[2].partition(";")[0]
    assert "https:" not in str(page.request.get(traded.origin + "/").headers["content-security-policy"])
    page.get_by_label("RPC address of your own").fill("http://example.org")
    expect(page.get_by_role("alert").filter(has_text="begins with https://")).to_be_visible()
    seen.context.close()


def test_the_log_is_recomputed_page_by_page_and_narrowed_by_topic(browser: Browser, traded: Server) -> None:
    seen = visit(browser, traded.origin + "/events")
    page = seen.page

    expect(page.locator("[data-chain=whole]")).to_be_visible(timeout=SLOWLY_MS)
    page.get_by_label("Topic").fill("TradeRejected")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("topic=TradeRejected"))
    expect(page.locator("main li").first).to_contain_text("TradeRejected", timeout=SLOWLY_MS)
    expect(page.locator("[data-chain=whole]")).to_be_visible()
    assert [] == seen.complaints
    seen.context.close()


def test_a_token_that_is_pasted_opens_a_session_and_it_can_be_closed(browser: Browser, traded: Server) -> None:
    seen = visit(browser, traded.origin + "/login")
    page = seen.page

    page.get_by_label("Key or token").fill((traded.home / "api-token").read_text().strip())
    page.get_by_role("button", name="Open a session").click()
    expect(page.get_by_text("This browser may trade until")).to_be_visible(timeout=SLOWLY_MS)
    page.get_by_role("button", name="Close the session").click()
    expect(page.get_by_label("Key or token")).to_be_visible(timeout=SLOWLY_MS)
    assert [] == seen.complaints
    seen.context.close()


def test_a_reader_changes_language_and_theme_and_finds_them_again(browser: Browser, traded: Server) -> None:
    seen = visit(browser, traded.origin + "/settings")
    page = seen.page

    page.get_by_role("radio", name="light").click()
    assert not page.evaluate("document.documentElement.classList.contains('dark')")
    page.get_by_role("radio", name="Bahasa Indonesia").click()
    expect(page.get_by_role("navigation").get_by_text("Dasbor")).to_be_visible()
    assert page.evaluate("localStorage.getItem('tradeseal.language')") == "id"
    assert page.evaluate("localStorage.getItem('theme')") == "light"
    assert [] == seen.complaints
    seen.context.close()
