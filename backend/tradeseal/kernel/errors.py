"""Errors: an answer is no, or the world did not answer. Anything else is a defect and may crash.

Knows codes and facts. Knows nothing of HTTP or how an error is shown.
"""

from typing import Any


class TradesealError(Exception):
    """An error with a stable code and the facts that explain it."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class Refused(TradesealError):
    """The answer is no, as designed; the facts say what was compared."""


class Unavailable(TradesealError):
    """The world did not answer; asking again later may help."""


class Inconsistent(TradesealError):
    """Two accounts of the same fact differ; the engine must stop."""
