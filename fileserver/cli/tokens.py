"""`sealshare tokens`: API tokens for programs, made straight in the database."""

import click

from compliance.errors import NotFound, WrongState
from fileserver.accounts import tokens
from fileserver.accounts.sign_in import normal_login
from fileserver.accounts.tokens import DAYS_DEFAULT, DAYS_MAX, LABEL_CHARS_MAX
from fileserver.cli.desk import OPERATOR, Desk, at_desk
from fileserver.http.scopes import Scope
from storage.rows.accounts import account_by_login


@click.group("tokens")
def command() -> None:
    """Make API tokens."""


@command.command("create")
@click.option("--login", required=True, help="Whose token it is; it never permits more than they may do.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    help="What it may be used for; repeat it for more. Everything, unless given.",
)
@click.option("--days", type=click.IntRange(1, DAYS_MAX), default=DAYS_DEFAULT, show_default=True)
@click.option("--label", default="sealshare tokens create", show_default=True, help="What the token is for.")
def create(*, login: str, scopes: tuple[str, ...], days: int, label: str) -> None:
    """Make an API token and print it, and nothing else. It is not shown again."""

    async def work(desk: Desk) -> str:
        async with desk.database.transaction() as tx:
            account = await account_by_login(tx, normal_login(login), lock=True)
            if account is None:
                raise NotFound
            if account.disabled_at is not None:
                raise WrongState
            made = await tokens.create(
                tx,
                OPERATOR,
                account.person_id,
                label=label[:LABEL_CHARS_MAX],
                scopes=[Scope(scope) for scope in scopes] or list(Scope),
                days=days,
                now=desk.clock(),
            )
        return made.text

    click.echo(at_desk(work))
