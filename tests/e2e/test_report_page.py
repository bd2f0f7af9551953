"""A run's page as one file, on a phone and on a screen, by day and by night: nothing is cut off."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tradeseal.backtest.desk import Asked, backtest
from tradeseal.backtest.html import page_of
from tradeseal.kernel.clock import parse_utc

pytestmark = [pytest.mark.browser, pytest.mark.chain]
PHONE, SCREEN = 360, 1_280
MONTHS = [
    {"month": f"{year}-{month:02d}", "return": (month - 7) * 0.0333 * (-1) ** year}
    for year in (2021, 2022, 2023) for month in range(1, 13)
]  # fmt: skip
# What sticks out of the page, and what has to be scrolled to be seen.
BEYOND = """() => [...document.querySelectorAll('body *')]
    .filter(one => !one.closest('svg') && one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
    .map(one => one.outerHTML.slice(0, 80))"""
SHOWN = (
    "() => [...document.querySelectorAll('.months td')].filter(one => one.getBoundingClientRect().width > 20).length"
)


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("pyrevm")
    home = tmp_path_factory.mktemp("home")
    report, _ = backtest(
        Asked(
            strategy="ema_cross", markets=("BTC", "ETH"), assume_bps=9_900, start=parse_utc("2024-12-02T15:00Z"),
            end=parse_utc("2024-12-06T00:00Z"),
        ),
        home,
    )  # fmt: skip
    path = home / "report.html"
    path.write_text(page_of({**report, "months": MONTHS}))
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, SCREEN])
def test_a_report_fits_its_screen(browser: Browser, page_file: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(page_file.as_uri())

    assert page.evaluate(BEYOND) == []
    assert page.evaluate(SHOWN) == 3 * 13
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    names = page.evaluate("getComputedStyle(document.querySelector('.months td'), '::before').content")
    assert ("Jan" in names) == (width == PHONE)  # a folded year names its months, a row has them at its head
    context.close()
