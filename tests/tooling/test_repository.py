"""What may be in a commit: no address of a registry, no path of a machine, locks with hashes, a bare kernel."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Written in pieces, so that this file does not hold what it forbids.
REGISTRIES = (
    "registry." + "npmjs.org",
    "files." + "pythonhosted.org",
    "pypi." + "org/simple",
    "registry." + "yarnpkg.com",
)
MACHINE_PATH = re.compile(
    r"(?<![\w.<>-])/" + r"(root|Users/\w+|home/\w+|opt/(pypi|wheels)|work/(main|plan|shared))(/|\b)"
)


def committed_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    for path in committed_files():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


@pytest.fixture(scope="module")
def git_checkout() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout to know which files are committed")


@pytest.mark.usefixtures("git_checkout")
def test_no_committed_file_names_a_package_registry() -> None:
    assert [] == [(str(path), host) for path, text in texts() for host in REGISTRIES if host in text]


@pytest.mark.usefixtures("git_checkout")
def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert [] == [(str(path), found.group()) for path, text in texts() for found in MACHINE_PATH.finditer(text)]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-prove.txt"])
def test_every_package_of_a_python_lock_is_pinned_with_hashes(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert [] == [entry for entry in entries if not re.match(r"[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)]
    assert "://" not in text


def test_the_checks_install_the_versions_that_the_product_runs() -> None:
    runtime, checks = (pins(name) for name in ("requirements.txt", "requirements-dev.txt"))

    assert runtime.items() <= checks.items()


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("folder", ["contracts", "frontend"])
def test_a_node_lock_has_hashes_and_no_addresses(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}

    assert [] == [name for name, entry in installed.items() if "resolved" in entry]
    # A binary for another machine, which npm skips here, may be one whose hash this registry does not know.
    assert [] == [
        name for name, entry in installed.items() if "integrity" not in entry and not for_another_machine(entry)
    ]


def for_another_machine(entry: dict[str, object]) -> bool:
    return entry.get("optional") is True and (entry.get("os"), entry.get("cpu")) != (["linux"], ["x64"])


@pytest.mark.parametrize("folder", ["contracts", "frontend"])
def test_the_versions_of_node_packages_are_exact(folder: str) -> None:
    package = json.loads((ROOT / folder / "package.json").read_text())
    asked = package.get("dependencies", {}) | package.get("devDependencies", {})

    assert [] == [
        (name, version) for name, version in asked.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version)
    ]


def test_the_kernel_needs_nothing_but_the_standard_library() -> None:
    known = {*sys.stdlib_module_names, "tradeseal"}
    foreign = [
        (path.name, name)
        for path in sorted((ROOT / "backend" / "tradeseal" / "kernel").glob("**/*.py"))
        for name in imported(path)
        if name.split(".")[0] not in known
        or (name.startswith("tradeseal.") and not name.startswith("tradeseal.kernel"))
    ]

    assert foreign == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
