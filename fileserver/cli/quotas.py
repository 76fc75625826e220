"""`sealshare quotas`: how much people and departments may keep, straight in the database."""

import json
import unicodedata
from typing import Any

import click
from pydantic import ByteSize, TypeAdapter, ValidationError
from rich.markup import escape

from fileserver.cli.desk import OPERATOR, Desk, at_desk
from fileserver.cli.tables import new_table, print_table
from fileserver.sizes import human_size
from fileserver.uploads import quotas
from fileserver.uploads.quotas import QUOTA_MAX_BYTES, QuotaInUse
from storage.database import Transaction
from storage.rows import departments
from storage.rows.quotas import DEPARTMENT, PAGE_MAX, PERSON


class Size(click.ParamType[int]):
    """Bytes, or a number with a unit."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """`500 GB` or `2TiB` as bytes."""
        try:
            size_bytes = int(TypeAdapter(ByteSize).validate_python(value))
        except ValidationError:
            size_bytes = -1
        if not 0 <= size_bytes <= QUOTA_MAX_BYTES:
            self.fail(f"{value!r} is no size such as 500000000, 500GB or 2TiB", param, ctx)
        return size_bytes


PERSON_OPTION = click.option("--person", metavar="LOGIN", help="One person, by login.")
DEPARTMENT_OPTION = click.option(
    "--department",
    metavar="NAME",
    help="One department with all below it: its name, its place (/市场/华东) or its id; / is the brand.",
)


@click.group("quotas")
def command() -> None:
    """List, set and remove quotas of uploads."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def listed(*, as_json: bool) -> None:
    """List the quotas that were set, and what is kept under each."""

    async def work(desk: Desk) -> list[QuotaInUse]:
        found: list[QuotaInUse] = []
        async with desk.database.transaction() as tx:
            after = ("", "")
            while part := await quotas.listed(tx, after=after, limit=PAGE_MAX):
                found.extend(part)
                after = (part[-1].row.scope, part[-1].row.subject)
        return found

    documents = [_document(each) for each in at_desk(work)]
    if as_json:
        click.echo(json.dumps(documents, ensure_ascii=False))
        return
    table = new_table("Of", "Name", "Kept", "Allowed", "Since")
    for each in documents:
        sizes = human_size(each["used_bytes"]), human_size(each["size_max_bytes"])
        table.add_row(each["scope"], escape(each["place"] or each["subject"]), *sizes, each["created_at"])
    print_table(table)


@command.command("set")
@PERSON_OPTION
@DEPARTMENT_OPTION
@click.argument("size", type=Size())
def put(person: str | None, department: str | None, size: int) -> None:
    """Let a person or a department keep SIZE (500GB, 2TiB) and no more. What is kept already stays."""
    scope, name = _whose(person, department)

    async def work(desk: Desk) -> str:
        async with desk.database.transaction() as tx:
            subject, shown = await _subject(tx, scope, name)
            await quotas.put(tx, OPERATOR, scope, subject, size, now=desk.clock())
        return shown

    click.echo(f"The {scope} {at_desk(work)} may keep {human_size(size)}.")


@command.command("remove")
@PERSON_OPTION
@DEPARTMENT_OPTION
def remove(person: str | None, department: str | None) -> None:
    """Remove a quota, so that the default of the configuration counts again."""
    scope, name = _whose(person, department)

    async def work(desk: Desk) -> str:
        async with desk.database.transaction() as tx:
            subject, shown = await _subject(tx, scope, name)
            await quotas.remove(tx, OPERATOR, scope, subject, now=desk.clock())
        return shown

    click.echo(f"The {scope} {at_desk(work)} has no quota of its own any more.")


def _whose(person: str | None, department: str | None) -> tuple[str, str]:
    if bool(person) == bool(department):
        raise click.UsageError("Say whose quota: either --person LOGIN or --department NAME.")
    return (PERSON, person) if person else (DEPARTMENT, department or "")


async def _subject(tx: Transaction, scope: str, words: str) -> tuple[str, str]:
    """Whom these words mean, and how to show them. Raises ClickException for a department that is none, or several."""
    if scope == PERSON:
        return words, words
    words = unicodedata.normalize("NFC", words).strip()
    found = await departments.departments_called(tx, words)
    if not found:
        raise click.ClickException(f"No department is called {words}.")
    if len(found) > 1:
        those = ", ".join(f"{each.place} ({each.id})" for each in found)
        raise click.ClickException(f"Several departments are called {words}: say which by its place or id: {those}.")
    return str(found[0].id), found[0].place


def _document(quota: QuotaInUse) -> dict[str, Any]:
    row = quota.row
    return {
        "scope": row.scope,
        "subject": row.login or row.subject,
        "name": row.name or "",
        "place": row.place or "",
        "size_max_bytes": row.size_max_bytes,
        "used_bytes": quota.used_bytes,
        "created_at": row.created_at.isoformat(timespec="seconds"),
    }
