"""`sealshare keys`: see the keys, rotate, retire and revoke them."""

import json
from dataclasses import dataclass

import click

from compliance.keys import KeyUse
from compliance.keys.changing import retire as retire_key
from compliance.keys.changing import revoke as revoke_key
from compliance.keys.changing import rotate as rotate_key
from compliance.keys.rewrapping import Rewrapped, rewrap_all
from fileserver.cli.desk import OPERATOR, Desk, at_desk
from fileserver.cli.tables import new_table, print_table
from storage.rows import keys as rows

ENVELOPE = "envelope"
USES = [use.value for use in KeyUse]
Use = click.Choice(USES)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One line of `keys list`; `wraps` counts people's keys under a master key."""

    use: str
    key: str
    state: str
    wraps: int | None = None


@click.group("keys")
def command() -> None:
    """Rotate, retire and revoke keys: of share links, content addresses, the ledger, and the envelope's."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def listed(*, as_json: bool) -> None:
    """Show every key and what it does. Nothing secret is shown."""

    async def work(desk: Desk) -> list[Listed]:
        async with desk.database.transaction() as tx:
            found = await rows.all_keys(tx)
            counts = await rows.count_by_kek(tx)
        signing = [Listed(use=row.use, key=str(row.kid), state=row.state) for row in found if row.use in USES]
        return [*signing, *_envelope(desk, counts)]

    lines = at_desk(work)
    if as_json:
        click.echo(json.dumps([vars(line) for line in lines]))
        return
    table = new_table("Use", "Key", "State", "People's keys")
    for line in lines:
        table.add_row(line.use, line.key, line.state, "" if line.wraps is None else str(line.wraps))
    print_table(table)


def _envelope(desk: Desk, counts: dict[str, int]) -> list[Listed]:
    """The master keys by their ids. People's keys of earlier releases don't say theirs: they stand under `-`."""
    master = desk.keys.master
    states = {master.kek_id: "active"}
    if master.other_kek_id:
        states[master.other_kek_id] = "verify"
    states |= {kek: "unknown" for kek in counts if kek not in states}
    return [
        Listed(use=ENVELOPE, key=kek or "-", state=state, wraps=counts.get(kek, 0)) for kek, state in states.items()
    ]


@command.command("rotate")
@click.argument("use", type=click.Choice([*USES, ENVELOPE]), default=KeyUse.SHARE_TOKEN.value)
def rotate(use: str) -> None:
    """Make a new key for USE (share-token unless said); what the former one signed goes on working.

    `envelope`: wrap everything anew that SEALSHARE_MASTER_KEY_OTHER wraps, by SEALSHARE_MASTER_KEY.
    """
    if use == ENVELOPE:
        done = at_desk(_rewrap)
        click.echo(f"Wrapped anew: {done.people} keys of people, {done.others} others.")
        return

    async def work(desk: Desk) -> int:
        async with desk.database.transaction() as tx:
            return await rotate_key(tx, desk.keys, OPERATOR, KeyUse(use), now=desk.clock())

    click.echo(f"Key {at_desk(work)} signs from now on; running servers learn of it within seconds.")


async def _rewrap(desk: Desk) -> Rewrapped:
    async with desk.database.transaction() as tx:
        counts = await rows.count_by_kek(tx)
    waiting = sum(count for kek, count in counts.items() if kek != desk.keys.master.kek_id)
    with click.progressbar(length=waiting, label="Keys of people") as bar:

        def told(done: int) -> None:
            bar.update(done - bar.pos)

        return await rewrap_all(desk.database, desk.keys.master, OPERATOR, clock=desk.clock, told=told)


@command.command("retire")
@click.argument("use", type=Use)
@click.argument("kid", type=int)
def retire(use: str, kid: int) -> None:
    """End the overlap of key KID: it no longer signs beside the active one, and still verifies."""

    async def work(desk: Desk) -> None:
        async with desk.database.transaction() as tx:
            await retire_key(tx, OPERATOR, KeyUse(use), kid, now=desk.clock())

    at_desk(work)
    click.echo(f"Key {kid} of {use} only verifies from now on.")


@command.command("revoke")
@click.argument("use", type=Use)
@click.argument("kid", type=int)
@click.confirmation_option(prompt="Everything that this key signed stops working. Go on?")
def revoke(use: str, kid: int) -> None:
    """Make key KID worthless: what it signed is refused. The active key can't be revoked: rotate first."""

    async def work(desk: Desk) -> None:
        async with desk.database.transaction() as tx:
            await revoke_key(tx, OPERATOR, KeyUse(use), kid, now=desk.clock())

    at_desk(work)
    click.echo(f"Key {kid} of {use} is revoked; running servers learn of it within seconds.")
