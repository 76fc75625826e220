"""Receivers on the loopback: of webhooks by HTTP, of syslog by TCP and TLS. Each keeps what it read."""

import asyncio
import contextlib
import datetime as dt
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LOOPBACK = "127.0.0.1"


@dataclass
class Posts:
    """A webhook's receiver: what came, and what it answers; `arrived` is set with each request.

    As long as `answering` is cleared, requests are kept and not answered.
    """

    url: str = ""
    statuses: list[int] = field(default_factory=list)  # the next answers; 204 when there is none left
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    answering: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answering.set()

    async def take(self, request: web.Request) -> web.Response:
        """Keeps a request and answers."""
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.arrived.set()
        await self.answering.wait()
        return web.Response(status=self.statuses.pop(0) if self.statuses else 204)

    @property
    def lines(self) -> list[bytes]:
        """The lines of all requests."""
        return b"".join(self.bodies).splitlines()


@contextlib.asynccontextmanager
async def posts() -> AsyncIterator[Posts]:
    """A receiver by http, for as long as the block lasts."""
    taking = Posts()
    app = web.Application()
    app.router.add_post("/log", taking.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, LOOPBACK, 0)
    await site.start()
    try:
        port = runner.addresses[0][1]
        taking.url = f"http://{LOOPBACK}:{port}/log"
        yield taking
    finally:
        await runner.cleanup()


class SyslogReceiver:
    """Reads connections to their end, one after the other; `manner` says how the next ones are treated.

    `reads`: to the end, and then closes. `resets`: closes with unread bytes. `stays`: reads and never closes.
    `leaves` (TLS): reads, and closes the connection without a close_notify.
    """

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.manners: list[str] = []
        self.connections: list[bytes] = []
        self._context = context
        self._listener = socket.create_server((LOOPBACK, 0))
        self._held: list[socket.socket] = []
        self._thread = Thread(target=self._accept, daemon=True)
        self._thread.start()
        scheme = "tls" if context else "tcp"
        self.address = f"{scheme}://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Lets everything go."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self._held:
            each.close()
        self._thread.join(timeout=5)

    @property
    def messages(self) -> list[str]:
        """The frames of all connections that were read to their end, by the octets that each counts."""
        return [message for each in self.connections for message in unframed(each)]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = self._listener.accept()
                with contextlib.suppress(OSError):
                    self._serve(plain, self.manners.pop(0) if self.manners else "reads")

    def _serve(self, plain: socket.socket, manner: str) -> None:
        if manner == "resets":
            plain.recv(1)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            plain.close()
            return
        connection = self._context.wrap_socket(plain, server_side=True) if self._context else plain
        read = bytearray()
        while piece := connection.recv(65536):
            read += piece
        if manner == "stays":
            self._held.append(connection)
            return
        self.connections.append(bytes(read))
        if manner == "leaves":
            connection.close()
        else:
            connection.unwrap().close() if isinstance(connection, ssl.SSLSocket) else connection.close()


def unframed(stream: bytes) -> Iterator[str]:
    """The messages of a stream of frames (RFC 6587 §3.4.1); ValueError for a frame that is cut short."""
    while stream:
        length, _, stream = stream.partition(b" ")
        if len(stream) < int(length):
            raise ValueError("cut short")
        yield stream[: int(length)].decode()
        stream = stream[int(length) :]


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's context with a certificate for the loopback that vouches for itself, and the file to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, LOOPBACK)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret = folder / "key.pem"
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return context, file
