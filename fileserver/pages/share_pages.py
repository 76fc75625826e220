"""The page behind a share's link, for people outside the brand: say who you are, then read.

It tells nothing about the share to a stranger: neither its title nor whether it is still open. A link-preview
fetcher gets the same page as everybody, and no visit begins before a verified viewer's browser asks for one.
"""

from collections.abc import Sequence

from aiohttp import web
from pydantic import Field

from compliance.access import Job
from compliance.errors import LinkInvalid
from compliance.links import open_token
from fileserver.http.call import Call
from fileserver.http.caller import CallerKind
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input
from fileserver.i18n import translate
from fileserver.pages.dossiers import unread
from fileserver.pages.rendering import page
from storage.rows import clinics
from storage.rows.clinics import ClinicRow

NOTICES_SHOWN = 5
SCRIPT_TEXTS = {
    "loading": "share-loading",
    "preparing": "share-preparing",
    "retry": "share-retry",
    "copied": "share-copied",
    "zoomIn": "share-zoom-in",
    "zoomOut": "share-zoom-out",
    "offline": "share-offline",
    "offlineTitle": "share-offline-title",
    "notSealable": "share-not-sealable-text",
    "notSealableTitle": "share-not-sealable-title",
}


class TokenPath(Input):
    """The token in a share's link."""

    token: str = Field(max_length=64)


async def share(call: Call[None, None, TokenPath]) -> web.Response:
    """Landing and reading page in one: who is known reads, who is not says who they are."""
    token = call.params.token
    try:
        await open_token(call.services.keys, call.services.database, token)
    except LinkInvalid:
        return page(call, "share_invalid.html", status=404)
    caller = call.caller
    if caller is None or not caller.active:
        return page(call, "share_sign_in.html", token=token, clinics=await _clinics(call), jobs=list(Job))
    if caller.kind is CallerKind.EMPLOYEE:
        return page(call, "share_employee.html", token=token)
    told = await unread(call, NOTICES_SHOWN)
    return page(call, "share_view.html", token=token, texts=_texts(call), notices=told)


def _texts(call: Call[None, None, TokenPath]) -> dict[str, str]:
    """The sentences that the page's script needs."""
    texts = {name: translate(call.language, key) for name, key in SCRIPT_TEXTS.items()}
    return texts | {"page": translate(call.language, "share-page", page="{page}")}


async def _clinics(call: Call[None, None, TokenPath]) -> Sequence[ClinicRow]:
    """The clinics to choose from, which only the demo's stand-in lists."""
    if not call.services.config.stand_in_sign_in:
        return ()
    async with call.services.database.transaction() as tx:
        return await clinics.list_clinics(tx)


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
    ),
)
