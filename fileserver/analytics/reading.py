"""How a material was read, page by page: the figures of attested reading, for whoever may see how it travels."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from pydantic import Field

from compliance.access import Action
from compliance.errors import AccessDenied, NotFound
from compliance.spreading.reading import READ_MS
from fileserver.analytics import service
from fileserver.analytics.schemas import MaterialPath
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.http.scopes import Scope
from storage.rows import read_figures
from storage.rows.read_figures import PageRead, VersionRead

READ_S = READ_MS / 1000
WITHIN = "distinct within the material or the share asked for; of what is narrowed, within each share"


class ReadingQuery(Input):
    """Which version."""

    version: str | None = Field(
        default=None,
        pattern=r"^[0-9a-f]{64}$",
        description="SHA-256 of the version; the newest that was read otherwise",
    )
    share_id: UUID | None = Field(default=None, description="Only what was read by this share and what hangs on it")


class VersionReadOut(Output):
    """How one version was read, over all visits in which something of it was."""

    version: str = Field(description="Its SHA-256")
    number: int | None
    pages: int
    visits: int = Field(description="In which something was read")
    readers: int = Field(description=f"People who read a page for {READ_S:g} s at least, {WITHIN}")
    seconds: float = Field(description="Attested by the server's clock, in the foreground")
    completion: float = Field(
        description=f"Of its pages, those read for {READ_S:g} s: the mean over its visits, 0 to 1"
    )
    furthest: float = Field(description="How far in its pages the last one lies that was read: the mean, 0 to 1")


class PageReadOut(Output):
    """How one page was read."""

    page: int
    seconds: float
    share: float = Field(description="Of all seconds of the version, 0 to 1")
    readers: int = Field(description=f"People who read it for {READ_S:g} s at least, {WITHIN}")
    completion: float = Field(description="Of all readers of the version, those who read this page, 0 to 1")


class ReadingOut(Output):
    """How a material was read. Reading through one's own link and previews inside the brand count nowhere."""

    material_id: UUID
    title: str
    narrowed: bool = Field(description="Only shares of the caller's own people, and what was passed on from them")
    versions: list[VersionReadOut] = Field(description="Those that were read, the newest first")
    version: str | None = Field(description="The one whose pages follow; null: none was read yet")
    pages: list[PageReadOut] = Field(description="Every page of it, also those that nobody looked at")


async def reading(call: Call[None, ReadingQuery, MaterialPath]) -> ReadingOut:
    """The figures. Raises NotFound for a version that was not read."""
    return await read(call)


async def read(call: Call[None, ReadingQuery, MaterialPath], *, tell: bool = True) -> ReadingOut:
    """The same; not told to the log as a look of its own where it is a part of another."""
    async with call.services.database.transaction() as tx:
        material, seen = await service.allowed(
            tx, call.actor, call.trail, call.services, call.params.material_id, tell=tell
        )
        scope = replace(seen.scope, root_id=call.query.share_id)
        versions = await read_figures.versions_read(tx, scope)
        chosen = _chosen(versions, call.query.version)
        pages = await read_figures.pages_read(tx, scope, chosen.ver) if chosen else ()
    return ReadingOut(
        material_id=material.id,
        title=material.title,
        narrowed=seen.narrowed,
        versions=[_version(each) for each in versions],
        version=chosen.ver if chosen else None,
        pages=_pages(chosen, pages) if chosen else [],
    )


def _chosen(versions: Sequence[VersionRead], wanted: str | None) -> VersionRead | None:
    if wanted is None:
        return versions[0] if versions else None
    for each in versions:
        if each.ver == wanted:
            return each
    raise NotFound(field="version")


def _version(row: VersionRead) -> VersionReadOut:
    possible = row.visits * row.pages
    return VersionReadOut(
        version=row.ver,
        number=row.number,
        pages=row.pages,
        visits=row.visits,
        readers=row.readers,
        seconds=row.ms / 1000,
        completion=row.pages_read / possible,
        furthest=row.furthest / possible,
    )


def _pages(version: VersionRead, rows: Sequence[PageRead]) -> list[PageReadOut]:
    found = {each.page: each for each in rows}
    everything = [found.get(page, PageRead(page, 0, 0)) for page in range(1, version.pages + 1)]
    return [
        PageReadOut(
            page=each.page,
            seconds=each.ms / 1000,
            share=each.ms / version.ms if version.ms else 0.0,
            readers=each.readers,
            completion=each.readers / version.readers if version.readers else 0.0,
        )
        for each in everything
    ]


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/analytics/materials/{material_id}/reading",
        name="analytics.reading",
        summary="How a material was read, page by page",
        handler=reading,
        auth=Auth.EMPLOYEE,
        action=Action.ANALYTICS_READ,
        scope=Scope.ANALYTICS_READ,
        query=ReadingQuery,
        path_params=MaterialPath,
        returns=ReadingOut,
        errors=(AccessDenied, NotFound),
    ),
)
