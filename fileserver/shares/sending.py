"""What an employee's WeCom says after a share was sent from its sheet: the success callback that WeChat doesn't have.

An employee's claim of their own share, told by their client; counted as a sending that a platform confirmed, each once.
What WeCom itself says of group messages comes from tasks.
"""

from enum import StrEnum

from pydantic import Field

from compliance import ledger
from compliance.access import Action
from compliance.errors import AccessDenied, NotFound
from compliance.events import Act
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.shares import service
from fileserver.shares.schemas import SharePath
from storage.rows import sendings

PURPOSE = "share-sending"
KEY_CHARS = 16


class Channel(StrEnum):
    """Where to; by which call of WeCom's client."""

    CONTACT = "contact"  # shareToExternalContact
    CHAT = "chat"  # shareToExternalChat, sendChatMessage


class SentIn(Input):
    """A sending that WeCom's client confirmed."""

    channel: Channel
    key: str = Field(min_length=8, max_length=64, description="Of this sending: the same is counted once")


class SentOut(Output):
    """What became of it."""

    counted: bool = Field(description="False: it was counted before")


async def sent(call: Call[SentIn, None, SharePath]) -> SentOut:
    """WeCom confirmed that the caller sent their share."""
    services, share_id, said = call.services, call.params.share_id, call.body
    now = services.clock()
    async with services.database.transaction() as tx:
        row = await service.allowed(tx, call.actor, Action.SHARE_CHANGE, share_id)
        if row.creator_id != call.actor.person_id:
            raise AccessDenied("default-deny", action=Action.SHARE_CHANGE.value)
        to = services.keys.master.keyed_hash(PURPOSE, f"{share_id}\n{said.key}")[:KEY_CHARS]
        new = await sendings.add_sendings(tx, share_id, said.channel.value, [to], now)
        if new:
            event = call.trail.event(
                Act.EMPLOYEE_SHARE_SEND,
                obj=f"material:{row.material_id}",
                link=str(share_id),
                det={"channel": said.channel.value, "to": to},
            )
            await ledger.append(tx, event, now=now)
    return SentOut(counted=bool(new))


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/shares/{share_id}/sent",
        name="shares.sent",
        summary="Say that WeCom confirmed a sending of one's own share",
        handler=sent,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_CHANGE,
        scope="shares:write",
        body=SentIn,
        path_params=SharePath,
        returns=SentOut,
        errors=(AccessDenied, NotFound),
    ),
)
