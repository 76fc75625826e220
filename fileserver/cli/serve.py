"""`sealshare serve`: one server node. It keeps no state of its own, so any number may run."""

import asyncio
import signal

import click
import uvloop
from aiohttp import web

from fileserver.app import create_app
from fileserver.cli.options import configured, plainly
from fileserver.config import Config
from fileserver.http.serving import make_runner
from fileserver.logs import configure_logging
from storage.errors import StorageError


class PortTaken(Exception):
    """Something else listens there already."""


@click.command("serve")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@plainly(PortTaken, StorageError)
def command(host: str | None, port: int | None) -> None:
    """Serve until SIGTERM or SIGINT, then finish the requests in flight."""
    config = configured(host=host, port=port)
    configure_logging(config)
    uvloop.run(serve(config))


async def serve(config: Config) -> None:
    """The node's life. Raises PortTaken."""
    runner = make_runner(create_app(config))
    await runner.setup()
    try:
        await web.TCPSite(runner, config.host, config.port, reuse_address=True).start()
        await stopped()
    except OSError as error:
        raise PortTaken(f"{config.host}:{config.port} can't be listened on: {error.strerror}") from None
    finally:
        await runner.cleanup()


async def stopped() -> None:
    """Returns when the process is asked to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
