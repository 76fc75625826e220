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
