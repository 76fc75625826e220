"""Which port the demo serves on.

A port is chosen seconds before the server listens on it. Meanwhile, and as long as it runs, a demo holds the UDP port
of the same number, which nobody uses otherwise: so two demos that start at once choose different ports.
"""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from fileserver.demo.errors import DemoError
from fileserver.demo.household import HOST

DEFAULT_PORT = 8080
PORTS_TRIED = 20


@contextmanager
def reserved_port(asked: int | None, remembered: int, say: Callable[[str], None]) -> Iterator[int]:
    """The port asked for, or the one of the last run, or the first free one from 8080. Raises DemoError.

    `say` hears when it is another one than last time.
    """
    port, reservation = _reserve_asked(asked) if asked else _reserve_first(remembered or DEFAULT_PORT)
    if not asked and port != (remembered or DEFAULT_PORT):
        say(f"Port {remembered or DEFAULT_PORT} is taken by another program; using {port}.")
    with reservation:
        yield port


def _reserve_asked(port: int) -> tuple[int, socket.socket]:
    reservation = reserve(port)
    if reservation is None:
        raise DemoError(f"Port {port} is taken by another program, or not ours to use; choose another with --port.")
    return port, reservation


def _reserve_first(first: int) -> tuple[int, socket.socket]:
    ports: tuple[int, ...] = (first, *range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED))
    for port in ports:
        if reservation := reserve(port):
            return port, reservation
    raise DemoError(f"Ports {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1} are all taken; choose one with --port.")


def reserve(port: int) -> socket.socket | None:
    """A socket that keeps the port for us among demos; None when we couldn't listen there."""
    reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with socket.socket() as probe:
        # Without this, a port whose last connections are in TIME_WAIT looks taken for a minute after a restart.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            reservation.bind((HOST, port))
        except OSError:
            reservation.close()
            return None
    return reservation
