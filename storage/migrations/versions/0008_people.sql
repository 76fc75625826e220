-- Figures by week ------------------------------------------------------------------------------------------------------

CREATE TABLE spread_wave (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    week DATE NOT NULL,
    depth INTEGER NOT NULL,
    people INTEGER NOT NULL,
    viewers INTEGER NOT NULL,
    intents INTEGER NOT NULL,
    brought INTEGER NOT NULL,
    CONSTRAINT pk_spread_wave PRIMARY KEY (dim, key, week, depth) INCLUDE (people, viewers, intents, brought)
);

-- An older release that still runs would count into the hours and not into the weeks: it finds nothing more to read. The
-- follower of this release goes on where that one was, and makes the weeks of its hours first, since it knows the zone.
UPDATE log_reader SET name = 'figures' WHERE name = 'spreading';
INSERT INTO log_reader VALUES ('spreading', 9223372036854775807, clock_timestamp());

-- People of several things together, counted once -----------------------------------------------------------------------

CREATE TABLE spread_viewer (
    who TEXT NOT NULL,
    number INTEGER NOT NULL,
    CONSTRAINT pk_spread_viewer PRIMARY KEY (who),
    CONSTRAINT uq_spread_viewer_number UNIQUE (number)
);

CREATE TABLE spread_crowd (
    dim TEXT NOT NULL,
    key TEXT NOT NULL,
    month DATE NOT NULL,
    entries BYTEA NOT NULL,
    CONSTRAINT pk_spread_crowd PRIMARY KEY (dim, key, month)
) PARTITION BY RANGE (month);

-- What an older release counted has no crowds: until `sealshare analytics rebuild` brings them, none is shown. It reads
-- nothing: pruning, which waits for the slowest reader, waits for no rebuild.
INSERT INTO log_reader (name, next_index, read_at)
    SELECT 'figures-lacking', 9223372036854775807, read_at FROM log_reader WHERE name = 'figures' AND next_index > 0;

-- How many different people a share lets in ------------------------------------------------------------------------------

ALTER TABLE share ADD COLUMN viewers_max INTEGER;
ALTER TABLE share ADD COLUMN viewers_used INTEGER DEFAULT '0' NOT NULL;
ALTER TABLE share ADD CONSTRAINT ck_share_viewers CHECK (viewers_max IS NULL OR viewers_used <= viewers_max);

CREATE TABLE share_viewer (
    share_id UUID NOT NULL,
    person_id UUID NOT NULL,
    CONSTRAINT pk_share_viewer PRIMARY KEY (share_id, person_id),
    CONSTRAINT fk_share_viewer_share_id FOREIGN KEY (share_id) REFERENCES share (id),
    CONSTRAINT fk_share_viewer_person_id FOREIGN KEY (person_id) REFERENCES person (id)
);
CREATE INDEX ix_share_viewer_person_id ON share_viewer (person_id);
