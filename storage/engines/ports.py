"""Free TCP ports on the loopback address.

Promises ports that were free a moment ago, below the range the kernel gives to outgoing connections, so that none of
those takes one between our look and the engine's bind. The engines retry when somebody else was quicker.
"""

import random
import socket

LOOPBACK = "127.0.0.1"
# weed serves gRPC on port + 10000, and both must stay below Linux's ephemeral range (32768 up).
GRPC_OFFSET = 10_000
FIRST, LAST = 11_000, 22_000
TRIES_MAX = 500


def is_free(port: int) -> bool:
    """True when nobody listens on or is bound to the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Without this a port whose last connections are in TIME_WAIT looks taken for a minute after a restart.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def is_free_pair(port: int) -> bool:
    """True when the port and its gRPC neighbour are free."""
    return is_free(port) and is_free(port + GRPC_OFFSET)


def free_pairs(count: int, remembered: tuple[int, ...] = ()) -> tuple[int, ...]:
    """`count` ports, each free together with its neighbour; the remembered ones when they all still are."""
    if len(remembered) == count and all(is_free_pair(port) for port in remembered):
        return remembered
    chosen: set[int] = set()
    for _ in range(TRIES_MAX):
        port = random.randint(FIRST, LAST - 1)  # noqa: S311 - a port isn't a secret
        if port not in chosen and is_free_pair(port):
            chosen.add(port)
        if len(chosen) == count:
            return tuple(sorted(chosen))
    raise OSError("no free ports on the loopback address")
