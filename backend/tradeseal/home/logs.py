"""Logs: where a home's processes write what happened, never on the terminal, whose lines may be somebody's JSON.

Knows one file and its turns. Knows nothing of what is written.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog


def log_to(folder: Path) -> None:
    """One JSON object a line into `server.log`, at most 5 files of 5 MB; nothing on the terminal."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "server.log", maxBytes=5_000_000, backupCount=4, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("tradeseal")
    logger.handlers, logger.propagate = [handler], False
    logger.setLevel(logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: logger,
        cache_logger_on_first_use=True,
    )
