-- The previous release still runs beside this: only tables that it doesn't know are added, and columns with a default, and
-- indexes taken away that nobody needs for what is right, only for how soon.

-- Log ----------------------------------------------------------------------------------------------------------------

-- What the log is searched by stands in event_index; each of these cost every event something, and nobody reads them now.
DROP INDEX ix_event_t;
DROP INDEX ix_event_who_t;
DROP INDEX ix_event_org_t;
DROP INDEX ix_event_obj_t;
DROP INDEX ix_event_link_t;
DROP INDEX ix_event_act_t;

-- Certificates -------------------------------------------------------------------------------------------------------

CREATE TABLE certificate (
    id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_certificate_kind CHECK (kind IN ('medical_ad', 'drug_device_ad', 'device_registration', 'drug_approval', 'cosmetic_registration')),
    number TEXT NOT NULL,
    holder TEXT NOT NULL,
    product TEXT NOT NULL,
    scope TEXT DEFAULT '' NOT NULL,
    valid_from DATE NOT NULL,
    valid_until DATE,
    status TEXT NOT NULL CONSTRAINT ck_certificate_status CHECK (status IN ('active', 'suspended', 'revoked')),
    revision INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_certificate PRIMARY KEY (id),
    CONSTRAINT ck_certificate_dates CHECK (valid_until IS NULL OR valid_until >= valid_from),
    CONSTRAINT uq_certificate_kind_number UNIQUE (kind, number)
);

-- Every state that an entry of the register was in: written with the entry, never changed.
CREATE TABLE certificate_change (
    certificate_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    facts JSONB NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    changed_by UUID NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_certificate_change PRIMARY KEY (certificate_id, revision),
    CONSTRAINT fk_certificate_change_certificate_id FOREIGN KEY(certificate_id) REFERENCES certificate (id),
    CONSTRAINT fk_certificate_change_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);

-- What was told of an entry's end, so that it is told once: days ahead, and 0 for the end itself.
CREATE TABLE certificate_warning (
    certificate_id UUID NOT NULL,
    valid_until DATE NOT NULL,
    days_ahead SMALLINT NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_certificate_warning PRIMARY KEY (certificate_id, valid_until, days_ahead),
    CONSTRAINT fk_certificate_warning_certificate_id FOREIGN KEY(certificate_id) REFERENCES certificate (id)
);

-- Declarations -------------------------------------------------------------------------------------------------------

CREATE TABLE material_declaration (
    material_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    product TEXT NOT NULL,
    region TEXT NOT NULL,
    campaign TEXT NOT NULL,
    declared_by UUID NOT NULL,
    declared_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_material_declaration PRIMARY KEY (material_id, revision),
    CONSTRAINT fk_material_declaration_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_material_declaration_declared_by FOREIGN KEY(declared_by) REFERENCES person (id)
);

CREATE TABLE declared_certificate (
    material_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    position SMALLINT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    valid_until DATE,
    CONSTRAINT pk_declared_certificate PRIMARY KEY (material_id, revision, position),
    CONSTRAINT fk_declared_certificate_declaration FOREIGN KEY(material_id, revision) REFERENCES material_declaration (material_id, revision)
);
CREATE INDEX ix_declared_certificate_number_kind ON declared_certificate (number, kind);

-- The declaration that a version was submitted with; null: the material's newest.
ALTER TABLE version ADD COLUMN declaration_revision INTEGER;

CREATE TABLE evidence (
    id UUID NOT NULL,
    material_id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_evidence_kind CHECK (kind IN ('certificate_scan', 'portrait_consent', 'data_source', 'patent', 'registration', 'other')),
    note TEXT DEFAULT '' NOT NULL,
    sha256 TEXT NOT NULL CONSTRAINT ck_evidence_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    filename TEXT NOT NULL,
    object_key TEXT NOT NULL,
    upload_id UUID,
    added_by UUID NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    removed_by UUID,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_evidence PRIMARY KEY (id),
    CONSTRAINT uq_evidence_upload_id UNIQUE (upload_id),
    CONSTRAINT fk_evidence_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_evidence_upload_id FOREIGN KEY(upload_id) REFERENCES upload (id),
    CONSTRAINT fk_evidence_added_by FOREIGN KEY(added_by) REFERENCES person (id),
    CONSTRAINT fk_evidence_removed_by FOREIGN KEY(removed_by) REFERENCES person (id)
);
CREATE INDEX ix_evidence_material_id ON evidence (material_id);
CREATE INDEX ix_evidence_object_key ON evidence (object_key text_pattern_ops);

