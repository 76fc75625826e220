"""`sealshare audit export`: the log as a file, asked of a server with an auditor's token.

It speaks to a server and not to the database, because taking the log away needs a right and is an event of its own.
"""

import asyncio
import sys
from pathlib import Path
from typing import TextIO

import click

from fileserver.cli.audit_export_run import Asked, run
from fileserver.cli.client_token import token_of
from fileserver.cli.times import Time
from fileserver.cli.upload_bars import shown
from fileserver.config import CLIENT_URL

INTERRUPTED = 130
FORMATS = ("csv", "ndjson", "parquet", "ocsf", "cef", "syslog")
RESULTS = ("allow", "deny", "error")


@click.command("export")
@click.option("--url", envvar=CLIENT_URL, required=True, help=f"Address of the server; also {CLIENT_URL}.")
@click.option("--token-file", type=click.File("r"), help="File with an API token; - reads standard input.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True, help="Of the file.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@click.option("--since", type=Time(), help="Events at this time or later only.")
@click.option("--until", type=Time(), help="Events before this time only.")
@click.option("--person", help="Of people whose name holds this, or of one pseudonym.")
@click.option("--act", help="One act, or the beginning of one up to a colon: viewer:")
@click.option("--result", type=click.Choice(RESULTS), help="That ended like this only.")
@click.option("--material", "material_id", type=click.UUID, metavar="ID", help="About this material only.")
@click.option("--share", "share_id", type=click.UUID, metavar="ID", help="Through this share only.")
def command(*, url: str, token_file: TextIO | None, form: str, output: Path, **narrowing: object) -> None:
    """Take the log, or a part of it, away as a file.

    Run the same command again after whatever broke it off: it goes on behind the last part that is whole (Parquet
    begins anew). Until the file is whole it is called FILE.part. The API token (scope events:read; an auditor's) comes
    from --token-file or from SEALSHARE_TOKEN. Each part that is asked for is an event in the log.

    Exit status: 0 the file is whole, 1 the request was refused or the file can't be written, 2 the command is wrong,
    3 the server can't be reached (try again later), 130 interrupted.
    """
    secret = token_of(token_file)
    if output.exists():
        raise click.UsageError(f"{output} is there already.")
    wanted = {name: str(value) for name, value in narrowing.items() if value is not None}
    try:
        status, message = asyncio.run(run(Asked(url=url, form=form, output=output, narrowing=wanted), secret))
    except KeyboardInterrupt:
        status, message = INTERRUPTED, "Interrupted. Run the same command again to go on."
    click.echo(shown(message), err=status != 0)
    sys.exit(status)
