"""What several commands share: reading the configuration, and ending with one clear line instead of a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click

from compliance.errors import KeyUnavailable, LedgerBroken, LedgerConflict, LedgerNamedOtherwise
from fileserver.cli.explain import explain
from fileserver.config import Config, ConfigError, Jail, load_config, variable_of
from storage import migrations
from storage.errors import StorageError
from watermark import jail

LACKS = {
    jail.Lack.SECCOMP: "This process may set no seccomp filter, or this machine is none that we know the system calls "
    "of: a file that takes over the process which opens it could do what the server may.",
    jail.Lack.LANDLOCK: "This kernel has no Landlock (Linux 5.13 or later, switched on): a file that takes over the "
    "process which opens it could read what the server may.",
    jail.Lack.LISTENER: "Somebody else's seccomp listener is over this process, and the kernel takes no second one: a "
    "file that takes over the process which opens it could start threads without end. Container runtimes that "
    "intercept system calls have one (LXD: security.syscalls.intercept.*).",
}

P = ParamSpec("P")
R = TypeVar("R")

EXPLAINED: tuple[type[Exception], ...] = (
    StorageError,
    KeyUnavailable,
    LedgerBroken,
    LedgerConflict,
    LedgerNamedOtherwise,
)


class Unusable(click.ClickException):
    """The configuration can't be used; exit status 2, like a wrong option."""

    exit_code = 2


def configured(**overrides: Any) -> Config:
    """The configuration from the environment. Raises a ClickException that names every wrong variable."""
    try:
        return load_config(**{name: value for name, value in overrides.items() if value is not None})
    except ConfigError as error:
        raise Unusable(str(error)) from None


def require_migrated(config: Config) -> None:
    """Raises a ClickException, with the command to run, unless the database suits this release."""
    found = migrations.current(config.database_url.get_secret_value())
    if not migrations.suits(found):
        at = f"at revision {found}" if found else "empty"
        needed = migrations.head()
        raise click.ClickException(
            f"The database is {at}, this release needs revision {needed}. Run this first: sealshare migrate"
        )


def require_jail(config: Config) -> None:
    """Raises a ClickException where this machine doesn't shut in what opens files of strangers, unless that may be."""
    lack = jail.lack() if config.jail is Jail.REQUIRED else None
    if lack:
        raise click.ClickException(f"{LACKS[lack]} {variable_of('jail')}=if-possible starts all the same.")


def plainly(*errors: type[Exception]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Turns an engine that fails, a wrong master key and the named errors into one clear line and exit status 1."""

    def decorate(command: Callable[P, R]) -> Callable[P, R]:
        @wraps(command)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                return command(*args, **kwargs)
            except (*EXPLAINED, *errors) as error:
                raise click.ClickException(explain(error)) from error

        return run

    return decorate
