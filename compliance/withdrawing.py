"""What a withdrawal sets going beside the material's own row: everybody who holds a share or a copy is told.

That no share opens, no visit goes on and no byte leaves any more is no act of this module: the access decision reads
`withdrawn_at`, also of answers that are leaving (`compliance.exit`), and no answer may be kept by a cache.
"""

from datetime import datetime
from uuid import UUID

from compliance.messages import Message, MessageKind, Messages
from storage.database import Transaction
from storage.rows import notices


async def tell_holders(tx: Transaction, messages: Messages, material_id: UUID, *, but: UUID, now: datetime) -> int:
    """Tells whoever made a share, passed one on or was served a copy, but the one who withdraws; how many."""
    people = await notices.holders_of(tx, material_id) - {but}
    message = Message(
        kind=MessageKind.MATERIAL_WITHDRAWN,
        key=f"{MessageKind.MATERIAL_WITHDRAWN}:{material_id}",
        material_id=material_id,
        params={},
    )
    return await messages.tell(tx, people, message, now)
