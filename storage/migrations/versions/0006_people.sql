-- The previous release still runs beside this: only tables that it doesn't know are added, and columns with a default.

-- Clinic users: consent, real names, joined identities ---------------------------------------------------------------

-- One person under two ids: the other one's identities lead to this one now, its rows stay where they are.
ALTER TABLE person ADD COLUMN merged_into UUID CONSTRAINT fk_person_merged_into REFERENCES person (id);
ALTER TABLE person ADD COLUMN strong_key TEXT; -- keyed hash of verified name and ID number
CREATE UNIQUE INDEX uq_person_strong_key ON person (strong_key) WHERE strong_key IS NOT NULL;
CREATE INDEX ix_person_merged_into ON person (merged_into) WHERE merged_into IS NOT NULL;

ALTER TABLE viewer ADD COLUMN verified_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE viewer ADD COLUMN consented INTEGER DEFAULT 0 NOT NULL; -- the version of the privacy consent in force; 0: none

CREATE TABLE consent (
    id UUID NOT NULL,
    person_id UUID NOT NULL CONSTRAINT fk_consent_person_id REFERENCES person (id),
    purpose TEXT NOT NULL CONSTRAINT ck_consent_purpose CHECK (purpose IN ('privacy', 'identity')),
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    text_sha256 TEXT NOT NULL,
    session TEXT NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_session TEXT,
    CONSTRAINT pk_consent PRIMARY KEY (id)
);
CREATE INDEX ix_consent_person_id ON consent (person_id);
CREATE UNIQUE INDEX uq_consent_in_force ON consent (person_id, purpose, version) WHERE withdrawn_at IS NULL;

CREATE TABLE verification (
    id UUID NOT NULL,
    person_id UUID NOT NULL CONSTRAINT fk_verification_person_id REFERENCES person (id),
    method TEXT NOT NULL CONSTRAINT ck_verification_method CHECK (method IN ('two-factor', 'three-factor', 'face', 'esign')),
    provider TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_verification_state CHECK (state IN ('started', 'verified', 'duplicate', 'mismatch', 'invalid', 'later', 'down', 'over')),
    result TEXT DEFAULT '' NOT NULL,
    strong_key TEXT,
    sealed BYTEA,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    valid_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_verification PRIMARY KEY (id)
);
CREATE INDEX ix_verification_person_id ON verification (person_id, started_at);
CREATE INDEX ix_verification_started_at ON verification (started_at);
CREATE UNIQUE INDEX uq_verification_input ON verification (person_id, input_hash)
    WHERE state IN ('started', 'verified', 'duplicate', 'mismatch', 'invalid');

-- What a mini-program's sign-in leaves with the server alone; a newer one takes its place.
CREATE TABLE wechat_session_key (
    identity_id UUID NOT NULL CONSTRAINT fk_wechat_session_key_identity_id REFERENCES identity (id) ON DELETE CASCADE,
    sealed BYTEA NOT NULL,
    version INTEGER NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_wechat_session_key PRIMARY KEY (identity_id)
);

