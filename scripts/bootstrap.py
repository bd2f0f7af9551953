"""Behind run.sh and test.sh: prepare this checkout, then serve or check.

Kept to what the oldest Python can still read, so that it can say it is too old.
"""

import sys

OLDEST_PYTHON = (3, 11)


def refuse_old_python(version):  # type: (tuple) -> None
    """Stop with one clear line where the rest of this folder could not even be read."""
    if tuple(version[:2]) < OLDEST_PYTHON:
        sys.stderr.write(
            "Tradeseal needs Python %d.%d or newer; this is Python %d.%d (%s).\n"
            "Install one (Debian: sudo apt-get install python3 python3-venv), or name it: TRADESEAL_PYTHON=...\n"
            % (OLDEST_PYTHON + tuple(version[:2]) + (sys.executable,))
        )
        sys.exit(1)


def main(arguments):  # type: (list) -> int
    """`run …` prepares and serves, `test …` prepares and checks."""
    refuse_old_python(sys.version_info)
    import commands

    return commands.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
