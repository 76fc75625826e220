"""The page of commands: what `--help` says, command by command."""

from collections.abc import Iterator

import click

from fileserver.cli import main
from fileserver.docs import markdown

WIDTH = 100
NAME = "sealshare"

INTRODUCTION = """\
What each command says with `--help`. All but `demo` and `upload` read the [settings](configuration.md) from the
environment. Exit status 0 means that it was done, 1 that it was refused or failed, with one line on standard error, 2
that an option or a setting is wrong."""


def page() -> str:
    """The whole page."""
    root = click.Context(main, info_name=NAME, terminal_width=WIDTH, max_content_width=WIDTH, **main.context_settings)
    return markdown.page("Commands", INTRODUCTION, *_blocks(root, main))


def _blocks(context: click.Context, command: click.Command) -> Iterator[str]:
    """The command itself, then its subcommands."""
    yield f"## {context.command_path}"
    yield f"```\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _blocks(click.Context(found, parent=context, info_name=name), found)