-- A place of work that nobody listed: who says so waits until an employee has looked.
CREATE TABLE clinic_request (
    id UUID NOT NULL,
    person_id UUID NOT NULL CONSTRAINT fk_clinic_request_person_id REFERENCES person (id),
    name TEXT NOT NULL,
    credit_code TEXT CONSTRAINT ck_clinic_request_credit_code CHECK (credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    job TEXT NOT NULL CONSTRAINT ck_clinic_request_job CHECK (job IN ('consultant', 'operations', 'doctor')),
    state TEXT NOT NULL CONSTRAINT ck_clinic_request_state CHECK (state IN ('pending', 'accepted', 'refused')),
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    for_id UUID CONSTRAINT fk_clinic_request_for_id REFERENCES person (id),
    decided_at TIMESTAMP WITH TIME ZONE,
    decided_by UUID CONSTRAINT fk_clinic_request_decided_by REFERENCES person (id),
    clinic_id UUID CONSTRAINT fk_clinic_request_clinic_id REFERENCES clinic (id),
    CONSTRAINT pk_clinic_request PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_clinic_request_pending ON clinic_request (person_id) WHERE state = 'pending';
CREATE INDEX ix_clinic_request_state ON clinic_request (state, requested_at);

-- Organisation and access ---------------------------------------------------------------------------------------------

CREATE TABLE region (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_region PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_region_name ON region (name) WHERE closed_at IS NULL;

CREATE TABLE department (
    id UUID NOT NULL,
    parent_id UUID,
    name TEXT NOT NULL,
    path UUID[] NOT NULL,
    region_id UUID,
    region TEXT DEFAULT '' NOT NULL,
    source TEXT DEFAULT 'own' NOT NULL CONSTRAINT ck_department_source CHECK (source IN ('own', 'wecom', 'oidc')),
    external_id TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_department PRIMARY KEY (id),
    CONSTRAINT fk_department_parent_id FOREIGN KEY(parent_id) REFERENCES department (id),
    CONSTRAINT fk_department_region_id FOREIGN KEY(region_id) REFERENCES region (id)
);
CREATE INDEX ix_department_path ON department USING gin (path);
CREATE UNIQUE INDEX uq_department_external ON department (source, external_id) WHERE external_id <> '' AND closed_at IS NULL;
CREATE UNIQUE INDEX uq_department_name ON department (parent_id, name) WHERE closed_at IS NULL;
CREATE UNIQUE INDEX uq_department_root ON department ((parent_id IS NULL)) WHERE parent_id IS NULL;

-- The root is the brand itself. What departments were as texts becomes the level below it.
INSERT INTO department (id, parent_id, name, path)
VALUES ('00000000-0000-0000-0000-000000000001', NULL, '', ARRAY['00000000-0000-0000-0000-000000000001'::uuid]);
INSERT INTO department (id, parent_id, name, path)
SELECT made.id, root.id, made.name, ARRAY[root.id, made.id]
FROM department AS root, (
    SELECT gen_random_uuid() AS id, department AS name
    FROM (
        SELECT department FROM account WHERE department <> ''
        UNION SELECT subject FROM upload_quota WHERE scope = 'department'
    ) AS named
) AS made
WHERE root.parent_id IS NULL;

-- Quotas are of a department now, and no more of whatever is called so.
UPDATE upload_quota SET subject = department.id::text FROM department
WHERE upload_quota.scope = 'department' AND department.name = upload_quota.subject AND department.parent_id IS NOT NULL;

-- Who could read everything until now still can; a new account can't until somebody says so.
ALTER TABLE account ADD COLUMN department_id UUID;
ALTER TABLE account ADD COLUMN region_id UUID;
ALTER TABLE account ADD COLUMN clearance TEXT DEFAULT 'usual' NOT NULL;
ALTER TABLE account ADD COLUMN valid_from TIMESTAMP WITH TIME ZONE;
ALTER TABLE account ADD COLUMN valid_until TIMESTAMP WITH TIME ZONE;
ALTER TABLE account ADD COLUMN left_at TIMESTAMP WITH TIME ZONE;
UPDATE account SET clearance = 'top', department_id = (
    SELECT department.id FROM department
    WHERE department.name = account.department AND (department.parent_id IS NULL) = (account.department = '')
);
ALTER TABLE account ADD CONSTRAINT ck_account_clearance CHECK (clearance IN ('usual', 'top'));
ALTER TABLE account ADD CONSTRAINT fk_account_department_id FOREIGN KEY(department_id) REFERENCES department (id);
ALTER TABLE account ADD CONSTRAINT fk_account_region_id FOREIGN KEY(region_id) REFERENCES region (id);
CREATE INDEX ix_account_department_id ON account (department_id);

CREATE TABLE organisation_change (
    id UUID NOT NULL,
    department_id UUID,
    region_id UUID,
    kind TEXT NOT NULL CONSTRAINT ck_organisation_change_kind CHECK (kind IN ('create', 'rename', 'move', 'region', 'close')),
    before TEXT DEFAULT '' NOT NULL,
    after TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_organisation_change PRIMARY KEY (id),
    CONSTRAINT ck_organisation_change_subject CHECK (num_nonnulls(department_id, region_id) = 1),
    CONSTRAINT fk_organisation_change_department_id FOREIGN KEY(department_id) REFERENCES department (id),
    CONSTRAINT fk_organisation_change_region_id FOREIGN KEY(region_id) REFERENCES region (id),
    CONSTRAINT fk_organisation_change_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);
CREATE INDEX ix_organisation_change_department_id ON organisation_change (department_id, changed_at);
CREATE INDEX ix_organisation_change_region_id ON organisation_change (region_id, changed_at);

CREATE TABLE account_change (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_account_change_kind CHECK (kind IN ('create', 'role', 'department', 'region', 'clearance', 'validity', 'disable', 'enable', 'leave', 'return')),
    before TEXT DEFAULT '' NOT NULL,
    after TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_account_change PRIMARY KEY (id),
    CONSTRAINT fk_account_change_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_account_change_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);
CREATE INDEX ix_account_change_person_id ON account_change (person_id, changed_at);

CREATE TABLE break_glass (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    material_id UUID,
    reason TEXT NOT NULL,
    minutes SMALLINT NOT NULL CONSTRAINT ck_break_glass_minutes CHECK (minutes BETWEEN 1 AND 240),
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_by UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    uses INTEGER DEFAULT 0 NOT NULL,
    CONSTRAINT pk_break_glass PRIMARY KEY (id),
    CONSTRAINT fk_break_glass_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_break_glass_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_break_glass_ended_by FOREIGN KEY(ended_by) REFERENCES person (id)
);
CREATE UNIQUE INDEX uq_break_glass_open ON break_glass (person_id, material_id) NULLS NOT DISTINCT WHERE ended_at IS NULL;
CREATE INDEX ix_break_glass_started_at ON break_glass (started_at);

CREATE TABLE handover (
    id UUID NOT NULL,
    clinic_id UUID NOT NULL,
    person_id UUID NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    taken_by UUID,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_handover PRIMARY KEY (id),
    CONSTRAINT fk_handover_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_handover_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_handover_taken_by FOREIGN KEY(taken_by) REFERENCES person (id)
);
CREATE INDEX ix_handover_person_id ON handover (person_id);
CREATE UNIQUE INDEX uq_handover_open ON handover (clinic_id) WHERE done_at IS NULL;

ALTER TABLE notice DROP CONSTRAINT ck_notice_kind;
ALTER TABLE notice ADD CONSTRAINT ck_notice_kind CHECK (kind IN ('material-withdrawn', 'certificate-expiring', 'certificate-lapsed', 'break-glass'));

-- Signing in ---------------------------------------------------------------------------------------------------------

-- RFC 6238. Without confirmed_at an enrolment that is under way, and asked of nobody.
CREATE TABLE totp (
    person_id UUID NOT NULL,
    sealed_secret BYTEA NOT NULL,
    last_step BIGINT DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_totp PRIMARY KEY (person_id),
    CONSTRAINT fk_totp_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE recovery_code (
    person_id UUID NOT NULL,
    code_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_recovery_code PRIMARY KEY (person_id, code_hash),
    CONSTRAINT fk_recovery_code_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE one_time_code (
    id UUID NOT NULL,
    purpose TEXT NOT NULL,
    subject_hash TEXT NOT NULL,
    code_hash TEXT NOT NULL,
    tries SMALLINT DEFAULT 0 NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_one_time_code PRIMARY KEY (id)
);
CREATE INDEX ix_one_time_code_subject ON one_time_code (purpose, subject_hash);
CREATE INDEX ix_one_time_code_expires_at ON one_time_code (expires_at);

CREATE TABLE sign_in_provider (
    id UUID NOT NULL,
    slug TEXT NOT NULL,
    label TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sealed_secret BYTEA NOT NULL,
    kek TEXT DEFAULT '' NOT NULL,
    scopes TEXT NOT NULL,
    login_claim TEXT DEFAULT '' NOT NULL,
    revision INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sign_in_provider PRIMARY KEY (id),
    CONSTRAINT uq_sign_in_provider_slug UNIQUE (slug)
);

-- Every state that a provider was in, but for its secret: written with it, never changed.
CREATE TABLE sign_in_provider_change (
    provider_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    facts JSONB NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_provider_change PRIMARY KEY (provider_id, revision),
    CONSTRAINT fk_sign_in_provider_change_provider_id FOREIGN KEY(provider_id) REFERENCES sign_in_provider (id),
    CONSTRAINT fk_sign_in_provider_change_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);

-- A browser that was sent to a provider and is expected back.
CREATE TABLE sign_in_attempt (
    state_hash BYTEA NOT NULL,
    browser_hash BYTEA NOT NULL,
    provider TEXT NOT NULL,
    purpose TEXT NOT NULL CONSTRAINT ck_sign_in_attempt_purpose CHECK (purpose IN ('sign-in', 'step-up', 'link')),
    session_id UUID,
    next_path TEXT DEFAULT '' NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_attempt PRIMARY KEY (state_hash)
);
CREATE INDEX ix_sign_in_attempt_expires_at ON sign_in_attempt (expires_at);

-- What is asked of whom: the newest row is in force, the others are its history.
CREATE TABLE sign_in_policy (
    revision INTEGER NOT NULL,
    second_factor_roles TEXT[] NOT NULL,
    local_sign_in TEXT NOT NULL CONSTRAINT ck_sign_in_policy_local_sign_in CHECK (local_sign_in IN ('everybody', 'break-glass')),
    signing_factor TEXT NOT NULL CONSTRAINT ck_sign_in_policy_signing_factor CHECK (signing_factor IN ('code', 'password-and-code')),
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_policy PRIMARY KEY (revision),
    CONSTRAINT fk_sign_in_policy_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);

ALTER TABLE account ADD COLUMN emergency BOOLEAN DEFAULT false NOT NULL;

ALTER TABLE session ADD COLUMN device TEXT DEFAULT '' NOT NULL;
ALTER TABLE session ADD COLUMN address TEXT DEFAULT '' NOT NULL;
ALTER TABLE session ADD COLUMN methods TEXT[] DEFAULT '{}' NOT NULL;
ALTER TABLE session ADD COLUMN fresh_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE session ADD COLUMN limited TEXT DEFAULT '' NOT NULL;
ALTER TABLE session ADD COLUMN provider_id UUID CONSTRAINT fk_session_provider_id REFERENCES sign_in_provider (id);
ALTER TABLE session ADD COLUMN provider_session TEXT DEFAULT '' NOT NULL;

-- Reviewing ----------------------------------------------------------------------------------------------------------

-- Whose setting it is that a reviewer answers for something: it counts for everybody's materials but their own.
ALTER TABLE reviewer_discipline ADD COLUMN set_by UUID;
ALTER TABLE reviewer_discipline ADD CONSTRAINT fk_reviewer_discipline_set_by FOREIGN KEY(set_by) REFERENCES person (id);

-- What somebody took from a reviewer: it is theirs still for what the taker uploads, until another has stood by it.
CREATE TABLE discipline_taken (
    person_id UUID NOT NULL,
    discipline TEXT NOT NULL CONSTRAINT ck_discipline_taken_discipline CHECK (discipline IN ('medical', 'legal', 'regulatory')),
    taken_by UUID NOT NULL,
    CONSTRAINT pk_discipline_taken PRIMARY KEY (person_id, discipline, taken_by),
    CONSTRAINT fk_discipline_taken_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_discipline_taken_taken_by FOREIGN KEY(taken_by) REFERENCES person (id)
);

-- Evidence is looked at like an upload of a material: what nobody has looked at yet waits.
ALTER TABLE evidence ADD COLUMN scan_state TEXT DEFAULT 'waiting' NOT NULL CONSTRAINT ck_evidence_scan_state CHECK (scan_state IN ('waiting', 'clean', 'refused', 'not_scanned'));
ALTER TABLE evidence ADD COLUMN scan_rule TEXT DEFAULT '' NOT NULL;
ALTER TABLE evidence ADD COLUMN scan_attempts SMALLINT DEFAULT '0'::smallint NOT NULL;
ALTER TABLE evidence ADD COLUMN scanned_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_evidence_unscanned ON evidence (added_at) WHERE scan_state IN ('waiting', 'not_scanned');

-- A code of the master key over the last event before signatures: whoever writes rows can't move it.
ALTER TABLE signed_since ADD COLUMN mac TEXT DEFAULT '' NOT NULL;

-- What was told of the end of a certificate that is declared and not in the register; 0 days: the end itself.
CREATE TABLE declared_warning (
    material_id UUID NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    valid_until DATE NOT NULL,
    days_ahead SMALLINT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_declared_warning PRIMARY KEY (material_id, kind, number, valid_until, days_ahead),
    CONSTRAINT fk_declared_warning_material_id FOREIGN KEY(material_id) REFERENCES material (id)
);

-- Platforms -------------------------------------------------------------------------------------------------------------

CREATE TABLE platform_token (
    name TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    renew_at TIMESTAMP WITH TIME ZONE NOT NULL,
    fetched_at TIMESTAMP WITH TIME ZONE NOT NULL,
    forced_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_platform_token PRIMARY KEY (name)
);

CREATE TABLE platform_nonce (
    hash TEXT NOT NULL,
    message_hash TEXT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_platform_nonce PRIMARY KEY (hash)
);
CREATE INDEX ix_platform_nonce_seen_at ON platform_nonce (seen_at);

CREATE TABLE platform_callback (
    id UUID NOT NULL,
    platform TEXT NOT NULL CONSTRAINT ck_platform_callback_platform CHECK (platform IN ('wechat', 'wecom')),
    message_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_hash TEXT NOT NULL,
    sealed BYTEA,
    said_at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    handled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_platform_callback PRIMARY KEY (id),
    CONSTRAINT uq_platform_callback_message_hash UNIQUE (message_hash)
);
CREATE INDEX ix_platform_callback_subject_hash ON platform_callback (subject_hash, said_at);
CREATE INDEX ix_platform_callback_received_at ON platform_callback (received_at);

CREATE TABLE picture_check (
    trace_id TEXT NOT NULL,
    version_id UUID,
    scan_id UUID,
    page INTEGER,
    verdict TEXT,
    label INTEGER DEFAULT '0' NOT NULL,
    cause TEXT DEFAULT '' NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_picture_check PRIMARY KEY (trace_id),
    CONSTRAINT fk_picture_check_version_id FOREIGN KEY(version_id) REFERENCES version (id),
    CONSTRAINT fk_picture_check_scan_id FOREIGN KEY(scan_id) REFERENCES scan (id),
    CONSTRAINT ck_picture_check_verdict CHECK (verdict IN ('pass', 'review', 'risky', 'unchecked')),
    CONSTRAINT ck_picture_check_asked CHECK ((version_id IS NULL) = (asked_at IS NULL)),
    CONSTRAINT ck_picture_check_known CHECK (asked_at IS NOT NULL OR answered_at IS NOT NULL)
);
CREATE INDEX ix_picture_check_version_id ON picture_check (version_id);
CREATE INDEX ix_picture_check_waiting ON picture_check (asked_at) WHERE verdict IS NULL;
CREATE INDEX ix_picture_check_early ON picture_check (answered_at) WHERE version_id IS NULL;

-- Clinics and who holds the relation to each -----------------------------------------------------------------------------

ALTER TABLE clinic ADD COLUMN credit_code TEXT CONSTRAINT ck_clinic_credit_code CHECK (credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$');
ALTER TABLE clinic ADD CONSTRAINT uq_clinic_credit_code UNIQUE (credit_code);
ALTER TABLE clinic ADD COLUMN full_name TEXT DEFAULT '' NOT NULL;
ALTER TABLE clinic ADD COLUMN merged_into UUID CONSTRAINT fk_clinic_merged_into REFERENCES clinic (id);

-- Every moment of a clinic's life is in exactly one interval: of an employee, or of nobody (the pool). `version` counts them.
CREATE TABLE clinic_ownership (
    id UUID NOT NULL,
    clinic_id UUID NOT NULL,
    version INTEGER NOT NULL,
    person_id UUID,
    valid_from TIMESTAMP WITH TIME ZONE NOT NULL,
    valid_to TIMESTAMP WITH TIME ZONE,
    cause TEXT NOT NULL CONSTRAINT ck_clinic_ownership_cause CHECK (cause IN ('begun', 'assigned', 'transferred', 'claimed', 'returned', 'released', 'verified', 'handed_over', 'decided', 'merged', 'outside')),
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID,
    event_id BIGINT,
    counted_from TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_clinic_ownership PRIMARY KEY (id),
    CONSTRAINT uq_clinic_ownership_clinic_id_version UNIQUE (clinic_id, version),
    CONSTRAINT ck_clinic_ownership_interval CHECK (valid_to >= valid_from),
    CONSTRAINT fk_clinic_ownership_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_clinic_ownership_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_clinic_ownership_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);
CREATE UNIQUE INDEX uq_clinic_ownership_open ON clinic_ownership (clinic_id) WHERE valid_to IS NULL;
CREATE INDEX ix_clinic_ownership_person_id ON clinic_ownership (person_id) WHERE valid_to IS NULL;

-- What owners did for their clinics before today was not noted: their time of protection begins now.
INSERT INTO clinic_ownership (id, clinic_id, version, person_id, valid_from, cause, counted_from)
    SELECT gen_random_uuid(), id, 1, owner_id, created_at, 'begun', clock_timestamp() FROM clinic;

-- Who was shut out before had left then, and what they hold waits for somebody.
UPDATE account SET left_at = disabled_at WHERE disabled_at IS NOT NULL;
INSERT INTO handover (id, clinic_id, person_id, since)
    SELECT gen_random_uuid(), clinic_ownership.clinic_id, account.person_id, account.disabled_at
    FROM clinic_ownership JOIN account ON account.person_id = clinic_ownership.person_id
    WHERE clinic_ownership.valid_to IS NULL AND account.disabled_at IS NOT NULL;

-- A clinic begins with its first interval, whoever adds it.
CREATE FUNCTION clinic_ownership_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO clinic_ownership (id, clinic_id, version, person_id, valid_from, cause)
        VALUES (gen_random_uuid(), NEW.id, 1, NEW.owner_id, NEW.created_at, 'begun');
    RETURN NULL;
END $$;
CREATE TRIGGER clinic_ownership_begins AFTER INSERT ON clinic
    FOR EACH ROW EXECUTE FUNCTION clinic_ownership_begins();

-- clinic.owner_id is a copy of the open interval, kept by the database; the release before this one writes it, and what it
-- writes becomes an interval.
CREATE FUNCTION clinic_ownership_copies() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE clinic SET owner_id = NEW.person_id WHERE id = NEW.clinic_id AND owner_id IS DISTINCT FROM NEW.person_id;
    RETURN NULL;
END $$;
CREATE TRIGGER clinic_ownership_copies AFTER INSERT ON clinic_ownership
    FOR EACH ROW WHEN (NEW.valid_to IS NULL) EXECUTE FUNCTION clinic_ownership_copies();

CREATE FUNCTION clinic_ownership_follows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_open clinic_ownership%ROWTYPE;
    at TIMESTAMP WITH TIME ZONE;
BEGIN
    SELECT * INTO STRICT now_open FROM clinic_ownership WHERE clinic_id = NEW.id AND valid_to IS NULL FOR UPDATE;
    IF now_open.person_id IS DISTINCT FROM NEW.owner_id THEN
        at := greatest(clock_timestamp(), now_open.valid_from);
        UPDATE clinic_ownership SET valid_to = at WHERE id = now_open.id;
        INSERT INTO clinic_ownership (id, clinic_id, version, person_id, valid_from, cause)
            VALUES (gen_random_uuid(), NEW.id, now_open.version + 1, NEW.owner_id, at, 'outside');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER clinic_ownership_follows AFTER UPDATE OF owner_id ON clinic
    FOR EACH ROW WHEN (OLD.owner_id IS DISTINCT FROM NEW.owner_id) EXECUTE FUNCTION clinic_ownership_follows();

-- Invitations ------------------------------------------------------------------------------------------------------------

CREATE TABLE invitation (
    id UUID NOT NULL,
    kid SMALLINT NOT NULL,
    token_id BYTEA NOT NULL,
    creator_id UUID NOT NULL,
    clinic_id UUID NOT NULL,
    job TEXT CONSTRAINT ck_invitation_job CHECK (job IN ('consultant', 'operations', 'doctor')),
    note TEXT DEFAULT '' NOT NULL,
    uses_max INTEGER NOT NULL,
    uses INTEGER DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_by UUID,
    event_id BIGINT,
    contact_url TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_invitation PRIMARY KEY (id),
    CONSTRAINT uq_invitation_token_id UNIQUE (token_id),
    CONSTRAINT ck_invitation_uses CHECK (uses >= 0 AND uses <= uses_max),
    CONSTRAINT fk_invitation_creator_id FOREIGN KEY(creator_id) REFERENCES person (id),
    CONSTRAINT fk_invitation_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_invitation_revoked_by FOREIGN KEY(revoked_by) REFERENCES person (id)
);
CREATE INDEX ix_invitation_clinic_id ON invitation (clinic_id);
CREATE INDEX ix_invitation_creator_id ON invitation (creator_id);

-- How far one person came by one invitation, and the events that say so. `credit` is told once they are verified.
CREATE TABLE invitation_use (
    id UUID NOT NULL,
    invitation_id UUID NOT NULL,
    person_id UUID NOT NULL,
    credit TEXT CONSTRAINT ck_invitation_use_credit CHECK (credit IN ('owner', 'assist')),
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    entered_event BIGINT,
    verified_at TIMESTAMP WITH TIME ZONE,
    verified_event BIGINT,
    content_at TIMESTAMP WITH TIME ZONE,
    content_event BIGINT,
    CONSTRAINT pk_invitation_use PRIMARY KEY (id),
    CONSTRAINT uq_invitation_use_invitation_id_person_id UNIQUE (invitation_id, person_id),
    CONSTRAINT fk_invitation_use_invitation_id FOREIGN KEY(invitation_id) REFERENCES invitation (id),
    CONSTRAINT fk_invitation_use_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_invitation_use_person_id ON invitation_use (person_id);

-- Who follows an employee in WeCom, as its callbacks say; `external_userid` is WeCom's name for them.
CREATE TABLE clinic_contact (
    external_userid TEXT NOT NULL,
    employee_id UUID NOT NULL,
    clinic_id UUID,
    invitation_id UUID,
    followed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    event_id BIGINT,
    CONSTRAINT pk_clinic_contact PRIMARY KEY (external_userid, employee_id),
    CONSTRAINT fk_clinic_contact_employee_id FOREIGN KEY(employee_id) REFERENCES person (id),
    CONSTRAINT fk_clinic_contact_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_clinic_contact_invitation_id FOREIGN KEY(invitation_id) REFERENCES invitation (id)
);
CREATE INDEX ix_clinic_contact_clinic_id ON clinic_contact (clinic_id);
CREATE INDEX ix_clinic_contact_employee_id ON clinic_contact (employee_id);

-- Transfers --------------------------------------------------------------------------------------------------------------

-- One clinic that passes on; those asked for together share `batch_id`. Ours is done at `effective_at`, whatever the platform says.
CREATE TABLE transfer (
    id UUID NOT NULL,
    batch_id UUID NOT NULL,
    clinic_id UUID NOT NULL,
    from_id UUID,
    to_id UUID,
    version INTEGER NOT NULL,
    cause TEXT NOT NULL CONSTRAINT ck_transfer_cause CHECK (cause IN ('transferred', 'handed_over')),
    reason TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_transfer_state CHECK (state IN ('scheduled', 'done', 'overtaken', 'cancelled')),
    requested_by UUID NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_transfer PRIMARY KEY (id),
    CONSTRAINT fk_transfer_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_transfer_from_id FOREIGN KEY(from_id) REFERENCES person (id),
    CONSTRAINT fk_transfer_to_id FOREIGN KEY(to_id) REFERENCES person (id),
    CONSTRAINT fk_transfer_requested_by FOREIGN KEY(requested_by) REFERENCES person (id)
);
CREATE INDEX ix_transfer_clinic_id ON transfer (clinic_id);
CREATE INDEX ix_transfer_batch_id ON transfer (batch_id);
CREATE INDEX ix_transfer_effective_at ON transfer (effective_at) WHERE state = 'scheduled';
CREATE UNIQUE INDEX uq_transfer_scheduled ON transfer (clinic_id) WHERE state = 'scheduled';

-- What WeCom does with each customer of a clinic that passes on; its answers carry no request, so this is our own record.
CREATE TABLE transfer_customer (
    transfer_id UUID NOT NULL,
    external_userid TEXT NOT NULL,
    resigned BOOLEAN NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_transfer_customer_state CHECK (state IN ('requested', 'waiting', 'done', 'refused', 'taker_full', 'failed')),
    errcode INTEGER,
    requested_at TIMESTAMP WITH TIME ZONE,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_transfer_customer PRIMARY KEY (transfer_id, external_userid),
    CONSTRAINT fk_transfer_customer_transfer_id FOREIGN KEY(transfer_id) REFERENCES transfer (id)
);
CREATE INDEX ix_transfer_customer_external_userid ON transfer_customer (external_userid, requested_at);
CREATE INDEX ix_transfer_customer_state ON transfer_customer (state) WHERE state IN ('requested', 'waiting');

-- Two who claim one clinic: a manager decides.
CREATE TABLE ownership_dispute (
    id UUID NOT NULL,
    clinic_id UUID NOT NULL,
    claimant_id UUID NOT NULL,
    holder_id UUID NOT NULL,
    opened_by UUID,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_ownership_dispute_state CHECK (state IN ('open', 'decided')),
    winner_id UUID,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    verdict TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_ownership_dispute PRIMARY KEY (id),
    CONSTRAINT fk_ownership_dispute_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_ownership_dispute_claimant_id FOREIGN KEY(claimant_id) REFERENCES person (id),
    CONSTRAINT fk_ownership_dispute_holder_id FOREIGN KEY(holder_id) REFERENCES person (id),
    CONSTRAINT fk_ownership_dispute_opened_by FOREIGN KEY(opened_by) REFERENCES person (id),
    CONSTRAINT fk_ownership_dispute_winner_id FOREIGN KEY(winner_id) REFERENCES person (id),
    CONSTRAINT fk_ownership_dispute_decided_by FOREIGN KEY(decided_by) REFERENCES person (id)
);
CREATE UNIQUE INDEX uq_ownership_dispute_open ON ownership_dispute (clinic_id) WHERE state = 'open';

-- Duplicates and merges --------------------------------------------------------------------------------------------------

-- Two clinics, or two persons, that may be one; `first_id` < `second_id`.
CREATE TABLE duplicate (
    id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_duplicate_kind CHECK (kind IN ('clinic', 'person')),
    first_id UUID NOT NULL,
    second_id UUID NOT NULL,
    grounds TEXT[] NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_duplicate_state CHECK (state IN ('open', 'merged', 'dismissed')),
    found_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_duplicate PRIMARY KEY (id),
    CONSTRAINT ck_duplicate_pair CHECK (first_id < second_id),
    CONSTRAINT uq_duplicate_kind_first_id_second_id UNIQUE (kind, first_id, second_id),
    CONSTRAINT fk_duplicate_decided_by FOREIGN KEY(decided_by) REFERENCES person (id)
);

-- One clinic or person taken into another; `undo` says what was changed in which rows, so that it can be put back exactly.
CREATE TABLE merge (
    id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_merge_kind CHECK (kind IN ('clinic', 'person')),
    kept_id UUID NOT NULL,
    merged_id UUID NOT NULL,
    cause TEXT NOT NULL CONSTRAINT ck_merge_cause CHECK (cause IN ('manual', 'automatic')),
    reason TEXT DEFAULT '' NOT NULL,
    undo JSONB NOT NULL,
    merged_by UUID,
    merged_at TIMESTAMP WITH TIME ZONE NOT NULL,
    undone_by UUID,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_merge PRIMARY KEY (id),
    CONSTRAINT fk_merge_merged_by FOREIGN KEY(merged_by) REFERENCES person (id),
    CONSTRAINT fk_merge_undone_by FOREIGN KEY(undone_by) REFERENCES person (id)
);
CREATE UNIQUE INDEX uq_merge_standing ON merge (kind, merged_id) WHERE undone_at IS NULL;
CREATE INDEX ix_merge_kept_id ON merge (kept_id);

ALTER TABLE notice DROP CONSTRAINT ck_notice_kind;
ALTER TABLE notice ADD CONSTRAINT ck_notice_kind CHECK (kind IN ('material-withdrawn', 'certificate-expiring', 'certificate-lapsed', 'break-glass', 'clinic-opened', 'clinic-received', 'clinic-returned', 'clinic-disputed', 'emergency-sign-in'));

-- Addresses of SIEMs may hold tokens: from now on they are wrapped by the master key, which no SQL has. What stands here
-- in clear is wrapped by the first process of this release that starts.
ALTER TABLE siem_target ALTER COLUMN address SET DEFAULT '';
ALTER TABLE siem_target ADD COLUMN sealed_address BYTEA;
ALTER TABLE siem_target ADD COLUMN kek TEXT DEFAULT '' NOT NULL;
ALTER TABLE siem_target ADD CONSTRAINT ck_siem_target_address CHECK ((sealed_address IS NULL) = (address <> ''));

-- What the log told of words that erasures took out of a signature's reason, kept when those entries are pruned.
CREATE TABLE signature_redaction (
    signature_id UUID NOT NULL,
    reason_sha256 TEXT NOT NULL CONSTRAINT ck_signature_redaction_hash CHECK (reason_sha256 ~ '^[0-9a-f]{64}$'),
    mac TEXT NOT NULL CONSTRAINT ck_signature_redaction_mac CHECK (mac ~ '^[0-9a-f]{64}$'),
    CONSTRAINT pk_signature_redaction PRIMARY KEY (signature_id),
    CONSTRAINT fk_signature_redaction_signature_id FOREIGN KEY(signature_id) REFERENCES review_signature (id)
);

-- Directories ----------------------------------------------------------------------------------------------------------

CREATE TABLE directory_mapping (
    source TEXT NOT NULL,
    revision INTEGER NOT NULL,
    facts JSONB NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_mapping PRIMARY KEY (source, revision),
    CONSTRAINT fk_directory_mapping_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);

-- What a directory gave to whom: what people change by hand is known by it and left alone.
CREATE TABLE directory_member (
    key_hash TEXT NOT NULL,
    source TEXT NOT NULL,
    person_id UUID NOT NULL,
    made BOOLEAN DEFAULT false NOT NULL,
    applied_role TEXT DEFAULT '' NOT NULL,
    applied_department_id UUID,
    shut_out BOOLEAN DEFAULT false NOT NULL,
    deleted BOOLEAN DEFAULT false NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_member PRIMARY KEY (key_hash),
    CONSTRAINT fk_directory_member_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_directory_member_applied_department_id FOREIGN KEY(applied_department_id) REFERENCES department (id)
);
CREATE INDEX ix_directory_member_person_id ON directory_member (person_id);

CREATE TABLE directory_run (
    id UUID NOT NULL,
    source TEXT NOT NULL,
    cause TEXT NOT NULL CONSTRAINT ck_directory_run_cause CHECK (cause IN ('nightly', 'callback', 'ordered')),
    state TEXT NOT NULL CONSTRAINT ck_directory_run_state CHECK (state IN ('done', 'held', 'failed')),
    counts JSONB NOT NULL,
    problem TEXT DEFAULT '' NOT NULL,
    leaving_hash TEXT DEFAULT '' NOT NULL,
    ordered_by UUID,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_run PRIMARY KEY (id),
    CONSTRAINT fk_directory_run_ordered_by FOREIGN KEY(ordered_by) REFERENCES person (id)
);
CREATE INDEX ix_directory_run_started_at ON directory_run (source, started_at);

CREATE TABLE directory_difference (
    source TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    kind TEXT NOT NULL,
    external_id TEXT NOT NULL,
    person_id UUID,
    detail TEXT DEFAULT '' NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_difference PRIMARY KEY (source, key_hash, kind),
    CONSTRAINT fk_directory_difference_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE directory_change (
    id UUID NOT NULL,
    source TEXT NOT NULL,
    kind TEXT NOT NULL,
    person_id UUID,
    department_id UUID,
    before TEXT DEFAULT '' NOT NULL,
    after TEXT DEFAULT '' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_directory_change PRIMARY KEY (id),
    CONSTRAINT fk_directory_change_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_directory_change_department_id FOREIGN KEY(department_id) REFERENCES department (id)
);
CREATE INDEX ix_directory_change_changed_at ON directory_change (source, changed_at);

CREATE TABLE sign_in_change (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT DEFAULT '' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_change PRIMARY KEY (id),
    CONSTRAINT fk_sign_in_change_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_sign_in_change_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);
CREATE INDEX ix_sign_in_change_person_id ON sign_in_change (person_id, changed_at);
