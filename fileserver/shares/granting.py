"""Requests of viewers who were refused, for whoever made the share and who governs them: listing, granting, refusing.

What is granted is a share of the asker's own: for one person (or, where passing on was asked for, for whom the original
is, and then it may be passed on once), no longer than the link that they asked about lasted, with no more visits, no
download that it doesn't offer, its gate, its mark; what may be passed on ends when that link ends, and takes the visits
and places that it has left, together with all else that hangs on it. Who was shut out of that link stays outside, and
whose branch was cut passes nothing on. What is done to that link afterwards, closing, narrowing, shutting somebody out,
cutting, locking, is done to what was granted of it too (`access_requests.granted_from`). Whoever grants must be allowed
to share the material themselves at this moment, and answers for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from compliance import asking, ledger
from compliance.access import Action, Actor, Addressees, require
from compliance.asking import Need, Teller
from compliance.errors import InvalidValue, NotFound, WrongState
from compliance.events import Act, Trail
from compliance.links import active_kid, new_token_id
from compliance.profiles import profiles_of
from compliance.scopes import owned_scope
from compliance.sharing import shareable
from compliance.visits import actor_of, addressees_of, person_now
from fileserver.services import Services
from fileserver.shares.audience import as_row, single
from fileserver.shares.schemas import GrantIn
from fileserver.shares.service import DEFAULT_LIFETIME, Described, allowed, described, policy_of, served_of
from storage.database import Transaction
from storage.rows import access_requests, addressees, cuts, gates, shares
from storage.rows.access_requests import AccessRequestRow
from storage.rows.addressees import joined_jobs
from storage.rows.aliases import person_behind
from storage.rows.shares import ShareRow, ShareStanding
from storage.rows.standing import standing_of


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request with what whoever decides wants to see: who, from where, about what."""

    row: AccessRequestRow
    name: str
    clinic: str
    job: str | None
    title: str
    material_id: UUID


async def listed(services: Services, actor: Actor, *, waiting: bool) -> Sequence[Asked]:
    """Requests about the shares that the actor may see: their own, and those that they govern."""
    require(actor, Action.SHARE_LIST)
    async with services.database.transaction() as tx:
        rows = await access_requests.listed(tx, scope=owned_scope(actor, Action.SHARE_READ), waiting=waiting)
        names = await profiles_of(tx, services.keys.master, person_ids={row.person_id for row in rows})
        return [await _asked(tx, row, names[row.person_id].name) for row in rows]


async def _asked(tx: Transaction, row: AccessRequestRow, name: str) -> Asked:
    standing = await standing_of(tx, await person_behind(tx, row.person_id))
    root = await shares.share_by_id(tx, row.root_id)
    if root is None:
        raise NotFound
    served = await served_of(tx, root.material_id)
    return Asked(
        row=row,
        name=name,
        clinic=standing.clinic_name if standing else "",
        job=standing.job if standing else None,
        title=served.title,
        material_id=root.material_id,
    )


async def grant(services: Services, actor: Actor, trail: Trail, request_id: UUID, said: GrantIn) -> Described:
    """The asker's own share. Raises AccessDenied, NotFound, InvalidValue, WrongState, RequirementUnmet."""
    now = services.clock()
    async with services.database.transaction() as tx:
        request, root = await _held(tx, actor, request_id)
        found = await shareable(tx, services.keys.master, actor, root.material_id, now)
        served, rule, obj = found.served, found.rule, f"material:{root.material_id}"
        asker = await person_behind(tx, request.person_id)
        if not actor_of(await person_now(tx, asker), now).verified:
            raise WrongState(state="unverified", command="grant")
        asked = await _open_to(tx, request, asker)
        standing = await shares.standing(tx, asked.id)
        most = await _most(tx, request, asked, standing, now)
        to = addressees_of(standing.addressees)
        depth = int(request.need == Need.FORWARD)
        if not depth:
            to = Addressees(people=frozenset({asker}))
        elif not await asking.passing_on_grantable(tx, asked.id, to):
            raise WrongState(state="not-forwardable", command="grant")
        limited_by = asked.id if depth else None
        policy = replace(_narrowed(root, asked, most, said, now), forward_depth_left=depth, limited_by_id=limited_by)
        row = _own(services, actor, policy, to, now)
        await shares.add_share(tx, row)
        await addressees.add_addressees(tx, row.id, as_row(to))
        await shares.copy_bars(tx, asked.id, row.id)
        await cuts.copy_cuts(tx, root.id, row.id)
        det = {**policy_of(row, to), **await _gated(tx, row, root), "request": str(request.id)}
        event = trail.event(
            Act.EMPLOYEE_SHARE_CREATE, why=rule, obj=obj, link=str(row.id), ver=served.sha256 or "", det=det
        )
        await ledger.append(tx, event, now=now)
        teller = Teller(services.messages, trail, now)
        await asking.decided(tx, teller, request, root, actor.person_id, granted_id=row.id)
        return await described(services, tx, row, served)


