"""What every test may rely on: real candles or a clear skip, sockets closed unless marked, no silent skips in CI.

Knows where the candles lie and what `./test.sh` asked for. Knows nothing of any context of the product.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine that stands still for a moment has shown nothing about the product.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# No test asks the outside for candles, nor does a process that a test starts.
os.environ.setdefault("TRADESEAL_FETCH_SECONDS", "0")

ROOT = Path(__file__).resolve().parent.parent
MARKET_DATA = ROOT.parent / "shared" / "market-data"

# The candles may not be committed (their sources carry other licences), so their absence is a skip even in CI.
NO_MARKET_DATA = "needs real candles in ../shared/market-data, which is not there"


@pytest.fixture(scope="session")
def market_data() -> Path:
    """The folder of real candles beside the checkout, or a skip that says so."""
    if not any(MARKET_DATA.glob("*.parquet")):
        pytest.skip(NO_MARKET_DATA)
    return MARKET_DATA


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "e2e"):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("loopback") or item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1", "::1"]))
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With TRADESEAL_NO_SKIPS=1 a skipped test has failed: a check that did not run has shown nothing."""
    report = yield
    if os.environ.get("TRADESEAL_NO_SKIPS") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NO_MARKET_DATA not in reason:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}\n{reason}\n(a skip counts as a failure under TRADESEAL_NO_SKIPS=1)"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The other checks of `./test.sh`, above the closing line that counts the tests."""
    steps_file = os.environ.get("TRADESEAL_STEPS_FILE")
    if not steps_file or not Path(steps_file).is_file():
        return
    terminalreporter.section("checks before the tests")
    for step in json.loads(Path(steps_file).read_text()):
        facts = f"{step['seconds']:8.1f} s  {step['outcome']:<8} {step['name']}  {step['note']}"
        terminalreporter.write_line(facts.rstrip())
