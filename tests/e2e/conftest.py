"""Chromium and a running Tradeseal, once for all browser tests."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, StorageState, expect, sync_playwright
from tests.e2e.serving import PAUSE_AT, TRADED_UNTIL, Server, serving
from tests.e2e.watching import watch

CHROMIUM = os.environ.get("TRADESEAL_CHROMIUM") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)
# Two browsers, servers and chains share two cores; what is long in coming names a limit of its own.
expect.set_options(timeout=20_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is missing: sudo apt-get install chromium, or TRADESEAL_CHROMIUM=/path/to/it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("e2e"), pause_at=PAUSE_AT) as server:
        yield server


@pytest.fixture(scope="session")
def traded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that has traded for six hours: entries, exits, rejections. Nobody changes it."""
    with serving(tmp_path_factory.mktemp("e2e-traded"), pause_at=TRADED_UNTIL) as server:
        yield server


@pytest.fixture(scope="session")
def session(browser: Browser, server: Server) -> StorageState:
    """The cookies of a person who has opened the printed address: its key works once."""
    seen = watch(browser)
    seen.page.goto(server.key_address)
    expect(seen.page.get_by_text("Session", exact=True)).to_be_visible()
    assert f"{server.origin}/" == seen.page.url  # the key has left the address
    state = seen.context.storage_state()
    seen.context.close()
    return state
