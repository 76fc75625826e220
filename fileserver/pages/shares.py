"""Shares in the console: all of them, one with its visitors, and the form for a new one."""

from typing import Any, cast
from uuid import UUID

from aiohttp import web
from pydantic import Field

from compliance.access import Action, Audience, Job, MaterialClass, decide, may_ever, require
from compliance.errors import NotFound
from compliance.levels import SealLevel
from compliance.materials import obj_of
from compliance.scopes import owned_scope
from compliance.visits import examined, target_of
from fileserver.http.call import Call
from fileserver.i18n import translate
from fileserver.materials import routes as materials_api
from fileserver.materials.schemas import MaterialOut, MaterialPath, MaterialQuery
from fileserver.pages import looks, share_story
from fileserver.pages.calls import about, asking
from fileserver.pages.declaring import console_page
from fileserver.pages.pictures import pictures_of
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query
from fileserver.pages.share_story import audience_of
from fileserver.shares import folders, pledged, service, visited
from fileserver.shares import routes as api
from fileserver.shares.bulk_csv import FAULTS_MAX
from fileserver.shares.bulk_schemas import PEOPLE_MAX
from fileserver.shares.pledged import PledgedQuery
from fileserver.shares.policy_schemas import REGIONS_MAX, Region
from fileserver.shares.presets import PRESETS
from fileserver.shares.schemas import Campaign, ShareOut, SharePath, ShareQuery
from fileserver.shares.service import DEFAULT_LIFETIME, LIFETIME_MAX
from fileserver.shares.visited import VisitorQuery
from storage.rows import clinics as clinic_rows
from storage.rows import pledges as pledge_rows
from storage.rows import shares as share_rows
from storage.rows.addressees import regions_known

CLINICS_OFFERED = 200
OTHERS_OFFERED = 100
INTERNAL = MaterialClass.INTERNAL
STILL_CLOSABLE = frozenset({"open", "used_up", "full", "suspended", "closed"})


class ListQuery(FormQuery):
    """Whose shares, and where the list continues."""

    sponsor_id: UUID | None = Field(default=None)
    department_id: UUID | None = Field(default=None)
    region: Region | None = Field(default=None)
    clinic_id: UUID | None = Field(default=None)
    campaign: Campaign | None = Field(default=None)
    cursor: str | None = Field(default=None, max_length=100)


async def listed(call: Call[None, ListQuery]) -> web.Response:
    """The shares that the reader may see, newest first."""
    whose = call.query.model_dump(exclude_none=True, exclude={"cursor"})
    found = await api.listed(asking(call, ShareQuery(cursor=call.query.cursor, **whose)))
    return page(
        call,
        "shares.html",
        shares=found.items,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
        narrowed=next(iter(whose), None),
        sees_all=any(not cell.own for cell in owned_scope(call.actor, Action.SHARE_READ).cells),
    )


class ListsFrom(FormQuery):
    """Where the lists of visits and of pledges continue."""

    visits: str | None = Field(default=None, max_length=100)
    pledges: str | None = Field(default=None, max_length=100)


async def read(asked: Call[None, ListsFrom, SharePath]) -> web.Response:
    """One share: its link, its policy, who opened it."""
    call = about(asked, asked.params)
    share, folder = await api.read(call), await folders.contents(call)
    pledges = await pledged.given(
        cast("Call[None, PledgedQuery, SharePath]", asking(call, PledgedQuery(cursor=asked.query.pledges)))
    )
    seen = await visited.visitors(
        cast("Call[None, VisitorQuery, SharePath]", asking(call, VisitorQuery(cursor=asked.query.visits)))
    )
    owned = await service.read(call.services, call.actor, call.params.share_id)
    closable = any(state in STILL_CLOSABLE for state in (share.state, *(item.state for item in folder.items)))
    return page(
        call,
        "share.html",
        share=share,
        audience_names=[name for _, _, members in await audience_of(call, share) for _, name in members],
        changes=await share_story.told(call),
        pledge_written=await _pledge_written(call),
        folder=folder,
        has_mini_program=call.services.platforms.wechat is not None,
        look_adjusted=looks.adjusted(share.watermark, share.look),
        visits=seen.items,
        more_visits=with_query(f"/shares/{share.id}", {}, visits=seen.next) if seen.next else None,
        pledges=pledges.items,
        more_pledges=with_query(f"/shares/{share.id}", {}, pledges=pledges.next) if pledges.next else None,
        may_revoke=closable and await _may(call, share, Action.SHARE_REVOKE),
        may_change=share.state in STILL_CLOSABLE and await _may(call, share, Action.SHARE_CHANGE),
        root_id=owned.row.root_id,
        may_see_spread=may_ever(call.actor.role, Action.ANALYTICS_READ),
        may_search_log=may_ever(call.actor.role, Action.EVENT_SEARCH),
    )


