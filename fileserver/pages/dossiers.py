"""A material's declaration and its recall list, and what the reader is told, in the console."""

from dataclasses import replace
from typing import Any, cast

from aiohttp import web
from pydantic import Field

from compliance.access import Action, MaterialClass, decide
from compliance.certificate_numbers import CertificateKind
from compliance.declaring import EvidenceKind
from fileserver.declarations import routes as declarations_api
from fileserver.declarations import schemas as declarations
from fileserver.dossiers import routes as dossiers_api
from fileserver.dossiers.schemas import CURSOR_CHARS_MAX, MaterialPath, RecallQuery
from fileserver.http.call import Call
from fileserver.materials import routes as materials_api
from fileserver.materials import schemas as materials
from fileserver.notices import routes as notices_api
from fileserver.notices.routes import NoticeOut, NoticeQuery
from fileserver.pages.calls import about, asking
from fileserver.pages.declaring import console_page
from fileserver.pages.permissions import target_of_version
from fileserver.pages.queries import FormQuery
from fileserver.pages.rendering import page, with_query

BLANK_CERTIFICATES = 2
CERTIFICATES_MAX = 20
PAGE = 50


class CursorQuery(FormQuery):
    """Where the list continues."""

    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


class RecallPageQuery(CursorQuery):
    """Where each of the two lists continues."""

    inside: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX)


async def declaration(call: Call[None, None, MaterialPath]) -> web.Response:
    """What is declared of a material, and the files that prove it."""
    material_id = call.params.material_id
    material = await materials_api.read(about(call, materials.MaterialPath(material_id=material_id)))
    found = await declarations_api.read(about(call, declarations.MaterialPath(material_id=material_id)))
    target = await target_of_version(call, material, material.versions[0])
    may_declare = decide(call.actor, Action.MATERIAL_DECLARE, target).allowed
    rows = min(len(found.certificates) + BLANK_CERTIFICATES, CERTIFICATES_MAX)
    return page(
        call,
        "declaration.html",
        material=material,
        declaration=found,
        rows=[*found.certificates, *([None] * (rows - len(found.certificates)))],
        may_edit=may_declare and found.editable == "all",
        may_attach=may_declare and found.editable != "nothing",
        may_read_files=decide(call.actor, Action.EVIDENCE_READ, target).allowed,
        never_submitted=all(each.state.value == "draft" for each in material.versions),
        classes=list(MaterialClass),
        kinds=list(CertificateKind),
        evidence_kinds=list(EvidenceKind),
    )


async def recall(call: Call[None, RecallPageQuery, MaterialPath]) -> web.Response:
    """Who saw a material: through shares, and inside the brand."""
    asked, asks = cast("Call[None, RecallQuery, MaterialPath]", call), call.request.query
    found = await dossiers_api.recall(replace(asked, query=RecallQuery(cursor=call.query.cursor, limit=PAGE)))
    inside = await dossiers_api.employees(replace(asked, query=RecallQuery(cursor=call.query.inside, limit=PAGE)))
    return page(
        call,
        "recall.html",
        recall=found,
        inside=inside,
        next_url=with_query(call.request.path, asks, cursor=found.next) if found.next else None,
        inside_url=with_query(call.request.path, asks, inside=inside.next) if inside.next else None,
    )


async def notices(call: Call[None, CursorQuery]) -> web.Response:
    """What the reader is told, newest first."""
    found = await notices_api.listed(asking(call, NoticeQuery(cursor=call.query.cursor, limit=PAGE)))
    return page(
        call,
        "notices.html",
        notices=found.items,
        unread=found.unread,
        next_url=with_query(call.request.path, call.request.query, cursor=found.next) if found.next else None,
    )


async def unread(call: Call[Any, Any, Any], limit: int) -> list[NoticeOut]:
    """The newest things that the reader is told and has not read: for other pages to show."""
    return (await notices_api.listed(asking(call, NoticeQuery(unread=True, limit=limit)))).items


ROUTES = (
    console_page(
        "/materials/{material_id}/declaration",
        "declaration",
        "What is declared of a material",
        declaration,
        action=Action.MATERIAL_READ,
        path_params=MaterialPath,
    ),
    console_page(
        "/materials/{material_id}/recall",
        "recall",
        "Who saw a material",
        recall,
        action=Action.MATERIAL_RECALL,
        query=RecallPageQuery,
        path_params=MaterialPath,
    ),
    console_page("/notices", "notices", "What the reader is told", notices, query=CursorQuery),
)
