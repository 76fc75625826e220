"""`sealshare worker`: runs the jobs that the servers enqueue. Any number may run; one that dies loses nothing."""

import click
import uvloop

from fileserver.cli.options import configured, plainly
from fileserver.logs import configure_logging
from fileserver.worker import run_worker
from storage.errors import StorageError


@click.command("worker")
@plainly(StorageError)
def command() -> None:
    """Work until SIGTERM or SIGINT, then finish the jobs at hand."""
    config = configured()
    configure_logging(config)
    uvloop.run(run_worker(config))
