-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd import: the last call for each file, with its name {calendar}; the report. Whoever only tries rolls back.
CREATE OR REPLACE FUNCTION api.import_finish(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    hub bigint := (SELECT hub_id FROM import_run);
    makes_rooms boolean := (SELECT create_rooms FROM import_run);
    source bigint;
BEGIN
    PERFORM enter_hub(hub);
    UPDATE import_run SET calendar = input ->> 'calendar';
    PERFORM lock_all(hub);
    ANALYZE import_entry;
    IF makes_rooms AND NOT EXISTS (SELECT FROM site AS s WHERE s.hub_id = hub) THEN
        RETURN refused(409, 'no-site', 'The hub has no site to put rooms at: load one with hubd admin load-hubs.');
    END IF;
    -- Nothing that came in says whose file it is: then nothing is gone either, unless somebody names the source.
    IF NOT EXISTS (SELECT FROM import_entry) AND (SELECT r.source_name IS NULL FROM import_run AS r) THEN
        RETURN done(import_report(hub, NULL));
    END IF;
    PERFORM import_rooms(hub, makes_rooms);
    source := import_settle_source(hub);
    PERFORM import_apply(hub, source);
    IF EXISTS (SELECT FROM import_room) THEN
        PERFORM changed(ARRAY['all', 'hub:' || hub] || ARRAY(SELECT 'resource:' || resource_id FROM import_room));
    END IF;
    RETURN done(import_report(hub, source));
END $$;
ALTER FUNCTION api.import_finish(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.import_finish(jsonb, jsonb) TO hubd_admin;
