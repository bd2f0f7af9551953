"""A browser page that remembers everything it complained about.

Knows Playwright. Knows nothing of Tradeseal's pages.
"""

from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

WIDE = 1440
NARROW = 360


@dataclass
class Watched:
    """A page, its context, and what it wrote to the console as an error or threw."""

    page: Page
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def watch(browser: Browser, *, theme: str = "dark", width: int = WIDE, session: StorageState | None = None) -> Watched:
    """A page of its own, without any cookie but those of `session`."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        storage_state=session,
    )
    watched = Watched(context.new_page(), context)
    watched.page.on(
        "console", lambda message: watched.complaints.append(message.text) if message.type == "error" else None
    )
    watched.page.on("pageerror", lambda error: watched.complaints.append(f"thrown: {error}"))
    return watched
