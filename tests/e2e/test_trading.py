"""Trading in a real browser: the contract's pre-check of a size, a whole trade by keyboard, a server that goes.

A server of its own, held at a candle whose BUY the contract allows.
"""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect
from tests.e2e.serving import MARKET, PAUSE_AT, Server, serving
from tests.e2e.watching import accessibility_violations, visit, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("trading")]

SYMBOL = MARKET.partition("-")[0]
AN_ORDER_MS = 60_000
# The line is given up after ten seconds of silence, and tried again after at most fifteen.
LOST_MS = 25_000
BACK_MS = 60_000
KEYS_MOST = 150


@pytest.fixture(scope="module")
def trader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("e2e-trading"), pause_at=PAUSE_AT) as server:
        yield server


@pytest.fixture(scope="module")
def key(browser: Browser, trader: Server) -> StorageState:
    """The cookies of a person who has opened the printed address."""
    seen = watch(browser)
    seen.page.goto(trader.key_address)
    expect(seen.page.get_by_text("Session", exact=True)).to_be_visible()
    state = seen.context.storage_state()
    seen.context.close()
    return state


def tab_to(page: Page, name: str) -> None:
    """Go on with the tab key until the focus is on something of this name, as somebody without a pointer does."""
    wanted = re.compile(name)
    for _ in range(KEYS_MOST):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const at = document.activeElement; "
            "return at.tagName + ' ' + (at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText); }"
        )
        if wanted.search(focused):
            return
    raise AssertionError(f"{name} is not reached by {KEYS_MOST} tabs")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def test_the_contract_assesses_each_rule_while_a_size_is_typed(browser: Browser, trader: Server) -> None:
    seen = visit(browser, trader.origin)
    ticket = seen.page.get_by_role("region", name="Trade ticket")
    ticket.get_by_label("Market").select_option(MARKET)
    check = ticket.get_by_role("region", name="Pre-check by the contract")
    size = check.locator("[data-rule='RULE-01'] .num")

    expect(check).to_contain_text("The contract would allow this order")
    for number in range(1, 10):
        expect(check.locator(f"[data-rule='RULE-0{number}']")).to_have_attribute("data-failed", "false")
    whole = size.inner_text()
    ticket.get_by_label(re.compile("Size, % of equity")).fill("1")

    expect(size).to_have_text(re.compile(r"^(1\.00|0\.99) % / 20\.00 %$"))
    assert whole != size.inner_text()
    after = check.get_by_role("row", name=re.compile("Exposure"))
    expect(after).to_contain_text(re.compile(r"0\.00 %→ (1\.00|0\.99) %"))
    told = trader.get(f"/api/trades/execute/{SYMBOL}?size=0.01")
    assert [rule["id"] for rule in told["rules"]] == [f"RULE-0{number}" for number in range(1, 10)]
    assert [] == seen.complaints
    seen.context.close()


