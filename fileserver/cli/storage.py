"""`sealshare storage`: prepares the bucket, and says what the S3 server behind it can and can't do."""

import json
import sys
from dataclasses import asdict

import click
from rich.markup import escape

from fileserver.cli.options import configured, plainly
from fileserver.cli.tables import new_table, print_table
from fileserver.services import s3_settings
from storage import provision
from storage.provision import Capability

LACKING = 1


@click.group("storage")
def command() -> None:
    """Prepare the bucket and examine the S3 server."""


@command.command("init")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@plainly()
def init(*, as_json: bool) -> None:
    """Make the bucket and its rule against abandoned parts of uploads.

    Where SEALSHARE_S3_PUBLIC_URL is set, our pages are also allowed to send parts to the bucket (CORS). Running it
    again changes nothing, and rules that others made stay. Some servers refuse such rules: that is reported and no
    failure, since the workers sweep up too.
    """
    config = configured()
    report = provision.init(s3_settings(config), origin=config.public_url if config.s3_public_url else None)
    if as_json:
        click.echo(json.dumps(asdict(report)))
        return
    click.echo(f"Bucket {report.bucket}: {'made' if report.bucket_made else 'was there'}.")
    click.echo(f"Rule against abandoned parts: {report.lifecycle}.")
    click.echo(f"Rule for direct uploads from pages: {report.cors}.")


@command.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@plainly()
def check(*, as_json: bool) -> None:
    """Try on the real server everything that the product does with it.

    Works under scratch names in the bucket, and in scratch buckets, and removes both. The exit status is 1 when the
    server lacks something that is needed. direct-parts and direct-browsers are tried at SEALSHARE_S3_PUBLIC_URL.
    """
    config = configured()
    found = provision.check(s3_settings(config), origin=config.public_url)
    usable = all(each.ok for each in found if each.needed)
    if as_json:
        click.echo(json.dumps({"ok": usable, "capabilities": [asdict(each) for each in found]}))
    else:
        show(found)
    sys.exit(0 if usable else LACKING)


def show(found: tuple[Capability, ...]) -> None:
    """One line for each capability: ok, or lacks and why."""
    table = new_table("Capability", "", "Needed", "Detail")
    for each in found:
        verdict = "[green]ok[/green]" if each.ok else "[red]lacks[/red]"
        table.add_row(each.name, verdict, "yes" if each.needed else "no", escape(each.detail))
    print_table(table)
