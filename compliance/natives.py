"""Cards that were passed on by hand, past the button that makes a link for each click: seen by where they are opened.

A card that somebody holds and forwards keeps its link, so strangers come by a link that was made for somebody else.
WeChat says in which chat a card was opened, as a group's id; a link that is opened in another chat than at first was
passed on by hand, and so was, probably, one that many people open although no chat of theirs is known. Neither is
certain: their parent is then whoever owns the link, and figures say that this is a guess. Shares by employees are
meant for many chats, and never marked.
"""

from datetime import datetime
from enum import StrEnum

from storage.database import Transaction
from storage.rows import chats
from storage.rows.shares import ShareRow

VIEWERS_MAX = 9  # who can have been sent a card by one hand at once, in chats of two


class Native(StrEnum):
    """Why a card seems to have been passed on by hand."""

    OTHER_CHAT = "other-chat"
    MANY_VIEWERS = "many-viewers"


def native_by(*, chat: bytes | None, first_chat: bytes | None, viewers: int) -> Native | None:
    """What an opening says. `viewers` came by the link until now, this one included; chats are keyed hashes."""
    if chat is not None and first_chat is not None:
        return Native.OTHER_CHAT if chat != first_chat else None
    return Native.MANY_VIEWERS if first_chat is None and viewers > VIEWERS_MAX else None


async def seen_native(tx: Transaction, share: ShareRow, chat: bytes | None, now: datetime) -> Native | None:
    """The same of a visit that has just begun, its chain locked; the first chat of a link is kept."""
    if share.parent_id is None:
        return None
    first_chat = await chats.first_chat(tx, share.id)
    if first_chat is None and chat is not None:
        await chats.put_first(tx, share.id, chat, now)
        return None
    return native_by(
        chat=chat, first_chat=first_chat, viewers=await chats.count_viewers(tx, share.id, limit=VIEWERS_MAX + 1)
    )
