"""Log lines of the process: one JSON object a line, no secrets, no local variables.

Knows structlog. Knows nothing of what is logged. A trace names files and lines, never values: a local variable may
hold a key.
"""

import logging
import sys
from pathlib import Path
from typing import Any, TextIO

import structlog

_SECRET_PARTS = ("authorization", "cookie", "key", "password", "secret", "token")


def configure_logs(path: Path | None = None, *, level: int = logging.INFO) -> TextIO:
    """Log to a file (appended, 0600), or to standard error; returns it, for who wants to close it."""
    file: TextIO = sys.stderr
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", buffering=1, encoding="utf-8")
        path.chmod(0o600)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_secrets,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=file),
        cache_logger_on_first_use=False,
    )
    return file


def _without_secrets(_: Any, __: str, line: Any) -> Any:
    return {
        name: "***" if any(part in name.lower() for part in _SECRET_PARTS) else value for name, value in line.items()
    }
