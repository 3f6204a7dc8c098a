-- SPDX-License-Identifier: GPL-3.0-or-later
-- hubd admin load-hubs FILE: input is the file, its week with times resolved.
CREATE OR REPLACE FUNCTION api.admin_load_hubs(caller jsonb, input jsonb) RETURNS api.reply
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = hubd, pg_temp AS $$
DECLARE
    made jsonb;
    weeks jsonb;
    topics bigint;
    people bigint;
BEGIN
    INSERT INTO topic (slug, name_de, name_en)
    SELECT t ->> 'slug', t ->> 'name_de', coalesce(t ->> 'name_en', t ->> 'name_de') FROM jsonb_array_elements(input -> 'topics') AS t
    ON CONFLICT (slug) DO NOTHING;
    GET DIAGNOSTICS topics = ROW_COUNT;
    made := (SELECT coalesce(jsonb_agg(load_hub(h)), '[]') FROM jsonb_array_elements(input -> 'hubs') AS h);
    people := (SELECT coalesce(sum(load_person(p)), 0) FROM jsonb_array_elements(input -> 'people') AS p);
    PERFORM load_team(t) FROM jsonb_array_elements(input -> 'teams') AS t;
    weeks := (SELECT coalesce(jsonb_agg(load_week(h)), '[]') FROM jsonb_array_elements(input -> 'hubs') AS h);
    RETURN done((SELECT jsonb_build_object('topics', topics, 'people', people, 'hubs', coalesce(sum((m ->> 'hubs')::integer), 0),
            'sites', coalesce(sum((m ->> 'sites')::integer), 0), 'resources', coalesce(sum((m ->> 'resources')::integer), 0))
            FROM jsonb_array_elements(made) AS m)
        || (SELECT jsonb_build_object('events', coalesce(sum((w ->> 'events')::integer), 0), 'bookings', coalesce(sum((w ->> 'bookings')::integer), 0))
            FROM jsonb_array_elements(weeks) AS w)
        || (SELECT jsonb_build_object('unplaced', coalesce(jsonb_agg(u), '[]'))
            FROM jsonb_array_elements(weeks) AS w, jsonb_array_elements(w -> 'unplaced') AS u));
EXCEPTION WHEN SQLSTATE 'HB101' OR integrity_constraint_violation OR data_exception THEN
    RETURN refused(422, 'malformed-file', SQLERRM);
END $$;
ALTER FUNCTION api.admin_load_hubs(jsonb, jsonb) OWNER TO hubd_network;
GRANT EXECUTE ON FUNCTION api.admin_load_hubs(jsonb, jsonb) TO hubd_admin;
