"""A port of loopback that nobody listens on."""

import socket


def free_port() -> int:
    """One that the system gives out now; taken by somebody else before it is bound, it is not free any more."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
