-- The rows that a follower of the log makes, of a history that lies in made_share, made_forward and made_visit. Written
-- down a second time and the other way round, whole tables at once: a test compares both, row by row.
CREATE TEMP TABLE made_subject AS
SELECT s.dim, s.key, v.who, v.link, v.at, CAST(v.at AT TIME ZONE 'Asia/Shanghai' AS date) AS day, v.depth, v.came, v.own,
  v.pages, v.downloads, v.ms
FROM made_visit v JOIN made_share r ON r.id = v.root CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, v.org) s;

CREATE TEMP TABLE first_met AS
SELECT DISTINCT ON (dim, key, who) dim, key, who, at, day, depth FROM made_subject ORDER BY dim, key, who, at;

CREATE TEMP TABLE passed AS
SELECT s.dim, s.key, f.who, f.root, f.at, CAST(f.at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
FROM made_forward f JOIN made_share r ON r.id = f.root CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, f.org) s;

CREATE TEMP TABLE arrived AS SELECT * FROM made_visit WHERE came;
CREATE UNIQUE INDEX ON arrived (root, who);

CREATE TEMP TABLE confirmed AS
SELECT DISTINCT ON (v.link) v.at, f.root, f.org FROM made_visit v JOIN made_forward f ON f.id = v.link
WHERE NOT v.own ORDER BY v.link, v.at;

CREATE TEMP TABLE newcomer AS
SELECT s.dim, s.key, b.day FROM first_met b JOIN made_visit v ON v.who = b.who AND v.at = b.at
JOIN made_share r ON r.id = v.root CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, v.org) s WHERE b.dim = 'brand';

CREATE TEMP TABLE first_read AS
SELECT s.dim, s.key, v.day FROM (SELECT DISTINCT ON (who) root, org, CAST(at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
  FROM made_visit WHERE ms > 0 AND NOT own ORDER BY who, at) v
JOIN made_share r ON r.id = v.root CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, v.org) s;

CREATE TEMP TABLE first_passed AS
SELECT s.dim, s.key, f.day FROM (SELECT DISTINCT ON (who) root, org, CAST(at AT TIME ZONE 'Asia/Shanghai' AS date) AS day
  FROM made_forward ORDER BY who, at) f
JOIN made_share r ON r.id = f.root CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, f.org) s;
ANALYZE made_subject, first_met, passed, arrived, newcomer;

INSERT INTO spread_seen
SELECT m.dim, m.key, m.who, m.first_day, m.last_day, m.read_day, f.day, m.reach_day
FROM (SELECT dim, key, who, min(day) AS first_day, max(day) AS last_day,
    min(day) FILTER (WHERE ms > 0 AND NOT own) AS read_day, min(day) FILTER (WHERE came AND depth > 1) AS reach_day
  FROM made_subject GROUP BY dim, key, who) m
LEFT JOIN (SELECT dim, key, who, min(day) AS day FROM passed GROUP BY dim, key, who) f USING (dim, key, who);

INSERT INTO spread_gap
SELECT dim, key, day, least(coalesce(day - last, 0), 400), count(*) FROM (
  SELECT dim, key, day, lag(day) OVER (PARTITION BY dim, key, who ORDER BY day) AS last
  FROM (SELECT DISTINCT dim, key, who, day FROM made_subject) met) gaps
GROUP BY 1, 2, 3, 4;

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
  FROM made_subject GROUP BY 1, 2, 3
  UNION ALL SELECT s.dim, s.key, CAST(r.at AT TIME ZONE 'Asia/Shanghai' AS date), 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM made_share r CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, '') s GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM passed GROUP BY 1, 2, 3
  UNION ALL SELECT s.dim, s.key, CAST(c.at AT TIME ZONE 'Asia/Shanghai' AS date), 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0, 0
    FROM confirmed c JOIN made_share r ON r.id = c.root CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, c.org) s GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, count(*), count(*) FILTER (WHERE depth = 1), 0, 0, 0, 0, 0
    FROM first_met GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0
    FROM newcomer GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, reach_day, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0, 0, 0, 0, 0
    FROM spread_seen WHERE reach_day IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, read_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0, 0
    FROM spread_seen WHERE read_day IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, forward_day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0, 0
    FROM spread_seen WHERE forward_day IS NOT NULL GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*), 0 FROM first_read GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, day, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, count(*) FROM first_passed GROUP BY 1, 2, 3
) told GROUP BY dim, key, day;

INSERT INTO spread_pulse
SELECT dim, key, hour, depth, sum(opens), sum(people), sum(viewers), sum(intents), sum(brought) FROM (
  SELECT dim, key, date_trunc('hour', at) AS hour, depth, count(*) AS opens, count(*) FILTER (WHERE came) AS people,
    0 AS viewers, 0 AS intents, 0 AS brought
  FROM made_subject GROUP BY 1, 2, 3, 4
  UNION ALL SELECT s.dim, s.key, date_trunc('hour', r.at), 0, 0, count(*), 0, 0, 0
    FROM made_share r CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, '') s GROUP BY 1, 2, 3
  UNION ALL SELECT dim, key, date_trunc('hour', at), depth, 0, 0, count(*), 0, 0 FROM first_met GROUP BY 1, 2, 3, 4
  UNION ALL SELECT p.dim, p.key, date_trunc('hour', a.at), a.depth, 0, 0, 0, count(*), 0
    FROM passed p JOIN arrived a ON a.root = p.root AND a.who = p.who WHERE p.at < a.at + interval '7 days'
    GROUP BY 1, 2, 3, 4
  UNION ALL SELECT s.dim, s.key, date_trunc('hour', coalesce(a.at, r.at)), coalesce(a.depth, 0), 0, 0, 0, 0, count(*)
    FROM arrived c JOIN made_share r ON r.id = c.root LEFT JOIN arrived a ON a.root = c.root AND a.who = c.owner
    CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, coalesce(a.org, '')) s
    WHERE c.at < coalesce(a.at, r.at) + interval '7 days' GROUP BY 1, 2, 3, 4
) told GROUP BY 1, 2, 3, 4;

INSERT INTO spread_wait
SELECT s.dim, s.key, least(floor(extract(epoch FROM first.at - a.at) / 3600), 2160), count(*)
FROM (SELECT root, owner, min(at) AS at FROM arrived WHERE owner <> '' GROUP BY root, owner) first
JOIN arrived a ON a.root = first.root AND a.who = first.owner JOIN made_share r ON r.id = a.root
CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, a.org) s GROUP BY 1, 2, 3;

INSERT INTO spread_subject
SELECT dim, key, min(began), max(opened) FROM (
  SELECT s.dim, s.key, r.at AS began, NULL AS opened FROM made_share r CROSS JOIN LATERAL pg_temp.subjects(r.material, r.id, r.who, '') s
  UNION ALL SELECT dim, key, NULL, at FROM made_subject) lived GROUP BY dim, key;

INSERT INTO spread_share
SELECT m.id, r.material, m.root, m.parent, m.who, m.at, opened.at FROM (
  SELECT id, id AS root, CAST(NULL AS uuid) AS parent, who, at FROM made_share
  UNION ALL SELECT id, root, parent, who, at FROM made_forward) m
JOIN made_share r ON r.id = m.root
LEFT JOIN (SELECT link, min(at) AS at FROM made_visit WHERE NOT own GROUP BY link) opened ON opened.link = m.id;

INSERT INTO spread_opener SELECT link, who, count(*), min(at) FROM made_visit GROUP BY link, who;

INSERT INTO spread_hour
SELECT link, date_trunc('hour', at), count(*), sum(pages), sum(downloads) FROM made_visit GROUP BY 1, 2;
