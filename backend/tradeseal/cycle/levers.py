"""Levers: what guardian and governor may do to the contracts, as a person asks for it.

Knows each lever's words, its role, and how a looser change waits. Decides nothing: the contract says yes or no, and
nothing is signed before it was asked. Runs in the engine's thread, between two bars.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tradeseal.cycle.ports import Act, Keyring
from tradeseal.cycle.state import ActDone, WaitingChange
from tradeseal.cycle.steps import Steps
from tradeseal.kernel.errors import Refused
from tradeseal.trading.published import BookStateName

GUARDIAN, GOVERNOR = "guardian", "governor"
BOOK, ORACLE = "book", "oracle"
# What accepts a change, and what people call it.
CHANGES: Final = {
    "acceptLimits": "LIMITS", "acceptResume": "RESUME", "acceptSigners": "SIGNERS", "acceptTrader": "TRADER",
}  # fmt: skip
ACCEPT_WINDOW_S: Final = 14 * 86_400
REASON_BYTES: Final = 32
DIGEST: Final = re.compile(r"0x[0-9a-f]{64}")
SIGNERS_MAX: Final = 16
# What the key of a new trader may spend on fees, on a chain of our own where nothing costs anything.
FEES_WEI: Final = 10**24


@dataclass(frozen=True)
class Acted:
    """What a lever did."""

    act: str
    transaction_hash: str
    block: int
    change_id: str = ""
    already_run: bool = False


@dataclass(frozen=True)
class Waiting:
    """A change that waits, by both clocks; `status` is WAITING, READY, SUPERSEDED or TOO_LATE."""

    id: str
    change: str
    where: str
    arguments: Mapping[str, Any]
    block_time_from: int
    observed_from: int
    accept_until: int
    status: str


class Levers:
    """Uses the keys of guardian and governor that this home holds."""

    def __init__(self, steps: Steps, *, now: Callable[[], int], freshen: Callable[[], None]) -> None:
        self._steps = steps
        self.now = now  # the block's clock: of a simulated book, the data's
        self._freshen = freshen  # has the newest prices posted

    # At once

    def tighten(self, limits: Mapping[str, int], *, who: str, key: str) -> Acted:
        """Make limits stricter; those not named stay as they are."""
        words = self._all_limits(limits)
        return self._use("tighten", lambda: self._act("tighten", words, role=GUARDIAN), who=who, key=key)

    def stop(self, reason: str, *, who: str, key: str) -> Acted:
        """REDUCING: no entries; exits, records and releases go on."""
        return self._use(
            "setManual",
            lambda: self._act("setManual", int(BookStateName.REDUCING), _word(reason), role=GUARDIAN),
            who=who,
            key=key,
        )

    def halt(self, reason: str, *, who: str, key: str) -> Acted:
        """HALTED: neither entries nor exits; ends in REDUCING by itself after 24 hours."""
        return self._use(
            "setManual",
            lambda: self._act("setManual", int(BookStateName.HALTED), _word(reason), role=GOVERNOR),
            who=who,
            key=key,
        )

    def book_flow(self, amount_e8: int, *, who: str, key: str) -> Acted:
        """Money that came (above 0) or went (below)."""
        return self._use(
            "bookFlow", lambda: self._act("bookFlow", amount_e8, role=GOVERNOR), who=who, key=key, on_fresh_marks=True
        )

    def freeze_trader(self, *, who: str, key: str) -> Acted:
        """Take the trader's key out of service; exits go on by the guardian's."""
        return self._use(
            "freezeTrader", lambda: self._act("freezeTrader", role=GUARDIAN, where=ORACLE), who=who, key=key
        )

    def remove_signer(self, address: str, *, who: str, key: str) -> Acted:
        """Take a signer out; a new epoch begins."""
        return self._use(
            "removeSigner", lambda: self._act("removeSigner", address, role=GUARDIAN, where=ORACLE), who=who, key=key
        )

    def revoke_signal(self, digest: str, *, who: str, key: str) -> Acted:
        """Take back a commitment that was not judged yet: its signal can open nothing any more."""
        if not DIGEST.fullmatch(digest):
            raise Refused("BAD_DIGEST", "A digest is 0x and 64 hex digits.", got=digest)
        words = bytes.fromhex(digest[2:])
        return self._use("revoke", lambda: self._act("revoke", words, role=GUARDIAN, where=ORACLE), who=who, key=key)

    # Through the delay

    def submit_limits(self, limits: Mapping[str, int], *, who: str, key: str) -> Acted:
        """Begin the wait of other limits, looser ones too; those not named stay as they are."""
        words = self._all_limits(limits)
        return self._submit(lambda: self._act("acceptLimits", words, role=GOVERNOR), who=who, key=key)

    def submit_resume(self, reason: str, *, who: str, key: str) -> Acted:
        """Begin the wait of a resumption: of what was set by hand, and of the drawdown's latch."""
        return self._submit(lambda: self._act("acceptResume", _word(reason), role=GOVERNOR), who=who, key=key)

    def submit_signers(self, signers: Sequence[str], quorum: int, *, fresh: int = 0, who: str, key: str) -> Acted:
        """Begin the wait of other signers, `fresh` of them with keys made here; the quorum's keys have to be held."""

        def act() -> Act:
            keyring = self._keyring()
            if len(signers) + fresh > SIGNERS_MAX:
                raise Refused(
                    "TOO_MANY_SIGNERS", f"There are at most {SIGNERS_MAX} signers.", got=len(signers) + fresh,
                    limit=SIGNERS_MAX,
                )  # fmt: skip
            held = sum(map(keyring.holds, signers)) + fresh
            if held < quorum:
                raise Refused(
                    "SIGNER_KEYS_NOT_HELD",
                    f"This home would hold {held} of the {quorum} keys that have to sign: it could attest nothing.",
                    got=held, limit=quorum,
                )  # fmt: skip
            everybody = [*signers, *(keyring.fresh("signer") for _ in range(fresh))]
            return self._act("acceptSigners", everybody, quorum, role=GOVERNOR, where=ORACLE)

        return self._submit(act, who=who, key=key)

    def submit_trader(self, address: str | None, *, who: str, key: str) -> Acted:
        """Begin the wait of a new trader; without an address one is made here, with what its transactions may cost."""
        if self._known(key) is None and address is None:
            address = self._keyring().fresh("trader")
            self._must(Act("fund", GOVERNOR, address, b"", value_wei=FEES_WEI), who=who, key=f"{key}:fund")
        elif address is not None and not self._keyring().holds(address):
            raise Refused("KEY_NOT_HELD", "This home does not hold that key: it could not trade with it.", got=address)
        return self._submit(lambda: self._act("acceptTrader", address, role=GOVERNOR, where=ORACLE), who=who, key=key)

    def accept(self, change_id: str, *, who: str, key: str) -> Acted:
        """Make the call that waited."""

        def act() -> Act:
            change = self._change(change_id)
            call = bytes.fromhex(change.call[2:])
            name, _ = self._steps.gate.call_of(change.where, call)
            return Act(name, GOVERNOR, change.where, call)

        return self._use("accept", act, who=who, key=key, on_fresh_marks=True, change_id=change_id)

    def revoke(self, change_id: str, *, who: str, key: str) -> Acted:
        """End a change before it is accepted."""

        def act() -> Act:
            where = self._change(change_id).where
            return self._act("revokeChange", bytes.fromhex(change_id[2:]), role=GUARDIAN, where=where)

        return self._use("revokeChange", act, who=who, key=key, change_id=change_id)

    # What waits

    def waiting(self) -> list[Waiting]:
        """All changes that wait, in the order in which they can be accepted; asked of the contract one by one."""
        return sorted(map(self._waiting, list(self._steps.state.changes.values())), key=lambda w: w.block_time_from)

    def _waiting(self, change: WaitingChange) -> Waiting:
        gate = self._steps.gate
        call = bytes.fromhex(change.call[2:])
        name, arguments = gate.call_of(change.where, call)
        times = gate.pending(change.where, change.id)
        delay = 0 if times is None else max(times.delay_s, gate.limits_in_force()["delay_seconds"])
        since = (times.submitted_at, times.submitted_observed_at) if times else (0, 0)
        block_from, observed_from = since[0] + delay, since[1] + delay
        status = "READY"
        try:
            gate.check(Act(name, GOVERNOR, change.where, call), at=self.now())
        except Refused as refusal:
            early = refusal.code == "TOO_EARLY"
            # With the newest prices posted the marks' clock stands where the data's does.
            ready = early and self.now() >= max(block_from, observed_from)
            status = "READY" if ready else "WAITING" if early else refusal.code
        return Waiting(
            id=change.id, change=CHANGES.get(name, name), where=change.where, arguments=arguments,
            block_time_from=block_from, observed_from=observed_from, accept_until=block_from + ACCEPT_WINDOW_S,
            status=status,
        )  # fmt: skip

    def _change(self, change_id: str) -> WaitingChange:
        change = self._steps.state.changes.get(change_id)
        if change is None:
            raise Refused(
                "NOT_SUBMITTED", "No such change waits: it was never submitted, or is revoked or used up.",
                got=change_id,
            )  # fmt: skip
        return change

    # How a lever is used: once for a key, asked before it is signed.

    def _act(self, name: str, *arguments: Any, role: str, where: str = BOOK) -> Act:
        return self._steps.gate.act(name, *arguments, role=role, where=where)

    def _submit(self, build: Callable[[], Act], *, who: str, key: str) -> Acted:
        def act() -> Act:
            inner = build()
            return self._act("submitChange", inner.call, role=GOVERNOR, where=inner.where)

        done = self._use("submitChange", act, who=who, key=key)
        newest = [change.id for change in self._steps.state.changes.values()]
        known = self._steps.state.acts[key]
        _, arguments = self._steps.gate.call_of(known.where, bytes.fromhex(known.call[2:]))
        waiting = self._steps.state.changes.values()
        mine = next((c.id for c in waiting if c.call == "0x" + arguments["call"].hex()), newest[-1] if newest else "")
        return Acted(done.act, done.transaction_hash, done.block, mine, done.already_run)

    def _use(
        self,
        name: str,
        build: Callable[[], Act],
        *,
        who: str,
        key: str,
        on_fresh_marks: bool = False,
        change_id: str = "",
    ) -> Acted:
        known = self._known(key)
        if known is not None:
            # A change is accepted by the call that waited, whichever it was.
            if known.act != name and not (name == "accept" and known.act.startswith(name)):
                raise Refused("KEY_REUSED", "This Idempotency-Key belongs to another order.", got=key)
            if known.error:
                raise self._steps.gate.refusal(known.error)
            return Acted(known.act, known.transaction_hash, known.block, change_id, already_run=True)
        if on_fresh_marks and not self._steps.silent:
            self._freshen()
        return self._must(build(), who=who, key=key, change_id=change_id)

    def _must(self, act: Act, *, who: str, key: str, change_id: str = "") -> Acted:
        at = self.now()
        if act.call:
            self._steps.gate.check(act, at=at)
        mined = self._steps.govern(act, at=at, who=who, idempotency_key=key)
        if not mined.succeeded:
            raise self._steps.gate.refusal(mined.error)
        return Acted(act.name, mined.transaction_hash, mined.block, change_id)

    def _known(self, key: str) -> ActDone | None:
        return self._steps.state.acts.get(key)

    def _keyring(self) -> Keyring:
        if self._steps.keyring is None:
            raise Refused("NO_KEYS", "This engine holds no keys of roles.")
        return self._steps.keyring

    def _all_limits(self, chosen: Mapping[str, int]) -> tuple[int, ...]:
        in_force = self._steps.gate.limits_in_force()
        if unknown := sorted(set(chosen) - set(in_force)):
            raise Refused("UNKNOWN_LIMIT", f"There is no limit {unknown[0]}.", got=unknown, known=sorted(in_force))
        if not chosen:
            raise Refused("NOTHING_CHANGES", "Name at least one limit.", known=sorted(in_force))
        return tuple((in_force | dict(chosen)).values())


def _word(reason: str) -> bytes:
    """A reason as the contract keeps it: at most 32 bytes."""
    told = reason.encode()
    if not 0 < len(told) <= REASON_BYTES:
        raise Refused(
            "BAD_REASON", f"A reason has 1 to {REASON_BYTES} bytes.", got=len(told), limit=REASON_BYTES
        )  # fmt: skip
    return told.ljust(REASON_BYTES, b"\0")