-- Notices ------------------------------------------------------------------------------------------------------------

CREATE TABLE notice (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_notice_kind CHECK (kind IN ('material-withdrawn', 'certificate-expiring', 'certificate-lapsed')),
    key TEXT NOT NULL,
    material_id UUID,
    certificate_id UUID,
    params JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notice PRIMARY KEY (id),
    CONSTRAINT uq_notice_person_id_key UNIQUE (person_id, key),
    CONSTRAINT fk_notice_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_notice_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_notice_certificate_id FOREIGN KEY(certificate_id) REFERENCES certificate (id)
);
CREATE INDEX ix_notice_unread ON notice (person_id) WHERE read_at IS NULL;

-- Scans --------------------------------------------------------------------------------------------------------------

CREATE TABLE scan (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_scan_state CHECK (state IN ('waiting', 'running', 'finished', 'failed')),
    stage TEXT DEFAULT '' NOT NULL,
    pages_total INTEGER,
    pages_done INTEGER DEFAULT 0 NOT NULL,
    detectors JSONB DEFAULT '{}' NOT NULL,
    rule_set_version TEXT DEFAULT '' NOT NULL,
    material_class TEXT DEFAULT '' NOT NULL,
    declaration_revision INTEGER DEFAULT 0 NOT NULL,
    attempt INTEGER DEFAULT 0 NOT NULL,
    failure TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_scan PRIMARY KEY (id),
    CONSTRAINT fk_scan_version_id FOREIGN KEY(version_id) REFERENCES version (id)
);
CREATE INDEX ix_scan_version_id ON scan (version_id, created_at);
CREATE INDEX ix_scan_open ON scan (created_at) WHERE state IN ('waiting', 'running');

ALTER TABLE finding ADD COLUMN scan_id UUID;
ALTER TABLE finding ADD COLUMN quote TEXT DEFAULT '' NOT NULL;
ALTER TABLE finding ADD COLUMN hard BOOLEAN DEFAULT false NOT NULL;
ALTER TABLE finding ADD COLUMN state TEXT DEFAULT 'open' NOT NULL;
ALTER TABLE finding ADD COLUMN decided_by UUID;
ALTER TABLE finding ADD COLUMN decided_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE finding ADD COLUMN reason TEXT DEFAULT '' NOT NULL;
ALTER TABLE finding ADD CONSTRAINT ck_finding_state CHECK (state IN ('open', 'dismissed', 'confirmed'));
ALTER TABLE finding ADD CONSTRAINT ck_finding_hard CHECK (NOT hard OR state <> 'dismissed');
ALTER TABLE finding ADD CONSTRAINT fk_finding_scan_id FOREIGN KEY(scan_id) REFERENCES scan (id);
ALTER TABLE finding ADD CONSTRAINT fk_finding_decided_by FOREIGN KEY(decided_by) REFERENCES person (id);

-- Extracted text ------------------------------------------------------------------------------------------------------

ALTER TABLE rendition DROP CONSTRAINT ck_rendition_kind;
ALTER TABLE rendition ADD CONSTRAINT ck_rendition_kind CHECK (kind IN ('page', 'thumb', 'full', 'converted', 'template-shared', 'slots-shared', 'template-interleaved', 'slots-interleaved', 'zoom-2', 'zoom-4', 'text'));

-- Reviews ------------------------------------------------------------------------------------------------------------

