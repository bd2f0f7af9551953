"""Upkeep on the command line: back a home up, bring it back, fold its views again.

Knows options, a progress bar and exit codes. Knows nothing of how any of it is done.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tradeseal.evidence import AsJson, Home, refuse
from tradeseal.home.backup import back_up, restore
from tradeseal.kernel.clock import iso_utc, now_s
from tradeseal.kernel.errors import Inconsistent, Refused, TradesealError
from tradeseal.ledger.lock import HomeLock
from tradeseal.settings import load_settings

_DIFFERS, _BAD = 1, 2


def backup(
    home: Home = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The folder to make (default: backups/TIME in the home).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a home, also while it runs: store, keys, manifest and fetched candles, each with its hash, checked."""
    err = Console(stderr=True)
    try:
        settings = load_settings(home=home)
        folder = out or settings.home / "backups" / iso_utc(now_s()).replace(":", "")
        with _Bar(err) as bar:
            made = back_up(settings.home, folder, bar.step)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(asdict(made), indent=2))
    else:
        typer.echo(
            f"{made.folder}: {made.events} events, hash chain unbroken, head {made.head}; {len(made.files)} files"
        )
        typer.echo("It holds keys: keep it where you would keep them.")


def restore_home(
    folder: Annotated[Path, typer.Argument(help="A folder that `tradeseal backup` made.")],
    home: Home = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put aside what the home holds now.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a home of a backup, after every file and every event in it was checked."""
    err = Console(stderr=True)
    try:
        settings = load_settings(home=home)
        with _Bar(err) as bar:
            found, aside = restore(folder, settings.home, replace=replace, progress=bar.step)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps({**asdict(found), "home": str(settings.home), "aside": aside and str(aside)}, indent=2))
        return
    typer.echo(f"{settings.home} is as of {found.made_at}: {found.events} events, head {found.head}")
    if aside is not None:
        typer.echo(f"What it held before lies in {aside}")


def rebuild(home: Home = None, as_json: AsJson = False) -> None:
    """Fold every view again from the first event and compare it with the one there was; 1 where one differed.

    While Tradeseal runs on the home, ask it: POST /api/views/rebuild.
    """
    from tradeseal.ledger.published import EventLog
    from tradeseal.readmodels.published import open_read_models

    err = Console(stderr=True)
    try:
        folder = load_settings(home=home).home
        if not (folder / "ledger.sqlite").exists():
            raise Refused("NOT_A_HOME", f"{folder} has no event store: there is nothing to fold.", home=str(folder))
        lock = HomeLock(folder)
        try:
            views = open_read_models(folder / "views", EventLog(folder / "ledger.sqlite"))
            with _Bar(err) as bar:
                views.follower.catch_up()
                stuck = views.follower.poisoned
                if stuck is not None:
                    what = f"Event {stuck.position} ({stuck.topic}) cannot be folded into {stuck.view}: {stuck.error}."
                    raise Inconsistent("VIEW_STOPPED", f"{what} Update Tradeseal; the events are untouched.")
                found = list(views.follower.rebuild(bar.step))
        finally:
            lock.close()
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=2))
    else:
        for each in found:
            same = "the same rows as before" if each.equal else "OTHER ROWS than before: the old view was wrong"
            typer.echo(f"{each.view}: {each.events} events in {each.seconds} s, {same}")
    if not all(each.equal for each in found):
        raise typer.Exit(_DIFFERS)


class _Bar:
    """One bar for steps that follow each other, on stderr, silent where nobody looks."""

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

    def step(self, what: str, done: int, total: int) -> None:
        self._progress.update(self._task, description=what, completed=done, total=total)
