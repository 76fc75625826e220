"""Everything that erasing a person changes in rows, and where a person's name could stand besides.

Promise: after `blank_person` no row that belongs to the person holds a word that they, or others of them, wrote; what
others wrote elsewhere is `storage.rows.scrubbing`'s. What is left of the person is ids, times, a pseudonym, a role or
job and a place of work.

A test walks the schema and asks of every text column whether it stands in `FREE_TEXTS`, is blanked or holds no words.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, CursorResult, Text, Uuid, bindparam, cast, delete, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY

from storage.database import Transaction
from storage.schema import (
    access_request,
    account,
    account_change,
    anomaly,
    api_token,
    break_glass,
    certificate_change,
    clinic,
    clinic_ownership,
    clinic_request,
    directory_difference,
    directory_mapping,
    duplicate,
    evidence,
    finding,
    identity,
    invitation,
    legal_hold,
    material,
    material_declaration,
    merge,
    organisation_change,
    ownership_dispute,
    person,
    profile,
    recovery_code,
    review,
    review_comment,
    review_procedure,
    review_signature,
    rule_set,
    rule_set_activation,
    saved_search,
    session,
    share,
    share_addressee,
    share_bar,
    share_folder,
    sign_in_change,
    sign_in_policy,
    sign_in_provider_change,
    task,
    totp,
    trace,
    transfer,
    upload,
    upload_quota,
    verification,
    version,
    viewer,
)

ERASED = "[erased]"
NO_PASSWORD = "!"  # noqa: S105  # no hash: nothing verifies against it
TRACES_MAX = 1_000
MERGED_KEYS = ["kept_key", "merged_key", "profile", "workplace"]  # what a merge of persons keeps of who they were

# Texts that people write in their own words; in all others stand ids, hashes, closed words and names of things.
FREE_TEXTS: tuple[Column[str], ...] = (
    access_request.c.note,
    access_request.c.word,
    account_change.c.reason,
    anomaly.c.reason,
    break_glass.c.reason,
    certificate_change.c.reason,
    clinic_ownership.c.reason,
    directory_mapping.c.reason,
    duplicate.c.reason,
    evidence.c.filename,
    evidence.c.note,
    finding.c.quote,
    finding.c.reason,
    invitation.c.note,
    legal_hold.c.lifted_reason,
    legal_hold.c.reason,
    material.c.description,
    material.c.title,
    material.c.withdrawn_reason,
    material_declaration.c.campaign,
    material_declaration.c.product,
    material_declaration.c.region,
    merge.c.reason,
    organisation_change.c.reason,
    ownership_dispute.c.reason,
    ownership_dispute.c.verdict,
    review.c.reason,
    review_comment.c.body,
    review_procedure.c.reason,
    rule_set.c.note,
    rule_set_activation.c.reason,
    review_signature.c.reason,
    share.c.note,
    share.c.revoked_reason,
    share_bar.c.reason,
    share_folder.c.title,
    task.c.text,
    sign_in_change.c.reason,
    sign_in_policy.c.reason,
    sign_in_provider_change.c.reason,
    trace.c.filename,
    transfer.c.reason,
    version.c.filename,
    viewer.c.blocked_reason,
)

TRACES_NAMING = text(
    """
    WITH mine AS (
        SELECT copy_id FROM visit WHERE person_id = :person
        UNION ALL SELECT copy_id FROM desk_visit WHERE person_id = :person
    )
    SELECT trace.id FROM trace
    WHERE trace.object_key IS NOT NULL AND EXISTS (
        SELECT FROM jsonb_path_query(trace.results, '$.named[*].copy_id') AS named (copy_id)
        JOIN mine ON lpad(to_hex(mine.copy_id), 12, '0') = named.copy_id #>> '{}'
    )
    ORDER BY trace.created_at LIMIT :limit
    """
).bindparams(bindparam("person", type_=Uuid))

# Where nobody is named a hint is taken for one: the picture may show them.
TRACES_NAMING_ERASED = text(
    """
    SELECT trace.id FROM trace
    CROSS JOIN LATERAL (
        SELECT coalesce(nullif(trace.results -> 'named', '[]'), trace.results -> 'leads') AS copies
    ) AS told
    WHERE trace.object_key IS NOT NULL AND trace.state = 'done' AND EXISTS (
        SELECT FROM jsonb_path_query(told.copies, '$[*].copy_id') AS named (copy_id)
        JOIN (SELECT copy_id, person_id FROM visit UNION ALL SELECT copy_id, person_id FROM desk_visit) AS mine
        ON mine.copy_id = CAST(CAST('x' || lpad(named.copy_id #>> '{}', 16, '0') AS bit(64)) AS bigint)
        JOIN person ON person.id = mine.person_id
        WHERE person.erased_at IS NOT NULL
    )
    ORDER BY trace.created_at LIMIT :limit
    """
)


async def lock_person(tx: Transaction, person_id: UUID) -> tuple[str, str, datetime | None] | None:
    """(pseudonym, kind, erased at) of a person, whose row is locked until `tx` ends."""
    query = select(person.c.pseudonym, person.c.kind, person.c.erased_at).where(person.c.id == person_id)
    row = (await tx.execute(query.with_for_update())).one_or_none()
    return None if row is None else (row.pseudonym, row.kind, row.erased_at)


async def blank_person(tx: Transaction, person_id: UUID, pseudonym: str, at: datetime) -> dict[str, int]:
    """Removes or empties every row's words that belong to one person; how many rows of which table."""
    mine = account.c.person_id == person_id
    nameless = {
        "login": f"erased-{pseudonym}",
        "password_hash": NO_PASSWORD,
        "department": "",
        "department_id": None,
        "region_id": None,
        "disabled_at": func.coalesce(account.c.disabled_at, at),
        "left_at": func.coalesce(account.c.left_at, at),
    }
    changes = {
        "profiles": delete(profile).where(profile.c.person_id == person_id),
        "identities": delete(identity).where(identity.c.person_id == person_id),
        "differences": delete(directory_difference).where(directory_difference.c.person_id == person_id),
        "sessions": delete(session).where(session.c.person_id == person_id),
        "recovery_codes": delete(recovery_code).where(recovery_code.c.person_id == person_id),
        "second_factors": delete(totp).where(totp.c.person_id == person_id),
        "tokens": delete(api_token).where(api_token.c.person_id == person_id),
        "searches": delete(saved_search).where(saved_search.c.person_id == person_id),
        "quotas": delete(upload_quota).where(
            upload_quota.c.scope == "person", upload_quota.c.subject == str(person_id)
        ),
        "accounts": update(account).where(mine).values(nameless),
        "verifications": update(verification)
        .where(verification.c.person_id == person_id)
        .values(state="over", input_hash="", strong_key=None, sealed=None),
        "asked": update(access_request).where(access_request.c.person_id == person_id).values(note=""),
        "requests": update(clinic_request)
        .where(clinic_request.c.person_id == person_id)
        .values(name="", credit_code=None),
        "viewers": update(viewer).where(viewer.c.person_id == person_id).values(blocked_reason=None),
        "uploads": update(upload).where(upload.c.person_id == person_id).values(metadata={}),
        "shares": update(share)
        .where(
            or_(
                share.c.creator_id == person_id,
                share.c.audience_person_id == person_id,
                share.c.id.in_(select(share_addressee.c.share_id).where(share_addressee.c.person_id == person_id)),
            )
        )
        .values(note=""),
        "bars": update(share_bar).where(share_bar.c.person_id == person_id).values(reason=""),
        "merges": update(merge)
        .where(merge.c.kind == "person", or_(merge.c.kept_id == person_id, merge.c.merged_id == person_id))
        .values(undo=merge.c.undo.op("-")(cast(MERGED_KEYS, ARRAY(Text)))),
        "clinics": update(clinic).where(clinic.c.owner_id == person_id).values(owner_id=None),
    }
    counts = {name: _count(await tx.execute(change)) for name, change in changes.items()}
    await tx.execute(update(person).where(person.c.id == person_id).values(erased_at=at, strong_key=None))
    return counts


async def traces_naming(tx: Transaction, person_id: UUID) -> tuple[UUID, ...]:
    """Traces whose result names a copy that this person was served, and whose file is still kept; the oldest first."""
    rows = await tx.execute(TRACES_NAMING, {"person": person_id, "limit": TRACES_MAX})
    return tuple(rows.scalars())


async def traces_naming_erased(tx: Transaction, limit: int) -> tuple[UUID, ...]:
    """Traces that are over and name a copy of somebody who is erased by now, and whose file is still kept."""
    return tuple((await tx.execute(TRACES_NAMING_ERASED, {"limit": limit})).scalars())


def _count(done: CursorResult[tuple[()]]) -> int:
    return done.rowcount
