"""Uploads whose bytes go from the client straight into the store; this server checks, signs and completes.

Promises
    Each signature is for one part of one upload: its number, its size and its SHA-256, for minutes. Whoever asks is
    authorised anew each time. What the client says about parts is believed for nothing but the choice between two
    attempts at the same part: sizes and ETags are the store's. Completing happens once, however often it is asked for.

The order of steps, and what a crash between any two of them leaves
    1. The row is made (`uploads.service.create`), 2. the multipart upload is begun, 3. its id is recorded.
       Between 1 and 2, or 2 and 3: the next request that needs one begins another; the first one is aborted when the
       upload ends (`jobs.discard`). Two requests at once: one id is recorded, the other request aborts its own.
    4. Parts arrive in the store, which nobody here notices. The store lists them; a client that forgot its upload asks.
    5. Parts are compared with the layout, 6. recorded, with the state `assembling` and a job, in one transaction.
       Before 6 nothing has changed; after it, everything goes as for any other upload (`finishing`).
    A signature may outlive its upload by minutes: the store refuses parts of what is completed or aborted. A part sent
    again between 6 and the store's Complete has another ETag only if its bytes differ; then Complete refuses it.
"""

from collections.abc import Mapping
from uuid import UUID

import structlog

from compliance.access import Action, Actor, Target, require
from compliance.errors import InvalidValue, WrongState
from compliance.events import Trail
from compliance.visits import actor_of, person_now
from fileserver.services import Services
from fileserver.uploads import names, service, waste
from fileserver.uploads.errors import DirectUploadsOff, PartsMissing, UploadGone, UploadWrongWay
from fileserver.uploads.finishing import fail, finish
from fileserver.uploads.flight import DIRECT
from fileserver.uploads.layout import Layout
from fileserver.uploads.port import OCTETS
from storage.errors import MultipartMissing, StorageError
from storage.objects import Part, SignedRequest
from storage.rows import uploads
from storage.rows.uploads import PartRow, UploadRow

SIGNED_MAX = 20  # times, for one part that the store has
SIGNED_FOR_S = 300  # until the request begins; a part that is under way by then may take its time

log = structlog.get_logger(__name__)


async def begin(services: Services, actor: Actor, trail: Trail, *, size: int, metadata: dict[str, str]) -> UploadRow:
    """A direct upload that takes parts. An empty one is complete at once. Raises as `service.create`."""
    if services.config.s3_public_url is None:
        raise DirectUploadsOff
    row = await service.create(services, actor, trail, length=size, metadata=metadata, way=DIRECT)
    return row if row.state != "receiving" else await _with_multipart(services, row)


async def stored(services: Services, actor: Actor, upload_id: UUID) -> tuple[Part, ...]:
    """The parts that the store has, as the layout wants them: what needs not be sent again."""
    row = await _with_multipart(services, await _taking_parts(services, actor, Action.UPLOAD_READ, upload_id, "list"))
    try:
        listed = await _listed(services, row)
    except MultipartMissing as error:
        await _forgotten(services, row, error)
        raise WrongState(state="assembling", command="list") from error
    attempts: dict[int, list[Part]] = {}
    for part in listed:
        attempts.setdefault(part.number, []).append(part)
    # Attempts that differ can't be told apart from here: such a part counts as missing.
    return tuple(found[0] for found in attempts.values() if len(found) == 1)


async def sign(services: Services, actor: Actor, upload_id: UUID, number: int, checksum: str) -> SignedRequest:
    """A request that stores this part and nothing else.

    Raises InvalidValue for a part that the upload doesn't have, UploadWasteful when it was signed too often.
    """
    row = await _with_multipart(services, await _taking_parts(services, actor, Action.UPLOAD_WRITE, upload_id, "sign"))
    layout = Layout(row.length_bytes, row.part_size_bytes)
    if number > part_count(layout):
        raise InvalidValue(field="part_number", rule="part-unknown", parts=part_count(layout))
    size_bytes = layout.span_at((number - 1) * row.part_size_bytes).size_bytes
    async with services.database.driver() as driver:
        count = await uploads.note_signed(driver, upload_id, number, checksum)
    if not count:
        raise WrongState(state="assembling", command="sign")
    if count > SIGNED_MAX:
        await _check_waste(services, row, number)
    return services.objects.sign_part(
        row.object_key, str(row.multipart_id), number, size_bytes=size_bytes, checksum=checksum, expires_s=SIGNED_FOR_S
    )


async def _check_waste(services: Services, row: UploadRow, number: int) -> None:
    """Raises UploadWasteful for a part that the store has: it may keep every attempt until the upload ends.

    What never arrived, because the store was out of reach, may be tried for ever.
    """
    try:
        listed = await services.objects.list_parts(row.object_key, str(row.multipart_id))
    except MultipartMissing as error:
        await _forgotten(services, row, error)
        raise WrongState(state="assembling", command="sign") from error
    if any(part.number == number for part in listed):
        await waste.end(services, row.id)
    async with services.database.transaction() as tx:
        await uploads.count_signed_anew(tx, row.id, number)


