"""Rows of shares: the doors, who made them, and whether they still stand open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    DateTime,
    Function,
    FunctionFilter,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.database import Transaction
from storage.rows import addressees
from storage.rows.addressees import AddresseesRow, read_chain
from storage.rows.homes import path_of, region_of
from storage.rows.scoping import Scope, in_scope
from storage.schema import (
    account,
    certificate,
    declared_certificate,
    material,
    person,
    review,
    review_step,
    share,
    share_bar,
    share_change,
    share_look,
    share_viewer,
    spread_opener,
    spread_person,
    spread_share,
    version,
    viewer,
    visit,
)

PAGE_MAX = 100
UNLIMITED = 2**31 - 1
SHARERS = ("marketer", "manager")  # roles that may share
NEVER_IN_FORCE = date.min
SAME_NUMBER = (certificate.c.kind == declared_certificate.c.kind) & (
    certificate.c.number == declared_certificate.c.number
)


@dataclass(frozen=True, kw_only=True)
class ShareRow:
    """One share as stored; `visits_max` and `viewers_max` None mean not limited."""

    id: UUID
    token_id: bytes
    kid: int
    material_id: UUID
    creator_id: UUID
    sponsor_id: UUID
    parent_id: UUID | None
    root_id: UUID
    depth: int
    audience: str
    audience_clinic_id: UUID | None
    audience_person_id: UUID | None
    audience_job: str | None
    expires_at: datetime
    visits_max: int | None
    visits_used: int
    download: bool
    forward_depth_left: int
    watermark: str
    look: Mapping[str, Any] | None
    seal_level: str
    note: str
    created_at: datetime
    revoked_at: datetime | None
    revoked_by: UUID | None
    revoked_reason: str = ""
    viewers_max: int | None = None
    viewers_used: int = 0
    limited_by_id: UUID | None = None


@dataclass(frozen=True)
class MarkedRow:
    """How copies are marked: the preset's name and the look, as in a share's row."""

    watermark: str
    look: Mapping[str, Any] | None


@dataclass(frozen=True, kw_only=True)
class ShareStanding:
    """What can close a share from above: each fact counts the share itself and every ancestor up to the root.

    A forward offers what all above it offer, now: what was narrowed there is narrowed here, whatever its own row says.

    It is used up when no visit is left, and full when there is no place for somebody who was not among its viewers
    before: the person who was asked about, or anybody. What was granted to be passed on is so, too, when the link that
    it was granted of is.

    Employees who answer for it have accounts from `sponsors_from` to `sponsors_until`; None: no limit.
    """

    revoked: bool
    used_up: bool
    full: bool
    creators_active: bool
    expires_at: datetime
    download: bool
    forward_depth_left: int
    addressees: tuple[AddresseesRow, ...]
    barred: bool = False  # the person who was asked about
    visits_max: int | None = None  # the least of theirs; None: not limited
    sponsors_from: datetime | None = None
    sponsors_until: datetime | None = None

    def creators_active_at(self, now: datetime) -> bool:
        """Whether everybody who answers for the share may act at this moment."""
        begun = self.sponsors_from is None or self.sponsors_from <= now
        return self.creators_active and begun and (self.sponsors_until is None or now < self.sponsors_until)


@dataclass(frozen=True, kw_only=True)
class Served:
    """What a share leads to now: the material, and its newest approved version if there is one."""

    material_id: UUID
    owner_id: UUID
    title: str
    description: str
    material_class: str
    sensitivity: str
    withdrawn: bool
    version_id: UUID | None
    sha256: str | None
    size_bytes: int | None
    object_key: str | None
    media_type: str | None
    filename: str | None
    state: str | None
    preparation: str | None
    pages_total: int | None
    uploader_id: UUID | None
    made_at: datetime | None
    in_force_until: date | None = None  # the last day of the certificates it was submitted with; None: of none
    in_force_from: date | None = None  # the last first day among those that are in the register
    home_path: tuple[UUID, ...] | None = None  # of the owner's department, from the root
    home_region: str | None = None
    approved: bool = False  # every approval that the version needed is there, for its very bytes


@dataclass(frozen=True, kw_only=True)
class Listed:
    """Which shares a list has: of one material, those that one employee answers for; None: any.

    Or those of employees who are in a department or below it, or in a region, today; of some materials; those that
    somebody opened who came from a clinic, by whichever of its names.
    """

    material_id: UUID | None = None
    sponsor_id: UUID | None = None
    department_id: UUID | None = None
    region: str | None = None
    material_ids: frozenset[UUID] | None = None
    clinics: frozenset[str] | None = None


EVERY = Listed()
COLUMNS = tuple(share.c[field.name] for field in fields(ShareRow))


async def add_share(tx: Transaction, row: ShareRow) -> None:
    """Adds a share."""
    await tx.execute(insert(share).values({field.name: getattr(row, field.name) for field in fields(row)}))


async def add_shares(tx: Transaction, rows: Sequence[ShareRow]) -> None:
    """Adds several shares at once."""
    await tx.execute(insert(share), [{field.name: getattr(row, field.name) for field in fields(row)} for row in rows])


async def share_by_id(tx: Transaction, share_id: UUID) -> ShareRow | None:
    """The share as it is now."""
    return await _one(tx, select(*COLUMNS).where(share.c.id == share_id))


async def share_by_token_id(tx: Transaction, token_id: bytes) -> ShareRow | None:
    """The share that a genuine token names."""
    return await _one(tx, select(*COLUMNS).where(share.c.token_id == token_id))


async def list_shares(
    tx: Transaction,
    *,
    scope: Scope | None = None,
    of: Listed = EVERY,
    before: tuple[datetime, UUID] | None = None,
    limit: int = PAGE_MAX,
) -> Sequence[ShareRow]:
    """Shares, newest first.

    `scope` narrows to the trees that a reader may see, `before` continues after the last one seen.
    """
    query = select(*COLUMNS).order_by(share.c.created_at.desc(), share.c.id.desc()).limit(min(limit, PAGE_MAX))
    home = {"path": path_of(share.c.sponsor_id), "region": region_of(share.c.sponsor_id)}
    if scope is not None:
        query = query.where(in_scope(scope, owner_id=share.c.sponsor_id, **home))
    if of.material_id is not None:
        query = query.where(share.c.material_id == of.material_id)
    if of.sponsor_id is not None:
        query = query.where(share.c.sponsor_id == of.sponsor_id)
    if of.department_id is not None:
        query = query.where(home["path"].contains([of.department_id]))
    if of.region is not None:
        query = query.where(home["region"] == of.region)
    if of.material_ids is not None:
        query = query.where(share.c.material_id.in_(of.material_ids))
    if of.clinics is not None:
        query = query.where(share.c.id.in_(_opened_from(of.clinics)))
    if before is not None:
        created_at, last_id = before
        query = query.where(
            or_(share.c.created_at < created_at, (share.c.created_at == created_at) & (share.c.id < last_id))
        )
    return [ShareRow(**row._asdict()) for row in await tx.execute(query)]


def _opened_from(clinics: frozenset[str]) -> Select[Any]:
    """Shares that somebody of a clinic opened, as the log tells it: where they worked when they came."""
    theirs = (spread_person.c.root_id == spread_share.c.root_id) & (spread_person.c.who == spread_opener.c.who)
    opened = spread_opener.join(spread_share, spread_share.c.share_id == spread_opener.c.share_id)
    return (
        select(spread_opener.c.share_id)
        .select_from(opened.join(spread_person, theirs))
        .where(spread_person.c.org.in_(clinics))
    )


async def revoke_share(tx: Transaction, share_id: UUID, revoked_by: UUID, now: datetime) -> bool:
    """Closes the share, and with it everything below. False if it was closed already."""
    closing = update(share).where(share.c.id == share_id, share.c.revoked_at.is_(None))
    return (await tx.execute(closing.values(revoked_at=now, revoked_by=revoked_by))).rowcount == 1


async def revoke_all(
    tx: Transaction, material_id: UUID, *, scope: Scope, revoked_by: UUID, reason: str, now: datetime
) -> Sequence[UUID]:
    """Closes every open link to a material within a scope, forwards too; which they are."""
    home = {"path": path_of(share.c.sponsor_id), "region": region_of(share.c.sponsor_id)}
    within = in_scope(scope, owner_id=share.c.sponsor_id, **home)
    still_open = (share.c.material_id == material_id) & share.c.revoked_at.is_(None) & within
    await lock_all(tx, still_open)
    closing = update(share).where(still_open)
    values = {"revoked_at": now, "revoked_by": revoked_by, "revoked_reason": reason}
    return sorted((await tx.execute(closing.values(values).returning(share.c.id))).scalars())


async def change_look(
    tx: Transaction, row: ShareRow, *, watermark: str, look: Mapping[str, Any], changed_by: UUID, now: datetime
) -> int:
    """Gives this look to the share and to all that was forwarded from it; how many shares that are.

    What they had is kept, for the visits that began before `now`.
    """
    ids = select(_below(row).c.id)
    await lock_all(tx, share.c.id.in_(ids))
    had = select(
        share.c.id, literal(now, DateTime(timezone=True)), share.c.watermark, share.c.look, literal(changed_by, Uuid)
    ).where(share.c.id.in_(ids))
    keeping = upsert(share_look).from_select(["share_id", "until", "watermark", "look", "changed_by"], had)
    await tx.execute(keeping.on_conflict_do_nothing())  # of two changes at one moment the first kept what there was
    changing = update(share).where(share.c.id.in_(ids)).values(watermark=watermark, look=look)
    return (await tx.execute(changing)).rowcount


async def marked_at(tx: Transaction, row: ShareRow, moment: datetime) -> MarkedRow:
    """How visits to this share that began at that moment are marked."""
    found = (await tx.execute(look_at(literal(row.id, Uuid), literal(moment, DateTime(timezone=True))))).one_or_none()
    return MarkedRow(row.watermark, row.look) if found is None else MarkedRow(found.watermark, found.look)


def look_at(share_id: ColumnElement[Any], moment: ColumnElement[Any]) -> Select[Any]:
    """What the share had then, if that was changed later: no row otherwise."""
    return (
        select(share_look.c.watermark, share_look.c.look)
        .where(share_look.c.share_id == share_id, share_look.c.until > moment)
        .order_by(share_look.c.until)
        .limit(1)
    )


async def count_forwards(tx: Transaction, share_id: UUID, creator_id: UUID) -> int:
    """How often this person has passed this share on."""
    query = select(func.count()).where(share.c.parent_id == share_id, share.c.creator_id == creator_id)
    return int((await tx.scalar(query)) or 0)


async def copy_bars(tx: Transaction, from_id: UUID, to_id: UUID) -> None:
    """Shuts whoever was shut out of one share, or of one above it, out of the other too."""
    columns = (share_bar.c.person_id, share_bar.c.barred_by, share_bar.c.barred_at, share_bar.c.reason)
    chain = _chain(from_id)
    above = select(chain.c.id).where(chain.c.own)
    had = select(func.gen_random_uuid(), literal(to_id, Uuid), *columns).where(share_bar.c.share_id.in_(above))
    names = ["id", "share_id", *(column.name for column in columns)]
    await tx.execute(insert(share_bar).from_select(names, had))


async def visits_left(tx: Transaction, share_id: UUID) -> int | None:
    """How many visits the share and all that limits it still allow; None: not limited."""
    left: int | None = await tx.scalar(_VISITS_LEFT, {"share": share_id})
    return left


async def viewers_left(tx: Transaction, share_id: UUID) -> int | None:
    """How many more people the share and all that limits it still let in; None: not limited."""
    left: int | None = await tx.scalar(_VIEWERS_LEFT, {"share": share_id})
    return left


async def depth_was_narrowed(tx: Transaction, share_id: UUID) -> bool:
    """Whether somebody ever took depth away from the share or from one above it."""
    above = select(_CHAIN.c.id).where(_CHAIN.c.own)
    narrowed = exists().where(share_change.c.share_id.in_(above), share_change.c.before.has_key("forward_depth"))
    return bool(await tx.scalar(select(narrowed), {"share": share_id}))


async def lock_chain(tx: Transaction, share_id: UUID) -> None:
    """Locks the share and everything that limits it, root first, so that openings never deadlock."""
    await lock_all(tx, share.c.id.in_(_CHAIN_IDS), share=share_id)


async def lock_all(tx: Transaction, which: ColumnElement[bool], **named: Any) -> None:
    """Locks many shares, the oldest first: as a chain is locked from its root, and what was granted after that.

    So whoever changes many at once never deadlocks with openings, nor with somebody who does the same. `named` are the
    parameters that `which` leaves open.
    """
    oldest_first = (share.c.created_at, share.c.depth, share.c.id)  # a link may be as old as the one it hangs on
    await tx.execute(select(share.c.id).where(which).order_by(*oldest_first).with_for_update(), named)


async def use_visit(tx: Transaction, share_id: UUID) -> bool:
    """Takes one visit from the share and from all that limits it: what a forward opens counts against its root too.

    False when one of them has none left; the caller must then roll back. Never more than the limit under any race.
    """
    ids = (await tx.execute(_CHAIN_IDS, {"share": share_id})).scalars().all()
    left = or_(share.c.visits_max.is_(None), share.c.visits_used < share.c.visits_max)
    taking = update(share).where(share.c.id.in_(ids), left).values(visits_used=share.c.visits_used + 1)
    return (await tx.execute(taking)).rowcount == len(ids)


async def let_in(tx: Transaction, share_id: UUID, person_id: UUID) -> bool:
    """Counts somebody among the viewers of the share and of all above it that has a limit, in each of them once.

    False when one of them has no place left; the caller must then roll back. Chains are locked by the caller.
    """
    ids = (await tx.execute(_TO_BE_LET_IN_BY, {"share": share_id, "person": person_id})).scalars().all()
    if not ids:
        return True
    taking = update(share).where(share.c.id.in_(ids), share.c.viewers_used < share.c.viewers_max)
    taken = (await tx.execute(taking.values(viewers_used=share.c.viewers_used + 1))).rowcount
    await tx.execute(insert(share_viewer), [{"share_id": each, "person_id": person_id} for each in ids])
    return taken == len(ids)


async def count_viewers(tx: Transaction, row: ShareRow, granted: Collection[UUID]) -> int:
    """Begins to keep who comes in by a share that had no limit, and counts those who have; how many they are.

    `granted` are the shares that were granted of it to be passed on: whoever came by their trees came by it.
    """
    below = or_(visit.c.share_id.in_(select(_below(row).c.id)), share.c.root_id.in_(granted))
    whoever = func.coalesce(person.c.merged_into, person.c.id)
    came = select(literal(row.id, Uuid), whoever).join(visit, visit.c.person_id == person.c.id)
    came = came.join(share, share.c.id == visit.c.share_id).where(below).distinct()
    keeping = upsert(share_viewer).from_select(["share_id", "person_id"], came)
    await tx.execute(keeping.on_conflict_do_nothing())
    held = select(func.count()).where(share_viewer.c.share_id == row.id).scalar_subquery()
    counting = update(share).where(share.c.id == row.id).values(viewers_used=held).returning(share.c.viewers_used)
    return int((await tx.execute(counting)).scalar_one())


def _is_viewer(share_id: ColumnElement[Any], person_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether this person came in by the share before, under whatever id."""
    one = person.alias("one")
    same = or_(one.c.id == person_id, one.c.merged_into == person_id)
    return exists().where(share_viewer.c.share_id == share_id, share_viewer.c.person_id == one.c.id, same)


