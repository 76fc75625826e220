-- The rows that a follower of the log makes, of a history that lies in made.share, made.forward and made.visit as numbers.
-- Written down a second time and the other way round, whole tables at once: a test compares both, row by row. The largest
-- tables are in the order of time, as they are when the follower writes them.
CREATE FUNCTION made.subjects(material uuid, share uuid, maker text, org text) RETURNS TABLE (dim text, key text)
  LANGUAGE sql IMMUTABLE AS $$ VALUES ('brand', ''), ('material', CAST(material AS text)),
     ('share', CAST(share AS text)), ('employee', maker) UNION ALL SELECT 'clinic', org WHERE org <> '' $$;

CREATE TABLE made.shared AS
SELECT CAST(made.id_of(1, id) AS uuid) AS id, CAST(made.id_of(2, material) AS uuid) AS material, 'e-' || employee AS who,
  made.at_us(us) AS at FROM made.share;
CREATE INDEX ON made.shared (id);

CREATE TABLE made.forwarded AS
SELECT CAST(made.id_of(1, id) AS uuid) AS id, CAST(made.id_of(1, parent) AS uuid) AS parent,
  CAST(made.id_of(1, root) AS uuid) AS root, 'p-' || who AS who, made.id_of(3, mod(who, :clinics)) AS org, made.at_us(us) AS at
FROM made.forward;
CREATE INDEX ON made.forwarded (id);

CREATE TABLE made.visited AS
SELECT CAST(made.id_of(5, number) AS uuid) AS id, CAST(made.id_of(1, root) AS uuid) AS root,
  CAST(made.id_of(1, link) AS uuid) AS link, CASE WHEN owner < 0 THEN '' ELSE 'p-' || owner END AS owner, 'p-' || who AS who,
  made.id_of(3, mod(who, :clinics)) AS org, made.at_us(us) AS at, CAST(depth AS int) AS depth, came = 1 AS came,
  CAST(pages AS int) AS pages, CAST(downloads AS int) AS downloads, CAST(reads AS int) AS reads, ms, owner = who AS own
FROM made.visit;
ANALYZE made.shared, made.forwarded, made.visited;

CREATE TABLE made.subject AS
SELECT s.dim, s.key, v.who, v.link, v.at, CAST(v.at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, v.depth, v.came, v.own,
  v.pages, v.downloads, v.ms
FROM made.visited v JOIN made.shared r ON r.id = v.root CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, v.org) s;

CREATE TABLE made.first_met AS
SELECT DISTINCT ON (dim, key, who) dim, key, who, at, day, depth FROM made.subject ORDER BY dim, key, who, at;

CREATE TABLE made.passed AS
SELECT s.dim, s.key, f.who, f.root, f.at, CAST(f.at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
FROM made.forwarded f JOIN made.shared r ON r.id = f.root CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, f.org) s;

CREATE TABLE made.arrived AS SELECT * FROM made.visited WHERE came;
CREATE UNIQUE INDEX ON made.arrived (root, who);

CREATE TABLE made.confirmed AS
SELECT DISTINCT ON (v.link) v.at, f.root, f.org FROM made.visited v JOIN made.forwarded f ON f.id = v.link
WHERE NOT v.own ORDER BY v.link, v.at;

CREATE TABLE made.newcomer AS
SELECT s.dim, s.key, b.day FROM made.first_met b JOIN made.visited v ON v.who = b.who AND v.at = b.at
JOIN made.shared r ON r.id = v.root CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, v.org) s WHERE b.dim = 'brand';

CREATE TABLE made.first_read AS
SELECT s.dim, s.key, v.day FROM (SELECT DISTINCT ON (who) root, org, CAST(at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
  FROM made.visited WHERE ms > 0 AND NOT own ORDER BY who, at) v
JOIN made.shared r ON r.id = v.root CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, v.org) s;

CREATE TABLE made.first_passed AS
SELECT s.dim, s.key, f.day FROM (SELECT DISTINCT ON (who) root, org, CAST(at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
  FROM made.forwarded ORDER BY who, at) f
JOIN made.shared r ON r.id = f.root CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, f.org) s;
ANALYZE made.subject, made.first_met, made.passed, made.arrived, made.newcomer;

INSERT INTO spread_seen
SELECT m.dim, m.key, m.who, m.first_day, m.last_day, m.read_day, f.day, m.reach_day
FROM (SELECT dim, key, who, min(day) AS first_day, max(day) AS last_day,
    min(day) FILTER (WHERE ms > 0 AND NOT own) AS read_day, min(day) FILTER (WHERE came AND depth > 1) AS reach_day
  FROM made.subject GROUP BY dim, key, who) m
