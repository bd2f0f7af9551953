"""The page of a run: one HTML file that needs nothing else, readable in light and dark and on a phone.

Knows a report's fields and where they stand. Knows nothing of how they come about or of how a line is drawn.
"""

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any, Final

from tradeseal.backtest.svg import Line, chart, reliability
from tradeseal.kernel.clock import parse_utc

_STYLE: Final = """
:root{color-scheme:light dark;--back:#fff;--card:#f6f7f9;--text:#15181e;--soft:#5f6673;--line:#dfe2e8;--own:#2563eb;
--other:#8a93a3;--good:#0f7a52;--bad:#c02f26}
@media(prefers-color-scheme:dark){:root{--back:#0e1117;--card:#161b23;--text:#e6e9ef;--soft:#98a1b0;--line:#2a313c;
--own:#6ea0ff;--other:#7d8696;--good:#3ecf8e;--bad:#ff7b72}}
*{box-sizing:border-box}
body{font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",sans-serif;background:var(--back);color:var(--text);
max-width:960px;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.5rem;line-height:1.25;margin:0}h2{font-size:1.05rem;margin:2.5rem 0 .75rem}
p{margin:.5rem 0}small,.soft{color:var(--soft)}code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(45%,190px),1fr));gap:.6rem;margin:1.25rem 0}
.cards div,figure,.wide{background:var(--card);border:1px solid var(--line);border-radius:10px}
.cards div{padding:.7rem .85rem}.cards b{display:block;font-size:1.3rem;font-variant-numeric:tabular-nums}
.cards span{color:var(--soft);font-size:.8rem}
figure{margin:0 0 1rem;padding:.75rem}.square{max-width:400px}svg{display:block;width:100%;height:auto;overflow:visible}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.2rem;font-size:.82rem;color:var(--soft);margin-bottom:.4rem}
.legend b{color:var(--text);font-weight:600;font-variant-numeric:tabular-nums}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:3px;margin-right:.4em;background:currentColor}
.own{color:var(--own)}.other{color:var(--other)}.fall{color:var(--bad)}
.grid{stroke:var(--line);stroke-width:1}.mark{fill:var(--soft);font-size:11px;font-variant-numeric:tabular-nums}
.line{fill:none;stroke:currentColor;stroke-width:1.6;stroke-linejoin:round}.area{fill:currentColor;opacity:.18}
.even{stroke:var(--soft);stroke-dasharray:4}.bound{stroke:var(--own);opacity:.5}.dot{fill:var(--own)}
.wide{overflow-x:auto;margin-bottom:1rem}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
td,th{border-top:1px solid var(--line);padding:.4rem .85rem;text-align:left;vertical-align:top}
tr:first-child>*{border-top:0}th{color:var(--soft);font-weight:500;font-size:.82rem}
.n{text-align:right;white-space:nowrap}.long{white-space:normal}.good{color:var(--good)}.bad{color:var(--bad)}
.months td,.months th{padding:.35rem .4rem;text-align:right;font-size:.82rem}.months th:first-child{text-align:left}
.note{border-left:3px solid var(--line);padding-left:.8rem;color:var(--soft)}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:0 1rem;align-items:start}
@media(max-width:600px){body{padding-top:1rem}td,th{padding:.35rem .55rem}.mark{font-size:18px}
.markets td,.markets th{padding:.35rem .3rem;font-size:.78rem}.markets th{white-space:normal}
.months,.months tbody{display:block}.months tr{display:grid;grid-template-columns:repeat(4,1fr)}
.months tr:first-child{display:none}.months tr+tr+tr{border-top:1px solid var(--line)}
.months th:first-child,.months td:last-child{grid-column:1/-1;border:0}
.months td::before{content:attr(data-month);float:left;color:var(--soft);font-size:.72rem;line-height:1.7}}
@media print{body{max-width:none}figure,.cards div{break-inside:avoid}}
"""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Where an axis spans less, its marks need more digits to be told apart.
_WHOLE: Final = 10.0
_FALLS: Final = (0.01, 0.001)
_CARDS: Final = ("total_return", "buy_and_hold_return", "sharpe", "max_drawdown", "max_drawdown_low", "win_rate",
                 "profit_factor", "exits")  # fmt: skip


