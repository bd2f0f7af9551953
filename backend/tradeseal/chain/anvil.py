"""Anvil: a local chain as a child process that is started the same way every time and never outlives its parent.

Knows the binary, its arguments, its log and its end. Knows nothing of what is on the chain: after a crash it starts
empty, and whoever owns the journal executes it again.

Nothing is changed after genesis by Anvil's own methods but the time of the next block, because such changes are no
transactions and would be missing when the chain is executed again.
"""

import contextlib
import ctypes
import gzip
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from tradeseal.chain.node import BALANCE_WEI, GAS_LIMIT, HARD_FORK, ChainSpec, Connection
from tradeseal.chain.rpc import IpcPool, IpcRpc
from tradeseal.kernel.clock import monotonic_s, sleep_s
from tradeseal.kernel.errors import Refused, Unavailable

START_SECONDS_MAX = 20.0
# For readers who name a recent block. Anvil's default keeps every state: 0.5 GB of files after 1,800 blocks, and is a
# third slower (400 single trades took about 1.5 times as long). Traces are kept whatever this number
# (`trace_transaction`).
STATES_KEPT = 32
READERS = 8
STATE_SECONDS_MAX = 120.0
LOG_BYTES_MAX = 8 * 1024 * 1024
# A Unix socket's path may be 107 bytes on Linux and 103 on macOS.
SOCKET_PATH_BYTES_MAX = 100
PR_SET_PDEATHSIG = 1
MISSING = "Anvil is not installed: run ./run.sh once, or `npm ci --ignore-scripts` in contracts/."
UNREACHABLE = "Anvil is spoken to by a Unix socket, which Python does not have on this system."


def genesis(spec: ChainSpec) -> dict[str, object]:
    """The genesis file."""
    alloc = {"0x" + address.hex(): {"balance": hex(BALANCE_WEI)} for address in sorted(spec.funded)}
    zero = "0x" + 64 * "0"
    return {
        "config": {"chainId": spec.chain_id},
        "nonce": "0x0",
        "timestamp": hex(spec.genesis_time),
        "extraData": "0x",
        "gasLimit": hex(GAS_LIMIT),
        "difficulty": "0x0",
        "mixHash": zero,
        "coinbase": "0x" + 40 * "0",
        "baseFeePerGas": "0x0",
        "alloc": alloc,
    }


def anvil_binary(contracts: Path) -> Path:
    """The platform's own binary from npm's package; raises `Unavailable` with what is missing."""
    if not hasattr(socket, "AF_UNIX"):
        raise Unavailable("ANVIL_UNREACHABLE", UNREACHABLE, path=str(contracts))
    system = {"win32": "win32"}.get(sys.platform, "darwin" if sys.platform == "darwin" else "linux")
    machine = "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "amd64"
    name = "anvil.exe" if system == "win32" else "anvil"
    path = contracts / "node_modules" / "@foundry-rs" / f"anvil-{system}-{machine}" / "bin" / name
    if not path.exists():
        raise Unavailable("ANVIL_MISSING", MISSING, path=str(path))
    if not os.access(path, os.X_OK):
        path.chmod(0o755)
    return path


