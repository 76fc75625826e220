"""`sealshare worker`: runs the jobs that the servers enqueue. Any number may run; one that dies loses nothing."""

import click
import uvloop

from fileserver.cli.options import configured, plainly, require_jail, require_migrated
from fileserver.i18n import tolerate_missing
from fileserver.logs import configure_logging
from fileserver.worker import run_worker


@click.command("worker")
@plainly(OSError)
def command() -> None:
    """Run jobs until SIGTERM or SIGINT.

    Jobs prepare uploaded versions and clean up. Asked to stop, the worker lets the jobs at hand finish for some
    seconds; what is left runs elsewhere. The settings are those of `sealshare serve`.
    """
    config = configured()
    require_jail(config)
    require_migrated(config)
    configure_logging(config)
    tolerate_missing()
    uvloop.run(run_worker(config))
