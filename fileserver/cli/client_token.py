"""The API token of a command that speaks to a server: from a file or from the environment.

Never an option: other users of the machine see a command's arguments.
"""

from typing import TextIO

import click

from fileserver.config import CLIENT_TOKEN, client_token


def token_of(file: TextIO | None) -> str:
    """The secret. Raises click.UsageError without one."""
    secret = token_if_any(file)
    if not secret:
        raise click.UsageError(f"An API token is needed: --token-file, or {CLIENT_TOKEN}.")
    return secret


def token_if_any(file: TextIO | None) -> str:
    """The secret; empty without one."""
    return (file.read() if file else client_token()).strip()
