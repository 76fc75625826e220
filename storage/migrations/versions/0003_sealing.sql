-- The previous release still runs beside this: only tables that it doesn't know are added, and columns with a default.

CREATE TABLE trace (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    sha256 TEXT NOT NULL CONSTRAINT ck_trace_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    filename TEXT NOT NULL,
    object_key TEXT,
    material_id UUID,
    share_id UUID,
    since TIMESTAMP WITH TIME ZONE,
    until TIMESTAMP WITH TIME ZONE,
    state TEXT NOT NULL CONSTRAINT ck_trace_state CHECK (state IN ('queued', 'running', 'done', 'failed')),
    steps_done INTEGER DEFAULT '0' NOT NULL,
    steps_total INTEGER DEFAULT '0' NOT NULL,
    outcome TEXT CONSTRAINT ck_trace_outcome CHECK (outcome IN ('found', 'not_enough')),
    failure TEXT,
    results JSONB,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_trace PRIMARY KEY (id),
    CONSTRAINT fk_trace_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_trace_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_trace_share_id FOREIGN KEY(share_id) REFERENCES share (id)
);
CREATE INDEX ix_trace_created_at_id ON trace (created_at, id);
CREATE INDEX ix_trace_open ON trace (created_at) WHERE state IN ('queued', 'running');

CREATE TABLE page_features (
    version_id UUID NOT NULL,
    page INTEGER NOT NULL,
    features BYTEA NOT NULL,
    CONSTRAINT pk_page_features PRIMARY KEY (version_id, page),
    CONSTRAINT fk_page_features_version_id FOREIGN KEY(version_id) REFERENCES version (id)
);

CREATE INDEX ix_visit_version_id ON visit (version_id);

ALTER TABLE visit ADD COLUMN kid SMALLINT DEFAULT '1' NOT NULL;

CREATE TABLE desk_visit (
    id UUID NOT NULL,
    version_id UUID NOT NULL,
    person_id UUID NOT NULL,
    copy_id BIGINT NOT NULL,
    kid SMALLINT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_desk_visit PRIMARY KEY (id),
    CONSTRAINT fk_desk_visit_version_id FOREIGN KEY(version_id) REFERENCES version (id),
    CONSTRAINT fk_desk_visit_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_desk_visit_copy_id UNIQUE (copy_id)
);
CREATE INDEX ix_desk_visit_version_id_person_id ON desk_visit (version_id, person_id);

ALTER TABLE share ADD COLUMN look JSONB;

ALTER TABLE rendition DROP CONSTRAINT ck_rendition_kind;
ALTER TABLE rendition ADD CONSTRAINT ck_rendition_kind CHECK (kind IN ('page', 'thumb', 'full', 'converted', 'template-shared', 'slots-shared', 'template-interleaved', 'slots-interleaved', 'zoom-2', 'zoom-4'));
ALTER TABLE rendition ADD COLUMN sha256 TEXT;

ALTER TABLE share ADD COLUMN seal_level TEXT DEFAULT 'automatic' NOT NULL CONSTRAINT ck_share_seal_level CHECK (seal_level IN ('automatic', 'shared', 'interleaved', 'flattened'));
ALTER TABLE material ADD COLUMN sensitivity TEXT DEFAULT 'usual' NOT NULL CONSTRAINT ck_material_sensitivity CHECK (sensitivity IN ('usual', 'top'));
