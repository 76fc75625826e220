"""Upload-Concat: partial uploads, and final ones that are put together of them (tus concatenation).

A final upload is answered at once and put together by a job (`joining`). Only complete partial uploads of the same
person can be named; `concatenation-unfinished` is not offered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from yarl import URL

from compliance.access import Action, Actor, require
from compliance.errors import NotFound, UploadUnfinished
from compliance.events import Trail
from fileserver.services import Services
from fileserver.uploads import names, service
from fileserver.uploads.errors import UploadGone, UploadHeaderInvalid, UploadTooLarge
from fileserver.uploads.names import FINAL, PARTIAL
from storage.database import Transaction
from storage.rows import upload_sources, uploads
from storage.rows.uploads import UploadRow

HEADER = "Upload-Concat"
SOURCES_MAX = 100


@dataclass(frozen=True)
class Source:
    """One partial upload as the client named it."""

    id: UUID
    url: str


def read_partial(headers: Mapping[str, str]) -> str | None:
    """What an upload with bytes of its own is: partial, or simply an upload. Raises UploadHeaderInvalid."""
    value = headers.get(HEADER)
    if value is not None and value != PARTIAL:
        raise UploadHeaderInvalid(field=HEADER, rule="concat-value")
    return value


def is_final(headers: Mapping[str, str]) -> bool:
    """Whether a creation asks for an upload that is put together of others."""
    return headers.get(HEADER, "").startswith(f"{FINAL};")


def read_sources(headers: Mapping[str, str], origins: Sequence[str]) -> tuple[Source, ...]:
    """The partial uploads that a final one names, in order; addresses are ours, whole or relative."""
    for name in ("Upload-Length", "Upload-Defer-Length"):
        if name in headers:
            raise UploadHeaderInvalid(field=name, rule="length-of-final")
    urls = headers[HEADER].removeprefix(f"{FINAL};").split()
    if not 1 <= len(urls) <= SOURCES_MAX:
        raise UploadHeaderInvalid(field=HEADER, rule="concat-count")
    return tuple(Source(_id_of(url, origins), url) for url in urls)


def _id_of(text: str, origins: Sequence[str]) -> UUID:
    try:
        text.encode()  # a header may hold bytes that are no text, and no row can
        url = URL(origins[0] + "/uploads/").join(URL(text))
        known = str(url.origin()) in origins and url.parent.path == "/uploads" and not url.query_string
        if known and not url.fragment:
            return UUID(url.name)
    except ValueError:
        pass
    raise UploadHeaderInvalid(field=HEADER, rule="concat-url")


async def write(services: Services, row: UploadRow) -> dict[str, str]:
    """The header as it came with the creation."""
    if row.concat != FINAL:
        return {HEADER: row.concat} if row.concat else {}
    async with services.database.transaction() as tx:
        urls = [source.url for source in await upload_sources.sources_of(tx, row.id)]
    return {HEADER: f"{FINAL};{' '.join(urls)}"}


def has_offset(row: UploadRow) -> bool:
    """Whether HEAD tells an offset: of a final upload only once it has been put together."""
    return row.concat != FINAL or row.state != "assembling"


async def create(
    services: Services, actor: Actor, trail: Trail, *, sources: Sequence[Source], metadata: dict[str, str]
) -> UploadRow:
    """Makes a final upload; a job puts it together.

    Raises NotFound (not there, or somebody else's), UploadGone, UploadUnfinished, UploadHeaderInvalid, UploadTooLarge,
    AccessDenied, TooManyUploads, UploadQuotaExceeded.
    """
    async with services.database.transaction() as tx:
        found = {
            each: await _usable(tx, actor, each, services.clock()) for each in sorted({source.id for source in sources})
        }
        length = sum(found[source.id].size_bytes for source in sources)
        if length > services.config.upload_size_max_bytes:
            raise UploadTooLarge(size_max_bytes=services.config.upload_size_max_bytes)
        row = service.new_row(services, actor, length, metadata)
        row = replace(row, concat=FINAL, state="assembling", sha256=None)
        rule = require(actor, Action.UPLOAD_CREATE, obj=names.obj_of(row.id))
        named = [(source.id, source.url) for source in sources]
        await service.add(services, tx, trail, row, rule, named)
        lock = names.lock_of(names.ASSEMBLE, row.id)
        await services.jobs.enqueue(tx, names.ASSEMBLE, key=lock, upload_id=str(row.id))
    return row


async def _usable(tx: Transaction, actor: Actor, upload_id: UUID, now: datetime) -> UploadRow:
    """The partial upload, locked until the final one names it: whoever ends what has expired looks again then."""
    row = await uploads.upload_by_id(tx, upload_id, lock=True)
    if row is None or row.person_id != actor.person_id:
        raise NotFound(field=HEADER)
    if row.concat != PARTIAL:
        raise UploadHeaderInvalid(field=HEADER, rule="concat-not-partial")
    if row.state in service.GONE or (row.expires_at is not None and row.expires_at <= now):
        raise UploadGone
    if row.state != "complete":
        raise UploadUnfinished(field=HEADER, state=row.state)
    return row
