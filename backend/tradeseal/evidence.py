"""Evidence on the command line: verify a history, carry it elsewhere, keep its heads.

Knows options, progress bars and exit codes. Knows nothing of how anything is checked or carried.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tradeseal.kernel.clock import sleep_s
from tradeseal.kernel.errors import Inconsistent, Refused, TradesealError, Unavailable
from tradeseal.settings import load_settings

if TYPE_CHECKING:
    from tradeseal.verify.follow import Follower

Home = Annotated[Path | None, typer.Option("--home", help="The data folder (default .tradeseal in the checkout).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

SYNTHETIC = "synthetic"
_DIFFERS, _BAD = 1, 2


def verify(
    history: Annotated[
        Path | None, typer.Argument(metavar="[HISTORY]", help="A data folder or an exported archive.")
    ] = None,
    home: Home = None,
    archive: Annotated[Path | None, typer.Option("--archive", help="An exported archive in place of a home.")] = None,
    rpc: Annotated[str | None, typer.Option("--rpc", help="A node whose blocks, logs and code are compared.")] = None,
    witness: Annotated[Path | None, typer.Option("--witness", help="Heads kept by `tradeseal follow`.")] = None,
    candles: Annotated[
        str | None, typer.Option("--candles", help="Your own candles: a folder, or `synthetic` for the invented feed.")
    ] = None,
    exchange: Annotated[str, typer.Option("--exchange", help="Whose files of --candles to take.")] = "binance",
    interval: Annotated[str, typer.Option("--interval", help="Candle length of --candles.")] = "1h",
    authority_ca: Annotated[
        Path | None,
        typer.Option("--authority-ca", help="Certificates (PEM) above the time-stamps of --witness."),
    ] = None,
    shown: Annotated[
        Path | None, typer.Option("--shown", help="A kept answer of /api/analytics, whose metrics are compared.")
    ] = None,
    machine: Annotated[
        str | None, typer.Option("--machine", help="What executes: anvil, eth-tester or pyrevm (default anvil).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute a whole history: exit code 0 when all agrees, 1 at a difference, 2 when it could not be verified."""
    from tradeseal.verify.application import Wishes
    from tradeseal.verify.application import verify as carry_out
    from tradeseal.verify.archive import ArchiveHistory
    from tradeseal.verify.chain_outside import Outside
    from tradeseal.verify.history import HomeHistory
    from tradeseal.verify.published import read_shown
    from tradeseal.verify.witness import read_witness
    from tradeseal.verify.words import print_report

    out, err = Console(), Console(stderr=True)
    try:
        if sum(each is not None for each in (history, archive, home)) > 1:
            raise Refused("HOME_OR_ARCHIVE", "Name one history: a home or an archive, not both.")
        if history is not None and any(history.glob("events-*.jsonl")):
            archive = history
        kept: Any = ArchiveHistory(archive) if archive else HomeHistory(load_settings(home=history or home).home)
        with Bar(err, "verifying events") as bar:
            wishes = Wishes(
                candles=_candles(candles, exchange, interval),
                witness=None if witness is None else read_witness(witness),
                stamp_of=_stamps(authority_ca),
                outside=None if rpc is None else Outside(_node(rpc), rpc),
                shown=None if shown is None else read_shown(shown),
                machine=machine,
                progress=bar.told,
            )
            report = carry_out(kept, wishes)
    except TradesealError as error:
        refuse(error, err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(report.to_json(), indent=2))
    else:
        print_report(report, out)
    if not report.agrees:
        raise typer.Exit(_DIFFERS)


