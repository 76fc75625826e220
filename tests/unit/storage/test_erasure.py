"""Where a person's words could stand: every column of the schema was thought about."""

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from storage.rows.erasure import FREE_TEXTS
from storage.rows.subjects import HELD
from storage.schema import metadata, person

# Texts that a person's own row holds; `blank_person` deletes or empties them.
BLANKED = {
    "account.department",
    "account.login",
    "account.password_hash",
    "api_token.label",
    "api_token.scopes",
    "clinic_request.credit_code",
    "clinic_request.name",
    "directory_difference.external_id",
    "identity.app",
    "identity.provider",
    "identity.subject",
    "recovery_code.code_hash",
    "session.address",
    "session.csrf_token",
    "session.device",
    "session.limited",
    "session.methods",
    "session.provider_session",
    "share.look",
    "share.note",
    "share_look.look",
    "upload.metadata",
    "upload_quota.subject",
    "viewer.blocked_reason",
    "person.strong_key",
    "verification.input_hash",
    "verification.strong_key",
}
# Closed words, ids, hashes, names of things, and what machines write.
NOBODYS = {
    "access_request.need", "access_request.rule", "access_request.state",
    "account.clearance", "account.role", "account_change.after", "account_change.before", "account_change.kind",
    "anomaly.*", "certificate.*", "certificate_change.facts", "clinic.name",
    "clinic.region", "clinic_request.job", "clinic_request.state", "consent.*",
    "event.*", "event_index.*", "event_month.*",
    "declared_certificate.*", "declared_warning.*", "department.*", "discipline_taken.discipline",
    "digest.*", "directory_change.*", "directory_difference.detail", "directory_difference.key_hash",
    "directory_difference.kind", "directory_difference.source", "directory_mapping.facts", "directory_mapping.source",
    "directory_member.*", "directory_run.*",
    "event_total.*", "event_word.*", "evidence.kind", "evidence.media_type",
    "evidence.object_key", "evidence.scan_rule", "evidence.scan_state", "evidence.sha256", "finding.*",
    "known_origin.*", "ledger_*.*", "legal_hold.kind", "log_reader.*",
    "material.class", "material.sensitivity", "notice.*", "one_time_code.*",
    "organisation_change.after", "organisation_change.before", "organisation_change.kind",
    "person.kind", "person.pseudonym", "person_key.kek",
    "picture_check.*", "platform_callback.*", "platform_nonce.*", "platform_token.*",
    "rate_limit.bucket", "region.name", "rendition.*", "read_page.*", "read_version.*", "read_visit.*",
    "share_sending.*", "spread_crowd.*", "spread_day.*", "spread_gap.*", "spread_month.*", "spread_opener.*",
    "spread_person.*", "spread_pulse.*", "spread_root.maker", "spread_seen.*", "spread_share.*", "spread_subject.*",
    "spread_viewer.*", "spread_wait.*", "spread_wave.*",
    "pledge.*", "pledge_text.*",
    "review.rule_set_version", "review.sha256", "review.state", "ring_key.*",
    "clinic.credit_code", "clinic.full_name",
    "clinic_contact.*", "clinic_ownership.cause", "duplicate.grounds", "duplicate.kind",
    "duplicate.state",
    "invitation.contact_url", "invitation.job", "invitation_use.*", "merge.cause", "merge.kind", "merge.undo",
    "ownership_dispute.state", "transfer.cause", "transfer.state", "transfer_customer.*", "review_claim.*",
    "review_comment.place",
    "review_procedure.class", "review_procedure.stages",
    "review_signature.bound", "review_signature.discipline", "review_signature.factor", "review_signature.hash",
    "review_signature.mac",
    "review_signature.meaning", "review_step.*", "reviewer_discipline.*", "rule_set.source", "rule_set.version",
    "scan.*",
    "share.audience", "share.audience_job", "share_addressee.region", "share_change.after", "share_change.before",
    "share.seal_level", "share.watermark", "share_look.watermark",
    "share_gate.lock", "share_gate.password_hash",
    "siem_cursor.*", "signature_redaction.*", "signed_since.mac",
    "sign_in_attempt.*", "sign_in_change.detail", "sign_in_change.kind",
    "sign_in_policy.local_sign_in", "sign_in_policy.second_factor_roles",
    "sign_in_policy.signing_factor", "sign_in_provider.*", "sign_in_provider_change.facts",
    "siem_target.*", "signing_key.state",
    "task.clinic_region", "task.department_ids", "task.home_region", "task.job", "task.person_ids",
    "task.region", "task.roles", "task.watermark", "task_assignment.*",
    "trace.failure", "trace.media_type", "trace.object_key", "trace.outcome",
    "trace.results", "trace.sha256", "trace.state", "trail_review.meaning", "upload.concat", "upload.multipart_id",
    "upload.object_key", "upload.sha256", "upload.state", "upload.way", "upload_part.*", "upload_quota.scope",
    "upload_signed_part.*", "upload_source.url", "upload_tail.*", "version.media_type", "version.object_key",
    "version.preparation", "version.sha256", "version.state", "verification.method",
    "webhook.*", "webhook_delivery.*",
    "verification.provider", "verification.result", "verification.state", "viewer.job",
}  # fmt: skip
# Part of a signed record that nobody can change: docs/how-to/erase-a-person.md tells auditors to name nobody there.
SIGNED = {"trail_review.note"}
# References to a person that `HELD` follows by another column, or that hold nothing about them.
FOLLOWED_OTHERWISE = {"legal_hold.person_id", "person_key.person_id", "profile.person_id"}


def names_texts() -> set[str]:
    """Every column of text, of a list of texts, or of JSON."""
    return {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text | ARRAY | JSONB)
    }


def test_every_text_was_thought_about() -> None:
    """A new column of text says whether people write in it; a column that is gone is not named any more."""
    free = {f"{column.table.name}.{column.name}" for column in FREE_TEXTS}
    unknown = {
        name
        for name in names_texts() - free - BLANKED - SIGNED
        if name not in NOBODYS and f"{name.partition('.')[0]}.*" not in NOBODYS and not name.startswith("ledger_")
    }
    assert set() == unknown
    gone = {name for name in free | BLANKED | NOBODYS | SIGNED if not name.endswith("*")} - names_texts()
    assert set() == gone


def test_every_reference_to_a_person_is_followed() -> None:
    """What is somebody's is in their export, whatever table it is in."""
    followed = {f"{column.table.name}.{column.name}" for held in HELD for column in held.by}
    references = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if any(key.column.table is person for key in column.foreign_keys)
    }
    assert references == (followed | FOLLOWED_OTHERWISE) - {"person.id"}
