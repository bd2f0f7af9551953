"""Every command that the README shows exists as it is written, and run.sh offers what `tradeseal serve` takes."""

import shlex
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.core

import options
from tradeseal.main import app

ROOT = Path(__file__).resolve().parents[2]
SHELLS = ("sh", "bash", "shell", "console")


def shown_commands() -> Iterator[list[str]]:
    """Each command in a block of shell lines in the README, as words."""
    fence: str | None = None
    for line in (ROOT / "README.md").read_text().replace("\\\n", " ").splitlines():
        if line.startswith("```"):
            fence = line.removeprefix("```").strip() if fence is None else None
        elif fence in SHELLS:
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and words[0].rsplit("/", 1)[-1] in {"run.sh", "test.sh", "tradeseal"}:
                yield words


def programs() -> typer.core.TyperGroup:
    command = typer.main.get_command(app)
    assert isinstance(command, typer.core.TyperGroup)
    return command


def names_of(command: Any) -> set[str]:
    return {name for parameter in command.params for name in [*parameter.opts, *parameter.secondary_opts]} | {"--help"}


def test_the_readme_shows_the_two_commands() -> None:
    shown = {words[0] for words in shown_commands()}

    assert {"./run.sh", "./test.sh"} <= shown


def test_each_start_in_the_readme_is_one_that_run_sh_takes() -> None:
    for words in shown_commands():
        if words[0].endswith("run.sh"):
            options.run_options([word for word in words[1:] if word != "--help"])


def test_each_check_in_the_readme_is_one_that_test_sh_knows() -> None:
    for words in shown_commands():
        if words[0].endswith("test.sh"):
            options.checks_part([word for word in words[1:] if word != "--help"])


def test_each_tradeseal_command_in_the_readme_exists_with_its_options() -> None:
    for words in shown_commands():
        if words[0].rsplit("/", 1)[-1] == "tradeseal" and len(words) > 1:
            command: Any = programs()
            for name in takewhile(lambda word: not word.startswith("-"), words[1:]):
                if isinstance(command, typer.core.TyperGroup):
                    command = command.commands.get(name)
            assert command is not None, f"the README shows {words[1]!r}"
            given = {word.split("=")[0] for word in words[2:] if word.startswith("--")}
            assert given <= names_of(command), f"the README shows {' '.join(words)!r}"


def test_run_sh_offers_exactly_what_serve_takes() -> None:
    serve = programs().commands["serve"]
    offered = {name for name in options.run_option_names() if name.startswith("--")}

    assert offered == {name for name in names_of(serve) if name.startswith("--")}


@pytest.mark.parametrize("name", ["serve", "replay"])
def test_the_fixed_commands_are_there(name: str) -> None:
    assert name in programs().commands
