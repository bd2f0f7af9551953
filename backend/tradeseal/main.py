"""The command line: what a person types, translated into settings and back into words.

Knows options, progress bars and exit codes. Knows nothing of trading.
"""

import json
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tradeseal import __version__, deploying, evidence, govern, research, runs, upkeep
from tradeseal.evidence import AsJson, Home, refuse
from tradeseal.home.demo import remove_demo
from tradeseal.home.doctor import examine
from tradeseal.kernel.clock import iso_utc, monotonic_s, now_s, parse_utc
from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.kernel.money import format_e8
from tradeseal.market.adapters.watching import Watcher
from tradeseal.research import (
    DataDir,
    Exchange,
    From,
    Interval,
    Lot,
    Markets,
    MinNotional,
    Participation,
    Plugins,
    Retrain,
    Slippage,
    StrategyName,
    Tick,
    To,
    settings_of,
)
from tradeseal.settings import CHECKOUT, load_settings
from tradeseal.trading.published import BookState

if TYPE_CHECKING:
    from tradeseal.bootstrap import Parts
    from tradeseal.cycle.engine import Stopped
    from tradeseal.cycle.ports import TickSeen
    from tradeseal.market.published import MarketReport

app = typer.Typer(
    name="tradeseal",
    help="An AI trading platform whose every trade can be recomputed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command()(evidence.verify)
app.command()(evidence.export)
app.command("import")(evidence.import_)
app.command()(evidence.follow)
app.command()(evidence.timestamp)
app.command()(upkeep.backup)
app.command("restore")(upkeep.restore_home)
app.command()(upkeep.rebuild)
app.command()(research.backtest)
app.command()(research.strategies)
app.command("walk-forward")(research.walk_forward)

app.command()(deploying.deploy)
app.command("verify-source")(deploying.verify_source)
app.add_typer(deploying.keys_app, name="keys")
app.add_typer(govern.app, name="govern")
app.add_typer(runs.app, name="runs")

data_app = typer.Typer(help="Candles of exchanges, through their public endpoints.", no_args_is_help=True)
app.add_typer(data_app, name="data")

PauseAt = Annotated[str | None, typer.Option("--pause-at", help="Hold the data's clock after this close.")]
Speed = Annotated[str | None, typer.Option("--speed", help="Seconds of data per second, or max.")]
QuorumText = Annotated[str | None, typer.Option("--quorum", help="Oracle keys that sign, like 2of3 (default 1of1).")]
Chain = Annotated[str | None, typer.Option("--chain", help="anvil (default), eth-tester, or the URL of a node.")]
Confirmations = Annotated[
    int | None, typer.Option("--confirmations", help="With --chain URL: blocks after which an outcome counts (12).")
]

_BAD = 2
_STOPPED = 3
_INTERRUPTED = 130


def _version(show: bool) -> None:
    if show:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Replay only so far: simulated trades on stored or synthetic candles, enforced by real contracts."""


@app.command()
def replay(
    home: Home = None,
    data: DataDir = None,
    exchange: Exchange = None,
    interval: Interval = None,
    markets: Markets = None,
    from_: From = None,
    to: To = None,
    speed: Speed = None,
    chain: Chain = None,
    confirmations: Confirmations = None,
    quorum: QuorumText = None,
    strategy: StrategyName = None,
    retrain: Retrain = None,
    participation: Participation = None,
    slippage: Slippage = None,
    tick: Tick = None,
    lot: Lot = None,
    min_notional: MinNotional = None,
    plugins: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Replay candles through the whole engine without a page, at full speed unless told otherwise."""
    from tradeseal.bootstrap import open_parts  # `serve` shows its page before these are loaded

    out, err = Console(), Console(stderr=True)
    parts: Parts | None = None
    try:
        settings = settings_of(
            home=home, data=data, exchange=exchange, interval=interval, markets=markets, start=from_, end=to,
            speed=speed or "max", chain=chain, confirmations=confirmations, quorum=quorum, strategy=strategy,
            retrain=retrain, strategies=plugins, participation=participation, slippage=slippage, tick=tick, lot=lot,
            min_notional=min_notional,
        )  # fmt: skip
        with _Bar(err) as bar:
            parts = opened = open_parts(settings, bar, re_executed=bar.re_executed)
            engine = parts.engine
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: opened.stop())
            bar.begin(len(engine.feed))
            began = monotonic_s()
            engine.run()
        summary = _summary(parts, monotonic_s() - began)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    finally:
        if parts is not None:
            parts.close()
    if as_json:
        typer.echo(json.dumps(summary, indent=2))
    else:
        _print_summary(summary, out)
    if summary["stopped"]:
        raise typer.Exit(_STOPPED)


