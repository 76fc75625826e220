"""Batches by syslog over TCP (RFC 6587, octet counting) or TLS (RFC 5425), each batch a connection of its own.

Syslog has no answers: what was written to a connection that then breaks may have arrived or not, and nobody can tell.
So a batch counts when the receiver closed the connection from its side after ours was closed: over TLS by its
close_notify (RFC 5425 §4.4), over TCP by its FIN. A receiver that dies with unread bytes sends neither but a reset.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from fileserver.audit.formats.cef import cef_line
from fileserver.audit.formats.model import Labelled
from fileserver.audit.formats.ocsf import ocsf_line
from fileserver.audit.formats.syslog import carrying, syslog_line
from fileserver.audit.siem.sending import Batch, PushFailed
from fileserver.outgoing import OutgoingRefused, Policy
from fileserver.outgoing.client import CheckedResolver, Lookup, look_up

TIMEOUT_S = 10.0  # for a batch as a whole
READ_BYTES = 4096
TCP, TLS = "tcp", "tls"
PORTS = {TCP: 601, TLS: 6514}
MESSAGES: Mapping[str, Callable[[Labelled], bytes]] = {
    "syslog": syslog_line,
    "cef": lambda event: carrying(event, cef_line(event)),
    "ocsf": lambda event: carrying(event, ocsf_line(event)),
}


@dataclass(frozen=True)
class Receiver:
    """Where syslog is taken."""

    scheme: str
    host: str
    port: int


def receiver_of(address: str, policy: Policy) -> Receiver:
    """`tcp://host:601` or `tls://host:6514`, at a host that may be asked. Raises OutgoingRefused."""
    scheme, mark, rest = address.partition("://")
    if not mark or scheme not in PORTS:
        raise OutgoingRefused("scheme")
    url = policy.check(f"https://{rest}")
    if url.host is None or url.raw_path not in ("", "/") or url.query_string:
        raise OutgoingRefused("malformed")
    return Receiver(scheme, url.host, url.explicit_port or PORTS[scheme])


def framed(messages: Iterable[bytes]) -> bytes:
    """Frames: the length in octets, a space, the message (RFC 6587 §3.4.1)."""
    return b"".join(b"%d %s" % (len(message), message) for message in messages)


class Syslog:
    """The way to one receiver. `context` is what TLS trusts."""

    def __init__(
        self,
        policy: Policy,
        address: str,
        form: str,
        context: ssl.SSLContext,
        *,
        lookup: Lookup = look_up,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._policy, self._address, self._message, self._context = policy, address, MESSAGES[form], context
        self._lookup, self._timeout_s = lookup, timeout_s

    async def send(self, batch: Batch) -> None:
        """One connection. Raises PushFailed unless the receiver has read it to its end."""
        frames = framed(map(self._message, batch.events))
        try:
            receiver = receiver_of(self._address, self._policy)
            found = await CheckedResolver(self._policy, self._lookup).resolve(receiver.host, receiver.port)
            await asyncio.to_thread(self._deliver, receiver, [each["host"] for each in found], frames)
        except OutgoingRefused as error:
            raise PushFailed(f"{error.slug}-{error.reason}") from error
        except ssl.SSLError as error:
            raise PushFailed("tls") from error
        except TimeoutError as error:
            raise PushFailed("timeout") from error
        except OSError as error:
            raise PushFailed("connection") from error

    def _deliver(self, receiver: Receiver, hosts: Sequence[str], frames: bytes) -> None:
        left_s = _until(time.monotonic() + self._timeout_s)
        with _connected(hosts, receiver.port, left_s) as plain:
            if receiver.scheme == TCP:
                plain.sendall(frames)
                plain.shutdown(socket.SHUT_WR)
                _read_to_end(plain, left_s)
                return
            with self._context.wrap_socket(plain, server_hostname=receiver.host) as secure:
                secure.settimeout(left_s())
                secure.sendall(frames)
                secure.settimeout(left_s())
                secure.unwrap()


def _connected(hosts: Sequence[str], port: int, left_s: Callable[[], float]) -> socket.socket:
    for host in hosts[:-1]:
        with suppress(OSError):
            return socket.create_connection((host, port), timeout=left_s())
    return socket.create_connection((hosts[-1], port), timeout=left_s())


def _read_to_end(connection: socket.socket, left_s: Callable[[], float]) -> None:
    """Whatever the receiver says is passed over; its end is what counts."""
    connection.settimeout(left_s())
    while connection.recv(READ_BYTES):
        connection.settimeout(left_s())


def _until(deadline: float) -> Callable[[], float]:
    def left_s() -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    return left_s
