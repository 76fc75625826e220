"""What an invitation says of whoever comes in by it: their clinic, and perhaps their job."""

from collections.abc import Mapping
from dataclasses import dataclass

from compliance import recruiting
from compliance.invitations import InvitationToken, open_token
from fileserver.services import Services

PART = "invitation"


@dataclass(frozen=True)
class Invited:
    """The credential with what the invitation says in it, and the invitation's token if there is one."""

    credential: Mapping[str, str]
    token: InvitationToken | None


async def invited(services: Services, credential: Mapping[str, str]) -> Invited:
    """Takes the invitation out of a credential. Raises LinkInvalid or InvitationOver for one that lets nobody in."""
    if PART not in credential:
        return Invited(credential, None)
    rest = {name: text for name, text in credential.items() if name not in (PART, "clinic_id", "clinic_name")}
    token = await open_token(services.keys, services.database, credential[PART])
    async with services.database.transaction() as tx:
        arrival = await recruiting.leads_to(tx, token, services.clock())
    said = {"clinic_id": str(arrival.clinic_id)} | ({"job": arrival.job.value} if arrival.job else {})
    return Invited({**rest, **said}, token)
