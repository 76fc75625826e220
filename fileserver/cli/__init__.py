"""The `sealshare` command. Each subcommand lives in a module of its own, imported only when it is called."""

from importlib import import_module

import click

COMMANDS = {
    "config": "fileserver.cli.config",
    "demo": "fileserver.cli.demo",
    "keys": "fileserver.cli.keys",
    "migrate": "fileserver.cli.migrate",
    "serve": "fileserver.cli.serve",
    "storage": "fileserver.cli.storage",
    "tokens": "fileserver.cli.tokens",
    "upload": "fileserver.cli.upload",
    "users": "fileserver.cli.users",
    "worker": "fileserver.cli.worker",
}


class Lazy(click.Group):
    """Imports a command when it is needed: `sealshare upload` should not wait for the server's libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Every command's name."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The command object `command` of the module that the table names."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(COMMANDS[cmd_name]).command
        return command


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sealshare")
def main() -> None:
    """Secure large-file sharing and content compliance."""
