"""Levers on the command line: of the server that runs on a home, or of a home at rest.

Knows options, one server's address and exit codes. Knows nothing of what a contract allows: its refusal is shown.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from rich.console import Console

from tradeseal.evidence import AsJson, Home, refuse
from tradeseal.kernel.errors import Refused, TradesealError, Unavailable
from tradeseal.kernel.money import format_e8, to_e8
from tradeseal.ledger.lock import HomeLock
from tradeseal.settings import ADDRESS, load_settings

if TYPE_CHECKING:
    from tradeseal.cycle.ports import TickSeen

Key = Annotated[str | None, typer.Option("--key", help="Acts once for a key, however often it is asked.")]
Reason = Annotated[str, typer.Option("--reason", help="Kept on the chain, at most 32 characters.")]
LimitWords = Annotated[list[str], typer.Argument(help="max_position_bps=1500 max_trades_per_day=40 …")]
ChangeId = Annotated[str, typer.Argument(help="The change's id, as `govern show` lists it.")]

app = typer.Typer(help="Guardian's and governor's levers: limits, state, money, signers, trader.", no_args_is_help=True)
submit_app = typer.Typer(help="Begin the wait of a change; `accept` it when both clocks have passed.")
app.add_typer(submit_app, name="submit")

_BAD: Final = 2
_PATIENCE_S: Final = 60
_PATHS: Final = {
    "tighten": "tighten", "stop": "stop", "halt": "halt", "book_flow": "flows", "freeze_trader": "freeze-trader",
    "remove_signer": "remove-signer", "revoke_signal": "revoke-signal",
}  # fmt: skip


@app.command()
def show(home: Home = None, as_json: AsJson = False) -> None:
    """Limits, roles, both clocks, and every change that waits."""
    _carry(home, as_json, lambda hand: hand.seen(), _print_seen)


@app.command()
def tighten(limits: LimitWords, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Make limits stricter, at once (guardian)."""
    _carry(home, as_json, lambda hand: hand.use("tighten", {"limits": _limits(limits)}, key))


