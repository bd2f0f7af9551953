"""The environment of the peer that back-tests are measured beside and pinned to, made when it is first needed.

backtesting.py is AGPL-3.0: it lives in an environment of its own, is run as a program, and only its numbers are kept.
Knows where that environment lies and what is in it. Knows nothing of candles.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).resolve().parent.parent
PINS: Final = CHECKOUT / "requirements-bench.in"
USUAL: Final = CHECKOUT / ".bench"
_INSTALL_S: Final = 900


def peer_python(folder: Path = USUAL) -> Path:
    """The Python that has the peer; installs it from the package registry where it is not there or its pins changed."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp, wanted = folder / "pins.sha256", hashlib.sha256(PINS.read_bytes()).hexdigest()
    if not python.exists():
        venv.create(folder, with_pip=True)
    if not stamp.is_file() or stamp.read_text() != wanted:
        command = [str(python), "-m", "pip", "install", "-q", "-r", str(PINS)]
        subprocess.run(command, check=True, timeout=_INSTALL_S)
        stamp.write_text(wanted)
    return python
