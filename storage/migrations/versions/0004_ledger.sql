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

-- Legal hold ---------------------------------------------------------------------------------------------------------

CREATE TABLE legal_hold (
    id UUID NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_legal_hold_kind CHECK (kind IN ('person', 'material', 'log')),
    person_id UUID,
    material_id UUID,
    reason TEXT NOT NULL,
    placed_by UUID,
    placed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_by UUID,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_legal_hold PRIMARY KEY (id),
    CONSTRAINT ck_legal_hold_subject CHECK ((kind = 'person') = (person_id IS NOT NULL) AND (kind = 'material') = (material_id IS NOT NULL)),
    CONSTRAINT fk_legal_hold_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT fk_legal_hold_material_id FOREIGN KEY(material_id) REFERENCES material (id),
    CONSTRAINT fk_legal_hold_placed_by FOREIGN KEY(placed_by) REFERENCES person (id),
    CONSTRAINT fk_legal_hold_lifted_by FOREIGN KEY(lifted_by) REFERENCES person (id)
);
CREATE INDEX ix_legal_hold_active ON legal_hold (kind) WHERE lifted_at IS NULL;

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

-- Places outside the server's trust that are told of checkpoints: what each took last, and what it said against us.
CREATE TABLE ledger_place (
    name TEXT NOT NULL,
    size BIGINT DEFAULT '0' NOT NULL,
    told_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE DEFAULT '-infinity' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    failure TEXT DEFAULT '' NOT NULL,
    conflict TEXT DEFAULT '' NOT NULL CONSTRAINT ck_ledger_place_conflict CHECK (conflict IN ('', 'shrunk', 'forked')),
    conflict_size BIGINT,
    CONSTRAINT pk_ledger_place PRIMARY KEY (name)
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

-- What the log has already is worked off within minutes; until then nobody shall take it for stalled.
INSERT INTO ledger_pending (event_id, added_at) SELECT id, clock_timestamp() + INTERVAL '1 hour' FROM event ORDER BY id;

-- Pruning: the one door through which entries leave the log -----------------------------------------------------------

-- Only what lies below the published minimum index can be deleted; nothing can be changed.
CREATE FUNCTION refuse_change_but_pruning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM ledger_leaf l JOIN ledger_prune p ON l.index < p.minimum_index WHERE l.event_id = OLD.id
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
DROP TRIGGER event_append_only ON event;
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_pruning();

-- The minimum index only grows, ends an entry bundle that a checkpoint covers, and passes nothing that is younger than 183
-- days or that a legal hold is on, whatever a process was configured to do.
CREATE FUNCTION guard_minimum_index() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    former BIGINT := CASE WHEN TG_OP = 'UPDATE' THEN OLD.minimum_index ELSE 0 END;
BEGIN
    IF NEW.minimum_index < former OR NEW.minimum_index % 256 <> 0
        OR NEW.minimum_index >= (SELECT coalesce(max(size), 0) FROM ledger_checkpoint) THEN
        RAISE EXCEPTION 'the minimum index grows by whole bundles of the tree, and never over the last' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT FROM legal_hold WHERE kind = 'log' AND lifted_at IS NULL) OR EXISTS (
        SELECT FROM ledger_leaf l JOIN event e ON e.id = l.event_id
        WHERE l.index >= former AND l.index < NEW.minimum_index AND (
            e.t > clock_timestamp() - INTERVAL '183 days'
            OR EXISTS (
                SELECT FROM legal_hold h LEFT JOIN person p ON p.id = h.person_id
                WHERE h.lifted_at IS NULL AND (
                    e.who = p.pseudonym OR e.obj IN ('person:' || p.pseudonym, 'material:' || h.material_id)
                )
            )
        )
    ) THEN
        RAISE EXCEPTION 'entries below the minimum index must be kept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER ledger_prune_guarded BEFORE INSERT OR UPDATE ON ledger_prune
    FOR EACH ROW EXECUTE FUNCTION guard_minimum_index();
