"""What a viewer finds behind the link of a folder: each material judged by itself, nothing told to strangers.

What is not for the viewer is not in the list; what is closed (withdrawn, ended, its certificate lapsed) keeps its place
in it without its title.
"""

from dataclasses import dataclass
from uuid import UUID

from compliance import gating
from compliance.access import Action
from compliance.errors import AccessDenied, LinkInvalid, NotFound
from compliance.links import ShareToken, open_token, token_text
from compliance.visits import Opener
from fileserver.doors.schemas import DoorIn, FolderOpened, ItemFound
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.services import Services
from storage.database import Transaction
from storage.rows import folders, shares

UNKNOWN_TO = frozenset({"outside-audience", "viewer-barred", "viewer-unverified", "actor-inactive"})


@dataclass(frozen=True, kw_only=True)
class Found:
    """A folder as one viewer sees it."""

    title: str
    items: list[ItemFound]


async def found_behind(services: Services, opener: Opener, token: str) -> Found | None:
    """The folder that a link opens; None for a link that leads none, or to who may see nothing of it.

    Raises LinkInvalid.
    """
    genuine = await open_token(services.keys, services.database, token)
    async with services.database.transaction() as tx:
        lead = await shares.share_by_token_id(tx, genuine.token_id)
        if lead is None or lead.kid != genuine.kid:
            raise LinkInvalid
        folder = await folders.folder_of(tx, lead.id)
        if folder is None:
            return None
        items = [await _item(tx, services, opener, position, each) for position, each in enumerate(folder.share_ids, 1)]
    seen = [each for each in items if each is not None]
    return Found(title=folder.title, items=seen) if seen else None


async def _item(tx: Transaction, services: Services, opener: Opener, position: int, share_id: UUID) -> ItemFound | None:
    row = await shares.share_by_id(tx, share_id)
    if row is None:
        return None
    try:
        door = await gating.at_door(tx, row, opener, services.clock())
    except NotFound:
        return None
    except AccessDenied as denied:
        return None if denied.rule in UNKNOWN_TO else ItemFound(position=position, title=None, token=None)
    token = token_text(services.keys, ShareToken(row.kid, row.token_id))
    return ItemFound(position=position, title=door.served.title, token=token)


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
