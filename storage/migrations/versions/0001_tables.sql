-- The first tables. Frozen with the first release: later changes are migrations of their own.

CREATE TABLE event (
    id BIGINT GENERATED ALWAYS AS IDENTITY,
    leaf BYTEA NOT NULL,
    t TIMESTAMP WITH TIME ZONE NOT NULL,
    act TEXT NOT NULL,
    res TEXT NOT NULL CONSTRAINT ck_event_res CHECK (res IN ('allow', 'deny', 'error')),
    why TEXT NOT NULL,
    who TEXT NOT NULL,
    org TEXT NOT NULL,
    role TEXT NOT NULL,
    obj TEXT NOT NULL,
    ver TEXT NOT NULL,
    link TEXT NOT NULL,
    CONSTRAINT pk_event PRIMARY KEY (id)
);

CREATE INDEX ix_event_act_t ON event (act, t);
CREATE INDEX ix_event_link_t ON event (link, t);
CREATE INDEX ix_event_obj_t ON event (obj, t);
CREATE INDEX ix_event_org_t ON event (org, t);
CREATE INDEX ix_event_t ON event (t);
CREATE INDEX ix_event_who_t ON event (who, t);

CREATE TABLE person (
    id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_person_kind CHECK (kind IN ('employee', 'viewer')),
    pseudonym TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    erased_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_person PRIMARY KEY (id),
    CONSTRAINT uq_person_pseudonym UNIQUE (pseudonym)
);

CREATE UNLOGGED TABLE rate_limit (
    bucket TEXT NOT NULL,
    window_start TIMESTAMP WITH TIME ZONE NOT NULL,
    count INTEGER NOT NULL,
    CONSTRAINT pk_rate_limit PRIMARY KEY (bucket, window_start)
);

CREATE TABLE signing_key (
    kid SMALLINT NOT NULL,
    wrapped_secret BYTEA NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_signing_key_state CHECK (state IN ('active', 'verify', 'revoked')),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_signing_key PRIMARY KEY (kid)
);

CREATE UNIQUE INDEX uq_signing_key_active ON signing_key (state) WHERE state = 'active';

CREATE TABLE account (
    person_id UUID NOT NULL,
    login TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL CONSTRAINT ck_account_role CHECK (role IN ('marketer', 'manager', 'reviewer', 'auditor', 'admin')),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_account PRIMARY KEY (person_id),
    CONSTRAINT fk_account_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_account_login UNIQUE (login)
);

