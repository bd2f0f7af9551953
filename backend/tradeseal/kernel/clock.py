"""Clocks: the only place that reads the wall clock, and times as text.

Knows UTC seconds. Knows nothing of the data's clock, which comes in as an argument.
"""

import time
from datetime import UTC, datetime

from tradeseal.kernel.errors import Refused

_LATEST_S = 253_402_300_799  # 9999-12-31T23:59:59Z, the last that can be written
_SPANS = {"d": 86_400, "h": 3_600}
_SPAN_MOST = 10_000


def now_s() -> int:
    """Wall-clock seconds since the epoch, UTC."""
    return int(time.time())


def now_ms() -> int:
    """Wall-clock milliseconds since the epoch, UTC."""
    return int(time.time() * 1000)


def monotonic_s() -> float:
    """Seconds of a clock that never steps back; only differences mean something."""
    return time.monotonic()


def sleep_s(seconds: float) -> None:
    """Let `seconds` of wall-clock time pass."""
    time.sleep(seconds)


def iso_utc(seconds: int) -> str:
    """`1619827200` as `"2021-05-01T00:00:00Z"`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_utc(text: str) -> int:
    """Read an ISO 8601 time (`Z`, an offset, or none, which means UTC) or whole epoch seconds."""
    seconds = int(text) if text.isascii() and text.isdigit() else _seconds(text)
    if not 0 <= seconds <= _LATEST_S:
        raise Refused("NOT_A_TIME", f"{text!r} lies before 1970 or after 9999.", got=text)
    return seconds


def _seconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "NOT_A_TIME", f"{text!r} is not a time; write for example 2021-05-01T00:00Z.", got=text
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def parse_span(text: str) -> int:
    """`30d` or `12h` as seconds; `never` is 0."""
    number, unit = text[:-1], text[-1:]
    if text == "never":
        return 0
    if unit not in _SPANS or not (number.isascii() and number.isdigit()) or not 0 < int(number) <= _SPAN_MOST:
        raise Refused("NOT_A_SPAN", f"{text!r} is no span of time; write for example 30d, 12h or never.", got=text)
    return int(number) * _SPANS[unit]
