"""Levers as the server sees them: a person's words to the engine's levers, and what waits.

Knows the engine and its gate. Knows nothing of HTTP. A lever is used in the engine's thread; looking is done beside it.
"""

from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from tradeseal.api.ports import ChangeSeen, GovernanceSeen, LeverResult
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import format_e8
from tradeseal.trading.published import BookClass

if TYPE_CHECKING:
    from tradeseal.chain.published import ChainGate
    from tradeseal.cycle.engine import Engine
    from tradeseal.cycle.levers import Acted, Waiting

PERSON = "person"


class ReplayLevers:
    """`LeversPort` over the engine of this process."""

    def __init__(
        self,
        engine: "Engine",
        gate: "ChainGate",
        *,
        ask: "Callable[[Callable[[], Acted]], Acted] | None" = None,
    ) -> None:
        self._engine = engine
        self._gate = gate
        self._ask = ask or engine.ask  # an engine that does not run is asked directly

    def use(self, lever: str, arguments: Mapping[str, Any], key: str | None) -> LeverResult:
        """Use a lever; the same key acts once."""
        who = {"who": PERSON, "key": key or f"lever-{token_hex(12)}"}
        return _result(self._ask(lambda: self._lever(lever)(**arguments, **who)))

    def _lever(self, name: str) -> "Callable[..., Acted]":
        lever: Callable[..., Acted] = getattr(self._engine.levers, name)
        return lever

    def seen(self) -> GovernanceSeen:
        """Clocks, limits, roles and all that waits."""
        gate, steps, levers = self._gate, self._engine.steps, self._engine.levers
        roles, limits = gate.roles(), gate.limits_in_force()
        signers, quorum = gate.attesting()
        held = gate.keys.key_of
        book = self._engine.book or gate.book()
        return GovernanceSeen(
            block_clock=levers.now(),
            marks_clock=steps.state.observed_at or None,
            simulated=gate.plan.book_class == BookClass.SIMULATED,
            limits=limits,
            governor=(roles["governor"][0], held(roles["governor"][0]) is not None),
            guardian=(roles["guardian"][0], held(roles["guardian"][0]) is not None),
            trader=((roles["trader"][0], held(roles["trader"][0]) is not None) if gate.trader_in_service else None),
            signers=tuple((signer, held(signer) is not None) for signer in signers),
            quorum=quorum,
            epoch=gate.epoch(),
            attesting=not steps.silent,
            free_cash_e8=book.cash_e8 - book.reserved_e8,
            state=book.state.name,
            manual=book.manual_flag.name,
            day_latched=book.day_latched,
            drawdown_latched=book.drawdown_latched,
            waiting=tuple(self._change(change, levers.now()) for change in levers.waiting()),
        )

    def _change(self, change: "Waiting", now: int) -> ChangeSeen:
        return ChangeSeen(
            id=change.id,
            change=change.change,
            contract=change.where,
            status=change.status,
            block_time_from=change.block_time_from,
            observed_from=change.observed_from,
            accept_until=change.accept_until,
            left_s=max(0, max(change.block_time_from, change.observed_from) - now),
            differences=tuple(self._differences(change)),
        )

    def _differences(self, change: "Waiting") -> list[tuple[str, str, str]]:
        told = list(change.arguments.values())
        if change.change == "LIMITS":
            in_force = self._gate.limits_in_force()
            asked = zip(in_force, told[0].values(), strict=True)
            return [(name, str(in_force[name]), str(then)) for name, then in asked if in_force[name] != then]
        if change.change == "SIGNERS":
            signers, quorum = self._gate.attesting()
            return [
                ("signers", ", ".join(signers), ", ".join(map(str, told[0]))),
                ("quorum", str(quorum), str(told[1])),
            ]
        if change.change == "TRADER":
            return [("trader", self._gate.roles()["trader"][0], str(told[0]))]
        book = self._engine.book
        state = "" if book is None else book.state.name
        return [("state", state, bytes(told[0]).rstrip(b"\0").decode(errors="replace"))]


def lever_of(change: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Which lever submits a change, with its arguments; raises `Refused` where its own words are missing."""
    kind = change["change"]
    if kind == "LIMITS":
        if not change["limits"]:
            raise Refused("INVALID_INPUT", "A change of limits names at least one limit.")
        return "submit_limits", {"limits": change["limits"]}
    if kind == "RESUME":
        return "submit_resume", {"reason": change["reason"]}
    if kind == "TRADER":
        return "submit_trader", {"address": change["trader"]}
    return "submit_signers", {
        "signers": change["signers"] or [], "quorum": change["quorum"], "fresh": change["fresh_signers"],
    }  # fmt: skip


def _result(acted: "Acted") -> LeverResult:
    return LeverResult(acted.act, acted.transaction_hash, acted.block, acted.change_id or None, acted.already_run)


def shown(seen: GovernanceSeen) -> dict[str, Any]:
    """What stands as the API tells it."""
    held = {name: _key(getattr(seen, name)) for name in ("governor", "guardian", "trader")}
    return {
        "block_clock": iso_utc(seen.block_clock),
        "marks_clock": None if seen.marks_clock is None else iso_utc(seen.marks_clock),
        "simulated": seen.simulated,
        "limits": dict(seen.limits),
        **held,
        "signers": [_key(signer) for signer in seen.signers],
        "quorum": seen.quorum,
        "epoch": seen.epoch,
        "attesting": seen.attesting,
        "free_cash": format_e8(seen.free_cash_e8),
        **{name: getattr(seen, name) for name in ("state", "manual", "day_latched", "drawdown_latched")},
        "waiting": [
            {
                **vars(change),
                **{name: iso_utc(getattr(change, name)) for name in _TIMES},
                "differences": [{"name": n, "now": now, "then": then} for n, now, then in change.differences],
            }
            for change in seen.waiting
        ],
    }


_TIMES = ("block_time_from", "observed_from", "accept_until")


def _key(held: tuple[str, bool] | None) -> dict[str, Any] | None:
    return None if held is None else {"address": held[0], "held": held[1]}