def export(
    out: Annotated[Path, typer.Option("--out", help="The folder to write; begun before, it goes on.")],
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Write a home's whole log as files that anybody can read and verify; no keys, no tokens."""
    from tradeseal.verify.archive import export_home

    _carry(lambda told: export_home(load_settings(home=home).home, out, progress=told), "exporting", as_json=as_json)


def import_(
    archive: Annotated[Path, typer.Argument(help="An exported archive.")],
    home: Annotated[Path, typer.Option("--home", help="The folder of the new home.")],
    as_json: AsJson = False,
) -> None:
    """Make a home of an archive, with the same log root and record head; keys do not come along."""
    from tradeseal.verify.archive import import_archive

    _carry(lambda told: import_archive(archive, home, progress=told), "importing", as_json=as_json)


def follow(
    url: Annotated[str, typer.Argument(help="The server, for example http://127.0.0.1:8000.")],
    kept: Annotated[Path, typer.Option("--kept", help="The file that keeps the heads, one a line.")] = Path(
        "heads.jsonl"
    ),
    every: Annotated[float, typer.Option("--every", min=0.2, help="Seconds between two looks.")] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Keep a server's heads; end with exit code 1 when its history no longer extends one of them."""
    from tradeseal.verify.follow import Follower, HttpServer

    out, err = Console(), Console(stderr=True)
    try:
        follower = Follower(HttpServer(url), kept)
        while True:
            _look(follower, out, err, once=once, as_json=as_json)
            if once:
                return
            sleep_s(every)
    except Inconsistent as alarm:
        refuse(alarm, err, as_json=as_json)
        raise typer.Exit(_DIFFERS) from alarm
    except (TradesealError, OSError) as error:
        refuse(_refusal(error), err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    except KeyboardInterrupt:
        return


def timestamp(
    kept: Annotated[Path, typer.Option("--kept", help="The file of heads that `tradeseal follow` keeps.")] = Path(
        "heads.jsonl"
    ),
    authority: Annotated[
        str, typer.Option("--authority", help="The address of an RFC 3161 time-stamp authority: it is asked once.")
    ] = "",
    authority_ca: Annotated[
        Path | None, typer.Option("--authority-ca", help="Its certificates (PEM): its signature is checked at once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Have an authority stamp the newest kept head with the time, and keep its token with it."""
    from tradeseal.verify.timestamps import HttpAuthority, read_roots, stamp_newest

    out, err = Console(), Console(stderr=True)
    try:
        if not authority:
            raise Refused("AUTHORITY_MISSING", "Name whom to ask: --authority https://HOST/PATH.")
        roots = [] if authority_ca is None else read_roots(authority_ca)
        head, stamp = stamp_newest(kept, HttpAuthority(authority), roots=roots)
    except (TradesealError, OSError) as error:
        refuse(_refusal(error), err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    told = {"log_position": head.log_position, "log_root": head.log_root, "at": stamp.at, "by": stamp.by}
    if as_json:
        typer.echo(json.dumps(told | {"checked": bool(roots)}))
        return
    out.print(f"event {head.log_position} was there at {stamp.at}, says {stamp.by}", highlight=False, markup=False)
    if not roots:
        out.print("Its signature was not checked: bring the authority's certificates with --authority-ca FILE.")


def _stamps(roots: Path | None) -> Any:
    from tradeseal.verify.timestamps import checker, read_roots

    return None if roots is None else checker(read_roots(roots))


def _look(follower: "Follower", out: Console, err: Console, *, once: bool, as_json: bool) -> None:
    """One look; a server that is away is no alarm, and is asked again unless this was the only look."""
    try:
        seen = follower.look()
    except Unavailable as away:
        if once:
            raise
        err.print(f"{away.message} Looking again.", style="yellow", markup=False, highlight=False)
        return
    for head in seen:
        if as_json:
            typer.echo(head.line())
        else:
            told = f"{head.seen_at}: event {head.log_position}, block {head.block}, record {head.record_seq} kept"
            out.print(told, highlight=False)


def _carry(act: Callable[[Callable[[int, int], None]], dict[str, Any]], what: str, *, as_json: bool) -> None:
    out, err = Console(), Console(stderr=True)
    try:
        with Bar(err, f"{what} events") as bar:
            manifest = act(bar.told)
    except (TradesealError, OSError) as error:
        refuse(_refusal(error), err, as_json=as_json)
        raise typer.Exit(_BAD) from error
    if as_json:
        typer.echo(json.dumps(manifest, indent=2))
        return
    out.print(f"{manifest['events']} events, log root {manifest['log_root']}", highlight=False, soft_wrap=True)
    figures = manifest["figures"]
    out.print(f"record {figures['record_seq']}: {figures['record_head']}", highlight=False, soft_wrap=True)


def _refusal(error: Exception) -> TradesealError:
    if isinstance(error, TradesealError):
        return error
    return Refused("NOT_WRITABLE", f"{error}. Choose another folder, or make room.", cause=repr(error))


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
