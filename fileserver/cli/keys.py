"""`sealshare keys`: the keys that links are signed with."""

import click

from compliance.events import Act
from compliance.ledger import append
from fileserver.cli.desk import OPERATOR, Desk, at_desk


@click.group("keys")
def command() -> None:
    """Rotate the keys that links are signed with."""


@command.command("rotate")
def rotate() -> None:
    """Sign new links with a new key; links made until now go on working."""

    async def work(desk: Desk) -> int:
        async with desk.database.transaction() as tx:
            kid = await desk.keys.rotate(tx)
            await append(tx, OPERATOR.event(Act.SYSTEM_KEY_ROTATE, det={"kid": kid}), now=desk.clock())
            return kid

    click.echo(f"Key {at_desk(work)} signs from now on; running servers learn of it within seconds.")
