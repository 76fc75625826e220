-- The previous release still runs beside this: only tables that it doesn't know are added, and columns with a default.

-- Keys ---------------------------------------------------------------------------------------------------------------

CREATE TABLE ring_key (
    use TEXT NOT NULL CONSTRAINT ck_ring_key_use CHECK (use IN ('content-url', 'ledger', 'root-keyed-hash', 'root-hidden-mark')),
    kid SMALLINT NOT NULL,
    wrapped_secret BYTEA NOT NULL,
    public BYTEA,
    state TEXT NOT NULL CONSTRAINT ck_ring_key_state CHECK (state IN ('active', 'overlap', 'verify', 'revoked')),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_ring_key PRIMARY KEY (use, kid)
);
CREATE UNIQUE INDEX uq_ring_key_active ON ring_key (use) WHERE state = 'active';

ALTER TABLE person_key ADD COLUMN kek TEXT DEFAULT '' NOT NULL;
