"""Visits that are asked about together are let on exactly as each of them would be by itself."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from compliance.access import Action, require
from compliance.beacons.passing import Reading, refusals
from compliance.errors import AccessDenied, ComplianceError
from compliance.visits import actor_of, door_of_visit, person_now
from storage.database import Transaction, driver_of
from storage.rows.beacons import VisitClock, hold
from tests.stage import Stage

# What may have happened since a visit began; each happens by itself, to the first visit's share, viewer or material.
CHANGES = {
    "nothing": ("SELECT 1", ""),
    "link cut": ("UPDATE share SET revoked_at = now() WHERE id = :share", "share-revoked"),
    "link over": ("UPDATE share SET expires_at = created_at WHERE id = :share", "share-expired"),
    "link for doctors": ("UPDATE share SET audience_job = 'doctor' WHERE id = :share", "outside-audience"),
    "link locked": (
        (
            "INSERT INTO share_gate (share_id, lock, revision, pledge, changed_by, changed_at) "
            "SELECT :share, 'code', 1, false, creator_id, now() FROM share WHERE id = :share"
        ),
        "share-locked",
    ),
    "viewer shut out": (
        (
            "INSERT INTO share_bar (id, share_id, person_id, barred_by, barred_at, reason) "
            "SELECT gen_random_uuid(), :share, :person, creator_id, now(), '' FROM share WHERE id = :share"
        ),
        "viewer-barred",
    ),
    "viewer blocked": ("UPDATE viewer SET blocked_at = now() WHERE person_id = :person", "actor-inactive"),
    "viewer not verified": ("UPDATE viewer SET verified_at = NULL WHERE person_id = :person", "viewer-unverified"),
    "owner gone": ("UPDATE account SET disabled_at = now()", "share-owner-inactive"),
    "owner shares no more": ("UPDATE account SET role = 'reviewer'", "share-owner-inactive"),
    "material withdrawn": ("UPDATE material SET withdrawn_at = now()", "material-withdrawn"),
    "version replaced": ("UPDATE version SET state = 'draft'", "not-approved"),
    "visit over": ("UPDATE visit SET expires_at = started_at WHERE share_id = :share", "not-found"),
}


async def test_many_visits_are_let_on_as_each_alone(stage: Stage) -> None:
    """Whatever happened to one of them: the rule is the same, and the other visit has its own answer."""
    doors = [await stage.visit(who) for who in ("li", "wang")]
    stage.clock.advance(seconds=15)
    ids = [UUID(visit["id"]) for _, visit in doors]
    named = {"share": UUID(doors[0][0]["id"]), "person": stage.cast.people["li"]}
    for name, (change, rule) in CHANGES.items():
        async with stage.services.database.transaction() as tx, tx.begin_nested() as undone:
            await tx.execute(text(change), named if ":" in change else {})
            together, alone = await _asked(tx, ids, stage.clock.now)
            await undone.rollback()
        assert (name, alone) == (name, together)
        assert (name, rule) == (name, alone[0])


async def _asked(tx: Transaction, ids: list[UUID], now: datetime) -> tuple[list[str], list[str]]:
    """What is said of these visits when they are asked about together, and of each by itself."""
    kept = await hold(await driver_of(tx), ids)
    readings = [Reading(kept[visit_id], None) for visit_id in ids]
    refused = await refusals(await driver_of(tx), readings, now)
    return [_rule(refused.get(each)) for each in readings], [await _alone(tx, kept[each], now) for each in ids]


async def _alone(tx: Transaction, clock: VisitClock, now: datetime) -> str:
    try:
        visit, door = await door_of_visit(tx, clock.visit_id, now)
        viewer = actor_of(await person_now(tx, clock.person_id), now)
        require(viewer, Action.VISIT_READ, replace(door.target(visit), sealable=True))
    except ComplianceError as refusal:
        return _rule(refusal)
    return ""


def _rule(refusal: ComplianceError | None) -> str:
    if isinstance(refusal, AccessDenied):
        return refusal.rule
    return refusal.slug if refusal else ""
