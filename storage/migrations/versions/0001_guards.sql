-- The log is append-only in the database too: no role that the server uses can change or remove an event.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_never_truncated BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The bytes of a version are named once: neither its hash nor where it lies ever changes.
CREATE FUNCTION refuse_other_bytes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.sha256, NEW.size_bytes, NEW.object_key, NEW.material_id, NEW.number, NEW.uploader_id)
        IS DISTINCT FROM (OLD.sha256, OLD.size_bytes, OLD.object_key, OLD.material_id, OLD.number, OLD.uploader_id) THEN
        RAISE EXCEPTION 'the bytes of a version never change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER version_immutable BEFORE UPDATE ON version
    FOR EACH ROW EXECUTE FUNCTION refuse_other_bytes();
