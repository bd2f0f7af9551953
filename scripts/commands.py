"""The two commands: `run` prepares and serves, `test` prepares and checks.

Knows the order of things. Knows nothing of how one of them is done.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress

import checks
import options
from console import RED, Console
from failures import SetupError, explain_os_error
from prepare import ON_WINDOWS, prepare

INTERRUPTED = 130


def main(words: Sequence[str]) -> int:
    """Do the command named by the first word; its options follow."""
    console = Console()
    command = {"run": run, "test": test}.get(words[0] if words else "")
    if command is None:
        print("usage: ./run.sh [options] or ./test.sh [part]; --help lists them", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return command(words[1:], console)
    except SetupError as error:
        return _refuse(error, console)
    except OSError as error:
        return _refuse(explain_os_error("Set-up", error), console)
    except KeyboardInterrupt:
        console.line("Ended by you; the next start takes up what is done.")
        return INTERRUPTED


def run(words: Sequence[str], console: Console) -> int:
    """Prepare, then become `tradeseal serve`."""
    asked = options.run_options(words)
    check_port(asked.port)
    places = prepare(console, for_tests=False)
    argv = [str(places.tradeseal), "serve", *asked.words]
    if ON_WINDOWS:
        return subprocess.run(argv, check=False, env=places.environment()).returncode
    sys.stdout.flush()
    # The server takes this process's place, signals and all.
    return os.execve(argv[0], argv, places.environment())  # noqa: S606


def test(words: Sequence[str], console: Console) -> int:
    """Prepare, then check."""
    part = options.checks_part(words)
    places = prepare(console, for_tests=True, goals=checks.GOALS.get(part or "", ()))
    return checks.check(part, places, console)


def check_port(port: int, host: str = "127.0.0.1") -> None:
    """Refuse at once a port that is taken, instead of after minutes of set-up."""
    other = port + 1 if port < 65535 else port - 1
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if not ON_WINDOWS:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise SetupError(
                f"Port {port} is not open to ordinary users.", "choose one above 1023: ./run.sh --port 8001"
            ) from None
        except OSError:
            raise SetupError(
                f"Port {port} on {host} is taken, perhaps by a Tradeseal that is already running.",
                f"end that program, or choose another port: ./run.sh --port {other}",
            ) from None


def _refuse(error: SetupError, console: Console) -> int:
    with suppress(OSError):  # a full disk may be the disk of the output, too
        sys.stdout.flush()
    first, *rest = error.lines()
    print(console.paint(f"✗ {first}", RED), *rest, sep="\n", file=sys.stderr)
    return 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
