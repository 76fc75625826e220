"""`sealshare upload FILE…`: the same resumable upload as in the page, from a terminal or a script."""

import asyncio
import json
import mimetypes
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

import aiohttp
import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from compliance.access import MaterialClass
from fileserver.cli.tus_client import Refused, Source, TusClient, Unreachable
from fileserver.cli.upload_memory import Memory, fingerprint
from fileserver.config import CLIENT_TOKEN, CLIENT_URL

OCTETS = "application/octet-stream"
CLASSES = click.Choice([each.value for each in MaterialClass])
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=120)
VERIFY_POLL_S = 0.5
SOME_FAILED, UNREACHABLE = 1, 3


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one file."""

    file: str
    upload_id: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    material_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is to be made of the uploads."""

    title: str | None
    material_class: str | None


@click.command("upload")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", envvar=CLIENT_URL, required=True, help=f"Address of the server; also {CLIENT_URL}.")
@click.option("--token-file", type=click.File("r"), help="File with an API token; - reads standard input.")
@click.option("--token", envvar=CLIENT_TOKEN, hidden=True)
@click.option("--class", "material_class", type=CLASSES, help="Make a material of each file.")
@click.option("--title", help="The material's title; the file's name unless given. Only with one file.")
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON per file.")
def command(
    *,
    files: tuple[Path, ...],
    url: str,
    token_file: TextIO | None,
    token: str | None,
    material_class: str | None,
    title: str | None,
    as_json: bool,
) -> None:
    """Upload files, going on where an upload was interrupted.

    Run the same command again after whatever broke it off, and only what is missing is sent.
    The API token (scopes uploads:write, materials:write) comes from --token-file or from SEALSHARE_TOKEN.
    Exit status: 0 all files are there, 1 some were refused, 3 the server can't be reached (try again).
    """
    if title and (len(files) > 1 or not material_class):
        raise click.UsageError("--title is for one file with --class.")
    secret = (token_file.read() if token_file else token or "").strip()
    if not secret:
        raise click.UsageError(f"An API token is needed: --token-file, or {CLIENT_TOKEN}.")
    wanted = Wanted(title=title, material_class=material_class)
    errands = [errand(path, url) for path in files]
    outcomes, status = asyncio.run(upload_all(errands, url, secret, wanted))
    for outcome in outcomes:
        click.echo(json.dumps(asdict(outcome)) if as_json else _line(outcome), err=bool(outcome.error) and not as_json)
    sys.exit(status)


@dataclass(frozen=True)
class Errand:
    """One file on its way: what it is, and how we know it again."""

    source: Source
    key: str


def errand(path: Path, url: str) -> Errand:
    """Looks the file up once, at the start; a file that changes afterwards is noticed when it is read."""
    source = Source(path, path.stat().st_size, mimetypes.guess_type(path.name)[0] or OCTETS)
    return Errand(source, fingerprint(path, url))


async def upload_all(errands: Sequence[Errand], url: str, token: str, wanted: Wanted) -> tuple[list[Outcome], int]:
    """Every file one after the other; (what became of them, exit status)."""
    outcomes, status = list[Outcome](), 0
    memory = Memory(Path(click.get_app_dir("sealshare")))
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
        with _progress() as bars:
            for each in errands:
                try:
                    outcomes.append(await _upload(TusClient(session, url), each, memory, bars, wanted))
                except (Refused, Unreachable) as error:
                    outcomes.append(Outcome(file=str(each.source.path), error=str(error)))
                    status = UNREACHABLE if isinstance(error, Unreachable) else status or SOME_FAILED
    return outcomes, status


async def _upload(client: TusClient, each: Errand, memory: Memory, bars: Progress, wanted: Wanted) -> Outcome:
    source = each.source
    task = bars.add_task(source.path.name, total=source.size_bytes)
    address = memory.address_of(each.key)
    if address is None or await client.offset(address) is None:
        address = await client.create(source)
        memory.remember(each.key, address)
    await client.send(address, source, lambda offset: bars.update(task, completed=offset))
    done = await _verified(client, address.rsplit("/", 1)[-1])
    memory.forget(each.key)
    material = await _material(client, done["id"], source.path, wanted) if wanted.material_class else None
    return Outcome(
        file=str(source.path),
        upload_id=done["id"],
        sha256=done["sha256"],
        size_bytes=source.size_bytes,
        material_id=material,
    )


async def _verified(client: TusClient, upload_id: str) -> Any:
    """The upload once the server knows its SHA-256: at once, or after reading it again if it was restarted."""
    while True:
        found = await client.call("GET", f"/api/v1/uploads/{upload_id}")
        if found["state"] == "complete":
            return found
        if found["state"] in ("failed", "terminated"):
            raise Refused(f"the upload is {found['state']}")
        await asyncio.sleep(VERIFY_POLL_S)


async def _material(client: TusClient, upload_id: str, path: Path, wanted: Wanted) -> str:
    body = {"upload_id": upload_id, "title": wanted.title or path.stem, "class": wanted.material_class}
    return str((await client.call("POST", "/api/v1/materials", body))["id"])


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _line(outcome: Outcome) -> str:
    if outcome.error:
        return f"{outcome.file}: {outcome.error}"
    made = f"  material {outcome.material_id}" if outcome.material_id else ""
    return f"{outcome.file}: sha256 {outcome.sha256}  upload {outcome.upload_id}{made}"
