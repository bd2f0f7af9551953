"""An engine that has stopped does nothing more: what waited for it is refused, and so is what comes later."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from replays import Quiet, Replay

from tradeseal.bootstrap import Parts, open_parts
from tradeseal.kernel.clock import monotonic_s, parse_utc, sleep_s
from tradeseal.kernel.errors import Inconsistent, Refused, Unavailable

pytestmark = [pytest.mark.chain, pytest.mark.slow]

PAUSE_AT = parse_utc("2024-12-02T16:00Z")
WAIT_S = 60


@pytest.fixture
def parts(tmp_path: Path) -> Any:
    opened = open_parts(Replay(tmp_path).settings.model_copy(update={"pause_at": PAUSE_AT}), Quiet())
    walking = threading.Thread(target=opened.engine.run)
    walking.start()
    deadline = monotonic_s() + WAIT_S
    while opened.engine.steps.state.last_bar_close < PAUSE_AT:
        assert monotonic_s() < deadline
        sleep_s(0.05)
    opened.walking = walking
    yield opened
    opened.engine.stop()
    walking.join(timeout=WAIT_S)
    opened.close()


def asked(parts: Parts, command: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """A command of somebody else, in a thread of its own, and the place where its answer will be."""
    answers: list[Any] = []

    def ask() -> None:
        try:
            answers.append(parts.engine.ask(command))
        except (Refused, Unavailable, Inconsistent) as error:
            answers.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, answers


def test_what_waits_while_the_engine_stops_is_refused_and_changes_nothing(parts: Parts) -> None:
    blocks = parts.gate.heads().block
    begun, waiting = threading.Event(), threading.Event()

    def fails() -> None:
        begun.set()
        waiting.wait(WAIT_S)
        raise Inconsistent("BOOKS_DIFFER", "The cash differs.")

    first, _ = asked(parts, fails)
    assert begun.wait(WAIT_S)
    second, answers = asked(parts, lambda: parts.engine.execute("BTC-USDT", size_bps=None, idempotency_key="key"))
    sleep_s(0.3)
    waiting.set()
    first.join(WAIT_S)
    second.join(WAIT_S)

    assert parts.engine.stopped is not None
    assert ["ENGINE_STOPPED"] == [answer.code for answer in answers]
    assert blocks == parts.gate.heads().block


def test_a_stopped_engine_refuses_at_once(parts: Any) -> None:
    parts.engine.stop()
    parts.walking.join(timeout=WAIT_S)

    with pytest.raises(Unavailable) as refusal:
        parts.engine.ask(lambda: None)

    assert "ENGINE_STOPPED" == refusal.value.code


def test_a_refusal_leaves_the_engine_running(parts: Parts) -> None:
    with pytest.raises(Refused):
        parts.engine.ask(lambda: parts.engine.execute("NOSUCH", size_bps=None, idempotency_key="key"))

    assert parts.engine.stopped is None
    assert "still here" == parts.engine.ask(lambda: "still here")
