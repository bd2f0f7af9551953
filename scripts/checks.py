"""The checks of test.sh, in order, with their seconds; pytest comes last, because its closing line is what is read.

Knows which program checks what. Knows nothing of how the checkout was prepared.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

from console import GREEN, RED, YELLOW, Console
from failures import LAST_LINES, SetupError, last_lines
from prepare import SETUP, Places, package_scripts
from work import Processes

PYTEST_WORKERS = "2"
CHECK_LIMIT_S = 900
TESTS_LIMIT_S = 10_800
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What must be prepared for a part; for the others, everything.
GOALS = {"fast": ("Contracts",), "contracts": ("Contracts",), "backend": ("Contracts",), "frontend": ("Page",)}
GET_CHROMIUM = "sudo apt-get install chromium, or TRADESEAL_CHROMIUM=/path/to/it"
GET_PROVERS = "python scripts/prove.py --make installs them from requirements-prove.txt"
GET_FORGE = "npm has no forge for this machine; the contracts are still tested through Python"


@dataclass(frozen=True)
class Missing:
    """A program that a check needs and that is not here, and how to get it."""

    program: str
    how_to_get: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check: where it belongs, and the command, or what is missing for it."""

    name: str
    parts: frozenset[str]
    argv: Callable[[], Sequence[str | Path] | Missing]
    cwd: Path
    lane: str = "code"
    full_only: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """What became of a check."""

    name: str
    outcome: str
    seconds: float
    note: str = ""


def check(part: str | None, places: Places, console: Console) -> int:
    """Do the checks of `part`, all of them even after a failure; 0 when each has passed."""
    environment = places.environment()
    wanted = [check for check in _checks(places) if _belongs(check, part)]
    outcomes = _perform_in_lanes(wanted, environment | {"NO_COLOR": "1"}, console)
    selection = _pytest_words(part)
    if selection is None:
        _show(outcomes, console)
        return int(any(outcome.outcome == "failed" for outcome in outcomes))
    browser = _skip_browser_tests(part)
    outcomes += [browser] if browser else []
    code = _pytest([*selection, *(["-m", _marks(part, browser=browser is None)])], places, environment, outcomes)
    return code or int(any(outcome.outcome == "failed" for outcome in outcomes))


def _belongs(check: Check, part: str | None) -> bool:
    return part == "full" if check.full_only else part in {None, "full", *check.parts}


def _checks(places: Places) -> list[Check]:
    def tool(name: str, parts: str, *words: str) -> Check:
        program = places.python.with_name(name)
        return Check(name=name, parts=frozenset(parts.split()), argv=lambda: [program, *words], cwd=places.root)

    def script(name: str, label: str) -> Check:
        return Check(
            name=label,
            parts=frozenset({"frontend"}),
            argv=lambda: [places.node, places.npm, "run", "--silent", name],
            cwd=places.root / "frontend",
            lane="page",
        )

    labels = {
        "typecheck": "page types",
        "lint": "page eslint",
        "test": "page vitest",
        "size": "page sizes",
    }
    frontend = places.root / "frontend"
    known = package_scripts(frontend) if (frontend / "package.json").is_file() else {}
    return [
        tool("ruff", "fast backend", "check"),
        tool("lint-imports", "fast backend", "--no-logo"),
        tool("mypy", "fast backend"),
        Check(name="forge", parts=frozenset({"contracts"}), argv=lambda: _forge(places), cwd=places.root / "contracts"),
        Check(
            name="forge, long",
            parts=frozenset(),
            argv=lambda: _forge(places),
            cwd=places.root / "contracts",
            full_only=True,
            settings={"FOUNDRY_PROFILE": "full"},
        ),
        Check(
            name="halmos and slither",
            parts=frozenset(),
            argv=lambda: _provers(places),
            cwd=places.root,
            full_only=True,
        ),
        *(script(name, label) for name, label in labels.items() if name in known),
    ]


def _forge(places: Places) -> Sequence[str | Path] | Missing:
    found = sorted((places.root / "contracts" / "node_modules" / "@foundry-rs").glob("forge-*/bin/forge*"))
    return [found[0], "test"] if found else Missing("forge", GET_FORGE)


def _provers(places: Places) -> Sequence[str | Path] | Missing:
    """They are installed here, into an environment of their own; without a registry they are missing."""
    script = [places.python, places.root / "scripts" / "prove.py"]
    made = subprocess.run([*script, "--make"], check=False, cwd=places.root, env=places.environment(), timeout=900)
    return script if made.returncode == 0 else Missing("halmos or slither", GET_PROVERS)


