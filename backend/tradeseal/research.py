"""Research on the command line: back-tests, bias checks, strategies.

Knows options, progress bars and exit codes. Knows nothing of how a run is carried out.
"""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tradeseal.evidence import AsJson, Home, refuse
from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.kernel.money import to_e8
from tradeseal.runs import print_report
from tradeseal.settings import Settings, load_settings
from tradeseal.trading.terms import Terms
from tradeseal.walked import tables_of

if TYPE_CHECKING:
    from tradeseal.backtest.bias import BiasReport

DataDir = Annotated[Path | None, typer.Option("--data", help="Candles: EXCHANGE-PAIR-INTERVAL[-SPAN].parquet.")]
Exchange = Annotated[str | None, typer.Option("--exchange", help="Whose files of --data to take (default binance).")]
Interval = Annotated[str | None, typer.Option("--interval", help="Candle length (default 1h).")]
Markets = Annotated[str | None, typer.Option("--markets", help="Which markets, for example BTC,ETH (default all).")]
From = Annotated[str | None, typer.Option("--from", help="First candle, for example 2021-05-01T00:00Z.")]
To = Annotated[str | None, typer.Option("--to", help="Last candle's close at the latest.")]
StrategyName = Annotated[str | None, typer.Option("--strategy", help="Which strategy trades (default technical).")]
Params = Annotated[list[str] | None, typer.Option("--param", help="NAME=NUMBER, as often as needed.")]
Retrain = Annotated[str | None, typer.Option("--retrain", help="Fit the confidence again so often: 30d, 12h (never).")]
Participation = Annotated[
    str | None, typer.Option("--participation", help="An order gets this share of a bar's volume at most, like 0.1.")
]
Slippage = Annotated[
    str | None,
    typer.Option("--slippage", help="Prices move by this share of a bar's range times √(size / volume), like 0.63."),
]
Tick = Annotated[str | None, typer.Option("--tick", help="Price steps: 0.01, or BTC=0.01,ETH=0.001.")]
Lot = Annotated[str | None, typer.Option("--lot", help="Quantity steps: 0.001, or BTC=0.00001,ETH=0.0001.")]
MinNotional = Annotated[str | None, typer.Option("--min-notional", help="The smallest order in quote currency.")]
Cash = Annotated[
    str | None, typer.Option("--cash", help="What the book begins with, in quote currency (default 10000).")
]
Fee = Annotated[
    str | None, typer.Option("--fee", help="The contract's fee as a share of a fill, like 0.0005 (a replay's: 0.001).")
]
Plugins = Annotated[Path | None, typer.Option("--plugins", help="A folder of own strategies: code that you trust.")]

_BAD = 2
_INTERRUPTED = 130


def settings_of(**chosen: Any) -> Settings:
    """The settings of a command, markets as a person types them."""
    markets = chosen.pop("markets", None)
    if markets is not None:
        chosen["markets"] = tuple(name.strip() for name in markets.split(",") if name.strip())
    return load_settings(**chosen)


