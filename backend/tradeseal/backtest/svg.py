"""Charts of a report as SVG without a script: lines with axes, falls as areas, and the reliability diagram.

Knows scales, ticks and colours by class. Knows nothing of what is drawn.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Final

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 8, 64, 10, 22
INSIDE: Final = WIDTH - LEFT - RIGHT
TICKS: Final = 5
_STEPS: Final = (1, 2, 2.5, 5, 10)
_DAY_S: Final = 86_400


@dataclass(frozen=True)
class Line:
    """One curve: its class in the style sheet, its name, and its values."""

    kind: str
    name: str
    values: Sequence[float]
    filled: bool = False  # down to it from the top: for falls


def chart(
    times: Sequence[int], lines: Sequence[Line], *, height: int, told: Callable[[float], str], top: float | None = None
) -> str:
    """Lines over time on one scale; `told` writes a value, `top` fixes the upper end."""
    low, high = min(min(one.values) for one in lines), max(max(one.values) for one in lines)
    marks = _marks(low, high if top is None else top)
    low, high = min(low, marks[0]), max(high, marks[-1]) if top is None else top
    span, first, length = high - low or 1.0, times[0], max(times[-1] - times[0], 1)
    xs = [LEFT + (time - first) / length * INSIDE for time in times]

    def y(value: float) -> float:
        return TOP + (high - value) / span * height

    drawn = "".join(
        f"<line class=grid x1={LEFT} x2={LEFT + INSIDE} y1={y(mark):.1f} y2={y(mark):.1f} />"
        f"<text class=mark x={LEFT + INSIDE + 6} y={y(mark) + 4:.1f}>{escape(told(mark))}</text>"
        for mark in marks
    )
    for at, label in _dates(first, times[-1]):
        x = LEFT + (at - first) / length * INSIDE
        drawn += (
            f"<line class=grid x1={x:.1f} x2={x:.1f} y1={TOP} y2={TOP + height} />"
            f"<text class=mark x={x:.1f} y={TOP + height + 16} text-anchor=middle>{label}</text>"
        )
    for one in lines:
        points = " ".join(f"{x:.1f},{y(value):.1f}" for x, value in zip(xs, one.values, strict=True))
        if one.filled:
            corners = f"{xs[0]:.1f},{y(high):.1f} {points} {xs[-1]:.1f},{y(high):.1f}"
            drawn += f"<polygon class='area {one.kind}' points='{corners}' />"
        drawn += f"<polyline class='line {one.kind}' points='{points}'><title>{escape(one.name)}</title></polyline>"
    legend = "".join(
        f"<span><i class='{one.kind}'></i>{escape(one.name)} <b>{escape(told(one.values[-1]))}</b></span>"
        for one in lines
    )
    label = escape(" and ".join(one.name for one in lines))
    box = f"0 0 {WIDTH} {height + TOP + BOTTOM}"
    return (
        f"<figure><figcaption class=legend>{legend}</figcaption>"
        f"<svg viewBox='{box}' role=img aria-label='{label}'>{drawn}</svg></figure>"
    )


def reliability(bins: Sequence[tuple[float, float, float, float, int]]) -> str:
    """What was said against what came true: said, came true, its bounds and how many, a dot each."""
    side = 280
    drawn = "".join(
        f"<line class=grid x1={at * side:.0f} x2={at * side:.0f} y1=0 y2={side} />"
        f"<line class=grid x1=0 x2={side} y1={at * side:.0f} y2={at * side:.0f} />"
        f"<text class=mark x={at * side:.0f} y={side + 15} text-anchor=middle>{at:.0%}</text>"
        f"<text class=mark x=-6 y={(1 - at) * side + 4:.0f} text-anchor=end>{at:.0%}</text>"
        for at in (0, 0.25, 0.5, 0.75, 1)
    )
    dots = "".join(
        f"<line class=bound x1={said * side:.1f} x2={said * side:.1f} y1={(1 - low) * side:.1f} "
        f"y2={(1 - high) * side:.1f} /><circle class=dot cx={said * side:.1f} cy={(1 - came) * side:.1f} r=4>"
        f"<title>said {said:.3f}, came true {came:.3f}, {count} signals</title></circle>"
        for said, came, low, high, count in bins
    )
    return (
        "<figure class=square><figcaption class=legend><span><i class=own></i>came true, by what was said; bars 95 %"
        f"</span></figcaption><svg viewBox='-40 -8 {side + 56} {side + 30}' role=img aria-label='reliability diagram'>"
        f"{drawn}<line class=even x1=0 y1={side} x2={side} y2=0 />{dots}</svg></figure>"
    )


def _marks(low: float, high: float) -> list[float]:
    """Round values that cover a span."""
    span = (high - low) or abs(high) or 1.0
    size = 10.0 ** math.floor(math.log10(span / TICKS))
    step = next(size * one for one in _STEPS if span / (size * one) <= TICKS)
    first = math.floor(low / step + 1e-9)
    marks = [round(number * step, 12) for number in range(first, first + TICKS + 3)]
    return [mark for at, mark in enumerate(marks) if at == 0 or marks[at - 1] < high - step * 1e-9]


def _dates(first: int, last: int) -> list[tuple[int, str]]:
    """Some five dates inside a span, on the first of a month or a year where it is long enough."""
    days = (last - first) / _DAY_S
    begin = datetime.fromtimestamp(first, UTC)
    found: list[tuple[int, str]] = []
    if days > 120:
        months = max(1, round(days / 30.4 / TICKS))
        months = next((one for one in (1, 2, 3, 6, 12, 24, 60) if one >= months), 120)
        at = begin.year * 12 + begin.month
        for number in range(-(-at // months) * months, at + int(days / 28) + months, months):
            moment = int(datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp())
            label = f"{number // 12}" if months >= 12 else f"{number // 12}-{number % 12 + 1:02d}"
            found.append((moment, label))
    else:
        step = max(1, round(days / TICKS)) * _DAY_S
        moments = range(-(-first // _DAY_S) * _DAY_S, last, step)
        found = [(moment, datetime.fromtimestamp(moment, UTC).strftime("%m-%d")) for moment in moments]
    margin = (last - first) / 40
    return [(at, label) for at, label in found if first + margin <= at <= last - margin]
