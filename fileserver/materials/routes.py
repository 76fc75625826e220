"""The materials API."""

from compliance.access import Action, VersionState
from compliance.errors import (
    AccessDenied,
    InvalidValue,
    NotFound,
    NotPrepared,
    NotScanned,
    RequirementUnmet,
    ScanBlocks,
    UploadPartial,
    UploadUnfinished,
    UploadUsed,
    WrongState,
)
from fileserver.answers import FindingOut, MaterialState, PersonOut, ReviewBrief, ScanOut, VersionBrief
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.i18n import Language
from fileserver.materials import changes, reading, service
from fileserver.materials.reading import Page, Story
from fileserver.materials.schemas import (
    ChangedLine,
    ChangedPage,
    ChangesOut,
    ChangesQuery,
    Duplicate,
    MaterialIn,
    MaterialItem,
    MaterialList,
    MaterialOut,
    MaterialPath,
    MaterialQuery,
    SubmitIn,
    VersionIn,
    VersionOut,
    Withdrawal,
    WithdrawIn,
)
from storage.errors import StoreUnavailable
from storage.rows.materials import Listed, MaterialRow
from storage.rows.versions import VersionRow
from watermark.errors import RenderBusy


async def compared(call: Call[None, ChangesQuery, MaterialPath]) -> ChangesOut:
    """What changed between two versions."""
    query = call.query
    numbers = (query.before, query.after)
    found = await changes.changes(call.services, call.actor, call.trail, call.params.material_id, numbers, query.first)
    return ChangesOut(
        before_id=found.before.id,
        before=found.before.number,
        after_id=found.after.id,
        after=found.after.number,
        read=found.read,
        pages=[
            ChangedPage(
                page=each.unit.page,
                member=each.unit.member,
                before=each.before,
                after=each.after,
                changed=each.changed,
                lines=[ChangedLine(kind=line.kind, text=line.text) for line in each.lines],
                boxes=list(boxes),
            )
            for each, boxes in found.units
        ],
        next=found.next,
    )


async def create(call: Call[MaterialIn]) -> MaterialOut:
    """Make a material of an upload."""
    return _out(await service.create(call.services, call.actor, call.trail, call.body), call.language)


async def revise(call: Call[VersionIn, None, MaterialPath]) -> MaterialOut:
    """Add a version."""
    upload_id = call.body.upload_id
    story = await service.revise(call.services, call.actor, call.trail, call.params.material_id, upload_id)
    return _out(story, call.language)


async def listed(call: Call[None, MaterialQuery]) -> MaterialList:
    """What the caller may see, newest first."""
    page = await reading.listed(call.services, call.actor, call.query, read_cursor(call.query.cursor))
    last = page.found[-1].material if len(page.found) == call.query.limit else None
    return MaterialList(
        items=[_item(page, each) for each in page.found],
        next=write_cursor(last.created_at, last.id) if last else None,
    )


async def read(call: Call[None, None, MaterialPath]) -> MaterialOut:
    """One material."""
    return _out(await reading.read(call.services, call.actor, call.trail, call.params.material_id), call.language)


async def submit(call: Call[SubmitIn, None, MaterialPath]) -> MaterialOut:
    """Ask for a review."""
    story = await service.submit(call.services, call.actor, call.trail, call.params.material_id, call.body)
    return _out(story, call.language)


async def withdraw(call: Call[WithdrawIn, None, MaterialPath]) -> MaterialOut:
    """Take a material out of use."""
    reason = call.body.reason
    story = await service.withdraw(call.services, call.actor, call.trail, call.params.material_id, reason)
    return _out(story, call.language)


def _item(page: Page, found: Listed) -> MaterialItem:
    return MaterialItem.model_validate(
        {
            **_brief(found.material, found.newest),
            "owner": PersonOut.of(page.names, found.material.owner_id),
            "version": VersionBrief.of(found.newest),
        }
    )


def _out(story: Story, language: Language) -> MaterialOut:
    material = story.material
    return MaterialOut.model_validate(
        {
            **_brief(material, story.versions[0]),
            "description": material.description,
            "sensitivity": material.sensitivity,
            "owner": PersonOut.of(story.names, material.owner_id),
            "withdrawn": _withdrawal(story),
            "shared_version": story.shared_version if material.withdrawn_at is None else None,
            "versions": [_version(story, each, language) for each in story.versions],
            "duplicate_of": _duplicate(story),
        }
    )


