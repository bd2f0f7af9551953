"""Evidence on the command line: verify a history, carry it elsewhere, keep its heads.

Knows options, progress bars and exit codes. Knows nothing of how anything is checked or carried.
"""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tradeseal.kernel.errors import Refused, TradesealError
from tradeseal.settings import load_settings

Home = Annotated[Path | None, typer.Option("--home", help="The data folder (default .tradeseal in the checkout).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

SYNTHETIC = "synthetic"
_DIFFERS, _BAD = 1, 2


def verify(
    home: Home = None,
    archive: Annotated[Path | None, typer.Option("--archive", help="An exported archive in place of a home.")] = None,
    rpc: Annotated[str | None, typer.Option("--rpc", help="A node whose blocks, logs and code are compared.")] = None,
    witness: Annotated[Path | None, typer.Option("--witness", help="Heads kept by `tradeseal follow`.")] = None,
    candles: Annotated[
        str | None, typer.Option("--candles", help="Your own candles: a folder, or `synthetic` for the invented feed.")
    ] = None,
    exchange: Annotated[str, typer.Option("--exchange", help="Whose files of --candles to take.")] = "binance",
    interval: Annotated[str, typer.Option("--interval", help="Candle length of --candles.")] = "1h",
    machine: Annotated[
        str | None, typer.Option("--machine", help="What executes: anvil, eth-tester or pyrevm (default anvil).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute a whole history: exit code 0 when all agrees, 1 at a difference, 2 when it could not be verified."""
    from tradeseal.verify.application import Wishes
    from tradeseal.verify.application import verify as carry_out
    from tradeseal.verify.chain_outside import Outside
    from tradeseal.verify.history import HomeHistory
    from tradeseal.verify.witness import read_witness
    from tradeseal.verify.words import print_report

    out, err = Console(), Console(stderr=True)
    try:
        if archive is not None and home is not None:
            raise Refused("HOME_OR_ARCHIVE", "Name a home or an archive, not both.")
        history: Any = HomeHistory(load_settings(home=home).home)
        with Bar(err, "verifying events") as bar:
            wishes = Wishes(
                candles=_candles(candles, exchange, interval),
                witness=None if witness is None else read_witness(witness),
                outside=None if rpc is None else Outside(_node(rpc), rpc),
                machine=machine,
                progress=bar.told,
            )
            report = carry_out(history, wishes)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(report.to_json(), indent=2))
    else:
        print_report(report, out)
    if not report.agrees:
        raise typer.Exit(_DIFFERS)


def _candles(folder: str | None, exchange: str, interval: str) -> Any:
    from tradeseal.market.published import load_folder, synthetic

    if folder is None:
        return None
    return synthetic() if folder == SYNTHETIC else load_folder(Path(folder), exchange, interval, None)[0]


def _node(url: str) -> Any:
    from tradeseal.chain.rpc import HttpRpc

    return HttpRpc(url)


def refuse(error: TradesealError, err: Console, *, as_json: bool) -> None:
    """Say why not, for a person or a program."""
    facts = {name: str(value) for name, value in error.facts.items()}
    if as_json:
        typer.echo(json.dumps({"error": {"code": error.code, "message": error.message, "facts": facts}}))
    else:
        err.print(f"tradeseal: {error.message} ({error.code})", style="red", markup=False, highlight=False)


class Bar:
    """A progress bar on stderr, silent where nobody looks."""

    def __init__(self, console: Console, what: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=console, disable=not sys.stderr.isatty(), transient=True,
        )  # fmt: skip
        self._task = self._progress.add_task(what, total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def told(self, done: int, total: int) -> None:
        """So many of so many."""
        self._progress.update(self._task, completed=done, total=total)
