"""`sealshare audit verify`: the auditor's proof of a bundle, a receipt or a server, by `compliance.verifying` alone."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from compliance.keys import KeyState
from compliance.notes import vkey
from compliance.verifying import (
    Malformed,
    Past,
    Policy,
    Report,
    Source,
    open_source,
    parse_policy,
    parse_receipt,
    parse_vkey,
    policy_of,
    verify_log,
    verify_receipt,
)
from compliance.verifying.layout import POLICY
from fileserver.cli.audit_brought import KEPT_BYTES_MAX, Useless, begins, kept, past
from fileserver.cli.audit_brought import trusted as trusted_of
from fileserver.cli.audit_database import verify_rows
from fileserver.cli.audit_remote import Unanswered, open_remote
from fileserver.cli.audit_verdict import OWN_KEYS, WRONG, Verdict, proved, tell
from fileserver.cli.client_token import token_if_any
from fileserver.cli.desk import Desk, at_desk
from fileserver.cli.explain import explain

UNREACHABLE, INTERRUPTED = 4, 130
RECEIPT_HEAD = b"c2sp.org/tlog-proof@"
SCHEMES = ("http://", "https://")


@click.command("verify")
@click.argument("target", required=False, default="")
@click.option("--database", is_flag=True, help="Instead of a target: the database of this configuration, row by row.")
@click.option("--key", "keys", multiple=True, metavar="VKEY|FILE", help="A verifier key, or a file with one a line.")
@click.option("--policy", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A tlog-policy file.")
@click.option(
    "--since",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="An earlier checkpoint or bundle that you kept; repeatable.",
)
@click.option(
    "--event", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="The entry that a receipt proves."
)
@click.option(
    "--token-file", type=click.File("r"), help="For a server: file with an auditor's API token; - reads stdin."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(  # one for each option
    *,
    target: str,
    database: bool,
    keys: tuple[str, ...],
    policy: Path | None,
    since: tuple[Path, ...],
    event: Path | None,
    token_file: TextIO | None,
    as_json: bool,
) -> None:
    """Prove that nothing in the log was changed, removed, reordered or added.

    TARGET is a bundle (folder, tar or zip), a receipt (.tlog-proof), or the address of a server, which is read with an
    API token (scope ledger:read; an auditor's) from --token-file or SEALSHARE_TOKEN. Each signature, tile and entry is
    checked, in constant memory; the first entry, hash or line that is wrong is named.

    --database proves the rows themselves, for the operator: also that the columns which people search by say what the
    entries say, and that no event stands beside the log.

    Bring the keys (--key or --policy) by another way than the log: keys that come with a bundle only show that it fits
    together, and then the exit status is 3.

    Exit status: 0 proved, 1 something is wrong, 2 the command or what you brought is wrong, 3 whole, but by the
    bundle's own keys, 4 the server can't be reached, 130 interrupted.
    """
    if bool(target) == database:
        raise click.UsageError("A TARGET, or --database.")
    trusted = trusted_of(keys, policy)
    try:
        secret = token_if_any(token_file)
        verdict = _rows(trusted, since) if database else _judge(target, trusted, since, event, secret)
    except KeyboardInterrupt:
        click.echo("Interrupted; nothing is proved.", err=True)
        sys.exit(INTERRUPTED)
    except Unanswered as error:
        click.echo(f"The server can't be reached: {error}", err=True)
        sys.exit(UNREACHABLE)
    except (Malformed, OSError) as error:
        raise Useless(explain(error)) from error
    tell(verdict, as_json=as_json)
    sys.exit(verdict.status)


def _judge(target: str, trusted: Policy | None, since: tuple[Path, ...], event: Path | None, token: str) -> Verdict:
    path = Path(target)
    if not target.startswith(SCHEMES) and path.is_file() and begins(path, RECEIPT_HEAD):
        return _receipt(path, trusted, event)
    if event:
        raise click.UsageError("--event goes with a receipt.")
    with ExitStack() as stack:
        source = stack.enter_context(_opened(target, token))
        policy = trusted or _own_policy(source)
        earlier = [past(each, stack) for each in since]
        report = _walked(source, policy, earlier)
    return Verdict(report=report, own_keys=trusted is None, status=_status(report, trusted))


def _rows(trusted: Policy | None, since: tuple[Path, ...]) -> Verdict:
    """The database of this machine's configuration."""
    with ExitStack() as stack, _bar() as (begun, told):
        earlier = [past(each, stack) for each in since]

        async def work(desk: Desk) -> Report:
            good = [key for key in desk.keys.ledger if key.state is not KeyState.REVOKED]
            own = policy_of(parse_vkey(vkey(desk.ledger_origin, key.public)) for key in good)
            return await verify_rows(desk, trusted or own, earlier, begun=begun, told=told)

        report = at_desk(work)
    return Verdict(report=report, own_keys=trusted is None, status=_status(report, trusted))


def _status(report: Report, trusted: Policy | None) -> int:
    if not report.ok:
        return WRONG
    return 0 if trusted else OWN_KEYS


def _walked(source: Source, policy: Policy, earlier: list[Past]) -> Report:
    with _bar() as (begun, told):
        return verify_log(source, policy, since=earlier, begun=begun, told=told)


@contextmanager
def _bar() -> Iterator[tuple[Callable[[int], None], Callable[[int], None]]]:
    """A bar on standard error, where that is a terminal: what to tell it of the size, and of entries done with."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("entries", total=None)
        yield (
            lambda size: progress.update(task, total=size),
            lambda count: progress.advance(task, count),
        )


def _receipt(path: Path, trusted: Policy | None, event: Path | None) -> Verdict:
    if trusted is None:
        raise click.UsageError("A receipt is proved by keys that you bring: --key or --policy.")
    receipt = parse_receipt(kept(path))
    entry = None if event is None else kept(event)
    try:
        witnesses = verify_receipt(receipt, trusted, entry).witnesses
    except Malformed as error:
        if entry is None and receipt.extra is None:
            raise
        return Verdict(receipt=receipt, error=str(error), status=WRONG)
    return proved(receipt, witnesses)


def _own_policy(source: Source) -> Policy:
    data = source.get(POLICY, KEPT_BYTES_MAX)
    if data is None:
        raise Malformed("no keys: bring them by --key or --policy")
    return parse_policy(data)


def _opened(target: str, token: str) -> AbstractContextManager[Source]:
    if target.startswith(SCHEMES):
        return open_remote(target, token)
    return _local(Path(target))


@contextmanager
def _local(path: Path) -> Iterator[Source]:
    with open_source(path) as source:
        yield source
