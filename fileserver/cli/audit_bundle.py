"""`sealshare audit bundle FILE`: the whole ledger, to be verified elsewhere and kept."""

from pathlib import Path
from typing import TextIO

import click

from fileserver.cli.audit_fetch import fetch
from fileserver.config import CLIENT_URL


@click.command("bundle")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--url", envvar=CLIENT_URL, required=True, help=f"Address of the server; also {CLIENT_URL}.")
@click.option("--token-file", type=click.File("r"), help="File with an API token; - reads standard input.")
def command(*, file: Path, url: str, token_file: TextIO | None) -> None:
    """Take the whole ledger away, as a tar file that proves itself.

    FILE gets checkpoint, tiles, entries, keys, and a page that says how to prove them with tools of others. The API
    token (scope ledger:read; an auditor's) comes from --token-file or from SEALSHARE_TOKEN.

    Exit status: 0 it is there, 1 the request was refused, 2 the command is wrong, 4 the server can't be reached.
    """
    fetch(url, "/ledger/bundle", file, token_file=token_file)
