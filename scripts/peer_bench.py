"""The environment of the peer that back-tests are measured beside and pinned to, made when it is first needed.

backtesting.py is AGPL-3.0: it lives in an environment of its own, is run as a program, and only its numbers are kept.
Knows where that environment lies and what is in it. Knows nothing of candles.
"""

import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any, Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
PINS: Final = CHECKOUT / "requirements-bench.in"
USUAL: Final = CHECKOUT / ".bench"
_INSTALL_S: Final = 900
_RUN_S: Final = 600


def peer_python(folder: Path = USUAL) -> Path:
    """The Python that has the peer; installs it from the package registry where it is not there or its pins changed."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp, wanted = folder / "pins.sha256", hashlib.sha256(PINS.read_bytes()).hexdigest()
    if not python.exists():
        venv.create(folder, with_pip=True)
    if not stamp.is_file() or stamp.read_text() != wanted:
        # Isolated: packages that PYTHONPATH lends this program are not the peer's.
        command = [str(python), "-I", "-m", "pip", "install", "-q", "-r", str(PINS)]
        subprocess.run(command, check=True, timeout=_INSTALL_S)
        stamp.write_text(wanted)
    return python


def ask_peer(python: Path, program: str, *words: str, told: str = "") -> Any:
    """What a program of that environment alone prints last, as JSON; where it fails, ends this one with its words."""
    command = [str(python), "-I", "-c", program, *words]
    answer = subprocess.run(command, input=told, capture_output=True, text=True, timeout=_RUN_S, check=False)
    if answer.returncode:
        sys.exit(f"{python} failed on the peer's program: {answer.stderr.strip()[-2_000:]}")
    return json.loads(answer.stdout.splitlines()[-1])