async def standing(tx: Transaction, share_id: UUID, person_id: UUID | None = None) -> ShareStanding:
    """Whether anything in the chain up to the root closes the share: to this person, or to anybody."""
    row = (await tx.execute(_STANDING, {"share": share_id, "person": person_id})).one()
    return to_standing(row._asdict())


def standing_query(
    share_id: ColumnElement[Any], person_id: ColumnElement[Any], *, nesting: bool = False
) -> Select[Any]:
    """One row with what `to_standing` takes. `nesting`: as a part of a larger query, asked for each of its rows."""
    chain = _chain(share_id, nesting=nesting)

    def of_tree(aggregate: Function[Any]) -> FunctionFilter[Any]:
        return aggregate.filter(chain.c.own)

    barred = exists().where(share_bar.c.share_id == chain.c.id, share_bar.c.person_id == person_id)
    disabled = exists().where(account.c.person_id == chain.c.sponsor_id, _may_not_share(chain))
    # A forward is its viewer's own: blocked, or without a consent, they share nothing, under whatever id they made it.
    gone = or_(viewer.c.blocked_at.is_not(None), viewer.c.verified_at.is_(None))
    maker = select(person.c.merged_into).where(person.c.id == chain.c.creator_id).correlate(chain).scalar_subquery()
    blocked = exists().where(viewer.c.person_id == func.coalesce(maker, chain.c.creator_id), gone)
    visited = chain.c.visits_used >= func.coalesce(chain.c.visits_max, UNLIMITED)
    full = chain.c.viewers_used >= func.coalesce(chain.c.viewers_max, UNLIMITED)
    return select(
        of_tree(func.bool_or(chain.c.revoked_at.is_not(None))).label("revoked"),
        func.bool_or(visited).label("used_up"),
        func.bool_or(full & ~_is_viewer(chain.c.id, person_id)).label("full"),
        of_tree(func.bool_or(or_(disabled, blocked))).label("broken"),
        of_tree(func.bool_or(barred)).label("barred"),
        of_tree(func.min(chain.c.expires_at)).label("expires_at"),
        func.min(chain.c.visits_max).label("visits_max"),
        of_tree(func.bool_and(chain.c.download)).label("download"),
        (of_tree(func.min(chain.c.forward_depth_left + chain.c.depth)) - of_tree(func.max(chain.c.depth))).label(
            "forward_depth_left"
        ),
        of_tree(addressees.told(chain)).label("addressees"),
        of_tree(func.max(_of_sponsor(account.c.valid_from, chain))).label("sponsors_from"),
        of_tree(func.min(_of_sponsor(account.c.valid_until, chain))).label("sponsors_until"),
    ).select_from(chain)