@app.command()
def serve(
    home: Home = None,
    data: DataDir = None,
    exchange: Exchange = None,
    interval: Interval = None,
    markets: Markets = None,
    from_: From = None,
    to: To = None,
    pause_at: PauseAt = None,
    speed: Speed = None,
    chain: Chain = None,
    confirmations: Confirmations = None,
    quorum: QuorumText = None,
    strategy: StrategyName = None,
    retrain: Retrain = None,
    participation: Participation = None,
    slippage: Slippage = None,
    tick: Tick = None,
    lot: Lot = None,
    min_notional: MinNotional = None,
    plugins: Plugins = None,
    port: Annotated[int | None, typer.Option("--port", help="Port on 127.0.0.1 (default 8000).")] = None,
) -> None:
    """Serve the dashboard and replay behind it; Ctrl-C ends, the next start resumes."""
    err = Console(stderr=True)
    try:
        settings = settings_of(
            home=home, data=data, exchange=exchange, interval=interval, markets=markets, start=from_, end=to,
            pause_at=pause_at, speed=speed, chain=chain, confirmations=confirmations, quorum=quorum, port=port,
            strategy=strategy, retrain=retrain, strategies=plugins, participation=participation, slippage=slippage,
            tick=tick, lot=lot, min_notional=min_notional,
        )  # fmt: skip
        from tradeseal.serving import serve_until_told  # `replay` needs no server

        serve_until_told(settings, say=typer.echo)
    except TradesealError as error:
        refuse(error, err, as_json=False)
        raise typer.Exit(_BAD) from error


