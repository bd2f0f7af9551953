"""A browser page that remembers everything it complained about.

Knows Playwright and when a page of Tradeseal is still. Knows nothing of what is on it.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect
from tests.e2e.serving import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
WIDE = 1440
NARROW = 360
# Gathering and hashing on a machine that may be busy.
SLOWLY_MS = 60_000


@dataclass
class Watched:
    """A page, its context, and what it wrote to the console as an error, threw, or was refused."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def watch(
    browser: Browser,
    *,
    theme: str = "dark",
    width: int = WIDE,
    language: str = "en",
    session: StorageState | None = None,
) -> Watched:
    """A page of its own, without any cookie but those of `session`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        storage_state=session,
    )
    context.add_init_script(f"localStorage.setItem('tradeseal.language', {language!r})")
    watched = Watched(context.new_page(), context)
    watched.page.on(
        "console", lambda message: watched.complaints.append(message.text) if message.type == "error" else None
    )
    watched.page.on("pageerror", lambda error: watched.complaints.append(f"thrown: {error}"))
    watched.page.on(
        "response", lambda got: watched.complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None
    )
    return watched


def visit(browser: Browser, address: str, **how: Any) -> Watched:
    """Open a page and wait until it is live: its picture is there and nothing loads any more."""
    seen = watch(browser, **how)
    come_to(seen, address)
    return seen


def come_to(seen: Watched, address: str) -> None:
    """Go to an address and wait until nothing loads any more."""
    seen.page.goto(address)
    expect(seen.page.locator(".bone")).to_have_count(0, timeout=30_000)
    expect(seen.page.get_by_text(re.compile("^(Paused|Dijeda)$")).first).to_be_visible()


def accessibility_violations(page: Page) -> list[str]:
    """WCAG 2.2 A and AA by axe; evaluated, not injected as a script, because the page's own policy forbids that."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})")
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
