"""The `sealshare` command. Each subcommand lives in a module of its own, imported only when it is called.

So `sealshare upload` doesn't wait for the server's libraries, and a server installed without the demo's libraries has
every command but the demo.
"""

import gc
from importlib import import_module
from typing import Any

import click

from watermark.confinement import hide

COMMANDS = {
    "analytics": "Make the figures of shares and forwards anew from the log.",
    "audit": "Verify the log, take it away, and say what it is verified with.",
    "config": "Show the effective settings, with secrets hidden.",
    "demo": "Start everything on this machine, with a demo brand.",
    "keys": "Rotate, retire and revoke keys: of share links, content addresses, the ledger, and the envelope's.",
    "migrate": "Bring the database to the newest schema.",
    "people": "Export what is held on a person, or erase them.",
    "quotas": "List, set and remove quotas of uploads.",
    "retention": "See and prune old entries of the log; list, place and lift legal holds.",
    "rules": "Check, show and try rule files.",
    "serve": "Run one server node until SIGTERM or SIGINT.",
    "siem": "Push the log to a SIEM: add, list, pause and remove targets.",
    "storage": "Prepare the bucket and examine the S3 server.",
    "tokens": "Make API tokens.",
    "trace": "Find out whose copy a leaked PDF, picture, screenshot or photograph is.",
    "upload": "Upload files and folders, going on where an upload was interrupted.",
    "uploads": "Watch the uploads that are not over.",
    "users": "Add, list and disable employees' accounts.",
    "witness": "Cosign, on an auditor's machine, that a log has only grown.",
    "worker": "Run jobs until SIGTERM or SIGINT.",
}


class Lazy(click.Group):
    """Imports a command when it is needed, and none for the list of them."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """As a program: no other process reads its environment and its memory, where the master key stands."""
        hide()
        return super().__call__(*args, **kwargs)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Every command's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The command object `command` of the module of this name. Raises ClickException for a missing library."""
        if cmd_name not in COMMANDS:
            return None
        gc.disable()  # what an import makes stays: looking for rubbish among it takes a fifth of a server's start
        try:
            command: click.Command = import_module(f"fileserver.cli.{cmd_name}").command
        except ModuleNotFoundError as error:
            raise click.ClickException(
                f"`sealshare {cmd_name}` needs {error.name}, which isn't installed; sealshare[demo] brings everything."
            ) from error
        finally:
            if not gc.get_freeze_count():  # the first import of this process
                gc.freeze()  # nor is it looked through later, which took every command a second, most of it at its end
            gc.enable()
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """The list of commands, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sealshare")
def main() -> None:
    """Secure large-file sharing and content compliance."""