def page_of(report: Mapping[str, Any]) -> str:
    """The whole page."""
    plan = report["plan"]
    parts = [
        f"<h1>{escape(plan['strategy'])} on {escape(', '.join(plan['markets']))}</h1>",
        f"<p class=soft>Back-test <code>{escape(report['id'])}</code> · {escape(plan['data_label'])} candles, "
        f"{report['from'][:16]} to {report['to'][:16]} UTC · {report['bars']:,} bars · "
        f"{_amount(report['initial'])} USDT became <b>{_amount(report['equity'])} USDT</b></p>",
        _cards(report),
        *(f"<p class=note>{escape(note)}</p>" for note in report["notes"]),
        "<h2>Equity</h2>",
        _curves(report["curve"]),
        "<h2>Months</h2>",
        _months(report["months"]),
        "<h2>What speaks against it</h2>",
        _rows(_doubts(report)),
        "<h2>Metrics</h2>",
        _metrics(report["metrics"]),
        "<div class=pair><section><h2>Costs</h2>",
        _rows(_costs(report["costs"])),
        "</section><section><h2>Verdicts of the contract</h2>",
        _rows(_pairs({
            "entries": report["entries"], "exits": report["exits"], **report["exits_by_reason"],
            "rejections": report["rejections"], **report["rejections_by_rule"],
        })),
        "</section></div><h2>Markets</h2>",
        _markets(report["markets"]),
        "<h2>Was the confidence honest?</h2>",
        _calibration(report["calibration"]),
        "<h2>Which calibrator spoke</h2>",
        _calibrators(report["calibrator"]),
        "<h2>What was run</h2>",
        _rows(_pairs({**plan, "record_head": report["record_head"]})),
    ]  # fmt: skip
    title = f"{escape(plan['strategy'])}: back-test {escape(report['id'])}"
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width,initial-scale=1'>"
        f"<title>{title}</title><style>{_STYLE}</style><body>{''.join(parts)}</body></html>"
    )


def _cards(report: Mapping[str, Any]) -> str:
    known = {one["id"]: one for one in report["metrics"]}
    shown = [known[name] for name in _CARDS if name in known]
    return f"<div class=cards>{''.join(_card(one) for one in shown)}</div>"


def _card(one: Mapping[str, Any]) -> str:
    value = one["value"]
    tone = "" if value is None or one["id"] not in ("total_return", "buy_and_hold_return") else _tone(value)
    return f"<div><b class='{tone}'>{_value(one)}</b><span>{escape(one['title'])}</span></div>"


def _curves(curve: Sequence[Mapping[str, Any]]) -> str:
    times = [parse_utc(point["time"]) for point in curve]
    column = {name: [float(point[name]) for point in curve]
              for name in ("equity", "hold", "drawdown", "low_drawdown")}  # fmt: skip
    apart = max(*column["equity"], *column["hold"]) - min(*column["equity"], *column["hold"])
    deepest = -min(column["low_drawdown"] + column["drawdown"])
    cents = 0 if apart >= _WHOLE else 2
    digits = next((digits for digits, least in enumerate(_FALLS, start=1) if deepest >= least), len(_FALLS) + 1)
    return chart(
        times,
        [Line("other", "equal weight, held", column["hold"]), Line("own", "strategy", column["equity"])],
        height=280, told=lambda value: f"{value:,.{cents}f}",
    ) + chart(
        times,
        [Line("other", "drawdown at lows", column["low_drawdown"]),
         Line("fall", "drawdown at closes", column["drawdown"], filled=True)],
        height=120, told=lambda value: f"{value * 100:.{digits}f} %", top=0.0,
    )  # fmt: skip


