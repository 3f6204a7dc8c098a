-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd import: the first call for each file. {hub (or null: the only one), source, create_rooms}
CREATE OR REPLACE FUNCTION api.import_begin(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    h hubd.hub;
BEGIN
    SELECT * INTO h FROM hub WHERE id = the_hub(input ->> 'hub');
    IF h.id IS NULL THEN
        RETURN refused_which_hub(input ->> 'hub');
    END IF;
    PERFORM enter_hub(h.id);
    PERFORM import_tables();
    INSERT INTO import_run (hub_id, source_name, create_rooms)
    VALUES (h.id, input ->> 'source', coalesce((input ->> 'create_rooms')::boolean, false));
    RETURN done(jsonb_build_object('hub', h.slug, 'zone', h.zone, 'present', instant(present())));
END $$;
ALTER FUNCTION api.import_begin(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.import_begin(jsonb, jsonb) TO hubd_admin;
