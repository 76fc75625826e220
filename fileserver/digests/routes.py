"""Whether the caller wants the weekly digest."""

from typing import Any

from pydantic import Field

from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from storage.rows import digests

PATH = "/api/v1/people/me/digest"


class DigestIn(Input):
    """What the caller wants."""

    wanted: bool = Field(description="Whether the weekly digest is to be sent")


class DigestOut(Output):
    """What the caller said, and when digests go out."""

    wanted: bool
    weekday: int = Field(description="1 is Monday; 0: there are no digests")
    hour: int = Field(description="From this hour on, in the installation's time zone")


async def read(call: Call) -> DigestOut:
    """Whether the caller gets the weekly digest, if managers do."""
    async with call.services.database.transaction() as tx:
        wanted = await digests.wants(tx, call.signed_in.person_id)
    return _out(call, wanted=wanted)


async def put(call: Call[DigestIn]) -> DigestOut:
    """Say whether one wants it."""
    wanted, services = call.body.wanted, call.services
    async with services.database.transaction() as tx:
        await digests.put_wish(tx, call.signed_in.person_id, wanted=wanted, now=services.clock())
    return _out(call, wanted=wanted)


def _out(call: Call[Any, Any, Any], *, wanted: bool) -> DigestOut:
    config = call.services.config
    return DigestOut(wanted=wanted, weekday=config.digest_weekday, hour=config.digest_hour)


ROUTES = (
    Route(
        method="GET",
        path=PATH,
        name="digest.read",
        summary="Whether the caller wants the weekly digest",
        handler=read,
        auth=Auth.EMPLOYEE,
        own=True,
        returns=DigestOut,
    ),
    Route(
        method="PUT",
        path=PATH,
        name="digest.put",
        summary="Say whether one wants the weekly digest",
        handler=put,
        auth=Auth.EMPLOYEE,
        own=True,
        body=DigestIn,
        returns=DigestOut,
    ),
)
