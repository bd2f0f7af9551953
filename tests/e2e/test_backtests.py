"""Back-tests by hand: begun and ended on the page, laid side by side, checked; what trades here compared with one."""

import re

import pytest
from playwright.sync_api import Browser, StorageState, expect
from tests.e2e.serving import Server
from tests.e2e.watching import SLOWLY_MS, accessibility_violations, come_to, visit, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600), pytest.mark.xdist_group("server")]
A_RUN_MS = 180_000


def test_without_a_session_a_back_test_cannot_be_begun_and_the_button_says_why(
    browser: Browser, server: Server
) -> None:
    seen = visit(browser, server.origin + "/backtests")

    run = seen.page.get_by_role("button", name="Run", exact=True)
    expect(run).to_have_attribute("aria-disabled", "true")
    expect(run).to_have_accessible_description(re.compile("No session: open the address with #key="))
    assert [] == seen.complaints
    seen.context.close()


def test_back_tests_are_begun_ended_compared_and_checked(
    browser: Browser, server: Server, session: StorageState
) -> None:
    seen = watch(browser, session=session)
    page = seen.page
    come_to(seen, server.origin + "/backtests?from=2024-09-01&to=2024-09-08")
    form = page.get_by_role("form", name="Run a back-test")
    run = form.get_by_role("button", name="Run", exact=True)

    # A parameter out of its range is named, and nothing can be begun.
    form.get_by_label("Strategy").select_option("trend")
    form.get_by_text(re.compile(r"Parameters \(\d+\)")).click()
    form.get_by_label("macd_weight").fill("-7")
    expect(run).to_have_accessible_description(re.compile("Look again at: macd_weight"))
    form.get_by_label("macd_weight").fill("30")
    form.get_by_label("ETH-USDT").check()

    # Begun, and ended by hand.
    run.click()
    cancel = page.get_by_role("button", name="Cancel", exact=True)
    expect(run).to_have_accessible_description(re.compile("one at a time"))
    cancel.click()
    expect(page.locator("[data-job=CANCELLED]")).to_be_visible(timeout=SLOWLY_MS)

    # Two runs whose parameters differ.
    for number, weight in enumerate(("30", "20"), start=1):
        form.get_by_label("macd_weight").fill(weight)
        run.click()
        expect(page.locator("[data-job=DONE]")).to_have_count(number, timeout=A_RUN_MS)
        expect(page.get_by_label(re.compile("^Choose run "))).to_have_count(number, timeout=SLOWLY_MS)
    for box in page.get_by_label(re.compile("^Choose run ")).all():
        box.check()
    page.get_by_role("button", name="Compare (2)").click()
    page.wait_for_url(re.compile(r"compare="))
    differing = page.get_by_role("region", name="What was run", exact=True).first.get_by_role("row", name="macd_weight")
    expect(differing).to_contain_text(re.compile("20.*30|30.*20"), timeout=SLOWLY_MS)
    assert [] == accessibility_violations(page)

    # One of them whole: checked for what it could not have known, its files fetched.
    page.get_by_role("region", name="Results", exact=True).get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"id="))
    page.get_by_role("button", name="Check now").click()
    checks = page.get_by_role("region", name="Bias checks")
    expect(checks.get_by_text("No future", exact=True)).to_be_visible(timeout=A_RUN_MS)
    expect(checks.get_by_text("differs")).to_have_count(0)
    report = server.get("/api/backtests?limit=1")["runs"][0]
    expect(page.get_by_text(re.compile(r"macd_weight = (20|30)"))).to_have_count(1)
    for link in page.get_by_role("list", name="Files of the run").get_by_role("link").all():
        assert 200 == page.request.get(server.origin + str(link.get_attribute("href"))).status
    assert report["record_head"].startswith("0x")
    assert [] == accessibility_violations(page)
    assert [] == seen.complaints
    seen.context.close()


def test_what_was_signed_here_is_what_a_back_test_says(browser: Browser, server: Server, session: StorageState) -> None:
    seen = watch(browser, session=session)
    page = seen.page
    come_to(seen, server.origin + "/strategies")
    expect(page.get_by_role("region", name=re.compile("^In use: "))).to_contain_text("Base rate")

    page.get_by_role("button", name="Compare now").click()

    live = page.get_by_role("region", name="Live against back-test", exact=True)
    expect(live.get_by_text(re.compile(r"\d+ signals compared, 0 differ"))).to_be_visible(timeout=A_RUN_MS)
    expect(live).to_contain_text("same")
    assert [] == accessibility_violations(page)
    assert [] == seen.complaints
    seen.context.close()
