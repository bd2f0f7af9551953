"""The licences of everything the product installs are ones that a user of MIT code can live with."""

import json
import re
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ALLOWED = re.compile(
    r"MIT|MIT-CMU|MIT License|Expat|BSD|BSD-[23]-Clause.*|0BSD|ISC|Apache.*2(\.0)?.*|Apache Software License|"
    r"PSF-2\.0|Python-2\.0(\.1)?|Python Software Foundation License|"
    r"Zlib|Unlicense|The Unlicense \(Unlicense\)|CC0-1\.0|"
    r"Public Domain|MPL-2\.0|Mozilla Public License 2\.0 \(MPL 2\.0\)|BlueOak-1\.0\.0|CC-BY-4\.0|OFL-1\.1|"
    r"LGPL-3\.0(-or-later)?|BSL-1\.0|HPND|"
    r"ISC License|The MIT License|BSD License|ISC License \(ISCL\)|MIT No Attribution|MIT-0|Unicode-3\.0|WTFPL"
)
FORBIDDEN = re.compile(r"AGPL|Affero|Commons Clause|SSPL|Business Source|BUSL|Elastic|PolyForm", re.IGNORECASE)

# What the metadata does not say, or not by its usual name, looked up in the licence file that the package ships.
KNOWN = {"node_modules/memorystream": "MIT", "safe-pysha3": "PSF-2.0 AND CC0-1.0"}


def product_packages() -> list[str]:
    names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), flags=re.MULTILINE)
    return [name for name in names if is_installed(name)]


def is_installed(name: str) -> bool:
    """A lock for all systems names some packages that only another system installs."""
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def licence_of(name: str) -> str:
    about = metadata.metadata(name)
    said = about.get("License-Expression") or about.get("License") or ""
    if said and "\n" not in said.strip() and len(said) < 80:
        return said.strip()
    classified = [
        line.rsplit(" :: ", 1)[1] for line in about.get_all("Classifier", []) if line.startswith("License ::")
    ]
    return " OR ".join(name for name in classified if name != "OSI Approved") or said.strip().split("\n")[0]


def is_allowed(expression: str) -> bool:
    """Every part joined by AND is allowed, and one of those joined by OR."""
    if FORBIDDEN.search(expression):
        return False
    plain = re.sub(r" WITH [\w-]+", "", expression.strip())
    if ALLOWED.fullmatch(plain):
        return True
    both = [part for part in re.split(r"\s+AND\s+|;\s*", plain.strip("()")) if part]
    if len(both) > 1:
        return all(is_allowed(part.strip(" ()")) for part in both)
    either = re.split(r"\s+(?:OR|or)\s+|/|, ", plain.strip("()"))
    return len(either) > 1 and any(is_allowed(part.strip(" ()")) for part in either)


def test_every_python_package_of_the_product_has_an_allowed_licence() -> None:
    found = {name: KNOWN.get(name) or licence_of(name) for name in product_packages()}

    assert len(found) > 40
    assert {} == {name: licence for name, licence in found.items() if not is_allowed(licence)}


@pytest.mark.parametrize("folder", ["contracts", "frontend"])
def test_every_node_package_has_an_allowed_licence(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    found = {
        name: KNOWN.get(name) or str(entry.get("license", "not named")) for name, entry in packages.items() if name
    }

    assert {} == {name: licence for name, licence in found.items() if not is_allowed(licence)}


@pytest.mark.parametrize(
    "licence", ["AGPL-3.0", "MIT AND AGPL-3.0-only", "Apache-2.0 with Commons Clause", "BUSL-1.1", ""]
)
def test_what_would_bind_the_user_is_not_allowed(licence: str) -> None:
    assert not is_allowed(licence)


@pytest.mark.parametrize("licence", ["MIT", "Apache-2.0 OR BSD-2-Clause", "MIT AND (Apache-2.0 OR BSD-3-Clause)"])
def test_what_leaves_the_user_free_is_allowed(licence: str) -> None:
    assert is_allowed(licence)