def test_a_chart_shows_what_the_strategy_reads_and_the_same_as_a_table(browser: Browser, trader: Server) -> None:
    seen = visit(browser, trader.origin)
    chart = seen.page.get_by_role("region", name=re.compile(r"^BTC-USDT"))
    indicators = chart.get_by_role("group", name="Indicators")

    for name in ("Bollinger", "RSI", "MACD", "Volatility"):
        indicators.get_by_role("button", name=name).click()
        expect(indicators.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    expect(chart.get_by_text("RSI 14")).to_be_visible()
    chart.get_by_role("button", name="Candles of BTC-USDT as a table").click()

    newest = trader.get("/api/market/candles/BTC?limit=1&indicators=rsi")
    row = chart.get_by_role("row").nth(1)
    expect(row).to_contain_text(newest["candles"][0]["open_time"][:10])
    expect(row).to_contain_text(f"{newest['curves'][0]['values'][0]:.1f}")
    assert [] == accessibility_violations(seen.page)
    assert [] == seen.complaints
    seen.context.close()


def test_a_market_set_to_ask_asks_and_takes_no_for_an_answer(
    browser: Browser, trader: Server, key: StorageState
) -> None:
    seen = visit(browser, trader.origin, session=key)
    ticket = seen.page.get_by_role("region", name="Trade ticket")
    other = next(each for each in trader.get("/api/dashboard")["signals"] if each["market"] != MARKET)
    ticket.get_by_label("Market").select_option(other["market"])

    ticket.get_by_role("radio", name="ask me").click()
    expect(ticket.get_by_text(f"{other['market']} asks you")).to_be_visible(timeout=AN_ORDER_MS)
    assert [other["id"]] == [asked["cycle_id"] for asked in trader.get("/api/dashboard")["pending"]]
    ticket.get_by_role("button", name="Let it go").click()

    expect(ticket.get_by_text(f"{other['market']} asks you")).to_have_count(0, timeout=AN_ORDER_MS)
    assert [] == seen.complaints
    seen.context.close()


# Every picture that the dialog shows of the seven steps: which are done, and which of them lead to their transaction.
WATCH_STEPS = """() => {
    window.stepsSeen = [];
    const look = () => {
        const steps = [...document.querySelectorAll('[role=dialog] ol > li')];
        const done = steps.flatMap((step, at) => (/^done/m.test(step.innerText) ? [at + 1] : []));
        const linked = steps.flatMap((step, at) => (step.querySelector('a[href^="/tx?hash=0x"]') ? [at + 1] : []));
        const picture = JSON.stringify({ done, linked });
        if (steps.length === 7 && JSON.stringify(window.stepsSeen.at(-1)) !== picture) {
            window.stepsSeen.push(JSON.parse(picture));
        }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def came_one_after_the_other(pictures: list[dict[str, list[int]]]) -> None:
    """The steps were shown while they happened, none before the one in front of it, those on the chain with links."""
    for picture in pictures:
        assert picture["done"] == list(range(1, len(picture["done"]) + 1)), pictures
        assert {3, 4, 6} & set(picture["done"]) <= set(picture["linked"]), pictures
    counts = [(len(picture["done"]), len(picture["linked"])) for picture in pictures]
    assert sorted(counts) == counts, pictures
    assert (7, 3) == counts[-1], pictures
    assert len(counts) >= 3, f"not seen on the way: {pictures}"


def test_a_trade_is_executed_verified_and_exited_by_keyboard_alone(
    browser: Browser, trader: Server, key: StorageState
) -> None:
    seen = visit(browser, trader.origin, session=key)
    page, dialog = seen.page, seen.page.get_by_role("dialog")

    # Execute: the market is chosen by its first letters.
    tab_to(page, "^SELECT Market")
    page.keyboard.type(SYMBOL)
    expect(page.get_by_role("region", name="Pre-check by the contract")).to_contain_text("would allow")
    press(page, "^BUTTON Execute the signal")
    expect(dialog).to_contain_text(f"BUY {MARKET}")
    page.evaluate(WATCH_STEPS)
    with trader.slow_chain():
        press(page, "^BUTTON Execute$")
        expect(dialog.locator("[data-outcome=SETTLED]")).to_be_visible(timeout=AN_ORDER_MS)
    came_one_after_the_other(page.evaluate("window.stepsSeen"))
    expect(dialog.get_by_role("list", name=re.compile("steps", re.IGNORECASE)).get_by_role("link")).not_to_have_count(0)
    press(page, "^A See the whole trade")

    # Verify: the browser recomputes it.
    page.wait_for_url(re.compile(r"/trades\?id="))
    expect(page.get_by_role("button", name="Verify", exact=True)).to_be_visible()
    press(page, "^BUTTON Verify$")
    expect(page.get_by_text("Everything agrees with itself.").first).to_be_visible(timeout=AN_ORDER_MS)

    # Exit: back on the dashboard by the letters of its shortcut.
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.get_by_role("button", name=f"Exit {SYMBOL}")).to_be_visible()
    press(page, f"^BUTTON Exit {SYMBOL}")
    expect(dialog).to_contain_text("The contract would allow this order")
    press(page, f"^BUTTON Exit all of {SYMBOL}")
    expect(dialog.locator("[data-outcome=SETTLED]")).to_be_visible(timeout=AN_ORDER_MS)
    page.keyboard.press("Escape")
    expect(page.get_by_text("The book holds nothing but cash.")).to_be_visible(timeout=AN_ORDER_MS)

    assert [] == [position for position in trader.get("/api/dashboard")["positions"] if position["market"] == MARKET]
    assert [] == seen.complaints
    seen.context.close()


def test_halting_is_in_reach_on_every_page_and_asks_for_a_typed_word(
    browser: Browser, trader: Server, key: StorageState
) -> None:
    seen = visit(browser, trader.origin + "/events", session=key)
    dialog = seen.page.get_by_role("dialog")

    seen.page.get_by_role("banner").get_by_role("button", name="Halt…").click()
    confirm = dialog.get_by_role("button", name="Confirm")
    expect(confirm).to_have_accessible_description("Type HALT to go on")
    dialog.get_by_label("Type HALT to go on").fill("halt")
    expect(confirm).to_have_attribute("aria-disabled", "true")
    dialog.get_by_label("Type HALT to go on").fill("HALT")
    expect(confirm).not_to_have_attribute("aria-disabled", "true")
    seen.page.keyboard.press("Escape")

    assert "ACTIVE" == trader.get("/api/dashboard")["book"]["state"]
    assert [] == seen.complaints
    seen.context.close()


@pytest.mark.parametrize("how", ["stalled", "stopped"])
def test_a_server_that_goes_is_told_of_and_the_page_comes_back_by_itself(
    browser: Browser, trader: Server, key: StorageState, how: str
) -> None:
    seen = visit(browser, trader.origin, session=key)
    page = seen.page
    execute = page.get_by_role("button", name="Execute the signal…")
    page.evaluate("window.notLoadedAgain = true")
    equity = page.get_by_role("region", name="Portfolio").inner_text().splitlines()[:3]

    trader.stall() if how == "stalled" else trader.stop()
    # First the prices' age, then the lost line.
    expect(page.get_by_text("Not connected.")).to_be_visible(timeout=LOST_MS)
    expect(page.get_by_text(re.compile(r"Trading is off"))).to_be_visible()
    expect(execute).to_have_attribute("aria-disabled", "true")
    expect(execute).to_have_accessible_description(re.compile("Not connected"))

    trader.go_on() if how == "stalled" else trader.start()
    expect(page.get_by_text("Not connected.")).to_have_count(0, timeout=BACK_MS)
    for line in equity:
        expect(page.get_by_role("region", name="Portfolio")).to_contain_text(line)
    if how == "stalled":  # the same process still knows the session
        expect(execute).not_to_have_attribute("aria-disabled", "true", timeout=BACK_MS)
    assert page.evaluate("window.notLoadedAgain")
    seen.context.close()
