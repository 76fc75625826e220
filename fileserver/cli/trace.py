"""`sealshare trace FILE`: whose copy leaked, asked of a server with an auditor's token.

It speaks to a server and not to the database, unlike an operator's commands: a trace needs a right of its own and is in
the log with the person who ran it.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO
from uuid import UUID

import click

from compliance.tracing.evidence import DECISIVE
from fileserver.cli.client_token import token_of
from fileserver.cli.times import Time
from fileserver.cli.trace_run import INTERRUPTED, Asked, Finding, run
from fileserver.cli.upload_bars import shown
from fileserver.config import CLIENT_URL
from fileserver.traces.figures import chance, percent

LANGUAGES = ("zh-CN", "en")
EVIDENCE = {
    "blind": "hidden mark, read directly",
    "informed": "hidden mark, read against the original",
    "file_id": "what the file calls itself (anybody can change that)",
    "text": "visible text, read by a machine (anybody can write that)",
    "visible": "visible text (anybody can draw that)",
}


@click.command("trace")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", envvar=CLIENT_URL, required=True, help=f"Address of the server; also {CLIENT_URL}.")
@click.option("--token-file", type=click.File("r"), help="File with an API token; - reads standard input.")
@click.option("--material", type=click.UUID, metavar="ID", help="Look at copies of this material only.")
@click.option("--share", type=click.UUID, metavar="ID", help="Of this share, and what was forwarded from it, only.")
@click.option("--since", type=Time(), help="Of visits that began at this time or later only.")
@click.option("--until", type=Time(), help="Of visits that began before this time only.")
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), help="Write the evidence report here, as PDF."
)
@click.option("--language", type=click.Choice(LANGUAGES), default="zh-CN", show_default=True, help="Of the report.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as the API answers it.")
def command(  # noqa: PLR0913  # one for each option
    *,
    file: Path,
    url: str,
    token_file: TextIO | None,
    material: UUID | None,
    share: UUID | None,
    since: str | None,
    until: str | None,
    report: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Find out whose copy a leaked PDF, picture, screenshot or photograph is.

    The API token (scopes traces:read, traces:write; an auditor's) comes from --token-file or from SEALSHARE_TOKEN. The
    file is sent to the server and kept there for a time; the trace and each look at its result are in the log.

    Exit status: 0 the source was found, 1 the file or the request was refused or the trace failed, 2 the command is
    wrong, 3 there is not enough evidence to name a copy, 4 the server can't be reached, 130 interrupted (the trace goes
    on; the console shows it).
    """
    secret = token_of(token_file)
    narrowing = {"material_id": material, "share_id": share, "since": since, "until": until}
    asked = Asked(
        file=file,
        url=url,
        narrowing={name: str(value) for name, value in narrowing.items() if value is not None},
        report=report,
        language=language,
    )
    try:
        finding = asyncio.run(run(asked, secret))
    except KeyboardInterrupt:
        click.echo("Interrupted. A trace that was begun goes on; the console shows it under Traces.", err=True)
        sys.exit(INTERRUPTED)
    _tell(finding, as_json=as_json)
    sys.exit(finding.status)


def _tell(finding: Finding, *, as_json: bool) -> None:
    if finding.error:
        click.echo(shown(finding.error), err=True)
    if finding.trace is None:
        return
    if as_json:
        click.echo(json.dumps(finding.trace, ensure_ascii=False))
        return
    trace = finding.trace
    click.echo(f"trace {trace['id']}  sha256 {trace['suspect']['sha256']}")
    if not trace["copies"]:
        click.echo(f"Not enough evidence: no copy has a probability of false accusation below {chance(1e-6)}.")
    for copy in trace["copies"]:
        click.echo("\n".join(_lines(copy)))
    if trace["leads"]:
        click.echo("Leads, not findings: anybody can change or forge what points to these copies.")
    for copy in trace["leads"]:
        click.echo("\n".join(_lines(copy)))


def _lines(copy: dict[str, Any]) -> Iterator[str]:
    person = copy["person"]
    names = ", ".join(shown(each) for each in (person["name"] or "(identity erased)", person["clinic_name"]) if each)
    yield f"{names}  {person['pseudonym']}  copy {copy['copy_id']}"
    if copy["confidence"] is not None:
        bound = chance(copy["false_accusation"])
        yield f"  confidence {percent(copy['confidence'])}, false accusation at most {bound}"
    yield f"  {shown(copy['material_title'])}, version {copy['version_number']}, opened {copy['visit_started_at']}"
    for piece in copy["evidence"]:
        where = f", page {piece['page']}" if piece["page"] else ""
        by_chance = f": {chance(piece['false_accusation'])}" if piece["kind"] in DECISIVE else ""
        yield f"  - {EVIDENCE.get(piece['kind'], piece['kind'])}{where}{by_chance}"