def _may_not_share(chain: CTE) -> ColumnElement[bool]:
    """What an employee's account says who may not share the material, or no longer."""
    # Words instead of parameters: a list of those gets its length only when the statement is run.
    others = account.c.role.not_in([literal_column(f"'{role}'") for role in SHARERS])
    sensitive = exists().where(material.c.id == chain.c.material_id, material.c.sensitivity != "usual")
    return or_(account.c.disabled_at.is_not(None), others, and_(account.c.clearance != "top", sensitive))


def _of_sponsor(column: ColumnElement[Any], chain: CTE) -> ScalarSelect[Any]:
    return select(column).where(account.c.person_id == chain.c.sponsor_id).correlate(chain).scalar_subquery()


def to_standing(row: Mapping[str, Any]) -> ShareStanding:
    """What a row of `standing_query` says; what isn't known closes the share."""
    return ShareStanding(
        revoked=row["revoked"] is not False,
        used_up=row["used_up"] is not False,
        full=row["full"] is not False,
        creators_active=row["broken"] is False,
        expires_at=row["expires_at"],
        download=row["download"] is True,
        forward_depth_left=row["forward_depth_left"],
        addressees=read_chain(row["addressees"]),
        barred=row["barred"] is not False,
        visits_max=row["visits_max"],
        sponsors_from=row["sponsors_from"],
        sponsors_until=row["sponsors_until"],
    )