class Anvil:
    """One supervised Anvil; `start` again after it died gives a fresh, empty chain."""

    kind = "anvil"
    strictly_later = False
    keeps_state = True

    def __init__(self, binary: Path, spec: ChainSpec, *, folder: Path, logs: Path) -> None:
        self._binary = binary.resolve()
        self._spec = spec
        self._folder = folder.resolve()
        self._log_path = logs / "anvil.log"
        self._state_path = self._folder / "state.json"
        self._begins_with: tuple[str, str] = ("--init", "")
        self._process: subprocess.Popen[bytes] | None = None
        self._start_error: OSError | None = None
        self._ended = threading.Event()
        self._stopping = False
        self._answered = False
        self.socket_path = _socket_path(self._folder)
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return None if self._process is None or self._ended.is_set() else self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self.pid is not None

    def start(self, on_crash: Callable[[], None] | None = None, state: bytes | None = None) -> None:
        """Start a fresh chain and wait until it answers; `on_crash` is called when it ends without `stop`."""
        self.stop()
        self._prepare_files()
        self._begins_with = ("--init", str(self._folder / "genesis.json"))
        if state is not None:
            self._state_path.write_bytes(gzip.decompress(state))
            self._begins_with = ("--load-state", str(self._state_path))
        self._stopping = self._answered = False
        self._ended = threading.Event()
        born = threading.Event()
        # The thread that starts the process also waits for it: the kernel's "kill with parent" looks at that thread.
        keeper = threading.Thread(target=self._keep, args=(born, self._ended, on_crash), name="anvil", daemon=True)
        keeper.start()
        born.wait()
        self.starts += 1
        try:
            self._wait_until_it_answers()
        finally:
            self._state_path.unlink(missing_ok=True)

    def state(self) -> bytes:
        """What `anvil_dumpState` gives: blocks, receipts, traces, accounts; seconds for tens of thousands of blocks."""
        asked = IpcRpc(self.socket_path, timeout_s=STATE_SECONDS_MAX)
        try:
            return bytes.fromhex(str(asked.call("anvil_dumpState"))[2:])
        finally:
            asked.close()

    def writer(self) -> Connection:
        """One socket."""
        return IpcRpc(self.socket_path)

    def readers(self) -> Connection:
        """Several sockets."""
        return IpcPool(self.socket_path, READERS)

    def stop(self) -> None:
        """End the process and wait for its end; nothing is lost, the journal holds every transaction."""
        process = self._process
        if process is None:
            return
        self._stopping = True
        if not self._ended.is_set():
            process.kill()
            self._ended.wait(10)
        self._process = None
        self.socket_path.unlink(missing_ok=True)

    def close(self) -> None:
        """End the process for good; a socket's folder of its own goes, too."""
        self.stop()
        if self.socket_path.parent != self._folder:
            with contextlib.suppress(OSError):
                self.socket_path.parent.rmdir()

    def _keep(self, born: threading.Event, ended: threading.Event, on_crash: Callable[[], None] | None) -> None:
        try:
            with self._log_path.open("ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own binary, no shell, no outside words
                    self._arguments(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    env={"HOME": str(self._folder), "PATH": os.environ.get("PATH", "")},
                    # Ctrl-C in a terminal is for us; the node goes when we have finished with it.
                    start_new_session=True,
                    # One system call between fork and exec, bound beforehand: safe beside other threads.
                    preexec_fn=_die_with_parent(os.getpid()),  # noqa: PLW1509
                )
        except OSError as error:
            self._process, self._start_error = None, error
            ended.set()
            born.set()
            return
        process = self._process
        born.set()
        process.wait()
        ended.set()
        if on_crash is not None and self._answered and not self._stopping:
            on_crash()

    def _arguments(self) -> list[str]:
        return [
            str(self._binary),
            *self._begins_with,
            *("--accounts", "0"),
            *("--chain-id", str(self._spec.chain_id)),
            *("--hardfork", HARD_FORK),
            *("--timestamp", str(self._spec.genesis_time)),
            *("--gas-limit", str(GAS_LIMIT)),
            *("--block-base-fee-per-gas", "0"),
            "--disable-min-priority-fee",
            "--disable-default-create2-deployer",
            "--disable-console-log",
            *("--ipc", str(self.socket_path)),
            # Anvil always opens a port, too: on loopback, chosen by the system, closed to web pages.
            *("--host", "127.0.0.1", "--port", "0", "--no-cors"),
            "--quiet",
            *("--prune-history", str(STATES_KEPT)),
        ]

    def _prepare_files(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._log_path.parent.mkdir(parents=True, exist_ok=True)
        if self._log_path.exists() and self._log_path.stat().st_size > LOG_BYTES_MAX:
            self._log_path.replace(self._log_path.with_suffix(".log.1"))
        self.socket_path.unlink(missing_ok=True)
        (self._folder / "genesis.json").write_text(json.dumps(genesis(self._spec), indent=2))

    def _wait_until_it_answers(self) -> None:
        deadline = monotonic_s() + START_SECONDS_MAX
        probe = IpcRpc(self.socket_path, timeout_s=5)
        try:
            while monotonic_s() < deadline:
                if self._ended.is_set():
                    raise self._ended_at_start()
                try:
                    got = int(probe.call("eth_chainId"), 16)
                except Unavailable:
                    sleep_s(0.01)
                    continue
                if got != self._spec.chain_id:
                    raise Refused(
                        "WRONG_CHAIN", "Another chain answers on our socket.", got=got, want=self._spec.chain_id
                    )
                self._answered = True
                return
        finally:
            probe.close()
        self.stop()
        raise Unavailable(
            "ANVIL_SILENT", f"Anvil did not answer within {START_SECONDS_MAX:.0f} s.", log=str(self._log_path)
        )

    def _ended_at_start(self) -> Unavailable:
        if self._process is None:
            return Unavailable(
                "ANVIL_NOT_STARTED", f"Anvil cannot be started: {self._start_error}", path=str(self._binary)
            )
        exit_code = self._process.returncode
        message = f"Anvil ended at its start with {exit_code}; see {self._log_path}."
        return Unavailable("ANVIL_ENDED", message, exit_code=exit_code, log=str(self._log_path))


def _socket_path(folder: Path) -> Path:
    path = folder / "anvil.ipc"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        return path
    return Path(tempfile.mkdtemp(prefix="tradeseal-")) / "anvil.ipc"


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child does before it becomes Anvil: ask Linux to be killed when its parent is."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask
