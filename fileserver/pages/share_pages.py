"""The page behind a share's link, for people outside the brand: say who you are, then read.

It tells nothing about the share to a stranger: neither its title nor whether it is still open. A link-preview
fetcher gets the same page as everybody, and no visit begins before a verified viewer's browser asks for one.
"""

from aiohttp import web
from pydantic import Field

from compliance.errors import LinkInvalid
from compliance.links import open_token
from compliance.policies import FORWARD_DEPTH_MAX
from compliance.visits import Opener
from fileserver.doors.folders import found_behind
from fileserver.entering.state import state_of
from fileserver.http.call import Call
from fileserver.http.caller import Caller, CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.i18n import translate
from fileserver.pages.came_for import SHARE, remember
from fileserver.pages.dossiers import unread
from fileserver.pages.entry_trouble import ENTER
from fileserver.pages.entry_ways import sign_in_page
from fileserver.pages.rendering import page

NOTICES_SHOWN = 5
SEE_OTHER = 303
SCRIPT_TEXTS = {
    "loading": "share-loading",
    "preparing": "share-preparing",
    "retry": "share-retry",
    "copied": "share-copied",
    "zoomIn": "share-zoom-in",
    "zoomOut": "share-zoom-out",
    "offline": "share-offline",
    "offlineTitle": "share-offline-title",
    "closed": "share-closed",
    "notSealable": "share-not-sealable-text",
    "notSealableTitle": "share-not-sealable-title",
    "request-waiting": "request-waiting",
    "request-granted": "request-granted",
    "request-refused": "request-refused",
}


class TokenPath(Input):
    """The token in a share's link."""

    token: str = Field(max_length=64)


class ItemQuery(Input):
    """Which material of a folder."""

    item: int | None = Field(default=None, ge=1, le=1000)


async def share(call: Call[None, ItemQuery, TokenPath]) -> web.Response:
    """The reading page; who is not known or not verified yet is led through the way in, and back."""
    token, services = call.params.token, call.services
    try:
        await open_token(services.keys, services.database, token)
    except LinkInvalid:
        return page(call, "share_invalid.html", status=404)
    caller = call.caller
    if caller is not None and caller.kind is CallerKind.EMPLOYEE:
        return page(call, "share_employee.html")
    if caller is None:
        response = sign_in_page(call, share=token)
    elif await _is_in(call, caller):
        folder = await found_behind(services, Opener(caller.person_id, caller.session_id), token)
        if folder is not None and call.query.item is None:
            return page(call, "share_folder.html", folder=folder, token=token)
        item = next((each.token for each in folder.items if each.position == call.query.item), None) if folder else None
        notices = await unread(call, NOTICES_SHOWN)
        back = token if item else None
        return page(call, "share_view.html", token=item or token, back=back, texts=_texts(call), notices=notices)
    else:
        response = web.Response(status=SEE_OTHER, headers={"Location": ENTER})
    remember(services.config, response, SHARE, token)
    return response


async def _is_in(call: Call[None, ItemQuery, TokenPath], caller: Caller) -> bool:
    if not caller.active:
        return False
    async with call.services.database.transaction() as tx:
        return not (await state_of(tx, call.services, caller.person_id)).needs


def _texts(call: Call[None, ItemQuery, TokenPath]) -> dict[str, str | list[str]]:
    """The sentences that the page's script needs."""
    texts: dict[str, str | list[str]] = {name: translate(call.language, key) for name, key in SCRIPT_TEXTS.items()}
    left = [translate(call.language, "share-forward-left", depth=depth) for depth in range(FORWARD_DEPTH_MAX + 1)]
    return texts | {"page": translate(call.language, "share-page", page="{page}"), "forwardLeft": left}


ROUTES = (
    Route(
        method="GET",
        path="/s/{token}",
        name="pages.share",
        summary="The page behind a share's link",
        handler=share,
        auth=Auth.PUBLIC,
        hidden=True,
        produces="text/html",
        path_params=TokenPath,
        query=ItemQuery,
    ),
)
