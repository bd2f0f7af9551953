"""A page opened before the first prices are signed: an engine that runs, and nothing yet to measure."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.e2e.serving import Server, serving
from tests.e2e.test_walk import OF_MANY
from tests.e2e.watching import come_to, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

BEFORE_THE_FIRST_CANDLE = "2024-09-01T00:00Z"
ASKED_AGAIN_MS = 4_000  # the pre-check is asked every three seconds


@pytest.fixture(scope="module")
def unpriced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("e2e-first"), pause_at=BEFORE_THE_FIRST_CANDLE) as server:
        yield server


def test_before_the_first_prices_the_book_is_shown_as_it_was_opened_and_nothing_is_asked_in_vain(
    browser: Browser, unpriced: Server
) -> None:
    seen = watch(browser)
    come_to(seen, unpriced.key_address)
    seen.page.wait_for_timeout(ASKED_AGAIN_MS)

    expect(seen.page.get_by_role("region", name="Portfolio")).to_contain_text("10,000.00")
    expect(seen.page.get_by_text("No signed prices yet: they come with the next candle.")).to_be_visible()
    expect(seen.page.get_by_role("button", name=re.compile("Execute the signal"))).to_have_attribute(
        "aria-disabled", "true"
    )
    expect(seen.page.get_by_role("button", name="Resume")).to_be_enabled()
    for path in OF_MANY:
        come_to(seen, unpriced.origin + path)
    assert [] == seen.complaints
    seen.context.close()
