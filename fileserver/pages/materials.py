"""Materials in the console: the list, making one, and one with its whole story."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from pydantic import Field

from compliance.access import Action, MaterialClass, Target, VersionState, decide, may_ever, require
from compliance.errors import NotFound
from compliance.materials import obj_of
from fileserver.answers import MaterialState
from fileserver.http.call import Call
from fileserver.materials import routes as api
from fileserver.materials.schemas import (
    CURSOR_CHARS_MAX,
    TITLE_CHARS_MAX,
    ChangesQuery,
    MaterialOut,
    MaterialPath,
    MaterialQuery,
    VersionOut,
)
from fileserver.pages.calls import about, asking
from fileserver.pages.declaring import console_page
from fileserver.pages.permissions import target_of_material_id, target_of_version
from fileserver.pages.pictures import Picture, pictures_of
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.reviews import routes as reviews_api
from fileserver.reviews.schemas import CommentOut, ReviewPath
from fileserver.shares import routes as shares_api
from fileserver.shares.schemas import ShareOut, ShareQuery

CARDS = 24
SHARES_SHOWN = 20
UPLOADS_MAX = 50
UPLOAD_IDS = rf"^[0-9a-f-]{{36}}(,[0-9a-f-]{{36}}){{0,{UPLOADS_MAX - 1}}}$"
STATES = ("draft", "submitted", "changes_requested", "approved", "rejected", "withdrawn")


class ListQuery(FormQuery):
    """Which materials to show."""

    state: MaterialState | None = None
    material_class: MaterialClass | None = Field(default=None, alias="class")
    q: str | None = Field(default=None, max_length=TITLE_CHARS_MAX)
    mine: bool = False
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


class NewQuery(FormQuery):
    """Which finished uploads to make materials of, with a comma between their ids; none: what is dropped then."""

    uploads: str = Field(default="", pattern=UPLOAD_IDS)


class ReadQuery(FormQuery):
    """Which version to read."""

    version: int | None = Field(default=None, ge=1)


@dataclass(frozen=True, kw_only=True)
class Can:
    """What this reader may do with a material now; each is the answer of the access rules, not a guess from a role."""

    preview: bool
    revise: bool
    submit: bool
    withdraw: bool
    share: bool


async def listed(call: Call[None, ListQuery]) -> web.Response:
    """The materials that the reader may see."""
    query = call.query
    asked = MaterialQuery.model_validate({**query.model_dump(by_alias=True), "limit": CARDS})
    found = await api.listed(asking(call, asked))
    role = call.actor.role
    return page(
        call,
        "materials.html",
        materials=found.items,
        query=query,
        filtered=any((query.state, query.material_class, query.q, query.mine)),
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
        states=STATES,
        classes=list(MaterialClass),
        may_create=may_ever(role, Action.MATERIAL_CREATE),
        may_preview=may_ever(role, Action.MATERIAL_PREVIEW),
    )


async def new(call: Call[None, NewQuery]) -> web.Response:
    """The uploader, with what a material needs besides its bytes."""
    classes, uploads = list(MaterialClass), call.query.uploads
    return page(call, "material_new.html", classes=classes, uploads=uploads, title_chars_max=TITLE_CHARS_MAX)


async def read(call: Call[None, None, MaterialPath]) -> web.Response:
    """One material: versions, findings, decisions, shares."""
    material = await api.read(call)
    about_it = await target_of_version(call, material, material.versions[0])
    can, shares = _can(call, material, about_it), await _shares(call, material)
    still_open = any(each.revoked_at is None for each in shares or ())
    return page(
        call,
        "material.html",
        material=material,
        can=can,
        may_hold=may_ever(call.actor.role, Action.HOLD_PLACE),
        may_recall=decide(call.actor, Action.MATERIAL_RECALL, about_it).allowed,
        may_measure=may_ever(call.actor.role, Action.ANALYTICS_READ),
        may_give_tasks=may_ever(call.actor.role, Action.TASK_CREATE),
        may_dossier=may_ever(call.actor.role, Action.MATERIAL_DOSSIER),
        strips=await _strips(call, material) if can.preview else {},
        shares=shares,
        may_close_shares=still_open and may_ever(call.actor.role, Action.SHARE_REVOKE),
        may_search_log=may_ever(call.actor.role, Action.EVENT_SEARCH),
    )


async def read_pages(call: Call[None, ReadQuery, MaterialPath]) -> web.Response:
    """The pages of one version, the newest unless another is asked for."""
    material = await api.read(about(call, call.params))
    wanted = call.query.version
    version = next((each for each in material.versions if wanted in (None, each.number)), None)
    if version is None:
        raise NotFound(field="version")
    target = await target_of_version(call, material, version)
    require(call.actor, Action.MATERIAL_PREVIEW, target, obj=obj_of(material.id))
    return page(
        call,
        "material_read.html",
        material=material,
        version=version,
        pictures=await pictures_of(call.services, version.id) if version.preparation == "ready" else [],
        review_id=version.reviews[-1].id if version.reviews else None,
        threads=await _threads(call, target, version),
        may_original=decide(call.actor, Action.MATERIAL_ORIGINAL, target).allowed,
    )


async def changes(call: Call[None, ChangesQuery, MaterialPath]) -> web.Response:
    """What changed between two versions: text, and pages side by side."""
    material = await api.read(about(call, call.params))
    found = await api.compared(call)
    pictures = {
        side: {each.page: each for each in await pictures_of(call.services, version_id)}
        for side, version_id in (("before", found.before_id), ("after", found.after_id))
    }
    path, asked = call.request.path, call.request.query
    return page(
        call,
        "material_changes.html",
        material=material,
        changes=found,
        pictures=pictures,
        next_url=with_query(path, asked, first=str(found.next)) if found.next else None,
    )


async def new_version(call: Call[None, None, MaterialPath]) -> web.Response:
    """The uploader for a material's next version."""
    material = await api.read(call)
    require(call.actor, Action.MATERIAL_REVISE, await target_of_material_id(call, material.id), obj=obj_of(material.id))
    return page(call, "version_new.html", material=material)


