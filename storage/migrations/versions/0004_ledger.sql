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

-- Ledger -------------------------------------------------------------------------------------------------------------

-- Events of the previous release are taken into the tree too: what tells the sequencer of an event is a trigger.

CREATE TABLE ledger_pending (
    event_id BIGINT NOT NULL,
    added_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_ledger_pending PRIMARY KEY (event_id)
);

CREATE TABLE ledger_leaf (
    index BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    CONSTRAINT pk_ledger_leaf PRIMARY KEY (index),
    CONSTRAINT uq_ledger_leaf_event_id UNIQUE (event_id)
);

CREATE TABLE ledger_tile (
    level SMALLINT NOT NULL,
    n BIGINT NOT NULL,
    hashes BYTEA NOT NULL CONSTRAINT ck_ledger_tile_hashes CHECK (length(hashes) BETWEEN 32 AND 8192 AND length(hashes) % 32 = 0),
    CONSTRAINT pk_ledger_tile PRIMARY KEY (level, n)
);
ALTER TABLE ledger_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE TABLE ledger_checkpoint (
    size BIGINT NOT NULL,
    root BYTEA NOT NULL CONSTRAINT ck_ledger_checkpoint_root CHECK (length(root) = 32),
    note TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_ledger_checkpoint PRIMARY KEY (size)
);

-- One row: the log's name, when a sequencer last worked, and what it remembers of the times in the leaves.
CREATE TABLE ledger_log (
    id SMALLINT NOT NULL CONSTRAINT ck_ledger_log_one CHECK (id = 1),
    origin TEXT NOT NULL,
    beat_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_t TIMESTAMP WITH TIME ZONE,
    step_told_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_ledger_log PRIMARY KEY (id)
);

CREATE TABLE ledger_cosignature (
    size BIGINT NOT NULL,
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_ledger_cosignature PRIMARY KEY (size, witness)
);

-- One row: entry bundles that lie wholly below this index are withheld; tiles of hashes stay.
CREATE TABLE ledger_prune (
    id SMALLINT NOT NULL CONSTRAINT ck_ledger_prune_one CHECK (id = 1),
    minimum_index BIGINT NOT NULL,
    CONSTRAINT pk_ledger_prune PRIMARY KEY (id)
);

CREATE TRIGGER ledger_leaf_append_only BEFORE UPDATE OR DELETE ON ledger_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_leaf_never_truncated BEFORE TRUNCATE ON ledger_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_checkpoint_append_only BEFORE UPDATE OR DELETE ON ledger_checkpoint
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_checkpoint_never_truncated BEFORE TRUNCATE ON ledger_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A tile only grows: the hashes that it holds never change.
CREATE FUNCTION refuse_other_hashes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.level, NEW.n) IS DISTINCT FROM (OLD.level, OLD.n)
        OR substring(NEW.hashes FOR length(OLD.hashes)) IS DISTINCT FROM OLD.hashes THEN
        RAISE EXCEPTION 'the hashes of a tile never change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_tile_only_grows BEFORE UPDATE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION refuse_other_hashes();
CREATE TRIGGER ledger_tile_never_removed BEFORE DELETE ON ledger_tile
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_tile_never_truncated BEFORE TRUNCATE ON ledger_tile
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An event and the word of it to the sequencer commit together.
CREATE FUNCTION await_sequencing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_pending (event_id) SELECT id FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER event_awaits_sequencing AFTER INSERT ON event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_sequencing();

INSERT INTO ledger_pending (event_id) SELECT id FROM event ORDER BY id;
