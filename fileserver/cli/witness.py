"""`sealshare witness`: cosigns for an auditor that a log has only grown. It needs none of the server's settings.

The process has its own folder, key and log lines, and imports nothing that writes a ledger.
"""

import asyncio
import ssl
import sys
import time
from pathlib import Path

import click
import structlog
from aiohttp import web

from compliance.verifying.errors import Malformed
from fileserver.cli.listening import CannotListen, address_of, asks_to_end, listen
from fileserver.witness.cosigning import Witness
from fileserver.witness.folders import Folder, FolderUnusable, opened
from fileserver.witness.records import RecordBroken
from fileserver.witness.serving import witness_app

KEEPALIVE_TIMEOUT_S = 75.0
SHUTDOWN_TIMEOUT_S = 5.0
EXPLAINED = (CannotListen, FolderUnusable, Malformed, RecordBroken, OSError)

log = structlog.get_logger(__name__)

in_folder = click.option(
    "--dir",
    "path",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="The witness's own folder: its key and what it cosigned last.",
)
logs = click.option(
    "--log", "vkeys", multiple=True, required=True, metavar="VKEY", help="Key of a log to watch; may be given often."
)


class Refused(click.ClickException):
    """One line instead of a traceback."""


@click.group("witness")
def command() -> None:
    """Cosign, on an auditor's machine, that a log has only grown."""


@command.command("init")
@in_folder
@click.option("--name", required=True, help="Name of the witness, without spaces: witness.example/audit-1.")
@logs
def init(path: Path, name: str, vkeys: tuple[str, ...]) -> None:
    """Make a key and the record of each log, and print the key that the log's operator configures."""
    try:
        with opened(path) as folder:
            click.echo(folder.make(name, vkeys).vkey)
    except EXPLAINED as error:
        raise Refused(str(error)) from error


@command.command("trust")
@in_folder
@logs
def trust(path: Path, vkeys: tuple[str, ...]) -> None:
    """Watch another log, or accept another key of a log after it rotated its keys."""
    try:
        with opened(path) as folder:
            for vkey in vkeys:
                click.echo("A new log is watched." if folder.trust(vkey) else "The log may sign with this key, too.")
    except EXPLAINED as error:
        raise Refused(str(error)) from error


@command.command("show")
@in_folder
def show(path: Path) -> None:
    """Print the witness's key and the last checkpoint of each log that it cosigned."""
    folder = Folder(path)
    try:
        click.echo(folder.key().vkey)
        for record in folder.records().values():
            click.echo(f"\n{record.note or f'{record.origin}: nothing cosigned yet'}", nl=not record.note)
    except EXPLAINED as error:
        raise Refused(str(error)) from error


@command.command("serve")
@in_folder
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8090, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--certificate", type=click.Path(dir_okay=False), help="Certificate chain (PEM), to speak https.")
@click.option("--private-key", type=click.Path(dir_okay=False), help="Its private key (PEM).")
def serve(path: Path, host: str, port: int, certificate: str | None, private_key: str | None) -> None:
    """Cosign until SIGTERM or SIGINT."""
    _log_lines()
    try:
        tls = _tls(certificate, private_key)
        with opened(path) as folder:
            asyncio.run(_serve(folder, host, port, tls))
    except EXPLAINED as error:
        raise Refused(str(error)) from error


async def _serve(folder: Folder, host: str, port: int, tls: ssl.SSLContext | None) -> None:
    witness = Witness(folder.key(), folder.records(), folder.logs, lambda: int(time.time()))
    asked = asks_to_end()
    app = witness_app(witness, folder)
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=KEEPALIVE_TIMEOUT_S, shutdown_timeout=SHUTDOWN_TIMEOUT_S
    )
    await runner.setup()
    try:
        await listen(runner, host, port, tls=tls)
        scheme = "http" if tls is None else "https"
        log.info("serving", addresses=[address_of(each, scheme) for each in runner.addresses], vkey=witness.key.vkey)
        await asked.wait()
    finally:
        await runner.cleanup()
    log.info("stopped")


def _tls(certificate: str | None, private_key: str | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, private_key)
    return context


def _log_lines() -> None:
    """One JSON object a line, on standard error."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
