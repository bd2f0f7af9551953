"""Every page, in both themes and languages, wide and narrow: no complaint, nothing too wide, readable by everybody."""

import json

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.serving import Server
from tests.e2e.watching import NARROW, WIDE, accessibility_violations, come_to, visit, watch

# One worker, one server: what the two files look at is the same.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("traded")]

# Each page in each theme, language and width; all eight combinations in the long run. Indonesian words are the longest.
SOME = [("dark", WIDE, "en"), ("light", WIDE, "id"), ("light", NARROW, "id")]
OTHERS = [
    (theme, width, language)
    for theme in ("dark", "light")
    for width in (WIDE, NARROW)
    for language in ("en", "id")
    if (theme, width, language) not in SOME
]
# The pages that are about no single thing.
OF_MANY = [
    "/", "/trades", "/analytics", "/backtests", "/strategies", "/explorer", "/verify", "/risk", "/events", "/monitor",
    "/settings", "/login",
]  # fmt: skip
TITLES = {"en": "Trust level S", "id": "Tingkat kepercayaan S"}


def pages(traded: Server) -> list[str]:
    """Every address of the page, those of single things by the newest of their kind."""
    contract = next(c for c in traded.get("/api/smartcontract/contracts")["contracts"] if c["name"] == "RiskBook")
    record = traded.get("/api/smartcontract/records?limit=1")["items"][0]
    trade = next(t for t in traded.get("/api/trades/history?limit=50")["items"] if t["record_seq"] is not None)
    return [
        *OF_MANY,
        f"/trades?id={trade['id']}",
        f"/block?n={record['block']}",
        f"/tx?hash={record['tx']}",
        f"/address?a={contract['address']}",
        f"/verify?id={trade['id']}",
        f"/verify?block={record['block']}",
    ]


@pytest.mark.parametrize(
    ("theme", "width", "language"), [*SOME, *(pytest.param(*each, marks=pytest.mark.long) for each in OTHERS)]
)
def test_every_page_can_be_walked(browser: Browser, traded: Server, theme: str, width: int, language: str) -> None:
    seen = watch(browser, theme=theme, width=width, language=language)
    found: dict[str, object] = {}

    for path in pages(traded):
        come_to(seen, traded.origin + path)
        expect(seen.page.get_by_text(TITLES[language]).first).to_be_visible()
        expect(seen.page.locator("html")).to_have_attribute("lang", language)
        assert (theme == "dark") == seen.page.evaluate("document.documentElement.classList.contains('dark')")
        found[path] = (seen.overflow(), accessibility_violations(seen.page))

    wrong = {path: each for path, each in found.items() if each != (0, [])}
    assert wrong == {}, json.dumps(wrong, indent=1)
    assert [] == seen.complaints
    seen.context.close()


def test_every_page_says_that_prices_are_synthetic(browser: Browser, traded: Server) -> None:
    seen = watch(browser)
    for path in pages(traded):
        come_to(seen, traded.origin + path)
        expect(seen.page.get_by_text("Simulated; not investment advice.").first).to_be_visible()
        expect(seen.page.get_by_text("synthetic", exact=True).first).to_be_visible()
    seen.context.close()


def test_the_keyboard_leads_to_every_page_and_never_trades(browser: Browser, traded: Server) -> None:
    seen = visit(browser, traded.origin + "/trades")
    page = seen.page

    for letter, path in (
        ("x", "/explorer"),
        ("a", "/analytics"),
        ("b", "/backtests"),
        ("y", "/strategies"),
        ("v", "/verify"),
        ("r", "/risk"),
        ("e", "/events"),
        ("m", "/monitor"),
        ("s", "/settings"),
        ("d", "/"),
    ):
        page.keyboard.press("g")
        page.keyboard.press(letter)
        page.wait_for_url(traded.origin + path)
        expect(page.get_by_text("Paused", exact=True).first).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("No single key ever trades")
    page.keyboard.press("Escape")
    for key in "abcefhilmnopqrstuvwxyzBSXE1234567890":
        page.keyboard.press(key)
        page.keyboard.press("Escape")
    assert [] == traded.get("/api/dashboard")["pending"]
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [] == seen.complaints
    seen.context.close()
