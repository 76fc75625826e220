"""`sealshare audit key`: the public keys of the ledger, for whoever verifies its checkpoints."""

import click

from compliance.keys import KeyState
from compliance.notes import vkey
from fileserver.cli.desk import Desk, at_desk

SIGN = (KeyState.ACTIVE, KeyState.OVERLAP)


@click.command("key")
@click.option("--all", "everything", is_flag=True, help="Also the keys that signed once, each with its state.")
def command(everything: bool) -> None:  # noqa: FBT001  # click passes options by name
    """Print the key that verifies the newest checkpoint, in the form of signed notes.

    The active key comes first. While a key is being replaced the former one signs too, and is printed below.
    """

    async def work(desk: Desk) -> list[str]:
        keys = sorted(desk.keys.ledger, key=lambda key: (key.state is not KeyState.ACTIVE, -key.kid))
        lines = [(vkey(desk.ledger_origin, key.public), key.state) for key in keys if everything or key.state in SIGN]
        return [f"{text}  {state.value}" if everything else text for text, state in lines]

    for line in at_desk(work):
        click.echo(line)