def _perform_in_lanes(wanted: Sequence[Check], environment: dict[str, str], console: Console) -> list[Outcome]:
    """Side by side what does not meet; the page's checks one by one, for each writes the same generated client."""
    processes = Processes(SETUP / "logs")
    lanes = [[check for check in wanted if check.lane == lane] for lane in sorted({check.lane for check in wanted})]

    def walk(lane: Sequence[Check]) -> list[Outcome]:
        return [_perform(check, processes, environment, console) for check in lane]

    with ThreadPoolExecutor(max_workers=max(1, len(lanes))) as pool:
        try:
            return [outcome for outcomes in pool.map(walk, lanes) for outcome in outcomes]
        except BaseException:
            processes.stop()
            raise


def _perform(check: Check, processes: Processes, environment: dict[str, str], console: Console) -> Outcome:
    argv = check.argv()
    if isinstance(argv, Missing):
        return _skipped(check.name, argv)
    began = time.monotonic()
    try:
        env = environment | dict(check.settings)
        log = processes.run(f"check {check.name}", argv, cwd=check.cwd, env=env, limit_s=CHECK_LIMIT_S)
    except SetupError as error:
        seconds = time.monotonic() - began
        lines = last_lines(error.log, LAST_LINES * 3) if error.log else [error.what]
        shown = "".join(f"\n    | {line}" for line in lines)
        console.line(f"{console.paint('✗', RED)} {check.name}  {seconds:.1f} s  the whole output: {error.log}{shown}")
        return Outcome(check.name, "failed", seconds, f"see {error.log}")
    seconds = time.monotonic() - began
    last = last_lines(log)[1:][-1:] or [""]  # the first line is the command
    console.line(f"{console.paint('✓', GREEN)} {check.name}  {seconds:.1f} s  {last[0].strip()[:90]}".rstrip())
    return Outcome(check.name, "passed", seconds)


def _skipped(name: str, missing: Missing) -> Outcome:
    """A skip, which CI counts as a failure: a check that did not run has shown nothing."""
    outcome = "failed" if os.environ.get("TRADESEAL_NO_SKIPS") == "1" else "skipped"
    return Outcome(name, outcome, 0.0, f"{missing.program} is missing: {missing.how_to_get}")


def _pytest_words(part: str | None) -> list[str] | None:
    """Which tests belong to `part`; None: no Python tests at all."""
    if part == "frontend":
        return None
    return {"contracts": ["tests/chain"], "e2e": ["tests/e2e"]}.get(part or "", ["tests"])


def _marks(part: str | None, *, browser: bool) -> str:
    unwanted = {
        "fast": ["browser", "slow", "chain", "long"],
        "backend": ["browser", "long"],
        "full": [],
    }.get(part or "", ["long"])
    return (
        " and ".join(f"not {mark}" for mark in sorted({*unwanted, *([] if browser else ["browser"])}))
        or "long or not long"
    )


def _skip_browser_tests(part: str | None) -> Outcome | None:
    if part in {"fast", "backend", "contracts"} or chromium():
        return None
    return _skipped("browser tests", Missing("Chromium", GET_CHROMIUM))


def chromium() -> str | None:
    """The browser for the tests: the one named in TRADESEAL_CHROMIUM, else the first found on PATH."""
    named = os.environ.get("TRADESEAL_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _pytest(words: list[str], places: Places, environment: dict[str, str], outcomes: list[Outcome]) -> int:
    steps_file = SETUP / "steps.json"
    steps_file.write_text(json.dumps([asdict(outcome) for outcome in outcomes]))
    found = chromium()
    environment = (
        environment | {"TRADESEAL_STEPS_FILE": str(steps_file)} | ({"TRADESEAL_CHROMIUM": found} if found else {})
    )
    argv = [places.python, "-m", "pytest", "-n", PYTEST_WORKERS, "--dist", "loadgroup", "--durations", "15", *words]
    return subprocess.run(
        [str(word) for word in argv], check=False, cwd=places.root, env=environment, timeout=TESTS_LIMIT_S
    ).returncode


def _show(outcomes: Sequence[Outcome], console: Console) -> None:
    colours = {"passed": GREEN, "failed": RED, "skipped": YELLOW}
    for outcome in outcomes:
        word = console.paint(f"{outcome.outcome:<8}", colours[outcome.outcome])
        console.line(f"{outcome.seconds:8.1f} s  {word} {outcome.name}  {outcome.note}".rstrip())