ALTER TABLE version DROP CONSTRAINT ck_version_state;
ALTER TABLE version ADD CONSTRAINT ck_version_state CHECK (state IN ('draft', 'submitted', 'changes_requested', 'approved', 'rejected'));
ALTER TABLE review DROP CONSTRAINT ck_review_state;
ALTER TABLE review ADD CONSTRAINT ck_review_state CHECK (state IN ('pending', 'changes_requested', 'approved', 'rejected'));
ALTER TABLE review ADD COLUMN due_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE review ADD COLUMN risk SMALLINT DEFAULT '0'::smallint NOT NULL;
ALTER TABLE review ADD COLUMN four_eyes BOOLEAN DEFAULT false NOT NULL;
-- What was approved before signatures stands by the event that tells of it.
ALTER TABLE review ADD COLUMN told_by BIGINT;
UPDATE review SET told_by = told.id FROM (
    SELECT (convert_from(leaf, 'UTF8')::jsonb) #>> '{det,review}' AS review, min(id) AS id
    FROM event WHERE act = 'employee:version:approve' AND res = 'allow' GROUP BY 1
) AS told WHERE told.review = review.id::text AND review.state = 'approved';
-- The last event before signatures: what comes after it approves nothing without one.
CREATE TABLE signed_since (
    event_id BIGINT NOT NULL,
    CONSTRAINT pk_signed_since PRIMARY KEY (event_id)
);
INSERT INTO signed_since SELECT coalesce(max(id), 0) FROM event;
CREATE INDEX ix_review_waiting ON review (due_at, submitted_at, id) WHERE state = 'pending';

