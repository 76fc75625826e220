"""In which chat a card was opened: what a mini-program brings encrypted, read with the person's own session key.

It is worth something for figures only. What can't be read is left out, and keeps nobody from reading.
"""

from uuid import UUID

from pydantic import Field

from compliance.errors import KeyUnavailable
from compliance.profiles import unseal_for
from fileserver.http.schemas import Input
from fileserver.platforms.crypto.open_data import OpenDataRefused, opened
from fileserver.platforms.crypto.session import SEALED_AS
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import wechat_sessions

PURPOSE = "wechat-chat"
NAMES = ("opengid", "openGId")  # of wx.getGroupEnterInfo, and of the older wx.getShareInfo
ENCRYPTED_CHARS_MAX = 8_192


class ChatIn(Input):
    """What `wx.getGroupEnterInfo` gave for the card's shareTicket."""

    encrypted_data: str = Field(max_length=ENCRYPTED_CHARS_MAX)
    iv: str = Field(max_length=64)


async def chat_of(tx: Transaction, services: Services, person_id: UUID, said: ChatIn | None) -> bytes | None:
    """A keyed hash of the chat; None where none is known."""
    wechat = services.platforms.wechat
    if said is None or wechat is None:
        return None
    sealed = await wechat_sessions.session_key_of(tx, person_id, wechat.app_id)
    if sealed is None:
        return None
    try:
        key = await unseal_for(tx, services.keys.master, person_id, sealed, SEALED_AS)
        told = opened(said.encrypted_data, said.iv, key.decode(), app_id=wechat.app_id, clock=services.clock)
    except (KeyUnavailable, OpenDataRefused):
        return None
    named = next((told[name] for name in NAMES if isinstance(told.get(name), str) and told[name]), None)
    return bytes.fromhex(services.keys.master.keyed_hash(PURPOSE, named)) if named else None
