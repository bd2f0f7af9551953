"""What a person orders while the data's clock is held happens once, whoever asks again and whatever restarts."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from replays import Quiet, Replay

from tradeseal.bootstrap import open_parts
from tradeseal.cycle.engine import Engine, Outcome
from tradeseal.cycle.preview import preview_execute, preview_exit
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.trading.published import Rule

pytestmark = [pytest.mark.chain, pytest.mark.slow]

FIRST_CLOSE = "2024-12-02T16:00Z"  # three BUYs are committed then; RULE-06 lets two of them through
ETH = "ETH-USDT"


@contextmanager
def held(replay: Replay) -> Iterator[Engine]:
    """The engine in its own thread, held after the first close."""
    settings = replay.settings.model_copy(update={"pause_at": parse_utc(FIRST_CLOSE)})
    parts = open_parts(settings, Quiet())
    runner = threading.Thread(target=parts.engine.run)
    runner.start()
    try:
        eventually(lambda: parts.engine.data_clock >= parse_utc(FIRST_CLOSE) and parts.engine._next_bar is not None)
        yield parts.engine
    finally:
        parts.engine.stop()
        runner.join()
        parts.close()
    assert parts.engine.stopped is None


def eventually(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def bought(engine: Engine, key: str, market: str = ETH) -> Outcome:
    return engine.ask(lambda: engine.execute(market, size_bps=None, idempotency_key=key))


def sold(engine: Engine, key: str, fraction_bps: int = 10_000, market: str = ETH) -> Outcome:
    return engine.ask(lambda: engine.exit(market, fraction_bps=fraction_bps, idempotency_key=key))


def test_before_an_order_the_contract_says_of_it_what_it_says_of_the_order_itself(another: Replay) -> None:
    with held(another) as engine:
        small = engine.ask(lambda: preview_execute(engine.steps, ETH, size_bps=100))
        whole = preview_execute(engine.steps, ETH, size_bps=None)
        assert bought(engine, "in").outcome == "settled"
        again, half = (
            preview_execute(engine.steps, ETH, size_bps=None),
            preview_exit(engine.steps, ETH, fraction_bps=5_000),
        )
        assert sold(engine, "out", fraction_bps=5_000).outcome == "settled"
        nothing = preview_exit(engine.steps, "XRP-USDT", fraction_bps=10_000)

    assert (small.outcome, whole.outcome, again.outcome) == ("ORDER", "ORDER", "ACTED_ON")
    assert 0 < small.quantity_e8 < whole.quantity_e8
    assert [check.rule for check in whole.checks] == list(Rule)
    assert not any(check.failed for check in whole.checks)
    assert int(small.checks[0].measured) < int(whole.checks[0].measured)
    assert {check.rule for check in half.checks} == {Rule.CASH, Rule.STATE}
    assert not any(check.failed for check in half.checks)
    assert int(half.checks[0].measured) == half.quantity_e8
    assert nothing.outcome == "NOTHING_TO_SELL"
    sales = [event["quantity_e8"] for _, _, event in another.facts("TradeCycle.TradeSettled") if event["side"] == 2]
    assert sales in ([], [half.quantity_e8])


def test_an_order_runs_once_whoever_asks_again_and_also_after_a_restart(another: Replay) -> None:
    with held(another) as engine:
        first = bought(engine, "key-1")
        again = bought(engine, "key-1")
        other_key = bought(engine, "key-2")

    with held(another) as engine:
        after = bought(engine, "key-1")

    assert (first.outcome, first.already_run) == ("settled", False)
    for answer in (again, other_key, after):
        assert (answer.outcome, answer.already_run, answer.cycle_id) == ("settled", True, first.cycle_id)
    assert len(another.facts("TradeCycle.TradeSettled")) == 1


def test_a_key_answers_for_its_own_order_alone_also_after_a_restart(another: Replay) -> None:
    with held(another) as engine:
        bought(engine, "in")
        sold(engine, "out", fraction_bps=5_000)

    with held(another) as engine:
        for reused in (
            lambda: bought(engine, "in", market="XRP-USDT"),
            lambda: sold(engine, "in"),
            lambda: bought(engine, "out"),
            lambda: sold(engine, "out", market="XRP-USDT"),
        ):
            with pytest.raises(Refused) as refusal:
                reused()
            assert refusal.value.code == "KEY_REUSED"
        assert bought(engine, "in").already_run
        assert sold(engine, "out").already_run

    assert len(another.facts("TradeCycle.TradeSettled")) == 2


def test_an_exit_by_hand_runs_once_also_after_a_restart(another: Replay) -> None:
    with held(another) as engine:
        bought(engine, "in")
        first = sold(engine, "out")
        again = sold(engine, "out")

    with held(another) as engine:
        after = sold(engine, "out")
        with pytest.raises(Refused) as refusal:
            sold(engine, "another")

    assert (first.outcome, first.already_run) == ("settled", False)
    assert [(answer.already_run, answer.cycle_id) for answer in (again, after)] == [(True, first.cycle_id)] * 2
    assert refusal.value.code == "NOTHING_TO_SELL"
    assert [event["side"] for _, _, event in another.facts("TradeCycle.TradeSettled")] == [1, 2]


@pytest.mark.parametrize(
    ("fraction_bps", "code"), [(0, "BAD_FRACTION"), (10_001, "BAD_FRACTION"), (-1, "BAD_FRACTION")]
)
def test_a_share_that_is_none_is_refused_and_the_engine_goes_on(another: Replay, fraction_bps: int, code: str) -> None:
    with held(another) as engine:
        bought(engine, "in")
        with pytest.raises(Refused) as refusal:
            sold(engine, "out", fraction_bps=fraction_bps)
        assert sold(engine, "out").outcome == "settled"

    assert refusal.value.code == code


def test_the_run_goes_on_to_its_end_after_orders_by_hand(another: Replay) -> None:
    with held(another) as engine:
        bought(engine, "in")
        sold(engine, "out", fraction_bps=5_000)

    summary = another.to_the_end()

    assert summary["books_agree"]
    assert summary["bars"] == len(another.facts("SignalLog.BarFinished"))