@app.command()
def stop(reason: Reason = "by hand", home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """REDUCING, at once (guardian): no entries; exits go on."""
    _carry(home, as_json, lambda hand: hand.use("stop", {"reason": reason}, key))


@app.command()
def halt(
    reason: Reason = "by hand",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask to type HALT.")] = False,
    home: Home = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """HALTED, at once (governor): neither entries nor exits, for 24 hours at most."""
    if (
        not yes
        and typer.prompt("No exit will be possible. Type HALT to go on", default="", show_default=False) != "HALT"
    ):
        refuse(Refused("NOT_CONFIRMED", "Nothing was halted."), Console(stderr=True), as_json=as_json)
        raise typer.Exit(_BAD)
    _carry(home, as_json, lambda hand: hand.use("halt", {"reason": reason}, key))


@app.command()
def deposit(amount: str, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Book money that came (governor)."""
    _carry(home, as_json, lambda hand: hand.use("book_flow", {"amount_e8": _amount(amount)}, key))


@app.command()
def withdraw(amount: str, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Book money that went (governor): free cash only, at settled prices."""
    _carry(home, as_json, lambda hand: hand.use("book_flow", {"amount_e8": -_amount(amount)}, key))


@app.command("freeze-trader")
def freeze_trader(home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Take the trader's key out of service, at once (guardian)."""
    _carry(home, as_json, lambda hand: hand.use("freeze_trader", {}, key))


@app.command("remove-signer")
def remove_signer(address: str, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Take one of the oracle's signers out, at once (guardian)."""
    _carry(home, as_json, lambda hand: hand.use("remove_signer", {"address": address}, key))


@app.command("revoke-signal")
def revoke_signal(digest: str, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Take back a committed signal that was not judged yet, at once (guardian)."""
    _carry(home, as_json, lambda hand: hand.use("revoke_signal", {"digest": digest}, key))


@submit_app.command("limits")
def submit_limits(limits: LimitWords, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Other limits, looser ones too (governor)."""
    _submit(home, as_json, key, change="LIMITS", limits=lambda: _limits(limits))


@submit_app.command("resume")
def submit_resume(reason: Reason = "by hand", home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Let a stopped or latched book go on (governor)."""
    _submit(home, as_json, key, change="RESUME", reason=lambda: reason)


@submit_app.command("signers")
def submit_signers(
    keep: Annotated[list[str] | None, typer.Option("--keep", help="An address that stays or comes.")] = None,
    fresh: Annotated[int, typer.Option("--fresh", min=0, max=16, help="Keys to make here besides.")] = 0,
    quorum: Annotated[int, typer.Option("--quorum", min=1, max=16, help="How many have to sign.")] = 1,
    home: Home = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Other signers of the oracle, or another quorum (governor)."""
    _submit(
        home, as_json, key, change="SIGNERS", signers=lambda: keep or [], fresh_signers=lambda: fresh,
        quorum=lambda: quorum,
    )  # fmt: skip


@submit_app.command("trader")
def submit_trader(
    address: Annotated[str | None, typer.Argument(help="A key of this home; without one, one is made.")] = None,
    home: Home = None,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Another trader (governor)."""
    _submit(home, as_json, key, change="TRADER", trader=lambda: address)


@app.command()
def accept(change: ChangeId, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """Bring a change into force (governor)."""
    _carry(home, as_json, lambda hand: hand.use("accept", {"change_id": change}, key))


@app.command()
def revoke(change: ChangeId, home: Home = None, key: Key = None, as_json: AsJson = False) -> None:
    """End a change before it is accepted (guardian)."""
    _carry(home, as_json, lambda hand: hand.use("revoke", {"change_id": change}, key))


class _Hand:
    """Uses levers somewhere."""

    def __init__(self, use: Callable[[str, Mapping[str, Any], str], Any], seen: Callable[[], Any]) -> None:
        self._use = use
        self.seen = seen

    def use(self, lever: str, arguments: Mapping[str, Any], key: str | None) -> Any:
        """Use a lever, once for a key."""
        return self._use(lever, arguments, key or f"lever-{token_hex(12)}")


def _submit(home: Path | None, as_json: bool, key: str | None, **words: Any) -> None:
    from tradeseal.api.levers import lever_of

    nothing = {"limits": None, "reason": "by hand", "signers": None, "fresh_signers": 0, "quorum": 1, "trader": None}

    def act(hand: _Hand) -> Any:
        told = {name: word if isinstance(word, str) else word() for name, word in words.items()}
        lever, arguments = lever_of(nothing | told)
        return hand.use(lever, arguments, key)

    _carry(home, as_json, act)


def _carry(
    home: Path | None,
    as_json: bool,
    act: Callable[[_Hand], Any],
    tell: Callable[[Any, Console], None] | None = None,
) -> None:
    out, err = Console(), Console(stderr=True)
    try:
        folder = load_settings(home=home).home
        if not (folder / "manifest.json").exists():
            raise Refused("NO_HOME", f"{folder} is no home of a book: `tradeseal serve` makes one.", home=str(folder))
        address = folder / ADDRESS
        try:
            HomeLock(folder).close()
        except Refused:
            if not address.exists():
                raise
            said = act(_at_server(address.read_text().strip(), (folder / "api-token").read_text().strip()))
        else:
            address.unlink(missing_ok=True)  # of a server that was killed
            said = _at_rest(folder, act)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(said, indent=2))
    else:
        (tell or _print_done)(said, out)


# A home at rest: everything is started, nothing is walked


def _at_rest(home: Path, act: Callable[[_Hand], Any]) -> Any:
    from tradeseal.api.levers import ReplayLevers, shown
    from tradeseal.bootstrap import open_parts

    parts = open_parts(load_settings(home=home), _Quiet())
    try:
        parts.engine.stand()
        levers = ReplayLevers(parts.engine, parts.gate, ask=lambda command: command())
        return act(_Hand(lambda *words: vars(levers.use(*words)), lambda: shown(levers.seen())))
    finally:
        parts.close()


class _Quiet:
    """Hears everything and says nothing."""

    def tick(self, seen: "TickSeen") -> None: ...

    def progress(self, done: int, total: int, data_clock: int) -> None: ...

    def phase(self, phase: str, detail: str) -> None: ...


# A running server


def _at_server(url: str, token: str) -> _Hand:
    def use(lever: str, arguments: Mapping[str, Any], key: str) -> Any:
        if lever in ("accept", "revoke"):
            return _ask(url, token, f"changes/{arguments['change_id']}/{lever}", {}, key)
        if lever.startswith("submit_"):
            return _ask(url, token, "changes", _change(lever, arguments), key)
        body = dict(arguments)
        if "amount_e8" in body:
            body = {"amount": format_e8(body["amount_e8"])}
        return _ask(url, token, _PATHS[lever], body, key)

    return _Hand(use, lambda: _ask(url, token, "", None, ""))


def _change(lever: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    names = {"fresh": "fresh_signers", "address": "trader"}
    return {"change": lever.removeprefix("submit_").upper()} | {
        names.get(name, name): value for name, value in arguments.items()
    }


def _ask(url: str, token: str, path: str, body: Mapping[str, Any] | None, key: str) -> Any:
    import httpx

    where = f"{url}/api/governance{'/' if path else ''}{path}"
    headers = {"authorization": f"Bearer {token}"} | ({"idempotency-key": key} if key else {})
    try:
        if body is None:
            answer = httpx.get(where, headers=headers, timeout=_PATIENCE_S)
        else:
            answer = httpx.post(where, json=body, headers=headers, timeout=_PATIENCE_S)
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("SERVER_AWAY", f"The server at {url} does not answer: {error}.", url=url) from error
    if answer.is_error:
        raise Refused(told.get("code", "REFUSED"), told.get("detail", str(told)), **told.get("facts", {}))
    return told


# Words


def _limits(words: list[str]) -> dict[str, int]:
    found = {}
    for word in words:
        name, _, value = word.partition("=")
        if not value.isdecimal():
            raise Refused("NOT_A_LIMIT", f"{word!r} is no limit; write max_position_bps=1500.", got=word)
        found[name] = int(value)
    return found


def _amount(text: str) -> int:
    amount = to_e8(text)
    if amount <= 0:
        raise Refused("BAD_AMOUNT", "An amount of money is above 0.", got=text)
    return amount


def _print_done(done: Mapping[str, Any], out: Console) -> None:
    again = " (done before; nothing happened now)" if done["already_run"] else ""
    out.print(f"{done['act']} in block {done['block']}{again}, transaction {done['transaction_hash']}", soft_wrap=True)
    if done["change_id"]:
        out.print(f"change {done['change_id']}", soft_wrap=True)


def _print_seen(seen: Mapping[str, Any], out: Console) -> None:
    def say(text: str) -> None:
        out.print(text, soft_wrap=True, highlight=False, markup=False)

    say(f"block's clock {seen['block_clock']}, marks' clock {seen['marks_clock'] or '—'}")
    if seen["simulated"]:
        say("simulated: the operator chooses both clocks, so that the delay is ceremony here")
    for name, value in seen["limits"].items():
        say(f"  {name} = {value}")
    for role in ("governor", "guardian", "trader"):
        held = seen[role]
        say(f"{role}: {'frozen' if held is None else held['address'] + ('' if held['held'] else ' (key not here)')}")
    say(f"oracle: {seen['quorum']} of {len(seen['signers'])} signers, epoch {seen['epoch']}")
    for signer in seen["signers"]:
        say(f"  {signer['address']}{'' if signer['held'] else ' (key not here)'}")
    for change in seen["waiting"]:
        say(f"{change['change']} {change['status']}: from {change['block_time_from']} on, {change['id']}")
        for part in change["differences"]:
            say(f"  {part['name']}: {part['now']} -> {part['then']}")
    if not seen["waiting"]:
        say("no change waits")