async def new(call: Call[None, None, MaterialPath]) -> web.Response:
    """The form for a share of a material. Raises AccessDenied for a material that can't be shared (now)."""
    material = await _shareable(call)
    async with call.services.database.transaction() as tx:
        clinics = await clinic_rows.list_clinics(tx, limit=CLINICS_OFFERED + 1)
        regions = await regions_known(tx, REGIONS_MAX)
    now = call.services.clock()
    approved = MaterialQuery(state="approved", limit=OTHERS_OFFERED)
    others = (await materials_api.listed(asking(call, approved))).items
    return page(
        call,
        "share_new.html",
        material=material,
        others=[each for each in others if each.id != material.id and each.material_class != INTERNAL],
        audiences=list(Audience),
        presets={name: dict(values) for name, values in PRESETS.items()},
        jobs=list(Job),
        regions=regions,
        clinics=clinics[:CLINICS_OFFERED],
        clinics_incomplete=len(clinics) > CLINICS_OFFERED,
        look=looks.offered(),
        **await _trying_on(call, material),
        pledge_written=await _pledge_written(call),
        seal_levels=list(SealLevel),
        now=now,
        expires_at=now + DEFAULT_LIFETIME,
        latest=now + LIFETIME_MAX,
    )


async def bulk(call: Call[None, None, MaterialPath]) -> web.Response:
    """The form for personal shares of a list of people. Raises AccessDenied for a material that can't be shared."""
    material, now = await _shareable(call), call.services.clock()
    return page(
        call,
        "share_bulk.html",
        material=material,
        people_max=PEOPLE_MAX,
        faults_max=FAULTS_MAX,
        now=now,
        expires_at=now + DEFAULT_LIFETIME,
        latest=now + LIFETIME_MAX,
    )


async def _pledge_written(call: Call[Any, Any, Any]) -> bool:
    """Whether there is a pledge that a share can ask for."""
    async with call.services.database.transaction() as tx:
        return await pledge_rows.newest_text(tx) is not None


async def _shareable(call: Call[None, None, MaterialPath]) -> MaterialOut:
    material = await materials_api.read(call)
    async with call.services.database.transaction() as tx:
        served = await share_rows.served(tx, material.id)
        if served is None:
            raise NotFound(field="material_id")
        whole = await examined(tx, call.services.keys.master, served)
        target = target_of(whole, call.services.clock())
    require(call.actor, Action.SHARE_CREATE, target, obj=obj_of(material.id))
    return material


async def look(call: Call[None, None, SharePath]) -> web.Response:
    """The form that changes how copies are marked. Raises AccessDenied for whoever may not change the share."""
    await _require_change(call)
    share = await api.read(call)
    material = await materials_api.read(about(call, MaterialPath(material_id=share.material_id)))
    return page(
        call,
        "share_relook.html",
        share=share,
        look=looks.offered(share.watermark, share.look),
        **await _trying_on(call, material),
    )


async def _trying_on(call: Call[Any, Any, Any], material: MaterialOut) -> dict[str, Any]:
    """What the preview of a mark needs: the version that is shared, and its first page."""
    shared = next((each for each in material.versions if each.number == material.shared_version), None)
    pictures = await pictures_of(call.services, shared.id) if shared and shared.preparation == "ready" else []
    return {
        "looks": looks.for_script(call.language),
        "version_id": shared.id if shared else None,
        "picture": pictures[0] if pictures else None,
        "pages": len(pictures),
    }


async def narrow(call: Call[None, None, SharePath]) -> web.Response:
    """The form that narrows a share. Raises AccessDenied for whoever may not change it."""
    await _require_change(call)
    share = await api.read(call)
    return page(
        call,
        "share_narrow.html",
        share=share,
        circles=[
            (field, translate(call.language, key), members) for field, key, members in await audience_of(call, share)
        ]
        + _jobs(call, share),
        jobs=list(Job),
        now=call.services.clock(),
    )


def _jobs(call: Call[Any, Any, Any], share: ShareOut) -> list[Any]:
    words = [(each.value, translate(call.language, f"job-{each.value}")) for each in share.jobs]
    return [("jobs", translate(call.language, "share-for-job"), words)] if words else []


async def _require_change(call: Call[None, None, SharePath]) -> None:
    owned = await service.read(call.services, call.actor, call.params.share_id)
    async with call.services.database.transaction() as tx:
        target = await service.target_of_share(tx, owned.row)
    link = str(owned.row.id)
    require(call.actor, Action.SHARE_CHANGE, target, obj=obj_of(owned.row.material_id), link=link)


async def _may(call: Call[Any, Any, Any], share: ShareOut, action: Action) -> bool:
    """Whether the reader may do this to a share, if it still counts."""
    owned = await service.read(call.services, call.actor, share.id)
    async with call.services.database.transaction() as tx:
        target = await service.target_of_share(tx, owned.row)
    return decide(call.actor, action, target).allowed


ROUTES = (
    console_page("/shares", "shares", "Shares", listed, action=Action.SHARE_LIST, query=ListQuery),
    console_page(
        "/shares/{share_id}",
        "share_detail",
        "One share",
        read,
        action=Action.SHARE_READ,
        query=ListsFrom,
        path_params=SharePath,
    ),
    console_page(
        "/shares/{share_id}/look",
        "share_look",
        "How a share's copies are marked",
        look,
        action=Action.SHARE_CHANGE,
        path_params=SharePath,
    ),
    console_page(
        "/shares/{share_id}/narrow",
        "share_narrow",
        "Narrow a share",
        narrow,
        action=Action.SHARE_CHANGE,
        path_params=SharePath,
    ),
    console_page(
        "/materials/{material_id}/share/people",
        "share_bulk",
        "Make personal shares for a list of people",
        bulk,
        action=Action.SHARE_CREATE,
        path_params=MaterialPath,
    ),
    console_page(
        "/materials/{material_id}/share",
        "share_new",
        "Make a share",
        new,
        action=Action.SHARE_CREATE,
        path_params=MaterialPath,
    ),
)
