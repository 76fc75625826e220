"""What managers decide over HTTP: disputes about clinics, and what is there twice."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from compliance.access import Action, require
from compliance.access import decide as allows
from compliance.errors import (
    AccessDenied,
    InvalidValue,
    LegalHold,
    MergeRefused,
    NotFound,
    OwnershipChanged,
    WrongState,
)
from compliance.keys import MasterKey
from compliance.ownership import disputes, duplicates, merging
from compliance.ownership.disputes import Evidence
from compliance.ownership.wishes import Wish
from compliance.profiles import profiles_of
from fileserver.http.call import Call
from fileserver.http.routing import Auth, Route
from fileserver.http.scopes import Scope
from fileserver.reaching import clinic_target
from fileserver.recruiting.people import Names, called, names_of, someone
from fileserver.recruiting.schemas import (
    DisputeList,
    DisputeOut,
    DisputePath,
    DuplicateList,
    DuplicateOut,
    DuplicatePath,
    EvidenceOut,
    FoundOut,
    Kind,
    MergeIn,
    MergeOut,
    MergePath,
    Place,
    ReasonIn,
    Side,
    VerdictIn,
)
from storage.database import Transaction
from storage.rows import clinics, ownership, viewers
from storage.rows import merging as rows
from storage.rows.clinics import clinic_names
from storage.rows.ownership import DisputeRow

TAIL_CHARS = 4

Sides = dict[UUID, Side]


async def list_disputes(call: Call) -> DisputeList:
    """Two who claim one clinic, with what each can show."""
    require(call.actor, Action.DISPUTE_LIST)
    async with call.services.database.transaction() as tx:
        found = [row for row in await ownership.list_disputes(tx) if await _is_seen(tx, call, row)]
        people = [each for row in found for each in (row.claimant_id, row.holder_id, row.winner_id)]
        names = await names_of(tx, call.services.keys.master, people)
        places = await clinic_names(tx, {row.clinic_id for row in found})
        return DisputeList(items=[await _dispute(tx, row, names, places[str(row.clinic_id)]) for row in found])


async def decide(call: Call[VerdictIn, None, DisputePath]) -> None:
    """Say whose the clinic is."""
    services, dispute_id = call.services, call.params.dispute_id
    async with services.database.transaction() as tx:
        row = await ownership.dispute_by_id(tx, dispute_id)
        if row is None:
            raise NotFound(field="dispute_id")
        target = replace(
            await clinic_target(tx, row.clinic_id),
            disputant=call.actor.person_id in (row.claimant_id, row.holder_id),
        )
        rule = require(call.actor, Action.DISPUTE_DECIDE, target, obj=f"clinic:{row.clinic_id}")
        await disputes.decide(
            tx,
            call.trail,
            dispute_id,
            call.body.winner_id,
            by=call.actor.person_id,
            verdict=call.body.reason,
            now=services.clock(),
            why=rule,
        )


async def list_duplicates(call: Call) -> DuplicateList:
    """What may be there twice, with what a merge would move, and what was merged."""
    require(call.actor, Action.DUPLICATE_LIST)
    async with call.services.database.transaction() as tx:
        found, merges = await rows.list_duplicates(tx), await rows.list_merges(tx)
        pairs = [(row.kind, each) for row in found for each in (row.first_id, row.second_id)]
        pairs += [(row.kind, each) for row in merges for each in (row.kept_id, row.merged_id)]
        sides = await _sides(tx, call.services.keys.master, pairs)
        items = []
        for row in found:
            wish = Wish(kind=row.kind, kept_id=row.first_id, merged_id=row.second_id)
            try:
                shown = await merging.preview(tx, wish)
            except NotFound:  # erased since it was found: there is nothing to decide any more
                continue
            items.append(
                DuplicateOut(
                    id=row.id,
                    kind=Kind(row.kind),
                    grounds=row.grounds,
                    found_at=row.found_at,
                    first=sides[row.first_id],
                    second=sides[row.second_id],
                    moves=dict(shown.moves),
                    refusal=shown.refusal,
                )
            )
        past = [
            MergeOut(
                id=row.id,
                kind=Kind(row.kind),
                kept=sides[row.kept_id],
                merged=sides[row.merged_id],
                cause=row.cause,
                reason=row.reason,
                merged_at=row.merged_at,
                undone_at=row.undone_at,
            )
            for row in merges
        ]
    return DuplicateList(items=items, merges=past)


async def search(call: Call) -> FoundOut:
    """Look for what is there twice now, instead of tonight."""
    require(call.actor, Action.DUPLICATE_DECIDE)
    services = call.services
    async with services.database.transaction() as tx:
        return FoundOut(found=await duplicates.find(tx, services.keys.master, services.clock()))


async def merge(call: Call[MergeIn, None, DuplicatePath]) -> None:
    """Make one of two."""
    services, body = call.services, call.body
    rule = require(call.actor, Action.DUPLICATE_DECIDE)
    async with services.database.transaction() as tx:
        row = await rows.duplicate_by_id(tx, call.params.duplicate_id, lock=True)
        if row is None:
            raise NotFound(field="duplicate_id")
        if row.state == "dismissed":
            raise WrongState
        both = {row.first_id, row.second_id}
        if body.kept_id not in both:
            raise InvalidValue(field="kept_id", rule="not-a-party")
        (other,) = both - {body.kept_id}
        wish = Wish(
            kind=Kind(row.kind),
            kept_id=body.kept_id,
            merged_id=other,
            by=call.actor.person_id,
            reason=body.reason,
            rule=rule,
        )
        await merging.merge(tx, services.keys.master, call.trail, wish, now=services.clock())


async def dismiss(call: Call[ReasonIn, None, DuplicatePath]) -> None:
    """Say that the two are not the same."""
    services = call.services
    rule = require(call.actor, Action.DUPLICATE_DECIDE)
    async with services.database.transaction() as tx:
        await duplicates.dismiss(
            tx,
            call.trail,
            call.params.duplicate_id,
            by=call.actor.person_id,
            reason=call.body.reason,
            now=services.clock(),
            rule=rule,
        )


async def undo(call: Call[None, None, MergePath]) -> None:
    """Make two of one again."""
    services = call.services
    rule = require(call.actor, Action.DUPLICATE_DECIDE)
    async with services.database.transaction() as tx:
        await merging.unmerge(
            tx,
            services.keys.master,
            call.trail,
            call.params.merge_id,
            by=call.actor.person_id,
            now=services.clock(),
            rule=rule,
        )


async def _is_seen(tx: Transaction, call: Call, row: DisputeRow) -> bool:
    target = await clinic_target(tx, row.clinic_id)
    return allows(call.actor, Action.CLINIC_HISTORY, target).allowed


async def _dispute(tx: Transaction, row: DisputeRow, names: Names, place: str) -> DisputeOut:
    sides = [await disputes.evidence_of(tx, row.clinic_id, each) for each in (row.claimant_id, row.holder_id)]
    claimant, holder = (_evidence(each, names) for each in sides)
    return DisputeOut(
        id=row.id,
        clinic=Place(id=row.clinic_id, name=place),
        state="open" if row.state == "open" else "decided",
        opened_at=row.opened_at,
        by_rule=row.opened_by is None,
        reason=row.reason,
        claimant=claimant,
        holder=holder,
        winner=someone(names, row.winner_id),
        verdict=row.verdict,
        decided_at=row.decided_at,
    )


def _evidence(side: Evidence, names: Names) -> EvidenceOut:
    return EvidenceOut(
        who=called(names, side.person_id),
        invited_at=side.invited_at,
        invited_event=side.invited_event,
        entered_at=side.entered_at,
        entered_event=side.entered_event,
        verified_at=side.verified_at,
        verified_event=side.verified_event,
    )


async def _sides(tx: Transaction, master: MasterKey, wanted: Sequence[tuple[str, UUID]]) -> Sides:
    sides: Sides = {}
    people = [each for kind, each in wanted if kind == "person"]
    profiles = await profiles_of(tx, master, person_ids=people)
    for kind, each in wanted:
        if kind == "person":
            row = await viewers.viewer_by_id(tx, each)
            tail = profiles[each].phone[-TAIL_CHARS:]
            place = row.clinic_name if row else ""
            detail = " · ".join(part for part in (place, f"*{tail}" if tail else "") if part)
            proved = row is not None and row.verified_at is not None
            sides[each] = Side(id=each, name=profiles[each].name, detail=detail, verified=proved)
        else:
            clinic = await clinics.clinic_by_id(tx, each)
            if clinic is not None:
                detail = " · ".join(part for part in (clinic.credit_code, clinic.full_name, clinic.region) if part)
                sides[each] = Side(id=each, name=clinic.name, detail=detail, verified=clinic.credit_code is not None)
    return sides


ROUTES = (
    Route(
        method="GET",
        path="/api/v1/recruiting/disputes",
        name="disputes.list",
        summary="List disputes about clinics with the evidence of both sides, open ones first",
        handler=list_disputes,
        auth=Auth.EMPLOYEE,
        action=Action.DISPUTE_LIST,
        scope=Scope.PEOPLE_READ,
        returns=DisputeList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/disputes/{dispute_id}/decision",
        name="disputes.decide",
        summary="Give a clinic to one of the two who claim it",
        handler=decide,
        auth=Auth.EMPLOYEE,
        action=Action.DISPUTE_DECIDE,
        scope=Scope.PEOPLE_WRITE,
        path_params=DisputePath,
        body=VerdictIn,
        status=204,
        errors=(AccessDenied, NotFound, WrongState, OwnershipChanged, InvalidValue),
    ),
    Route(
        method="GET",
        path="/api/v1/recruiting/duplicates",
        name="duplicates.list",
        summary="List clinics and persons that may be there twice, and what was merged",
        handler=list_duplicates,
        auth=Auth.EMPLOYEE,
        action=Action.DUPLICATE_LIST,
        scope=Scope.PEOPLE_READ,
        returns=DuplicateList,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/duplicates/search",
        name="duplicates.search",
        summary="Look for clinics and persons that may be there twice",
        handler=search,
        auth=Auth.EMPLOYEE,
        action=Action.DUPLICATE_DECIDE,
        scope=Scope.PEOPLE_WRITE,
        returns=FoundOut,
        errors=(AccessDenied,),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/duplicates/{duplicate_id}/merge",
        name="duplicates.merge",
        summary="Make one of two",
        handler=merge,
        auth=Auth.EMPLOYEE,
        action=Action.DUPLICATE_DECIDE,
        scope=Scope.PEOPLE_WRITE,
        path_params=DuplicatePath,
        body=MergeIn,
        status=204,
        errors=(AccessDenied, NotFound, WrongState, MergeRefused, LegalHold, InvalidValue),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/duplicates/{duplicate_id}/dismiss",
        name="duplicates.dismiss",
        summary="Say that two are not the same",
        handler=dismiss,
        auth=Auth.EMPLOYEE,
        action=Action.DUPLICATE_DECIDE,
        scope=Scope.PEOPLE_WRITE,
        path_params=DuplicatePath,
        body=ReasonIn,
        status=204,
        errors=(AccessDenied, NotFound, WrongState),
    ),
    Route(
        method="POST",
        path="/api/v1/recruiting/merges/{merge_id}/undo",
        name="merges.undo",
        summary="Make two of one again, as they were",
        handler=undo,
        auth=Auth.EMPLOYEE,
        action=Action.DUPLICATE_DECIDE,
        scope=Scope.PEOPLE_WRITE,
        path_params=MergePath,
        status=204,
        errors=(AccessDenied, NotFound, WrongState, MergeRefused, LegalHold),
    ),
)
