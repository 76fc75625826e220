"""`sealshare upload FILE…`: the same resumable upload as in the page, from a terminal or a script."""

import asyncio
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

import click

from compliance.access import MaterialClass
from fileserver.cli.client_token import token_of
from fileserver.cli.upload_bars import bars, shown
from fileserver.cli.upload_files import collect
from fileserver.cli.upload_run import AUTO, S3, SERVER, Options, Outcome, upload_all
from fileserver.config import CLIENT_URL

CLASSES = click.Choice([each.value for each in MaterialClass])
PARALLEL_MAX = 16
INTERRUPTED = 130
UNITS_S = {"": 1, "s": 1, "m": 60, "h": 3600}


class Duration(click.ParamType[float]):
    """A number of seconds, or with a unit: 90, 90s, 15m, 2h."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds; a usage error for anything else."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"([0-9]{1,6})([smh]?)", str(value))
        if match is None:
            self.fail("expected something like 90s, 15m or 2h", param, ctx)
        return float(int(match[1]) * UNITS_S[match[2]])


@click.command("upload")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--url", envvar=CLIENT_URL, required=True, help=f"Address of the server; also {CLIENT_URL}.")
@click.option("--token-file", type=click.File("r"), help="File with an API token; - reads standard input.")
@click.option("--class", "material_class", type=CLASSES, help="Make a material of each file.")
@click.option("--title", help="The material's title; the file's name unless given. Only with one file.")
@click.option("--parallel", type=click.IntRange(1, PARALLEL_MAX), default=4, show_default=True, help="Files at a time.")
@click.option(
    "--through",
    type=click.Choice([AUTO, SERVER, S3]),
    default=AUTO,
    show_default=True,
    help="The way of the bytes: through the server, straight to its S3 store, or whichever works.",
)
@click.option(
    "--patience",
    type=Duration(),
    default="15m",
    show_default=True,
    help="How long to wait for a server or store that is away.",
)
@click.option("--again", is_flag=True, help="Send files anew that were uploaded before.")
@click.option("--check", is_flag=True, help="Compare the server's SHA-256 with the file's, reading it once more.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per file.")
def command(  # noqa: PLR0913  # one for each option
    *,
    files: tuple[Path, ...],
    url: str,
    token_file: TextIO | None,
    material_class: str | None,
    title: str | None,
    parallel: int,
    through: str,
    patience: float,
    again: bool,
    check: bool,
    as_json: bool,
) -> None:
    """Upload files and folders, going on where an upload was interrupted.

    Run the same command again after whatever broke it off: only what is missing is sent, and a file that is there
    already is not sent again. The API token (scopes uploads:write, materials:write) comes from --token-file or from
    SEALSHARE_TOKEN.

    Exit status: 0 all files are there, 1 some were refused or could not be read, 2 the command is wrong, 3 the server
    or its store can't be reached (try again later), 130 interrupted; what has arrived is kept.
    """
    found = collect(files)
    if title and (len(found) > 1 or not material_class):
        raise click.UsageError("--title is for one file with --class.")
    secret = token_of(token_file)
    options = Options(
        url=url,
        material_class=material_class,
        title=title,
        parallel=parallel,
        through=through,
        patience_s=patience,
        again=again,
        check=check,
    )
    try:
        with bars(sum(each.size_bytes for each in found)) as shown_bars:

            def report(outcome: Outcome) -> None:
                stream = sys.stderr if outcome.error and not as_json else sys.stdout
                shown_bars.say(stream, json.dumps(asdict(outcome)) if as_json else _line(outcome))

            status = asyncio.run(upload_all(found, options, secret, shown_bars, report))
    except KeyboardInterrupt:
        click.echo("Interrupted. What has arrived is kept: run the same command again to go on.", err=True)
        status = INTERRUPTED
    sys.exit(status)


def _line(outcome: Outcome) -> str:
    name = shown(outcome.file)
    if outcome.error:
        return f"{name}: {shown(outcome.error)}"
    known = "  (there already)" if outcome.reused else ""
    made = f"  material {outcome.material_id}" if outcome.material_id else ""
    return f"{name}: sha256 {outcome.sha256}  upload {outcome.upload_id}{made}{known}"
