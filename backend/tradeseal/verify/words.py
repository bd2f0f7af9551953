"""The report on a screen: one line a check, what cannot be told, and the first difference with both values.

Knows Rich. Knows nothing of how anything was checked.
"""

from rich.console import Console

from tradeseal.verify.report import CHECKS, CheckResult, Difference, Report

MARKS = {
    "agrees": "[green]agrees[/green]",
    "differs": "[red]DIFFERS[/red]",
    "not checked": "[yellow]not checked[/yellow]",
}
LISTED_MAX = 10


def print_report(report: Report, out: Console) -> None:
    """Everything a person needs to believe it or not."""
    out.print(
        f"[bold]{report.subject}[/bold]: {report.events} events, {report.blocks} blocks, {report.records} records"
    )
    for result in report.findings.checks.values():
        _print_check(result, out)
    out.print(f"trust: {report.trust['level']}. {report.trust['text']}", highlight=False)
    out.print(f"history: {report.trust['history']}. {report.trust['history_text']}", highlight=False)
    out.print(f"time: {report.time}")
    for stretch in report.stretches:
        out.print(
            f"  events {stretch.from_position} to {stretch.to_position}: held outside since {stretch.seen_at}"
            f" ({stretch.by})", highlight=False,
        )  # fmt: skip
    out.print(f"roll-back: {report.roll_back}")
    out.print(f"log root {report.log_root} at event {report.events}", highlight=False, soft_wrap=True)
    out.print(f"record head {report.record_head} at record {report.records}", highlight=False, soft_wrap=True)
    first = report.findings.first
    if first is None:
        out.print(f"[green]All {report.records} records agree[/green] ({report.seconds:.1f} s).")
    else:
        _print_difference(first, out)


def _print_check(result: CheckResult, out: Console) -> None:
    told = ", ".join(f"{number} {what}" for what, number in result.checked.items()) or result.skipped or "nothing there"
    out.print(f"({result.number}) {MARKS[result.outcome]} {CHECKS[result.number]}: {told}", highlight=False)
    for line in result.listed[:LISTED_MAX]:
        out.print(f"      {line}", style="dim", highlight=False, markup=False, soft_wrap=True)
    if len(result.listed) > LISTED_MAX:
        out.print(f"      and {len(result.listed) - LISTED_MAX} more (--json lists all)", style="dim")
    for line in result.cannot_tell:
        out.print(f"      cannot tell: {line}", style="dim", highlight=False, markup=False, soft_wrap=True)


def _print_difference(first: Difference, out: Console) -> None:
    out.print(f"[red]First difference, check ({first.check}) {first.code}[/red]: {first.message}", highlight=False)
    for name, value in (("where", first.where or "at the end"), ("got", first.got), ("want", first.want)):
        out.print(f"  {name}: {value}", markup=False, highlight=False, soft_wrap=True)
