"""What is a viewer's own: what they opened and what they passed on, with figures of their own links alone."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from compliance.asking import depth_left
from compliance.errors import KeyUnavailable
from compliance.links import ShareToken, token_text
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.services import Services
from fileserver.viewing.schemas import ForwardedOut, OpenedOut, OwnOut
from storage.database import Transaction
from storage.rows import shares
from storage.rows.aliases import ids_of
from storage.rows.shares import ShareStanding
from storage.rows.visits import ForwardedRow, OpenedRow, forwarded_by, opened_by

SHOWN_MAX = 50


async def own(call: Call) -> OwnOut:
    """What the caller opened and passed on, the newest first."""
    services, now = call.services, call.services.clock()
    async with services.database.transaction() as tx:
        ids = await ids_of(tx, call.signed_in.person_id)
        rows = await opened_by(tx, ids, now, SHOWN_MAX)
        opened = [await _opened(tx, services, row, call.signed_in.person_id) for row in rows]
        forwarded = [await _forwarded(tx, services, row) for row in await forwarded_by(tx, ids, now, SHOWN_MAX)]
    return OwnOut(opened=opened, forwarded=forwarded)


async def _opened(tx: Transaction, services: Services, row: OpenedRow, person_id: UUID) -> OpenedOut:
    """With a way back to it unless the share, anything above it or its use up keeps it closed."""
    standing, token = await shares.standing(tx, row.share_id, person_id), None
    if row.is_open and _stands(standing, services.clock(), reading=row.runs_until > services.clock()):
        with suppress(KeyUnavailable):
            token = token_text(services.keys, ShareToken(kid=row.share_kid, token_id=row.share_token_id))
    return OpenedOut(
        title=row.title,
        opened_at=row.started_at,
        expires_at=standing.expires_at,
        forward_depth_left=await depth_left(tx, row.share_id, standing.forward_depth_left),
        url=f"{services.config.public_url}/s/{token}" if token else None,
    )


async def _forwarded(tx: Transaction, services: Services, row: ForwardedRow) -> ForwardedOut:
    standing = await shares.standing(tx, row.share_id)
    return ForwardedOut(
        id=row.share_id,
        title=row.title,
        forwarded_at=row.made_at,
        expires_at=standing.expires_at,
        forward_depth_left=await depth_left(tx, row.share_id, standing.forward_depth_left),
        readers=row.readers,
        open=row.is_open and _stands(standing, services.clock()),
    )


def _stands(standing: ShareStanding, now: datetime, *, reading: bool = False) -> bool:
    """Whether nothing above keeps it closed to whom `standing` is of.

    Who is in the middle of a visit reads on though its use is up.
    """
    if standing.revoked or standing.barred or not standing.creators_active_at(now) or standing.expires_at <= now:
        return False
    return reading or not (standing.used_up or standing.full)


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/visits",
        name="visits.own",
        summary="What the caller opened and passed on",
        handler=own,
        auth=Auth.VIEWER,
        own=True,
        returns=OwnOut,
    ),
)
