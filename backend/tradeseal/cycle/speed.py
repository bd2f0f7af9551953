"""The pace of a replay: from a person's words to seconds of data per second."""

from tradeseal.kernel.errors import Refused

HELD = 0.0
MAX_SPEED = float("inf")


def parse_speed(text: str) -> float:
    """`max` as infinity, else seconds of data per second, 0 holds the clock."""
    if text == "max":
        return MAX_SPEED
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= 10**9:
        raise Refused("BAD_SPEED", f"{text!r} is no speed; write a number from 0 to 1000000000, or max.", got=text)
    return speed
