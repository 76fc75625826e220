-- A history as numbers, and what makes entries of the log of it. Times are whole microseconds since 1970.
CREATE TABLE made.share (id bigint PRIMARY KEY, material bigint, employee bigint, us bigint);
CREATE TABLE made.forward (id bigint, parent bigint, root bigint, who bigint, us bigint);
CREATE TABLE made.visit
  (number bigint, root bigint, link bigint, owner bigint, who bigint, us bigint, depth bigint, came bigint, pages bigint,
   downloads bigint, reads bigint, ms bigint);

CREATE FUNCTION made.id_of(kind int, number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT CAST(CAST(lpad(to_hex(kind), 16, '0') || lpad(to_hex(number + 1), 16, '0') AS uuid) AS text) $$;
CREATE FUNCTION made.at_us(us bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS
  $$ SELECT timestamptz 'epoch' + us * interval '1 microsecond' $$;
-- What stands behind `det` in a leaf, as compliance.events.leaf_of writes it, but for the nonce in its middle.
CREATE FUNCTION made.link_part(link bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT ',"ip":"","link":"' || made.id_of(1, link) || '","n":"' $$;
CREATE FUNCTION made.rest_part(material bigint, org text, us bigint, ver text, who text) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT '","obj":"material:' || made.id_of(2, material) || '","org":"' || org
    || '","res":"allow","role":"","sess":"","t":"'
    || to_char(timestamp 'epoch' + us * interval '1 microsecond', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","ua":"","v":1,"ver":"' || ver || '","who":"' || who || '","why":""}' $$;
CREATE FUNCTION made.viewer_part(material bigint, clinics bigint, us bigint, who bigint) RETURNS text LANGUAGE sql STABLE AS
  $$ SELECT made.rest_part(material, made.id_of(3, mod(who, clinics)), us, lpad(to_hex(material + 1), 64, '0'), 'p-' || who) $$;
CREATE FUNCTION made.ver_of(material uuid) RETURNS text LANGUAGE sql IMMUTABLE AS
  $$ SELECT lpad(to_hex(CAST('x' || right(CAST(material AS text), 12) AS bit(48))::bigint), 64, '0') $$
