-- The previous release still runs beside this: every new column has a default, and what was NOT NULL may now be NULL.

ALTER TABLE upload ALTER COLUMN length_bytes DROP NOT NULL;
ALTER TABLE upload DROP CONSTRAINT ck_upload_offset;
ALTER TABLE upload ADD CONSTRAINT ck_upload_offset CHECK (offset_bytes >= 0 AND (length_bytes IS NULL OR offset_bytes <= length_bytes));
ALTER TABLE upload ADD COLUMN way TEXT DEFAULT 'streamed' NOT NULL CONSTRAINT ck_upload_way CHECK (way IN ('streamed', 'direct'));
ALTER TABLE upload ADD COLUMN concat TEXT CONSTRAINT ck_upload_concat CHECK (concat IN ('partial', 'final'));
ALTER TABLE upload ADD COLUMN holder UUID;
ALTER TABLE upload ADD COLUMN wasted_bytes BIGINT DEFAULT '0' NOT NULL;
ALTER TABLE upload_part ADD COLUMN checksum TEXT;

CREATE TABLE upload_signed_part (
    upload_id UUID NOT NULL,
    number INTEGER NOT NULL,
    checksum TEXT NOT NULL,
    signed_count INTEGER DEFAULT '1' NOT NULL,
    CONSTRAINT pk_upload_signed_part PRIMARY KEY (upload_id, number),
    CONSTRAINT fk_upload_signed_part_upload_id FOREIGN KEY(upload_id) REFERENCES upload (id) ON DELETE CASCADE
);

CREATE TABLE upload_source (
    upload_id UUID NOT NULL,
    position INTEGER NOT NULL,
    source_id UUID NOT NULL,
    url TEXT NOT NULL,
    CONSTRAINT pk_upload_source PRIMARY KEY (upload_id, position),
    CONSTRAINT fk_upload_source_upload_id FOREIGN KEY(upload_id) REFERENCES upload (id) ON DELETE CASCADE,
    CONSTRAINT fk_upload_source_source_id FOREIGN KEY(source_id) REFERENCES upload (id)
);
CREATE INDEX ix_upload_source_source_id ON upload_source (source_id);
DROP INDEX ix_upload_expires_at;
CREATE INDEX ix_upload_expires_at ON upload (expires_at) WHERE state IN ('receiving', 'failed', 'complete');

ALTER TABLE account ADD COLUMN department TEXT DEFAULT '' NOT NULL;

CREATE TABLE upload_quota (
    scope TEXT NOT NULL CONSTRAINT ck_upload_quota_scope CHECK (scope IN ('person', 'department')),
    subject TEXT NOT NULL,
    size_max_bytes BIGINT NOT NULL CONSTRAINT ck_upload_quota_size_max CHECK (size_max_bytes >= 0),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_upload_quota PRIMARY KEY (scope, subject)
);
CREATE INDEX ix_version_uploader_id ON version (uploader_id);
CREATE INDEX ix_version_sha256 ON version (sha256);
CREATE INDEX ix_version_object_key ON version (object_key text_pattern_ops);

CREATE UNLOGGED TABLE upload_flight (
    upload_id UUID NOT NULL,
    process UUID NOT NULL,
    received_bytes BIGINT NOT NULL,
    retained_bytes BIGINT NOT NULL,
    rate_bytes_s BIGINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_upload_flight PRIMARY KEY (upload_id)
);
