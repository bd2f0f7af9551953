"""What a first visit costs: all the JavaScript that a page fetches until it is still, as it travels, with its words."""

import gzip
import re

import pytest
from playwright.sync_api import Browser, Response
from tests.e2e.serving import Server
from tests.e2e.test_walk import pages
from tests.e2e.watching import come_to, watch

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300), pytest.mark.xdist_group("traded")]
# With the charts, which come once the page is alive; what comes before is counted by frontend/scripts/page-size.mjs.
AT_MOST_KB = 270
SETTLED_MS = 1_500
WORDS = re.compile(r'<script type="application/json" id="page-words">.*?</script>')


def words_of(page: str) -> int:
    """What a page's words add to it as it travels: they are data, but a reader pays for them all the same."""
    return len(gzip.compress(page.encode())) - len(gzip.compress(WORDS.sub("", page).encode()))


@pytest.mark.parametrize("language", ["en", "id"])
def test_no_page_sends_more_javascript_than_is_allowed(browser: Browser, traded: Server, language: str) -> None:
    sent: dict[str, float] = {}

    for path in pages(traded):
        seen = watch(browser, language=language)
        seen.context.add_cookies([{"name": "tradeseal.language", "value": language, "url": traded.origin}])
        scripts: list[int] = []

        def count(response: Response, scripts: list[int] = scripts) -> None:
            if response.request.resource_type == "script":
                scripts.append(int(response.headers.get("content-length", "0")))

        seen.page.on("response", count)
        come_to(seen, traded.origin + path)
        seen.page.wait_for_timeout(SETTLED_MS)
        words = words_of(seen.context.request.get(traded.origin + path).text())
        assert words > 0
        sent[path.partition("=")[0]] = round((sum(scripts) + words) / 1024, 1)
        seen.context.close()

    assert {} == {path: size for path, size in sent.items() if not 0 < size <= AT_MOST_KB}, sent