CREATE TRIGGER ledger_prune_never_removed BEFORE DELETE ON ledger_prune
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_prune_never_truncated BEFORE TRUNCATE ON ledger_prune
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Searching the log ---------------------------------------------------------------------------------------------------

-- What the console searches: made of the leaves behind the log, in the order of the tree, and never what counts.
CREATE TABLE log_reader (
    name TEXT NOT NULL,
    next_index BIGINT NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_log_reader PRIMARY KEY (name)
);
-- Nothing is pruned before both have read it, though no worker has run yet.
INSERT INTO log_reader VALUES ('search', 0, clock_timestamp()), ('anomalies', 0, clock_timestamp());

CREATE TABLE event_word (
    code INTEGER GENERATED ALWAYS AS IDENTITY,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    n BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_event_word PRIMARY KEY (code),
    CONSTRAINT uq_event_word_field_value UNIQUE (field, value)
);

CREATE TABLE event_index (
    id BIGINT NOT NULL,
    t TIMESTAMP WITH TIME ZONE NOT NULL,
    bytes BIGINT NOT NULL,
    day DATE NOT NULL,
    act INTEGER NOT NULL,
    role INTEGER NOT NULL,
    why INTEGER NOT NULL,
    who INTEGER NOT NULL,
    org INTEGER NOT NULL,
    obj INTEGER NOT NULL,
    ver INTEGER NOT NULL,
    link INTEGER NOT NULL,
    sess INTEGER NOT NULL,
    ip INTEGER NOT NULL,
    ua INTEGER NOT NULL,
    res SMALLINT NOT NULL,
    terms BIGINT[] NOT NULL,
    CONSTRAINT pk_event_index PRIMARY KEY (id)
);
CREATE INDEX ix_event_index_act_id ON event_index (act, id);
CREATE INDEX ix_event_index_role_id ON event_index (role, id) WHERE role > 0;
CREATE INDEX ix_event_index_why_id ON event_index (why, id) WHERE why > 0;
CREATE INDEX ix_event_index_who_id ON event_index (who, id) WHERE who > 0;
CREATE INDEX ix_event_index_org_id ON event_index (org, id) WHERE org > 0;
CREATE INDEX ix_event_index_obj_id ON event_index (obj, id) WHERE obj > 0;
CREATE INDEX ix_event_index_ver_id ON event_index (ver, id) WHERE ver > 0;
CREATE INDEX ix_event_index_link_id ON event_index (link, id) WHERE link > 0;
CREATE INDEX ix_event_index_sess_id ON event_index (sess, id) WHERE sess > 0;
CREATE INDEX ix_event_index_ip_id ON event_index (ip, id) WHERE ip > 0;
CREATE INDEX ix_event_index_ua_id ON event_index (ua, id) WHERE ua > 0;
CREATE INDEX ix_event_index_res_id ON event_index (res, id) WHERE res > 0;
CREATE INDEX ix_event_index_terms ON event_index USING gin (terms);

CREATE TABLE event_day (
    day DATE NOT NULL,
    act INTEGER NOT NULL,
    res SMALLINT NOT NULL,
    role INTEGER NOT NULL,
    n BIGINT NOT NULL,
    CONSTRAINT pk_event_day PRIMARY KEY (day, act, res, role)
);

CREATE TABLE event_hour (
    hour TIMESTAMP WITH TIME ZONE NOT NULL,
    n BIGINT NOT NULL,
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    CONSTRAINT pk_event_hour PRIMARY KEY (hour)
);

CREATE TABLE event_month (
    kind TEXT NOT NULL,
    code INTEGER NOT NULL,
    month DATE NOT NULL,
    act INTEGER NOT NULL,
    res SMALLINT NOT NULL,
    role INTEGER NOT NULL,
    n BIGINT NOT NULL,
    CONSTRAINT pk_event_month PRIMARY KEY (kind, code, month, act, res, role)
);

