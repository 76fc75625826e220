"""What several commands share: reading the configuration, and ending with one clear line instead of a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from fileserver.config import Config, ConfigError, load_config

P = ParamSpec("P")
R = TypeVar("R")


class Unusable(click.ClickException):
    """The configuration can't be used; exit status 2, like a wrong option."""

    exit_code = 2


def configured(**overrides: Any) -> Config:
    """The configuration from the environment. Raises a ClickException that names every wrong variable."""
    try:
        return load_config(**{name: value for name, value in overrides.items() if value is not None})
    except ConfigError as error:
        raise Unusable(str(error)) from None


def plainly(*errors: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turns the named errors of a command into one line on standard error and exit status 1."""

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return command(*args, **kwargs)
            except errors as error:
                raise click.ClickException(str(error)) from error

        return run

    return decorate
