"""`sealshare retention`: how the log stands, and pruning it now instead of at night; legal holds."""

import json
from uuid import UUID

import click
from rich.markup import escape

from compliance import holds, retention
from compliance.holds import HoldKind, NewHold
from compliance.retention import Standing
from fileserver.cli.desk import OPERATOR, Desk, at_desk
from fileserver.cli.options import configured
from fileserver.cli.tables import new_table, print_table
from storage.rows import holds as rows
from storage.rows.holds import HoldRow

STOPS = {
    "age": "the entry {at} is younger than that",
    "material": "the material of entry {at} has not ended for so long",
    "hold": "a legal hold is on entry {at}",
    "": "everything up to entry {end} may go",
}


@click.group("retention")
def command() -> None:
    """See and prune old entries of the log; list, place and lift legal holds."""


@command.command("show")
def show() -> None:
    """Say from where on entries can be read, and what stops pruning."""
    days = configured().log_retention_days

    async def work(desk: Desk) -> Standing:
        async with desk.database.transaction() as tx:
            return await retention.standing(tx, days=days, now=desk.clock())

    found = at_desk(work)
    click.echo(f"Entries can be read from {found.minimum_index} on. They are kept for {days} days.")
    click.echo("Next: " + STOPS[found.reason].format(at=found.kept_from, end=found.end) + ".")


@command.command("prune")
def prune() -> None:
    """Prune now what the nightly job would prune."""
    config = configured()
    days = config.log_retention_days

    async def work(desk: Desk) -> int:
        signs = not config.has_places_outside  # a server asks those first what it may sign
        return await retention.prune(desk.database, desk.keys, days=days, clock=desk.clock, signs=signs)

    click.echo(f"Pruned {at_desk(work)} entries.")


@command.command("holds")
@click.option("--all", "everything", is_flag=True, help="Also those that were lifted.")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def listed(*, everything: bool, as_json: bool) -> None:
    """List legal holds, newest first."""

    async def work(desk: Desk) -> tuple[HoldRow, ...]:
        async with desk.database.transaction() as tx:
            return await rows.list_holds(tx, active=None if everything else True)

    found = [_document(row) for row in at_desk(work)]
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False))
        return
    table = new_table("Id", "On", "Subject", "Since", "Reason", "Lifted")
    for each in found:
        cells = (each[name] or "" for name in ("id", "kind", "subject", "placed_at", "reason", "lifted_at"))
        table.add_row(*map(escape, cells))
    print_table(table)


@command.command("hold")
@click.argument("kind", type=click.Choice([kind.value for kind in HoldKind]))
@click.argument("subject", type=click.UUID, required=False)
@click.option("--reason", required=True, help="For those who will ask later.")
def place(kind: str, subject: UUID | None, reason: str) -> None:
    """Place a hold on a person or a material, by id, or on the log."""

    async def work(desk: Desk) -> HoldRow:
        new = NewHold(kind=HoldKind(kind), subject=subject, reason=reason)
        async with desk.database.transaction() as tx:
            return await holds.place(tx, OPERATOR, new, by=None, now=desk.clock())

    click.echo(f"Placed {at_desk(work).id}.")


@command.command("lift")
@click.argument("hold", type=click.UUID)
@click.option("--reason", required=True, help="For those who will ask later.")
def lift(hold: UUID, reason: str) -> None:
    """Lift the hold with this id."""

    async def work(desk: Desk) -> None:
        async with desk.database.transaction() as tx:
            await holds.lift(tx, OPERATOR, hold, reason=reason, by=None, now=desk.clock())

    at_desk(work)
    click.echo(f"Lifted {hold}.")


def _document(row: HoldRow) -> dict[str, str | None]:
    subject = row.person_id or row.material_id
    return {
        "id": str(row.id),
        "kind": row.kind,
        "subject": str(subject) if subject else None,
        "placed_at": row.placed_at.isoformat(timespec="seconds"),
        "reason": row.reason,
        "lifted_at": row.lifted_at.isoformat(timespec="seconds") if row.lifted_at else None,
        "lifted_reason": row.lifted_reason,
    }