LEFT JOIN (SELECT dim, key, who, min(day) AS day FROM made.passed GROUP BY dim, key, who) f USING (dim, key, who);

INSERT INTO spread_gap
SELECT dim, key, day, least(coalesce(day - last, 0), 400), count(*) FROM (
  SELECT dim, key, day, lag(day) OVER (PARTITION BY dim, key, who ORDER BY day) AS last
  FROM (SELECT DISTINCT dim, key, who, day FROM made.subject) met) gaps
GROUP BY 1, 2, 3, 4 ORDER BY day, dim, key;

INSERT INTO spread_day
SELECT dim, key, day, coalesce(sum(opens), 0), coalesce(sum(pages), 0), coalesce(sum(downloads), 0),
  coalesce(sum(shares), 0), coalesce(sum(intents), 0), coalesce(sum(confirmed), 0), coalesce(sum(reach), 0),
  coalesce(sum(viewers), 0), coalesce(sum(direct), 0), coalesce(sum(newcomers), 0), coalesce(sum(readers), 0),
  coalesce(sum(forwarders), 0), 0, 0, 0, coalesce(sum(read_ms), 0), coalesce(sum(new_readers), 0),
  coalesce(sum(new_forwarders), 0)
FROM (
  SELECT dim, key, day, count(*) AS opens, sum(pages) AS pages, sum(downloads) AS downloads,
    sum(ms) FILTER (WHERE NOT own) AS read_ms, 0 AS shares, 0 AS intents, 0 AS confirmed, 0 AS reach, 0 AS viewers,
    0 AS direct, 0 AS newcomers, 0 AS readers, 0 AS forwarders, 0 AS new_readers, 0 AS new_forwarders
  FROM made.subject GROUP BY 1, 2, 3
  UNION ALL SELECT s.dim, s.key, CAST(r.at AT TIME ZONE 'Asia/Shanghai' AS date), 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM made.shared r CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, '') s GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM made.passed GROUP BY 1, 2, 3
  UNION ALL SELECT s.dim, s.key, CAST(c.at AT TIME ZONE 'Asia/Shanghai' AS date), 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0
    FROM made.confirmed c JOIN made.shared r ON r.id = c.root CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, c.org) s GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE depth = 1), 0, 0, 0, 0, 0
    FROM made.first_met GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0
    FROM made.newcomer GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, reach_day, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0
    FROM spread_seen WHERE reach_day IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, read_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0
    FROM spread_seen WHERE read_day IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, forward_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0
    FROM spread_seen WHERE forward_day IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0 FROM made.first_read GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*) FROM made.first_passed GROUP BY 1, 2, 3
) told GROUP BY dim, key, day ORDER BY day, dim, key;

INSERT INTO spread_month
SELECT dim, key, CAST(date_trunc('month', day) AS date), sum(opens), sum(pages), sum(downloads), sum(shares), sum(intents),
  sum(confirmed), sum(reach), sum(viewers), sum(direct), sum(newcomers), sum(readers), sum(forwarders), sum(invited),
  sum(verified), sum(sent), sum(read_ms), sum(new_readers), sum(new_forwarders)
FROM spread_day GROUP BY 1, 2, 3;

INSERT INTO spread_pulse
SELECT dim, key, hour, depth, sum(opens), sum(people), sum(viewers), sum(intents), sum(brought) FROM (
  SELECT dim, key, date_trunc('hour', at) AS hour, depth, count(*) AS opens, count(*) FILTER (WHERE came) AS people,
    0 AS viewers, 0 AS intents, 0 AS brought
  FROM made.subject GROUP BY 1, 2, 3, 4
  UNION ALL SELECT s.dim, s.key, date_trunc('hour', r.at), 0, 0, count(*), 0, 0, 0
    FROM made.shared r CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, '') s GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, date_trunc('hour', at), depth, 0, 0, count(*), 0, 0 FROM made.first_met GROUP BY 1, 2, 3, 4
  UNION ALL SELECT p.dim, p.key, date_trunc('hour', a.at), a.depth, 0, 0, 0, count(*), 0
    FROM made.passed p JOIN made.arrived a ON a.root = p.root AND a.who = p.who WHERE p.at < a.at + interval '7 days'
    GROUP BY 1, 2, 3, 4
  UNION ALL SELECT s.dim, s.key, date_trunc('hour', coalesce(a.at, r.at)), coalesce(a.depth, 0), 0, 0, 0, 0, count(*)
    FROM made.arrived c JOIN made.shared r ON r.id = c.root LEFT JOIN made.arrived a ON a.root = c.root AND a.who = c.owner
    CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, coalesce(a.org, '')) s
    WHERE c.at < coalesce(a.at, r.at) + interval '7 days' GROUP BY 1, 2, 3, 4
) told GROUP BY 1, 2, 3, 4 ORDER BY hour, dim, key, depth;