def _months(months: Sequence[Mapping[str, Any]]) -> str:
    """A year a row, a month a column; a year compounds its months."""
    if not months:
        return "<p>No finished day.</p>"
    found = {one["month"]: one["return"] for one in months}
    most = max(map(abs, found.values())) or 1.0
    head = "".join(f"<th>{name}" for name in _MONTHS)
    rows = ""
    for year in sorted({month[:4] for month in found}):
        own = [found.get(f"{year}-{number:02d}") for number in range(1, 13)]
        whole = math.prod(1 + value for value in own if value is not None) - 1
        cells = "".join(_month(name, value, most) for name, value in zip(_MONTHS, own, strict=True))
        rows += f"<tr><th>{year}{cells}<td data-month=year class={_tone(whole)}><b>{whole * 100:.1f}</b></tr>"
    return (
        f"<div class=wide><table class=months><tr><th>%{head}<th>year</tr>{rows}</table></div>"
        "<small>Compounded daily returns of finished UTC days.</small>"
    )


def _month(name: str, value: float | None, most: float) -> str:
    """Its name shows on a narrow page alone, where a year is folded."""
    if value is None:
        return f"<td data-month={name} class=soft>·"
    share = round(min(1.0, abs(value) / most) * 45)
    colour = "good" if value >= 0 else "bad"
    style = f"background:color-mix(in srgb,var(--{colour}) {share}%,transparent)"
    return f"<td data-month={name} style='{style}'>{value * 100:.1f}"


def _costs(costs: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = {
        "fees": "Fees", "half_spread": "Half spread", "slippage": "Slippage and the tick", "total": "Together",
        "volume": "Volume traded", "realised_before_costs": "Realised, before costs",
    }  # fmt: skip
    per = costs["bps_of_volume"]
    rows = [(told, f"{_amount(costs[name])} USDT") for name, told in names.items()]
    return [*rows, ("Of the volume", "—" if per is None else f"{per:.2f} bps")]


def _amount(text: str) -> str:
    return f"{Decimal(text):,.2f}"


def _tone(value: float) -> str:
    return "good" if value > 0 else "bad" if value < 0 else "soft"


def _metrics(metrics: Sequence[Mapping[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['title'])}<br><small>{escape(one['formula'])}</small></td>"
        f"<td class=n>{_value(one)}</td></tr>"
        for one in metrics
    )
    return f"<div class=wide><table>{rows}</table></div>"


def _value(one: Mapping[str, Any]) -> str:
    value = one["value"]
    if value is None:
        return escape(str(one["text"]))
    if one["unit"] == "share":
        return _percent(value)
    if one["unit"] == "usdt":
        return f"{_amount(str(value))} USDT"
    return f"{value:,.3f}" if isinstance(value, float) else escape(str(value))


def _doubts(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    trials, mean, within = report["trials"], report["mean_trade"], report["within_one_bar"]
    luck = trials["text"] or f"{trials['probability']:.3f}"
    span = (
        "not enough data"
        if mean["mean"] is None
        else f"{mean['mean']:.2f} USDT, {mean['low']:.2f} to {mean['high']:.2f}"
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
    head = (
        "<tr><th>market<th class=n>sales<th class=n>won<th class=n>realised, USDT<th class=n>fees<th class=n>held</tr>"
    )
    rows = "".join(
        f"<tr><td>{escape(name)}<td class=n>{one['exits']}<td class=n>{one['wins']}"
        f"<td class='n {_tone(float(one['realised']))}'>{_amount(one['realised'])}<td class=n>{_amount(one['fees'])}"
        f"<td class=n>{_percent(one['buy_and_hold_return'])}</tr>"
        for name, one in markets.items()
    )
    return f"<div class=wide><table class=markets>{head}{rows}</table></div>"


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
    ]) + reliability([
        (one["said"], one["came_true"], one["came_true_low"], one["came_true_high"], one["count"])
        for one in scores["bins"]
    ])  # fmt: skip


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


def _pairs(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name.replace("_", " "), "—" if value is None else str(value)) for name, value in values.items()]


def _rows(pairs: Sequence[tuple[str, str]]) -> str:
    rows = "".join(f"<tr><td>{escape(name)}</td><td class='n long'>{_told(value)}</td></tr>" for name, value in pairs)
    return f"<div class=wide><table>{rows}</table></div>"


def _told(value: str) -> str:
    """Hashes and mappings as code, words and numbers as they are."""
    return f"<code>{escape(value)}</code>" if len(value) > 40 or value.startswith("{") else escape(value)


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.2f} %"
