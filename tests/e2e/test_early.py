"""What the server names beside a page is what the page asks: an answer nobody took would be given out later, stale."""

import re

import pytest
from playwright.sync_api import Browser, Response
from tests.e2e.serving import Server
from tests.e2e.test_walk import pages
from tests.e2e.watching import come_to, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("traded")]
LISTEN = """
  const ask = window.fetch;
  window.asked = [];
  window.fetch = (what, how) => { window.asked.push(String(what)); return ask(what, how); };
"""
NAMED = re.compile(r"<([^>]+)>; rel=preload; as=fetch")


def test_every_page_asks_itself_what_was_named_beside_it_and_gets_that_answer(browser: Browser, traded: Server) -> None:
    wrong: dict[str, object] = {}

    for path in [*pages(traded), "/trades?rule=RULE-03", "/trades?side=BUY&market=BTC-USDT&from=2024-01-01T00:00:00Z"]:
        seen = watch(browser)
        seen.page.add_init_script(LISTEN)
        answered: list[str] = []

        def note(response: Response, answered: list[str] = answered) -> None:
            answered.append(response.url.removeprefix(traded.origin))

        seen.page.on("response", note)
        with seen.page.expect_response(traded.origin + path) as page:
            come_to(seen, traded.origin + path)
        named = NAMED.findall(page.value.headers["link"])
        asked = seen.page.evaluate("window.asked")
        twice = [each for each in named if answered.count(each) > asked.count(each)]
        wrong |= {path: (named, asked)} if not set(named) <= set(asked) or twice or len(named) < 2 else {}
        assert [] == seen.complaints
        seen.context.close()

    assert {} == wrong
