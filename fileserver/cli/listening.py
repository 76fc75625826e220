"""What the commands that listen have in common: opening the socket, and ending when they are asked to."""

import asyncio
import os
import signal
import ssl

from aiohttp import web


class CannotListen(Exception):
    """The address is taken, not ours, or needs rights that we lack."""


async def listen(runner: web.AppRunner, host: str, port: int, *, tls: ssl.SSLContext | None = None) -> None:
    """Opens the socket. Raises CannotListen."""
    try:
        await web.TCPSite(runner, host, port, reuse_address=True, ssl_context=tls).start()
    except OSError as error:
        # asyncio wraps the system's words in its own; errors of the resolver have negative numbers and words of theirs.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise CannotListen(f"Can't listen on {host}, port {port}: {reason}.") from None


def asks_to_end() -> asyncio.Event:
    """Set once the process is asked to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    return asked


def address_of(name: tuple[str, int] | tuple[str, int, int, int], scheme: str = "http") -> str:
    """http://127.0.0.1:8080 for a socket's name; IPv6 in brackets."""
    host, port = name[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
