"""What a viewer finds behind the link of a folder: each material judged by itself, nothing told to strangers.

What is not for the viewer is not in the list, closed or not; what is closed (withdrawn, ended, its certificate lapsed)
keeps its place in it without its title; what still asks for something has its token alone, and its title afterwards.
"""

from dataclasses import dataclass
from uuid import UUID

from compliance import gating
from compliance.access import Action
from compliance.errors import AccessDenied, LinkInvalid, NotFound
from compliance.gating import Met
from compliance.links import ShareToken, open_token, token_text
from compliance.visits import Opener
from fileserver.doors.schemas import DoorIn, FolderOpened, ItemFound
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import folders, shares
from storage.rows.forward_pool import share_behind


@dataclass(frozen=True, kw_only=True)
class Found:
    """A folder as one viewer sees it; without a title as long as each of its materials asks for something."""

    title: str | None
    items: list[ItemFound]


async def found_behind(services: Services, opener: Opener, token: str) -> Found | None:
    """The folder that a link opens; None for a link that leads none, or to who may see nothing of it.

    Raises LinkInvalid.
    """
    genuine = await open_token(services.keys, services.database, token)
    async with services.database.transaction() as tx:
        share = await share_behind(tx, genuine.token_id, services.clock())
        if share is None or share.kid != genuine.kid:
            raise LinkInvalid
        own = await shares.share_by_token_id(tx, genuine.token_id)  # none yet: a forward, and those lead no folder
        folder = await folders.folder_of(tx, own.id) if own else None
        if folder is None:
            return None
        places = [(n, await _met(tx, services, opener, each)) for n, each in enumerate(folder.share_ids, 1)]
    seen = [(n, each) for n, each in places if each is not None]
    title = folder.title if any(each.answered for _, each in seen) else None
    return Found(title=title, items=[_item(services, n, each) for n, each in seen]) if seen else None


async def _met(tx: Transaction, services: Services, opener: Opener, share_id: UUID) -> Met | None:
    row = await shares.share_by_id(tx, share_id)
    try:
        return await gating.met(tx, row, opener, services.clock()) if row else None
    except (NotFound, AccessDenied):
        return None


def _item(services: Services, position: int, met: Met) -> ItemFound:
    if not met.open:
        return ItemFound(position=position, title=None, token=None)
    share = met.door.share
    token = token_text(services.keys, ShareToken(share.kid, share.token_id))
    return ItemFound(position=position, title=met.door.served.title if met.answered else None, token=token)


async def open_folder(call: Call[DoorIn]) -> FolderOpened:
    """What is behind the link of a folder; each is opened by its own token."""
    opener = Opener(call.signed_in.person_id, call.signed_in.session_id)
    found = await found_behind(call.services, opener, call.body.token)
    if found is None:
        raise NotFound(field="token")
    return FolderOpened(title=found.title, items=found.items)


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/folders/open",
        name="folders.open",
        summary="See what is behind the link of a folder",
        handler=open_folder,
        auth=Auth.VIEWER,
        action=Action.VISIT_START,
        body=DoorIn,
        returns=FolderOpened,
        errors=(LinkInvalid, NotFound),
    ),
)