async def _open_to(tx: Transaction, request: AccessRequestRow, asker: UUID) -> ShareRow:
    """The link that was asked about. Raises WrongState if whoever asked was stopped since then."""
    await shares.lock_chain(tx, request.share_id)  # whoever closes or narrows it comes before this, or after
    asked = await shares.share_by_id(tx, request.share_id)
    if asked is None:
        raise NotFound(field="request_id")
    if rule := await asking.stopped(tx, asked.id, asked.root_id, asker, Need(request.need)):
        raise WrongState(state=rule, command="grant")
    return asked


@dataclass(frozen=True, kw_only=True)
class _Most:
    """The most that a grant gives; `visits_max` and `viewers_max` None: not limited."""

    expires_at: datetime
    visits_max: int | None
    download: bool
    viewers_max: int | None = None


async def _most(
    tx: Transaction, request: AccessRequestRow, asked: ShareRow, standing: ShareStanding, now: datetime
) -> _Most:
    """To open: as long and as often as the link that was asked about. To pass on: what is left of that.

    Raises WrongState if nothing is left to be passed on, or the link was closed.
    """
    if request.need == Need.OPEN:
        lasts = standing.expires_at - asked.created_at
        return _Most(expires_at=now + lasts, visits_max=standing.visits_max, download=standing.download)
    closed = {
        "share-revoked": standing.revoked,
        "share-owner-inactive": not standing.creators_active_at(now),
        "share-expired": standing.expires_at <= now,
        "share-used-up": standing.used_up,
        "share-full": standing.full,
    }
    if rule := next((each for each, holds in closed.items() if holds), None):
        raise WrongState(state=rule, command="grant")
    left = await shares.visits_left(tx, asked.id)
    more = await shares.viewers_left(tx, asked.id)
    viewers_max = None if more is None else more + 1  # the asker has a place already, and takes one here
    return _Most(expires_at=standing.expires_at, visits_max=left, download=standing.download, viewers_max=viewers_max)


def _narrowed(root: ShareRow, asked: ShareRow, most: _Most, said: GrantIn, now: datetime) -> ShareRow:
    """The policy of the link that was asked about, never wider: the root's with all that narrows it below."""
    expires_at = said.expires_at or min(most.expires_at, now + DEFAULT_LIFETIME)
    if not now < expires_at <= most.expires_at:
        raise InvalidValue(field="expires_at", rule="wider-than-the-original")
    if said.visits_max is not None and most.visits_max is not None and said.visits_max > most.visits_max:
        raise InvalidValue(field="visits_max", rule="wider-than-the-original")
    if said.viewers_max is not None and most.viewers_max is not None and said.viewers_max > most.viewers_max:
        raise InvalidValue(field="viewers_max", rule="wider-than-the-original")
    if said.download and not most.download:
        raise InvalidValue(field="download", rule="wider-than-the-original")
    return replace(
        root,
        expires_at=expires_at,
        visits_max=said.visits_max or most.visits_max,
        viewers_max=said.viewers_max or most.viewers_max,
        download=most.download and said.download is not False,
        watermark=asked.watermark,
        look=asked.look,
    )


def _own(services: Services, actor: Actor, policy: ShareRow, to: Addressees, now: datetime) -> ShareRow:
    """A share of whoever grants it, with this policy."""
    share_id = uuid4()
    return replace(
        policy,
        id=share_id,
        root_id=share_id,
        token_id=new_token_id(),
        kid=active_kid(services.keys),
        creator_id=actor.person_id,
        sponsor_id=actor.person_id,
        audience=to.audience.value,
        audience_clinic_id=single(to.clinics),
        audience_person_id=single(to.people),
        audience_job=joined_jobs(to.jobs or ()),
        visits_used=0,
        viewers_used=0,
        note="",
        created_at=now,
        revoked_at=None,
        revoked_by=None,
        revoked_reason="",
    )


async def _gated(tx: Transaction, row: ShareRow, root: ShareRow) -> dict[str, str | int]:
    """Gives it the gate of the original, as the log keeps it."""
    gate = await gates.gate_of(tx, root.id)
    if gate is None:
        return {}
    own = replace(gate, share_id=row.id, revision=1, changed_by=row.creator_id, changed_at=row.created_at)
    await gates.put_gate(tx, own)
    return {"lock": gate.lock, "pledge": int(gate.pledge)}


async def refuse(services: Services, actor: Actor, trail: Trail, request_id: UUID, word: str) -> None:
    """No, with a word for the asker. Raises AccessDenied, NotFound, WrongState."""
    now = services.clock()
    async with services.database.transaction() as tx:
        request, root = await _held(tx, actor, request_id)
        teller = Teller(services.messages, trail, now)
        await asking.decided(tx, teller, request, root, actor.person_id, word=word)


async def _held(tx: Transaction, actor: Actor, request_id: UUID) -> tuple[AccessRequestRow, ShareRow]:
    """A request that waits, for whoever may change the share that it is about."""
    request = await access_requests.by_id(tx, request_id, lock=True)
    if request is None:
        raise NotFound(field="request_id")
    root = await allowed(tx, actor, Action.SHARE_CHANGE, request.root_id)
    if request.state != access_requests.WAITING:
        raise WrongState(state=request.state, command="decide")
    return request, root
