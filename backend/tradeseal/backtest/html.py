"""The page of a run: one HTML file that needs nothing else, readable in light and dark and on a phone.

Knows a report's fields and how a line is drawn. Knows nothing of how they come about.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

WIDTH, HEIGHT = 720, 220
_STYLE: Final = """
:root{color-scheme:light dark;--line:#8884;--good:#12805c;--bad:#c0392b;--soft:#777}
body{font:15px/1.5 system-ui,sans-serif;max-width:760px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}code{font-size:.85em;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}
td.n{text-align:right;white-space:nowrap}small{color:var(--soft)}svg{width:100%;height:auto}
.wide{overflow-x:auto}.note{border-left:3px solid var(--line);padding-left:.8rem;color:var(--soft)}
"""


def page_of(report: Mapping[str, Any]) -> str:
    """The whole page."""
    plan = report["plan"]
    parts = [
        f"<h1>Back-test {escape(report['id'])}: {escape(plan['strategy'])}</h1>",
        f"<p>{escape(plan['data_label'])} candles of {escape(', '.join(plan['markets']))}, "
        f"{report['from']} to {report['to']}, {report['bars']:,} bars. Initial balance {report['initial']} USDT, "
        f"at the end {report['equity']} USDT.</p>",
        *(f"<p class=note>{escape(note)}</p>" for note in report["notes"]),
        "<h2>Equity</h2>",
        _lines(report["curve"], {"equity": "strategy", "hold": "equal weight, held"}),
        "<h2>Drawdown</h2>",
        _lines(report["curve"], {"drawdown": "at closes", "low_drawdown": "at lows"}),
        "<h2>Metrics</h2>",
        _metrics(report["metrics"]),
        "<h2>What speaks against it</h2>",
        _rows(_doubts(report)),
        "<h2>Costs</h2>",
        _rows(_pairs(report["costs"])),
        "<h2>Months</h2>",
        _rows([(one["month"], _percent(one["return"])) for one in report["months"]]),
        "<h2>Markets</h2>",
        _markets(report["markets"]),
        "<h2>Verdicts of the contract</h2>",
        _rows(_pairs({
            "entries": report["entries"], "exits": report["exits"], **report["exits_by_reason"],
            "rejections": report["rejections"], **report["rejections_by_rule"],
        })),
        "<h2>Was the confidence honest?</h2>",
        _calibration(report["calibration"]),
        "<h2>Which calibrator spoke</h2>",
        _calibrators(report["calibrator"]),
        "<h2>What was run</h2>",
        _rows(_pairs({**plan, "record_head": report["record_head"]})),
    ]  # fmt: skip
    title = f"Back-test {escape(report['id'])}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{title}</title><style>{_STYLE}</style><body>{''.join(parts)}</body></html>"
    )


def _metrics(metrics: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['title'])}<br><small>{escape(one['formula'])}</small></td>"
        f"<td class=n>{_value(one)}</td></tr>"
        for one in metrics
    )
    return f"<table>{rows}</table>"


def _value(one: Mapping[str, Any]) -> str:
    value = one["value"]
    if value is None:
        return escape(str(one["text"]))
    if one["unit"] == "share":
        return _percent(value)
    return f"{value:,.3f}" if isinstance(value, float) else f"{escape(str(value))}{' USDT' * (one['unit'] == 'usdt')}"


def _doubts(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    trials, mean, within = report["trials"], report["mean_trade"], report["within_one_bar"]
    luck = trials["text"] or f"{trials['probability']:.3f} of {trials['trials']} runs on these candles"
    span = (
        "not enough data"
        if mean["mean"] is None
        else f"{mean['mean']:.4f} USDT, {mean['low']:.4f} to {mean['high']:.4f}"
    )
    share = "—" if within["share_of_profit"] is None else _percent(within["share_of_profit"])
    return [
        ("Runs tried on these candles", str(trials["trials"])),
        ("Deflated Sharpe: probability of more than luck", luck),
        ("Mean sale, 95 % of resamples", span),
        ("Share of profit opened and closed within one bar", share),
        ("Equal weight, held", _percent(report["equal_weight_return"])),
    ]


def _markets(markets: Mapping[str, Mapping[str, Any]]) -> str:
    head = "<tr><th>market<th>sales<th>won<th>realised<th>held</tr>"
    rows = "".join(
        f"<tr><td>{escape(name)}<td class=n>{one['exits']}<td class=n>{one['wins']}<td class=n>{one['realised']}"
        f"<td class=n>{_percent(one['buy_and_hold_return'])}</tr>"
        for name, one in markets.items()
    )
    return f"<div class=wide><table>{head}{rows}</table></div>"


def _calibration(scores: Mapping[str, Any]) -> str:
    if not scores["enough"]:
        return f"<p>Not enough data: {scores['observations']} scored signals of {scores['needed']} needed.</p>"
    skill, ece, hit = scores["skill"], scores["ece"], scores["hit_rate"]
    hits = f"{_percent(hit['value'])} ({_percent(hit['low'])} to {_percent(hit['high'])})" if hit else "—"
    return _rows([
        ("Signals scored, HOLD and rejected included", f"{scores['observations']:,}"),
        ("Base rate of the event", _percent(scores["base_rate"])),
        ("Mean confidence", _percent(scores["mean_confidence"])),
        ("Brier score (of the base rate)", f"{scores['brier']:.4f} ({scores['brier_of_base_rate']:.4f})"),
        ("Brier skill, 95 %", f"{skill['value']:.4f} ({skill['low']:.4f} to {skill['high']:.4f})"),
        ("Log loss", f"{scores['log_loss']:.4f}"),
        ("Calibration error, 95 %", f"{ece['value']:.4f} ({ece['low']:.4f} to {ece['high']:.4f})"),
        ("The same of a perfect forecaster", f"{scores['ece_floor']:.4f}"),
        ("AUC", f"{scores['auc']:.4f}"),
        ("Share at 0.65 or more", _percent(scores["coverage"])),
        ("Of those, came true (Wilson, 95 %)", hits),
    ]) + _diagram(scores["bins"])  # fmt: skip


def _calibrators(told: Mapping[str, Any]) -> str:
    """The first one, and each that took another's place with what was measured live."""
    rows = [("At the start", f"{told['method']}, {told['hash'][:16]}")]
    for one in told["revisions"]:
        live = one["standing"]
        skill = (
            "too few labels" if live is None else f"{live['skill']:+.4f} ({live['low']:+.4f} to {live['high']:+.4f})"
        )
        says = "the base rate alone, " if one["shrunk"] else ""
        rows.append((f"{one['reason']} from {one['holds_from']}", f"{says}{one['hash'][:16]}; live skill {skill}"))
    return _rows(rows)


def _diagram(bins: Sequence[Mapping[str, Any]]) -> str:
    side = 260
    lines = "".join(
        f"<line x1={one['said'] * side:.1f} x2={one['said'] * side:.1f} y1={(1 - one['came_true_low']) * side:.1f} "
        f"y2={(1 - one['came_true_high']) * side:.1f} stroke=currentColor opacity=.4 />"
        f"<circle cx={one['said'] * side:.1f} cy={(1 - one['came_true']) * side:.1f} r=3.5 fill=#3b82f6>"
        f"<title>said {one['said']:.3f}, came true {one['came_true']:.3f}, {one['count']} signals</title></circle>"
        for one in bins
    )
    return (
        f"<svg viewBox='-6 -6 {side + 12} {side + 12}' style='max-width:{side}px' role=img "
        "aria-label='reliability diagram'>"
        f"<rect width={side} height={side} fill=none stroke=currentColor opacity=.3 />"
        f"<line x1=0 y1={side} x2={side} y2=0 stroke=currentColor stroke-dasharray=4 opacity=.5 />{lines}</svg>"
    )


def _lines(curve: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> str:
    values = {name: [float(point[name]) for point in curve] for name in names}
    low, high = min(map(min, values.values())), max(map(max, values.values()))
    span = high - low or 1.0
    drawn, colours = "", ("#3b82f6", "#9ca3af")
    for (name, told), colour in zip(names.items(), colours, strict=True):
        points = " ".join(
            f"{at * WIDTH / max(len(curve) - 1, 1):.1f},{HEIGHT - (value - low) / span * HEIGHT:.1f}"
            for at, value in enumerate(values[name])
        )
        title = f"<title>{escape(told)}</title>"
        drawn += f"<polyline points='{points}' fill=none stroke='{colour}' stroke-width=1.5>{title}</polyline>"
    share = high <= 1 and low >= -1
    ends = (_percent(low), _percent(high)) if share else (f"{low:,.2f}", f"{high:,.2f}")
    legend = " · ".join(
        f"<span style='color:{c}'>{escape(t)}</span>" for c, t in zip(colours, names.values(), strict=True)
    )
    label = escape(" and ".join(names.values()))
    return (
        f"<svg viewBox='0 -4 {WIDTH} {HEIGHT + 8}' role=img aria-label='{label}'>{drawn}</svg>"
        f"<small>{legend} · from {ends[0]} to {ends[1]}</small>"
    )


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), "—" if value is None else str(value)) for name, value in values.items()]


def _rows(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td class=n><code>{escape(value)}</code></td></tr>" for name, value in pairs
    )
    return f"<div class=wide><table>{rows}</table></div>"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.2f} %"