CREATE TABLE event_total (
    kind TEXT NOT NULL,
    code INTEGER NOT NULL,
    act INTEGER NOT NULL,
    res SMALLINT NOT NULL,
    role INTEGER NOT NULL,
    n BIGINT NOT NULL,
    CONSTRAINT pk_event_total PRIMARY KEY (kind, code, act, res, role)
);

CREATE TABLE event_block (
    block BIGINT NOT NULL,
    act INTEGER NOT NULL,
    res SMALLINT NOT NULL,
    n BIGINT NOT NULL,
    CONSTRAINT pk_event_block PRIMARY KEY (block, act, res)
);

CREATE TABLE saved_search (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    CONSTRAINT pk_saved_search PRIMARY KEY (id),
    CONSTRAINT fk_saved_search_person_id FOREIGN KEY(person_id) REFERENCES person (id)
);
CREATE INDEX ix_saved_search_person_id ON saved_search (person_id);

CREATE TABLE trail_review (
    id UUID NOT NULL,
    first_index BIGINT NOT NULL,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL CONSTRAINT ck_trail_review_root CHECK (length(root) = 32),
    person_id UUID NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    meaning TEXT NOT NULL CONSTRAINT ck_trail_review_meaning CHECK (meaning IN ('in_order', 'with_findings')),
    note TEXT DEFAULT '' NOT NULL,
    event_id BIGINT NOT NULL,
    CONSTRAINT pk_trail_review PRIMARY KEY (id),
    CONSTRAINT ck_trail_review_span CHECK (size > first_index),
    CONSTRAINT fk_trail_review_person_id FOREIGN KEY(person_id) REFERENCES person (id),
    CONSTRAINT uq_trail_review_first_index UNIQUE (first_index)
);
CREATE TRIGGER trail_review_append_only BEFORE UPDATE OR DELETE ON trail_review
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE known_origin (
    who TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_known_origin_kind CHECK (kind IN ('network', 'device')),
    value TEXT NOT NULL,
    first_id BIGINT NOT NULL,
    CONSTRAINT pk_known_origin PRIMARY KEY (who, kind, value)
);

CREATE TABLE anomaly (
    id UUID NOT NULL,
    detector TEXT NOT NULL,
    who TEXT NOT NULL,
    ip TEXT NOT NULL,
    day DATE NOT NULL,
    count BIGINT NOT NULL,
    bar BIGINT NOT NULL,
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    last_index BIGINT NOT NULL,
    first_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    dismissed_at TIMESTAMP WITH TIME ZONE,
    dismissed_by UUID,
    reason TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_anomaly PRIMARY KEY (id),
    CONSTRAINT fk_anomaly_dismissed_by FOREIGN KEY(dismissed_by) REFERENCES person (id),
    CONSTRAINT uq_anomaly_detector_who_ip_day UNIQUE (detector, who, ip, day)
);
CREATE INDEX ix_anomaly_last_id ON anomaly (last_id);
CREATE INDEX ix_anomaly_open ON anomaly (last_id) WHERE dismissed_at IS NULL;

-- Push to a SIEM -----------------------------------------------------------------------------------------------------

CREATE TABLE siem_target (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT ck_siem_target_kind CHECK (kind IN ('webhook', 'syslog')),
    form TEXT NOT NULL,
    address TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    paused_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_siem_target PRIMARY KEY (id),
    CONSTRAINT uq_siem_target_name UNIQUE (name)
);

-- How far each target has everything, in the tree's order; what went wrong since it last had something.
CREATE TABLE siem_cursor (
    target_id UUID NOT NULL,
    next_index BIGINT NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    reason TEXT DEFAULT '' NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    pushed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_siem_cursor PRIMARY KEY (target_id),
    CONSTRAINT fk_siem_cursor_target_id FOREIGN KEY(target_id) REFERENCES siem_target (id) ON DELETE CASCADE
);