def _can(call: Call[Any, Any, Any], material: MaterialOut, about: Target) -> Can:
    newest = material.versions[0]
    approved = VersionState.APPROVED if material.shared_version else None

    def may(action: Action, target: Target) -> bool:
        return decide(call.actor, action, target).allowed

    in_use = material.withdrawn is None
    return Can(
        preview=may(Action.MATERIAL_PREVIEW, about),
        revise=in_use and may(Action.MATERIAL_REVISE, about),
        submit=in_use and newest.state is VersionState.DRAFT and may(Action.MATERIAL_SUBMIT, about),
        withdraw=in_use and may(Action.MATERIAL_WITHDRAW, about),
        share=in_use and may(Action.SHARE_CREATE, replace(about, state=approved, approval_stands=True)),
    )


async def _strips(call: Call[Any, Any, Any], material: MaterialOut) -> Mapping[str, list[Picture]]:
    ready = [each.id for each in material.versions if each.preparation == "ready"]
    return {str(each): await pictures_of(call.services, each) for each in ready}


async def _threads(call: Call[Any, Any, Any], target: Target, version: VersionOut) -> list[CommentOut] | None:
    """What reviewers said of the version last; None for somebody who takes no part in it."""
    if not version.reviews or not decide(call.actor, Action.REVIEW_COMMENT, target).allowed:
        return None
    return (await reviews_api.commented(about(call, ReviewPath(review_id=version.reviews[-1].id)))).items


async def _shares(call: Call[Any, Any, Any], material: MaterialOut) -> list[ShareOut] | None:
    """The shares of the material that this reader may see; None for somebody to whom shares are not shown."""
    if not may_ever(call.actor.role, Action.SHARE_LIST):
        return None
    asked = ShareQuery(material_id=material.id, limit=SHARES_SHOWN)
    return (await shares_api.listed(asking(call, asked))).items


ROUTES = (
    console_page("/materials", "materials", "Materials", listed, action=Action.MATERIAL_LIST, query=ListQuery),
    console_page(
        "/materials/new", "material_new", "Make a material", new, action=Action.MATERIAL_CREATE, query=NewQuery
    ),
    console_page(
        "/materials/{material_id}",
        "material",
        "One material",
        read,
        action=Action.MATERIAL_READ,
        path_params=MaterialPath,
    ),
    console_page(
        "/materials/{material_id}/read",
        "material_read",
        "Read a version's pages",
        read_pages,
        action=Action.MATERIAL_PREVIEW,
        query=ReadQuery,
        path_params=MaterialPath,
    ),
    console_page(
        "/materials/{material_id}/changes",
        "material_changes",
        "Compare two versions",
        changes,
        action=Action.MATERIAL_PREVIEW,
        query=ChangesQuery,
        path_params=MaterialPath,
    ),
    console_page(
        "/materials/{material_id}/versions/new",
        "version_new",
        "Add a version",
        new_version,
        action=Action.MATERIAL_REVISE,
        path_params=MaterialPath,
    ),
)