def _brief(material: MaterialRow, newest: VersionRow) -> dict[str, object]:
    return {
        "id": material.id,
        "title": material.title,
        "material_class": material.material_class,
        "state": _state(material, newest),
        "created_at": material.created_at,
    }


def _state(material: MaterialRow, newest: VersionRow) -> MaterialState:
    return "withdrawn" if material.withdrawn_at is not None else VersionState(newest.state).value


def _version(story: Story, version: VersionRow, language: Language) -> VersionOut:
    return VersionOut(
        **dict(VersionBrief.of(version)),
        uploader=PersonOut.of(story.names, version.uploader_id),
        scan=ScanOut.of(story.scans[version.id]) if version.id in story.scans else None,
        findings=[FindingOut.of(each, language) for each in story.findings.get(version.id, ())],
        reviews=[ReviewBrief.of(each, story.names) for each in story.reviews.get(version.id, ())],
    )


def _withdrawal(story: Story) -> Withdrawal | None:
    material = story.material
    if material.withdrawn_at is None or material.withdrawn_by is None:
        return None
    by = PersonOut.of(story.names, material.withdrawn_by)
    return Withdrawal(at=material.withdrawn_at, by=by, reason=material.withdrawn_reason or "")


def _duplicate(story: Story) -> Duplicate | None:
    if story.duplicate is None:
        return None
    material, version = story.duplicate
    return Duplicate(material_id=material.id, title=material.title, version=version.number)


ROUTES = (
    Route(
        method="POST",
        path="/api/v1/materials",
        name="materials.create",
        summary="Make a material of a finished upload",
        handler=create,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_CREATE,
        scope=Scope.MATERIALS_WRITE,
        body=MaterialIn,
        returns=MaterialOut,
        status=201,
        errors=(AccessDenied, NotFound, UploadPartial, UploadUnfinished, UploadUsed, StoreUnavailable),
    ),
    Route(
        method="GET",
        path="/api/v1/materials",
        name="materials.list",
        summary="List the materials that the caller may see, newest first",
        handler=listed,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_LIST,
        scope=Scope.MATERIALS_READ,
        query=MaterialQuery,
        returns=MaterialList,
        errors=(InvalidValue,),
    ),
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}",
        name="materials.read",
        summary="Read a material with its versions, findings and reviews",
        handler=read,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_READ,
        scope=Scope.MATERIALS_READ,
        path_params=MaterialPath,
        returns=MaterialOut,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="GET",
        path="/api/v1/materials/{material_id}/changes",
        name="materials.changes",
        summary="Read what changed between two versions: lines of text, and where pages look different",
        handler=compared,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_PREVIEW,
        scope=Scope.MATERIALS_READ,
        query=ChangesQuery,
        path_params=MaterialPath,
        returns=ChangesOut,
        errors=(AccessDenied, InvalidValue, NotFound, RenderBusy, StoreUnavailable),
    ),
    Route(
        method="POST",
        path="/api/v1/materials/{material_id}/versions",
        name="materials.revise",
        summary="Add a version, which starts as an unapproved draft",
        handler=revise,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_REVISE,
        scope=Scope.MATERIALS_WRITE,
        path_params=MaterialPath,
        body=VersionIn,
        returns=MaterialOut,
        status=201,
        errors=(AccessDenied, NotFound, UploadPartial, UploadUnfinished, UploadUsed, WrongState, StoreUnavailable),
    ),
    Route(
        method="POST",
        path="/api/v1/materials/{material_id}/submit",
        name="materials.submit",
        summary="Submit a version for review",
        handler=submit,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_SUBMIT,
        scope=Scope.MATERIALS_WRITE,
        path_params=MaterialPath,
        body=SubmitIn,
        returns=MaterialOut,
        errors=(AccessDenied, NotFound, NotPrepared, NotScanned, RequirementUnmet, ScanBlocks, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/materials/{material_id}/withdraw",
        name="materials.withdraw",
        summary="Take a material out of use at once",
        handler=withdraw,
        auth=Auth.EMPLOYEE,
        action=Action.MATERIAL_WITHDRAW,
        scope=Scope.MATERIALS_WRITE,
        path_params=MaterialPath,
        body=WithdrawIn,
        returns=MaterialOut,
        errors=(AccessDenied, NotFound, WrongState),
    ),
)
