"""The pages in a real browser, before a real engine on a real chain, held at a candle whose BUY the contract allows."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState, expect
from tests.e2e.serving import MARKET, Server
from tests.e2e.watching import accessibility_violations, visit

SYMBOL = MARKET.partition("-")[0]
# An order waits for blocks and a fill on a machine that may be busy.
AN_ORDER_MS = 60_000
# Longer than a browser takes to begin to load a page.
HELD_MS = 1_000

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("server")]


def test_the_page_shows_all_nine_rules_by_the_contracts_numbers(browser: Browser, server: Server) -> None:
    seen = visit(browser, server.origin)

    rules = seen.page.get_by_role("region", name="Rules")
    for number in range(1, 10):
        expect(rules.get_by_text(f"RULE-0{number}", exact=True)).to_be_visible()
    seen.context.close()


def test_every_figure_of_the_results_tells_its_formula_to_keyboard_and_finger(browser: Browser, server: Server) -> None:
    seen = visit(browser, server.origin + "/analytics")
    figures = seen.page.get_by_role("region", name="Results", exact=True)

    for metric in server.get("/api/analytics")["metrics"]:
        name = figures.get_by_role("button", name=metric["title"], exact=True)
        name.focus()
        expect(name).to_have_accessible_description(re.compile(re.escape(metric["formula"])))
        if metric["value"] is None:
            figure = seen.page.get_by_role("button", name=metric["title"], exact=True)
            expect(figures.get_by_role("listitem").filter(has=figure)).to_contain_text(metric["text"])
    seen.context.close()


def test_what_a_page_offers_to_export_is_there(browser: Browser, server: Server) -> None:
    for path in ("/trades", "/analytics"):
        seen = visit(browser, server.origin + path)
        links = seen.page.locator("a[download]").all()
        assert len(links) >= 3
        for link in links:
            answer = seen.page.request.get(server.origin + str(link.get_attribute("href")))
            assert 200 == answer.status, link.get_attribute("href")
            assert "attachment" in answer.headers["content-disposition"]
        seen.context.close()


def test_without_a_session_trading_is_off_and_says_how_to_get_one(browser: Browser, server: Server) -> None:
    seen = visit(browser, server.origin)

    execute = seen.page.get_by_role("button", name="Execute the signal…")
    expect(execute).to_have_attribute("aria-disabled", "true")
    expect(execute).to_have_accessible_description(re.compile("No session: open the address with #key="))
    execute.click(force=True)
    expect(seen.page.get_by_role("dialog")).to_have_count(0)
    assert [] == seen.complaints
    seen.context.close()


def test_a_person_executes_a_paused_candle_sees_it_recorded_and_exits_by_hand(
    browser: Browser, server: Server, session: StorageState
) -> None:
    seen = visit(browser, server.origin, session=session)
    page = seen.page

    # Execute: asked first, then told what came of it.
    page.get_by_role("region", name="Trade ticket").get_by_label("Market").select_option(MARKET)
    page.get_by_role("button", name="Execute the signal…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"BUY {MARKET}")
    dialog.get_by_role("button", name="Execute", exact=True).click()
    expect(dialog.locator("[data-outcome=SETTLED]")).to_be_visible(timeout=AN_ORDER_MS)
    dialog.get_by_role("link", name="See the whole trade").click()

    # Recorded: the detail page shows what the contract keeps.
    page.wait_for_url(re.compile(r"/trades\?id="))
    cycle_id = page.url.rpartition("id=")[2]
    chain = page.get_by_role("region", name="On the chain")
    for record in _records_of(server, cycle_id):
        expect(chain.get_by_title(record["head"], exact=True).first).to_be_visible()
        expect(chain.get_by_title(record["previous"], exact=True).first).to_be_visible()
        expect(chain.get_by_title(record["tx"], exact=True).first).to_be_visible()
    expect(page.get_by_role("region", name="Events").get_by_text("TradeSettled")).to_be_visible()

    assert [] == accessibility_violations(page)

    # Executed again, the same candle answers with the same cycle.
    page.get_by_role("link", name="Dashboard").click()
    page.get_by_role("region", name="Trade ticket").get_by_label("Market").select_option(MARKET)
    page.get_by_role("button", name="Execute the signal…").click()
    dialog.get_by_role("button", name="Execute", exact=True).click()
    expect(dialog.get_by_text("already run")).to_be_visible(timeout=AN_ORDER_MS)
    expect(dialog.get_by_role("link", name="See the whole trade")).to_have_attribute("href", f"/trades?id={cycle_id}")
    page.keyboard.press("Escape")

    # Exit by hand: the position goes, cash is all there is.
    positions = page.get_by_role("region", name="Open positions", exact=True)
    positions.get_by_role("button", name=f"Exit {SYMBOL}").click()
    dialog.get_by_role("button", name=f"Exit all of {SYMBOL}").click()
    expect(dialog.locator("[data-outcome=SETTLED]")).to_be_visible(timeout=AN_ORDER_MS)
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    expect(positions.get_by_text("The book holds nothing but cash.")).to_be_visible(timeout=AN_ORDER_MS)
    assert [] == [position for position in server.get("/api/dashboard")["positions"] if position["market"] == MARKET]

    assert [] == seen.complaints
    seen.context.close()


def test_hold_answers_that_there_is_no_signal(browser: Browser, server: Server, session: StorageState) -> None:
    markets = server.get("/api/dashboard")["status"]["data"]["markets"]
    held = next(market for market in markets if server.get(f"/api/predictions/{market}")["side"] == "HOLD")
    seen = visit(browser, server.origin, session=session)

    seen.page.get_by_role("region", name="Trade ticket").get_by_label("Market").select_option(held)
    seen.page.get_by_role("button", name="Execute the signal…").click()
    dialog = seen.page.get_by_role("dialog")
    expect(dialog).to_contain_text("The strategy says HOLD")
    dialog.get_by_role("button", name="Execute", exact=True).click()

    expect(dialog.locator("[data-outcome=NO_SIGNAL]")).to_be_visible(timeout=AN_ORDER_MS)
    assert [] == seen.complaints
    seen.context.close()


def test_a_question_is_asked_and_dropped_by_keyboard_alone(
    browser: Browser, server: Server, session: StorageState
) -> None:
    seen = visit(browser, server.origin, session=session)
    execute = seen.page.get_by_role("button", name="Execute the signal…")

    expect(execute).not_to_have_attribute("aria-disabled", "true")
    execute.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.get_by_role("dialog")).to_be_visible()
    assert seen.page.evaluate("document.activeElement.closest('[role=dialog]') !== null")
    seen.page.keyboard.press("Escape")

    expect(seen.page.get_by_role("dialog")).to_have_count(0)
    expect(execute).to_be_focused()
    seen.context.close()


def test_the_page_comes_back_by_itself_after_a_kill(browser: Browser, server: Server) -> None:
    seen = visit(browser, server.origin)
    equity = seen.page.get_by_role("region", name="Portfolio").inner_text()

    server.kill()
    expect(seen.page.get_by_text("Not connected.")).to_be_visible(timeout=15_000)
    expect(seen.page.get_by_role("button", name="Execute the signal…")).to_have_accessible_description(
        re.compile("Not connected")
    )
    # A page that cannot come does not take away the one that is here.
    seen.page.get_by_role("navigation").get_by_role("link", name="Trades").click()
    expect(seen.page.get_by_text("this one stays")).to_be_visible(timeout=15_000)
    with seen.page.expect_event("requestfailed", lambda request: request.url.endswith("/risk")):
        seen.page.keyboard.press("g")
        seen.page.keyboard.press("r")
    seen.page.wait_for_timeout(HELD_MS)
    assert seen.page.url.rstrip("/") == server.origin
    # Nor does a dialog that cannot come.
    seen.page.keyboard.press("?")
    unopened = seen.page.get_by_role("alert").filter(has_text="could not be opened")
    unopened.get_by_role("button", name="Close").click()
    expect(unopened).to_have_count(0)

    server.start()
    expect(seen.page.get_by_text("Not connected.")).to_have_count(0, timeout=60_000)
    expect(seen.page.get_by_role("region", name="Portfolio")).to_have_text(re.compile(r"Equity"))
    for line in equity.splitlines()[:3]:
        expect(seen.page.get_by_role("region", name="Portfolio")).to_contain_text(line)
    seen.page.keyboard.press("?")
    expect(seen.page.get_by_role("dialog")).to_be_visible()
    seen.context.close()


def _records_of(server: Server, cycle_id: str) -> list[dict[str, Any]]:
    mine = [
        record
        for record in server.get("/api/smartcontract/records?limit=100")["items"]
        if record["cycle_id"] == cycle_id
    ]
    assert mine, f"The contract keeps no record of {cycle_id}."
    return mine
