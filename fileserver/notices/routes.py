"""Notices: everybody's own, read and put away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from compliance.errors import AccessDenied, InvalidValue, NotFound
from compliance.messages import MessageKind
from fileserver.http.call import Call
from fileserver.http.cursors import read_cursor, write_cursor
from fileserver.http.routing import Auth, Route
from fileserver.http.schemas import Input, Output
from fileserver.i18n import Language, translate
from storage.rows import notices
from storage.rows.notices import TitledNotice

CURSOR_CHARS_MAX = 120
PAGE_DEFAULT = 50
PAGE_MAX = 100


class NoticeQuery(Input):
    """Which notices to list."""

    unread: bool = Field(default=False, description="Only what was not read yet")
    cursor: str | None = Field(default=None, max_length=CURSOR_CHARS_MAX, description="Where the page before ended")
    limit: int = Field(default=PAGE_DEFAULT, ge=1, le=PAGE_MAX, description="How many at most")


class NoticePath(Input):
    """The notice in a path."""

    notice_id: UUID


class ReadIn(Input):
    """Up to which notice somebody has read."""

    until: AwareDatetime = Field(description="When the newest was made that was seen: what came since stays unread")


class NoticeOut(Output):
    """One thing that the caller is told."""

    id: UUID
    kind: MessageKind
    text: str = Field(description="In the reader's language")
    material_id: UUID | None
    certificate_id: UUID | None
    share_id: UUID | None = Field(description="Of notices about a share")
    person_id: UUID | None = Field(description="Whose branch of it the notice is about; null: the share's own link")
    created_at: datetime
    read_at: datetime | None


class NoticeList(Output):
    """Notices, newest first."""

    items: list[NoticeOut]
    unread: int = Field(description="How many were not read yet, in all")
    next: str | None = Field(description="Cursor of the next page; null at the end")


async def listed(call: Call[None, NoticeQuery]) -> NoticeList:
    """The caller's notices, newest first."""
    query, me = call.query, call.signed_in.person_id
    before = read_cursor(query.cursor)
    async with call.services.database.transaction() as tx:
        found = await notices.notices_of(tx, me, unread=query.unread, before=before, limit=query.limit)
        unread = await notices.count_unread(tx, me)
    last = found[-1].row if len(found) == query.limit else None
    return NoticeList(
        items=[out(each, call.language) for each in found],
        unread=unread,
        next=write_cursor(last.created_at, last.id) if last else None,
    )


async def mark_read(call: Call[None, None, NoticePath]) -> None:
    """Put a notice away."""
    services = call.services
    async with services.database.transaction() as tx:
        if not await notices.mark_read(tx, call.signed_in.person_id, call.params.notice_id, services.clock()):
            raise NotFound(field="notice_id")


async def mark_all_read(call: Call[ReadIn]) -> None:
    """Put all away that was seen."""
    async with call.services.database.transaction() as tx:
        await notices.mark_all_read(tx, call.signed_in.person_id, call.body.until, call.services.clock())


def out(notice: TitledNotice, language: Language) -> NoticeOut:
    """The notice in this language. A certificate's kind is a word of the language too."""
    row = notice.row
    hidden = row.material_id is not None and not notice.title
    title = translate(language, "notice-title-hidden") if hidden else notice.title
    params: dict[str, Any] = {"title": title, **row.params}
    if kind := row.params.get("kind"):
        params["kind"] = translate(language, f"certificate-kind-{kind.replace('_', '-')}")
    key = f"notice-{row.kind}" + ("-shares" if row.kind == MessageKind.CERTIFICATE_LAPSED and row.material_id else "")
    return NoticeOut(
        id=row.id,
        kind=MessageKind(row.kind),
        text=translate(language, key, **params),
        material_id=row.material_id,
        certificate_id=row.certificate_id,
        share_id=row.params.get("share"),
        person_id=row.params.get("person") or None,
        created_at=row.created_at,
        read_at=row.read_at,
    )


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/notices",
        name="notices.list",
        summary="List what the caller is told, newest first",
        handler=listed,
        auth=Auth.SIGNED_IN,
        own=True,
        query=NoticeQuery,
        returns=NoticeList,
        errors=(InvalidValue,),
    ),
    Route(
        method="POST",
        path="/api/v1/notices/{notice_id}/read",
        name="notices.mark_read",
        summary="Note that the caller has read a notice",
        handler=mark_read,
        auth=Auth.SIGNED_IN,
        own=True,
        path_params=NoticePath,
        status=204,
        errors=(AccessDenied, NotFound),
    ),
    Route(
        method="POST",
        path="/api/v1/notices/read",
        name="notices.mark_all_read",
        summary="Note that the caller has read all notices up to one",
        handler=mark_all_read,
        auth=Auth.SIGNED_IN,
        own=True,
        body=ReadIn,
        status=204,
        errors=(AccessDenied,),
    ),
)
