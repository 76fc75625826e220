"""Files that a server makes of its ledger, fetched with an auditor's token into a file on this machine.

Promises: a bar on standard error where that is a terminal; the file appears under its name once it is whole.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import TextIO

import aiohttp
import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from fileserver.cli.client_token import token_of
from fileserver.cli.explain import explain
from fileserver.cli.upload_bars import shown
from fileserver.cli.upload_server import Refused, Server, Unreachable

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=330)
PIECE_BYTES = 256 << 10
FAILED, UNREACHABLE, INTERRUPTED = 1, 4, 130
ABOUT = "X-Bytes-About"
MODE = 0o600  # what it holds is for whoever asked


def fetch(url: str, path: str, target: Path, *, token_file: TextIO | None) -> None:
    """Ends the process with 1 or 4 and one line when it can't be had; else the file is there."""
    secret = token_of(token_file)
    part = target.with_name(target.name + ".part")
    try:
        asyncio.run(_fetch(url, path, part, secret))
        part.replace(target)
    except KeyboardInterrupt:
        part.unlink(missing_ok=True)
        sys.exit(INTERRUPTED)
    except Unreachable as error:
        part.unlink(missing_ok=True)
        click.echo(f"The server can't be reached: {shown(error)}", err=True)
        sys.exit(UNREACHABLE)
    except (Refused, OSError) as error:
        part.unlink(missing_ok=True)
        click.echo(shown(explain(error)), err=True)
        sys.exit(FAILED)


async def _fetch(url: str, path: str, part: Path, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
    async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
        server = Server(session, url)
        async with server.asked("GET", server.url + path) as response:
            await _written(response, part)


async def _written(response: aiohttp.ClientResponse, part: Path) -> None:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(binary_units=True), TransferSpeedColumn())
    about = response.headers.get(ABOUT, "")
    with (
        Progress(*columns, console=console, disable=not console.is_terminal) as progress,
        os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, MODE), "wb") as file,
    ):
        task = progress.add_task("fetching", total=int(about) if about.isdecimal() else None)
        async for piece in response.content.iter_chunked(PIECE_BYTES):
            await asyncio.to_thread(file.write, piece)
            progress.advance(task, len(piece))
