"""The builders of this folder and of the read models' stories, importable by name; a site for each test."""

import sys
from pathlib import Path

import pytest
import structlog

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "readmodels"))

from fakes import Site, a_site
from stories import Story, a_story


@pytest.fixture(scope="session", autouse=True)
def quiet_logs() -> None:
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return a_story(tmp_path)


@pytest.fixture
def site(tmp_path: Path, story: Story) -> Site:
    return a_site(tmp_path, story)
