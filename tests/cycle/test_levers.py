"""Levers: what guardian and governor do through the engine's own queue happens once, waits as it must, and verifies."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from forger import Forger
from replays import Quiet, Replay
from test_govern_command import govern
from test_orders import eventually

from tradeseal.bootstrap import Parts, open_parts
from tradeseal.cycle.engine import Engine
from tradeseal.cycle.levers import Acted, Levers
from tradeseal.kernel.clock import parse_utc
from tradeseal.kernel.errors import Refused
from tradeseal.settings import CHECKOUT
from tradeseal.trading.published import BookStateName
from tradeseal.verify.application import Wishes, verify
from tradeseal.verify.history import HomeHistory

sys.path.insert(0, str(CHECKOUT / "scripts"))
import verify_independently

pytestmark = [pytest.mark.chain, pytest.mark.slow]

FROM, TO = "2024-12-02T15:00Z", "2024-12-04T15:00Z"
E8 = 10**8
DAY = 86_400
keys = count()


@dataclass
class Helm:
    """Somebody at the levers of a running engine whose clock he moves."""

    parts: Parts

    @property
    def engine(self) -> Engine:
        return self.parts.engine

    @property
    def levers(self) -> Levers:
        return self.engine.levers

    def use(self, name: str, *arguments: object, key: str = "", **options: object) -> Acted:
        key = key or f"key-{next(keys)}"
        return self.engine.ask(lambda: getattr(self.levers, name)(*arguments, who="person", key=key, **options))

    def refused(self, name: str, *arguments: object, **options: object) -> Refused:
        with pytest.raises(Refused) as refusal:
            self.use(name, *arguments, **options)
        return refusal.value

    def walk_to(self, moment: int | None) -> None:
        """Let the data's clock run to a close; None: to the end."""
        self.engine.pause_at = moment
        end = self.engine.feed.end if moment is None else moment
        eventually(lambda: self.engine.stopped is not None or (self.engine.data_clock >= end and self.still()))
        assert self.engine.stopped is None, self.engine.stopped

    def still(self) -> bool:
        return self.engine.finished or (self.engine.pause_at is not None and self.engine._next_bar is not None)

    def later(self, seconds: int) -> None:
        self.walk_to(self.engine.data_clock + seconds)

    def limits(self) -> dict[str, int]:
        return self.engine.ask(self.parts.gate.limits_in_force)

    def book(self) -> object:
        return self.engine.ask(self.parts.gate.book)


@contextmanager
def helm_of(replay: Replay, at: str = "2024-12-02T16:00Z", **chosen: str) -> Iterator[Helm]:
    """A helm whose engine is held after a close."""
    settings = replay.settings.model_copy(update={"pause_at": parse_utc(at), **chosen})
    parts = open_parts(settings, Quiet())

    def run() -> None:
        parts.engine.run()
        parts.engine.serve_after()

    runner = threading.Thread(target=run)
    runner.start()
    helm = Helm(parts)
    try:
        helm.walk_to(parse_utc(at))
        yield helm
    finally:
        parts.engine.stop()
        runner.join()
        parts.close()


@pytest.fixture
def home(uninterrupted: Replay, tmp_path: Path) -> Replay:
    return Replay(tmp_path / "home", calibrator=uninterrupted.calibrator, start=FROM, end=TO)


def verified(replay: Replay) -> None:
    """Both verifiers accept what happened, lever by lever."""
    report = verify(HomeHistory(replay.home), Wishes(machine="pyrevm"))
    assert report.agrees, report.to_json()["first_difference"]
    _, difference = verify_independently.verify(replay.home)
    assert difference is None, vars(difference)


