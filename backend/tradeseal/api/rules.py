"""Rules for people: each rule's title, unit and the numbers that the contract compared, in readable form.

Knows the integer forms of RULES.md backwards: from both sides of a comparison to a share, a count, an amount.
Knows nothing of whether a rule should have failed: the contract decided that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tradeseal.kernel.clock import iso_utc
from tradeseal.kernel.money import BPS, format_e8
from tradeseal.trading.published import BookState, BookStateName, Limits, RuleCheck

NEAR: Final = 0.2


@dataclass(frozen=True)
class Rule:
    """What a rule is called and how its numbers are shown."""

    id: str
    title: str
    unit: str
    compares: str


RULES: Final = {
    rule.id: rule
    for rule in (
        Rule("RULE-01", "Position size", "percent", "at most"),
        Rule("RULE-02", "Daily loss", "percent", "less than"),
        Rule("RULE-03", "Confidence", "probability", "at least"),
        Rule("RULE-04", "Trades a day", "count", "at most"),
        Rule("RULE-05", "Signal is live", "time", "at most"),
        Rule("RULE-06", "Positive expectation", "bps", "at least"),
        Rule("RULE-07", "Drawdown", "percent", "less than"),
        Rule("RULE-08", "Funds suffice", "amount", "at most"),
        Rule("RULE-09", "Book state", "state", "must be"),
    )
}


def share(bps: int) -> str:
    """Basis points as a share of one: 500 is `"0.05"`."""
    return format_e8(bps * 10_000)


def ratio(part: int, whole: int) -> str | None:
    """A share with six digits, towards zero; None when there is no whole."""
    if whole <= 0:
        return None
    millionths = abs(part) * 10**6 // whole
    return format_e8(millionths * 100 * (-1 if part < 0 else 1))


def readable(rule: str, measured: int, limit: int, limits: Limits | None) -> tuple[str | None, str | None, str]:
    """Both sides of the comparison, and their unit.

    RULE-01, 02 and 07 compare products; the side that stands for the limit is its basis points times the whole, so
    that whole = limit / bps, and the measured share = measured · bps / limit / 10,000.
    """
    if rule in ("RULE-01", "RULE-02", "RULE-07"):
        bps = _limit_bps(rule, limits)
        if bps is None or limit <= 0:
            return None, None if bps is None else share(bps), "percent"
        return ratio(measured * bps, limit * BPS), share(bps), "percent"
    if rule == "RULE-03":
        return share(measured), share(limit), "probability"
    if rule == "RULE-05":
        return _live(measured, limit)
    if rule == "RULE-06":
        return format_e8(measured * 10_000), format_e8(limit * 10_000), "bps"
    if rule == "RULE-08":
        return format_e8(measured), format_e8(limit), "amount"
    if rule == "RULE-09":
        return _state_words(measured), _state_words(limit), "state"
    return str(measured), str(limit), RULES[rule].unit


def _live(measured: int, limit: int) -> tuple[str | None, str | None, str]:
    """RULE-05 compares epochs or rounds, times, or a size with the signal's own, which counts as one whole."""
    if max(measured, limit) > _TIMES_END:
        return ratio(measured, limit), "1", "percent"
    if _is_time(max(measured, limit)):
        return iso_utc(measured), iso_utc(limit), "time"
    return str(measured), str(limit), "count"


def failure(check: Mapping[str, Any], limits: Limits | None, *, side: str = "BUY") -> dict[str, Any]:
    """A rule that said no to an order of this side."""
    rule = RULES[check["rule"]]
    measured, limit = int(check["measured"]), int(check["limit"])
    shown, allowed, unit = readable(rule.id, measured, limit, limits)
    return {
        "id": rule.id,
        "title": rule.title,
        "measured": shown,
        "limit": allowed,
        "unit": unit,
        "text": _sentence(rule, measured, limit, (shown, allowed, unit), side),
        "measured_raw": str(measured),
        "limit_raw": str(limit),
    }


def gauges(book: BookState | None, checks: Sequence[RuleCheck]) -> list[dict[str, Any]]:
    """All nine rules: from the book as read from the chain, and from what the contract assessed last."""
    assessed = {check.rule: check for check in checks}
    return [_gauge(rule, book, assessed.get(rule.id)) for rule in RULES.values()]


def _gauge(rule: Rule, book: BookState | None, check: RuleCheck | None) -> dict[str, Any]:
    measured = limit = note = market = None
    headroom: float | None = None
    limits = book.limits if book else None
    unit = rule.unit
    if rule.id == "RULE-09" and book is not None:
        measured, limit = book.state.name, BookStateName.ACTIVE.name
        headroom = 1.0 if book.state == BookStateName.ACTIVE else 0.0
        note = state_reason(book)
    elif rule.id in _FROM_BOOK and book is not None:
        part, whole, bps, market = _FROM_BOOK[rule.id](book)
        measured, limit = ratio(max(part, 0), whole), share(bps)
        if measured is not None:
            headroom = _headroom(max(part, 0) * BPS, bps * whole)
        if (rule.id == "RULE-02" and book.day_latched) or (rule.id == "RULE-07" and book.drawdown_latched):
            headroom, note = 0.0, "latched: exits only"
    elif rule.id == "RULE-04" and book is not None:
        measured, limit = str(book.trades_today), str(book.limits.max_daily_trades)
        headroom = _headroom(book.trades_today, book.limits.max_daily_trades)
    elif rule.id == "RULE-08" and book is not None:
        free = book.cash_e8 - book.reserved_e8
        measured, limit = format_e8(book.reserved_e8), format_e8(book.cash_e8)
        headroom = _headroom(book.reserved_e8, book.cash_e8)
        note = f"{format_e8(free)} free"
    elif rule.id == "RULE-03" and book is not None and check is None:
        limit, note = share(book.limits.min_confidence_bps), "measured for each signal"
    elif check is not None:
        measured, limit, unit = readable(rule.id, int(check.measured), int(check.limit), limits)
        note = "of the signal assessed last"
    else:
        note = "measured for each signal" if book is not None else None
    return {
        "id": rule.id,
        "title": rule.title,
        "measured": measured,
        "limit": limit,
        "unit": unit,
        "headroom": headroom,
        "state": _state(headroom=headroom, measured=measured, check=check),
        "market": market,
        "note": note,
    }


