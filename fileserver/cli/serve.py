"""`sealshare serve`: one server node. It keeps no state of its own, so any number may run.

Promises not to listen before it can serve: a configuration that is wrong, a database that is away, not migrated or
under another master key, or a port that is taken end it with one line. Asked to stop, it takes no new connection,
lets requests in flight finish and ends what still streams after SHUTDOWN_TIMEOUT_S (fileserver.http.serving).
"""

import gc

import click
import structlog
import uvloop

from fileserver.app import create_app
from fileserver.cli.listening import CannotListen, address_of, asks_to_end, listen
from fileserver.cli.options import configured, plainly, require_jail, require_migrated
from fileserver.config import Config
from fileserver.http.serving import make_runner
from fileserver.i18n import tolerate_missing
from fileserver.logs import configure_logging

GC_THRESHOLD = 20_000  # objects made since the last look at the young ones

log = structlog.get_logger(__name__)


@click.command("serve")
@click.option("--host", help="Address to listen on. [SEALSHARE_HOST, else 127.0.0.1]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one. [SEALSHARE_PORT, else 8080]"
)
@plainly(CannotListen)
def command(host: str | None, port: int | None) -> None:
    """Run one server node until SIGTERM or SIGINT.

    The settings come from the environment: `sealshare config` shows them. The database must have been migrated. Asked
    to stop, the node lets the requests in flight finish.
    """
    config = configured(host=host, port=port)
    require_jail(config)
    require_migrated(config)
    configure_logging(config)
    tolerate_missing()
    uvloop.run(serve(config))


async def serve(config: Config) -> None:
    """The node's life. Raises CannotListen, StoreUnavailable, KeyUnavailable."""
    asked = asks_to_end()
    runner = make_runner(create_app(config))
    try:
        await runner.setup()
        settle_garbage_collector()
        await listen(runner, config.host, config.port)
        log.info("serving", addresses=[address_of(each) for each in runner.addresses])
        await asked.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()
    log.info("stopped")


def settle_garbage_collector() -> None:
    """What is there by now stays for ever: looking at it again and again costs a tenth of all work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, *gc.get_threshold()[1:])