async def complete(services: Services, actor: Actor, upload_id: UUID, named: Mapping[int, str]) -> int:
    """Every part is there: put them together. `named` are the ETags that the client was answered, by part number.

    May be repeated; returns the bytes that this call has added, 0 for every other one. Raises PartsMissing when the
    store has not what is named; UploadGone when it never will.
    """
    row = await _direct(services, actor, Action.UPLOAD_WRITE, upload_id)
    mine = row.state == "receiving" and await _record(services, await _with_multipart(services, row), named)
    try:
        await finish(services, upload_id)
    except StorageError as error:  # the job will; the client sees the state
        log.warning("assembling later", upload=str(upload_id), error=error.slug)
    await _direct(services, actor, Action.UPLOAD_WRITE, upload_id)  # it may have been ended meanwhile
    return row.size_bytes if mine else 0


async def forget(services: Services, actor: Actor, trail: Trail, upload_id: UUID) -> None:
    """The upload ends, and so do its parts, once the job has run. Raises WrongState when a version was made of it."""
    await _direct(services, actor, Action.UPLOAD_TERMINATE, upload_id)
    await service.terminate(services, actor, trail, upload_id)


def part_count(layout: Layout) -> int:
    """How many parts make the upload."""
    return -(-(layout.length_bytes or 0) // layout.part_size_bytes)


async def _record(services: Services, row: UploadRow, named: Mapping[int, str]) -> bool:
    """The parts into the rows. False when somebody else was faster."""
    try:
        chosen = _chosen(row, await _listed(services, row), named)
    except MultipartMissing as error:
        await _forgotten(services, row, error)
        return False
    async with services.database.transaction() as tx:
        standing = await person_now(tx, row.person_id)  # the store may have taken its time
        require(
            actor_of(standing, services.clock()),
            Action.UPLOAD_WRITE,
            Target(owner_id=row.person_id),
            obj=names.obj_of(row.id),
        )
        changed = await uploads.change_state(
            tx,
            row.id,
            before=("receiving",),
            after="assembling",
            now=services.clock(),
            offset_bytes=row.size_bytes,
        )
        if changed:
            signed = await uploads.signed_parts(tx, row.id)
            await uploads.add_parts(tx, row.id, [_part_row(row, part, signed) for part in chosen])
            await uploads.drop_signed(tx, row.id)
            await services.jobs.enqueue(tx, names.ASSEMBLE, delay_s=service.ASSEMBLE_DELAY_S, upload_id=str(row.id))
    return changed


def _chosen(row: UploadRow, listed: tuple[Part, ...], named: Mapping[int, str]) -> list[Part]:
    """One part for each number, as the client names them and as the store has them. Raises PartsMissing."""
    layout = Layout(row.length_bytes, row.part_size_bytes)
    known = {(part.number, part.etag): part for part in listed}
    found = {number: known.get((number, named.get(number, ""))) for number in range(1, part_count(layout) + 1)}
    missing = [number for number, part in found.items() if part is None] or sorted(named.keys() - found.keys())
    if missing:
        raise PartsMissing(number=missing[0], missing=len(missing))
    return [part for part in found.values() if part is not None]


def _part_row(row: UploadRow, part: Part, signed: Mapping[int, str]) -> PartRow:
    """A part with its checksum, which Complete has to name: as the store tells it, or as it was signed."""
    return PartRow(
        number=part.number,
        offset_bytes=(part.number - 1) * row.part_size_bytes,
        size_bytes=part.size_bytes,
        etag=part.etag,
        checksum=part.checksum or signed.get(part.number),
    )


async def _listed(services: Services, row: UploadRow) -> tuple[Part, ...]:
    """What the store has of the right size. Raises MultipartMissing."""
    layout = Layout(row.length_bytes, row.part_size_bytes)
    return tuple(
        part
        for part in await services.objects.list_parts(row.object_key, str(row.multipart_id))
        if part.number <= part_count(layout)
        and part.size_bytes == layout.span_at((part.number - 1) * row.part_size_bytes).size_bytes
    )


async def _forgotten(services: Services, row: UploadRow, error: MultipartMissing) -> None:
    """The store knows the multipart upload no more: it was completed just now, or the upload has failed for good."""
    if await fail(services, row.id, error, before=("receiving",)):
        raise UploadGone from error


async def _with_multipart(services: Services, row: UploadRow) -> UploadRow:
    """The upload with a multipart upload to send parts to, begun now if it has none."""
    if row.multipart_id is not None:
        return row
    begun = await services.objects.create_multipart(row.object_key, media_type=OCTETS, with_checksums=True)
    async with services.database.transaction() as tx:
        mine = await uploads.set_direct_multipart(tx, row.id, begun)
        current = await uploads.upload_by_id(tx, row.id)
    if not mine:
        await services.objects.abort_multipart(row.object_key, begun)
    if current is None or current.multipart_id is None:
        raise UploadGone
    return current


async def _taking_parts(services: Services, actor: Actor, action: Action, upload_id: UUID, command: str) -> UploadRow:
    row = await _direct(services, actor, action, upload_id)
    if row.state != "receiving":
        raise WrongState(state=row.state, command=command)
    return row


async def _direct(services: Services, actor: Actor, action: Action, upload_id: UUID) -> UploadRow:
    async with services.database.driver() as driver:  # each part asks this
        row = await service.allowed(driver, actor, action, upload_id, services.clock())
    if row.way != DIRECT:
        raise UploadWrongWay(way=row.way)
    return row
