"""What is in the folder that a share leads, for its maker."""

from uuid import UUID

from compliance.access import Action
from compliance.errors import AccessDenied, NotFound
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.shares.schemas import FolderOut, ItemOut, SharePath
from fileserver.shares.service import allowed, described, state_of
from storage.database import Transaction
from storage.rows import folders


async def contents(call: Call[None, None, SharePath]) -> FolderOut:
    """The materials behind a share's link, in their order."""
    share_id = call.params.share_id
    async with call.services.database.transaction() as tx:
        await allowed(tx, call.actor, Action.SHARE_READ, share_id)
        folder = await folders.folder_of(tx, share_id)
        lead = await folders.lead_of(tx, share_id)
        items = [await _item(tx, call, each) for each in (folder.share_ids if folder else ())]
    return FolderOut(title=folder.title if folder else "", items=items, lead_id=lead)


async def _item(tx: Transaction, call: Call[None, None, SharePath], share_id: UUID) -> ItemOut:
    share = await described(call.services, tx, await allowed(tx, call.actor, Action.SHARE_READ, share_id))
    return ItemOut(
        share_id=share_id,
        material_id=share.row.material_id,
        material_title=share.served.title,
        visits_used=share.row.visits_used,
        state=state_of(share, call.services.clock()),
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/shares/{share_id}/items",
        name="shares.items",
        summary="List the materials of the folder that a share leads",
        handler=contents,
        auth=Auth.EMPLOYEE,
        action=Action.SHARE_READ,
        scope="shares:read",
        path_params=SharePath,
        returns=FolderOut,
        errors=(AccessDenied, NotFound),
    ),
)
