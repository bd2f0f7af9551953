"""Plain text for exact values: times, amounts, integers that JavaScript cannot hold.

Knows formats. Knows nothing of what a value means.
"""

from typing import Any

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import format_e8


def time_of(seconds: int | None) -> str | None:
    """ISO 8601, or None."""
    return None if seconds is None else iso_utc(seconds)


def amount_of(text: str | int | None) -> str | None:
    """Stored 1e-8 integer text as plain digits."""
    return None if text is None else format_e8(int(text))


def exact(value: Any) -> Any:
    """Integers beyond what JavaScript holds exactly, as text."""
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, list):
        return [exact(part) for part in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        return str(value)
    return value
