"""A hostile server in a real browser: each lie it can tell of a trade is caught by name, by the check that it breaks.

One page for all of them: the answers of the API and of the node are changed on their way to it, one lie at a time.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.e2e.serving import Server
from tests.e2e.watching import SLOWLY_MS, visit

# One worker, one server: what the files that share it look at is the same.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("traded")]

Change = Callable[[Any], None]
RPC = re.compile(r"/rpc$")
EVENTS = re.compile(r"/api/events\?")
CONTRACTS = re.compile(r"/api/smartcontract/contracts$")
HEADS = re.compile(r"/api/heads$")


class Evidence:
    """What is known of one settled trade before anybody lies about it."""

    def __init__(self, traded: Server) -> None:
        self.id = traded.get("/api/trades/history?outcome=SETTLED&kind=ENTRY&limit=1")["items"][0]["id"]
        self.other = traded.get("/api/trades/history?outcome=REJECTED&kind=ENTRY&limit=1")["items"][0]
        detail = traded.get(f"/api/trades/{self.id}")
        self.trade = re.compile(f"/api/trades/{self.id}$")
        self.block = {each["step"]: each["block"] for each in detail["transactions"]}
        self.commit = next(each["tx"] for each in detail["transactions"] if each["step"] == "commit")


@contextmanager
def lying(page: Page, about: re.Pattern[str], change: Change) -> Iterator[None]:
    """Let the browser hear every answer at these addresses changed."""

    def answer(route: Route) -> None:
        told = route.fetch()
        told_of = told.json()
        change(told_of)
        route.fulfill(response=told, body=json.dumps(told_of))

    page.route(about, answer)
    try:
        yield
    finally:
        page.unroute(about, answer)


def verified(page: Page) -> dict[str, str]:
    """Verify again, and tell each failed check's own words by its id."""
    # The answer of before stays in sight until the new one is begun.
    page.evaluate("document.querySelector('[data-conclusion]')?.setAttribute('data-before', '')")
    page.get_by_role("button", name=re.compile("^Verify")).click()
    expect(page.locator("[data-conclusion]:not([data-before])")).to_be_visible(timeout=SLOWLY_MS)
    failed = page.locator("[data-check][data-outcome=fail]")
    return dict(failed.evaluate_all("all => all.map(each => [each.dataset.check, each.innerText])"))


def blocks(told: Any) -> list[dict[str, Any]]:
    """The blocks among the node's answers, whether they came alone or in a batch."""
    answers = told if isinstance(told, list) else [told]
    found = (each.get("result") for each in answers)
    return [each for each in found if isinstance(each, dict) and "parentHash" in each]


def of_block(number: int, change: Callable[[dict[str, Any]], None]) -> Change:
    """Change one block wherever the node tells it whole."""

    def told(answers: Any) -> None:
        for block in blocks(answers):
            if int(block["number"], 16) == number and any(isinstance(each, dict) for each in block["transactions"]):
                change(block)

    return told


def test_every_lie_about_a_trade_is_caught_in_the_browser_by_name(browser: Browser, traded: Server) -> None:
    mine = Evidence(traded)
    seen = visit(browser, f"{traded.origin}/trades?id={mine.id}")
    page = seen.page

    assert {} == verified(page)
    expect(page.locator("[data-conclusion=consistent]")).to_be_visible()

    def more_bought(told: Any) -> None:
        told["cycle"]["quantity"] = f"{told['cycle']['quantity']}1"

    with lying(page, mine.trade, more_bought):
        assert ["fill"] == list(verified(page))
    expect(page.locator("[data-conclusion=failed]")).to_be_visible()

    def another_nibble(block: dict[str, Any]) -> None:
        commit = next(each for each in block["transactions"] if each["hash"] == mine.commit)
        # The oracle's signature is the call's last 65 bytes, padded to 96.
        at = len(commit["input"]) - 192 + 6
        commit["input"] = (
            commit["input"][:at] + format(int(commit["input"][at], 16) ^ 1, "x") + commit["input"][at + 1 :]
        )

    with lying(page, RPC, of_block(mine.block["commit"], another_nibble)):
        failed = verified(page)
    assert {"transactions", "roots", "signers"} == set(failed)
    assert "Signed by somebody who was no signer." in failed["signers"]

    with lying(page, CONTRACTS, lambda told: told.update(chain_id="1")):
        assert {"chain", "digest", "signers"} <= set(verified(page))

    with lying(
        page, RPC, of_block(mine.block["commit"], lambda block: block.update(number=hex(mine.block["authorise"])))
    ):
        failed = verified(page)
    assert "The commitment came later." in failed["committed"]
    assert "headers" in failed

    with lying(page, mine.trade, lambda told: told["cycle"].update(digest=mine.other["digest"])):
        assert {"digest", "committed", "order"} <= set(verified(page))

    def incomplete(told: Any) -> None:
        del told["items"][2:3]

    with lying(page, EVENTS, incomplete):
        assert "An entry is missing." in verified(page)["log"]

    def out_of_order(told: Any) -> None:
        told["items"][2:4] = reversed(told["items"][2:4])

    with lying(page, EVENTS, out_of_order):
        assert ["log"] == list(verified(page))

    with lying(page, RPC, of_block(mine.block["authorise"], lambda block: block.update(timestamp="0x1"))):
        assert "The header does not hash to what it claims." in verified(page)["headers"]

    # Told the truth again, the same page agrees again.
    assert {} == verified(page)
    assert [] == seen.complaints
    seen.context.close()


def test_a_server_that_cuts_its_history_behind_a_remembered_head_is_caught(browser: Browser, traded: Server) -> None:
    seen = visit(browser, traded.origin + "/verify")
    page = seen.page
    page.get_by_role("button", name="Remember this head").click()
    expect(page.locator("[data-heads=extended]")).to_be_visible(timeout=SLOWLY_MS)

    head = traded.get("/api/heads")["heads"][0]
    earlier = traded.get(f"/api/events?after={head['log_position'] - 6}&limit=1")["items"][0]

    def older(told: Any) -> None:
        told["heads"][0].update(block=head["block"] - 1, log_position=earlier["position"], log_root=earlier["hash"])

    def gone(told: Any) -> None:
        for each in told if isinstance(told, list) else [told]:
            if blocks(each) and int(each["result"]["number"], 16) >= head["block"]:
                each["result"] = None

    with lying(page, HEADS, older), lying(page, RPC, gone), lying(page, EVENTS, lambda told: told["items"].clear()):
        page.reload()
        expect(page.locator("[data-heads=broken]")).to_be_visible(timeout=SLOWLY_MS)
        expect(page.locator("[data-heads=broken]")).to_contain_text("History was cut")
    assert [] == seen.complaints
    seen.context.close()