CREATE TABLE reviewer_discipline (
    person_id UUID NOT NULL,
    discipline TEXT NOT NULL CONSTRAINT ck_reviewer_discipline_discipline CHECK (discipline IN ('medical', 'legal', 'regulatory')),
    CONSTRAINT pk_reviewer_discipline PRIMARY KEY (person_id, discipline),
    CONSTRAINT fk_reviewer_discipline_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
INSERT INTO reviewer_discipline SELECT person_id, discipline FROM account, unnest(ARRAY['medical', 'legal', 'regulatory']) AS discipline WHERE role = 'reviewer';

CREATE TABLE review_procedure (
    id UUID NOT NULL,
    class TEXT NOT NULL CONSTRAINT ck_review_procedure_class CHECK (class IN ('public_ad', 'in_clinic', 'professional_training', 'internal')),
    stages JSONB NOT NULL,
    four_eyes BOOLEAN NOT NULL,
    due_days SMALLINT NOT NULL,
    reason TEXT NOT NULL,
    set_by UUID NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_review_procedure PRIMARY KEY (id),
    CONSTRAINT fk_review_procedure_set_by FOREIGN KEY(set_by) REFERENCES person (id)
);
CREATE INDEX ix_review_procedure_class ON review_procedure (class, set_at);

CREATE TABLE review_signature (
    id UUID NOT NULL,
    review_id UUID NOT NULL,
    discipline TEXT NOT NULL CONSTRAINT ck_review_signature_discipline CHECK (discipline IN ('medical', 'legal', 'regulatory')),
    meaning TEXT NOT NULL CONSTRAINT ck_review_signature_meaning CHECK (meaning IN ('approve', 'reject', 'request_changes')),
    person_id UUID NOT NULL,
    on_behalf_of UUID,
    sealed_name BYTEA NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    factor TEXT NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    bound TEXT NOT NULL,
    hash TEXT NOT NULL CONSTRAINT ck_review_signature_hash CHECK (hash ~ '^[0-9a-f]{64}$'),
    mac TEXT NOT NULL CONSTRAINT ck_review_signature_mac CHECK (mac ~ '^[0-9a-f]{64}$'),
    event_id BIGINT NOT NULL,
    CONSTRAINT pk_review_signature PRIMARY KEY (id),
    CONSTRAINT fk_review_signature_review_id FOREIGN KEY(review_id) REFERENCES review (id),
    CONSTRAINT fk_review_signature_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_review_signature_on_behalf_of FOREIGN KEY(on_behalf_of) REFERENCES person (id)
);
CREATE INDEX ix_review_signature_review_id ON review_signature (review_id);
CREATE INDEX ix_review_signature_person_id ON review_signature (person_id);

CREATE TABLE review_step (
    review_id UUID NOT NULL,
    discipline TEXT NOT NULL CONSTRAINT ck_review_step_discipline CHECK (discipline IN ('medical', 'legal', 'regulatory')),
    stage SMALLINT NOT NULL,
    signature_id UUID,
    CONSTRAINT pk_review_step PRIMARY KEY (review_id, discipline),
    CONSTRAINT uq_review_step_signature_id UNIQUE (signature_id),
    CONSTRAINT fk_review_step_review_id FOREIGN KEY(review_id) REFERENCES review (id),
    CONSTRAINT fk_review_step_signature_id FOREIGN KEY(signature_id) REFERENCES review_signature (id)
);
-- What waits under the previous release's rules goes on with one approval, as it was submitted for.
INSERT INTO review_step SELECT id, 'regulatory', 1, NULL FROM review WHERE state = 'pending';
UPDATE review SET due_at = submitted_at + INTERVAL '5 days' WHERE state = 'pending';

CREATE TABLE review_claim (
    review_id UUID NOT NULL,
    discipline TEXT NOT NULL CONSTRAINT ck_review_claim_discipline CHECK (discipline IN ('medical', 'legal', 'regulatory')),
    person_id UUID NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_review_claim PRIMARY KEY (review_id, discipline),
    CONSTRAINT fk_review_claim_review_id FOREIGN KEY(review_id) REFERENCES review (id),
    CONSTRAINT fk_review_claim_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_review_claim_person_id ON review_claim (person_id);

CREATE TABLE review_comment (
    id UUID NOT NULL,
    review_id UUID NOT NULL,
    parent_id UUID,
    person_id UUID NOT NULL,
    place JSONB NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    resolved_by UUID,
    resolved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_review_comment PRIMARY KEY (id),
    CONSTRAINT ck_review_comment_resolved CHECK ((resolved_by IS NULL) = (resolved_at IS NULL)),
    CONSTRAINT fk_review_comment_review_id FOREIGN KEY(review_id) REFERENCES review (id),
    CONSTRAINT fk_review_comment_parent_id FOREIGN KEY(parent_id) REFERENCES review_comment (id),
    CONSTRAINT fk_review_comment_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_review_comment_resolved_by FOREIGN KEY(resolved_by) REFERENCES person (id)
);
CREATE INDEX ix_review_comment_review_id ON review_comment (review_id, created_at);

CREATE TABLE review_absence (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    deputy_id UUID,
    starts_on DATE NOT NULL,
    ends_on DATE NOT NULL,
    set_by UUID NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_by UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_review_absence PRIMARY KEY (id),
    CONSTRAINT ck_review_absence_days CHECK (ends_on >= starts_on),
    CONSTRAINT ck_review_absence_deputy CHECK (deputy_id IS NULL OR deputy_id <> person_id),
    CONSTRAINT fk_review_absence_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_review_absence_deputy_id FOREIGN KEY(deputy_id) REFERENCES person (id),
    CONSTRAINT fk_review_absence_set_by FOREIGN KEY(set_by) REFERENCES person (id),
    CONSTRAINT fk_review_absence_ended_by FOREIGN KEY(ended_by) REFERENCES person (id)
);
CREATE INDEX ix_review_absence_open ON review_absence (person_id) WHERE ended_at IS NULL;

-- Rule sets ------------------------------------------------------------------------------------------------------------

-- What was written, never changed: a rule file under its version. Which one counts, the newest activation says.
CREATE TABLE rule_set (
    id UUID NOT NULL,
    version TEXT NOT NULL,
    source TEXT NOT NULL,
    note TEXT NOT NULL,
    written_by UUID NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rule_set PRIMARY KEY (id),
    CONSTRAINT uq_rule_set_version UNIQUE (version),
    CONSTRAINT fk_rule_set_written_by FOREIGN KEY(written_by) REFERENCES person (id)
);

CREATE TABLE rule_set_activation (
    id UUID NOT NULL,
    rule_set_id UUID NOT NULL,
    reason TEXT NOT NULL,
    activated_by UUID NOT NULL,
    activated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rule_set_activation PRIMARY KEY (id),
    CONSTRAINT fk_rule_set_activation_rule_set_id FOREIGN KEY(rule_set_id) REFERENCES rule_set (id),
    CONSTRAINT fk_rule_set_activation_activated_by FOREIGN KEY(activated_by) REFERENCES person (id)
);
CREATE INDEX ix_rule_set_activation_activated_at ON rule_set_activation (activated_at);

-- Shares ---------------------------------------------------------------------------------------------------------------

-- How the mark of a share's copies looked before it was changed: visits that began before `until` keep it.
CREATE TABLE share_look (
    share_id UUID NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    watermark TEXT NOT NULL,
    look JSONB,
    changed_by UUID NOT NULL,
    CONSTRAINT pk_share_look PRIMARY KEY (share_id, until),
    CONSTRAINT fk_share_look_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_share_look_changed_by FOREIGN KEY(changed_by) REFERENCES person (id)
);