def test_limits_are_tightened_at_once_and_loosened_through_the_delay_alone(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.use("tighten", {"max_position_bps": 1_500})
        assert helm.limits()["max_position_bps"] == 1_500
        loosened = helm.refused("tighten", {"max_position_bps": 1_501})
        # More than sixteen bits hold: the engine says so and goes on.
        assert helm.refused("tighten", {"max_position_bps": 1_999_999}).code == "NOT_A_VALUE"
        assert helm.refused("remove_signer", "0x11").code == "NOT_A_VALUE"
        submitted = helm.use("submit_limits", {"max_position_bps": 2_000})
        early = helm.refused("accept", submitted.change_id)
        (waiting,) = helm.engine.ask(helm.levers.waiting)
        helm.later(DAY - 3_600)
        too_early_by_an_hour = helm.refused("accept", submitted.change_id)
        helm.later(3_600)
        (ready,) = helm.engine.ask(helm.levers.waiting)
        helm.use("accept", submitted.change_id)
        assert helm.limits()["max_position_bps"] == 2_000
        assert helm.engine.ask(helm.levers.waiting) == []
        helm.walk_to(None)

    assert (loosened.code, loosened.facts["got"], loosened.facts["limit"]) == ("LOOSENS", "1501", "1500")
    assert early.code == too_early_by_an_hour.code == "TOO_EARLY"
    assert (waiting.change, waiting.status, ready.status) == ("LIMITS", "WAITING", "READY")
    assert waiting.block_time_from == parse_utc("2024-12-03T16:00Z")
    verified(home)


def test_nobody_loosens_past_the_ceiling_whatever_the_delay(home: Replay) -> None:
    with helm_of(home) as helm:
        refusal = helm.refused("submit_limits", {"max_position_bps": 2_001})

    assert (refusal.code, refusal.facts["got"], refusal.facts["limit"]) == ("OUT_OF_RANGE", "2001", "2000")
    assert "max_position_bps" in refusal.message


def test_a_stopped_book_lets_nobody_in_and_resumes_through_the_delay(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.use("stop", "looking closer")
        helm.later(3_600)
        stopped = helm.engine.book
        submitted = helm.use("submit_resume", "all is well")
        helm.later(DAY)
        helm.use("accept", submitted.change_id)
        resumed = helm.engine.book
        helm.walk_to(None)

    assert stopped is not None
    assert resumed is not None
    assert (stopped.state, resumed.state) == (BookStateName.REDUCING, BookStateName.ACTIVE)
    rejected = home.facts("TradeCycle.TradeRejected")
    assert any("RULE-09" in event["rules"] for _, _, event in rejected)
    verified(home)


def test_a_revoked_change_cannot_be_accepted(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.use("tighten", {"max_position_bps": 1_500})
        submitted = helm.use("submit_limits", {"max_position_bps": 2_000})
        helm.use("revoke", submitted.change_id)
        refusal = helm.refused("accept", submitted.change_id)

    assert refusal.code == "NOT_SUBMITTED"


def test_whoever_tightens_meanwhile_has_the_last_word(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.use("tighten", {"max_position_bps": 1_500})
        submitted = helm.use("submit_limits", {"max_position_bps": 2_000})
        helm.use("tighten", {"max_trades_per_day": 40})
        (waiting,) = helm.engine.ask(helm.levers.waiting)
        refusal = helm.refused("accept", submitted.change_id)

    assert (waiting.status, refusal.code) == ("SUPERSEDED", "SUPERSEDED")


def test_money_comes_and_goes_once_and_both_accounts_agree(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.use("book_flow", 1_000 * E8, key="deposit-1")
        again = helm.use("book_flow", 1_000 * E8, key="deposit-1")
        helm.use("book_flow", -500 * E8)
        too_much = helm.refused("book_flow", -10_500 * E8)
        other = helm.refused("stop", "reason", key="deposit-1")
        helm.walk_to(None)

    assert again.already_run
    assert len(home.facts("Portfolio.ActOrdered")) == 2
    assert (too_much.code, too_much.facts["limit"]) == ("FLOW_REFUSED", str(10_500 * E8))
    assert other.code == "KEY_REUSED"
    assert home.facts("TradeCycle.TradeSettled")
    verified(home)


def test_a_revoked_signal_opens_nothing_is_counted_and_cannot_be_revoked_again(home: Replay) -> None:
    with helm_of(home) as helm:
        cycle = helm.engine.ask(lambda: helm.engine.steps.cycles[helm.engine.steps.newest_cycle("ETH-USDT")])
        done = helm.use("revoke_signal", cycle.digest)
        again = helm.refused("revoke_signal", cycle.digest)
        unknown = helm.refused("revoke_signal", "0x" + "11" * 32)
        malformed = helm.refused("revoke_signal", "0x11")
        answer = helm.engine.ask(lambda: helm.engine.execute("ETH-USDT", size_bps=None, idempotency_key="in-by-hand"))
        helm.walk_to(None)

    assert (done.act, done.already_run) == ("revoke", False)
    assert [refusal.code for refusal in (again, unknown, malformed)] == ["NOT_OPEN", "NOT_OPEN", "BAD_DIGEST"]
    assert answer.outcome == "skipped"
    assert cycle.id not in {
        event["cycle"] for _, _, event in home.facts("TradeCycle.TradeAuthorised") if "cycle" in event
    }
    verified(home)


def test_a_frozen_trader_enters_nothing_exits_go_on_and_a_new_one_comes_through_the_delay(home: Replay) -> None:
    with helm_of(home) as helm:
        bought = helm.engine.ask(lambda: helm.engine.execute("ETH-USDT", size_bps=None, idempotency_key="in-by-hand"))
        helm.use("freeze_trader")
        helm.later(3_600)
        with pytest.raises(Refused) as frozen:
            helm.engine.ask(lambda: helm.engine.execute("BTC-USDT", size_bps=None, idempotency_key="by-hand-2"))
        sold = helm.engine.ask(lambda: helm.engine.exit("ETH-USDT", fraction_bps=10_000, idempotency_key="out-by-hand"))
        before = len(home.facts("TradeCycle.TradeAuthorised"))
        submitted = helm.use("submit_trader", None)
        helm.later(DAY)
        entries_while_frozen = len(home.facts("TradeCycle.TradeAuthorised")) - before
        helm.use("accept", submitted.change_id)
        assert helm.parts.gate.trader_in_service
        helm.walk_to(None)

    assert (bought.outcome, sold.outcome, entries_while_frozen) == ("settled", "settled", 0)
    assert frozen.value.code == "TRADER_FROZEN"
    judged = home.facts("TradeCycle.TradeRejected") + home.facts("TradeCycle.TradeAuthorised")
    assert len(judged) > before
    verified(home)


def test_new_signers_attest_in_a_new_epoch(home: Replay) -> None:
    with helm_of(home) as helm:
        (old,), _ = helm.engine.ask(helm.parts.gate.attesting)
        submitted = helm.use("submit_signers", [old], 2, fresh=2)
        helm.later(DAY)
        helm.use("accept", submitted.change_id)
        epoch = helm.engine.ask(helm.parts.gate.epoch)
        attestor = helm.engine.steps.attestor
        helm.walk_to(None)

    assert (epoch, attestor.epoch, len(attestor.addresses)) == (2, 2, 2)
    commitments = home.facts("SignalLog.SignalsCommitted")
    assert len(commitments) > 2
    verified(home)


def test_without_a_quorum_time_passes_and_nothing_is_attested_until_others_are_named(home: Replay) -> None:
    with helm_of(home) as helm:
        (old,), _ = helm.engine.ask(helm.parts.gate.attesting)
        helm.use("remove_signer", old)
        submitted = helm.use("submit_signers", [], 1, fresh=1)
        before = len(home.facts("SignalLog.MarksPosted"))
        helm.later(DAY)
        silent = len(home.facts("SignalLog.MarksPosted")) - before
        helm.use("accept", submitted.change_id)
        helm.walk_to(None)

    assert silent == 0
    assert len(home.facts("SignalLog.MarksPosted")) > before
    verified(home)


def test_one_of_three_signers_goes_and_the_other_two_attest_in_the_next_epoch(
    uninterrupted: Replay, tmp_path: Path
) -> None:
    replay = Replay(tmp_path / "home", calibrator=uninterrupted.calibrator, end="2024-12-02T20:00Z")
    with helm_of(replay, quorum="2of3") as helm:
        signers, quorum = helm.engine.ask(helm.parts.gate.attesting)
        before = len(replay.facts("SignalLog.SignalsCommitted"))
        helm.use("remove_signer", signers[0])
        attestor = helm.engine.steps.attestor
        helm.walk_to(None)

    assert (len(signers), quorum, attestor.epoch) == (3, 2, 2)
    assert {address.lower() for address in attestor.addresses} == {signer.lower() for signer in signers[1:]}
    assert len(replay.facts("SignalLog.SignalsCommitted")) > before
    # What was committed in the first epoch lets nobody in.
    rejected = [event for _, _, event in replay.facts("TradeCycle.TradeRejected")]
    assert any(check["rule"] == "RULE-05" and check["limit"] == "2" for event in rejected for check in event["checks"])
    verified(replay)


def test_a_halted_book_lets_nobody_out_for_a_day_and_the_engine_goes_on(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.engine.ask(lambda: helm.engine.execute("ETH-USDT", size_bps=None, idempotency_key="in-by-hand"))
        helm.use("halt", "alarm")
        halted_at = helm.engine.data_clock
        locked = helm.engine.ask(lambda: helm.engine.exit("ETH-USDT", fraction_bps=100, idempotency_key="locked"))
        helm.later(DAY + 3_600)
        state = helm.engine.book
        helm.walk_to(None)

    assert locked.outcome == "rejected"
    assert state is not None
    assert state.state == BookStateName.REDUCING  # HALTED ends by itself, the stop does not
    sold = [event["observed_at"] for _, _, event in home.facts("TradeCycle.TradeSettled") if event["side"] == 2]
    assert sold, "after the day the position's own barriers let it out"
    assert min(sold) >= halted_at + DAY
    verified(home)


def test_a_signer_whose_removal_was_killed_is_gone_after_the_restart(uninterrupted: Replay, tmp_path: Path) -> None:
    replay = Replay(tmp_path / "home", calibrator=uninterrupted.calibrator, end="2024-12-02T20:00Z")
    with helm_of(replay, quorum="2of3") as helm:
        (first, *_), _ = helm.engine.ask(helm.parts.gate.attesting)
        commitments = len(replay.facts("SignalLog.SignalsCommitted"))

    died = govern(replay.home, "remove-signer", first, fault="govern-signed")
    replay.to_the_end()

    assert died.returncode == -9, died.stdout + died.stderr
    changed = [e for _, _, e in replay.facts("Portfolio.GovernanceNoted") if e["name"] == "SignersChanged"]
    assert [event["values"]["epoch"] for event in changed] == ["2"]
    assert len(replay.facts("SignalLog.SignalsCommitted")) > commitments
    verified(replay)


# What somebody with the file does to the story of the levers


@pytest.fixture(scope="module")
def governed(uninterrupted: Replay, tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """A home in which levers were used."""
    replay = Replay(tmp_path_factory.mktemp("governed"), calibrator=uninterrupted.calibrator, end="2024-12-02T18:00Z")
    with helm_of(replay) as helm:
        helm.use("tighten", {"max_position_bps": 1_500})
        helm.use("submit_limits", {"max_position_bps": 2_000})
        helm.use("book_flow", 1_000 * E8)
        helm.walk_to(None)
    verified(replay)
    return replay


def drop_order(f: Forger) -> None:
    f.drop(f.nth("ActOrdered", 1))


def drop_end(f: Forger) -> None:
    f.drop(f.nth("ActEnded", 1))


def drop_change(f: Forger) -> None:
    f.drop(f.nth("GovernanceNoted"))


def invent_change(f: Forger) -> None:
    line = f.nth("GovernanceNoted")
    f.insert_after(line, line.topic, {**line.data, "name": "ChangeAccepted"})


def hurry_change(f: Forger) -> None:
    line = f.nth("GovernanceNoted")
    f.change(line, values={**line.data["values"], "blockTimeFrom": "1"})


def deny_end(f: Forger) -> None:
    f.change(f.nth("ActEnded"), error="Loosens(parameter=1, got=2, inForce=1)")


def blame_governor(f: Forger) -> None:
    f.change(f.nth("ActOrdered"), role="governor")


def other_call(f: Forger) -> None:
    f.change(f.nth("ActOrdered"), call="0x00")


def more_money(f: Forger) -> None:
    line = f.nth("BookRecordNoted", -1)
    f.change(line, values={**line.data["values"], "amount": str(2_000 * E8)})


@pytest.mark.parametrize(
    ("forge", "check", "code"),
    [
        (drop_order, 4, "ACT_UNKNOWN"),
        (drop_end, 4, "RECORD_NOT_IN_LOG"),
        (drop_change, 4, "RECORD_NOT_IN_LOG"),
        (invent_change, 4, "NO_SUCH_RECORD"),
        (hurry_change, 4, "ACT_DIFFERS"),
        (deny_end, 4, "ACT_DIFFERS"),
        (blame_governor, 2, "SENDER_DIFFERS"),
        (other_call, 4, "ACT_DIFFERS"),
        (more_money, 4, "VERDICT_DIFFERS"),
    ],
)
def test_a_forged_story_of_a_lever_is_found_by_name(
    governed: Replay, tmp_path: Path, forge: Callable[[Forger], None], check: int, code: str
) -> None:
    forger = Forger(governed.home)
    forge(forger)

    report = verify(HomeHistory(forger.write(tmp_path / "forged")), Wishes(machine="pyrevm"))

    first = report.findings.first
    assert first is not None
    assert (first.check, first.code) == (check, code), first


def test_what_was_submitted_before_a_restart_is_accepted_after_it(home: Replay) -> None:
    with helm_of(home) as helm:
        helm.use("tighten", {"max_position_bps": 1_500})
        submitted = helm.use("submit_limits", {"max_position_bps": 1_800}, key="submit-1")

    with helm_of(home, at="2024-12-03T16:00Z") as helm:
        again = helm.use("submit_limits", {"max_position_bps": 1_800}, key="submit-1")
        helm.use("accept", submitted.change_id)
        assert helm.limits()["max_position_bps"] == 1_800

    assert (again.already_run, again.change_id) == (True, submitted.change_id)
    verified(home)
