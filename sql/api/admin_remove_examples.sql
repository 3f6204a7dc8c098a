-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin remove-examples: topics stay, for they are nobody's.
CREATE OR REPLACE FUNCTION api.admin_remove_examples(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    h record;
    one jsonb;
    hubs bigint := 0;
    removed bigint[] := '{0,0,0}';
    kept jsonb := '[]';
BEGIN
    FOR h IN SELECT hub.id, hub.slug, hub.is_example FROM hub WHERE NOT is_network ORDER BY hub.id LOOP
        one := remove_example_times(h.id) || remove_example_places(h.id);
        removed := ARRAY[removed[1] + (one ->> 'events')::bigint, removed[2] + (one ->> 'bookings')::bigint, removed[3] + (one ->> 'resources')::bigint];
        IF h.is_example AND remove_example_hub(h.id) THEN
            hubs := hubs + 1;
        ELSIF h.is_example THEN
            kept := kept || jsonb_build_object('hub', h.slug, 'resources', one -> 'kept');
        END IF;
    END LOOP;
    RETURN done(jsonb_build_object('hubs', hubs, 'events', removed[1], 'bookings', removed[2], 'resources', removed[3],
        'people', remove_example_people(), 'kept', kept));
END $$;
ALTER FUNCTION api.admin_remove_examples(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_remove_examples(jsonb, jsonb) TO hubd_admin;
