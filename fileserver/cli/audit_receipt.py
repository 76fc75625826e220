"""`sealshare audit receipt EVENT`: the receipt of one event, as the log page offers it."""

from pathlib import Path
from typing import TextIO

import click

from fileserver.cli.audit_fetch import fetch
from fileserver.config import CLIENT_URL


@click.command("receipt")
@click.argument("event", type=click.IntRange(1))
@click.option("--url", envvar=CLIENT_URL, required=True, help=f"Address of the server; also {CLIENT_URL}.")
@click.option("--token-file", type=click.File("r"), help="File with an API token; - reads standard input.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; event-N.tlog-proof unless given."
)
def command(*, event: int, url: str, token_file: TextIO | None, output: Path | None) -> None:
    """Get the receipt of an event, which proves offline that it is in the ledger.

    EVENT is its number in the log. An auditor gets any, everybody else those of their own acts. The API token (scope
    events:read) comes from --token-file or from SEALSHARE_TOKEN. `sealshare audit verify` proves the receipt.

    Exit status: 0 it is there, 1 the request was refused, 2 the command is wrong, 4 the server can't be reached.
    """
    target = output or Path(f"event-{event}.tlog-proof")
    fetch(url, f"/api/v1/events/{event}/receipt", target, token_file=token_file)
