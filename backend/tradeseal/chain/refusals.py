"""Refusals: the contracts' own errors in words, with what was asked and what the limit is.

Knows the errors' names and fields. Decides nothing: every number is the contract's.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from tradeseal.chain.risk_book import BookLimits
from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.errors import Refused
from tradeseal.kernel.money import format_e8
from tradeseal.trading.reasons import Fault

STATES: Final = ("ACTIVE", "REDUCING", "HALTED")
_ERROR: Final = re.compile(r"^(\w+)\((.*)\)$", re.DOTALL)
_PARAMETERS: Final = tuple(vars(BookLimits()))
_FLOWS: Final = {
    "ZERO": "A flow of nothing is none",
    "EQUITY": "Something has to be left: a flow may not take all that the book is worth",
    "CASH": "A withdrawal takes free cash only",
    "MARKS": "Nothing is withdrawn while a held market's price is stale or a step waits for confirmation",
}

Values = Mapping[str, str]
# What to say, and which fields are what was asked and what the limit is.
_WORDS: Final[Mapping[str, tuple[Callable[[Values], str], str, str]]] = {
    "Loosens": (
        lambda v: f"{_parameter(v)} would become looser: {v['got']} asked, {v['inForce']} in force. Looser limits are "
        "submitted, wait, and are accepted.",
        "got", "inForce",
    ),
    "OutOfRange": (
        lambda v: f"{_parameter(v)} may not be {v['got']}: its bound is {v['bound']}, and no delay moves it.",
        "got", "bound",
    ),
    "TooEarly": (
        lambda v: f"This change can be accepted from {iso_utc(int(v['from']))} on; the clock stands at "
        f"{iso_utc(int(v['clock']))}.",
        "clock", "from",
    ),
    "TooLate": (
        lambda v: f"This change could be accepted until {iso_utc(int(v['until']))} and it is "
        f"{iso_utc(int(v['blockTime']))}: submit it anew.",
        "blockTime", "until",
    ),
    "Superseded": (lambda _: "What this change was made against is no longer so: submit it anew.", "id", ""),
    "NotSubmitted": (lambda _: "No such change waits: it was never submitted, or is revoked or used up.", "id", ""),
    "FlowRefused": (
        lambda v: f"{_FLOWS.get(_short(v['why']), _short(v['why']))}: {format_e8(int(v['amount']))} asked, "
        f"{format_e8(int(v['available']))} available.",
        "amount", "available",
    ),
    "StateRefused": (
        lambda v: f"The state cannot go from {STATES[int(v['inForce'])]} to {STATES[int(v['got'])]} by this role; "
        "resuming goes through the delay.",
        "got", "inForce",
    ),
    "NothingToResume": (lambda _: "Nothing was stopped: there is nothing to resume.", "", ""),
    "ResumeRefused": (
        lambda v: "The new peak needs fresh, settled prices and a positive equity; it is "
        f"{format_e8(int(v['equity']))}.",
        "equity", "",
    ),
    "NotASigner": (lambda v: f"{v['recovered']} is no signer of the present epoch.", "recovered", ""),
    "BadSetup": (lambda v: f"{_short(v['what'])} cannot be so: none is zero, named twice or too many.", "what", ""),
    "NoMarks": (lambda _: "The book has seen no prices yet.", "", ""),
}  # fmt: skip


def refusal_of(error: str) -> Refused:
    """`TooEarly(clock=1, from=2)` as a refusal with code, words and facts."""
    found = _ERROR.match(error)
    if found is None:
        return Refused("CONTRACT_REFUSED", f"The contract refuses: {error}.", error=error)
    name = found[1]
    values = dict(part.partition("=")[::2] for part in found[2].split(", ") if part)
    words, got, limit = _WORDS.get(name, (lambda _: f"The contract refuses: {error}.", "", ""))
    facts = {**values, "error": name}
    if got in values:
        facts["got"] = values[got]
    if limit in values:
        facts["limit"] = values[limit]
    return Refused(code_of(name), words(values), **facts)


def code_of(name: str) -> str:
    """The code by which everybody knows an error of the contracts: `NotASigner` is `NOT_A_SIGNER`."""
    try:
        return Fault(name).name
    except ValueError:
        return "CONTRACT_REFUSED"


def _parameter(values: Values) -> str:
    number = int(values["parameter"])
    return _PARAMETERS[number - 1] if 0 < number <= len(_PARAMETERS) else f"parameter {number}"


def _short(word: str) -> str:
    """The text in a 32-byte word."""
    return bytes.fromhex(word[2:]).rstrip(b"\0").decode(errors="replace")