async def served(tx: Transaction, material_id: UUID, *, version_id: UUID | None = None) -> Served | None:
    """The material with the given version, or with its newest approved one."""
    wanted = version.c.id == version_id if version_id is not None else version.c.state == literal("approved")
    query = _served(wanted).where(material.c.id == material_id).order_by(version.c.number.desc().nulls_last())
    row = (await tx.execute(query.limit(1))).one_or_none()
    return None if row is None else Served(**row._asdict())


async def served_version(tx: Transaction, version_id: UUID) -> Served | None:
    """One version with its material, whatever its state."""
    row = (await tx.execute(SERVED_VERSION, {"version": version_id})).one_or_none()
    return None if row is None else Served(**row._asdict())


def _served(wanted: ColumnElement[bool]) -> Select[Any]:
    return select(*(column.label(name) for name, column in SERVED_COLUMNS.items())).select_from(
        material.outerjoin(version, (version.c.material_id == material.c.id) & wanted)
    )


def served_versions(wanted: ColumnElement[bool]) -> Select[Any]:
    """Versions with their materials, as `Served` has them."""
    return _served(wanted).where(wanted)


def _in_force_until() -> ScalarSelect[Any]:
    """The first end among the certificates that the version was submitted with; the register's word counts."""
    until = case(
        (certificate.c.id.is_(None), declared_certificate.c.valid_until),
        (certificate.c.status != "active", literal(NEVER_IN_FORCE, Date)),
        else_=certificate.c.valid_until,
    )
    return _over_certificates(func.min(until), isouter=True)


