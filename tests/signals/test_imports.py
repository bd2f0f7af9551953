"""What is slow to import is imported where it is used."""

import subprocess
import sys
from pathlib import Path

import tradeseal


def test_contexts_load_without_scikit_learn_and_pyarrow() -> None:
    source = (
        "import sys, tradeseal.market.published, tradeseal.signals.published, tradeseal.oracle.published; "
        "print(*[name for name in ('sklearn', 'scipy', 'pyarrow', 'web3', 'talib') if name in sys.modules])"
    )
    backend = str(Path(tradeseal.__file__).parent.parent)

    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, env={"PYTHONPATH": backend}
    )

    assert done.stdout.strip() == ""
