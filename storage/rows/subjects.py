"""What is held on one person, table by table, for their own eyes: everything but secrets and wrapped keys.

`HELD` says which column leads from which table to a person. A test walks the schema: each reference to a person stands
here or is said to hold nothing of theirs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, or_, select

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
    clinic_contact,
    clinic_ownership,
    clinic_request,
    consent,
    desk_visit,
    digest,
    digest_choice,
    directory_change,
    directory_difference,
    directory_mapping,
    directory_member,
    directory_run,
    discipline_taken,
    duplicate,
    evidence,
    finding,
    handover,
    identity,
    invitation,
    invitation_use,
    legal_hold,
    material,
    material_declaration,
    merge,
    notice,
    organisation_change,
    ownership_dispute,
    person,
    pledge,
    pledge_text,
    recovery_code,
    review,
    review_absence,
    review_claim,
    review_comment,
    review_procedure,
    review_signature,
    reviewer_discipline,
    rule_set,
    rule_set_activation,
    saved_search,
    session,
    share,
    share_addressee,
    share_bar,
    share_change,
    share_cut,
    share_gate,
    share_look,
    share_viewer,
    sign_in_change,
    sign_in_policy,
    sign_in_provider_change,
    task,
    task_assignment,
    totp,
    trace,
    trail_review,
    transfer,
    upload,
    verification,
    version,
    viewer,
    visit,
    webhook,
)

ROWS_MAX = 10_000  # of each table


@dataclass(frozen=True)
class Held:
    """A table, the columns by which its rows are somebody's, and what is nobody's to see."""

    name: str
    table: Table
    by: tuple[Column[Any], ...]
    without: frozenset[str] = frozenset()


HELD: tuple[Held, ...] = (
    Held("person", person, (person.c.id, person.c.merged_into), frozenset({"strong_key"})),
    Held("account", account, (account.c.person_id,), frozenset({"password_hash"})),
    Held("account-changes", account_change, (account_change.c.person_id, account_change.c.changed_by)),
    Held("organisation-changes", organisation_change, (organisation_change.c.changed_by,)),
    Held("break-glass", break_glass, (break_glass.c.person_id, break_glass.c.ended_by), frozenset({"material_id"})),
    Held("handovers", handover, (handover.c.person_id, handover.c.taken_by)),
    Held("viewer", viewer, (viewer.c.person_id,)),
    Held("consents", consent, (consent.c.person_id,)),
    Held("verifications", verification, (verification.c.person_id,), frozenset({"input_hash", "strong_key", "sealed"})),
    # Whose request it was is not for the employee who decided it, or whose share led to it.
    Held(
        "clinic-requests",
        clinic_request,
        (clinic_request.c.person_id, clinic_request.c.decided_by, clinic_request.c.for_id),
        frozenset({"person_id"}),
    ),
    Held("identities", identity, (identity.c.person_id,)),
    Held("sessions", session, (session.c.person_id,), frozenset({"token_hash", "csrf_token", "provider_session"})),
    Held("second-factor", totp, (totp.c.person_id,), frozenset({"sealed_secret", "last_step"})),
    Held("recovery-codes", recovery_code, (recovery_code.c.person_id,), frozenset({"code_hash"})),
    Held("sign-in-policies", sign_in_policy, (sign_in_policy.c.changed_by,)),
    Held("sign-in-provider-changes", sign_in_provider_change, (sign_in_provider_change.c.changed_by,)),
    Held("sign-in-changes", sign_in_change, (sign_in_change.c.person_id, sign_in_change.c.changed_by)),
    Held("directory-members", directory_member, (directory_member.c.person_id,), frozenset({"key_hash"})),
    Held("directory-differences", directory_difference, (directory_difference.c.person_id,), frozenset({"key_hash"})),
    Held("directory-changes", directory_change, (directory_change.c.person_id,)),
    Held("directory-mappings", directory_mapping, (directory_mapping.c.changed_by,)),
    Held("directory-runs", directory_run, (directory_run.c.ordered_by,), frozenset({"leaving_hash"})),
    Held("api-tokens", api_token, (api_token.c.person_id,), frozenset({"token_hash"})),
    Held("clinics", clinic, (clinic.c.owner_id,)),
    Held("clinic-ownerships", clinic_ownership, (clinic_ownership.c.person_id, clinic_ownership.c.changed_by)),
    Held(
        "invitations",
        invitation,
        (invitation.c.creator_id, invitation.c.revoked_by),
        frozenset({"token_id", "kid"}),
    ),
    Held("invitation-uses", invitation_use, (invitation_use.c.person_id,)),
    Held("clinic-contacts", clinic_contact, (clinic_contact.c.employee_id,), frozenset({"external_userid"})),
    Held("transfers", transfer, (transfer.c.from_id, transfer.c.to_id, transfer.c.requested_by)),
    Held(
        "ownership-disputes",
        ownership_dispute,
        (
            ownership_dispute.c.claimant_id,
            ownership_dispute.c.holder_id,
            ownership_dispute.c.opened_by,
            ownership_dispute.c.winner_id,
            ownership_dispute.c.decided_by,
        ),
    ),
    # Whom these are about is not told to who decided.
    Held("decided-duplicates", duplicate, (duplicate.c.decided_by,), frozenset({"first_id", "second_id", "grounds"})),
    Held("merges", merge, (merge.c.merged_by, merge.c.undone_by), frozenset({"kept_id", "merged_id", "undo"})),
    Held("uploads", upload, (upload.c.person_id,), frozenset({"object_key", "multipart_id", "fence", "holder"})),
    Held("materials", material, (material.c.owner_id, material.c.withdrawn_by)),
    Held("versions", version, (version.c.uploader_id,), frozenset({"object_key"})),
    Held("declarations", material_declaration, (material_declaration.c.declared_by,)),
    Held("evidence", evidence, (evidence.c.added_by, evidence.c.removed_by), frozenset({"object_key"})),
    Held("certificate-changes", certificate_change, (certificate_change.c.changed_by,)),
    Held("tasks", task, (task.c.creator_id, task.c.ended_by), frozenset({"person_ids"})),
    Held("task-assignments", task_assignment, (task_assignment.c.person_id,), frozenset({"message_id"})),
    Held("webhooks", webhook, (webhook.c.created_by,), frozenset({"sealed_address"})),
    Held("digests", digest, (digest.c.person_id,)),
    Held("digest-choice", digest_choice, (digest_choice.c.person_id,)),
    Held("notices", notice, (notice.c.person_id,)),
    # Whose material it was found in is not theirs to see; that they decided about it is.
    Held("decided-findings", finding, (finding.c.decided_by,), frozenset({"quote", "params", "place"})),
    Held("reviews", review, (review.c.submitted_by, review.c.decided_by)),
    Held(
        "signatures",
        review_signature,
        (review_signature.c.person_id, review_signature.c.on_behalf_of),
        frozenset({"sealed_name", "bound"}),
    ),
    Held("review-comments", review_comment, (review_comment.c.person_id, review_comment.c.resolved_by)),
    Held("review-claims", review_claim, (review_claim.c.person_id,)),
    Held(
        "review-absences",
        review_absence,
        (
            review_absence.c.person_id,
            review_absence.c.deputy_id,
            review_absence.c.set_by,
            review_absence.c.ended_by,
        ),
    ),
    Held("review-disciplines", reviewer_discipline, (reviewer_discipline.c.person_id, reviewer_discipline.c.set_by)),
    Held("disciplines-taken", discipline_taken, (discipline_taken.c.person_id, discipline_taken.c.taken_by)),
    Held("review-procedures", review_procedure, (review_procedure.c.set_by,)),
    Held("rule-sets", rule_set, (rule_set.c.written_by,)),
    Held("rule-set-activations", rule_set_activation, (rule_set_activation.c.activated_by,)),
    Held(
        "shares",
        share,
        (share.c.creator_id, share.c.sponsor_id, share.c.audience_person_id, share.c.revoked_by),
        frozenset({"token_id", "kid"}),
    ),
    Held("share-cuts", share_cut, (share_cut.c.person_id, share_cut.c.cut_by)),
    Held("share-addressees", share_addressee, (share_addressee.c.person_id,)),
    # Who was shut out learns that they were, when, and of what; why is not told.
    Held("share-places", share_viewer, (share_viewer.c.person_id,)),
    Held("share-bars", share_bar, (share_bar.c.person_id, share_bar.c.barred_by), frozenset({"reason"})),
    Held("share-changes", share_change, (share_change.c.changed_by,), frozenset({"before", "after"})),
    Held("share-gates", share_gate, (share_gate.c.changed_by,), frozenset({"password_hash"})),
    # Who asked is not for whoever decided.
    Held(
        "access-requests",
        access_request,
        (access_request.c.person_id, access_request.c.decided_by),
        frozenset({"person_id"}),
    ),
    Held("pledges", pledge, (pledge.c.person_id,)),
    Held("pledge-texts", pledge_text, (pledge_text.c.made_by,)),
    Held("share-looks", share_look, (share_look.c.changed_by,)),
    Held("visits", visit, (visit.c.person_id,), frozenset({"copy_id", "kid"})),
    Held("readings", desk_visit, (desk_visit.c.person_id,), frozenset({"copy_id", "kid"})),
    Held("traces", trace, (trace.c.person_id,), frozenset({"object_key", "results"})),
    Held("searches", saved_search, (saved_search.c.person_id,), frozenset({"sealed"})),
    Held("trail-reviews", trail_review, (trail_review.c.person_id,)),
    # Whom these are about, and why, is not told to whoever asks for their own data.
    Held("dismissed-anomalies", anomaly, (anomaly.c.dismissed_by,), frozenset({"who", "ip", "bar", "reason"})),
    Held(
        "holds",
        legal_hold,
        (legal_hold.c.placed_by, legal_hold.c.lifted_by),
        frozenset({"person_id", "material_id", "reason", "lifted_reason"}),
    ),
)


async def rows_held(tx: Transaction, held: Held, person_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """A person's rows of one table, under all their ids, at most ROWS_MAX + 1: one too many says there are more."""
    columns = [column for column in held.table.c if column.name not in held.without]
    query = select(*columns).where(or_(*(column.in_(person_ids) for column in held.by)))
    query = query.order_by(*held.table.primary_key.columns).limit(ROWS_MAX + 1)
    return [dict(row) for row in (await tx.execute(query)).mappings()]
