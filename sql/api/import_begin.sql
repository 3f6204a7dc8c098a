-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd import: the first call for each file. {hub (or null: the only one), source, create_rooms}
CREATE OR REPLACE FUNCTION api.import_begin(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    h hubd.hub;
BEGIN
    SELECT * INTO h FROM hub WHERE NOT is_network AND (slug = input ->> 'hub' OR (input ->> 'hub' IS NULL
        AND (SELECT count(*) FROM hub AS o WHERE NOT o.is_network) = 1));
    IF h.id IS NULL AND input ->> 'hub' IS NULL THEN
        RETURN refused(422, 'which-hub', coalesce('Say which hub with --hub: '
            || (SELECT string_agg(o.slug, ', ' ORDER BY o.slug) FROM hub AS o WHERE NOT o.is_network) || '.',
            'There is no hub yet: hubd admin hub add SLUG NAME makes one.'));
    ELSIF h.id IS NULL THEN
        RETURN refused_hub(input ->> 'hub');
    END IF;
    PERFORM enter_hub(h.id);
    PERFORM import_tables();
    INSERT INTO import_run (hub_id, source_name, create_rooms)
    VALUES (h.id, input ->> 'source', coalesce((input ->> 'create_rooms')::boolean, false));
    RETURN done(jsonb_build_object('hub', h.slug, 'zone', h.zone));
END $$;
ALTER FUNCTION api.import_begin(jsonb, jsonb) OWNER TO hubd_api;
GRANT EXECUTE ON FUNCTION api.import_begin(jsonb, jsonb) TO hubd_admin;
