"""What an auditor brings to `sealshare audit verify`: keys, a policy, what was kept from earlier, an entry."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import click

from compliance.verifying import (
    Malformed,
    Past,
    Policy,
    open_source,
    parse_checkpoint,
    parse_policy,
    parse_vkey,
    past_of,
    policy_of,
)
from fileserver.cli.explain import explain

USAGE = 2
KEPT_BYTES_MAX = 1 << 20  # of a policy, keys, an earlier checkpoint, an entry


class Useless(click.ClickException):
    """It can't be used; exit status 2."""

    exit_code = USAGE


def trusted(keys: tuple[str, ...], policy: Path | None) -> Policy | None:
    """The policy that was brought, or one of keys; None for neither. Raises UsageError, Useless."""
    if keys and policy:
        raise click.UsageError("--key or --policy, not both.")
    try:
        if policy:
            return parse_policy(kept(policy))
        return policy_of(parse_vkey(line) for key in keys for line in _lines(key)) if keys else None
    except OSError as error:
        raise Useless(explain(error)) from error
    except Malformed as error:
        raise Useless(f"{policy or 'the key'}: {error}") from error


def _lines(key: str) -> Iterator[str]:
    """The verifier keys in an option: itself, or the lines of the file that it names."""
    if "+" in key and not Path(key).is_file():
        yield key
        return
    for line in kept(Path(key)).decode("utf-8", "replace").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()


def past(path: Path, stack: ExitStack) -> Past:
    """A kept checkpoint, or the checkpoint of a kept bundle. Raises Malformed, OSError."""
    if path.is_dir() or path.stat().st_size > KEPT_BYTES_MAX or not _is_note(path):
        return past_of(stack.enter_context(open_source(path)))
    return Past(parse_checkpoint(kept(path)))


def _is_note(path: Path) -> bool:
    return b"\n\n\xe2\x80\x94 " in kept(path)[:KEPT_BYTES_MAX] and not begins(path, b"PK")


def begins(path: Path, head: bytes) -> bool:
    """Whether the file begins with these bytes."""
    with path.open("rb") as file:
        return file.read(len(head)) == head


def kept(path: Path) -> bytes:
    """The file's bytes, up to a limit that nothing of use reaches."""
    with path.open("rb") as file:
        return file.read(KEPT_BYTES_MAX + 1)
