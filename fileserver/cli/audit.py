"""`sealshare audit`: what auditors and operators do with the log. Each subcommand is a module `audit_<name>` beside."""

from importlib import import_module

import click

COMMANDS = {
    "export": "Take the log away as a file, going on where it broke off.",
    "bundle": "Take the whole ledger away, as a tar file that proves itself.",
    "key": "Print the keys that the ledger's checkpoints are signed with.",
    "receipt": "Get the receipt of an event, which proves offline that it is in the ledger.",
    "verify": "Prove that nothing in the log was changed, removed, reordered or added.",
}


class Lazy(click.Group):
    """Imports a subcommand when it is needed: verifying needs nothing of the server."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Every subcommand's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The object `command` of the subcommand's module."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"fileserver.cli.audit_{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """The list of subcommands, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.group("audit", cls=Lazy)
def command() -> None:
    """Verify the log, take it away, and say what it is verified with."""
