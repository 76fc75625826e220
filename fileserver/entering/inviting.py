"""An invitation on the way in: the arrival counts with the session, the credit once a name and a place are known.

Whoever is signed in already arrives when they open the invitation's page.

Both are `compliance.recruiting`'s; here is when they are called. An invitation proposes a place of work, it gives none:
the person says where they work as anybody else does.
"""

from datetime import datetime
from uuid import UUID

from compliance import recruiting
from compliance.events import Trail
from compliance.invitations import InvitationToken, open_token
from compliance.recruiting import Arrival
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import viewers
from storage.rows.joining import lock_people


async def token_of(services: Services, text: str) -> InvitationToken | None:
    """The invitation that somebody brings; None for none. Raises LinkInvalid for what no invitation is."""
    return await open_token(services.keys, services.database, text) if text else None


async def arrive(
    tx: Transaction, services: Services, trail: Trail, invitation: InvitationToken, person_id: UUID, now: datetime
) -> Arrival:
    """Somebody who is signed in already comes by an invitation, and whoever invited them is credited if that is due.

    Again counts for nothing, also of an invitation that is over by now. Raises InvitationOver.
    """
    await lock_people(tx, (person_id,))  # before the invitation, as whoever signs in does
    arrival = await recruiting.arrived(tx, trail, invitation, person_id, now)
    await credit(tx, services, person_id, now)
    return arrival


async def credit(
    tx: Transaction, services: Services, person_id: UUID, now: datetime, *, event_id: int | None = None
) -> None:
    """Credits who invited this person to the place they work at, if their name counts as verified now.

    Whatever was credited before stays; so it may be called whenever one of the two became known.
    """
    viewer = await viewers.viewer_by_id(tx, person_id)
    if viewer is None or viewer.verified_at is None:
        return
    if viewer.verified_until is not None and viewer.verified_until <= now:
        return
    await recruiting.verified(tx, person_id, viewer.clinic_id, now, event_id=event_id, messages=services.messages)