CREATE TABLE api_token (
    id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    person_id UUID NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT[] NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_token PRIMARY KEY (id),
    CONSTRAINT uq_api_token_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_api_token_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE clinic (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    region TEXT DEFAULT '' NOT NULL,
    owner_id UUID,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_clinic PRIMARY KEY (id),
    CONSTRAINT uq_clinic_name UNIQUE (name),
    CONSTRAINT fk_clinic_owner_id FOREIGN KEY(owner_id) REFERENCES person (id)
);

CREATE TABLE identity (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    provider TEXT NOT NULL,
    app TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_identity PRIMARY KEY (id),
    CONSTRAINT uq_identity_provider_app_subject UNIQUE (provider, app, subject),
    CONSTRAINT fk_identity_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE material (
    id UUID NOT NULL,
    owner_id UUID NOT NULL,
    title TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    class TEXT NOT NULL CONSTRAINT ck_material_class CHECK (class IN ('public_ad', 'in_clinic', 'professional_training', 'internal')),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    withdrawn_by UUID,
    withdrawn_reason TEXT,
    CONSTRAINT pk_material PRIMARY KEY (id),
    CONSTRAINT fk_material_owner_id FOREIGN KEY(owner_id) REFERENCES person (id),
    CONSTRAINT fk_material_withdrawn_by FOREIGN KEY(withdrawn_by) REFERENCES person (id)
);

CREATE INDEX ix_material_owner_id ON material (owner_id);

CREATE TABLE person_key (
    person_id UUID NOT NULL,
    wrapped_key BYTEA NOT NULL,
    CONSTRAINT pk_person_key PRIMARY KEY (person_id),
    CONSTRAINT fk_person_key_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE profile (
    person_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    CONSTRAINT pk_profile PRIMARY KEY (person_id),
    CONSTRAINT fk_profile_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE TABLE session (
    id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    person_id UUID NOT NULL,
    csrf_token TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_session PRIMARY KEY (id),
    CONSTRAINT uq_session_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_session_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);

CREATE INDEX ix_session_person_id ON session (person_id);

CREATE TABLE upload (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    length_bytes BIGINT NOT NULL,
    offset_bytes BIGINT DEFAULT '0' NOT NULL,
    metadata JSONB NOT NULL,
    object_key TEXT NOT NULL,
    multipart_id TEXT,
    part_size_bytes BIGINT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_upload_state CHECK (state IN ('receiving', 'assembling', 'verifying', 'complete', 'terminated', 'failed')),
    sha256 TEXT,
    verified_bytes BIGINT DEFAULT '0' NOT NULL,
    fence BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_upload PRIMARY KEY (id),
    CONSTRAINT ck_upload_offset CHECK (offset_bytes BETWEEN 0 AND length_bytes),
    CONSTRAINT fk_upload_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_upload_object_key UNIQUE (object_key)
);

CREATE INDEX ix_upload_expires_at ON upload (expires_at) WHERE state IN ('receiving', 'failed');
CREATE INDEX ix_upload_person_id ON upload (person_id);

CREATE TABLE share (
    id UUID NOT NULL,
    token_id BYTEA NOT NULL,
    kid SMALLINT NOT NULL,
    material_id UUID NOT NULL,
    creator_id UUID NOT NULL,
    sponsor_id UUID NOT NULL,
    parent_id UUID,
    root_id UUID NOT NULL,
    depth INTEGER NOT NULL,
    audience TEXT NOT NULL CONSTRAINT ck_share_audience CHECK (audience IN ('verified', 'clinic', 'person')),
    audience_clinic_id UUID,
    audience_person_id UUID,
    audience_job TEXT,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    visits_max INTEGER,
    visits_used INTEGER DEFAULT '0' NOT NULL,
    download BOOLEAN NOT NULL,
    forward_depth_left INTEGER NOT NULL,
    watermark TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoked_by UUID,
    CONSTRAINT pk_share PRIMARY KEY (id),
    CONSTRAINT ck_share_visits CHECK (visits_max IS NULL OR visits_used <= visits_max),
    CONSTRAINT uq_share_token_id UNIQUE (token_id),
    CONSTRAINT fk_share_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_share_creator_id FOREIGN KEY(creator_id) REFERENCES person (id),
    CONSTRAINT fk_share_sponsor_id FOREIGN KEY(sponsor_id) REFERENCES person (id),
    CONSTRAINT fk_share_parent_id FOREIGN KEY(parent_id) REFERENCES share (id),
    CONSTRAINT fk_share_root_id FOREIGN KEY(root_id) REFERENCES share (id),
    CONSTRAINT fk_share_audience_clinic_id FOREIGN KEY(audience_clinic_id) REFERENCES clinic (id),
    CONSTRAINT fk_share_audience_person_id FOREIGN KEY(audience_person_id) REFERENCES person (id),
    CONSTRAINT fk_share_revoked_by FOREIGN KEY(revoked_by) REFERENCES person (id)
);

CREATE INDEX ix_share_creator_id ON share (creator_id);
CREATE INDEX ix_share_material_id ON share (material_id);
CREATE INDEX ix_share_root_id ON share (root_id);

CREATE TABLE upload_part (
    upload_id UUID NOT NULL,
    number INTEGER NOT NULL,
    offset_bytes BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    etag TEXT NOT NULL,
    CONSTRAINT pk_upload_part PRIMARY KEY (upload_id, number),
    CONSTRAINT fk_upload_part_upload_id FOREIGN KEY(upload_id) REFERENCES upload (id) ON DELETE CASCADE
);

CREATE TABLE upload_tail (
    upload_id UUID NOT NULL,
    offset_bytes BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    object_key TEXT NOT NULL,
    CONSTRAINT pk_upload_tail PRIMARY KEY (upload_id, offset_bytes),
    CONSTRAINT fk_upload_tail_upload_id FOREIGN KEY(upload_id) REFERENCES upload (id) ON DELETE CASCADE
);

CREATE TABLE version (
    id UUID NOT NULL,
    material_id UUID NOT NULL,
    number INTEGER NOT NULL,
    sha256 TEXT NOT NULL CONSTRAINT ck_version_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    filename TEXT NOT NULL,
    object_key TEXT NOT NULL,
    upload_id UUID,
    uploader_id UUID NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_version_state CHECK (state IN ('draft', 'submitted', 'approved', 'rejected')),
    preparation TEXT NOT NULL CONSTRAINT ck_version_preparation CHECK (preparation IN ('pending', 'ready', 'refused')),
    pages_total INTEGER,
    pages_ready INTEGER DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_version PRIMARY KEY (id),
    CONSTRAINT uq_version_material_id_number UNIQUE (material_id, number),
    CONSTRAINT uq_version_upload_id UNIQUE (upload_id),
    CONSTRAINT fk_version_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_version_upload_id FOREIGN KEY(upload_id) REFERENCES upload (id),
    CONSTRAINT fk_version_uploader_id FOREIGN KEY(uploader_id) REFERENCES person (id)
);

CREATE TABLE viewer (
    person_id UUID NOT NULL,
    clinic_id UUID NOT NULL,
    job TEXT NOT NULL CONSTRAINT ck_viewer_job CHECK (job IN ('consultant', 'operations', 'doctor')),
    verified_at TIMESTAMP WITH TIME ZONE,
    blocked_at TIMESTAMP WITH TIME ZONE,
    blocked_reason TEXT,
    CONSTRAINT pk_viewer PRIMARY KEY (person_id),
    CONSTRAINT fk_viewer_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_viewer_clinic_id FOREIGN KEY(clinic_id) REFERENCES clinic (id)
);

CREATE TABLE finding (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    detector TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL CONSTRAINT ck_finding_severity CHECK (severity IN ('block', 'review', 'evidence')),
    place JSONB NOT NULL,
    params JSONB NOT NULL,
    basis TEXT DEFAULT '' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_finding PRIMARY KEY (id),
    CONSTRAINT fk_finding_version_id FOREIGN KEY(version_id) REFERENCES version (id)
);

CREATE INDEX ix_finding_version_id ON finding (version_id);

CREATE TABLE rendition (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_rendition_kind CHECK (kind IN ('page', 'thumb', 'full')),
    page INTEGER NOT NULL,
    object_key TEXT NOT NULL,
    media_type TEXT NOT NULL,
    width_px INTEGER NOT NULL,
    height_px INTEGER NOT NULL,
    width_mpt INTEGER NOT NULL,
    height_mpt INTEGER NOT NULL,
    size_bytes BIGINT NOT NULL,
    CONSTRAINT pk_rendition PRIMARY KEY (id),
    CONSTRAINT uq_rendition_version_id_kind_page UNIQUE (version_id, kind, page),
    CONSTRAINT fk_rendition_version_id FOREIGN KEY(version_id) REFERENCES version (id)
);

CREATE TABLE review (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    sha256 TEXT NOT NULL,
    rule_set_version TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT ck_review_state CHECK (state IN ('pending', 'approved', 'rejected')),
    submitted_by UUID NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_by UUID,
    decided_at TIMESTAMP WITH TIME ZONE,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_review PRIMARY KEY (id),
    CONSTRAINT fk_review_version_id FOREIGN KEY(version_id) REFERENCES version (id),
    CONSTRAINT fk_review_submitted_by FOREIGN KEY(submitted_by) REFERENCES person (id),
    CONSTRAINT fk_review_decided_by FOREIGN KEY(decided_by) REFERENCES person (id)
);

CREATE INDEX ix_review_version_id ON review (version_id);
CREATE UNIQUE INDEX uq_review_pending ON review (version_id) WHERE state = 'pending';

CREATE TABLE visit (
    id UUID NOT NULL,
    share_id UUID NOT NULL,
    version_id UUID NOT NULL,
    person_id UUID NOT NULL,
    copy_id BIGINT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_visit PRIMARY KEY (id),
    CONSTRAINT fk_visit_share_id FOREIGN KEY(share_id) REFERENCES share (id),
    CONSTRAINT fk_visit_version_id FOREIGN KEY(version_id) REFERENCES version (id),
    CONSTRAINT fk_visit_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_visit_copy_id UNIQUE (copy_id)
);

CREATE INDEX ix_visit_person_id ON visit (person_id);
CREATE INDEX ix_visit_share_id ON visit (share_id);