def backtest(
    strategy: Annotated[
        str, typer.Option("--strategy", help="Which strategy; see `tradeseal strategies`.")
    ] = "technical",
    param: Params = None,
    data: DataDir = None,
    exchange: Exchange = None,
    interval: Interval = None,
    markets: Markets = None,
    from_: From = None,
    to: To = None,
    retrain: Retrain = None,
    participation: Participation = None,
    slippage: Slippage = None,
    tick: Tick = None,
    lot: Lot = None,
    min_notional: MinNotional = None,
    cash: Cash = None,
    fee: Fee = None,
    out: Annotated[Path | None, typer.Option("--out", help="A new folder for manifest, report and tables.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the run that lies in the folder of --out.")] = False,
    plugins: Plugins = None,
    assume: Annotated[
        float | None, typer.Option("--assume-confidence", help="Fit no confidence but assume one, say 0.99; told so.")
    ] = None,
    lookahead: Annotated[bool, typer.Option("--check-lookahead", help="Check, not run: is the future used?")] = False,
    warmup: Annotated[bool, typer.Option("--check-warmup", help="Check, not run: are older candles used?")] = False,
    committed: Annotated[
        bool, typer.Option("--check-signals", help="Check, not run: what this home has committed, from its candles.")
    ] = False,
    again: Annotated[Path | None, typer.Option("--again", help="A manifest: run it again and compare.")] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Run a strategy over stored candles: the engine, cycle and contract bytecode of a replay, at full speed."""
    from tradeseal.backtest.desk import Asked, asked_again, checks, fee_bps_of, refuse_cash, refuse_difference
    from tradeseal.backtest.desk import backtest as carry_out
    from tradeseal.bootstrap import compare_signals
    from tradeseal.chain.risk_book import BookLimits
    from tradeseal.signals.published import Schedule

    out_, err = Console(), Console(stderr=True)
    try:
        settings = settings_of(
            home=home, data=data, exchange=exchange, interval=interval, markets=markets, start=from_, end=to,
            retrain=retrain, strategies=plugins, participation=participation, slippage=slippage, tick=tick, lot=lot,
            min_notional=min_notional,
        )  # fmt: skip
        asked = (
            replace(asked_again(again, settings.data, plugins), out=out, force=force)
            if again
            else Asked(
                strategy=strategy, params=_params(param), data=settings.data, exchange=settings.exchange,
                interval=settings.interval, markets=settings.markets, start=settings.start, end=settings.end,
                cash_e8=settings.cash_e8 if cash is None else to_e8(cash), strategies=plugins,
                limits=BookLimits() if fee is None else BookLimits(fee_bps=fee_bps_of(fee)),
                assume_bps=None if assume is None else round(assume * 10_000), out=out, force=force,
                schedule=Schedule(retrain_s=settings.retrain_s or 0), terms=settings.terms or Terms(),
            )
        )  # fmt: skip
        refuse_cash(asked.cash_e8)
        if lookahead or warmup or committed:
            with _Stages(err) as bar:
                asks = lookahead or warmup
                found = checks(asked, lookahead=lookahead, warmup=warmup, progress=bar.stage) if asks else []
                found += [compare_signals(settings)] if committed else []
            _print_checks(found, out_, as_json=as_json)
            raise typer.Exit(0 if all(one.clean for one in found) else 1)
        with _Stages(err) as bar:
            report, folder = carry_out(asked, settings.home, bar.stage)
            if again:
                refuse_difference(again, folder)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    except KeyboardInterrupt as error:
        err.print("Stopped; nothing was stored.")
        raise typer.Exit(_INTERRUPTED) from error
    if as_json:
        typer.echo(json.dumps({**report, "folder": str(folder)}, indent=1))
    else:
        print_report(report, folder, out_)


def walk_forward(
    strategy: Annotated[str, typer.Option("--strategy", help="Which strategy, or all.")] = "technical",
    param: Params = None,
    data: DataDir = None,
    exchange: Exchange = None,
    interval: Interval = None,
    markets: Markets = None,
    from_: From = "2019-01-01T00:00Z",
    to: To = "2025-01-01T00:00Z",
    plugins: Plugins = None,
    as_json: AsJson = False,
) -> None:
    """Refit the confidence every quarter, score it on the next one, and pool: was it honest, year by year?"""
    from tradeseal.backtest.desk import Asked, walk
    from tradeseal.signals.published import known_strategies

    out, err = Console(), Console(stderr=True)
    try:
        settings = settings_of(
            data=data, exchange=exchange, interval=interval, markets=markets, start=from_, end=to
        )  # fmt: skip
        names = list(known_strategies(plugins)) if strategy == "all" else [strategy]
        with _Stages(err) as bar:
            found = [
                walk(
                    Asked(
                        strategy=name, params=_params(param), data=settings.data, exchange=settings.exchange,
                        interval=settings.interval, markets=settings.markets, start=settings.start, end=settings.end,
                        strategies=plugins,
                    ),
                    bar.stage,
                )
                for name in names
            ]  # fmt: skip
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        told = [walked.to_json() for walked in found]
        typer.echo(json.dumps(told if strategy == "all" else told[0], indent=1))
        return
    for line in tables_of(found):
        out.print(line, markup=False, highlight=False, soft_wrap=True)


def _print_checks(found: "list[BiasReport]", out: Console, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps([one.to_json() for one in found], indent=1))
        return
    from tradeseal.backtest.bias import CAUSES

    for one in found:
        for cause in dict.fromkeys(each.cause for each in one.differences if each.cause in CAUSES):
            told = f"{one.strategy} looks into the future ({cause}): {CAUSES[cause]}."
            out.print(told, markup=False, highlight=False, soft_wrap=True)
        for check, count in one.compared.items():
            wrong = [difference for difference in one.differences if difference.check == check]
            out.print(f"{one.strategy} {check}: {count} compared, {len(wrong)} differ", markup=False, highlight=False)
            for each in wrong[:10]:
                cause = f" [{each.cause}]" if each.cause else ""
                told = f"  {each.market} {each.close} {each.field}: {each.whole} became {each.truncated}{cause}"
                out.print(told, markup=False, highlight=False, soft_wrap=True)


def _params(chosen: list[str] | None) -> dict[str, int]:
    """`fast=10` as a name and a whole number."""
    params = {}
    for one in chosen or []:
        name, _, value = one.partition("=")
        if not name or not value.removeprefix("-").isdigit():
            raise Refused("BAD_PARAMETER", f"{one!r} is no parameter; write NAME=NUMBER, for example fast=10.", got=one)
        params[name] = int(value)
    return params


def strategies(plugins: Plugins = None, as_json: AsJson = False) -> None:
    """List the strategies that can be named, with their parameters."""
    from tradeseal.signals.published import known_strategies

    out, err = Console(), Console(stderr=True)
    try:
        known = known_strategies(plugins)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps([found.to_json() for found in known.values()], indent=2))
        return
    for found in known.values():
        out.print(f"[bold]{found.name}[/bold] ({found.origin}): {found.kind.about}", highlight=False, soft_wrap=True)
        for name, one in found.kind.all_parameters().items():
            out.print(
                f"  {name} = {one.default} ({one.least} to {one.most}): {one.about}", highlight=False, markup=False
            )


class _Stages:
    """How far a run is, on stderr, silent where nobody looks."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, disable=not sys.stderr.isatty(), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def stage(self, phase: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=phase.lower(), completed=done, total=total or None)
