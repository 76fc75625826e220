"""`sealshare users`: employees' accounts, straight in the database: the first administrator is made here."""

import json
import sys

import click
from rich.console import Console
from rich.table import Table

from compliance.access import EMPLOYEES, Role, Sensitivity
from compliance.errors import NotFound
from compliance.passwords import PASSWORD_CHARS_MAX, check_password, random_password
from fileserver.accounts import service
from fileserver.accounts.service import Named, NewAccount
from fileserver.accounts.sign_in import normal_login
from fileserver.cli.desk import OPERATOR, Desk, at_desk
from storage.rows import accounts as rows
from storage.rows.departments import ROOT_ID

BRAND = "/"
ROLES = click.Choice([role.value for role in Role if role in EMPLOYEES])
CLEARANCES = click.Choice([each.value for each in Sensitivity])


@click.group("users")
def command() -> None:
    """Add, list and disable employees' accounts."""


@command.command("add")
@click.option("--login", required=True, help="What the employee signs in with.")
@click.option("--name", required=True, help="The employee's name.")
@click.option("--role", required=True, type=ROLES)
@click.option("--department", default="", help="Where the employee works: its name, or / for the brand itself.")
@click.option(
    "--clearance", default="usual", type=click.Choice([each.value for each in Sensitivity]), show_default=True
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def add(
    *, login: str, name: str, role: str, department: str, clearance: str, password_stdin: bool, as_json: bool
) -> None:
    """Add an account. A password that was made here is shown once."""
    password = sys.stdin.readline(PASSWORD_CHARS_MAX + 2).rstrip("\r\n") if password_stdin else random_password()

    async def work(desk: Desk) -> Named:
        checked = service.checked_login(login)
        check_password(password, checked)
        hashed = await desk.passwords.hash(password)
        new = NewAccount(
            login=checked,
            name=name,
            role=Role(role),
            department="" if department == BRAND else service.checked_department(department),
            department_id=ROOT_ID if department == BRAND else None,
            clearance=Sensitivity(clearance),
            password_hash=hashed,
        )
        async with desk.database.transaction() as tx:
            return await service.add(tx, desk.keys.master, OPERATOR, new, now=desk.clock())

    added = at_desk(work)
    shown = None if password_stdin else password
    if as_json:
        click.echo(json.dumps({**_document(added), "password": shown}, ensure_ascii=False))
    else:
        click.echo(f"Added {added.row.login} ({role})." + (f"\nPassword: {shown}" if shown else ""))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def listed(*, as_json: bool) -> None:
    """List accounts by login."""

    async def work(desk: Desk) -> list[Named]:
        found: list[rows.AccountRow] = []
        async with desk.database.transaction() as tx:
            while part := await rows.list_accounts(tx, after_login=found[-1].login if found else ""):
                found.extend(part)
            return await service.named(tx, desk.keys.master, found)

    accounts = [_document(each) for each in at_desk(work)]
    if as_json:
        click.echo(json.dumps(accounts, ensure_ascii=False))
        return
    table = Table("Login", "Name", "Role", "Department", "Since", "Disabled", box=None)
    for each in accounts:
        shown = ("login", "name", "role", "department", "created_at", "disabled_at")
        table.add_row(*(each[name] or "" for name in shown))
    Console().print(table)


@command.command("department")
@click.argument("login")
@click.argument("department")
def put_department(login: str, department: str) -> None:
    """Say that LOGIN works in DEPARTMENT ("" for none, / for the brand itself); its quota counts from now on."""
    root = ROOT_ID if department == BRAND else None

    async def work(desk: Desk) -> None:
        name = "" if root else service.checked_department(department)
        async with desk.database.transaction() as tx:
            account = await rows.account_by_login(tx, normal_login(login))
            if account is None:
                raise NotFound
            await service.put_department(tx, OPERATOR, account.person_id, name, department_id=root, now=desk.clock())

    at_desk(work)
    click.echo(f"{normal_login(login)} works in {department.strip() or 'no department'}.")


@command.command("disable")
@click.argument("login")
def disable(login: str) -> None:
    """Disable the account LOGIN, and end its sessions and tokens."""

    async def work(desk: Desk) -> None:
        async with desk.database.transaction() as tx:
            account = await rows.account_by_login(tx, normal_login(login))
            if account is None:
                raise NotFound
            await service.disable(tx, OPERATOR, account.person_id, now=desk.clock())

    at_desk(work)
    click.echo(f"Disabled {normal_login(login)}.")


def _document(account: Named) -> dict[str, str | None]:
    row = account.row
    return {
        "person_id": str(row.person_id),
        "login": row.login,
        "name": account.name,
        "role": row.role,
        "department": row.department,
        "created_at": row.created_at.isoformat(timespec="seconds"),
        "disabled_at": row.disabled_at.isoformat(timespec="seconds") if row.disabled_at else None,
    }