INSERT INTO spread_wave
SELECT dim, key, CAST(date_trunc('week', hour AT TIME ZONE 'Asia/Shanghai') AS date), depth, sum(people), sum(viewers),
  sum(intents), sum(brought)
FROM spread_pulse WHERE people + viewers + intents + brought > 0 GROUP BY 1, 2, 3, 4;

INSERT INTO spread_viewer
SELECT who, row_number() OVER (ORDER BY at) FROM made.first_met WHERE dim = 'brand';

INSERT INTO spread_crowd
SELECT dim, key, CAST(date_trunc('month', day) AS date),
  string_agg(int4send(number << 5 | CAST(extract(day FROM day) AS int)), '' ORDER BY at)
FROM (SELECT dim, key, who, day, min(at) AS at FROM made.subject GROUP BY dim, key, who, day) met
JOIN spread_viewer USING (who) WHERE dim <> 'brand' GROUP BY 1, 2, 3;

INSERT INTO spread_wait
SELECT s.dim, s.key, least(floor(extract(epoch FROM first.at - a.at) / 3600), 2160), count(*)
FROM (SELECT root, owner, min(at) AS at FROM made.arrived WHERE owner <> '' GROUP BY root, owner) first
JOIN made.arrived a ON a.root = first.root AND a.who = first.owner JOIN made.shared r ON r.id = a.root
CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, a.org) s GROUP BY 1, 2, 3;

INSERT INTO spread_subject
SELECT dim, key, min(began), max(opened) FROM (
  SELECT s.dim, s.key, r.at AS began, NULL AS opened FROM made.shared r CROSS JOIN LATERAL made.subjects(r.material, r.id, r.who, '') s
  UNION ALL SELECT dim, key, NULL, at FROM made.subject) lived GROUP BY dim, key;

INSERT INTO spread_share
SELECT m.id, r.material, m.root, m.parent, m.who, m.at, opened.at FROM (
  SELECT id, id AS root, CAST(NULL AS uuid) AS parent, who, at FROM made.shared
  UNION ALL SELECT id, root, parent, who, at FROM made.forwarded) m
JOIN made.shared r ON r.id = m.root
LEFT JOIN (SELECT link, min(at) AS at FROM made.visited WHERE NOT own GROUP BY link) opened ON opened.link = m.id;

INSERT INTO spread_opener SELECT link, who, count(*), min(at) FROM made.visited GROUP BY link, who;

INSERT INTO spread_hour
SELECT link, date_trunc('hour', at), count(*), sum(pages), sum(downloads) FROM made.visited GROUP BY 1, 2;

INSERT INTO read_visit_page SELECT id, page, ms / reads FROM made.visited CROSS JOIN LATERAL generate_series(1, reads) AS each (page)
WHERE NOT own;

CREATE TABLE made.read AS
SELECT v.id, v.root, v.link, r.material, v.who, v.at, v.ms, v.reads,
  CASE WHEN v.ms / v.reads >= :read_ms THEN v.reads ELSE 0 END AS pages_read
FROM made.visited v JOIN made.shared r ON r.id = v.root WHERE NOT v.own AND v.reads > 0;

INSERT INTO read_visit SELECT id, link, root, material, made.ver_of(material), who, :version_pages, pages_read, pages_read, ms, at, at
FROM made.read;

CREATE TABLE made.read_in AS SELECT root AS scope, * FROM made.read UNION ALL SELECT material, * FROM made.read;

INSERT INTO read_version
SELECT scope, made.ver_of(material), :version_pages, count(*), count(DISTINCT who) FILTER (WHERE pages_read > 0), sum(ms),
  sum(pages_read), sum(pages_read) FROM made.read_in GROUP BY scope, material;

INSERT INTO read_page
SELECT scope, made.ver_of(material), page, sum(ms / reads), count(DISTINCT who) FILTER (WHERE page <= pages_read)
FROM made.read_in CROSS JOIN LATERAL generate_series(1, reads) AS each (page) GROUP BY scope, material, page