def _state(*, headroom: float | None, measured: str | None, check: RuleCheck | None) -> str:
    if headroom is not None:
        return "AT_LIMIT" if headroom <= 0 else "NEAR" if headroom < NEAR else "OK"
    if measured is None or check is None:
        return "NO_DATA"
    return "AT_LIMIT" if check.failed else "OK"


def state_reason(book: BookState) -> str | None:
    """Why a book is not ACTIVE."""
    reasons = []
    if book.manual_flag != BookStateName.ACTIVE:
        reasons.append(f"{book.manual_flag.name} by hand")
    if book.day_latched:
        reasons.append("daily loss limit reached (RULE-02), until the day ends")
    if book.drawdown_latched:
        reasons.append("drawdown limit reached (RULE-07), until the governor resumes")
    return "; ".join(reasons) or None


def _position_share(book: BookState) -> tuple[int, int, int, str | None]:
    largest = max(book.positions, key=lambda p: p.quantity_e8 * p.mark_e8, default=None)
    if largest is None or largest.quantity_e8 == 0:
        return 0, book.equity_e8, book.limits.max_position_bps, None
    value = largest.quantity_e8 * largest.mark_e8 // 10**8
    return value, book.equity_e8, book.limits.max_position_bps, largest.market


_FROM_BOOK: Final = {
    "RULE-01": _position_share,
    "RULE-02": lambda b: (b.opening_e8 - b.equity_e8, b.opening_e8, b.limits.max_daily_loss_bps, None),
    "RULE-07": lambda b: (b.peak_e8 - b.equity_e8, b.peak_e8, b.limits.max_drawdown_bps, None),
}


def _limit_bps(rule: str, limits: Limits | None) -> int | None:
    if limits is None:
        return None
    return {
        "RULE-01": limits.max_position_bps,
        "RULE-02": limits.max_daily_loss_bps,
        "RULE-07": limits.max_drawdown_bps,
    }[rule]


def _headroom(used: int, allowed: int) -> float:
    if allowed <= 0:
        return 0.0
    return round(min(max(1 - used / allowed, 0.0), 1.0), 6)


def _is_time(value: int) -> bool:
    """Between 2001 and 2100: seconds since the epoch."""
    return _TIMES_BEGIN < value <= _TIMES_END


_TIMES_BEGIN: Final = 1_000_000_000
_TIMES_END: Final = 4_102_444_800


def _sentence(
    rule: Rule, measured: int, limit: int, readable_sides: tuple[str | None, str | None, str], side: str
) -> str:
    shown, allowed, unit = readable_sides
    if rule.id == "RULE-05":
        return _why_not_live(measured, limit, shown, allowed)
    if rule.id == "RULE-08" and side == "SELL":
        return f"Nothing to sell: {shown} asked, {allowed} held and free."
    if rule.id == "RULE-08":
        return f"Cash does not suffice: {shown} needed with all reservations, {allowed} there."
    if rule.id == "RULE-09":
        return f"The book takes no such order now: {shown}."
    if shown is None or allowed is None:
        return f"{rule.title}: no equity to compare with."
    if unit in ("percent", "probability"):
        return f"{rule.title} {_percent(shown)}, {rule.compares} {_percent(allowed)} allowed."
    return f"{rule.title}: {shown}, {rule.compares} {allowed} allowed."


def _why_not_live(measured: int, limit: int, shown: str | None, allowed: str | None) -> str:
    """RULE-05 has five parts; which one it was shows in the kind and the order of its numbers (RULES.md)."""
    if max(measured, limit) > _TIMES_END:
        return f"Larger than the signal allows: {_percent(shown or '0')} of its size."
    if not _is_time(max(measured, limit)):
        return f"The commitment does not cover this signal any more: {measured} against {limit}."
    if measured > limit:
        return f"The signal expired at {allowed}; the prices are of {shown}."
    return f"A later candle of this market was judged before: this one closed at {shown}, the next may be of {allowed}."


def _state_words(code: int) -> str:
    """RULE-09 measures the state, + 4 for a stale mark, + 8 for a pending step."""
    words = [BookStateName(code & 3).name]
    words += ["mark stale"] if code & 4 else []
    words += ["price step pending"] if code & 8 else []
    return ", ".join(words)


def _percent(fraction: str) -> str:
    return f"{float(fraction) * 100:.2f} %"
