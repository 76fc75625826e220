"""Which port the demo serves on."""

import socket
from collections.abc import Callable

from fileserver.demo.errors import DemoError
from fileserver.demo.household import HOST

DEFAULT_PORT = 8080
PORTS_TRIED = 20


def choose_port(asked: int | None, remembered: int, say: Callable[[str], None]) -> int:
    """The port asked for, or the one of the last run, or the first free one from 8080. Raises DemoError.

    `say` hears when it is another one than last time.
    """
    if asked:
        if not is_free(asked):
            raise DemoError(
                f"Port {asked} is taken by another program, or not ours to use; choose another with --port."
            )
        return asked
    first = remembered or DEFAULT_PORT
    ports: tuple[int, ...] = (first, *range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED))
    for port in ports:
        if is_free(port):
            if port != first:
                say(f"Port {first} is taken by another program; using {port}.")
            return port
    raise DemoError(f"Ports {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1} are all taken; choose one with --port.")


def is_free(port: int) -> bool:
    """Whether we could listen on this port of the loopback address."""
    with socket.socket() as probe:
        # Without this, a port whose last connections are in TIME_WAIT looks taken for a minute after a restart.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