def _in_force_from() -> ScalarSelect[Any]:
    """The last beginning among the certificates of the register that the version was submitted with."""
    return _over_certificates(func.max(certificate.c.valid_from), isouter=False)


def _over_certificates(figure: ColumnElement[Any], *, isouter: bool) -> ScalarSelect[Any]:
    return (
        select(figure)
        .select_from(declared_certificate.join(certificate, SAME_NUMBER, isouter=isouter))
        .where(
            declared_certificate.c.material_id == version.c.material_id,
            declared_certificate.c.revision == version.c.declaration_revision,
        )
        .correlate(version)
        .scalar_subquery()
    )


def _approved() -> ColumnElement[bool]:
    """As rows say; compliance.reviewing.standing examines the signatures behind it."""
    missing = exists().where(review_step.c.review_id == review.c.id, review_step.c.signature_id.is_(None))
    return exists().where(
        review.c.version_id == version.c.id,
        review.c.state == literal("approved"),
        review.c.sha256 == version.c.sha256,
        ~missing,
    )


SERVED_COLUMNS: dict[str, ColumnElement[Any]] = {
    "material_id": material.c.id,
    "owner_id": material.c.owner_id,
    "title": material.c.title,
    "description": material.c.description,
    "material_class": material.c.material_class,
    "sensitivity": material.c.sensitivity,
    "withdrawn": material.c.withdrawn_at.is_not(None),
    "version_id": version.c.id,
    "sha256": version.c.sha256,
    "size_bytes": version.c.size_bytes,
    "object_key": version.c.object_key,
    "media_type": version.c.media_type,
    "filename": version.c.filename,
    "state": version.c.state,
    "preparation": version.c.preparation,
    "pages_total": version.c.pages_total,
    "uploader_id": version.c.uploader_id,
    "made_at": version.c.created_at,
    "in_force_until": _in_force_until(),
    "in_force_from": _in_force_from(),
    "home_path": path_of(material.c.owner_id),
    "home_region": region_of(material.c.owner_id),
    "approved": _approved(),
}

