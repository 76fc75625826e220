"""`sealshare siem`: where the log is pushed to, straight in the database; workers notice within seconds."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
from rich.markup import escape

from compliance.keys import MasterKey
from fileserver.audit.siem import targets
from fileserver.audit.siem.figures import lag_s
from fileserver.audit.siem.targets import FORMS_OF, WEBHOOK, TargetRefused, Wanted, may_hold_a_token, shown_host
from fileserver.audit.siem.webhook import webhook_secret
from fileserver.cli.desk import OPERATOR, Desk, at_desk
from fileserver.cli.options import configured
from fileserver.cli.tables import new_table, print_table
from fileserver.services import policy_of
from storage.database import Transaction
from storage.rows import siem

FORMS = click.Choice(sorted({form for forms in FORMS_OF.values() for form in forms}))

T = TypeVar("T")


@click.group("siem")
def command() -> None:
    """Push the log to a SIEM: add, list, pause and remove targets."""


@command.command("add")
@click.argument("name")
@click.argument("address")
@click.option("--format", "form", type=FORMS, help="How events are written: ndjson by webhook, syslog by syslog.")
@click.option("--from-now", is_flag=True, help="Begin with what comes from now on, not with the whole log.")
def add(name: str, address: str, form: str | None, *, from_now: bool) -> None:
    """Push the log to ADDRESS, as target NAME.

    ADDRESS is https://… for a webhook, tls://host:6514 or tcp://host:601 for syslog; its host must be in
    SEALSHARE_OUTGOING_HOSTS. One that holds a token of the receiver's is read from standard input: give - for it.
    A webhook's secret is printed: its receiver needs it to check signatures.
    """
    if address == "-":
        address = sys.stdin.readline().strip()
    elif may_hold_a_token(address):
        raise click.UsageError(
            "This address may hold a token, which others on this machine would see. Give - instead, and the address on "
            "standard input."
        )
    policy, wanted = policy_of(configured()), Wanted(name=name, address=address, form=form, from_now=from_now)

    async def work(tx: Transaction, desk: Desk) -> str | None:
        target = await targets.add(tx, desk.keys.master, OPERATOR, policy, wanted, now=desk.clock())
        return webhook_secret(desk.keys.master, target.id) if target.kind == WEBHOOK else None

    secret = _done(work)
    click.echo(f"Workers push to {name} within seconds." + (f" Its secret: {secret}" if secret else ""))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def listed(*, as_json: bool) -> None:
    """List targets, and how far each is."""

    async def work(tx: Transaction, desk: Desk) -> list[dict[str, Any]]:
        now = desk.clock()
        return [_document(each, desk.keys.master, lag_s(each, now)) for each in await siem.progress(tx)]

    found = _done(work)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    table = new_table("Name", "Host", "Form", "State", "Lacks events", "Behind", "Last push")
    for each in found:
        state = each["state"] + (f": {each['reason']}" if each["reason"] else "")
        behind = f"{each['lag_s']:.0f} s"
        table.add_row(
            each["name"],
            escape(each["host"]),
            each["form"],
            state,
            str(each["lag_events"]),
            behind,
            each["pushed_at"] or "",
        )
    print_table(table)


@command.command("secret")
@click.argument("name")
def secret(name: str) -> None:
    """Print a webhook's secret once more."""

    async def work(tx: Transaction, desk: Desk) -> str:
        target = await targets.named(tx, name)
        if target.kind != WEBHOOK:
            raise TargetRefused(f"{name} is no webhook")
        return webhook_secret(desk.keys.master, target.id)

    click.echo(_done(work))


@command.command("pause")
@click.argument("name")
def pause(name: str) -> None:
    """Stop pushing to a target, which keeps its place."""
    _paused(name, paused=True)
    click.echo(f"{name} is paused and keeps its place: sealshare siem resume {name}")


@command.command("resume")
@click.argument("name")
def resume(name: str) -> None:
    """Go on where a paused target stands."""
    _paused(name, paused=False)
    click.echo(f"{name} goes on where it was.")


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Stop pushing to a target and forget its place."""

    async def work(tx: Transaction, desk: Desk) -> None:
        await targets.remove(tx, OPERATOR, name, now=desk.clock())

    _done(work)
    click.echo(f"{name} is removed.")


def _paused(name: str, *, paused: bool) -> None:
    async def work(tx: Transaction, desk: Desk) -> None:
        await targets.pause(tx, OPERATOR, name, paused=paused, now=desk.clock())

    _done(work)


def _done(work: Callable[[Transaction, Desk], Awaitable[T]]) -> T:
    """The work in one transaction. Raises ClickException for what is refused."""

    async def run(desk: Desk) -> T:
        async with desk.database.transaction() as tx:
            return await work(tx, desk)

    try:
        return at_desk(run)
    except TargetRefused as error:
        raise click.ClickException(str(error)) from error


def _document(progress: siem.ProgressRow, master: MasterKey, behind_s: float) -> dict[str, Any]:
    target = progress.target
    state = "paused" if target.paused_at else "failing" if progress.failures else "pushing"
    return {
        "name": target.name,
        "kind": target.kind,
        "host": shown_host(master, target),
        "form": target.form,
        "state": state,
        "reason": progress.reason,
        "failures": progress.failures,
        "next_index": progress.next_index,
        "lag_events": max(0, progress.size - progress.next_index),
        "lag_s": behind_s,
        "pushed_at": progress.pushed_at.isoformat(timespec="seconds") if progress.pushed_at else None,
    }
