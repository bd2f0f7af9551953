"""Stored back-tests on the command line: list them, show one, lay some side by side.

Knows options, tables and exit codes. Knows nothing of how a run is carried out.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from tradeseal.backtest.comparison import compare
from tradeseal.evidence import AsJson, Home, refuse
from tradeseal.kernel.errors import TradesealError
from tradeseal.settings import load_settings

app = typer.Typer(help="Stored back-tests: list, show, compare.", no_args_is_help=True)

_BAD: Final = 2
_FIGURES: Final = {"total_return": "return", "max_drawdown": "drawdown", "sharpe": "Sharpe", "win_rate": "won"}
RunIds = Annotated[list[str], typer.Argument(help="Runs by the beginning of their names.")]


@app.command("list")
def list_runs(home: Home = None, as_json: AsJson = False) -> None:
    """Every stored run, the newest first."""
    out, err = Console(), Console(stderr=True)
    try:
        found = [manifest for _, manifest in _store(home).newest_first()]
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(found, indent=1))
        return
    if not found:
        out.print("No run is stored yet: tradeseal backtest --strategy trend makes one.")
        return
    table = Table("run", "strategy", "markets", "from", "to", *_FIGURES.values(), box=None, pad_edge=False)
    for one in found:
        plan, told = one["plan"], one["summary"]
        cells = (one["id"][:8], plan["strategy"], ",".join(m.partition("-")[0] for m in plan["markets"]))
        figures = (figure(name, told["figures"].get(name)) for name in _FIGURES)
        table.add_row(*cells, told["from"][:10], told["to"][:10], *figures)
    out.print(table)


@app.command("show")
def show_run(
    run_id: Annotated[str, typer.Argument(help="The run by the beginning of its name.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """One run's whole report."""
    out, err = Console(), Console(stderr=True)
    try:
        runs = _store(home)
        name = runs.named(run_id)
        report = runs.report(name)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(report, indent=1))
    else:
        print_report(report, runs.folder(name), out)


@app.command("compare")
def compare_runs(run_ids: RunIds, home: Home = None, as_json: AsJson = False) -> None:
    """Some runs side by side: in what their plans differ, and every metric."""
    out, err = Console(), Console(stderr=True)
    try:
        told = compare(_store(home), run_ids)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(told, indent=1))
        return
    table = Table("", *(name[:8] for name in told["runs"]), box=None, pad_edge=False)
    for name, values in told["plans_differ"].items():
        table.add_row(name.replace("_", " "), *(_short(value) for value in values))
    for one in told["metrics"]:
        table.add_row(one["title"], *(figure(one["id"], value, one["unit"]) for value in one["values"]))
    table.add_row("record head", *(head[:10] for head in told["record_heads"]))
    out.print(table)


def figure(name: str, value: Any, unit: str = "") -> str:
    """A metric for a person: shares in percent, amounts to the cent, none as a dash."""
    if value is None:
        return "—"
    if unit == "share" or name.endswith(("return", "drawdown", "rate")):
        return f"{float(value) * 100:.2f} %"
    if unit == "usdt":
        return f"{float(value):,.2f} USDT"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def print_report(report: dict[str, Any], folder: Path, out: Console) -> None:
    """What a run brought, for a terminal."""
    plan, skill = report["plan"], report["calibration"]["skill"]
    say = lambda text: out.print(text, markup=False, highlight=False, soft_wrap=True)  # noqa: E731
    say(f"{plan['strategy']} on {plan['data_label']} candles of {', '.join(plan['markets'])}")
    say(f"{report['from']} to {report['to']}: {report['bars']} bars, signals {report['signals']}")
    say(f"{report['entries']} entries, {report['exits']} exits, {report['rejections']} rejected by the contract")
    for rule, count in report["rejections_by_rule"].items():
        say(f"  {rule}: {count}")
    for one in report["metrics"]:
        value = one["text"] if one["value"] is None else figure(one["id"], one["value"], one["unit"])
        say(f"  {one['title']}: {value}")
    if skill:
        say(f"Brier skill {skill['value']:.4f} ({skill['low']:.4f} to {skill['high']:.4f}) over all signals")
    trials = report["trials"]
    sharpe = trials["text"] or f"{trials['probability']:.3f}"
    say(f"{trials['trials']} run(s) tried on these candles; deflated Sharpe, probability of more than luck: {sharpe}")
    noticed = {name: report.get("data", {}).get(name) for name in ("gaps", "missing_bars", "duplicates", "bad_rows")}
    if any(noticed.values()):
        say("candles: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in noticed.items() if count))
        for example in report["data"]["bad_row_examples"][:3]:
            say(f"  {example}")
    for note in report["notes"]:
        say(note)
    say(f"record {report['record_seq']}: {report['record_head']}")
    say(f"run {report['id']} in {folder}; open report.html there")


def _short(value: Any) -> str:
    text = json.dumps(value) if isinstance(value, Mapping | list) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _store(home: Any) -> Any:
    from tradeseal.backtest.store import RunStore

    return RunStore(load_settings(home=home).home)