@app.command()
def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Say what is missing or wrong, in the checkout and in the home, and what to do."""
    out = Console()
    settings = settings_of(home=home)
    findings = examine(CHECKOUT, settings.home)
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            mark = "[green]ok[/green]     " if finding.ok else "[red]not ok[/red] "
            advice = "" if finding.ok else f" [bold]{finding.advice}[/bold]"
            out.print(f"{mark} {finding.name}: {finding.detail}{advice}", highlight=False, soft_wrap=True)
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


@app.command()
def reset(
    home: Home = None,
    demo: Annotated[bool, typer.Option("--demo", help="Remove a replay's home; there is no other kind yet.")] = False,
) -> None:
    """Remove the home of a demo, after you have typed its name."""
    err = Console(stderr=True)
    settings = settings_of(home=home)
    try:
        if not demo:
            raise Refused("RESET_WHAT", "Say --demo: only the home of a demo can be removed.")
        name = settings.home.resolve().name
        typer.echo(f"This removes every record, key and log in {settings.home}.")
        if typer.prompt(f"Type {name} to go on", default="", show_default=False) != name:
            raise Refused("NOT_CONFIRMED", "Nothing was removed.")
        typer.echo("Removed: " + ", ".join(remove_demo(settings.home)))
    except TradesealError as error:
        refuse(error, err, as_json=False)
        raise typer.Exit(_BAD) from error


@data_app.command("download")
def download_candles(
    exchange: Annotated[
        str | None, typer.Option("--exchange", help="Whose candles (default: the first of a list that answers).")
    ] = None,
    markets: Annotated[
        str, typer.Option("--markets", help="Base assets or pairs, for example BTC,ETH-EUR.")
    ] = "BTC,ETH,SOL,XRP,DOGE",
    interval: Annotated[str, typer.Option("--interval", help="Candle length.")] = "1h",
    from_: Annotated[str | None, typer.Option("--from", help="First candle (default: January two years ago).")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last candle's close at the latest (default: now).")] = None,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path("candles"),
    url: Annotated[str | None, typer.Option("--url", help="Another address of the exchange's public REST API.")] = None,
    as_json: AsJson = False,
) -> None:
    """Download candles to Parquet files with their provenance; killed and run again, it goes on where it was."""
    from tradeseal.market.published import download, find_exchange, interval_seconds, span_of

    out_, err = Console(), Console(stderr=True)
    try:
        interval_s = interval_seconds(interval)
        end = parse_utc(to) if to else now_s()
        span = span_of(interval_s, parse_utc(from_) if from_ else _january(end), end)
        names = _names(markets)
        url = url or load_settings().exchange_url
        exchanges = [exchange] if exchange else ["binance"] if url else []
        with _DownloadBar(err) as bar:
            source, listings = find_exchange(exchanges, names, interval_s, url)
            reports = download(source, listings, span, out, bar)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    except KeyboardInterrupt as error:
        err.print("Stopped; the same command goes on from here.")
        raise typer.Exit(_INTERRUPTED) from error
    use = f"./run.sh --data {out} --exchange {source.name} --interval {interval}"
    if as_json:
        files = [report.to_json() for report in reports]
        said = {"exchange": source.name, "host": source.host, "interval": interval, "out": str(out.resolve())}
        typer.echo(json.dumps(said | {"files": files, "use": use}, indent=2))
        return
    for report in reports:
        _print_report(report, out_)
    out_.print(f"Trade on them in a new home: {use} --home DIR", markup=False, highlight=False)


def _print_report(report: "MarketReport", out: Console) -> None:
    span = f"{iso_utc(report.first_open)} to {iso_utc(report.last_open)}"
    out.print(f"{report.file}: {report.rows} candles, {report.new_rows} of them new, {span}", highlight=False)
    if report.begins_late:
        out.print(f"  the exchange's first candle is {report.begins_late} bars after --from")
    if report.gaps:
        out.print(f"  {len(report.gaps)} gaps, {report.missing} candles missing there; longest first:")
    for gap in sorted(report.gaps, key=lambda gap: -gap.missing)[:3]:
        out.print(f"    {gap.missing} after {iso_utc(gap.after)}", highlight=False)
    if report.unusable:
        out.print(f"  {report.unusable} rows were no candles and were left out")


def _january(end: int) -> int:
    """Two to three years before; the same for a year, so that the same command goes on with the same files."""
    return parse_utc(f"{int(iso_utc(end)[:4]) - 2}-01-01T00:00:00Z")


def _names(markets: str) -> list[str]:
    names = [name.strip() for name in markets.split(",") if name.strip()]
    if not names:
        raise Refused("NO_MARKETS", "Name at least one market, for example --markets BTC,ETH.", got=markets)
    return names


def _summary(parts: "Parts", seconds: float) -> dict[str, Any]:
    """What a run ended with; amounts as strings, the record head for comparing runs."""
    from tradeseal.cycle.summary import count_outcomes

    engine, report = parts.engine, parts.data.report
    book, stopped = engine.book, engine.stopped
    counts = count_outcomes(parts.ledger.facts.all())
    return {
        "data": parts.data.store.label,
        "data_note": parts.data.note,
        "chain": parts.gate.chain.kind,
        "chain_note": parts.chain_note,
        "markets": list(engine.steps.markets),
        "from": iso_utc(engine.feed.start),
        "to": iso_utc(engine.data_clock),
        "finished": engine.finished,
        "stopped": None if stopped is None else {"code": stopped.code, "message": stopped.message},
        "bars": engine.bars_done,
        "entries": counts.entries,
        "exits": counts.exits,
        "signals": counts.signals,
        "rejections": counts.rejected,
        "rejections_by_rule": dict(counts.rules),
        "refused_by_oracle": counts.refused,
        "skipped": counts.skipped,
        "released": counts.released,
        "open_cycles": len(engine.steps.state.open_cycles),
        "equity": None if book is None else format_e8(book.equity_e8),
        "cash": None if book is None else format_e8(book.cash_e8),
        "positions": _held(book),
        "record_seq": None if book is None else book.record_seq,
        "record_head": None if book is None else book.record_head,
        "blocks": None if book is None else book.block,
        "books_agree": _agree(engine.stopped),
        "events": engine.steps.state.position,
        "gaps": len(report.gaps),
        "seconds": round(seconds, 1),
    }


def _agree(stopped: "Stopped | None") -> bool | None:
    """Whether ledger and chain agreed to the end; None when something else stopped the engine."""
    if stopped is None:
        return True
    return False if stopped.code == "BOOKS_DIFFER" else None


def _held(book: BookState | None) -> dict[str, str]:
    return {p.market: format_e8(p.quantity_e8) for p in book.positions if p.quantity_e8} if book else {}


def _print_summary(summary: dict[str, Any], out: Console) -> None:
    out.print(f"[bold]{summary['data']}[/bold] candles of {', '.join(summary['markets'])}")
    for note in filter(None, (summary["data_note"], summary["chain_note"])):
        out.print(note, markup=False, highlight=False)
    out.print(f"{summary['from']} to {summary['to']}: {summary['bars']} bars in {summary['seconds']} s")
    out.print(
        f"{summary['entries']} entries, {summary['exits']} exits, {summary['rejections']} rejected by the contract"
    )
    for rule, count in sorted(summary["rejections_by_rule"].items()):
        out.print(f"  {rule}: {count}")
    out.print(f"equity {summary['equity']}, cash {summary['cash']}")
    out.print(f"record {summary['record_seq']}: {summary['record_head']}")
    if summary["stopped"]:
        out.print(f"[red]stopped: {summary['stopped']['message']}[/red]")
    elif summary["finished"]:
        out.print("The portfolio folded from events equals the book on the chain to the last unit.")


class _Bar:
    """A progress bar on stderr, silent where nobody looks."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.fields[clock]}"), console=console, disable=not sys.stderr.isatty(), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("starting", total=None, clock="")
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, total: int) -> None:
        self._progress.update(self._task, description="replaying", total=total, completed=0)

    def re_executed(self, done: int, total: int) -> None:
        self._progress.update(self._task, description="re-executing blocks", total=total or None, completed=done)

    def tick(self, seen: "TickSeen") -> None:
        """Prices are not shown here."""

    def progress(self, done: int, total: int, data_clock: int) -> None:
        self._progress.update(self._task, completed=done, total=total, clock=iso_utc(data_clock))

    def phase(self, phase: str, detail: str) -> None:
        self._progress.update(self._task, description=detail or phase.lower().replace("_", " "))


class _DownloadBar(Watcher):
    """Bars of all markets on stderr, and what the exchange makes us wait for."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, disable=not sys.stderr.isatty(), transient=True,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begins(self, market: str, done: int, total: int) -> None:
        self._tasks[market] = self._progress.add_task(market, total=total, completed=done)

    def page(self, market: str, done: int, total: int) -> None:
        self._progress.update(self._tasks[market], completed=done, total=total)

    def waits(self, why: TradesealError, seconds: float) -> None:
        self._console.print(f"{why.message} Waiting {seconds:g} s.", style="yellow", markup=False, highlight=False)


if __name__ == "__main__":
    app()
