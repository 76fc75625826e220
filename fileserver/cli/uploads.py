"""`sealshare uploads`: what is being uploaded, by whom and how fast, straight from the database."""

from datetime import datetime
from typing import Any

import click
from rich.markup import escape

from fileserver.cli.desk import Desk, at_desk
from fileserver.cli.options import configured
from fileserver.cli.tables import new_table, print_table
from fileserver.services import s3_settings
from fileserver.sizes import human_size
from fileserver.uploads.flight_routes import out
from fileserver.uploads.flight_schemas import FlightList, FlightOut
from fileserver.uploads.watching import store_answers, watch
from storage.objects import ObjectStore

LIST_MAX = 100


@click.group("uploads")
def command() -> None:
    """Watch the uploads that are not over."""


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, as the API answers it.")
def listed(*, as_json: bool) -> None:
    """List the newest uploads that are not over, with their rate and memory, and what was cleaned in the last day."""

    async def work(desk: Desk) -> FlightList:
        async with desk.database.transaction() as tx:
            watched = await watch(tx, desk.clock(), before=None, limit=LIST_MAX)
        async with ObjectStore(s3_settings(configured())) as objects:
            return out(watched, store_answers=await store_answers(objects), next_cursor=None)

    found = at_desk(work)
    if as_json:
        click.echo(found.model_dump_json())
        return
    table = new_table("Upload", "Owner", "State", "Stored", "Rate", "Memory", "Last progress", "Dropped at")
    for each in found.items:
        table.add_row(*_cells(each))
    print_table(table)
    click.echo(_summary(found))
    if not found.store_answers:
        click.echo("The object store does not answer: uploads wait, and go on by themselves once it is back.", err=True)


def _cells(flight: FlightOut) -> list[str]:
    length = "?" if flight.length_bytes is None else human_size(flight.length_bytes)
    receiving = flight.receiving
    state = "idle" if flight.idle else flight.state if flight.way == "streamed" else f"{flight.state}, direct"
    return [
        str(flight.id),
        escape(flight.owner.login),
        state,
        f"{human_size(flight.offset_bytes)} of {length}",
        f"{human_size(receiving.rate_bytes_s)}/s" if receiving else "",
        human_size(receiving.retained_bytes) if receiving else "",
        _time(flight.updated_at),
        _time(flight.expires_at),
    ]


def _summary(found: FlightList) -> str:
    totals: Any = found.totals
    return (
        f"{totals.unfinished} not over, {totals.in_flight} in flight at {human_size(totals.rate_bytes_s)}/s with "
        f"{human_size(totals.retained_bytes)} in memory, {totals.idle} idle. Cleaned in the last 24 hours: "
        f"{found.sweeps.uploads} uploads, {found.sweeps.objects} objects, {found.sweeps.multiparts} multipart uploads."
    )


def _time(value: datetime | None) -> str:
    return value.astimezone().strftime("%Y-%m-%d %H:%M") if value else ""
