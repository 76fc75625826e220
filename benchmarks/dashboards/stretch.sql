-- The entries of one stretch of time, each in its place after those that are there.
WITH visited AS MATERIALIZED (
  SELECT v.*, made.link_part(v.link) AS link_part, made.viewer_part(s.material, :clinics, v.us, v.who) AS rest_part
  FROM made.visit v JOIN made.share s ON s.id = v.root WHERE v.us >= :start_us AND v.us < :end_us
), happened AS (
  SELECT us, 0 AS kind, id AS number, 0 AS step, 'employee:share:create' AS act, '{}' AS det,
    made.link_part(id) AS link_part, made.rest_part(material, '', us, '', 'e-' || employee) AS rest_part
  FROM made.share WHERE us >= :start_us AND us < :end_us
  UNION ALL
  SELECT f.us, 1, f.id, 0, 'viewer:share:forward', '{"parent":"' || made.id_of(1, f.parent) || '"}',
    made.link_part(f.id), made.viewer_part(s.material, :clinics, f.us, f.who)
  FROM made.forward f JOIN made.share s ON s.id = f.root WHERE f.us >= :start_us AND f.us < :end_us
  UNION ALL
  SELECT us, 2, number, step,
    CASE WHEN step = 0 THEN 'viewer:visit:start' WHEN step <= pages THEN 'viewer:copy:view'
      WHEN step <= pages + downloads THEN 'viewer:copy:download' ELSE 'viewer:page:read' END,
    CASE WHEN step <= pages + downloads THEN '{}' ELSE '{"ms":' || ms / reads || ',"page":' || step - pages - downloads
      || ',"pages":' || :version_pages || ',"visit":"' || made.id_of(5, number) || '"}' END,
    link_part, rest_part
  FROM visited CROSS JOIN LATERAL generate_series(0, pages + downloads + reads) AS steps (step)
), placed AS (
  SELECT *, :last_id + row_number() OVER (ORDER BY us, kind, number, step) AS id FROM happened
), written AS (
  INSERT INTO event (id, t, act, res, why, who, org, role, obj, ver, link, leaf) OVERRIDING SYSTEM VALUE
  SELECT id, made.at_us(us), '', 'allow', '', '', '', '', '', '', '', convert_to('{"act":"' || act || '","bytes"\:0,"det":'
    || det || link_part || md5(CAST(id AS text)) || rest_part, 'UTF8')
  FROM placed ORDER BY id RETURNING id
)
INSERT INTO ledger_leaf (index, event_id) SELECT :next_index + id - :last_id - 1, id FROM written ORDER BY id
