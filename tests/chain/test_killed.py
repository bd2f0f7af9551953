"""A node with a process of its own, killed at every moment: the same chain comes back, nothing lost or doubled."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import Desk, blocks

from tradeseal.kernel.errors import Inconsistent, TradesealError, Unavailable

pytestmark = pytest.mark.chain
OpenDesk = Callable[..., Desk]
HELD_S = 20


def test_a_node_killed_between_sends_comes_back_with_the_same_blocks(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    want = blocks(desk)

    os.kill(desk.gate.chain.pid, signal.SIGKILL)
    desk.marks()

    assert blocks(desk)[: len(want)] == want
    assert desk.gate.chain.restarts == 1


def test_a_node_killed_while_nobody_sends_comes_back_by_itself(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    want = blocks(desk)

    os.kill(desk.gate.chain.pid, signal.SIGKILL)

    assert eventually(lambda: desk.gate.chain.restarts == 1 and blocks(desk) == want)


def test_head_and_progress_are_told_at_once_while_the_chain_is_executed_again(
    open_desk: OpenDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(tmp_path)
    desk.whole_trade()
    chain, want = desk.gate.chain, desk.gate.heads()
    held, go_on = threading.Event(), threading.Event()

    def hold(_done: int, _total: int) -> None:
        held.set()
        go_on.wait(HELD_S)

    monkeypatch.setattr(chain, "_progress", hold)
    os.kill(chain.pid, signal.SIGKILL)
    try:
        assert held.wait(20)
        asked = time.monotonic()
        told = (desk.gate.heads(), chain.restarting)
        took = time.monotonic() - asked
    finally:
        go_on.set()

    assert told == (want, (want.block, want.block))
    assert took < HELD_S / 4  # told while it is held
    assert eventually(lambda: chain.restarting is None and blocks(desk)[-1] == want.block_hash)


def test_a_node_killed_before_the_outcome_is_stored_keeps_the_block(open_desk: OpenDesk, tmp_path: Path) -> None:
    desk = open_desk(tmp_path)
    prepared = desk.prepare_marks()
    desk.ledger.save(prepared.journal)
    mined = desk.gate.send(prepared)

    os.kill(desk.gate.chain.pid, signal.SIGKILL)
    assert eventually(lambda: blocks(desk)[-1] == mined.block_hash)
    desk.ledger.save(mined.journal)

    assert desk.marks().block == mined.block + 1


def test_a_node_killed_again_and_again_during_sends_loses_and_doubles_nothing(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    desk = open_desk(tmp_path)
    stop = threading.Event()

    def kill_now_and_then() -> None:
        pause, patience, restarts = 0.05, 1.0, 0
        while not stop.wait(pause * patience):
            pause = 0.03 + (pause * 7) % 0.11
            # A machine that starts no node between two kills is given longer.
            patience = patience * 2 if restarts == desk.gate.chain.restarts else 1.0
            restarts = desk.gate.chain.restarts
            with contextlib.suppress(ProcessLookupError, AttributeError):  # gone already, or just being started
                if (pid := desk.gate.chain.pid) is not None:
                    os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_now_and_then)
    killer.start()
    sent = 0
    try:
        while desk.gate.chain.restarts < 6 and sent < 400:
            waiting = desk.gate.unmined() or desk.prepare_marks()
            desk.ledger.save(waiting.journal)
            try:
                mined = desk.gate.send(waiting)
            except Unavailable:
                continue
            desk.ledger.save(mined.journal)
            sent += 1
    finally:
        stop.set()
        killer.join()

    assert desk.gate.chain.restarts >= 6
    assert desk.gate.book().mark_seq == sent
    want = blocks(desk)
    assert len(want) == 5 + sent + 1
    assert blocks(open_desk(tmp_path)) == want


def test_a_block_that_somebody_else_made_stops_the_engine_and_is_gone_after_a_restart(
    open_desk: OpenDesk, tmp_path: Path
) -> None:
    desk = open_desk(tmp_path)
    desk.marks()
    desk.gate.read("evm_mine", [])
    ours = desk.prepare_marks()
    desk.ledger.save(ours.journal)

    with pytest.raises(Inconsistent) as stop:
        desk.gate.send(ours)

    assert (stop.value.code, stop.value.facts["got"], stop.value.facts["want"]) == ("BLOCK_NOT_JOURNALED", 8, 7)
    again = open_desk(tmp_path, like=desk)
    waiting = again.gate.unmined()
    assert waiting is not None
    assert again.gate.send(waiting).block == 7


def eventually(holds: Callable[[], bool], *, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if holds():
                return True
        except TradesealError:
            pass
        time.sleep(0.02)
    return False
