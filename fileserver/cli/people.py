"""`sealshare people`: what is held on a person, and erasing them, straight in the database."""

import os
from pathlib import Path
from uuid import UUID

import click

from compliance import subject
from compliance.erasure import Common, Erased
from compliance.errors import NotFound
from fileserver.accounts.sign_in import normal_login
from fileserver.cli.desk import OPERATOR, Desk, at_desk
from fileserver.cli.options import configured
from fileserver.privacy.service import erase_at_desk
from storage.database import Transaction
from storage.jobs import Jobs
from storage.rows import accounts, people

WHO = click.argument("who", metavar="WHO")
PRIVATE = 0o600


@click.group("people")
def command() -> None:
    """Export what is held on a person, or erase them. WHO is a login, a pseudonym (p-…) or an id."""


@command.command("export")
@WHO
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(who: str, file: Path) -> None:
    """Write everything that is held on WHO into FILE, a zip that only you can read."""

    async def work(desk: Desk) -> bytes:
        async with desk.database.transaction() as tx:
            person_id = await _person(tx, who)
            found = await subject.gather(tx, desk.keys.master, OPERATOR, person_id, now=desk.clock())
        return subject.as_zip(found)

    body = at_desk(work)
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as out:
            out.write(body)
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None
    click.echo(f"Wrote {file}.")


@command.command("erase")
@WHO
@click.option("--reason", required=True, help="Who asked for it and when; only its SHA-256 is kept.")
@click.option(
    "--common",
    type=click.Choice([each.value for each in Common]),
    default=Common.REFUSE.value,
    show_default=True,
    help="What to do about a name or login that stands in more than 20 texts.",
)
@click.confirmation_option(prompt="This can't be undone. Go on?")
def erase(who: str, reason: str, common: str) -> None:
    """Erase WHO for good: key, profile, sessions, and their words in every row."""
    jobs = Jobs(configured().database_url.get_secret_value())

    async def work(desk: Desk) -> Erased:
        async with desk.database.transaction() as tx:
            person_id = await _person(tx, who)
            return await erase_at_desk(
                tx,
                jobs,
                desk.keys.master,
                OPERATOR,
                person_id,
                reason=reason,
                common=Common(common),
                now=desk.clock(),
            )

    done = at_desk(work)
    click.echo(f"Erased {done.pseudonym}: {done.rows} rows, {done.texts} texts, files of {len(done.traces)} traces.")
    if done.left:
        click.echo(f"The name still stands in {done.left} texts.")
    click.echo("PostgreSQL keeps removed rows until it vacuums: see docs/how-to/erase-a-person.md.")


async def _person(tx: Transaction, who: str) -> UUID:
    """Whom a login, a pseudonym or an id means. Raises NotFound."""
    found = await people.person_by_pseudonym(tx, who)
    if found is None and (account := await accounts.account_by_login(tx, normal_login(who))) is not None:
        found = account.person_id
    if found is not None:
        return found
    try:
        return UUID(who)
    except ValueError:
        raise NotFound from None