# Asked again and again while an original leaves, so it is put together once.
SERVED_VERSION = served_versions(version.c.id == bindparam("version"))


def _below(row: ShareRow) -> CTE:
    """The share and all that was forwarded from it, and from that."""
    below = select(share.c.id).where(share.c.id == row.id).cte("below", recursive=True)
    children = select(share.c.id).join(below, share.c.parent_id == below.c.id).where(share.c.root_id == row.root_id)
    return below.union_all(children)


def _chain(share_id: UUID | ColumnElement[Any], *, nesting: bool = False) -> CTE:
    """The share and its ancestors, which are its `own`; above what was granted to be passed on also all that limits it.

    That is the link which it was granted of, with the ancestors of that.
    """
    columns = (
        share.c.id,
        share.c.material_id,
        share.c.parent_id,
        share.c.revoked_at,
        share.c.sponsor_id,
        share.c.creator_id,
        share.c.visits_used,
        share.c.visits_max,
        share.c.viewers_used,
        share.c.viewers_max,
        share.c.expires_at,
        share.c.download,
        share.c.forward_depth_left,
        share.c.depth,
        share.c.audience,
        share.c.audience_person_id,
        share.c.audience_clinic_id,
        share.c.audience_job,
        share.c.limited_by_id,
    )
    first = select(*columns, true().label("own")).where(share.c.id == share_id)
    chain = first.cte("chain", recursive=True, nesting=nesting)
    next_id = func.coalesce(chain.c.parent_id, chain.c.limited_by_id)
    # The limit keeps PostgreSQL, which expects ten parents of a share, from reading all shares to find the one.
    parent = select(*columns).where(share.c.id == next_id).limit(1).lateral("parent")
    own = chain.c.own & chain.c.parent_id.is_not(None)
    return chain.union_all(select(*parent.c, own).select_from(chain.join(parent, true())))


# What is asked whenever a link is opened is put together once: to do it anew takes longer than to ask.
_PERSON = bindparam("person", type_=Uuid)
_STANDING = standing_query(bindparam("share"), _PERSON)
_CHAIN = _chain(bindparam("share"))
_CHAIN_IDS = select(_CHAIN.c.id)
_VISITS_LEFT = select(func.min(_CHAIN.c.visits_max - _CHAIN.c.visits_used))
_VIEWERS_LEFT = select(func.min(_CHAIN.c.viewers_max - _CHAIN.c.viewers_used))
_TO_BE_LET_IN_BY = _CHAIN_IDS.where(_CHAIN.c.viewers_max.is_not(None), ~_is_viewer(_CHAIN.c.id, _PERSON))


async def _one(tx: Transaction, query: Select[Any]) -> ShareRow | None:
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else ShareRow(**row._asdict())
